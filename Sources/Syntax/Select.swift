/// A query: `select`, `values`, or a set operation of two.

package indirect enum SelectBody: Hashable, Sendable {
    case query(Query)
    case values([[Expression]])
    case setOperation(SetOperator, all: Bool, Select, Select)
}

package enum SetOperator: Hashable, Sendable { case union, intersect, except }

package struct Select: Hashable, Sendable {
    package var with: With?
    package var body: SelectBody
    package var orderBy: [SortKey]
    package var limit: Expression?
    package var offset: Expression?
    /// `fetch first n rows with ties`.
    package var withTies: Bool
    /// `for update`, `for share …`: accepted, since the embedded engine has one writer.
    package var locking: [Locking]
    package var position: Position

    package init(
        with: With? = nil, _ body: SelectBody, orderBy: [SortKey] = [], limit: Expression? = nil, offset: Expression? = nil,
        withTies: Bool = false, locking: [Locking] = [], at position: Position = .none
    ) {
        self.with = with
        self.body = body
        self.orderBy = orderBy
        self.limit = limit
        self.offset = offset
        self.withTies = withTies
        self.locking = locking
        self.position = position
    }
}

package struct Locking: Hashable, Sendable {
    package enum Strength: Hashable, Sendable { case update, noKeyUpdate, share, keyShare }
    package enum Wait: Hashable, Sendable { case block, skipLocked, noWait }
    package var strength: Strength
    package var tables: [Name]
    package var wait: Wait

    package init(_ strength: Strength, tables: [Name] = [], wait: Wait = .block) {
        self.strength = strength
        self.tables = tables
        self.wait = wait
    }
}

/// One `select … from … where … group by … having`.
package struct Query: Hashable, Sendable {
    package enum Distinct: Hashable, Sendable {
        case all
        case on([Expression])
    }

    package var distinct: Distinct?
    package var outputs: [Output]
    package var from: [FromItem]
    package var filter: Expression?
    package var groupBy: [GroupingItem]
    /// `group by distinct`: of equal grouping sets one is enough.
    package var groupsDistinct = false
    package var having: Expression?
    package var windows: [Window]

    package init(
        distinct: Distinct? = nil, _ outputs: [Output], from: [FromItem] = [], where filter: Expression? = nil,
        groupBy: [GroupingItem] = [],
        having: Expression? = nil, windows: [Window] = []
    ) {
        self.distinct = distinct
        self.outputs = outputs
        self.from = from
        self.filter = filter
        self.groupBy = groupBy
        self.having = having
        self.windows = windows
    }
}

/// One item of a select list or of `returning`.
package struct Output: Hashable, Sendable {
    package var value: Expression
    package var alias: String?

    package init(_ value: Expression, as alias: String? = nil) {
        self.value = value
        self.alias = alias
    }
}

package indirect enum GroupingItem: Hashable, Sendable {
    case expression(Expression)
    case empty
    case rollup([GroupingItem])
    case cube([GroupingItem])
    case sets([GroupingItem])
    /// `(a, b)` inside rollup, cube or sets.
    case list([Expression])
}

package struct Alias: Hashable, Sendable {
    package var name: String
    package var columns: [String]
    /// The view whose query it names, put there by the policy gate: its rows are the view's.
    package var row: Name?

    package init(_ name: String, columns: [String] = []) {
        self.name = name
        self.columns = columns
    }
}

package enum JoinKind: Hashable, Sendable { case inner, left, right, full, cross }

package indirect enum FromItem: Hashable, Sendable {
    case table(Name, Alias?)
    case select(Select, Alias?, lateral: Bool)
    case call(FunctionSource)
    case join(JoinKind, FromItem, FromItem, JoinCondition?, Alias?)
    /// A table as its row level security lets the caller see it. Made by the policy gate only, never by the parser.
    case secured(SecuredTable)
}

/// A table whose rows pass `policy` before anything else sees them. See `Docs/Internals/Policies.md`.
package struct SecuredTable: Hashable, Sendable {
    package var name: Name
    package var alias: Alias?
    /// Over the table's own columns, unqualified. Nil: every row.
    package var policy: Expression?
    /// Columns the reader has no grant on: naming one is an error.
    package var hidden: Set<String>

    package init(_ name: Name, as alias: Alias?, policy: Expression?, hiding hidden: Set<String> = []) {
        self.name = name
        self.alias = alias
        self.policy = policy
        self.hidden = hidden
    }
}

package enum JoinCondition: Hashable, Sendable {
    case on(Expression)
    case using([String], alias: String?)
    case natural
}

/// `generate_series(1, 3) with ordinality as s(n, i)`.
package struct FunctionSource: Hashable, Sendable {
    package struct ColumnDefinition: Hashable, Sendable {
        package var name: String
        package var type: TypeName
        package init(name: String, type: TypeName) {
            self.name = name
            self.type = type
        }
    }

    package var calls: [Expression]
    package var withOrdinality: Bool
    package var lateral: Bool
    package var alias: Alias?
    /// `as x(a int, b text)`.
    package var columns: [ColumnDefinition]

    package init(
        _ calls: [Expression], withOrdinality: Bool = false, lateral: Bool = false, alias: Alias? = nil, columns: [ColumnDefinition] = []
    ) {
        self.calls = calls
        self.withOrdinality = withOrdinality
        self.lateral = lateral
        self.alias = alias
        self.columns = columns
    }
}

