import OffstageDatabase
import OffstageSQL
import OffstageSQLite
import OffstageSchema
import OffstageSyntax

/// What only a file can have.
extension Doctor {
    /// - Returns: a line about the engine.
    func look(at database: EmbeddedDatabase, _ findings: inout Findings) async throws -> String {
        let schema = database.schema
        let access = PublicAccess(schema, exposing: project.settings.api.schemas)
        for (view, tables) in access.viewsPastPolicies {
            findings.problems.append(
                Self.pastPolicies(
                    access.shown(view), of: tables.map(access.shown), "alter view \(view) set (security_invoker = true);"))
        }
        keys(schema, &findings)
        let found = try await database.transaction(deadline: nil) { database in
            (try Self.damage(in: database, schema), try database.rows("select sqlite_version()").first?.first)
        }
        findings.problems += found.0
        // Before 3.51.3 two connections that checkpoint can damage a file; here only the writer ever does, so every version will do.
        let version = if case .text(let text)? = found.1 { text } else { "" }
        return "SQLite \(version), one process and one connection writing."
    }

    /// A key whose columns no index begins with makes deletes of the other table scan this one.
    private func keys(_ schema: Schema, _ findings: inout Findings) {
        for table in schema.tables.values.sorted(by: { $0.name < $1.name }) {
            for key in table.foreignKeys {
                let lists =
                    [table.primaryKey?.columns].compactMap { $0 } + table.uniqueKeys.map(\.columns)
                    + table.indexes.filter { $0.filter == nil }.map { index in
                        index.elements.map { element in if case .column(let name) = element.value.kind { name.last } else { "" } }
                    }
                guard !lists.contains(where: { Set($0.prefix(key.columns.count)) == Set(key.columns) }) else { continue }
                findings.notes.append(Self.unindexed(table.name.name, table.name.description, key.columns.joined(separator: ", ")))
            }
        }
    }

    /// Where the file is not whole, or not what the catalogue says.
    private static func damage(in database: borrowing WriteTransaction, _ schema: Schema) throws -> [String] {
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
        return problems
    }
}
