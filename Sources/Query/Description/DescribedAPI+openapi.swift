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
        let row = Self.component("schemas", key)
        let rows = Self.answered(list(of: row), one: row)
        func operation(_ method: String) -> JSONValue {
            var members: [(String, JSONValue)] = [
                ("tags", .array([.string(relation.name.name)])), ("operationId", .string("\(method).\(key)")),
                ("summary", .string(Self.summaries[method] ?? "")), ("parameters", .array(parameters(of: relation, method))),
            ]
            switch method {
            case "post":
                let one = Self.component("schemas", "\(key).insert")
                let body = Self.object([("oneOf", .array([one, list(of: one)]))])
                members.append(("requestBody", Self.body(body, required: relation.columns.filter { $0.mayInsert && $0.isRequired })))
            case "put":
                members.append(
                    (
                        "requestBody",
                        Self.body(
                            Self.component("schemas", "\(key).insert"),
                            required: relation.columns.filter { $0.isPrimaryKey || $0.mayInsert && $0.isRequired })
                    ))
            case "patch": members.append(("requestBody", Self.body(Self.component("schemas", "\(key).update"), required: [])))
            default: break
            }
            let answers = (Self.answers[method] ?? []).map { code, words, hasRows in
                (code, Self.object([("description", .string(words))] + (hasRows ? [("content", rows)] : [])))
            }
            members.append(("responses", Self.object(answers + [("default", Self.component("responses", "Error"))])))
            return Self.object(members)
        }
        return Self.object((relation.methods + (relation.takesPut ? ["put"] : [])).map { ($0, operation($0)) })
    }

    private static let summaries = [
        "get": "Read rows", "post": "Insert one row, or several", "patch": "Update the rows that the conditions name",
        "put": "Put one row in the place that its key names", "delete": "Delete the rows that the conditions name",
    ]

    /// By method: a status, what it means, and whether rows come with it.
    private static let answers: [String: [(code: String, words: String, hasRows: Bool)]] = [
        "get": [
            ("200", "The rows", true), ("206", "A part of the rows, of which `Content-Range` tells how many there are", true),
            ("304", "The row is in the state that `If-None-Match` names", false),
        ],
        "post": [
            ("201", "Inserted; the rows with `Prefer: return=representation`", true), ("200", "Merged with rows that were there", true),
        ],
        "patch": [("200", "Updated; the rows with `Prefer: return=representation`", true), ("204", "Updated", false)],
        "put": [
            ("200", "Replaced; the row with `Prefer: return=representation`", true),
            ("201", "Inserted; the row with `Prefer: return=representation`", true), ("204", "Replaced or inserted", false),
        ],
        "delete": [("200", "Deleted; the rows with `Prefer: return=representation`", true), ("204", "Deleted", false)],
    ]

    private func list(of schema: JSONValue) -> JSONValue { Self.object([("type", .string("array")), ("items", schema)]) }

    private var modernFunctions: [(String, JSONValue)] {
        var paths: [(String, JSONValue)] = []
        for function in functions where !paths.contains(where: { $0.0 == "/rpc/\(Self.segment(function.name.name))" }) {
            let key = Self.key(function.name.name)
            let answer = self.result(function).map {
                $0.isSet ? Self.answered(list(of: $0.schema), one: $0.schema) : Self.answered($0.schema)
            }
            let content: [(String, JSONValue)] = answer.map { [("content", $0)] } ?? []
            func operation(_ method: String, _ extra: [(String, JSONValue)]) -> JSONValue {
                var answers = [
                    ("200", Self.object([("description", .string("What the function gives"))] + content)),
                    ("204", Self.object([("description", .string("The function gives nothing"))])),
                ]
                if function.givesSet {
                    let words = "A part of the rows, of which `Content-Range` tells how many there are"
                    answers.append(("206", Self.object([("description", .string(words))] + content)))
                }
                return Self.object(
                    [("tags", .array([.string("rpc")])), ("operationId", .string("\(method).rpc.\(key)"))]
                        + (function.comment.map { [("description", .string($0))] } ?? [])
                        + [("parameters", .array(parameters(of: function, method)))] + extra
                        + [("responses", Self.object(answers + [("default", Self.component("responses", "Error"))]))])
            }
            var methods: [(String, JSONValue)] = []
            if !function.mayWrite { methods.append(("get", operation("get", []))) }
            methods.append(("post", operation("post", [("requestBody", arguments(function))])))
            paths.append(("/rpc/\(Self.segment(function.name.name))", Self.object(methods)))
        }
        return paths
    }

    /// What the function gives, or each of what it gives; nil for nothing.
    private func result(_ function: Function) -> (schema: JSONValue, isSet: Bool)? {
        let isSet = function.givesSet
        if case .table(let name, _) = function.result {
            let known = relations.contains { $0.name == name && $0.methods.contains("get") }
            return (known ? Self.component("schemas", Self.key(name.name)) : Self.object([("type", .string("object"))]), isSet)
        }
        if let rows = function.answeredRows(in: schema) {
            // The columns of a relation are told where it is read.
            guard rows.name.map({ schema.composites[$0] != nil }) ?? true else {
                return (Self.object([("type", .string("object"))]), isSet)
            }
            let properties = rows.columns.map { ($0.name, nullable(members(of: $0.type, isModern: true), true)) }
            return (Self.object([("type", .string("object")), ("properties", Self.object(properties))]), isSet)
        }
        switch function.result {
        case .scalar(let type), .set(let type):
            return type.type == .void ? nil : (nullable(members(of: type, isModern: true), true), isSet)
        case .row, .table: return nil
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
                let required = columns.filter(\.isRequired).map(\.column.name)
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
    func nullable(_ members: [(String, JSONValue)], _ isNullable: Bool) -> JSONValue {
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
