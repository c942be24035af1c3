/// Finds the pieces of a checked JSON text without building values: what `->` and its kin give is a part of the text as it stands.
///
/// Where the text is not right after all, what is found is what is right so far; nothing is read beyond its end.
package struct JSONScan {
    package let bytes: UnsafeBufferPointer<UInt8>
    /// Where the document's value stands, without blanks around it.
    package let whole: Range<Int>

    package struct Member {
        /// Without its quotes, escapes untouched.
        package var name: Range<Int>
        package var value: Range<Int>
    }

    /// - Parameter part: the value's place; nil where it is all of the bytes.
    package init(_ bytes: UnsafeBufferPointer<UInt8>, _ part: Range<Int>? = nil) {
        self.bytes = bytes
        var range = part ?? 0..<bytes.count
        while range.lowerBound < range.upperBound, Self.isBlank(bytes[range.lowerBound]) {
            range = (range.lowerBound + 1)..<range.upperBound
        }
        while range.lowerBound < range.upperBound, Self.isBlank(bytes[range.upperBound - 1]) {
            range = range.lowerBound..<(range.upperBound - 1)
        }
        whole = range
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

    package var first: UInt8 { whole.isEmpty ? 0 : bytes[whole.lowerBound] }
    package var isObject: Bool { first == UInt8(ascii: "{") }
    package var isArray: Bool { first == UInt8(ascii: "[") }
    package var isString: Bool { first == UInt8(ascii: "\"") && whole.count >= 2 }
    package var isNull: Bool { first == UInt8(ascii: "n") }

    /// `object`, `array`, `string`, `number`, `boolean` or `null`.
    package var typeName: String {
        switch first {
        case UInt8(ascii: "{"): "object"
        case UInt8(ascii: "["): "array"
        case UInt8(ascii: "\""): "string"
        case UInt8(ascii: "t"), UInt8(ascii: "f"): "boolean"
        case UInt8(ascii: "n"): "null"
        default: "number"
        }
    }

    package func part(_ range: Range<Int>) -> JSONScan { JSONScan(bytes, range) }
    package func text(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: bytes[range]) }

    /// Nil where this is no array.
    package func elements() -> [Range<Int>]? {
        guard isArray else { return nil }
        var result: [Range<Int>] = []
        forEachElement {
            result.append($0); return true
        }
        return result
    }

    /// Ends where `body` says false.
    func forEachElement(_ body: (Range<Int>) -> Bool) {
        var at = skipBlanks(whole.lowerBound + 1)
        while at < whole.upperBound, bytes[at] != UInt8(ascii: "]") {
            let end = endOfValue(at)
            guard end > at, body(at..<end) else { return }
            at = skipBlanks(end)
            if at < whole.upperBound, bytes[at] == UInt8(ascii: ",") { at = skipBlanks(at + 1) }
        }
    }

    /// Nil where this is no object.
    package func members() -> [Member]? {
        guard isObject else { return nil }
        var result: [Member] = []
        forEachMember { result.append($0) }
        return result
    }

    func forEachMember(_ body: (Member) -> Void) {
        var at = skipBlanks(whole.lowerBound + 1)
        while at < whole.upperBound, bytes[at] == UInt8(ascii: "\"") {
            let nameEnd = endOfString(at)
            let value = skipBlanks(skipBlanks(nameEnd) + 1)
            let end = endOfValue(value)
            guard value < end, nameEnd - 1 > at else { return }
            body(Member(name: (at + 1)..<(nameEnd - 1), value: value..<end))
            at = skipBlanks(end)
            if at < whole.upperBound, bytes[at] == UInt8(ascii: ",") { at = skipBlanks(at + 1) }
        }
    }

    /// The last member of that name.
    package func member(_ name: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
        guard isObject else { return nil }
        var found: Range<Int>?
        forEachMember { if isName($0.name, name) { found = $0.value } }
        return found
    }

    /// Counted from 0, or from the end where negative.
    package func elementOrSelf(_ index: Int) -> Range<Int>? {
        isArray || isObject ? element(index) : index == 0 || index == -1 ? whole : nil
    }

    package func element(_ index: Int) -> Range<Int>? {
        guard isArray else { return nil }
        if index < 0 {
            guard let all = elements(), all.count + index >= 0 else { return nil }
            return all[all.count + index]
        }
        var left = index
        var found: Range<Int>?
        forEachElement { range in
            left -= 1
            if left < 0 { found = range }
            return left >= 0
        }
        return found
    }

    /// Down a path of names and indexes.
    package func at(_ path: [String?]) -> Range<Int>? {
        var here = whole
        for step in path {
            guard var step else { return nil }
            let scan = part(here)
            let next: Range<Int>? =
                scan.isObject
                ? step.withUTF8 { scan.member($0) }
                : scan.isArray ? Int(step.trimmingPrefix { $0 == " " }).flatMap { scan.element($0) } : nil
            guard let next else { return nil }
            here = next
        }
        return here
    }

    /// A string's characters, from between its quotes.
    package func string(_ inside: Range<Int>) -> String {
        let raw = text(inside)
        guard raw.contains(UInt8(ascii: "\\")) else { return String(decoding: raw, as: UTF8.self) }
        let quoted = UnsafeBufferPointer(rebasing: bytes[(inside.lowerBound - 1)..<(inside.upperBound + 1)])
        // It is in memory already, so its size is no question any more.
        return (try? JSONValue(parsing: quoted, limits: JSONLimits(bytes: .max)))?.string ?? String(decoding: raw, as: UTF8.self)
    }

    private func isName(_ inside: Range<Int>, _ name: UnsafeBufferPointer<UInt8>) -> Bool {
        let raw = text(inside)
        guard raw.contains(UInt8(ascii: "\\")) else { return raw.elementsEqual(name) }
        return string(inside).utf8.elementsEqual(name)
    }

    // MARK: Places

    private func skipBlanks(_ start: Int) -> Int {
        var at = start
        while at < whole.upperBound, Self.isBlank(bytes[at]) { at += 1 }
        return at
    }

    /// Behind the closing quote.
    private func endOfString(_ start: Int) -> Int {
        var at = start + 1
        while at < whole.upperBound {
            if bytes[at] == UInt8(ascii: "\\") {
                at += 2
            } else if bytes[at] == UInt8(ascii: "\"") {
                return at + 1
            } else {
                at += 1
            }
        }
        return whole.upperBound
    }

    private func endOfValue(_ start: Int) -> Int {
        var at = start
        var depth = 0
        while at < whole.upperBound {
            switch bytes[at] {
            case UInt8(ascii: "\""):
                at = endOfString(at)
                if depth == 0 { return at }
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                at += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return at }
                depth -= 1
                at += 1
                if depth == 0 { return at }
            case UInt8(ascii: ","), 0x20, 0x0A, 0x0D, 0x09:
                if depth == 0 { return at }
                at += 1
            default: at += 1
            }
        }
        return whole.upperBound
    }
}
