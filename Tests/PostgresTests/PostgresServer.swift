import Foundation

@testable import OffstagePostgres

/// The PostgreSQL that tests are run on, and a database of its own for each that wants one.
enum PostgresServer {
    static let connection = ProcessInfo.processInfo.environment["OFFSTAGE_TEST_POSTGRES"]

    /// Without a PostgreSQL the suites are left out, and say so; where everything must run they run, and fail.
    static let isWanted = connection != nil || ProcessInfo.processInfo.environment["CI"] == "true"
    static let absence = "runs on PostgreSQL: set OFFSTAGE_TEST_POSTGRES, or run Scripts/test"

    struct Missing: Error {}

    static func required() throws -> String {
        guard let connection else { throw Missing() }
        return connection
    }

    /// Makes a database, gives it to `body`, and drops it.
    static func withDatabase(
        _ setup: String = "", options: PostgresDatabase.Options = .unhurried, _ body: (PostgresDatabase, String) async throws -> Void
    ) async throws {
        let name = "offstage_" + UUID().uuidString.replacingOccurrences(of: "-", with: "").lowercased()
        var one = PostgresDatabase.Options()
        one.connections = 1
        let server = try PostgresDatabase(try required(), options: one)
        defer { server.close() }
        _ = try await server.session { session in
            for role in ["anon", "authenticated", "service_role"] {
                let options = role == "service_role" ? " bypassrls" : ""
                // Tests run side by side, and roles belong to the whole server: another may be making this one.
                try session.run(
                    script: """
                        do $$ begin
                            if not exists (select from pg_roles where rolname = '\(role)') then create role \(role)\(options); end if;
                        exception when duplicate_object or unique_violation then null;
                        end $$
                        """)
            }
            try session.run(script: "create database \(name) template template0")
        }
        let connection = "\(try required()) dbname=\(name)"
        let database = try PostgresDatabase(connection, options: options)
        do {
            if !setup.isEmpty { try await database.session { try $0.run(script: setup) } }
            try await body(database, connection)
        } catch {
            database.close()
            try? await server.session { try $0.run(script: "drop database \(name) with (force)") }
            throw error
        }
        database.close()
        try await server.session { try $0.run(script: "drop database \(name) with (force)") }
    }
}

extension PostgresDatabase.Options {
    /// For tests that are not about time: beside many others, connecting alone may take longer than `anon` has.
    static var unhurried: Self {
        var options = Self()
        options.timeLimits = [:]
        options.otherTimeLimit = .seconds(60)
        return options
    }
}
