/// PostgreSQL's `boolin`: any unambiguous beginning of a word, in any case, with blanks around it.
enum BooleanText {
    static func parse(_ text: String) throws(SQLError) -> Bool {
        let word = text.utf8.trimmed.map(\.lowercased)
        for (name, value, shortest) in words where word.count >= shortest && name.starts(with: word) { return value }
        throw .invalidText("boolean", text)
    }

    private static let words: [(name: [UInt8], value: Bool, shortest: Int)] = [
        (Array("true".utf8), true, 1), (Array("false".utf8), false, 1), (Array("yes".utf8), true, 1), (Array("no".utf8), false, 1),
        (Array("on".utf8), true, 2), (Array("off".utf8), false, 2), (Array("1".utf8), true, 1), (Array("0".utf8), false, 1),
    ]
}

/// PostgreSQL's `int2in`, `int4in` and `int8in`: decimal digits and nothing else in version 15.
enum IntegerText {
    /// Counts downwards, so that the smallest number needs no exception.
    static func parse(_ text: String, as type: StaticString, minimum: Int64) throws(SQLError) -> Int64 {
        var rest = text.utf8[...]
        while let byte = rest.first, byte.isBlank { rest.removeFirst() }
        let negative = rest.first == UInt8(ascii: "-")
        if negative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        guard let first = rest.first, first.isDigit else { throw .invalidText(type, text) }
        var value: Int64 = 0
        while let byte = rest.first, byte.isDigit {
            let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
            let (next, overflowed) = tens.subtractingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
            guard !overflow, !overflowed, next >= minimum else { throw .outOfRange(type, text) }
            value = next
            rest.removeFirst()
        }
        guard rest.allSatisfy(\.isBlank) else { throw .invalidText(type, text) }
        if negative { return value }
        guard value != minimum else { throw .outOfRange(type, text) }
        return -value
    }
}

extension IntegerText {
    /// PostgreSQL's `oidin`: 32 bits without a sign, but a negative number counts from the end.
    static func oid(_ text: String) throws(SQLError) -> Int64 {
        let value: Int64
        do throws(SQLError) {
            value = try parse(text, as: "oid", minimum: .min)
        } catch {
            throw error.code == "22003" ? .outOfRange("oid", text) : error
        }
        guard value >= Int64(Int32.min), value <= Int64(UInt32.max) else { throw .outOfRange("oid", text) }
        return value < 0 ? value + (1 << 32) : value
    }
}

/// PostgreSQL's `float4in` and `float8in`: what C's `strtod` reads, with names for the infinities.
enum FloatText {
    static func double(_ text: String) throws(SQLError) -> Double {
        try parse(text, as: "double precision", showsAll: false) { Double($0) }
    }

    static func real(_ text: String) throws(SQLError) -> Float {
        try parse(text, as: "real", showsAll: true) { Float($0) }
    }

    /// A number out of range is an error before what stands behind it is. Only `real` then shows the whole text.
    private static func parse<Number: BinaryFloatingPoint>(
        _ text: String, as type: StaticString, showsAll: Bool, _ read: (Substring) -> Number?
    ) throws(SQLError) -> Number {
        let word = text.utf8.trimmed
        let negative = word.first == UInt8(ascii: "-")
        let magnitude = negative || word.first == UInt8(ascii: "+") ? word.dropFirst() : word
        if magnitude.isWord("nan") { return .nan }
        if magnitude.isWord("infinity") || magnitude.isWord("inf") { return negative ? -.infinity : .infinity }
        let end = endOfNumber(magnitude)
        guard end > magnitude.startIndex, let value = read(text[word.startIndex..<end]) else { throw .invalidText(type, text) }
        // A zero that has a digit other than 0 before its exponent is a number too small to hold.
        let mantissa = magnitude[..<end].prefix { $0.lowercased != UInt8(ascii: "e") }
        guard value.isFinite, value != 0 || !mantissa.contains(where: { $0 >= UInt8(ascii: "1") && $0.isDigit }) else {
            throw SQLError("22003", "\"\(showsAll ? text[...] : text[word.startIndex..<end])\" is out of range for type \(type)")
        }
        guard end == word.endIndex else { throw .invalidText(type, text) }
        return value
    }

    private static func endOfNumber(_ text: Substring.UTF8View) -> String.Index {
        if text.count > 2, text.first == UInt8(ascii: "0"), text.dropFirst().first?.lowercased == UInt8(ascii: "x") {
            return text.firstIndex { $0.hexDigit == nil && !"xXpP+-.".utf8.contains($0) } ?? text.endIndex
        }
        let whole = text.prefix { $0.isDigit }
        var rest = text[whole.endIndex...]
        var digits = whole.count
        if rest.first == UInt8(ascii: ".") {
            let part = rest.dropFirst().prefix { $0.isDigit }
            digits += part.count
            rest = rest[part.endIndex...]
        }
        guard digits > 0 else { return text.startIndex }
        guard rest.first?.lowercased == UInt8(ascii: "e") else { return rest.startIndex }
        var exponent = rest.dropFirst()
        if exponent.first == UInt8(ascii: "-") || exponent.first == UInt8(ascii: "+") { exponent.removeFirst() }
        let power = exponent.prefix { $0.isDigit }
        return power.isEmpty ? rest.startIndex : power.endIndex
    }
}

