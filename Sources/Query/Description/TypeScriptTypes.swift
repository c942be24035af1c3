package import OffstageSchema
import OffstageSyntax

/// Types for TypeScript clients, in the shape that supabase-js takes: `createClient<Database>(url, key)`.
///
/// Each table has what a read gives (`Row`), what an insert takes and what an update takes; columns that may be left out are optional.
package struct TypeScriptTypes: ClientTypes {
    private let client: ClientSchema
    package private(set) var lines: [String] = []

    package init(_ schema: Schema, namespaces: [String], writability: @escaping (QualifiedName) -> Writability) {
        client = ClientSchema(schema: schema, namespaces: namespaces, writability: writability)
    }

    package mutating func write() {
        lines = [
            "export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[]", "",
            "export type Database = {",
        ]
        for namespace in client.namespaces {
            lines.append("  \(Self.key(namespace)): {")
            section("Tables", client.tables(namespace).map(relation))
            section("Views", client.views(namespace).map(relation))
            section("Functions", functions(namespace))
            section("Enums", client.enumerations(namespace).map { ["\(Self.key($0.name)): \(Self.union($0))"] })
            section(
                "CompositeTypes",
                client.composites(namespace).map { composite in
                    ["\(Self.key(composite.name)): {"] + composite.fields.map { "  \(Self.key($0.name)): \(type($0.type)) | null" } + ["}"]
                })
            lines.append("  }")
        }
        lines.append("}")
    }

    private mutating func section(_ name: String, _ items: [[String]]) {
        if items.isEmpty { return lines.append("    \(name): { [_ in never]: never }") }
        lines.append("    \(name): {")
        for item in items { lines += item.map { "      " + $0 } }
        lines.append("    }")
    }

    /// What takes no insert or update at all has no such type, as a client expects of a view that is only read; where it takes the one, the
    /// other is `never`.
    private func relation(_ relation: ClientSchema.Shown) -> [String] {
        let table = relation.table
        func members(_ column: Column, optional: Bool) -> String {
            "    \(Self.key(column.name))\(optional ? "?" : ""): \(type(column.type))\(column.isNotNull ? "" : " | null")"
        }
        // Keys that the database makes are named as what cannot be given.
        let made = table.columns.filter { $0.identity == .always }.map { "    \(Self.key($0.name))?: never" }
        func section(_ name: String, _ given: [String]?) -> [String] {
            given.map { ["  \(name): {"] + made + $0 + ["  }"] } ?? ["  \(name): never"]
        }
        var result = ["\(Self.key(table.name.name)): {", "  Row: {"]
        result += table.columns.map { members($0, optional: false) } + ["  }"]
        if relation.inserted != nil || relation.updated != nil {
            result += section("Insert", relation.inserted?.map { members($0.column, optional: $0.isOptional) })
            result += section("Update", relation.updated?.map { members($0, optional: true) })
        }
        if table.foreignKeys.isEmpty { return result + ["  Relationships: []", "}"] }
        result.append("  Relationships: [")
        for key in table.foreignKeys.sorted(by: { $0.name < $1.name }) {
            let isOne =
                table.primaryKey.map { Set($0.columns) == Set(key.columns) } ?? false
                || table.uniqueKeys.contains { Set($0.columns) == Set(key.columns) }
            result += [
                "    {", "      foreignKeyName: \(Self.literal(key.name))",
                "      columns: [\(key.columns.map(Self.literal).joined(separator: ", "))]",
                "      isOneToOne: \(isOne)", "      referencedRelation: \(Self.literal(key.table.name))",
                "      referencedColumns: [\(key.referenced.map(Self.literal).joined(separator: ", "))]", "    },",
            ]
        }
        return result + ["  ]", "}"]
    }

    private func functions(_ namespace: String) -> [[String]] {
        client.functions(namespace).map { name, own in
            let forms = own.map { function in
                let named = function.parameters.filter { $0.name != nil }
                let arguments = named.map { "\(Self.key($0.name ?? ""))\($0.defaultValue == nil ? "" : "?"): \(type($0.type))" }
                let given = arguments.isEmpty ? "never" : "{ \(arguments.joined(separator: "; ")) }"
                return "{ Args: \(function.takesBody(.json) ? "Json" : given); Returns: \(result(function)) }"
            }
            return ["\(Self.key(name)): \(forms.joined(separator: " | "))"]
        }
    }

    private func result(_ function: Function) -> String {
        func row(_ columns: [View.Column]) -> String {
            "{ \(columns.map { "\(Self.key($0.name)): \(type($0.type))" }.joined(separator: "; ")) }"
        }
        switch function.result {
        case .scalar, .set:
            if let columns = client.resultColumns(function) {
                return row(columns.map { View.Column($0.name, $0.type) }) + (function.givesSet ? "[]" : "")
            }
        default: break
        }
        switch function.result {
        case .scalar(let type): return type.type == .void ? "undefined" : self.type(type)
        case .set(let type): return "\(self.type(type))[]"
        case .row(let columns, let isSet): return row(columns) + (isSet ? "[]" : "")
        case .table(_, let isSet):
            let members = (client.resultColumns(function) ?? []).map {
                "\(Self.key($0.name)): \(type($0.type))\($0.isNotNull ? "" : " | null")"
            }
            return "{ \(members.joined(separator: "; ")) }" + (isSet ? "[]" : "")
        }
    }

    // MARK: Words

    private func type(_ column: ColumnType) -> String {
        switch column.base.type {
        case .boolean: return "boolean"
        case .smallint, .integer, .bigint, .real, .double, .numeric, .oid: return "number"
        case .json, .jsonb: return "Json"
        case .array(let element):
            return "(\(type(ColumnType(element))))[]".replacing("(string)[]", with: "string[]").replacing("(number)[]", with: "number[]")
        case .enumeration(let type):
            return client.namespaces.contains(type.schema)
                ? "Database[\(Self.literal(type.schema))][\"Enums\"][\(Self.literal(type.name))]" : Self.union(type)
        case .composite(let row):
            guard let name = row.name, client.namespaces.contains(name.schema) else { return "Json" }
            let schema = "Database[\(Self.literal(name.schema))]"
            if client.schema.composites[name] != nil { return "\(schema)[\"CompositeTypes\"][\(Self.literal(name.name))]" }
            return client.schema.tables[name]?.materialized == nil && client.schema.tables[name] != nil
                ? "\(schema)[\"Tables\"][\(Self.literal(name.name))][\"Row\"]" : "Json"
        case .record: return "Json"
        case .void: return "undefined"
        default: return "string"
        }
    }

    private static func union(_ type: Enumeration) -> String {
        type.labels.isEmpty ? "never" : type.labels.map { literal($0.name) }.joined(separator: " | ")
    }

    private static func literal(_ text: String) -> String { text.asLiteral }

    /// A member's name: bare where it is a word.
    private static func key(_ name: String) -> String {
        let isWord =
            !name.isEmpty
            && name.unicodeScalars.enumerated().allSatisfy { index, scalar in
                switch scalar {
                case "a"..."z", "A"..."Z", "_", "$": true
                case "0"..."9": index > 0
                default: false
                }
            }
        return isWord ? name : literal(name)
    }
}
