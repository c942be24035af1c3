import OffstageDatabase
import OffstageSQL
import OffstageSQLite
import OffstageSchema

/// The search tables beside a table, as far as the file has them: made, filled, dropped.
struct SearchTables {
    let schema: Schema
    let table: Table

    /// Those of the table's indexes that the file does not have yet.
    func create(on database: borrowing WriteTransaction) throws(SQLError) {
        for index in table.indexes where index.isInverted {
            for search in try Definitions(schema).searchTables(index, of: table) {
                guard try !Self.exists(search.name, on: database) else { continue }
                for statement in search.creation { try database.execute(statement) }
            }
        }
    }

    /// Those of these indexes, whether they are there or not.
    func drop(_ indexes: [Index], on database: borrowing WriteTransaction) throws(SQLError) {
        for index in indexes where index.isInverted {
            for name in SearchTable.names(of: index.name, in: table.name.schema, elements: index.elements.count)
            where try Self.exists(name, on: database) {
                for statement in SearchTable.removal(of: name) { try database.execute(statement) }
            }
        }
    }

    private static func exists(_ name: String, on database: borrowing WriteTransaction) throws(SQLError) -> Bool {
        try !database.rows("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1", [.text(name)]).isEmpty
    }
}
