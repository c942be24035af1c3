import OffstageQuery
import OffstageSchema
import OffstageSyntax

extension RowWriteBuilder {
    func insert(_ insert: Insert) throws(SQLError) -> Prepared {
        let target = try WriteTarget(insert.table, as: insert.alias, .insert, in: schema, as: role, path: template.path)
        var write = RowWrite(target.table.name, columns: target.table.viewColumns, find: [], actions: [], events: [.insert])
        write.isView = target.isInsteadOf
        let columns = try self.columns(insert.columns, target)
        let source = try rows(insert.source, columns, isListed: !insert.columns.isEmpty, insert.overriding, target)
        try target.demand(.insert, source.given.map(\.name), in: schema, as: role)
        write.find = [source.text]
        write.isStreamed = source.isStreamed
        let answer = try returning(insert.returning, target, beside: nil, after: 0, &write)
        let namesTarget = insert.conflict?.target != nil
        var change = RowWrite.Change(assigned: source.assigned)
        change.before = try guards(.insert, target, reads: answer.reads || namesTarget)
        change.after = try checkOptions(target)
        var conflict: RowWrite.OnConflict?
        if let wanted = insert.conflict {
            guard !target.isInsteadOf else {
                throw unsupported("ON CONFLICT on a view with triggers", hint: "Let the trigger decide.", at: insert.table.position)
            }
            conflict = try self.conflict(wanted, target, &write)
        }
        write.actions = [.insert(change, conflict)]
        return Prepared(.rows(write), columns: answer.columns, verb: "INSERT")
    }

    /// The columns an insert names, or all of them.
    func columns(_ written: [Name], _ target: WriteTarget) throws(SQLError) -> [(name: String, column: Column?)] {
        guard !written.isEmpty else {
            return target.columns.map { name in (name, target.places[name].flatMap { target.table.column($0) }) }
        }
        var result: [(name: String, column: Column?)] = []
        for name in written {
            guard target.columns.contains(name.parts[0]) else {
                throw SQLError(
                    "42703", "column \"\(name.parts[0])\" of relation \"\(target.name.name)\" does not exist",
                    position: name.position.byteOffset)
            }
            guard !result.contains(where: { $0.name == name.last }) else {
                throw SQLError("42701", "column \"\(name.last)\" specified more than once", position: name.position.byteOffset)
            }
            result.append((name.last, try target.column(name, .insert)))
        }
        return result
    }

    struct Source {
        var text: SQLText
        var assigned: [RowWrite.Assigned] = []
        /// The columns values were written for.
        var given: [(name: String, column: Column?)] = []
        var isStreamed = false
    }

    private func rows(
        _ source: Insert.Source, _ columns: [(name: String, column: Column?)], isListed: Bool, _ overriding: Insert.Overriding?,
        _ target: WriteTarget
    ) throws(SQLError) -> Source {
        switch source {
        case .defaultValues:
            var translator = template.fresh()
            var made = Source(text: SQLText(""))
            let line = try self.line([], [], overriding, target, &made, in: Scope(), &translator)
            made.text = translator.text("VALUES (0, NULL\(line.map { ", " + $0 }.joined()))")
            made.isStreamed = true
            return made
        case .select(let select):
            if case .values(let rows) = select.body, select.with == nil, select.orderBy.isEmpty, select.limit == nil, select.offset == nil {
                return try values(rows, columns, isListed: isListed, overriding, target)
            }
            return try query(select, columns, isListed: isListed, overriding, target)
        }
    }

