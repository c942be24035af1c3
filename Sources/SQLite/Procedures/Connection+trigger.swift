import OffstageSQL
import OffstageSchema

extension Connection {
    /// Runs a trigger function inside the open transaction.
    ///
    /// - Parameters:
    ///   - function: `Function.signature` of a function that returns `trigger`.
    ///   - inputs: who writes, and when; a `security definer` function runs as its owner all the same.
    /// - Returns: for a row trigger the row the function returned, in the order of the call's columns; nil where it returned null.
    ///   A statement trigger's result means nothing.
    func run(_ call: TriggerCall, _ function: QualifiedName, with inputs: Inputs, in schema: Schema) throws(RunStop) -> [StoredValue]? {
        let procedure = try procedure(function.description, schema, inputs)
        guard let definition = procedure.function else { return nil }
        let own = self.inputs(inputs, for: definition)
        let run = ProcedureRun(procedure, on: self, with: own)
        let saved = session.inputs
        defer { session.inputs = saved }
        guard call.transitionTables.isEmpty else {
            throw .refused(SQLError("0A000", "transition tables are not supported on the embedded engine"))
        }
        _ = try binder(own)
        try entering(own) { () throws(RunStop) in try run.run([], trigger: call) }
        guard call.isForEachRow, case .row(let values, let shape) = run.returned, let values else { return nil }
        let wanted = RowShape(call.relation, call.columns)
        guard shape.columns.count == wanted.columns.count else {
            throw .refused(
                SQLError(
                    "42804", "returned row structure does not match the structure of the triggering table",
                    details:
                        "Number of returned columns (\(shape.columns.count)) does not match expected column count (\(wanted.columns.count))."
                ))
        }
        return shape.matches(wanted) ? values : try run.fitted(values, shape, to: wanted)
    }
}
