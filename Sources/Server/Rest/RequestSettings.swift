import OffstageJSON
import OffstageSchema

/// What `current_setting('request.…')` gives: made only for the names a statement asks for.
enum RequestSettings {
    /// Those that PostgREST sets for every request.
    static let all = ["request.method", "request.path", "request.headers", "request.cookies"]

    static func values(_ names: [String], of call: Call) -> [String: String] {
        var values: [String: String] = [:]
        for name in names { values[name] = value(name, of: call) }
        return values
    }

    private static func value(_ name: String, of call: Call) -> String? {
        switch name {
        case "request.method": call.head.method
        case "request.path": String(call.head.path.utf8.dropFirst(RestService.mount.utf8.count)) ?? ""
        case "request.headers": headers(call.head.fields)
        case "request.cookies": cookies(call.head.fields)
        case "request.jwt.claims": call.caller.claims
        case "role": call.caller.role
        default: nil
        }
    }

    /// Names in lower case; of several lines of one name, all, joined.
    private static func headers(_ fields: Fields) -> String {
        var members: [(name: String, value: String)] = []
        for (name, value) in fields.pairs {
            let name = name.asciiLowercased
            if let index = members.firstIndex(where: { $0.name == name }) {
                members[index].value += ", " + value
            } else {
                members.append((name, value))
            }
        }
        return object(members)
    }

    private static func cookies(_ fields: Fields) -> String {
        var members: [(name: String, value: String)] = []
        for line in fields.all("cookie") {
            for pair in line.split(separator: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2 else { continue }
                members.append((String(parts[0].trimmed), String(parts[1].trimmed)))
            }
        }
        return object(members)
    }

    private static func object(_ members: [(name: String, value: String)]) -> String {
        var writer = JSONWriter(capacity: 512)
        writer.byte(UInt8(ascii: "{"))
        for (index, member) in members.enumerated() {
            if index > 0 { writer.byte(UInt8(ascii: ",")) }
            writer.string(member.name)
            writer.byte(UInt8(ascii: ":"))
            writer.string(member.value)
        }
        writer.byte(UInt8(ascii: "}"))
        return writer.text
    }
}
