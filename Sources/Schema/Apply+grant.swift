import OffstageSyntax

extension Application {
    mutating func grant(_ grant: Grant) throws(SQLError) {
        var grant = grant
        grant.roles = grant.roles.map { actual($0) }
        grant.owners = grant.owners.map { actual($0) }
        let strangers = grant.roles.filter { isAbsentPlatformRole($0) }
        if !strangers.isEmpty {
            note("\(grant.isGrant ? "GRANT" : "REVOKE") for \(strangers.joined(separator: ", ")), which is not here")
            grant.roles.removeAll { strangers.contains($0) }
            if grant.roles.isEmpty {
                isDefinition = false
                return
            }
        }
        if grant.grantOption, grant.isGrant { note("WITH GRANT OPTION, since only postgres grants") }
        for role in grant.roles { try schema.requireRole(role) }
        switch grant.objects {
        case .tables(let names):
            for name in names {
                guard let found = schema.resolve(name, path: path) else { throw schema.missingRelation(name, path: path) }
                switch found.kind {
                case .table, .view, .materializedView: try change(grant, found.name, .table)
                case .sequence: try change(grant, found.name, .sequence)
                case .index: throw SQLError("42809", "\"\(name.last)\" is an index", position: name.position.known)
                }
            }
        case .sequences(let names):
            for name in names {
                guard let found = schema.resolve(name, path: path) else { throw schema.missingRelation(name, path: path) }
                guard case .sequence = found.kind else {
                    throw SQLError("42809", "\"\(name.last)\" is not a sequence", position: name.position.known)
                }
                try change(grant, found.name, .sequence)
            }
        case .functions(let names, let arguments):
            for (i, name) in names.enumerated() {
                let function = try function(name, i < arguments.count ? arguments[i] : nil)
                try change(grant, function.signature, .function)
            }
        case .schemas(let names):
            for name in names {
                try schema.requireNamespace(name)
                let wanted = try privileges(grant, .schema)
                guard wanted.contains(where: { $0.privilege == .usage }) else { continue }
                for role in grant.roles {
                    if grant.isGrant {
                        schema.namespaceUsage[name, default: []].insert(role)
                    } else {
                        schema.namespaceUsage[name]?.remove(role)
                    }
                }
                if schema.namespaceUsage[name]?.isEmpty == true { schema.namespaceUsage[name] = nil }
            }
        case .types(let names):
            for name in names where schema.resolveEnumeration(name, path: path) == nil && schema.resolveDomain(name, path: path) == nil {
                throw SQLError("42704", "type \"\(name.parts.joined(separator: "."))\" does not exist", position: name.position.known)
            }
        case .allTables(let namespaces):
            for namespace in namespaces {
                try schema.requireNamespace(namespace)
                for name in (Array(schema.tables.keys) + Array(schema.views.keys)).sorted() where name.schema == namespace {
                    try change(grant, name, .table)
                }
            }
        case .allSequences(let namespaces):
            for namespace in namespaces {
                try schema.requireNamespace(namespace)
                for name in schema.sequences.keys where name.schema == namespace { try change(grant, name, .sequence) }
            }
        case .allFunctions(let namespaces):
            for namespace in namespaces {
                try schema.requireNamespace(namespace)
                for (name, overloads) in schema.functions where name.schema == namespace {
                    for function in overloads { try change(grant, function.signature, .function) }
                }
            }
        case .defaults(let kind, let namespaces): try changeDefaults(grant, kind, namespaces)
        case .other(let what):
            let word = what.split(separator: "_").dropFirst().joined(separator: " ")
            switch word {
            case "DATABASE", "LANGUAGE", "TABLESPACE", "PARAMETER ACL", "LARGEOBJECT":
                isDefinition = false
                note("\(grant.isGrant ? "GRANT" : "REVOKE") ON \(word)")
            default: throw unsupported("GRANT ON \(word)", "Leave it out.")
            }
        }
    }

    // MARK: Defaults

    private mutating func changeDefaults(_ grant: Grant, _ kind: ObjectKind, _ namespaces: [String]) throws(SQLError) {
        for namespace in namespaces { try schema.requireNamespace(namespace) }
        for owner in grant.owners where !isAbsentPlatformRole(owner) { try schema.requireRole(owner) }
        // Everything is made by postgres: what others' objects would get never comes up.
        if !grant.owners.isEmpty, !grant.owners.contains("postgres") {
            isDefinition = false
            return note("ALTER DEFAULT PRIVILEGES FOR ROLE \(grant.owners.joined(separator: ", ")), since postgres makes everything")
        }
        guard [.table, .sequence, .function, .type, .schema].contains(kind) else {
            throw unsupported("ALTER DEFAULT PRIVILEGES ON \(kind.rawValue.uppercased())", nil)
        }
        let wanted = Set(try privileges(grant, kind).map(\.privilege))
        for namespace in namespaces.isEmpty ? [nil] : namespaces.map({ $0 as String? }) {
            for role in grant.roles {
                let index = schema.defaultPrivileges.firstIndex { $0.kind == kind && $0.schema == namespace && $0.role == role }
                var entry =
                    index.map { schema.defaultPrivileges.remove(at: $0) } ?? DefaultPrivilege(kind, schema: namespace, role: role, [])
                if grant.isGrant { entry.privileges.formUnion(wanted) } else { entry.privileges.subtract(wanted) }
                if !entry.privileges.isEmpty { schema.defaultPrivileges.append(entry) }
            }
        }
    }

