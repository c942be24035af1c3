/// The tokens of a PL/pgSQL body, with their places.
struct ProcedureToken {
    enum Kind: Equatable {
        /// Folded to lower case unless quoted.
        case word(String, isQuoted: Bool)
        /// A string constant's text, where it is plain.
        case string(String)
        case number
        /// `$1`
        case parameter(Int)
        case symbol(String)
        case end
    }

    var kind: Kind
    var start: Int
    var end: Int

    func isWord(_ word: String) -> Bool { kind == .word(word, isQuoted: false) }
    func isSymbol(_ symbol: String) -> Bool { kind == .symbol(symbol) }
    var word: String? { if case .word(let word, _) = kind { word } else { nil } }
}

/// Cuts a body into tokens. Operators are cut only as far as the statements' own syntax asks; SQL inside is read by its own parser.
struct ProcedureTokens {
    private let bytes: [UInt8]
    private var at = 0
    private(set) var tokens: [ProcedureToken] = []

    init(_ bytes: [UInt8], _ failure: (String, Int) -> SyntaxError) throws(SyntaxError) {
        self.bytes = bytes
        while true {
            skipBlanks()
            let start = at
            guard at < bytes.count else {
                tokens.append(ProcedureToken(kind: .end, start: start, end: start))
                return
            }
            guard let kind = next() else { throw failure("unterminated quoted string", start) }
            tokens.append(ProcedureToken(kind: kind, start: start, end: at))
        }
    }

    private func byte(_ ahead: Int = 0) -> UInt8 { at + ahead < bytes.count ? bytes[at + ahead] : 0 }

    private mutating func skipBlanks() {
        while at < bytes.count {
            switch bytes[at] {
            case 32, 9...13: at += 1
            case UInt8(ascii: "-") where byte(1) == UInt8(ascii: "-"):
                while at < bytes.count, bytes[at] != 10 { at += 1 }
            case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "*"):
                var open = 0
                repeat {
                    if byte() == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "*") {
                        open += 1
                        at += 2
                    } else if byte() == UInt8(ascii: "*"), byte(1) == UInt8(ascii: "/") {
                        open -= 1
                        at += 2
                    } else {
                        at += 1
                    }
                } while open > 0 && at < bytes.count
            default: return
            }
        }
    }

    /// Nil for a quote without an end.
    private mutating func next() -> ProcedureToken.Kind? {
        let first = bytes[at]
        switch first {
        case UInt8(ascii: "'"): return string(escapes: false)
        case UInt8(ascii: "e"), UInt8(ascii: "E"):
            if byte(1) == UInt8(ascii: "'") {
                at += 1
                return string(escapes: true)
            }
            return word()
        case UInt8(ascii: "\""): return quotedWord()
        case UInt8(ascii: "$"): return dollar()
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return number()
        case _ where Self.isLetter(first): return word()
        default: return symbol()
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")) || byte == UInt8(ascii: "_") || byte >= 0x80
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private mutating func word() -> ProcedureToken.Kind {
        let start = at
        while at < bytes.count, Self.isLetter(bytes[at]) || Self.isDigit(bytes[at]) || bytes[at] == UInt8(ascii: "$") { at += 1 }
        let folded = bytes[start..<at].map { $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") ? $0 | 0x20 : $0 }
        return .word(String(decoding: folded, as: UTF8.self), isQuoted: false)
    }

    private mutating func quotedWord() -> ProcedureToken.Kind? {
        var text: [UInt8] = []
        at += 1
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "\"") {
                if byte(1) != UInt8(ascii: "\"") {
                    at += 1
                    return .word(String(decoding: text, as: UTF8.self), isQuoted: true)
                }
                at += 1
            }
            text.append(bytes[at])
            at += 1
        }
        return nil
    }

    private mutating func string(escapes: Bool) -> ProcedureToken.Kind? {
        var text: [UInt8] = []
        at += 1
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "'") {
                if byte(1) != UInt8(ascii: "'") {
                    at += 1
                    return .string(String(decoding: text, as: UTF8.self))
                }
                at += 1
            } else if escapes, bytes[at] == UInt8(ascii: "\\"), at + 1 < bytes.count {
                at += 1
                switch bytes[at] {
                case UInt8(ascii: "n"): text.append(10)
                case UInt8(ascii: "t"): text.append(9)
                case UInt8(ascii: "r"): text.append(13)
                default: text.append(bytes[at])
                }
                at += 1
                continue
            }
            text.append(bytes[at])
            at += 1
        }
        return nil
    }

    private mutating func dollar() -> ProcedureToken.Kind? {
        if Self.isDigit(byte(1)) {
            at += 1
            let start = at
            while at < bytes.count, Self.isDigit(bytes[at]) { at += 1 }
            return .parameter(Int(String(decoding: bytes[start..<at], as: UTF8.self)) ?? 0)
        }
        var end = at + 1
        while end < bytes.count, Self.isLetter(bytes[end]) || (end > at + 1 && Self.isDigit(bytes[end])) { end += 1 }
        guard end < bytes.count, bytes[end] == UInt8(ascii: "$") else {
            at += 1
            return .symbol("$")
        }
        let mark = bytes[at...end]
        let start = end + 1
        var place = start
        while place + mark.count <= bytes.count {
            if bytes[place] == UInt8(ascii: "$"), bytes[place..<place + mark.count].elementsEqual(mark) {
                at = place + mark.count
                return .string(String(decoding: bytes[start..<place], as: UTF8.self))
            }
            place += 1
        }
        return nil
    }

    private mutating func number() -> ProcedureToken.Kind {
        while Self.isDigit(byte()) { at += 1 }
        // `1..10` is a range.
        if byte() == UInt8(ascii: "."), byte(1) != UInt8(ascii: ".") {
            at += 1
            while Self.isDigit(byte()) { at += 1 }
        }
        if byte() | 0x20 == UInt8(ascii: "e"),
            Self.isDigit(byte(1)) || ((byte(1) == UInt8(ascii: "-") || byte(1) == UInt8(ascii: "+")) && Self.isDigit(byte(2)))
        {
            at += 2
            while Self.isDigit(byte()) { at += 1 }
        }
        return .number
    }

    private mutating func symbol() -> ProcedureToken.Kind {
        for pair in [":=", "..", "<<", ">>", "::", "=>", "<=", ">=", "<>", "!="] {
            let both = Array(pair.utf8)
            if byte() == both[0], byte(1) == both[1] {
                at += 2
                return .symbol(pair)
            }
        }
        at += 1
        return .symbol(String(decoding: [bytes[at - 1]], as: UTF8.self))
    }
}
