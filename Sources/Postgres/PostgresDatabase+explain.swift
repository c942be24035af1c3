import OffstageDatabase
package import OffstageSQL
package import OffstageSchema

extension PostgresDatabase {
    /// PostgreSQL's own words, for the statement as it would run: as the caller, with the request's values.
    ///
    /// Where policies may hide rows, without numbers: they would tell how many there are.
    package func explain(
        _ statement: Statement, with inputs: Inputs, as format: RowFormat, _ wanted: Explanation
    ) async throws(SQLError) -> (text: String, options: [String]) {
        guard case .remote(let remote) = statement else { throw SQLError("XX000", "this statement is not for PostgreSQL") }
        let deadline = MonotonicClock.deadline(after: timeLimit(of: inputs.caller.role))
        let step = try RemoteStep(remote, inputs, format, options, deadline: deadline)
        guard step.commands.count == 2 else { throw .wrongAnswer }
        var explained = step.commands[1]
        let heeded = remote.tellsCosts ? wanted.options : wanted.options.filter { $0 == "verbose" || $0 == "settings" }
        let words = ["format \(wanted.isJSON ? "json" : "text")"] + (remote.tellsCosts ? [] : ["costs off"]) + heeded
        explained.text = "explain (\(words.joined(separator: ", "))) \(explained.text)"
        explained.isPrepared = false
        let commands = [
            PostgresConnection.Command(text: step.isWrite ? "begin" : "begin read only"), step.commands[0], explained,
            PostgresConnection.Command(text: "rollback"),
        ]
        let text = try await pool.perform(deadline: deadline, isWrite: step.isWrite) { connection throws(SQLError) in
            let results = try connection.results(of: commands, deadline: deadline)
            guard results.count == commands.count else { throw SQLError.wrongAnswer }
            return results[2].lines
        }
        return (text, heeded)
    }
}
