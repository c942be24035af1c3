/// A text search configuration: what turns text into the words that are searched for.
///
/// Source: PostgreSQL 15, chapter 12.
package enum SearchConfiguration: String, Sendable, CaseIterable {
    /// Every word in lower case.
    case simple
    /// English words by their stems, without the frequent ones.
    case english

    /// What holds where a statement names none: PostgreSQL's choice for a database in English or C.UTF-8, and that of hosted ones.
    package static let standard = SearchConfiguration.english

    private static let others: Set<String> = [
        "arabic", "armenian", "basque", "catalan", "danish", "dutch", "finnish", "french", "german", "greek", "hindi", "hungarian",
        "indonesian", "irish", "italian", "lithuanian", "nepali", "norwegian", "portuguese", "romanian", "russian", "serbian", "spanish",
        "swedish", "tamil", "turkish", "yiddish",
    ]

    /// Reads a name as `regconfig` does. Throws 42704, and 0A000 for one of PostgreSQL's that is not here.
    package init(named text: String) throws(SQLError) {
        var parts = [""]
        var isQuoted = false
        for character in text {
            switch character {
            case "\"": isQuoted.toggle()
            case "." where !isQuoted: parts.append("")
            default: parts[parts.count - 1] += isQuoted ? String(character) : character.lowercased()
            }
        }
        let name = parts.last ?? ""
        guard parts.count == 1 || (parts.count == 2 && parts[0] == "pg_catalog") else {
            throw SQLError("42704", "text search configuration \"\(text)\" does not exist")
        }
        if let found = SearchConfiguration(rawValue: name) {
            self = found
        } else if Self.others.contains(name) {
            throw SQLError(
                "0A000", "the text search configuration \"\(name)\" is not supported on the embedded engine", hint: "Use simple or english."
            )
        } else {
            throw SQLError("42704", "text search configuration \"\(text)\" does not exist")
        }
    }
}
