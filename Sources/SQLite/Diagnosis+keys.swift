import CSQLite
import OffstageSQL
import OffstageSchema
import OffstageSyntax

extension Diagnosis {
    // MARK: Unique keys

    private struct UniqueKey {
        var name: String
        var columns: [String]
        var nullsNotDistinct: Bool
        /// Holds for every row, so that looking for the values finds the rival.
        var isPlain: Bool
        /// An index over expressions, and what it is called there.
        var index: Index?
    }

    /// - Parameter old: the row that an update replaces, which is no rival of its own.
    func unique(_ table: Table, _ fault: Fault, _ row: [StoredValue]?, replacing old: [StoredValue]? = nil) throws(Fault) -> SQLError {
        let keys = uniqueKeys(table)
        var broken: UniqueKey?
        if let row {
            // PostgreSQL complains about the oldest key, SQLite about the newest.
            for key in keys where key.isPlain {
                if let old, values(of: key.columns, in: old, of: table) == values(of: key.columns, in: row, of: table) { continue }
                if try exists(table.name, key.columns, values(of: key.columns, in: row, of: table), nullsMatch: key.nullsNotDistinct) {
                    broken = key
                    break
                }
            }
        }
        let what = fault.message.split(separator: ": ", maxSplits: 1).last.map(String.init) ?? ""
        broken =
            broken
            ?? keys.first { key in
                what == key.columns.map { "\(StoredName.bare(table.name)).\(StoredName.bare(column: $0))" }.joined(separator: ", ")
                    || what == "index '\(StoredName.bare(QualifiedName(table.name.schema, key.name)))'"
            }
        guard let broken else { return SQLError("23505", "duplicate key value violates unique constraint \"\(what)\"", constraint: what) }
        let details = row.flatMap { keyText(of: broken, $0, table) }.map { "Key \($0) already exists." }
        return SQLError(
            "23505", "duplicate key value violates unique constraint \"\(broken.name)\"", details: details, constraint: broken.name)
    }

    /// In the order PostgreSQL looks at them.
    private func uniqueKeys(_ table: Table) -> [UniqueKey] {
        let constraints = (table.primaryKey.map { [$0] } ?? []) + table.uniqueKeys
        return constraints.map { UniqueKey(name: $0.name, columns: $0.columns, nullsNotDistinct: $0.nullsNotDistinct, isPlain: true) }
            + table.indexes.filter(\.isUnique).map { index in
                let columns = index.elements.compactMap { (element: CreateIndex.Element) -> String? in
                    guard case .column(let name) = element.value.kind else { return nil }
                    return name.parts.last
                }
                let isPlain = columns.count == index.elements.count && index.filter == nil
                return UniqueKey(
                    name: index.name, columns: columns.count == index.elements.count ? columns : [],
                    nullsNotDistinct: index.nullsNotDistinct, isPlain: isPlain,
                    index: columns.count == index.elements.count ? nil : index)
            }
    }

    /// The values of a broken key; nil where the caller may not know them.
    private func keyText(of key: UniqueKey, _ row: [StoredValue], _ table: Table) -> String? {
        guard !isSecured(table) else { return nil }
        guard let index = key.index else {
            guard key.columns.allSatisfy({ mayRead(table, $0) }) else { return nil }
            return keyText(key.columns, values(of: key.columns, in: row, of: table), table)
        }
        guard table.columns.allSatisfy({ mayRead(table, $0.name) }), row.count == table.columns.count else { return nil }
        do {
            let parts = try Definitions(schema).elements(of: index, table)
            let cells = table.columns.enumerated().map { "?\($0 + 1) as \(StoredName.column($1.name))" }
            let text = "select \(parts.map(\.sql).joined(separator: ", ")) from (select \(cells.joined(separator: ", ")))"
            guard let values = try connection.rows(text, row).first, values.count == parts.count else { return nil }
            let shown = zip(values, parts).map { $0.text(as: $1.type) ?? "null" }
            return "(\(Deparser(table, isPretty: true).elements(of: index).joined(separator: ", ")))=(\(shown.joined(separator: ", ")))"
        } catch {
            return nil
        }
    }

    // MARK: Foreign keys

