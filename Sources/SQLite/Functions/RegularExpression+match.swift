import OffstageSchema

extension RegularExpression {
    /// Where a match and its groups stand, in characters. Group 0 is the whole.
    struct Match {
        var groups: [Range<Int>?]
        var whole: Range<Int> { groups[0] ?? 0..<0 }
    }

    func subject(_ text: String, budget: Int = Subject.budget) -> Subject { Subject(text, alphabet, budget: budget) }

    /// Whether the pattern matches somewhere.
    func matches(_ text: String, budget: Int = Subject.budget) throws(SQLError) -> Bool {
        let subject = subject(text, budget: budget)
        return hasBackReferences ? try firstMatch(in: subject) != nil : try search.find(subject, 0) != nil
    }

    /// The first match at `start` or behind it.
    func firstMatch(in subject: Subject, from start: Int = 0) throws(SQLError) -> Match? {
        guard start <= subject.count else { return nil }
        let whole = try automaton(pieces.root)
        let isShort = pieces[pieces.root].marks.contains(.shorter)
        var from = start
        while from <= subject.count, let (open, close) = try search.find(subject, from) {
            for begin in open...close {
                var (low, high) = (begin, subject.count)
                while low <= high,
                    let end = try isShort ? whole.shortest(subject, begin, low, high) : whole.longest(subject, begin, high)
                {
                    var dissection = Dissection(self, subject)
                    let isDivided = try groupCount == 0 ? true : dissection.divide(pieces.root, begin, end)
                    if isDivided {
                        dissection.groups[0] = begin..<end
                        return Match(groups: dissection.groups)
                    }
                    if isShort { low = end + 1 } else { high = end - 1 }
                    if high < begin { break }
                }
            }
            // As PostgreSQL, which after a failure does not try the very end again.
            from = close + 1
            if from >= subject.count { break }
        }
        return nil
    }

    /// Finds where the groups stand inside a match, by dividing it among the parts of the pattern.
    ///
    /// Every method is given a range that the piece's automaton matches, and says whether back references agree.
    private struct Dissection {
        let expression: RegularExpression
        let subject: Subject
        var groups: [Range<Int>?]
        private var depth = 0

        init(_ expression: RegularExpression, _ subject: Subject) {
            self.expression = expression
            self.subject = subject
            groups = [Range<Int>?](repeating: nil, count: expression.groupCount + 1)
        }

        mutating func divide(_ index: Int, _ begin: Int, _ end: Int) throws(SQLError) -> Bool {
            depth += 1
            defer { depth -= 1 }
            guard depth <= 600 else { throw .complexExpression }
            try subject.spend(1)
            let piece = expression.pieces[index]
            let isRight: Bool
            switch piece.kind {
            case .plain: isRight = true
            case .backReference(let number): isRight = repeats(number, piece, begin, end)
            case .sequence: isRight = try sequence(piece, begin, end)
            case .either: isRight = try either(piece, begin, end)
            case .repeated:
                isRight =
                    expression.pieces[piece.children[0]].marks.contains(.shorter)
                    ? try shortRounds(piece, begin, end) : try longRounds(piece, begin, end)
            case .group: isRight = try divide(piece.children[0], begin, end)
            }
            if isRight, piece.capture > 0 { groups[piece.capture] = begin..<end }
            return isRight
        }

        private mutating func clear(_ index: Int) {
            let piece = expression.pieces[index]
            if piece.capture > 0 { groups[piece.capture] = nil }
            for child in piece.children { clear(child) }
        }

        private func repeats(_ number: Int, _ piece: Pieces.Piece, _ begin: Int, _ end: Int) -> Bool {
            guard groups.indices.contains(number), let group = groups[number] else { return false }
            if group.isEmpty { return begin == end }
            if begin == end { return piece.least == 0 }
            let rounds = (end - begin) / group.count
            guard (end - begin) % group.count == 0, rounds >= piece.least, piece.most.map({ rounds <= $0 }) ?? true else { return false }
            for place in begin..<end {
                let (a, b) = (subject.scalars[place], subject.scalars[group.lowerBound + (place - begin) % group.count])
                if a == b { continue }
                guard expression.options.ignoresCase, LetterCase.variants(of: a).contains(where: LetterCase.variants(of: b).contains) else {
                    return false
                }
            }
            return true
        }

