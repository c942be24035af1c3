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
}

extension Translator {
    /// Stands behind a subquery that hides rows, until it is known whether a term of the query around could tell of them.
    static let barrier = "/*barrier*/"

    /// A column that is not null where a join found a row.
    static let presence = "\"~row\""

    mutating func translate(
        _ item: FromItem, in scope: Scope, into sources: inout Sources, nullable: Bool = false
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
        case .select(let select, let alias, let lateral):
            if lateral { throw unsupported("lateral", hint: "Join, or use a subquery in the select list.") }
            // Where a join may leave the row out there is no guard to read.
            let query = try translate(select, in: scope.parent, guarded: !nullable)
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
            if query.columns.contains(where: { $0.term.isVolatile }) {
                // Taken into the query around it, such a column would be worked out wherever it is named.
                let kept = freshAlias()
                text = "WITH \(kept) AS MATERIALIZED (\(text)) SELECT * FROM \(kept)"
            }
            if isBare { return "(SELECT *, 1 AS \(Self.presence) FROM (\(text))\(mayMix ? Self.barrier : "")) AS \(sqlAlias)" }
            return "(\(text)\(mayMix ? Self.barrier : "")) AS \(sqlAlias)"
        case .call(let source): return try translate(source, in: scope, nullable: nullable)
        case .join(let kind, let left, let right, let condition, let alias):
            if alias != nil { throw unsupported("an alias for a join", hint: "Give the tables aliases.") }
            return try join(kind, left, right, condition, in: scope, into: &sources, nullable: nullable)
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

    /// The numbers of a set's rows, as a table with the column `value`.
    static func rowNumbers(_ slot: String) -> String { "pg_generate_series(0, pg_row_count(\(slot)) - 1, 1, 'bigint')" }

    private func guardTerm(_ sqlAlias: String, in scope: Scope) -> Term {
        Term("\(sqlAlias).g", .boolean).with { $0.levels = scope.bit }
    }

    /// Brings a relation's columns into scope under its alias.
    ///
    /// - Parameter keepingDoubt: a column that a subquery computes may be worked out by SQLite where it is used, before the policies in
    ///   that
    ///   subquery: it stays as unsafe as what it is made of.
    private func add(
        _ alias: Alias?, _ ownName: String?, _ qualified: QualifiedName?, _ columns: [(String, Term)], _ sqlAlias: String, _ nullable: Bool,
        keepingDoubt: Bool = false, row: QualifiedName? = nil, presence: String? = nil, to scope: Scope
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
            term.sql = "\(sqlAlias).\(term.sql)"
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
        let stored = StoredName.table(name)
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
            return "\(stored) AS \(sqlAlias)"
        }
        let list = table.columns.map { "\(inner).\(StoredName.column($0.name))" }.joined(separator: ", ")
        return
            "(SELECT \(list), \(inner).rowid AS \(Self.presence) FROM \(stored) AS \(inner) WHERE \(condition.sql)\(Self.barrier)) AS \(sqlAlias)"
    }

    private mutating func join(
        _ kind: JoinKind, _ left: FromItem, _ right: FromItem, _ condition: JoinCondition?, in scope: Scope, into sources: inout Sources,
        nullable: Bool
    ) throws(SQLError) -> String {
        let leftNullable = nullable || kind == .right || kind == .full
        let rightNullable = nullable || kind == .left || kind == .full
        let first = scope.relations.count
        let a = try translate(left, in: scope, into: &sources, nullable: leftNullable)
        let middle = scope.relations.count
        let b = try translate(right, in: scope, into: &sources, nullable: rightNullable)
        let end = scope.relations.count
        // What `on` may name: the two sides, and scopes around.
        var terms: [Term] = []
        switch condition {
        case .on(let expression)?:
            let visible = Scope(parent: scope.parent)
            visible.relations = Array(scope.relations[first..<end])
            for part in expression.conjuncts { terms.append(try boolean(part, in: visible, argumentOf: "JOIN/ON")) }
        case .using(let names, _)?: terms = try merge(names, first..<middle, middle..<end, kind, in: scope)
        case .natural?:
            let names = scope.relations[first..<middle].flatMap(\.columns).filter { !$0.isHidden }.map(\.name)
                .filter { name in scope.relations[middle..<end].contains { $0.columns.contains { $0.name == name } } }
            terms = try merge(names, first..<middle, middle..<end, kind, in: scope)
        case nil: break
        }
        if kind == .full, !terms.contains(where: { $0.sql.contains(" = ") }) {
            throw SQLError("0A000", "FULL JOIN is only supported with merge-joinable or hash-joinable join conditions")
        }
        if kind == .inner || kind == .cross, !nullable {
            sources.conditions += terms
            return "\(a) JOIN \(b)"
        }
        let word =
            switch kind {
            case .inner, .cross: "JOIN"
            case .left: "LEFT JOIN"
            case .right: "RIGHT JOIN"
            case .full: "FULL JOIN"
            }
        var on = Self.all(terms)?.sql ?? "1"
        if sources.hidesRows, terms.contains(where: { !$0.isSafe }), let policy = Self.all(sources.policies) {
            on = "CASE WHEN \(policy.sql) THEN \(on) END"
        }
        let joined = "\(a) \(word) \(b) ON \(on)"
        return nullable ? "(\(joined))" : joined
    }

