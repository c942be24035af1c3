import OffstageSyntax

extension Application {
    mutating func rename(_ rename: Rename) throws(SQLError) {
        let to = ObjectName.truncated(rename.to)
        let position = rename.name.position
        switch rename.kind {
        case .table, .view, .index, .sequence, .materializedView:
            guard let found = schema.resolve(rename.name, path: path) else {
                if rename.ifExists { return notice("relation \"\(rename.name.last)\" does not exist, skipping") }
                throw schema.missingRelation(rename.name, path: path)
            }
            if rename.kind != .table { try requireKind(rename.kind, found, position) }
            let target = QualifiedName(found.name.schema, to)
            if schema.relation(target) != nil { throw taken(to) }
            switch found.kind {
            case .table, .view, .materializedView:
                try requireNoType(target)
                renameRelation(found.name, target)
            case .sequence: renameSequence(found.name, target)
            case .index(let table): try renameIndex(table, found.name.name, to)
            }
        case .column:
            guard let found = schema.resolve(rename.name, path: path) else {
                if rename.ifExists { return }
                throw schema.missingRelation(rename.name, path: path)
            }
            try renameColumn(found.name, rename.part ?? "", to, position)
        case .constraint:
            let name = try schema.resolveTable(rename.name, path: path)
            guard let old = schema.tables[name], let part = rename.part else { return }
            guard old.hasConstraint(part) else {
                throw SQLError("42704", "constraint \"\(part)\" for table \"\(name.name)\" does not exist", position: position.known)
            }
            if old.hasConstraint(to) { throw constraintExists(to, old) }
            if old.primaryKey?.name == part || old.uniqueKeys.contains(where: { $0.name == part }),
                schema.relation(QualifiedName(name.schema, to)) != nil
            {
                throw taken(to)
            }
            let new = old.renamingConstraint(part, to)
            schema.tables[name] = new
            changes.append(.alterTable(old: old, new: new))
            moveComments {
                $0 == Commented(.constraint, [name.schema, name.name, part])
            } to: { _ in
                [name.schema, name.name, to]
            }
        case .policy:
            let name = try schema.resolveTable(rename.name, path: path)
            let part = rename.part ?? ""
            guard let i = schema.tables[name]?.policies.firstIndex(where: { $0.name == part }) else { throw missingPolicy(part, name) }
            if schema.tables[name]?.policies.contains(where: { $0.name == to }) == true {
                throw SQLError("42710", "policy \"\(to)\" for table \"\(name.name)\" already exists", position: position.known)
            }
            schema.tables[name]?.policies[i].name = to
            moveComments {
                $0 == Commented(.policy, [name.schema, name.name, part])
            } to: { _ in
                [name.schema, name.name, to]
            }
        case .type where rename.part != nil: try renameAttribute(rename)
        case .type:
            if try renameComposite(rename) { return }
            guard let old = schema.resolveEnumeration(rename.name, path: path) else {
                throw SQLError("42704", "type \"\(rename.name.parts.joined(separator: "."))\" does not exist", position: position.known)
            }
            let target = QualifiedName(old.schema, to)
            if schema.enumerations[target] != nil || schema.tables[target] != nil || schema.views[target] != nil {
                throw SQLError("42710", "type \"\(to)\" already exists", position: position.known)
            }
            try renameType(old, target, position)
        case .schema: try renameNamespace(rename.name.last, to, position)
        case .function, .procedure:
            let found = try function(rename.name, rename.arguments)
            try renameFunction(found, QualifiedName(found.name.schema, to), position)
        case .role: try renameRole(rename.name.last, to)
        case .publication:
            try requirePublication(rename.name.last)
            if schema.publications[to] != nil { throw SQLError("42710", "publication \"\(to)\" already exists") }
            schema.publications[to] = schema.publications.removeValue(forKey: rename.name.last) ?? PublishedTables()
        case .trigger: try renameTrigger(rename, to: to)
        case .domain, .extension:
            throw unsupported("ALTER \(rename.kind.rawValue.uppercased()) … RENAME", nil, position)
        }
    }

