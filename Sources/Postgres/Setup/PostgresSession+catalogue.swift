import OffstageSQL
package import OffstageSchema

extension PostgresSession {
    /// The database's schema as it is now, in one snapshot.
    ///
    /// - Parameters:
    ///   - inTransaction: one is open already, whose changes are to be seen.
    ///   - withAccess: with policies, and with who may use a schema.
    package func catalogue(inTransaction: Bool = false, withAccess: Bool = false) throws -> Schema {
        if !inTransaction { _ = try rows("begin isolation level repeatable read read only") }
        // So that every name comes with its schema.
        let path = try rows("select current_setting('search_path')").first?.first ?? "public"
        _ = try rows("select set_config('search_path', 'pg_catalog', true)")
        let schema = try Introspection { try self.rows($0) }.schema(withAccess: withAccess) { select, schema throws(SQLError) in
            try Definitions.describe(select, in: schema)
        }
        if inTransaction { _ = try rows("select set_config('search_path', $1, true)", [path]) } else { _ = try rows("commit") }
        return schema
    }
}
