import OffstageSchema
package import OffstageSyntax

extension Planner {
    /// All conditions on a node: the request's, and those that inner embeds make.
    func filters(for read: ReadPlan, path: [String]) throws(PlanError) -> Expression? {
        var parts: [Expression] = []
        for filter in request.filters where matches(filter.path, path, read) { parts.append(try condition(filter.value, of: read)) }
        for embed in read.embeds where embed.isInner && !embed.isJoined { parts.append(exists(embed, from: read)) }
        return Expression.all(parts)
    }

    private func condition(_ condition: Condition, of read: ReadPlan) throws(PlanError) -> Expression {
        switch condition {
        case .filter(let filter): return try test(filter, of: read)
        case .logic(let connective, let isNegated, let parts):
            var inner: [Expression] = []
            for part in parts { inner.append(try self.condition(part, of: read)) }
            let joined = (connective == .and ? Expression.all(inner) : Expression.any(inner)) ?? .boolean(connective == .and)
            return isNegated ? Expression(.not(joined)) : joined
        }
    }

    private func test(_ filter: Filter, of read: ReadPlan) throws(PlanError) -> Expression {
        // `rel=is.null`: rows without a match.
        if filter.field.jsonPath.isEmpty, columnType(filter.field.column, of: read) == nil,
            let embed = read.embeds.first(where: { $0.answers(to: filter.field.column) })
        {
            return try presence(filter, embed, of: read)
        }
        let left = try field(filter.field, of: read)
        let test = try self.test(left, filter, of: read)
        return filter.isNegated ? Expression(.not(test)) : test
    }

    private func presence(_ filter: Filter, _ embed: EmbedPlan, of read: ReadPlan) throws(PlanError) -> Expression {
        guard case .is(let truth) = filter.operator, truth == .null || truth == .notNull else {
            throw PlanError(
                "PGRST120", "Bad operator on the '\(filter.field.column)' embedded resource",
                details: .text("Only is null or not is null filters are allowed on embedded resources"))
        }
        let wantsMatch = (truth == .notNull) != filter.isNegated
        let found = exists(embed, from: read)
        return wantsMatch ? found : Expression(.not(found))
    }

    private func test(_ left: Expression, _ filter: Filter, of read: ReadPlan) throws(PlanError) -> Expression {
        func value() -> Expression { Expression(.injected(.value(filter.value?.position ?? 0))) }
        func compare(_ name: String) -> Expression {
            guard let quantifier = filter.quantifier else { return Expression(.binary(name, left, value())) }
            return Expression(.anyOf(left, name, value(), all: quantifier == .all))
        }
        func like(_ name: String) -> Expression {
            guard let quantifier = filter.quantifier else { return Expression(.binary(name, left, value())) }
            // The elements' `*` is `%` too.
            let text = Expression(.cast(value(), TypeName(Name("text"))))
            let patterns = Expression.call("pg_catalog", "replace", arguments: [text, .string("*"), .string("%")])
            return Expression(
                .anyOf(left, name, Expression(.cast(patterns, TypeName(Name("text"), arrayDimensions: 1))), all: quantifier == .all))
        }
        // There are no arrays of arrays to compare with.
        if filter.quantifier != nil || filter.operator == .in, filter.field.jsonPath.isEmpty,
            case .array? = type(of: filter.field.column, in: read)?.type, let type = type(of: filter.field.column, in: read)
        {
            throw PlanError("42704", "could not find array type for data type \(type.name)")
        }
        switch filter.operator {
        case .eq: return compare("=")
        case .neq: return compare("<>")
        case .gt: return compare(">")
        case .gte: return compare(">=")
        case .lt: return compare("<")
        case .lte: return compare("<=")
        case .like: return like("~~")
        case .ilike: return like("~~*")
        case .match: return compare("~")
        case .imatch: return compare("~*")
        case .cs: return compare("@>")
        case .cd: return compare("<@")
        case .ov: return compare("&&")
        case .sl: return compare("<<")
        case .sr: return compare(">>")
        case .nxr: return compare("&<")
        case .nxl: return compare("&>")
        case .adj: return compare("-|-")
        case .isDistinct: return Expression(.isDistinct(left, value(), negated: false))
        case .in: return Expression(.anyOf(left, "=", Expression(.injected(.list(filter.value?.position ?? 0))), all: false))
        case .is(let truth):
            switch truth {
            case .null: return Expression(.isNull(left, negated: false))
            case .notNull: return Expression(.isNull(left, negated: true))
            case .true: return Expression(.isBoolean(left, true, negated: false))
            case .false: return Expression(.isBoolean(left, false, negated: false))
            case .unknown: return Expression(.isBoolean(left, nil, negated: false))
            }
        case .search(let kind, let language):
            let function =
                switch kind {
                case .fts: "to_tsquery"
                case .plfts: "plainto_tsquery"
                case .phfts: "phraseto_tsquery"
                case .wfts: "websearch_to_tsquery"
                }
            let arguments = language.map { [Expression.string($0)] } ?? []
            let query = Expression.call(function, arguments: arguments + [value()])
            let isVector = filter.field.jsonPath.isEmpty && type(of: filter.field.column, in: read)?.type == .tsvector
            let document = isVector ? left : .call("to_tsvector", arguments: arguments + [left])
            return Expression(.binary("@@", document, query))
        }
    }

    /// Whether an embed has a row for the parent's.
    func exists(_ embed: EmbedPlan, from read: ReadPlan) -> Expression {
        var from = [embed.plan.joined]
        var conditions: [Expression] = []
        switch embed.link {
        case .direct(let pairs):
            conditions += pairs.map { Expression(.binary("=", .column(embed.plan.alias, $0.child), .column(read.alias, $0.parent))) }
        case .junction(let junction, let alias, let parent, let child):
            from.append(junction)
            conditions += child.map { Expression(.binary("=", .column(alias, $0.parent), .column(embed.plan.alias, $0.child))) }
            conditions += parent.map { Expression(.binary("=", .column(alias, $0.child), .column(read.alias, $0.parent))) }
        case .computed(_, let beside): from[0] = beside
        }
        if let filter = embed.plan.filter { conditions.append(filter) }
        let query = Query([Output(Expression(.literal(.integer(1))))], from: from, where: Expression.all(conditions))
        return Expression(.exists(Select(.query(query))))
    }
}

extension ReadPlan {
    /// The relation with the to-one embeds that must match joined to it.
    package var joined: FromItem {
        embeds.filter { $0.isInner && $0.isToOne }.reduce(source) { left, embed in
            guard case .direct(let pairs) = embed.link else { return left }
            let on = pairs.map { Expression(.binary("=", .column(embed.plan.alias, $0.child), .column(alias, $0.parent))) }
            let all = Expression.all(on + (embed.plan.filter.map { [$0] } ?? []))
            return .join(.inner, left, embed.plan.joined, all.map { .on($0) }, nil)
        }
    }
}
