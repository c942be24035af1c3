extension SearchQuery {
    /// How a text is read as a query.
    package enum Grammar: Sendable {
        /// `fat & (rat | !cat)`: what a tsquery's literal is written in.
        case operators
        /// `fat rat`: one run of words.
        case plain
        /// `"fat rat" or -cat`: what people write into search fields; nothing in it is an error.
        case web
    }

    /// Reads a literal or what is stored. Throws 42601, 22023 and 54000.
    package init(_ text: String) throws(SQLError) {
        self = try SearchQuery(text, .operators) { (word, weights, isPrefix, items) throws(SQLError) in
            items.append(.word(word, weights: weights, isPrefix: isPrefix))
        }
    }

    /// Reads a text whose words are turned into items by `push`.
    package init(
        _ text: String, _ grammar: Grammar,
        push: (_ word: [UInt8], _ weights: UInt8, _ isPrefix: Bool, _ items: inout [Item]) throws(SQLError) -> Void
    ) throws(SQLError) {
        var text = text
        let result: Result<SearchQuery, SQLError> = text.withUTF8 { bytes in
            do throws(SQLError) {
                var reader = SearchQueryReader(bytes, grammar)
                return .success(SearchQuery(try reader.read(push)).withoutStops)
            } catch { return .failure(error) }
        }
        self = try result.get()
    }
}

/// Turns a query's text into its items: operators wait on a stack until what comes behind binds less.
private struct SearchQueryReader {
    private enum Token {
        case end
        case word(weights: UInt8, isPrefix: Bool)
        /// The end of a web search that ends in an operator.
        case stop
        case sign(SearchQuery.Item)
        case open, close
    }

    private var lexer: SearchLexer
    private let grammar: SearchQuery.Grammar
    private var wantsOperand = true
    private var isFirst = true
    private var depth = 0
    /// What the token read last says, where that is not in the lexer.
    private var word: [UInt8] = []

    private static let deepest = 1000
    private static let mostWaiting = 32

    init(_ bytes: UnsafeBufferPointer<UInt8>, _ grammar: SearchQuery.Grammar) {
        lexer = SearchLexer(bytes, grammar == .web ? .web : .query)
        self.grammar = grammar
    }

    mutating func read(
        _ push: (_ word: [UInt8], _ weights: UInt8, _ isPrefix: Bool, _ items: inout [SearchQuery.Item]) throws(SQLError) -> Void
    ) throws(SQLError) -> [SearchQuery.Item] {
        var items: [SearchQuery.Item] = []
        if grammar == .plain {
            if !lexer.bytes.isEmpty { try push(Array(lexer.bytes), 0, false, &items) }
            return items
        }
        var waiting: [[SearchQuery.Item]] = [[]]
        func settle(_ sign: SearchQuery.Item?) {
            while let last = waiting[waiting.count - 1].last {
                if let sign, sign == .not ? sign.binding >= last.binding : sign.binding > last.binding { return }
                items.append(last)
                waiting[waiting.count - 1].removeLast()
            }
        }
        while true {
            switch try next() {
            case .word(let weights, let isPrefix): try push(word, weights, isPrefix, &items)
            case .stop:
                items.append(.stop)
                while !waiting.isEmpty {
                    settle(nil)
                    waiting.removeLast()
                }
                return items
            case .sign(let sign):
                settle(sign)
                guard waiting[waiting.count - 1].count < Self.mostWaiting else { throw SQLError("XX000", "tsquery stack too small") }
                waiting[waiting.count - 1].append(sign)
            case .open:
                guard waiting.count < Self.deepest else { throw SQLError("54001", "stack depth limit exceeded") }
                waiting.append([])
            case .close:
                settle(nil)
                waiting.removeLast()
            case .end:
                settle(nil)
                return items
            }
        }
    }

    private mutating func next() throws(SQLError) -> Token {
        while true {
            lexer.skipBlanks()
            if wantsOperand {
                if let token = grammar == .web ? try webOperand() : try operand() { return token }
            } else if let token = grammar == .web ? try webSign() : try sign() {
                return token
            }
        }
    }

    // MARK: Operands

    private mutating func operand() throws(SQLError) -> Token? {
        switch lexer.peek {
        case UInt8(ascii: "!"):
            lexer.at += 1
            isFirst = false
            return .sign(.not)
        case UInt8(ascii: "("):
            lexer.at += 1
            isFirst = false
            depth += 1
            return .open
        case UInt8(ascii: ":"): throw lexer.syntaxError
        default: break
        }
        guard try lexer.next() else {
            if isFirst { return .end }
            throw SQLError("42601", "no operand in tsquery: \"\(lexer.whole)\"")
        }
        try take(lexer.word)
        let (weights, isPrefix) = modifiers()
        return .word(weights: weights, isPrefix: isPrefix)
    }

