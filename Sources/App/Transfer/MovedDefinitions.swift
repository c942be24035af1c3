import OffstageDatabase
import OffstageSchema

/// What a move makes on the other side before any row comes: the project's migrations, as they have run on this one.
struct MovedDefinitions: Sendable {
    private let files: [MigrationFile]
    private let folder: String
    private let open: [String]

    /// - Throws: `Stop` where a migration has not run yet; what the history says where files are not what ran.
    init(of project: Project) async throws {
        let history = try await project.migrations().history()
        try history.check()
        if let name = history.pending.first?.name { throw Stop("\(name) has not run yet: offstage migrate up, then move.") }
        files = history.entries.compactMap(\.file)
        folder = project.folder.migrationsFolder
        open = project.settings.api.openTables ? project.settings.api.schemas : []
    }

    /// Is there one that has not run there?
    func arePending(in target: ProjectDatabase) async throws -> Bool { try await !migrations(in: target).history().pending.isEmpty }

    private func migrations(in target: ProjectDatabase) -> Migrations { Migrations(files, folder: folder, opening: open, in: target) }

    /// Runs those that have not run there: where a move has begun and not ended, some have.
    func make(in target: ProjectDatabase, _ tell: DataCommand.Listener) async throws {
        for applied in try await migrations(in: target).up() { tell(.line(applied.lines.first ?? applied.name)) }
    }
}

/// Ends the transaction of a move that was only tried, so that nothing of it is kept.
struct DryMove: Error {
    static let story = "It would work. Nothing was kept but the tables that the migrations made."
}
