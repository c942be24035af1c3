import OffstageSchema

/// One key of the settings: its type, what it means, and where its value goes.
package struct Setting: Sendable {
    /// What a file or a variable gave: a text, or the items of a list.
    enum Value: Sendable, Hashable {
        case text(String)
        case list([String])
    }

    package let key: String
    /// For people: `a port from 1 to 65535`.
    package let type: String
    /// As it would stand in YAML; empty where there is none.
    package let standard: String
    package let summary: String
    /// May be given by `…_FILE`, and is never shown.
    package let isSecret: Bool
    /// Gives back what is wrong with the value, or nil.
    let take: @Sendable (Value, inout Settings) -> String?

    /// Every key there is, in the order of the reference.
    package static let all: [Setting] = [
        choice(
            "environment", \.environment, "What the server is for. Migrations run by themselves, and seeds are loaded, in development only."
        ),
        text("data", \.dataFolder, "The folder of the database, the keys and the files, relative to the project's."),
        optional(
            "master_key", \.masterKey,
            "A secret of at least 32 bytes, the same on every server: with it, a project on PostgreSQL keeps its keys there, sealed, instead of in the data folder.",
            isSecret: true),
        optional("previous_master_key", \.previousMasterKey, "The master key before this one, while it is being changed.", isSecret: true),
        text("server.host", \.server.host, "The address to listen on. Another than this machine's own needs the environment to be set."),
        number("server.port", \.server.port, 0...65535, "The port to listen on; 0 takes a free one."),
        optional("server.certificate", \.server.certificate, "A file of certificates (PEM). With it, HTTPS and HTTP/2 are spoken."),
        optional("server.certificate_key", \.server.certificateKey, "The certificate's private key (PEM)."),
        list(
            "server.allowed_origins", \.server.allowedOrigins,
            "The web pages whose scripts may call, as origins; `*` is all. Keys protect the data, not this."),
        size("server.body_limit", \.server.bodyLimit, "The largest body of a request."),
        size("server.url_limit", \.server.urlLimit, "The longest URL."),
        duration("server.timeout", \.server.timeout, "How long a request may take to arrive."),
        duration("server.grace", \.server.grace, "How long requests may still take when the server stops."),
        list("api.schemas", \.api.schemas, "The schemas `/rest/v1` serves; the first is the default."),
        optionalNumber("api.max_rows", \.api.maxRows, 1...1_000_000, "The most rows one read gives; 0 is no limit."),
        size(
            "api.answer_limit", \.api.answerLimit,
            "The longest answer. One of more than a megabyte waits in a file of the data folder while it is sent."),
        boolean("api.aggregates", \.api.aggregates, "May requests use `sum()`, `avg()` and their like?"),
        boolean(
            "api.etags", \.api.etags, "Does every read of one row by its key carry an `ETag`, instead of those with `Prefer: etag`?"),
        boolean("api.openapi", \.api.openapi, "Is `/rest/v1/` answered with a description of what the caller may do?"),
        boolean(
            "api.explain", \.api.explain,
            "May callers ask how the database runs their requests (`Accept: application/vnd.pgrst.plan`)? The names of tables and indexes are told."
        ),
        boolean("api.server_timing", \.api.serverTiming, "Do answers say in `Server-Timing` how long each part took?"),
        number("api.max_filters", \.api.maxFilters, 1...10_000, "The most conditions in one request."),
        number("api.max_embed_depth", \.api.maxEmbedDepth, 1...32, "How deep related rows may nest."),
        duration("api.function_timeout", \.api.functionTimeout, "How long a function in Swift may take."),
        optionalBoolean(
            "api.docs", \.api.docs, "true, in production false",
            "Is there a page at `/docs` that shows the description and tries requests? With it, the description names keys and types."),
        boolean("api.require_key", \.api.requireKey, "Is a request without a key refused with 401, instead of being `anon`?"),
        boolean("api.open_tables", \.api.openTables, "Are new tables open to everyone, as Supabase once had it? A warning is printed."),
        optional("auth.jwt_secret", \.auth.jwtSecret, "A secret of at least 32 bytes whose HS256 tokens are believed.", isSecret: true),
        optional("auth.jwks", \.auth.jwks, "A JSON Web Key Set whose tokens are believed.", isSecret: true),
        optional("auth.issuer", \.auth.issuer, "What `iss` must be in tokens signed by these two."),
        optional("auth.audience", \.auth.audience, "What `aud` must hold, in tokens that have one."),
        optional(
            "database.url", \.database.url,
            "A PostgreSQL to live in, as `postgres://…` or libpq's keywords; without it, the embedded engine. `database: postgres://…` and `OFFSTAGE_DATABASE_URL` say the same.",
            isSecret: true),
        number("database.connections", \.database.connections, 1...1_000, "Connections to PostgreSQL that this server keeps."),
        number(
            "database.prepared_statements", \.database.preparedStatements, 0...10_000,
            "Statements kept prepared on each connection to PostgreSQL; 0 behind PgBouncer in transaction mode."),
        list(
            "database.replicas", \.database.replicas,
            "Replicas of that PostgreSQL, for reads that say `Prefer: read=replica`; one that names several hosts stands in a file, since commas part the items of a variable.",
            mayBeEmpty: true, isSecret: true),
        list(
            "database.replica_roles", \.database.replicaRoles,
            "The roles whose reads go to replicas unless they say `Prefer: read=primary`.", mayBeEmpty: true),
        duration(
            "database.replica_lag", \.database.replicaLag,
            "How far behind a replica may be; one that is further is not asked, and the primary answers."),
        number("database.readers", \.database.readers, 1...64, "Threads for long reads."),
        number("database.queue", \.database.queue, 1...100_000, "Requests that may wait for the database; more get 503."),
        duration(
            "database.statement_timeout", \.database.statementTimeout,
            "How long one statement of a request may take."),
        Setting(
            key: "database.role_timeouts", type: "a list of roles and durations: anon=3s", standard: "[anon=3s]",
            summary: "How long it may take for these roles, where that is less.", isSecret: false, take: roleTimeouts),
        choice("log.format", \.log.format, "`pretty` for people, `json` for machines; `auto` looks whether the output is a terminal."),
        choice("log.level", \.log.level, "The least that is worth a line."),
        boolean("log.requests", \.log.requests, "Does every request get a line?"),
    ]

    static let byKey = Dictionary(uniqueKeysWithValues: all.map { ($0.key, $0) })
}