    /// `using (a, b)`: equal pairs, and one merged column each.
    private mutating func merge(
        _ names: [String], _ left: Range<Int>, _ right: Range<Int>, _ kind: JoinKind, in scope: Scope
    ) throws(SQLError) -> [Term] {
        var terms: [Term] = []
        for name in names {
            func find(_ range: Range<Int>, _ side: String) throws(SQLError) -> (Int, Int) {
                for relation in range {
                    if let column = scope.relations[relation].columns.firstIndex(where: { $0.name == name && !$0.isHidden }) {
                        return (relation, column)
                    }
                }
                throw SQLError("42703", "column \"\(name)\" specified in USING clause does not exist in \(side) table")
            }
            var merged: Term
            if let index = scope.merged.firstIndex(where: { $0.name == name }) {
                merged = scope.merged[index].term
                scope.merged.remove(at: index)
            } else {
                let l = try find(left, "left")
                merged = scope.relations[l.0].columns[l.1].term
                scope.relations[l.0].columns[l.1].isHidden = true
            }
            let r = try find(right, "right")
            let other = scope.relations[r.0].columns[r.1].term
            terms.append(try binary("=", merged, other, at: .none))
            scope.relations[r.0].columns[r.1].isHidden = true
            switch kind {
            case .right: merged = other
            case .full: merged = Term("coalesce(\(merged.sql), \(other.sql))", merged.type, from: [merged, other])
            default: break
            }
            scope.merged.append(.init(name: name, term: merged))
        }
        return terms
    }

    // MARK: Functions as tables

