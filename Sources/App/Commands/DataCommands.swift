import ArgumentParser
import OffstageDatabase

struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Apply migrations, or see which have run.", subcommands: [Up.self, Status.self, New.self])

    struct Up: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Apply what is pending, each file in one transaction.")
        @OptionGroup var project: ProjectOptions

        func run() async throws { try await project.run(.migrateUp) }
    }

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Which migrations have run, wait, were changed or are missing.")
        @OptionGroup var project: ProjectOptions

        func run() async throws { try await project.run(.migrateStatus) }
    }

    struct New: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Write an empty migration with a commented template.")
        @OptionGroup var project: ProjectOptions
        @Argument(help: "What it does: add_reviews.") var name: String

        func run() async throws {
            let folder = try project.folder()
            let path = "\(folder.path)/\(folder.migrationsFolder)"
            try TextFile.makeFolder(path)
            let file = MigrationFile.name(
                for: name, after: try TextFile.names(in: path) ?? [],
                stamp: EpochClock.stamp(unix: EpochClock.now / 1_000_000 + 946_684_800))
            try TextFile.create("\(path)/\(file)", NewProject.migrationTemplate)
            Terminal.out("\(folder.migrationsFolder)/\(file)")
        }
    }
}

struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Load the rows of a file into a table.",
        discussion: """
            CSV needs a header with the columns' names; an empty field is null. Values are read by the rules of the columns' types. All rows or none, \
            unless --skip-bad leaves out those that do not fit.
            """)
    @OptionGroup var project: ProjectOptions
    @Argument(help: "A .csv, .json or .ndjson file.", completion: .file()) var file: String
    @Option(help: "The table: books, or shop.books.") var table: String
    @Option(help: "csv, json or ndjson, where the file's name does not say it.") var format: String?
    @Flag(help: "Leave out rows that do not fit, and say which.") var skipBad = false

    func run() async throws {
        let path = file.hasPrefix("/") ? file : "\(Terminal.currentFolder)/\(file)"
        guard let format = try RowFileFormat.named(format) ?? RowFileFormat(fileName: file) else {
            throw Stop("What is in \(file)? Say --format csv, json or ndjson.")
        }
        try await project.run(.importFile(path: path, format: format, table: table, skipsBad: skipBad))
    }
}

struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "export", abstract: "Print all rows of a table or view.")
    @OptionGroup var project: ProjectOptions
    @Option(help: "The table or view: books, or shop.books.") var table: String
    @Option(help: "csv, json or ndjson.") var format = "csv"
    @Flag(help: "CSV with an apostrophe before each cell that a spreadsheet would run as a formula.") var forSpreadsheet = false

    func run() async throws {
        let format = try RowFileFormat.named(format) ?? .csv
        guard format == .csv || !forSpreadsheet else { throw Stop("--for-spreadsheet is for csv, not \(format.rawValue).") }
        try await project.run(.export(table: table, format: format, isForSpreadsheet: forSpreadsheet))
    }
}

struct OpenAPICommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "openapi", abstract: "Print the description of the API, as a role sees it.",
        discussion: """
            OpenAPI 3.1, the same as GET /rest/v1/ with Accept: application/openapi+json, without the members x-offstage of the page at /docs.
            """)
    @OptionGroup var project: ProjectOptions
    @Option(help: "Whose: anon, authenticated, service_role.") var role = "anon"
    @Flag(help: "Swagger 2.0 instead.") var swagger = false

    func run() async throws { try await project.run(.openapi(role: role, isSwagger: swagger)) }
}

struct TypesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "types", abstract: "Print types of the tables, for clients.",
        discussion: """
            TypeScript's, in the shape that supabase-js takes:

              offstage types --typescript > database.ts
              const client = createClient<Database>(url, key)

            Swift's are read and written by Foundation's JSONDecoder and JSONEncoder; Python's are typed dictionaries.
            """)
    @OptionGroup var project: ProjectOptions
    @Flag(help: "The language.") var language: ClientLanguage

    func run() async throws { try await project.run(.types(language)) }
}

