import OffstageSyntax

/// What the functions over the catalogue look up, by an object's number.
extension SystemCatalogue {
    package typealias Map = [String: StoredValue]

    private func map(_ items: [(Int64, StoredValue)]) -> Map {
        Dictionary(items.map { (String($0.0), $0.1) }, uniquingKeysWith: { first, _ in first })
    }

    package func number(ofNamespace name: String) -> Int64 { number(.namespace(name)) }

    package func shownName(_ name: QualifiedName) -> String { name.schema == "pg_catalog" ? name.name : shown(name) }

    package func wholeName(_ name: QualifiedName) -> String { whole(name) }

    package var constraintDefinitions: Map {
        map(
            tables.flatMap { table in
                table.keys.map { (number(.constraint(table.name, $0.name)), cell(definition($0, isPrimary: $0 == table.primaryKey))) }
                    + table.foreignKeys.map { (number(.constraint(table.name, $0.name)), cell(definition($0))) }
                    + table.checks.map { (number(.constraint(table.name, $0.name)), cell(definition($0, of: table))) }
            })
    }

    package var indexDefinitions: Map {
        map(
            tables.flatMap { table in
                table.keys.map {
                    (number(.relation(QualifiedName(table.name.schema, $0.name))), cell(indexDefinition($0, of: table)))
                }
                    + table.indexes.map {
                        (number(.relation(QualifiedName(table.name.schema, $0.name))), cell(indexDefinition($0, of: table)))
                    }
            })
    }

    package var viewDefinitions: Map {
        map(
            views.map { (number(.relation($0.name)), cell(definition($0.select))) }
                + tables.compactMap { table in table.materialized.map { (number(.relation(table.name)), cell(definition($0.select))) } })
    }

    package var functionDefinitions: Map {
        map(
            functions.map { function in
                var create = CreateFunction(function)
                create.orReplace = true
                return (number(.function(function.signature)), cell(Statement(.createFunction(create)).sql))
            })
    }

    package var functionArguments: Map {
        map(
            functions.map { function in
                let list = function.parameters.map { parameter in
                    (parameter.isVariadic ? "VARIADIC " : "") + (parameter.name.map { quotedIdentifier($0) + " " } ?? "")
                        + parameter.type.type.name
                        + (parameter.defaultValue.map { " DEFAULT \(Deparser().text($0, as: parameter.type))" } ?? "")
                }
                return (number(.function(function.signature)), cell(list.joined(separator: ", ")))
            })
    }

    package var functionResults: Map {
        map(
            functions.map { function in
                let text: String =
                    switch function.result {
                    case .scalar(let type): type.type.name
                    case .set(let type): "SETOF \(type.type.name)"
                    case .row(let columns, let isSet):
                        isSet
                            ? "TABLE(\(columns.map { "\(quotedIdentifier($0.name)) \($0.type.type.name)" }.joined(separator: ", ")))"
                            : "record"
                    case .table(let name, let isSet): (isSet ? "SETOF " : "") + shown(name)
                    }
                return (number(.function(function.signature)), cell(text))
            })
    }

    package var objectRemarks: Map { map(comments.filter { $0.column == 0 }.map { ($0.object, cell($0.text)) }) }

    package var columnRemarks: Map {
        Dictionary(
            comments.filter { $0.column > 0 }.map { ("\($0.object) \($0.column)", cell($0.text)) }, uniquingKeysWith: { first, _ in first })
    }

    package var roleNames: Map { map(roles.map { (number(.role($0.name)), cell($0.name)) }) }

    package var namespaceNames: Map {
        map((schema.namespaces + ["pg_catalog", "information_schema"]).map { (number(.namespace($0)), cell(quotedIdentifier($0))) })
    }

    /// Every relation, indexes among them.
    private var relations: [QualifiedName] {
        tables.flatMap { table in [table.name] + table.indexNames.map { QualifiedName(table.name.schema, $0) } }
            + views.map(\.name) + sequences.map(\.name)
    }

