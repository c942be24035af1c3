/// Which part of the text is shown.
extension Headline {
    /// The shortest stretch from a piece on that satisfies the query; it begins and ends with terms.
    private func cover(from start: Int, longest: Int, _ match: SearchMatch) -> ClosedRange<Int>? {
        func nextTerm(_ index: Int) -> Int? { index < pieces.count ? pieces[index...].firstIndex { $0.item != nil } : nil }
        var begin = nextTerm(start)
        while let first = begin {
            var end: Int? = first
            var places: [Int: [UInt16]] = [:]
            while let last = end {
                if let item = pieces[last].item, places[item]?.last != pieces[last].place {
                    places[item, default: []].append(pieces[last].place)
                }
                let holds = match.holds { item, wantsPlaces in
                    guard let here = places[item] else { return .init(answer: .no) }
                    return .init(answer: .yes, places: wantsPlaces ? here : [])
                }
                if holds { return first...last }
                end = nextTerm(last + 1)
                if let next = end, next - first >= longest { break }
            }
            begin = nextTerm(first + 1)
        }
        return nil
    }

    private func isBadEnd(_ index: Int) -> Bool {
        guard pieces.indices.contains(index) else { return false }
        let piece = pieces[index]
        return (piece.isNoEnd || piece.bytes.count <= options.shortWord) && !piece.isTerm
    }

    private mutating func show(_ first: Int, _ last: Int) {
        guard first <= last else { return }
        for index in first...last where pieces.indices.contains(index) {
            if pieces[index].item != nil { pieces[index].isMarked = true }
            if !options.showsAll, pieces[index].kind == .tag {
                pieces[index].isReplaced = true
            } else if pieces[index].kind.isCompound {
                pieces[index].isSkipped = true
            }
            pieces[index].isShown = !pieces[index].isRepeated
        }
    }

    private var longestCover: Int {
        let longest = max(options.mostWords.multipliedReportingOverflow(by: 10).partialValue, 100)
        return options.mostFragments > 0 ? longest.multipliedReportingOverflow(by: options.mostFragments).partialValue : longest
    }

    /// Where nothing was found: the first words.
    private var beginning: Int {
        var words = 0
        var last = 0
        for index in pieces.indices {
            if words >= options.fewestWords { break }
            if !pieces[index].isNoWord { words += 1 }
            last = index
        }
        return last
    }

    // MARK: One stretch

    mutating func chooseStretch() {
        guard !options.showsAll else { return show(0, pieces.count - 1) }
        var best: (first: Int, last: Int, terms: Int, coversAll: Bool)?
        var from = 0
        let match = SearchMatch(query)
        while let found = cover(from: from, longest: longestCover, match) {
            let candidate = stretch(around: found)
            let coversAll = candidate.first <= found.lowerBound && candidate.last >= found.upperBound
            let current = best ?? (-1, -1, -1, false)
            let isBetter =
                coversAll != current.coversAll
                ? coversAll
                : candidate.terms != current.terms
                    ? candidate.terms > current.terms : !isBadEnd(candidate.last) && isBadEnd(current.last)
            if isBetter { best = (candidate.first, candidate.last, candidate.terms, coversAll) }
            from = found.lowerBound + 1
        }
        if let best, best.terms >= 0 { show(best.first, best.last) } else { show(0, beginning) }
    }

