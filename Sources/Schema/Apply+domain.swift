import OffstageSyntax

/// Domains: made and changed. Source: PostgreSQL 15, CREATE DOMAIN and ALTER DOMAIN.
extension Application {
    mutating func createDomain(_ create: CreateType, over typeName: TypeName, _ constraints: [Constraint]) throws(SQLError) {
        let position = create.name.position
        let name = try schema.placement(of: create.name, path: path)
        if schema.isTypeName(name) { throw SQLError("42710", "type \"\(name.name)\" already exists", position: position.known) }
        let below = try schema.resolveType(typeName, path: path)
        switch below.type {
        case .record, .void, .unknown:
            throw SQLError(
                "42804", "\"\(typeName.name.last)\" is not a valid base type for a domain", position: typeName.name.position.known)
        default: break
        }
        var domain = DomainDefinition(name, below: below)
        var declaredNull = false
        for constraint in constraints {
            let at = constraint.position.known
            switch constraint.kind {
            case .notNull:
                if declaredNull { throw SQLError("42601", "conflicting NULL/NOT NULL constraints", position: at) }
                domain.isNotNull = true
            case .null:
                if domain.isNotNull { throw SQLError("42601", "conflicting NULL/NOT NULL constraints", position: at) }
                declaredNull = true
            case .default(let value):
                if domain.defaultValue != nil { throw SQLError("42601", "multiple default expressions", position: at) }
                domain.defaultValue = value
            default: _ = try add(constraint, to: &domain)
            }
        }
        schema.domains[name] = domain
    }

    mutating func alterDomain(_ alter: AlterDomain) throws(SQLError) {
        let position = alter.name.position.known
        guard var domain = schema.resolveDomain(alter.name, path: path) else {
            let text = alter.name.parts.joined(separator: ".")
            let type = try? schema.resolveType(TypeName(alter.name), path: path)
            if let type { throw SQLError("42809", "\(type.type.name) is not a domain", position: position) }
            throw SQLError("42704", "type \"\(text)\" does not exist", position: position)
        }
        func place(of name: String, _ preposition: String) throws(SQLError) -> Int {
            guard let found = domain.checks.firstIndex(where: { $0.name == name }) else {
                throw SQLError("42704", "constraint \"\(name)\" \(preposition) domain \"\(domain.name.name)\" does not exist")
            }
            return found
        }
        switch alter.change {
        case .setDefault(let value): domain.defaultValue = value
        case .setNotNull(let isSet):
            if isSet, !domain.isNotNull { changes.append(.testDomain(domain.name, nil)) }
            domain.isNotNull = isSet
        case .addConstraint(let constraint):
            let check = try add(constraint, to: &domain)
            if let check, !constraint.isNotValid { changes.append(.testDomain(domain.name, check)) }
        case .dropConstraint(let name, let ifExists, _):
            if ifExists, !domain.checks.contains(where: { $0.name == name }) { return }
            domain.checks.remove(at: try place(of: name, "of"))
        case .validateConstraint(let name): changes.append(.testDomain(domain.name, domain.checks[try place(of: name, "of")]))
        case .renameConstraint(let name, let new):
            guard let found = domain.checks.firstIndex(where: { $0.name == name }) else {
                throw SQLError("42704", "constraint \"\(name)\" for domain \(DataType.domain(domain.type).name) does not exist")
            }
            try requireFree(new, in: domain)
            domain.checks[found].name = new
            domain.sortChecks()
        }
        schema.domains[domain.name] = domain
    }

    /// Gives the check, where the constraint is one.
    private func add(_ constraint: Constraint, to domain: inout DomainDefinition) throws(SQLError) -> Check? {
        let position = constraint.position.known
        func impossible(_ what: String) -> SQLError {
            SQLError("42601", "\(what) constraints not possible for domains", position: position)
        }
        switch constraint.kind {
        case .check(let condition, let noInherit):
            if noInherit {
                throw SQLError("42P16", "check constraints for domains cannot be marked NO INHERIT", position: position)
            }
            if let select = TreeUses(condition).firstSelect {
                throw SQLError("0A000", "cannot use subquery in check constraint", position: select.known)
            }
            var name = constraint.name.map { ObjectName.truncated($0) } ?? ""
            if name.isEmpty {
                let taken = domain.checks
                name = ObjectName.choose(domain.name.name, nil, "check") { name in taken.contains { $0.name == name } }
            } else {
                try requireFree(name, in: domain)
            }
            let check = Check(name, condition)
            domain.checks.append(check)
            domain.sortChecks()
            return check
        case .unique: throw impossible("unique")
        case .primaryKey: throw impossible("primary key")
        case .exclusion: throw impossible("exclusion")
        case .foreignKey: throw impossible("foreign key")
        case .generated: throw SQLError("42601", "specifying GENERATED not possible for domains", position: position)
        case .identity: throw SQLError("42601", "identity not possible for domains", position: position)
        case .notNull, .null, .default: return nil
        }
    }

    private func requireFree(_ name: String, in domain: DomainDefinition) throws(SQLError) {
        guard domain.checks.contains(where: { $0.name == name }) else { return }
        throw SQLError("42710", "constraint \"\(name)\" for domain \"\(domain.name.name)\" already exists")
    }
}

extension DomainDefinition {
    fileprivate mutating func sortChecks() {
        checks.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }
}
