import Foundation
import OffstageSQL
import OffstageSchema
import Testing

/// The engine's table of functions claims nothing that PostgreSQL does not have.
@Suite(.inTurns) struct CatalogueTests {
    /// Words of the grammar that the table keeps as functions, and functions of a project's own schemas.
    private static let grammar: Set<String> = [
        "current_date", "current_time", "current_timestamp", "localtime", "localtimestamp", "current_user", "current_role", "user",
        "session_user",
        "current_schema", "current_catalog", "trim", "text",
        // Their arguments stand in `within group`.
        "mode", "percentile_cont", "percentile_disc",
    ]

    /// Overloads whose `"char"` or `regdictionary` is text here.
    private static let asText: Set<String> = [
        "setweight(tsvector,text) tsvector", "setweight(tsvector,text,text[]) tsvector", "ts_filter(tsvector,text[]) tsvector",
        "unaccent(text,text) text",
        // `name` is text here.
        "convert_from(bytea,text) text", "convert_to(text,text) bytea", "current_database() text", "getdatabaseencoding() text",
        "pg_client_encoding() text",
    ]

    @Test(.enabled(if: Postgres.isWanted, Comment(rawValue: Postgres.absence)))
    func `every overload of the function table is PostgreSQL's, with its result`() throws {
        let postgres = try Postgres.required()
        let database = try postgres.makeDatabase()
        defer { postgres.drop(database) }
        let known = try postgres.overloads(in: database)
        var wrong: [String] = []
        for entry in FunctionTable.shared.entries.values.joined()
        where !Self.grammar.contains(entry.name) && !entry.name.contains(".") && !entry.name.contains(" ") {
            guard case .exact(let result) = entry.result else { continue }
            let types = entry.parameters.map { parameter -> String? in if case .exact(let type) = parameter { Self.name(type) } else { nil }
            }
            guard types.allSatisfy({ $0 != nil }), !entry.isVariadic else { continue }
            let names = types.compactMap { $0 }
            if !known.contains(where: { $0.allows(entry.name, names, giving: Self.name(result)) }) {
                wrong.append("\(entry.name)(\(names.joined(separator: ","))) \(Self.name(result))")
            }
        }
        #expect(Set(wrong).subtracting(Self.asText).sorted() == [])
    }

    private static func name(_ type: DataType) -> String { type == .char ? "character" : type.name }
}

/// A function or operator of PostgreSQL's catalogue.
private struct Overload {
    var name: String
    var parameters: [String]
    /// How many may be left out at the end.
    var defaults: Int
    var result: String

    func allows(_ wanted: String, _ types: [String], giving type: String) -> Bool {
        guard name == wanted, types.count <= parameters.count, types.count >= parameters.count - defaults else { return false }
        // Columns of a function that gives records are told by other means.
        guard result == type || result == "record" || result == "anyelement" || result == "anyarray" && type.hasSuffix("[]") else {
            return false
        }
        return zip(parameters, types).allSatisfy { parameter, type in
            switch parameter {
            case "anyarray", "anycompatiblearray": type.hasSuffix("[]")
            case "anynonarray", "anycompatiblenonarray": !type.hasSuffix("[]")
            case "anyelement", "anycompatible": true
            default: parameter == type
            }
        }
    }
}

extension Postgres {
    fileprivate func overloads(in database: String) throws -> [Overload] {
        let text = try output(
            of: """
                set client_min_messages = error;
                create schema extensions;
                create extension pgcrypto schema extensions;
                create extension "uuid-ossp" schema extensions;
                create extension citext schema extensions;
                create extension pg_trgm schema extensions;
                create extension unaccent schema extensions;
                set search_path = public, extensions;
                select proname, pronargdefaults, format_type(prorettype, null), (select string_agg(format_type(t, null), ';' order by n) from unnest(proargtypes) with ordinality a(t, n)) from pg_proc;
                select oprname, 0, format_type(oprresult, null), concat_ws(';', case when oprleft <> 0 then format_type(oprleft, null) end, format_type(oprright, null)) from pg_operator;
                """, in: database)
        return text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
            // An operator's own name may hold the separator.
            guard words.count >= 4, let defaults = Int(words[words.count - 3]) else { return nil }
            return Overload(
                name: words.dropLast(3).joined(separator: "|"), parameters: words[words.count - 1].split(separator: ";").map(String.init),
                defaults: defaults, result: words[words.count - 2])
        }
    }
}
