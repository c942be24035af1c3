/// The words of a jsonpath. Source: PostgreSQL 15, chapter 8.14.7.
struct JSONPathLexer {
    enum Token: Equatable {
        case end
        /// A sign or an operator: `$`, `@`, `.`, `&&`, …
        case sign(String)
        /// A name without quotes; lower case where it is a word of the language.
        case word(String)
        case string(String)
        case variable(String)
        case number(String)
        case integer(String)
    }

    private let text: [Unicode.Scalar]
    private var at = 0
    /// The text of the last token, for errors.
    private(set) var last = ""

    init(_ text: String) { self.text = Array(text.unicodeScalars) }

    func error(_ what: String = "syntax error") -> SQLError {
        last.isEmpty
            ? SQLError("42601", "\(what) at end of jsonpath input") : SQLError("42601", "\(what) at or near \"\(last)\" of jsonpath input")
    }

    static let words: Set<String> = [
        "is", "to", "abs", "lax", "flag", "last", "size", "type", "with", "floor", "double", "exists", "starts", "strict", "ceiling",
        "unknown", "datetime", "keyvalue", "like_regex",
    ]

    private static func isSpecial(_ scalar: Unicode.Scalar) -> Bool { "?%$.[]{}()|&!=<>@#,*:-+/".unicodeScalars.contains(scalar) }
    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool { " \t\n\r\u{C}".unicodeScalars.contains(scalar) }
    private static func isOther(_ scalar: Unicode.Scalar) -> Bool {
        !isSpecial(scalar) && !isBlank(scalar) && scalar != "\\" && scalar != "\""
    }
    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { (0x30...0x39).contains(scalar.value) }

    mutating func next() throws(SQLError) -> Token {
        try skipBlanks()
        let start = at
        guard at < text.count else {
            last = ""
            return .end
        }
        let scalar = text[at]
        for sign in ["&&", "||", "**", "<=", "==", "<>", "!=", ">="] where starts(with: sign) {
            at += 2
            last = sign
            return .sign(sign == "<>" ? "!=" : sign)
        }
        if scalar == "$" {
            if at + 1 < text.count, text[at + 1] == "\"" {
                at += 2
                let name = try quoted(from: start)
                return .variable(name)
            }
            let name = text[(at + 1)...].prefix { Self.isOther($0) }
            if !name.isEmpty {
                at = name.endIndex
                mark(start)
                return .variable(String(String.UnicodeScalarView(name)))
            }
        }
        if scalar == "\"" {
            at += 1
            return .string(try quoted(from: start))
        }
        if Self.isDigit(scalar) || (scalar == "." && at + 1 < text.count && Self.isDigit(text[at + 1])), let number = try number() {
            return number
        }
        if Self.isSpecial(scalar) {
            at += 1
            mark(start)
            return .sign(String(scalar))
        }
        return try name()
    }

    private func starts(with word: String) -> Bool {
        let scalars = Array(word.unicodeScalars)
        return at + scalars.count <= text.count && text[at..<(at + scalars.count)].elementsEqual(scalars)
    }

    private mutating func mark(_ start: Int) { last = String(String.UnicodeScalarView(text[start..<min(at, text.count)])) }

    private mutating func skipBlanks() throws(SQLError) {
        while at < text.count {
            if Self.isBlank(text[at]) {
                at += 1
            } else if starts(with: "/*") {
                at += 2
                while at < text.count, !starts(with: "*/") { at += 1 }
                guard at < text.count else {
                    last = ""
                    throw error("unexpected end of comment")
                }
                at += 2
            } else {
                return
            }
        }
    }

    /// Nil where the digits begin a name.
    private mutating func number() throws(SQLError) -> Token? {
        let start = at
        var end = at
        func digits(_ from: Int) -> Int {
            var place = from
            while place < text.count, Self.isDigit(text[place]) { place += 1 }
            return place
        }
        if text[end] != "." { end = text[end] == "0" ? end + 1 : digits(end) }
        var isInteger = true
        if end < text.count, text[end] == "." {
            isInteger = false
            end = digits(end + 1)
        }
        if end < text.count, text[end] == "e" || text[end] == "E" {
            var exponent = end + 1
            let hasSign = exponent < text.count && (text[exponent] == "+" || text[exponent] == "-")
            if hasSign { exponent += 1 }
            let after = digits(exponent)
            if after > exponent {
                isInteger = false
                end = after
            } else if hasSign {
                at = exponent
                mark(start)
                throw error("invalid numeric literal")
            }
        }
        if end < text.count, Self.isOther(text[end]) {
            // A longer run of letters is a name that begins with a digit.
            var run = start
            while run < text.count, Self.isOther(text[run]) { run += 1 }
            if run > end + 1 { return nil }
            at = end + 1
            mark(start)
            throw error("trailing junk after numeric literal")
        }
        at = end
        mark(start)
        let word = String(String.UnicodeScalarView(text[start..<end]))
        return isInteger ? .integer(word) : .number(word)
    }

