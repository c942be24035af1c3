package import OffstageSQL
package import OffstageSchema

/// A database that a project lives in: the embedded engine, or PostgreSQL.
///
/// The contract suite in `Testing` holds every driver to the same behaviour.
package protocol Driver: Sendable {
    /// What the database holds now. Cheap: a reference that changes with each migration.
    var schema: Schema { get }

    /// Answers a read at once, without leaving the calling thread, or says nil: run it with `run` instead.
    func readInline(_ read: Read, with inputs: Inputs, as format: RowFormat) throws(SQLError) -> Rows?

    /// Runs a statement to its end. A write is durable when this returns.
    func run(_ statement: Statement, with inputs: Inputs, as format: RowFormat) async throws(SQLError) -> Rows
}
