import Foundation
import OffstageDatabase
import OffstageQuery
import OffstageSQL
import OffstageSchema
import Testing

@testable import OffstagePostgres

@Suite(.enabled(if: PostgresServer.isWanted, Comment(rawValue: PostgresServer.absence))) struct PostgresDatabaseTests {
    private static let shop = """
        create table books (id int primary key, title text not null, price numeric(8,2));
        insert into books values (1, 'Gora', 10.50), (2, 'Emma', null);
        grant select, insert on books to anon;
        alter table books enable row level security;
        create policy readable on books for select using (id < 10);
        create policy writable on books for insert with check (id < 100);
        """

    @Test func `texts go there and come back as they are`() async throws {
        try await PostgresServer.withDatabase { database, _ in
            let texts = ["", "'; drop table x; --", "a\\b\"c", "näïve ☕️ 𝒳", "line\nline\ttab", String(repeating: "x", count: 1_000_000)]
            for text in texts {
                let rows = try await database.rows("select $1::text", [text])
                #expect(rows == [[text]])
            }
            let rows = try await database.rows("select $1::text, $2::int + 1", [nil, "41"])
            #expect(rows == [[nil, "42"]])
            await #expect(throws: SQLError("22021", "invalid byte sequence for encoding \"UTF8\": 0x00")) {
                _ = try await database.rows("select $1::text", ["a\u{0}b"])
            }
        }
    }

    @Test func `what the server says of a failure arrives whole, and the connection goes on`() async throws {
        var options = PostgresDatabase.Options.unhurried
        options.connections = 1
        try await PostgresServer.withDatabase(Self.shop, options: options) { database, _ in
            let error = await #expect(throws: SQLError.self) { _ = try await database.rows("insert into books values (1, 'x', 1)") }
            #expect(error?.code == "23505")
            #expect(error?.details == "Key (id)=(1) already exists.")
            #expect(error?.constraint == "books_pkey")
            let count = try await database.rows("select count(*) from books")
            #expect(count == [["2"]])
        }
    }

    @Test func `a script tells where it failed`() async throws {
        try await PostgresServer.withDatabase { database, _ in
            let script = "select 'ä';\nselect nothing from nowhere;"
            let error = await #expect(throws: SQLError.self) { try await database.session { try $0.run(script: script) } }
            #expect(error?.code == "42P01")
            #expect(error?.position == script.utf8.count - "nowhere;".utf8.count)
        }
    }

    @Test func `many requests share few connections in turn`() async throws {
        var options = PostgresDatabase.Options.unhurried
        options.connections = 3
        try await PostgresServer.withDatabase(options: options) { database, _ in
            let backends = try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<60 {
                    group.addTask {
                        let rows = try await database.rows("select pg_backend_pid(), $1::int", [String(number)])
                        #expect(rows.first?.last == String(number))
                        return rows[0][0] ?? ""
                    }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(backends.count <= 3)
        }
    }

    @Test func `a connection that the server ended is replaced unnoticed`() async throws {
        var options = PostgresDatabase.Options.unhurried
        options.connections = 1
        try await PostgresServer.withDatabase(options: options) { database, connection in
            let first = try await database.rows("select pg_backend_pid()")[0][0]
            let other = try PostgresDatabase(connection, options: options)
            _ = try await other.rows("select pg_terminate_backend($1::int)", [first])
            try await Task.sleep(for: .milliseconds(100))
            let second = try await database.rows("select pg_backend_pid()")[0][0]
            #expect(first != second)
            other.close()
        }
    }

    @Test func `a database that is not there is told of, without its address, and is found once it is there`() async throws {
        let database = try PostgresDatabase("host=/nowhere/at/all port=1 dbname=x")
        let error = await #expect(throws: SQLError.self) { _ = try await database.rows("select 1") }
        #expect(error?.code == "08001")
        #expect(error?.details == nil)
        #expect(database.unreadiness?.contains("/nowhere/at/all") == true)
        database.close()
    }

    // MARK: Requests

    private static func statement(_ database: PostgresDatabase, _ path: String, _ method: TableRequest.Method = .get, as role: String)
        throws -> OffstageSQL.Statement
    {
        let parts = path.split(separator: "?", maxSplits: 1).map(String.init)
        let request = try TableRequest(method: method, path: parts[0], query: parts.count > 1 ? parts[1] : nil, headers: RequestHeaders())
        let plan = try plan(request, payload: nil, in: Catalogue(database.schema, settings: PlanSettings()), as: role)
        return try database.statement(for: plan)
    }

    @Test func `a request runs as its role, and leaves nothing of it on the connection`() async throws {
        var options = PostgresDatabase.Options.unhurried
        options.connections = 1
        let setup =
            Self.shop
            + "create view who with (security_invoker) as select current_user::text as role, current_setting('request.jwt.claims', true) as claims; grant select on who to anon;"
        try await PostgresServer.withDatabase(setup, options: options) { database, _ in
            try await database.start()
            let statement = try Self.statement(database, "/who", as: "anon")
            let inputs = Inputs(caller: Caller(role: "anon", claims: #"{"a":1}"#, subject: nil), now: 0)
            let rows = try await database.run(statement, with: inputs, as: .json(nullsStripped: false))
            #expect(String(decoding: rows.body, as: UTF8.self) == #"[{"role":"anon","claims":"{\"a\":1}"}]"#)
            #expect(rows.count == 1)
            let after = try await database.rows(
                "select current_user = session_user, current_setting('request.jwt.claims', true), current_setting('role')")
            #expect(after == [["t", "", "none"]])
        }
    }

    @Test func `a policy hides rows, and a write past it is refused and undone`() async throws {
        try await PostgresServer.withDatabase(Self.shop + "insert into books values (50, 'Hidden', 1);") { database, _ in
            try await database.start()
            let read = try Self.statement(database, "/books?select=id&id=gt.0", as: "anon")
            let inputs = Inputs(caller: Caller(role: "anon"), values: [.text("0")], now: 0)
            let rows = try await database.run(read, with: inputs, as: .json(nullsStripped: false))
            #expect(String(decoding: rows.body, as: UTF8.self) == "[{\"id\":1}, \n {\"id\":2}]")
            let closed = try Self.statement(database, "/books?id=eq.1", .delete, as: "anon")
            let error = await #expect(throws: SQLError.self) {
                _ = try await database.run(closed, with: Inputs(caller: Caller(role: "anon"), values: [.text("1")], now: 0), as: .none)
            }
            #expect(error?.code == "42501")
            let count = try await database.rows("select count(*) from books")
            #expect(count == [["3"]])
        }
    }

    @Test func `a statement that takes too long is cancelled in the database`() async throws {
        var options = PostgresDatabase.Options.unhurried
        options.connections = 1
        options.otherTimeLimit = .seconds(3)
        let setup = Self.shop + "create view slow as select pg_sleep(30)::text as x, 'slowly' as y; grant select on slow to authenticated;"
        try await PostgresServer.withDatabase(setup, options: options) { database, _ in
            try await database.start()
            let slow = try Self.statement(database, "/slow", as: "authenticated")
            let error = await #expect(throws: SQLError.self) {
                _ = try await database.run(
                    slow, with: Inputs(caller: Caller(role: "authenticated"), now: 0), as: .json(nullsStripped: false))
            }
            #expect(error?.code == "57014")
            let running = try await database.rows(
                "select count(*) from pg_stat_activity where query like '%slowly%' and state = 'active' and pid <> pg_backend_pid()")
            #expect(running == [["0"]])
        }
    }

    @Test func `more than the queue holds is refused at once`() async throws {
        var options = PostgresDatabase.Options.unhurried
        options.connections = 1
        options.queue = 2
        try await PostgresServer.withDatabase(options: options) { database, _ in
            let codes = await withTaskGroup(of: String.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        do throws(SQLError) {
                            _ = try await database.rows("select pg_sleep(0.05)")
                            return "00000"
                        } catch {
                            return error.code
                        }
                    }
                }
                return await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(codes == ["00000", "53300"])
        }
    }

    @Test func `many statements are prepared on one connection, and old ones forgotten`() async throws {
        var options = PostgresDatabase.Options.unhurried
        options.connections = 1
        options.preparedStatements = 5
        let columns = (0..<20).map { "c\($0) int default \($0)" }.joined(separator: ", ")
        try await PostgresServer.withDatabase(
            "create table wide (id int primary key, \(columns)); grant select on wide to anon; insert into wide values (1);",
            options: options
        ) { database, _ in
            try await database.start()
            for round in 0..<2 {
                for number in 0..<20 {
                    let statement = try Self.statement(database, "/wide?select=c\(number)", as: "anon")
                    let rows = try await database.run(
                        statement, with: Inputs(caller: Caller(role: "anon"), now: 0), as: .json(nullsStripped: false))
                    #expect(String(decoding: rows.body, as: UTF8.self) == "[{\"c\(number)\":\(number)}]", "round \(round)")
                }
            }
            let kept = try await database.rows("select count(*) <= 5 from pg_prepared_statements")
            #expect(kept == [["t"]])
        }
    }

    @Test func `a read that writes is refused, on the connection it has`() async throws {
        var options = PostgresDatabase.Options.unhurried
        options.connections = 1
        let setup =
            "create sequence s; create view counted as select nextval('s') as n; grant select on counted to anon; grant usage on sequence s to anon;"
        try await PostgresServer.withDatabase(setup, options: options) { database, _ in
            try await database.start()
            let before = try await database.rows("select pg_backend_pid()")
            let counted = try Self.statement(database, "/counted", as: "anon")
            let error = await #expect(throws: SQLError.self) {
                _ = try await database.run(counted, with: Inputs(caller: Caller(role: "anon"), now: 0), as: .json(nullsStripped: false))
            }
            #expect(error?.code == "25006")
            let after = try await database.rows("select pg_backend_pid()")
            #expect(before == after)
        }
    }
}
