package import OffstageSchema

/// Types for clients in one language, written line by line.
package protocol ClientTypes {
    /// - Parameters:
    ///   - namespaces: the schemas whose relations and functions are written, the default first.
    ///   - writability: what can be written to a relation.
    init(_ schema: Schema, namespaces: [String], writability: @escaping (QualifiedName) -> Writability)
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
    let writability: (QualifiedName) -> Writability

    /// What is read of a relation, and what can be given to it.
    struct Shown {
        /// A view's columns may all be null.
        var table: Table
        /// Nil where nothing can be inserted, or updated. What the database makes by itself is not among them.
        var inserted: [(column: Column, isOptional: Bool)]?
        var updated: [Column]?

        var name: String { table.name.name }
    }

    func tables(_ namespace: String) -> [Shown] {
        schema.tables.values.filter { $0.name.schema == namespace && $0.materialized == nil }.sorted { $0.name < $1.name }.map(shown)
    }

    /// Views, and views whose rows are stored.
    func views(_ namespace: String) -> [Shown] {
        let stored = schema.tables.values.filter { $0.name.schema == namespace && $0.materialized != nil }
            .map { Table($0.name, columns: $0.columns.map { Column($0.name, $0.type) }) }
        let views = schema.views.values.filter { $0.name.schema == namespace }
            .map { Table($0.name, columns: $0.columns.map { Column($0.name, $0.type) }) }
        return (stored + views).sorted { $0.name < $1.name }.map(shown)
    }

    private func shown(_ table: Table) -> Shown {
        let writes = writability(table.name)
        let inserted = writes.inserted.map { names in
            table.columns.filter { names.contains($0.name) }.map { ($0, !$0.isRequired) }
        }
        return Shown(
            table: table, inserted: inserted, updated: writes.updated.map { names in table.columns.filter { names.contains($0.name) } })
    }

    /// Those that requests can call, by name.
    func functions(_ namespace: String) -> [(name: String, overloads: [Function])] {
        schema.functions.filter { $0.key.schema == namespace }.sorted { $0.key < $1.key }.compactMap { name, overloads in
            let own = overloads.filter(\.isCalled)
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
        case .scalar, .set:
            // A composite type has a name of its own in every language.
            function.answeredRows(in: schema).flatMap { rows in rows.name == nil ? rows.columns.map { ($0.name, $0.type, false) } : nil }
        case .row(let columns, _): columns.map { ($0.name, $0.type, false) }
        case .table(let name, _):
            schema.tables[name]?.columns.map { ($0.name, $0.type, $0.isNotNull) }
                ?? schema.views[name]?.columns.map { ($0.name, $0.type, false) } ?? []
        }
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
