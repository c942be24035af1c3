import OffstageSchema
import Yams

extension Settings {
    /// Reads the settings of a project: flags over `OFFSTAGE_…` over `offstage.<environment>.yaml` over `offstage.yaml` over the defaults.
    ///
    /// ```swift
    /// let settings = try Settings(folder: "my-app", variables: ["OFFSTAGE_SERVER__PORT": "9000"], flags: ["server.host": "0.0.0.0"])
    /// ```
    ///
    /// - Throws: `SettingsError` with every unknown key and every value that does not fit, each with where it stands.
    package init(folder: String, variables: [String: String], flags: [String: String] = [:]) throws(SettingsError) {
        self.init()
        var reading = SettingsReading()
        let general = reading.file("offstage.yaml", in: folder)
        let fromVariables = reading.variables(variables)
        let fromFlags = flags.sorted { $0.key < $1.key }.map { Given(key: $0.key, value: .text($0.value), place: "--\($0.key)") }
        // The environment says which file comes next, so it is settled first, and no file of one environment can name another.
        let chosen = (fromFlags + fromVariables.reversed() + general.reversed()).first { $0.key == "environment" }
        if let chosen {
            reading.take(chosen, into: &self)
            isEnvironmentChosen = true
        }
        let special = reading.file("offstage.\(environment.rawValue).yaml", in: folder)
        for given in special where given.key == "environment" {
            reading.problems.append("\(given.place): environment belongs into offstage.yaml, a flag or OFFSTAGE_ENVIRONMENT")
        }
        for given in general + special + fromVariables + fromFlags where given.key != "environment" { reading.take(given, into: &self) }
        if !reading.problems.isEmpty { throw SettingsError(reading.problems) }
        try check()
    }

    /// What no key says alone.
    private func check() throws(SettingsError) {
        if !isLocal, !isEnvironmentChosen {
            throw SettingsError([
                """
                server.host is \(server.host), which others can reach, and nobody said what this server is for.
                Say OFFSTAGE_ENVIRONMENT=production (or development, or --environment), or listen on 127.0.0.1.
                """
            ])
        }
        if (server.certificate == nil) != (server.certificateKey == nil) {
            throw SettingsError(["server.certificate and server.certificate_key go together: one of them is missing"])
        }
        if !database.replicas.isEmpty, database.url == nil {
            throw SettingsError(["database.replicas are those of a PostgreSQL: database.url is missing"])
        }
    }

    /// Whether there is a page at `/docs`. It shows the description of the API, so without that there is none.
    package var hasDocs: Bool { api.openapi && (api.docs ?? (environment != .production)) }

    /// Only programs of this machine can reach the server.
    package var isLocal: Bool {
        server.host == "localhost" || server.host == "::1" || server.host == "[::1]"
            || (server.host.hasPrefix("127.") && server.host.split(separator: ".").count == 4)
    }

    fileprivate struct Given {
        var key: String
        var value: Setting.Value
        /// `offstage.yaml:3:5`, `OFFSTAGE_SERVER__PORT`.
        var place: String
    }
}

private struct SettingsReading {
    var problems: [String] = []

    /// Variables of our own name that are no settings: the tests'.
    private static let foreign = ["OFFSTAGE_TEST_", "OFFSTAGE_SEED", "OFFSTAGE_LONG"]

    mutating func take(_ given: Settings.Given, into settings: inout Settings) {
        guard let setting = Setting.byKey[given.key] else {
            let near = closestName(to: given.key, among: Setting.all.map(\.key)) ?? Self.sameEnding(given.key)
            problems.append("\(given.place): there is no setting \(given.key)" + (near.map { "; did you mean \($0)?" } ?? ""))
            return
        }
        if let problem = setting.take(given.value, &settings) { problems.append("\(given.place): \(given.key) \(problem)") }
    }

    /// `port` for `server.port`.
    private static func sameEnding(_ key: String) -> String? {
        let last = key.split(separator: ".").last.map(String.init) ?? key
        return Setting.all.map(\.key).first { $0.hasSuffix("." + last) }
    }

    // MARK: Files

