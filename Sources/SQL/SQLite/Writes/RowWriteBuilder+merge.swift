import OffstageQuery
import OffstageSchema
import OffstageSyntax

extension RowWriteBuilder {
    /// `merge`: the source joined to the target's rows, and for each pair the first `when` that holds.
    func merge(_ merge: Merge) throws(SQLError) -> Prepared {
        let target = try mergeTarget(merge)
        try requireReachable(merge.whens)
        var (translator, scope, prefix) = try begin()
        var sources = Sources()
        let source = try translator.translate(try translator.gate.rewrite(merge.source), in: scope, into: &sources)
        let sourceRelations = scope.relations
        if sourceRelations.contains(where: { $0.alias == target.alias }) {
            throw SQLError(
                "42712", "name \"\(target.alias)\" specified more than once",
                details: "The name is used both as MERGE target table and data source.", position: target.position.byteOffset)
        }
        // The target's rows that the caller may see, with their rowid.
        let (rows, alias) = try visibleRows(target, &translator)
        var relation = Scope.Relation(
            alias: target.alias, name: target.alias == target.name.name ? target.name : nil,
            columns: columns(of: target.table, under: alias, translator, in: scope))
        for index in relation.columns.indices {
            relation.columns[index].term.isNotNull = false
            if target.hidden.contains(relation.columns[index].name) { relation.columns[index].deniedTable = target.name.name }
        }
        scope.relations.append(relation)
        let on = try translator.boolean(try translator.gate.rewrite(merge.condition), in: scope, argumentOf: "JOIN/ON")
        let keepsUnmatched = merge.whens.contains { !$0.isMatched }

        let lone = Scope(parent: scope.parent)
        lone.relations = sourceRelations
        var write = RowWrite(target.table.name, columns: target.table.viewColumns, find: [], actions: [], events: [])
        write.isMerge = true
        write.oldCells = RowWrite.firstCell
        var cases: [Bool: [String]] = [:]
        var pending: [(number: Int, values: [Term])] = []
        for (number, when) in merge.whens.enumerated() {
            let own = when.isMatched ? scope : lone
            var test = "1"
            if let condition = when.condition {
                test = try hinting(target, !when.isMatched) { () throws(SQLError) in
                    try translator.boolean(try translator.gate.rewrite(condition), in: own, argumentOf: "MERGE WHEN AND").sql
                }
            }
            cases[when.isMatched, default: []].append("WHEN \(test) THEN \(number)")
            let values = try hinting(target, !when.isMatched) { () throws(SQLError) in
                try action(when, number, target, in: own, after: pending.reduce(0) { $0 + $1.values.count }, &translator, &write)
            }
            pending.append((number, values))
        }
        func choice(_ isMatched: Bool) -> String { cases[isMatched].map { "CASE \($0.joined(separator: " ")) ELSE -1 END" } ?? "-1" }
        let choice = "CASE WHEN \(alias).rowid IS NOT NULL THEN \(choice(true)) ELSE \(choice(false)) END"
        var list = [choice, "\(alias).rowid"] + relation.columns.map(\.term.sql)
        for (number, values) in pending { list += values.map { "CASE WHEN (\(choice)) = \(number) THEN \($0.sql) END" } }
        let barrier = sources.hidesRows ? " LIMIT -1" : ""
        let policies = Translator.all(sources.policies + sources.conditions)
        // What the source hides is hidden before anything is asked of it.
        var left = source.replacing(Translator.barrier, with: barrier)
        var condition = on.sql
        if let policies {
            if keepsUnmatched {
                condition = "CASE WHEN \(policies.sql) THEN \(on.sql) END"
            } else {
                condition = "\(policies.sql) AND CASE WHEN \(policies.sql) THEN \(on.sql) END"
            }
        }
        if left.contains(" JOIN ") { left = "(\(left))" }
        var sql =
            prefix + "SELECT \(list.joined(separator: ", ")) FROM \(left) \(keepsUnmatched ? "LEFT JOIN" : "JOIN") \(rows) ON \(condition)"
        if let policies, keepsUnmatched { sql += " WHERE \(policies.sql)" }
        write.find = [translator.text(sql)]
        return Prepared(.rows(write), columns: [], verb: "MERGE")
    }

    private func mergeTarget(_ merge: Merge) throws(SQLError) -> WriteTarget {
        let name = try schema.resolveRelation(merge.table, path: template.path)
        guard schema.views[name] == nil else {
            throw SQLError(
                "0A000", "cannot execute MERGE on relation \"\(name.name)\"", details: "This operation is not supported for views.",
                position: merge.table.position.byteOffset)
        }
        return try WriteTarget(merge.table, as: merge.alias, .update, in: schema, as: role, path: template.path)
    }

