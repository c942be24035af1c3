import OffstageDatabase
import OffstageSQL
import OffstageSQLite
import OffstageSchema
import OffstageSyntax

/// Looks a project over and says what is wrong, what is open, and what to do.
struct Doctor {
    private let project: Project
    private let schema: Schema

    init(_ project: Project) {
        self.project = project
        schema = project.database.schema
    }

    private struct Findings {
        var problems: [String] = []
        var notes: [String] = []
    }

    /// True where there is no problem.
    func perform(_ tell: DataCommand.Listener) async throws -> Bool {
        let access = PublicAccess(schema, exposing: project.settings.api.schemas)
        tell(.line("Open to whom:"))
        for line in access.lines { tell(.line("  \(line)")) }
        if schema.tables.isEmpty { tell(.line("  There are no tables yet.")) }
        var findings = Findings()
        openness(access, &findings)
        keys(&findings)
        files(&findings)
        try await history(&findings)
        try await engine(&findings, tell)
        for problem in findings.problems { tell(.line("problem: \(problem)")) }
        for note in findings.notes { tell(.line("note: \(note)")) }
        if findings.problems.isEmpty { tell(.line(findings.notes.isEmpty ? "All is well." : "Nothing is wrong.")) }
        return findings.problems.isEmpty
    }

    private func openness(_ access: PublicAccess, _ findings: inout Findings) {
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
        for (view, tables) in access.viewsPastPolicies {
            findings.problems.append(
                "the view \(access.shown(view)) shows rows of \(tables.map(access.shown).joined(separator: ", ")) past their policies. "
                    + "alter view \(view) set (security_invoker = true);")
        }
        if project.settings.api.openTables { findings.problems.append("api.open_tables is on: every new table is open to everyone") }
    }

    /// A key whose columns no index begins with makes deletes of the other table scan this one.
    private func keys(_ findings: inout Findings) {
        for table in schema.tables.values.sorted(by: { $0.name < $1.name }) {
            for key in table.foreignKeys {
                let lists =
                    [table.primaryKey?.columns].compactMap { $0 } + table.uniqueKeys.map(\.columns)
                    + table.indexes.filter { $0.filter == nil }.map { index in
                        index.elements.map { element in if case .column(let name) = element.value.kind { name.last } else { "" } }
                    }
                guard !lists.contains(where: { Set($0.prefix(key.columns.count)) == Set(key.columns) }) else { continue }
                let columns = key.columns.joined(separator: ", ")
                findings.notes.append(
                    "no index begins with \(table.name.name) (\(columns)), a foreign key. create index on \(table.name) (\(columns));")
            }
        }
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

    private func engine(_ findings: inout Findings, _ tell: DataCommand.Listener) async throws {
        let schema = schema
        let found = try await project.database.embedded(for: "offstage doctor").transaction(deadline: nil) { database in
            var problems: [String] = []
            for row in try database.rows("pragma quick_check(20)") where row.first != .text("ok") {
                if case .text(let text)? = row.first { problems.append("the database file is damaged: \(text)") }
            }
            for row in try database.rows("select \"table\", parent from pragma_foreign_key_check limit 20") {
                if case .text(let table)? = row.first { problems.append("a row of \(table) refers to one that is not there") }
            }
            var stored: [String: String] = [:]
            for row in try database.rows(
                "select name, sql from sqlite_schema where sql is not null and name not like 'offstage.%' and name not like 'sqlite_%'")
            {
                if row.count == 2, case .text(let name) = row[0], case .text(let sql) = row[1] { stored[name] = sql }
            }
            let definitions = Definitions(schema)
            for table in schema.tables.values.sorted(by: { $0.name < $1.name }) {
                let text = stored.removeValue(forKey: StoredName.bare(table.name))
                if text == nil { problems.append("the table \(table.name) is in the catalogue and not in the file") }
                if let text, (try? definitions.table(table.name)) != text {
                    problems.append("the table \(table.name) is stored otherwise than the catalogue says")
                }
                for search in try table.indexes.flatMap({ index in try definitions.searchTables(index, of: table) }) {
                    let parts = search.parts.map { stored.removeValue(forKey: $0) }
                    guard !parts.contains(nil) else {
                        problems.append("the search table \(search.name) is not whole. Drop its index and create it again")
                        continue
                    }
                    let isWhole = (try? database.execute(search.integrityCheck)) != nil
                    guard isWhole, try database.rows(search.check).first?.first == .integer(1) else {
                        problems.append("the search table \(search.name) does not know its rows. Drop its index and create it again")
                        continue
                    }
                }
                for index in table.indexes
                where index.isStored && stored.removeValue(forKey: StoredName.bare(QualifiedName(table.name.schema, index.name))) == nil {
                    problems.append("the index \(index.name) is in the catalogue and not in the file")
                }
            }
            for name in stored.keys.sorted() { problems.append("\(name) is in the file and not in the catalogue") }
            var version = ""
            if case .text(let text)? = try database.rows("select sqlite_version()").first?.first { version = text }
            return (problems, version)
        }
        findings.problems += found.0
        // Before 3.51.3 two connections that checkpoint can damage a file; here only the writer ever does, so every version will do.
        tell(.line("SQLite \(found.1), one process and one connection writing."))
    }
}
