extension TreeReader {
    func expressions(_ nodes: [Node]) throws(SyntaxError) -> [Expression] {
        var list: [Expression] = []
        list.reserveCapacity(nodes.count)
        for node in nodes { list.append(try expression(node)) }
        return list
    }

    func expression(optional node: Node?) throws(SyntaxError) -> Expression? {
        guard let node else { return nil }
        return try expression(node)
    }

    /// A member that the grammar always fills.
    func expression(_ node: Node, _ member: StaticString) throws(SyntaxError) -> Expression {
        guard let inner = node[member] else { throw error("XX000", "the parser left out an expression", at: node) }
        return try expression(inner)
    }

    /// One expression, wrapped in its node's name.
    func expression(_ wrapped: Node) throws(SyntaxError) -> Expression {
        try deeper(wrapped) { () throws(SyntaxError) in
            guard let (kind, node) = wrapped.wrapped else { throw error("XX000", "the parser left out an expression", at: wrapped) }
            if kind == "A_Indirection" { return try indirection(node) }
            return Expression(try expressionKind(kind, node), at: position(node))
        }
    }

    private func expressionKind(_ kind: String, _ node: Node) throws(SyntaxError) -> Expression.Kind {
        switch kind {
        case "ColumnRef": return column(node)
        case "A_Const":
            return .literal(try literal(node))
        case "ParamRef":
            let number = node.integer("number")
            guard values.indices.contains(number - 1) else { return .parameter(number) }
            metValues.insert(number)
            guard let value = values[number - 1] else { return .literal(.null) }
            return keepsValues ? .parameter(number) : .literal(.string(value))
        case "FuncCall": return .call(try call(node))
        case "A_Expr": return try operation(node)
        case "BoolExpr": return try logic(node)
        case "NullTest":
            return .isNull(try expression(node, "arg"), negated: node["nulltesttype"]?.equals("IS_NOT_NULL") ?? false)
        case "BooleanTest": return try booleanTest(node)
        case "SubLink": return try sublink(node)
        case "TypeCast": return .cast(try expression(node, "arg"), try member(node, "typeName", type))
        case "CaseExpr": return try caseExpression(node)
        case "CollateClause": return .collate(try expression(node, "arg"), name(node.list("collname")))
        case "A_ArrayExpr": return .array(try expressions(node.list("elements")))
        case "RowExpr": return .row(try expressions(node.list("args")))
        case "CoalesceExpr": return .call(Call(Name("coalesce"), try arguments(node.list("args"))))
        case "MinMaxExpr":
            let name = node["op"]?.equals("IS_LEAST") ?? false ? "least" : "greatest"
            return .call(Call(Name(name), try arguments(node.list("args"))))
        case "SQLValueFunction": return .call(try valueFunction(node))
        case "SetToDefault": return .default
        case "GroupingFunc": return .grouping(try expressions(node.list("args")))
        case "XmlExpr", "XmlSerialize": throw unsupported("XML", at: node)
        case "CurrentOfExpr": throw unsupported("\"where current of\"", at: node)
        default: throw unsupported("\(kind) here", at: node)
        }
    }

    /// A member read by `read`, or an error where the parser left it out.
    func member<Result>(
        _ node: Node, _ name: StaticString, _ read: (Node) throws(SyntaxError) -> Result
    ) throws(SyntaxError) -> Result {
        guard let inner = node[name] else { throw error("XX000", "the parser left out \(name)", at: node) }
        return try read(inner)
    }

    private func column(_ node: Node) -> Expression.Kind {
        let fields = node.list("fields")
        let name = name(fields, at: position(node))
        return fields.last?["A_Star"] == nil ? .column(name) : .star(name)
    }

    private func literal(_ node: Node) throws(SyntaxError) -> Literal {
        if node.flag("isnull") { return .null }
        if let value = node["ival"] { return .integer(Int32(clamping: integer(value, at: node.location))) }
        if let value = node["sval"] { return .string(value.string("sval") ?? "") }
        if let value = node["fval"] { return .number(value.string("fval") ?? "0") }
        if let value = node["boolval"] { return .boolean(value.flag("boolval")) }
        if let value = node["bsval"] { return .bits(value.string("bsval") ?? "b") }
        throw unsupported("this constant", at: node)
    }

    // MARK: Operators

    private func operatorName(_ node: Node, _ member: StaticString = "name") throws(SyntaxError) -> String {
        let parts = node.names(member)
        guard parts.count < 2 || (parts.count == 2 && parts[0] == "pg_catalog") else {
            throw unsupported("an operator of a schema", at: node)
        }
        return parts.last ?? ""
    }

