import OffstageSchema
import OffstageSyntax

/// Conditions that a search index helps with.
///
/// A term keeps its own meaning and gets a `lookup` beside it: a condition with an index that holds wherever the term is true. The rows it
/// finds are looked at again by the term, behind the policies. The lookup itself cannot raise and reads no row's values, so it may stand
/// before them, as any index may.
extension Translator {
    /// A table of the query whose rows search indexes know, by its alias.
    struct SearchedTable {
        var table: Table
        var alias: String
    }

    mutating func enroll(_ table: Table, as alias: String) {
        guard table.indexes.contains(where: \.isInverted) else { return }
        searched.append(SearchedTable(table: table, alias: alias))
    }

    /// `vector @@ query`, `text % text` and their kin, with the lookup where there is an index for it.
    func withLookup(_ term: Term, _ name: String, _ left: Term, _ right: Term) -> Term {
        guard !searched.isEmpty else { return term }
        switch name {
        case "@@", "@@@":
            for (document, query) in [(left, right), (right, left)] where document.type == .tsvector || document.type.isText {
                guard let sql = quiet(query) else { continue }
                if let lookup = lookup(document, .words, "pg_search_match(\(sql))") { return term.with { $0.lookup = lookup } }
            }
        case "%", "<%", "<<%", "%>", "%>>":
            // Alike texts share a trigram, unless it is enough to share none.
            for (document, text) in [(left, right), (right, left)] where document.type.isText {
                guard text.levels == 0, text.isSafe, text.pending == nil else { continue }
                let limit = String(
                    term.sql[(term.sql.ranges(of: "pg_trigram_limit(").first?.lowerBound ?? term.sql.endIndex)...].dropLast())
                guard !limit.isEmpty, let lookup = lookup(document, .trigrams, "pg_trigram_match(\(text.sql), 'similar', \(limit))") else {
                    continue
                }
                return term.with { $0.lookup = lookup }
            }
        default: break
        }
        return term
    }

    /// `text like pattern`.
    func withLookup(_ term: Term, like text: Term, _ pattern: String) -> Term {
        guard !searched.isEmpty, let lookup = lookup(text, .trigrams, "pg_trigram_match(\(pattern), 'like', 1)") else { return term }
        return term.with { $0.lookup = lookup }
    }

    private func lookup(_ document: Term, _ kind: SearchTable.Kind, _ match: String) -> String? {
        guard document.levels != 0, !document.isVolatile else { return nil }
        let definitions = Definitions(schema)
        for entry in searched.reversed() where document.sql.contains("\(entry.alias).") {
            for index in entry.table.indexes where index.isInverted {
                guard let tables = try? definitions.searchTables(index, of: entry.table) else { continue }
                for table in tables where table.kind == kind {
                    let element = index.elements[table.element].value
                    guard (try? definitions.searched(element, of: entry.table, "\(entry.alias).")) == document.sql else { continue }
                    let name = StoredName.quoted(table.name)
                    return "\(entry.alias).rowid IN (SELECT rowid FROM \(name) WHERE \(name) MATCH \(match))"
                }
            }
        }
        return nil
    }

    /// A query of constants that gives null where it would raise, or nil where there is no such form of it.
    private func quiet(_ query: Term) -> String? {
        guard query.levels == 0, !query.isVolatile, query.pending == nil else { return nil }
        if query.isSafe { return query.sql }
        var word = ""
        for character in query.sql {
            if character.isLetter || character.isNumber || character == "_" {
                word.append(character)
                continue
            }
            if character == "(", word.hasPrefix("pg_"), !["pg_to_tsquery", "pg_tsq_join", "pg_tsq_not"].contains(word) { return nil }
            word = ""
        }
        return query.sql.replacing("pg_to_tsquery(", with: "pg_try_to_tsquery(")
    }
}
