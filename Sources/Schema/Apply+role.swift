import OffstageSyntax

extension Application {
    mutating func createRole(_ name: String, _ options: [RoleOption]) throws(SQLError) {
        let name = ObjectName.truncated(name)
        if name == "public" || name == "none" { throw SQLError("42939", "role name \"\(name)\" is reserved") }
        if name.hasPrefix("pg_") {
            throw SQLError("42939", "role name \"\(name)\" is reserved", details: "Role names starting with \"pg_\" are reserved.")
        }
        if schema.roles[name] != nil { throw SQLError("42710", "role \"\(name)\" already exists") }
        var role = Role(name)
        for option in options {
            switch option {
            case .login(let value): role.canLogin = value
            case .bypassRowSecurity(let value): role.bypassesRowSecurity = value
            case .superuser(let value): role.isSuperuser = value
            case .inherit(true): break
            case .inherit(false): throw unsupported("NOINHERIT", "A member of a role has the role's privileges.")
            case .other: break
            }
        }
        schema.roles[name] = role
    }

    mutating func grantRole(_ roles: [String], to members: [String], isGrant: Bool) throws(SQLError) {
        for role in roles {
            guard schema.roles[role] != nil else {
                throw SQLError("42704", "role \"\(role)\" does not exist", hint: schema.perhaps(role, schema.roles.keys))
            }
            for member in members {
                guard schema.roles[member] != nil else {
                    throw SQLError("42704", "role \"\(member)\" does not exist", hint: schema.perhaps(member, schema.roles.keys))
                }
                if !isGrant {
                    schema.roles[member]?.memberOf.remove(role)
                    continue
                }
                if schema.memberships(of: role).contains(member) {
                    throw SQLError("0LP01", "role \"\(role)\" is a member of role \"\(member)\"")
                }
                schema.roles[member]?.memberOf.insert(role)
            }
        }
    }

    mutating func createNamespace(_ name: String, ifNotExists: Bool) throws(SQLError) {
        let name = ObjectName.truncated(name)
        if schema.namespaces.contains(name) {
            if ifNotExists { return }
            throw SQLError("42P06", "schema \"\(name)\" already exists")
        }
        if name.hasPrefix("pg_") || name == "information_schema" {
            throw SQLError("42939", "unacceptable schema name \"\(name)\"", details: "The prefix \"pg_\" is reserved for system schemas.")
        }
        schema.namespaces.append(name)
    }

    mutating func createExtension(_ name: String, schema namespace: String?, ifNotExists: Bool) throws(SQLError) {
        if schema.extensions.contains(name) {
            if ifNotExists { return }
            throw SQLError("42710", "extension \"\(name)\" already exists")
        }
        if let namespace { try schema.requireNamespace(namespace) }
        guard ["pgcrypto", "uuid-ossp", "plpgsql"].contains(name) else {
            let hint: String? =
                switch name {
                case "citext": "Use text with a unique index on lower(column)."
                case "pg_trgm": "Use like with a trailing wildcard, or an index on lower(column)."
                case "unaccent": "Store a second column in plain letters."
                case "vector": "Use real[]."
                case "pg_cron": "Use the jobs of Offstage."
                case "pg_net", "http": "Use webhooks."
                default: nil
                }
            throw SQLError("0A000", "extension \"\(name)\" is not supported yet", hint: hint)
        }
        schema.extensions.insert(name)
    }
}

extension Function {
    /// Neither stable nor immutable.
    package var mayWrite: Bool { volatility == .volatile }

    /// Its name with the types of its arguments, `add(integer, integer)`: what tells overloads apart.
    package var signature: QualifiedName {
        QualifiedName(name.schema, "\(name.name)(\(parameters.map { $0.type.type.name }.joined(separator: ", ")))")
    }
}
