import CSQLite
import OffstageSQL
import OffstageSchema
import OffstageSyntax

/// One row written, with the triggers and policies that belong to it.
extension RowRun {
    func insert(
        _ given: [StoredValue], _ change: RowWrite.Change, _ conflict: RowWrite.OnConflict?, into relation: WrittenRelation
    ) throws(RunStop) {
        if write.isView {
            guard let row = try fire(.insteadOf, .insert, on: relation, old: nil, new: given) else { return }
            try hold(change.after, row)
            return try counted(row, isNew: true)
        }
        guard let new = try fire(.before, .insert, on: relation, old: nil, new: given) else { return }
        try judge(change.before, new)
        if let conflict, conflict.looksFirst, let find = conflict.find, try !run.rows(of: find, row: new).rows.isEmpty {
            return try meet(new, conflict, in: relation)
        }
        guard let (id, row) = try store(new, conflict, in: relation) else {
            if let conflict { try meet(new, conflict, in: relation) }
            return
        }
        touch(id, isOfStatement: true)
        try hold(change.after, row)
        try note(.insert, on: relation, old: nil, new: row, assigned: [])
        try counted(row, isNew: true)
    }

    /// Nil where `on conflict` left the row out.
    private func store(
        _ row: [StoredValue], _ conflict: RowWrite.OnConflict?, in relation: WrittenRelation
    ) throws(RunStop) -> (Int64, [StoredValue])? {
        try requireKey(row, relation)
        var bindings: [Binding] = conflict?.targetBindings ?? []
        var slots: [String] = []
        for place in relation.stored {
            bindings.append(.payload(place))
            slots.append("?\(bindings.count)")
        }
        var sql = "INSERT INTO \(relation.storedName)"
        if slots.isEmpty {
            sql += " DEFAULT VALUES"
        } else {
            sql += " (\(relation.stored.map { relation.columnName($0) }.joined(separator: ", "))) VALUES (\(slots.joined(separator: ", ")))"
        }
        if let conflict, !conflict.looksFirst { sql += " ON CONFLICT\(conflict.target) DO NOTHING" }
        return try written(SQLText(sql + relation.returning, bindings: bindings), row, relation)
    }

    /// Steps a text that writes one row and gives its rowid and what it then holds.
    private func written(
        _ text: SQLText, _ row: [StoredValue], _ relation: WrittenRelation
    ) throws(RunStop) -> (Int64, [StoredValue])? {
        var result: (Int64, [StoredValue])?
        try lettingKeysWait(relation) { () throws(RunStop) in
            try run.step(text, row: row, on: relation.name) { statement in
                result = (sqlite3_column_int64(statement.handle, 0), Array(statement.row.dropFirst()))
            }
        }
        return result
    }

    /// SQLite makes up a value for the null of an integer primary key.
    private func requireKey(_ row: [StoredValue], _ relation: WrittenRelation) throws(RunStop) {
        guard let place = relation.rowIDColumn, row[place] == .null, let table = relation.table else { return }
        throw .refused(
            SQLError(
                "23502",
                "null value in column \"\(relation.columns[place].name)\" of relation \"\(relation.name.name)\" violates not-null constraint",
                details: Diagnosis(connection, schema, run.inputs.caller).failingRow(table, row)))
    }

    /// The row in the way of an upsert's new one.
    private func meet(_ new: [StoredValue], _ conflict: RowWrite.OnConflict, in relation: WrittenRelation) throws(RunStop) {
        guard conflict.values != nil, let find = conflict.find else { return }
        guard let found = try run.rows(of: find, row: new).rows.first, case .integer(let id)? = found.first else {
            throw .refused(SQLError("XX000", "the row in conflict was not found"))
        }
        let old = Array(found.dropFirst())
        guard !isTouched(id) else {
            throw .refused(
                SQLError(
                    "21000", "ON CONFLICT DO UPDATE command cannot affect row a second time",
                    hint: "Ensure that no rows proposed for insertion within the same command have duplicate constrained values."))
        }
        try judge(conflict.judge, new + old)
        if let filter = conflict.filter, try run.rows(of: filter, row: new + old).rows.first?.first != .integer(1) { return }
        var changed = old
        if let text = conflict.values, let values = try run.rows(of: text, row: new + old).rows.first {
            for value in conflict.update.assigned { changed[value.column] = values[value.cell] }
        }
        try update(.integer(id), old, changed, conflict.update, of: relation, assigned: write.assignedColumns)
    }

    // MARK: update