    /// The first key in PostgreSQL's order that the rows of a statement leave unresolved. The statement's changes are in place.
    func key(_ table: Table, _ rows: Replay.Rows) throws(Fault) -> SQLError? {
        for row in rows.newRows {
            for reference in table.foreignKeys {
                let values = values(of: reference.columns, in: row, of: table)
                if values.contains(.null) { continue }
                if try !exists(reference.table, reference.referenced, values) { return missing(reference, values, from: table) }
            }
        }
        let referencing = schema.tables.values.sorted { $0.name < $1.name }.flatMap { child in
            child.foreignKeys.filter { $0.table == table.name }.map { (child, $0) }
        }
        for row in rows.oldRows {
            for (child, reference) in referencing {
                let values = values(of: reference.referenced, in: row, of: table)
                if values.contains(.null) { continue }
                if try exists(child.name, reference.columns, values), try !exists(table.name, reference.referenced, values) {
                    return stillReferenced(reference, values, from: child)
                }
            }
        }
        // A cascade reached a table whose rows were not noted.
        return try firstUnresolved(schema.tables.values.filter { !$0.foreignKeys.isEmpty && $0.name != table.name }, isRemoval: true)
    }

    /// The first key that one changed row leaves broken, of those that are not put off.
    func brokenKey(
        _ table: Table, old: [StoredValue]?, new: [StoredValue]?, unless isDeferred: (Reference) -> Bool
    ) throws(Fault) -> SQLError? {
        if let new {
            for reference in table.foreignKeys.sorted(by: { $0.name < $1.name }) where !(reference.isDeferrable && isDeferred(reference)) {
                let values = values(of: reference.columns, in: new, of: table)
                if values.contains(.null) { continue }
                if let old, self.values(of: reference.columns, in: old, of: table) == values { continue }
                if try !exists(reference.table, reference.referenced, values) { return missing(reference, values, from: table) }
            }
        }
        guard let old else { return nil }
        for child in schema.tables.values.sorted(by: { $0.name < $1.name }) {
            for reference in child.foreignKeys
            where reference.table == table.name && !(reference.isDeferrable && isDeferred(reference)) {
                let values = values(of: reference.referenced, in: old, of: table)
                if values.contains(.null) { continue }
                if let new, self.values(of: reference.referenced, in: new, of: table) == values { continue }
                if try exists(child.name, reference.columns, values), try !exists(table.name, reference.referenced, values) {
                    return stillReferenced(reference, values, from: child)
                }
            }
        }
        return nil
    }

    /// Whether two rows have different values in a key.
    func differs(_ key: Key, _ old: [StoredValue], _ new: [StoredValue], _ table: Table) -> Bool {
        values(of: key.columns, in: old, of: table) != values(of: key.columns, in: new, of: table)
    }

    /// A key that is checked late, for one row: another has the same values.
    func duplicate(_ key: Key, _ row: [StoredValue], _ table: Table) throws(Fault) -> SQLError? {
        let values = values(of: key.columns, in: row, of: table)
        if !key.nullsNotDistinct, values.contains(.null) { return nil }
        let condition = key.columns.enumerated().map { "\(StoredName.column($1)) is ?\($0 + 1)" }.joined(separator: " and ")
        let found = try connection.rows("select 1 from \(StoredName.table(table.name)) where \(condition) limit 2", values)
        guard found.count > 1 else { return nil }
        var details: String?
        if !isSecured(table), key.columns.allSatisfy({ mayRead(table, $0) }) {
            details = "Key \(keyText(key.columns, values, table)) already exists."
        }
        return SQLError(
            "23505", "duplicate key value violates unique constraint \"\(key.name)\"", details: details, constraint: key.name)
    }

    /// The error for rows that refer to nothing at the end of a job: keys that were checked late. `rows` names the suspects where they are
    /// known.
    func unresolvedKey(in table: QualifiedName? = nil, rows: [Int64] = []) -> SQLError {
        let unknown = SQLError("23503", "a foreign key constraint is violated")
        do throws(Fault) {
            if let table = table.flatMap({ schema.tables[$0] }) {
                for id in rows {
                    for reference in table.foreignKeys {
                        guard let values = try values(of: reference.columns, at: id, in: table), !values.contains(.null) else { continue }
                        if try !exists(reference.table, reference.referenced, values) { return missing(reference, values, from: table) }
                    }
                }
            }
            guard rows.isEmpty else { return unknown }
            let late = schema.tables.values.filter { $0.foreignKeys.contains { $0.isDeferrable } }
            if let found = try firstUnresolved(late, isRemoval: false) { return found }
            return try firstUnresolved(schema.tables.values.filter { !$0.foreignKeys.isEmpty }, isRemoval: false) ?? unknown
        } catch {
            return unknown
        }
    }