    private func operation(_ node: Node) throws(SyntaxError) -> Expression.Kind {
        let name = try operatorName(node)
        switch node.string("kind") ?? "" {
        case "AEXPR_OP", "AEXPR_LIKE", "AEXPR_ILIKE", "AEXPR_SIMILAR":
            let right = try expression(node, "rexpr")
            guard let left = try expression(optional: node["lexpr"]) else { return .unary(name, right) }
            return .binary(name, left, right)
        case "AEXPR_OP_ANY": return .anyOf(try expression(node, "lexpr"), name, try expression(node, "rexpr"), all: false)
        case "AEXPR_OP_ALL": return .anyOf(try expression(node, "lexpr"), name, try expression(node, "rexpr"), all: true)
        case "AEXPR_DISTINCT": return .isDistinct(try expression(node, "lexpr"), try expression(node, "rexpr"), negated: false)
        case "AEXPR_NOT_DISTINCT": return .isDistinct(try expression(node, "lexpr"), try expression(node, "rexpr"), negated: true)
        case "AEXPR_NULLIF":
            return .call(Call(Name("nullif"), [.init(try expression(node, "lexpr")), .init(try expression(node, "rexpr"))]))
        case "AEXPR_IN": return .inList(try expression(node, "lexpr"), try expressions(node.list("rexpr")), negated: name == "<>")
        case "AEXPR_BETWEEN": return try between(node, symmetric: false, negated: false)
        case "AEXPR_NOT_BETWEEN": return try between(node, symmetric: false, negated: true)
        case "AEXPR_BETWEEN_SYM": return try between(node, symmetric: true, negated: false)
        case "AEXPR_NOT_BETWEEN_SYM": return try between(node, symmetric: true, negated: true)
        case let kind: throw unsupported(kind, at: node)
        }
    }

    private func between(_ node: Node, symmetric: Bool, negated: Bool) throws(SyntaxError) -> Expression.Kind {
        let bounds = try expressions(node.list("rexpr"))
        guard bounds.count == 2 else { throw error("XX000", "the parser left out a bound", at: node) }
        return .between(try expression(node, "lexpr"), low: bounds[0], high: bounds[1], symmetric: symmetric, negated: negated)
    }

    /// `x not in (select …)` and `not x in (select …)` are one node to the parser, and here.
    private func logic(_ node: Node) throws(SyntaxError) -> Expression.Kind {
        let parts = try expressions(node.list("args"))
        switch node.string("boolop") ?? "" {
        case "AND_EXPR": return .and(parts)
        case "OR_EXPR": return .or(parts)
        default:
            guard let first = parts.first else { throw error("XX000", "the parser left out an expression", at: node) }
            if case .inSelect(let value, let select, negated: false) = first.kind { return .inSelect(value, select, negated: true) }
            return .not(first)
        }
    }

    private func booleanTest(_ node: Node) throws(SyntaxError) -> Expression.Kind {
        let value = try expression(node, "arg")
        return switch node.string("booltesttype") ?? "" {
        case "IS_NOT_TRUE": .isBoolean(value, true, negated: true)
        case "IS_FALSE": .isBoolean(value, false, negated: false)
        case "IS_NOT_FALSE": .isBoolean(value, false, negated: true)
        case "IS_UNKNOWN": .isBoolean(value, nil, negated: false)
        case "IS_NOT_UNKNOWN": .isBoolean(value, nil, negated: true)
        default: .isBoolean(value, true, negated: false)
        }
    }

    private func sublink(_ node: Node) throws(SyntaxError) -> Expression.Kind {
        let select = try member(node, "subselect", select(wrapped:))
        switch node.string("subLinkType") ?? "" {
        case "EXISTS_SUBLINK": return .exists(select)
        case "ARRAY_SUBLINK": return .arraySelect(select)
        case "EXPR_SUBLINK": return .subselect(select)
        case "ANY_SUBLINK":
            let value = try expression(node, "testexpr")
            let name = try operatorName(node, "operName")
            return name.isEmpty ? .inSelect(value, select, negated: false) : .anyOfSelect(value, name, select, all: false)
        case "ALL_SUBLINK":
            return .anyOfSelect(try expression(node, "testexpr"), try operatorName(node, "operName"), select, all: true)
        case let kind: throw unsupported(kind, at: node)
        }
    }

    private func caseExpression(_ node: Node) throws(SyntaxError) -> Expression.Kind {
        var whens: [Expression.When] = []
        for wrapped in node.list("args") {
            guard let when = wrapped["CaseWhen"] else { continue }
            whens.append(.init(try expression(when, "expr"), then: try expression(when, "result")))
        }
        return .case(
            operand: try expression(optional: node["arg"]), whens: whens, otherwise: try expression(optional: node["defresult"]))
    }

