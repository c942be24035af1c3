/// A look at a text before the parser sees it, because the parser recurses without limit: is it text, is it small enough, how deep is it at
/// most?
///
/// The depth is an upper bound, found from tokens alone: brackets, `case … end`, and operators in a row, which lean on one another
/// until a comma, a semicolon, AND, OR or the next clause. Nothing here judges whether the text is SQL.
struct SQLScan {
    /// The depth the parser's tree can have at most.
    private(set) var depth = 0

    private let bytes: UnsafeBufferPointer<UInt8>
    private let greatest: Int
    private var at = 0
    private var groups: [Group] = [Group()]
    private var afterDot = false
    private var afterBegin = false
    /// `begin atomic`, which can nest and ends with a word that can be a name too: counted, never uncounted.
    private var bodies = 0
    private var weight = 0
    /// Characters the parser looks at more than once: it reads operator characters to the end of their row, then goes back,
    /// at every sign and at every start of a comment.
    private var steps = 0
    private var operatorsEnd = 0

    private struct Group {
        var isCase = false
        /// Operators since the last separator, and the deepest group among them.
        var operators = 0
        var deepest = 0
        /// The greatest sum of the two so far.
        var expression = 0
        var joins = 0
        var mostJoins = 0
        var setOperations = 0
        /// BETWEENs whose AND is still to come.
        var betweens = 0
        /// `(a, b) = …`: the parser writes the right side once for each name.
        var commas = 0
        var copies = 1
        var copiesOfNext = 1

        mutating func endExpression() {
            expression = max(expression, operators + deepest)
            operators = 0
            deepest = 0
        }

        mutating func endSelect() {
            endExpression()
            mostJoins = max(mostJoins, joins)
            joins = 0
        }

        var depth: Int {
            var group = self
            group.endSelect()
            return group.expression + group.mostJoins + group.setOperations
        }
    }

    private enum Trouble: Error { case zero(Int), deep(Int), heavy(Int) }

    init(checking text: String, shift: Int, file: String, limits: ParseLimits) throws(SyntaxError) {
        func error(_ code: String, _ message: String, _ hint: String?, _ offset: Int) -> SyntaxError {
            let source = String(decoding: text.utf8.dropFirst(shift), as: UTF8.self)
            return SyntaxError(code, message, hint: hint, at: max(0, offset - shift), in: source, file: file)
        }
        guard text.utf8.count <= limits.bytes else {
            throw SyntaxError(
                "54000", "the text has \(text.utf8.count) bytes; at most \(limits.bytes) are read at once", hint: "Split the file.",
                at: 0, in: "", file: file)
        }
        var text = text
        let outcome = text.withUTF8 { bytes -> Result<SQLScan, Trouble> in
            var scan = SQLScan(bytes, limits)
            do throws(Trouble) {
                try scan.run()
                return .success(scan)
            } catch {
                return .failure(error)
            }
        }
        switch outcome {
        case .success(let scan): self = scan
        case .failure(.zero(let offset)):
            throw error("22021", "invalid byte sequence for encoding \"UTF8\": 0x00", nil, offset)
        case .failure(.deep(let offset)):
            throw error("54001", "this is nested too deeply", "At most \(limits.depth) levels of brackets and operators are read.", offset)
        case .failure(.heavy(let offset)):
            throw error("54001", "the statement is too complex", nil, offset)
        }
    }

    private init(_ bytes: UnsafeBufferPointer<UInt8>, _ limits: ParseLimits) {
        self.bytes = bytes
        // Brackets that only group are no levels of the tree, and a printed tree has some for each level.
        greatest = limits.depth * 4
    }

    private var group: Group {
        get { groups[groups.count - 1] }
        set { groups[groups.count - 1] = newValue }
    }

    private mutating func run() throws(Trouble) {
        while at < bytes.count {
            let start = at
            let byte = bytes[at]
            switch byte {
            case 0: throw .zero(at)
            case UInt8(ascii: " "), 9, 10, 11, 12, 13:
                at += 1
                continue
            case UInt8(ascii: "-") where peek(1) == UInt8(ascii: "-"):
                skipLine()
                continue
            case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"):
                skipComment()
                try checkSteps(start)
                continue
            case UInt8(ascii: "'"): skipString(escapes: false)
            case UInt8(ascii: "\""): skipQuoted(UInt8(ascii: "\""), escapes: false)
            case UInt8(ascii: "$"): skipDollar()
            case UInt8(ascii: "("), UInt8(ascii: "["):
                at += 1
                try open(isCase: false)
            case UInt8(ascii: ")"), UInt8(ascii: "]"):
                at += 1
                closeBracket()
            case UInt8(ascii: ","):
                at += 1
                group.endExpression()
                group.commas += 1
                group.copiesOfNext = 1
            case UInt8(ascii: ";"):
                at += 1
                try endStatement()
            case UInt8(ascii: ":"):
                // `::` is an operator, `:` stands in a slice.
                at += 1
                if at < bytes.count, bytes[at] == byte { at += 1 }
                group.operators += 1
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                while let next = peek(0), Self.isDigit(next) || next == UInt8(ascii: ".") { at += 1 }
            case UInt8(ascii: "."): at += 1
            default:
                if Self.startsWord(byte) {
                    try word()
                } else if Self.isOperator(byte) {
                    operatorRun()
                } else {
                    at += 1
                }
            }
            afterDot = byte == UInt8(ascii: ".")
            weight += group.copies
            if weight > 8 << 20 { throw .heavy(start) }
            try checkSteps(start)
            if groups.count + group.operators > greatest { throw .deep(start) }
            if byte == UInt8(ascii: ")") || byte == UInt8(ascii: ","), group.depth > greatest { throw .deep(start) }
        }
        try endStatement()
        depth = max(depth, groups.reduce(0) { $0 + $1.depth + 1 }) + bodies
    }

