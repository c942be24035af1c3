/// A project's settings, each with its default: what `offstage.yaml`, the environment and flags may say.
///
/// Every key, its type and its meaning stand once, in `Setting.all`; `Docs/Reference/Settings.md` is made from it.
package struct Settings: Sendable, Hashable {
    package enum Environment: String, Sendable, Hashable, CaseIterable { case development, test, production }
    package enum LogFormat: String, Sendable, Hashable, CaseIterable { case auto, pretty, json }
    package enum LogLevel: String, Sendable, Hashable, CaseIterable { case debug, info, warning, error }

    package struct Server: Sendable, Hashable {
        package var host = "127.0.0.1"
        package var port = 8080
        package var certificate: String?
        package var certificateKey: String?
        package var allowedOrigins = ["*"]
        package var bodyLimit = 10 << 20
        package var urlLimit = 8 << 10
        package var timeout = Duration.seconds(30)
        package var grace = Duration.seconds(10)
    }
    package struct API: Sendable, Hashable {
        package var schemas = ["public"]
        package var maxRows: Int? = 1000
        package var answerLimit = 1 << 30
        package var aggregates = false
        package var etags = false
        package var openapi = true
        package var explain = false
        package var serverTiming = false
        package var maxFilters = 200
        package var maxEmbedDepth = 5
        package var functionTimeout = Duration.seconds(30)
        /// Nil: everywhere but in production.
        package var docs: Bool?
        package var requireKey = false
        package var openTables = false
    }
    package struct Auth: Sendable, Hashable {
        package var jwtSecret: String?
        package var jwks: String?
        package var issuer: String?
        package var audience: String?
    }
    package struct Database: Sendable, Hashable {
        /// Nil: the embedded engine, in the data folder.
        package var url: String?
        package var connections = 10
        package var preparedStatements = 256
        package var replicas: [String] = []
        package var replicaRoles: [String] = []
        package var replicaLag = Duration.seconds(10)
        package var readers = 4
        package var queue = 512
        package var statementTimeout = Duration.seconds(8)
        package var roleTimeouts: [String: Duration] = ["anon": .seconds(3)]
    }
    package struct Log: Sendable, Hashable {
        package var format = LogFormat.auto
        package var level = LogLevel.info
        package var requests = true
    }

    package var environment = Environment.development
    /// Somebody chose the environment; it is not only the default.
    package var isEnvironmentChosen = false
    package var dataFolder = "data"
    /// What the keys in PostgreSQL are sealed under; nil: keys stay in the data folder.
    package var masterKey: String?
    package var previousMasterKey: String?
    package var server = Server()
    package var api = API()
    package var auth = Auth()
    package var database = Database()
    package var log = Log()

    package init() {}
}

/// Something in the settings that cannot stand, for every place where it does.
package struct SettingsError: Error, Sendable, Hashable, CustomStringConvertible {
    package var problems: [String]

    package init(_ problems: [String]) { self.problems = problems }

    package var description: String { problems.joined(separator: "\n") }
}
