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
            var index = Index(key.name, key.columns.map { .init(.column($0)) })
            index.nullsNotDistinct = key.nullsNotDistinct
            try requireUnique(index, on: database)
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
        let definitions = Definitions(schema)
        let elements = try definitions.elements(of: index, table)
        let names = elements.indices.map { "c\($0)" }
        let list = zip(names, elements).map { "\($1.sql) AS \($0)" }.joined(separator: ", ")
        let filter = try index.filter.map { (e) throws(SQLError) in
            " WHERE \(try definitions.expression(e, of: table, as: ColumnType(.boolean)))"
        }
        let terms = zip(names, elements).map { $0 + ($1.type.collation.map { " COLLATE \($0)" } ?? "") }
        let present = index.nullsNotDistinct ? "" : " WHERE " + names.map { "\($0) IS NOT NULL" }.joined(separator: " AND ")
        // The first in the index's order, as PostgreSQL meets it on building.
        let doubles = try database.rows(
            "SELECT \(names.joined(separator: ", ")) FROM (SELECT \(list) FROM \(source)\(filter ?? ""))\(present) "
                + "GROUP BY \(terms.joined(separator: ", ")) HAVING count(*) > 1 "
                + "ORDER BY \(terms.map { "\($0) NULLS LAST" }.joined(separator: ", ")) LIMIT 1")
        guard let row = doubles.first else { return }
        let values = zip(row, elements).map { $0.text(as: $1.type) ?? "null" }.joined(separator: ", ")
        throw SQLError(
            "23505", "could not create unique index \"\(index.name)\"",
            details: "Key (\(Deparser(table, isPretty: true).elements(of: index).joined(separator: ", ")))=(\(values)) is duplicated.",
            constraint: index.name)
    }

    private func shown(_ row: [StoredValue], _ columns: [String]) -> String {
        zip(row, columns).map { $0.text(as: table.column($1)?.type.type ?? .text) ?? "null" }.joined(separator: ", ")
    }

    static func holdsNulls(_ column: String, _ table: Table) -> SQLError {
        SQLError("23502", "column \"\(column)\" of relation \"\(table.name.name)\" contains null values")
    }

    static func broken(_ check: String, _ table: Table) -> SQLError {
        SQLError("23514", "check constraint \"\(check)\" of relation \"\(table.name.name)\" is violated by some row", constraint: check)
    }
}