    // MARK: Tables and views

    mutating func renameRelation(_ old: QualifiedName, _ new: QualifiedName) {
        if var table = schema.tables.removeValue(forKey: old) {
            table.name = new
            schema.tables[new] = table
            publish(old, as: new)
            changes.append(.renameTable(old, to: new))
        }
        if var view = schema.views.removeValue(forKey: old) {
            view.name = new
            schema.views[new] = view
        }
        schema.privileges[new] = schema.privileges.removeValue(forKey: old)
        schema.triggers[new] = schema.triggers.removeValue(forKey: old)
        schema.automaticPrivileges[new] = schema.automaticPrivileges.removeValue(forKey: old)
        moveComments {
            $0.path.count == 3 && $0.path[0] == old.schema && $0.path[1] == old.name
        } to: {
            [new.schema, new.name, $0[2]]
        }
        for name in schema.sequences.keys where schema.sequences[name]?.ownedBy?.table == old {
            schema.sequences[name]?.ownedBy?.table = new
        }
        var rewrite = TreeRewrite(table: { QualifiedName($0) == old ? Name([new.schema, new.name], at: $0.position) : nil })
        for name in schema.views.keys {
            if let select = schema.views[name]?.select { schema.views[name]?.select = rewrite(select) }
            for i in schema.views[name]?.columns.indices ?? 0..<0 where schema.views[name]?.columns[i].source?.table == old {
                schema.views[name]?.columns[i].source?.table = new
            }
        }
        for name in schema.tables.keys {
            for i in schema.tables[name]?.foreignKeys.indices ?? 0..<0 where schema.tables[name]?.foreignKeys[i].table == old {
                schema.tables[name]?.foreignKeys[i].table = new
            }
            let own = name == new ? TreeRewrite.renaming(table: old.name, to: new.name) : nil
            if let select = schema.tables[name]?.materialized?.select { schema.tables[name]?.materialized?.select = rewrite(select) }
            schema.tables[name]?.mapExpressions { e, isPolicy in
                var e = isPolicy ? rewrite(e) : e
                if var own { e = own(e) }
                return e
            }
        }
        for (name, overloads) in schema.functions {
            schema.functions[name] = overloads.map { function in
                var function = function
                if case .table(old, let isSet) = function.result { function.result = .table(new, isSet: isSet) }
                return function
            }
        }
    }

    mutating func renameSequence(_ old: QualifiedName, _ new: QualifiedName) {
        guard var sequence = schema.sequences.removeValue(forKey: old) else { return }
        sequence.name = new
        schema.sequences[new] = sequence
        schema.privileges[new] = schema.privileges.removeValue(forKey: old)
        schema.automaticPrivileges[new] = schema.automaticPrivileges.removeValue(forKey: old)
        moveComments {
            $0 == Commented(.sequence, [old.schema, old.name])
        } to: { _ in
            [new.schema, new.name]
        }
        changes.append(.renameSequence(old, to: new))
        for name in schema.tables.keys {
            guard let before = schema.tables[name] else { continue }
            var table = before
            for i in table.columns.indices {
                if table.columns[i].sequence == old { table.columns[i].sequence = new }
                if table.columns[i].defaultValue?.nextSequence == old { table.columns[i].defaultValue = .nextValue(of: new) }
            }
            guard table != before else { continue }
            schema.tables[name] = table
            changes.append(.alterTable(old: before, new: table))
        }
    }

    private mutating func renameIndex(_ name: QualifiedName, _ old: String, _ new: String) throws(SQLError) {
        guard let table = schema.tables[name] else { return }
        if let i = table.indexes.firstIndex(where: { $0.name == old }) {
            schema.tables[name]?.indexes[i].name = new
            changes.append(.renameIndex(name, from: old, to: new))
        } else {
            let renamed = table.renamingConstraint(old, new)
            schema.tables[name] = renamed
            changes.append(.alterTable(old: table, new: renamed))
        }
        moveComments {
            $0 == Commented(.index, [name.schema, old])
        } to: { _ in
            [name.schema, new]
        }
    }

