import OffstageDatabase
import OffstagePostgres
import OffstageQuery
import OffstageSQL
import OffstageSQLite
import OffstageSchema
import OffstageSyntax

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The database of a project, with the rights of whoever calls: policies and grants hold as on every other way to the rows.
///
/// ```swift
/// struct Book: Decodable { var id: Int; var stock: Int }
/// let books = try await call.database.query("select id, stock from books where id = any(\(ids))", as: Book.self)
/// ```
///
/// The same statements mean the same on both engines. A function that was called by GET may not write (25006).
public struct FunctionDatabase: Sendable {
    private let database: ProjectDatabase
    private let queries: KnownQueries
    private let caller: Caller
    private let isOwner: Bool
    private let isReadOnly: Bool

    init(_ database: ProjectDatabase, _ queries: KnownQueries, _ caller: Caller, isOwner: Bool, isReadOnly: Bool) {
        self.database = database
        self.queries = queries
        self.caller = caller
        self.isOwner = isOwner
        self.isReadOnly = isReadOnly
    }

    /// The same with the rights of the owner, who passes policies. The caller's claims stay: `auth.uid()` is still who calls.
    public var asOwner: FunctionDatabase { FunctionDatabase(database, queries, caller, isOwner: true, isReadOnly: isReadOnly) }

    /// The rows of one statement, in a transaction of its own.
    ///
    /// - Throws: ``OffstageError`` for what the database refuses; `DecodingError` where a row is not what `Row` takes.
    public func query<Row: Decodable & Sendable>(_ query: SQLQuery, as type: Row.Type = Row.self) async throws -> [Row] {
        if case .embedded(let database) = database, let rows = try await read(query, in: database) {
            return try FunctionJSON.read(rows)
        }
        return try await transaction { try $0.query(query, as: type) }
    }

    /// What a query gives that can be read beside others, off the thread that writes; nil where it is none, or calls what writes.
    private func read(_ query: SQLQuery, in database: EmbeddedDatabase) async throws -> [UInt8]? {
        let caller = isOwner ? caller.asOwner : caller
        do throws(SQLError) {
            let known = try queries.known(query)
            guard case .select(let select) = known.statement, !select.writes,
                case let (prepared, values) = try queries.ready(query, known, in: database.schema, as: caller),
                case .query(let text) = prepared.program
            else { return nil }
            let fields = prepared.columns.enumerated().map { Field.cell($1.name, $0, $1.type) }
            return try await database.run(
                .read(Read(root: ReadNode(text, fields: fields), isBounded: false)),
                with: Inputs(caller: caller, values: values, now: EpochClock.now),
                as: .json(nullsStripped: false)
            ).body
        } catch {
            if error.code == "25006", !isReadOnly { return nil }
            throw OffstageError(error)
        }
    }

    /// Runs one statement in a transaction of its own; durable when it returns.
    ///
    /// - Returns: how many rows it wrote, or gave.
    /// - Throws: ``OffstageError`` for what the database refuses.
    @discardableResult public func execute(_ query: SQLQuery) async throws -> Int {
        try await transaction { try $0.execute(query) }
    }

    /// Several statements, all of which happen or none. Durable when it returns.
    ///
    /// The closure cannot wait for anything else: on the embedded engine every other write waits for it. It may run a second time, where
    /// the database was lost before anything had been kept.
    ///
    /// ```swift
    /// try await call.database.transaction { books in
    ///     guard try books.execute("update books set stock = stock - 1 where id = \(id) and stock > 0") == 1 else { throw soldOut }
    ///     try books.execute("insert into sales (book_id) values (\(id))")
    /// }
    /// ```
    ///
    /// - Parameter limit: what all of it may take.
    /// - Throws: what `body` throws, and then nothing has happened; ``OffstageError`` for what the database refuses, at the end as well.
    public func transaction<Value: Sendable>(
        within limit: Duration = .seconds(5), _ body: @escaping @Sendable (FunctionTransaction) throws -> Value
    ) async throws -> Value {
        let (caller, isReadOnly, now, queries) = (isOwner ? caller.asOwner : caller, isReadOnly, EpochClock.now, queries)
        do {
            switch database {
            case .embedded(let database):
                return try await database.transaction(deadline: limit) { transaction in
                    try transaction.lent { lent in
                        try body(FunctionTransaction(.embedded(lent, Inputs(caller: caller, now: now)), queries, isReadOnly: isReadOnly))
                    }
                }
            case .postgres(let database):
                return try await database.transaction(
                    as: self.caller, isOwner: isOwner, isReadOnly: isReadOnly, within: limit, now: now
                ) { session in
                    try body(FunctionTransaction(.postgres(session), queries, isReadOnly: isReadOnly))
                }
            }
        } catch let error as SQLError {
            throw OffstageError(error)
        }
    }
}

