import OffstageSyntax

/// What dumps hold beside tables and rows.
extension Application {
    mutating func administration(_ statement: Administration, _ position: Position, describe: Describe) throws(SQLError) {
        switch statement {
        case .noEffect(let what, let relations):
            isDefinition = false
            for name in relations { _ = try schema.resolveRelation(name, path: path) }
            note(what)
        case .setSchema(let kind, let name, let arguments, let to, let ifExists):
            try setSchema(kind, name, arguments, to: to, ifExists: ifExists)
        case .owner(let kind, let word, let name, let arguments, let role): try setOwner(kind, word, name, arguments, to: role)
        case .alterFunction(let name, let arguments, let options): try alterFunction(name, arguments, options)
        case .refresh(let name, let concurrently, let withData):
            try refresh(name, concurrently: concurrently, withData: withData, describe: describe)
        case .createPublication(let publication): try createPublication(publication)
        case .alterPublication(let name, let change): try alterPublication(name, change)
        case .alterRole(let name, let options): try alterRole(name, options)
        case .roleSetting(let role, let name, let value): try setRole(role, name, to: value)
        case .dropOwned(let roles, let cascade): try dropOwned(roles, cascade: cascade)
        case .reassignOwned(let roles, let to): try reassignOwned(roles, to: to)
        case .reindex(let kind, let name):
            isDefinition = false
            try requireIndexed(kind, name)
            note("REINDEX")
        case .savepoint(let name): leave(.savepoint(.make(name)))
        case .rollbackTo(let name): leave(.savepoint(.rollBack(name)))
        case .release(let name): leave(.savepoint(.release(name)))
        case .schemaWithElements(let name, let ifNotExists, let elements):
            if ifNotExists {
                throw SQLError(
                    "0A000", "CREATE SCHEMA IF NOT EXISTS cannot include schema elements", position: elements.first?.position.known)
            }
            // Whoever runs the file gives them to us one by one, in the new schema.
            try createNamespace(name, ifNotExists: false)
        case .copy(let copy):
            if copy.isElsewhere {
                throw unsupported("COPY from a file or program", "Use offstage import, or copy … from stdin.", copy.table.position)
            }
            if copy.filter != nil {
                throw unsupported("COPY … WHERE", "Copy into a table of its own, and insert … select … where.", copy.table.position)
            }
            _ = try schema.resolveTable(copy.table, path: path)
            leave(.copy(copy))
        case .alterExtension(let name, let namespace): try alterExtension(name, schema: namespace)
        case .refused(let what, let hint): throw unsupported(what, hint, position)
        }
    }

    /// What PostgreSQL tells on the side.
    mutating func notice(_ text: String) { if !isReadingCatalogue { changes.append(.note(Note(.notice, text))) } }

    /// A statement, or a part of one, that has no effect here.
    mutating func note(_ text: String) { if !isReadingCatalogue { changes.append(.note(Note(.noEffect, text))) } }

    private func requireIndexed(_ kind: ObjectKind, _ name: Name) throws(SQLError) {
        if kind == .schema { return try schema.requireNamespace(name.last, at: name.position) }
        guard let found = schema.resolve(name, path: path) else { throw schema.missingRelation(name, path: path) }
        switch (kind, found.kind) {
        case (.index, .index), (.table, .table), (.table, .materializedView): return
        case (.index, _): throw SQLError("42809", "\"\(found.name.name)\" is not an index", position: name.position.known)
        default: throw SQLError("42809", "\"\(found.name.name)\" is not a table or materialized view", position: name.position.known)
        }
    }

    // MARK: Owners

    private mutating func setOwner(_ kind: ObjectKind?, _ word: String, _ name: Name, _ arguments: [TypeName]?, to role: String)
        throws(SQLError)
    {
        isDefinition = false
        switch kind {
        case .function?, .procedure?:
            let found = try function(name, arguments)
            if let owner = try newOwner(role), owner != "postgres", found.isSecurityDefiner {
                throw unsupported(
                    "a security definer function that does not belong to postgres", "Let it run as the caller: security invoker.",
                    name.position)
            }
        case .schema?: try schema.requireNamespace(name.last, at: name.position)
        case .publication?: try requirePublication(name.last)
        case .type?, .domain?: _ = try schema.resolveType(TypeName(name), path: path)
        default: break
        }
        guard let owner = try newOwner(role) else { return }
        if owner != "postgres" { note("ALTER \(word) … OWNER TO \(owner), since only tables and views have owners other than postgres") }
    }

    /// Nil, with a note, for one of the platform's own roles.
    mutating func newOwner(_ role: String) throws(SQLError) -> String? {
        let role = actual(role)
        if isAbsentPlatformRole(role) {
            note("OWNER TO \(role), a role of the platform that is not here: postgres owns it")
            return nil
        }
        try requireRealRole(role)
        return role
    }

    // MARK: Functions

    private mutating func alterFunction(_ name: Name, _ arguments: [TypeName]?, _ options: [FunctionOption]) throws(SQLError) {
        let signature = try function(name, arguments).signature
        guard let found = schema.functions.first(where: { $0.value.contains { $0.signature == signature } })?.key,
            let i = schema.functions[found]?.firstIndex(where: { $0.signature == signature }),
            var function = schema.functions[found]?[i]
        else { return }
        for option in options {
            switch option {
            case .volatility(let volatility): function.volatility = volatility
            case .strict(let isStrict): function.isStrict = isStrict
            case .securityDefiner(let isDefiner): function.isSecurityDefiner = isDefiner
            case .set(let name, let value): function.settings[name] = value
            case .reset(let name?): function.settings[name] = nil
            case .reset(nil): function.settings = [:]
            case .ignored: break
            }
        }
        schema.functions[found]?[i] = function
    }
}
