import OffstageDatabase
import OffstageSchema
import OffstageSyntax

/// Looks a project over and says what is wrong, what is open, and what to do.
struct Doctor {
    let project: Project

    init(_ project: Project) { self.project = project }

    struct Findings {
        var problems: [String] = []
        var notes: [String] = []

        /// What is wrong where others depend on it, and worth knowing at a developer's desk.
        mutating func add(_ text: String, isProblem: Bool) { if isProblem { problems.append(text) } else { notes.append(text) } }
    }

    /// True where there is no problem.
    func perform(_ tell: DataCommand.Listener) async throws -> Bool {
        let schema: Schema
        var findings = Findings()
        // What the engine says of itself comes behind what is open.
        let about: String
        var engine = Findings()
        switch project.database {
        case .embedded(let database):
            schema = project.database.schema
            about = try await look(at: database, &engine)
        case .postgres(let database):
            (schema, about) = try await look(at: database, &engine)
        }
        let access = PublicAccess(schema, exposing: project.settings.api.schemas)
        tell(.line("Open to whom:"))
        for line in access.lines { tell(.line("  \(line)")) }
        if schema.tables.isEmpty { tell(.line("  There are no tables yet.")) }
        openness(access, schema, &findings)
        files(&findings)
        try await history(&findings)
        tell(.line(about))
        for problem in findings.problems + engine.problems { tell(.line("problem: \(problem)")) }
        for note in findings.notes + engine.notes { tell(.line("note: \(note)")) }
        let isWell = findings.problems.isEmpty && engine.problems.isEmpty
        if isWell { tell(.line(findings.notes.isEmpty && engine.notes.isEmpty ? "All is well." : "Nothing is wrong.")) }
        return isWell
    }

    private func openness(_ access: PublicAccess, _ schema: Schema, _ findings: inout Findings) {
        for name in access.relations {
            guard let table = schema.tables[name] else { continue }
            if !table.hasRowSecurity, access.isReachable(name) {
                findings.problems.append(
                    "\(access.shown(name)) has grants and no row level security: its rows are open as a whole. alter table \(name) enable row level security;"
                )
            }
            if table.hasRowSecurity, table.policies.isEmpty {
                findings.notes.append("\(access.shown(name)) has row level security and no policy: only the service key sees its rows")
            }
        }
        if project.settings.api.openTables { findings.problems.append("api.open_tables is on: every new table is open to everyone") }
    }

    static func pastPolicies(_ view: String, of tables: [String], _ remedy: String) -> String {
        "the view \(view) shows rows of \(tables.joined(separator: ", ")) past their policies. \(remedy)"
    }

    static func unindexed(_ table: String, _ full: String, _ columns: String) -> String {
        "no index begins with \(table) (\(columns)), a foreign key. create index on \(full) (\(columns));"
    }

    private func files(_ findings: inout Findings) {
        let data = project.folder.dataPath(project.settings)
        for (path, wanted) in [(data, 0o700), ("\(data)/app.db", 0o600), ("\(data)/keys.json", 0o600), ("\(data)/control.sock", 0o600)]
            as [(String, UInt32)]
        {
            guard let mode = TextFile.mode(path), mode & 0o077 != 0 else { continue }
            findings.problems.append(
                "\(path) is open to other users (mode \(String(mode, radix: 8))). chmod \(String(wanted, radix: 8)) \(path)")
        }
    }

    private func history(_ findings: inout Findings) async throws {
        let history = try await project.migrations().history()
        for name in history.changed { findings.problems.append("\(name) was changed after it had been applied. offstage migrate status") }
        for name in history.missing { findings.problems.append("\(name) was applied and its file is gone") }
        let idle = try await project.migrations().notes().values.reduce(0) { $0 + $1.count }
        if idle > 0 {
            findings.notes.append("\(idle) statements of the migrations have no effect here. offstage migrate status lists them")
        }
        if !history.pending.isEmpty { findings.notes.append("\(history.pending.count) migrations have not run. offstage migrate up") }
    }
}