    private func requireReachable(_ whens: [Merge.When]) throws(SQLError) {
        var ended: Set<Bool> = []
        for when in whens {
            if ended.contains(when.isMatched) {
                throw SQLError("42601", "unreachable WHEN clause specified after unconditional WHEN clause")
            }
            if when.condition == nil { ended.insert(when.isMatched) }
        }
    }

    /// What is not matched has no row of the target to look at.
    private func hinting<T>(_ target: WriteTarget, _ isUnmatched: Bool, _ body: () throws(SQLError) -> T) throws(SQLError) -> T {
        do throws(SQLError) {
            return try body()
        } catch {
            guard isUnmatched, error.code == "42P01", error.message.hasSuffix("entry for table \"\(target.alias)\"") else { throw error }
            var copy = error
            copy.message = "invalid reference to FROM-clause entry for table \"\(target.alias)\""
            copy.hint = "There is an entry for table \"\(target.alias)\", but it cannot be referenced from this part of the query."
            throw copy
        }
    }

    private func visibleRows(_ target: WriteTarget, _ translator: inout Translator) throws(SQLError) -> (sql: String, alias: String) {
        let alias = translator.freshAlias()
        let gate = Gate(schema, role: target.role, path: template.path)
        let stored = StoredName.table(target.table.name)
        guard let policy = try gate.using(target.table, for: .select) else { return ("\(stored) AS \(alias)", alias) }
        let inner = translator.freshAlias()
        let own = Scope()
        own.relations = [
            .init(
                alias: target.table.name.name, name: target.table.name,
                columns: columns(of: target.table, under: inner, translator, in: own))
        ]
        let term = try translator.boolean(policy, in: own, argumentOf: "POLICY")
        let list = ["\(inner).rowid AS rowid"] + target.table.columns.map { "\(inner).\(StoredName.column($0.name))" }
        return ("(SELECT \(list.joined(separator: ", ")) FROM \(stored) AS \(inner) WHERE \(term.sql) LIMIT -1) AS \(alias)", alias)
    }

    /// Adds the `when`'s action to `write`, and gives the values it needs from `find`.
    private func action(
        _ when: Merge.When, _ number: Int, _ target: WriteTarget, in scope: Scope, after count: Int, _ translator: inout Translator,
        _ write: inout RowWrite
    ) throws(SQLError) -> [Term] {
        let table = target.table
        let gate = Gate(schema, role: target.role, path: template.path)
        let first = RowWrite.firstCell + table.columns.count + count
        func judge(_ event: RowWrite.Event) throws(SQLError) -> SQLText? {
            let checks = try gate.usingChecks(table, for: event.command, ofOldRow: true)
            return try judging(checks, table, offset: table.columns.count) { check in
                "target row violates row-level security policy \(check.policy.map { "\"\($0)\" " } ?? "")(USING expression) for table \"\(table.name.name)\""
            }
        }
        switch when.action {
        case .nothing:
            write.actions.append(.nothing)
            return []
        case .delete:
            try target.demand(.delete, [], in: schema, as: role)
            write.actions.append(.delete(before: try judge(.delete)))
            write.events.append(.delete)
            return []
        case .update(let assignments):
            let assigned = try self.assignments(assignments, target, in: scope, &translator)
            try target.demand(.update, assigned.map(\.name), in: schema, as: role)
            var change = RowWrite.Change(assigned: [])
            for (index, value) in assigned.enumerated() {
                guard let place = table.columns.firstIndex(where: { $0.name == value.column.name }) else { continue }
                change.assigned.append(.init(column: place, cell: first + index))
            }
            change.judge = try judge(.update)
            change.before = try guards(.update, target, reads: true)
            write.assignedColumns.formUnion(assigned.map(\.column.name))
            write.actions.append(.update(change))
            write.events.append(.update)
            return assigned.map(\.term)
        case .insert(let names, let values, let overriding):
            let columns = try self.columns(names, target)
            var given: [(name: String, column: Column?)] = []
            if let values {
                guard values.count <= columns.count else {
                    throw SQLError("42601", "INSERT has more expressions than target columns", position: values.last?.position.byteOffset)
                }
                guard names.isEmpty || values.count == columns.count else {
                    throw SQLError("42601", "INSERT has more target columns than expressions")
                }
                given = Array(columns.prefix(values.count))
            }
            try target.demand(.insert, given.map(\.name), in: schema, as: role)
            var made = Source(text: SQLText(""))
            let line = try self.line(values ?? [], given, overriding, target, &made, in: scope, &translator)
            var change = RowWrite.Change(
                assigned: made.assigned.map { .init(column: $0.column, cell: first + $0.cell - RowWrite.firstCell) })
            change.before = try guards(.insert, target, reads: false)
            write.actions.append(.insert(change, nil))
            write.events.append(.insert)
            return zip(line, made.assigned).map { Term($0, table.columns[$1.column].type.type) }
        }
    }
}