extension Caller {
    fileprivate var asOwner: Caller { Caller(role: Caller.system.role, claims: claims, subject: subject) }
}

/// A transaction that is open, inside of the closure it was given to and nowhere else.
public final class FunctionTransaction {
    enum Place {
        case embedded(LentTransaction, Inputs)
        case postgres(PostgresSession)
    }

    private let place: Place
    private let queries: KnownQueries
    private let isReadOnly: Bool

    init(_ place: Place, _ queries: KnownQueries, isReadOnly: Bool) {
        self.place = place
        self.queries = queries
        self.isReadOnly = isReadOnly
    }

    /// The rows of a statement: a query, or a write with `returning`. See ``FunctionDatabase/query(_:as:)``.
    public func query<Row: Decodable>(_ query: SQLQuery, as type: Row.Type = Row.self) throws -> [Row] {
        let result = try result(of: query)
        return try FunctionJSON.read(result.jsonRows.utf8)
    }

    /// Runs a statement. See ``FunctionDatabase/execute(_:)``.
    @discardableResult public func execute(_ query: SQLQuery) throws -> Int {
        let result = try result(of: query)
        return max(result.changes, result.rows.count)
    }

    private func result(of query: SQLQuery) throws -> StatementResult {
        do throws(SQLError) {
            let known = try queries.known(query)
            switch place {
            case .postgres(let session): return StatementResult(try session.answer(to: query.text, query.values))
            case .embedded(let lent, let inputs):
                return try lent.use { (transaction) throws(SQLError) in
                    let (prepared, values) = try queries.ready(query, known, in: transaction.schema, as: inputs.caller)
                    if isReadOnly, known.statement.writes {
                        throw SQLError("25006", "cannot execute \(prepared.verb) in a read-only transaction")
                    }
                    var inputs = inputs
                    inputs.values = values
                    let result = try transaction.run(prepared, with: inputs)
                    return StatementResult(
                        verb: prepared.verb, columns: prepared.columns, rows: result.rows, changes: result.count)
                }
            }
        } catch {
            throw OffstageError(error)
        }
    }
}

extension KnownQueries {
    /// What runs a query, and the values that it is run with.
    fileprivate func ready(
        _ query: SQLQuery, _ known: Known, in schema: Schema, as caller: Caller
    ) throws(SQLError) -> (Prepared, [RequestValue]) {
        if let prepared = prepared(known, in: schema, as: caller) { return (prepared, query.values.map { .text($0 ?? "") }) }
        // It says what is wrong with it, or is one of those that take a literal and no value in some place.
        return (try SQLiteDialect(schema).prepare(try query.statement(keepsValues: false), as: caller), [])
    }
}

extension DataStatement {
    fileprivate var writes: Bool { if case .select(let select) = self { select.writes } else { true } }
}

extension SQLQuery {
    /// - Parameter keepsValues: parameters stand where values do that are not null.
    /// - Throws: 42601 and its kin; 0A000 for what is no statement over rows, or is several.
    func statement(keepsValues: Bool) throws(SQLError) -> DataStatement {
        let statements: [OffstageSyntax.Statement]
        do throws(SyntaxError) { statements = try parse(text, values: values, keepsValues: keepsValues) } catch {
            throw SQLError(error.code, error.message, hint: error.hint)
        }
        guard let first = statements.first, statements.count == 1, case .data(let statement) = first.kind else {
            throw SQLError(
                "0A000", "a function runs one statement over rows at a time",
                hint: "select, insert, update, delete or merge. Definitions belong into a migration.")
        }
        return statement
    }
}
