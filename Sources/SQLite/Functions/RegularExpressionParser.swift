import OffstageSchema

/// Reads a pattern into a tree, with PostgreSQL's complaints.
struct RegularExpressionParser {
    indirect enum Node {
        case empty
        case set(RegularExpression.CharacterSet)
        case assertion(RegularExpression.Assertion)
        case sequence([Node])
        case either([Node])
        case repeated(Node, least: Int, most: Int?)
    }

    private let text: [Unicode.Scalar]
    private var at = 0
    private var depth = 0

    init(_ pattern: String) { text = Array(pattern.unicodeScalars) }

    /// The whole pattern, with options such as `(?i)` in front of it.
    mutating func pattern(ignoringCase: inout Bool) throws(SQLError) -> Node {
        guard text.count <= 10_000 else { throw .regularExpression("regular expression is too complex") }
        if skip("***=") {
            return .sequence(text[at...].map { .set(Self.one($0)) })
        }
        _ = skip("***:")
        if peek == "(", at + 2 < text.count, text[at + 1] == "?", CharacterClass.alpha.contains(text[at + 2]) {
            at += 2
            while let option = peek, option != ")" {
                at += 1
                switch option {
                case "i": ignoringCase = true
                case "c": ignoringCase = false
                case "s", "t", "e", "b": break
                default: throw Self.unsupported("the option \(option)")
                }
            }
            guard skip(")") else { throw .regularExpression("invalid embedded option") }
        }
        let node = try branches()
        if at < text.count { throw .regularExpression("parentheses () not balanced") }
        return node
    }

    private static func unsupported(_ what: String) -> SQLError {
        SQLError("0A000", "\(what) in a regular expression is not supported on the embedded engine")
    }

    private var peek: Unicode.Scalar? { at < text.count ? text[at] : nil }

    private mutating func skip(_ word: String) -> Bool {
        let scalars = Array(word.unicodeScalars)
        guard at + scalars.count <= text.count, text[at..<(at + scalars.count)].elementsEqual(scalars) else { return false }
        at += scalars.count
        return true
    }

    private mutating func branches() throws(SQLError) -> Node {
        depth += 1
        defer { depth -= 1 }
        guard depth <= 200 else { throw .regularExpression("regular expression is too complex") }
        var all = [try branch()]
        while skip("|") { all.append(try branch()) }
        return all.count == 1 ? all[0] : .either(all)
    }

