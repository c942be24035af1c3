import OffstageJSON
import OffstageSQLite
import OffstageSchema
import OffstageSyntax

/// Statements for `offstage sql`: run in one transaction, and what they give written for people or programs.
package struct SQLScript: Sendable, Hashable {
    package enum Format: String, Sendable, CaseIterable {
        case table, csv, json
    }

    package var text: String
    package var format: Format
    /// The database role to read as; nil is the owner of everything.
    package var role: String?
    /// The token's payload that the role would come with, as a JSON object's text.
    package var claims: String?

    package init(_ text: String, as format: Format = .table, role: String? = nil, claims: String? = nil) {
        self.text = text
        self.format = format
        self.role = role
        self.claims = claims
    }

    func perform(in project: Project, _ tell: @escaping DataCommand.Listener) async throws {
        let caller = try caller(in: project.database.schema)
        let database: EmbeddedDatabase
        switch project.database {
        case .embedded(let embedded): database = embedded
        case .postgres(let postgres): return try await RemoteScriptRun(self, as: caller).perform(in: postgres, tell)
        }
        try await database.transaction(deadline: nil) { database in
            var run = FileRun("sql", text: text, in: database.schema, now: EpochClock.now)
            run.caller = caller
            run.onResult = { $0.tell(as: format, tell) }
            run.onNotice = { notice in for line in notice.lines { tell(.note(line)) } }
            let grants = try run.perform(on: database)
            for note in run.notes { tell(.note(note.text)) }
            for grant in grants { tell(.note("granted: \(grant)")) }
        }
    }

    private func caller(in schema: Schema) throws -> Caller {
        guard let role else {
            guard claims == nil else { throw SQLError("22023", "--claims are of a role", hint: "Say whose: --as authenticated.") }
            return .system
        }
        guard schema.roles[role] != nil else {
            throw SQLError(
                "22023", "role \"\(role)\" does not exist", hint: "There are \(schema.roles.keys.sorted().joined(separator: ", ")).")
        }
        guard role != Caller.system.role else { return .system }
        guard let claims else { return Caller(role: role) }
        guard let value = try? JSONValue(parsing: claims), value.object != nil else {
            throw SQLError("22023", "--claims is not a JSON object", hint: #"For example: --claims '{"sub":"…"}'"#)
        }
        return Caller(role: role, claims: value.text, subject: value["sub"]?.string)
    }
}

extension DataCommand {
    /// Each relation with its kind and whether row level security is on; or the statements that made the one named.
    static func describe(_ schema: Schema, _ name: String?, _ tell: Listener) throws {
        guard let name else {
            // The tables of every project are not the project's own.
            let own = schema.tables.values.filter { $0.name.schema != "auth" && $0.name.schema != "storage" }
            for table in own.sorted(by: { $0.name < $1.name }) {
                tell(.line("\(table.name)  table\(table.hasRowSecurity ? ", row level security" : "")"))
            }
            for view in schema.views.values.sorted(by: { $0.name < $1.name }) { tell(.line("\(view.name)  view")) }
            return
        }
        guard schema.authority == .own else { throw Stop("A definition is psql's to show on PostgreSQL: psql -c '\\d \(name)'") }
        let found = try schema.resolveRelation(Name(name.split(separator: ".").map(String.init)), path: Schema.searchPath)
        let indexes = Set(schema.tables[found]?.indexes.map(\.name) ?? [])
        for entry in schema.catalogueEntries where entry.schema == found.schema {
            switch entry.kind {
            case .table, .view, .sequence, .grant: guard entry.name == found.name else { continue }
            case .index: guard indexes.contains(entry.name) else { continue }
            case .reference, .policy: guard entry.name.hasPrefix(found.name + ".") else { continue }
            default: continue
            }
            tell(.line(entry.definition + ";"))
        }
    }
}
