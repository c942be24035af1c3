import OffstageSyntax

extension Application {
    mutating func createRole(_ name: String, _ options: [RoleOption]) throws(SQLError) {
        let name = ObjectName.truncated(name)
        if name == "public" || name == "none" { throw SQLError("42939", "role name \"\(name)\" is reserved") }
        if name.hasPrefix("pg_") {
            throw SQLError("42939", "role name \"\(name)\" is reserved", details: "Role names starting with \"pg_\" are reserved.")
        }
        if schema.roles[name] != nil { throw SQLError("42710", "role \"\(name)\" already exists") }
        schema.roles[name] = Role(name)
        try set(options, on: name)
    }

    mutating func alterRole(_ name: String, _ options: [RoleOption]) throws(SQLError) {
        let name = actual(name)
        if isAbsentPlatformRole(name) {
            isDefinition = false
            return note("ALTER ROLE \(name), a role of the platform that is not here")
        }
        try requireRealRole(name)
        try set(options, on: name)
    }

    private mutating func set(_ options: [RoleOption], on name: String) throws(SQLError) {
        for option in options {
            switch option {
            case .login(let value): schema.roles[name]?.canLogin = value
            case .bypassRowSecurity(let value): schema.roles[name]?.bypassesRowSecurity = value
            case .superuser(let value): schema.roles[name]?.isSuperuser = value
            case .inherit(let value): schema.roles[name]?.inherits = value
            case .other(let words):
                switch words.split(separator: " ").first {
                // `in role a, b`, `role a`, `admin a`: memberships, by names as the printer quotes them.
                case "in": try grantRole(Self.names(words.dropFirst(8)), to: [name], isGrant: true)
                case "role": try grantRole([name], to: Self.names(words.dropFirst(5)), isGrant: true)
                case "admin": try grantRole([name], to: Self.names(words.dropFirst(6)), isGrant: true)
                case "password": note("the password of the role \(name): callers come with tokens")
                default: break
                }
            }
        }
    }

    /// `alter role … set`: how long a role's statements may take is kept, everything else a request brings itself.
    mutating func setRole(_ role: String, _ name: String?, to value: String?) throws(SQLError) {
        let role = actual(role)
        if isAbsentPlatformRole(role) {
            isDefinition = false
            return note("ALTER ROLE \(role), a role of the platform that is not here")
        }
        if role != "all" { try requireRealRole(role) }
        let timeout = "statement_timeout"
        if role != "all", name == nil || name?.lowercased() == timeout {
            schema.roles[role]?.statementTimeout = try value.map { (text) throws(SQLError) in
                try TimeParameter(timeout).milliseconds(in: text)
            }
            return
        }
        isDefinition = false
        note("ALTER ROLE \(role) \(value == nil ? "RESET" : "SET") \(name ?? "ALL"), since every request brings its own settings")
    }

    private static func names(_ list: Substring) -> [String] {
        list.split(separator: ",").compactMap { Identifier.parts(String($0.drop { $0 == " " }))?.last }
    }

    mutating func grantRole(_ roles: [String], to members: [String], isGrant: Bool) throws(SQLError) {
        for role in roles {
            if isAbsentPlatformRole(role) || role.hasPrefix("pg_") {
                note("GRANT \(role), a role that is not here")
                continue
            }
            try requireRealRole(role)
            for member in members.map({ actual($0) }) {
                if isAbsentPlatformRole(member) {
                    note("GRANT \(role) TO \(member), a role of the platform that is not here")
                    continue
                }
                try requireRealRole(member)
                if !isGrant {
                    schema.roles[member]?.memberOf.remove(role)
                    continue
                }
                if schema.memberships(of: role, inheriting: false).contains(member) {
                    throw SQLError("0LP01", "role \"\(role)\" is a member of role \"\(member)\"")
                }
                schema.roles[member]?.memberOf.insert(role)
            }
        }
    }

    // MARK: Roles of the platform

    /// Roles that every Supabase project has and its dumps name, and that have nothing to do here.
    private static let platformRoles: Set<String> = [
        "supabase_admin", "supabase_auth_admin", "supabase_storage_admin", "supabase_functions_admin", "supabase_realtime_admin",
        "supabase_replication_admin", "supabase_read_only_user", "supabase_etl_admin", "supabase_superuser", "supabase_privileged_role",
        "dashboard_user", "pgbouncer", "pgsodium_keyholder", "pgsodium_keyiduser", "pgsodium_keymaker", "cli_login_postgres",
        "pgtle_admin",
    ]

    func isAbsentPlatformRole(_ name: String) -> Bool { Self.platformRoles.contains(name) && schema.roles[name] == nil }

    /// A role, and not `public`.
    func requireRealRole(_ name: String) throws(SQLError) {
        guard schema.roles[name] != nil else {
            throw SQLError("42704", "role \"\(name)\" does not exist", hint: schema.perhaps(name, schema.roles.keys))
        }
    }

    // MARK: Leaving

    mutating func dropRoles(_ names: [Name], ifExists: Bool) throws(SQLError) {
        for name in names.map({ actual($0.last) }) {
            guard schema.roles[name] != nil else {
                guard ifExists else { try requireRealRole(name); return }
                notice("role \"\(name)\" does not exist, skipping")
                continue
            }
            if name == "postgres" { throw SQLError("55006", "current user cannot be dropped") }
            if Schema.initial.roles[name] != nil {
                throw SQLError("2BP01", "cannot drop role \(name) because Offstage requires it")
            }
            let reasons = holdings(of: name)
            if !reasons.isEmpty {
                throw SQLError(
                    "2BP01", "role \"\(name)\" cannot be dropped because some objects depend on it",
                    details: reasons.joined(separator: "\n"))
            }
            schema.roles[name] = nil
            for other in schema.roles.keys { schema.roles[other]?.memberOf.remove(name) }
            schema.comments[Commented(.role, [name])] = nil
        }
    }

