import OffstageSchema

extension RegularExpression {
    /// One text, and how many steps were taken on it.
    final class Subject {
        let scalars: [Unicode.Scalar]
        let alphabet: Alphabet
        private(set) var colors: [UInt16]
        private var generation: Int
        private var spent = 0
        private let budget: Int

        /// How many steps all matches on one text may take: some tenths of a second.
        static let budget = 20_000_000

        init(_ text: String, _ alphabet: Alphabet, budget: Int = Subject.budget) {
            self.budget = budget
            scalars = Array(text.unicodeScalars)
            self.alphabet = alphabet
            colors = scalars.map { alphabet.color(of: $0) }
            generation = alphabet.generation
        }

        var count: Int { scalars.count }

        /// Brings the classes up to date, after a further automaton has added sets of its own.
        func refresh() {
            guard generation != alphabet.generation else { return }
            colors = scalars.map { alphabet.color(of: $0) }
            generation = alphabet.generation
        }

        @inline(__always)
        func color(_ place: Int) -> UInt16 { place < colors.count ? colors[place] : Alphabet.end }

        func kind(before place: Int) -> Alphabet.Kind { place > 0 ? alphabet.kind(colors[place - 1]) : .edge }

        @inline(__always)
        func spend(_ steps: Int) throws(SQLError) {
            spent += steps
            guard spent <= budget else { throw .slowExpression }
        }
    }

    /// A part of a pattern as a machine: all ways to match are followed at once. Which sets of steps were met, and what follows them on
    /// each class of characters, is remembered.
    final class Automaton {
        private struct State: Hashable {
            var steps: [Int32]
            /// What stands in front, as far as an assertion asks.
            var before: Alphabet.Kind
        }

        private let steps: [Step]
        private let looks: [Look]
        private let hasAssertions: Bool
        private let alphabet: Alphabet
        private var states: [State] = []
        private var numbers: [State: Int32] = [:]
        /// For each state and class: the next state times two, plus one if the state matches there; -1 where not known yet.
        private var rows: [[Int32]] = []
        private var generation: Int
        private var marks: [UInt32]
        private var round: UInt32 = 0

        private static let stateLimit = 2000
        private static let unknown: Int32 = -1

        init(_ steps: [Step], looks: [Look], hasAssertions: Bool, alphabet: Alphabet) {
            self.steps = steps
            self.looks = looks
            self.hasAssertions = hasAssertions
            self.alphabet = alphabet
            generation = alphabet.generation
            marks = [UInt32](repeating: 0, count: steps.count)
            forget()
        }

        private func forget() {
            states = []
            rows = []
            numbers = [:]
            // State 0 is the end of all ways.
            _ = number(of: State(steps: [], before: []))
        }

        private func number(of state: State) -> Int32 {
            if let known = numbers[state] { return known }
            states.append(state)
            rows.append([])
            let number = Int32(states.count - 1)
            numbers[state] = number
            return number
        }

        // MARK: Running

        /// Where the longest match from `begin` ends, at `limit` at most.
        func longest(_ subject: Subject, _ begin: Int, _ limit: Int) throws(SQLError) -> Int? {
            var last: Int?
            var state = start(subject, begin)
            var place = begin
            while true {
                let next = try step(state, subject, place)
                if next & 1 != 0 { last = place }
                state = next >> 1
                if place >= limit || state == 0 { return last }
                place += 1
            }
        }

        /// Where the shortest match from `begin` ends, from `low` to `high`.
        func shortest(_ subject: Subject, _ begin: Int, _ low: Int, _ high: Int) throws(SQLError) -> Int? {
            var state = start(subject, begin)
            var place = begin
            while true {
                let next = try step(state, subject, place)
                if next & 1 != 0, place >= low { return place }
                state = next >> 1
                if place >= high || state == 0 { return nil }
                place += 1
            }
        }

