import OffstageSchema

/// Whether a document has what a query asks for, with places where the query asks for words in a row.
///
/// Source: PostgreSQL 15, chapter 12.1.2 and the notes of its `TS_execute`: three-valued, because a word without places may or may not
/// stand where a phrase wants it.
struct SearchMatch {
    enum Answer { case no, maybe, yes }

    /// A part's answer and, inside a phrase, the places where its matches end: all others where it is negated.
    struct Found {
        var answer: Answer
        var places: [UInt16] = []
        var isNegated = false
        var width = 0
    }

    private let query: SearchQuery
    /// Which items stand below a phrase, where places count.
    private let wantsPlaces: [Bool]

    init(_ query: SearchQuery) {
        self.query = query
        var wants = [Bool](repeating: false, count: query.items.count)
        var pending = [false]
        for index in query.items.indices.reversed() {
            let inPhrase = pending.popLast() ?? false
            wants[index] = inPhrase
            switch query.items[index] {
            case .word, .stop: break
            case .not: pending.append(inPhrase)
            case .and, .or: pending += [inPhrase, inPhrase]
            case .followed: pending += [true, true]
            }
        }
        wantsPlaces = wants
    }

    /// - Parameter lookUp: the answer for the item at this place, which is a word; with places where they are asked for.
    func holds(_ lookUp: (_ item: Int, _ wantsPlaces: Bool) -> Found) -> Bool {
        guard !query.isEmpty else { return false }
        var stack: [Found] = []
        for (index, item) in query.items.enumerated() {
            let inPhrase = wantsPlaces[index]
            switch item {
            case .word: stack.append(lookUp(index, inPhrase))
            case .stop: stack.append(Found(answer: .no))
            case .not:
                guard let inner = stack.popLast() else { return false }
                stack.append(inPhrase ? Self.negated(inner) : Found(answer: inner.answer == .yes ? .no : .yes))
            case .and, .or, .followed:
                guard let right = stack.popLast(), let left = stack.popLast() else { return false }
                if case .followed(let distance) = item {
                    var found = Self.both(left, right, distance: distance)
                    if !inPhrase, found.answer == .maybe { found = Found(answer: .no) }
                    stack.append(found)
                } else if inPhrase {
                    stack.append(item == .and ? Self.both(left, right, distance: nil) : Self.either(left, right))
                } else if item == .and {
                    stack.append(Found(answer: left.answer == .yes && right.answer == .yes ? .yes : .no))
                } else {
                    stack.append(Found(answer: left.answer == .yes || right.answer == .yes ? .yes : .no))
                }
            }
        }
        return stack.last?.answer == .yes
    }

    private static func negated(_ inner: Found) -> Found {
        switch inner.answer {
        case .no: return Found(answer: .yes, isNegated: true, width: inner.width)
        case .maybe: return Found(answer: .maybe)
        case .yes:
            if inner.places.isEmpty { return Found(answer: .no) }
            var found = inner
            found.isNegated.toggle()
            return found
        }
    }

    /// `a & b` below a phrase, or `a <n> b` itself.
    private static func both(_ left: Found, _ right: Found, distance: Int?) -> Found {
        if left.answer == .no || right.answer == .no { return Found(answer: .no) }
        if left.answer == .maybe || right.answer == .maybe { return Found(answer: .maybe) }
        let width = max(left.width, right.width)
        let (a, b) = distance.map { ($0 + right.width, 0) } ?? (width - left.width, width - right.width)
        let total = distance.map { $0 + left.width + right.width } ?? width
        switch (left.isNegated, right.isNegated) {
        case (true, true): return merge(left, a, right, b, [.left, .right, .both], total, negated: true)
        case (true, false): return merge(left, a, right, b, [.right], total)
        case (false, true): return merge(left, a, right, b, [.left], total)
        case (false, false): return merge(left, a, right, b, [.both], total)
        }
    }

    private static func either(_ left: Found, _ right: Found) -> Found {
        if left.answer == .no, right.answer == .no { return Found(answer: .no) }
        if left.answer == .maybe || right.answer == .maybe { return Found(answer: .maybe) }
        let (leftWidth, rightWidth) = (left.answer == .no ? 0 : left.width, right.answer == .no ? 0 : right.width)
        let width = max(leftWidth, rightWidth)
        let (a, b) = (width - leftWidth, width - rightWidth)
        switch (left.isNegated, right.isNegated) {
        case (true, true): return merge(left, a, right, b, [.both], width, negated: true)
        case (true, false): return merge(left, a, right, b, [.left], width, negated: true)
        case (false, true): return merge(left, a, right, b, [.right], width, negated: true)
        case (false, false): return merge(left, a, right, b, [.left, .right, .both], width)
        }
    }

    private struct Kept: OptionSet {
        let rawValue: UInt8
        static let left = Kept(rawValue: 1)
        static let right = Kept(rawValue: 2)
        static let both = Kept(rawValue: 4)
    }

    /// The places of both, moved by their offsets: those of one side only, or of both, as asked for.
    private static func merge(
        _ left: Found, _ leftOffset: Int, _ right: Found, _ rightOffset: Int, _ kept: Kept, _ width: Int, negated: Bool = false
    ) -> Found {
        var places: [UInt16] = []
        var (i, j) = (0, 0)
        while i < left.places.count || j < right.places.count {
            let l = i < left.places.count ? Int(left.places[i]) + leftOffset : Int.max
            let r = j < right.places.count ? Int(right.places[j]) + rightOffset : Int.max
            let which: Kept = l < r ? .left : l == r ? .both : .right
            if kept.contains(which), let place = UInt16(exactly: min(l, r)) { places.append(place) }
            if l <= r { i += 1 }
            if r <= l { j += 1 }
        }
        return Found(
            answer: negated || !places.isEmpty ? .yes : .no, places: places, isNegated: negated, width: width)
    }
}

extension SearchVector {
    /// `@@`.
    func matches(_ query: SearchQuery) -> Bool {
        SearchMatch(query).holds { item, wantsPlaces in
            guard case .word(let word, let weights, let isPrefix) = query.items[item] else { return .init(answer: .no) }
            let range = self.matches(word, isPrefix: isPrefix)
            var found = SearchMatch.Found(answer: .no)
            for entry in entries[range] {
                if entry.positionCount == 0 {
                    if wantsPlaces { return .init(answer: .maybe) }
                    return .init(answer: .yes)
                }
                let places = self.places(entry).filter { weights == 0 || weights & (1 << UInt8($0 >> 14)) != 0 }
                guard !places.isEmpty else { continue }
                found.answer = .yes
                if !wantsPlaces { return found }
                found.places += places.map { $0 & 0x3FFF }
            }
            if range.count > 1 {
                found.places = Set(found.places).sorted()
            }
            return found
        }
    }
}
