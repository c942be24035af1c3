package import OffstageJSON
import OffstageSchema

/// The same in OpenAPI 3.1, for tools of today. Source: OpenAPI Specification 3.1.0; JSON Schema 2020-12.
extension DescribedAPI {
    /// - Parameter namespaces: the schemas that are exposed, this one among them.
    package func openAPI(version: String, detail: Detail = .none, namespaces: [String] = []) -> JSONValue {
        Self.object(
            [
                ("openapi", .string("3.1.0")),
                (
                    "info",
                    Self.object([
                        ("title", .string("Offstage")),
                        ("description", .string("The tables, views and functions of the schema \(namespace) that \(role) may use.")),
                        ("version", .string(version)),
                    ])
                ),
                ("servers", .array([Self.object([("url", .string("/rest/v1"))])])),
                (
                    "security",
                    .array([
                        Self.object([]), Self.object([("apikey", .array([]))]),
                        Self.object([("apikey", .array([])), ("token", .array([]))]),
                    ])
                ),
                (
                    "tags",
                    .array(
                        relations.map { relation in
                            Self.object(
                                [("name", .string(relation.name.name))] + (relation.comment.map { [("description", .string($0))] } ?? []))
                        } + (functions.isEmpty ? [] : [Self.object([("name", .string("rpc")), ("description", .string("Functions"))])]))
                ),
                ("paths", Self.object(relations.map { ("/\(Self.segment($0.name.name))", modernPath($0)) } + modernFunctions)),
                (
                    "components",
                    Self.object([
                        ("schemas", Self.object(schemas(detail))), ("parameters", Self.object(Self.modernParameters)),
                        ("responses", Self.object([("Error", Self.errorAnswer)])), ("securitySchemes", Self.securitySchemes),
                    ])
                ),
            ] + overview(detail, namespaces))
    }

    /// In a path template, braces are the template's.
    static func segment(_ name: String) -> String {
        name.replacing("%", with: "%25").replacing("{", with: "%7B").replacing("}", with: "%7D").replacing("/", with: "%2F")
            .replacing("?", with: "%3F").replacing("#", with: "%23")
    }

    /// A component's key: letters, digits, `.`, `-` and `_`.
    private static func key(_ name: String) -> String {
        String(
            String.UnicodeScalarView(
                name.unicodeScalars.flatMap { scalar -> [Unicode.Scalar] in
                    switch scalar {
                    case "a"..."z", "A"..."Z", "0"..."9", "-", "_": [scalar]
                    default: Array(".\(String(scalar.value, radix: 16))".unicodeScalars)
                    }
                }))
    }

    static func component(_ kind: String, _ name: String) -> JSONValue {
        object([("$ref", .string("#/components/\(kind)/\(name)"))])
    }

    // MARK: Paths