    func update(
        _ rowID: StoredValue, _ old: [StoredValue], _ given: [StoredValue], _ change: RowWrite.Change, of relation: WrittenRelation,
        assigned: Set<String>, isOfStatement: Bool = true
    ) throws(RunStop) {
        if relation.table == nil {
            guard let row = try fire(.insteadOf, .update, on: relation, old: old, new: given) else { return }
            try hold(change.after, row)
            return try counted(row)
        }
        try judge(change.judge, given + old)
        let asks = !schema.triggers(of: relation.name, .update, .before, forEachRow: true).isEmpty
        guard let new = try fire(.before, .update, on: relation, old: old, new: given, assigned: assigned) else { return }
        if asks { try requireUnchanged(rowID, old, relation) }
        try judge(change.before, new + old)
        try requireKey(new, relation)
        try cascade(.update, from: relation, old: old, new: new)
        let places = relation.stored.filter { assigned.contains(relation.columns[$0].name) || new[$0] != old[$0] }
        var bindings: [Binding] = []
        var sets: [String] = []
        for place in places {
            bindings.append(.payload(place))
            sets.append("\(relation.columnName(place)) = ?\(bindings.count)")
        }
        if sets.isEmpty { sets = ["rowid = rowid"] }
        bindings.append(.payload(new.count))
        let sql = "UPDATE \(relation.storedName) SET \(sets.joined(separator: ", ")) WHERE rowid = ?\(bindings.count)\(relation.returning)"
        guard let (id, row) = try written(SQLText(sql, bindings: bindings), new + [rowID], relation) else { return }
        if case .integer(let before) = rowID { touch(before, isOfStatement: isOfStatement) }
        touch(id, isOfStatement: isOfStatement)
        try hold(change.after, row)
        try note(.update, on: relation, old: old, new: row, assigned: assigned)
        if isOfStatement { try counted(row) }
    }

    // MARK: delete

    func delete(
        _ rowID: StoredValue, _ old: [StoredValue], _ before: SQLText?, from relation: WrittenRelation, isOfStatement: Bool = true
    ) throws(RunStop) {
        if relation.table == nil {
            guard try fire(.insteadOf, .delete, on: relation, old: old, new: nil) != nil else { return }
            return try counted(old)
        }
        try judge(before, old + old)
        let asks = !schema.triggers(of: relation.name, .delete, .before, forEachRow: true).isEmpty
        guard try fire(.before, .delete, on: relation, old: old, new: nil) != nil else { return }
        if asks { try requireUnchanged(rowID, old, relation) }
        try cascade(.delete, from: relation, old: old, new: nil)
        let sql = "DELETE FROM \(relation.storedName) WHERE rowid = ?1"
        try lettingKeysWait(relation) { () throws(RunStop) in
            try run.step(SQLText(sql, bindings: [.payload(0)]), row: [rowID], on: relation.name)
        }
        if case .integer(let id) = rowID { touch(id, isOfStatement: isOfStatement) }
        try note(.delete, on: relation, old: old, new: nil, assigned: [])
        if isOfStatement { try counted(old) }
    }

    /// A row's own triggers may not have changed it behind the statement's back.
    private func requireUnchanged(_ rowID: StoredValue, _ old: [StoredValue], _ relation: WrittenRelation) throws(RunStop) {
        let list = relation.columns.indices.map { relation.columnName($0) }.joined(separator: ", ")
        let text = SQLText("SELECT \(list) FROM \(relation.storedName) WHERE rowid = ?1", bindings: [.payload(0)])
        guard try run.rows(of: text, row: [rowID]).rows.first != old else { return }
        throw .refused(
            SQLError(
                "27000", "tuple to be updated was already modified by an operation triggered by the current command",
                hint: "Consider using an AFTER trigger instead of a BEFORE trigger to propagate changes to other rows."))
    }

    // MARK: What a row must satisfy

    /// Runs a text that raises unless the row may be written.
    private func judge(_ text: SQLText?, _ row: [StoredValue]) throws(RunStop) {
        guard let text else { return }
        _ = try run.rows(of: text, row: row)
    }

    /// A view's check options, over the row as it was written.
    private func hold(_ options: [RowWrite.CheckOption], _ row: [StoredValue]) throws(RunStop) {
        for option in options where try run.rows(of: option.condition, row: row).rows.first?.first != .integer(1) {
            let table = schema.tables[write.relation]
            throw .refused(
                SQLError(
                    "44000", "new row violates check option for view \"\(option.view)\"",
                    details: table.flatMap { Diagnosis(connection, schema, run.inputs.caller).failingRow($0, row) }))
        }
    }
}