        /// Where, from `begin` on, the first match ends, and the last place in front of it at which no match had begun.
        func find(_ subject: Subject, _ begin: Int) throws(SQLError) -> (open: Int, close: Int)? {
            var state = start(subject, begin)
            var place = begin
            var open = begin
            while true {
                let idle = states[Int(state)].steps
                if idle.count == 1, idle[0] == 0 { open = place }
                let next = try step(state, subject, place)
                if next & 1 != 0 { return (open, place) }
                state = next >> 1
                if place >= subject.count { return nil }
                place += 1
            }
        }

        private func start(_ subject: Subject, _ place: Int) -> Int32 {
            subject.refresh()
            if generation != alphabet.generation || states.count > Self.stateLimit {
                generation = alphabet.generation
                forget()
            }
            return number(of: State(steps: [0], before: hasAssertions ? subject.kind(before: place) : []))
        }

        @inline(__always)
        private func step(_ state: Int32, _ subject: Subject, _ place: Int) throws(SQLError) -> Int32 {
            let color = subject.color(place)
            let row = rows[Int(state)]
            if Int(color) < row.count, row[Int(color)] != Self.unknown {
                try subject.spend(1)
                return row[Int(color)]
            }
            return try follow(state, subject, place, color)
        }

        private func follow(_ state: Int32, _ subject: Subject, _ place: Int, _ color: UInt16) throws(SQLError) -> Int32 {
            let from = states[Int(state)]
            round &+= 1
            if round == 0 {
                round = 1
                for index in marks.indices { marks[index] = 0 }
            }
            var open = from.steps.reversed().map { Int($0) }
            var reached: [Int32] = []
            var matches = false
            var isFleeting = false
            while let step = open.popLast() {
                guard marks[step] != round else { continue }
                marks[step] = round
                try subject.spend(1)
                switch steps[step] {
                case .match: matches = true
                case .set(let set): if alphabet.set(set, holds: color) { reached.append(Int32(step + 1)) }
                case .anyBefore: if color != Alphabet.end { reached.append(0) }
                case .jump(let target): open.append(target)
                case .split(let first, let second): open += [second, first]
                case .assert(let assertion):
                    if holds(assertion, from.before, alphabet.kind(color)) { open.append(step + 1) }
                case .look(let look):
                    isFleeting = true
                    if try holds(looks[look], subject, place) { open.append(step + 1) }
                }
            }
            reached.sort()
            if states.count > Self.stateLimit * 2 {
                // Too many to remember: go on from here with nothing known.
                forget()
                isFleeting = true
            }
            let next = reached.isEmpty ? 0 : number(of: State(steps: reached, before: hasAssertions ? alphabet.kind(color) : []))
            let result = next << 1 | (matches ? 1 : 0)
            if !isFleeting {
                let index = Int(state)
                while rows[index].count <= Int(color) { rows[index].append(Self.unknown) }
                rows[index][Int(color)] = result
            }
            return result
        }

        private func holds(_ assertion: Assertion, _ before: Alphabet.Kind, _ after: Alphabet.Kind) -> Bool {
            let wasWord = before.contains(.word)
            let isWord = after.contains(.word)
            return switch assertion {
            case .start: before.contains(.edge)
            case .end: after.contains(.edge)
            case .lineStart: before.contains(.edge) || before.contains(.newline)
            case .lineEnd: after.contains(.edge) || after.contains(.newline)
            case .wordStart: !wasWord && isWord
            case .wordEnd: wasWord && !isWord
            case .wordEdge: wasWord != isWord
            case .noWordEdge: wasWord == isWord
            }
        }

        private func holds(_ look: Look, _ subject: Subject, _ place: Int) throws(SQLError) -> Bool {
            let found =
                look.isAhead
                ? try look.automaton.shortest(subject, place, place, subject.count) != nil
                : try look.automaton.longest(subject, 0, place) == place
            return found != look.isNegated
        }
    }
}
