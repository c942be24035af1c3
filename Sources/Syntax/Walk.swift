/// Going through a tree: every expression in an expression, every item of every `from` in a query.
extension Expression {
    /// Calls `body` with this expression and all in it, outermost first. Subqueries only where asked for.
    package func visit(intoSubqueries: Bool, _ body: (Expression) -> Void) {
        body(self)
        for child in children { child.visit(intoSubqueries: intoSubqueries, body) }
        if intoSubqueries, let select = subquery { select.visit(body) }
    }

    /// The subquery it is made with.
    package var subquery: Select? {
        switch kind {
        case .inSelect(_, let select, _), .anyOfSelect(_, _, let select, _), .exists(let select), .subselect(let select),
            .arraySelect(let select):
            select
        default: nil
        }
    }

    /// The expressions it is made of, in written order; not those of a subquery.
    package var children: [Expression] {
        switch kind {
        case .literal, .parameter, .column, .star, .default, .injected, .exists, .subselect, .arraySelect: []
        case .call(let call):
            call.arguments.map(\.value) + call.orderBy.map(\.value) + (call.filter.map { [$0] } ?? [])
                + (call.over.map { $0.partitionBy + $0.orderBy.map(\.value) } ?? [])
        case .unary(_, let x), .not(let x), .isNull(let x, _), .isBoolean(let x, _, _), .cast(let x, _), .collate(let x, _),
            .field(let x, _):
            [x]
        case .inSelect(let x, _, _), .anyOfSelect(let x, _, _, _): [x]
        case .binary(_, let a, let b), .isDistinct(let a, let b, _), .anyOf(let a, _, let b, _): [a, b]
        case .and(let parts), .or(let parts), .array(let parts), .row(let parts), .grouping(let parts): parts
        case .between(let x, let low, let high, _, _): [x, low, high]
        case .inList(let x, let list, _): [x] + list
        case .case(let operand, let whens, let otherwise):
            (operand.map { [$0] } ?? []) + whens.flatMap { [$0.condition, $0.result] } + (otherwise.map { [$0] } ?? [])
        case .subscript(let x, let subscripts): [x] + subscripts.flatMap { [$0.lower, $0.upper].compactMap { $0 } }
        }
    }

    /// This expression with its parts replaced: `child` for expressions, `select` for subqueries. The expression's own kind stays.
    package func mapChildren<Failure: Error>(
        _ child: (Expression) throws(Failure) -> Expression, select: (Select) throws(Failure) -> Select
    ) throws(Failure) -> Expression {
        func list(_ items: [Expression]) throws(Failure) -> [Expression] {
            var result: [Expression] = []
            result.reserveCapacity(items.count)
            for item in items { result.append(try child(item)) }
            return result
        }
        func optional(_ item: Expression?) throws(Failure) -> Expression? { if let item { try child(item) } else { nil } }
        func keys(_ items: [SortKey]) throws(Failure) -> [SortKey] {
            var result: [SortKey] = []
            for var item in items {
                item.value = try child(item.value)
                result.append(item)
            }
            return result
        }
        let mapped: Kind
        switch kind {
        case .literal, .parameter, .column, .star, .default, .injected: return self
        case .call(var call):
            for index in call.arguments.indices { call.arguments[index].value = try child(call.arguments[index].value) }
            call.orderBy = try keys(call.orderBy)
            call.filter = try optional(call.filter)
            if var window = call.over {
                window.partitionBy = try list(window.partitionBy)
                window.orderBy = try keys(window.orderBy)
                call.over = window
            }
            mapped = .call(call)
        case .unary(let name, let x): mapped = .unary(name, try child(x))
        case .binary(let name, let a, let b): mapped = .binary(name, try child(a), try child(b))
        case .and(let parts): mapped = .and(try list(parts))
        case .or(let parts): mapped = .or(try list(parts))
        case .not(let x): mapped = .not(try child(x))
        case .isNull(let x, let negated): mapped = .isNull(try child(x), negated: negated)
        case .isBoolean(let x, let value, let negated): mapped = .isBoolean(try child(x), value, negated: negated)
        case .isDistinct(let a, let b, let negated): mapped = .isDistinct(try child(a), try child(b), negated: negated)
        case .between(let x, let low, let high, let symmetric, let negated):
            mapped = .between(try child(x), low: try child(low), high: try child(high), symmetric: symmetric, negated: negated)
        case .inList(let x, let items, let negated): mapped = .inList(try child(x), try list(items), negated: negated)
        case .inSelect(let x, let query, let negated): mapped = .inSelect(try child(x), try select(query), negated: negated)
        case .anyOf(let a, let name, let b, let all): mapped = .anyOf(try child(a), name, try child(b), all: all)
        case .anyOfSelect(let x, let name, let query, let all): mapped = .anyOfSelect(try child(x), name, try select(query), all: all)
        case .exists(let query): mapped = .exists(try select(query))
        case .subselect(let query): mapped = .subselect(try select(query))
        case .arraySelect(let query): mapped = .arraySelect(try select(query))
        case .array(let parts): mapped = .array(try list(parts))
        case .row(let parts): mapped = .row(try list(parts))
        case .cast(let x, let type): mapped = .cast(try child(x), type)
        case .case(let operand, let whens, let otherwise):
            var mappedWhens: [When] = []
            let mappedOperand = try optional(operand)
            for when in whens { mappedWhens.append(When(try child(when.condition), then: try child(when.result))) }
            mapped = .case(operand: mappedOperand, whens: mappedWhens, otherwise: try optional(otherwise))
        case .collate(let x, let name): mapped = .collate(try child(x), name)
        case .subscript(let x, var subscripts):
            for index in subscripts.indices {
                subscripts[index].lower = try optional(subscripts[index].lower)
                subscripts[index].upper = try optional(subscripts[index].upper)
            }
            mapped = .subscript(try child(x), subscripts)
        case .field(let x, let name): mapped = .field(try child(x), name)
        case .grouping(let parts): mapped = .grouping(try list(parts))
        }
        return Expression(mapped, at: position)
    }