package struct With: Hashable, Sendable {
    package var isRecursive: Bool
    package var tables: [CommonTable]

    package init(isRecursive: Bool = false, _ tables: [CommonTable]) {
        self.isRecursive = isRecursive
        self.tables = tables
    }
}

package struct CommonTable: Hashable, Sendable {
    package var name: String
    package var columns: [String]
    package var statement: DataStatement
    /// `materialized` true, `not materialized` false.
    package var materialized: Bool?

    package init(_ name: String, columns: [String] = [], _ statement: DataStatement, materialized: Bool? = nil) {
        self.name = name
        self.columns = columns
        self.statement = statement
        self.materialized = materialized
    }
}

/// A statement that reads or writes rows.
package indirect enum DataStatement: Hashable, Sendable {
    case select(Select)
    case insert(Insert)
    case update(Update)
    case delete(Delete)
    case merge(Merge)
}

// Queries nest in one another with no expression between: see `Expression`.
extension SelectBody {
    package static func == (left: SelectBody, right: SelectBody) -> Bool {
        withEnoughStack {
            switch (left, right) {
            case (.query(let one), .query(let two)): one == two
            case (.values(let one), .values(let two)): one == two
            case (.setOperation(let one, let all, let left, let right), .setOperation(let two, let every, let first, let second)):
                one == two && all == every && left == first && right == second
            default: false
            }
        }
    }

    package func hash(into hasher: inout Hasher) {
        withEnoughStack {
            switch self {
            case .query(let query): hasher.combine(query)
            case .values(let rows): hasher.combine(rows)
            case .setOperation(let operation, let all, let left, let right):
                hasher.combine(operation)
                hasher.combine(all)
                hasher.combine(left)
                hasher.combine(right)
            }
        }
    }
}

extension FromItem {
    package static func == (left: FromItem, right: FromItem) -> Bool {
        withEnoughStack {
            switch (left, right) {
            case (.table(let one, let alias), .table(let two, let other)): one == two && alias == other
            case (.select(let one, let alias, let lateral), .select(let two, let other, let also)):
                one == two && alias == other && lateral == also
            case (.call(let one), .call(let two)): one == two
            case (.join(let kind, let left, let right, let condition, let alias), .join(let other, let first, let second, let on, let name)):
                kind == other && left == first && right == second && condition == on && alias == name
            case (.secured(let one), .secured(let two)): one == two
            default: false
            }
        }
    }

    package func hash(into hasher: inout Hasher) {
        withEnoughStack {
            switch self {
            case .table(let name, let alias):
                hasher.combine(name)
                hasher.combine(alias)
            case .select(let select, let alias, let lateral):
                hasher.combine(select)
                hasher.combine(alias)
                hasher.combine(lateral)
            case .call(let source): hasher.combine(source)
            case .join(let kind, let left, let right, let condition, let alias):
                hasher.combine(kind)
                hasher.combine(left)
                hasher.combine(right)
                hasher.combine(condition)
                hasher.combine(alias)
            case .secured(let table): hasher.combine(table)
            }
        }
    }
}

extension GroupingItem {
    package static func == (left: GroupingItem, right: GroupingItem) -> Bool {
        withEnoughStack {
            switch (left, right) {
            case (.expression(let one), .expression(let two)): one == two
            case (.empty, .empty): true
            case (.rollup(let one), .rollup(let two)), (.cube(let one), .cube(let two)), (.sets(let one), .sets(let two)): one == two
            case (.list(let one), .list(let two)): one == two
            default: false
            }
        }
    }

    package func hash(into hasher: inout Hasher) {
        withEnoughStack {
            switch self {
            case .expression(let value): hasher.combine(value)
            case .empty: hasher.combine(0)
            case .rollup(let items), .cube(let items), .sets(let items): hasher.combine(items)
            case .list(let values): hasher.combine(values)
            }
        }
    }
}

extension DataStatement {
    package static func == (left: DataStatement, right: DataStatement) -> Bool {
        withEnoughStack {
            switch (left, right) {
            case (.select(let one), .select(let two)): one == two
            case (.insert(let one), .insert(let two)): one == two
            case (.update(let one), .update(let two)): one == two
            case (.delete(let one), .delete(let two)): one == two
            case (.merge(let one), .merge(let two)): one == two
            default: false
            }
        }
    }

    package func hash(into hasher: inout Hasher) {
        withEnoughStack {
            switch self {
            case .select(let select): hasher.combine(select)
            case .insert(let insert): hasher.combine(insert)
            case .update(let update): hasher.combine(update)
            case .delete(let delete): hasher.combine(delete)
            case .merge(let merge): hasher.combine(merge)
            }
        }
    }
}
