/// A tsvector: words in byte order, each once, with the places where they stand.
///
/// ```swift
/// try SearchVector("fat:2A cat").text      // 'cat' 'fat':2A
/// ```
///
/// Source: PostgreSQL 15, chapter 8.11.1.
package struct SearchVector: Equatable, Sendable {
    /// One word: where its bytes and its positions are.
    package struct Entry: Equatable, Sendable {
        package var start: Int
        package var length: Int
        package var firstPosition: Int
        package var positionCount: Int
    }

    package private(set) var entries: [Entry] = []
    package private(set) var bytes: [UInt8] = []
    /// Places of 14 bits with the weight (D, C, B, A are 0 to 3) above them.
    package private(set) var positions: [UInt16] = []

    package static let lastPosition = SearchLexer.lastPosition

    package init() {}

    /// Reads a literal or what is stored. Throws 42601 and 54000.
    package init(_ text: String) throws(SQLError) {
        var text = text
        let result: Result<SearchVector, SQLError> = text.withUTF8 { bytes in
            do throws(SQLError) { return .success(try SearchVector(reading: bytes)) } catch { return .failure(error) }
        }
        self = try result.get()
    }

    package init(reading text: UnsafeBufferPointer<UInt8>) throws(SQLError) {
        var lexer = SearchLexer(text, .vector)
        var isSorted = true
        var total = 0
        bytes.reserveCapacity(text.count)
        while try lexer.next() {
            if lexer.word.count > SearchLexer.longestLexeme {
                throw SQLError("54000", "word is too long (\(lexer.word.count) bytes, max \(SearchLexer.longestLexeme) bytes)")
            }
            if total > Self.largest { throw Self.tooLong(total) }
            total += lexer.word.count + 1
            if isSorted, let last = entries.last, !lexer.word.withUnsafeBufferPointer({ order(last, $0) < 0 }) { isSorted = false }
            append(lexer.word, lexer.positions)
            if isSorted, !Self.ascends(lexer.positions) { isSorted = false }
        }
        if !isSorted { self = merged() }
        try requireSize()
    }

    /// Throws 54000 for one that PostgreSQL would not hold.
    package func requireSize() throws(SQLError) {
        if dataSize > Self.largest { throw Self.tooLong(dataSize) }
    }

    static let largest = 1_048_575

    static func tooLong(_ size: Int) -> SQLError {
        SQLError("54000", "string is too long for tsvector (\(size) bytes, max \(largest) bytes)")
    }

    package mutating func append(_ word: some Collection<UInt8>, _ places: some Collection<UInt16>) {
        entries.append(.init(start: bytes.count, length: word.count, firstPosition: positions.count, positionCount: places.count))
        bytes.append(contentsOf: word)
        positions.append(contentsOf: places)
    }

    package func word(_ entry: Entry) -> ArraySlice<UInt8> { bytes[entry.start..<entry.start + entry.length] }
    package func places(_ entry: Entry) -> ArraySlice<UInt16> {
        positions[entry.firstPosition..<entry.firstPosition + entry.positionCount]
    }
    package func string(_ entry: Entry) -> String { String(decoding: word(entry), as: UTF8.self) }

    private static func ascends(_ places: [UInt16]) -> Bool {
        places.count <= 256 && zip(places, places.dropFirst()).allSatisfy { $0 & 0x3FFF < $1 & 0x3FFF && $0 & 0x3FFF != lastPosition }
    }

    /// Words sorted, doubles put together, places sorted and each kept once with its greatest weight.
    package func merged() -> SearchVector {
        let order = entries.indices.sorted { a, b in
            let result = Self.order(word(entries[a]), word(entries[b]))
            return result == 0 ? a < b : result < 0
        }
        var result = SearchVector()
        var next = order.startIndex
        while next < order.endIndex {
            let word = self.word(entries[order[next]])
            var places: [UInt16] = []
            while next < order.endIndex, self.word(entries[order[next]]).elementsEqual(word) {
                places += self.places(entries[order[next]])
                next += 1
            }
            result.append(word, Self.unique(places))
        }
        return result
    }

    private static func unique(_ places: [UInt16]) -> [UInt16] {
        guard places.count > 1 else { return places }
        var kept: [UInt16] = []
        for place in places.sorted(by: { $0 & 0x3FFF < $1 & 0x3FFF }) {
            if let last = kept.last, last & 0x3FFF == place & 0x3FFF {
                kept[kept.count - 1] = max(last, place)
            } else {
                kept.append(place)
                if kept.count >= 256 || place & 0x3FFF == lastPosition { break }
            }
        }
        return kept
    }

    // MARK: Order and search

    package static func order(_ a: some Collection<UInt8>, _ b: some Collection<UInt8>) -> Int {
        for (left, right) in zip(a, b) where left != right { return left < right ? -1 : 1 }
        return a.count - b.count
    }

    private func order(_ entry: Entry, _ word: UnsafeBufferPointer<UInt8>) -> Int { Self.order(self.word(entry), word) }

    /// The first word that is not less than this.
    package func lowerBound(_ word: [UInt8]) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = low + (high - low) / 2
            if Self.order(self.word(entries[middle]), word) < 0 { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The entries that a word, or the beginning of one, means.
    package func matches(_ word: [UInt8], isPrefix: Bool) -> Range<Int> {
        let first = lowerBound(word)
        var end = first
        while end < entries.count, isPrefix ? self.word(entries[end]).starts(with: word) : self.word(entries[end]).elementsEqual(word) {
            end += 1
            if !isPrefix { break }
        }
        return first..<end
    }

    /// What PostgreSQL's form of it would take, without its head: limits and the order of two vectors depend on it.
    package var dataSize: Int {
        entries.reduce(0) { size, entry in
            let size = size + entry.length
            return entry.positionCount == 0 ? size : size + (size & 1) + 2 + 2 * entry.positionCount
        }
    }

    /// PostgreSQL's order: the size counts first.
    package func compare(with other: SearchVector) -> Int {
        let sizes = (dataSize + 4 * entries.count, other.dataSize + 4 * other.entries.count)
        if sizes.0 != sizes.1 { return sizes.0 < sizes.1 ? -1 : 1 }
        if entries.count != other.entries.count { return entries.count < other.entries.count ? -1 : 1 }
        for (a, b) in zip(entries, other.entries) {
            if (a.positionCount > 0) != (b.positionCount > 0) { return a.positionCount > 0 ? -1 : 1 }
            let words = Self.order(word(a), other.word(b))
            if words != 0 { return words }
            if a.positionCount != b.positionCount { return a.positionCount > b.positionCount ? -1 : 1 }
            for (p, q) in zip(places(a), other.places(b)) where p != q {
                if p & 0x3FFF != q & 0x3FFF { return p & 0x3FFF > q & 0x3FFF ? -1 : 1 }
                return p >> 14 > q >> 14 ? -1 : 1
            }
        }
        return 0
    }

    // MARK: Text

    package var text: String {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count + entries.count * 4 + positions.count * 3)
        for (index, entry) in entries.enumerated() {
            if index > 0 { text.append(UInt8(ascii: " ")) }
            SearchQuery.appendQuoted(word(entry), to: &text)
            for (place, position) in places(entry).enumerated() {
                text.append(place == 0 ? UInt8(ascii: ":") : UInt8(ascii: ","))
                text.append(contentsOf: String(position & 0x3FFF).utf8)
                if position >> 14 > 0 { text.append(UInt8(ascii: "D") - UInt8(position >> 14)) }
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