    private func modernPath(_ relation: Relation) -> JSONValue {
        let key = Self.key(relation.name.name)
        let filters = relation.columns.filter(\.mayRead).map { property in
            Self.object([
                ("name", .string(property.column.name)), ("in", .string("query")),
                ("description", .string("A condition: `eq.5`, `gt.3`, `in.(1,2)`, `is.null`, …")),
                ("schema", Self.object([("type", .string("string"))])),
            ])
        }
        let reads = ["select", "order", "limit", "offset", "Prefer"].map { Self.component("parameters", $0) }
        let rows = Self.object([("type", .string("array")), ("items", Self.component("schemas", key))])
        func operation(_ method: String) -> JSONValue {
            var members: [(String, JSONValue)] = [
                ("tags", .array([.string(relation.name.name)])), ("operationId", .string("\(method).\(key)")),
            ]
            let summary =
                switch method {
                case "get": "Read rows"
                case "post": "Insert one row, or several"
                case "patch": "Update the rows that the conditions name"
                default: "Delete the rows that the conditions name"
                }
            members.append(("summary", .string(summary)))
            var answers: [(String, JSONValue)] = []
            func answer(_ code: String, _ words: String, _ content: JSONValue?) {
                answers.append((code, Self.object([("description", .string(words))] + (content.map { [("content", $0)] } ?? []))))
            }
            switch method {
            case "get":
                members.append(("parameters", .array(filters + reads)))
                answer("200", "The rows", Self.answered(rows))
                answer("206", "A part of the rows, of which `Content-Range` tells how many there are", Self.answered(rows))
            case "post":
                members.append(
                    (
                        "parameters",
                        .array([
                            Self.component("parameters", "select"), Self.component("parameters", "on_conflict"),
                            Self.component("parameters", "Prefer"),
                        ])
                    ))
                let one = Self.component("schemas", "\(key).insert")
                let body = Self.object([("oneOf", .array([one, Self.object([("type", .string("array")), ("items", one)])]))])
                members.append(("requestBody", Self.body(body)))
                answer("201", "Inserted; the rows with `Prefer: return=representation`", Self.answered(rows))
                answer("200", "Merged with rows that were there", Self.answered(rows))
            case "patch":
                members.append(
                    ("parameters", .array(filters + [Self.component("parameters", "select"), Self.component("parameters", "Prefer")])))
                members.append(("requestBody", Self.body(Self.component("schemas", "\(key).update"))))
                answer("200", "Updated; the rows with `Prefer: return=representation`", Self.answered(rows))
                answer("204", "Updated", nil)
            default:
                members.append(
                    ("parameters", .array(filters + [Self.component("parameters", "select"), Self.component("parameters", "Prefer")])))
                answer("200", "Deleted; the rows with `Prefer: return=representation`", Self.answered(rows))
                answer("204", "Deleted", nil)
            }
            answers.append(("default", Self.component("responses", "Error")))
            members.append(("responses", Self.object(answers)))
            return Self.object(members)
        }
        return Self.object(relation.methods.map { ($0, operation($0)) })
    }

    private var modernFunctions: [(String, JSONValue)] {
        var paths: [(String, JSONValue)] = []
        for function in functions where !paths.contains(where: { $0.0 == "/rpc/\(Self.segment(function.name.name))" }) {
            let key = Self.key(function.name.name)
            let named = function.parameters.filter { $0.name != nil }
            func operation(_ method: String, _ extra: [(String, JSONValue)]) -> JSONValue {
                let schema = self.result(function)
                return Self.object(
                    [("tags", .array([.string("rpc")])), ("operationId", .string("\(method).rpc.\(key)"))]
                        + (function.comment.map { [("description", .string($0))] } ?? []) + extra + [
                            (
                                "responses",
                                Self.object([
                                    (
                                        "200",
                                        Self.object(
                                            [("description", .string("What the function gives"))]
                                                + (schema.map { [("content", Self.answered($0))] } ?? []))
                                    ), ("204", Self.object([("description", .string("The function gives nothing"))])),
                                    ("default", Self.component("responses", "Error")),
                                ])
                            )
                        ])
            }
            var methods: [(String, JSONValue)] = []
            if !function.mayWrite {
                methods.append(("get", operation("get", [("parameters", .array(named.map(queried)))])))
            }
            methods.append(("post", operation("post", [("requestBody", arguments(function))])))
            paths.append(("/rpc/\(Self.segment(function.name.name))", Self.object(methods)))
        }
        return paths
    }

    private func result(_ function: Function) -> JSONValue? {
        func list(_ schema: JSONValue) -> JSONValue { Self.object([("type", .string("array")), ("items", schema)]) }
        func row(_ columns: [View.Column]) -> JSONValue {
            Self.object([
                ("type", .string("object")),
                ("properties", Self.object(columns.map { ($0.name, nullable(members(of: $0.type, isModern: true), true)) })),
            ])
        }
        switch function.result {
        case .scalar(let type): return type.type == .void ? nil : nullable(members(of: type, isModern: true), true)
        case .set(let type): return type.type == .void ? nil : list(nullable(members(of: type, isModern: true), true))
        case .row(let columns, let isSet): return isSet ? list(row(columns)) : row(columns)
        case .table(let name, let isSet):
            let known = relations.contains { $0.name == name && $0.methods.contains("get") }
            let schema = known ? Self.component("schemas", Self.key(name.name)) : Self.object([("type", .string("object"))])
            return isSet ? list(schema) : schema
        }
    }