    private func values(
        _ rows: [[Expression]], _ columns: [(name: String, column: Column?)], isListed: Bool, _ overriding: Insert.Overriding?,
        _ target: WriteTarget
    ) throws(SQLError) -> Source {
        guard let width = rows.first?.count, rows.allSatisfy({ $0.count == width }) else {
            throw SQLError("42601", "VALUES lists must all be the same length")
        }
        let given = try matched(width, columns, isListed: isListed, target)
        var (translator, scope, prefix) = try begin()
        var made = Source(text: SQLText(""), given: given)
        made.isStreamed = !rows.joined().contains { expression in
            var found = false
            expression.visit(intoSubqueries: false) { if $0.subquery != nil { found = true } }
            return found
        }
        var lines: [String] = []
        for row in rows {
            let line = try self.line(row, given, overriding, target, &made, in: scope, &translator)
            lines.append("(0, NULL\(line.map { ", " + $0 }.joined()))")
        }
        made.text = translator.text(prefix + "VALUES \(lines.joined(separator: ", "))")
        return made
    }

    private func matched(
        _ width: Int, _ columns: [(name: String, column: Column?)], isListed: Bool, _ target: WriteTarget
    ) throws(SQLError) -> [(name: String, column: Column?)] {
        guard width <= columns.count else { throw SQLError("42601", "INSERT has more expressions than target columns") }
        guard !isListed || width == columns.count else { throw SQLError("42601", "INSERT has more target columns than expressions") }
        let given = Array(columns.prefix(width))
        for (name, column) in given where column == nil { _ = try target.column(Name(name), .insert) }
        return given
    }

    /// One row's values: those given and the defaults of all other columns. Which cell holds which column is the same for every row.
    func line(
        _ row: [Expression], _ given: [(name: String, column: Column?)], _ overriding: Insert.Overriding?, _ target: WriteTarget,
        _ made: inout Source, in scope: Scope, _ translator: inout Translator
    ) throws(SQLError) -> [String] {
        var values: [String: String] = [:]
        for (expression, (_, column)) in zip(row, given) {
            guard let column else { continue }
            if case .default = expression.kind { continue }
            if column.identity != nil, overriding == .user { continue }
            try column.requireWritable(overriding)
            guard values[column.name] == nil else { throw Self.assignedTwice(column) }
            values[column.name] = try translator.assign(
                try translator.translate(try translator.gate.rewrite(expression), in: scope), to: column, at: expression.position
            ).sql
        }
        return try complete(values, target, &made, &translator)
    }

    /// Two columns of a view may be one of its table.
    private static func assignedTwice(_ column: Column) -> SQLError {
        SQLError("42601", "multiple assignments to same column \"\(column.name)\"")
    }

    private func complete(
        _ values: [String: String], _ target: WriteTarget, _ made: inout Source, _ translator: inout Translator
    ) throws(SQLError) -> [String] {
        var line: [String] = []
        var assigned: [RowWrite.Assigned] = []
        for (index, column) in target.table.columns.enumerated() where column.generated == nil {
            assigned.append(.init(column: index, cell: RowWrite.firstCell + line.count))
            if let value = values[column.name] {
                line.append(value)
            } else {
                line.append(try translator.standard(column)?.sql ?? "NULL")
            }
        }
        made.assigned = assigned
        return line
    }

    private func query(
        _ select: Select, _ columns: [(name: String, column: Column?)], isListed: Bool, _ overriding: Insert.Overriding?,
        _ target: WriteTarget
    ) throws(SQLError) -> Source {
        var (translator, scope, prefix) = try begin()
        let query = try translator.translate(
            try translator.gate.rewrite(select), in: scope.parent, targets: columns.map { $0.column?.type ?? ColumnType(.text) })
        let given = try matched(query.columns.count, columns, isListed: isListed, target)
        var made = Source(text: SQLText(""), given: given)
        var values: [String: String] = [:]
        for ((_, column), output) in zip(given, query.columns) {
            guard let column, column.identity == nil || overriding != .user else { continue }
            try column.requireWritable(overriding)
            guard values[column.name] == nil else { throw Self.assignedTwice(column) }
            values[column.name] = try translator.assign(output.term, to: column).sql
        }
        let line = try complete(values, target, &made, &translator)
        made.text = translator.text(prefix + "SELECT 0, NULL\(line.map { ", " + $0 }.joined()) FROM (\(query.sql))")
        return made
    }

    // MARK: on conflict

