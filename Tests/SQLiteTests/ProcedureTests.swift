import Foundation
import OffstageSQL
import OffstageSQLite
import OffstageSchema
import OffstageSyntax
import Testing

/// Limits of functions that run step by step, and what a trigger's function is given.
@Suite struct ProcedureTests {
    private let engine: Engine

    init() throws { engine = try Engine() }

    /// Makes the functions and answers the query with its error's code, or its first value.
    private func answer(
        _ definitions: String, _ query: String, within deadline: Duration? = nil, notices: Notices = Notices()
    ) async throws -> String {
        do {
            return try await engine.database.transaction(deadline: deadline) { transaction in
                var schema = transaction.schema
                for statement in try parse(definitions) {
                    _ = try schema.apply(statement) { (_) throws(SQLError) in [] }
                }
                try transaction.define(schema)
                transaction.listen { notices.add($0) }
                guard case .data(let data)? = try parse(query).first?.kind else { return "?" }
                let prepared = try SQLiteDialect(schema).prepare(data)
                let rows = try transaction.run(prepared, with: Inputs(caller: .system, now: 0)).rows
                return rows.first?.first.map { "\($0)" } ?? "no row"
            }
        } catch let error as SQLError {
            return error.code
        }
    }

    private final class Notices: @unchecked Sendable {
        // Used on the writing thread while the test waits for it.
        var list: [Notice] = []
        func add(_ notice: Notice) { list.append(notice) }
    }

    @Test func `a loop without an end is stopped by the deadline`() async throws {
        let code = try await answer(
            "create function f() returns int language plpgsql as $$ begin loop null; end loop; return 1; end $$", "select f()",
            within: .milliseconds(300))
        #expect(code == "57014")
    }

    @Test func `a handler for others does not catch the deadline`() async throws {
        let code = try await answer(
            """
            create function f() returns int language plpgsql as $$ begin loop begin loop null; end loop; exception when others then null; end;
            end loop; return 1; end $$
            """, "select f()", within: .milliseconds(300))
        #expect(code == "57014")
    }

    @Test func `a call without an end is an error`() async throws {
        let code = try await answer(
            "create function f(n int) returns int language plpgsql as $$ begin return f(n + 1); end $$", "select f(1)")
        #expect(code == "54001")
        let again = try await answer("create function g(n int) returns int language sql as $$ select g(n + 1) $$", "select g(1)")
        #expect(again == "54001")
    }

    @Test func `the rows of a function are bounded`() async throws {
        let code = try await answer(
            """
            create function f() returns setof text language plpgsql as $$ begin loop return next repeat('x', 1000000); end loop; end $$
            """, "select count(*) from f()")
        #expect(code == "54000")
    }

    @Test func `notices are told in order`() async throws {
        let notices = Notices()
        _ = try await answer(
            """
            create function f() returns int language plpgsql as $$ begin raise notice 'a %', 1; raise warning 'b' using hint = 'h'; return 1;
            end $$
            """, "select f()", notices: notices)
        #expect(notices.list.flatMap(\.lines) == ["NOTICE:  a 1", "WARNING:  b", "HINT:  h"])
    }

    @Test func `functions are kept in the catalogue with their bodies`() async throws {
        let text = """
            create function f(a int, out b int, out c text) language plpgsql as $$ begin b := a; c := 'x'; end $$;
            create function g(inout a int) language plpgsql as $$ begin a := a + 1; end $$;
            create function h(variadic a int[]) returns table (x int, y text) language plpgsql as $$ begin return; end $$;
            create function k(a int default 5) returns setof int language plpgsql strict stable security definer set search_path = public
            as $$ <<b>> declare x constant int := 1; begin return next x; end b $$;
            """
        var schema = Schema.initial
        for statement in try parse(text) { _ = try schema.apply(statement) { (_) throws(SQLError) in [] } }
        let again = try Schema(catalogue: schema.catalogueEntries)
        #expect(again.functions == schema.functions)
    }

    @Test func `every project has accounts and files for policies to refer to`() async throws {
        let schema = engine.database.schema
        #expect(schema.tables[QualifiedName("auth", "users")]?.column("raw_user_meta_data") != nil)
        #expect(schema.tables[QualifiedName("storage", "objects")]?.hasRowSecurity == true)
        #expect(!schema.allows("authenticated", .select, on: QualifiedName("auth", "users")))
        #expect(try await engine.rows("select count(*) from \"auth.users\"") == [[.integer(0)]])
        // A second opening finds them there.
        engine.database.close()
        let second = try EmbeddedDatabase(folder: engine.folder.path)
        #expect(second.schema.generation == schema.generation)
        for (name, table) in schema.tables { #expect(second.schema.tables[name] == table, "\(name)") }
        #expect(second.schema.privileges == schema.privileges)
        #expect(second.schema.functions == schema.functions)
        #expect(second.schema.namespaceUsage == schema.namespaceUsage)
        #expect(Set(second.schema.namespaces) == Set(schema.namespaces))
        second.close()
    }
}
