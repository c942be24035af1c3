/// Reads JSON strictly, token by token, and stops with PostgreSQL's words where it is wrong.
///
/// The order of checks is that of PostgreSQL's reader, so both name the same token when a text has several faults.
///
/// Source: RFC 8259; PostgreSQL 15, chapter 8.14.
struct JSONParser {
    enum Token {
        case objectStart, objectEnd, arrayStart, arrayEnd, comma, colon
        case string, number, `true`, `false`, null
        case end
    }

    let input: UnsafeBufferPointer<UInt8>
    let limits: JSONLimits
    /// False: only the form is checked and no value is made. Escapes are then not turned into characters, so, as with
    /// PostgreSQL's `json`, half a surrogate pair passes.
    let builds: Bool
    let refusesZero: Bool

    private var token = Token.end
    private var tokenStart = 0
    private var tokenEnd = 0
    /// The characters of the current string token, where it had escapes.
    private var unescaped: [UInt8]?

    init(_ input: UnsafeBufferPointer<UInt8>, limits: JSONLimits, builds: Bool, refusesZero: Bool) {
        self.input = input
        self.limits = limits
        self.builds = builds
        self.refusesZero = refusesZero
    }

    mutating func document() throws(JSONError) -> JSONValue {
        guard input.count <= limits.bytes else {
            throw error(.tooLarge, "The text has \(input.count) bytes; \(limits.bytes) are allowed.", at: 0)
        }
        try advance()
        let value = try value(depth: 0, expecting: "JSON value")
        if token != .end { throw unexpected("end of input") }
        return value
    }

    // MARK: Grammar

