package import OffstageSchema
package import OffstageSyntax

/// What a request means on a given schema for a given role: names resolved, privileges asked, policies added.
///
/// Made only by `plan(_:in:as:)`. It holds no value of the request, only their places, so it serves every request of its shape.
package struct TablePlan: Sendable {
    package enum Action: Sendable {
        /// `counts`: the total is wanted as well.
        case read(ReadPlan, counts: Bool)
        case insert(InsertPlan)
        case update(UpdatePlan)
        case delete(DeletePlan)
        indirect case call(CallPlan)
    }

    package let action: Action
    package let relation: QualifiedName
    package let role: String

    init(_ action: Action, relation: QualifiedName, role: String) {
        self.action = action
        self.relation = relation
        self.role = role
    }
}

/// One node of a read: a relation, what is wanted of each row, and which rows.
package struct ReadPlan: Sendable {
    package var relation: QualifiedName
    /// What its columns are qualified with; unique in the plan.
    package var alias: String
    /// The relation as the gate lets it be read.
    package var source: FromItem
    package var fields: [PlannedField] = []
    package var filter: Expression?
    package var order: [SortKey] = []
    package var limit: ValueIndex?
    package var offset: ValueIndex?
    /// The server's cap on rows; nil for none.
    package var maxRows: Int?
    /// Which rows stand behind a cursor; does not change what is counted.
    package var after: Expression?
    /// What is told of the last row, for the next cursor.
    package var last: LastRow?
    /// Some field is an aggregate: the others are grouped by.
    package var isGrouped = false
    /// Columns that tell rows apart, for a total order; empty where there is no key.
    package var key: [String] = []
    /// The columns of a function's result, which need no grant of their own; nil where it is the relation itself that is read.
    package var result: [View.Column]?

    package init(_ relation: QualifiedName, as alias: String, source: FromItem) {
        self.relation = relation
        self.alias = alias
        self.source = source
    }
}

/// The order that a cursor is in, and the columns whose values it holds.
package struct LastRow: Sendable, Hashable {
    package var order: String
    package var columns: [String]
}

package indirect enum PlannedField: Sendable {
    case value(String, Expression)
    case embed(EmbedPlan)
}

/// A related relation shown inside each row.
package struct EmbedPlan: Sendable {
    /// Its key in the answer.
    package var name: String
    package var plan: ReadPlan
    package var link: Link
    package var isToOne: Bool
    /// Its columns go into the parent's object.
    package var isSpread: Bool
    /// Rows without a match are left out.
    package var isInner: Bool
    /// `rel()`: filters, and shows nothing.
    package var isHidden: Bool

    package struct Pair: Sendable, Hashable {
        package var parent: String
        package var child: String

        package init(parent: String, child: String) {
            self.parent = parent
            self.child = child
        }
    }

    package enum Link: Sendable {
        case direct([Pair])
        /// Parent to junction, junction to child.
        case junction(FromItem, alias: String, parent: [Pair], child: [Pair])
        /// A function of the parent's row, which is handed to the child's statement; and the same beside the parent in one query.
        case computed(row: Expression, beside: FromItem)
    }

    /// What the link starts from in a parent that goes by this name.
    package func parentKeys(_ parent: String) -> [Expression] {
        switch link {
        case .direct(let pairs): pairs.map { .column(parent, $0.parent) }
        case .junction(_, _, let pairs, _): pairs.map { .column(parent, $0.parent) }
        case .computed(let row, _): [row]
        }
    }

    /// It is to-one and its columns can come by a join.
    package var isJoined: Bool { if case .direct = link { isToOne } else { false } }
}

package struct InsertPlan: Sendable {
    package var table: Table
    /// The payload's columns, in its order.
    package var columns: [Column]
    /// The payload's values are text, which the type's input function reads.
    package var givesText: Bool
    /// For each set of columns that rows of the payload give: which of `columns` take their default instead.
    package var variants: [[Bool]]
    package var checks: [PolicyCheck]
    package var conflict: ConflictPlan?
    package var answer: AnswerPlan
}

package struct ConflictPlan: Sendable {
    package var columns: [String]
    /// Nil: rows in conflict are left out.
    package var merges: [String]?
    /// On the row that is there: raising, as PostgreSQL does for upserts.
    package var usingChecks: [PolicyCheck]
    package var updateChecks: [PolicyCheck]
}

package struct UpdatePlan: Sendable {
    package var table: Table
    package var alias: String
    package var source: SecuredTable
    package var columns: [Column]
    /// The payload's values are text, which the type's input function reads.
    package var givesText: Bool
    package var filter: Expression?
    package var checks: [PolicyCheck]
    package var answer: AnswerPlan
}

package struct DeletePlan: Sendable {
    package var table: Table
    package var alias: String
    package var source: SecuredTable
    package var filter: Expression?
    package var answer: AnswerPlan
}

/// What a write tells of the rows it touched.
package struct AnswerPlan: Sendable {
    package var representation: ReadPlan?
    /// `Location` is wanted: the key's columns.
    package var locationKey: [String]?
    /// The rows must be counted even if nothing else is told.
    package var counts: Bool

    package init(representation: ReadPlan? = nil, locationKey: [String]? = nil, counts: Bool = false) {
        self.representation = representation
        self.locationKey = locationKey
        self.counts = counts
    }
}