    private func conflict(_ conflict: Conflict, _ target: WriteTarget, _ write: inout RowWrite) throws(SQLError) -> RowWrite.OnConflict {
        let table = target.table
        var elements: [Expression] = []
        var filter: Expression?
        switch conflict.target {
        case .columns(let items, let condition)?:
            for item in items { elements.append(try based(item, target)) }
            if let condition { filter = try based(condition, target) }
            try template.requireUnique(elements, filter, table)
            // What a conflict is told by is read.
            try target.demand(
                .select, (items + [condition].compactMap { $0 }).flatMap { TreeUses($0).columns.map(\.last) }, in: schema, as: role)
        case .constraint(let name)?:
            let key = try table.key(name)
            elements = key.columns.map { .column($0) }
            if target.levels.isEmpty { try target.demand(.select, key.columns, in: schema, as: role) }
        case nil: if table.hasDeferrableKeys { throw Table.deferrableArbiter }
        }
        let nullsAreEqual = table.takesNullsForEqual(elements)
        var text = template.fresh()
        let bare = Scope()
        bare.relations = [
            .init(
                alias: table.name.name, name: table.name,
                columns: text.columns(of: table).map { name, term in .init(name: name, term: term.with { $0.levels = bare.bit }) })
        ]
        var names: [String] = []
        for element in elements {
            let term = try text.translate(element, in: bare)
            if nullsAreEqual {
                // As the index has it: see `Definitions`.
                let none = term.type.storageClass == "TEXT" ? "''" : term.type.storageClass == "BLOB" ? "x''" : "0"
                names += ["(\(term.sql) IS NULL)", "coalesce(\(term.sql), \(none))\(text.collating(term.type))"]
                continue
            }
            names.append(term.sql + (term.source == nil ? text.collating(term.type) : ""))
        }
        var place = names.isEmpty ? "" : " (\(names.joined(separator: ", ")))"
        if let filter { place += " WHERE \(try text.boolean(filter, in: bare, argumentOf: "WHERE").sql)" }
        var result = RowWrite.OnConflict(target: place, targetBindings: text.bindings)
        result.looksFirst = table.hidesKey(of: conflict)
        if result.looksFirst { result.find = try finder(elements, filter, table) }
        guard case .update(let assignments, let condition) = conflict.action else { return result }
        guard !elements.isEmpty else {
            throw SQLError(
                "42601", "ON CONFLICT DO UPDATE requires inference specification or constraint name",
                hint: "For example, ON CONFLICT (column_name).")
        }
        write.events = [.insert, .update]
        result.find = try finder(elements, filter, table)
        let gate = Gate(schema, role: target.role, path: template.path)
        let using = try gate.usingChecks(table, for: .update, ofOldRow: true) + gate.usingChecks(table, for: .select, ofOldRow: true)
        result.judge = try judging(using, table, offset: table.columns.count)
        let assigned = try conflictValues(assignments, target) { text in result.values = text }
        try target.demand(.update, assigned.map(\.name), in: schema, as: role)
        write.assignedColumns = Set(assigned.map(\.column.name))
        if let condition {
            var (translator, scope, prefix) = try begin()
            try fillConflict(scope, target, &translator)
            let term = try translator.boolean(try translator.gate.rewrite(condition), in: scope, argumentOf: "WHERE")
            result.filter = translator.text(prefix + "SELECT \(term.sql)")
        }
        for (index, value) in assigned.enumerated() {
            guard let place = table.columns.firstIndex(where: { $0.name == value.column.name }) else { continue }
            result.update.assigned.append(.init(column: place, cell: index))
        }
        result.update.before = try guards(.update, target, reads: true)
        result.update.after = try checkOptions(target)
        return result
    }

    private func conflictValues(
        _ assignments: [Assignment], _ target: WriteTarget, _ keep: (SQLText) -> Void
    ) throws(SQLError) -> [Assigned] {
        var (translator, scope, prefix) = try begin()
        try fillConflict(scope, target, &translator)
        let assigned = try self.assignments(assignments, target, in: scope, &translator)
        keep(translator.text(prefix + "SELECT \(assigned.isEmpty ? "1" : assigned.map(\.term.sql).joined(separator: ", "))"))
        return assigned
    }

