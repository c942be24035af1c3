import OffstageJSON

/// How a command and what it tells cross the control socket: one JSON object on each line.
extension DataCommand {
    package var json: String {
        func object(_ name: String, _ members: [(String, JSONValue)] = []) -> String {
            JSONValue.object([.init(name: "command", value: .string(name))] + members.map { .init(name: $0.0, value: $0.1) }).text
        }
        func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
        switch self {
        case .migrateUp: return object("migrate up")
        case .migrateStatus: return object("migrate status")
        case .importFile(let path, let format, let table, let skipsBad):
            return object(
                "import",
                [("path", text(path)), ("format", text(format.rawValue)), ("table", text(table)), ("skip_bad", .boolean(skipsBad))])
        case .export(let table, let format, let isForSpreadsheet):
            return object(
                "export", [("table", text(table)), ("format", text(format.rawValue)), ("for_spreadsheet", .boolean(isForSpreadsheet))])
        case .sql(let script):
            return object(
                "sql",
                [
                    ("text", text(script.text)), ("format", text(script.format.rawValue)), ("role", text(script.role)),
                    ("claims", text(script.claims)),
                ])
        case .describe(let name): return object("describe", [("name", text(name))])
        case .applyGrants(let isDry): return object("grants apply", [("dry", .boolean(isDry))])
        case .doctor: return object("doctor")
        case .openapi(let role, let isSwagger): return object("openapi", [("role", text(role)), ("swagger", .boolean(isSwagger))])
        case .types(let language): return object("types", [("language", text(language.rawValue))])
        case .move(let url, let isDry): return object("move", [("to", text(url)), ("dry", .boolean(isDry))])
        case .keys(.list(let secrets)): return object("keys list", [("secrets", .boolean(secrets))])
        case .keys(.create(let kind, let name, let role)):
            return object("keys create", [("kind", text(kind)), ("name", text(name)), ("role", text(role))])
        case .keys(.revoke(let id)): return object("keys revoke", [("id", text(id))])
        case .keys(.rotate(let purpose)): return object("keys rotate", [("purpose", text(purpose))])
        case .keys(.token(let role, let claims, let seconds)):
            return object("keys token", [("role", text(role)), ("claims", text(claims)), ("seconds", .number("\(seconds)"))])
        }
    }

    package init?(json: String) {
        guard let value = try? JSONValue(parsing: json), let name = value["command"]?.string else { return nil }
        func text(_ key: String) -> String? { value[key]?.string }
        func flag(_ key: String) -> Bool { value[key]?.boolean ?? false }
        let format = text("format").flatMap(RowFileFormat.init(rawValue:))
        switch name {
        case "migrate up": self = .migrateUp
        case "migrate status": self = .migrateStatus
        case "grants apply": self = .applyGrants(isDry: flag("dry"))
        case "doctor": self = .doctor
        case "openapi":
            guard let role = text("role") else { return nil }
            self = .openapi(role: role, isSwagger: flag("swagger"))
        case "types":
            guard let language = text("language").flatMap(ClientLanguage.init) else { return nil }
            self = .types(language)
        case "move":
            guard let url = text("to") else { return nil }
            self = .move(to: url, isDry: flag("dry"))
        case "import":
            guard let path = text("path"), let format, let table = text("table") else { return nil }
            self = .importFile(path: path, format: format, table: table, skipsBad: flag("skip_bad"))
        case "export":
            guard let table = text("table"), let format else { return nil }
            self = .export(table: table, format: format, isForSpreadsheet: flag("for_spreadsheet"))
        case "sql":
            guard let sql = text("text"), let format = text("format").flatMap(SQLScript.Format.init(rawValue:)) else { return nil }
            self = .sql(SQLScript(sql, as: format, role: text("role"), claims: text("claims")))
        case "describe": self = .describe(text("name"))
        case "keys list": self = .keys(.list(showsSecrets: flag("secrets")))
        case "keys create":
            guard let kind = text("kind"), let name = text("name") else { return nil }
            self = .keys(.create(kind: kind, name: name, role: text("role")))
        case "keys revoke":
            guard let id = text("id") else { return nil }
            self = .keys(.revoke(id))
        case "keys rotate":
            guard let purpose = text("purpose") else { return nil }
            self = .keys(.rotate(purpose))
        case "keys token":
            guard let role = text("role"), let claims = text("claims"), let seconds = value["seconds"]?.integer else { return nil }
            self = .keys(.token(role: role, claims: claims, seconds: seconds))
        default: return nil
        }
    }
}

/// What comes back over the control socket.
enum ControlAnswer: Hashable {
    case output(DataCommand.Output)
    /// The end: whether all is well.
    case done(Bool)
    /// The end: what went wrong, for people.
    case failed(String)

    var json: String {
        func object(_ name: String, _ value: JSONValue) -> String { JSONValue.object([.init(name: name, value: value)]).text }
        return switch self {
        case .output(.line(let text)): object("line", .string(text))
        case .output(.text(let text)): object("text", .string(text))
        case .output(.note(let text)): object("note", .string(text))
        case .output(.progress(let share)): object("progress", .number("\(Int(share * 1000))"))
        case .done(let isWell): object("done", .boolean(isWell))
        case .failed(let text): object("failed", .string(text))
        }
    }

    init?(json: String) {
        guard let value = try? JSONValue(parsing: json), let member = value.object?.first else { return nil }
        switch (member.name, member.value) {
        case ("line", .string(let text)): self = .output(.line(text))
        case ("text", .string(let text)): self = .output(.text(text))
        case ("note", .string(let text)): self = .output(.note(text))
        case ("progress", .number): self = .output(.progress(Double(member.value.integer ?? 0) / 1000))
        case ("done", .boolean(let isWell)): self = .done(isWell)
        case ("failed", .string(let text)): self = .failed(text)
        default: return nil
        }
    }
}
