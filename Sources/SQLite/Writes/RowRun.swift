import CSQLite
import OffstageSQL
import OffstageSchema
import OffstageSyntax

/// One write done row by row, from its first trigger to its last.
///
/// PostgreSQL's order: statement triggers before; for each row its triggers before, the policies, the write; then what is returned; the
/// keys; the triggers after, row by row in order of writing and for each row by name; statement triggers after.
///
/// See `Docs/Internals/Writes.md`.
final class RowRun {
    let run: StatementRun
    let write: RowWrite
    /// Rows written, by rowid: none may be written twice.
    private var touched: Set<Int64> = []
    private var count = 0
    private var inserted = 0
    /// What RETURNING reads.
    private var kept: [[StoredValue]] = []
    /// Columns of other tables, of the row of `find` at hand.
    private var extras: [StoredValue] = []
    /// What is left to do when all rows are written.
    var afterwards = Afterwards()

    var connection: Connection { run.connection }
    var schema: Schema { run.schema }

    init(_ write: RowWrite, _ run: StatementRun) {
        self.write = write
        self.run = run
    }

    func perform() throws(RunStop) -> StatementRows {
        let session = connection.session
        guard session.writeDepth < Session.deepestWrite else {
            throw .refused(SQLError("54001", "stack depth limit exceeded", hint: "Triggers fire one another without end."))
        }
        session.writeDepth += 1
        defer { session.writeDepth -= 1 }
        let relation = WrittenRelation(write.relation, schema, write.columns)
        for event in orderedEvents { try begin(event, on: relation, assigned: write.assignedColumns) }
        try eachFound { (found) throws(RunStop) in try self.perform(found, on: relation) }
        var result = try returned()
        result.count = count
        result.inserted = inserted
        try checkKeys()
        try runAfterwards(relation, events: orderedEvents)
        return result
    }

    /// Each kind of event once: an upsert is an insert and an update.
    private var orderedEvents: [RowWrite.Event] { [.insert, .update, .delete].filter { write.events.contains($0) } }

    private func eachFound(_ body: ([StoredValue]) throws(RunStop) -> Void) throws(RunStop) {
        func each(_ text: SQLText, _ row: [StoredValue]) throws(RunStop) {
            guard !write.isStreamed else {
                return try run.each(text, row: row) { (found) throws(RunStop) in
                    try body(found)
                    return true
                }
            }
            // All is looked at before anything is written: a write must not meet its own rows.
            var all: [[StoredValue]] = []
            var cells = 0
            try run.each(text, row: row) { (found) throws(RunStop) in
                cells += found.count
                guard cells <= RowSets.mostCells else { throw .refused(.tooManyRows) }
                all.append(found)
                return true
            }
            for found in all { try body(found) }
        }
        guard write.readsPayload else { return try each(write.find[0], run.inputs.rows.first?.values ?? []) }
        for row in run.inputs.rows {
            guard write.find.indices.contains(row.variant) else { throw .refused(SQLError("XX000", "a row has no statement")) }
            try each(write.find[row.variant], row.values)
        }
    }

    private func perform(_ found: [StoredValue], on relation: WrittenRelation) throws(RunStop) {
        guard case .integer(let number) = found[RowWrite.actionCell], number >= 0, let index = Int(exactly: number),
            write.actions.indices.contains(index)
        else { return }
        extras = write.extraCells.map { found[$0] }
        let width = write.columns.count
        let old = write.oldCells.map { Array(found[$0..<($0 + width)]) } ?? []
        switch write.actions[index] {
        case .nothing: return
        case .insert(let change, let conflict):
            var new = [StoredValue](repeating: .null, count: width)
            for value in change.assigned { new[value.column] = found[value.cell] }
            try insert(new, change, conflict, into: relation)
        case .update(let change):
            var new = old
            for value in change.assigned { new[value.column] = found[value.cell] }
            guard try isFirst(found[RowWrite.rowIDCell]) else { return }
            try update(found[RowWrite.rowIDCell], old, new, change, of: relation, assigned: write.assignedColumns)
        case .delete(let judge):
            guard try isFirst(found[RowWrite.rowIDCell]) else { return }
            try delete(found[RowWrite.rowIDCell], old, judge, from: relation)
        }
    }

    /// A join may meet a row several times: it is written once, and by MERGE not a second time.
    private func isFirst(_ id: StoredValue) throws(RunStop) -> Bool {
        guard case .integer(let id) = id, touched.contains(id) else { return true }
        guard write.isMerge else { return false }
        throw .refused(
            SQLError(
                "21000", "MERGE command cannot affect row a second time",
                hint: "Ensure that not more than one source row matches any one target row."))
    }

    func touch(_ id: Int64, isOfStatement: Bool) { if isOfStatement { touched.insert(id) } }
    func isTouched(_ id: Int64) -> Bool { touched.contains(id) }

    /// A row was written: it counts, and RETURNING may show it.
    func counted(_ row: [StoredValue], isNew: Bool = false) throws(RunStop) {
        count += 1
        if isNew { inserted += 1 }
        guard write.keepsRows else { return }
        guard kept.count * (row.count + extras.count + 1) <= RowSets.mostCells else { throw .refused(.tooManyRows) }
        kept.append(row + extras)
    }

    private func returned() throws(RunStop) -> StatementRows {
        guard let text = write.returning else { return StatementRows() }
        let slot = try connection.session.rowSets.keep(kept)
        defer { connection.session.rowSets.release(slot) }
        return try run.knowing(slot, as: RowSetNumber.returned).rows(of: text)
    }

}

/// A relation that rows are written to, with what is asked about it for each row.
struct WrittenRelation {
    let name: QualifiedName
    let columns: [View.Column]
    /// Nil for a view whose triggers do the work.
    let table: Table?
    /// The places of columns that are not generated.
    let stored: [Int]
    /// The column that is SQLite's rowid.
    let rowIDColumn: Int?

    init(_ name: QualifiedName, _ schema: Schema, _ columns: [View.Column]) {
        self.name = name
        self.columns = columns
        let table = schema.tables[name]
        self.table = table
        stored = table.map { table in table.columns.indices.filter { table.columns[$0].generated == nil } } ?? []
        rowIDColumn = table?.rowIDColumn.flatMap { name in table?.columns.firstIndex { $0.name == name } }
    }

    init(_ table: Table, _ schema: Schema) { self.init(table.name, schema, table.viewColumns) }

    var storedName: String { StoredName.table(name) }
    func columnName(_ place: Int) -> String { StoredName.column(columns[place].name) }
    /// `RETURNING rowid, a, b`
    var returning: String { " RETURNING rowid" + columns.indices.map { ", " + columnName($0) }.joined() }
}
