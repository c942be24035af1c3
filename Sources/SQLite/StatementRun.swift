import CSQLite
package import OffstageSQL
package import OffstageSchema

/// What a statement gave.
package struct StatementRows: Sendable {
    package var rows: [[StoredValue]] = []
    /// Rows read, or rows written.
    package var count = 0
}

/// Runs prepared statements on a connection, inside the transaction that is open there.
///
/// A statement that fails may have written some of its rows: whoever runs it undoes them, by a savepoint or with the transaction.
struct StatementRun {
    let connection: Connection
    let schema: Schema
    let inputs: Inputs
    let binder: Binder

    init(on connection: Connection, _ schema: Schema, with inputs: Inputs) throws(RunStop) {
        self.connection = connection
        self.schema = schema
        self.inputs = inputs
        binder = try connection.binder(inputs)
    }

    /// The statement's rows and how many it read or wrote.
    func run(_ prepared: Prepared) throws(RunStop) -> StatementRows {
        var result = StatementRows()
        switch prepared.program {
        case .query(let text):
            try each(text) { row in
                result.rows.append(row)
                return true
            }
            result.count = result.rows.count
        case .native(let text, let table):
            try step(text, on: table) { statement in result.rows.append(statement.row) }
            result.count = connection.changes
        }
        return result
    }

    /// Hands over a query's rows one after the other until `body` says false.
    func each(_ text: SQLText, _ body: ([StoredValue]) throws(RunStop) -> Bool) throws(RunStop) {
        let statement = try connection.cached(text.text)
        defer { statement.finish() }
        try binder.bind(text.bindings, to: statement)
        while true {
            do throws(Fault) {
                guard try statement.step() else { return }
            } catch {
                throw .fault(error)
            }
            guard try body(statement.row) else { return }
        }
    }

    /// Steps a text that writes. `row` fills the bindings of the row at hand.
    func step(
        _ text: SQLText, row: [StoredValue] = [], on table: QualifiedName, _ body: (PreparedStatement) -> Void = { _ in }
    ) throws(RunStop) {
        let statement = try connection.cached(text.text)
        defer { statement.finish() }
        try binder.bind(text.bindings, to: statement, row: row)
        connection.session.sequences?.beginStatement()
        do throws(Fault) {
            while try statement.step() { body(statement) }
        } catch {
            throw refusal(of: statement, error, on: table)
        }
    }

    /// The constraint behind a fault, in PostgreSQL's words. Where SQLite undid the transaction there is nothing to look at any more.
    private func refusal(of statement: PreparedStatement, _ fault: Fault, on table: QualifiedName) -> RunStop {
        guard fault.primary == SQLITE_CONSTRAINT, !connection.isAutocommitting, let sequences = connection.session.sequences else {
            return .fault(fault)
        }
        let wasArmed = connection.session.isArmed
        connection.session.disarm()
        defer { connection.session.isArmed = wasArmed }
        return .refused(Diagnosis(connection, schema, inputs.caller).error(fault, of: statement, on: table, sequences))
    }
}

extension PreparedStatement {
    /// The current row's values, as ones that outlive it.
    var row: [StoredValue] { (0..<sqlite3_column_count(handle)).map { value($0) } }
}

extension WriteTransaction {
    /// Runs a prepared statement and gives its rows and how many it touched. What a failed one did stays until somebody undoes it.
    package func run(_ prepared: Prepared, with inputs: Inputs) throws(SQLError) -> StatementRows {
        try armedRun { (connection, schema) throws(RunStop) in try StatementRun(on: connection, schema, with: inputs).run(prepared) }
    }
}
