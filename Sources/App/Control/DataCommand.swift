import ArgumentParser
import OffstageAuth
import OffstageDatabase
import OffstageJSON
import OffstageQuery
import OffstageSQL
import OffstageSQLite
import OffstageSchema

/// A command that needs the project's data: run by whoever owns it, which is the running server or the command itself.
package enum DataCommand: Sendable, Hashable {
    case migrateUp
    case migrateStatus
    /// `path` is absolute: the owner reads the file.
    case importFile(path: String, format: RowFileFormat, table: String, skipsBad: Bool)
    case export(table: String, format: RowFileFormat, isForSpreadsheet: Bool)
    case sql(SQLScript)
    /// What there is, or the definition of one relation, type or function.
    case describe(String?)
    case keys(KeysCommand)
    /// The usual grants for what was made without a migration.
    case applyGrants(isDry: Bool)
    case doctor
    /// The description of the API as a role sees it.
    case openapi(role: String, isSwagger: Bool)
    /// Types of the tables for clients.
    case types(ClientLanguage)
    /// Into an empty PostgreSQL.
    case move(to: String, isDry: Bool)

    package enum KeysCommand: Sendable, Hashable {
        case list(showsSecrets: Bool)
        case create(kind: String, name: String, role: String?)
        case revoke(String)
        case rotate(String)
        /// Claims as a JSON object's text.
        case token(role: String, claims: String, seconds: Int64)
    }

    /// What a command tells while it runs.
    package enum Output: Sendable, Hashable {
        /// For standard output.
        case line(String)
        /// For standard output as they are: an export.
        case text(String)
        /// For standard error.
        case note(String)
        /// From 0 to 1.
        case progress(Double)
    }

    package typealias Listener = @Sendable (Output) -> Void

    /// Runs it here. Gives false where it ended as it should and what it tells is bad news (doctor's findings).
    ///
    /// - Throws: whatever went wrong; its description is for people.
    package func perform(in project: Project, _ tell: @escaping Listener) async throws -> Bool {
        if case .keys = self, project.keys.isOpen {} else { try await project.start() }
        switch self {
        case .migrateUp: try await Self.migrate(project, tell)
        case .migrateStatus: return try await Self.status(project, tell)
        case .importFile(let path, let format, let table, let skipsBad): try await Self.load(project, path, format, table, skipsBad, tell)
        case .export(let table, let format, let isForSpreadsheet):
            let export = TableExport(table, as: format, isForSpreadsheet: isForSpreadsheet)
            switch project.database {
            case .postgres(let database): try await export.perform(from: database) { tell(.text($0)) }
            case .embedded(let database): try await export.perform(from: database) { tell(.text($0)) }
            }
        case .sql(let script): try await script.perform(in: project, tell)
        case .describe(let name): try Self.describe(project.database.schema, name, tell)
        case .keys(let command): try command.perform(project.keys, tell)
        case .applyGrants(let isDry): try await project.database.applyGrants(isDry: isDry, tell)
        case .doctor: return try await Doctor(project).perform(tell)
        case .openapi(let role, let isSwagger):
            let schema = project.database.schema
            guard schema.roles[role] != nil else { throw SQLError("22023", "role \"\(role)\" does not exist") }
            for namespace in project.settings.api.schemas.prefix(1) {
                let api = DescribedAPI(schema, role: role, namespace: namespace, writability: schema.writability)
                let document = isSwagger ? api.swagger(version: Version.offstage, host: nil) : api.openAPI(version: Version.offstage)
                tell(.line(document.text))
            }
        case .types(let language):
            let schema = project.database.schema
            tell(.text(language.types.init(schema, namespaces: project.settings.api.schemas, writability: schema.writability).text))
        case .move(let url, let isDry): try await Move(tell).perform(project, to: url, isDry: isDry)
        }
        return true
    }

    private static func migrate(_ project: Project, _ tell: @escaping Listener) async throws {
        let migrations = try project.migrations()
        let done = try await migrations.up { applied in for line in applied.lines { tell(.line(line)) } }
        if done.isEmpty {
            tell(
                .line(
                    migrations.files.isEmpty
                        ? "There are no migrations in \(project.folder.migrationsFolder)/." : "Nothing to do: every migration has run."))
        }
    }

    private static func status(_ project: Project, _ tell: Listener) async throws -> Bool {
        let migrations = try project.migrations()
        let history = try await migrations.history()
        let notes = try await migrations.notes()
        let width = history.entries.map(\.name.count).max() ?? 0
        for entry in history.entries {
            let words: String =
                switch entry.status {
                case .applied(let time): "applied \(EpochClock.shown(time))"
                case .pending: history.late.contains(entry.name) ? "pending (older than what has run)" : "pending"
                case .changed(let time): "CHANGED after it was applied \(EpochClock.shown(time))"
                case .missing(let time): "MISSING; applied \(EpochClock.shown(time))"
                }
            tell(.line(entry.name + String(repeating: " ", count: width - entry.name.count) + "  " + words))
            for note in notes[entry.name] ?? [] { tell(.line("  \(note.text)")) }
        }
        if history.entries.isEmpty { tell(.line("There are no migrations in \(project.folder.migrationsFolder)/.")) }
        return history.changed.isEmpty && history.missing.isEmpty
    }

    private static func load(
        _ project: Project, _ path: String, _ format: RowFileFormat, _ table: String, _ skipsBad: Bool, _ tell: @escaping Listener
    ) async throws {
        let rows = TableImport(path: path, format, into: table, skipsBad: skipsBad) { tell(.progress($0)) }
        let report: ImportReport
        do {
            switch project.database {
            case .postgres(let database): report = try await database.load(rows)
            case .embedded(let database):
                report = try await database.transaction(deadline: nil) { database in
                    let report = try rows.perform(on: database)
                    if report.inserted > 1000 {
                        try database.execute(
                            "pragma analysis_limit = 400; analyze \(StoredName.table(try database.schema.importTarget(table).name))")
                    }
                    return report
                }
            }
        } catch let refused as ImportRefused {
            Self.tell(refused.report, tell)
            throw SQLError(
                "OFS402", "nothing was imported: \(refused.report.badCount) of the rows do not fit",
                hint: "Correct the file, or leave them out with --skip-bad.")
        }
        Self.tell(report, tell)
        if !report.passedOver.isEmpty {
            tell(.note("passed over, since the table works them out: \(report.passedOver.joined(separator: ", "))"))
        }
        tell(.line("\(report.inserted) rows into \(table)" + (report.badCount > 0 ? ", \(report.badCount) left out" : "")))
    }

    private static func tell(_ report: ImportReport, _ tell: Listener) {
        for row in report.bad { tell(.note("\(row)")) }
        if report.badCount > report.bad.count { tell(.note("… and \(report.badCount - report.bad.count) more")) }
    }
}

extension Migrations.Applied {
    /// `0001_books.sql  12 ms`, and a line for each grant.
    package var lines: [String] {
        let (seconds, attoseconds) = duration.components
        let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        return ["applied \(name) (\(milliseconds) ms)"] + notices.map { "  \($0)" } + grants.map { "  by row level security: \($0)" }
            + notes.map { "  \($0.text)" }
    }
}

/// A language that `offstage types` speaks.
package enum ClientLanguage: String, EnumerableFlag, Sendable {
    case typescript, swift, python

    fileprivate var types: any ClientTypes.Type {
        switch self {
        case .typescript: TypeScriptTypes.self
        case .swift: SwiftTypes.self
        case .python: PythonTypes.self
        }
    }
}
