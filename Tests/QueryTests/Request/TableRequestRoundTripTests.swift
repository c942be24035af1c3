import OffstageQuery
import Testing

/// Trees printed in any of the ways they may be written are read back as they were.
@Suite struct TableRequestRoundTripTests {
    @Test func `select is read as printed`() throws {
        for seed in 1...1_500 {
            var generator = RequestGenerator(seed: UInt64(seed))
            let items = generator.some(1...4) { $0.selectItem() }
            let query = "select=" + generator.encoded(generator.print(items))
            #expect(try TableRequest.books(query).select == items, "seed \(seed): \(query)")
        }
    }

    @Test func `order is read as printed`() throws {
        for seed in 1...1_500 {
            var generator = RequestGenerator(seed: UInt64(seed))
            let terms = generator.some(1...4) { $0.orderTerm() }
            let written = terms.map { generator.print($0) }.joined(separator: ",")
            let query = "order=" + generator.encoded(written)
            #expect(try TableRequest.books(query).order == [AtPath([], terms)], "seed \(seed): \(query)")
        }
    }

    @Test func `filters and logic are read as printed, values in order`() throws {
        for seed in 1...1_500 {
            var generator = RequestGenerator(seed: UInt64(seed))
            var wanted: [AtPath<Condition>] = []
            var query: [String] = []
            for _ in 0..<Int.random(in: 1...4, using: &generator.random) {
                let path = generator.chance(4) ? generator.some(1...3) { $0.name() } : []
                let prefix = path.map { generator.print(name: $0) + "." }.joined()
                if generator.chance(2) {
                    let filter = generator.filter()
                    wanted.append(AtPath(path, .filter(filter)))
                    let name = prefix + generator.print(filter.field)
                    query.append(generator.encoded(name) + "=" + generator.encoded(generator.print(filter, inLogic: false)))
                } else if case .logic(let connective, let isNegated, let parts) = generator.logic() {
                    wanted.append(AtPath(path, .logic(connective, isNegated: isNegated, parts)))
                    let inner = parts.map { generator.print($0) }.joined(separator: ",")
                    query.append(
                        generator.encoded(prefix + (isNegated ? "not." : "") + connective.rawValue) + "=" + generator.encoded("(\(inner))"))
                }
            }
            // A name whose last word is reserved, even inside quotes, is not a filter's.
            let text = query.joined(separator: "&")
            let request = try TableRequest.books(text)
            #expect(request.filters == wanted, "seed \(seed): \(text)")
            #expect(request.values == generator.values, "seed \(seed): \(text)")
        }
    }
}
