import OffstageQuery
import OffstageSchema
import OffstageSyntax

extension Translator {
    /// One `select … from … where …`.
    mutating func translate(
        _ query: Query, ordered: [SortKey], in scope: Scope, targets: [ColumnType]?, guarded: Bool = false, ties: Ties? = nil
    ) throws(SQLError) -> TranslatedSelect {
        if let (lifted, order) = try liftingSets(query, ordered) {
            return try translate(lifted, ordered: order, in: scope, targets: targets, guarded: guarded, ties: ties)
        }
        var query = query
        var ordered = ordered
        var scope = scope
        scope.bareNames = bareNames(query, ordered)
        var sources = Sources()
        var tables: [String] = []
        for item in query.from {
            let text = try translate(item, in: scope, into: &sources)
            tables.append(item.keepsRight && query.from.count > 1 ? "(\(text))" : text)
        }
        var filter = try condition(query.filter, sources: &sources, in: scope)

        let sets = try groupingSets(query)
        // SQLite takes no aggregate of this query into a subquery's FROM.
        let comparesAggregates = (query.outputs.map(\.value) + [query.having].compactMap { $0 }).contains { comparesAggregate($0) }
        if sets.count > 1 || comparesAggregates {
            // The grouped rows are the one table of the query around.
            let barrier = sources.needsBarrier ? " LIMIT -1" : ""
            var source = tables.isEmpty ? "" : " FROM " + tables.joined(separator: ", ").replacing(Self.barrier, with: barrier)
            if let filter { source += " WHERE \(filter.sql)" }
            let spread = try spread(query, ordered, sets, source, in: scope)
            (query, ordered, tables, scope) = (spread.query, spread.ordered, [spread.table], spread.scope)
            let levels = sources.levels | (filter?.levels ?? 0)
            let hidesRows = sources.hidesRows
            sources = Sources()
            sources.levels = levels & (scope.bit - 1)
            sources.hidesRows = hidesRows
            filter = try query.filter.map { (having) throws(SQLError) in try boolean(having, in: spread.scope, argumentOf: "HAVING") }
        }
        for window in query.windows {
            guard let name = window.name else { continue }
            guard scope.windows[name] == nil else { throw SQLError("42P20", "window \"\(name)\" is already defined") }
            scope.windows[name] = try definition(of: window, in: scope)
        }
        let isGrouped =
            !query.groupBy.isEmpty || query.having != nil || query.outputs.contains { hasAggregate($0.value) }
            || ordered.contains { hasAggregate($0.value) }
        var keys: [Term] = []
        let outputs = try expand(query.outputs, in: scope)
        let names = outputs.map(\.name)
        if isGrouped {
            for expression in query.groupBy.isEmpty ? [] : sets.first ?? [] {
                try refuseAggregates(expression, in: "GROUP BY")
                keys.append(try settled(try groupKey(expression, outputs, in: scope)))
            }
            scope.grouping = .init(keys: Set(keys.map(\.sql)), dependent: dependents(keys, in: scope))
        }
        var columns: [TranslatedSelect.Column] = []
        var list: [String] = []
        var parts: [Term] = []
        for (index, output) in outputs.enumerated() {
            var term: Term
            if let known = output.term {
                term = known
                if let grouping = scope.grouping, !grouping.keys.contains(known.sql), !grouping.dependent.contains(output.owner) {
                    let name = output.owner.isEmpty ? output.name : "\(output.owner).\(output.name)"
                    throw SQLError("42803", "column \"\(name)\" must appear in the GROUP BY clause or be used in an aggregate function")
                }
            } else {
                term = try item(output.expression, keys, in: scope)
            }
            let isUntyped = term.pending != nil && targets == nil
            if term.pending != nil {
                let target = targets.flatMap { index < $0.count ? $0[index] : nil } ?? ColumnType(.text)
                term = try coerce(term, to: target, .assignment, at: output.expression.position)
            }
            parts.append(term)
            let distinct = query.distinct == .all ? collating(term.type) : ""
            if query.distinct == .all, term.type.isRow, let type = term.type.incomparable { throw .noOrder(type) }
            if query.distinct == .all, !term.type.isComparable {
                throw SQLError("42883", "could not identify an equality operator for type \(term.type.name)")
            }
            list.append("\(term.sql)\(distinct) AS c\(index + 1)")
            var column = term
            column.sql = "c\(index + 1)"
            column.containsAggregate = false
            column.fields = nil
            columns.append(.init(name: output.name, term: column, isUntyped: isUntyped))
        }
        let guardTerm = guarded && !isGrouped && query.distinct == nil ? Self.all(sources.policies) : nil
        if let guardTerm { list.append("\(guardTerm.sql) AS g") }
        if isGrouped, keys.isEmpty, !list.isEmpty, !outputs.contains(where: { hasAggregate($0.expression) }) {
            // Without an aggregate in the list SQLite does not see one group of all rows, be there any or none.
            list[0] = "CASE WHEN count(*) >= 0 THEN \(parts[0].sql) END AS c1"
        }
        // In a `from`, the query around may have such a term: it decides.
        let barrier = sources.needsBarrier ? " LIMIT -1" : guarded ? Self.barrier : ""
        var touchedKey: String?
        if scope.parent == nil, depth == 1, let touched = touchedRows,
            let root = scope.relations.first(where: { $0.alias == touched.alias })
        {
            let alias = freshAlias()
            tables.insert("json_each(\(bind(.affected))) AS \(alias)", at: 0)
            let tie = Term("(\(root.sqlAlias).rowid = \(alias).value)", .boolean)
            filter = Self.all([tie] + (filter.map { [$0] } ?? []))
            if touched.inOrder { touchedKey = "\(alias).key" }
        }
        var body = ""
        if !tables.isEmpty { body += " FROM " + tables.joined(separator: ", ").replacing(Self.barrier, with: barrier) }
        if let filter { body += " WHERE \(filter.sql)" }
        if !keys.isEmpty {
            body += " GROUP BY " + keys.map { groupText($0) }.joined(separator: ", ")
        }
        if let having = query.having {
            let term = try boolean(having, in: scope, argumentOf: "HAVING")
            if hasWindow(having) {
                throw SQLError("42P20", "window functions are not allowed in HAVING", position: having.position.byteOffset)
            }
            if hasSet(having) { throw Self.notAllowed("HAVING", having.position) }
            parts.append(term)
            body += " HAVING \(term.sql)"
        }
        var order: [OrderItem] = []
        for key in ordered {
            if let index = try outputIndex(key.value, names) {
                if case .column(let name) = key.value.kind,
                    columns.indices.contains(where: { names[$0] == name.last && parts[$0].sql != parts[index].sql })
                {
                    throw SQLError("42702", "ORDER BY \"\(name.last)\" is ambiguous", position: key.value.position.byteOffset)
                }
                order.append(OrderItem(term: parts[index], key: key, output: index))
                continue
            }
            let term = try settled(try item(key.value, keys, in: scope))
            let same = columns.indices.first { parts[$0].sql == term.sql }
            if query.distinct == .all, same == nil {
                throw SQLError(
                    "42P10", "for SELECT DISTINCT, ORDER BY expressions must appear in select list", position: key.value.position.byteOffset
                )
            }
            order.append(OrderItem(term: term, key: key, output: same))
        }
        for item in order { try requireOrder(item) }
        let selected = list.isEmpty ? ["NULL"] : list
        var sql: String
        if case .on(let expressions)? = query.distinct {
            var marks: [OrderItem] = []
            for expression in expressions {
                if let index = try outputIndex(expression, names, "DISTINCT ON") {
                    marks.append(OrderItem(term: parts[index], key: SortKey(expression), output: index))
                } else {
                    let term = try settled(try item(expression, keys, in: scope))
                    marks.append(
                        OrderItem(term: term, key: SortKey(expression), output: columns.indices.first { parts[$0].sql == term.sql }))
                }
            }
            sql = try firstOfEach(marks, &order, selected, body)
        } else if ties != nil {
            sql = "SELECT \(query.distinct == .all ? "DISTINCT " : "")\((selected + hidden(order)).joined(separator: ", "))\(body)"
        } else {
            sql = "SELECT \(query.distinct == .all ? "DISTINCT " : "")\(selected.joined(separator: ", "))\(body)"
        }
        if let ties {
            sql = try ranked(sql, ties, order, width: columns.count)
        } else if case .on? = query.distinct {
            sql = "SELECT \(Self.names(columns.count)) FROM (\(sql)) ORDER BY \(outside(order))"
        } else if !order.isEmpty || touchedKey != nil {
            let items =
                (touchedKey.map { [$0] } ?? [])
                + order.map { item in
                    ordering(item.output.map { columns[$0].term } ?? item.term, item.key)
                }
            sql += " ORDER BY " + items.joined(separator: ", ")
        }
        let all = parts + keys + (filter.map { [$0] } ?? [])
        return TranslatedSelect(
            sql: sql, columns: columns, isSafe: all.allSatisfy(\.isSafe),
            outerLevels: (all.reduce(0) { $0 | $1.levels } | sources.levels) & (scope.bit - 1),
            isSingle: (isGrouped && keys.isEmpty) || query.from.isEmpty, hidesRows: sources.hidesRows, hasGuard: guardTerm != nil,
            hasOnce: sources.hasOnce || list.contains { $0.contains("(SELECT ") })
    }

