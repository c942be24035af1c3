import OffstageQuery
import OffstageSchema
import OffstageSyntax

extension Translator {
    // MARK: insert

    /// `INSERT INTO t(…) …` of one row whose given values are terms; every other column takes its default.
    ///
    /// Policy checks stand in the source, so that they come before NOT NULL and CHECK as in PostgreSQL. The row is made once, in a
    /// materialised table, wherever a check looks at it: a default may be volatile.
    mutating func insertText(
        into table: Table, _ given: [String: Term], checks: [PolicyCheck], single: Bool
    ) throws(SQLError) -> String {
        var names: [String] = []
        var values: [Term] = []
        for column in table.columns where column.generated == nil {
            var value: Term
            if let known = given[column.name] {
                value = known
            } else if let other = try standard(column) {
                value = other
            } else if isRowID(column, of: table) {
                value = Term("NULL", column.type.type)
            } else {
                continue
            }
            if isRowID(column, of: table) { value = notNull(value, column, table) }
            names.append(StoredName.column(column.name))
            values.append(value)
        }
        let head = "INSERT INTO \(StoredName.table(table.name))" + (names.isEmpty ? "" : "(\(names.joined(separator: ", ")))")
        guard !checks.isEmpty else {
            return names.isEmpty ? head + " DEFAULT VALUES" : head + " VALUES (\(values.map(\.sql).joined(separator: ", ")))"
        }
        let row = freshAlias()
        let scope = Scope()
        var relation = Scope.Relation(alias: table.name.name, name: table.name, columns: [])
        for column in table.columns {
            var term = Term("\(row).\(StoredName.column(column.name))", column.type.type, modifier: column.type.modifier)
            term.levels = scope.bit
            if let generated = column.generated {
                let own = Scope()
                own.relations = [relation]
                term.sql = try coerce(try translate(generated, in: own), to: column.type, .assignment).sql
            } else if !names.contains(StoredName.column(column.name)) {
                term.sql = "NULL"
            }
            relation.columns.append(.init(name: column.name, term: term))
        }
        scope.relations = [relation]
        let guards = try self.guards(checks, table, in: scope)
        let list = zip(values, names).map { "\($0.sql) AS \($1)" }
        let source = names.isEmpty ? "SELECT 1" : "SELECT \(list.joined(separator: ", "))"
        return head
            + " WITH \(row) AS MATERIALIZED (\(source)) SELECT \(names.map { "\(row).\($0)" }.joined(separator: ", ")) FROM \(row) WHERE \(guards)"
    }

    /// A column's default as a term; nil where there is none.
    mutating func standard(_ column: Column) throws(SQLError) -> Term? {
        if let sequence = column.sequence, column.identity != nil || column.defaultValue == nil {
            return nextValue(of: sequence, as: column.type)
        }
        if let sequence = column.sequence, case .call(let call)? = column.defaultValue?.kind, call.function.last == "nextval" {
            return nextValue(of: sequence, as: column.type)
        }
        guard let value = column.defaultValue ?? schema.standard(of: column.type.type) else {
            // A domain may refuse null, which is what the column gets.
            guard case .domain(let domain) = column.type.type else { return nil }
            let term = try constrain(Term("NULL", column.type.type), as: domain)
            return term.sql == "NULL" ? nil : term
        }
        return try coerce(try translate(value, in: Scope()), to: column.type, .assignment, at: value.position)
    }

    /// A request's value for a column, read as the column's type already.
    mutating func payload(_ index: Int, _ column: Column) throws(SQLError) -> Term {
        let term = Term(bind(.payload(index)), column.type.type, modifier: column.type.modifier)
        guard case .domain(let domain) = column.type.type else { return term }
        return try constrain(term, as: domain)
    }

    private func nextValue(of sequence: QualifiedName, as type: ColumnType) -> Term {
        Term("pg_nextval(\(Self.quoted("\(sequence)")))", type.type).with { $0.isVolatile = true }
    }

    /// An integer primary key is SQLite's rowid, which makes up a value for null instead of refusing it.
    func isRowID(_ column: Column, of table: Table) -> Bool { table.rowIDColumn == column.name }

    func notNull(_ value: Term, _ column: Column, _ table: Table) -> Term {
        if value.sql.hasPrefix("pg_nextval(") { return value }
        return Term(
            "pg_notnull(\(value.sql), \(Self.quoted(column.name)), \(Self.quoted(table.name.name)))", value.type, modifier: value.modifier,
            from: [value])
    }

    /// `pg_guard(…)` for each check: raises 42501 unless true. One after another, so that the first one broken speaks: SQLite may evaluate
    /// the parts of an AND in any order.
    mutating func guards(
        _ checks: [PolicyCheck], _ table: Table, in scope: Scope, saying message: ((PolicyCheck) -> String)? = nil
    ) throws(SQLError) -> String {
        var parts: [String] = []
        var seen: Set<PolicyCheck> = []
        for check in checks where seen.insert(check).inserted {
            let condition = try boolean(check.condition, in: scope, argumentOf: "POLICY")
            let words = message?(check) ?? check.message(table.name.name)
            parts.append("pg_guard(\(condition.sql), \(Self.quoted(words)))")
        }
        return Self.inOrder(parts)
    }

    static func inOrder(_ conditions: [String]) -> String {
        guard let last = conditions.last else { return "1" }
        return conditions.dropLast().reversed().reduce(last) { "CASE WHEN \($1) THEN \($0) END" }
    }

