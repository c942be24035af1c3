import CSQLite
package import OffstageSQL
package import OffstageSchema

/// What a statement gave.
package struct StatementRows: Sendable {
    package var rows: [[StoredValue]] = []
    /// Rows read, or rows written.
    package var count = 0
    /// Rows that an upsert or merge inserted.
    package var inserted = 0
}

/// Runs prepared statements on a connection, inside the transaction that is open there.
///
/// A statement that fails may have written some of its rows: whoever runs it undoes them, by a savepoint or with the transaction.
struct StatementRun {
    let connection: Connection
    let schema: Schema
    private(set) var inputs: Inputs
    private(set) var binder: Binder

    init(on connection: Connection, _ schema: Schema, with inputs: Inputs) throws(RunStop) {
        self.connection = connection
        self.schema = schema
        self.inputs = inputs
        binder = try connection.binder(inputs)
    }

    /// The same with a set of rows under a number.
    func knowing(_ slot: Int64, as number: Int) -> StatementRun {
        var copy = self
        copy.inputs.rowSets[number] = slot
        copy.binder = Binder(inputs: copy.inputs, values: binder.values)
        return copy
    }

    /// The statement's rows and how many it read or wrote.
    func run(_ prepared: Prepared) throws(RunStop) -> StatementRows {
        switch prepared.program {
        case .query(let text): return try rows(of: text)
        case .native(let text, let table):
            var result = StatementRows()
            try step(text, on: table) { statement in result.rows.append(statement.row) }
            result.count = connection.changes
            try requireKeys(table)
            return result
        case .rows(let write): return try run(write)
        case .parts(let parts, let main, let mainFirst, let before): return try run(parts, main, mainFirst: mainFirst, before: before)
        }
    }

    func run(_ write: RowWrite) throws(RunStop) -> StatementRows { try RowRun(write, self).perform() }

    /// Keys that may wait but do not are looked at when the statement ends: SQLite lets all of them wait.
    private func requireKeys(_ table: QualifiedName) throws(RunStop) {
        guard connection.hasUnresolvedKeys else { return }
        let session = connection.session
        if let broken = try connection.unresolvedKey(schema, by: table, unless: { session.isDeferred($0.name, $0.isInitiallyDeferred) }) {
            throw .refused(broken)
        }
    }

    func rows(of text: SQLText, row: [StoredValue] = []) throws(RunStop) -> StatementRows {
        var result = StatementRows()
        try each(text, row: row) { row in
            result.rows.append(row)
            return true
        }
        result.count = result.rows.count
        return result
    }

    private func run(
        _ parts: [Prepared.Part], _ main: Prepared, mainFirst: Bool, before: [Prepared.Snapshot]
    ) throws(RunStop) -> StatementRows {
        let early = mainFirst ? try run(main) : nil
        var slots: [Int64] = []
        defer { for slot in slots { connection.session.rowSets.release(slot) } }
        var here = self
        for snapshot in before {
            let slot = try connection.session.rowSets.keep(try rows(of: snapshot.text).rows)
            slots.append(slot)
            here = here.knowing(slot, as: snapshot.number)
        }
        for part in parts {
            let slot = try connection.session.rowSets.keep(try here.run(part.prepared).rows)
            slots.append(slot)
            here = here.knowing(slot, as: part.number)
        }
        if let early { return early }
        return try here.run(main)
    }

    /// Hands over a query's rows one after the other until `body` says false. `row` fills the bindings of the row at hand.
    func each(_ text: SQLText, row: [StoredValue] = [], _ body: ([StoredValue]) throws(RunStop) -> Bool) throws(RunStop) {
        let statement = try connection.cached(text.text)
        defer { statement.finish() }
        try binder.bind(text.bindings, to: statement, row: row)
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
        guard !connection.isAutocommitting, let sequences = connection.session.sequences else { return .fault(fault) }
        let wasArmed = connection.session.isArmed
        connection.session.disarm()
        defer { connection.session.isArmed = wasArmed }
        let diagnosis = Diagnosis(connection, schema, inputs.caller)
        if let error = diagnosis.nullKey(fault, of: statement, on: table, sequences) { return .refused(error) }
        guard fault.primary == SQLITE_CONSTRAINT else { return .fault(fault) }
        return .refused(diagnosis.error(fault, of: statement, on: table, sequences))
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
