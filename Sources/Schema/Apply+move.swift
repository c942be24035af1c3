import OffstageSyntax

/// New names and places of whole things: `set schema`, and renames of schemas, types, functions and roles.
extension Application {
    mutating func setSchema(_ kind: ObjectKind, _ name: Name, _ arguments: [TypeName]?, to: String, ifExists: Bool) throws(SQLError) {
        let position = name.position
        switch kind {
        case .table, .view, .materializedView, .sequence:
            guard let found = schema.resolve(name, path: path) else {
                guard ifExists else { throw schema.missingRelation(name, path: path) }
                return notice("relation \"\(name.last)\" does not exist, skipping")
            }
            try requireKind(kind, found, position)
            try requirePlace(to)
            if found.name.schema == to { return }
            if case .sequence = found.kind, let owner = schema.sequences[found.name]?.ownedBy {
                throw SQLError(
                    "0A000", "cannot move an owned sequence into another schema",
                    details: "Sequence \"\(found.name.name)\" is linked to table \"\(owner.table.name)\".", position: position.known)
            }
            let target = QualifiedName(to, found.name.name)
            if schema.relation(target) != nil {
                throw SQLError("42P07", "relation \"\(target.name)\" already exists in schema \"\(to)\"", position: position.known)
            }
            if case .sequence = found.kind { return renameSequence(found.name, target) }
            try requireNoType(target)
            // Indexes and the sequences behind its columns go along.
            for index in schema.tables[found.name]?.indexNames ?? [] where schema.relation(QualifiedName(to, index)) != nil {
                throw SQLError("42P07", "relation \"\(index)\" already exists in schema \"\(to)\"", position: position.known)
            }
            let sequences = schema.sequences.values.filter { $0.ownedBy?.table == found.name }.map(\.name)
            for sequence in sequences where schema.relation(QualifiedName(to, sequence.name)) != nil {
                throw SQLError("42P07", "relation \"\(sequence.name)\" already exists in schema \"\(to)\"", position: position.known)
            }
            renameRelation(found.name, target)
            for sequence in sequences { renameSequence(sequence, QualifiedName(to, sequence.name)) }
        case .type:
            guard let old = schema.resolveEnumeration(name, path: path) else {
                throw SQLError("42704", "type \"\(name.parts.joined(separator: "."))\" does not exist", position: position.known)
            }
            try requirePlace(to)
            try renameType(old, QualifiedName(to, old.name), position)
        case .function, .procedure:
            let found = try function(name, arguments)
            try requirePlace(to)
            try renameFunction(found, QualifiedName(to, found.name.name), position)
        default: throw unsupported("SET SCHEMA of a \(kind.rawValue)", "Create it in the schema where it should be.", position)
        }
    }

    private func requirePlace(_ namespace: String) throws(SQLError) {
        try schema.requireNamespace(namespace)
    }

    func requireKind(_ kind: ObjectKind, _ found: (name: QualifiedName, kind: RelationKind), _ position: Position) throws(SQLError) {
        let isRight: Bool
        let word: String
        switch kind {
        case .view: (isRight, word) = (found.kind == .view, "a view")
        case .materializedView: (isRight, word) = (found.kind == .materializedView, "a materialized view")
        case .sequence: (isRight, word) = (found.kind == .sequence, "a sequence")
        case .index:
            if case .index = found.kind { return }
            (isRight, word) = (false, "an index")
        case .table:
            // PostgreSQL takes `alter table` for all but indexes.
            if case .index = found.kind {
                throw SQLError(
                    "42809", "\"\(found.name.name)\" is not a table, view, materialized view, sequence, or foreign table",
                    position: position.known)
            }
            return
        default: return
        }
        if !isRight { throw SQLError("42809", "\"\(found.name.name)\" is not \(word)", position: position.known) }
    }

    // MARK: Schemas

