package import OffstageSQL
package import OffstageSchema

/// Statements of one transaction, each made from what the ones before it gave: a batch.
///
/// The driver asks for one after another, runs each as a step of its own, and commits when there are no more. Everything is undone when
/// `next` throws. Making a statement is pure, so a driver may do it on whichever thread holds the transaction.
package protocol StatementScript: Sendable {
    /// The next statement; nil at the end.
    ///
    /// - Parameter last: what the one before gave, or why it failed; nil at the beginning. A failed statement has been undone by itself.
    /// - Throws: whatever the one who runs the script shall catch.
    mutating func next(after last: Result<Rows, SQLError>?) throws -> ScriptStep?

    /// The answer, once `next` has said nil.
    var answer: Rows { get }
    /// What is kept of the answer for a request that is sent again.
    var kept: Rows { get }
}

package struct ScriptStep: Sendable {
    package var statement: Statement
    package var inputs: Inputs
    package var format: RowFormat

    package init(_ statement: Statement, with inputs: Inputs, as format: RowFormat) {
        self.statement = statement
        self.inputs = inputs
        self.format = format
    }
}