    mutating func moveComments(_ isMeant: (Commented) -> Bool, to path: ([String]) -> [String]) {
        for key in schema.comments.keys.filter(isMeant) {
            schema.comments[Commented(key.kind, path(key.path))] = schema.comments.removeValue(forKey: key)
        }
    }

    // MARK: Columns

    private mutating func renameColumn(_ relation: QualifiedName, _ old: String, _ new: String, _ position: Position) throws(SQLError) {
        if let view = schema.views[relation] { return try renameColumn(of: view, old, new, position) }
        if schema.tables[relation] == nil, let kind = schema.relation(relation) {
            throw SQLError(
                "42809", "cannot rename columns of relation \"\(relation.name)\"",
                details: "This operation is not supported for \(kind.plural).",
                position: position.known)
        }
        guard var table = schema.tables[relation], let i = table.columns.firstIndex(where: { $0.name == old }) else {
            let names = schema.tables[relation]?.columns.map(\.name) ?? []
            throw SQLError("42703", "column \"\(old)\" does not exist", hint: schema.perhaps(old, names), position: position.known)
        }
        if Self.systemColumns.contains(new) {
            throw SQLError("42701", "column name \"\(new)\" conflicts with a system column name", position: position.known)
        }
        if table.column(new) != nil {
            throw SQLError("42701", "column \"\(new)\" of relation \"\(relation.name)\" already exists", position: position.known)
        }
        // Views and policies first, while the column still goes by its old name.
        try renameInQueries(relation, old, new)
        for name in schema.tables.keys.sorted() {
            for (p, policy) in (schema.tables[name]?.policies ?? []).enumerated() where uses(policy, of: name, relation, old) {
                let outer = name == relation ? relation : nil
                func renamed(_ e: Expression?) throws(SQLError) -> Expression? {
                    guard let e else { return nil }
                    let renaming = ColumnRenaming(
                        schema, relation, old, new, outer: outer ?? name, what: "policy \(policy.name)", aliases: { $0(e) })
                    return try renaming.run(e)
                }
                var changed = policy
                changed.using = try renamed(policy.using)
                changed.check = try renamed(policy.check)
                schema.tables[name]?.policies[p] = changed
            }
        }
        table = schema.tables[relation] ?? table
        table.columns[i].name = new
        func swap(_ columns: inout [String]) { for c in columns.indices where columns[c] == old { columns[c] = new } }
        if var key = table.primaryKey {
            swap(&key.columns)
            table.primaryKey = key
        }
        for k in table.uniqueKeys.indices { swap(&table.uniqueKeys[k].columns) }
        for k in table.foreignKeys.indices { swap(&table.foreignKeys[k].columns) }
        for k in table.indexes.indices { swap(&table.indexes[k].including) }
        schema.tables[relation] = table
        var own = TreeRewrite.renaming(column: old, to: new)
        schema.tables[relation]?.mapExpressions { e, isPolicy in isPolicy ? e : own(e) }
        for name in schema.tables.keys {
            for k in schema.tables[name]?.foreignKeys.indices ?? 0..<0 where schema.tables[name]?.foreignKeys[k].table == relation {
                if var columns = schema.tables[name]?.foreignKeys[k].referenced {
                    swap(&columns)
                    schema.tables[name]?.foreignKeys[k].referenced = columns
                }
            }
        }
        for name in schema.sequences.keys where schema.sequences[name]?.ownedBy == ColumnSource(relation, old) {
            schema.sequences[name]?.ownedBy?.column = new
        }
        for role in schema.privileges[relation]?.columns.keys.map({ $0 }) ?? [] {
            let held = schema.privileges[relation]?.columns[role]?.removeValue(forKey: old)
            schema.privileges[relation]?.columns[role]?[new] = held
        }
        for index in schema.triggers[relation]?.indices ?? 0..<0 {
            if var columns = schema.triggers[relation]?[index].columns {
                swap(&columns)
                schema.triggers[relation]?[index].columns = columns
            }
            var rows = TreeRewrite.renaming(column: old, to: new)
            let when = rows(schema.triggers[relation]?[index].when)
            schema.triggers[relation]?[index].when = when
        }
        for k in schema.tables[relation]?.foreignKeys.indices ?? 0..<0 {
            if var columns = schema.tables[relation]?.foreignKeys[k].setsOnDelete {
                swap(&columns)
                schema.tables[relation]?.foreignKeys[k].setsOnDelete = columns
            }
        }
        changes.append(.renameColumn(relation, from: old, to: new))
    }
}

