import OffstageSchema
import OffstageSyntax

/// `grouping sets`, `rollup`, `cube`: one grouped query per set over the same rows, put together by UNION ALL, with nulls for the keys that a
/// set has not. What the select list computes of keys and aggregates is computed around that.
extension Translator {
    /// The sets of keys a `group by` asks for, each as its expressions; a plain one asks for one set.
    func groupingSets(_ query: Query) throws(SQLError) -> [[Expression]] {
        var sets: [[Expression]] = [[]]
        for item in query.groupBy {
            let own = try Self.sets(item)
            guard sets.count * own.count <= 4096 else {
                throw SQLError("54023", "too many grouping sets present (maximum 4096)")
            }
            sets = sets.flatMap { first in own.map { first + $0 } }
        }
        guard query.groupsDistinct else { return sets }
        var seen: Set<Set<Expression>> = []
        return sets.filter { seen.insert(Set($0)).inserted }
    }

    private static func sets(_ item: GroupingItem) throws(SQLError) -> [[Expression]] {
        func keys(_ items: [GroupingItem]) throws(SQLError) -> [[Expression]] {
            var result: [[Expression]] = []
            for item in items { result.append(try sets(item).first ?? []) }
            return result
        }
        switch item {
        case .expression(let expression): return [[expression]]
        case .list(let list): return [list]
        case .empty: return [[]]
        case .rollup(let items):
            let keys = try keys(items)
            return (0...keys.count).reversed().map { Array(keys.prefix($0).joined()) }
        case .cube(let items):
            let keys = try keys(items)
            guard keys.count <= 12 else { throw SQLError("54011", "CUBE is limited to 12 elements") }
            return (0..<(1 << keys.count)).reversed().map { mask in
                keys.indices.filter { mask & (1 << (keys.count - 1 - $0)) != 0 }.flatMap { keys[$0] }
            }
        case .sets(let items):
            var result: [[Expression]] = []
            for item in items { result += try sets(item) }
            return result
        }
    }

    /// The query over the grouped rows, and those rows as the one table of its scope.
    mutating func spread(
        _ query: Query, _ ordered: [SortKey], _ sets: [[Expression]], _ source: String, in scope: Scope
    ) throws(SQLError) -> (query: Query, ordered: [SortKey], table: String, scope: Scope) {
        guard sets.count <= 256 else {
            throw unsupported("more than 256 grouping sets", hint: "Combine several queries with union all.")
        }
        let outputs = try expand(query.outputs, in: scope)
        var keys: [Term] = []
        var members: [[Int]] = []
        for set in sets {
            var own: [Int] = []
            for expression in set {
                let key = try settled(try groupKey(expression, outputs, in: scope))
                let index = keys.firstIndex { $0.sql == key.sql } ?? keys.count
                if index == keys.count { keys.append(key) }
                if !own.contains(index) { own.append(index) }
            }
            members.append(own)
        }
        var spreading = Spreading(keys: keys)
        // Checked as a query of one grouping, so that what must not stand there is found as ever.
        scope.grouping = .init(keys: Set(keys.map(\.sql)), dependent: [])
        defer { scope.grouping = nil }
        var outer = query
        outer.groupBy = []
        outer.from = []
        outer.outputs = []
        for output in outputs {
            if let term = output.term {
                // Of a star.
                guard let key = keys.firstIndex(where: { $0.sql == term.sql }) else {
                    throw SQLError(
                        "42803", "column \"\(output.name)\" must appear in the GROUP BY clause or be used in an aggregate function")
                }
                outer.outputs.append(Output(Spreading.column("k\(key)"), as: output.name))
            } else {
                outer.outputs.append(Output(try replace(output.expression, &spreading, in: scope), as: output.name))
            }
        }
        outer.filter = try query.having.map { (having) throws(SQLError) in try replace(having, &spreading, in: scope) }
        outer.having = nil
        var order: [SortKey] = []
        for var key in ordered {
            if try outputIndex(key.value, outputs.map(\.name)) == nil { key.value = try replace(key.value, &spreading, in: scope) }
            order.append(key)
        }
        if case .on(let expressions)? = query.distinct {
            var list: [Expression] = []
            for expression in expressions {
                let isOutput = try outputIndex(expression, outputs.map(\.name)) != nil
                list.append(isOutput ? expression : try replace(expression, &spreading, in: scope))
            }
            outer.distinct = .on(list)
        }
        for index in outer.windows.indices {
            for place in outer.windows[index].partitionBy.indices {
                outer.windows[index].partitionBy[place] = try replace(outer.windows[index].partitionBy[place], &spreading, in: scope)
            }
            for place in outer.windows[index].orderBy.indices {
                outer.windows[index].orderBy[place].value = try replace(outer.windows[index].orderBy[place].value, &spreading, in: scope)
            }
        }
        let arms = members.map { arm(of: $0, spreading, source) }
        let sqlAlias = freshAlias()
        let over = Scope(parent: scope.parent)
        over.commonTables = scope.commonTables
        let relation = relation(spreading, sqlAlias, sets.count > 1, level: over.bit)
        over.relations = [relation]
        return (outer, order, "(\(arms.joined(separator: " UNION ALL "))) AS \(sqlAlias)", over)
    }

