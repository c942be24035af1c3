import OffstageSchema

extension RegularExpression {
    enum Step {
        case set(Int)
        /// Any character, and back to the first step: in front of a search.
        case anyBefore
        case split(Int, Int)
        case jump(Int)
        case assert(Assertion)
        case look(Int)
        case match
    }

    /// A look ahead or behind: whether the automaton matches from, or up to, the place.
    struct Look {
        var automaton: Automaton
        var isAhead: Bool
        var isNegated: Bool
    }

    /// Writes the steps of one automaton.
    struct AutomatonProgram {
        let groups: [Int: Node]
        let alphabet: Alphabet
        private var steps: [Step] = []
        private var looks: [Look] = []
        private var hasAssertions = false
        private var ignoresAssertions = false
        private var depth = 0

        static let stepLimit = 50_000

        init(groups: [Int: Node], alphabet: Alphabet) {
            self.groups = groups
            self.alphabet = alphabet
        }

        mutating func automaton(for node: Node, isSearch: Bool) throws(SQLError) -> Automaton {
            steps = []
            if isSearch { steps = [.split(2, 1), .anyBefore] }
            try write(node)
            try emit(.match)
            return Automaton(steps, looks: looks, hasAssertions: hasAssertions, alphabet: alphabet)
        }

        private mutating func emit(_ step: Step) throws(SQLError) {
            guard steps.count < Self.stepLimit else { throw .complexExpression }
            steps.append(step)
        }

        private mutating func write(_ node: Node) throws(SQLError) {
            depth += 1
            defer { depth -= 1 }
            guard depth <= 1000 else { throw .complexExpression }
            switch node {
            case .empty: return
            case .set(let set): try emit(.set(alphabet.add(set)))
            case .group(let inner, _): try write(inner)
            case .assertion(let assertion):
                if ignoresAssertions { return }
                hasAssertions = true
                try emit(.assert(assertion))
            case .look(let inner, let isAhead, let isNegated):
                if ignoresAssertions { return }
                hasAssertions = true
                var program = AutomatonProgram(groups: groups, alphabet: alphabet)
                program.depth = depth
                let automaton = try program.automaton(for: inner, isSearch: !isAhead)
                looks.append(Look(automaton: automaton, isAhead: isAhead, isNegated: isNegated))
                try emit(.look(looks.count - 1))
            case .backReference(let number):
                // What it may match at most: the group's own pattern, wherever it stands.
                let outer = ignoresAssertions
                ignoresAssertions = true
                try write(groups[number] ?? .empty)
                ignoresAssertions = outer
            case .sequence(let nodes): for node in nodes { try write(node) }
            case .either(let branches): try write(branches)
            case .repeated(let node, let least, let most, _, _): try write(node, least, most)
            }
        }

        private mutating func write(_ branches: [Node]) throws(SQLError) {
            var jumps: [Int] = []
            for (index, branch) in branches.enumerated() {
                guard index < branches.count - 1 else {
                    try write(branch)
                    break
                }
                let split = steps.count
                try emit(.split(split + 1, 0))
                try write(branch)
                jumps.append(steps.count)
                try emit(.jump(0))
                steps[split] = .split(split + 1, steps.count)
            }
            for jump in jumps { steps[jump] = .jump(steps.count) }
        }

        private mutating func write(_ node: Node, _ least: Int, _ most: Int?) throws(SQLError) {
            for _ in 0..<max(least, 0) { try write(node) }
            guard let most else {
                let split = steps.count
                try emit(.split(split + 1, 0))
                try write(node)
                try emit(.jump(split))
                steps[split] = .split(split + 1, steps.count)
                return
            }
            var splits: [Int] = []
            for _ in least..<max(most, least) {
                splits.append(steps.count)
                try emit(.split(steps.count + 1, 0))
                try write(node)
            }
            for split in splits { steps[split] = .split(split + 1, steps.count) }
        }
    }
}
