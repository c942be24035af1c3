package import OffstageQuery
package import OffstageSQL
package import OffstageSchema

extension EmbeddedDatabase {
    package func statement(for plan: TablePlan) throws(SQLError) -> Statement {
        try SQLiteDialect(schema).statement(for: plan)
    }
}
