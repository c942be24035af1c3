import CSQLite
import OffstageSQL
import OffstageSchema

/// A failed statement run once more to see its rows, and undone.
struct Replay {
    struct Rows {
        /// Rows as the statement wants them; when it stops at a constraint, the last is the one that broke it.
        var newRows: [[StoredValue]] = []
        /// Rows as they were before an update or delete.
        var oldRows: [[StoredValue]] = []
    }

    private let connection: Connection
    private let statement: PreparedStatement
    private let sequences: Sequences

    init(_ connection: Connection, _ statement: PreparedStatement, _ sequences: Sequences) {
        self.connection = connection
        self.statement = statement
        self.sequences = sequences
    }

    /// The rows of `table` that the statement meets before it fails.
    func rows(of table: Table) throws(Fault) -> Rows {
        var rows = Rows()
        try withSavepoint { () throws(Fault) in rows = try noted(table) }
        return rows
    }

    /// Lets the statement through with its keys unchecked; `body` looks at what it would leave.
    func withDeferredKeys(_ table: Table, _ body: (Rows) throws(Fault) -> Void) throws(Fault) {
        try connection.command("pragma defer_foreign_keys = on")
        // Undoing the savepoint does not switch it off.
        defer { try? connection.command("pragma defer_foreign_keys = off") }
        try withSavepoint { () throws(Fault) in try body(try noted(table)) }
    }

    private func withSavepoint(_ body: () throws(Fault) -> Void) throws(Fault) {
        statement.reset()
        try connection.command("savepoint diagnosis")
        var failure: Fault?
        do throws(Fault) { try body() } catch { failure = error }
        statement.reset()
        try connection.command("rollback to diagnosis")
        try connection.command("release diagnosis")
        if let failure { throw failure }
    }

    private func noted(_ table: Table) throws(Fault) -> Rows {
        let name = StoredName.table(table.name)
        for (event, rows) in [("insert", ["new"]), ("update", ["old", "new"]), ("delete", ["old"])] {
            let notes = rows.map { row in "select \(capture(row, table));" }.joined(separator: " ")
            try connection.run(
                script: "create temp trigger \"offstage.note_\(event)\" before \(event) on main.\(name) begin \(notes) end")
        }
        connection.session.captured = []
        sequences.beginReplay()
        defer {
            sequences.beginStatement()
            connection.session.captured = []
        }
        do throws(Fault) { while try statement.step() {} } catch { if connection.isAutocommitting { throw error } }
        statement.reset()
        var found = Rows()
        for row in connection.session.captured {
            guard case .text(let side)? = row.first else { continue }
            if side == "new" { found.newRows.append(Array(row.dropFirst())) } else { found.oldRows.append(Array(row.dropFirst())) }
        }
        return found
    }

    /// `pg_capture(0, 'new', new.a, …)`, in pieces that a function's arguments can hold.
    private func capture(_ row: String, _ table: Table) -> String {
        var calls: [String] = []
        var columns = table.columns[...]
        repeat {
            let piece = columns.prefix(100)
            columns = columns.dropFirst(100)
            let start = calls.isEmpty ? "0, '\(row)'" : "1"
            calls.append("pg_capture(\(([start] + piece.map { "\(row).\(StoredName.column($0.name))" }).joined(separator: ", ")))")
        } while !columns.isEmpty
        return calls.joined(separator: ", ")
    }
}
