package import OffstageSchema
import OffstageSyntax

/// Types for clients in Python 3.11 and later: dictionaries whose keys and values a type checker knows.
package struct PythonTypes: ClientTypes {
    private let client: ClientSchema
    package private(set) var lines: [String] = []
    private var names = ClientNames(reserved: ["Json", "Literal", "NotRequired", "TypedDict", "Union"])
    private var enumerations: [QualifiedName: String] = [:]

    package init(_ schema: Schema, namespaces: [String], writability: @escaping (QualifiedName) -> Writability) {
        client = ClientSchema(schema: schema, namespaces: namespaces, writability: writability)
    }

    package mutating func write() {
        lines = [
            "from typing import Literal, NotRequired, TypedDict, Union", "",
            #"Json = Union[None, bool, int, float, str, list["Json"], dict[str, "Json"]]"#,
        ]
        for namespace in client.namespaces {
            for type in client.enumerations(namespace) {
                let name = name(namespace, type.name)
                enumerations[QualifiedName(namespace, type.name)] = name
                let labels = type.labels.map { $0.name.asLiteral }.joined(separator: ", ")
                lines.append(labels.isEmpty ? "\(name) = str" : "\(name) = Literal[\(labels)]")
            }
        }
        for namespace in client.namespaces {
            for relation in client.tables(namespace) + client.views(namespace) { add(relation, name(namespace, relation.name)) }
            for function in client.functions(namespace) {
                for overload in function.overloads { add(function.name, overload, namespace) }
            }
        }
    }

    /// The first schema's names stand alone, the others' with their schema's before them.
    private mutating func name(_ namespace: String, _ name: String) -> String {
        names.camel(namespace == client.namespaces.first ? name : "\(namespace)_\(name)", isUpper: true)
    }

    private mutating func add(_ relation: ClientSchema.Shown, _ name: String) {
        func member(_ column: Column, _ isOptional: Bool) -> (String, String, Bool) {
            (column.name, type(column.type) + (column.isNotNull ? "" : " | None"), isOptional)
        }
        add(name, relation.table.columns.map { member($0, false) })
        if let given = relation.inserted { add(names.unique(name + "Insert"), given.map { member($0.column, $0.isOptional) }) }
        if let given = relation.updated { add(names.unique(name + "Update"), given.map { member($0, true) }) }
    }

    private mutating func add(_ name: String, _ function: Function, _ namespace: String) {
        let own = self.name(namespace, name)
        if function.takesBody(.json) {
            lines.append("\(names.unique(own + "Arguments")) = Json")
        } else {
            add(
                names.unique(own + "Arguments"),
                function.parameters.compactMap { parameter in
                    parameter.name.map { ($0, type(parameter.type), parameter.defaultValue != nil) }
                })
        }
        if let columns = client.resultColumns(function) {
            let row = names.unique(own + "Row")
            add(row, columns.map { ($0.name, type($0.type) + ($0.isNotNull ? "" : " | None"), false) })
            lines.append("\(own) = \(function.givesSet ? "list[\(row)]" : "\(row) | None")")
        } else {
            switch function.result {
            case .set(let type): lines.append("\(own) = list[\(self.type(type)) | None]")
            case .scalar(let type): lines.append("\(own) = \(type.type == .void ? "None" : "\(self.type(type)) | None")")
            default: break
            }
        }
    }

    /// A dictionary; in the form of a call, which takes any key.
    private mutating func add(_ name: String, _ members: [(name: String, type: String, isOptional: Bool)]) {
        let items = members.map { "\($0.name.asLiteral): \($0.isOptional ? "NotRequired[\($0.type)]" : $0.type)" }
        lines +=
            items.isEmpty
            ? ["", "\(name) = TypedDict(\"\(name)\", {})"]
            : ["", "\(name) = TypedDict(\"\(name)\", {"] + items.map { "    \($0)," } + ["})"]
    }

    private func type(_ column: ColumnType) -> String {
        switch column.base.type {
        case .boolean: "bool"
        case .smallint, .integer, .bigint, .oid: "int"
        case .real, .double, .numeric: "float"
        case .json, .jsonb, .composite, .record: "Json"
        case .array(let element): "list[\(type(ColumnType(element))) | None]"
        case .enumeration(let type): enumerations[QualifiedName(type.schema, type.name)] ?? "str"
        case .void: "None"
        default: "str"
        }
    }
}
