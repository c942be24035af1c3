import OffstageJSON
import OffstageSchema

/// What OpenAPI says of bodies: the forms in which rows and arguments go in and come out.
///
/// JSON is described by its schema. The other forms are text here: how they are read is in `Docs/Reference/REST.md`.
extension DescribedAPI {
    private static func text(_ words: String) -> JSONValue { object([("type", .string("string")), ("description", .string(words))]) }

    private static func content(_ types: [(String, JSONValue)]) -> JSONValue { object(types.map { ($0, object([("schema", $1)])) }) }

    /// Rows or a value in every form that `Accept` can ask for.
    ///
    /// - Parameter one: one of the rows, for those who want exactly one.
    static func answered(_ schema: JSONValue, one: JSONValue? = nil) -> JSONValue {
        let xml = text("An element `row` for each row, with an element for each column")
        return content([
            ("application/json", schema), ("application/vnd.pgrst.object+json", one ?? schema),
            ("application/x-ndjson", text("A line of JSON for each row")),
            ("text/csv", text("A line of columns' names, then a line for each row")), ("application/xml", xml), ("text/xml", xml),
        ])
    }

    /// The fields of a form: texts, which are read as the types of their columns or parameters.
    private static func form(required: [String]) -> JSONValue {
        object(
            [("type", .string("object")), ("additionalProperties", object([("type", .string("string"))]))]
                + (required.isEmpty ? [] : [("required", .array(required.map { .string($0) }))]))
    }

    /// The body of a write.
    ///
    /// - Parameter required: the columns that must be given.
    static func body(_ schema: JSONValue, required: [Property]) -> JSONValue {
        let xml = text("An element `row` for each row, with an element for each column; null is `xsi:nil`")
        return object([
            ("required", .boolean(true)),
            (
                "content",
                content([
                    ("application/json", schema),
                    ("text/csv", text("A line of columns' names, then a line for each row; `NULL` is null")),
                    ("application/xml", xml), ("text/xml", xml),
                    ("application/x-www-form-urlencoded", form(required: required.map(\.column.name))),
                ])
            ),
        ])
    }

    /// An argument in a URL.
    func queried(_ parameter: Function.Parameter) -> JSONValue {
        let schema: JSONValue =
            switch parameter.type.base.type {
            case .array where !parameter.isVariadic: Self.text("A list as PostgreSQL writes it: `{1,2}`")
            case .json, .jsonb: Self.text("JSON")
            case .composite, .record: Self.text("A row as PostgreSQL writes it: `(1,a)`")
            default: Self.object(members(of: parameter.type, isModern: true))
            }
        return Self.object([
            ("name", .string(parameter.name ?? "")), ("in", .string("query")), ("required", .boolean(parameter.defaultValue == nil)),
            ("schema", schema),
        ])
    }

    /// The body of a call: its arguments by name, or the one argument that has none.
    func arguments(_ function: Function) -> JSONValue {
        let types: [(PayloadType, String)] = [
            (.json, "application/json"), (.text, "text/plain"), (.binary, "application/octet-stream"), (.xml, "text/xml"),
        ]
        if let (form, type) = types.first(where: { function.takesBody($0.0) }) {
            return Self.object([
                ("content", Self.content([(type, form == .json ? Self.object([]) : Self.object([("type", .string("string"))]))]))
            ])
        }
        let named = function.parameters.filter { $0.name != nil }
        let names = named.filter { $0.defaultValue == nil }.compactMap(\.name)
        let required = names.map { JSONValue.string($0) }
        let xml = Self.text("One `row`, with an element for each argument")
        let schema = Self.object(
            [
                ("type", .string("object")),
                ("properties", Self.object(named.map { ($0.name ?? "", Self.object(members(of: $0.type, isModern: true))) })),
            ] + (required.isEmpty ? [] : [("required", .array(required))]))
        return Self.object([
            (
                "content",
                Self.content([
                    ("application/json", schema), ("application/xml", xml), ("text/xml", xml),
                    ("application/x-www-form-urlencoded", Self.form(required: names)),
                ])
            )
        ])
    }
}
