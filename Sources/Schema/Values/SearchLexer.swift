/// Reads the words that tsvector and tsquery are written in: bare, quoted, with escapes.
///
/// Source: PostgreSQL 15, chapter 8.11.
struct SearchLexer {
    /// What a word may end at, besides blanks.
    enum Dialect { case vector, query, web }

    static let longestLexeme = 2046
    static let lastPosition: UInt16 = 16383

    let bytes: UnsafeBufferPointer<UInt8>
    let dialect: Dialect
    var at = 0
    private(set) var word: [UInt8] = []
    /// Of the word read last: place and weight, as `SearchVector.Position` packs them.
    private(set) var positions: [UInt16] = []

    init(_ bytes: UnsafeBufferPointer<UInt8>, _ dialect: Dialect) {
        self.bytes = bytes
        self.dialect = dialect
    }

    /// The next word, in `word` and `positions`; false at the end.
    mutating func next() throws(SQLError) -> Bool {
        word.removeAll(keepingCapacity: true)
        positions.removeAll(keepingCapacity: true)
        skipBlanks()
        guard let first = peek else { return false }
        if first == UInt8(ascii: "'"), dialect != .web {
            at += 1
            try quoted()
            if dialect == .vector, peek == UInt8(ascii: ":") { try places() }
            return true
        }
        if dialect != .vector, Self.isOperator(first) { throw syntaxError }
        try bare()
        return true
    }

    private mutating func bare() throws(SQLError) {
        // Whatever it is, the first character is the word's.
        var isFirst = true
        while let byte = peek {
            if byte == UInt8(ascii: "\\"), dialect != .web {
                at += 1
                try escaped()
            } else if isFirst {
                append()
            } else if blank(at) > 0 || ends(byte) {
                return
            } else if byte == UInt8(ascii: ":") {
                if dialect == .vector { try places() }
                return
            } else {
                append()
            }
            isFirst = false
        }
    }

    private func ends(_ byte: UInt8) -> Bool {
        switch dialect {
        case .vector: false
        case .query: Self.isOperator(byte)
        case .web: Self.isOperator(byte) || byte == UInt8(ascii: "\"")
        }
    }

    private mutating func quoted() throws(SQLError) {
        while let byte = peek {
            if byte == UInt8(ascii: "'") {
                at += 1
                guard peek == byte else {
                    if word.isEmpty { throw syntaxError }
                    return
                }
                append()
            } else if byte == UInt8(ascii: "\\") {
                at += 1
                try escaped()
            } else {
                append()
            }
        }
        throw syntaxError
    }

    private mutating func escaped() throws(SQLError) {
        guard at < bytes.count else { throw SQLError("42601", "there is no escaped character: \"\(whole)\"") }
        append()
    }

    /// `:1A,3,16B` behind a word.
    private mutating func places() throws(SQLError) {
        repeat {
            at += 1
            guard let digit = peek, digit.isDigit else { throw syntaxError }
            var number: Int64 = 0
            while let byte = peek, byte.isDigit {
                let (product, overflow) = number.multipliedReportingOverflow(by: 10)
                number = overflow ? .max : product.addingReportingOverflow(Int64(byte - 48)).overflow ? .max : product + Int64(byte - 48)
                at += 1
            }
            // A number too long for an integer keeps its low bits, as in PostgreSQL.
            let narrow = Int32(truncatingIfNeeded: number)
            let place = narrow > Int32(Self.lastPosition) ? Self.lastPosition : UInt16(truncatingIfNeeded: narrow) & 0x3FFF
            guard place != 0 else { throw SQLError("42601", "wrong position info in tsvector: \"\(whole)\"") }
            positions.append(place | (try weight() << 14))
        } while peek == UInt8(ascii: ",")
        guard at == bytes.count || blank(at) > 0 else { throw syntaxError }
    }

    private mutating func weight() throws(SQLError) -> UInt16 {
        var weight: UInt16 = 0
        while let byte = peek {
            let next: UInt16
            switch byte | 0x20 {
            case UInt8(ascii: "a"): next = 3
            case UInt8(ascii: "b"): next = 2
            case UInt8(ascii: "c"): next = 1
            case UInt8(ascii: "d"): next = 0
            default:
                if byte == UInt8(ascii: "*") {
                    next = 3
                } else if byte.isDigit {
                    at += 1
                    continue
                } else {
                    return weight
                }
            }
            if weight != 0 { throw syntaxError }
            weight = next
            at += 1
        }
        return weight
    }

    // MARK: Characters

    var peek: UInt8? { at < bytes.count ? bytes[at] : nil }
    var whole: String { String(decoding: bytes, as: UTF8.self) }
    var syntaxError: SQLError {
        SQLError("42601", "syntax error in \(dialect == .vector ? "tsvector" : "tsquery"): \"\(whole)\"")
    }

    mutating func skipBlanks() {
        while case let length = blank(at), length > 0 { at += length }
    }

    /// How many bytes the blank here has; 0 where there is none.
    func blank(_ place: Int) -> Int {
        guard place < bytes.count else { return 0 }
        let byte = bytes[place]
        if byte < 0x80 { return byte.isBlank ? 1 : 0 }
        let length = Self.length(of: byte)
        guard length == 3, place + 2 < bytes.count else { return 0 }
        let value = UInt32(byte & 0x0F) << 12 | UInt32(bytes[place + 1] & 0x3F) << 6 | UInt32(bytes[place + 2] & 0x3F)
        return SearchCharacter.isSpace(value) ? 3 : 0
    }

    private mutating func append() {
        let length = min(Self.length(of: bytes[at]), bytes.count - at)
        word.append(contentsOf: bytes[at..<at + length])
        at += length
    }

    static func length(of first: UInt8) -> Int { first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4 }

    static func isOperator(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "!"), UInt8(ascii: "&"), UInt8(ascii: "|"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "<"): true
        default: false
        }
    }
}

/// Kinds of characters as the C library has them in `C.UTF-8`, which PostgreSQL asks.
package enum SearchCharacter {
    package static func isSpace(_ value: UInt32) -> Bool {
        switch value {
        case 0x09...0x0D, 0x20, 0x1680, 0x2000...0x2006, 0x2008...0x200A, 0x2028, 0x2029, 0x205F, 0x3000: true
        default: false
        }
    }

    package static func isDigit(_ value: UInt32) -> Bool { (0x30...0x39).contains(value) }

    package static func isLetter(_ value: UInt32) -> Bool { value < 0x80 && (0x61...0x7A).contains(value | 0x20) }

    /// Letters of every script, and the digits that are not ASCII.
    package static func isAlphabetic(_ value: UInt32) -> Bool {
        if value < 0x80 { return isLetter(value) }
        guard let scalar = Unicode.Scalar(value) else { return false }
        return scalar.properties.isAlphabetic || scalar.properties.generalCategory == .decimalNumber
    }

    /// Marks that take no room of their own: they break no word and begin none.
    package static func isMark(_ value: UInt32) -> Bool {
        guard value >= 0x300, let scalar = Unicode.Scalar(value) else { return false }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .spacingMark: return true
        default: return false
        }
    }
}
