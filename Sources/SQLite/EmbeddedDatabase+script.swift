package import OffstageDatabase
package import OffstageSQL
import OffstageSchema

extension EmbeddedDatabase {
    /// No script holds the writing thread longer than this, whatever its caller's time limit.
    private static let longestScript = Duration.seconds(5)

    package func run(_ script: some StatementScript, with inputs: Inputs) async throws -> Rows {
        let limit = min(state.timeLimit(of: inputs.caller.role) ?? Self.longestScript, Self.longestScript)
        return try await transaction(deadline: limit) { try $0.run(script, with: inputs) }
    }
}

extension WriteTransaction {
    func run(_ script: some StatementScript, with inputs: Inputs) throws -> Rows {
        let once = inputs.terms?.once
        if let once, let kept = try kept(once, inputs) { return kept }
        var script = script
        var last: Result<Rows, SQLError>?
        while let step = try script.next(after: last) {
            do throws(SQLError) {
                last = .success(try run(step.statement, with: step.inputs, as: step.format))
            } catch {
                last = .failure(error)
            }
        }
        if let once { try keep(script.kept, once, inputs) }
        return script.answer
    }
}
