import OffstageDatabase
import OffstageSQL
package import OffstageSchema

extension PostgresDatabase {
    /// Gives `body` a connection whose transaction is the caller's, and commits; whatever is thrown undoes all of it.
    ///
    /// - Parameters:
    ///   - isOwner: the rights are the login user's, the claims still the caller's.
    ///   - limit: what the whole may take, waiting for a connection included.
    /// - Throws: what `body` throws; 08007 where it cannot be known whether the end was kept.
    package func transaction<Value: Sendable>(
        as caller: Caller, isOwner: Bool, isReadOnly: Bool, within limit: Duration, now: Int64,
        _ body: @escaping @Sendable (PostgresSession) throws -> Value
    ) async throws -> Value {
        let deadline = MonotonicClock.deadline(after: limit)
        let prelude = try RemoteStep.prelude(Inputs(caller: caller, now: now), options, deadline)
        let result: Result<Value, any Error> = try await pool.perform(deadline: deadline, isWrite: !isReadOnly) {
            [options] connection throws(SQLError) in
            let script = RemoteScript(connection: connection, options: options, deadline: deadline)
            return try Result {
                try script.transaction {
                    var commands = [prelude]
                    if isReadOnly { commands.insert(PostgresConnection.Command(text: "set transaction read only"), at: 0) }
                    if isOwner { commands.append(PostgresConnection.Command(text: "select set_config('role', 'none', true)")) }
                    try script.run(commands)
                    return try body(PostgresSession(connection, deadline: deadline))
                }
            }.orDatabaseError()
        }
        return try result.get()
    }
}