    private mutating func translate(_ source: FunctionSource, in scope: Scope, nullable: Bool) throws(SQLError) -> String {
        guard source.calls.count == 1, case .call(let call) = source.calls[0].kind, source.columns.isEmpty else {
            throw unsupported("this function in FROM")
        }
        let sqlAlias = freshAlias()
        let name = source.alias?.name ?? call.function.last
        var terms: [Term] = []
        for argument in call.arguments { terms.append(try translate(argument.value, in: scope)) }
        var entries = builtIns(call.function)
        if let (entry, ordered) = named(entries, call, terms) { (entries, terms) = ([entry], ordered) }
        if let match = try resolve(entries, terms, called: call.function.parts.joined(separator: ".")) {
            let (term, _) = try fill(match, with: terms, at: call.function.position)
            var columns: [(String, Term)]
            if match.entry.traits.contains(.set) {
                if let several = Self.tableColumns[match.entry.name] {
                    columns = several.map { ($0.0, Term($0.0, $0.1)) }
                } else {
                    let only = Self.namedValue.contains(match.entry.name) ? "value" : source.alias?.name ?? call.function.last
                    columns = [(only, Term("value", match.result))]
                }
                if source.withOrdinality { columns.append(("ordinality", Term("ordinal", .bigint).with { $0.isNotNull = true })) }
                try add(Alias(name, columns: source.alias?.columns ?? []), nil, nil, columns, sqlAlias, nullable, to: scope)
                if columns.count == 1, let last = scope.relations.indices.last { scope.relations[last].isValue = true }
                return "\(term.sql) AS \(sqlAlias)"
            }
            try add(
                Alias(name, columns: source.alias?.columns ?? []), nil, nil,
                [(source.alias?.name ?? call.function.last, Term("c1", match.result))], sqlAlias, nullable, to: scope)
            return "(SELECT \(term.sql) AS c1) AS \(sqlAlias)"
        }
        guard let (function, ordered) = userFunction(call.function, call, terms) else {
            return try translate(.call(.init([Expression(.call(call))])), in: scope, failing: call, terms)
        }
        let readsNeighbours = !terms.allSatisfy { $0.levels & scope.bit == 0 }
        if readsNeighbours || !isTakenInLine(function, ordered) {
            let called = try steppedRows(function, ordered, readsNeighbours: readsNeighbours, at: call.function.position)
            var columns = called.columns.enumerated().map { index, column in
                (
                    called.columns.count == 1 && function.outputs.isEmpty ? source.alias?.name ?? column.name : column.name,
                    Term("c\(index + 1)", column.type.type, modifier: column.type.modifier)
                )
            }
            if source.withOrdinality { columns.append(("ordinality", Term("ordinal", .bigint).with { $0.isNotNull = true })) }
            try add(
                Alias(name, columns: source.alias?.columns ?? []), nil, nil, columns, sqlAlias, nullable,
                row: function.rowResult(in: schema)?.name, presence: "\(sqlAlias).ordinal", to: scope)
            if columns.count == 1, let last = scope.relations.indices.last { scope.relations[last].isValue = true }
            return "\(called.text) AS \(sqlAlias)"
        }
        guard terms.allSatisfy({ $0.levels & scope.bit == 0 }) else {
            throw unsupported("a function in FROM that reads its neighbours", hint: "Join, or use a subquery.")
        }
        let wanted = columns(of: function)
        let names: [String] =
            switch function.result {
            case .scalar, .set: [source.alias?.name ?? function.name.name]
            case .row(let columns, _): columns.map(\.name)
            case .table(let table, _): schema.tables[table]?.columns.map(\.name) ?? schema.views[table]?.columns.map(\.name) ?? []
            }
        let isSet =
            switch function.result {
            case .scalar: false
            case .set: true
            case .row(_, let set), .table(_, let set): set
            }
        let query = try enter(function, ordered, at: call.function.position) { (translator, select) throws(SQLError) in
            try translator.translate(select, in: nil, targets: wanted)
        }
        guard query.columns.count == wanted.count else {
            throw SQLError("42P13", "return type mismatch in function declared to return \(wanted.count) columns")
        }
        var list: [String] = []
        for (index, (column, type)) in zip(query.columns, wanted).enumerated() {
            list.append("\(try coerce(column.term, to: type, .assignment).sql) AS c\(index + 1)")
        }
        let columns = names.enumerated().map { ($1, Term("c\($0 + 1)", wanted[$0].type, modifier: wanted[$0].modifier)) }
        try add(Alias(name, columns: source.alias?.columns ?? []), nil, nil, columns, sqlAlias, nullable, to: scope)
        return "(SELECT \(list.joined(separator: ", ")) FROM (\(query.sql))\(isSet ? "" : " LIMIT 1")) AS \(sqlAlias)"
    }

    /// The types of the columns a function gives.
    func columns(of function: Function) -> [ColumnType] {
        switch function.result {
        case .scalar(let type), .set(let type): [type]
        case .row(let columns, _): columns.map(\.type)
        case .table(let table, _): schema.tables[table]?.columns.map(\.type) ?? schema.views[table]?.columns.map(\.type) ?? []
        }
    }

    private mutating func translate(_ item: FromItem, in scope: Scope, failing call: Call, _ terms: [Term]) throws(SQLError) -> String {
        _ = try translate(Expression(.call(call), at: call.function.position), in: scope)
        throw unsupported("function \(call.function.last) in FROM")
    }

    /// Functions whose one column has a name of its own.
    static let namedValue: Set<String> = [
        "json_array_elements", "jsonb_array_elements", "json_array_elements_text", "jsonb_array_elements_text",
    ]

    /// Functions that give several columns.
    static let tableColumns: [String: [(String, DataType)]] = [
        "json_each": [("key", .text), ("value", .json)], "jsonb_each": [("key", .text), ("value", .jsonb)],
        "json_each_text": [("key", .text), ("value", .text)], "jsonb_each_text": [("key", .text), ("value", .text)],
    ]
}