    // MARK: Components

    private func schemas(_ detail: Detail) -> [(String, JSONValue)] {
        relations.flatMap { relation -> [(String, JSONValue)] in
            let key = Self.key(relation.name.name)
            func schema(_ properties: [Property], required: [String], describes: Bool) -> JSONValue {
                var members: [(String, JSONValue)] = [("type", .string("object"))]
                if describes, let comment = relation.comment { members.append(("description", .string(comment))) }
                members.append(("properties", Self.object(properties.map { ($0.column.name, modernProperty($0)) })))
                if !required.isEmpty { members.append(("required", .array(required.map { .string($0) }))) }
                if describes { members += reference(relation, detail) }
                return Self.object(members)
            }
            var found = [(key, schema(relation.columns.filter(\.mayRead), required: [], describes: true))]
            if relation.methods.contains("post") {
                let columns = relation.columns.filter(\.mayInsert)
                let required = columns.filter { Self.isRequired($0.column) }.map(\.column.name)
                found.append(("\(key).insert", schema(columns, required: required, describes: false)))
            }
            if relation.methods.contains("patch") {
                found.append(("\(key).update", schema(relation.columns.filter(\.mayUpdate), required: [], describes: false)))
            }
            return found
        } + [("Error", Self.errorSchema)]
    }

    private func modernProperty(_ property: Property) -> JSONValue {
        var result = members(of: property.column.type, isModern: true)
        if let constant = Self.constant(property.column) { result.append(("default", constant)) }
        var words = property.comment.map { [$0] } ?? []
        if property.isPrimaryKey { words.append("Part of the primary key.") }
        if let reference = property.reference {
            words.append("Refers to \(reference.table.name).\(reference.column).")
        }
        if property.column.generated != nil { result.append(("readOnly", .boolean(true))) }
        if !words.isEmpty { result.append(("description", .string(words.joined(separator: "\n")))) }
        return nullable(result, !property.column.isNotNull)
    }

    /// In JSON Schema null is a type among others, and an enum must name it.
    private func nullable(_ members: [(String, JSONValue)], _ isNullable: Bool) -> JSONValue {
        guard isNullable else { return Self.object(members) }
        return Self.object(
            members.map { name, value in
                switch (name, value) {
                case ("type", .string): (name, .array([value, .string("null")]))
                case ("enum", .array(let values)): (name, .array(values + [.null]))
                default: (name, value)
                }
            })
    }

    private static var modernParameters: [(String, JSONValue)] {
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
            parameter("Prefer", "header", "`return=representation`, `count=exact`, `resolution=merge-duplicates`, …"),
        ]
    }

    private static var errorSchema: JSONValue {
        let text = object([("type", .array([.string("string"), .string("null")]))])
        return object([
            ("type", .string("object")),
            (
                "properties",
                object([
                    ("code", object([("type", .string("string")), ("description", .string("SQLSTATE, PGRST… or OFS…"))])),
                    ("message", object([("type", .string("string"))])),
                    ("details", object([("description", .string("A text, or JSON"))])), ("hint", text),
                ])
            ), ("required", .array([.string("code"), .string("message")])),
        ])
    }

    private static var errorAnswer: JSONValue {
        object([
            ("description", .string("Why it could not be done")),
            (
                "content",
                object([
                    (
                        "application/json",
                        object([
                            ("schema", component("schemas", "Error")),
                            (
                                "example",
                                object([
                                    ("code", .string("42501")), ("details", .null), ("hint", .null),
                                    ("message", .string("permission denied for table books")),
                                ])
                            ),
                        ])
                    )
                ])
            ),
        ])
    }

    private static var securitySchemes: JSONValue {
        object([
            ("apikey", object([("type", .string("apiKey")), ("in", .string("header")), ("name", .string("apikey"))])),
            ("token", object([("type", .string("http")), ("scheme", .string("bearer")), ("bearerFormat", .string("JWT"))])),
        ])
    }
}
