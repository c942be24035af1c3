package import OffstageSchema

/// A statement over rows, ready to run on a connection of the embedded engine any number of times: what a migration, `offstage sql`, a
/// function's body or a trigger runs. Run by `StatementRun`.
package struct Prepared: Sendable {
    package indirect enum Program: Sendable {
        /// A query.
        case query(SQLText)
        /// One SQLite statement that writes; the rows it gives are the answer.
        case native(SQLText, on: QualifiedName)
        /// Row by row.
        case rows(RowWrite)
        /// The parts of a WITH that write, each with the number its rows are kept under, then the statement that stands behind them.
        /// `before` is read first: tables that a part writes and a later one reads, as all parts must see them.
        case parts([Part], Prepared, mainFirst: Bool, before: [Snapshot])
    }

    /// A table's rows as they were before the statement, rowid first, kept under a number.
    package struct Snapshot: Sendable {
        package var number: Int
        package var text: SQLText

        package init(_ number: Int, _ text: SQLText) {
            self.number = number
            self.text = text
        }
    }

    package struct Part: Sendable {
        package var number: Int
        package var prepared: Prepared

        package init(_ number: Int, _ prepared: Prepared) {
            self.number = number
            self.prepared = prepared
        }
    }

    package var program: Program
    /// The columns of its rows; none where it gives none.
    package var columns: [View.Column]
    /// The word PostgreSQL answers with: `SELECT`, `INSERT`, …
    package var verb: String

    package init(_ program: Program, columns: [View.Column], verb: String) {
        self.program = program
        self.columns = columns
        self.verb = verb
    }

    /// Of one SQLite statement that writes: its text.
    var texts: [SQLText] { if case .native(let text, _) = program { [text] } else { [] } }

    package var isQuery: Bool { if case .query = program { true } else { false } }
}
