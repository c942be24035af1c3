import CSQLite
import OffstageSQL
import OffstageSchema
import OffstageSyntax

/// Reads whatever bytes are given as SQL, translates each statement against a small schema and has SQLite prepare what came of it: the
/// entry for a fuzzer. Whatever the bytes are, this returns.
///
/// Definitions change the schema and are carried out in memory; statements over rows are prepared, and never run.
package func fuzzTranslation(_ bytes: UnsafeRawBufferPointer) {
    guard let text = String(validating: bytes.prefix(1 << 14), as: UTF8.self),
        let statements = try? parse(text, limits: ParseLimits(bytes: 1 << 14)), let database = try? FuzzedDatabase()
    else { return }
    for statement in statements.prefix(20) { database.take(statement) }
}

/// A schema, and SQLite tables for it in memory.
private final class FuzzedDatabase {
    private let connection: Connection
    private var schema = Schema.initial

    init() throws {
        connection = try Connection(path: ":memory:", for: .writer)
        for statement in try parse(Self.tables) { take(statement) }
    }

    func take(_ statement: OffstageSyntax.Statement) {
        if case .data(let data) = statement.kind { return prepare(data) }
        let before = schema
        let changes = try? schema.apply(statement) { select throws(SQLError) in
            try Definitions.describe(select, in: before, path: Schema.searchPath)
        }
        for change in changes ?? [] {
            guard case .createTable(let name) = change, let definition = try? Definitions(schema).table(name) else { continue }
            try? connection.run(script: definition)
        }
    }

    private func prepare(_ data: DataStatement) {
        for caller in [Caller.system, Caller(role: "authenticated", claims: "{}", subject: nil)] {
            guard let prepared = try? SQLiteDialect(schema).prepare(data, as: caller) else { continue }
            if case .query(let text) = prepared.program { _ = try? connection.statement(text.text) }
            if case .native(let text, _) = prepared.program { _ = try? connection.statement(text.text) }
        }
        connection.dropStatements()
    }

    private static let tables = """
        create type mood as enum ('sad', 'ok', 'happy');
        create table t (id int primary key, a int, b text, c boolean, d numeric(6,2), e jsonb, f timestamptz, g date, h mood, i int[], j text[], k uuid, l interval, m double precision, n bytea, o char(4), p varchar(5));
        create table u (id int primary key, t_id int references t, x text default 'x', y int generated always as (id + 1) stored, z bigint unique);
        create view v as select id, a + 1 as a, upper(b) as b from t where c;
        alter table t enable row level security;
        create policy p on t using (a > 0 or id in (select t_id from u));
        grant all on t, u, v to authenticated;
        """
}
