package import OffstageSchema
package import OffstageSyntax

/// The one door between a statement and the rows: privileges asked, row level security added, views put in place of their names.
///
/// What PostgreSQL's rewriter does, done on the tree before a dialect sees it. Every table reference comes out as `.secured`; a dialect
/// refuses any other. On PostgreSQL itself the server's own policies do this work and the gate is not used.
///
/// See `Docs/Internals/Policies.md`.
package struct Gate: Sendable {
    package let schema: Schema
    package let role: String
    package var path: [String]
    /// Sets of rows that are known by name and are no relations.
    package var kept: Set<String> = []
    /// Tables whose policies are being added, outermost first: a policy that reads its own table would go on for ever.
    private var open: [QualifiedName] = []
    /// Views being expanded.
    private var views: [QualifiedName] = []

    package init(_ schema: Schema, role: String, path: [String] = Schema.searchPath) {
        self.schema = schema
        self.role = role
        self.path = path
    }

    package func with(path: [String]) -> Gate {
        var copy = self
        copy.path = path
        return copy
    }

    /// The tree is what the caller wrote, or a function that runs with the caller's rights: its names are looked up for the caller. Those of
    /// views and policies were looked up when they were made.
    private var isAsked: Bool { open.isEmpty && views.isEmpty }

    private func with(role: String) -> Gate {
        var copy = Gate(schema, role: role, path: path)
        copy.open = open
        copy.views = views
        return copy
    }
}

extension Gate {
    /// A relation as the caller may read it: a secured table, or a view's query.
    ///
    /// Where the database itself is the authority, the relation as it is: the database adds what there is to add.
    ///
    /// - Throws: 42501 where the caller may not read it, 42P17 for a policy that reads its own table, 42P01.
    package func source(_ name: QualifiedName, as alias: Alias?, hiding hidden: Set<String> = []) throws(SQLError) -> FromItem {
        if schema.authority == .database { return .table(Name(name.schema, name.name), alias) }
        if let view = schema.views[name] {
            guard hidden.isEmpty else { throw SQLError.denied("view", name.name) }
            return try expand(view, as: alias)
        }
        guard let table = schema.tables[name] else { throw SQLError("42P01", "relation \"\(name)\" does not exist") }
        if table.materialized?.isPopulated == false {
            throw SQLError(
                "55000", "materialized view \"\(name.name)\" has not been populated",
                hint: "Use the REFRESH MATERIALIZED VIEW command.")
        }
        return .secured(SecuredTable(Name(name.schema, name.name), as: alias, policy: try visible(table), hiding: hidden))
    }

    /// What rows of a table the caller sees: nil for all, else the condition.
    package func visible(_ table: Table) throws(SQLError) -> Expression? {
        try using(table, for: .select)
    }

    /// Which rows a command may touch: the `using` conditions that apply to the caller.
    package func using(_ table: Table, for command: CreatePolicy.Command) throws(SQLError) -> Expression? {
        let conditions = try conditions(table, for: command) { $0.using }
        return Expression.all(conditions.map(\.condition))
    }

    /// The same where a row is judged instead of left out, each with the restrictive policy it comes from.
    ///
    /// - Parameter ofOldRow: it is the row that an upsert meets; else the new row, which the caller must be able to see.
    package func usingChecks(_ table: Table, for command: CreatePolicy.Command, ofOldRow: Bool) throws(SQLError) -> [PolicyCheck] {
        try conditions(table, for: command) { $0.using }.map { PolicyCheck(condition: $0.condition, policy: $0.policy, isUsing: ofOldRow) }
    }

    /// What a new row must satisfy, each with the name of the restrictive policy it comes from.
    package func checks(_ table: Table, for command: CreatePolicy.Command) throws(SQLError) -> [PolicyCheck] {
        try conditions(table, for: command) { $0.check ?? $0.using }
    }

    /// The permissive policies as one condition, then each restrictive one. Without a permissive policy the others are not looked at.
    private func conditions(
        _ table: Table, for command: CreatePolicy.Command, _ condition: (Policy) -> Expression?
    ) throws(SQLError) -> [PolicyCheck] {
        guard schema.appliesRowSecurity(of: table, to: role) else { return [] }
        let (permissive, restrictive) = schema.policies(of: table, for: command, role: role)
        let inner = try entering(table)
        let allowed = Expression.any(permissive.map { condition($0) ?? .boolean(true) }) ?? .boolean(false)
        var checks = [PolicyCheck(condition: try inner.rewrite(allowed.folded.factored), policy: nil)]
        guard !permissive.isEmpty else { return checks }
        for policy in restrictive {
            guard let own = condition(policy) else { continue }
            checks.append(PolicyCheck(condition: try inner.rewrite(own.folded.factored), policy: policy.name))
        }
        return checks
    }

