package import OffstageSyntax

extension Schema {
    /// The role itself and every role whose privileges it has, by any number of steps.
    ///
    /// - Parameter inheriting: false counts those, too, whose privileges it must ask for by `set role`.
    package func memberships(of role: String, inheriting: Bool = true) -> Set<String> {
        var found: Set<String> = [role]
        var queue = [role]
        while let next = queue.popLast() {
            if inheriting, roles[next]?.inherits == false { continue }
            for parent in roles[next]?.memberOf ?? [] where found.insert(parent).inserted { queue.append(parent) }
        }
        return found
    }

    /// May the role do this to the whole of a table, view, sequence or (by `Function.signature`) function?
    ///
    /// Superusers and owners may do all; `service_role` has all on exposed schemas. A role that does not exist may do nothing.
    ///
    /// Where the database is the authority, it will say so itself; only calling a function by its URL is asked here first.
    package func allows(_ role: String, _ privilege: Privilege, on name: QualifiedName) -> Bool {
        authority == .database && privilege != .execute || holds(role, privilege, on: name)
    }

    /// Does the role hold the privilege on the whole, as far as the grants known here tell?
    package func holds(_ role: String, _ privilege: Privilege, on name: QualifiedName) -> Bool {
        guard roles[role] != nil else { return false }
        let held = memberships(of: role)
        if hasAll(held, name) { return true }
        guard let granted = privileges[name]?.whole else { return false }
        return granted["public"]?.contains(privilege) == true || held.contains { granted[$0]?.contains(privilege) == true }
    }

    /// May the role do this to one column: by a grant on the whole, or on the column?
    package func allows(_ role: String, _ privilege: Privilege, column: String, of name: QualifiedName) -> Bool {
        if allows(role, privilege, on: name) { return true }
        guard roles[role] != nil, let granted = privileges[name]?.columns else { return false }
        return (memberships(of: role).union(["public"])).contains { granted[$0]?[column]?.contains(privilege) == true }
    }

    /// The columns the role may do this to, in the relation's order; nil means every one, without looking.
    package func allowedColumns(_ role: String, _ privilege: Privilege, of name: QualifiedName) -> [String]? {
        if holds(role, privilege, on: name) { return nil }
        guard roles[role] != nil, let granted = privileges[name]?.columns else { return [] }
        let held = memberships(of: role).union(["public"])
        let names = tables[name]?.columns.map(\.name) ?? views[name]?.columns.map(\.name) ?? []
        return names.filter { column in held.contains { granted[$0]?[column]?.contains(privilege) == true } }
    }

    /// Does the role hold this privilege on the whole, or on at least one column? What decides between 42501 and an answer for `count(*)`.
    package func allowsAny(_ role: String, _ privilege: Privilege, of name: QualifiedName) -> Bool {
        allowedColumns(role, privilege, of: name).map { !$0.isEmpty } ?? true
    }

    /// May the role name what is in the schema? 42501 `permission denied for schema x` otherwise.
    package func allowsUsage(_ role: String, ofSchema namespace: String) -> Bool {
        if authority == .database { return true }
        guard roles[role] != nil else { return false }
        let held = memberships(of: role)
        if held.contains(where: { roles[$0]?.isSuperuser == true }) { return true }
        if held.contains("service_role"), exposed.contains(namespace) { return true }
        guard let granted = namespaceUsage[namespace] else { return false }
        return granted.contains("public") || !granted.isDisjoint(with: held)
    }

    /// - Throws: 42501 where the name says its schema, and the role may not use that.
    package func demandUsage(_ role: String, of name: Name) throws(SQLError) {
        guard name.parts.count == 2, let namespace = name.parts.first, namespaces.contains(namespace),
            !allowsUsage(role, ofSchema: namespace)
        else { return }
        throw SQLError("42501", "permission denied for schema \(namespace)", position: name.position.known)
    }

    /// Do policies not apply to this role at all? Not inherited: membership gives privileges, never attributes.
    package func bypassesRowSecurity(_ role: String) -> Bool {
        roles[role].map { $0.isSuperuser || $0.bypassesRowSecurity } ?? false
    }

    /// Do the table's policies apply to the role? Not without row level security, to who bypasses it, nor to the owner unless it is forced.
    package func appliesRowSecurity(of table: Table, to role: String) -> Bool {
        guard authority == .own, table.hasRowSecurity, !bypassesRowSecurity(role) else { return false }
        return table.forcesRowSecurity || !memberships(of: role).contains(table.owner)
    }

    /// The policies that speak about this command by this role, each kind in order of name.
    ///
    /// With row level security on and none permissive, nothing may be seen or written. `command` is never `.all`.
    package func policies(
        of table: Table, for command: CreatePolicy.Command, role: String
    ) -> (permissive: [Policy], restrictive: [Policy]) {
        let held = memberships(of: role)
        let meant = table.policies
            .filter { policy in
                (policy.command == .all || policy.command == command) && policy.roles.contains { $0 == "public" || held.contains($0) }
            }
            .sorted { $0.name < $1.name }
        return (meant.filter(\.isPermissive), meant.filter { !$0.isPermissive })
    }

    private func hasAll(_ held: Set<String>, _ name: QualifiedName) -> Bool {
        if held.contains(where: { roles[$0]?.isSuperuser == true }) { return true }
        if held.contains("service_role"), exposed.contains(name.schema) { return true }
        return (tables[name]?.owner ?? views[name]?.owner).map { held.contains($0) } ?? false
    }
}