    /// `(x).a[1].b`: subscripts side by side are one list, fields one step each.
    private func indirection(_ node: Node) throws(SyntaxError) -> Expression {
        var value = try expression(node, "arg")
        var subscripts: [Expression.Subscript] = []
        func endSubscripts() {
            if !subscripts.isEmpty { value = Expression(.subscript(value, subscripts), at: value.position) }
            subscripts = []
        }
        for step in node.list("indirection") {
            if let index = step["A_Indices"] {
                subscripts.append(
                    .init(
                        lower: try expression(optional: index["lidx"]), upper: try expression(optional: index["uidx"]),
                        isSlice: index.flag("is_slice")))
            } else {
                endSubscripts()
                value = Expression(.field(value, step.name), at: value.position)
            }
        }
        endSubscripts()
        return value
    }

    // MARK: Calls

    func arguments(_ nodes: [Node]) throws(SyntaxError) -> [Call.Argument] {
        var list: [Call.Argument] = []
        for node in nodes {
            if let named = node["NamedArgExpr"] {
                list.append(.init(try expression(named, "arg"), name: named.string("name")))
            } else {
                list.append(.init(try expression(node)))
            }
        }
        return list
    }

    func call(_ node: Node) throws(SyntaxError) -> Call {
        Call(
            name(node.list("funcname"), at: position(node)), try arguments(node.list("args")), isStar: node.flag("agg_star"),
            isDistinct: node.flag("agg_distinct"), isVariadic: node.flag("func_variadic"), orderBy: try sortKeys(node.list("agg_order")),
            isWithinGroup: node.flag("agg_within_group"), filter: try expression(optional: node["agg_filter"]),
            over: try node["over"].map { (over) throws(SyntaxError) in try window(over) })
    }

    /// `current_date` and its kin, which the grammar writes without brackets: a call by that name.
    private func valueFunction(_ node: Node) throws(SyntaxError) -> Call {
        let op = node.string("op") ?? ""
        guard op.hasPrefix("SVFOP_") else { throw unsupported(op, at: node) }
        var name = op.dropFirst(6).lowercased()
        var arguments: [Call.Argument] = []
        if name.hasSuffix("_n") {
            name = String(name.dropLast(2))
            arguments = [.init(Expression(.literal(.integer(Int32(clamping: node.integer("typmod"))))))]
        }
        return Call(Name([name], at: position(node)), arguments)
    }

    func sortKeys(_ nodes: [Node]) throws(SyntaxError) -> [SortKey] {
        var keys: [SortKey] = []
        for wrapped in nodes {
            guard let node = wrapped["SortBy"] else { continue }
            var descending = isDescending(node, "sortby_dir")
            if node["sortby_dir"]?.equals("SORTBY_USING") ?? false {
                let name = try operatorName(node, "useOp")
                guard name == "<" || name == ">" else {
                    throw error(
                        "42809", "operator \(name) is not a valid ordering operator",
                        hint: "Ordering operators must be \"<\" or \">\" members of btree operator families.", at: node)
                }
                descending = name == ">"
            }
            keys.append(SortKey(try expression(node, "node"), descending: descending, nullsFirst: nullsFirst(node, "sortby_nulls")))
        }
        return keys
    }

    func isDescending(_ node: Node, _ member: StaticString) -> Bool { node[member]?.equals("SORTBY_DESC") ?? false }

    func nullsFirst(_ node: Node, _ member: StaticString) -> Bool? {
        switch node.string(member) {
        case "SORTBY_NULLS_FIRST": true
        case "SORTBY_NULLS_LAST": false
        default: nil
        }
    }

    func window(_ node: Node) throws(SyntaxError) -> Window {
        Window(
            name: node.string("name"), base: node.string("refname"), partitionBy: try expressions(node.list("partitionClause")),
            orderBy: try sortKeys(node.list("orderClause")), frame: try frame(node))
    }

    /// The bits are PostgreSQL's FRAMEOPTION_….
    private func frame(_ node: Node) throws(SyntaxError) -> Window.Frame? {
        let bits = node.integer("frameOptions")
        guard bits & 0x1 != 0 else { return nil }
        let start: Window.Frame.Bound =
            switch true {
            case bits & 0x20 != 0: .unboundedPreceding
            case bits & 0x80 != 0: .unboundedFollowing
            case bits & 0x800 != 0: .preceding(try expression(node, "startOffset"))
            case bits & 0x2000 != 0: .following(try expression(node, "startOffset"))
            default: .currentRow
            }
        let end: Window.Frame.Bound =
            switch true {
            case bits & 0x40 != 0: .unboundedPreceding
            case bits & 0x100 != 0: .unboundedFollowing
            case bits & 0x1000 != 0: .preceding(try expression(node, "endOffset"))
            case bits & 0x4000 != 0: .following(try expression(node, "endOffset"))
            default: .currentRow
            }
        let exclude: Window.Frame.Exclusion? =
            switch true {
            case bits & 0x8000 != 0: .currentRow
            case bits & 0x10000 != 0: .group
            case bits & 0x20000 != 0: .ties
            default: nil
            }
        return .init(mode: bits & 0x4 != 0 ? .rows : bits & 0x8 != 0 ? .groups : .range, start: start, end: end, exclude: exclude)
    }
}
