import OffstageJSON
import OffstagePostgres
import OffstageSchema
import OffstageSyntax

/// The usual grants on PostgreSQL, by the code that gives and takes them on the embedded engine.
///
/// Which of them are Offstage's own stands in `offstage.automatic_grant`, by the relation itself: it keeps its rows when it is renamed, and
/// one that is made again under an old name has none. `offstage.granted_by_hand` has those of which somebody else said who may do what.
struct RemoteGrants {
    typealias Held = [QualifiedName: [String: Set<Privilege>]]

    let exposed: [String]

    init(_ exposed: [String]) { self.exposed = exposed }

    /// Gives what the statements call for and takes back what they do, in the transaction that is open, as the login user.
    ///
    /// - Parameter before: the catalogue as it was before the statements ran.
    /// - Returns: the grants, as SQL.
    func give(for statements: [Statement], before: Schema, on session: PostgresSession) throws -> [String] {
        _ = try session.rows("reset session authorization")
        _ = try session.rows("reset role")
        // A schema that the file made.
        try PostgresSetup.open(exposed, on: session)
        let path = try session.rows("select unnest(current_schemas(false))").compactMap { $0.first ?? nil }
        var (schema, recorded) = try state(on: session)
        // The file's own grants have been made; here only what they say of ours counts.
        var after = schema
        for case .grant(let grant) in statements.map(\.kind) {
            _ = try? after.apply(Statement(.grant(grant)), path: path) { (_) throws(SQLError) in [] }
        }
        let isByHand = schema.grantsByHand(in: statements, path: path)
        try note(
            byHand: schema.tables.keys.filter { isByHand($0) || Self.isTaken(recorded[$0], schema.automaticPrivileges[$0]) }, on: session)
        schema.automaticPrivileges = after.automaticPrivileges
        let grants = schema.automaticGrants(for: statements, before: before, path: path)
        try schema.grantAutomatically(grants)
        let all = grants + statements.compactMap(\.openingFunctions)
        for grant in all { try session.run(script: Statement(.grant(grant)).sql) }
        try record(schema.automaticPrivileges, instead: recorded, on: session)
        return all.map { Statement(.grant($0)).sql }
    }

    /// The catalogue in the transaction that is open, judged as on the embedded engine, and what was given automatically before.
    ///
    /// What was revoked by other means since is not ours to take back: the schema's automatic privileges are those that are still held.
    func state(on session: PostgresSession) throws -> (schema: Schema, recorded: Held) {
        var schema = try session.catalogue(inTransaction: true)
        schema.authority = .own
        schema.exposed = Set(exposed)
        let recorded = try recorded(on: session)
        let held = schema.privileges
        schema.automaticPrivileges = Self.cleaned(recorded) { held[$0]?.whole[$1]?.contains($2) == true }
        return (schema, recorded)
    }

    /// Was all of it revoked by other means?
    static func isTaken(_ given: [String: Set<Privilege>]?, _ left: [String: Set<Privilege>]?) -> Bool { given != nil && left == nil }

    /// Somebody has spoken of these.
    func note(byHand names: [QualifiedName], on session: PostgresSession) throws {
        for name in names.sorted() {
            _ = try session.rows(
                "insert into offstage.granted_by_hand values (format('%I.%I', $1::text, $2::text)::regclass) on conflict do nothing",
                [name.schema, name.name])
        }
    }

    private static func cleaned(_ held: Held, _ isHeld: (QualifiedName, String, Privilege) -> Bool) -> Held {
        var cleaned: Held = [:]
        for (name, roles) in held {
            for (role, privileges) in roles {
                let left = privileges.filter { isHeld(name, role, $0) }
                if !left.isEmpty { cleaned[name, default: [:]][role] = left }
            }
        }
        return cleaned
    }

    private func recorded(on session: PostgresSession) throws -> Held {
        for table in ["automatic_grant", "granted_by_hand"] {
            _ = try session.rows("delete from offstage.\(table) g where not exists (select from pg_class c where c.oid = g.relation)")
        }
        let rows = try session.rows(
            """
            select n.nspname, c.relname, g.role, g.privilege from offstage.automatic_grant g
            join pg_class c on c.oid = g.relation join pg_namespace n on n.oid = c.relnamespace
            """)
        var held: Held = [:]
        for row in rows {
            let cells = row.map { $0 ?? "" }
            guard cells.count == 4, let privilege = Privilege(rawValue: cells[3]) else { continue }
            held[QualifiedName(cells[0], cells[1]), default: [:]][cells[2], default: []].insert(privilege)
        }
        return held
    }

    func record(_ held: Held, instead recorded: Held, on session: PostgresSession) throws {
        let (new, old) = (Self.cells(held), Self.cells(recorded))
        let relation = "format('%I.%I', x ->> 0, x ->> 1)::regclass"
        for (rows, sql) in [
            (
                old.subtracting(new),
                """
                delete from offstage.automatic_grant g using json_array_elements($1::json) x
                where g.relation = \(relation) and g.role = x ->> 2 and g.privilege = x ->> 3
                """
            ),
            (
                new.subtracting(old),
                "insert into offstage.automatic_grant select \(relation), x ->> 2, x ->> 3 from json_array_elements($1::json) x"
            ),
        ] where !rows.isEmpty {
            _ = try session.rows(sql, [JSONValue.array(rows.map { .array($0.map { .string($0) }) }).text])
        }
    }

    private static func cells(_ held: Held) -> Set<[String]> {
        var cells: Set<[String]> = []
        for (name, roles) in held {
            for (role, privileges) in roles {
                for privilege in privileges { cells.insert([name.schema, name.name, role, privilege.rawValue]) }
            }
        }
        return cells
    }
}

extension Statement {
    /// PostgreSQL lets everyone execute a function that nobody spoke of, so that a grant to all of them leaves no trace: it is given again by
    /// name, which is what is asked at `/rpc`.
    fileprivate var openingFunctions: Grant? {
        guard case .grant(var grant) = kind, grant.isGrant, grant.roles.contains("public") else { return nil }
        switch grant.objects {
        case .functions, .allFunctions: break
        default: return nil
        }
        grant.roles = ["anon", "authenticated", "service_role"]
        return grant
    }
}
