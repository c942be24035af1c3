package import OffstageSQL
package import OffstageSchema
package import OffstageSyntax

/// What `raise notice` and its kin say.
package struct Notice: Sendable, Hashable {
    /// `debug`, `log`, `info`, `notice`, `warning`.
    package var level: String
    package var code: String
    package var message: String
    package var details: String?
    package var hint: String?

    /// As psql shows it; none where PostgreSQL would keep it for its log.
    package var lines: [String] {
        guard level != "debug", level != "log" else { return [] }
        var lines = ["\(level.uppercased()):  \(message)"]
        if let details { lines.append("DETAIL:  \(details)") }
        if let hint { lines.append("HINT:  \(hint)") }
        return lines
    }
}

extension WriteTransaction {
    /// Runs a `do` block. What a failed one did stays until somebody undoes it.
    package func run(_ block: ProcedureBody, with inputs: Inputs) throws(SQLError) {
        try armedRun { (connection, schema) throws(RunStop) in try connection.run(block, with: inputs, in: schema) }
    }

    /// Hands what functions raise below `exception` to `listener`, until the transaction ends.
    package func listen(_ listener: @escaping (Notice) -> Void) {
        session.onNotice = listener
    }
}
