import Foundation
import OffstageSQL
import OffstageSchema
import Testing

/// What the function table and the translator call is there, with so many arguments.
@Suite struct FunctionTableTests {
    @Test func `every template of the table can be prepared`() async throws {
        let engine = try Engine()
        for entry in FunctionTable.shared.entries.values.joined() {
            let counts = Set([
                entry.required, entry.parameters.count, entry.isVariadic ? entry.parameters.count + 2 : entry.parameters.count,
            ])
            for count in counts {
                let sql = statement(entry, count)
                await #expect(throws: Never.self, "\(entry.name): \(sql)") { _ = try await engine.rows("explain \(sql)") }
            }
        }
    }

    @Test func `sorted and distinct forms of collecting aggregates are there`() async throws {
        let names = try await registered(Engine())
        for aggregate in ["string", "bytea", "array", "json", "jsonb"] {
            for form in ["", "_sorted", "_distinct", "_distinct_sorted"] { #expect(names.contains("pg_\(aggregate)_agg\(form)")) }
        }
    }

    @Test func `every function and collation in the translator's own words is registered`() async throws {
        let names = try await registered(Engine())
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../../Sources/SQL/SQLite")
            .standardized
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
            $0.hasPrefix("Translator") || $0 == "Term.swift"
        }
        try #require(files.count > 5)
        for file in files {
            let text = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
            for name in words(in: text) where !Self.isPostgreSQLs(name) { #expect(names.contains(name), "\(name) in \(file)") }
        }
    }

    /// The words that begin with `pg_` and stand before a bracket or inside quotes of their own.
    private func words(in text: String) -> Set<String> {
        var names: Set<String> = []
        for match in text.matches(of: /pg_[a-z0-9_]*[a-z0-9](?=["\(])/) where !["pg_catalog", "pg_typeof"].contains(match.output) {
            names.insert(String(match.output))
        }
        return names
    }

    /// A function of PostgreSQL's catalogue, which the translator answers itself.
    private static func isPostgreSQLs(_ name: String) -> Bool {
        name.hasPrefix("pg_get_") || name.hasSuffix("_is_visible") || name == "pg_has_role"
    }

    private func registered(_ engine: Engine) async throws -> Set<String> {
        var names: Set<String> = []
        for query in [
            "select name from pragma_function_list", "select name from pragma_module_list", "select name from pragma_collation_list",
        ] {
            for row in try await engine.rows(query) {
                if case .text(let name) = row[0] { names.insert(name) }
            }
        }
        return names
    }

    /// The template with nulls for arguments.
    private func statement(_ entry: FunctionTable.Entry, _ count: Int) -> String {
        var text = ""
        var rest = entry.template[...]
        while let character = rest.popFirst() {
            switch character {
            case "$" where rest.first == "*":
                rest.removeFirst()
                text += repeatElement("NULL", count: count).joined(separator: ", ")
            case "$" where rest.first == "+":
                rest.removeFirst()
                text += repeatElement("NULL", count: max(count - 1, 1)).joined(separator: ", ")
            case "#" where rest.first == "*":
                rest.removeFirst()
                text += repeatElement("NULL, 'text'", count: count).joined(separator: ", ")
            case "$", "@":
                rest = rest.drop { $0.isLetter || $0.isNumber }
                text += "NULL"
            case "#":
                rest.removeFirst()
                text += "'text'"
            default: text.append(character)
            }
        }
        if entry.traits.contains(.set) { return "select value, ordinal from \(text)" }
        return "select \(text)\(entry.traits.contains(.window) ? " over ()" : "")"
    }
}