    private mutating func value(depth: Int, expecting expected: StaticString) throws(JSONError) -> JSONValue {
        switch token {
        case .objectStart:
            return try object(depth: depth + 1)
        case .arrayStart:
            return try array(depth: depth + 1)
        case .string:
            let value = builds ? JSONValue.string(try characters()) : .null
            try advance()
            return value
        case .number:
            let value = builds ? JSONValue.number(String(decoding: tokenBytes, as: UTF8.self)) : .null
            try advance()
            return value
        case .true, .false:
            let value = JSONValue.boolean(token == .true)
            try advance()
            return value
        case .null:
            try advance()
            return .null
        case .objectEnd, .arrayEnd, .comma, .colon, .end:
            throw unexpected(expected)
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
        try check(depth: depth)
        try advance()
        var members: [JSONValue.Member] = []
        if token == .string {
            while true {
                guard token == .string else { throw unexpected("string") }
                let name = builds ? try characters() : ""
                try advance()
                guard token == .colon else { throw unexpected("\":\"") }
                try advance()
                let value = try value(depth: depth, expecting: "JSON value")
                if builds { members.append(.init(name: name, value: value)) }
                guard token == .comma else { break }
                try advance()
            }
            guard token == .objectEnd else { throw unexpected("\",\" or \"}\"") }
        } else if token != .objectEnd {
            throw unexpected("string or \"}\"")
        }
        try advance()
        return builds ? .object(members) : .null
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
        try check(depth: depth)
        try advance()
        var elements: [JSONValue] = []
        if token != .arrayEnd {
            while true {
                let element = try value(depth: depth, expecting: "JSON value")
                if builds { elements.append(element) }
                guard token == .comma else { break }
                try advance()
            }
            guard token == .arrayEnd else { throw unexpected("\",\" or \"]\"") }
        }
        try advance()
        return builds ? .array(elements) : .null
    }

    private func check(depth: Int) throws(JSONError) {
        guard depth <= limits.depth else {
            throw error(.tooDeep, "The nesting is deeper than \(limits.depth).", at: tokenStart)
        }
    }

    // MARK: Tokens

    private mutating func advance() throws(JSONError) {
        var at = tokenEnd
        while at < input.count, let byte = Optional(input[at]), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { at += 1 }
        tokenStart = at
        tokenEnd = at + 1
        guard at < input.count else {
            token = .end
            tokenEnd = at
            return
        }
        switch input[at] {
        case UInt8(ascii: "{"): token = .objectStart
        case UInt8(ascii: "}"): token = .objectEnd
        case UInt8(ascii: "["): token = .arrayStart
        case UInt8(ascii: "]"): token = .arrayEnd
        case UInt8(ascii: ","): token = .comma
        case UInt8(ascii: ":"): token = .colon
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
        default: try word()
        }
    }

    private mutating func word() throws(JSONError) {
        let end = endOfWord(from: tokenStart)
        guard end > tokenStart else { throw invalidToken() }
        tokenEnd = end
        if tokenIs("true") {
            token = .true
        } else if tokenIs("false") {
            token = .false
        } else if tokenIs("null") {
            token = .null
        } else {
            throw invalidToken()
        }
    }

    private mutating func number() throws(JSONError) {
        var at = tokenStart
        var valid = true
        if input[at] == UInt8(ascii: "-") { at += 1 }
        if at < input.count, input[at] == UInt8(ascii: "0") {
            at += 1
        } else {
            let end = endOfDigits(from: at)
            if end == at { valid = false }
            at = end
        }
        if at < input.count, input[at] == UInt8(ascii: ".") {
            let end = endOfDigits(from: at + 1)
            if end == at + 1 { valid = false }
            at = end
        }
        if at < input.count, input[at] | 0x20 == UInt8(ascii: "e") {
            at += 1
            if at < input.count, input[at] == UInt8(ascii: "+") || input[at] == UInt8(ascii: "-") { at += 1 }
            let end = endOfDigits(from: at)
            if end == at { valid = false }
            at = end
        }
        // What follows directly is part of the token that is named in the error.
        tokenEnd = endOfWord(from: at)
        guard valid, tokenEnd == at else { throw invalidToken() }
        token = .number
    }

    private mutating func string() throws(JSONError) {
        token = .string
        unescaped = nil
        var at = tokenStart + 1
        while at < input.count {
            let byte = input[at]
            if byte == UInt8(ascii: "\"") {
                tokenEnd = at + 1
                return
            }
            if byte == UInt8(ascii: "\\") {
                unescaped = builds ? Array(input[(tokenStart + 1)..<at]) : []
                return try stringWithEscapes(from: at)
            }
            if byte < 0x20 { throw controlCharacter(byte, at: at) }
            at += 1
        }
        tokenEnd = input.count
        throw invalidToken()
    }

    private mutating func stringWithEscapes(from start: Int) throws(JSONError) {
        var at = start
        var high: UInt32?
        while at < input.count {
            let byte = input[at]
            if byte == UInt8(ascii: "\\") {
                guard at + 1 < input.count else { break }
                if input[at + 1] == UInt8(ascii: "u") {
                    let unit = try codeUnit(at: at + 2)
                    at += 6
                    if builds { try append(unit, after: &high, at: at) }
                    continue
                }
                guard let character = Self.escaped(input[at + 1]) else { throw invalidEscape(at: at + 1) }
                if high != nil { throw loneSurrogate(at: at) }
                if builds { unescaped?.append(character) }
                at += 2
                continue
            }
            if byte == UInt8(ascii: "\"") {
                if high != nil { throw loneSurrogate(at: at) }
                tokenEnd = at + 1
                return
            }
            if byte < 0x20 { throw controlCharacter(byte, at: at) }
            if high != nil { throw loneSurrogate(at: at) }
            if builds { unescaped?.append(byte) }
            at += 1
        }
        tokenEnd = input.count
        throw invalidToken()
    }

    /// The four hexadecimal digits behind `\u`.
    private mutating func codeUnit(at start: Int) throws(JSONError) -> UInt32 {
        var unit: UInt32 = 0
        for at in start..<(start + 4) {
            guard at < input.count else {
                tokenEnd = input.count
                throw invalidToken()
            }
            switch input[at] {
            case let byte where byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"):
                unit = unit << 4 | UInt32(byte - UInt8(ascii: "0"))
            case let byte where byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "f"):
                unit = unit << 4 | UInt32((byte | 0x20) - UInt8(ascii: "a") + 10)
            default:
                throw error(.syntax, "\"\\u\" must be followed by four hexadecimal digits.", at: at)
            }
        }
        return unit
    }

    private mutating func append(_ unit: UInt32, after high: inout UInt32?, at: Int) throws(JSONError) {
        var code = unit
        switch unit {
        case 0xD800...0xDBFF:
            guard high == nil else {
                throw error(.loneSurrogate, "Unicode high surrogate must not follow a high surrogate.", at: at)
            }
            high = unit
            return
        case 0xDC00...0xDFFF:
            guard let first = high else { throw loneSurrogate(at: at) }
            code = 0x10000 + (first - 0xD800) << 10 + (unit - 0xDC00)
            high = nil
        default:
            if high != nil { throw loneSurrogate(at: at) }
        }
        if code == 0, refusesZero { throw error(.zeroCharacter, "\\u0000 cannot be converted to text.", at: at) }
        guard let scalar = Unicode.Scalar(code) else { throw loneSurrogate(at: at) }
        unescaped?.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }

