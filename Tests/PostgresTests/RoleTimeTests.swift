import OffstageDatabase
import OffstageQuery
import OffstageSQL
import OffstageSchema
import Testing

@testable import OffstagePostgres

@Suite(.enabled(if: PostgresServer.isWanted, Comment(rawValue: PostgresServer.absence))) struct RoleTimeTests {
    private static let things = """
        create view slow as select pg_sleep(30)::text as x;
        create view granted as select current_setting('statement_timeout') as time;
        grant select on slow, granted to anon, authenticated, service_role;
        """

    /// For this database alone: roles are the whole server's, and other tests ask as them, too.
    private static func alter(_ role: String, _ setting: String) -> String {
        "do $$ begin execute format('alter role \(role) in database %I \(setting)', current_database()); end $$;"
    }

    private func run(_ table: String, as role: String, on database: PostgresDatabase) async throws -> String {
        let request = try TableRequest(method: .get, path: "/\(table)", query: nil, headers: RequestHeaders())
        let plan = try plan(request, payload: nil, in: Catalogue(database.schema, settings: PlanSettings()), as: role)
        let rows = try await database.run(
            try database.statement(for: plan), with: Inputs(caller: Caller(role: role), now: 0), as: .json(nullsStripped: false))
        return String(decoding: rows.body, as: UTF8.self)
    }

    @Test func `a statement is ended by its role's own limit`() async throws {
        var options = PostgresDatabase.Options()
        // The one that has read the catalogue: none has to be made in the time that is measured.
        options.connections = 1
        options.otherTimeLimit = .seconds(20)
        let setup = Self.things + Self.alter("authenticated", "set statement_timeout = ''3s''")
        try await PostgresServer.withDatabase(setup, options: options) { database, _ in
            try await database.start()
            let error = await #expect(throws: SQLError.self) { _ = try await run("slow", as: "authenticated", on: database) }
            #expect(error?.code == "57014")
        }
    }

    @Test func `the server tells PostgreSQL what is left of the shortest limit`() async throws {
        var options = PostgresDatabase.Options()
        options.connections = 1
        options.timeLimits = ["service_role": .milliseconds(1500)]
        let setup =
            Self.things + Self.alter("authenticated", "set statement_timeout = ''2500ms''")
            + Self.alter("service_role", "set statement_timeout = ''7s''") + Self.alter("anon", "set statement_timeout = 0")
        try await PostgresServer.withDatabase(setup, options: options) { database, _ in
            try await database.start()
            #expect(database.timeLimit(of: "authenticated") == .milliseconds(2500))
            #expect(database.timeLimit(of: "service_role") == .milliseconds(1500))
            #expect(database.timeLimit(of: "anon") == .seconds(8))
            let told = try await run("granted", as: "authenticated", on: database)
            let digits = told.drop { !$0.isNumber }.prefix { $0.isNumber }
            #expect(told.hasSuffix("ms\"}]") && (Int(digits) ?? .max) <= 2500, "\(told)")
        }
    }

    @Test func `a role without a limit of its own has the one its session began with`() async throws {
        let setup =
            Self.alter("authenticated", "set statement_timeout = ''1s''")
            + "do $$ begin execute format('alter database %I set statement_timeout = ''2s''', current_database()); end $$;"
        try await PostgresServer.withDatabase(setup) { _, connection in
            let database = try PostgresDatabase(connection)
            defer { database.close() }
            try await database.start()
            #expect(database.timeLimit(of: "authenticated") == .seconds(1))
            #expect(database.timeLimit(of: "service_role") == .seconds(2))
            #expect(database.timeLimit(of: "anon") == .seconds(2))
        }
    }

    @Test func `a limit that is altered counts when the catalogue is read again`() async throws {
        try await PostgresServer.withDatabase(options: .init()) { database, _ in
            try await database.start()
            #expect(database.timeLimit(of: "authenticated") == .seconds(8))
            try await database.session { try $0.run(script: Self.alter("authenticated", "set statement_timeout = ''3s''")) }
            try await database.reload()
            #expect(database.timeLimit(of: "authenticated") == .seconds(3))
            try await database.session { try $0.run(script: Self.alter("authenticated", "reset statement_timeout")) }
            try await database.reload()
            #expect(database.timeLimit(of: "authenticated") == .seconds(8))
        }
    }
}