    /// What `alter default privileges` promised to this new object.
    mutating func grantDefaults(to name: QualifiedName, _ kind: ObjectKind) {
        for entry in schema.defaultPrivileges where entry.kind == kind && (entry.schema == nil || entry.schema == name.schema) {
            schema.privileges[name, default: Privileges()].whole[entry.role, default: []].formUnion(entry.privileges)
        }
    }

    // MARK: One object

    private mutating func change(_ grant: Grant, _ name: QualifiedName, _ kind: ObjectKind) throws(SQLError) {
        let wanted = try privileges(grant, kind)
        var held = schema.privileges[name] ?? Privileges()
        for (privilege, columns) in wanted {
            for column in columns {
                let exists =
                    schema.tables[name]?.column(column) != nil || schema.views[name]?.columns.contains { $0.name == column } == true
                if !exists {
                    let names = schema.tables[name]?.columns.map(\.name) ?? schema.views[name]?.columns.map(\.name) ?? []
                    throw SQLError(
                        "42703", "column \"\(column)\" of relation \"\(name.name)\" does not exist", hint: schema.perhaps(column, names))
                }
            }
            for role in grant.roles {
                if grant.isGrant { held.grant(privilege, columns, to: role) } else { held.revoke(privilege, columns, from: role) }
                // Said outright, it is no longer ours to take back.
                if columns.isEmpty { schema.automaticPrivileges[name]?[role]?.remove(privilege) }
            }
        }
        schema.automaticPrivileges[name] = schema.automaticPrivileges[name]?.filter { !$0.value.isEmpty }
        if schema.automaticPrivileges[name]?.isEmpty == true { schema.automaticPrivileges[name] = nil }
        schema.privileges[name] = held.isEmpty ? nil : held
    }

    private func privileges(_ grant: Grant, _ kind: ObjectKind) throws(SQLError) -> [(privilege: Privilege, columns: [String])] {
        let allowed: [Privilege] =
            switch kind {
            case .table: [.select, .insert, .update, .delete, .truncate, .references, .trigger]
            case .sequence: [.usage, .select, .update]
            case .function: [.execute]
            default: [.usage]
            }
        var result: [(Privilege, [String])] = []
        for asked in grant.privileges.isEmpty ? [Grant.Privilege(nil)] : grant.privileges {
            guard let name = asked.name?.lowercased() else {
                let onColumns = allowed.filter { asked.columns.isEmpty || Self.columnPrivileges.contains($0) }
                result += onColumns.map { ($0, asked.columns) }
                continue
            }
            if name == "create", kind == .schema { continue }
            guard let privilege = Privilege(rawValue: name) else {
                if ["create", "temporary", "temp", "connect", "set", "alter system"].contains(name) { throw invalid(name, kind.rawValue) }
                throw SQLError("42601", "unrecognized privilege type \"\(name)\"")
            }
            guard allowed.contains(privilege) else { throw invalid(name, kind == .table ? "table" : kind.rawValue) }
            if !asked.columns.isEmpty, !Self.columnPrivileges.contains(privilege) { throw invalid(name, "column") }
            result.append((privilege, asked.columns))
        }
        return result
    }

    private static let columnPrivileges: Set<Privilege> = [.select, .insert, .update, .references]

    private func invalid(_ privilege: String, _ kind: String) -> SQLError {
        SQLError(
            "0LP01", "invalid privilege type \(privilege.uppercased()) for \(kind == "table" && privilege != "usage" ? "relation" : kind)")
    }
}

extension Privileges {
    package var isEmpty: Bool { whole.isEmpty && columns.isEmpty }

    package mutating func grant(_ privilege: Privilege, _ names: [String] = [], to role: String) {
        if names.isEmpty { whole[role, default: []].insert(privilege) }
        for name in names { columns[role, default: [:]][name, default: []].insert(privilege) }
    }

    /// Taken from the whole, a privilege is taken from every column too.
    package mutating func revoke(_ privilege: Privilege, _ names: [String] = [], from role: String) {
        if names.isEmpty { whole[role]?.remove(privilege) }
        for name in names.isEmpty ? Array((columns[role] ?? [:]).keys) : names { columns[role]?[name]?.remove(privilege) }
        columns[role] = columns[role]?.filter { !$0.value.isEmpty }
        if columns[role]?.isEmpty == true { columns[role] = nil }
        if whole[role]?.isEmpty == true { whole[role] = nil }
    }
}
