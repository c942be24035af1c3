import CSQLite
import OffstageSchema

extension EngineFunction {
    static let patterns: [EngineFunction] = [
        // pg_regex(text, pattern) and pg_iregex: `~` and `~*`
        EngineFunction("pg_regex", 2, pure) { strict($0, $1, $2) { try matches($0, ignoringCase: false) } },
        EngineFunction("pg_iregex", 2, pure) { strict($0, $1, $2) { try matches($0, ignoringCase: true) } },
    ]

    private static func matches(_ call: FunctionCall, ignoringCase: Bool) throws(SQLError) {
        let expression = try call.remembered(1) { (pattern) throws(SQLError) in
            try RegularExpression(pattern, ignoringCase: ignoringCase)
        }
        call.give(try expression.matches(call.text(0)))
    }
}

extension RegularExpression {
    /// How many steps one match may take: some tenths of a second.
    static let budget = 20_000_000

    /// Whether the pattern matches somewhere. All ways to match are followed at once, character by character.
    ///
    /// Throws 54000 where text and pattern together are too much.
    func matches(_ text: String, budget: Int = budget) throws(SQLError) -> Bool {
        var current = Threads(count: steps.count)
        var next = Threads(count: steps.count)
        var before: Unicode.Scalar?
        var rest = text.unicodeScalars.makeIterator()
        var scalar = rest.next()
        var spent = 0
        while true {
            if add(0, to: &current, before, scalar) { return true }
            guard let here = scalar else { return false }
            let after = rest.next()
            for step in current.list {
                guard case .set(let set) = steps[step], contains(set, here) else { continue }
                if add(step + 1, to: &next, here, after) { return true }
            }
            spent += current.list.count + 1
            guard spent <= budget else { throw SQLError("54000", "regular expression takes too long on this text") }
            swap(&current, &next)
            next.removeAll()
            (before, scalar) = (here, after)
        }
    }

    private func contains(_ set: CharacterSet, _ scalar: Unicode.Scalar) -> Bool {
        guard ignoresCase, !set.contains(scalar) else { return set.isNegated && ignoresCase ? all(set, scalar) : set.contains(scalar) }
        return !set.isNegated && LetterCase.variants(of: scalar).contains { set.contains($0) }
    }

    /// A negated set holds what none of whose forms it excludes.
    private func all(_ set: CharacterSet, _ scalar: Unicode.Scalar) -> Bool {
        LetterCase.variants(of: scalar).allSatisfy { set.contains($0) }
    }

    /// Follows everything that needs no character; true where that is the end of the pattern.
    private func add(_ start: Int, to threads: inout Threads, _ before: Unicode.Scalar?, _ after: Unicode.Scalar?) -> Bool {
        var open = [start]
        while let step = open.popLast() {
            guard threads.insert(step) else { continue }
            switch steps[step] {
            case .match: return true
            case .set: break
            case .jump(let target): open.append(target)
            case .split(let first, let second): open += [second, first]
            case .assert(let assertion): if holds(assertion, before, after) { open.append(step + 1) }
            }
        }
        return false
    }

    private func holds(_ assertion: Assertion, _ before: Unicode.Scalar?, _ after: Unicode.Scalar?) -> Bool {
        let wasWord = before.map(CharacterClass.word.contains) ?? false
        let isWord = after.map(CharacterClass.word.contains) ?? false
        return switch assertion {
        case .start: before == nil
        case .end: after == nil
        case .wordStart: !wasWord && isWord
        case .wordEnd: wasWord && !isWord
        case .wordEdge: wasWord != isWord
        case .noWordEdge: wasWord == isWord
        }
    }

    /// Steps that are waiting for the next character, each once.
    private struct Threads {
        private(set) var list: [Int] = []
        private var marks: [UInt32]
        private var round: UInt32 = 1

        init(count: Int) { marks = [UInt32](repeating: 0, count: count) }

        mutating func insert(_ step: Int) -> Bool {
            guard marks[step] != round else { return false }
            marks[step] = round
            list.append(step)
            return true
        }

        mutating func removeAll() {
            list.removeAll(keepingCapacity: true)
            round &+= 1
            if round == 0 {
                round = 1
                for index in marks.indices { marks[index] = 0 }
            }
        }
    }
}
