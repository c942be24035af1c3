import Logging
import OffstageAuth
import OffstageDatabase
import OffstagePostgres
import OffstageQuery
import OffstageSQLite
import OffstageSchema
import OffstageServer
import ServiceLifecycle
import UnixSignals

/// A project being served, from its migrations to the last request.
struct Serving {
    private let project: Project
    private let migrates: Bool
    private let functions: ProgramFunctions
    private let start = ContinuousClock.now

    init(_ project: Project, migrates: Bool, functions: ProgramFunctions) {
        self.functions = functions
        self.project = project
        self.migrates = migrates
    }

    func run() async throws {
        try await project.start()
        if case .postgres(let database) = project.database { try database.follow() }
        let story = try await prepare()
        let control = try ControlSocket(project)
        defer { control.stop() }
        control.start()
        var logger = Logger(label: "offstage") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel =
            switch project.settings.log.level {
            case .debug: .debug
            case .info, .warning: .warning
            case .error: .error
            }
        let front = FrontDoor(serverSettings, rest: rest, docs: project.settings.hasDocs ? DocsPage() : nil, log: AccessLog(style)) {
            [database = project.database] in
            // The log has libpq's own words; they name hosts and users.
            if case .postgres(let database) = database, database.unreadiness != nil { "PostgreSQL cannot be reached." } else { nil }
        }
        let begun = start
        let server = HTTPServer(serverSettings, front: front, logger: logger) { [project] address in
            StartReport(project, story).tell(address: "\(address)", after: ContinuousClock.now - begun)
        }
        try await ServiceGroup(services: [server], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger).run()
    }

    // MARK: Before the first request

    private func prepare() async throws -> StartStory {
        let migrations = try project.migrations()
        let history = try await migrations.history()
        try history.check()
        var story = StartStory()
        story.missing = history.missing
        story.late = history.late
        if !history.pending.isEmpty {
            guard project.settings.environment != .production || migrates else {
                let names = history.pending.map(\.name).joined(separator: ", ")
                throw Stop(
                    "\(history.pending.count == 1 ? "A migration has" : "\(history.pending.count) migrations have") not run: \(names)\n"
                        + "hint: offstage migrate up applies them, and so does serve --migrate.")
            }
            story.applied = try await migrations.up()
        }
        if project.settings.environment == .development { story.seeded = try await project.seed() }
        story.absent = project.database.schema.functions.values.joined().filter { $0.isSwift && functions[$0.body] == nil }
            .map { "\($0.name.name) (swift \($0.body))" }.sorted()
        story.access = try await project.access()
        return story
    }

    // MARK: Settings into the server's

    private var rest: RestService {
        var rest = RestSettings()
        rest.plan.exposedSchemas = project.settings.api.schemas
        rest.plan.maxRows = project.settings.api.maxRows
        rest.plan.allowsAggregates = project.settings.api.aggregates
        rest.tagsRows = project.settings.api.etags
        rest.replicaRoles = Set(project.settings.database.replicaRoles)
        rest.explains = project.settings.api.explain
        rest.tellsTimes = project.settings.api.serverTiming
        rest.requests.filters = project.settings.api.maxFilters
        rest.requests.embedDepth = project.settings.api.maxEmbedDepth
        rest.describes = project.settings.api.openapi
        rest.reference = reference
        rest.version = Version.offstage
        return RestService(driver: project.database.driver, keys: project.keys, settings: rest, functions: functions)
    }

    /// PostgreSQL keeps its policies to itself. Definitions are shown at the developer's own machine alone.
    private var reference: DescribedAPI.Detail {
        let settings = project.settings
        guard settings.hasDocs else { return .none }
        guard case .embedded = project.database, settings.environment != .production, settings.isLocal else { return .keys }
        return .definitions
    }

    private var serverSettings: ServerSettings {
        let given = project.settings.server
        var server = ServerSettings()
        server.host = given.host
        server.port = given.port
        server.limits.uri = given.urlLimit
        server.limits.body = given.bodyLimit
        server.limits.headTime = min(server.limits.headTime, given.timeout)
        server.limits.bodyGrace = given.timeout
        server.drain = given.grace
        if given.allowedOrigins != ["*"] { server.cors.origins = given.allowedOrigins }
        if let certificate = given.certificate, let key = given.certificateKey {
            server.certificate = .init(chainFile: project.folder.path(of: certificate), keyFile: project.folder.path(of: key))
        }
        return server
    }

