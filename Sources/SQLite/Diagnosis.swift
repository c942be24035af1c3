import CSQLite
import OffstageSQL
import OffstageSchema

struct Diagnosis {
    let connection: Connection
    let schema: Schema
    let caller: Caller
    init(_ connection: Connection, _ schema: Schema, _ caller: Caller) {
        self.connection = connection
        self.schema = schema
        self.caller = caller
    }
    func error(_ fault: Fault, of statement: PreparedStatement, on table: QualifiedName, _ sequences: Sequences) -> SQLError {
        fault.error(in: connection.session)
    }
    func unresolvedKey() -> SQLError { SQLError("23503", "deferred") }
}
