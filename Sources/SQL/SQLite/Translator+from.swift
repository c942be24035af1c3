import OffstageSchema
import OffstageSyntax

/// What translating a `from` gathers for the `where`.
struct Sources {
    /// Of the secured tables on the inner side of every join.
    var policies: [Term] = []
    /// `on` conditions of inner joins.
    var conditions: [Term] = []
    /// Some row of some table may be hidden from the caller.
    var hidesRows = false
    var levels: UInt64 = 0
    /// Some term could tell of hidden rows: subqueries that hide rows must be worked out before it.
    var needsBarrier = false
    /// Of the subqueries: see `TranslatedSelect.hasOnce`.
    var hasOnce = false
}

extension Translator {
    /// Stands behind a subquery that hides rows, until it is known whether a term of the query around could tell of them.
    static let barrier = "/*barrier*/"

    /// A column that is not null where a join found a row.
    static let presence = "\"~row\""

    mutating func translate(
        _ item: FromItem, in scope: Scope, into sources: inout Sources, nullable: Bool = false
    ) throws(SQLError) -> String {
        let first = scope.relations.count
        // What was there before the `from`: the table a statement writes to.
        if scope.items.isEmpty, first > 0 { scope.items = [Scope.visible(scope.relations[...])] }
        let count = scope.items.count
        let text = try translate(bare: item, in: scope, into: &sources, nullable: nullable)
        if scope.items.count == count { scope.items.append(Scope.visible(scope.relations[min(first, scope.relations.count)...])) }
        scope.covered = scope.relations.count
        return text
    }

    private mutating func translate(
        bare item: FromItem, in scope: Scope, into sources: inout Sources, nullable: Bool
    ) throws(SQLError) -> String {
        switch item {
        case .table(let name, let alias):
            if name.parts.count == 1, scope.commonTable(name.last) == nil, let rows = rowSets[name.last] {
                return try translate(rows, as: alias ?? Alias(name.last), in: scope, nullable: nullable)
            }
            guard name.parts.count == 1, let common = scope.commonTable(name.last) else {
                throw SQLError(
                    "42P01", "relation \"\(name.parts.joined(separator: "."))\" does not exist", position: name.position.byteOffset)
            }
            let sqlAlias = freshAlias()
            sources.hidesRows = sources.hidesRows || common.hidesRows
            try add(
                alias, name.last, nil, common.columns.map { ($0.name, $0.term) }, sqlAlias, nullable, keepingDoubt: common.hasGuard,
                to: scope)
            if nullable, let last = scope.relations.indices.last, scope.bareNames.contains(scope.relations[last].alias) {
                scope.relations[last].presence = "\(sqlAlias).\(Self.presence)"
                return "(SELECT *, 1 AS \(Self.presence) FROM \(common.sql)\(common.hasGuard ? Self.barrier : "")) AS \(sqlAlias)"
            }
            guard common.hasGuard else { return "\(common.sql) AS \(sqlAlias)" }
            if nullable { return "(SELECT * FROM \(common.sql)\(Self.barrier)) AS \(sqlAlias)" }
            sources.policies.append(guardTerm(sqlAlias, in: scope))
            return "\(common.sql) AS \(sqlAlias)"
        case .secured(let secured): return try translate(secured, in: scope, into: &sources, nullable: nullable)
        case .select(let select, let alias, lateral: true) where !scope.relations.isEmpty:
            return try translate(lateral: select, as: alias, in: scope, into: &sources, nullable: nullable)
        case .select(let select, let alias, _):
            // Where a join may leave the row out there is no guard to read.
            let query = try translate(select, in: scope.around(lateral: false), guarded: !nullable)
            sources.levels |= query.outerLevels
            sources.hidesRows = sources.hidesRows || query.hidesRows
            let sqlAlias = freshAlias()
            try add(
                alias, nil, nil, query.columns.map { ($0.name, $0.term) }, sqlAlias, nullable, keepingDoubt: query.hidesRows,
                row: alias?.row.map { QualifiedName($0.parts.first ?? "", $0.last) }, presence: "\(sqlAlias).\(Self.presence)", to: scope)
            let isBare = nullable && scope.bareNames.contains(alias?.name ?? "")
            if query.hasGuard { sources.policies.append(guardTerm(sqlAlias, in: scope)) }
            // A limit of its own is a barrier already.
            let mayMix = query.hidesRows && !query.hasGuard && select.limit == nil && select.offset == nil
            var text = query.sql
            sources.hasOnce = sources.hasOnce || query.hasOnce
            if query.columns.contains(where: { $0.term.isVolatile }) || (nullable && query.hasOnce) {
                // Taken into the query around it, such a column would be worked out wherever it is named; and what is worked out once,
                // while a join has no row for it, would be null for all the others (SQLite 3.40).
                let kept = freshAlias()
                text = "WITH \(kept) AS MATERIALIZED (\(text)) SELECT * FROM \(kept)"
            }
            if isBare { return "(SELECT *, 1 AS \(Self.presence) FROM (\(text))\(mayMix ? Self.barrier : "")) AS \(sqlAlias)" }
            return "(\(text)\(mayMix ? Self.barrier : "")) AS \(sqlAlias)"
        case .call(let source): return try translate(source, in: scope, into: &sources, nullable: nullable)
        case .join(let kind, let left, let right, let condition, let alias):
            return try join(kind, left, right, condition, as: alias, in: scope, into: &sources, nullable: nullable)
        }
    }

