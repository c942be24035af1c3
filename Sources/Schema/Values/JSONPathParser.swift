/// Reads a jsonpath into its tree. Expressions and predicates are different things in this language: each part knows which it is.
struct JSONPathParser {
    private typealias Part = (path: JSONPath.Path, isPredicate: Bool)

    private let source: String
    private var lexer: JSONPathLexer
    private var token = JSONPathLexer.Token.end
    private var depth = 0
    /// Inside a filter, where `@` means something; inside a subscript, where `last` does.
    private var filters = 0
    private var subscripts = 0

    init(_ text: String) throws(SQLError) {
        source = text
        lexer = JSONPathLexer(text)
        token = try lexer.next()
    }

    mutating func whole() throws(SQLError) -> (isLax: Bool, path: JSONPath.Path) {
        guard token != .end else { throw SQLError("22P02", "invalid input syntax for type jsonpath: \"\(source)\"") }
        var isLax = true
        if token == .word("strict") || token == .word("lax") {
            isLax = token == .word("lax")
            try advance()
        }
        let part = try either()
        guard token == .end else { throw lexer.error() }
        return (isLax, part.path)
    }

    // MARK: Tokens

    private mutating func advance() throws(SQLError) { token = try lexer.next() }

    private mutating func skip(_ sign: String) throws(SQLError) -> Bool {
        guard token == .sign(sign) else { return false }
        try advance()
        return true
    }

    private mutating func expect(_ sign: String) throws(SQLError) {
        guard try skip(sign) else { throw lexer.error() }
    }

    private mutating func skipWord(_ word: String) throws(SQLError) -> Bool {
        guard token == .word(word) else { return false }
        try advance()
        return true
    }

    // MARK: Predicates

    private mutating func either() throws(SQLError) -> Part {
        depth += 1
        defer { depth -= 1 }
        guard depth <= 200 else { throw SQLError("54001", "stack depth limit exceeded") }
        var left = try both()
        while token == .sign("||") {
            guard left.isPredicate else { throw lexer.error() }
            try advance()
            let right = try both()
            guard right.isPredicate else { throw lexer.error() }
            left = ([.or(left.path, right.path)], true)
        }
        return left
    }

    private mutating func both() throws(SQLError) -> Part {
        var left = try comparison()
        while token == .sign("&&") {
            guard left.isPredicate else { throw lexer.error() }
            try advance()
            let right = try comparison()
            guard right.isPredicate else { throw lexer.error() }
            left = ([.and(left.path, right.path)], true)
        }
        return left
    }

    private mutating func comparison() throws(SQLError) -> Part {
        if try skip("!") {
            let inner = try delimited()
            return ([.not(inner)], true)
        }
        let left = try sum()
        if left.isPredicate { return left }
        if case .sign(let sign) = token, let comparison = JSONPath.Comparison(rawValue: sign) {
            try advance()
            let right = try sum()
            guard !right.isPredicate else { throw lexer.error() }
            return ([.compare(comparison, left.path, right.path)], true)
        }
        if try skipWord("starts") {
            guard try skipWord("with") else { throw lexer.error() }
            let initial: JSONPath.Step
            switch token {
            case .string(let text): initial = .string(text)
            case .variable(let name): initial = .variable(name)
            default: throw lexer.error()
            }
            try advance()
            return ([.startsWith(left.path, [initial])], true)
        }
        if try skipWord("like_regex") {
            guard case .string(let pattern) = token else { throw lexer.error() }
            try advance()
            var flags = ""
            if try skipWord("flag") {
                guard case .string(let text) = token else { throw lexer.error() }
                flags = text
                try advance()
            }
            for flag in flags where !"ismxq".contains(flag) {
                throw SQLError(
                    "42601", "invalid input syntax for type jsonpath",
                    details: "Unrecognized flag character \"\(flag)\" in LIKE_REGEX predicate.")
            }
            if flags.contains("x"), !flags.contains("q") {
                throw SQLError("0A000", "XQuery \"x\" flag (expanded regular expressions) is not implemented")
            }
            return ([.likeRegex(left.path, pattern: pattern, flags: flags)], true)
        }
        return left
    }

    /// `(predicate)` or `exists (…)`, as `!` wants it.
    private mutating func delimited() throws(SQLError) -> JSONPath.Path {
        if token == .word("exists") { return try exists() }
        try expect("(")
        let inner = try either()
        guard inner.isPredicate else { throw lexer.error() }
        try expect(")")
        return inner.path
    }

    private mutating func exists() throws(SQLError) -> JSONPath.Path {
        try advance()
        try expect("(")
        let inner = try either()
        guard !inner.isPredicate else { throw lexer.error() }
        try expect(")")
        return [.exists(inner.path)]
    }

    // MARK: Expressions

    private mutating func sum() throws(SQLError) -> Part { try chain(["+", "-"]) { (self) throws(SQLError) in try self.product() } }

    private mutating func product() throws(SQLError) -> Part {
        try chain(["*", "/", "%"]) { (self) throws(SQLError) in try self.signed() }
    }

