import OffstageSchema

/// PostgreSQL's advanced regular expressions, as far as they say whether a text matches: no back references, no look-around.
///
/// A match takes time in proportion to text times pattern, whatever the pattern. What is not done here is refused with 0A000, never
/// taken for something else.
///
/// Source: PostgreSQL 15, chapter 9.7.3.
struct RegularExpression {
    enum Step {
        case set(CharacterSet)
        case split(Int, Int)
        case jump(Int)
        case assert(Assertion)
        case match
    }

    enum Assertion { case start, end, wordStart, wordEnd, wordEdge, noWordEdge }

    /// Which characters stand at one place.
    struct CharacterSet {
        var ranges: [ClosedRange<UInt32>] = []
        var classes: [(CharacterClass, isNegated: Bool)] = []
        var isNegated = false

        func contains(_ scalar: Unicode.Scalar) -> Bool {
            let found =
                ranges.contains { $0.contains(scalar.value) } || classes.contains { $0.0.contains(scalar) != $0.isNegated }
            return found != isNegated
        }
    }

    private(set) var steps: [Step] = []
    var ignoresCase: Bool

    static let stepLimit = 20_000

    /// Throws 2201B for a malformed pattern, 0A000 for one that is not supported.
    init(_ pattern: String, ignoringCase: Bool) throws(SQLError) {
        var parser = RegularExpressionParser(pattern)
        ignoresCase = ignoringCase
        let node = try parser.pattern(ignoringCase: &ignoresCase)
        try write(node)
        try emit(.match)
    }

    private mutating func emit(_ step: Step) throws(SQLError) {
        guard steps.count < Self.stepLimit else { throw .regularExpression("regular expression is too complex") }
        steps.append(step)
    }

    private mutating func write(_ node: RegularExpressionParser.Node) throws(SQLError) {
        switch node {
        case .empty: return
        case .set(let set): try emit(.set(set))
        case .assertion(let assertion): try emit(.assert(assertion))
        case .sequence(let nodes): for node in nodes { try write(node) }
        case .either(let branches):
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
        case .repeated(let node, let least, let most):
            for _ in 0..<least { try write(node) }
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

extension SQLError {
    static func regularExpression(_ what: String) -> SQLError { SQLError("2201B", "invalid regular expression: \(what)") }
}

/// `[[:alpha:]]` and its kin, and `\w`. Source: PostgreSQL 15, chapter 9.7.3.2.
enum CharacterClass: String {
    case alnum, alpha, blank, cntrl, digit, graph, lower, print, punct, space, upper, xdigit, word

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        let value = scalar.value
        switch self {
        case .digit: return value >= 0x30 && value <= 0x39
        case .xdigit: return scalar.properties.isASCIIHexDigit
        case .blank:
            return value == 0x20 || value == 0x09
                || scalar.properties.generalCategory == .spaceSeparator && value != 0xA0 && value != 0x2007 && value != 0x202F
        case .space:
            return (0x09...0x0D).contains(value)
                || scalar.properties.isWhitespace && value != 0x85 && value != 0xA0 && value != 0x2007 && value != 0x202F
        case .cntrl: return scalar.properties.generalCategory == .control
        case .alpha:
            return scalar.isASCII ? isLetter(value) : scalar.properties.isAlphabetic || scalar.properties.generalCategory == .decimalNumber
        case .alnum: return CharacterClass.alpha.contains(scalar) || CharacterClass.digit.contains(scalar)
        case .word: return value == 0x5F || CharacterClass.alnum.contains(scalar)
        case .upper: return scalar.properties.isUppercase
        case .lower: return scalar.properties.isLowercase
        case .print: return !CharacterClass.cntrl.contains(scalar)
        case .graph: return CharacterClass.print.contains(scalar) && !CharacterClass.space.contains(scalar)
        case .punct: return CharacterClass.graph.contains(scalar) && !CharacterClass.alnum.contains(scalar)
        }
    }

    private func isLetter(_ value: UInt32) -> Bool { (value | 0x20) >= 0x61 && (value | 0x20) <= 0x7A }
}