extension Application {
    private mutating func renameColumn(of view: View, _ old: String, _ new: String, _ position: Position) throws(SQLError) {
        guard let i = view.columns.firstIndex(where: { $0.name == old }) else {
            throw SQLError(
                "42703", "column \"\(old)\" does not exist", hint: schema.perhaps(old, view.columns.map(\.name)), position: position.known)
        }
        if view.columns.contains(where: { $0.name == new }) {
            throw SQLError("42701", "column \"\(new)\" of relation \"\(view.name.name)\" already exists", position: position.known)
        }
        try renameInQueries(view.name, old, new)
        var names = view.columns.map(\.name)
        names[i] = new
        schema.views[view.name]?.columns[i].name = new
        schema.views[view.name]?.select = view.select.naming(names)
        for role in schema.privileges[view.name]?.columns.keys.map({ $0 }) ?? [] {
            let held = schema.privileges[view.name]?.columns[role]?.removeValue(forKey: old)
            schema.privileges[view.name]?.columns[role]?[new] = held
        }
        moveComments {
            $0 == Commented(.column, [view.name.schema, view.name.name, old])
        } to: {
            [$0[0], $0[1], new]
        }
    }

    /// In the queries of views, while the column still goes by its old name.
    private mutating func renameInQueries(_ relation: QualifiedName, _ old: String, _ new: String) throws(SQLError) {
        for (name, select, _) in queries where name != relation && uses(select, relation, old) {
            let names = schema.views[name]?.columns.map(\.name) ?? schema.tables[name]?.columns.map(\.name) ?? []
            let renaming = ColumnRenaming(schema, relation, old, new, outer: nil, what: "view \(name.name)", aliases: { $0(select) })
            setQuery(name, try renaming.run { $0(select) }.naming(names))
            for c in schema.views[name]?.columns.indices ?? 0..<0
            where schema.views[name]?.columns[c].source == ColumnSource(relation, old) {
                schema.views[name]?.columns[c].source = ColumnSource(relation, new)
            }
        }
    }
}

/// A column's new name in a query or policy that may be over several tables. Where the tree does not plainly say whose column is meant, it
/// is refused.
private struct ColumnRenaming {
    let schema: Schema
    let table: QualifiedName
    let old: String
    let new: String
    let outer: QualifiedName?
    let what: String
    let found: TreeAliases

    init<T>(
        _ schema: Schema, _ table: QualifiedName, _ old: String, _ new: String, outer: QualifiedName?, what: String,
        aliases: (inout TreeAliases) -> T
    ) {
        (self.schema, self.table, self.old, self.new, self.outer, self.what) = (schema, table, old, new, outer, what)
        var found = TreeAliases()
        _ = aliases(&found)
        self.found = found
    }

    /// A policy's expression: outside its subqueries a bare name is the policy's own table's.
    func run(_ e: Expression) throws(SQLError) -> Expression {
        guard let outer else { return try run { $0(e) } }
        // Names already settled are put out of reach of the second walk.
        let settled = "\u{0}" + old
        var outside = TreeRewrite(expression: { e in
            guard case .column(let name) = e.kind, name.last == old, name.qualifier ?? outer.name == outer.name else { return nil }
            return Self.column(e, name, outer == table ? new : settled)
        })
        outside.entersSelects = false
        let inside = try run { $0(outside(e)) }
        var restoring = TreeRewrite.renaming(column: settled, to: old)
        return restoring(inside)
    }

