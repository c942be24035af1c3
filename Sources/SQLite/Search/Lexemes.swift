import OffstageSchema

/// Turns text into the words that are searched for: cut, in lower case, by their stems, without the frequent ones.
///
/// Source: PostgreSQL 15, chapter 12.
struct Lexemes: ~Copyable {
    let configuration: SearchConfiguration
    private let stemmer = Stemmer()

    init(_ configuration: SearchConfiguration) { self.configuration = configuration }

    /// Longer pieces are left out.
    static let longestPiece = 2047

    /// What a piece is looked for as. Nil: as nothing, and it takes no place; empty: as nothing, but it takes one.
    borrowing func lexeme(_ kind: WordKind, _ piece: ArraySlice<UInt8>) -> [UInt8]? {
        guard !kind.isIgnored else { return nil }
        let lower = piece.withUnsafeBufferPointer { LetterCase.lower($0) }
        guard configuration == .english, kind.isEnglish else { return lower }
        if lower.isEmpty || EnglishWords.frequent.contains(lower) { return [] }
        return lower.count > 1000 ? lower : stemmer.stem(lower)
    }

    /// A word and where it stands.
    struct Word {
        var bytes: [UInt8]
        var place: Int
    }

    /// The words of a text; `place` counts on from one text to the next.
    borrowing func words(of text: [UInt8], place: inout Int, _ word: (Word) throws(SQLError) -> Void) throws(SQLError) {
        var parser = WordParser(text)
        while let piece = parser.next() {
            guard piece.range.count < Self.longestPiece, let lexeme = lexeme(piece.kind, text[piece.range]) else { continue }
            place += 1
            if !lexeme.isEmpty { try word(Word(bytes: lexeme, place: min(place, Int(SearchVector.lastPosition)))) }
        }
    }

    borrowing func vector(of text: [UInt8]) throws(SQLError) -> SearchVector {
        var builder = VectorBuilder()
        var place = 0
        try words(of: text, place: &place) { builder.add($0) }
        return try builder.vector()
    }

    /// A query's word as items: what it is looked for as, joined as its grammar wants several pieces joined.
    borrowing func push(
        _ word: [UInt8], _ weights: UInt8, _ isPrefix: Bool, joinedBy sign: SearchQuery.Item, to items: inout [SearchQuery.Item]
    ) throws(SQLError) {
        var last = 0
        var count = 0
        var place = 0
        try words(of: word, place: &place) { found in
            // A frequent word between two others keeps its place.
            while last > 0, last + 1 < found.place {
                items.append(.stop)
                items.append(sign)
                last += 1
            }
            items.append(.word(found.bytes, weights: weights, isPrefix: isPrefix))
            if count > 0 { items.append(sign) }
            count += 1
            last = found.place
        }
        if count == 0 { items.append(.stop) }
    }
}

/// Words with places, gathered into a vector.
struct VectorBuilder {
    private var words: [Lexemes.Word] = []

    mutating func add(_ word: Lexemes.Word) { words.append(word) }

    func vector() throws(SQLError) -> SearchVector {
        let order = words.indices.sorted { a, b in
            let result = SearchVector.order(words[a].bytes, words[b].bytes)
            return result == 0 ? words[a].place < words[b].place : result < 0
        }
        var vector = SearchVector()
        var next = 0
        while next < order.count {
            let word = words[order[next]].bytes
            var places: [UInt16] = []
            while next < order.count, words[order[next]].bytes == word {
                let place = UInt16(words[order[next]].place)
                if places.isEmpty || (places.count < 255 && places.last != place && places.last != SearchVector.lastPosition) {
                    places.append(place)
                }
                next += 1
            }
            vector.append(word, places)
        }
        try vector.requireSize()
        return vector
    }
}
