package import OffstageSchema
import OffstageSyntax

extension Planner {
    /// POST: an insert or an upsert.
    mutating func insert(_ payload: PayloadShape?) throws(PlanError) -> InsertPlan {
        let table = try writable()
        let payload = payload ?? PayloadShape(columns: [], patterns: [], rowCount: 0)
        let columns = try self.columns(payload.columns, of: table)
        try demand(.insert, columns, of: table)
        let conflict = try self.conflict(table, columns)
        let answer = try self.answer(of: table, reads: conflict != nil)
        return try insert(table, payload, columns, conflict, answer)
    }

    private mutating func insert(
        _ table: Table, _ payload: PayloadShape, _ columns: [Column], _ conflict: ConflictPlan?, _ answer: AnswerPlan
    ) throws(PlanError) -> InsertPlan {
        var checks = try asDatabase { () throws(SQLError) in try gate.checks(table, for: .insert) }
        // What is read back must be readable; a conflict target makes a read of any upsert that names one.
        let tellsWhere = request.preferences.return == .headersOnly && answer.locationKey != nil
        if answer.representation != nil || tellsWhere || !(conflict?.columns.isEmpty ?? true) { checks += try readable(table) }
        let missing = request.preferences.missing == .default
        let variants = payload.patterns.map { given in given.map { missing && !$0 } }
        return InsertPlan(
            table: table, columns: columns, givesText: request.contentType.givesText,
            variants: variants.isEmpty ? [columns.map { _ in false }] : variants, checks: checks,
            conflict: conflict, answer: answer)
    }

    /// PUT: one row, by its whole key.
    mutating func replace(_ payload: PayloadShape?) throws(PlanError) -> InsertPlan {
        let table = try writable()
        let key = table.primaryKey?.columns ?? []
        let named = request.filters.compactMap { filter -> String? in
            guard filter.path.isEmpty, case .filter(let test) = filter.value, test.operator == .eq, !test.isNegated, test.quantifier == nil,
                test.field.jsonPath.isEmpty
            else { return nil }
            return test.field.column
        }
        guard !key.isEmpty, request.filters.count == key.count, Set(named) == Set(key) else {
            throw PlanError("PGRST105", "Filters must include all and only primary key columns with 'eq' operators")
        }
        let payload = payload ?? PayloadShape(columns: [], patterns: [], rowCount: 0)
        let columns = try self.columns(payload.columns, of: table)
        guard payload.rowCount == 1, key.allSatisfy({ name in columns.contains { $0.name == name } }) else {
            throw PlanError("PGRST115", "Payload values do not match URL in primary key column(s)")
        }
        try demand(.insert, columns, of: table)
        let answer = try self.answer(of: table, reads: true)
        return try insert(table, payload, columns, try merge(table, columns, key), answer)
    }

    mutating func update(_ payload: PayloadShape?) throws(PlanError) -> UpdatePlan {
        let table = try writable()
        let columns = try self.columns(payload?.columns ?? [], of: table)
        try demand(.update, columns, of: table)
        let answer = try self.answer(of: table, reads: false)
        let alias = freshAlias(table.name.name)
        var target = ReadPlan(
            table.name, as: alias, source: .secured(SecuredTable(Name(table.name.schema, table.name.name), as: Alias(alias), policy: nil)))
        target.fields = answer.representation?.fields ?? []
        let filter = try filters(for: target, path: [])
        // A row that is looked at, by a filter or to be shown, must be one the caller may see: before and after.
        let reads = filter != nil || answer.representation != nil
        let visible = try rows(table, for: .update, reads: reads)
        var checks = try asDatabase { () throws(SQLError) in try gate.checks(table, for: .update) }
        if reads { checks += try readable(table) }
        return UpdatePlan(
            table: table, alias: alias, source: SecuredTable(Name(table.name.schema, table.name.name), as: Alias(alias), policy: visible),
            columns: columns, givesText: request.contentType.givesText, filter: filter, checks: checks, answer: answer)
    }

    mutating func delete() throws(PlanError) -> DeletePlan {
        let table = try writable()
        try demand(.delete, [], of: table)
        let answer = try self.answer(of: table, reads: false)
        let alias = freshAlias(table.name.name)
        var target = ReadPlan(
            table.name, as: alias, source: .secured(SecuredTable(Name(table.name.schema, table.name.name), as: Alias(alias), policy: nil)))
        target.fields = answer.representation?.fields ?? []
        let filter = try filters(for: target, path: [])
        let visible = try rows(table, for: .delete, reads: filter != nil || answer.representation != nil)
        return DeletePlan(
            table: table, alias: alias, source: SecuredTable(Name(table.name.schema, table.name.name), as: Alias(alias), policy: visible),
            filter: filter, answer: answer)
    }

    // MARK: Parts

    private func writable() throws(PlanError) -> Table {
        if let table = schema.tables[relation] {
            if table.materialized != nil { throw PlanError("42809", "cannot change materialized view \"\(relation.name)\"") }
            return table
        }
        guard let view = schema.views[relation] else { throw PlanError("42P01", "relation \"\(relation)\" does not exist") }
        return Table(showing: view, in: schema)
    }

