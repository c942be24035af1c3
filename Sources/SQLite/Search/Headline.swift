import OffstageSchema

/// `ts_headline`: the part of a text that shows best why it was found, with the words found marked.
///
/// Source: PostgreSQL 15, chapter 12.3.4.
struct Headline {
    /// A piece of the text. A piece that stands for several words of the query is there once for each.
    struct Piece {
        var kind: WordKind
        var bytes: ArraySlice<UInt8>
        /// The query's item that it is, if it is one.
        var item: Int?
        var place: UInt16 = 0
        var isRepeated = false
        var isMarked = false
        var isShown = false
        var isSkipped = false
        var isReplaced = false

        /// A term of the query, counted once.
        var isTerm: Bool { item != nil && !isRepeated }
        var isNoWord: Bool { kind == .blank || kind == .tag || kind.isCompound }
        var isNoEnd: Bool { isNoWord || kind.isNumber || kind.isIgnored }
    }

    let options: HeadlineOptions
    let query: SearchQuery
    var pieces: [Piece] = []

    static func of(
        _ text: [UInt8], _ query: SearchQuery, _ lexemes: borrowing Lexemes, _ options: HeadlineOptions
    ) -> [UInt8] {
        var headline = Headline(options: options, query: query)
        headline.cut(text, lexemes)
        if options.mostFragments == 0 { headline.chooseStretch() } else { headline.chooseFragments() }
        return headline.text
    }

    private mutating func cut(_ text: [UInt8], _ lexemes: borrowing Lexemes) {
        var words: [(index: Int, word: [UInt8], isPrefix: Bool)] = []
        for (index, item) in query.items.enumerated() {
            if case .word(let word, _, let isPrefix) = item { words.append((index, word, isPrefix)) }
        }
        // PostgreSQL keeps the right operand first.
        words.reverse()
        var parser = WordParser(text)
        var place = 0
        while let found = parser.next() {
            guard found.range.count < Lexemes.longestPiece else { continue }
            var piece = Piece(kind: found.kind, bytes: text[found.range])
            guard let lexeme = lexemes.lexeme(found.kind, text[found.range]) else {
                pieces.append(piece)
                continue
            }
            place += 1
            guard !lexeme.isEmpty else {
                pieces.append(piece)
                continue
            }
            piece.place = UInt16(min(place, Int(SearchVector.lastPosition)))
            for word in words where word.isPrefix ? lexeme.starts(with: word.word) : lexeme == word.word {
                if piece.item == nil {
                    piece.item = word.index
                    pieces.append(piece)
                } else {
                    var again = piece
                    again.item = word.index
                    again.isRepeated = true
                    pieces.append(again)
                }
            }
            if piece.item == nil { pieces.append(piece) }
        }
    }

    private var text: [UInt8] {
        var text: [UInt8] = []
        var isInside = false
        var count = 0
        for piece in pieces where !piece.isRepeated {
            guard piece.isShown else {
                isInside = false
                continue
            }
            if !isInside {
                isInside = true
                count += 1
                if count > 1 { text.append(contentsOf: options.delimiter.utf8) }
            }
            if piece.isReplaced {
                text.append(UInt8(ascii: " "))
            } else if !piece.isSkipped {
                if piece.isMarked { text.append(contentsOf: options.start.utf8) }
                text.append(contentsOf: piece.bytes)
                if piece.isMarked { text.append(contentsOf: options.stop.utf8) }
            }
        }
        return text
    }
}

/// `StartSel=<b>, StopSel=</b>, MaxWords=35, …`
struct HeadlineOptions {
    var start = "<b>"
    var stop = "</b>"
    var delimiter = " ... "
    var fewestWords = 15
    var mostWords = 35
    var shortWord = 3
    var mostFragments = 0
    var showsAll = false

    init() {}

    init(_ text: String) throws(SQLError) {
        for (name, value) in try Self.pairs(of: text) {
            switch name.lowercased() {
            case "maxwords": mostWords = try Self.number(value)
            case "minwords": fewestWords = try Self.number(value)
            case "shortword": shortWord = try Self.number(value)
            case "maxfragments": mostFragments = try Self.number(value)
            case "startsel": start = value
            case "stopsel": stop = value
            case "fragmentdelimiter": delimiter = value
            case "highlightall": showsAll = ["1", "on", "true", "t", "y", "yes"].contains(value.lowercased())
            default: throw SQLError("22023", "unrecognized headline parameter: \"\(name)\"")
            }
        }
        guard !showsAll else { return }
        if fewestWords >= mostWords { throw SQLError("22023", "MinWords should be less than MaxWords") }
        if fewestWords <= 0 { throw SQLError("22023", "MinWords should be positive") }
        if shortWord < 0 { throw SQLError("22023", "ShortWord should be >= 0") }
        if mostFragments < 0 { throw SQLError("22023", "MaxFragments should be >= 0") }
    }

    private static func number(_ text: String) throws(SQLError) -> Int {
        guard case .integer(let number) = try ColumnType(.integer).parse(text, in: ValueContext()) else { return 0 }
        return Int(number)
    }

    /// `name = value` with commas between; a value may stand in quotes of either kind, where a backslash or a doubled quote escapes.
    private static func pairs(of text: String) throws(SQLError) -> [(String, String)] {
        let invalid = SQLError("42601", "invalid parameter list format: \"\(text)\"")
        var pairs: [(String, String)] = []
        var rest = text.unicodeScalars[...]
        func skip() { while let next = rest.first, SearchCharacter.isSpace(next.value) { rest.removeFirst() } }
        func taken(_ ends: String) throws(SQLError) -> String {
            var word = String.UnicodeScalarView()
            if let quote = rest.first, quote == "\"" || quote == "'" {
                rest.removeFirst()
                while let next = rest.popFirst() {
                    if next == quote {
                        guard rest.first == quote else { return String(word) }
                        rest.removeFirst()
                        word.append(quote)
                    } else if next == "\\", quote == "'", let escaped = rest.popFirst() {
                        word.append(escaped)
                    } else {
                        word.append(next)
                    }
                }
                throw invalid
            }
            while let next = rest.first, !SearchCharacter.isSpace(next.value), !ends.unicodeScalars.contains(next) {
                word.append(next)
                rest.removeFirst()
            }
            return String(word)
        }
        skip()
        while !rest.isEmpty {
            guard rest.first == "\"" || rest.first.map({ SearchCharacter.isAlphabetic($0.value) }) == true else { throw invalid }
            let name = try taken("=")
            skip()
            guard rest.popFirst() == "=" else { throw invalid }
            skip()
            pairs.append((name, try taken(",")))
            skip()
            if rest.first == "," { rest.removeFirst() } else if !rest.isEmpty { throw invalid }
            skip()
        }
        return pairs
    }
}
