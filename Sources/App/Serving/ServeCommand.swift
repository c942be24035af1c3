import ArgumentParser

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve the project.",
        discussion: """
            In development, pending migrations are applied first and seeds are loaded into a new database. In production, pending migrations stop the \
            server unless --migrate is given. Ctrl-C lets requests in hand finish and exits.
            """)
    @OptionGroup var project: ProjectOptions
    @Argument(help: "The project's folder, like --directory.", completion: .directory) var folder: String?
    @Option(help: "The address to listen on.") var host: String?
    @Option(help: "The port to listen on; 0 takes a free one.") var port: String?
    @Flag(help: "Apply pending migrations in production, too.") var migrate = false

    func run() async throws {
        var options = project
        if let folder { options.directory = folder }
        var flags: [String: String] = [:]
        if let host { flags["server.host"] = host }
        if let port { flags["server.port"] = port }
        let folder = try options.folder()
        let settings = try options.settings(of: folder, flags: flags)
        let project = try Project(folder, settings)
        defer { project.close() }
        try await Serving(
            project, migrates: migrate,
            functions: ProgramFunctions(OffstageApp.current.functions, on: project.database, within: settings.api.functionTimeout)
        )
        .run()
    }
}
