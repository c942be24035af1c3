import OffstageDatabase
import OffstageSQL
import OffstageSQLite
import OffstageSchema
import OffstageSyntax

/// One migration file's statements, run one after another in an open transaction.
struct FileRun {
    private let file: String
    private let text: String
    private var schema: Schema
    private var path = Schema.searchPath
    private let now: Int64
    /// Who the statements over rows run as. Another than the owner may only read, and define nothing.
    var caller = Caller.system
    /// Told what each statement gave; nil lets it go.
    var onResult: ((StatementResult) -> Void)?
    /// The transaction knows the schema as it is here.
    private var isDefined = true

    /// - Parameter file: what errors call it.
    init(_ file: String, text: String, in schema: Schema, now: Int64) {
        self.file = file
        self.text = text
        // A new file has no catalogue yet.
        self.schema = schema.roles.isEmpty ? .initial : schema
        self.schema.exposed = schema.exposed
        if schema.roles.isEmpty { isDefined = false }
        self.now = now
    }

    /// Gives the grants that were made without being written, in SQL.
    ///
    /// - Throws: `MigrationError`; what was done so far is the transaction's to undo.
    mutating func perform(on database: borrowing WriteTransaction) throws(MigrationError) -> [String] {
        let statements: [OffstageSyntax.Statement]
        do throws(SyntaxError) { statements = try parse(text, file: file) } catch { throw MigrationError(error, file: file) }
        let before = schema
        for statement in statements {
            do throws(SQLError) {
                try perform(statement, on: database)
            } catch {
                throw MigrationError(error, file: file, text: text, statement: statement.position)
            }
        }
        let grants = schema.automaticGrants(for: statements, before: before, path: path)
        do throws(SQLError) {
            if !grants.isEmpty {
                try schema.grantAutomatically(grants)
                isDefined = false
            }
            try define(on: database)
        } catch {
            throw MigrationError(error, file: file, text: text)
        }
        return grants.map { OffstageSyntax.Statement(.grant($0)).sql }
    }

    private mutating func perform(_ statement: OffstageSyntax.Statement, on database: borrowing WriteTransaction) throws(SQLError) {
        guard caller == .system || statement.isSelect else {
            throw SQLError(
                "0A000", "only select can be run as the role \"\(caller.role)\" here",
                hint: "Run it as the owner, or write through the REST interface with a token of that role.")
        }
        let before = schema
        let path = path
        let changes = try schema.apply(statement, path: path) { select throws(SQLError) in
            try Definitions.describe(select, in: before, path: path)
        }
        try Definitions(schema).check(statement, path: path)
        if schema.generation != before.generation { isDefined = false }
        try DefinitionChange(from: before, to: schema, changes, now: now).perform(on: database)
        for change in changes { try perform(change, on: database) }
    }

    /// What is no matter of a table's definition.
    private mutating func perform(_ change: Change, on database: borrowing WriteTransaction) throws(SQLError) {
        switch change {
        case .dropSequence(let name):
            database.forgetSequence(name)
            _ = try database.rows("DELETE FROM \"offstage.sequence\" WHERE name = ?1", [.text(name.description)])
        case .renameSequence(let old, let new):
            database.renameSequence(old, to: new)
            _ = try database.rows("DELETE FROM \"offstage.sequence\" WHERE name = ?1", [.text(old.description)])
        case .restartSequence(let name, let value):
            try define(on: database)
            _ = try database.rows("SELECT pg_setval(?1, ?2, 0)", [.text(name.description), .integer(value)])
        case .data(let statement): try run(statement, on: database)
        case .truncate(let tables, let restarts): try truncate(tables, restartsIdentity: restarts, on: database)
        case .setting(let name, let value, _):
            // Other settings have no meaning here, as `pg_dump` writes many of them.
            if name == "search_path" { path = value.map { Schema.searchPath(from: $0) } ?? Schema.searchPath }
        default: break
        }
    }

    private mutating func run(_ statement: DataStatement, on database: borrowing WriteTransaction) throws(SQLError) {
        try define(on: database)
        let prepared = try SQLiteDialect(schema).prepare(statement, as: caller, path: path)
        let result = try database.run(prepared, with: Inputs(caller: caller, now: now))
        onResult?(StatementResult(verb: prepared.verb, columns: prepared.columns, rows: result.rows, changes: result.count))
    }

    private mutating func truncate(_ tables: [QualifiedName], restartsIdentity: Bool, on database: borrowing WriteTransaction)
        throws(SQLError)
    {
        for other in schema.tables.values.sorted(by: { $0.name < $1.name }) where !tables.contains(other.name) {
            guard let key = other.foreignKeys.first(where: { tables.contains($0.table) }) else { continue }
            throw SQLError(
                "0A000", "cannot truncate a table referenced in a foreign key constraint",
                details: "Table \"\(other.name.name)\" references \"\(key.table.name)\".",
                hint: "Truncate table \"\(other.name.name)\" at the same time, or use TRUNCATE ... CASCADE.")
        }
        try define(on: database)
        try database.execute("pragma defer_foreign_keys = on")
        for table in tables { try database.execute("DELETE FROM \(StoredName.table(table))") }
        try database.execute("pragma defer_foreign_keys = off")
        guard restartsIdentity else { return }
        for sequence in tables.flatMap({ schema.tables[$0]?.columns.compactMap(\.sequence) ?? [] }) {
            let start = schema.sequences[sequence]?.start ?? 1
            _ = try database.rows("SELECT pg_setval(?1, ?2, 0)", [.text(sequence.description), .integer(start)])
        }
    }

    private mutating func define(on database: borrowing WriteTransaction) throws(SQLError) {
        guard !isDefined else { return }
        try database.define(schema)
        isDefined = true
    }
}

/// What a statement over rows gave.
struct StatementResult {
    /// `SELECT`, `INSERT`, …
    var verb: String
    /// Empty for a write that returns nothing.
    var columns: [View.Column]
    var rows: [[StoredValue]]
    /// Rows written.
    var changes: Int
}

extension OffstageSyntax.Statement {
    fileprivate var isSelect: Bool { if case .data(.select) = kind { true } else { false } }
}
