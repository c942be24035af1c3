import OffstageJSON

/// One-dimensional arrays in PostgreSQL's printed form: `{1,NULL,"a b"}`.
///
/// Source: PostgreSQL 15, chapters 8.15.2 and 8.15.6.
package enum ArrayText {
    /// Reads a literal, every element by its own type, and prints it again the way PostgreSQL would.
    static func parse(_ text: String, of element: ColumnType, in context: ValueContext) throws(SQLError) -> String {
        var printed = JSONWriter(capacity: text.utf8.count + 16)
        printed.byte(UInt8(ascii: "{"))
        for (index, item) in try items(of: text).enumerated() {
            if index > 0 { printed.byte(UInt8(ascii: ",")) }
            append(try item.map { text throws(SQLError) in try element.parse(text, in: context) }, of: element.type, into: &printed)
        }
        printed.byte(UInt8(ascii: "}"))
        return printed.text
    }

    /// The array of these stored values, as it is stored.
    package static func text(of values: [StoredValue?], element: DataType) -> String {
        var printed = JSONWriter(capacity: 64)
        printed.byte(UInt8(ascii: "{"))
        for (index, value) in values.enumerated() {
            if index > 0 { printed.byte(UInt8(ascii: ",")) }
            append(value, of: element, into: &printed)
        }
        printed.byte(UInt8(ascii: "}"))
        return printed.text
    }

    /// A stored array of times with a zone, as another zone's session sees it.
    static func write(
        _ stored: UnsafeBufferPointer<UInt8>, of array: DataType, into writer: inout JSONWriter, in zone: TimeZoneRules
    ) {
        guard case .array(let element) = array, let items = try? items(of: String(decoding: stored, as: UTF8.self)) else {
            return writer.raw(stored)
        }
        writer.byte(UInt8(ascii: "{"))
        for (index, item) in items.enumerated() {
            if index > 0 { writer.byte(UInt8(ascii: ",")) }
            guard let item else {
                writer.raw("NULL")
                continue
            }
            let value = try? ColumnType(element).parse(item, in: ValueContext())
            var text = value?.withCell { element.text(of: $0, in: zone) } ?? item
            text.withUTF8 { quoted($0, into: &writer) }
        }
        writer.byte(UInt8(ascii: "}"))
    }

    private static func append(_ value: StoredValue?, of element: DataType, into printed: inout JSONWriter) {
        guard let value, value != .null else { return printed.raw("NULL") }
        // `true::text` is `true`, but an array holds what the output function gives.
        if case .boolean = element { return printed.raw(value == .integer(0) ? "f" : "t") }
        var text = value.withCell { element.text(of: $0) }
        text.withUTF8 { quoted($0, into: &printed) }
    }

    private static func quoted(_ text: UnsafeBufferPointer<UInt8>, into printed: inout JSONWriter) {
        let plain =
            !text.isEmpty && !text.isWord("null")
            && !text.contains { $0.isBlank || "{},\"\\".utf8.contains($0) }
        guard !plain else { return printed.raw(text) }
        printed.byte(UInt8(ascii: "\""))
        for byte in text {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { printed.byte(UInt8(ascii: "\\")) }
            printed.byte(byte)
        }
        printed.byte(UInt8(ascii: "\""))
    }

    /// The elements' texts, nil for NULL. Throws 22P02 for a malformed literal and 0A000 for arrays of arrays.
    package static func items(of text: String) throws(SQLError) -> [String?] {
        var text = text
        let result: Result<[String?], SQLError> = text.withUTF8 { bytes in
            do throws(SQLError) {
                var items: [String?] = []
                var reader = ArrayReader(bytes)
                try reader.read(into: &items) { item, items in items.append(item.map { String(decoding: $0, as: UTF8.self) }) }
                return .success(items)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}

/// Walks over an array's text and hands out its elements, nil for NULL.
struct ArrayReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var at = 0
    private var unescaped: [UInt8] = []

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    mutating func read<Target: ~Copyable>(
        into target: inout Target, _ item: (UnsafeBufferPointer<UInt8>?, inout Target) -> Void
    ) throws(SQLError) {
        skipBlanks()
        if peek == UInt8(ascii: "[") { throw Self.dimensions }
        guard peek == UInt8(ascii: "{") else {
            throw malformed("Array value must start with \"{\" or dimension information.", from: 0)
        }
        at += 1
        skipBlanks()
        if peek == UInt8(ascii: "}") {
            at += 1
        } else {
            while true {
                try element(into: &target, item)
                skipBlanks()
                guard let mark = peek else { throw malformed("Unexpected end of input.") }
                at += 1
                if mark == UInt8(ascii: "}") { break }
                if mark == UInt8(ascii: "\\") { throw malformed("Unexpected \"\\\" character.") }
                if mark == UInt8(ascii: "{") { throw malformed("Unexpected \"{\" character.") }
                guard mark == UInt8(ascii: ",") else { throw malformed("Unexpected array element.") }
            }
        }
        skipBlanks()
        if at < bytes.count { throw malformed("Junk after closing right brace.") }
    }

    private mutating func element<Target: ~Copyable>(
        into target: inout Target, _ item: (UnsafeBufferPointer<UInt8>?, inout Target) -> Void
    ) throws(SQLError) {
        skipBlanks()
        guard let first = peek else { throw malformed("Unexpected end of input.") }
        if first == UInt8(ascii: "{") { throw Self.dimensions }
        if first == UInt8(ascii: ",") || first == UInt8(ascii: "}") {
            throw malformed("Unexpected \"\(Character(Unicode.Scalar(first)))\" character.")
        }
        if first == UInt8(ascii: "\"") { return try quoted(into: &target, item) }
        let start = at
        var end = at
        unescaped.removeAll(keepingCapacity: true)
        var escapes = false
        var length = 0
        while let byte = peek, byte != UInt8(ascii: ","), byte != UInt8(ascii: "}") {
            if byte == UInt8(ascii: "{") { throw malformed("Unexpected \"{\" character.") }
            if byte == UInt8(ascii: "\"") { throw malformed("Unexpected array element.") }
            if byte == UInt8(ascii: "\\") {
                escapes = true
                at += 1
                guard let next = peek else { throw malformed("Unexpected end of input.") }
                unescaped.append(next)
                length = unescaped.count
                at += 1
                end = at
                continue
            }
            unescaped.append(byte)
            at += 1
            if !byte.isBlank {
                end = at
                length = unescaped.count
            }
        }
        if escapes {
            unescaped.removeSubrange(length...)
            return unescaped.withUnsafeBufferPointer { item($0, &target) }
        }
        let text = UnsafeBufferPointer(rebasing: bytes[start..<end])
        item(text.isWord("null") ? nil : text, &target)
    }

    private mutating func quoted<Target: ~Copyable>(
        into target: inout Target, _ item: (UnsafeBufferPointer<UInt8>?, inout Target) -> Void
    ) throws(SQLError) {
        at += 1
        let start = at
        while let byte = peek, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { at += 1 }
        if peek == UInt8(ascii: "\"") {
            item(UnsafeBufferPointer(rebasing: bytes[start..<at]), &target)
            at += 1
            return
        }
        unescaped.removeAll(keepingCapacity: true)
        unescaped.append(contentsOf: bytes[start..<at])
        while let byte = peek {
            at += 1
            if byte == UInt8(ascii: "\"") { return unescaped.withUnsafeBufferPointer { item($0, &target) } }
            guard byte == UInt8(ascii: "\\") else {
                unescaped.append(byte)
                continue
            }
            guard let next = peek else { break }
            unescaped.append(next)
            at += 1
        }
        throw malformed("Unexpected end of input.")
    }

    private var peek: UInt8? { at < bytes.count ? bytes[at] : nil }

    private mutating func skipBlanks() {
        while let byte = peek, byte.isBlank { at += 1 }
    }

    /// PostgreSQL shows the text from the opening brace on, once it has found that.
    private func malformed(_ details: String, from start: Int? = nil) -> SQLError {
        let shown = bytes[(start ?? bytes.firstIndex { !$0.isBlank } ?? 0)...]
        return SQLError("22P02", "malformed array literal: \"\(String(decoding: shown, as: UTF8.self))\"", details: details)
    }

    private static let dimensions = SQLError(
        "0A000", "multi-dimensional arrays are not supported on the embedded engine", hint: "Use jsonb.")
}
