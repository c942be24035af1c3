package import OffstageSchema

/// What things are called inside the SQLite file.
///
/// All schemas share the one file, so that keys across them work: `public.books` is the table `"public.books"`. SQLite folds the case of
/// ASCII letters and gives `rowid` and its kin a meaning, so what would clash is escaped with `~`: `"createdAt"` is stored as `created~at`.
package enum StoredName {
    package static func table(_ name: QualifiedName) -> String { quoted("\(escaped(name.schema)).\(escaped(name.name))") }
    package static func index(_ name: String, in schema: String) -> String { quoted("\(escaped(schema)).\(escaped(name))") }
    package static func column(_ name: String) -> String { quoted(escaped(name)) }

    /// The name without quotes, as `sqlite_schema` holds it.
    package static func bare(_ name: QualifiedName) -> String { "\(escaped(name.schema)).\(escaped(name.name))" }
    package static func bare(column: String) -> String { escaped(column) }

    /// A name as SQLite reports it, back to PostgreSQL's.
    package static func original(_ stored: some StringProtocol) -> String {
        guard stored.utf8.contains(UInt8(ascii: "~")) else { return String(stored) }
        var name = ""
        var escape = false
        for character in stored {
            if escape {
                escape = false
                if character == "_" { continue }
                name += character.uppercased()
            } else if character == "~" {
                escape = true
            } else {
                name.append(character)
            }
        }
        return name
    }

    private static let special: Set<String> = ["rowid", "oid", "_rowid_"]

    private static func escaped(_ name: String) -> String {
        if special.contains(name) { return "~_" + name }
        guard name.utf8.contains(where: { (65...90).contains($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "~") }) else {
            return name
        }
        var stored = ""
        for character in name.unicodeScalars {
            switch character {
            case "A"..."Z": stored += "~" + String(character).lowercased()
            case ".", "~": stored += "~" + String(character)
            default: stored.unicodeScalars.append(character)
            }
        }
        return stored
    }

    package static func quoted(_ name: String) -> String {
        "\"" + name.doubling("\"") + "\""
    }
}
