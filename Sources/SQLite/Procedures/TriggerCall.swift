package import OffstageSchema

/// One call of a trigger function: what `NEW`, `OLD` and the `TG_…` variables mean in its body.
///
/// Rows are stored values in the order of the relation's columns.
package struct TriggerCall: Sendable {
    package enum Timing: String, Sendable {
        case before = "BEFORE"
        case after = "AFTER"
        case insteadOf = "INSTEAD OF"
    }

    package enum Operation: String, Sendable {
        case insert = "INSERT"
        case update = "UPDATE"
        case delete = "DELETE"
        case truncate = "TRUNCATE"
    }

    /// `referencing new table as changed`: a relation of that name in the body.
    package struct TransitionTable: Sendable {
        package var name: String
        package var rows: [[StoredValue]]

        package init(_ name: String, rows: [[StoredValue]]) {
            self.name = name
            self.rows = rows
        }
    }

    package var trigger: String
    /// The table, or the view of an `instead of` trigger.
    package var relation: QualifiedName
    package var columns: [View.Column]
    package var timing: Timing
    package var operation: Operation
    package var isForEachRow: Bool
    /// What `create trigger … execute function f('a', 'b')` hands over.
    package var arguments: [String]
    package var old: [StoredValue]?
    package var new: [StoredValue]?
    package var transitionTables: [TransitionTable] = []

    package init(
        _ trigger: String, on relation: QualifiedName, columns: [View.Column], _ timing: Timing, _ operation: Operation, forEachRow: Bool,
        arguments: [String] = [], old: [StoredValue]? = nil, new: [StoredValue]? = nil
    ) {
        self.trigger = trigger
        self.relation = relation
        self.columns = columns
        self.timing = timing
        self.operation = operation
        isForEachRow = forEachRow
        self.arguments = arguments
        self.old = old
        self.new = new
    }
}
