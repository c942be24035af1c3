import OffstageJSON

/// Rows in PostgreSQL's printed form: `(1,"a b",)`.
///
/// Source: PostgreSQL 15, chapter 8.16.6 and `rowtypes.c`.
package enum RowText {
    /// Reads a literal, every field by its own type, and prints it again the way PostgreSQL would.
    static func parse(_ text: String, of row: Composite, in context: ValueContext) throws(SQLError) -> String {
        let items = try items(of: text)
        func malformed(_ details: String) -> SQLError {
            SQLError("22P02", "malformed record literal: \"\(text)\"", details: details)
        }
        // `()` is one null, or a row of no fields.
        if row.fields.isEmpty {
            guard items.count == 1, items[0] == nil else { throw malformed("Too many columns.") }
            return "()"
        }
        guard items.count >= row.fields.count else { throw malformed("Too few columns.") }
        guard items.count <= row.fields.count else { throw malformed("Too many columns.") }
        var values: [StoredValue] = []
        values.reserveCapacity(items.count)
        for (item, field) in zip(items, row.fields) {
            if let item { values.append(try field.type.parse(item, in: context)) } else { values.append(.null) }
        }
        return Self.text(of: values, row.fields.map(\.type.type))
    }

    /// The row of these stored values, as it is stored.
    package static func text(of values: [StoredValue], _ types: [DataType]) -> String {
        var printed = JSONWriter(capacity: 64)
        printed.byte(UInt8(ascii: "("))
        for (index, value) in values.enumerated() {
            if index > 0 { printed.byte(UInt8(ascii: ",")) }
            append(value, of: index < types.count ? types[index] : .text, into: &printed)
        }
        printed.byte(UInt8(ascii: ")"))
        return printed.text
    }

    /// The row of these fields' texts, nil for null.
    package static func text(of items: [String?]) -> String { text(of: items.map { $0.map { .text($0) } ?? .null }, []) }

    private static func append(_ value: StoredValue, of type: DataType, into printed: inout JSONWriter) {
        if value == .null { return }
        // `true::text` is `true`, but a row holds what the output function gives.
        if case .boolean = type { return printed.raw(value == .integer(0) ? "f" : "t") }
        var text = value.withCell { type.text(of: $0) }
        text.withUTF8 { quoted($0, into: &printed) }
    }

    private static func quoted(_ text: UnsafeBufferPointer<UInt8>, into printed: inout JSONWriter) {
        let isPlain = !text.isEmpty && !text.contains { $0.isBlank || "(),\"\\".utf8.contains($0) }
        guard !isPlain else { return printed.raw(text) }
        printed.byte(UInt8(ascii: "\""))
        for byte in text {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { printed.byte(byte) }
            printed.byte(byte)
        }
        printed.byte(UInt8(ascii: "\""))
    }

    /// The fields' texts, nil for null. Throws 22P02 for a malformed literal.
    package static func items(of text: String) throws(SQLError) -> [String?] {
        var text = text
        let result: Result<[String?], SQLError> = text.withUTF8 { bytes in
            do throws(SQLError) { return .success(try items(of: bytes)) } catch { return .failure(error) }
        }
        return try result.get()
    }

    package static func items(of bytes: UnsafeBufferPointer<UInt8>) throws(SQLError) -> [String?] {
        func malformed(_ details: String) -> SQLError {
            SQLError("22P02", "malformed record literal: \"\(String(decoding: bytes, as: UTF8.self))\"", details: details)
        }
        var at = 0
        while at < bytes.count, bytes[at].isBlank { at += 1 }
        guard at < bytes.count, bytes[at] == UInt8(ascii: "(") else { throw malformed("Missing left parenthesis.") }
        at += 1
        var items: [String?] = []
        while true {
            var field: [UInt8] = []
            var isQuoted = false
            var isNull = true
            while true {
                guard at < bytes.count else { throw malformed("Unexpected end of input.") }
                let byte = bytes[at]
                if !isQuoted, byte == UInt8(ascii: ",") || byte == UInt8(ascii: ")") { break }
                at += 1
                isNull = false
                switch byte {
                case UInt8(ascii: "\\"):
                    guard at < bytes.count else { throw malformed("Unexpected end of input.") }
                    field.append(bytes[at])
                    at += 1
                case UInt8(ascii: "\"") where !isQuoted: isQuoted = true
                case UInt8(ascii: "\""):
                    if at < bytes.count, bytes[at] == byte {
                        field.append(byte)
                        at += 1
                    } else {
                        isQuoted = false
                    }
                default: field.append(byte)
                }
            }
            items.append(isNull ? nil : String(decoding: field, as: UTF8.self))
            let end = bytes[at]
            at += 1
            if end == UInt8(ascii: ")") { break }
        }
        while at < bytes.count, bytes[at].isBlank { at += 1 }
        guard at == bytes.count else { throw malformed("Junk after right parenthesis.") }
        return items
    }
}
