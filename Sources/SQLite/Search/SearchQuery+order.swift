import OffstageSchema

extension SearchQuery {
    /// PostgreSQL's order of queries: by size, then along their trees. Weights and prefixes do not count.
    func compare(with other: SearchQuery) -> Int {
        if items.count != other.items.count { return items.count < other.items.count ? -1 : 1 }
        let sizes = (size, other.size)
        if sizes.0 != sizes.1 { return sizes.0 < sizes.1 ? -1 : 1 }
        // Operators come before their operands, the right one first.
        for (a, b) in zip(items.reversed(), other.items.reversed()) {
            switch (a, b) {
            case (.word(let left, _, _), .word(let right, _, _)):
                let sums = (Int32(bitPattern: LegacyChecksum.of(left)), Int32(bitPattern: LegacyChecksum.of(right)))
                if sums.0 != sums.1 { return sums.0 > sums.1 ? -1 : 1 }
                let order = SearchVector.order(left, right)
                if order != 0 { return order }
            default:
                if a.rank != b.rank { return a.rank > b.rank ? -1 : 1 }
                if case .followed(let left) = a, case .followed(let right) = b, left != right { return left > right ? -1 : 1 }
            }
        }
        return 0
    }

    private var size: Int {
        items.reduce(0) { size, item in
            if case .word(let word, _, _) = item { size + word.count + 1 } else { size }
        }
    }
}

extension SearchQuery.Item {
    fileprivate var rank: Int {
        switch self {
        case .word: 1
        case .stop: 2
        case .not: 11
        case .and: 12
        case .or: 13
        case .followed: 14
        }
    }
}
