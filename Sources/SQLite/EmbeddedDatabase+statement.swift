package import OffstageQuery
package import OffstageSQL
package import OffstageSchema

extension EmbeddedDatabase {
    package func statement(for plan: TablePlan) throws(SQLError) -> Statement {
        try SQLiteDialect(schema).statement(for: plan)
    }
}

extension SQLError {
    /// A statement that was made for PostgreSQL came here.
    static let ofAnotherEngine = SQLError("XX000", "this statement is not for the embedded engine")
}
