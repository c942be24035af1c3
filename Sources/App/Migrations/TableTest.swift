import OffstageSQL
import OffstageSQLite
import OffstageSchema
import OffstageSyntax

/// Do the rows a table holds keep the rules it is to have? The errors are those PostgreSQL gives on `alter table`.
struct TableTest {
    private let table: Table
    private let schema: Schema
    /// Where the rows are: the table's stored name, quoted.
    private let source: String

    init(_ table: Table, in schema: Schema, as source: String) {
        self.table = table
        self.schema = schema
        self.source = source
    }

    /// Tests every rule that `old` does not have.
    func require(comparedWith old: Table, renamed: (String) -> String, on database: borrowing WriteTransaction) throws(SQLError) {
        for column in table.columns where column.isNotNull {
            if old.columns.contains(where: { renamed($0.name) == column.name && $0.isNotNull }) { continue }
            // `IS NULL` would be taken for false where the column is declared NOT NULL by now.
            let nulls = try database.rows("SELECT 1 FROM \(source) WHERE typeof(\(StoredName.column(column.name))) = 'null' LIMIT 1")
            guard nulls.isEmpty else { throw Self.holdsNulls(column.name, table) }
        }
        for check in table.checks.sorted(by: { $0.name < $1.name }) where !check.isNotValid {
            if let before = old.checks.first(where: { $0.name == check.name }), !before.isNotValid { continue }
            let condition = try Definitions(schema).expression(check.condition, of: table, as: ColumnType(.boolean))
            guard try database.rows("SELECT 1 FROM \(source) WHERE NOT (\(condition)) LIMIT 1").isEmpty else {
                throw Self.broken(check.name, table)
            }
        }
        for key in [table.primaryKey].compactMap({ $0 }) + table.uniqueKeys where !old.hasConstraint(key.name) {
            try requireUnique(key.columns.map { StoredName.column($0) }, names: key.columns, filter: nil, name: key.name, on: database)
        }
        try requireKeys(
            where: { key in
                if key.isNotValid { return false }
                if let before = old.foreignKeys.first(where: { $0.name == key.name }) { return before.isNotValid }
                return !old.hasConstraint(key.name)
            }, on: database)
    }

    func requireKeys(where isWanted: (Reference) -> Bool, on database: borrowing WriteTransaction) throws(SQLError) {
        for key in table.foreignKeys where isWanted(key) {
            let columns = key.columns.map { "c.\(StoredName.column($0))" }
            let present = columns.map { "\($0) IS NOT NULL" }.joined(separator: " AND ")
            let match = zip(columns, key.referenced).map { "p.\(StoredName.column($1)) = \($0)" }.joined(separator: " AND ")
            // A key to the table itself is looked for among the rows at hand.
            let parent = key.table == table.name ? source : StoredName.table(key.table)
            let orphans = try database.rows(
                "SELECT \(columns.joined(separator: ", ")) FROM \(source) AS c "
                    + "WHERE \(present) AND NOT EXISTS (SELECT 1 FROM \(parent) AS p WHERE \(match)) LIMIT 1")
            guard let row = orphans.first else { continue }
            throw SQLError(
                "23503", "insert or update on table \"\(table.name.name)\" violates foreign key constraint \"\(key.name)\"",
                details:
                    "Key (\(key.columns.joined(separator: ", ")))=(\(shown(row, key.columns))) is not present in table \"\(key.table.name)\".",
                constraint: key.name)
        }
    }

    func requireUnique(_ index: Index, on database: borrowing WriteTransaction) throws(SQLError) {
        var terms: [String] = []
        var names: [String] = []
        for element in index.elements {
            if case .column(let name) = element.value.kind {
                terms.append(StoredName.column(name.last))
                names.append(name.last)
            } else {
                // Expressions are left to SQLite's own test, which says less.
                return try requireUniqueExpressions(index, on: database)
            }
        }
        let filter = try index.filter.map { (e) throws(SQLError) in
            try Definitions(schema).expression(e, of: table, as: ColumnType(.boolean))
        }
        try requireUnique(terms, names: names, filter: filter, name: index.name, on: database)
    }

    private func requireUniqueExpressions(_ index: Index, on database: borrowing WriteTransaction) throws(SQLError) {
        do throws(SQLError) {
            try database.execute(try Definitions(schema).index(index.name, on: table.name))
        } catch {
            guard error.code == "XX000", error.message.hasPrefix("UNIQUE") else { throw error }
            throw SQLError("23505", "could not create unique index \"\(index.name)\"", constraint: index.name)
        }
        try database.execute("DROP INDEX \(StoredName.index(index.name, in: table.name.schema))")
    }

    private func requireUnique(
        _ terms: [String], names: [String], filter: String?, name: String, on database: borrowing WriteTransaction
    ) throws(SQLError) {
        let conditions = terms.map { "\($0) IS NOT NULL" } + (filter.map { ["(\($0))"] } ?? [])
        let list = terms.joined(separator: ", ")
        let doubles = try database.rows(
            "SELECT \(list) FROM \(source) WHERE \(conditions.joined(separator: " AND ")) GROUP BY \(list) HAVING count(*) > 1 LIMIT 1")
        guard let row = doubles.first else { return }
        throw SQLError(
            "23505", "could not create unique index \"\(name)\"",
            details: "Key (\(names.joined(separator: ", ")))=(\(shown(row, names))) is duplicated.", constraint: name)
    }

    private func shown(_ row: [StoredValue], _ columns: [String]) -> String {
        zip(row, columns).map { value, name in
            let type = table.column(name)?.type.type ?? .text
            return value == .null ? "null" : value.withCell { type.text(of: $0) }
        }.joined(separator: ", ")
    }

    static func holdsNulls(_ column: String, _ table: Table) -> SQLError {
        SQLError("23502", "column \"\(column)\" of relation \"\(table.name.name)\" contains null values")
    }

    static func broken(_ check: String, _ table: Table) -> SQLError {
        SQLError("23514", "check constraint \"\(check)\" of relation \"\(table.name.name)\" is violated by some row", constraint: check)
    }
}
