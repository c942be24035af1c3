import ArgumentParser
import OffstageSQL
import OffstageSchema

/// Prints `Docs/Reference/SQL.md`, from the table that the translator reads; a test holds the page to it.
struct SQLReferenceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sql-reference", abstract: "Print the reference of SQL's types, operators and functions.", shouldDisplay: false)

    func run() { Terminal.text(Self.reference) }

    static var reference: String {
        let table = FunctionTable.shared
        let entries = table.entries.values.joined().filter { !$0.name.hasPrefix("pg_") }
        let operators = entries.filter(\.isOperator)
        let functions = entries.filter { !$0.isOperator }
        func section(_ title: String, _ entries: [FunctionTable.Entry]) -> [String] {
            guard !entries.isEmpty else { return [] }
            let lines = Dictionary(grouping: entries, by: \.name).sorted { $0.key < $1.key }.map { name, overloads in
                var forms: [String] = []
                for form in overloads.map(\.signature) where !forms.contains(form) { forms.append(form) }
                return "| `\(name.replacing("|", with: "\\|"))` | \(forms.map { "`\($0)`" }.joined(separator: "<br>")) |"
            }
            return ["", "## \(title)", "", "| Name | Arguments and result |", "|---|---|"] + lines
        }
        var lines = [
            "# SQL on the embedded engine: types, operators, functions", "",
            "What a migration, a policy, a view or `offstage sql` may use where the database is the embedded one, with PostgreSQL 15's meaning.",
            "Whatever is not here is refused when the migration is applied, with the place and a way out. On PostgreSQL itself there is no such",
            "limit.", "", "This page is written by `offstage sql-reference`, from the table the translator reads.", "", "## Types", "",
            DataType.storable.map { "`\($0.name)`" }.joined(separator: ", ")
                + ", enums made by `create type`, and one-dimensional arrays of these.",
        ]
        lines += section("Operators", operators)
        lines += section("Functions", functions.filter { $0.traits.isDisjoint(with: [.aggregate, .window, .set]) })
        lines += section("Aggregates", functions.filter { $0.traits.contains(.aggregate) })
        lines += section("Window functions", functions.filter { $0.traits.contains(.window) })
        lines += section("Functions that return rows", functions.filter { $0.traits.contains(.set) })
        lines += catalogue
        return lines.joined(separator: "\n") + "\n"
    }

    private static var catalogue: [String] {
        let names = SystemRelation.names
        func list(_ schema: String) -> String { names.filter { $0.schema == schema }.map { "`\($0.name)`" }.joined(separator: ", ") }
        return [
            "", "## The catalogue", "",
            "Read-only. Each caller sees what PostgreSQL would show it; the numbers of objects are other ones than PostgreSQL's.", "",
            "`information_schema`: " + list("information_schema") + ".", "", "`pg_catalog`: " + list("pg_catalog") + ".", "",
            "With `format_type`, `pg_get_expr`, `pg_get_constraintdef`, `pg_get_indexdef`, `pg_get_viewdef`, `pg_get_functiondef`,",
            "`pg_get_function_arguments`, `pg_get_function_result`, `pg_get_serial_sequence`, `obj_description`, `col_description`, `to_regclass`,",
            "`to_regtype`, `pg_get_userbyid`, `pg_table_is_visible`, `pg_has_role`, the `has_…_privilege` family, and casts to `regclass`.",
        ]
    }
}

extension FunctionTable.Entry {
    fileprivate var isOperator: Bool { !(name.first.map { $0.isLetter || $0 == "_" } ?? false) }

    /// `(text, integer, [text]) → text`.
    fileprivate var signature: String {
        let words = parameters.enumerated().map { index, parameter in
            let word = parameter.word
            if isVariadic, index == parameters.count - 1 { return "variadic \(word)" }
            return index < required || isVariadic ? word : "[\(word)]"
        }
        return "(\(words.joined(separator: ", ").replacing("|", with: "\\|"))) → \(result.word)"
    }
}

extension FunctionTable.Parameter {
    fileprivate var word: String {
        switch self {
        case .exact(let type): type.name
        case .any: "any"
        case .element: "anyelement"
        case .array: "anyarray"
        case .enumeration: "anyenum"
        case .range: "anyrange"
        case .number: "anynumber"
        }
    }
}

extension DataType {
    /// What a column can be, enums and arrays apart.
    fileprivate static let storable: [DataType] = [
        .smallint, .integer, .bigint, .numeric, .real, .double, .boolean, .text, .varchar, .char, .uuid, .bytea, .date, .time, .timestamp,
        .timestamptz, .interval, .json, .jsonb,
    ]
}
