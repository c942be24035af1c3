import Foundation
import OffstageDatabase
import OffstageSQLite
import OffstageSchema
import Testing

@testable import Offstage

/// What `pg_dump` and the Supabase CLI write of a project is a migration as it stands.
@Suite struct DumpTests {
    private static let dump: String = {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Dumps/project.sql").path
        return (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    }()

    @Test func `a dump applies with its rows, its policies and its grants`() async throws {
        var database = try MigratedDatabase()
        let applied = try await database.migrate(Self.dump)
        try await database.expectWhole()
        let schema = database.database.schema
        #expect(schema.tables[QualifiedName("public", "tasks")]?.policies.count == 2)
        #expect(schema.publications["supabase_realtime"]?.tables.keys.map(\.name) == ["tasks"])
        #expect(schema.sequences[QualifiedName("public", "teams_number_seq")]?.type == .integer)
        #expect(
            try await database.values("select name from \"public.teams\" order by number") == [
                "Blue \\ team\twith tab", "; drop table x; --",
            ])
        #expect(try await database.values("select details from \"public.tasks\" order by id") == ["{\"a\": 1}", "null"])
        #expect(try await database.values("select size from \"public.team_sizes\"") == ["1"])
        try await database.migrate("insert into tasks (team_id, title) values ('0b8c7f4e-1f0e-4d7c-9d53-6a9b6f2a1c11', 'Third')")
        #expect(try await database.values("select max(id) from \"public.tasks\"") == ["3"])
        // What has no effect is told, and with its line.
        let notes = applied.flatMap(\.notes).map(\.text)
        #expect(notes.contains("line 21 has no effect here: CREATE EXTENSION pg_net: webhooks send what changed"))
        #expect(notes.contains { $0.contains("REPLICA IDENTITY") })
        let again = try database.reopened()
        #expect(Set(again.catalogueEntries) == Set(database.database.schema.catalogueEntries))
        #expect(again.publications == database.database.schema.publications)
        #expect(again.tables == database.database.schema.tables)
    }

    @Test func `what had no effect is remembered`() async throws {
        var database = try MigratedDatabase()
        try await database.migrate("create table t (a int);\nvacuum t;\nalter table t set (fillfactor = 70)")
        let notes = try await Migrations([], in: database.database).notes()
        #expect(
            notes["0001.sql"]?.map(\.text) == [
                "line 2 has no effect here: VACUUM", "line 3 has no effect here: ALTER TABLE t SET or RESET (…)",
            ])
    }

    @Test func `notices are told and not remembered`() async throws {
        var database = try MigratedDatabase()
        let applied = try await database.migrate(
            "create table t (a int); create view v as select a from t; create table if not exists t (a int); drop table if exists x; drop table t cascade"
        )
        #expect(
            applied.flatMap(\.notes).map(\.note.text) == [
                "relation \"t\" already exists, skipping", "table \"x\" does not exist, skipping", "drop cascades to view v",
            ])
        #expect(try await Migrations([], in: database.database).notes().isEmpty)
    }

    @Test func `psql's own commands are refused with their place`() async throws {
        var database = try MigratedDatabase()
        let error = try await database.refusal("create table t (a int);\n\\connect other\ncreate table u (a int)")
        #expect(error.code == "0A000" && error.message.hasPrefix("\\connect") && error.position == 24)
    }

    @Test func `a savepoint takes definitions back with the rows`() async throws {
        var database = try MigratedDatabase()
        try await database.migrate(
            """
            create table t (a int); insert into t values (1);
            savepoint a; create table u (a int); insert into t values (2); rollback to a;
            savepoint b; insert into t values (3); release b; create table u (b int);
            """)
        try await database.expectWhole()
        #expect(try await database.values("select a from \"public.t\"") == ["1", "3"])
        #expect(database.database.schema.tables[QualifiedName("public", "u")]?.columns.map(\.name) == ["b"])
        #expect(try await database.refusal("rollback to nosuch").code == "3B001")
        #expect(try await database.refusal("begin; rollback").code == "0A000")
    }

    @Test func `copied rows are checked like others`() async throws {
        var database = try MigratedDatabase()
        try await database.migrate("create table t (a int primary key, b text, c int generated always as (a + 1) stored)")
        try await database.migrate(
            "copy t from stdin with (format csv, header);\na,b\n1,\"x, \"\"y\"\"\"\n2,\n\\.\ncopy t (a) from stdin;\n3\n\\.\n")
        #expect(try await database.values("select b from \"public.t\" order by a") == ["x, \"y\"", "null", "null"])
        #expect(try await database.refusal("copy t (a) from stdin;\nx\n\\.\n").code == "22P02")
        #expect(try await database.refusal("copy t (a) from stdin;\n1\n\\.\n").code == "23505")
        #expect(try await database.refusal("copy t (a) from stdin;\n1\t2\n\\.\n").code == "22P04")
        #expect(try await database.refusal("copy t (c) from stdin;\n1\n\\.\n").code == "42P10")
        #expect(try await database.refusal("copy t (a) from '/etc/passwd'").code == "0A000")
    }

    @Test func `the catalogue shows a role what it may access`() async throws {
        var database = try MigratedDatabase()
        try await database.migrate(
            "create table opened (a int default 3, b int); create table closed (a int); grant select (a) on opened to anon")
        let found = try await database.database.transaction { transaction in
            var rows: [[StoredValue]] = []
            var run = FileRun(
                "x",
                text: """
                    select table_name::text from information_schema.tables where table_schema = 'public';
                    select column_name::text, column_default::text from information_schema.columns where table_schema = 'public';
                    select count(*) from information_schema.table_constraints where table_schema = 'public';
                    """, in: transaction.schema, now: 0)
            run.caller = Caller(role: "anon")
            run.onResult = { rows += $0.rows }
            _ = try run.perform(on: transaction)
            return rows
        }
        #expect(found == [[.text("opened")], [.text("a"), .null], [.integer(0)]])
    }

    @Test func `a statement runs as the role that was set`() async throws {
        var database = try MigratedDatabase()
        try await database.migrate("create table t (a int); create table closed (a int); grant select on t to anon")
        try await database.migrate("set role anon; select * from t; reset role; create table u (a int)")
        #expect(try await database.refusal("set role anon; select * from closed").code == "42501")
        #expect(try await database.refusal("set role nosuch").code == "22023")
    }
}
