import OffstagePostgres
import OffstageServer
import Testing

@testable import Offstage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

enum Engine {
    case embedded, postgres

    /// PostgreSQL where there is one: `Scripts/test` says when there is none.
    static let all: [Engine] = ProcessInfo.processInfo.environment["OFFSTAGE_TEST_POSTGRES"] == nil ? [.embedded] : [.embedded, .postgres]
}

/// A project of one migration on an engine; its database is dropped with it.
final class EngineProject: Sendable {
    let project: Project
    private let folder: TemporaryFolder
    private let dropping: (server: String, name: String)?

    init(_ engine: Engine, _ migration: String, _ change: (inout Settings) -> Void = { _ in }) async throws {
        folder = try TemporaryFolder()
        try folder.write("migrations/0001.sql", migration)
        var settings = Settings()
        if engine == .postgres {
            let server = try #require(
                ProcessInfo.processInfo.environment["OFFSTAGE_TEST_POSTGRES"], "OFFSTAGE_TEST_POSTGRES names no server")
            let name = "offstage_swift_\(UInt32.random(in: 0...UInt32.max))"
            try PostgresSession.connect(server).run(script: "create database \(name) template template0")
            settings.database.url = "\(server) dbname=\(name)"
            settings.database.connections = 2
            dropping = (server, name)
        } else {
            dropping = nil
        }
        // Beside many other tests, connecting alone may take longer than `anon` has.
        settings.database.roleTimeouts = [:]
        settings.database.statementTimeout = .seconds(60)
        change(&settings)
        project = try Project(ProjectFolder(folder.path), settings)
        try await project.start()
        _ = try await project.migrations().up()
    }

    deinit {
        project.close()
        guard let dropping else { return }
        try? PostgresSession.connect(dropping.server).run(script: "drop database \(dropping.name) with (force)")
    }

    /// Another migration, of a higher number.
    func migrate(_ name: String, _ migration: String) async throws {
        try folder.write("migrations/\(name).sql", migration)
        _ = try await project.migrations().up()
    }

    func service(_ functions: ProgramFunctions? = nil) -> RestService {
        RestService(driver: project.database.driver, keys: project.keys, functions: functions)
    }
}
