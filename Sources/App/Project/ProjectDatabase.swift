package import OffstageDatabase
package import OffstagePostgres
package import OffstageSQLite
package import OffstageSchema

/// The database a project lives in.
package enum ProjectDatabase: Sendable {
    case embedded(EmbeddedDatabase)
    case postgres(PostgresDatabase)

    package var driver: any Driver {
        switch self {
        case .embedded(let database): database
        case .postgres(let database): database
        }
    }

    package var schema: Schema { driver.schema }

    package func close() {
        switch self {
        case .embedded(let database): database.close()
        case .postgres(let database): database.close()
        }
    }

    /// The embedded engine, for what only it does.
    ///
    /// - Parameter work: what is asked for, in words: `offstage export`.
    func embedded(for work: String) throws -> EmbeddedDatabase {
        guard case .embedded(let database) = self else {
            throw Stop("\(work) works on the embedded engine. This project lives in PostgreSQL: use psql, pg_dump or \\copy there.")
        }
        return database
    }
}