    private mutating func branch() throws(SQLError) -> Node {
        var parts: [Node] = []
        while let next = peek, next != "|", next != ")" {
            let (node, isAtom) = try atom()
            parts.append(try quantified(node, isAtom: isAtom))
        }
        return parts.isEmpty ? .empty : parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private mutating func quantified(_ node: Node, isAtom: Bool) throws(SQLError) -> Node {
        guard let next = peek else { return node }
        var result = node
        switch next {
        case "*": result = .repeated(node, least: 0, most: nil)
        case "+": result = .repeated(node, least: 1, most: nil)
        case "?": result = .repeated(node, least: 0, most: 1)
        case "{" where at + 1 < text.count && CharacterClass.digit.contains(text[at + 1]):
            at += 1
            let least = try count()
            var most: Int? = least
            if skip(",") { most = peek.map(CharacterClass.digit.contains) == true ? try count() : nil }
            guard peek == "}" else { throw .regularExpression(peek == nil ? "braces {} not balanced" : "invalid repetition count(s)") }
            if let most, most < least { throw .regularExpression("invalid repetition count(s)") }
            result = .repeated(node, least: least, most: most)
        default: return node
        }
        guard isAtom else { throw .regularExpression("quantifier operand invalid") }
        at += 1
        // A preference for short matches does not change whether there is one.
        _ = skip("?")
        if let again = peek, again == "*" || again == "+" || again == "?" { throw .regularExpression("quantifier operand invalid") }
        return result
    }

    private mutating func count() throws(SQLError) -> Int {
        var value = 0
        while let digit = peek, CharacterClass.digit.contains(digit) {
            value = value * 10 + Int(digit.value - 0x30)
            guard value <= 255 else { throw .regularExpression("invalid repetition count(s)") }
            at += 1
        }
        return value
    }

    private mutating func atom() throws(SQLError) -> (Node, isAtom: Bool) {
        guard let next = peek else { return (.empty, false) }
        at += 1
        switch next {
        case "(":
            if skip("?:") {
            } else if peek == "?" {
                throw Self.unsupported("(?\(at + 1 < text.count ? String(text[at + 1]) : "")")
            }
            let inner = try branches()
            guard skip(")") else { throw .regularExpression("parentheses () not balanced") }
            return (inner, true)
        case "*", "+", "?": throw .regularExpression("quantifier operand invalid")
        case "{" where peek.map(CharacterClass.digit.contains) == true: throw .regularExpression("quantifier operand invalid")
        case ".": return (.set(RegularExpression.CharacterSet(isNegated: true)), true)
        case "^": return (.assertion(.start), false)
        case "$": return (.assertion(.end), false)
        case "[":
            if skip("[:<:]]") { return (.assertion(.wordStart), false) }
            if skip("[:>:]]") { return (.assertion(.wordEnd), false) }
            return (.set(try bracket()), true)
        case "\\":
            guard let escape = peek else { throw .regularExpression("invalid escape \\ sequence") }
            switch escape {
            case "A", "Z", "m", "M", "y", "Y":
                at += 1
                let assertions: [Unicode.Scalar: RegularExpression.Assertion] = [
                    "A": .start, "Z": .end, "m": .wordStart, "M": .wordEnd, "y": .wordEdge, "Y": .noWordEdge,
                ]
                return (assertions[escape].map { .assertion($0) } ?? .empty, false)
            case "1"..."9": throw Self.unsupported("a back reference")
            default: return (.set(try self.escape()), true)
            }
        default: return (.set(Self.one(next)), true)
        }
    }

    private static func one(_ scalar: Unicode.Scalar) -> RegularExpression.CharacterSet { .init(ranges: [scalar.value...scalar.value]) }

    /// What stands behind a backslash, as a set.
    private mutating func escape() throws(SQLError) -> RegularExpression.CharacterSet {
        let invalid = SQLError.regularExpression("invalid escape \\ sequence")
        guard let letter = peek else { throw invalid }
        at += 1
        switch letter {
        case "d": return .init(classes: [(.digit, false)])
        case "D": return .init(classes: [(.digit, true)])
        case "s": return .init(classes: [(.space, false)])
        case "S": return .init(classes: [(.space, true)])
        case "w": return .init(classes: [(.word, false)])
        case "W": return .init(classes: [(.word, true)])
        case "a": return Self.one("\u{7}")
        case "b": return Self.one("\u{8}")
        case "B": return Self.one("\\")
        case "e": return Self.one("\u{1B}")
        case "f": return Self.one("\u{C}")
        case "n": return Self.one("\n")
        case "r": return Self.one("\r")
        case "t": return Self.one("\t")
        case "v": return Self.one("\u{B}")
        case "0":
            return Self.one("\0")
        case "c":
            guard let control = peek, let scalar = Unicode.Scalar(control.value & 0x1F) else { throw invalid }
            at += 1
            return Self.one(scalar)
        case "u", "U", "x":
            let width = letter == "u" ? 4 : letter == "U" ? 8 : 255
            var value: UInt32 = 0
            var digits = 0
            while digits < width, let digit = peek, let number = digit.properties.isASCIIHexDigit ? UInt32(String(digit), radix: 16) : nil {
                guard value <= 0x1F_FFFF else { throw invalid }
                value = value << 4 | number
                digits += 1
                at += 1
            }
            guard digits > 0, letter == "x" || digits == width, let scalar = Unicode.Scalar(value) else { throw invalid }
            return Self.one(scalar)
        default:
            guard !letter.isASCII || !CharacterClass.alnum.contains(letter) else { throw invalid }
            return Self.one(letter)
        }
    }

    /// Behind the opening bracket.
    private mutating func bracket() throws(SQLError) -> RegularExpression.CharacterSet {
        let unbalanced = SQLError.regularExpression("brackets [] not balanced")
        var set = RegularExpression.CharacterSet()
        set.isNegated = skip("^")
        var isFirst = true
        while true {
            guard let next = peek else { throw unbalanced }
            if next == "]", !isFirst {
                at += 1
                return set
            }
            isFirst = false
            if skip("[:") {
                let name = try until(":]")
                guard let known = CharacterClass(rawValue: name) else { throw .regularExpression("invalid character class") }
                set.classes.append((known, false))
                continue
            }
            if next == "\\", at + 1 < text.count, "dswDSW".unicodeScalars.contains(text[at + 1]) {
                at += 1
                if "DSW".unicodeScalars.contains(text[at]) { throw .regularExpression("invalid escape \\ sequence") }
                set.classes += try escape().classes
                continue
            }
            let low = try element()
            if peek == "-", at + 1 < text.count, text[at + 1] != "]" {
                at += 1
                let high = try element()
                guard low <= high else { throw .regularExpression("invalid character range") }
                set.ranges.append(low...high)
            } else {
                set.ranges.append(low...low)
            }
        }
    }

    /// One character of a bracket: plain, escaped, or `[.x.]`.
    private mutating func element() throws(SQLError) -> UInt32 {
        if skip("[.") || skip("[=") {
            let kind = text[at - 1]
            let name = Array(try until("\(kind)]").unicodeScalars)
            guard name.count == 1 else { throw .regularExpression("invalid collating element") }
            return name[0].value
        }
        guard let next = peek else { throw .regularExpression("brackets [] not balanced") }
        at += 1
        guard next == "\\" else { return next.value }
        guard let range = try escape().ranges.first else { throw .regularExpression("invalid escape \\ sequence") }
        return range.lowerBound
    }

    private mutating func until(_ end: String) throws(SQLError) -> String {
        var name = String.UnicodeScalarView()
        while !skip(end) {
            guard let next = peek else { throw .regularExpression("brackets [] not balanced") }
            name.append(next)
            at += 1
        }
        return String(name)
    }
}
