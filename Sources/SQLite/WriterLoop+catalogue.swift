import OffstageSQL
import OffstageSchema
import OffstageSyntax

extension WriterLoop {
    /// What this Offstage writes and reads. A newer one may have changed the meaning of stored values.
    static let format = 1

    /// Makes the engine's own tables if they are not there and loads what the file holds.
    func loadCatalogue() throws(SQLError) {
        try connection.execute(
            """
            create table if not exists "offstage.meta" (key text primary key, value text not null) strict, without rowid;
            create table if not exists "offstage.catalog" (
                kind text not null, schema text not null, name text not null, definition text not null, generation integer not null,
                primary key (kind, schema, name)
            ) strict, without rowid;
            create table if not exists "offstage.migration" (
                name text primary key, checksum text not null, applied_at integer not null
            ) strict;
            create table if not exists "offstage.note" (migration text not null, line integer not null, text text not null) strict;
            create table if not exists "offstage.sequence" (
                name text primary key, value integer not null, is_called integer not null
            ) strict, without rowid;
            insert into "offstage.meta" values ('format', '\(Self.format)') on conflict do nothing;
            \(Self.keptAnswers)
            """)
        let format = try rows("select value from \"offstage.meta\" where key = 'format'").first?.first
        guard case .text(let text) = format, let number = Int(text), number <= Self.format else {
            throw SQLError(
                "0A000", "the database was written by a newer version of Offstage", hint: "Run the version that wrote it, or a newer one.")
        }
        var schema = try storedSchema()
        schema.exposed = options.exposed
        try addSystemTables(to: &schema)
        try defineSequences(of: schema)
        try findOldestAnswer()
        state.publish(schema)
    }

    /// Makes the tables that every project has, in a new file and in one of a version that did not have them.
    private func addSystemTables(to schema: inout Schema) throws(SQLError) {
        let statements: [OffstageSyntax.Statement]
        do throws(SyntaxError) {
            statements = try parse(Schema.systemDefinitions)
        } catch {
            throw SQLError(error.code, error.message)
        }
        var added = schema
        var texts: [String] = []
        for statement in statements {
            let changes: [Change]
            do throws(SQLError) {
                changes = try added.apply(statement) { (_) throws(SQLError) in [] }
            } catch {
                // There already.
                guard error.code == "42P07" else { throw error }
                continue
            }
            for change in changes {
                switch change {
                case .createTable(let name): texts.append(try Definitions(added).table(name))
                case .createIndex(let table, let index): texts.append(try Definitions(added).index(index, on: table))
                default: break
                }
            }
        }
        guard !texts.isEmpty else { return }
        do throws(Fault) { try connection.command("begin immediate") } catch { throw error.error(in: connection.session) }
        do throws(SQLError) {
            for text in texts { try connection.execute(text) }
            try save(added)
        } catch {
            rollBack()
            throw error
        }
        do throws(Fault) { try commit() } catch { throw error.error(in: connection.session) }
        schema = added
    }

    private func storedSchema() throws(SQLError) -> Schema {
        var entries: [CatalogueEntry] = []
        for row in try rows("select kind, schema, name, definition from \"offstage.catalog\"") {
            guard row.count == 4, case .text(let kind) = row[0], case .text(let namespace) = row[1], case .text(let name) = row[2],
                case .text(let definition) = row[3], let kind = CatalogueEntry.Kind(rawValue: kind)
            else { throw SQLError("XX001", "the catalogue holds a row that cannot be read", hint: "Run offstage doctor.") }
            entries.append(CatalogueEntry(kind, schema: namespace, name: name, definition: definition))
        }
        guard !entries.isEmpty else { return .initial }
        var schema = try Schema(catalogue: entries)
        if case .text(let text)? = try rows("select value from \"offstage.meta\" where key = 'generation'").first?.first {
            schema.generation = Int64(text) ?? schema.generation
        }
        return schema
    }

    /// Writes what differs from the stored catalogue into the open transaction.
    func save(_ schema: Schema) throws(SQLError) {
        struct Place: Hashable {
            var kind: String
            var schema: String
            var name: String
        }
        var stored: [Place: String] = [:]
        for row in try rows("select kind, schema, name, definition from \"offstage.catalog\"") {
            guard row.count == 4, case .text(let kind) = row[0], case .text(let namespace) = row[1], case .text(let name) = row[2],
                case .text(let definition) = row[3]
            else { continue }
            stored[Place(kind: kind, schema: namespace, name: name)] = definition
        }
        for entry in schema.catalogueEntries {
            let place = Place(kind: entry.kind.rawValue, schema: entry.schema, name: entry.name)
            if stored.removeValue(forKey: place) == entry.definition { continue }
            _ = try rows(
                """
                insert into "offstage.catalog" (kind, schema, name, definition, generation) values (?1, ?2, ?3, ?4, ?5) \
                on conflict do update set definition = excluded.definition, generation = excluded.generation
                """,
                [.text(place.kind), .text(place.schema), .text(place.name), .text(entry.definition), .integer(schema.generation)])
        }
        for place in stored.keys {
            _ = try rows(
                "delete from \"offstage.catalog\" where kind = ?1 and schema = ?2 and name = ?3",
                [.text(place.kind), .text(place.schema), .text(place.name)])
        }
        for row in try rows("select name from \"offstage.sequence\"") {
            guard case .text(let name)? = row.first, !schema.sequences.keys.contains(where: { $0.description == name }) else { continue }
            _ = try rows("delete from \"offstage.sequence\" where name = ?1", [.text(name)])
        }
        _ = try rows(
            "insert into \"offstage.meta\" values ('generation', ?1) on conflict do update set value = excluded.value",
            [.text(String(schema.generation))])
    }

    /// Takes over the schema's sequences; what the file knows of them counts where memory knows nothing.
    func defineSequences(of schema: Schema) throws(SQLError) {
        var stored: [String: (value: Int64, isCalled: Bool)] = [:]
        for row in try rows("select name, value, is_called from \"offstage.sequence\"") {
            guard row.count == 3, case .text(let name) = row[0], case .integer(let value) = row[1], case .integer(let isCalled) = row[2]
            else {
                continue
            }
            stored[name] = (value, isCalled != 0)
        }
        sequences.define(schema.sequences.values, stored: stored)
    }

    func rows(_ text: String, _ values: [StoredValue] = []) throws(SQLError) -> [[StoredValue]] {
        do throws(Fault) { return try connection.rows(text, values) } catch { throw error.error(in: connection.session) }
    }
}