    mutating func renameNamespace(_ old: String, _ new: String, _ position: Position) throws(SQLError) {
        try schema.requireNamespace(old, at: position)
        if schema.namespaces.contains(new) { throw SQLError("42P06", "schema \"\(new)\" already exists", position: position.known) }
        if new.hasPrefix("pg_") {
            throw SQLError("42939", "unacceptable schema name \"\(new)\"", details: "The prefix \"pg_\" is reserved for system schemas.")
        }
        if Schema.initial.namespaces.contains(old) {
            throw unsupported("renaming the schema \(old)", "Offstage requires it: create another beside it.", position)
        }
        schema.namespaces = schema.namespaces.map { $0 == old ? new : $0 }
        schema.namespaceUsage[new] = schema.namespaceUsage.removeValue(forKey: old)
        for i in schema.defaultPrivileges.indices where schema.defaultPrivileges[i].schema == old {
            schema.defaultPrivileges[i].schema = new
        }
        for type in schema.enumerations.values where type.schema == old { try renameType(type, QualifiedName(new, type.name), position) }
        for name in (Array(schema.tables.keys) + Array(schema.views.keys)).sorted() where name.schema == old {
            renameRelation(name, QualifiedName(new, name.name))
        }
        for name in schema.sequences.keys.sorted() where name.schema == old { renameSequence(name, QualifiedName(new, name.name)) }
        for function in schema.functions.values.flatMap({ $0 }).sorted(by: { $0.signature < $1.signature })
        where function.name.schema == old {
            try renameFunction(function, QualifiedName(new, function.name.name), position)
        }
        for name in schema.publications.keys where schema.publications[name]?.schemas.remove(old) != nil {
            schema.publications[name]?.schemas.insert(new)
        }
        for name in schema.extensionSchemas.keys where schema.extensionSchemas[name] == old { schema.extensionSchemas[name] = new }
        moveComments {
            $0.path.first == old && ($0.kind == .schema || $0.path.count > 1)
        } to: {
            [new] + $0.dropFirst()
        }
    }

    // MARK: Types

    mutating func renameType(_ old: Enumeration, _ to: QualifiedName, _ position: Position) throws(SQLError) {
        if schema.enumerations[to] != nil || schema.tables[to] != nil || schema.views[to] != nil {
            throw SQLError("42710", "type \"\(to.name)\" already exists", position: position.known)
        }
        let before = schema
        var new = old
        (new.schema, new.name) = (to.schema, to.name)
        let path = path
        let resolver = schema
        schema.replace(old, with: new)
        // Casts in what is kept as trees name it.
        var rewrite = TreeRewrite(expression: { e in
            guard case .cast(let inner, let type) = e.kind, resolver.resolveEnumeration(type.name, path: path) == old else { return nil }
            var renamed = type
            renamed.name = Name([to.schema, to.name], at: type.name.position)
            return Expression(.cast(inner, renamed), at: e.position)
        })
        rewriteAll(&rewrite)
        moveComments {
            $0 == Commented(.type, [old.schema, old.name])
        } to: { _ in
            [to.schema, to.name]
        }
        for name in schema.tables.keys.sorted() {
            guard let old = before.tables[name], let new = schema.tables[name], old != new else { continue }
            changes.append(.alterTable(old: old, new: new))
        }
    }

    // MARK: Functions

