import CPgQuery

/// Reads PostgreSQL's SQL, statement by statement, with PostgreSQL 15's own parser.
///
/// ```swift
/// let statements = try parse("create table books (id int)", file: "migrations/0001_books.sql")
/// ```
///
/// A statement the tree has no shape for is `.other`; an expression or clause it has none for is an error with code 0A000 and its place.
/// Text that is too large, too deep, holds a NUL or is no SQL is an error too. Positions are byte offsets into `sql`.
///
/// - Parameters:
///   - takesUnshaped: a statement with such an expression or clause is `.other`, too: its source is for a PostgreSQL to read.
///   - values: what `$1`, `$2`, … stand for, each a literal without a type in the tree; nil is null. A number beyond them stays a parameter.
///   - keepsValues: those that are not null stay parameters, too: the tree is that of every statement of this text and these nulls.
package func parse(
    _ sql: String, file: String = "", limits: ParseLimits = .default, takesUnshaped: Bool = false, values: [String?] = [],
    keepsValues: Bool = false
) throws(SyntaxError) -> [Statement] {
    try withParseTree(of: sql, shift: 0, file: file, limits: limits) { (root, reader) throws(SyntaxError) in
        guard !values.contains(where: { $0?.utf8.contains(0) == true }) else {
            throw reader.error("22021", "invalid byte sequence for encoding \"UTF8\": 0x00", at: 0)
        }
        reader.values = values
        reader.keepsValues = keepsValues
        let statements = try reader.statements(root, takesUnshaped: takesUnshaped)
        guard reader.metValues.count == values.count else {
            throw reader.error(
                "42P18", "a value of the statement is not used", hint: "A value stands by itself: not inside of quotes or a comment.", at: 0
            )
        }
        return statements
    }
}

/// Reads one expression, such as the catalogue keeps for defaults and policies: `parseExpression("price * 2")`.
package func parseExpression(_ sql: String, limits: ParseLimits = .default) throws(SyntaxError) -> Expression {
    try withParseTree(of: sql, prefix: "select ", limits: limits) { (root, reader) throws(SyntaxError) in
        guard let statement = root.list("stmts").first, root.list("stmts").count == 1, let select = statement["stmt"]?["SelectStmt"],
            select.hasOnly(["targetList", "limitOption", "op"]), select.list("targetList").count == 1,
            let target = select.list("targetList").first?["ResTarget"], target["name"] == nil, let value = target["val"]
        else { throw reader.error("42601", "this is not one expression", at: 0) }
        return try reader.expression(value)
    }
}

/// Reads a type as written in a column's definition: `parseType("varchar(20)[]")`.
package func parseType(_ sql: String, limits: ParseLimits = .default) throws(SyntaxError) -> TypeName {
    try withParseTree(of: sql, prefix: "create function f() returns ", limits: limits) { (root, reader) throws(SyntaxError) in
        guard let statement = root.list("stmts").first, root.list("stmts").count == 1,
            let function = statement["stmt"]?["CreateFunctionStmt"],
            function.hasOnly(["funcname", "returnType"]), let type = function["returnType"]
        else { throw reader.error("42601", "this is not a type", at: 0) }
        return try reader.type(type)
    }
}

/// Reads a statement over rows that stands in a function's body; `prefix` stands before it, and places are places in `sql`.
func parseData(_ sql: String, prefix: String, limits: ParseLimits) throws(SyntaxError) -> DataStatement {
    try withParseTree(of: sql, prefix: prefix, limits: limits) { (root, reader) throws(SyntaxError) in
        let statements = try reader.statements(root)
        guard statements.count == 1, let first = statements.first else { throw reader.error("42601", "this is not one statement", at: 0) }
        guard case .data(let statement) = first.kind else {
            throw SyntaxError(
                "0A000", "this statement in a function is not supported on the embedded engine",
                hint: "A function reads and writes rows: select, insert, update, delete. Put definitions into a migration.", at: 0, in: sql)
        }
        return statement
    }
}

/// Reads the body of a `create function … language plpgsql`: the parser's JSON as it is.
package func parsePLpgSQL(_ createFunction: String, limits: ParseLimits = .default) throws(SyntaxError) -> String {
    let scan = try SQLScan(checking: createFunction, shift: 0, file: "", limits: limits)
    // The parser recurses on blocks inside blocks, which stand in a string for the scan above.
    guard SQLScan.blocks(in: createFunction) <= 1000 else {
        throw SyntaxError("54001", "the function has too many blocks inside blocks", at: 0, in: createFunction)
    }
    _ = scan
    let outcome = withBigStack { () -> Result<String, SyntaxError> in
        let parsed = createFunction.withCString { pg_query_parse_plpgsql($0) }
        defer { pg_query_free_plpgsql_parse_result(parsed) }
        if let error = parsed.error { return .failure(SyntaxError(error.pointee, in: createFunction)) }
        return .success(parsed.plpgsql_funcs.map { String(cString: $0) } ?? "[]")
    }
    return try (outcome ?? .failure(.noThread(in: createFunction))).get()
}

