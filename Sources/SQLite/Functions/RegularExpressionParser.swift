import OffstageSchema

/// Reads a pattern into a tree, with PostgreSQL's complaints.
struct RegularExpressionParser {
    private var text: [Unicode.Scalar]
    private(set) var options: RegularExpression.Options
    private(set) var groupCount = 0
    private(set) var groups: [Int: Node] = [:]
    private(set) var hasBackReferences = false
    private var at = 0
    private var depth = 0
    /// Inside a look ahead or behind, where nothing captures.
    private var isLooking = false

    typealias Node = RegularExpression.Node

    init(_ pattern: String, _ options: RegularExpression.Options) {
        text = Array(pattern.unicodeScalars)
        self.options = options
    }

    /// The whole pattern, with options such as `(?i)` in front of it.
    mutating func pattern() throws(SQLError) -> Node {
        guard text.count <= 20_000 else { throw .complexExpression }
        if skip("***=") {
            options.isLiteral = true
        } else if !options.isLiteral {
            if skip("***:") {
            } else if skip("***") {
                throw .regularExpression("quantifier operand invalid")
            }
            try embeddedOptions()
        }
        if options.isLiteral { return .sequence(text[at...].map { .set(.one($0)) }) }
        let node = try branches()
        if at < text.count { throw .regularExpression("parentheses () not balanced") }
        return node
    }

    private mutating func embeddedOptions() throws(SQLError) {
        guard peek == "(", at + 2 < text.count, text[at + 1] == "?", Self.isASCIILetter(text[at + 2]) else { return }
        at += 2
        while let option = peek, Self.isASCIILetter(option) {
            at += 1
            guard try options.take(option) else { throw .regularExpression("invalid embedded option") }
        }
        guard skip(")") else { throw .regularExpression("invalid embedded option") }
        if options.isLiteral { (options.isExpanded, options.stopsAtNewline, options.anchorsAtNewline) = (false, false, false) }
    }

    private static func isASCIILetter(_ scalar: Unicode.Scalar) -> Bool { scalar.isASCII && CharacterClass.alpha.contains(scalar) }

    private var peek: Unicode.Scalar? { at < text.count ? text[at] : nil }

    private mutating func skip(_ word: String) -> Bool {
        let scalars = Array(word.unicodeScalars)
        guard at + scalars.count <= text.count, text[at..<(at + scalars.count)].elementsEqual(scalars) else { return false }
        at += scalars.count
        return true
    }

    /// Blanks and comments, where the pattern is written with some.
    private mutating func skipBlanks() {
        while true {
            if options.isExpanded {
                while let next = peek, CharacterClass.space.contains(next) { at += 1 }
                if peek == "#" {
                    while let next = peek, next != "\n" { at += 1 }
                    continue
                }
            }
            guard skip("(?#") else { return }
            while let next = peek, next != ")" { at += 1 }
            if peek != nil { at += 1 }
        }
    }

    private mutating func branches() throws(SQLError) -> Node {
        depth += 1
        defer { depth -= 1 }
        guard depth <= 200 else { throw .complexExpression }
        var all = [try branch()]
        while skip("|") { all.append(try branch()) }
        return all.count == 1 ? all[0] : .either(all)
    }

