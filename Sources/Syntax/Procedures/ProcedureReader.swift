/// Reads a PL/pgSQL body.
///
/// PostgreSQL's own reader gives lines without columns, keeps no names' scopes and refuses fields of `%rowtype` variables, hence this one; a
/// test holds the two against each other. SQL inside the body is read by PostgreSQL's parser.
///
/// Source: PostgreSQL 15, chapter 43 and `src/pl/plpgsql/src/pl_gram.y`.
package struct ProcedureSignature: Hashable, Sendable {
    /// What `return` may say.
    package enum Result: Hashable, Sendable { case value, void, set, row, rowSet, trigger }

    package var name: String
    package var parameters: [String?]
    /// `out` parameters and the columns of `returns table (…)`; one that is a parameter too is `inout`.
    package var outputs: [String?]
    package var result: Result

    package init(_ name: String, parameters: [String?] = [], outputs: [String?] = [], _ result: Result) {
        self.name = name
        self.parameters = parameters
        self.outputs = outputs
        self.result = result
    }

    /// Of a `do` block.
    package static let block = ProcedureSignature("inline_code_block", .void)
}

/// - Throws: 42601 and its kin as PostgreSQL's on `create function`; 0A000 for what is not supported, with its place.
package func parseProcedure(_ body: String, _ signature: ProcedureSignature, limits: ParseLimits = .default) throws(SyntaxError)
    -> ProcedureBody
{
    var reader = try ProcedureReader(body, signature, limits)
    return try reader.read()
}

struct ProcedureReader {
    let source: String
    let signature: ProcedureSignature
    let limits: ParseLimits
    let tokens: [ProcedureToken]
    var at = 0
    var body = ProcedureBody()
    /// The innermost names.
    var scope = 0
    /// The blocks and loops around, for `exit` and `continue`.
    var labels: [(label: String?, isLoop: Bool)] = []
    var depth = 0

    init(_ body: String, _ signature: ProcedureSignature, _ limits: ParseLimits) throws(SyntaxError) {
        source = body
        self.signature = signature
        self.limits = limits
        guard body.utf8.count <= limits.bytes else {
            throw SyntaxError("54000", "the function's body has more than \(limits.bytes) bytes", at: 0, in: "")
        }
        tokens = try ProcedureTokens(Array(body.utf8)) { SyntaxError("42601", $0, at: $1, in: body) }.tokens
    }

    mutating func read() throws(SyntaxError) -> ProcedureBody {
        body.scopes = [ProcedureBody.NameScope(label: signature.name)]
        for (index, name) in signature.parameters.enumerated() {
            let variable = add(name ?? "$\(index + 1)", .parameter(index), at: 0)
            body.scopes[0].names["$\(index + 1)"] = variable
        }
        for (index, name) in signature.outputs.enumerated() {
            // An inout parameter is one variable: the result reads it.
            if let name, signature.parameters.contains(name) { continue }
            _ = add(name ?? "column\(index + 1)", .result(index), at: 0)
        }
        _ = add("found", .found, at: 0)
        if signature.result == .trigger {
            for name in Self.triggerVariables { _ = add(name, .trigger(name), at: 0) }
        }
        try options()
        if !isBlockStart { throw unexpected() }
        body.block = try block(label: try label())
        if symbol(";") {}
        guard case .end = token.kind else { throw unexpected() }
        return body
    }

    static let triggerVariables = [
        "new", "old", "tg_name", "tg_when", "tg_level", "tg_op", "tg_relid", "tg_relname", "tg_table_name", "tg_table_schema", "tg_nargs",
        "tg_argv",
    ]

    private mutating func options() throws(SyntaxError) {
        while symbol("#") {
            switch token.word {
            case "variable_conflict":
                advance()
                switch token.word {
                case "error": body.conflict = .error
                case "use_variable": body.conflict = .useVariable
                case "use_column": body.conflict = .useColumn
                default: throw unexpected()
                }
            case "option", "print_strict_params": advance()
            default: throw unexpected()
            }
            advance()
        }
    }

    // MARK: Blocks

    private var isBlockStart: Bool { token.isWord("declare") || token.isWord("begin") || token.isSymbol("<<") }

    /// `<<name>>`
    mutating func label() throws(SyntaxError) -> String? {
        guard symbol("<<") else { return nil }
        guard let name = token.word else { throw unexpected() }
        advance()
        guard symbol(">>") else { throw unexpected() }
        return name
    }

    mutating func block(label: String?) throws(SyntaxError) -> ProcedureBody.Block {
        try deeper()
        defer { depth -= 1 }
        var block = ProcedureBody.Block(label: label)
        let outer = scope
        enterScope(label)
        defer { scope = outer }
        if word("declare") {
            while !token.isWord("begin") {
                if word("declare") { continue }
                if let variable = try declaration() { block.declared.append(variable) }
            }
        }
        try expect("begin")
        labels.append((label, false))
        defer { labels.removeLast() }
        block.statements = try statements()
        if word("exception") {
            while word("when") { block.handlers.append(try handler()) }
            if block.handlers.isEmpty { throw unexpected() }
        }
        try expect("end")
        try endLabel(label)
        return block
    }