/// Reads whatever bytes are given and throws the result away: the entry for a fuzzer.
package func fuzzSQL(_ bytes: UnsafeRawBufferPointer) {
    guard let text = String(validating: bytes, as: UTF8.self) else { return }
    guard let statements = try? parse(text, limits: ParseLimits(bytes: 1 << 16)) else { return }
    for statement in statements { _ = statement.sql }
}

/// Parses `prefix` and `sql`; places in errors and nodes are places in `sql`.
private func withParseTree<Result>(
    of sql: String, prefix: String, limits: ParseLimits, _ body: (Node, TreeReader) throws(SyntaxError) -> Result
) throws(SyntaxError) -> Result {
    // A newline ends a comment at the end of the text, so that nothing of ours hides in it.
    try withParseTree(of: prefix + sql + "\n", shift: prefix.utf8.count, file: "", limits: limits, body)
}

private func withParseTree<Result>(
    of text: String, shift: Int, file: String, limits: ParseLimits, _ body: (Node, TreeReader) throws(SyntaxError) -> Result
) throws(SyntaxError) -> Result {
    let scan = try SQLScan(checking: text, shift: shift, file: file, limits: limits)
    let reader = TreeReader(text, shift: shift, file: file, limits: limits)
    func read() -> Swift.Result<Result, SyntaxError> {
        do throws(SyntaxError) {
            return .success(try reader.parse(body))
        } catch {
            return .failure(error)
        }
    }
    // A thread costs more than most statements, and what is shallow needs none.
    if scan.depth <= 16, Stack.remaining > 384 << 10 { return try read().get() }
    return try (withBigStack(read) ?? .failure(.noThread(in: text))).get()
}

extension TreeReader {
    fileprivate func parse<Result>(_ body: (Node, TreeReader) throws(SyntaxError) -> Result) throws(SyntaxError) -> Result {
        let parsed = text.withCString { pg_query_parse($0) }
        defer { pg_query_free_parse_result(parsed) }
        if let error = parsed.error { throw SyntaxError(error.pointee, in: text, shift: shift, file: file) }
        guard let json = parsed.parse_tree,
            let tree = ParseTree(UnsafeBufferPointer(start: UnsafeRawPointer(json).assumingMemoryBound(to: UInt8.self), count: json.length))
        else { throw error("XX000", "the parser gave no tree", at: 0) }
        return try tree.read { (root) throws(SyntaxError) in try body(root, self) }
    }
}

extension UnsafeMutablePointer<CChar> {
    fileprivate var length: Int {
        var count = 0
        while self[count] != 0 { count += 1 }
        return count
    }
}

extension SyntaxError {
    /// PostgreSQL counts characters from 1; 0 is nowhere.
    fileprivate init(_ error: PgQueryError, in text: String, shift: Int = 0, file: String = "") {
        // The parser quotes the token it stopped at, which may be a whole file.
        var message = error.message.map { String(cString: $0) } ?? "syntax error"
        if message.utf8.count > 200 { message = String(message.prefix(120)) + "…\"" }
        let scalars = text.unicodeScalars
        let place =
            scalars.index(scalars.startIndex, offsetBy: max(0, Int(error.cursorpos) - 1), limitedBy: scalars.endIndex) ?? scalars.endIndex
        let offset = text.utf8.distance(from: text.startIndex, to: place)
        self.init(message, shiftedTo: offset, shift, text, file)
    }

    private init(_ message: String, shiftedTo offset: Int, _ shift: Int, _ text: String, _ file: String) {
        let source = String(decoding: text.utf8.dropFirst(shift), as: UTF8.self)
        let code = message.hasPrefix("invalid byte sequence for encoding") ? "22021" : "42601"
        self.init(code, message, hint: Self.hint(for: message), at: max(0, offset - shift), in: source, file: file)
    }

    /// What is most often meant where PostgreSQL says only that it does not understand.
    private static func hint(for message: String) -> String? {
        if message.hasSuffix("at end of input") { return "The statement is not finished: is a bracket, a quote or a word missing?" }
        if message.hasPrefix("unterminated") { return "The closing quote is missing." }
        return nil
    }

    fileprivate static func noThread(in text: String) -> SyntaxError {
        SyntaxError("53000", "the system gave no thread to parse on", at: 0, in: text)
    }
}
