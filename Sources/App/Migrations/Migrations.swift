import Crypto
package import OffstageDatabase
import OffstageSQLite
import OffstageSchema
import OffstageSyntax

/// A project's migrations and the database they are for.
///
/// ```swift
/// let migrations = Migrations(try folder.migrations(), in: database)
/// for try applied in migrations.up() { … }
/// ```
package struct Migrations: Sendable {
    /// What one file did, for printing.
    package struct Applied: Sendable, Hashable {
        package var name: String
        /// Grants Offstage made by itself when the file ended, as SQL.
        package var grants: [String]
        /// What was told on the side, and which statements had no effect.
        package var notes: [FileNote]
        /// What its functions and `do` blocks raised as notices and warnings.
        package var notices: [String] = []
        package var duration: Duration
    }

    package let files: [MigrationFile]
    let folder: String
    let database: ProjectDatabase
    /// Run before each file.
    let preamble: String

    /// - Parameters:
    ///   - folder: what errors call the files' folder: `migrations`.
    ///   - open: schemas whose new tables are open to everyone, by the setting `api.open_tables`.
    package init(_ files: [MigrationFile], folder: String = "migrations", opening open: [String] = [], in database: ProjectDatabase) {
        self.files = files
        self.folder = folder
        self.database = database
        preamble = open.map { schema in
            let name = Name(schema).sql
            return """
                alter default privileges in schema \(name) grant select, insert, update, delete on tables to anon, authenticated;
                alter default privileges in schema \(name) grant usage on sequences to anon, authenticated;
                alter default privileges in schema \(name) grant execute on functions to anon, authenticated;
                """
        }.joined(separator: "\n")
    }

    package static func checksum(of bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef")
        return SHA256.hash(data: bytes).reduce(into: "") { text, byte in
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
    }

    /// The files beside what the database remembers.
    package func history() async throws -> MigrationHistory {
        let files = files
        switch database {
        case .postgres(let database):
            return MigrationHistory(files: files, applied: try await Self.applied(in: database))
        case .embedded(let database):
            return try await database.transaction(deadline: nil) { database in
                MigrationHistory(files: files, applied: try Self.applied(in: database))
            }
        }
    }

    /// By file, the statements that had no effect when it was applied.
    package func notes() async throws -> [String: [FileNote]] {
        guard case .embedded(let database) = database else { return [:] }
        return try await database.transaction(deadline: nil) { database in try FileNote.all(on: database) }
    }

    private static func applied(in database: borrowing WriteTransaction) throws(SQLError) -> [AppliedMigration] {
        try database.rows("SELECT name, checksum, applied_at FROM \"offstage.migration\" ORDER BY name").compactMap { row in
            guard row.count == 3, case .text(let name) = row[0], case .text(let checksum) = row[1], case .integer(let time) = row[2] else {
                return nil
            }
            return AppliedMigration(name: name, checksum: checksum, appliedAt: time)
        }
    }

    /// Applies what is pending, each file in a transaction of its own, and says so after each.
    ///
    /// - Throws: `MigrationError` for a file that could not be applied: those before it were. OFS401 where an applied file was changed.
    package func up(each: @Sendable (Applied) -> Void = { _ in }) async throws -> [Applied] {
        let history = try await history()
        try history.check()
        var done: [Applied] = []
        for file in history.pending {
            let start = ContinuousClock.now
            let (grants, notes, notices) = try await apply(file)
            let applied = Applied(
                name: file.name, grants: grants, notes: notes, notices: notices, duration: ContinuousClock.now - start)
            each(applied)
            done.append(applied)
        }
        if !done.isEmpty, case .embedded(let database) = database {
            // So that the planner knows which of two indexes is the narrower.
            try await database.transaction(deadline: nil) { database in try database.execute("pragma analysis_limit = 400; analyze") }
        }
        return done
    }

    private func apply(_ file: MigrationFile) async throws -> (grants: [String], notes: [FileNote], notices: [String]) {
        let (shown, preamble) = ("\(folder)/\(file.name)", preamble)
        let database: EmbeddedDatabase
        switch self.database {
        case .embedded(let embedded): database = embedded
        case .postgres(let postgres): return (try await apply(file, in: postgres), [], [])
        }
        return try await database.transaction(deadline: nil) { database in
            // Another process cannot be here, but another command of this one could have been faster.
            guard try database.rows("SELECT 1 FROM \"offstage.migration\" WHERE name = ?1", [.text(file.name)]).isEmpty else {
                return ([], [], [])
            }
            let now = EpochClock.now
            if !preamble.isEmpty {
                var run = FileRun("api.open_tables", text: preamble, in: database.schema, now: now)
                _ = try run.perform(on: database)
            }
            let schema = database.schema
            var run = FileRun(shown, text: file.text, in: schema, now: now)
            let heard = Heard()
            run.onNotice = { heard.lines += $0.lines }
            let grants = try run.perform(on: database)
            _ = try database.rows(
                "INSERT INTO \"offstage.migration\" (name, checksum, applied_at) VALUES (?1, ?2, ?3)",
                [.text(file.name), .text(file.checksum), .integer(now)])
            try FileNote.save(run.notes, of: file.name, on: database)
            return (grants, run.notes, heard.lines)
        }
    }

    /// Notices of one file; it lives no longer than its transaction.
    private final class Heard {
        var lines: [String] = []
    }
}