    private func entering(_ table: Table) throws(SQLError) -> Gate {
        guard !open.contains(table.name), open.count < 16 else {
            throw SQLError("42P17", "infinite recursion detected in policy for relation \"\(table.name.name)\"")
        }
        var inner = self
        inner.open.append(table.name)
        return inner
    }

    private func expand(_ view: View, as alias: Alias?) throws(SQLError) -> FromItem {
        guard !views.contains(view.name), views.count < 32 else {
            throw SQLError("42P17", "infinite recursion detected in rules for relation \"\(view.name.name)\"")
        }
        // A view reads as its owner, unless it was made to read as whoever asks.
        var inner = view.isSecurityInvoker ? self : with(role: view.owner)
        inner.views.append(view.name)
        let select = try inner.rewrite(view.select)
        var shown = alias ?? Alias(view.name.name)
        if shown.columns.isEmpty { shown.columns = view.columns.map(\.name) }
        shown.row = Name(view.name.schema, view.name.name)
        return .select(select, shown, lateral: false)
    }
}

/// A condition a written row must satisfy, and the restrictive policy to blame where it does not.
package struct PolicyCheck: Sendable, Hashable {
    package var condition: Expression
    package var policy: String?
    /// PostgreSQL's words for the old row of an upsert, which `using` judges.
    package var isUsing = false

    package func message(_ table: String) -> String {
        "new row violates row-level security policy \(policy.map { "\"\($0)\" " } ?? "")\(isUsing ? "(USING expression) " : "")for table \"\(table)\""
    }
}

// MARK: The walk

extension Gate {
    /// The query with every table it reads secured and every view expanded.
    package func rewrite(_ select: Select) throws(SQLError) -> Select { try rewrite(select, hiding: []) }

    /// The expression with the same done in its subqueries.
    package func rewrite(_ expression: Expression) throws(SQLError) -> Expression { try rewrite(expression, hiding: []) }

    /// An item of a `from`, secured.
    package func rewrite(_ item: FromItem) throws(SQLError) -> FromItem { try rewrite(item, hiding: []) }

    /// `names` are common tables in scope, which hide relations of the same name.
    private func rewrite(_ select: Select, hiding names: Set<String>) throws(SQLError) -> Select {
        var result = select
        var names = names
        if var with = select.with {
            for index in with.tables.indices {
                guard case .select(let inner) = with.tables[index].statement else {
                    throw SQLError(
                        "0A000", "WITH clause containing a data-modifying statement must be at the top level")
                }
                let visible = with.isRecursive ? names.union(with.tables.map(\.name)) : names
                do throws(SQLError) {
                    with.tables[index].statement = .select(try rewrite(inner, hiding: visible))
                } catch {
                    throw error.told(ofItems: with.tables[index...].map(\.name))
                }
                names.insert(with.tables[index].name)
            }
            result.with = with
        }
        switch select.body {
        case .query(let query): result.body = .query(try rewrite(query, hiding: names))
        case .values(let rows):
            var changed: [[Expression]] = []
            for row in rows { changed.append(try rewrite(row, hiding: names)) }
            result.body = .values(changed)
        case .setOperation(let operation, let all, let left, let right):
            result.body = .setOperation(operation, all: all, try rewrite(left, hiding: names), try rewrite(right, hiding: names))
        }
        result.orderBy = try rewrite(select.orderBy, hiding: names)
        result.limit = try rewrite(optional: select.limit, hiding: names)
        result.offset = try rewrite(optional: select.offset, hiding: names)
        return result
    }

    private func rewrite(_ query: Query, hiding names: Set<String>) throws(SQLError) -> Query {
        var result = query
        for index in result.outputs.indices { result.outputs[index].value = try rewrite(result.outputs[index].value, hiding: names) }
        result.from = []
        for item in query.from { result.from.append(try rewrite(item, hiding: names)) }
        result.filter = try rewrite(optional: query.filter, hiding: names)
        result.having = try rewrite(optional: query.having, hiding: names)
        if case .on(let keys)? = query.distinct { result.distinct = .on(try rewrite(keys, hiding: names)) }
        for index in result.windows.indices {
            result.windows[index].partitionBy = try rewrite(query.windows[index].partitionBy, hiding: names)
            result.windows[index].orderBy = try rewrite(query.windows[index].orderBy, hiding: names)
        }
        result.groupBy = []
        for item in query.groupBy { result.groupBy.append(try rewrite(item, hiding: names)) }
        return result
    }