    /// `ON CONFLICT …` of an upsert.
    mutating func conflictText(_ plan: ConflictPlan, in table: Table) throws(SQLError) -> String {
        let target = plan.columns.map { StoredName.column($0) }.joined(separator: ", ")
        guard let merges = plan.merges else {
            return plan.columns.isEmpty ? " ON CONFLICT DO NOTHING" : " ON CONFLICT (\(target)) DO NOTHING"
        }
        // Nothing to change but the key: touch the key, so that the row counts as merged.
        let changed = merges.isEmpty ? plan.columns : merges
        let old = Scope()
        let new = Scope()
        var oldRow = Scope.Relation(alias: table.name.name, name: table.name, columns: [])
        var newRow = oldRow
        for column in table.columns {
            let stored = StoredName.column(column.name)
            // Inside DO UPDATE the row that is there goes by the table's stored name.
            var term = Term("\(StoredName.table(table.name)).\(stored)", column.type.type, modifier: column.type.modifier)
            term.levels = 1
            oldRow.columns.append(.init(name: column.name, term: term))
            if changed.contains(column.name) { term.sql = "excluded.\(stored)" }
            newRow.columns.append(.init(name: column.name, term: term))
        }
        old.relations = [oldRow]
        new.relations = [newRow]
        let set = changed.map { "\(StoredName.column($0)) = excluded.\(StoredName.column($0))" }
        let usingGuards = try guards(plan.usingChecks, table, in: old)
        let newGuards = try guards(plan.updateChecks, table, in: new)
        // The row's number as it is, and as it will be.
        let number = "\(StoredName.table(table.name)).rowid"
        let key = table.rowIDColumn.flatMap { changed.contains($0) ? $0 : nil }
        let future = key.map { "excluded.\(StoredName.column($0))" } ?? number
        let conditions = Self.inOrder([usingGuards, newGuards, "pg_merged(\(number), \(future))"])
        return " ON CONFLICT (\(target)) DO UPDATE SET \(set.joined(separator: ", ")) WHERE \(conditions)"
    }

    // MARK: update and delete

    /// The rows a write is about: the table's alias in the text, and which rows.
    mutating func target(
        _ source: SecuredTable, where filter: Expression?, in table: Table
    ) throws(SQLError) -> (alias: String, condition: Term?, scope: Scope) {
        let scope = Scope()
        var sources = Sources()
        _ = try translate(.secured(source), in: scope, into: &sources)
        let condition = try condition(filter, sources: &sources, in: scope)
        return (scope.relations[0].sqlAlias, condition, scope)
    }

    mutating func updateText(
        _ source: SecuredTable, set assignments: [(String, Term)], where filter: Expression?, checks: [PolicyCheck], in table: Table
    ) throws(SQLError) -> String {
        let (alias, condition, scope) = try target(source, where: filter, in: table)
        var set: [String] = []
        for (name, value) in assignments {
            guard let column = table.column(name) else { continue }
            let term = isRowID(column, of: table) ? notNull(value, column, table) : value
            set.append("\(StoredName.column(name)) = \(term.sql)")
        }
        set += table.openRules(besides: assignments.map(\.0))
        // Nothing to set is still a statement that finds its rows.
        if set.isEmpty { set = ["rowid = rowid"] }
        var parts = condition.map { [$0.sql] } ?? []
        if !checks.isEmpty {
            let new = Scope()
            var relation = scope.relations[0]
            relation.alias = table.name.name
            relation.name = table.name
            for index in relation.columns.indices {
                if let value = assignments.first(where: { $0.0 == relation.columns[index].name })?.1 {
                    relation.columns[index].term.sql = value.sql
                } else if let generated = table.columns[index].generated {
                    let own = Scope()
                    own.relations = [relation]
                    relation.columns[index].term.sql = try coerce(
                        try translate(generated, in: own), to: table.columns[index].type, .assignment
                    ).sql
                }
            }
            new.relations = [relation]
            let guards = try self.guards(checks, table, in: new)
            // Only rows that are really written are judged: SQLite may evaluate the parts of an AND in any order.
            parts.append(condition.map { "CASE WHEN \($0.sql) THEN \(guards) END" } ?? guards)
        }
        return "UPDATE \(StoredName.table(table.name)) AS \(alias) SET \(set.joined(separator: ", "))"
            + (parts.isEmpty ? "" : " WHERE \(parts.joined(separator: " AND "))")
    }
}

extension Column {
    /// A value was given for a column that makes its own.
    func onlyDefault(updating: Bool) -> SQLError {
        let isGenerated = generated != nil
        return SQLError(
            "428C9",
            updating ? "column \"\(name)\" can only be updated to DEFAULT" : "cannot insert a non-DEFAULT value into column \"\(name)\"",
            details: isGenerated
                ? "Column \"\(name)\" is a generated column." : "Column \"\(name)\" is an identity column defined as GENERATED ALWAYS.",
            hint: isGenerated || updating ? nil : "Use OVERRIDING SYSTEM VALUE to override.")
    }
}

extension Table {
    /// The column that is SQLite's rowid: a primary key of one integer column.
    package var rowIDColumn: String? {
        guard let key = primaryKey, key.columns.count == 1, !key.isDeferrable, let column = column(key.columns[0]), column.generated == nil
        else { return nil }
        switch column.type.type {
        case .smallint, .integer, .bigint: return column.name
        default: return nil
        }
    }
}

extension Table {
    /// `"a" = "a"` for each column of the checks that rows may break, having been there before: SQLite looks only at checks of columns that an
    /// update sets.
    func openRules(besides assigned: [String]) -> [String] {
        let names = checks.filter(\.isNotValid).flatMap { TreeUses($0.condition).columns.map(\.last) }
        return columns.filter { $0.generated == nil && names.contains($0.name) && !assigned.contains($0.name) }.map {
            "\(StoredName.column($0.name)) = \(StoredName.column($0.name))"
        }
    }
}
