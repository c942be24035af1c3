import CSQLite
import OffstageJSON
import OffstageSQL
import OffstageSchema

/// One write, step by step, inside a savepoint or alone: what it touches, what it answers.
struct WriteRun {
    private let connection: Connection
    private let write: Write
    private let inputs: Inputs
    private let format: RowFormat
    private let schema: Schema
    private let sequences: Sequences
    private var binder: Binder
    /// The rows touched, where they are wanted.
    private var affected: [Int64] = []
    private var count = 0
    private var inserted = 0
    /// Some row was touched, for `Location`.
    private var hasRows = false

    init(
        _ write: Write, with inputs: Inputs, as format: RowFormat, on connection: Connection, _ schema: Schema, _ sequences: Sequences
    ) throws(RunStop) {
        self.connection = connection
        self.write = write
        self.inputs = inputs
        self.format = format
        self.schema = schema
        self.sequences = sequences
        binder = try connection.binder(inputs)
    }

    mutating func run() throws(RunStop) -> Rows {
        var rows = Rows()
        switch write.action {
        case .insert(let texts):
            try insert(texts)
            try checkCount()
            try answer(&rows)
        case .update(let text):
            try touch(text, row: inputs.rows.first?.values ?? [])
            try checkCount()
            try answer(&rows)
        case .rows(let write):
            let result = try StatementRun(on: connection, schema, with: inputs).run(write)
            count = result.count
            inserted = result.inserted
            try checkCount()
            let slot = try connection.session.rowSets.keep(result.rows)
            defer { connection.session.rowSets.release(slot) }
            var known = inputs
            known.rowSets[RowSetNumber.returned] = slot
            binder = Binder(inputs: known, values: binder.values)
            hasRows = !result.rows.isEmpty
            try answer(&rows)
        case .delete(let find, let delete):
            guard let find else {
                try touch(delete)
                try checkCount()
                break
            }
            try touch(find)
            try checkCount()
            try answer(&rows)
            try execute(delete, row: []) { _ in }
        case .call(let node):
            sequences.beginStatement()
            rows.body = try body(of: node)
            try checkCount()
        }
        rows.count = count
        if write.tellsNew { rows.inserted = inserted }
        connection.session.tell(&rows)
        return rows
    }

    private mutating func insert(_ texts: [SQLText]) throws(RunStop) {
        // Rows of one payload may refer to later ones, so keys are looked at when all are in.
        let defersKeys = write.refersToItself && inputs.rows.count > 1
        if defersKeys { try connection.plain("pragma defer_foreign_keys = on") }
        defer { if defersKeys { try? connection.command("pragma defer_foreign_keys = off") } }
        var touched: Set<Int64> = []
        var ids: [Int64] = []
        for row in inputs.rows {
            guard texts.indices.contains(row.variant) else { throw .refused(SQLError("XX000", "a row has no statement")) }
            guard let id = try put(texts[row.variant], row.values) else { continue }
            if write.needsRows { affected.append(id) }
            guard inputs.rows.count > 1 else { continue }
            if defersKeys { ids.append(id) }
            guard write.tellsNew else { continue }
            if let merged = connection.session.merged, touched.contains(merged.old) {
                throw .refused(
                    SQLError(
                        "21000", "ON CONFLICT DO UPDATE command cannot affect row a second time",
                        hint: "Ensure that no rows proposed for insertion within the same command have duplicate constrained values."))
            }
            touched.insert(id)
        }
        if defersKeys, connection.hasUnresolvedKeys {
            throw .refused(Diagnosis(connection, schema, inputs.caller).unresolvedKey(in: write.table, rows: ids))
        }
    }

    /// Inserts or merges one row; its number in the file, and nil where a conflict was ignored.
    ///
    /// Asking for it by RETURNING would cost more than the row: SQLite makes a table for the answer each time.
    private mutating func put(_ text: SQLText, _ row: [StoredValue]) throws(RunStop) -> Int64? {
        connection.session.merged = nil
        try execute(text, row: row) { _ in }
        guard connection.changes > 0 else { return nil }
        count += 1
        if let merged = connection.session.merged { return merged.new }
        inserted += 1
        return sqlite3_last_insert_rowid(connection.handle)
    }

    /// Runs a text that touches rows and notes which, or how many.
    private mutating func touch(_ text: SQLText, row: [StoredValue] = []) throws(RunStop) {
        guard write.needsRows else {
            try execute(text, row: row) { _ in }
            count += connection.changes
            return
        }
        var ids: [Int64] = []
        try execute(text, row: row) { statement in ids.append(sqlite3_column_int64(statement.handle, 0)) }
        affected += ids
        count += ids.count
    }

