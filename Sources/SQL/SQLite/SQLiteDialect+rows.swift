import OffstageQuery
import OffstageSchema
import OffstageSyntax

/// REST writes that go row by row: to views, to tables with triggers or keys that are checked late, and those that call what undoes.
extension SQLiteDialect {
    func goesByRow(_ name: QualifiedName, _ events: [RowWrite.Event]) -> Bool {
        schema.views[name] != nil || schema.tables[name]?.hasDeferrableKeys == true
            || events.contains { schema.firesTriggers(name, $0.trigger) }
    }

    /// A text that writes and calls a function while it runs, where some function has `exception when …`: it could not go back to its
    /// savepoint, which SQLite allows only between statements.
    func callsUndoing(_ texts: [SQLText]) -> Bool {
        texts.contains { $0.text.contains("pg_call") }
            && schema.functions.values.contains { $0.contains { $0.procedure?.catchesErrors == true } }
    }

    /// The name under which a representation finds the rows that were written.
    static let written = "~written"

    func insertByRow(_ plan: InsertPlan, _ caller: Caller) throws(SQLError) -> Write {
        let shown = self.shown(plan.table, plan.answer, caller)
        var finds: [SQLText] = []
        var made: RowWrite?
        for defaulted in plan.variants {
            var names: [Name] = []
            var values: [Expression] = []
            for (index, column) in plan.columns.enumerated() where !(index < defaulted.count && defaulted[index]) {
                names.append(Name(column.name))
                values.append(Expression(.injected(.payload(index))))
            }
            let insert = Insert(
                into: Name(plan.table.name.schema, plan.table.name.name), columns: names,
                values.isEmpty ? .defaultValues : .select(Select(.values([values]))), conflict: plan.conflict.map(Self.conflict),
                returning: shown.map { Output(.column($0.name)) })
            let write = try rows(of: try builder(caller).insert(insert))
            finds += write.find
            made = write
        }
        guard var write = made else { throw SQLError("XX000", "an insert has no statement") }
        write.find = finds
        write.readsPayload = true
        return try self.write(write, plan.table, plan.columns, plan.answer, caller, shown, tellsNew: plan.conflict?.merges != nil)
    }

    private static func conflict(_ plan: ConflictPlan) -> Conflict {
        let target: Conflict.Target? = plan.columns.isEmpty ? nil : .columns(plan.columns.map { .column($0) }, where: nil)
        guard let merges = plan.merges else { return Conflict(target, do: .nothing) }
        // Nothing to change but the key: touch the key, so that the row counts as merged.
        let names = merges.isEmpty ? plan.columns : merges
        return Conflict(target, do: .update(names.map { Assignment([Name($0)], .column("excluded", $0)) }, where: nil))
    }

    func updateByRow(_ plan: UpdatePlan, _ caller: Caller) throws(SQLError) -> Write {
        let shown = self.shown(plan.table, plan.answer, caller)
        let update = Update(
            Name(plan.table.name.schema, plan.table.name.name), as: plan.alias,
            set: plan.columns.enumerated().map { Assignment([Name($1.name)], Expression(.injected(.payload($0)))) }, where: plan.filter,
            returning: shown.map { Output(.column(plan.alias, $0.name)) })
        let write = try rows(of: try builder(caller).update(update))
        return try self.write(write, plan.table, plan.columns, plan.answer, caller, shown)
    }

    func deleteByRow(_ plan: DeletePlan, _ caller: Caller) throws(SQLError) -> Write {
        let shown = self.shown(plan.table, plan.answer, caller)
        let delete = Delete(
            from: Name(plan.table.name.schema, plan.table.name.name), as: plan.alias, where: plan.filter,
            returning: shown.map { Output(.column(plan.alias, $0.name)) })
        let write = try rows(of: try builder(caller).delete(delete))
        return try self.write(write, plan.table, [], plan.answer, caller, shown)
    }

    private func builder(_ caller: Caller) throws(SQLError) -> RowWriteBuilder {
        try RowWriteBuilder(Translator(schema, as: caller), with: nil)
    }

    private func rows(of prepared: Prepared) throws(SQLError) -> RowWrite {
        guard case .rows(let write) = prepared.program else { throw SQLError("XX000", "a write has no rows") }
        return write
    }

    /// The columns that are kept of each row for the answer: those the caller may read.
    private func shown(_ table: Table, _ answer: AnswerPlan, _ caller: Caller) -> [View.Column] {
        guard answer.representation != nil || answer.locationKey != nil else { return [] }
        let allowed = schema.allowedColumns(caller.role, .select, of: table.name)
        return table.columns.filter { allowed?.contains($0.name) ?? true }.map { View.Column($0.name, $0.type) }
    }

    private func write(
        _ write: RowWrite, _ table: Table, _ columns: [Column], _ plan: AnswerPlan, _ caller: Caller, _ shown: [View.Column],
        tellsNew: Bool = false
    ) throws(SQLError) -> Write {
        func node(_ read: ReadPlan) throws(SQLError) -> ReadNode {
            var read = read
            read.source = .table(Name(Self.written), Alias(read.alias))
            var builder = ReadBuilder(schema, caller)
            builder.written = shown
            return try builder.node(read, link: nil, touched: .asWritten)
        }
        var representation: ReadNode?
        if let read = plan.representation { representation = try node(read) }
        var location: ReadNode?
        if let key = plan.locationKey {
            var read = ReadPlan(table.name, as: table.name.name, source: .table(Name(Self.written), nil))
            read.fields = key.map { .value($0, .column(table.name.name, $0)) }
            location = try node(read)
        }
        return Write(
            .rows(write), table: table.name, needsRows: representation != nil || location != nil, representation: representation,
            payloadColumns: columns, location: location, tellsNew: tellsNew)
    }
}