// MARK: Kinds of values

extension Setting {
    private typealias Place<Value> = any WritableKeyPath<Settings, Value> & Sendable

    private static func text(_ key: String, _ place: Place<String>, _ summary: String) -> Setting {
        single(key, "text", Settings()[keyPath: place], summary) { text, settings in
            guard !text.isEmpty else { return "must not be empty" }
            settings[keyPath: place] = text
            return nil
        }
    }

    private static func optional(_ key: String, _ place: Place<String?>, _ summary: String, isSecret: Bool = false) -> Setting {
        single(key, "text", "", summary, isSecret: isSecret) { text, settings in
            settings[keyPath: place] = text.isEmpty ? nil : text
            return nil
        }
    }

    private static func number(_ key: String, _ place: Place<Int>, _ range: ClosedRange<Int>, _ summary: String) -> Setting {
        single(key, "a number from \(range.lowerBound) to \(range.upperBound)", "\(Settings()[keyPath: place])", summary) {
            text, settings in
            guard let number = Int(text), range.contains(number) else {
                return "must be a number from \(range.lowerBound) to \(range.upperBound)"
            }
            settings[keyPath: place] = number
            return nil
        }
    }

    private static func optionalNumber(_ key: String, _ place: Place<Int?>, _ range: ClosedRange<Int>, _ summary: String) -> Setting {
        let standard = Settings()[keyPath: place].map { "\($0)" } ?? "0"
        return single(key, "a number up to \(range.upperBound)", standard, summary) { text, settings in
            guard let number = Int(text), number == 0 || range.contains(number) else {
                return "must be 0, or a number up to \(range.upperBound)"
            }
            settings[keyPath: place] = number == 0 ? nil : number
            return nil
        }
    }

    private static func boolean(_ key: String, _ place: Place<Bool>, _ summary: String) -> Setting {
        single(key, "true or false", "\(Settings()[keyPath: place])", summary) { text, settings in
            guard let value = Bool(text) else { return "must be true or false" }
            settings[keyPath: place] = value
            return nil
        }
    }

    private static func optionalBoolean(_ key: String, _ place: Place<Bool?>, _ standard: String, _ summary: String) -> Setting {
        single(key, "true or false", standard, summary) { text, settings in
            guard let value = Bool(text) else { return "must be true or false" }
            settings[keyPath: place] = value
            return nil
        }
    }

