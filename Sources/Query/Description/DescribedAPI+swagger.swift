package import OffstageJSON
import OffstageSchema

/// The description that clients of the dialect expect at the root: Swagger 2.0, as PostgREST writes it.
extension DescribedAPI {
    /// - Parameter host: what the caller named the server; nil leaves it out.
    package func swagger(version: String, host: String?) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("swagger", .string("2.0")),
            (
                "info",
                Self.object([
                    ("title", .string("Offstage")), ("description", .string("The tables, views and functions that \(role) may use")),
                    ("version", .string(version)),
                ])
            ),
        ]
        if let host { members.append(("host", .string(host))) }
        let types = [
            "application/json", "application/vnd.pgrst.object+json;nulls=stripped", "application/vnd.pgrst.object+json", "text/csv",
        ]
        members += [
            ("basePath", .string("/rest/v1")),
            ("schemes", .array([.string("http"), .string("https")])),
            ("consumes", .array(types.map { .string($0) })),
            ("produces", .array(types.map { .string($0) })),
            ("paths", Self.object([("/", rootPath)] + relations.map { ("/\(Self.segment($0.name.name))", path($0)) } + functionPaths)),
            ("definitions", Self.object(relations.map { ($0.name.name, definition($0)) })),
            ("parameters", Self.object(Self.commonParameters + relations.flatMap(parameters))),
            (
                "externalDocs",
                Self.object([
                    ("description", .string("PostgREST Documentation")),
                    ("url", .string("https://postgrest.org/en/v12/references/api.html")),
                ])
            ),
        ]
        return Self.object(members)
    }

    private var rootPath: JSONValue {
        Self.object([
            (
                "get",
                Self.object([
                    ("tags", .array([.string("Introspection")])), ("summary", .string("OpenAPI description (this document)")),
                    ("produces", .array([.string("application/openapi+json"), .string("application/json")])),
                    ("responses", Self.answers([("200", "OK", nil)])),
                ])
            )
        ])
    }

    private static func answers(_ list: [(String, String, JSONValue?)]) -> JSONValue {
        object(
            list.map { code, words, schema in (code, object([("description", .string(words))] + (schema.map { [("schema", $0)] } ?? []))) })
    }

    private static func reference(_ name: String, to kind: String = "parameters") -> JSONValue {
        object([("$ref", .string("#/\(kind)/\(pointer(name))"))])
    }

    /// A name as a step of a JSON pointer in a URI. Source: RFC 6901, sections 3 and 6.
    private static func pointer(_ name: String) -> String {
        name.replacing("~", with: "~0").replacing("/", with: "~1").utf8.reduce(into: "") { text, byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default: text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
    }

    private func path(_ relation: Relation) -> JSONValue {
        let name = relation.name.name
        let filters = relation.columns.filter { $0.mayRead && !Self.reserved.contains($0.column.name) }.map {
            Self.reference("rowFilter.\(name).\($0.column.name)")
        }
        func references(_ names: String...) -> [JSONValue] { names.map { Self.reference($0) } }
        let rows = Self.object([
            ("type", .string("array")), ("items", Self.reference(name, to: "definitions")),
        ])
        return Self.object(
            relation.methods.map { method in
                let parameters: [JSONValue]
                let answers: JSONValue
                switch method {
                case "get":
                    parameters = filters + references("select", "order", "range", "rangeUnit", "offset", "limit", "preferCount")
                    answers = Self.answers([("200", "OK", rows), ("206", "Partial Content", nil)])
                case "post":
                    parameters = references("body.\(name)", "select", "preferPost")
                    answers = Self.answers([("201", "Created", nil)])
                case "patch":
                    parameters = filters + references("body.\(name)", "preferReturn")
                    answers = Self.answers([("204", "No Content", nil)])
                default:
                    parameters = filters + references("preferReturn")
                    answers = Self.answers([("204", "No Content", nil)])
                }
                var members: [(String, JSONValue)] = [("tags", .array([.string(name)]))]
                if let comment = relation.comment { members.append(("summary", .string(comment))) }
                members += [("parameters", .array(parameters)), ("responses", answers)]
                return (method, Self.object(members))
            })
    }

    private var functionPaths: [(String, JSONValue)] {
        var paths: [(String, JSONValue)] = []
        for function in functions where !paths.contains(where: { $0.0 == "/rpc/\(function.name.name)" }) {
            let tags = ("tags", JSONValue.array([.string("(rpc) \(function.name.name)")]))
            let summary: [(String, JSONValue)] = function.comment.map { [("summary", .string($0))] } ?? []
            let produces = ("produces", JSONValue.array([.string("application/json"), .string("application/vnd.pgrst.object+json")]))
            let named = function.parameters.filter { $0.name != nil }
            let answers = ("responses", Self.answers([("200", "OK", nil)]))
            var methods: [(String, JSONValue)] = []
            if !function.mayWrite {
                let parameters = named.map { parameter in
                    Self.object(
                        [
                            ("name", .string(parameter.name ?? "")), ("in", .string("query")),
                            ("required", .boolean(parameter.defaultValue == nil)),
                        ] + Self.queried(members(of: parameter.type, isModern: false)))
                }
                methods.append(("get", Self.object([tags] + summary + [produces, ("parameters", .array(parameters)), answers])))
            }
            let properties = named.map { ($0.name ?? "", Self.object(members(of: $0.type, isModern: false))) }
            let required = named.filter { $0.defaultValue == nil }.map { JSONValue.string($0.name ?? "") }
            let body = Self.object([
                ("required", .boolean(true)), ("name", .string("args")), ("in", .string("body")),
                (
                    "schema",
                    Self.object(
                        (required.isEmpty ? [] : [("required", .array(required))]) + [
                            ("type", .string("object")), ("properties", Self.object(properties)),
                        ])
                ),
            ])
            methods.append(
                (
                    "post",
                    Self.object([tags] + summary + [produces, ("parameters", .array([body, Self.reference("preferParams")])), answers])
                ))
            paths.append(("/rpc/\(function.name.name)", Self.object(methods)))
        }
        return paths
    }

    /// A parameter in a URL has a type, and is no object: those are text there. So is each of a list.
    private static func queried(_ members: [(String, JSONValue)]) -> [(String, JSONValue)] {
        let others = members.filter { $0.0 != "type" || $0.1 != .string("object") }.map { name, value in
            guard name == "items", case .object(let inner) = value else { return (name, value) }
            return (name, object(queried(inner.map { ($0.name, $0.value) })))
        }
        return (others.contains { $0.0 == "type" } ? [] : [("type", .string("string"))]) + others
    }

    private func definition(_ relation: Relation) -> JSONValue {
        var result: [(String, JSONValue)] = []
        if let comment = relation.comment { result.append(("description", .string(comment))) }
        let required = relation.columns.filter(\.column.isNotNull).map { JSONValue.string($0.column.name) }
        if !required.isEmpty { result.append(("required", .array(required))) }
        result.append(("properties", Self.object(relation.columns.map { ($0.column.name, property($0)) })))
        result.append(("type", .string("object")))
        return Self.object(result)
    }

    private func property(_ property: Property) -> JSONValue {
        var result: [(String, JSONValue)] = []
        if let constant = Self.constant(property.column) { result.append(("default", constant)) }
        var words = property.comment.map { [$0] } ?? []
        var notes: [String] = []
        if property.isPrimaryKey { notes.append("This is a Primary Key.<pk/>") }
        if let reference = property.reference {
            notes.append(
                "This is a Foreign Key to `\(reference.table.name).\(reference.column)`.<fk table='\(reference.table.name)' column='\(reference.column)'/>"
            )
        }
        if !notes.isEmpty { words.append("Note:\n" + notes.joined(separator: "\n")) }
        if !words.isEmpty { result.append(("description", .string(words.joined(separator: "\n\n")))) }
        return Self.object(result + members(of: property.column.type, isModern: false))
    }

    private func parameters(_ relation: Relation) -> [(String, JSONValue)] {
        let name = relation.name.name
        let body = Self.object([
            ("name", .string(name)), ("description", .string(name)), ("required", .boolean(false)), ("in", .string("body")),
            ("schema", Self.reference(name, to: "definitions")),
        ])
        return [("body.\(name)", body)]
            + relation.columns.filter(\.mayRead).map { property in
                (
                    "rowFilter.\(name).\(property.column.name)",
                    Self.object([
                        ("name", .string(property.column.name)), ("required", .boolean(false)), ("in", .string("query")),
                        ("type", .string("string")),
                    ])
                )
            }
    }

    private static var commonParameters: [(String, JSONValue)] {
        func preference(_ name: String, _ values: [String]) -> (String, JSONValue) {
            (
                name,
                object([
                    ("name", .string("Prefer")), ("description", .string("Preference")), ("required", .boolean(false)),
                    ("in", .string("header")), ("type", .string("string")), ("enum", .array(values.map { .string($0) })),
                ])
            )
        }
        func query(_ name: String, _ words: String) -> (String, JSONValue) {
            (
                name,
                object([
                    ("name", .string(name)), ("description", .string(words)), ("required", .boolean(false)), ("in", .string("query")),
                    ("type", .string("string")),
                ])
            )
        }
        func header(_ key: String, _ name: String, _ words: String, _ standard: String? = nil) -> (String, JSONValue) {
            (
                key,
                object(
                    [
                        ("name", .string(name)), ("description", .string(words)), ("required", .boolean(false)), ("in", .string("header")),
                        ("type", .string("string")),
                    ] + (standard.map { [("default", .string($0))] } ?? []))
            )
        }
        let returns = ["return=representation", "return=minimal", "return=none"]
        return [
            preference("preferParams", ["params=single-object"]), preference("preferReturn", returns),
            preference("preferCount", ["count=none"]),
            preference("preferPost", returns + ["resolution=ignore-duplicates", "resolution=merge-duplicates"]),
            query("select", "Filtering Columns"), query("on_conflict", "On Conflict"), query("order", "Ordering"),
            header("range", "Range", "Limiting and Pagination"), header("rangeUnit", "Range-Unit", "Limiting and Pagination", "items"),
            query("offset", "Limiting and Pagination"), query("limit", "Limiting and Pagination"),
        ]
    }
}
