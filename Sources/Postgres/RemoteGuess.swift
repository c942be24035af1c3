import OffstageJSON
import OffstageSQL
import OffstageSchema

/// What the planner thinks of the number of rows (PostgreSQL 15, EXPLAIN), for `count=planned` and `count=estimated`.
struct RemoteGuess: Sendable {
    let command: PostgresConnection.Command
    private let counting: Counting

    /// Nil where the rows are counted, or not at all.
    init?(_ statement: RemoteStatement, _ inputs: Inputs) throws(SQLError) {
        guard let text = statement.guess(inputs.counting) else { return nil }
        command = PostgresConnection.Command(text: text.text, parameters: try Parameters(text.bindings, inputs), isPrepared: false)
        counting = inputs.counting
    }

    /// The number to tell: where few rows were counted, those.
    func total(_ rows: Rows, _ plan: PostgresResult) -> Int? {
        let counted = rows.total ?? 0
        if case .estimated(let most) = counting, counted <= most { return counted }
        guard case .array(let plans)? = try? JSONValue(parsing: plan.lines), let guess = plans.first?["Plan"]?["Plan Rows"]?.integer else {
            return rows.total
        }
        return max(Int(clamping: guess), counted)
    }
}