    private static func escaped(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): byte
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: nil
        }
    }

    /// The current string token's characters.
    private func characters() throws(JSONError) -> String {
        let text =
            if let unescaped {
                String(validating: unescaped, as: UTF8.self)
            } else {
                String(validating: UnsafeBufferPointer(rebasing: input[(tokenStart + 1)..<(tokenEnd - 1)]), as: UTF8.self)
            }
        guard let text else { throw error(.invalidUTF8, "The text is not valid UTF-8.", at: tokenStart) }
        return text
    }

    // MARK: Pieces

    private var tokenBytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: input[tokenStart..<tokenEnd]) }

    private func tokenIs(_ word: StaticString) -> Bool {
        word.withUTF8Buffer { $0.elementsEqual(tokenBytes) }
    }

    private func endOfDigits(from start: Int) -> Int {
        var at = start
        while at < input.count, input[at] >= UInt8(ascii: "0"), input[at] <= UInt8(ascii: "9") { at += 1 }
        return at
    }

    private func endOfWord(from start: Int) -> Int {
        var at = start
        while at < input.count {
            switch input[at] {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "_"), 0x80...0xFF:
                at += 1
            default:
                return at
            }
        }
        return at
    }

    // MARK: Errors

    private func unexpected(_ expected: StaticString) -> JSONError {
        if token == .end { return error(.syntax, "The input string ended unexpectedly.", at: tokenStart) }
        return error(.syntax, "Expected \(expected), but found \"\(shown)\".", at: tokenStart)
    }

    private func invalidToken() -> JSONError {
        error(.syntax, "Token \"\(shown)\" is invalid.", at: tokenStart)
    }

    private var shown: String { String(decoding: tokenBytes, as: UTF8.self) }

    private func controlCharacter(_ byte: UInt8, at offset: Int) -> JSONError {
        let digits = String(byte, radix: 16)
        return error(.syntax, "Character with value 0x\(digits.count < 2 ? "0" : "")\(digits) must be escaped.", at: offset)
    }

    private func invalidEscape(at offset: Int) -> JSONError {
        var end = offset + 1
        while end < input.count, input[end] & 0xC0 == 0x80 { end += 1 }
        return error(.syntax, "Escape sequence \"\\\(String(decoding: input[offset..<end], as: UTF8.self))\" is invalid.", at: offset)
    }

    private func loneSurrogate(at offset: Int) -> JSONError {
        error(.loneSurrogate, "Unicode low surrogate must follow a high surrogate.", at: offset)
    }

    private func error(_ kind: JSONError.Kind, _ details: String, at offset: Int) -> JSONError {
        var line = 1
        var column = 1
        for byte in input.prefix(offset) {
            if byte == 0x0A {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        return JSONError(kind: kind, details: details, offset: offset, line: line, column: column)
    }
}

extension JSONValue {
    /// Reads one JSON document.
    ///
    /// Half a surrogate pair is refused, because no `String` can hold it. `refusingZero` refuses `\u0000` too.
    package init(
        parsing bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits = .default, refusingZero: Bool = false
    ) throws(JSONError) {
        var parser = JSONParser(bytes, limits: limits, builds: true, refusesZero: refusingZero)
        self = try parser.document()
    }

    package init(
        parsing bytes: some Collection<UInt8>, limits: JSONLimits = .default, refusingZero: Bool = false
    ) throws(JSONError) {
        let read = { (buffer: UnsafeBufferPointer<UInt8>) -> Result<JSONValue, JSONError> in
            do throws(JSONError) {
                return .success(try JSONValue(parsing: buffer, limits: limits, refusingZero: refusingZero))
            } catch {
                return .failure(error)
            }
        }
        self = try (bytes.withContiguousStorageIfAvailable(read) ?? Array(bytes).withUnsafeBufferPointer(read)).get()
    }

    package init(parsing text: String, limits: JSONLimits = .default, refusingZero: Bool = false) throws(JSONError) {
        try self.init(parsing: text.utf8, limits: limits, refusingZero: refusingZero)
    }

    /// Throws unless `text` is one JSON document, without building it: the check of PostgreSQL's type `json`.
    package static func check(_ text: String, limits: JSONLimits = .default) throws(JSONError) {
        let read = { (buffer: UnsafeBufferPointer<UInt8>) -> JSONError? in
            do throws(JSONError) {
                var parser = JSONParser(buffer, limits: limits, builds: false, refusesZero: false)
                _ = try parser.document()
                return nil
            } catch {
                return error
            }
        }
        var text = text
        if let error = text.withUTF8(read) { throw error }
    }
}