    // MARK: Groups

    private mutating func open(isCase: Bool) throws(Trouble) {
        var inner = Group()
        inner.isCase = isCase
        let copies = group.copies.multipliedReportingOverflow(by: group.copiesOfNext)
        guard !copies.overflow else { throw .heavy(at) }
        inner.copies = copies.partialValue
        groups.append(inner)
    }

    private mutating func close() {
        guard groups.count > 1, let inner = groups.popLast() else { return }
        let depth = inner.depth + 1
        group.deepest = max(group.deepest, depth)
        // `(a, b) =`
        if !inner.isCase, inner.commas > 0 {
            var ahead = at
            while ahead < bytes.count, bytes[ahead] <= UInt8(ascii: " ") || bytes[ahead] == UInt8(ascii: "*") { ahead += 1 }
            if ahead < bytes.count,
                bytes[ahead] == UInt8(ascii: "=") || bytes[ahead] == UInt8(ascii: "/") || bytes[ahead] == UInt8(ascii: "-")
            {
                group.copiesOfNext = inner.commas + 1
            }
        }
    }

    private mutating func closeBracket() {
        while group.isCase, groups.count > 1 { close() }
        close()
    }

    private mutating func endStatement() throws(Trouble) {
        while group.isCase, groups.count > 1 { close() }
        group.endSelect()
        // Inside a bracket (`create rule … do (…; …)`) what was found so far is kept.
        guard groups.count == 1 else { return }
        depth = max(depth, group.depth)
        if depth > greatest { throw .deep(max(0, at - 1)) }
        group = Group()
    }

    // MARK: Words and operators

    private mutating func word() throws(Trouble) {
        let start = at
        while at < bytes.count, Self.startsWord(bytes[at]) || Self.isDigit(bytes[at]) || bytes[at] == UInt8(ascii: "$") { at += 1 }
        let count = at - start
        if count == 1, bytes[start] | 0x20 == UInt8(ascii: "e"), peek(0) == UInt8(ascii: "'") {
            skipString(escapes: true)
            return
        }
        let isAfterBegin = afterBegin
        afterBegin = false
        guard count >= 2, count <= 9, !afterDot else { return }
        var small: UInt128 = 0
        for offset in start..<at { small = small << 8 | UInt128(bytes[offset] | 0x20) }
        guard let keyword = Self.keywords[small] else { return }
        switch keyword {
        case .leaning: group.operators += 1
        case .between:
            group.operators += 1
            group.betweens += 1
        case .and:
            if group.betweens > 0 {
                group.betweens -= 1
            } else {
                group.endExpression()
            }
        case .separator: group.endExpression()
        case .part: if group.isCase { group.endExpression() }
        case .select: group.endSelect()
        case .join: group.joins += 1
        case .setOperator:
            group.endSelect()
            group.setOperations += 1
        case .case: try open(isCase: true)
        case .end: if group.isCase { close() }
        case .begin: afterBegin = true
        case .atomic:
            if isAfterBegin { bodies += 1 }
            if bodies > Self.mostBodies { throw .heavy(start) }
        }
    }

    private enum Keyword { case leaning, between, and, separator, part, select, join, setOperator, `case`, end, begin, atomic }

    private static let mostBodies = 1000

    private static let keywords: [UInt128: Keyword] = {
        let words: [(Keyword, [String])] = [
            (
                .leaning,
                ["not", "is", "isnull", "notnull", "collate", "at", "in", "like", "ilike", "similar", "overlaps", "escape", "operator"]
            ),
            (.between, ["between"]), (.and, ["and"]), (.separator, ["or", "where", "having"]), (.part, ["when", "then", "else"]),
            (.select, ["select"]), (.join, ["join"]), (.setOperator, ["union", "intersect", "except"]), (.case, ["case"]), (.end, ["end"]),
            (.begin, ["begin"]), (.atomic, ["atomic"]),
        ]
        var table: [UInt128: Keyword] = [:]
        for (keyword, spellings) in words {
            for word in spellings { table[word.utf8.reduce(0) { $0 << 8 | UInt128($1) }] = keyword }
        }
        return table
    }()