    /// This expression with every part of it, innermost first, passed through `change`; subqueries stay as they are.
    package func mapped<Failure: Error>(_ change: (Expression) throws(Failure) -> Expression) throws(Failure) -> Expression {
        try change(try mapChildren({ (inner) throws(Failure) in try inner.mapped(change) }, select: { (query) throws(Failure) in query }))
    }
}

extension Select {
    /// Calls `body` with every expression in the query and in its subqueries.
    package func visit(_ body: (Expression) -> Void) {
        var items: [FromItem] = []
        for expression in expressions(into: &items) { expression.visit(intoSubqueries: true, body) }
        for item in items { item.visitExpressions(body) }
        for table in with?.tables ?? [] { if case .select(let select) = table.statement { select.visit(body) } }
        if case .setOperation(_, _, let left, let right) = body_ {
            left.visit(body)
            right.visit(body)
        }
    }

    private var body_: SelectBody { self.body }

    /// Calls `visitor` with every item of every `from`, those of subqueries and common tables too.
    package func visitFromItems(_ visitor: (FromItem) -> Void) {
        var items: [FromItem] = []
        for expression in expressions(into: &items) {
            expression.visit(intoSubqueries: false) { inner in inner.subquery?.visitFromItems(visitor) }
        }
        for item in items { item.visit(visitor) }
        for table in with?.tables ?? [] { if case .select(let select) = table.statement { select.visitFromItems(visitor) } }
        if case .setOperation(_, _, let left, let right) = body_ {
            left.visitFromItems(visitor)
            right.visitFromItems(visitor)
        }
    }

    /// The expressions of this level; its `from` goes to `items`.
    private func expressions(into items: inout [FromItem]) -> [Expression] {
        var found: [Expression] = orderBy.map(\.value) + [limit, offset].compactMap { $0 }
        switch body {
        case .query(let query):
            items += query.from
            found += query.outputs.map(\.value) + [query.filter, query.having].compactMap { $0 }
            if case .on(let keys)? = query.distinct { found += keys }
            func gather(_ item: GroupingItem) {
                switch item {
                case .expression(let expression): found.append(expression)
                case .list(let list): found += list
                case .rollup(let inner), .cube(let inner), .sets(let inner): inner.forEach(gather)
                case .empty: break
                }
            }
            query.groupBy.forEach(gather)
            for window in query.windows { found += window.partitionBy + window.orderBy.map(\.value) }
        case .values(let rows): found += rows.joined()
        case .setOperation: break
        }
        return found
    }
}

extension FromItem {
    /// Calls `visitor` with this item and all in it.
    package func visit(_ visitor: (FromItem) -> Void) {
        visitor(self)
        switch self {
        case .join(_, let left, let right, let condition, _):
            left.visit(visitor)
            right.visit(visitor)
            if case .on(let expression)? = condition { expression.visit(intoSubqueries: false) { $0.subquery?.visitFromItems(visitor) } }
        case .select(let select, _, _): select.visitFromItems(visitor)
        case .call(let source): for call in source.calls { call.visit(intoSubqueries: false) { $0.subquery?.visitFromItems(visitor) } }
        case .table, .secured: break
        }
    }

    func visitExpressions(_ body: (Expression) -> Void) {
        switch self {
        case .join(_, let left, let right, let condition, _):
            left.visitExpressions(body)
            right.visitExpressions(body)
            if case .on(let expression)? = condition { expression.visit(intoSubqueries: true, body) }
        case .select(let select, _, _): select.visit(body)
        case .call(let source): for call in source.calls { call.visit(intoSubqueries: true, body) }
        case .secured(let table): table.policy?.visit(intoSubqueries: true, body)
        case .table: break
        }
    }
}