    package var relationNames: Map { map(relations.map { (number(.relation($0)), cell(shown($0))) }) }

    package var visibleRelations: Map {
        map(relations.map { (number(.relation($0)), cell(Schema.searchPath.contains($0.schema))) })
    }

    package var visibleTypes: Map {
        map(
            Self.typeNumbers.map { ($0.value, cell(true)) }
                + schema.enumerations.keys.map { (number(.type($0)), cell(Schema.searchPath.contains($0.schema))) })
    }

    package var visibleFunctions: Map {
        map(functions.map { (number(.function($0.signature)), cell(Schema.searchPath.contains($0.name.schema))) })
    }

    package var typeNames: Map {
        var items: [(Int64, StoredValue)] = Self.typeNumbers.map { name, number in
            let isArray = name.hasPrefix("_")
            let element = isArray ? String(name.dropFirst()) : name
            return (number, cell((Schema.systemTypes[element]?.name ?? element) + (isArray ? "[]" : "")))
        }
        for name in schema.enumerations.keys {
            items.append((number(.type(name)), cell(shown(name))))
            items.append((number(.type(name)) + 1_000_000, cell(shown(name) + "[]")))
        }
        for name in Array(schema.tables.keys) + Array(schema.views.keys) { items.append((number(.type(name)), cell(shown(name)))) }
        return map(items)
    }

    // MARK: Privileges

    package struct Asked: Sendable {
        package var name: String
        package var grants: Bool

        package init(name: String, grants: Bool) {
            self.name = name
            self.grants = grants
        }
    }

    package func isSuperuser(_ role: String) -> Bool {
        schema.memberships(of: role).contains { schema.roles[$0]?.isSuperuser == true }
    }

    package func may(_ role: String, _ asked: [Asked], onSchema name: String) -> Bool {
        asked.contains { ask in
            if isSuperuser(role) { return true }
            return ask.name == "usage" && !ask.grants
                && (name == "pg_catalog" || name == "information_schema" || schema.allowsUsage(role, ofSchema: name))
        }
    }

    package func schemaPrivileges(_ role: String, _ asked: [Asked]) -> Map {
        map(schema.namespaces.map { (number(.namespace($0)), cell(may(role, asked, onSchema: $0))) })
    }

    package func may(_ role: String, _ asked: [Asked], on name: QualifiedName, column: String?, anyColumn: Bool) -> Bool {
        asked.contains { ask in
            guard let privilege = Privilege(rawValue: ask.name) else { return false }
            if isSuperuser(role) || schema.memberships(of: role).contains(owner(name)) { return true }
            guard !ask.grants else { return false }
            if schema.allows(role, privilege, on: name) { return true }
            if let column { return schema.allows(role, privilege, column: column, of: name) }
            return anyColumn && columnNames(of: name).contains { schema.allows(role, privilege, column: $0, of: name) }
        }
    }

    private func columnNames(of name: QualifiedName) -> [String] {
        schema.tables[name]?.columns.map(\.name) ?? schema.views[name]?.columns.map(\.name) ?? []
    }

    package func relationPrivileges(_ role: String, _ asked: [Asked], column: String?, anyColumn: Bool) -> Map {
        map(relations.map { (number(.relation($0)), cell(may(role, asked, on: $0, column: column, anyColumn: anyColumn))) })
    }

    package func functionPrivileges(_ role: String) -> Map {
        map(functions.map { (number(.function($0.signature)), cell(schema.allows(role, .execute, on: $0.signature))) })
    }
}

extension SystemRelation {
    /// A JSON object of values by key.
    package static func json(_ map: [String: StoredValue]) -> String {
        var text = "{"
        for (i, (key, value)) in map.sorted(by: { $0.key < $1.key }).enumerated() {
            if i > 0 { text += "," }
            write(.text(key), to: &text)
            text += ":"
            write(value, to: &text)
        }
        return text + "}"
    }
}
