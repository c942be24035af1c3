import OffstageDatabase
import OffstagePostgres
import OffstageSQLite
import OffstageSchema

extension Project {
    /// The schema with all that says who may do what, also where that is for the database to decide: for those who tell of it.
    func access() async throws -> Schema {
        let exposed = settings.api.schemas
        switch database {
        case .embedded(let database): return database.schema
        case .postgres(let database): return try await database.session { session in try session.access(exposing: exposed) }
        }
    }
}

extension PostgresSession {
    /// The catalogue with its policies, to be judged as on the embedded engine.
    func access(exposing exposed: [String], inTransaction: Bool = false) throws -> Schema {
        var schema = try catalogue(inTransaction: inTransaction, withAccess: true)
        schema.authority = .own
        schema.exposed = Set(exposed)
        return schema
    }
}
