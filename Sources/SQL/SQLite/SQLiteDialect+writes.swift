import OffstageQuery
import OffstageSchema
import OffstageSyntax

extension SQLiteDialect {
    /// An insert: one text per pattern of given columns. Each payload row is one step of its text.
    func insert(_ plan: InsertPlan, _ caller: Caller) throws(SQLError) -> Write {
        let answer = try self.answer(plan.answer, of: plan.table, caller, .asWritten)
        let needsRows = answer.representation != nil || answer.location != nil
        var texts: [SQLText] = []
        for defaulted in plan.variants { texts.append(try insert(plan, defaulted, caller)) }
        return Write(
            .insert(texts), table: plan.table.name, needsRows: needsRows, representation: answer.representation,
            payloadColumns: plan.columns,
            location: answer.location, refersToItself: !plan.table.foreignKeys.isEmpty, tellsNew: plan.conflict?.merges != nil)
    }

    private func insert(_ plan: InsertPlan, _ defaulted: [Bool], _ caller: Caller) throws(SQLError) -> SQLText {
        var translator = Translator(schema, as: caller)
        let table = plan.table
        var given: [String: Term] = [:]
        for (index, column) in plan.columns.enumerated() where !(index < defaulted.count && defaulted[index]) {
            if column.generated != nil || column.identity == .always { throw column.onlyDefault(updating: false) }
            given[column.name] = try translator.payload(index, column)
        }
        var sql = try translator.insertText(into: table, given, checks: plan.checks, single: true)
        if let conflict = plan.conflict { sql += try translator.conflictText(conflict, in: table) }
        return translator.text(sql)
    }

    func update(_ plan: UpdatePlan, _ caller: Caller) throws(SQLError) -> Write {
        let answer = try self.answer(plan.answer, of: plan.table, caller, .byKey)
        var translator = Translator(schema, as: caller)
        var values: [(String, Term)] = []
        for (index, column) in plan.columns.enumerated() {
            if column.generated != nil || column.identity == .always { throw column.onlyDefault(updating: true) }
            let value = try translator.payload(index, column)
            values.append((column.name, value))
        }
        let sql = try translator.updateText(plan.source, set: values, where: plan.filter, checks: plan.checks, in: plan.table)
        return Write(
            .update(translator.text(sql + (answer.representation != nil ? " RETURNING rowid" : ""))), table: plan.table.name,
            needsRows: answer.representation != nil, representation: answer.representation, payloadColumns: plan.columns,
            location: answer.location)
    }

    func delete(_ plan: DeletePlan, _ caller: Caller) throws(SQLError) -> Write {
        let answer = try self.answer(plan.answer, of: plan.table, caller, .byKey)
        let stored = StoredName.table(plan.table.name)
        guard answer.representation != nil else {
            var translator = Translator(schema, as: caller)
            let rows = try translator.target(plan.source, where: plan.filter, in: plan.table)
            let sql = "DELETE FROM \(stored) AS \(rows.alias)" + (rows.condition.map { " WHERE \($0.sql)" } ?? "")
            return Write(.delete(find: nil, delete: translator.text(sql)), table: plan.table.name, needsRows: false)
        }
        var finder = Translator(schema, as: caller)
        let rows = try finder.target(plan.source, where: plan.filter, in: plan.table)
        let find = "SELECT \(rows.alias).rowid FROM \(stored) AS \(rows.alias)" + (rows.condition.map { " WHERE \($0.sql)" } ?? "")
        var remover = Translator(schema, as: caller)
        let list = remover.bind(.affected)
        let delete = "DELETE FROM \(stored) WHERE rowid IN (SELECT value FROM json_each(\(list)))"
        return Write(
            .delete(find: finder.text(find), delete: remover.text(delete)), table: plan.table.name, needsRows: true,
            representation: answer.representation)
    }

    private func answer(
        _ plan: AnswerPlan, of table: Table, _ caller: Caller, _ order: ReadBuilder.TouchedOrder
    ) throws(SQLError) -> (representation: ReadNode?, location: ReadNode?) {
        var representation: ReadNode?
        if let read = plan.representation {
            var builder = ReadBuilder(schema, caller)
            representation = try builder.node(read, link: nil, touched: order)
        }
        var location: ReadNode?
        if let key = plan.locationKey {
            var read = ReadPlan(
                table.name, as: table.name.name,
                source: .secured(SecuredTable(Name(table.name.schema, table.name.name), as: Alias(table.name.name), policy: nil)))
            read.fields = key.map { .value($0, .column(table.name.name, $0)) }
            var builder = ReadBuilder(schema, caller)
            location = try builder.node(read, link: nil, touched: order)
        }
        return (representation, location)
    }
}