    /// The payload's columns.
    private func columns(_ names: [String], of table: Table) throws(PlanError) -> [Column] {
        var columns: [Column] = []
        for name in names {
            guard let column = table.column(name) else {
                throw PlanError("PGRST204", "Could not find the '\(name)' column of '\(table.name.name)' in the schema cache")
            }
            columns.append(column)
        }
        return columns
    }

    private func demand(_ privilege: Privilege, _ columns: [Column], of table: Table) throws(PlanError) {
        if schema.allows(role, privilege, on: table.name) { return }
        // A row of defaults names no column: PostgreSQL is content with a grant on any.
        if privilege == .insert, columns.isEmpty, schema.allowsAny(role, .insert, of: table.name) { return }
        guard privilege != .delete, !columns.isEmpty,
            columns.allSatisfy({ schema.allows(role, privilege, column: $0.name, of: table.name) })
        else { throw denied(table.name) }
    }

    private func rows(_ table: Table, for command: CreatePolicy.Command, reads: Bool) throws(PlanError) -> Expression? {
        try asDatabase { () throws(SQLError) in
            let own = try gate.using(table, for: command)
            let seen = reads ? try gate.using(table, for: .select) : nil
            return Expression.all([own, seen].compactMap { $0 })
        }
    }

    /// The new row must be one the caller may see.
    private func readable(_ table: Table) throws(PlanError) -> [PolicyCheck] {
        try asDatabase { () throws(SQLError) in try gate.usingChecks(table, for: .select, ofOldRow: false) }
    }

    private func conflict(_ table: Table, _ columns: [Column]) throws(PlanError) -> ConflictPlan? {
        guard let resolution = request.preferences.resolution else { return nil }
        let target = request.onConflict ?? table.primaryKey?.columns ?? []
        for name in target where table.column(name) == nil {
            throw PlanError("42703", "column \"\(name)\" does not exist")
        }
        guard !target.isEmpty else {
            return resolution == .ignoreDuplicates ? ConflictPlan(columns: [], merges: nil, usingChecks: [], updateChecks: []) : nil
        }
        for name in target where !schema.allows(role, .select, column: name, of: table.name) { throw denied(table.name) }
        guard schema.views[table.name] != nil || table.hasUniqueKey(target) else {
            throw PlanError("42P10", "there is no unique or exclusion constraint matching the ON CONFLICT specification")
        }
        if resolution == .ignoreDuplicates { return ConflictPlan(columns: target, merges: nil, usingChecks: [], updateChecks: []) }
        return try merge(table, columns, target)
    }

    private func merge(_ table: Table, _ columns: [Column], _ target: [String]) throws(PlanError) -> ConflictPlan {
        try demand(.update, columns, of: table)
        return try asDatabase { () throws(SQLError) in
            let using = try gate.usingChecks(table, for: .update, ofOldRow: true) + gate.usingChecks(table, for: .select, ofOldRow: true)
            var checks = try gate.checks(table, for: .update)
            checks += try gate.usingChecks(table, for: .select, ofOldRow: false)
            return ConflictPlan(columns: target, merges: columns.map(\.name), usingChecks: using, updateChecks: checks)
        }
    }

    private mutating func answer(of table: Table, reads: Bool) throws(PlanError) -> AnswerPlan {
        let wanted = request.preferences.return
        var answer = AnswerPlan()
        answer.counts = true
        if wanted == .representation {
            var read = try node(table.name, named: table.name.name, select: request.select, path: [])
            try checkPaths(read)
            // The filters chose the rows to write; what was written is shown whatever it became.
            read.filter = Expression.all(read.embeds.filter { $0.isInner && !$0.isJoined }.map { exists($0, from: read) })
            read.maxRows = nil
            answer.representation = read
            aliases.remove(read.alias)
        }
        if request.tellsKeys || wanted == .headersOnly && request.method == .post { answer.locationKey = table.primaryKey?.columns }
        // `Location` is read from the row.
        if wanted == .headersOnly, let key = answer.locationKey {
            try demand(.select, table.columns.filter { key.contains($0.name) }, of: table)
        }
        return answer
    }
}

extension Table {
    /// A view as if it were a table: its columns, and its table's key where the view shows all of it.
    package init(showing view: View, in schema: Schema) {
        self.init(view.name, columns: view.columns.map { Column($0.name, $0.type) })
        owner = view.owner
        for source in Set(view.columns.compactMap { $0.source?.table }).sorted() {
            guard let key = schema.tables[source]?.primaryKey else { continue }
            let names = key.columns.compactMap { name in view.columns.first { $0.source == ColumnSource(source, name) }?.name }
            guard names.count == key.columns.count else { continue }
            primaryKey = Key(key.name, names)
            return
        }
    }

    /// Whether a key or a plain unique index is on exactly these columns.
    func hasUniqueKey(_ names: [String]) -> Bool {
        let wanted = Set(names)
        if primaryKey.map({ Set($0.columns) }) == wanted { return true }
        if uniqueKeys.contains(where: { Set($0.columns) == wanted && !$0.isDeferrable }) { return true }
        return indexes.contains { index in
            index.isUnique && index.filter == nil
                && Set(index.elements.compactMap { if case .column(let name) = $0.value.kind { name.last } else { nil } }) == wanted
                && index.elements.count == wanted.count
        }
    }
}
