import CSQLite
import OffstageSQL
import OffstageSchema

/// Finds out which constraint a failed statement broke and with which values, and says it in PostgreSQL's words.
///
/// SQLite names columns at most. So the statement is run once more inside a savepoint with a trigger that notes each row, and then the
/// constraints are tried in PostgreSQL's order. It is the failure path: the transaction is left as it was found.
///
/// What a caller may not see is not told: with row level security in force there are no values, as in PostgreSQL.
struct Diagnosis {
    let connection: Connection
    let schema: Schema
    let caller: Caller

    init(_ connection: Connection, _ schema: Schema, _ caller: Caller) {
        self.connection = connection
        self.schema = schema
        self.caller = caller
    }

    /// The error for a statement that SQLite refused. The statement is stepped again with the values it has.
    func error(_ fault: Fault, of statement: PreparedStatement, on name: QualifiedName, _ sequences: Sequences) -> SQLError {
        if let raised = RaisedError.error(in: fault.message) { return raised }
        let table = failedTable(in: fault.message) ?? schema.tables[name]
        guard let table else { return plain(fault) }
        let replay = Replay(connection, statement, sequences)
        do throws(Fault) {
            switch fault.violation {
            case .notNull:
                return notNull(table, fault, try replay.rows(of: table).newRows.last)
            case .check:
                return check(table, fault, try replay.rows(of: table).newRows.last)
            case .primaryKey, .unique, .rowID:
                let rows = try replay.rows(of: table)
                return try unique(table, fault, rows.newRows.last, replacing: rows.oldRows.last)
            case .foreignKey:
                var found: SQLError?
                try replay.withDeferredKeys(table) { rows throws(Fault) in found = try key(table, rows) }
                return found ?? SQLError("23503", "a foreign key constraint is violated")
            case nil: return plain(fault)
            }
        } catch {
            return plain(fault)
        }
    }

    /// The error about a null in an integer primary key, with its row. A function raises it before there is one: SQLite would make up a value.
    /// Nil for any other fault.
    func nullKey(_ fault: Fault, of statement: PreparedStatement, on name: QualifiedName, _ sequences: Sequences) -> SQLError? {
        guard var error = RaisedError.error(in: fault.message), error.code == "23502", error.details == nil,
            let table = schema.tables[name],
            let place = table.columns.firstIndex(where: { $0.name == table.rowIDColumn }),
            error.message == notNull(table, table.columns[place].name, nil).message
        else { return nil }
        connection.session.letsNullKeys = true
        defer { connection.session.letsNullKeys = false }
        // A key that is still to be made is -1 before the insert.
        guard let rows = try? Replay(connection, statement, sequences).rows(of: table).newRows,
            var row = rows.first(where: { $0[place] == .integer(-1) || $0[place] == .null })
        else { return error }
        row[place] = .null
        error.details = failingRow(table, row)
        return error
    }

    /// Without values: tables of the engine's own, and what could not be found out.
    private func plain(_ fault: Fault) -> SQLError {
        let what = fault.message.split(separator: ": ", maxSplits: 1).last.map(String.init) ?? ""
        switch fault.violation {
        case .notNull:
            return SQLError("23502", "null value in column \"\(what.split(separator: ".").last ?? "")\" violates not-null constraint")
        case .check:
            return SQLError("23514", "new row violates check constraint \"\(what)\"", constraint: what)
        case .primaryKey, .unique, .rowID:
            return SQLError("23505", "duplicate key value violates unique constraint \"\(what)\"", constraint: what)
        case .foreignKey:
            return SQLError("23503", "a foreign key constraint is violated")
        case nil: return fault.error(in: connection.session)
        }
    }

    /// `NOT NULL constraint failed: public.books.title`: a cascade may have failed on another table than the statement's.
    private func failedTable(in message: String) -> Table? {
        guard let what = message.split(separator: ": ", maxSplits: 1).last else { return nil }
        return schema.tables.values.first { what.hasPrefix(StoredName.bare($0.name) + ".") }
    }

    // MARK: The row itself

    private func notNull(_ table: Table, _ fault: Fault, _ row: [StoredValue]?) -> SQLError {
        let column = table.columns.first { fault.message.hasSuffix(": \(StoredName.bare(table.name)).\(StoredName.bare(column: $0.name))") }
        return notNull(table, column?.name ?? "", row)
    }

    private func notNull(_ table: Table, _ column: String, _ row: [StoredValue]?) -> SQLError {
        SQLError(
            "23502", "null value in column \"\(column)\" of relation \"\(table.name.name)\" violates not-null constraint",
            details: failingRow(table, row))
    }

    private func check(_ table: Table, _ fault: Fault, _ row: [StoredValue]?) -> SQLError {
        let stored = fault.message.split(separator: ": ", maxSplits: 1).last.map(String.init) ?? ""
        if stored.hasPrefix(Definitions.fullMatch) {
            let key = String(stored.dropFirst(Definitions.fullMatch.count))
            return SQLError(
                "23503", "insert or update on table \"\(table.name.name)\" violates foreign key constraint \"\(key)\"",
                details: "MATCH FULL does not allow mixing of null and nonnull key values.", constraint: key)
        }
        let name = StoredName.original(stored)
        return SQLError(
            "23514", "new row for relation \"\(table.name.name)\" violates check constraint \"\(name)\"", details: failingRow(table, row),
            constraint: name)
    }

    /// `Failing row contains (1, null, t).`
    func failingRow(_ table: Table, _ row: [StoredValue]?) -> String? {
        guard let row, !isSecured(table) else { return nil }
        let mayReadAll = table.columns.allSatisfy { mayRead(table, $0.name) }
        let shown = zip(table.columns, row).filter { column, _ in mayReadAll || mayRead(table, column.name) }
        guard !shown.isEmpty else { return nil }
        let values = shown.map { column, value in Self.clipped(value.text(as: column.type.type) ?? "null") }.joined(separator: ", ")
        if mayReadAll { return "Failing row contains (\(values))." }
        return "Failing row contains (\(shown.map(\.0.name).joined(separator: ", "))) = (\(values))."
    }

    /// PostgreSQL cuts each value of a failing row at 64 bytes.
    private static func clipped(_ text: String) -> String {
        guard text.utf8.count > 64 else { return text }
        var end = text.utf8.index(text.startIndex, offsetBy: 64)
        while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
        return text[..<end] + "..."
    }

    // MARK: Who may know

    func isSecured(_ table: Table) -> Bool {
        guard table.hasRowSecurity else { return false }
        if caller.role == table.owner { return table.forcesRowSecurity }
        guard let role = schema.roles[caller.role] else { return true }
        return !role.bypassesRowSecurity && !role.isSuperuser
    }

    func mayRead(_ table: Table, _ column: String) -> Bool {
        if caller.role == table.owner || caller.role == Caller.system.role { return true }
        return schema.allows(caller.role, .select, column: column, of: table.name)
    }
}
