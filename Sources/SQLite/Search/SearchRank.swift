import OffstageSchema

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// `ts_rank`: how often, and how near each other, a document has a query's words.
///
/// Single precision where PostgreSQL has it, so that the last digit agrees. Source: PostgreSQL 15, chapter 12.3.3.
struct SearchRank {
    /// What a word of weight D, C, B and A counts.
    let weights: [Float]
    /// Bits of the normalization.
    let method: Int

    static let standardWeights: [Float] = [0.1, 0.2, 0.4, 1.0]

    /// - Throws: what PostgreSQL says of a bad `{D, C, B, A}`.
    static func weights(_ items: [String?]) throws(SQLError) -> [Float] {
        guard items.count >= 4 else { throw SQLError("2202E", "array of weight is too short") }
        guard !items.contains(nil) else { throw SQLError("22004", "array of weight must not contain nulls") }
        var weights: [Float] = []
        for (item, standard) in zip(items.prefix(4), standardWeights) {
            let given = item.flatMap { Float($0) } ?? standard
            let weight = given >= 0 ? given : standard
            if weight > 1 { throw SQLError("22023", "weight out of range") }
            weights.append(weight)
        }
        return weights
    }

    func rank(_ vector: SearchVector, _ query: SearchQuery) -> Float {
        guard !vector.entries.isEmpty, let root = query.items.last else { return 0 }
        var result = root == .and || root.isPhrase ? nearness(vector, query) : frequency(vector, query)
        if result < 0 { result = 1e-20 }
        if method & 1 != 0 { result = Float(Double(result) / (log(Double(vector.wordCount + 1)) / log(2.0))) }
        if method & 2 != 0, vector.wordCount > 0 { result /= Float(vector.wordCount) }
        if method & 8 != 0 { result /= Float(vector.entries.count) }
        if method & 16 != 0 { result = Float(Double(result) / (log(Double(vector.entries.count + 1)) / log(2.0))) }
        if method & 32 != 0 { result /= result + 1 }
        return result
    }

    /// The query's words, each once, with the entries that have them.
    private func operands(_ vector: SearchVector, _ query: SearchQuery) -> [Range<Int>] {
        var words: [(word: [UInt8], isPrefix: Bool)] = []
        for case .word(let word, _, let isPrefix) in query.items { words.append((word, isPrefix)) }
        words.sort { SearchVector.order($0.word, $1.word) < 0 }
        var ranges: [Range<Int>] = []
        for (index, item) in words.enumerated() where index == 0 || words[index - 1].word != item.word {
            ranges.append(vector.matches(item.word, isPrefix: item.isPrefix))
        }
        return ranges
    }

    private static let nowhere: [UInt16] = [SearchVector.lastPosition]

    private func frequency(_ vector: SearchVector, _ query: SearchQuery) -> Float {
        let operands = operands(vector, query)
        var result: Float = 0
        for range in operands {
            for entry in vector.entries[range] {
                let places = entry.positionCount == 0 ? [0] : Array(vector.places(entry))
                var sum: Float = 0
                var greatest: Float = -1
                var at = 0
                for (index, place) in places.enumerated() {
                    let weight = weights[Int(place >> 14)]
                    sum += weight / Float((index + 1) * (index + 1))
                    if weight > greatest { (greatest, at) = (weight, index) }
                }
                let part = greatest + sum - greatest / Float((at + 1) * (at + 1))
                result = Float(Double(result) + Double(part) / 1.64493406685)
            }
        }
        return operands.isEmpty ? result : result / Float(operands.count)
    }

    private func nearness(_ vector: SearchVector, _ query: SearchQuery) -> Float {
        let operands = operands(vector, query)
        guard operands.count > 1 else { return frequency(vector, query) }
        var result: Float = -1
        /// Of each word before, where its last entry stands, and whether that is known.
        var before: [(places: [UInt16], isKnown: Bool)?] = []
        for range in operands {
            var last: (places: [UInt16], isKnown: Bool)?
            for entry in vector.entries[range] {
                let isKnown = entry.positionCount > 0
                let places = isKnown ? Array(vector.places(entry)) : Self.nowhere
                last = (places, isKnown)
                for case let other? in before {
                    for place in places {
                        for there in other.places {
                            var distance = abs(Int(place & 0x3FFF) - Int(there & 0x3FFF))
                            if distance == 0, isKnown, other.isKnown { continue }
                            if distance == 0 { distance = 16384 }
                            let product = weights[Int(place >> 14)] * weights[Int(there >> 14)] * Self.nearness(distance)
                            let current = Float(Double(product).squareRoot())
                            result = result < 0 ? current : Float(1.0 - (1.0 - Double(result)) * (1.0 - Double(current)))
                        }
                    }
                }
            }
            before.append(last)
        }
        return result
    }

    private static func nearness(_ distance: Int) -> Float {
        distance > 100 ? 1e-30 : Float(1.0 / (1.005 + 0.05 * exp(Double(Float(distance)) / 1.5 - 2)))
    }
}

extension SearchVector {
    /// How many words the document had, as far as places tell.
    var wordCount: Int { entries.reduce(0) { $0 + max($1.positionCount, 1) } }
}
