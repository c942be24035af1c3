/// A tsquery: words joined by and, or, not and "followed by".
///
/// It is kept as the items of its tree, operands before their operator, so that nothing that walks it recurses.
///
/// ```swift
/// try SearchQuery("fat:a* & !rat").text      // 'fat':*A & !'rat'
/// ```
///
/// Source: PostgreSQL 15, chapter 8.11.2.
package struct SearchQuery: Hashable, Sendable {
    package enum Item: Hashable, Sendable {
        /// `weights`: bits D, C, B, A from the lowest; none asks for any.
        case word([UInt8], weights: UInt8, isPrefix: Bool)
        /// A word that no document has: it goes before the query is used.
        case stop
        case not, and, or
        case followed(by: Int)
    }

    package var items: [Item]

    package init(_ items: [Item] = []) { self.items = items }

    package var isEmpty: Bool { items.isEmpty }

    package static let farthest = 16384

    // MARK: Made of others

    package static func joined(_ a: SearchQuery, _ b: SearchQuery, _ item: Item) -> SearchQuery {
        if a.isEmpty { return b }
        if b.isEmpty { return a }
        return SearchQuery(a.items + b.items + [item])
    }

    package var negated: SearchQuery { isEmpty ? self : SearchQuery(items + [.not]) }

    /// Without stop words. Their place in a phrase stays: `a the b` is `a <2> b`.
    package var withoutStops: SearchQuery {
        guard items.contains(.stop) else { return self }
        // What each subtree came to: nothing, or something, and how many places went on its left and on its right.
        struct Part {
            var isNothing = false
            var left = 0
            var right = 0
        }
        var kept: [Item] = []
        var parts: [Part] = []
        for item in items {
            switch item {
            case .word:
                kept.append(item)
                parts.append(Part())
            case .stop: parts.append(Part(isNothing: true))
            case .not:
                if parts.last?.isNothing == false { kept.append(item) }
            case .and, .or, .followed:
                guard let right = parts.popLast(), let left = parts.popLast() else { return SearchQuery() }
                var distance = 0
                var isPhrase = false
                if case .followed(let by) = item { (distance, isPhrase) = (by, true) }
                switch (left.isNothing, right.isNothing) {
                case (true, true):
                    let gone = isPhrase ? left.left + distance + right.left : max(left.left, right.left)
                    parts.append(Part(isNothing: true, left: gone, right: gone))
                case (true, false):
                    parts.append(Part(left: isPhrase ? left.left + distance + right.left : right.left, right: right.right))
                case (false, true):
                    parts.append(Part(left: left.left, right: isPhrase ? left.right + distance + right.right : left.right))
                case (false, false) where isPhrase:
                    kept.append(.followed(by: distance + left.right + right.left))
                    parts.append(Part(left: left.left, right: right.right))
                default:
                    kept.append(item)
                    parts.append(Part())
                }
            }
        }
        return SearchQuery(kept)
    }

    /// The part that an index can look for: without what is negated. Nil where that is nothing.
    package var indexable: SearchQuery? {
        // Each subtree's first place in `kept`, or nil where any document may match.
        var kept: [Item] = []
        var parts: [Int?] = []
        for item in items {
            switch item {
            case .word:
                parts.append(kept.count)
                kept.append(item)
            case .stop: return nil
            case .not:
                if let part = parts.popLast(), let start = part { kept.removeSubrange(start...) }
                parts.append(nil)
            case .and, .or, .followed:
                guard let right = parts.popLast(), let left = parts.popLast() else { return nil }
                switch (left, right) {
                case (let first?, .some):
                    kept.append(item)
                    parts.append(first)
                case (nil, nil): parts.append(nil)
                default:
                    let first = left ?? right
                    if item == .or, let first {
                        kept.removeSubrange(first...)
                        parts.append(nil)
                    } else {
                        parts.append(first)
                    }
                }
            }
        }
        guard parts.count == 1, parts[0] != nil else { return nil }
        return SearchQuery(kept)
    }

    /// The words in it.
    package var words: Set<[UInt8]> {
        var words: Set<[UInt8]> = []
        for case .word(let word, _, _) in items { words.insert(word) }
        return words
    }

    // MARK: Text

    package var text: String {
        var parts: [(text: [UInt8], item: Item)] = []
        for item in items {
            switch item {
            case .word(let word, let weights, let isPrefix):
                var text: [UInt8] = []
                Self.appendQuoted(word[...], to: &text)
                if weights != 0 || isPrefix {
                    text.append(UInt8(ascii: ":"))
                    if isPrefix { text.append(UInt8(ascii: "*")) }
                    for (bit, letter) in [(8, "A"), (4, "B"), (2, "C"), (1, "D")] as [(UInt8, String)] where weights & bit != 0 {
                        text.append(contentsOf: letter.utf8)
                    }
                }
                parts.append((text, item))
            case .stop: parts.append(([], item))
            case .not:
                guard let inner = parts.popLast() else { return "" }
                parts.append(([UInt8(ascii: "!")] + Self.enclosed(inner, in: item, isRight: false), item))
            case .and, .or, .followed:
                guard let right = parts.popLast(), let left = parts.popLast() else { return "" }
                var text = Self.enclosed(left, in: item, isRight: false)
                text.append(contentsOf: item.sign.utf8)
                text.append(contentsOf: Self.enclosed(right, in: item, isRight: true))
                parts.append((text, item))
            }
        }
        return String(decoding: parts.last?.text ?? [], as: UTF8.self)
    }

    private static func enclosed(_ part: (text: [UInt8], item: Item), in parent: Item, isRight: Bool) -> [UInt8] {
        let isPhrase = part.item.isPhrase && parent.isPhrase && isRight
        guard part.item.priority < parent.priority || isPhrase else { return part.text }
        return Array("( ".utf8) + part.text + Array(" )".utf8)
    }

    static func appendQuoted(_ word: ArraySlice<UInt8>, to text: inout [UInt8]) {
        text.append(UInt8(ascii: "'"))
        for byte in word {
            if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\\") { text.append(byte) }
            text.append(byte)
        }
        text.append(UInt8(ascii: "'"))
    }
}

extension SearchQuery.Item {
    package var isPhrase: Bool { if case .followed = self { true } else { false } }

    fileprivate var priority: Int {
        switch self {
        case .word, .stop: 5
        case .not: 4
        case .followed: 3
        case .and: 2
        case .or: 1
        }
    }

    fileprivate var sign: String {
        switch self {
        case .and: " & "
        case .or: " | "
        case .followed(1): " <-> "
        case .followed(let distance): " <\(distance)> "
        case .word, .stop, .not: ""
        }
    }
}