    /// An item that may be a whole group key, which its parts need not be.
    private mutating func item(_ expression: Expression, _ keys: [Term], in scope: Scope) throws(SQLError) -> Term {
        guard scope.grouping != nil, keys.contains(where: { $0.source == nil }) else { return try translate(expression, in: scope) }
        do throws(SQLError) {
            return try translate(expression, in: scope)
        } catch {
            guard error.code == "42803" else { throw error }
            let grouping = scope.grouping
            scope.grouping = nil
            defer { scope.grouping = grouping }
            let whole = try translate(expression, in: scope)
            guard keys.contains(where: { $0.sql == whole.sql }) else { throw error }
            return whole
        }
    }

    mutating func groupKey(_ expression: Expression, _ outputs: [ExpandedOutput], in scope: Scope) throws(SQLError) -> Term {
        // PostgreSQL: a bare name is an input column first, then an output's name; a number is an output.
        if case .literal = expression.kind, let index = try outputIndex(expression, outputs.map(\.name), "GROUP BY") {
            return try translate(outputs[index], in: scope)
        }
        do throws(SQLError) {
            return try translate(expression, in: scope)
        } catch {
            guard error.code == "42703", let index = try outputIndex(expression, outputs.map(\.name)) else { throw error }
            return try translate(outputs[index], in: scope)
        }
    }