    private mutating func chain(
        _ signs: Set<Character>, _ operand: (inout JSONPathParser) throws(SQLError) -> Part
    ) throws(SQLError) -> Part {
        var left = try operand(&self)
        while case .sign(let sign) = token, sign.count == 1, let name = sign.first, signs.contains(name) {
            guard !left.isPredicate else { throw lexer.error() }
            try advance()
            let right = try operand(&self)
            guard !right.isPredicate else { throw lexer.error() }
            left = ([.arithmetic(name, left.path, right.path)], false)
        }
        return left
    }

    private mutating func signed() throws(SQLError) -> Part {
        depth += 1
        defer { depth -= 1 }
        guard depth <= 200 else { throw SQLError("54001", "stack depth limit exceeded") }
        for name in ["+", "-"] where token == .sign(name) {
            try advance()
            let inner = try signed()
            guard !inner.isPredicate else { throw lexer.error() }
            if inner.path.count == 1, case .number(let text) = inner.path[0] {
                return ([.number(name == "+" ? text : try (-Numeric(text)).text)], false)
            }
            return ([.sign(Character(name), inner.path)], false)
        }
        return try accessors()
    }

    private mutating func accessors() throws(SQLError) -> Part {
        var path: JSONPath.Path
        if token == .word("exists") { return (try exists(), true) }
        if try skip("(") {
            let inner = try either()
            try expect(")")
            if inner.isPredicate {
                if token == .word("is") {
                    try advance()
                    guard try skipWord("unknown") else { throw lexer.error() }
                    return ([.isUnknown(inner.path)], true)
                }
                guard let next = try accessor() else { return inner }
                path = inner.path + [next]
            } else {
                path = inner.path
            }
        } else {
            path = [try primary()]
        }
        while let next = try accessor() {
            guard path.count < 10_000 else { throw SQLError("54001", "stack depth limit exceeded") }
            path.append(next)
        }
        return (path, false)
    }

    private mutating func primary() throws(SQLError) -> JSONPath.Step {
        let step: JSONPath.Step
        switch token {
        case .string(let text): step = .string(text)
        case .variable(let name): step = .variable(name)
        case .number(let text), .integer(let text): step = .number(try Numeric(text).text)
        case .word("null"): step = .null
        case .word("true"): step = .boolean(true)
        case .word("false"): step = .boolean(false)
        case .word("last"):
            guard subscripts > 0 else { throw SQLError("42601", "LAST is allowed only in array subscripts") }
            step = .last
        case .sign("$"): step = .root
        case .sign("@"):
            guard filters > 0 else { throw SQLError("42601", "@ is not allowed in root expressions") }
            step = .current
        default: throw lexer.error()
        }
        try advance()
        return step
    }

    /// `.key`, `[…]`, `.**`, `.method()`, `? (…)`; nil where none follows.
    private mutating func accessor() throws(SQLError) -> JSONPath.Step? {
        if try skip("?") {
            try expect("(")
            filters += 1
            let inner = try either()
            filters -= 1
            guard inner.isPredicate else { throw lexer.error() }
            try expect(")")
            return .filter(inner.path)
        }
        if try skip("[") {
            if token == .sign("*") {
                try advance()
                try expect("]")
                return .anyArray
            }
            subscripts += 1
            defer { subscripts -= 1 }
            var list: [JSONPath.Subscript] = []
            repeat {
                let from = try sum()
                guard !from.isPredicate else { throw lexer.error() }
                var to: JSONPath.Path?
                if try skipWord("to") {
                    let end = try sum()
                    guard !end.isPredicate else { throw lexer.error() }
                    to = end.path
                }
                list.append(.init(from: from.path, to: to))
            } while try skip(",")
            try expect("]")
            return .subscripts(list)
        }
        guard try skip(".") else { return nil }
        if try skip("*") { return .anyKey }
        if try skip("**") { return try anyLevels() }
        switch token {
        case .string(let name):
            try advance()
            return .key(name)
        case .word(let name):
            try advance()
            guard token == .sign("(") else { return .key(name) }
            if name == "datetime" {
                throw SQLError(
                    "0A000", "jsonpath item method .datetime() is not supported on the embedded engine",
                    hint: "Take the text out and cast it to a date or timestamp.")
            }
            guard let method = JSONPath.Method(rawValue: name) else { throw lexer.error() }
            try advance()
            try expect(")")
            return .method(method)
        default: throw lexer.error()
        }
    }

    private mutating func anyLevels() throws(SQLError) -> JSONPath.Step {
        guard try skip("{") else { return .any(first: 0, last: .max) }
        let first = try level()
        let last = try skipWord("to") ? level() : first
        try expect("}")
        return .any(first: first, last: last)
    }

    private mutating func level() throws(SQLError) -> Int {
        if try skipWord("last") { return .max }
        guard case .integer(let text) = token else { throw lexer.error() }
        guard let value = Int32(text) else { throw SQLError("22003", "value \"\(text)\" is out of range for type integer") }
        try advance()
        return Int(value)
    }
}