    private func execute(_ text: SQLText, row: [StoredValue], each: (PreparedStatement) -> Void) throws(RunStop) {
        let statement = try connection.cached(text.text)
        defer { statement.finish() }
        if text.bindings.contains(.affected) {
            var knowing = binder
            knowing.affected = Self.json(affected)
            try knowing.bind(text.bindings, to: statement, row: row)
        } else {
            try binder.bind(text.bindings, to: statement, row: row)
        }
        sequences.beginStatement()
        do throws(Fault) {
            while try statement.step() { each(statement) }
        } catch {
            throw refusal(of: statement, error)
        }
    }

    /// The constraint behind a fault, in PostgreSQL's words. Where SQLite undid the transaction there is nothing to look at any more.
    private func refusal(of statement: PreparedStatement, _ fault: Fault) -> RunStop {
        guard !connection.isAutocommitting else { return .fault(fault) }
        let diagnosis = Diagnosis(connection, schema, inputs.caller)
        if let error = diagnosis.nullKey(fault, of: statement, on: write.table, sequences) { return .refused(error) }
        guard fault.primary == SQLITE_CONSTRAINT else { return .fault(fault) }
        connection.session.disarm()
        return .refused(diagnosis.error(fault, of: statement, on: write.table, sequences))
    }

    private func checkCount() throws(RunStop) {
        if inputs.wantsSingle, count != 1 {
            throw .refused(.notSingle(count))
        }
        if let limit = inputs.maxAffected, count > limit {
            throw .refused(
                SQLError(
                    "PGRST124", "Query result exceeds max-affected preference constraint", details: "The query affects \(count) rows"))
        }
    }

    /// The representation and the key of the first row, read while the rows are there.
    private mutating func answer(_ rows: inout Rows) throws(RunStop) {
        guard write.representation != nil || write.location != nil else { return }
        binder.affected = Self.json(affected)
        if let node = write.representation, format != .none {
            let touched = count
            rows.body = try body(of: node)
            count = touched
        }
        if let node = write.location {
            // One more than is kept tells that there are too many.
            let needsKeys = inputs.terms?.once?.showing.needsKeys ?? false
            let hasKeys = hasRows || !affected.isEmpty
            let keys = hasKeys ? try keys(node, upTo: needsKeys ? WriteTerms.Once.rows + 1 : 1) : []
            rows.location = keys.first
            if needsKeys { rows.keys = keys }
        }
    }

    /// What a tree of texts gives, written down; `count` is how many rows.
    private mutating func body(of node: ReadNode) throws(RunStop) -> [UInt8] {
        let compiled = try connection.compiledNode(node, inputs)
        connection.runs &+= 1
        connection.output.truncate(to: 0)
        count = try ReadRun(binder: binder, number: connection.runs).write(compiled, as: format, into: &connection.output)
        defer { if connection.output.count > 1 << 20 { connection.output = JSONWriter(capacity: 16 << 10) } }
        return connection.output.bytes
    }

    private func keys(_ node: ReadNode, upTo limit: Int) throws(RunStop) -> [[String?]] {
        let compiled = try connection.compiledNode(node, inputs)
        defer { compiled.finish() }
        try binder.bind(compiled.bindings, to: compiled.statement)
        var keys: [[String?]] = []
        do throws(Fault) {
            while keys.count < limit, try compiled.statement.step() { keys.append(key(compiled)) }
        } catch {
            throw .fault(error)
        }
        return keys
    }

    /// The key of the current row, as text.
    private func key(_ compiled: CompiledNode) -> [String?] {
        compiled.fields.names.indices.map { index in
            let cell = compiled.statement.cell(compiled.fields.steps[index].column)
            if case .null = cell { return nil }
            return compiled.fields.types[index].text(of: cell, in: binder.values.timeZone)
        }
    }

    static func json(_ ids: [Int64]) -> String {
        var writer = JSONWriter(capacity: ids.count * 8 + 8)
        writer.byte(UInt8(ascii: "["))
        for (index, id) in ids.enumerated() {
            if index > 0 { writer.byte(UInt8(ascii: ",")) }
            writer.integer(id)
        }
        writer.byte(UInt8(ascii: "]"))
        return writer.text
    }
}

extension SQLError {
    static func notSingle(_ count: Int) -> SQLError {
        SQLError("PGRST116", "Cannot coerce the result to a single JSON object", details: "The result contains \(count) rows")
    }
}
