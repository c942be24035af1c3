import OffstageQuery
import OffstageSchema
import OffstageSyntax

/// Joins: conditions, `using`, `natural`, and aliases for the whole of one.
extension Translator {
    mutating func join(
        _ kind: JoinKind, _ left: FromItem, _ right: FromItem, _ condition: JoinCondition?, as alias: Alias?, in scope: Scope,
        into sources: inout Sources, nullable: Bool
    ) throws(SQLError) -> String {
        let leftNullable = nullable || kind == .right || kind == .full
        let rightNullable = nullable || kind == .left || kind == .full
        let first = scope.relations.count
        let a = try translate(left, in: scope, into: &sources, nullable: leftNullable)
        let middle = scope.relations.count
        let levels = sources.levels
        sources.levels = 0
        var b = try translate(right, in: scope, into: &sources, nullable: rightNullable)
        if kind == .right || kind == .full, sources.levels & scope.bit != 0 {
            let name = scope.relations[first..<middle].first?.alias ?? ""
            throw SQLError(
                "42P10", "invalid reference to FROM-clause entry for table \"\(name)\"",
                details: "The combining JOIN type must be INNER or LEFT for a LATERAL reference.")
        }
        sources.levels |= levels
        // SQLite takes joins from the left: an outer one on the right keeps its brackets.
        if right.isOuterJoin, !rightNullable { b = "(\(b))" }
        let end = scope.relations.count
        let sides = (scope.items.popLast() ?? [], scope.items.popLast() ?? [])
        var (rightColumns, leftColumns) = sides
        var terms: [Term] = []
        var merged: [Scope.Relation.Column] = []
        switch condition {
        case .on(let expression)?:
            // What `on` may name: the two sides, and scopes around.
            let visible = Scope(parent: scope.parent)
            visible.relations = Array(scope.relations[first..<end])
            visible.items = [leftColumns, rightColumns]
            visible.commonTables = scope.commonTables
            for part in expression.conjuncts {
                try refuseAggregates(part, in: "JOIN conditions")
                terms.append(try boolean(part, in: visible, argumentOf: "JOIN/ON"))
            }
        case .using(let names, let name)?:
            terms = try merge(names, &leftColumns, &rightColumns, kind, into: &merged)
            if let name {
                guard !scope.relations.contains(where: { $0.alias == name }) else {
                    throw SQLError("42712", "table name \"\(name)\" specified more than once")
                }
                scope.relations.append(Scope.Relation(alias: name, columns: merged))
            }
        case .natural?:
            let names = leftColumns.map(\.name).filter { name in rightColumns.contains { $0.name == name } }
            terms = try merge(names, &leftColumns, &rightColumns, kind, into: &merged)
        case nil: break
        }
        if kind == .full, !terms.isEmpty, !terms.contains(where: { $0.sql.contains(" = ") }) {
            throw SQLError("0A000", "FULL JOIN is only supported with merge-joinable or hash-joinable join conditions")
        }
        let columns = merged + leftColumns + rightColumns
        scope.items.append(columns)
        if let alias { try rename(alias, columns, from: first, in: scope) }
        return text(kind, a, b, terms, nullable: nullable, &sources)
    }

    private func text(
        _ kind: JoinKind, _ a: String, _ b: String, _ terms: [Term], nullable: Bool, _ sources: inout Sources
    ) -> String {
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

    /// `(a join b …) as j`: one relation of all the columns, which hides those it is made of.
    private func rename(_ alias: Alias, _ columns: [Scope.Relation.Column], from first: Int, in scope: Scope) throws(SQLError) {
        guard alias.columns.count <= columns.count else {
            throw SQLError(
                "42P10",
                "join expression \"\(alias.name)\" has \(columns.count) columns available but \(alias.columns.count) columns specified")
        }
        scope.unreadable.formUnion(scope.relations[first...].map(\.alias))
        scope.relations.removeSubrange(first...)
        guard !scope.relations.contains(where: { $0.alias == alias.name }) else {
            throw SQLError("42712", "table name \"\(alias.name)\" specified more than once")
        }
        var relation = Scope.Relation(alias: alias.name, columns: columns)
        for index in relation.columns.indices {
            if index < alias.columns.count { relation.columns[index].name = alias.columns[index] }
            relation.columns[index].owner = alias.name
        }
        scope.relations.append(relation)
        scope.items[scope.items.count - 1] = relation.columns
    }

    /// `using (a, b)`: equal pairs, and one merged column each, taken out of the two sides.
    private mutating func merge(
        _ names: [String], _ left: inout [Scope.Relation.Column], _ right: inout [Scope.Relation.Column], _ kind: JoinKind,
        into merged: inout [Scope.Relation.Column]
    ) throws(SQLError) -> [Term] {
        func take(_ name: String, _ columns: inout [Scope.Relation.Column], _ side: String) throws(SQLError) -> Term {
            let found = columns.indices.filter { columns[$0].name == name }
            guard let index = found.first else {
                throw SQLError("42703", "column \"\(name)\" specified in USING clause does not exist in \(side) table")
            }
            guard found.count == 1 else {
                throw SQLError("42702", "common column name \"\(name)\" appears more than once in \(side) table")
            }
            let column = columns.remove(at: index)
            if let table = column.deniedTable { throw .denied("table", table) }
            return column.term
        }
        var terms: [Term] = []
        var seen: Set<String> = []
        for name in names {
            guard seen.insert(name).inserted else {
                throw SQLError("42701", "column name \"\(name)\" appears more than once in USING clause")
            }
            let (l, r) = (try take(name, &left, "left"), try take(name, &right, "right"))
            terms.append(try binary("=", l, r, at: .none))
            let (same, type) = try unify([l, r], "JOIN/USING")
            var term: Term
            switch kind {
            case .right: term = same[1]
            case .full: term = Term("coalesce(\(same[0].sql), \(same[1].sql))", type.type, modifier: type.modifier, from: same)
            default: term = same[0]
            }
            term.type = type.type
            merged.append(.init(name: name, term: term))
        }
        return terms
    }

    /// Aggregates and windows stand only where groups and rows are made already.
    func refuseAggregates(_ expression: Expression, in place: String) throws(SQLError) {
        if hasAggregate(expression) {
            throw SQLError("42803", "aggregate functions are not allowed in \(place)", position: expression.position.byteOffset)
        }
        if hasWindow(expression) {
            throw SQLError("42P20", "window functions are not allowed in \(place)", position: expression.position.byteOffset)
        }
    }
}

extension FromItem {
    /// What it goes by.
    var alias: String? {
        switch self {
        case .table(let name, let alias): alias?.name ?? name.last
        case .secured(let table): table.alias?.name ?? table.name.last
        case .select(_, let alias, _): alias?.name
        case .call(let source): source.alias?.name
        case .join(_, _, _, _, let alias): alias?.name
        }
    }

    /// Whether a join in it may leave out a side.
    var isOuterJoin: Bool {
        guard case .join(let kind, let left, let right, _, _) = self else { return false }
        return (kind != .inner && kind != .cross) || left.isOuterJoin || right.isOuterJoin
    }

    /// Whether the order of joins matters for what stands before it.
    var keepsRight: Bool {
        guard case .join(let kind, let left, let right, _, _) = self else { return false }
        return kind == .right || kind == .full || left.keepsRight || right.keepsRight
    }
}