    /// A name without quotes, with escapes in it.
    private mutating func name() throws(SQLError) -> Token {
        let start = at
        var result = String.UnicodeScalarView()
        while at < text.count {
            if Self.isOther(text[at]) {
                result.append(text[at])
                at += 1
            } else if text[at] == "\\" {
                try escape(into: &result, from: start)
            } else {
                break
            }
        }
        // PostgreSQL's lexer has a name only when it has seen what follows, and names that in errors.
        let blanks = text[at...].prefix { Self.isBlank($0) }
        last = String(String.UnicodeScalarView(blanks))
        let word = String(result)
        if ["null", "true", "false"].contains(word) { return .word(word) }
        return .word(Self.words.contains(word.lowercased()) ? word.lowercased() : word)
    }

    private mutating func quoted(from start: Int) throws(SQLError) -> String {
        var result = String.UnicodeScalarView()
        while at < text.count {
            if text[at] == "\"" {
                at += 1
                mark(start)
                return String(result)
            }
            if text[at] == "\\" {
                try escape(into: &result, from: start)
            } else {
                result.append(text[at])
                at += 1
            }
        }
        last = ""
        throw error("unexpected end of quoted string")
    }

    private mutating func escape(into result: inout String.UnicodeScalarView, from start: Int) throws(SQLError) {
        at += 1
        guard at < text.count else {
            mark(at - 1)
            throw error("unexpected end after backslash")
        }
        let letter = text[at]
        at += 1
        switch letter {
        case "b": result.append("\u{8}")
        case "f": result.append("\u{C}")
        case "n": result.append("\n")
        case "r": result.append("\r")
        case "t": result.append("\t")
        case "v": result.append("\u{B}")
        case "x":
            guard let value = hexadecimal(2), let scalar = Unicode.Scalar(value) else {
                mark(start)
                throw error("invalid hex character sequence")
            }
            result.append(scalar)
        case "u":
            guard var value = codePoint() else {
                mark(start)
                throw error("invalid unicode sequence")
            }
            if (0xD800...0xDBFF).contains(value) {
                guard starts(with: "\\u") else {
                    throw SQLError(
                        "22P02", "invalid input syntax for type jsonpath",
                        details: "Unicode low surrogate must follow a high surrogate.")
                }
                at += 2
                guard let low = codePoint(), (0xDC00...0xDFFF).contains(low) else {
                    throw SQLError(
                        "22P02", "invalid input syntax for type jsonpath",
                        details: "Unicode low surrogate must follow a high surrogate.")
                }
                value = 0x10000 + ((value - 0xD800) << 10) + (low - 0xDC00)
            }
            guard value != 0 else {
                throw SQLError("22P05", "unsupported Unicode escape sequence", details: "\\u0000 cannot be converted to text.")
            }
            guard let scalar = Unicode.Scalar(value) else {
                throw SQLError(
                    "22P02", "invalid input syntax for type jsonpath", details: "Unicode low surrogate must follow a high surrogate.")
            }
            result.append(scalar)
        default: result.append(letter)
        }
    }

    private mutating func codePoint() -> UInt32? {
        guard at < text.count, text[at] == "{" else { return hexadecimal(4) }
        let digits = text[(at + 1)...].prefix { $0.properties.isASCIIHexDigit }
        guard (1...6).contains(digits.count), digits.endIndex < text.count, text[digits.endIndex] == "}" else { return nil }
        at = digits.endIndex + 1
        return UInt32(String(String.UnicodeScalarView(digits)), radix: 16)
    }

    private mutating func hexadecimal(_ count: Int) -> UInt32? {
        guard at + count <= text.count, text[at..<(at + count)].allSatisfy({ $0.properties.isASCIIHexDigit }) else { return nil }
        defer { at += count }
        return UInt32(String(String.UnicodeScalarView(text[at..<(at + count)])), radix: 16)
    }
}