    func run<T>(_ walk: (inout TreeRewrite) -> T) throws(SQLError) -> T {
        let state = State()
        let inner = found.tables.map { ($0.alias, QualifiedName($0.name)) }
        let outside = outer.map { [($0.name, $0)] } ?? []
        let owners = inner.filter { columns(of: $0.1).contains(old) }
        let isPlain = found.derived.isEmpty && !found.usingColumns.contains(old) && !found.usingColumns.contains("*")
        var rewrite = TreeRewrite(expression: { e in
            guard case .column(let name) = e.kind, name.last == old else { return nil }
            var meant = name.qualifier.map { alias in inner.filter { $0.0 == alias } } ?? owners
            if meant.isEmpty { meant = outside.filter { name.qualifier ?? $0.0 == $0.0 } }
            guard meant.contains(where: { $0.1 == table }) else {
                if meant.isEmpty, !isPlain { state.isUnclear = true }
                return nil
            }
            if !isPlain || meant.contains(where: { $0.1 != table }) { state.isUnclear = true }
            return Self.column(e, name, new)
        })
        let result = walk(&rewrite)
        if state.isUnclear {
            throw SQLError(
                "0A000", "renaming column \"\(old)\" is not supported while \(what) uses it",
                hint: "Drop the \(what.hasPrefix("view") ? "view" : "policy"), rename the column, and create it again.")
        }
        return result
    }

    private static func column(_ e: Expression, _ name: Name, _ last: String) -> Expression {
        Expression(.column(Name(Array(name.parts.dropLast()) + [last], at: name.position)), at: e.position)
    }

    private func columns(of name: QualifiedName) -> [String] {
        schema.tables[name]?.columns.map(\.name) ?? schema.views[name]?.columns.map(\.name) ?? []
    }

    private final class State {
        var isUnclear = false
    }
}

extension TreeRewrite {
    /// Over one table's own expressions: a column by its new name.
    static func renaming(column old: String, to new: String) -> TreeRewrite {
        TreeRewrite(expression: { e in
            guard case .column(let name) = e.kind, name.last == old else { return nil }
            return Expression(.column(Name(Array(name.parts.dropLast()) + [new], at: name.position)), at: e.position)
        })
    }

    /// Over one table's own expressions: `books.title` when the table is called something else.
    static func renaming(table old: String, to new: String) -> TreeRewrite {
        TreeRewrite(expression: { e in
            guard case .column(let name) = e.kind, name.qualifier == old else { return nil }
            return Expression(.column(Name([new, name.last], at: name.position)), at: e.position)
        })
    }
}

extension Table {
    /// Every expression the table holds; the second says whether it is a policy's.
    mutating func mapExpressions(_ change: (Expression, Bool) -> Expression) {
        for i in columns.indices {
            columns[i].defaultValue = columns[i].defaultValue.map { change($0, false) }
            columns[i].generated = columns[i].generated.map { change($0, false) }
        }
        for i in checks.indices { checks[i].condition = change(checks[i].condition, false) }
        for i in indexes.indices {
            for j in indexes[i].elements.indices { indexes[i].elements[j].value = change(indexes[i].elements[j].value, false) }
            indexes[i].filter = indexes[i].filter.map { change($0, false) }
        }
        for i in policies.indices {
            policies[i].using = policies[i].using.map { change($0, true) }
            policies[i].check = policies[i].check.map { change($0, true) }
        }
    }

    func renamingConstraint(_ old: String, _ new: String) -> Table {
        var table = self
        if table.primaryKey?.name == old { table.primaryKey?.name = new }
        for i in table.uniqueKeys.indices where table.uniqueKeys[i].name == old { table.uniqueKeys[i].name = new }
        for i in table.foreignKeys.indices where table.foreignKeys[i].name == old { table.foreignKeys[i].name = new }
        for i in table.checks.indices where table.checks[i].name == old { table.checks[i].name = new }
        return table
    }
}