    /// What keeps a role from being dropped, as PostgreSQL tells it.
    private func holdings(of role: String) -> [String] {
        func shown(_ name: QualifiedName) -> String { path.contains(name.schema) ? name.name : "\(name.schema).\(name.name)" }
        func word(_ name: QualifiedName) -> String {
            switch schema.relation(name) {
            case nil: "function \(shown(name))"
            case let kind?: "\(kind.word) \(shown(name))"
            }
        }
        var reasons: [String] = []
        for name in schema.privileges.keys.sorted() {
            guard let held = schema.privileges[name], held.whole[role] != nil || held.columns[role] != nil else { continue }
            if schema.tables[name]?.owner != role, schema.views[name]?.owner != role { reasons.append("privileges for \(word(name))") }
        }
        for (namespace, roles) in schema.namespaceUsage.sorted(by: { $0.key < $1.key }) where roles.contains(role) {
            reasons.append("privileges for schema \(namespace)")
        }
        for entry in schema.defaultPrivileges where entry.role == role {
            let place = entry.schema.map { " in schema \($0)" } ?? ""
            reasons.append(
                "privileges for default privileges on new \(entry.kind == .table ? "relation" : entry.kind.rawValue)s belonging to role postgres\(place)"
            )
        }
        for table in schema.tables.values.sorted(by: { $0.name < $1.name }) {
            if table.owner == role { reasons.append("owner of \(word(table.name))") }
            for policy in table.policies where policy.roles.contains(role) {
                reasons.append("target of policy \(policy.name) on table \(shown(table.name))")
            }
        }
        for view in schema.views.values.sorted(by: { $0.name < $1.name }) where view.owner == role {
            reasons.append("owner of view \(shown(view.name))")
        }
        return reasons
    }

    mutating func reassignOwned(_ roles: [String], to: String) throws(SQLError) {
        for role in roles + [to] { try requireRealRole(actual(role)) }
        let owner = actual(to)
        for role in roles.map({ actual($0) }) {
            if role == "postgres" {
                throw SQLError(
                    "2BP01",
                    "cannot reassign ownership of objects owned by role postgres because they are required by the database system")
            }
            for name in schema.tables.keys where schema.tables[name]?.owner == role { schema.tables[name]?.owner = owner }
            for name in schema.views.keys where schema.views[name]?.owner == role { schema.views[name]?.owner = owner }
        }
    }

    mutating func dropOwned(_ roles: [String], cascade: Bool) throws(SQLError) {
        for role in roles { try requireRealRole(actual(role)) }
        for role in roles.map({ actual($0) }) {
            if role == "postgres" {
                throw SQLError("2BP01", "cannot drop objects owned by role postgres because they are required by the database system")
            }
            let owned: [Droppable] =
                schema.tables.values.filter { $0.owner == role }.map { .table($0.name) }
                + schema.views.values.filter { $0.owner == role }.map { .view($0.name) }
            if !owned.isEmpty { try remove(owned, cascade: cascade) }
            for name in schema.privileges.keys {
                schema.privileges[name]?.whole[role] = nil
                schema.privileges[name]?.columns[role] = nil
                schema.automaticPrivileges[name]?[role] = nil
                if schema.privileges[name]?.isEmpty == true { schema.privileges[name] = nil }
                if schema.automaticPrivileges[name]?.isEmpty == true { schema.automaticPrivileges[name] = nil }
            }
            for name in schema.namespaceUsage.keys {
                schema.namespaceUsage[name]?.remove(role)
                if schema.namespaceUsage[name]?.isEmpty == true { schema.namespaceUsage[name] = nil }
            }
            schema.defaultPrivileges.removeAll { $0.role == role }
            for name in schema.tables.keys {
                for i in (schema.tables[name]?.policies.indices ?? 0..<0).reversed() {
                    schema.tables[name]?.policies[i].roles.removeAll { $0 == role }
                    if schema.tables[name]?.policies[i].roles.isEmpty == true { schema.tables[name]?.policies.remove(at: i) }
                }
            }
        }
    }

    // MARK: Schemas

    mutating func createNamespace(_ name: String, ifNotExists: Bool) throws(SQLError) {
        let name = ObjectName.truncated(name)
        if schema.namespaces.contains(name) {
            if ifNotExists { return notice("schema \"\(name)\" already exists, skipping") }
            throw SQLError("42P06", "schema \"\(name)\" already exists")
        }
        if name.hasPrefix("pg_") || name == "information_schema" {
            throw SQLError("42939", "unacceptable schema name \"\(name)\"", details: "The prefix \"pg_\" is reserved for system schemas.")
        }
        schema.namespaces.append(name)
    }
}

extension Function {
    /// Called by a trigger and by nobody else.
    package var isTrigger: Bool { result == .scalar(ColumnType(.trigger)) }

    /// Neither stable nor immutable.
    package var mayWrite: Bool { volatility == .volatile }

    /// Its name with the types of its arguments, `add(integer, integer)`: what tells overloads apart.
    package var signature: QualifiedName {
        QualifiedName(name.schema, "\(name.name)(\(parameters.map { $0.type.type.name }.joined(separator: ", ")))")
    }
}
