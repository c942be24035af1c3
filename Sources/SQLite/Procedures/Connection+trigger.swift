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
        throw .refused(SQLError("0A000", "trigger functions are not supported yet"))
    }
}
