package import OffstageSchema

/// Types for clients in one language, written line by line.
package protocol ClientTypes {
    /// - Parameter namespaces: the schemas whose relations and functions are written, the default first.
    init(_ schema: Schema, namespaces: [String])
    /// All of it, in order.
    var lines: [String] { get }
    mutating func write()
}

extension ClientTypes {
    /// The whole file.
    package var text: String {
        var copy = self
        copy.write()
        return copy.lines.joined(separator: "\n") + "\n"
    }
}

/// What the types for clients are made of, in one order for all languages.
struct ClientSchema {
    let schema: Schema
    let namespaces: [String]

    /// A view, or a view whose rows are stored.
    struct Shown {
        var name: String
        var columns: [(name: String, type: ColumnType)]
    }

    func tables(_ namespace: String) -> [Table] {
        schema.tables.values.filter { $0.name.schema == namespace && $0.materialized == nil }.sorted { $0.name < $1.name }
    }

    func views(_ namespace: String) -> [Shown] {
        let stored = schema.tables.values.filter { $0.name.schema == namespace && $0.materialized != nil }
            .map { Shown(name: $0.name.name, columns: $0.columns.map { ($0.name, $0.type) }) }
        let views = schema.views.values.filter { $0.name.schema == namespace }
            .map { Shown(name: $0.name.name, columns: $0.columns.map { ($0.name, $0.type) }) }
        return (stored + views).sorted { $0.name < $1.name }
    }

    /// Those that requests can call, by name.
    func functions(_ namespace: String) -> [(name: String, overloads: [Function])] {
        schema.functions.filter { $0.key.schema == namespace }.sorted { $0.key < $1.key }.compactMap { name, overloads in
            let own = overloads.filter { !$0.isTrigger }
            return own.isEmpty ? nil : (name.name, own)
        }
    }

    func enumerations(_ namespace: String) -> [Enumeration] {
        schema.enumerations.values.filter { $0.schema == namespace }.sorted { $0.name < $1.name }
    }

    func composites(_ namespace: String) -> [(name: String, fields: [(name: String, type: ColumnType)])] {
        schema.composites.values.filter { $0.name?.schema == namespace }
            .map { ($0.name?.name ?? "", $0.fields.map { ($0.name, $0.type) }) }.sorted { $0.0 < $1.0 }
    }

    /// The columns of the rows that a function gives, and whether each may be null; nil where it gives values.
    func resultColumns(_ function: Function) -> [(name: String, type: ColumnType, isNotNull: Bool)]? {
        switch function.result {
        case .scalar, .set: nil
        case .row(let columns, _): columns.map { ($0.name, $0.type, false) }
        case .table(let name, _):
            schema.tables[name]?.columns.map { ($0.name, $0.type, $0.isNotNull) }
                ?? schema.views[name]?.columns.map { ($0.name, $0.type, false) } ?? []
        }
    }

    /// A column in an insert or an update: whether it may be left out. What the database makes by itself cannot be given.
    static func given(_ table: Table) -> [(column: Column, isOptional: Bool)] {
        table.columns.filter { $0.generated == nil && $0.identity != .always }.map { ($0, !DescribedAPI.isRequired($0)) }
    }
}

/// Names of a programming language, none of them twice in one place.
struct ClientNames {
    private var taken: Set<String>

    init(reserved: Set<String> = []) { taken = reserved }

    /// `original_title` is `OriginalTitle`, or `originalTitle`. Letters and digits of any script stay; what begins with a digit gets a `_`.
    mutating func camel(_ name: String, isUpper: Bool) -> String {
        var result = ""
        for (index, word) in name.split(whereSeparator: { !$0.isLetter && !$0.isNumber }).enumerated() {
            let first = index == 0 && !isUpper ? word.prefix(1).lowercased() : word.prefix(1).uppercased()
            result += first + word.dropFirst()
        }
        return unique(result)
    }

    /// The name, or one like it where it is taken.
    mutating func unique(_ name: String) -> String {
        var base = name
        if base.first.map({ !$0.isLetter && $0 != "_" }) ?? true { base = "_" + base }
        var result = base
        var number = 2
        while !taken.insert(result).inserted {
            result = "\(base)\(number)"
            number += 1
        }
        return result
    }
}

extension String {
    /// A string of JSON, which Swift (but for `\u`), TypeScript and Python read alike.
    var asLiteral: String {
        var result = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F || scalar.value == 0x2028 || scalar.value == 0x2029:
                let code = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - code.count) + code
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