    mutating func renameFunction(_ function: Function, _ to: QualifiedName, _ position: Position) throws(SQLError) {
        let old = function.name
        let signature = function.signature
        var renamed = function
        renamed.name = to
        if schema.functions[to]?.contains(where: { $0.signature == renamed.signature }) == true {
            let types = function.parameters.map { $0.type.type.name }.joined(separator: ", ")
            throw SQLError(
                "42723", "function \(to.name)(\(types)) already exists in schema \"\(to.schema)\"", position: position.known)
        }
        schema.functions[old]?.removeAll { $0.signature == signature }
        if schema.functions[old]?.isEmpty == true { schema.functions[old] = nil }
        schema.functions[to, default: []].append(renamed)
        schema.privileges[renamed.signature] = schema.privileges.removeValue(forKey: signature)
        for relation in schema.triggers.keys {
            for index in schema.triggers[relation]?.indices ?? 0..<0 where schema.triggers[relation]?[index].function == signature {
                schema.triggers[relation]?[index].function = renamed.signature
            }
        }
        guard schema.functions[old] == nil else { return }
        let before = schema
        let path = path
        var rewrite = TreeRewrite(expression: { e in
            guard case .call(var call) = e.kind, call.function.last == old.name else { return nil }
            guard call.function.qualifier.map({ $0 == old.schema }) ?? path.contains(old.schema) else { return nil }
            call.function = Name([to.schema, to.name], at: call.function.position)
            return Expression(.call(call), at: e.position)
        })
        rewriteAll(&rewrite)
        for name in schema.tables.keys.sorted() {
            guard let old = before.tables[name], let new = schema.tables[name], old != new else { continue }
            changes.append(.alterTable(old: old, new: new))
        }
    }

    /// Every tree the schema keeps, through one rewrite. Bodies of functions stay as they were written, as in PostgreSQL.
    private mutating func rewriteAll(_ rewrite: inout TreeRewrite) {
        for name in schema.tables.keys {
            schema.tables[name]?.mapExpressions { e, _ in rewrite(e) }
            if let select = schema.tables[name]?.materialized?.select { schema.tables[name]?.materialized?.select = rewrite(select) }
        }
        for name in schema.views.keys {
            if let select = schema.views[name]?.select { schema.views[name]?.select = rewrite(select) }
        }
    }

    // MARK: Roles

    mutating func renameRole(_ old: String, _ new: String) throws(SQLError) {
        try requireRealRole(old)
        if schema.roles[new] != nil { throw SQLError("42710", "role \"\(new)\" already exists") }
        if new == "public" || new == "none" { throw SQLError("42939", "role name \"\(new)\" is reserved") }
        if Schema.initial.roles[old] != nil {
            throw unsupported("renaming the role \(old)", "Offstage requires it: create another beside it.")
        }
        if var role = schema.roles.removeValue(forKey: old) {
            role.name = new
            schema.roles[new] = role
        }
        for name in schema.roles.keys where schema.roles[name]?.memberOf.remove(old) != nil { schema.roles[name]?.memberOf.insert(new) }
        for name in schema.privileges.keys {
            if let held = schema.privileges[name]?.whole.removeValue(forKey: old) { schema.privileges[name]?.whole[new] = held }
            if let held = schema.privileges[name]?.columns.removeValue(forKey: old) { schema.privileges[name]?.columns[new] = held }
        }
        for name in schema.automaticPrivileges.keys {
            if let held = schema.automaticPrivileges[name]?.removeValue(forKey: old) { schema.automaticPrivileges[name]?[new] = held }
        }
        for name in schema.namespaceUsage.keys where schema.namespaceUsage[name]?.remove(old) != nil {
            schema.namespaceUsage[name]?.insert(new)
        }
        for i in schema.defaultPrivileges.indices where schema.defaultPrivileges[i].role == old { schema.defaultPrivileges[i].role = new }
        for name in schema.tables.keys {
            if schema.tables[name]?.owner == old { schema.tables[name]?.owner = new }
            for i in schema.tables[name]?.policies.indices ?? 0..<0 {
                if let roles = schema.tables[name]?.policies[i].roles {
                    schema.tables[name]?.policies[i].roles = roles.map { $0 == old ? new : $0 }
                }
            }
        }
        for name in schema.views.keys where schema.views[name]?.owner == old { schema.views[name]?.owner = new }
        moveComments {
            $0 == Commented(.role, [old])
        } to: { _ in
            [new]
        }
    }
}

extension Table {
    /// What its keys' and its own indexes are called.
    package var indexNames: [String] { [primaryKey].compactMap { $0?.name } + uniqueKeys.map(\.name) + indexes.map(\.name) }
}