    /// A set of rows kept in memory, as a table.
    private mutating func translate(
        _ rows: RowSetSource, as alias: Alias, in scope: Scope, nullable: Bool
    ) throws(SQLError) -> String {
        guard !rows.columns.isEmpty else {
            throw SQLError("0A000", "WITH query \"\(alias.name)\" does not have a RETURNING clause")
        }
        let sqlAlias = freshAlias()
        let slot = bind(.rowSet(rows.number))
        var columns: [(String, Term)] = []
        var list: [String] = []
        for (index, column) in rows.columns.enumerated() {
            columns.append((column.name, Term("c\(index + 1)", column.type.type, modifier: column.type.modifier)))
            list.append("pg_cell(\(slot), value, \(index)) AS c\(index + 1)")
        }
        try add(alias, nil, nil, columns, sqlAlias, nullable, to: scope)
        return "(SELECT \(list.joined(separator: ", ")) FROM \(Self.rowNumbers(slot))) AS \(sqlAlias)"
    }

    /// The table as it was before the statement, where a part of its WITH has written to it since: the rows kept, under the names that
    /// the table's own have.
    private mutating func before(_ table: Table) -> String? {
        guard let number = snapshots[table.name] else { return nil }
        let slot = bind(.rowSet(number))
        let names = ["rowid"] + table.columns.map { StoredName.column($0.name) }
        let list = names.enumerated().map { "pg_cell(\(slot), value, \($0)) AS \($1)" }.joined(separator: ", ")
        return "(SELECT \(list) FROM \(Self.rowNumbers(slot)))"
    }

    /// The numbers of a set's rows, as a table with the column `value`.
    static func rowNumbers(_ slot: String) -> String { "pg_generate_series(0, pg_row_count(\(slot)) - 1, 1, 'bigint')" }

    /// A subquery that reads its neighbours. SQLite lets only table-valued functions do that: its rows are packed into one value and
    /// unpacked again beside them. Nothing of the query around can be moved into it, so it needs no barrier.
    private mutating func translate(
        lateral select: Select, as alias: Alias?, in scope: Scope, into sources: inout Sources, nullable: Bool
    ) throws(SQLError) -> String {
        let query = try translate(select, in: scope.around(lateral: true))
        guard query.outerLevels & scope.bit != 0 else {
            return try translate(.select(select, alias, lateral: false), in: scope, into: &sources, nullable: nullable)
        }
        sources.levels |= query.outerLevels
        sources.hidesRows = sources.hidesRows || query.hidesRows
        let sqlAlias = freshAlias()
        let list = query.columns.indices.map { "c\($0 + 1)" }
        let value = guarded(try packed(list, "(\(query.sql))"), isSafe: query.isSafe, sources)
        try add(
            alias, nil, nil, query.columns.map { ($0.name, $0.term) }, sqlAlias, nullable,
            row: alias?.row.map { QualifiedName($0.parts.first ?? "", $0.last) }, presence: "\(sqlAlias).ordinal", to: scope)
        return "pg_rows(\(value)) AS \(sqlAlias)"
    }

    /// The rows of a source as one value, for `pg_rows`.
    func packed(_ columns: [String], _ source: String) throws(SQLError) -> String {
        guard columns.count <= 120 else {
            throw unsupported("more than 120 columns of a lateral subquery", hint: "Name the columns that are needed.")
        }
        return "(SELECT pg_rows_agg(\(columns.isEmpty ? "1" : columns.joined(separator: ", "))) FROM \(source))"
    }

    /// What reads the neighbours and may raise is worked out only for rows that their policies show.
    func guarded(_ value: String, isSafe: Bool, _ sources: Sources) -> String {
        guard !isSafe, sources.hidesRows, let policy = Self.all(sources.policies) else { return value }
        return "CASE WHEN \(policy.sql) THEN \(value) END"
    }

