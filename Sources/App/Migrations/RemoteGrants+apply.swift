import OffstagePostgres
import OffstageSchema
import OffstageSyntax

/// `offstage grants apply`: the usual grants for what was made in PostgreSQL without a migration.
extension RemoteGrants {
    /// What was given, and what was not and why.
    struct Applied: Sendable, Hashable {
        /// As SQL.
        var grants: [String] = []
        /// A line for each relation that got nothing.
        var notes: [String] = []
    }

    /// Gives the tables that nobody has spoken of what a migration would have given them, and `service_role` what it lacks; takes back what
    /// row level security that was switched off leaves open. In the transaction that is open.
    ///
    /// A table is spoken of where a role that requests may take, `service_role` apart, holds a right on it, where a migration granted or revoked
    /// on it, or where ours were revoked.
    ///
    /// - Parameter isDry: nothing is done, and all of it said.
    func apply(isDry: Bool, on session: PostgresSession) throws -> Applied {
        var (schema, recorded) = try state(on: session)
        let byHand = Set(try names("select relation from offstage.granted_by_hand", on: session))
        let taken = schema.tables.keys.filter { Self.isTaken(recorded[$0], schema.automaticPrivileges[$0]) }
        let spoken = schema.tables.filter { name, _ in byHand.contains(name) || taken.contains(name) || schema.isGranted(name) }
        var before = Schema()
        before.tables = spoken
        let owned = Set(
            try names("select oid from pg_class where relkind in ('r', 'p', 'f', 'S') and pg_has_role(relowner, 'usage')", on: session))
        var applied = Applied()
        var grants: [Grant] = []
        for grant in schema.automaticGrants(for: [], before: before) {
            if let name = grant.relation, !owned.contains(name) {
                if schema.tables[name] != nil { applied.notes.append("\(name) belongs to another user, who may grant on it") }
            } else {
                grants.append(grant)
            }
        }
        for (name, table) in schema.tables.sorted(by: { $0.key < $1.key })
        where exposed.contains(name.schema) && !table.hasRowSecurity && spoken[name] == nil {
            applied.notes.append("\(name) gets none: alter table \(name) enable row level security;")
        }
        try schema.grantAutomatically(grants)
        let service = try PostgresSetup.serviceGrants(in: exposed, on: session)
        applied.grants = grants.map { Statement(.grant($0)).sql } + service
        guard !isDry else { return applied }
        for grant in applied.grants { try session.run(script: grant) }
        try note(byHand: taken, on: session)
        try record(schema.automaticPrivileges, instead: recorded, on: session)
        return applied
    }

    /// The relations whose numbers a query gives.
    private func names(_ numbers: String, on session: PostgresSession) throws -> [QualifiedName] {
        try session.rows(
            "select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid in (\(numbers))"
        ).compactMap { row in
            guard row.count == 2, let schema = row[0], let name = row[1] else { return nil }
            return QualifiedName(schema, name)
        }
    }
}

extension Grant {
    /// The one table or sequence that an automatic grant is over.
    fileprivate var relation: QualifiedName? {
        switch objects {
        case .tables(let names), .sequences(let names): names.first.map { QualifiedName($0.qualifier ?? "", $0.last) }
        default: nil
        }
    }
}

extension Schema {
    /// Does everyone, or a role that requests may take, hold a right on it or on a column? `service_role` has all anyway.
    fileprivate func isGranted(_ name: QualifiedName) -> Bool {
        guard let held = privileges[name] else { return false }
        let callers = (roles["authenticator"]?.memberOf ?? []).union(["anon", "authenticated", "public"]).subtracting(["service_role"])
        return held.whole.contains { callers.contains($0.key) && !$0.value.isEmpty } || !callers.isDisjoint(with: held.columns.keys)
    }
}

extension ProjectDatabase {
    /// Gives what is missing, and tells the servers of it.
    func applyGrants(isDry: Bool, _ tell: @escaping DataCommand.Listener) async throws {
        guard case .postgres(let database) = self else {
            return tell(.line("Nothing to do: in a file every definition comes through Offstage, which grants as it goes."))
        }
        let exposed = database.options.exposed
        let applied = try await database.session { session in
            try session.transaction { session in
                _ = try session.rows(PostgresSetup.lock)
                let applied = try RemoteGrants(exposed).apply(isDry: isDry, on: session)
                // Also where nothing was missing: what else was made is to be seen.
                _ = try session.rows("notify offstage, 'reload schema'")
                return applied
            }
        }
        try await database.reload()
        for grant in applied.grants { tell(.line((isDry ? "would grant: " : "granted: ") + grant)) }
        for note in applied.notes { tell(.note("note: \(note)")) }
        if applied.grants.isEmpty { tell(.line("Nothing to grant.")) }
    }
}