    /// A cover, made longer to the right and then to the left, or cut where it is too long already.
    private func stretch(around cover: ClosedRange<Int>) -> (first: Int, last: Int, terms: Int) {
        var (words, terms) = (0, 0)
        var (first, last) = (cover.lowerBound, cover.lowerBound)
        var index = cover.lowerBound
        func count(_ index: Int, _ sign: Int) {
            if !pieces[index].isNoWord { words += sign }
            if pieces[index].isTerm { terms += sign }
        }
        while index <= cover.upperBound, words < options.mostWords {
            count(index, 1)
            last = index
            index += 1
        }
        if words < options.mostWords {
            index -= 1
            while index < pieces.count, words < options.mostWords {
                if index > cover.upperBound { count(index, 1) }
                last = index
                if !isBadEnd(index), words >= options.fewestWords { break }
                index += 1
            }
            if words < options.fewestWords {
                index = cover.lowerBound - 1
                while index >= 0 {
                    count(index, 1)
                    if words >= options.mostWords { break }
                    if !isBadEnd(index), words >= options.fewestWords { break }
                    index -= 1
                }
                first = max(index, 0)
            }
        } else {
            index = min(index, cover.upperBound)
            while words > options.fewestWords, index >= 0, isBadEnd(index) {
                count(index, -1)
                last = index - 1
                index -= 1
            }
        }
        return (first, last, terms)
    }

    // MARK: Several fragments

    private struct Fragment {
        var first: Int
        var last: Int
        var terms: Int
        var words: Int
        var isChosen = false
        var isExcluded = false
    }

    mutating func chooseFragments() {
        var fragments: [Fragment] = []
        var from = 0
        let match = SearchMatch(query)
        while let found = cover(from: from, longest: longestCover, match) {
            var start = found.lowerBound
            while start <= found.upperBound {
                let fragment = fragment(from: start, to: found.upperBound)
                fragments.append(fragment)
                start = max(fragment.last, start) + 1
            }
            from = found.lowerBound + 1
        }
        var count = 0
        while count < options.mostFragments {
            var choice: Int?
            for index in fragments.indices where !fragments[index].isChosen && !fragments[index].isExcluded {
                let (terms, words) = choice.map { (fragments[$0].terms, fragments[$0].words) } ?? (0, Int.max)
                if terms < fragments[index].terms || (terms == fragments[index].terms && words > fragments[index].words) { choice = index }
            }
            guard let choice else { break }
            fragments[choice].isChosen = true
            let (first, last) = widened(fragments[choice])
            show(first, last)
            count += 1
            for index in fragments.indices where index != choice {
                let other = fragments[index]
                if (first...max(last, first)).contains(other.first) || (first...max(last, first)).contains(other.last)
                    || (other.first < first && other.last > last)
                {
                    fragments[index].isExcluded = true
                }
            }
        }
        if count == 0 { show(0, beginning) }
    }

    /// The next fragment of a cover: not longer than allowed, with a term at both ends.
    private func fragment(from start: Int, to end: Int) -> Fragment {
        var first = start
        while first < end, !pieces[first].isTerm { first += 1 }
        var fragment = Fragment(first: first, last: end, terms: 0, words: 0)
        var index = first
        while index <= end, fragment.words < options.mostWords {
            if !pieces[index].isNoWord { fragment.words += 1 }
            if pieces[index].isTerm { fragment.terms += 1 }
            index += 1
        }
        if end > index {
            fragment.last = index
            while index >= first {
                fragment.last = index
                if pieces[index].isTerm { break }
                if !pieces[index].isNoWord { fragment.words -= 1 }
                index -= 1
            }
        }
        return fragment
    }

    private func widened(_ fragment: Fragment) -> (first: Int, last: Int) {
        var (first, last, words) = (fragment.first, fragment.last, fragment.words)
        guard words < options.mostWords else { return (first, last) }
        let most = (options.mostWords - words) / 2
        var added = 0
        var edge = first
        var index = first - 1
        while index >= 0, added < most, !pieces[index].isShown {
            if !pieces[index].isNoWord {
                words += 1
                added += 1
            }
            edge = index
            index -= 1
        }
        index = edge
        while index < first, isBadEnd(index) {
            if !pieces[index].isNoWord { words -= 1 }
            index += 1
        }
        first = index
        edge = last
        index = last + 1
        while index < pieces.count, words < options.mostWords, !pieces[index].isShown {
            if !pieces[index].isNoWord { words += 1 }
            edge = index
            index += 1
        }
        index = edge
        while index > last, isBadEnd(index) { index -= 1 }
        last = index
        return (first, last)
    }
}