    private static func choice<Value: RawRepresentable<String> & CaseIterable & SendableMetatype>(
        _ key: String, _ place: Place<Value>, _ summary: String
    ) -> Setting {
        let names = Value.allCases.map(\.rawValue)
        return single(key, "one of \(names.joined(separator: ", "))", Settings()[keyPath: place].rawValue, summary) { text, settings in
            guard let value = Value(rawValue: text) else {
                return "must be one of \(names.joined(separator: ", "))"
                    + (closestName(to: text, among: names).map { " (did you mean \($0)?)" } ?? "")
            }
            settings[keyPath: place] = value
            return nil
        }
    }

    private static func duration(_ key: String, _ place: Place<Duration>, _ summary: String) -> Setting {
        let standard = Settings()[keyPath: place].components.seconds
        return single(key, "a duration: 500ms, 30s, 5m, 1h", "\(standard)s", summary) { text, settings in
            guard let value = Duration(setting: text) else { return "must be a duration such as 500ms, 30s, 5m or 1h" }
            settings[keyPath: place] = value
            return nil
        }
    }

    private static func size(_ key: String, _ place: Place<Int>, _ summary: String) -> Setting {
        let bytes = Settings()[keyPath: place]
        let standard = bytes % (1 << 20) == 0 ? "\(bytes >> 20)MB" : "\(bytes >> 10)KB"
        return single(key, "a size: 64KB, 10MB", standard, summary) { text, settings in
            guard let value = bytesOfSize(text) else { return "must be a size such as 64KB or 10MB" }
            settings[keyPath: place] = value
            return nil
        }
    }

    private static func list(
        _ key: String, _ place: Place<[String]>, _ summary: String, mayBeEmpty: Bool = false, isSecret: Bool = false
    ) -> Setting {
        let standard = "[\(Settings()[keyPath: place].map { $0 == "*" ? "\"*\"" : $0 }.joined(separator: ", "))]"
        return Setting(
            key: key, type: "a list of texts (comma-separated in a variable)", standard: standard, summary: summary,
            isSecret: isSecret
        ) {
            value, settings in
            let items = value.items
            guard mayBeEmpty || !items.isEmpty, items.allSatisfy({ !$0.isEmpty }) else { return "must be a list with something in it" }
            settings[keyPath: place] = items
            return nil
        }
    }

    private static func roleTimeouts(_ value: Value, _ settings: inout Settings) -> String? {
        var timeouts: [String: Duration] = [:]
        for item in value.items {
            let parts = item.split(separator: "=", maxSplits: 1).map(\.withoutBlanks)
            guard parts.count == 2, let timeout = Duration(setting: parts[1]) else {
                return "must be a list of roles and durations, such as anon=3s"
            }
            timeouts[parts[0]] = timeout
        }
        settings.database.roleTimeouts = timeouts
        return nil
    }

    private static func single(
        _ key: String, _ type: String, _ standard: String, _ summary: String, isSecret: Bool = false,
        _ take: @escaping @Sendable (String, inout Settings) -> String?
    ) -> Setting {
        Setting(key: key, type: type, standard: standard, summary: summary, isSecret: isSecret) { value, settings in
            guard case .text(let text) = value else { return "must be \(type), not a list" }
            return take(text, &settings)
        }
    }

    private static func bytesOfSize(_ text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits) else { return nil }
        let scale: Int? =
            switch text.dropFirst(digits.count).uppercased() {
            case "", "B": 1
            case "KB", "K", "KIB": 1 << 10
            case "MB", "M", "MIB": 1 << 20
            case "GB", "G", "GIB": 1 << 30
            default: nil
            }
        guard let scale else { return nil }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: scale)
        return overflow || bytes == 0 ? nil : bytes
    }
}

extension Setting.Value {
    /// A list, which in a variable is separated by commas.
    fileprivate var items: [String] {
        switch self {
        case .list(let items): items
        case .text(let text): text.split(separator: ",").map(\.withoutBlanks)
        }
    }
}

extension Substring {
    /// Without the spaces around it.
    fileprivate var withoutBlanks: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}

extension Duration {
    /// `500ms`, `30s`, `5m`, `1h`, `7d`; a number alone is seconds.
    package init?(setting text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int64(digits), number > 0, number <= 1_000_000_000 else { return nil }
        switch text.dropFirst(digits.count) {
        case "ms": self = .milliseconds(number)
        case "", "s": self = .seconds(number)
        case "m": self = .seconds(number * 60)
        case "h": self = .seconds(number * 3600)
        case "d": self = .seconds(number * 86_400)
        default: return nil
        }
    }
}