    private func guardTerm(_ sqlAlias: String, in scope: Scope) -> Term {
        Term("\(sqlAlias).g", .boolean).with { $0.levels = scope.bit }
    }

    /// Brings a relation's columns into scope under its alias.
    ///
    /// - Parameter keepingDoubt: a column that a subquery computes may be worked out by SQLite where it is used, before the policies in
    ///   that
    ///   subquery: it stays as unsafe as what it is made of.
    func add(
        _ alias: Alias?, _ ownName: String?, _ qualified: QualifiedName?, _ columns: [(String, Term)], _ sqlAlias: String, _ nullable: Bool,
        keepingDoubt: Bool = false, row: QualifiedName? = nil, presence: String? = nil, isQualified: Bool = false,
        to scope: Scope
    ) throws(SQLError) {
        let name = alias?.name ?? ownName ?? ""
        guard name.isEmpty || !scope.relations.contains(where: { $0.alias == name }) else {
            throw SQLError("42712", "table name \"\(name)\" specified more than once")
        }
        if let names = alias?.columns, names.count > columns.count {
            throw SQLError("42P10", "table \"\(name)\" has \(columns.count) columns available but \(names.count) columns specified")
        }
        var relation = Scope.Relation(alias: name, name: alias == nil ? qualified : nil, columns: [], sqlAlias: sqlAlias)
        relation.row = row
        relation.presence = nullable ? presence : nil
        for (index, (columnName, term)) in columns.enumerated() {
            var term = term
            if !isQualified { term.sql = "\(sqlAlias).\(term.sql)" }
            term.fields = nil
            term.levels = scope.bit
            if !keepingDoubt { term.isSafe = true }
            term.isVolatile = false
            if nullable { term.isNotNull = false }
            relation.columns.append(
                .init(name: alias.flatMap { index < $0.columns.count ? $0.columns[index] : nil } ?? columnName, term: term))
        }
        scope.relations.append(relation)
    }

    /// A table's columns as terms, before an alias is put before them.
    func columns(of table: Table) -> [(String, Term)] {
        table.columns.map { column in
            var term = Term(StoredName.column(column.name), column.type.type, modifier: column.type.modifier)
            term.isNotNull = column.isNotNull
            term.source = ColumnSource(table.name, column.name)
            return (column.name, term)
        }
    }

    private mutating func translate(
        _ secured: SecuredTable, in scope: Scope, into sources: inout Sources, nullable: Bool
    ) throws(SQLError) -> String {
        let name = QualifiedName(secured.name.parts.first ?? "", secured.name.last)
        guard let table = schema.tables[name] else {
            guard let made = try system(name) else { throw SQLError("42P01", "relation \"\(name)\" does not exist") }
            let sqlAlias = freshAlias()
            try add(secured.alias, name.name, name, made.columns, sqlAlias, nullable, to: scope)
            return "\(made.sql) AS \(sqlAlias)"
        }
        let sqlAlias = freshAlias()
        let stored = before(table) ?? StoredName.table(name)
        defer {
            if !secured.hidden.isEmpty, let last = scope.relations.indices.last {
                for index in scope.relations[last].columns.indices where secured.hidden.contains(scope.relations[last].columns[index].name)
                {
                    scope.relations[last].columns[index].deniedTable = name.name
                }
            }
        }
        guard let policy = secured.policy else {
            try add(
                secured.alias, name.name, name, columns(of: table), sqlAlias, nullable, row: name, presence: "\(sqlAlias).rowid", to: scope)
            if snapshots[name] == nil { enroll(table, as: sqlAlias) }
            return "\(stored) AS \(sqlAlias)"
        }
        sources.hidesRows = true
        // The policy knows the table's own columns and nothing of the query around it.
        let own = Scope(besides: scope)
        let inner = nullable ? freshAlias() : sqlAlias
        try add(nil, name.name, name, columns(of: table), inner, false, row: name, to: own)
        let outer = positive
        positive = true
        defer { positive = outer }
        var condition = try boolean(policy, in: own, argumentOf: "POLICY")
        condition.levels = scope.bit
        let presence = "\(sqlAlias).\(Self.presence)"
        try add(secured.alias, name.name, name, columns(of: table), sqlAlias, nullable, row: name, presence: presence, to: scope)
        guard nullable else {
            sources.policies.append(condition)
            if snapshots[name] == nil { enroll(table, as: sqlAlias) }
            return "\(stored) AS \(sqlAlias)"
        }
        let list = table.columns.map { "\(inner).\(StoredName.column($0.name))" }.joined(separator: ", ")
        return
            "(SELECT \(list), \(inner).rowid AS \(Self.presence) FROM \(stored) AS \(inner) WHERE \(condition.sql)\(Self.barrier)) AS \(sqlAlias)"
    }
}
