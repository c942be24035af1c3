extension RegularExpression {
    /// Which characters stand at one place.
    struct CharacterSet {
        var ranges: [ClosedRange<UInt32>] = []
        var classes: [(CharacterClass, isNegated: Bool)] = []
        var isNegated = false
        /// Does not hold the newline, whatever else it holds.
        var excludesNewline = false

        static func one(_ scalar: Unicode.Scalar) -> CharacterSet { .init(ranges: [scalar.value...scalar.value]) }

        /// Whether the character is in it, or, where case is ignored, one of its other forms.
        func contains(_ scalar: Unicode.Scalar, ignoringCase: Bool) -> Bool {
            if excludesNewline, scalar == "\n" { return false }
            let isListed = ignoringCase ? LetterCase.variants(of: scalar).contains { lists($0) } : lists(scalar)
            return isListed != isNegated
        }

        private func lists(_ scalar: Unicode.Scalar) -> Bool {
            ranges.contains { $0.contains(scalar.value) } || classes.contains { $0.0.contains(scalar) != $0.isNegated }
        }
    }

    /// The characters of texts, sorted into classes that no set of the pattern tells apart: automata step by classes.
    final class Alphabet {
        /// What an assertion sees of a character.
        struct Kind: OptionSet, Hashable {
            let rawValue: UInt8
            /// The edge of the text.
            static let edge = Kind(rawValue: 1)
            static let word = Kind(rawValue: 2)
            static let newline = Kind(rawValue: 4)
        }

        private struct Key: Hashable {
            var members: [UInt64]
            var kind: Kind
        }

        /// The class of what stands behind the text's last character.
        static let end: UInt16 = 0

        private let ignoresCase: Bool
        private var sets: [CharacterSet] = []
        private var keys = [Key(members: [], kind: .edge)]
        private var numbers: [Key: UInt16] = [:]
        private var ascii = [UInt16](repeating: 0, count: 128)
        private var others: [UInt32: UInt16] = [:]
        /// Grows with each set that comes late: classes known before are then too coarse.
        private(set) var generation = 0

        init(ignoresCase: Bool) { self.ignoresCase = ignoresCase }

        func add(_ set: CharacterSet) -> Int {
            sets.append(set)
            if keys.count > 1 {
                keys.removeLast(keys.count - 1)
                numbers = [:]
                ascii = [UInt16](repeating: 0, count: 128)
                others = [:]
                generation += 1
            }
            return sets.count - 1
        }

        func color(of scalar: Unicode.Scalar) -> UInt16 {
            let value = scalar.value
            if value < 128 {
                let known = ascii[Int(value)]
                if known != 0 { return known }
            } else if let known = others[value] {
                return known
            }
            let color = classify(scalar)
            if value < 128 { ascii[Int(value)] = color } else if others.count < 10_000 { others[value] = color }
            return color
        }

        func kind(_ color: UInt16) -> Kind { keys[Int(color)].kind }

        func set(_ set: Int, holds color: UInt16) -> Bool {
            color != Self.end && keys[Int(color)].members[set >> 6] & 1 << UInt64(set & 63) != 0
        }

        private func classify(_ scalar: Unicode.Scalar) -> UInt16 {
            var members = [UInt64](repeating: 0, count: sets.count / 64 + 1)
            for (index, set) in sets.enumerated() where set.contains(scalar, ignoringCase: ignoresCase) {
                members[index >> 6] |= 1 << UInt64(index & 63)
            }
            var kind: Kind = []
            if CharacterClass.word.contains(scalar) { kind.insert(.word) }
            if scalar == "\n" { kind.insert(.newline) }
            let key = Key(members: members, kind: kind)
            if let known = numbers[key] { return known }
            // There are no more classes than distinct characters; beyond 65,535 the last one stands for itself alone.
            let number = UInt16(clamping: keys.count)
            if keys.count > Int(UInt16.max) { keys[Int(number)] = key } else { keys.append(key) }
            if keys.count <= Int(UInt16.max) { numbers[key] = number }
            return number
        }
    }
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
