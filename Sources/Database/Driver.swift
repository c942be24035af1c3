package import OffstageQuery
package import OffstageSQL
package import OffstageSchema

/// A database that a project lives in: the embedded engine, or PostgreSQL.
///
/// `DriverContractTests` hold every driver to the same behaviour.
package protocol Driver: Sendable {
    /// What the database holds now. Cheap: a reference that changes with each migration.
    var schema: Schema { get }

    /// The schema's generation; asked with every request, so cheaper than the schema itself where a driver can.
    var generation: Int64 { get }

    /// A plan in this database's words.
    func statement(for plan: TablePlan) throws(SQLError) -> Statement

    /// Answers a read at once, without leaving the calling thread, or says nil: run it with `run` instead.
    func readInline(_ read: Statement, with inputs: Inputs, as format: RowFormat) throws(SQLError) -> Rows?

    /// Lets the reads of this thread share what they would each open, until `endTurn`: for one turn of an event loop, never longer.
    func beginTurn()
    func endTurn()

    /// Whether `run` does what the terms of a write say. Where it does not, a request with terms is refused, never run without them.
    var honoursTerms: Bool { get }

    /// Runs a script in one transaction, and commits it or undoes all of it. Of `inputs` the caller, the moment and the terms count.
    func run(_ script: some StatementScript, with inputs: Inputs) async throws -> Rows

    /// How a statement would run, and which of the options were heeded. Nothing of it is kept.
    ///
    /// - Throws: 0A000 where the database does not tell.
    func explain(
        _ statement: Statement, with inputs: Inputs, as format: RowFormat, _ wanted: Explanation
    ) async throws(SQLError) -> (text: String, options: [String])

    /// Runs a statement to its end. A write is durable when this returns.
    func run(_ statement: Statement, with inputs: Inputs, as format: RowFormat) async throws(SQLError) -> Rows
}

extension Driver {
    package var generation: Int64 { schema.generation }
    package var honoursTerms: Bool { false }
    package func run(_ script: some StatementScript, with inputs: Inputs) async throws -> Rows {
        throw SQLError("0A000", "this database runs no batches")
    }
    package func explain(
        _ statement: Statement, with inputs: Inputs, as format: RowFormat, _ wanted: Explanation
    ) async throws(SQLError) -> (text: String, options: [String]) {
        throw SQLError("0A000", "this database does not tell how it runs a statement")
    }
    package func beginTurn() {}
    package func endTurn() {}
}
