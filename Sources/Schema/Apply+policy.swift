import OffstageSyntax

extension Application {
    mutating func createPolicy(_ create: CreatePolicy) throws(SQLError) {
        let name = ObjectName.truncated(create.name)
        let table = try schema.resolveTable(create.table, path: path)
        if schema.tables[table]?.policies.contains(where: { $0.name == name }) == true {
            throw SQLError("42710", "policy \"\(name)\" for table \"\(table.name)\" already exists", position: create.table.position.known)
        }
        if create.check != nil, create.command == .select || create.command == .delete {
            throw SQLError("42601", "WITH CHECK cannot be applied to SELECT or DELETE", position: create.table.position.known)
        }
        if create.using != nil, create.command == .insert {
            throw SQLError("42601", "only WITH CHECK expression allowed for INSERT", position: create.table.position.known)
        }
        let policy = Policy(
            name, isPermissive: create.isPermissive, for: create.command, to: try policyRoles(create.roles),
            using: try policyExpression(create.using, on: table), check: try policyExpression(create.check, on: table))
        schema.tables[table]?.policies.append(policy)
    }

    mutating func alterPolicy(_ alter: AlterPolicy) throws(SQLError) {
        let table = try schema.resolveTable(alter.table, path: path)
        guard let index = schema.tables[table]?.policies.firstIndex(where: { $0.name == alter.name }),
            var policy = schema.tables[table]?.policies[index]
        else { throw missingPolicy(alter.name, table) }
        if alter.check != nil, policy.command == .select || policy.command == .delete {
            throw SQLError("42601", "only USING expression allowed for SELECT, DELETE", position: alter.table.position.known)
        }
        if alter.using != nil, policy.command == .insert {
            throw SQLError("42601", "only WITH CHECK expression allowed for INSERT", position: alter.table.position.known)
        }
        if let roles = alter.roles { policy.roles = try policyRoles(roles) }
        if let using = try policyExpression(alter.using, on: table) { policy.using = using }
        if let check = try policyExpression(alter.check, on: table) { policy.check = check }
        schema.tables[table]?.policies[index] = policy
    }

    func missingPolicy(_ name: String, _ table: QualifiedName) -> SQLError {
        SQLError(
            "42704", "policy \"\(name)\" for table \"\(table.name)\" does not exist",
            hint: schema.perhaps(name, (schema.tables[table]?.policies ?? []).map(\.name)))
    }

    private func policyRoles(_ roles: [String]) throws(SQLError) -> [String] {
        let roles = roles.map { actual($0) }
        for role in roles { try schema.requireRole(role) }
        // As in PostgreSQL: next to everyone, others say nothing more.
        return roles.isEmpty || roles.contains("public") ? ["public"] : roles
    }

    private func policyExpression(_ e: Expression?, on name: QualifiedName) throws(SQLError) -> Expression? {
        guard let e, let table = schema.tables[name] else { return nil }
        try validate(e, in: table, as: .policy)
        return try bound(e)
    }

    // MARK: Names that stay

    /// The expression with every table in its subqueries under its full name, so that neither a search path nor a later table changes what
    /// it means.
    func bound(_ e: Expression) throws(SQLError) -> Expression { try bind { $0(e) } }
    func bound(_ select: Select) throws(SQLError) -> Select { try bind { $0(select) } }

    private func bind<T>(_ walk: (inout TreeRewrite) -> T) throws(SQLError) -> T {
        var missing: SQLError?
        let result: T
        do {
            let schema = schema
            let path = path
            let first = FirstError()
            var rewrite = TreeRewrite(table: { name in
                guard let found = schema.resolve(name, path: path), found.kind.hasRows else {
                    if SystemRelation.named(name.parts) == nil, name.qualifier != "pg_catalog", name.qualifier != "information_schema",
                        first.error == nil
                    {
                        first.error = schema.missingRelation(name, path: path)
                    }
                    return nil
                }
                return Name([found.name.schema, found.name.name], at: name.position)
            })
            result = walk(&rewrite)
            missing = first.error
        }
        if let missing { throw missing }
        return result
    }

    private final class FirstError {
        var error: SQLError?
    }
}