    private func rewrite(_ item: GroupingItem, hiding names: Set<String>) throws(SQLError) -> GroupingItem {
        func all(_ items: [GroupingItem]) throws(SQLError) -> [GroupingItem] {
            var result: [GroupingItem] = []
            for item in items { result.append(try rewrite(item, hiding: names)) }
            return result
        }
        switch item {
        case .expression(let expression): return .expression(try rewrite(expression, hiding: names))
        case .list(let list): return .list(try rewrite(list, hiding: names))
        case .rollup(let items): return .rollup(try all(items))
        case .cube(let items): return .cube(try all(items))
        case .sets(let items): return .sets(try all(items))
        case .empty: return .empty
        }
    }

    private func rewrite(_ item: FromItem, hiding names: Set<String>) throws(SQLError) -> FromItem {
        switch item {
        case .table(let name, let alias):
            if name.parts.count == 1, names.contains(name.last) || kept.contains(name.last) { return item }
            if isAsked { try schema.demandUsage(role, of: name) }
            // The catalogue shows each caller what PostgreSQL's own would: it is made for the role.
            if let system = SystemRelation.named(name.parts) {
                return .secured(SecuredTable(Name(system.name.schema, system.name.name), as: alias, policy: nil))
            }
            if let found = schema.resolve(name, path: path), case .sequence = found.kind {
                guard schema.allows(role, .select, on: found.name) else { throw SQLError.denied("sequence", found.name.name) }
                return .secured(SecuredTable(Name(found.name.schema, found.name.name), as: alias, policy: nil))
            }
            let found = try schema.resolveRelation(name, path: path)
            return try source(found, as: alias, hiding: try demandSelect(found, at: name.position))
        case .secured: return item
        case .select(let select, let alias, let lateral): return .select(try rewrite(select, hiding: names), alias, lateral: lateral)
        case .call(var source):
            source.calls = try rewrite(source.calls, hiding: names)
            return .call(source)
        case .join(let kind, let left, let right, let condition, let alias):
            var changed = condition
            if case .on(let expression)? = condition { changed = .on(try rewrite(expression, hiding: names)) }
            return .join(kind, try rewrite(left, hiding: names), try rewrite(right, hiding: names), changed, alias)
        }
    }

    /// A relation read inside a view, a policy or a function: all of it must be granted, or the columns that are named.
    ///
    /// - Returns: the columns that may not be named.
    private func demandSelect(_ name: QualifiedName, at position: Position) throws(SQLError) -> Set<String> {
        guard let granted = schema.allowedColumns(role, .select, of: name) else { return [] }
        guard !granted.isEmpty else {
            let isStored = schema.tables[name].map { $0.materialized != nil } ?? false
            throw SQLError.denied(schema.views[name] != nil ? "view" : isStored ? "materialized view" : "table", name.name)
        }
        return Set(schema.columns(of: name).map(\.name)).subtracting(granted)
    }

    private func rewrite(_ expression: Expression, hiding names: Set<String>) throws(SQLError) -> Expression {
        if isAsked, case .call(let call) = expression.kind { try schema.demandUsage(role, of: call.function) }
        return try expression.mapChildren(
            { (inner) throws(SQLError) in try self.rewrite(inner, hiding: names) },
            select: { (select) throws(SQLError) in try self.rewrite(select, hiding: names) })
    }

    private func rewrite(_ list: [Expression], hiding names: Set<String>) throws(SQLError) -> [Expression] {
        var result: [Expression] = []
        for item in list { result.append(try rewrite(item, hiding: names)) }
        return result
    }

    private func rewrite(optional expression: Expression?, hiding names: Set<String>) throws(SQLError) -> Expression? {
        if let expression { try rewrite(expression, hiding: names) } else { nil }
    }

    private func rewrite(_ keys: [SortKey], hiding names: Set<String>) throws(SQLError) -> [SortKey] {
        var result: [SortKey] = []
        for var key in keys {
            key.value = try rewrite(key.value, hiding: names)
            result.append(key)
        }
        return result
    }
}

extension SQLError {
    /// A relation that does not exist but goes by the name of a WITH item further on.
    fileprivate func told(ofItems names: [String]) -> SQLError {
        guard code == "42P01", details == nil, let name = names.first(where: { message == "relation \"\($0)\" does not exist" }) else {
            return self
        }
        var copy = self
        copy.details = "There is a WITH item named \"\(name)\", but it cannot be referenced from this part of the query."
        copy.hint = "Use WITH RECURSIVE, or re-order the WITH items to remove forward references."
        return copy
    }

    /// `permission denied for table books`.
    package static func denied(_ kind: String, _ name: String) -> SQLError { SQLError("42501", "permission denied for \(kind) \(name)") }
}
