import OffstageDatabase
import OffstageQuery
import OffstageSQL
import OffstageSchema
import Testing

@testable import OffstagePostgres

/// Connections that end, and tables that change, while requests use them.
@Suite(.enabled(if: PostgresServer.isWanted, Comment(rawValue: PostgresServer.absence))) struct LostConnectionTests {
    private static func run(_ database: PostgresDatabase, _ path: String, _ method: TableRequest.Method = .get)
        async throws -> String
    {
        let parts = path.split(separator: "?", maxSplits: 1).map(String.init)
        let request = try TableRequest(method: method, path: parts[0], query: parts.count > 1 ? parts[1] : nil, headers: RequestHeaders())
        let plan = try plan(
            request, payload: nil, in: Catalogue(database.schema, settings: PlanSettings()), as: "anon")
        let statement = try database.statement(for: plan)
        let values: [RequestValue] = parts.count > 1 && parts[1].contains("eq.") ? [.text("1")] : []
        let rows = try await database.run(
            statement, with: Inputs(caller: Caller(role: "anon"), values: values, now: 0), as: .json(nullsStripped: false))
        return String(decoding: rows.body, as: UTF8.self)
    }

    /// Ends the connection on which `marked` waits in `pg_sleep`, once, and says whether there was one.
    private static func endSleeper(_ connection: String) async throws -> Bool {
        var options = PostgresDatabase.Options.unhurried
        options.connections = 1
        let other = try PostgresDatabase(connection, options: options)
        defer { other.close() }
        for _ in 0..<1000 {
            let ended = try await other.rows(
                """
                select pg_terminate_backend(pid) from pg_stat_activity
                where datname = current_database() and wait_event = 'PgSleep' and pid <> pg_backend_pid()
                """)
            if !ended.isEmpty { return true }
            try await Task.sleep(for: .milliseconds(20))
        }
        return false
    }

    private static var one: PostgresDatabase.Options {
        var options = PostgresDatabase.Options.unhurried
        options.connections = 1
        return options
    }

    @Test func `a read whose connection is ended under it is answered from another`() async throws {
        let setup = "create view slow as select pg_sleep(6)::text as x, 'late' as y; grant select on slow to anon;"
        try await PostgresServer.withDatabase(setup, options: Self.one) { database, connection in
            try await database.start()
            async let answer = Self.run(database, "/slow?select=y,x")
            #expect(try await Self.endSleeper(connection))
            #expect(try await answer == #"[{"y":"late","x":""}]"#)
        }
    }

    @Test func `a write whose connection is ended under it happens once`() async throws {
        let setup = """
            create table books (id int primary key, title text not null);
            insert into books values (1, 'Gora'), (2, 'Emma');
            create table gone (id int);
            create function slowly() returns trigger language plpgsql security definer as
              $$ begin insert into gone values (old.id); perform pg_sleep(6); return old; end $$;
            create trigger slowly before delete on books for each row execute function slowly();
            grant select, delete on books to anon;
            """
        try await PostgresServer.withDatabase(setup, options: Self.one) { database, connection in
            try await database.start()
            async let answer = Self.run(database, "/books?id=eq.1", .delete)
            #expect(try await Self.endSleeper(connection))
            _ = try await answer
            #expect(try await database.rows("select id from books") == [["2"]])
            #expect(try await database.rows("select id from gone") == [["1"]])
        }
    }

    @Test func `a statement that is prepared gives a changed table's cells as they are now`() async throws {
        let setup = "create table books (id int primary key, price int); insert into books values (1, 7); grant select on books to anon;"
        try await PostgresServer.withDatabase(setup, options: Self.one) { database, _ in
            try await database.start()
            for _ in 0..<7 { #expect(try await Self.run(database, "/books?select=price") == #"[{"price":7}]"#) }
            _ = try await database.rows("alter table books alter price type text using price || ' crowns'")
            #expect(try await Self.run(database, "/books?select=price") == #"[{"price":"7 crowns"}]"#)
        }
    }

    @Test func `a plan whose rows have another shape now is made anew, unnoticed`() async throws {
        let setup = "create table books (id int primary key); insert into books values (1);"
        try await PostgresServer.withDatabase(setup, options: Self.one) { database, _ in
            let never = MonotonicClock.never
            @Sendable func columns() async throws -> Int {
                try await database.pool.perform(deadline: never) { connection throws(SQLError) in
                    switch connection.run([PostgresConnection.Command(text: "select * from books")], deadline: never) {
                    case .rows(let results): return results.last?.columnCount ?? 0
                    case .failed(_, let error), .lost(_, let error): throw error
                    }
                }
            }
            #expect(try await columns() == 1)
            _ = try await database.rows("alter table books add title text")
            #expect(try await columns() == 2)
        }
    }
}