    private var style: AccessLog.Style? {
        guard project.settings.log.requests else { return .off }
        return switch project.settings.log.format {
        case .auto: nil
        case .pretty: .pretty
        case .json: .json
        }
    }
}

/// What happened before the server listened.
struct StartStory: Sendable {
    var applied: [Migrations.Applied] = []
    var seeded: [Project.Seeded] = []
    var missing: [String] = []
    var late: [String] = []
    /// Functions in Swift that this program does not have.
    var absent: [String] = []
    /// What is open to whom.
    var access = Schema()
}

/// What `serve` prints once it listens.
struct StartReport: Sendable {
    private let project: Project
    private let story: StartStory

    init(_ project: Project, _ story: StartStory) {
        self.project = project
        self.story = story
    }

    /// To standard output in a terminal, where the log is for people, too; else to standard error, so that the log stays JSON.
    func tell(address: String, after duration: Duration) {
        let text = lines(address: address, after: duration).joined(separator: "\n")
        if Terminal.isOutput { Terminal.out(text) } else { Terminal.note(text) }
    }

    func lines(address: String, after duration: Duration) -> [String] {
        let (seconds, attoseconds) = duration.components
        let settings = project.settings
        var lines = [
            "Offstage \(Version.offstage) serves \(address)  (\(settings.environment.rawValue), ready in \(seconds * 1000 + attoseconds / 1_000_000_000_000_000) ms)",
            "  API   \(address)/rest/v1",
            settings.database.url == nil
                ? "  data  \(project.folder.dataPath(settings))"
                : "  data  in PostgreSQL; keys \(project.sharesKeys ? "there too, sealed" : "in \(project.folder.dataPath(settings))")",
        ]
        if settings.hasDocs { lines.insert("  docs  \(address)/docs", at: 2) }
        for applied in story.applied { lines += applied.lines.map { "  \($0)" } }
        if !story.seeded.isEmpty {
            lines.append(
                "  seeded \(story.seeded.map { seed in seed.rows.map { "\(seed.file) (\($0) rows)" } ?? seed.file }.joined(separator: ", "))"
            )
        }
        for name in story.late { lines.append("  note: \(name) ran after later ones") }
        for name in story.missing { lines.append("  note: \(name) was applied and its file is gone") }
        if !story.absent.isEmpty {
            lines.append("  warning: not in this program, so calls are answered with 501: \(story.absent.joined(separator: ", "))")
        }
        lines.append("  anon key (may be in an app)  \(project.keys.anonKey)")
        lines.append("  service key                  offstage keys list --show-secrets")
        for created in project.keys.unveiled {
            // A log is no place for a secret that opens everything.
            let isShown = created.key.kind == .publishable || Terminal.isOutput
            lines.append(
                "  new \(created.key.kind.rawValue) key"
                    + (isShown ? ", shown this once  \(created.text)" : "  not shown in a log: offstage keys create secret --name NAME"))
        }
        if case .postgres = project.database, settings.environment == .production, !project.sharesKeys {
            lines.append("  note: the keys are this server's own; several servers of a project need a master_key")
        }
        let access = PublicAccess(story.access, exposing: settings.api.schemas)
        lines.append("Open to the public:")
        lines += access.lines.isEmpty ? ["  nothing: there are no tables yet"] : access.lines.map { "  \($0)" }
        for (view, tables) in access.viewsPastPolicies {
            lines.append(
                "  warning: the view \(view) shows rows of \(tables.map(\.description).joined(separator: ", ")) past their policies (offstage doctor)"
            )
        }
        if settings.api.openTables { lines.append("  warning: api.open_tables is on: every new table is open to everyone") }
        if settings.environment == .production, settings.server.certificate == nil, !settings.isLocal {
            lines.append("  warning: no certificate: keys cross the network unencrypted unless a proxy in front speaks HTTPS")
        }
        return lines
    }
}