/// `varchar(n)` and `char(n)`: lengths count characters (code points), and blanks beyond the length are cut.
enum CharacterText {
    static func limited(_ text: String, _ modifier: TypeModifier?) throws(SQLError) -> String {
        guard case .length(let limit) = modifier else { return text }
        return try cut(text, to: limit, "character varying").text
    }

    static func padded(_ text: String, _ modifier: TypeModifier?) throws(SQLError) -> String {
        guard case .length(let limit) = modifier else { return text }
        let (text, length) = try cut(text, to: limit, "character")
        return text + String(repeating: " ", count: max(limit - length, 0))
    }

    /// A `name`: cut to 63 bytes, at a character's beginning.
    static func name(_ text: String) -> String {
        guard text.utf8.count > 63 else { return text }
        var end = text.utf8.index(text.startIndex, offsetBy: 63)
        while end > text.startIndex, text.utf8[end] & 0xC0 == 0x80 { end = text.utf8.index(before: end) }
        return String(text[..<end])
    }

    private static func cut(
        _ text: String, to limit: Int, _ type: StaticString
    ) throws(SQLError) -> (text: String, length: Int) {
        guard text.utf8.count > limit else { return (text, text.unicodeScalars.count) }
        let scalars = text.unicodeScalars
        guard let end = scalars.index(scalars.startIndex, offsetBy: limit, limitedBy: scalars.endIndex) else {
            return (text, scalars.count)
        }
        guard scalars[end...].allSatisfy({ $0 == " " }) else {
            throw SQLError("22001", "value too long for type \(type)(\(limit))")
        }
        return (String(scalars[..<end]), limit)
    }
}

/// PostgreSQL's `uuid_in`: 32 hexadecimal digits, hyphens after any group of four, braces around all; stored in lower case.
enum UUIDText {
    static func parse(_ text: String) throws(SQLError) -> String {
        var rest = text.utf8[...]
        let braced = rest.first == UInt8(ascii: "{")
        if braced { rest.removeFirst() }
        var canonical: [UInt8] = []
        canonical.reserveCapacity(36)
        for index in 0..<32 {
            if index > 0, index % 4 == 0, rest.first == UInt8(ascii: "-") { rest.removeFirst() }
            if index == 8 || index == 12 || index == 16 || index == 20 { canonical.append(UInt8(ascii: "-")) }
            guard let digit = rest.popFirst(), digit.hexDigit != nil else { throw .invalidText("uuid", text) }
            canonical.append(digit.lowercased)
        }
        if braced, rest.popFirst() != UInt8(ascii: "}") { throw .invalidText("uuid", text) }
        guard rest.isEmpty else { throw .invalidText("uuid", text) }
        return String(decoding: canonical, as: UTF8.self)
    }
}

/// PostgreSQL's `byteain`: `\x` and hexadecimal digits, or the older escape form.
enum ByteaText {
    static func parse(_ text: String) throws(SQLError) -> [UInt8] {
        let bytes = text.utf8
        return bytes.starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "x")]) ? try hexadecimal(bytes.dropFirst(2)) : try escaped(bytes[...])
    }

    private static func hexadecimal(_ text: Substring.UTF8View) throws(SQLError) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count / 2)
        var rest = text
        while let byte = rest.popFirst() {
            if byte == 0x20 || byte == 0x0A || byte == 0x09 || byte == 0x0D { continue }
            guard let high = byte.hexDigit else { throw invalidDigit(byte, &rest) }
            guard let next = rest.popFirst() else {
                throw SQLError("22023", "invalid hexadecimal data: odd number of digits")
            }
            guard let low = next.hexDigit else { throw invalidDigit(next, &rest) }
            result.append(high << 4 | low)
        }
        return result
    }

    private static func invalidDigit(_ byte: UInt8, _ rest: inout Substring.UTF8View) -> SQLError {
        var character = [byte]
        while let next = rest.first, next & 0xC0 == 0x80 {
            character.append(next)
            rest.removeFirst()
        }
        return SQLError("22023", "invalid hexadecimal digit: \"\(String(decoding: character, as: UTF8.self))\"")
    }

    private static func escaped(_ text: Substring.UTF8View) throws(SQLError) -> [UInt8] {
        var result: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                result.append(byte)
                continue
            }
            if rest.first == UInt8(ascii: "\\") {
                result.append(byte)
                rest.removeFirst()
                continue
            }
            let digits = Array(rest.prefix(3)).map { Int($0) - Int(UInt8(ascii: "0")) }
            guard digits.count == 3, (0...3).contains(digits[0]), (0...7).contains(digits[1]), (0...7).contains(digits[2]) else {
                throw SQLError("22P02", "invalid input syntax for type bytea")
            }
            result.append(UInt8(digits[0] << 6 | digits[1] << 3 | digits[2]))
            rest.removeFirst(3)
        }
        return result
    }
}