        private mutating func sequence(_ piece: Pieces.Piece, _ begin: Int, _ end: Int) throws(SQLError) -> Bool {
            let (left, right) = (piece.children[0], piece.children[1])
            let (first, second) = (try expression.automaton(left), try expression.automaton(right))
            let isShort = expression.pieces[left].marks.contains(.shorter)
            var middle = isShort ? try first.shortest(subject, begin, begin, end) : try first.longest(subject, begin, end)
            while let place = middle {
                if try second.longest(subject, place, end) == end {
                    if try divide(left, begin, place) {
                        if try divide(right, place, end) { return true }
                        clear(left)
                    }
                }
                if isShort {
                    middle = place == end ? nil : try first.shortest(subject, begin, place + 1, end)
                } else {
                    middle = place == begin ? nil : try first.longest(subject, begin, place - 1)
                }
            }
            return false
        }

        private mutating func either(_ piece: Pieces.Piece, _ begin: Int, _ end: Int) throws(SQLError) -> Bool {
            for child in piece.children {
                if try expression.automaton(child).longest(subject, begin, end) == end, try divide(child, begin, end) { return true }
            }
            return false
        }

        /// Divides into rounds, each as long as can be.
        private mutating func longRounds(_ piece: Pieces.Piece, _ begin: Int, _ end: Int) throws(SQLError) -> Bool {
            let child = piece.children[0]
            let automaton = try expression.automaton(child)
            let least = max(piece.least, 1)
            let most = max(min(end - begin, piece.most ?? .max), least)
            var ends = [begin]
            var verified = 0
            var limit = end
            rounds: while true {
                let round = ends.count
                var retry = round
                search: do {
                    guard let next = try automaton.longest(subject, ends[round - 1], limit) else {
                        retry = round - 1
                        break search
                    }
                    ends.append(next)
                    verified = min(verified, round - 1)
                    if next != end {
                        if round >= most {
                            retry = round - 1
                            break search
                        }
                        if next == ends[round - 1], round >= least || least - round < end - next { break search }
                        limit = end
                        continue rounds
                    }
                    if round < least { break search }
                    guard let wrong = try check(child, ends, from: verified, upTo: round, &verified) else { return true }
                    retry = wrong
                }
                // A shorter form of this round, or of one before it.
                while retry > 0 {
                    if ends.indices.contains(retry), ends[retry] > ends[retry - 1] {
                        limit = ends[retry] - 1
                        if limit > ends[retry - 1] || (retry < least && least - retry >= end - ends[retry - 1]) { break }
                    }
                    retry -= 1
                }
                guard retry > 0 else { break }
                ends.removeLast(ends.count - retry)
            }
            return piece.least == 0 && begin == end
        }

        /// Divides into rounds, each as short as can be.
        private mutating func shortRounds(_ piece: Pieces.Piece, _ begin: Int, _ end: Int) throws(SQLError) -> Bool {
            if piece.least <= 0, begin == end { return true }
            let child = piece.children[0]
            let automaton = try expression.automaton(child)
            let least = max(piece.least, 1)
            let most = max(min(end - begin, piece.most ?? .max), least)
            var ends = [begin]
            var verified = 0
            var limit = begin
            rounds: while true {
                let round = ends.count
                var retry = round
                search: do {
                    if limit == ends[round - 1], limit != end, round >= least || least - round < end - limit { limit += 1 }
                    if round >= most { limit = end }
                    guard let next = try automaton.shortest(subject, ends[round - 1], limit, end) else {
                        retry = round - 1
                        break search
                    }
                    ends.append(next)
                    verified = min(verified, round - 1)
                    if next != end {
                        if round >= most {
                            retry = round - 1
                            break search
                        }
                        limit = next
                        continue rounds
                    }
                    if round < least { break search }
                    guard let wrong = try check(child, ends, from: verified, upTo: round, &verified) else { return true }
                    retry = wrong
                }
                while retry > 0 {
                    if ends.indices.contains(retry), ends[retry] < end {
                        limit = ends[retry] + 1
                        break
                    }
                    retry -= 1
                }
                guard retry > 0 else { return false }
                ends.removeLast(ends.count - retry)
            }
        }

        /// The first round that does not hold; nil where all do.
        private mutating func check(
            _ child: Int, _ ends: [Int], from known: Int, upTo last: Int, _ verified: inout Int
        ) throws(SQLError) -> Int? {
            var round = known + 1
            while round <= last {
                clear(child)
                guard try divide(child, ends[round - 1], ends[round]) else { return round }
                verified = round
                round += 1
            }
            return nil
        }
    }
}