    mutating func file(_ name: String, in folder: String) -> [Settings.Given] {
        let text: String
        do throws(FileError) {
            guard let found = try TextFile.readIfPresent("\(folder)/\(name)", limit: 1 << 20) else { return [] }
            text = found
        } catch {
            problems.append("\(error)")
            return []
        }
        do {
            guard let node = try Yams.compose(yaml: text) else { return [] }
            var given: [Settings.Given] = []
            flatten(node, under: "", file: name, into: &given)
            return given
        } catch let error as YamlError {
            problems.append("\(name): \(Self.text(of: error))")
            return []
        } catch {
            problems.append("\(name): \(error)")
            return []
        }
    }

    private mutating func flatten(_ node: Node, under prefix: String, file: String, into given: inout [Settings.Given]) {
        let place = node.mark.map { "\(file):\($0.line):\($0.column)" } ?? file
        switch node {
        case .mapping(let mapping):
            for (key, value) in mapping {
                guard let name = key.string else {
                    problems.append("\(place): a key must be a text")
                    continue
                }
                let place = key.mark.map { "\(file):\($0.line):\($0.column)" } ?? file
                let full = prefix.isEmpty ? name : "\(prefix).\(name)"
                switch value {
                case .mapping: flatten(value, under: full, file: file, into: &given)
                case .scalar(let scalar) where isEmpty(scalar): continue
                case .scalar(let scalar) where full == "database":
                    given.append(.init(key: "database.url", value: .text(scalar.string), place: place))
                case .scalar(let scalar): given.append(.init(key: full, value: .text(scalar.string), place: place))
                case .sequence(let items):
                    let texts = items.compactMap { if case .scalar(let scalar) = $0 { scalar.string } else { nil } }
                    if texts.count != items.count { problems.append("\(place): \(full) must be a list of texts") }
                    given.append(.init(key: full, value: .list(texts), place: place))
                case .alias: problems.append("\(place): aliases are not read here")
                }
            }
        case .scalar(let scalar) where isEmpty(scalar): break
        default: problems.append("\(place): \(prefix.isEmpty ? "the file" : prefix) must be a list of `key: value`")
        }
    }

    /// `server:` with nothing behind it.
    private func isEmpty(_ scalar: Node.Scalar) -> Bool { scalar.style == .plain && ["", "~", "null"].contains(scalar.string) }

    private static func text(of error: YamlError) -> String {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
            "line \(mark.line), column \(mark.column): \(problem)"
        default: "\(error)".split(separator: "\n").first.map(String.init) ?? "it is not YAML"
        }
    }

    // MARK: Variables

    mutating func variables(_ variables: [String: String]) -> [Settings.Given] {
        var given: [Settings.Given] = []
        for (name, value) in variables.sorted(by: { $0.key < $1.key }) where name.hasPrefix("OFFSTAGE_") {
            if Self.foreign.contains(where: { name.hasPrefix($0) }) { continue }
            let key = Self.key(name)
            if Setting.byKey[key] != nil {
                given.append(.init(key: key, value: .text(value), place: name))
            } else if key.hasSuffix("_file"), Setting.byKey[String(key.dropLast(5))]?.isSecret == true {
                do throws(FileError) {
                    guard var text = try TextFile.readIfPresent(value, limit: 1 << 20) else {
                        throw FileError(path: value, reason: "no such file")
                    }
                    while text.last?.isNewline == true { text.removeLast() }
                    given.append(.init(key: String(key.dropLast(5)), value: .text(text), place: name))
                } catch {
                    problems.append("\(name): \(error)")
                }
            } else {
                let names = Setting.all.flatMap { [Self.variable($0.key)] + ($0.isSecret ? [Self.variable($0.key) + "_FILE"] : []) }
                let near = closestName(to: name, among: names) ?? Self.sameEnding(key.replacing("_", with: ".")).map(Self.variable)
                problems.append("\(name): there is no setting \(key)" + (near.map { "; did you mean \($0)?" } ?? ""))
            }
        }
        return given
    }

    private static func key(_ variable: String) -> String {
        let key = variable.dropFirst(9).lowercased().replacing("__", with: ".")
        return key.hasPrefix("database_url") ? "database.url" + key.dropFirst("database_url".count) : key
    }

    static func variable(_ key: String) -> String { "OFFSTAGE_" + key.uppercased().replacing(".", with: "__") }
}

extension Setting {
    /// The variable that gives it: `OFFSTAGE_SERVER__PORT`.
    package var variable: String { SettingsReading.variable(key) }
}
