package import OffstageDatabase
import OffstagePostgres
package import OffstageSQLite
import OffstageSchema
import OffstageSyntax

/// Migrations on PostgreSQL: each file in a transaction of its own, under a lock that all servers share.
extension Migrations {
    /// Migrations of a database that is open by itself.
    package init(_ files: [MigrationFile], folder: String = "migrations", opening open: [String] = [], in database: EmbeddedDatabase) {
        self.init(files, folder: folder, opening: open, in: .embedded(database))
    }

    static func applied(in database: PostgresDatabase) async throws -> [AppliedMigration] {
        // Microseconds since 2000, as everywhere.
        let rows = try await database.rows(
            """
            select name, checksum, ((extract(epoch from applied_at) - 946684800) * 1000000)::bigint from offstage.migration order by name
            """)
        return rows.compactMap { row in
            guard row.count == 3, let name = row[0], let checksum = row[1], let time = row[2].flatMap({ Int64($0) }) else { return nil }
            return AppliedMigration(name: name, checksum: checksum, appliedAt: time)
        }
    }

    /// - Returns: the grants that were made without being written, as SQL.
    /// - Throws: `MigrationError` for what the server refuses, at its place in the file.
    func apply(_ file: MigrationFile, in database: PostgresDatabase) async throws -> [String] {
        let run = RemoteFileRun(file, shown: "\(folder)/\(file.name)", preamble: preamble, exposed: Set(database.options.exposed))
        let grants = try await database.session { try run.perform(on: $0) }
        try await database.reload()
        return grants
    }
}

/// One file on its way into PostgreSQL.
struct RemoteFileRun: Sendable {
    private let file: MigrationFile
    private let shown: String
    private let preamble: String
    private let exposed: Set<String>

    init(_ file: MigrationFile, shown: String, preamble: String, exposed: Set<String>) {
        self.file = file
        self.shown = shown
        self.preamble = preamble
        self.exposed = exposed
    }

    /// The first line of a file that may not run in a transaction: `create index concurrently`, `alter system`, `vacuum`.
    static let withoutTransaction = "-- offstage: no transaction"

    func perform(on session: PostgresSession) throws -> [String] {
        if file.text.hasPrefix(Self.withoutTransaction) {
            guard try session.rows("select 1 from offstage.migration where name = $1", [file.name]).isEmpty else { return [] }
            try pieces(of: nil) { try session.run(script: $0) }
            try remember(on: session)
            return []
        }
        return try session.transaction { try inTransaction(on: $0) }
    }

    private func inTransaction(on session: PostgresSession) throws -> [String] {
        _ = try session.rows(PostgresSetup.lock)
        // Another server may have been faster.
        guard try session.rows("select 1 from offstage.migration where name = $1", [file.name]).isEmpty else { return [] }
        if !preamble.isEmpty { try session.run(script: preamble) }
        // What our own parser cannot read is for PostgreSQL alone, and goes there as it is.
        let statements = try? parse(file.text, file: shown)
        var before = try session.catalogue(inTransaction: true)
        before.exposed = exposed
        try pieces(of: statements) { try session.run(script: $0) }
        _ = try session.rows("reset role")
        let grants = try grantAutomatically(statements ?? [], before, on: session)
        try remember(on: session)
        _ = try session.rows("notify offstage, 'reload schema'")
        return grants
    }

    /// Runs the statements one by one, so that an error has its place, without those that begin and end transactions.
    private func pieces(of statements: [Statement]?, _ run: (String) throws -> Void) throws {
        guard let statements else {
            do { try run(file.text) } catch let error as SQLError { throw MigrationError(error, file: shown, text: file.text) }
            return
        }
        for statement in statements {
            if case .transaction = statement.kind { continue }
            do {
                try run(statement.source)
            } catch var error as SQLError {
                error.position = error.position.map { $0 + max(0, Int(statement.position.offset)) }
                throw MigrationError(error, file: shown, text: file.text, statement: statement.position)
            }
        }
    }

    private func remember(on session: PostgresSession) throws {
        _ = try session.rows("insert into offstage.migration (name, checksum) values ($1, $2)", [file.name, file.checksum])
    }

    /// The usual grants, by the code that makes them on the embedded engine.
    func grantAutomatically(_ statements: [Statement], _ before: Schema, on session: PostgresSession) throws -> [String] {
        var after = try session.catalogue(inTransaction: true)
        after.exposed = exposed
        for row in try session.rows("select schema_name, name, role, privilege from offstage.automatic_grant") {
            let cells = row.map { $0 ?? "" }
            guard cells.count == 4, let privilege = Privilege(rawValue: cells[3]) else { continue }
            after.automaticPrivileges[QualifiedName(cells[0], cells[1]), default: [:]][cells[2], default: []].insert(privilege)
        }
        let grants = after.automaticGrants(for: statements, before: before) + statements.compactMap(\.openingFunctions)
        for grant in grants {
            try session.run(script: Statement(.grant(grant)).sql)
            for name in grant.names {
                for role in grant.roles {
                    let privileges = grant.privileges.compactMap(\.name)
                    if grant.isGrant {
                        for privilege in privileges {
                            _ = try session.rows(
                                "insert into offstage.automatic_grant values ($1, $2, $3, $4) on conflict do nothing",
                                [name.schema, name.name, role, privilege])
                        }
                    } else {
                        _ = try session.rows(
                            "delete from offstage.automatic_grant where schema_name = $1 and name = $2 and role = $3",
                            [name.schema, name.name, role])
                    }
                }
            }
        }
        return grants.map { Statement(.grant($0)).sql }
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

extension Grant {
    fileprivate var names: [QualifiedName] {
        switch objects {
        case .tables(let names), .sequences(let names): names.map { QualifiedName($0.qualifier ?? "public", $0.last) }
        default: []
        }
    }
}