    mutating func enterScope(_ label: String?) {
        body.scopes.append(ProcedureBody.NameScope(parent: scope, label: label))
        scope = body.scopes.count - 1
    }

    mutating func endLabel(_ label: String?) throws(SyntaxError) {
        guard let name = token.word, !token.isSymbol(";") else { return }
        guard let label else { throw error("end label \"\(name)\" specified for unlabeled block") }
        guard name == label else { throw error("end label \"\(name)\" differs from block's label \"\(label)\"") }
        advance()
    }

    private mutating func handler() throws(SyntaxError) -> ProcedureBody.Handler {
        var conditions: [String?] = []
        repeat {
            guard let name = token.word else { throw unexpected() }
            advance()
            if name == "others" {
                conditions.append(nil)
            } else if name == "sqlstate" {
                conditions.append(try sqlstate())
            } else {
                let codes = ConditionNames.codes(of: name)
                guard !codes.isEmpty else { throw error("unrecognized exception condition \"\(name)\"", code: "42704", back: 1) }
                conditions += codes.map { Optional($0) }
            }
        } while word("or")
        try expect("then")
        let outer = scope
        enterScope(nil)
        defer { scope = outer }
        let sqlstate = add("sqlstate", .caught("sqlstate"), at: token.start, isConstant: true)
        let sqlerrm = add("sqlerrm", .caught("sqlerrm"), at: token.start, isConstant: true)
        return .init(conditions: conditions, statements: try statements(), sqlstate: sqlstate, sqlerrm: sqlerrm)
    }

    /// `'22012'` behind the word `sqlstate`.
    mutating func sqlstate() throws(SyntaxError) -> String {
        guard case .string(let code) = token.kind else { throw unexpected() }
        let isCode = code.utf8.count == 5 && code.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) }
        guard isCode else { throw error("invalid SQLSTATE code") }
        advance()
        return code
    }

    mutating func deeper() throws(SyntaxError) {
        depth += 1
        guard depth <= 100 else { throw error("the function has too many blocks inside blocks", code: "54001") }
    }

    // MARK: Names

    mutating func add(_ name: String, _ kind: ProcedureBody.Variable.Kind, at offset: Int, isConstant: Bool = false) -> Int {
        body.variables.append(.init(name: name, kind: kind, isConstant: isConstant, offset: offset))
        body.scopes[scope].names[name] = body.variables.count - 1
        return body.variables.count - 1
    }

    /// The variable a name means: `x`, or `label.x`. The steps behind it are for fields.
    func find(_ parts: [String]) -> (variable: Int, used: Int)? {
        var here: Int? = scope
        while let index = here {
            let names = body.scopes[index]
            if let first = parts.first, let variable = names.names[first] { return (variable, 1) }
            if parts.count > 1, parts[0] == names.label, let variable = names.names[parts[1]] { return (variable, 2) }
            here = names.parent
        }
        return nil
    }

    // MARK: Tokens

    var token: ProcedureToken { tokens[min(at, tokens.count - 1)] }
    func peek(_ ahead: Int = 1) -> ProcedureToken { tokens[min(at + ahead, tokens.count - 1)] }
    mutating func advance() { at = min(at + 1, tokens.count - 1) }

    mutating func word(_ word: String) -> Bool {
        guard token.isWord(word) else { return false }
        advance()
        return true
    }

    mutating func symbol(_ symbol: String) -> Bool {
        guard token.isSymbol(symbol) else { return false }
        advance()
        return true
    }

    mutating func expect(_ word: String) throws(SyntaxError) {
        guard self.word(word) else { throw unexpected() }
    }

    mutating func expectSymbol(_ symbol: String) throws(SyntaxError) {
        guard self.symbol(symbol) else { throw unexpected() }
    }

    func text(_ start: Int, _ end: Int) -> String { String(decoding: Array(source.utf8)[start..<max(start, end)], as: UTF8.self) }

    // MARK: Errors

    func unexpected(_ message: String = "syntax error") -> SyntaxError {
        if case .end = token.kind { return error("\(message) at end of input") }
        return error("\(message) at or near \"\(text(token.start, token.end))\"")
    }

    func error(_ message: String, code: String = "42601", hint: String? = nil, back: Int = 0) -> SyntaxError {
        SyntaxError(code, message, hint: hint, at: tokens[max(0, min(at, tokens.count - 1) - back)].start, in: source)
    }

    func unsupported(_ what: String, _ hint: String, back: Int = 0) -> SyntaxError {
        error("\(what) is not supported on the embedded engine", code: "0A000", hint: hint, back: back)
    }
}
