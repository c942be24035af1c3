import OffstageDatabase
import OffstagePostgres
import OffstageSchema
import OffstageSyntax

/// `offstage sql` on PostgreSQL: the statements go there as they are, in one transaction.
struct RemoteScriptRun: Sendable {
    private let script: SQLScript
    private let caller: Caller

    init(_ script: SQLScript, as caller: Caller) {
        self.script = script
        self.caller = caller
    }

    func perform(in database: PostgresDatabase, _ tell: @escaping DataCommand.Listener) async throws {
        let exposed = database.options.exposed
        let hasDefined = try await database.session { session in
            try session.transaction { session in try perform(on: session, exposed, tell) }
        }
        if hasDefined { try await database.reload() }
    }

    /// - Returns: whether a definition was among the statements.
    private func perform(on session: PostgresSession, _ exposed: [String], _ tell: DataCommand.Listener) throws -> Bool {
        // What our own parser cannot read is for PostgreSQL alone.
        guard let statements = try? parse(script.text, file: "sql") else {
            try placed { () throws(SQLError) in try session.run(script: script.text) }
            try session.run(script: RemoteFileRun.forgetting)
            return true
        }
        let defines = statements.contains { if case .data = $0.kind { false } else { true } }
        let before = defines ? try session.catalogue(inTransaction: true) : Schema()
        _ = try session.rows("set local time zone 'UTC'")
        try session.become(caller)
        for statement in statements {
            if case .transaction = statement.kind { continue }
            let answer = try placed(statement) { () throws(SQLError) in try session.answer(to: try statement.remoteSource) }
            if case .data = statement.kind { StatementResult(answer).tell(as: script.format, tell) }
        }
        if defines, caller == .system {
            for grant in try RemoteGrants(exposed).give(for: statements, before: before, on: session) { tell(.note("granted: \(grant)")) }
            _ = try session.rows("notify offstage, 'reload schema'")
        }
        try session.run(script: RemoteFileRun.forgetting)
        return defines
    }

    private func placed<Value>(_ statement: Statement? = nil, _ body: () throws(SQLError) -> Value) throws -> Value {
        do throws(SQLError) {
            return try body()
        } catch {
            var error = error
            if let statement { error.position = error.position.map { $0 + max(0, Int(statement.position.offset)) } }
            throw MigrationError(error, file: "sql", text: script.text, statement: statement?.position)
        }
    }
}

extension StatementResult {
    init(_ answer: PostgresSession.Answer) {
        let words = answer.tag.split(separator: " ")
        let count = words.last.flatMap { Int($0) }
        let columns = answer.columns.map { View.Column($0.name, ColumnType(Self.types[$0.type] ?? .text)) }
        let context = ValueContext()
        let rows = answer.rows.map { row in
            zip(row, columns).map { cell, column -> StoredValue in
                guard let cell else { return .null }
                // What this side cannot read is shown as it came.
                return (try? column.type.parse(cell, in: context)) ?? .text(cell)
            }
        }
        self.init(
            verb: words.prefix { Int($0) == nil }.joined(separator: " "), columns: columns, rows: rows, changes: count ?? 0)
    }

    /// PostgreSQL's fixed numbers of the types whose JSON or whose side of a table is not that of text. Source: `pg_type.dat`.
    private static let types: [UInt32: DataType] = [
        16: .boolean, 20: .bigint, 21: .smallint, 23: .integer, 26: .bigint, 114: .json, 700: .real, 701: .double, 1082: .date,
        1114: .timestamp,
        1184: .timestamptz, 1700: .numeric, 3802: .jsonb, 1005: .array(.smallint), 1007: .array(.integer), 1016: .array(.bigint),
        1009: .array(.text), 1000: .array(.boolean), 1231: .array(.numeric),
    ]
}