    private mutating func translate(_ output: ExpandedOutput, in scope: Scope) throws(SQLError) -> Term {
        if let known = output.term { known } else { try translate(output.expression, in: scope) }
    }

    /// Relations whose whole primary key is grouped by: their other columns depend on it.
    private func dependents(_ keys: [Term], in scope: Scope) -> Set<String> {
        var result: Set<String> = []
        let grouped = Set(keys.map(\.sql))
        for relation in scope.relations {
            guard let table = relation.columns.lazy.compactMap({ $0.term.source?.table }).first, let key = schema.tables[table]?.primaryKey
            else { continue }
            let all = key.columns.allSatisfy { name in
                relation.columns.contains {
                    $0.name == name && $0.term.source == ColumnSource(table, name) && grouped.contains($0.term.sql)
                }
            }
            if all { result.insert(relation.alias) }
        }
        return result
    }

    /// The names that may mean whole rows of the query's relations, where a join makes it matter whether there is a row.
    private func bareNames(_ query: Query, _ ordered: [SortKey]) -> Set<String> {
        var mayMiss = false
        for item in query.from {
            item.visit { if case .join(let kind, _, _, _, _) = $0, kind != .inner, kind != .cross { mayMiss = true } }
        }
        guard mayMiss else { return [] }
        var names: Set<String> = []
        Select(.query(query), orderBy: ordered).visit { expression in
            switch expression.kind {
            case .column(let name), .star(let name): if name.parts.count == 1 { names.insert(name.last) }
            default: break
            }
        }
        return names
    }

    // MARK: The select list

    struct ExpandedOutput {
        var name: String
        var expression: Expression
        /// Known already, for what a star stands for; with the relation it is of.
        var term: Term?
        var owner = ""
    }

    mutating func expand(_ outputs: [Output], in scope: Scope) throws(SQLError) -> [ExpandedOutput] {
        var result: [ExpandedOutput] = []
        for output in outputs {
            if case .field(let inner, nil) = output.value.kind {
                for field in try fields(of: try translate(inner, in: scope), at: output.value.position) {
                    result.append(.init(name: field.name, expression: output.value, term: field.term))
                }
                continue
            }
            guard case .star(let name) = output.value.kind else {
                result.append(.init(name: output.alias ?? output.value.outputName, expression: output.value))
                continue
            }
            if name.parts.isEmpty {
                guard !scope.relations.isEmpty else { throw SQLError("42601", "SELECT * with no tables specified is not valid") }
                for column in scope.shown.joined() {
                    if let table = column.deniedTable { throw .denied("table", table) }
                    result.append(.init(name: column.name, expression: output.value, term: column.term, owner: column.owner))
                }
            } else {
                guard let relation = scope.relations.first(where: { $0.alias == name.last }) else {
                    if let fields = try rowOfLocal(name) {
                        result += fields
                        continue
                    }
                    throw SQLError(
                        "42P01", "missing FROM-clause entry for table \"\(name.last)\"", position: output.value.position.byteOffset)
                }
                for column in relation.columns {
                    if let table = column.deniedTable { throw .denied("table", table) }
                    result.append(.init(name: column.name, expression: output.value, term: column.term, owner: relation.alias))
                }
            }
        }
        return result
    }