    /// Looks through whole tables: the last resort.
    func firstUnresolved(
        _ tables: [Table], isRemoval: Bool, by writer: QualifiedName? = nil, where isMeant: (Reference) -> Bool = { _ in true }
    ) throws(Fault) -> SQLError? {
        for table in tables.sorted(by: { $0.name < $1.name }) {
            let name = StoredName.table(table.name)
            let found = try connection.rows("pragma foreign_key_check(\(name))")
            guard !found.isEmpty else { continue }
            let list = try connection.rows("pragma foreign_key_list(\(name))")
            for row in found {
                guard row.count > 3, case .integer(let id) = row[1] else { continue }
                let columns = list.filter { $0.count > 3 && $0[0] == row[3] }
                    .sorted { first, second in
                        if case (.integer(let a), .integer(let b)) = (first[1], second[1]) { return a < b }
                        return false
                    }
                    .compactMap { (row: [StoredValue]) -> String? in
                        if case .text(let column) = row[3] { StoredName.original(column) } else { nil }
                    }
                guard let reference = table.foreignKeys.first(where: { $0.columns == columns }), isMeant(reference) else { continue }
                guard let values = try values(of: columns, at: id, in: table) else { continue }
                let isGone = isRemoval || (reference.table == writer && table.name != writer)
                return isGone ? stillReferenced(reference, values, from: table) : missing(reference, values, from: table)
            }
        }
        return nil
    }

    private func missing(_ reference: Reference, _ values: [StoredValue], from table: Table) -> SQLError {
        let mayTell = !isSecured(table) && reference.columns.allSatisfy { mayRead(table, $0) }
        let key = mayTell ? "Key \(keyText(reference.columns, values, table))" : "Key"
        return SQLError(
            "23503", "insert or update on table \"\(table.name.name)\" violates foreign key constraint \"\(reference.name)\"",
            details: "\(key) is not present in table \"\(reference.table.name)\".", constraint: reference.name)
    }

    private func stillReferenced(_ reference: Reference, _ values: [StoredValue], from child: Table) -> SQLError {
        var key = "Key"
        if let parent = schema.tables[reference.table], !isSecured(parent), reference.referenced.allSatisfy({ mayRead(parent, $0) }) {
            key = "Key \(keyText(reference.referenced, values, parent))"
        }
        return SQLError(
            "23503",
            "update or delete on table \"\(reference.table.name)\" violates foreign key constraint \"\(reference.name)\" "
                + "on table \"\(child.name.name)\"",
            details: "\(key) is still referenced from table \"\(child.name.name)\".", constraint: reference.name)
    }

    // MARK: Values

    /// `(a, b)=(1, x)`
    private func keyText(_ columns: [String], _ values: [StoredValue], _ table: Table) -> String {
        let texts = zip(columns, values).map { $1.text(as: table.column($0)?.type.type ?? .text) ?? "null" }
        return "(\(columns.map(quotedIdentifier).joined(separator: ", ")))=(\(texts.joined(separator: ", ")))"
    }

    private func values(of columns: [String], in row: [StoredValue], of table: Table) -> [StoredValue] {
        columns.map { name in
            guard let index = table.columns.firstIndex(where: { $0.name == name }), row.indices.contains(index) else { return .null }
            return row[index]
        }
    }

    private func values(of columns: [String], at id: Int64, in table: Table) throws(Fault) -> [StoredValue]? {
        let list = columns.map { StoredName.column($0) }.joined(separator: ", ")
        return try connection.rows("select \(list) from \(StoredName.table(table.name)) where rowid = ?1", [.integer(id)]).first
    }

    private func exists(_ table: QualifiedName, _ columns: [String], _ values: [StoredValue], nullsMatch: Bool = false) throws(Fault)
        -> Bool
    {
        if !nullsMatch, values.contains(.null) { return false }
        let condition = columns.enumerated().map { "\(StoredName.column($1)) is ?\($0 + 1)" }.joined(separator: " and ")
        return try !connection.rows("select 1 from \(StoredName.table(table)) where \(condition) limit 1", values).isEmpty
    }
}
