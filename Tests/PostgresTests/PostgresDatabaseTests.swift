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
        var options = PostgresDatabase.Options()
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
        var options = PostgresDatabase.Options()
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
        var options = PostgresDatabase.Options()
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
}