struct MoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "move", abstract: "Move a project into an empty PostgreSQL, or from there into a file.",
        discussion: """
            Runs the migrations there, copies every row, and compares both sides before anything is served: row by row, and by requests. The \
            project here is only read, and stays. A move that was interrupted is started again in the same words.
            """)
    @OptionGroup var project: ProjectOptions
    @Option(help: "postgres://user@host/shop, libpq's keywords, or sqlite:data for a data folder that holds no app.db.") var to: String
    @Flag(help: "Do all of it, and undo it.") var dryRun = false

    func run() async throws {
        // Whoever owns the data may have another folder in mind.
        let target = try MoveToFile.folder(to).map { "sqlite:" + ($0.hasPrefix("/") ? $0 : "\(Terminal.currentFolder)/\($0)") } ?? to
        try await project.run(.move(to: target, isDry: dryRun))
    }
}

struct GrantsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grants", abstract: "Who may reach what was made without a migration.", subcommands: [Apply.self])

    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give the usual grants for what psql or another tool made, and tell the servers of it.",
            discussion: """
                Tables of exposed schemas with row level security get what a migration would have given them, unless somebody has granted or \
                revoked on them; service_role gets all. On PostgreSQL; a file has no other tools.
                """)
        @OptionGroup var project: ProjectOptions
        @Flag(help: "Say what would be given, and give nothing.") var dryRun = false

        func run() async throws { try await project.run(.applyGrants(isDry: dryRun)) }
    }
}

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "doctor", abstract: "What is open to whom, and what is wrong.")
    @OptionGroup var project: ProjectOptions

    func run() async throws { try await project.run(.doctor) }
}

struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "API keys and tokens.",
        subcommands: [List.self, Create.self, Revoke.self, Rotate.self, Token.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "The keys there are.")
        @OptionGroup var project: ProjectOptions
        @Flag(help: "Print the service_role key, too.") var showSecrets = false

        func run() async throws { try await project.run(.keys(.list(showsSecrets: showSecrets))) }
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make a publishable or secret key; it is shown once.")
        @OptionGroup var project: ProjectOptions
        @Argument(help: "publishable (for apps) or secret (for servers).") var kind: String
        @Option(help: "What to call it.") var name: String
        @Option(help: "The role it asks as, where not anon or service_role.") var role: String?

        func run() async throws { try await project.run(.keys(.create(kind: kind, name: name, role: role))) }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Withdraw a key at once.")
        @OptionGroup var project: ProjectOptions
        @Argument(help: "Its id or name; anon or service_role for those.") var id: String

        func run() async throws { try await project.run(.keys(.revoke(id))) }
    }

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Sign with a new key; tokens of the old one stay good until they expire.")
        @OptionGroup var project: ProjectOptions
        @Argument(help: "api (anon and service_role) or session (users' tokens).") var purpose: String

        func run() async throws { try await project.run(.keys(.rotate(purpose))) }
    }

    struct Token: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print a user's token, for trying things out.")
        @OptionGroup var project: ProjectOptions
        @Option(help: "The database role it asks as.") var role = "authenticated"
        @Option(help: #"Its other claims: '{"app_metadata":{"role":"admin"}}'."#) var claims = "{}"
        @Option(help: "30m, 1h, 7d.") var expires = "1h"

        func run() async throws {
            guard let duration = Duration(setting: expires) else {
                throw Stop("--expires is a duration such as 30m, 1h or 7d, not \(expires)")
            }
            try await project.run(.keys(.token(role: role, claims: claims, seconds: max(1, duration.components.seconds))))
        }
    }
}

extension RowFileFormat {
    fileprivate static func named(_ name: String?) throws -> RowFileFormat? {
        guard let name else { return nil }
        guard let format = RowFileFormat(rawValue: name) else { throw Stop("A format is csv, json or ndjson, not \(name).") }
        return format
    }
}
