import OffstageJSON
import OffstageSchema

/// What `current_setting('request.…')` gives: made only for the names a statement asks for.
enum RequestSettings {
    /// Those that PostgREST sets for every request.
    static let all = ["request.method", "request.path", "request.headers", "request.cookies"]

    static func values(_ names: [String], of call: Call) -> [String: String] {
        var values = [String: String](minimumCapacity: names.count)
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

    /// Names in lower case; of several lines of one name, all, joined. Straight into one buffer: on PostgreSQL every request has it.
    private static func headers(_ fields: Fields) -> String {
        let pairs = fields.pairs
        let repeats = hasRepeats(pairs)
        var writer = JSONWriter(capacity: pairs.reduce(2) { $0 + $1.0.utf8.count + $1.1.utf8.count + 8 })
        writer.byte(UInt8(ascii: "{"))
        for index in pairs.indices {
            let (name, value) = pairs[index]
            // Told where the name first came.
            if repeats, pairs[..<index].contains(where: { $0.0.isSame(as: name) }) { continue }
            if index > 0 { writer.byte(UInt8(ascii: ",")) }
            let start = writer.count
            writer.string(name)
            writer.lowercase(from: start)
            writer.raw(":\"")
            writer.escaped(value)
            if repeats {
                for (other, more) in pairs[(index + 1)...] where other.isSame(as: name) {
                    writer.raw(", ")
                    writer.escaped(more)
                }
            }
            writer.byte(UInt8(ascii: "\""))
        }
        writer.byte(UInt8(ascii: "}"))
        return writer.text
    }

    /// Names of another length, beginning or end are not looked at twice, nearly always.
    private static func hasRepeats(_ pairs: [(String, String)]) -> Bool {
        var seen: (UInt64, UInt64) = (0, 0)
        for index in pairs.indices {
            let name = pairs[index].0.utf8
            let ends = UInt64((name.first ?? 0) | 0x20) &* 31 &+ UInt64((name.last ?? 0) | 0x20)
            let mark = ends &* 31 &+ UInt64(truncatingIfNeeded: name.count)
            let bit = UInt64(1) << (mark & 63)
            let isLow = mark & 64 == 0
            if (isLow ? seen.0 : seen.1) & bit != 0, pairs[..<index].contains(where: { $0.0.isSame(as: pairs[index].0) }) { return true }
            if isLow { seen.0 |= bit } else { seen.1 |= bit }
        }
        return false
    }

    private static func cookies(_ fields: Fields) -> String {
        guard fields.pairs.contains(where: { $0.0.isSame(as: "cookie") }) else { return "{}" }
        var writer = JSONWriter()
        writer.byte(UInt8(ascii: "{"))
        for (name, line) in fields.pairs where name.isSame(as: "cookie") {
            for pair in line.split(separator: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2 else { continue }
                if writer.count > 1 { writer.byte(UInt8(ascii: ",")) }
                writer.string(String(parts[0].trimmed))
                writer.byte(UInt8(ascii: ":"))
                writer.string(String(parts[1].trimmed))
            }
        }
        writer.byte(UInt8(ascii: "}"))
        return writer.text
    }
}
