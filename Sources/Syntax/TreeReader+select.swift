extension TreeReader {
    /// From `{"SelectStmt": {…}}`.
    func select(wrapped: Node) throws(SyntaxError) -> Select {
        guard let node = wrapped["SelectStmt"] else { throw unsupported("this kind of query", at: wrapped) }
        return try select(node)
    }

    /// From a `SelectStmt`'s members.
    ///
    /// - Parameter isInto: it is `select … into t`, whose target the caller has read.
    func select(_ node: Node, isInto: Bool = false) throws(SyntaxError) -> Select {
        try deeper(node) { () throws(SyntaxError) in
            if let into = node["intoClause"], !isInto {
                throw unsupported("\"into\" here", hint: "Write create table … as select ….", at: into)
            }
            var select = Select(try selectBody(node))
            select.with = try with(node)
            select.orderBy = try sortKeys(node.list("sortClause"))
            select.limit = try expression(optional: node["limitCount"])
            select.offset = try expression(optional: node["limitOffset"])
            select.withTies = node["limitOption"]?.equals("LIMIT_OPTION_WITH_TIES") ?? false
            select.locking = node.list("lockingClause").compactMap { $0["LockingClause"].map(locking) }
            select.position = place(of: node)
            return select
        }
    }

    private func selectBody(_ node: Node) throws(SyntaxError) -> SelectBody {
        let operation: SetOperator? =
            switch node.string("op") {
            case "SETOP_UNION": .union
            case "SETOP_INTERSECT": .intersect
            case "SETOP_EXCEPT": .except
            default: nil
            }
        if let operation {
            guard let left = node["larg"], let right = node["rarg"] else {
                throw error("XX000", "the parser left out a side of a \(operation)", at: node)
            }
            return .setOperation(operation, all: node.flag("all"), try select(left), try select(right))
        }
        let rows = node.list("valuesLists")
        if !rows.isEmpty {
            var values: [[Expression]] = []
            for row in rows { values.append(try expressions(row.elements)) }
            return .values(values)
        }
        var query = Query(
            distinct: try distinct(node), try outputs(node.list("targetList")), from: try fromItems(node.list("fromClause")),
            where: try expression(optional: node["whereClause"]), groupBy: try groupingItems(node.list("groupClause")),
            having: try expression(optional: node["havingClause"]), windows: try windows(node.list("windowClause")))
        query.groupsDistinct = node.flag("groupDistinct")
        return .query(query)
    }

    /// `distinct` alone is a list of nothing but PostgreSQL's null.
    private func distinct(_ node: Node) throws(SyntaxError) -> Query.Distinct? {
        guard node["distinctClause"] != nil else { return nil }
        let keys = node.list("distinctClause").filter { $0.wrapped != nil }
        return keys.isEmpty ? .all : .on(try expressions(keys))
    }

    func outputs(_ nodes: [Node]) throws(SyntaxError) -> [Output] {
        var outputs: [Output] = []
        for wrapped in nodes {
            guard let target = wrapped["ResTarget"] else { continue }
            outputs.append(Output(try expression(target, "val"), as: target.string("name")))
        }
        return outputs
    }

    private func windows(_ nodes: [Node]) throws(SyntaxError) -> [Window] {
        var windows: [Window] = []
        for node in nodes {
            if let window = node["WindowDef"] { windows.append(try self.window(window)) }
        }
        return windows
    }

    private func groupingItems(_ nodes: [Node]) throws(SyntaxError) -> [GroupingItem] {
        var items: [GroupingItem] = []
        for node in nodes { items.append(try groupingItem(node)) }
        return items
    }

    private func groupingItem(_ wrapped: Node) throws(SyntaxError) -> GroupingItem {
        if let row = wrapped["RowExpr"], row["row_format"]?.equals("COERCE_IMPLICIT_CAST") ?? false {
            return .list(try expressions(row.list("args")))
        }
        guard let set = wrapped["GroupingSet"] else { return .expression(try expression(wrapped)) }
        return try deeper(set) { () throws(SyntaxError) in
            let content = try groupingItems(set.list("content"))
            switch set.string("kind") {
            case "GROUPING_SET_EMPTY": return .empty
            case "GROUPING_SET_ROLLUP": return .rollup(content)
            case "GROUPING_SET_CUBE": return .cube(content)
            case "GROUPING_SET_SETS": return .sets(content)
            default: throw unsupported("this grouping", at: set)
            }
        }
    }

    private func locking(_ node: Node) -> Locking {
        let strength: Locking.Strength =
            switch node.string("strength") {
            case "LCS_FORKEYSHARE": .keyShare
            case "LCS_FORSHARE": .share
            case "LCS_FORNOKEYUPDATE": .noKeyUpdate
            default: .update
            }
        let wait: Locking.Wait =
            switch node.string("waitPolicy") {
            case "LockWaitSkip": .skipLocked
            case "LockWaitError": .noWait
            default: .block
            }
        return Locking(strength, tables: node.list("lockedRels").compactMap { $0["RangeVar"].map(name(table:)) }, wait: wait)
    }

    // MARK: From

    func fromItems(_ nodes: [Node]) throws(SyntaxError) -> [FromItem] {
        var items: [FromItem] = []
        for node in nodes { items.append(try fromItem(node)) }
        return items
    }

    func fromItem(_ wrapped: Node) throws(SyntaxError) -> FromItem {
        try deeper(wrapped) { () throws(SyntaxError) in
            switch wrapped.wrapped {
            case ("RangeVar", let node)?: return .table(name(table: node), alias(node["alias"]))
            case ("RangeSubselect", let node)?:
                return .select(try member(node, "subquery", select(wrapped:)), alias(node["alias"]), lateral: node.flag("lateral"))
            case ("RangeFunction", let node)?: return .call(try functionSource(node))
            case ("JoinExpr", let node)?: return try join(node)
            case ("RangeTableSample", let node)?: throw unsupported("\"tablesample\"", at: node)
            case ("RangeTableFunc", let node)?: throw unsupported("\"xmltable\"", at: node)
            default: throw unsupported("this in \"from\"", at: wrapped)
            }
        }
    }

    private func functionSource(_ node: Node) throws(SyntaxError) -> FunctionSource {
        var calls: [Expression] = []
        for pair in node.list("functions") {
            let parts = pair.elements
            guard let call = parts.first else { continue }
            if parts.count > 1, parts[1].wrapped != nil || !parts[1].elements.isEmpty {
                throw unsupported("a column list inside \"rows from\"", at: node)
            }
            calls.append(try expression(call))
        }
        return FunctionSource(
            calls, withOrdinality: node.flag("ordinality"), lateral: node.flag("lateral"), alias: alias(node["alias"]),
            columns: try columns(node.list("coldeflist")).map { .init(name: $0.name, type: $0.type) })
    }

    private func join(_ node: Node) throws(SyntaxError) -> FromItem {
        guard let left = node["larg"], let right = node["rarg"] else {
            throw error("XX000", "the parser left out a side of a join", at: node)
        }
        var condition: JoinCondition?
        if node.flag("isNatural") {
            condition = .natural
        } else if node["usingClause"] != nil {
            condition = .using(node.names("usingClause"), alias: node["join_using_alias"]?.string("aliasname"))
        } else if let on = node["quals"] {
            condition = .on(try expression(on))
        }
        let kind: JoinKind =
            switch node.string("jointype") {
            case "JOIN_LEFT": .left
            case "JOIN_RIGHT": .right
            case "JOIN_FULL": .full
            default: condition == nil ? .cross : .inner
            }
        return .join(kind, try fromItem(left), try fromItem(right), condition, alias(node["alias"]))
    }

    // MARK: With

    /// The `withClause` among a statement's members.
    func with(_ node: Node) throws(SyntaxError) -> With? {
        guard let clause = node["withClause"] else { return nil }
        var tables: [CommonTable] = []
        for wrapped in clause.list("ctes") {
            guard let table = wrapped["CommonTableExpr"] else { continue }
            if let search = table["search_clause"] { throw unsupported("\"search\"", at: search) }
            if let cycle = table["cycle_clause"] { throw unsupported("\"cycle\"", at: cycle) }
            let materialized: Bool? =
                switch table.string("ctematerialized") {
                case "CTEMaterializeAlways": true
                case "CTEMaterializeNever": false
                default: nil
                }
            tables.append(
                CommonTable(
                    table.string("ctename") ?? "", columns: table.names("aliascolnames"), try member(table, "ctequery", dataStatement),
                    materialized: materialized))
        }
        return With(isRecursive: clause.flag("recursive"), tables)
    }
}
