import OffstageJSON
import OffstageSchema

/// What OpenAPI says of parameters: in the URL and in headers.
extension DescribedAPI {
    /// Those of a request to a table or view.
    func parameters(of relation: Relation, _ method: String) -> [JSONValue] {
        let readable = relation.columns.filter(\.mayRead)
        let names = readable.map(\.column.name).filter { !Self.reserved.contains($0) }
        let conditions = names.map { Self.condition($0) } + Self.shared(["and", "or", "not.and", "not.or"])
        let cursor = names.contains("after") ? [] : ["after"]
        return switch method {
        case "get":
            conditions
                + Self.shared(["select", "order", "limit", "offset"] + cursor + ["Range", "Prefer", "If-None-Match", "Accept-Profile"])
        case "post": Self.shared(["select", "columns", "on_conflict", "Prefer", "Idempotency-Key", "Content-Profile"])
        case "put":
            readable.filter(\.isPrimaryKey).map { Self.condition($0.column.name, isKey: true) }
                + Self.shared(["select", "columns", "Prefer", "If-Match", "If-None-Match", "Idempotency-Key", "Content-Profile"])
        case "patch":
            conditions
                + Self.shared([
                    "select", "columns", "order", "Prefer", "If-Match", "If-None-Match", "Idempotency-Key", "Content-Profile",
                ])
        default:
            conditions + Self.shared(["select", "order", "Prefer", "If-Match", "If-None-Match", "Idempotency-Key", "Content-Profile"])
        }
    }

    /// What means something else in a URL than the column of that name.
    static let reserved: Set<String> = ["select", "columns", "on_conflict", "order", "limit", "offset", "and", "or"]

    /// Those of a call: its arguments in a URL, and what may be asked of rows that it gives.
    func parameters(of function: Function, _ method: String) -> [JSONValue] {
        let named = function.parameters.filter { $0.name != nil }
        let taken = Set(method == "get" ? named.compactMap(\.name) : [])
        var found = method == "get" ? named.map(queried) : []
        var shared: [String] = []
        if function.givesSet, let rows = function.answeredRows(in: schema) {
            let hidden =
                rows.name.flatMap { name in relations.first { $0.name == name }.map { $0.columns.filter { !$0.mayRead }.map(\.column.name) }
                } ?? []
            let isKnown = rows.name.map { name in schema.composites[name] != nil || relations.contains { $0.name == name } } ?? true
            let names = isKnown ? rows.columns.map(\.name) : []
            let away = taken.union(hidden).union(Self.reserved)
            found += names.filter { !away.contains($0) }.map { Self.condition($0) }
            shared += ["and", "or", "not.and", "not.or", "select", "order", "limit", "offset"].filter { !taken.contains($0) }
        }
        shared += method == "get" ? ["Prefer", "Accept-Profile"] : ["columns", "Prefer", "Content-Profile"]
        if method == "get", function.givesSet { shared.append("Range") }
        if function.mayWrite { shared.append("Idempotency-Key") }
        return found + Self.shared(shared)
    }

    private static func shared(_ names: [String]) -> [JSONValue] { names.map { component("parameters", $0) } }

    /// - Parameter isKey: it must be given, and name one row.
    private static func condition(_ column: String, isKey: Bool = false) -> JSONValue {
        object(
            [
                ("name", .string(column)), ("in", .string("query")),
                ("description", .string(isKey ? "The value of the key: `eq.5`" : "A condition: `eq.5`, `gt.3`, `in.(1,2)`, `is.null`, …")),
            ] + (isKey ? [("required", .boolean(true))] : []) + [("schema", object([("type", .string("string"))]))])
    }

    static var modernParameters: [(String, JSONValue)] {
        func parameter(_ name: String, _ place: String, _ words: String, _ type: String = "string", example: String? = nil) -> (
            String, JSONValue
        ) {
            (
                name,
                object(
                    [
                        ("name", .string(name)), ("in", .string(place)), ("description", .string(words)),
                        ("schema", object([("type", .string(type))])),
                    ] + (example.map { [("example", .string($0))] } ?? []))
            )
        }
        return [
            parameter("select", "query", "The columns and related rows that are wanted", example: "*"),
            parameter("order", "query", "What to order by", example: "id.desc"),
            parameter("limit", "query", "So many rows at most", "integer"),
            parameter("offset", "query", "So many rows are left out at first", "integer"),
            parameter("on_conflict", "query", "The unique columns that decide which row is merged"),
            parameter("columns", "query", "The columns of the body that count", example: "id"),
            parameter("and", "query", "Conditions of which all hold: `(a.gt.1,or(b.eq.2,c.is.null))`"),
            parameter("or", "query", "Conditions of which one holds: `(a.gt.1,b.eq.2)`"),
            parameter("not.and", "query", "Conditions of which not all hold"),
            parameter("not.or", "query", "Conditions of which none holds"),
            parameter("after", "query", "What a `Link` to the next page says, or `cursor:` for the first one"),
            parameter("Range", "header", "The first and the last row that are wanted, counted from 0: `0-9`"),
            parameter(
                "If-Match", "header", "The tags of the states in which the row may be: otherwise nothing happens, and the answer is 412"),
            parameter(
                "If-None-Match", "header", "The tags of the states in which the row may not be; of a read, in which it is not sent again"),
            parameter("Idempotency-Key", "header", "The request is carried out once for all that come with the same key"),
            parameter("Accept-Profile", "header", "The exposed schema to read from"),
            parameter("Content-Profile", "header", "The exposed schema to write to, or to call functions of"),
            parameter("Prefer", "header", "`return=representation`, `count=exact`, `resolution=merge-duplicates`, …"),
        ]
    }
}
