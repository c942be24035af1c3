package import OffstageSchema
import OffstageSyntax

/// Types for clients in Swift: what `JSONDecoder` reads of an answer and `JSONEncoder` writes for a body, with nothing but Foundation.
///
/// Each table has a `Row`, an `Insert` and an `Update`. What may be left out of the last two is optional, and left out where it is nil.
/// Moments are text, since the server tells more of them than a `Date` holds.
package struct SwiftTypes: ClientTypes {
    private let client: ClientSchema
    package private(set) var lines: [String] = []
    /// The enumerations' names, by their schema's and their own.
    private var enumerations: [QualifiedName: String] = [:]

    package init(_ schema: Schema, namespaces: [String], writability: @escaping (QualifiedName) -> Writability) {
        client = ClientSchema(schema: schema, namespaces: namespaces, writability: writability)
    }

    package mutating func write() {
        var schemas = ClientNames(reserved: ["JSON"])
        let names = client.namespaces.map { schemas.camel($0 + "_schema", isUpper: true) }
        // The enumerations come first: a column of one schema may be of another's.
        var inside: [ClientNames] = []
        for (namespace, name) in zip(client.namespaces, names) {
            var taken = ClientNames(reserved: Set(Self.types + names))
            for type in client.enumerations(namespace) {
                enumerations[QualifiedName(namespace, type.name)] = "\(name).\(taken.camel(type.name, isUpper: true))"
            }
            inside.append(taken)
        }
        lines = Self.preamble
        for (index, namespace) in client.namespaces.enumerated() {
            lines += ["", "public enum \(names[index]) {"]
            for type in client.enumerations(namespace) { add(enumeration(type, QualifiedName(namespace, type.name))) }
            for shown in client.tables(namespace) + client.views(namespace) { add(relation(shown, &inside[index])) }
            for function in client.functions(namespace) {
                for overload in function.overloads { add(self.function(function.name, overload, &inside[index])) }
            }
            lines.append("}")
        }
    }

    private mutating func add(_ item: [String]) {
        if lines.last?.hasSuffix("{") == false { lines.append("") }
        lines += item.map { $0.isEmpty ? "" : "    " + $0 }
    }

    private func enumeration(_ type: Enumeration, _ name: QualifiedName) -> [String] {
        var cases = ClientNames()
        let own = enumerations[name].flatMap { $0.split(separator: ".").last.map(String.init) } ?? ""
        let labels = type.labels.map { "    case \(Self.escaped(cases.camel($0.name, isUpper: false))) = \(Self.literal($0.name))" }
        // An enumeration of raw values has one at least.
        return labels.isEmpty
            ? ["public typealias \(own) = String"]
            : ["public enum \(own): String, Codable, Hashable, Sendable, CaseIterable {"] + labels + ["}"]
    }

    private func relation(_ relation: ClientSchema.Shown, _ names: inout ClientNames) -> [String] {
        func member(_ column: Column, _ isOptional: Bool) -> (String, String) { (column.name, type(column.type) + (isOptional ? "?" : "")) }
        var lines = [
            "public enum \(names.camel(relation.name, isUpper: true)) {", "    public static let name = \(Self.literal(relation.name))",
        ]
        lines += structure("Row", relation.table.columns.map { member($0, !$0.isNotNull) })
        if let given = relation.inserted { lines += structure("Insert", given.map { member($0.column, $0.isOptional) }) }
        if let given = relation.updated { lines += structure("Update", given.map { member($0, true) }) }
        return lines + ["}"]
    }

    private func function(_ name: String, _ function: Function, _ names: inout ClientNames) -> [String] {
        let arguments = function.parameters.compactMap { parameter in
            parameter.name.map { ($0, type(parameter.type) + (parameter.defaultValue == nil ? "" : "?")) }
        }
        var lines = ["public enum \(names.camel(name, isUpper: true)) {", "    public static let name = \(Self.literal(name))"]
        lines += function.takesBody(.json) ? ["    public typealias Arguments = JSON"] : structure("Arguments", arguments)
        if let columns = client.resultColumns(function) {
            lines += structure("Row", columns.map { ($0.name, type($0.type) + ($0.isNotNull ? "" : "?")) })
            lines.append("    public typealias Returns = \(function.givesSet ? "[Row]" : "Row?")")
        } else {
            let value =
                switch function.result {
                case .set(let type): "[\(self.type(type))?]"
                case .scalar(let type): type.type == .void ? "Void" : self.type(type) + "?"
                default: "Void"
                }
            lines.append("    public typealias Returns = \(value)")
        }
        return lines + ["}"]
    }

    /// A structure of constants whose names are Swift's and whose keys are the database's.
    private func structure(_ name: String, _ members: [(name: String, type: String)]) -> [String] {
        guard !members.isEmpty else {
            return ["    public struct \(name): Codable, Hashable, Sendable {", "        public init() {}", "    }"]
        }
        var names = ClientNames()
        let own = members.map { Self.escaped(names.camel($0.name, isUpper: false)) }
        var lines = ["    public struct \(name): Codable, Hashable, Sendable {"]
        for (name, member) in zip(own, members) { lines.append("        public var \(name): \(member.type)") }
        lines += ["", "        public enum CodingKeys: String, CodingKey {"]
        for (name, member) in zip(own, members) { lines.append("            case \(name) = \(Self.literal(member.name))") }
        lines += ["        }", ""]
        let parameters = zip(own, members).map { "\($0): \($1.type)\($1.type.hasSuffix("?") ? " = nil" : "")" }
        lines.append("        public init(\(parameters.joined(separator: ", "))) {")
        lines += own.map { "            self.\($0) = \($0)" }
        return lines + ["        }", "    }"]
    }

    // MARK: Words

    private func type(_ column: ColumnType) -> String {
        switch column.base.type {
        case .boolean: "Bool"
        case .smallint: "Int16"
        case .integer: "Int32"
        case .bigint, .oid: "Int64"
        case .real: "Float"
        case .double: "Double"
        case .numeric: "Decimal"
        case .uuid: "UUID"
        case .json, .jsonb, .composite, .record: "JSON"
        case .array(let element): "[\(type(ColumnType(element)))?]"
        case .enumeration(let type): enumerations[QualifiedName(type.schema, type.name)] ?? "String"
        default: "String"
        }
    }

    private static let types = [
        "Bool", "Int16", "Int32", "Int64", "Float", "Double", "Decimal", "UUID", "JSON", "String", "Void", "Type", "Self",
    ]

    private static func literal(_ text: String) -> String {
        // Swift writes a character by its number with braces.
        text.asLiteral.replacing(#/\\u([0-9a-f]{4})/#) { "\\u{\($0.output.1)}" }
    }

    private static func escaped(_ name: String) -> String { keywords.contains(name) ? "`\(name)`" : name }

    private static let keywords: Set<String> = [
        "as", "associatedtype", "break", "case", "catch", "class", "continue", "default", "defer", "deinit", "do", "else", "enum",
        "extension",
        "fallthrough", "false", "fileprivate", "for", "func", "guard", "if", "import", "in", "init", "inout", "internal", "is", "let",
        "nil",
        "operator", "precedencegroup", "private", "protocol", "public", "repeat", "rethrows", "return", "self", "static", "struct",
        "subscript",
        "super", "switch", "throw", "throws", "true", "try", "typealias", "var", "where", "while",
    ]

    private static let preamble = """
        import Foundation

        /// Any JSON.
        public indirect enum JSON: Codable, Hashable, Sendable {
            case null, bool(Bool), number(Double), string(String), array([JSON]), object([String: JSON])

            public init(from decoder: any Decoder) throws {
                let value = try decoder.singleValueContainer()
                if value.decodeNil() {
                    self = .null
                } else if let bool = try? value.decode(Bool.self) {
                    self = .bool(bool)
                } else if let number = try? value.decode(Double.self) {
                    self = .number(number)
                } else if let string = try? value.decode(String.self) {
                    self = .string(string)
                } else if let array = try? value.decode([JSON].self) {
                    self = .array(array)
                } else {
                    self = .object(try value.decode([String: JSON].self))
                }
            }

            public func encode(to encoder: any Encoder) throws {
                var value = encoder.singleValueContainer()
                switch self {
                case .null: try value.encodeNil()
                case .bool(let bool): try value.encode(bool)
                case .number(let number): try value.encode(number)
                case .string(let string): try value.encode(string)
                case .array(let array): try value.encode(array)
                case .object(let object): try value.encode(object)
                }
            }
        }
        """.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
}

extension Function {
    /// It gives any number of rows.
    var givesSet: Bool {
        switch result {
        case .scalar: false
        case .set: true
        case .row(_, let isSet), .table(_, let isSet): isSet
        }
    }
}
