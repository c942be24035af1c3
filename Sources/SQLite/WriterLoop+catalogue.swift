import OffstageSchema

extension WriterLoop {
    /// What this Offstage writes and reads. A newer one may have changed the meaning of stored values.
    static let format = 1

    /// Makes the engine's own tables if they are not there and loads what the file holds.
    func loadCatalogue() throws(SQLError) {
        try connection.execute(
            """
            create table if not exists "offstage.meta" (key text primary key, value text not null) strict, without rowid;
            create table if not exists "offstage.catalog" (
                position integer primary key, kind text not null, schema text not null, name text not null, definition text not null,
                generation integer not null
            ) strict;
            create table if not exists "offstage.migration" (
                name text primary key, checksum text not null, applied_at integer not null
            ) strict;
            create table if not exists "offstage.sequence" (
                name text primary key, value integer not null, is_called integer not null
            ) strict, without rowid;
            insert into "offstage.meta" values ('format', '\(Self.format)') on conflict do nothing;
            """)
        let format = try rows("select value from \"offstage.meta\" where key = 'format'").first?.first
        guard case .text(let text) = format, let number = Int(text), number <= Self.format else {
            throw SQLError(
                "0A000", "the database was written by a newer version of Offstage", hint: "Run the version that wrote it, or a newer one.")
        }
        let schema = Schema()
        try defineSequences(of: schema)
        state.publish(schema)
    }

    /// Takes over the schema's sequences; what the file knows of them counts where memory knows nothing.
    func defineSequences(of schema: Schema) throws(SQLError) {
        var stored: [String: (value: Int64, isCalled: Bool)] = [:]
        for row in try rows("select name, value, is_called from \"offstage.sequence\"") {
            guard row.count == 3, case .text(let name) = row[0], case .integer(let value) = row[1], case .integer(let isCalled) = row[2] else {
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
