import OffstageDatabase
import OffstageSQL
import OffstageSQLite
import OffstageSchema
import OffstageSyntax

/// One migration file's statements, run one after another in an open transaction.
struct FileRun {
    private let file: String
    private let text: String
    var schema: Schema
    var path = Schema.searchPath
    /// What `set` said, for the functions that ask.
    var settings: [String: String] = [:]
    let now: Int64
    /// The session's time zone, as `set time zone` says it; nil is UTC.
    var timeZone: String?
    /// Who the statements over rows run as. Another than the owner may only read, and define nothing.
    var caller = Caller.system
    /// Told what each statement gave; nil lets it go.
    var onResult: ((StatementResult) -> Void)?
    /// What the statements told on the side, and which of them had no effect.
    private(set) var notes: [FileNote] = []
    /// Told of what functions raise below `exception`.
    var onNotice: ((Notice) -> Void)?
    /// The transaction knows the schema as it is here.
    var isDefined = true
    /// `set check_function_bodies = off`, as a dump says that makes functions before the tables they read.
    var checksBodies = true
    var savepoints: [(name: String, schema: Schema, path: [String])] = []
    /// The file's rows of `copy`.
    var copied = CopyText.none
    /// Where the statement that runs begins.
    var statementOffset = 0

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
        do throws(SQLError) { copied = try CopyText(text) } catch { throw MigrationError(error, file: file, text: text) }
        do throws(SyntaxError) { statements = try parse(copied.sql, file: file) } catch { throw MigrationError(error, file: file) }
        let before = schema
        if let onNotice { database.listen(onNotice) }
        for statement in statements {
            statementOffset = max(0, Int(statement.position.offset))
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
        guard caller == .system || statement.isData else {
            throw SQLError(
                "0A000", "only statements over rows can be run as the role \"\(caller.role)\" here", hint: "Run it as the owner.")
        }
        let before = schema
        let path = path
        let changes = try schema.apply(statement, path: path) { select throws(SQLError) in
            try Definitions.describe(select, in: before, path: path)
        }
        if checksBodies || !statement.isFunction { try Definitions(schema).check(statement, path: path) }
        if schema.generation != before.generation { isDefined = false }
        // What changes may call functions that this file made.
        if !isDefined, !changes.isEmpty, !before.functions.isEmpty { try database.define(before) }
        try DefinitionChange(from: before, to: schema, changes, now: now).perform(on: database)
        for change in changes { try perform(change, of: statement, on: database) }
        guard case .administration(.schemaWithElements(let name, _, let elements)) = statement.kind else { return }
        self.path = [name] + path
        defer { self.path = path }
        for element in elements { try perform(element, on: database) }
    }

    /// What is no matter of a table's definition.
    private mutating func perform(
        _ change: Change, of statement: OffstageSyntax.Statement, on database: borrowing WriteTransaction
    ) throws(SQLError) {
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
        case .testDomain(let name, let check): try DomainTest(name, check, in: schema).perform(on: database)
        case .data(let statement):
            guard case .select(let select) = statement, let (name, value) = select.setting else { return try run(statement, on: database) }
            try set(name, value)
            onResult?(
                StatementResult(
                    verb: "SELECT", columns: [View.Column("set_config", ColumnType(.text))], rows: [[.text(value)]], changes: 1))
        case .fill(let name, let select, let replacing): try fill(name, from: select, replacing: replacing, on: database)
        case .savepoint(let savepoint): try perform(savepoint, on: database)
        case .copy(let copy): try self.copy(copy, on: database)
        case .note(let note):
            let offset = MigrationError.firstWord(in: Array(text.utf8), from: max(0, Int(statement.position.offset)))
            notes.append(FileNote(line: SourceLocation(file: file, offset: offset, in: text).line, note: note))
        case .transaction(.rollback):
            throw SQLError(
                "0A000", "ROLLBACK is not supported in a file: what it holds is one transaction",
                hint: "Leave out what is not to happen, or set a savepoint and roll back to it.")
        case .block(_, let body):
            try define(on: database)
            try database.run(body, with: inputs)
        case .setConstraints(let names, let deferred): try database.setConstraints(names, deferred: deferred)
        case .truncate(let tables, let restarts): try truncate(tables, restartsIdentity: restarts, on: database)
        case .setting(let name, let value, _): try set(name, value)
        default: break
        }
    }

    private mutating func run(_ statement: DataStatement, on database: borrowing WriteTransaction) throws(SQLError) {
        try define(on: database)
        let prepared = try SQLiteDialect(schema).prepare(statement, as: caller, path: path)
        let result = try database.run(prepared, with: inputs)
        onResult?(StatementResult(verb: prepared.verb, columns: prepared.columns, rows: result.rows, changes: result.count))
    }

    private var inputs: Inputs {
        var inputs = Inputs(caller: caller, now: now, settings: settings, timeZone: timeZone)
        inputs.path = path
        return inputs
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
        try database.truncate(tables, with: Inputs(caller: caller, now: now))
        guard restartsIdentity else { return }
        for sequence in tables.flatMap({ schema.tables[$0]?.columns.compactMap(\.sequence) ?? [] }) {
            let start = schema.sequences[sequence]?.start ?? 1
            _ = try database.rows("SELECT pg_setval(?1, ?2, 0)", [.text(sequence.description), .integer(start)])
        }
    }

    mutating func define(on database: borrowing WriteTransaction) throws(SQLError) {
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
    fileprivate var isData: Bool {
        switch kind {
        case .data, .set: true
        default: false
        }
    }

    fileprivate var isFunction: Bool { if case .createFunction = kind { true } else { false } }
}
