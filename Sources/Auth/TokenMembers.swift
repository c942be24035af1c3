/// The members of a token's header or payload: one JSON object, read strictly (RFC 8259, RFC 7519 section 4).
///
/// Refused: a member named twice (RFC 7519 leaves the choice; two readers that choose differently is how forgeries begin),
/// nesting deeper than 16, more than 128 members, invalid UTF-8, anything after the object.
struct TokenMembers {
    /// The whole object as it was written.
    let text: String
    private let bytes: [UInt8]
    private var ranges: [String: Range<Int>] = [:]

    init?(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        self.text = text
        self.bytes = bytes
        var scanner = JSONScanner(bytes)
        var ranges: [String: Range<Int>] = [:]
        let whole = scanner.object { name, range in
            guard ranges.count < 128 else { return false }
            return ranges.updateValue(range, forKey: name) == nil
        }
        guard whole, scanner.isAtEnd else { return nil }
        self.ranges = ranges
    }

    var isEmpty: Bool { ranges.isEmpty }
    func has(_ name: String) -> Bool { ranges[name] != nil }

    /// A string member. `wrong` for one that is there and is something else.
    func string(_ name: String) -> Member<String> {
        guard let range = ranges[name] else { return .absent }
        var scanner = JSONScanner(bytes, at: range.lowerBound)
        return scanner.string().map { .some($0) } ?? .wrong
    }

    /// A number of seconds, rounded down. Beyond 10^15 (31 million years) is `wrong`: the arithmetic after this cannot overflow.
    func seconds(_ name: String) -> Member<Int64> {
        guard let range = ranges[name] else { return .absent }
        guard let value = Double(String(decoding: bytes[range], as: UTF8.self)), abs(value) < 1e15 else { return .wrong }
        return .some(Int64(value.rounded(.down)))
    }

    /// A string or an array of strings, as `aud` may be.
    func strings(_ name: String) -> Member<[String]> {
        if case .some(let one) = string(name) { return .some([one]) }
        guard let range = ranges[name] else { return .absent }
        var scanner = JSONScanner(bytes, at: range.lowerBound)
        return scanner.strings().map { .some($0) } ?? .wrong
    }

    enum Member<Value> {
        case absent, wrong
        case some(Value)
    }
}

/// Walks JSON without building it.
struct JSONScanner {
    private let bytes: [UInt8]
    private var at: Int

    init(_ bytes: [UInt8], at: Int = 0) {
        self.bytes = bytes
        self.at = at
    }

    /// Whether a text is one JSON value and nothing else.
    static func isValue(_ text: String) -> Bool {
        var scanner = JSONScanner(Array(text.utf8))
        scanner.space()
        return scanner.value(depth: 1) && scanner.isAtEnd
    }

    /// Nothing but white space follows.
    var isAtEnd: Bool {
        var rest = self
        rest.space()
        return rest.at == bytes.count
    }

    /// Gives each member's name and where its value stands; false stops.
    mutating func object(depth: Int = 1, member: (String, Range<Int>) -> Bool) -> Bool {
        guard depth <= Self.deepest else { return false }
        space()
        guard take("{") else { return false }
        space()
        if take("}") { return true }
        repeat {
            space()
            guard let name = string() else { return false }
            space()
            guard take(":") else { return false }
            space()
            let start = at
            guard value(depth: depth + 1), member(name, start..<at) else { return false }
            space()
        } while take(",")
        return take("}")
    }

    /// An array that holds strings only.
    mutating func strings() -> [String]? {
        guard take("[") else { return nil }
        var strings: [String] = []
        space()
        if take("]") { return strings }
        repeat {
            space()
            guard let string = string() else { return nil }
            strings.append(string)
            space()
        } while take(",")
        return take("]") ? strings : nil
    }

    mutating func string() -> String? {
        guard take("\"") else { return nil }
        let start = at
        while let byte = here, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { at += 1 }
        if here == UInt8(ascii: "\"") {
            at += 1
            return String(decoding: bytes[start..<at - 1], as: UTF8.self)
        }
        var text = Array(bytes[start..<at])
        while let byte = here {
            at += 1
            switch byte {
            case UInt8(ascii: "\""): return String(validating: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let scalar = escaped() else { return nil }
                text.append(contentsOf: Array(String(Character(scalar)).utf8))
            case 0..<0x20: return nil
            default: text.append(byte)
            }
        }
        return nil
    }

    private static let deepest = 16

    private mutating func value(depth: Int) -> Bool {
        switch here {
        case UInt8(ascii: "{"): return object(depth: depth) { _, _ in true }
        case UInt8(ascii: "["): return array(depth: depth)
        case UInt8(ascii: "\""): return string() != nil
        case UInt8(ascii: "t"): return word("true")
        case UInt8(ascii: "f"): return word("false")
        case UInt8(ascii: "n"): return word("null")
        default: return number()
        }
    }

    private mutating func array(depth: Int) -> Bool {
        guard depth <= Self.deepest, take("[") else { return false }
        space()
        if take("]") { return true }
        repeat {
            space()
            guard value(depth: depth + 1) else { return false }
            space()
        } while take(",")
        return take("]")
    }

    private mutating func number() -> Bool {
        _ = take("-")
        if !take("0") {
            guard digits() else { return false }
        }
        if take(".") {
            guard digits() else { return false }
        }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            return digits()
        }
        return true
    }

    private mutating func digits() -> Bool {
        let start = at
        while let byte = here, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { at += 1 }
        return at > start
    }

    private mutating func word(_ word: StaticString) -> Bool {
        let length = word.utf8CodeUnitCount
        guard bytes.count - at >= length else { return false }
        for offset in 0..<length where bytes[at + offset] != word.utf8Start[offset] { return false }
        at += length
        return true
    }

    private mutating func escaped() -> Unicode.Scalar? {
        guard let byte = here else { return nil }
        at += 1
        switch byte {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            guard let first = hexadecimal() else { return nil }
            guard (0xD800..<0xDC00).contains(first) else { return Unicode.Scalar(first) }
            guard take("\\"), take("u"), let second = hexadecimal(), (0xDC00..<0xE000).contains(second) else { return nil }
            return Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
        default: return nil
        }
    }

    private mutating func hexadecimal() -> UInt32? {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = here, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            value = value << 4 | UInt32(digit)
            at += 1
        }
        return value
    }

    private var here: UInt8? { at < bytes.count ? bytes[at] : nil }

    private mutating func take(_ letter: Unicode.Scalar) -> Bool {
        guard here == UInt8(ascii: letter) else { return false }
        at += 1
        return true
    }

    private mutating func space() {
        while let byte = here, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { at += 1 }
    }
}
