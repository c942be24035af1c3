package import OffstageSyntax

/// A walk over a tree that may change its table names and its expressions.
///
/// Definitions outlive the search path and the names they were written with: a view keeps the table it was made over, whatever either
/// is called later. Depth is bounded by the parser's own limit.
package struct TreeRewrite {
    /// A table named in `from`, or written to. Common tables in scope are never asked about.
    package var table: (Name) -> Name?
    /// Asked before an expression's parts are; what it gives is not looked into further.
    package var expression: (Expression) -> Expression?
    /// False leaves out `(select …)`, `exists (…)` and the like.
    package var entersSelects = true
    private var common: [Set<String>] = []

    package init(table: @escaping (Name) -> Name? = { _ in nil }, expression: @escaping (Expression) -> Expression? = { _ in nil }) {
        self.table = table
        self.expression = expression
    }

    // MARK: Expressions

    package mutating func callAsFunction(_ e: Expression) -> Expression {
        if let other = expression(e) { return other }
        return Expression(kind(e.kind), at: e.position)
    }

    package mutating func callAsFunction(_ e: Expression?) -> Expression? { e.map { self($0) } }
    package mutating func callAsFunction(_ list: [Expression]) -> [Expression] { list.map { self($0) } }

    private mutating func kind(_ kind: Expression.Kind) -> Expression.Kind {
        switch kind {
        case .literal, .parameter, .column, .star, .default, .injected: kind
        case .call(let call): .call(self.call(call))
        case .unary(let op, let a): .unary(op, self(a))
        case .binary(let op, let a, let b): .binary(op, self(a), self(b))
        case .and(let parts): .and(self(parts))
        case .or(let parts): .or(self(parts))
        case .not(let a): .not(self(a))
        case .isNull(let a, let negated): .isNull(self(a), negated: negated)
        case .isBoolean(let a, let value, let negated): .isBoolean(self(a), value, negated: negated)
        case .isDistinct(let a, let b, let negated): .isDistinct(self(a), self(b), negated: negated)
        case .between(let a, let low, let high, let symmetric, let negated):
            .between(self(a), low: self(low), high: self(high), symmetric: symmetric, negated: negated)
        case .inList(let a, let list, let negated): .inList(self(a), self(list), negated: negated)
        case .inSelect(let a, let select, let negated): .inSelect(self(a), inner(select), negated: negated)
        case .anyOf(let a, let op, let b, let all): .anyOf(self(a), op, self(b), all: all)
        case .anyOfSelect(let a, let op, let select, let all): .anyOfSelect(self(a), op, inner(select), all: all)
        case .exists(let select): .exists(inner(select))
        case .subselect(let select): .subselect(inner(select))
        case .arraySelect(let select): .arraySelect(inner(select))
        case .array(let parts): .array(self(parts))
        case .row(let parts): .row(self(parts))
        case .cast(let a, let type): .cast(self(a), type)
        case .case(let operand, let whens, let otherwise):
            .case(
                operand: self(operand), whens: whens.map { Expression.When(self($0.condition), then: self($0.result)) },
                otherwise: self(otherwise))
        case .collate(let a, let name): .collate(self(a), name)
        case .subscript(let a, let list):
            .subscript(self(a), list.map { .init(lower: self($0.lower), upper: self($0.upper), isSlice: $0.isSlice) })
        case .field(let a, let name): .field(self(a), name)
        case .grouping(let parts): .grouping(self(parts))
        }
    }

    private mutating func call(_ call: Call) -> Call {
        var call = call
        call.arguments = call.arguments.map {
            var argument = $0
            argument.value = self(argument.value)
            return argument
        }
        call.orderBy = sort(call.orderBy)
        call.filter = self(call.filter)
        call.over = call.over.map { window($0) }
        return call
    }

    private mutating func inner(_ select: Select) -> Select { entersSelects ? self(select) : select }

    private mutating func sort(_ keys: [SortKey]) -> [SortKey] {
        keys.map { SortKey(self($0.value), descending: $0.descending, nullsFirst: $0.nullsFirst) }
    }

    private mutating func window(_ window: Window) -> Window {
        var window = window
        window.partitionBy = self(window.partitionBy)
        window.orderBy = sort(window.orderBy)
        return window
    }

    // MARK: Queries

    package mutating func callAsFunction(_ select: Select) -> Select {
        var select = select
        common.append([])
        defer { common.removeLast() }
        select.with = with(select.with)
        switch select.body {
        case .query(let query): select.body = .query(self.query(query))
        case .values(let rows): select.body = .values(rows.map { self($0) })
        case .setOperation(let op, let all, let left, let right): select.body = .setOperation(op, all: all, self(left), self(right))
        }
        select.orderBy = sort(select.orderBy)
        select.limit = self(select.limit)
        select.offset = self(select.offset)
        return select
    }

    private mutating func with(_ with: With?) -> With? {
        guard var with else { return nil }
        if with.isRecursive { common[common.count - 1].formUnion(with.tables.map(\.name)) }
        for i in with.tables.indices {
            with.tables[i].statement = self(with.tables[i].statement)
            common[common.count - 1].insert(with.tables[i].name)
        }
        return with
    }

    private mutating func query(_ query: Query) -> Query {
        var query = query
        if case .on(let list) = query.distinct { query.distinct = .on(self(list)) }
        query.outputs = outputs(query.outputs)
        query.from = query.from.map { from($0) }
        query.filter = self(query.filter)
        query.groupBy = query.groupBy.map { grouping($0) }
        query.having = self(query.having)
        query.windows = query.windows.map { window($0) }
        return query
    }

    private mutating func outputs(_ outputs: [Output]) -> [Output] { outputs.map { Output(self($0.value), as: $0.alias) } }

    private mutating func grouping(_ item: GroupingItem) -> GroupingItem {
        switch item {
        case .expression(let e): .expression(self(e))
        case .empty: .empty
        case .rollup(let items): .rollup(items.map { grouping($0) })
        case .cube(let items): .cube(items.map { grouping($0) })
        case .sets(let items): .sets(items.map { grouping($0) })
        case .list(let list): .list(self(list))
        }
    }

    private mutating func from(_ item: FromItem) -> FromItem {
        switch item {
        case .table(let name, let alias):
            guard let other = renamed(name) else { return item }
            return .table(other, alias ?? (other.last == name.last ? nil : Alias(name.last)))
        case .select(let select, let alias, let lateral): return .select(self(select), alias, lateral: lateral)
        case .call(var source):
            source.calls = self(source.calls)
            return .call(source)
        case .join(let kind, let left, let right, let condition, let alias):
            var condition = condition
            if case .on(let e) = condition { condition = .on(self(e)) }
            return .join(kind, from(left), from(right), condition, alias)
        case .secured(var table):
            table.name = renamed(table.name) ?? table.name
            table.policy = self(table.policy)
            return .secured(table)
        }
    }

    private func renamed(_ name: Name) -> Name? {
        if name.parts.count == 1, common.contains(where: { $0.contains(name.last) }) { return nil }
        return table(name)
    }

    // MARK: Writing

    package mutating func callAsFunction(_ statement: DataStatement) -> DataStatement {
        switch statement {
        case .select(let select): return .select(self(select))
        case .insert(var insert):
            common.append([])
            defer { common.removeLast() }
            insert.with = with(insert.with)
            (insert.table, insert.alias) = target(insert.table, insert.alias)
            if case .select(let select) = insert.source { insert.source = .select(self(select)) }
            if var conflict = insert.conflict {
                if case .columns(let columns, let filter) = conflict.target {
                    conflict.target = .columns(self(columns), where: self(filter))
                }
                if case .update(let assignments, let filter) = conflict.action {
                    conflict.action = .update(assigned(assignments), where: self(filter))
                }
                insert.conflict = conflict
            }
            insert.returning = outputs(insert.returning)
            return .insert(insert)
        case .update(var update):
            common.append([])
            defer { common.removeLast() }
            update.with = with(update.with)
            (update.table, update.alias) = target(update.table, update.alias)
            update.assignments = assigned(update.assignments)
            update.from = update.from.map { from($0) }
            update.filter = self(update.filter)
            update.returning = outputs(update.returning)
            return .update(update)
        case .delete(var delete):
            common.append([])
            defer { common.removeLast() }
            delete.with = with(delete.with)
            (delete.table, delete.alias) = target(delete.table, delete.alias)
            delete.using = delete.using.map { from($0) }
            delete.filter = self(delete.filter)
            delete.returning = outputs(delete.returning)
            return .delete(delete)
        case .merge(var merge):
            common.append([])
            defer { common.removeLast() }
            merge.with = with(merge.with)
            (merge.table, merge.alias) = target(merge.table, merge.alias)
            merge.source = from(merge.source)
            merge.condition = self(merge.condition)
            for index in merge.whens.indices {
                merge.whens[index].condition = self(merge.whens[index].condition)
                switch merge.whens[index].action {
                case .update(let assignments): merge.whens[index].action = .update(assigned(assignments))
                case .insert(let columns, let values, let overriding):
                    merge.whens[index].action = .insert(columns, values: values.map { self($0) }, overriding: overriding)
                case .delete, .nothing: break
                }
            }
            return .merge(merge)
        }
    }

    private func target(_ name: Name, _ alias: String?) -> (Name, String?) {
        guard let other = renamed(name) else { return (name, alias) }
        return (other, alias ?? (other.last == name.last ? nil : name.last))
    }

    private mutating func assigned(_ assignments: [Assignment]) -> [Assignment] {
        assignments.map { Assignment($0.columns, self($0.value)) }
    }
}
