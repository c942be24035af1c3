package import OffstageSchema

/// A write that is done row by row: one whose rows meet triggers, policies or a view's conditions, or that SQLite has no statement for.
///
/// `find` tells, for each row to write, which of `actions` is its own, where the row that is there is, what it holds, and the values to
/// write. Texts that judge or compute over one row are bound to it by `.payload`: the new row's columns first, then the old one's.
///
/// See `Docs/Internals/Writes.md`.
package struct RowWrite: Sendable {
    package enum Event: Sendable, Hashable { case insert, update, delete }

    /// The columns a value is given for, by place in the relation, and the cell of `find` that holds it.
    package struct Assigned: Sendable, Hashable {
        package var column: Int
        package var cell: Int

        package init(column: Int, cell: Int) {
            self.column = column
            self.cell = cell
        }
    }

    package struct Change: Sendable {
        package var assigned: [Assigned]
        /// Raise unless the row may be written: policies. Before constraints, as in PostgreSQL.
        package var before: SQLText?
        /// Raises unless the row that is there may be updated.
        package var judge: SQLText?
        /// What must be true of the row once it is written.
        package var after: [CheckOption] = []

        package init(assigned: [Assigned]) { self.assigned = assigned }
    }

    /// A view's `with check option`: 44000 unless the condition is true.
    package struct CheckOption: Sendable {
        package var view: String
        package var condition: SQLText

        package init(view: String, condition: SQLText) {
            self.view = view
            self.condition = condition
        }
    }

    package struct OnConflict: Sendable {
        /// `(a) WHERE b`: what stands between ON CONFLICT and DO NOTHING.
        package var target: String
        package var targetBindings: [Binding]
        /// Finds the row in the way, for the new row's values; nil does nothing about it.
        package var find: SQLText?
        /// SQLite cannot be told the key: look for the row before writing.
        package var looksFirst = false
        /// Raises unless the row in the way may be updated.
        package var judge: SQLText?
        /// Whether to update it; nil always.
        package var filter: SQLText?
        /// The values to set, in the order of `update.assigned`.
        package var values: SQLText?
        package var update = Change(assigned: [])

        package init(target: String, targetBindings: [Binding]) {
            self.target = target
            self.targetBindings = targetBindings
        }
    }

    package enum Action: Sendable {
        case nothing
        case insert(Change, OnConflict?)
        case update(Change)
        /// The text raises unless the row may be deleted.
        case delete(before: SQLText?)
    }

    package var relation: QualifiedName
    /// The relation is a view whose triggers do the work.
    package var isView = false
    package var columns: [View.Column]
    /// By variant of the payload; one for a statement that has none.
    package var find: [SQLText]
    /// The rows come from the payload.
    package var readsPayload = false
    /// `find` reads no table, so its rows may be written while it runs: a row that fails leaves the sequences where PostgreSQL does.
    package var isStreamed = false
    /// Where in `find` the old row begins; nil where rows are only inserted.
    package var oldCells: Int?
    /// Where in `find` the columns of other tables are that `returning` reads.
    package var extraCells: Range<Int> = 0..<0
    package var actions: [Action]
    /// The kinds of statement it is, for statement triggers.
    package var events: [Event]
    /// Each row that was written is kept for `returning`.
    package var keepsRows = false
    /// Over the rows kept.
    package var returning: SQLText?
    /// A row may be written only once: what says otherwise.
    package var isMerge = false
    /// The columns named by the statement's SET, for `update of`.
    package var assignedColumns: Set<String> = []

    package init(_ relation: QualifiedName, columns: [View.Column], find: [SQLText], actions: [Action], events: [Event]) {
        self.relation = relation
        self.columns = columns
        self.find = find
        self.actions = actions
        self.events = events
    }

    /// All its texts.
    package var texts: [SQLText] {
        var texts = find + (returning.map { [$0] } ?? [])
        func add(_ change: Change) { texts += [change.before, change.judge].compactMap { $0 } + change.after.map(\.condition) }
        for action in actions {
            switch action {
            case .nothing: break
            case .insert(let change, let conflict):
                add(change)
                guard let conflict else { continue }
                texts += [conflict.find, conflict.judge, conflict.filter, conflict.values].compactMap { $0 }
                add(conflict.update)
            case .update(let change): add(change)
            case .delete(let before): texts += [before].compactMap { $0 }
            }
        }
        return texts
    }

    /// The first cells of `find`.
    package static let actionCell = 0
    package static let rowIDCell = 1
    package static let firstCell = 2
}

/// Numbers of the sets of rows that a statement may read.
package enum RowSetNumber {
    /// A trigger's transition tables.
    package static let oldTable = 0
    package static let newTable = 1
    /// The rows a write has written.
    package static let returned = 2
    /// From here on, the parts of a WITH.
    package static let firstPart = 3
}
