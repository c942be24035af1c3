import OffstageDatabase
import OffstageQuery
import OffstageSQL
import OffstageSchema
import Testing

@testable import OffstagePostgres

/// Where reads go. The same server stands for a replica here, and is told apart by a setting; Tests/BlackBox/replicas.py has a real one.
@Suite(.enabled(if: PostgresServer.isWanted, Comment(rawValue: PostgresServer.absence))) struct ReplicasTests {
    private static let things = """
        create table notes (id int primary key);
        create view place as select coalesce(current_setting('my.place', true), 'primary') as name;
        grant select on place to anon;
        grant select, insert on notes to anon;
        """

    private func run(
        _ path: String, _ method: TableRequest.Method = .get, values: [RequestValue] = [], mayReadReplica: Bool,
        on database: PostgresDatabase
    ) async throws -> String {
        let parts = path.split(separator: "?", maxSplits: 1).map(String.init)
        let request = try TableRequest(
            method: method, path: parts[0], query: parts.count > 1 ? parts[1] : nil, headers: RequestHeaders())
        let plan = try plan(request, payload: nil, in: Catalogue(database.schema, settings: PlanSettings()), as: "anon")
        var inputs = Inputs(caller: Caller(role: "anon"), values: values, now: 0)
        inputs.mayReadReplica = mayReadReplica
        let rows = try await database.run(try database.statement(for: plan), with: inputs, as: .json(nullsStripped: false))
        return String(decoding: rows.body, as: UTF8.self)
    }

    /// A database whose replicas are these, once something was said of each of them.
    private func withReplicas(
        _ replicas: (String) -> [String], _ body: (PostgresDatabase, [String]) async throws -> Void
    ) async throws {
        try await PostgresServer.withDatabase(Self.things) { _, connection in
            let (lines, said) = AsyncStream.makeStream(of: String.self)
            var options = PostgresDatabase.Options.unhurried
            options.replicas = replicas(connection)
            options.log = { if $0.hasPrefix("reads ") { said.yield($0) } }
            let database = try PostgresDatabase(connection, options: options)
            defer { database.close() }
            try await database.start()
            try database.follow()
            var heard: [String] = []
            for await line in lines {
                // That its distance is not known is said before the primary was first asked.
                if !line.contains("not known") { heard.append(line) }
                if heard.count == options.replicas.count { break }
            }
            try await body(database, heard)
        }
    }

    @Test func `a read that may be answered by a replica is, and no other`() async throws {
        try await withReplicas {
            ["\($0) options='-c my.place=replica'"]
        } _: { database, heard in
            #expect(heard == ["reads may go to replica 1"])
            let here = try await run("/place", mayReadReplica: false, on: database)
            #expect(here == #"[{"name":"primary"}]"#)
            let there = try await run("/place", mayReadReplica: true, on: database)
            #expect(there == #"[{"name":"replica"}]"#)
        }
    }

    @Test func `replicas take turns, and one that cannot be reached has none`() async throws {
        try await withReplicas { connection in
            ["\(connection) options='-c my.place=a'", "host=/nowhere/at/all port=1 dbname=x", "\(connection) options='-c my.place=b'"]
        } _: { database, heard in
            #expect(heard.filter { $0.hasPrefix("reads do not go to replica 2: ") }.count == 1)
            var names: Set<String> = []
            for _ in 0..<12 { names.insert(try await run("/place", mayReadReplica: true, on: database)) }
            #expect(names == [#"[{"name":"a"}]"#, #"[{"name":"b"}]"#])
        }
    }

    @Test func `without a replica that answers, the primary does`() async throws {
        try await withReplicas { _ in
            ["host=/nowhere/at/all port=1 dbname=x"]
        } _: { database, _ in
            let there = try await run("/place", mayReadReplica: true, on: database)
            #expect(there == #"[{"name":"primary"}]"#)
        }
    }

    @Test func `what a replica has not heard of is asked of the primary`() async throws {
        // A database of the same server that has nothing of it.
        try await withReplicas {
            ["\($0) dbname=postgres"]
        } _: { database, heard in
            #expect(heard == ["reads may go to replica 1"])
            let there = try await run("/place", mayReadReplica: true, on: database)
            #expect(there == #"[{"name":"primary"}]"#)
        }
    }
}