    private mutating func branch() throws(SQLError) -> Node {
        var parts: [Node] = []
        skipBlanks()
        while let next = peek, next != "|", next != ")" {
            let (node, isAtom) = try atom()
            skipBlanks()
            parts.append(try quantified(node, isAtom: isAtom))
            skipBlanks()
        }
        return parts.isEmpty ? .empty : parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private mutating func quantified(_ node: Node, isAtom: Bool) throws(SQLError) -> Node {
        guard let next = peek else { return node }
        var (least, most, isPlain): (Int, Int?, Bool)
        switch next {
        case "*": (least, most, isPlain) = (0, nil, false)
        case "+": (least, most, isPlain) = (1, nil, false)
        case "?": (least, most, isPlain) = (0, 1, false)
        case "{" where at + 1 < text.count && CharacterClass.digit.contains(text[at + 1]):
            at += 1
            least = try count()
            (most, isPlain) = (least, true)
            if skip(",") {
                most = peek.map(CharacterClass.digit.contains) == true ? try count() : nil
                isPlain = false
            }
            guard peek == "}" else { throw .regularExpression(peek == nil ? "braces {} not balanced" : "invalid repetition count(s)") }
            if let most, most < least { throw .regularExpression("invalid repetition count(s)") }
        default: return node
        }
        guard isAtom else { throw .regularExpression("quantifier operand invalid") }
        at += 1
        let isShort = skip("?")
        skipBlanks()
        if let again = peek, again == "*" || again == "+" || again == "?" { throw .regularExpression("quantifier operand invalid") }
        return .repeated(node, least: least, most: most, isShort: isShort, isPlain: isPlain)
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
        case "(": return try parentheses()
        case "*", "+", "?": throw .regularExpression("quantifier operand invalid")
        case "{" where peek.map(CharacterClass.digit.contains) == true: throw .regularExpression("quantifier operand invalid")
        case ".":
            return (.set(RegularExpression.CharacterSet(isNegated: true, excludesNewline: options.stopsAtNewline)), true)
        case "^": return (.assertion(options.anchorsAtNewline ? .lineStart : .start), false)
        case "$": return (.assertion(options.anchorsAtNewline ? .lineEnd : .end), false)
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
            case "1"..."9":
                if let number = try backReference() { return (.backReference(number), true) }
                return (.set(try self.escape()), true)
            default: return (.set(try self.escape()), true)
            }
        default: return (.set(.one(next)), true)
        }
    }

    /// Behind `(`: a group, or a look ahead or behind.
    private mutating func parentheses() throws(SQLError) -> (Node, isAtom: Bool) {
        var look: (isAhead: Bool, isNegated: Bool)?
        var captures = !isLooking
        if peek == "?" {
            if skip("?:") {
                captures = false
            } else if skip("?=") {
                look = (true, false)
            } else if skip("?!") {
                look = (true, true)
            } else if skip("?<=") {
                look = (false, false)
            } else if skip("?<!") {
                look = (false, true)
            } else {
                throw .regularExpression("quantifier operand invalid")
            }
        }
        if let look {
            let outer = isLooking
            isLooking = true
            let inner = try branches()
            isLooking = outer
            guard skip(")") else { throw .regularExpression("parentheses () not balanced") }
            return (.look(inner, isAhead: look.isAhead, isNegated: look.isNegated), false)
        }
        if captures { groupCount += 1 }
        let number = captures ? groupCount : 0
        let inner = try branches()
        guard skip(")") else { throw .regularExpression("parentheses () not balanced") }
        if number > 0 { groups[number] = inner }
        return (.group(inner, number), true)
    }

    /// `\1`: one digit always is one; more are one if there are so many groups, else a character by its octal number.
    private mutating func backReference() throws(SQLError) -> Int? {
        let start = at
        var value = 0
        while let digit = peek, CharacterClass.digit.contains(digit), value < 10_000 {
            value = value * 10 + Int(digit.value - 0x30)
            at += 1
        }
        guard at == start + 1 || (value > 0 && value <= groupCount) else {
            at = start
            return nil
        }
        guard !isLooking, groups[value] != nil else { throw .regularExpression("invalid backreference number") }
        hasBackReferences = true
        return value
    }

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
        case "a": return .one("\u{7}")
        case "b": return .one("\u{8}")
        case "B": return .one("\\")
        case "e": return .one("\u{1B}")
        case "f": return .one("\u{C}")
        case "n": return .one("\n")
        case "r": return .one("\r")
        case "t": return .one("\t")
        case "v": return .one("\u{B}")
        case "0"..."9":
            // Up to three octal digits.
            at -= 1
            var value: UInt32 = 0
            var digits = 0
            while digits < 3, let digit = peek, digit >= "0", digit <= "7" {
                let next = value << 3 | (digit.value - 0x30)
                if next > 0xFF { break }
                value = next
                digits += 1
                at += 1
            }
            guard digits > 0, let scalar = Unicode.Scalar(value) else { throw invalid }
            return .one(scalar)
        case "c":
            guard let control = peek, let scalar = Unicode.Scalar(control.value & 0x1F) else { throw invalid }
            at += 1
            return .one(scalar)
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
            return .one(scalar)
        default:
            guard !letter.isASCII || !CharacterClass.alnum.contains(letter) else { throw invalid }
            return .one(letter)
        }
    }

    /// Behind the opening bracket.
    private mutating func bracket() throws(SQLError) -> RegularExpression.CharacterSet {
        let unbalanced = SQLError.regularExpression("brackets [] not balanced")
        var set = RegularExpression.CharacterSet()
        set.isNegated = skip("^")
        set.excludesNewline = set.isNegated && options.stopsAtNewline
        var isFirst = true
        while true {
            guard let next = peek else { throw unbalanced }
            if next == "]", !isFirst {
                at += 1
                return set
            }
            if skip("[:") {
                isFirst = false
                let name = try until(":]")
                guard let known = CharacterClass(rawValue: name) else { throw .regularExpression("invalid character class") }
                set.classes.append((known, false))
                try notARange()
                continue
            }
            let isDash = next == "-" && !isFirst && !(at + 1 < text.count && text[at + 1] == "]")
            isFirst = false
            if isDash { throw .regularExpression("invalid character range") }
            if next == "\\", at + 1 < text.count, "dswDSW".unicodeScalars.contains(text[at + 1]) {
                at += 1
                set.classes += try escape().classes
                try notARange()
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

    /// A class has no place at the end of a range.
    private func notARange() throws(SQLError) {
        if peek == "-", at + 1 < text.count, text[at + 1] != "]" { throw .regularExpression("invalid character range") }
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
        guard let range = try escape().ranges.first else { throw .regularExpression("invalid character range") }
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

extension RegularExpression.Options {
    /// One letter of the options; false for one there is none of.
    mutating func take(_ letter: Unicode.Scalar) throws(SQLError) -> Bool {
        switch letter {
        case "c": ignoresCase = false
        case "i": ignoresCase = true
        case "m", "n": (stopsAtNewline, anchorsAtNewline) = (true, true)
        case "p": (stopsAtNewline, anchorsAtNewline) = (true, false)
        case "q": isLiteral = true
        case "s": (stopsAtNewline, anchorsAtNewline) = (false, false)
        case "t": isExpanded = false
        case "w": (stopsAtNewline, anchorsAtNewline) = (false, true)
        case "x": isExpanded = true
        case "b", "e":
            throw SQLError(
                "0A000", "a \(letter == "b" ? "basic" : "extended") regular expression is not supported on the embedded engine",
                hint: "Write the pattern as an advanced regular expression, without the option \(letter).")
        default: return false
        }
        return true
    }
}