    private mutating func operatorRun() {
        let start = at
        let length = lengthOfOperators()
        var hasSpecial = false
        while at < bytes.count, Self.isOperator(bytes[at]) {
            let next = peek(1)
            if bytes[at] == UInt8(ascii: "-"), next == UInt8(ascii: "-"), at > start { break }
            if bytes[at] == UInt8(ascii: "/"), next == UInt8(ascii: "*"), at > start { break }
            hasSpecial = hasSpecial || Self.isSpecial(bytes[at])
            at += 1
        }
        // A run without special characters loses its trailing signs to operators of their own.
        var signs = 0
        if !hasSpecial {
            while signs < at - start, bytes[at - 1 - signs] == UInt8(ascii: "+") || bytes[at - 1 - signs] == UInt8(ascii: "-") {
                signs += 1
            }
        }
        group.operators += max(1, signs + (signs < at - start ? 1 : 0))
        steps += (signs + 1) * length
    }

    /// How many operator characters stand here in a row, comments' own among them.
    private mutating func lengthOfOperators() -> Int {
        if operatorsEnd < at { operatorsEnd = at }
        while operatorsEnd < bytes.count, Self.isOperator(bytes[operatorsEnd]) { operatorsEnd += 1 }
        return operatorsEnd - at
    }

    private func checkSteps(_ start: Int) throws(Trouble) {
        if steps > 128 << 20 { throw .heavy(start) }
    }

    // MARK: What is no token

    private func peek(_ offset: Int) -> UInt8? { at + offset < bytes.count ? bytes[at + offset] : nil }

    private mutating func skipLine() {
        while at < bytes.count, bytes[at] != 10, bytes[at] != 13 { at += 1 }
    }

    private mutating func skipComment() {
        var open = 0
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "*") {
                steps += lengthOfOperators()
                open += 1
                at += 2
            } else if bytes[at] == UInt8(ascii: "*"), peek(1) == UInt8(ascii: "/") {
                open -= 1
                at += 2
                if open == 0 { return }
            } else {
                at += 1
            }
        }
    }

    private mutating func skipString(escapes: Bool) {
        skipQuoted(UInt8(ascii: "'"), escapes: escapes)
        // With escapes, a string that goes on in the next line keeps them.
        guard escapes else { return }
        while true {
            let end = at
            var sawNewline = false
            while at < bytes.count {
                if bytes[at] == 10 || bytes[at] == 13 { sawNewline = true }
                if bytes[at] == UInt8(ascii: " ") || (9...13).contains(bytes[at]) {
                    at += 1
                } else if bytes[at] == UInt8(ascii: "-"), peek(1) == UInt8(ascii: "-") {
                    skipLine()
                } else {
                    break
                }
            }
            guard sawNewline, peek(0) == UInt8(ascii: "'") else {
                at = end
                return
            }
            skipQuoted(UInt8(ascii: "'"), escapes: true)
        }
    }

    private mutating func skipQuoted(_ quote: UInt8, escapes: Bool) {
        at += 1
        while at < bytes.count {
            if bytes[at] == quote {
                at += 1
                if peek(0) != quote { return }
            } else if escapes, bytes[at] == UInt8(ascii: "\\") {
                at += 1
            }
            at += 1
        }
        at = min(at, bytes.count)
    }

    /// `$1`, or a string between `$tag$` and the next `$tag$`.
    private mutating func skipDollar() {
        let start = at
        at += 1
        if let next = peek(0), Self.isDigit(next) { return }
        while let next = peek(0), Self.startsWord(next) || Self.isDigit(next) { at += 1 }
        guard peek(0) == UInt8(ascii: "$") else {
            at = start + 1
            return
        }
        at += 1
        let tag = UnsafeBufferPointer(rebasing: bytes[start..<at])
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "$"), bytes.count - at >= tag.count, bytes[at..<(at + tag.count)].elementsEqual(tag) {
                at += tag.count
                return
            }
            at += 1
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private static func startsWord(_ byte: UInt8) -> Bool {
        (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")) || byte >= 0x80 || byte == UInt8(ascii: "_")
    }

    private static func isOperator(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "*"), UInt8(ascii: "/"), UInt8(ascii: "<"), UInt8(ascii: ">"),
            UInt8(ascii: "="):
            true
        default: isSpecial(byte)
        }
    }

    private static func isSpecial(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "~"), UInt8(ascii: "!"), UInt8(ascii: "@"), UInt8(ascii: "#"), UInt8(ascii: "%"), UInt8(ascii: "^"),
            UInt8(ascii: "&"),
            UInt8(ascii: "|"), UInt8(ascii: "`"), UInt8(ascii: "?"):
            true
        default: false
        }
    }
}

extension SQLScan {
    /// Words that can open a block of PL/pgSQL, anywhere in the text.
    static func blocks(in text: String) -> Int {
        var count = 0
        for word in text.utf8.split(whereSeparator: { !startsWord($0) }) where word.count <= 7 {
            switch String(decoding: word.map { $0 | 0x20 }, as: UTF8.self) {
            case "begin", "if", "loop", "case", "declare": count += 1
            default: break
            }
        }
        return count
    }
}
