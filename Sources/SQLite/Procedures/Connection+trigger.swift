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
        var own = self.inputs(inputs, for: definition)
        let run = ProcedureRun(procedure, on: self, with: own)
        let saved = session.inputs
        var kept: [Int64] = []
        defer {
            for slot in kept { session.rowSets.release(slot) }
            session.inputs = saved
        }
        for (index, table) in call.transitionTables.enumerated() {
            let slot = try session.rowSets.keep(table.rows)
            kept.append(slot)
            // Numbers that no part of a WITH has.
            own.rowSets[1_000_000 + index] = slot
            run.rowSets.append((table.name, 1_000_000 + index, call.columns))
        }
        run.inputs = own
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
