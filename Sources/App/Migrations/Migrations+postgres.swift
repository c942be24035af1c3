package import OffstageDatabase
import OffstagePostgres
package import OffstageSQLite

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
        let run = RemoteFileRun(file, shown: "\(folder)/\(file.name)", preamble: preamble, exposed: database.options.exposed)
        let grants = try await database.session { try run.perform(on: $0) }
        try await database.reload()
        return grants
    }
}
