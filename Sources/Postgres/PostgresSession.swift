import CPostgres
import OffstageDatabase
package import OffstageSQL
package import OffstageSchema

/// The connection as the login user, for work that no request asks for: setting up, migrations, reading the catalogue.
///
/// It belongs to the closure it is given to, and to the thread that runs it.
package final class PostgresSession {
    let connection: PostgresConnection
    private let deadline: Int64

    init(_ connection: PostgresConnection, deadline: Int64 = MonotonicClock.never) {
        self.connection = connection
        self.deadline = deadline
    }

    /// The rows of one statement, as text; nil is null.
    ///
    /// - Throws: what the server said; 08001 where it is gone.
    package func rows(_ sql: String, _ values: [String?] = []) throws(SQLError) -> [[String?]] {
        let command = PostgresConnection.Command(text: sql, parameters: try Parameters(values), isPrepared: false)
        switch connection.run([command], deadline: deadline) {
        case .rows(let results): return results.last?.rows ?? []
        case .failed(_, let error), .lost(_, let error): throw error
        }
    }

    /// A connection of its own, outside of any pool, for work that takes its thread with it.
    ///
    /// - Parameter limit: all that is asked of it must be done by then; nil is no limit.
    /// - Throws: 08001 with libpq's reason.
    package static func connect(
        _ connection: String, within limit: Duration? = nil, notice: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(SQLError) -> PostgresSession {
        PostgresSession(
            try PostgresConnection(
                [("dbname", connection), ("application_name", "offstage")], preparedLimit: 0, seconds: 10, notice: notice),
            deadline: limit.map { MonotonicClock.deadline(after: $0) } ?? MonotonicClock.never)
    }

    /// A planned statement in the transaction that is open, as the login user.
    package func run(_ statement: Statement, with inputs: Inputs, as format: RowFormat) throws(SQLError) -> Rows {
        guard case .remote(let remote) = statement else { throw .wrongAnswer }
        let text = remote.text(as: format)
        let command = PostgresConnection.Command(text: text.text, parameters: try Parameters(text.bindings, inputs), isPrepared: false)
        switch connection.run([command], deadline: deadline) {
        case .rows(let results):
            guard let result = results.last else { throw .wrongAnswer }
            return RemoteStep.rows(result)
        case .failed(_, let error), .lost(_, let error): throw error
        }
    }

    /// What one statement gave, with its columns.
    package struct Answer: Sendable {
        package struct Column: Sendable {
            package var name: String
            /// The number of the type in `pg_type`.
            package var type: UInt32
        }

        package var columns: [Column]
        package var rows: [[String?]]
        /// `SELECT 2`, `INSERT 0 3`, `CREATE TABLE`.
        package var tag: String
    }

    /// One statement, and all that it gave.
    ///
    /// - Parameter values: of `$1`, `$2`, …, as text; nil is null.
    /// - Throws: what the server said, with the place in the text where it knows one.
    package func answer(to sql: String, _ values: [String?] = []) throws(SQLError) -> Answer {
        let command = PostgresConnection.Command(text: sql, parameters: try Parameters(values), isPrepared: false)
        switch connection.run([command], deadline: deadline) {
        case .rows(let results):
            guard let result = results.last else { throw .wrongAnswer }
            return Answer(columns: result.columns, rows: result.rows, tag: result.tag)
        case .failed(_, let error), .lost(_, let error): throw error
        }
    }

    /// Runs a script of several statements, as one message: one transaction, unless it says otherwise itself.
    ///
    /// - Throws: what the server said, with the place in the script where it knows one.
    package func run(script: String) throws(SQLError) { try connection.run(script: script) }

    /// Begins, gives itself to `body`, and commits; whatever is thrown undoes all of it.
    package func transaction<Value>(_ body: (PostgresSession) throws -> Value) throws -> Value {
        _ = try rows("begin")
        do {
            let value = try body(self)
            _ = try rows("commit")
            return value
        } catch {
            _ = try? rows("rollback")
            throw error
        }
    }

    /// For the rest of the transaction, or until the savepoint before it, the caller's: claims, and the role with its rights. The program
    /// itself stays the login user.
    package func become(_ caller: Caller) throws(SQLError) {
        guard caller != .system else { return }
        _ = try rows(
            "select set_config('request.jwt.claims', $1, true), set_config('role', $2, true)", [caller.claims ?? "", caller.role])
    }

    /// 150018 for 15.18.
    package var version: Int { connection.version }
}

extension PostgresConnection {
    func run(script: String) throws(SQLError) {
        guard !script.utf8.contains(0) else { throw SQLError("22021", "invalid byte sequence for encoding \"UTF8\": 0x00") }
        try withoutPipeline { (handle) throws(SQLError) in
            guard let result = PQexec(handle, script) else { throw .unreachable("") }
            let owned = PostgresResult(result)
            switch PQresultStatus(result) {
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: return
            case _ where !owned.isFromServer: throw .unreachable(PQresultErrorMessage(result).map { String(cString: $0) } ?? "")
            default:
                throw owned.error(in: script)
            }
        }
    }
}
