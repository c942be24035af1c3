import OffstageSchema

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// `ts_rank_cd`: by covers, the shortest stretches of a document that satisfy the query.
///
/// Source: Clarke, Cormack and Tudhope, "Relevance Ranking for One to Three Term Queries" (1999), as PostgreSQL 15 has it.
extension SearchRank {
    /// A place of the document, and the query's items that stand there.
    private struct Spot {
        var place: UInt16
        var items: [Int]
    }

    func coverDensity(_ vector: SearchVector, _ query: SearchQuery) -> Float {
        let spots = spots(vector, query)
        guard !spots.isEmpty else { return 0 }
        let inverse = weights.map { 1.0 / Double($0) }
        var density = 0.0
        var distances = 0.0
        var lastMiddle = 0.0
        var count = 0
        var from = 0
        let match = SearchMatch(query)
        while let cover = cover(spots, from: &from, match, query) {
            var sum = 0.0
            for spot in spots[cover.range] { sum += inverse[Int(spot.place >> 14)] }
            let length = cover.range.count
            var noise = (cover.last - cover.first) - (length - 1)
            if noise < 0 { noise = (length - 1) / 2 }
            density += Double(length) / sum / Double(1 + noise)
            let middle = Double(cover.last + cover.first) / 2.0
            if count > 0, middle > lastMiddle { distances += 1.0 / (middle - lastMiddle) }
            lastMiddle = middle
            count += 1
        }
        if method & 1 != 0 { density /= log(Double(vector.wordCount + 1)) }
        if method & 2 != 0, vector.wordCount > 0 { density /= Double(vector.wordCount) }
        if method & 4 != 0, count > 0, distances > 0 { density /= Double(count) / distances }
        if method & 8 != 0, !vector.entries.isEmpty { density /= Double(vector.entries.count) }
        if method & 16 != 0, !vector.entries.isEmpty { density /= log(Double(vector.entries.count + 1)) / log(2.0) }
        if method & 32 != 0 { density /= density + 1 }
        return Float(density)
    }

    private func spots(_ vector: SearchVector, _ query: SearchQuery) -> [Spot] {
        var found: [(place: UInt16, entry: Int, item: Int)] = []
        for (index, item) in query.items.enumerated() {
            guard case .word(let word, let wanted, let isPrefix) = item else { continue }
            for entry in vector.matches(word, isPrefix: isPrefix) {
                for place in vector.places(vector.entries[entry]) where wanted == 0 || wanted & (1 << UInt8(place >> 14)) != 0 {
                    found.append((place, entry, index))
                }
            }
        }
        found.sort { a, b in
            let (x, y) = (a.place & 0x3FFF, b.place & 0x3FFF)
            if x != y { return x < y }
            return a.place >> 14 == b.place >> 14 ? a.entry < b.entry : a.place >> 14 < b.place >> 14
        }
        var spots: [Spot] = []
        for (index, one) in found.enumerated() {
            if index > 0, found[index - 1].place == one.place, found[index - 1].entry == one.entry {
                spots[spots.count - 1].items.append(one.item)
            } else {
                spots.append(Spot(place: one.place, items: [one.item]))
            }
        }
        return spots
    }

    /// The next cover from a spot on: first the nearest end that satisfies the query, then the nearest beginning before it.
    private func cover(
        _ spots: [Spot], from: inout Int, _ match: SearchMatch, _ query: SearchQuery
    ) -> (range: ClosedRange<Int>, first: Int, last: Int)? {
        while true {
            var places: [Int: [UInt16]] = [:]
            func holds() -> Bool {
                match.holds { item, wantsPlaces in
                    guard let here = places[item] else { return .init(answer: .no) }
                    return .init(answer: .yes, places: wantsPlaces ? here : [])
                }
            }
            var end = from
            while end < spots.count {
                let place = spots[end].place & 0x3FFF
                for item in spots[end].items where places[item]?.last != place { places[item, default: []].append(place) }
                if holds() { break }
                end += 1
            }
            guard end < spots.count, spots[end].place & 0x3FFF > 0 else { return nil }
            places = [:]
            var begin = end
            var isFound = false
            while begin >= from {
                let place = spots[begin].place & 0x3FFF
                for item in spots[begin].items where places[item]?.first != place { places[item, default: []].insert(place, at: 0) }
                if holds() {
                    isFound = true
                    break
                }
                begin -= 1
            }
            if isFound {
                from = begin + 1
                return (begin...end, Int(spots[begin].place & 0x3FFF), Int(spots[end].place & 0x3FFF))
            }
            from += 1
        }
    }
}