    // MARK: Conditions

    /// The whole of `where`: policies first, then the caller's terms, those that could tell of hidden rows behind the policies.
    ///
    /// SQLite orders terms as it likes, and a term that can raise would tell of a row the policy hides, so such a term is evaluated only
    /// where the policy is true: `policy and case when policy then term end` (PostgreSQL's rule for what is not leakproof).
    mutating func condition(_ filter: Expression?, sources: inout Sources, in scope: Scope) throws(SQLError) -> Term? {
        let outer = positive
        positive = true
        defer { positive = outer }
        var open: [Term] = []
        var guarded: [Term] = []
        func lookUp(_ term: Term) {
            guard let lookup = term.lookup else { return }
            open.append(Term(lookup, .boolean).with { $0.levels = term.levels })
        }
        for part in sources.conditions {
            lookUp(part)
            sources.hidesRows && !part.isSafe && part.levels & scope.bit != 0 ? guarded.append(part) : open.append(part)
        }
        if let filter {
            for part in filter.conjuncts {
                if hasSet(part) { throw Self.notAllowed("WHERE", part.position) }
                let term = try boolean(part, in: scope, argumentOf: "WHERE")
                lookUp(term)
                guard !term.containsAggregate else {
                    throw SQLError("42803", "aggregate functions are not allowed in WHERE", position: part.position.byteOffset)
                }
                guard !hasWindow(part) else {
                    throw SQLError("42P20", "window functions are not allowed in WHERE", position: part.position.byteOffset)
                }
                sources.hidesRows && !term.isSafe && term.levels & scope.bit != 0 ? guarded.append(term) : open.append(term)
            }
        }
        var terms = sources.policies + open
        sources.needsBarrier = !guarded.isEmpty
        if !guarded.isEmpty {
            let inner = Self.all(guarded)
            if let policy = Self.all(sources.policies) {
                terms.append(Term("CASE WHEN \(policy.sql) THEN \(inner!.sql) END", .boolean, from: sources.policies + guarded))
            } else {
                terms.append(inner!)
            }
        }
        return Self.all(terms)
    }

    static func all(_ terms: [Term]) -> Term? {
        terms.count > 1 ? Term("(" + terms.map(\.sql).joined(separator: " AND ") + ")", .boolean, from: terms) : terms.first
    }

    func hasWindow(_ expression: Expression) -> Bool {
        var found = false
        expression.visit(intoSubqueries: false) { inner in
            if case .call(let call) = inner.kind, call.over != nil { found = true }
        }
        return found
    }

    /// `max(x) > all (select …)`.
    private func comparesAggregate(_ expression: Expression) -> Bool {
        var found = false
        expression.visit(intoSubqueries: false) { inner in
            if case .anyOfSelect(let value, _, _, _) = inner.kind, hasAggregate(value) { found = true }
        }
        return found
    }

    /// Whether an aggregate of this query stands in it; subqueries have their own.
    func hasAggregate(_ expression: Expression) -> Bool {
        var found = false
        expression.visit(intoSubqueries: false) { inner in
            if case .call(let call) = inner.kind, call.over == nil,
                call.isStar || call.isWithinGroup || builtIns(call.function).contains(where: { $0.traits.contains(.aggregate) })
            {
                found = true
            }
        }
        return found
    }
}

extension Expression {
    /// The parts of an AND, or itself.
    var conjuncts: [Expression] { if case .and(let parts) = kind { parts } else { [self] } }

    /// What PostgreSQL calls an unnamed output.
    package var outputName: String { figuredName?.name ?? "?column?" }

    /// `isWeak`: the name of a type, which anything better replaces.
    private var figuredName: (name: String, isWeak: Bool)? {
        switch kind {
        case .column(let name): return (name.last, false)
        case .injected(.local(let local)): return (local.name.last, false)
        case .call(let call): return (call.function.last, false)
        case .cast(let inner, let type):
            if let found = inner.figuredName, !found.isWeak { return found }
            return (type.name.last, true)
        case .case(_, _, let otherwise):
            if let found = otherwise?.figuredName, !found.isWeak { return found }
            return ("case", true)
        case .exists: return ("exists", false)
        case .arraySelect, .array: return ("array", false)
        case .row: return ("row", false)
        case .grouping: return ("grouping", false)
        case .field(_, let name?): return (name, false)
        case .subscript(let inner, _), .collate(let inner, _): return inner.figuredName
        case .subselect(let select):
            guard case .query(let query) = select.body, let first = query.outputs.first else { return nil }
            return (first.alias ?? first.value.outputName, false)
        default: return nil
        }
    }
}