    private func relation(_ spreading: Spreading, _ sqlAlias: String, _ isSpread: Bool, level: UInt64) -> Scope.Relation {
        var relation = Scope.Relation(alias: Spreading.alias, columns: [], sqlAlias: sqlAlias)
        func add(_ name: String, _ term: Term) {
            var column = Term("\(sqlAlias).\(name)", term.type, modifier: term.modifier)
            column.levels = level
            column.isNotNull = term.isNotNull && !(isSpread && name.hasPrefix("k"))
            relation.columns.append(.init(name: name, term: column))
        }
        for (index, key) in spreading.keys.enumerated() { add("k\(index)", key) }
        for (index, term) in spreading.aggregates.enumerated() { add("a\(index)", term) }
        for index in spreading.groupings.indices { add("g\(index)", Term("", .integer).with { $0.isNotNull = true }) }
        return relation
    }

    private func arm(of set: [Int], _ spreading: Spreading, _ source: String) -> String {
        var list = spreading.keys.enumerated().map { set.contains($0) ? "\($1.sql) AS k\($0)" : "NULL AS k\($0)" }
        list += spreading.aggregates.enumerated().map { "\($1.sql) AS a\($0)" }
        for (index, arguments) in spreading.groupings.enumerated() {
            var bits = 0
            for argument in arguments { bits = bits << 1 | (set.contains(argument) ? 0 : 1) }
            list.append("\(bits) AS g\(index)")
        }
        // One row for no keys at all, be there any rows or none.
        list.append("count(*) AS n")
        let sql = "SELECT \(list.joined(separator: ", "))\(source)"
        return set.isEmpty ? sql : sql + " GROUP BY " + set.map { groupText(spreading.keys[$0]) }.joined(separator: ", ")
    }

    /// A key as `GROUP BY` must have it: a bare number would be taken for a column's place.
    func groupText(_ key: Term) -> String { key.isConstant ? "(\(key.sql) || '')" : key.sql + collating(key.type) }

    /// The expression with keys, aggregates and `grouping()` read from the grouped rows.
    private mutating func replace(_ expression: Expression, _ spreading: inout Spreading, in scope: Scope) throws(SQLError) -> Expression {
        switch expression.kind {
        case .literal, .parameter, .injected, .default: return expression
        case .grouping(let arguments):
            return Spreading.column("g\(spreading.grouping(try grouped(arguments, spreading.keys, in: scope)))", at: expression.position)
        case .call(let call) where call.over == nil && isAggregate(call):
            let term = try translate(expression, in: scope)
            return Spreading.column("a\(spreading.aggregate(term))", at: expression.position)
        case .column:
            let term = try translate(expression, in: scope)
            guard let key = spreading.keys.firstIndex(where: { $0.sql == term.sql }) else {
                // A name of a scope around, or a row of keys.
                guard term.levels & scope.bit != 0 else { return expression }
                throw unsupported("this use of a column with grouping sets", hint: "Name the grouped columns.", at: expression.position)
            }
            return Spreading.column("k\(key)", at: expression.position)
        default: break
        }
        if !hasAggregate(expression), !hasWindow(expression), expression.subquery == nil {
            var trial = self
            let grouping = scope.grouping
            scope.grouping = nil
            let term = try? trial.translate(expression, in: scope)
            scope.grouping = grouping
            if let term, let key = spreading.keys.firstIndex(where: { $0.sql == term.sql }) {
                return Spreading.column("k\(key)", at: expression.position)
            }
        }
        var work = spreading
        defer { spreading = work }
        var translator = self
        defer { self = translator }
        return try expression.mapChildren(
            { (child) throws(SQLError) in try translator.replace(child, &work, in: scope) },
            select: { (select) throws(SQLError) in select })
    }

    /// Which keys the arguments of `grouping()` are.
    private mutating func grouped(_ arguments: [Expression], _ keys: [Term], in scope: Scope) throws(SQLError) -> [Int] {
        guard arguments.count < 32 else { throw SQLError("54023", "GROUPING must have fewer than 32 arguments") }
        var places: [Int] = []
        let grouping = scope.grouping
        scope.grouping = nil
        defer { scope.grouping = grouping }
        for argument in arguments {
            let term = try translate(argument, in: scope)
            guard let key = keys.firstIndex(where: { $0.sql == term.sql }) else {
                throw SQLError(
                    "42803", "arguments to GROUPING must be grouping expressions of the associated query level",
                    position: argument.position.byteOffset)
            }
            places.append(key)
        }
        return places
    }

    /// `grouping(…)` where there is one grouping: 0, for keys of it.
    mutating func grouping(_ arguments: [Expression], in scope: Scope) throws(SQLError) -> Term {
        guard let keys = scope.grouping?.keys else {
            throw SQLError("42803", "arguments to GROUPING must be grouping expressions of the associated query level")
        }
        _ = try grouped(arguments, keys.map { Term($0, .unknown) }, in: scope)
        return Term("0", .integer).with {
            $0.isNotNull = true
            $0.levels = scope.bit
        }
    }

    func isAggregate(_ call: Call) -> Bool {
        call.isStar || builtIns(call.function).contains { $0.traits.contains(.aggregate) }
    }
}

/// What is read from the grouped rows.
private struct Spreading {
    static let alias = "~groups"

    var keys: [Term]
    var aggregates: [Term] = []
    /// The keys each `grouping()` asks about.
    var groupings: [[Int]] = []

    static func column(_ name: String, at position: Position = .none) -> Expression {
        Expression(.column(Name([alias, name], at: position)), at: position)
    }

    mutating func aggregate(_ term: Term) -> Int {
        if let index = aggregates.firstIndex(where: { $0.sql == term.sql }) { return index }
        aggregates.append(term)
        return aggregates.count - 1
    }

    mutating func grouping(_ keys: [Int]) -> Int {
        if let index = groupings.firstIndex(of: keys) { return index }
        groupings.append(keys)
        return groupings.count - 1
    }
}