    private mutating func take(_ word: [UInt8]) throws(SQLError) {
        self.word = word
        (wantsOperand, isFirst) = (false, false)
        if grammar == .operators, word.count > SearchLexer.longestLexeme {
            throw SQLError("54000", "word is too long in tsquery: \"\(lexer.whole)\"")
        }
    }

    /// `:AB*` behind a word.
    private mutating func modifiers() -> (weights: UInt8, isPrefix: Bool) {
        var weights: UInt8 = 0
        var isPrefix = false
        guard lexer.peek == UInt8(ascii: ":") else { return (0, false) }
        lexer.at += 1
        while let byte = lexer.peek {
            switch byte {
            case UInt8(ascii: "a"), UInt8(ascii: "A"): weights |= 8
            case UInt8(ascii: "b"), UInt8(ascii: "B"): weights |= 4
            case UInt8(ascii: "c"), UInt8(ascii: "C"): weights |= 2
            case UInt8(ascii: "d"), UInt8(ascii: "D"): weights |= 1
            case UInt8(ascii: "*"): isPrefix = true
            default: return (weights, isPrefix)
            }
            lexer.at += 1
        }
        return (weights, isPrefix)
    }

    private mutating func webOperand() throws(SQLError) -> Token? {
        guard let byte = lexer.peek else { return isFirst ? .end : .stop }
        if byte == UInt8(ascii: "-") {
            lexer.at += 1
            isFirst = false
            return .sign(.not)
        }
        if byte == UInt8(ascii: "\"") {
            lexer.at += 1
            let start = lexer.at
            while let next = lexer.peek, next != byte { lexer.at += 1 }
            try take(Array(lexer.bytes[start..<lexer.at]))
            if lexer.peek != nil { lexer.at += 1 }
            return .word(weights: 0, isPrefix: false)
        }
        if SearchLexer.isOperator(byte) {
            lexer.at += 1
            isFirst = false
            return nil
        }
        guard try lexer.next() else { return isFirst ? .end : .stop }
        try take(lexer.word)
        return .word(weights: 0, isPrefix: false)
    }

    // MARK: Operators

    private mutating func sign() throws(SQLError) -> Token? {
        guard let byte = lexer.peek else {
            if depth != 0 { throw lexer.syntaxError }
            return .end
        }
        switch byte {
        case UInt8(ascii: "&"):
            lexer.at += 1
            wantsOperand = true
            return .sign(.and)
        case UInt8(ascii: "|"):
            lexer.at += 1
            wantsOperand = true
            return .sign(.or)
        case UInt8(ascii: "<"):
            lexer.at += 1
            wantsOperand = true
            return .sign(.followed(by: try distance()))
        case UInt8(ascii: ")"):
            lexer.at += 1
            depth -= 1
            if depth < 0 { throw lexer.syntaxError }
            return .close
        default: throw lexer.syntaxError
        }
    }

    /// `->` or `12>` behind `<`.
    private mutating func distance() throws(SQLError) -> Int {
        var distance = 1
        if lexer.peek == UInt8(ascii: "-") {
            lexer.at += 1
        } else {
            guard let first = lexer.peek, first.isDigit else { throw lexer.syntaxError }
            distance = 0
            while let byte = lexer.peek, byte.isDigit {
                distance = min(distance * 10 + Int(byte - 48), SearchQuery.farthest + 1)
                lexer.at += 1
            }
            guard distance <= SearchQuery.farthest else { throw .phraseDistance }
        }
        guard lexer.peek == UInt8(ascii: ">") else { throw lexer.syntaxError }
        lexer.at += 1
        return distance
    }

    private mutating func webSign() throws(SQLError) -> Token? {
        guard let byte = lexer.peek else { return .end }
        if isOr {
            lexer.at += 2
            wantsOperand = true
            return .sign(.or)
        }
        if SearchLexer.isOperator(byte) {
            lexer.at += 1
            return nil
        }
        wantsOperand = true
        return .sign(.and)
    }

    /// `or`, as a word of its own with something behind it.
    private var isOr: Bool {
        let rest = lexer.bytes[lexer.at...]
        guard rest.prefix(2).elementsEqual("or".utf8, by: { $0.lowercased == $1 }), rest.count > 2 else { return false }
        let behind = lexer.at + 2
        let byte = lexer.bytes[behind]
        if byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") { return false }
        let text = String(decoding: lexer.bytes[behind...].prefix(4), as: UTF8.self)
        if let scalar = text.unicodeScalars.first, SearchCharacter.isAlphabetic(scalar.value) || SearchCharacter.isDigit(scalar.value) {
            return false
        }
        var next = behind + SearchLexer.length(of: byte)
        while case let length = lexer.blank(next), length > 0 { next += length }
        return next < lexer.bytes.count
    }
}

extension SearchQuery.Item {
    fileprivate var binding: Int {
        switch self {
        case .not: 4
        case .followed: 3
        case .and: 2
        default: 1
        }
    }
}

extension SQLError {
    package static let phraseDistance = SQLError(
        "22023", "distance in phrase operator must be an integer value between zero and \(SearchQuery.farthest) inclusive")
}