    /// The row in the way under the target's name, and the new one as `excluded`.
    private func fillConflict(_ scope: Scope, _ target: WriteTarget, _ translator: inout Translator) throws(SQLError) {
        let old = try cells(of: target.table, offset: target.table.columns.count, &translator, in: scope, computing: false)
        let new = try cells(of: target.table, offset: 0, &translator, in: scope, computing: true)
        var excluded = try relation(target, base: new, &translator).0
        excluded.alias = "excluded"
        excluded.name = nil
        for index in excluded.columns.indices {
            excluded.columns[index].isHidden = true
            excluded.columns[index].deniedTable = nil
        }
        scope.relations = [try relation(target, base: old, &translator).0, excluded]
    }

    /// The row whose key is the new row's.
    private func finder(_ elements: [Expression], _ filter: Expression?, _ table: Table) throws(SQLError) -> SQLText {
        var translator = template.fresh()
        let alias = translator.freshAlias()
        let scope = Scope()
        let old = Scope.Relation(
            alias: table.name.name, name: table.name, columns: columns(of: table, under: alias, translator, in: scope))
        let new = Scope.Relation(
            alias: table.name.name, name: table.name,
            columns: try cells(of: table, offset: 0, &translator, in: scope, computing: true))
        var conditions: [String] = []
        for element in elements {
            scope.relations = [old]
            let left = try translator.translate(element, in: scope)
            scope.relations = [new]
            let right = try translator.translate(element, in: scope)
            conditions.append("\(left.sql) IS \(right.sql)\(translator.collating(left.type))")
        }
        scope.relations = [old]
        if let filter { conditions.append(try translator.boolean(filter, in: scope, argumentOf: "WHERE").sql) }
        let list = (["\(alias).rowid"] + old.columns.map(\.term.sql)).joined(separator: ", ")
        return translator.text(
            "SELECT \(list) FROM \(StoredName.table(table.name)) AS \(alias) WHERE \(conditions.joined(separator: " AND "))")
    }

    /// An expression over the target's columns, over the table's.
    private func based(_ expression: Expression, _ target: WriteTarget) throws(SQLError) -> Expression {
        guard !target.levels.isEmpty else { return expression }
        return try expression.mapped { (part) throws(SQLError) in
            guard case .column(let name) = part.kind, let place = target.places[name.last] else { return part }
            return Expression(.column(Name([place], at: name.position)), at: part.position)
        }
    }
}

extension Column {
    /// Whether an insert may give it a value.
    func requireWritable(_ overriding: Insert.Overriding?) throws(SQLError) {
        if generated != nil || (identity == .always && overriding != .system) { throw onlyDefault(updating: false) }
    }
}

extension Table {
    /// The key of this name that `on conflict on constraint` means.
    func key(_ name: String) throws(SQLError) -> Key {
        guard let key = ([primaryKey].compactMap { $0 } + uniqueKeys).first(where: { $0.name == name }) else {
            throw SQLError("42704", "constraint \"\(name)\" for table \"\(self.name.name)\" does not exist")
        }
        if key.isDeferrable { throw Self.deferrableArbiter }
        return key
    }

    /// Whether the key or index on these takes two nulls for the same.
    func takesNullsForEqual(_ elements: [Expression]) -> Bool {
        let names = Set(elements.compactMap { if case .column(let name) = $0.kind { name.last } else { nil } })
        if let key = ([primaryKey].compactMap { $0 } + uniqueKeys).first(where: { Set($0.columns) == names }) {
            return key.nullsNotDistinct
        }
        return indexes.contains { index in
            index.nullsNotDistinct
                && Set(index.elements.compactMap { if case .column(let name) = $0.value.kind { name.last } else { nil } }) == names
        }
    }

    static let deferrableArbiter = SQLError(
        "55000", "ON CONFLICT does not support deferrable unique constraints/exclusion constraints as arbiters")
}
