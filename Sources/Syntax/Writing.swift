package struct Insert: Hashable, Sendable {
    package enum Source: Hashable, Sendable {
        case defaultValues
        case select(Select)
    }
    package enum Overriding: Hashable, Sendable { case system, user }

    package var with: With?
    package var table: Name
    package var alias: String?
    package var columns: [Name]
    package var source: Source
    package var overriding: Overriding?
    package var conflict: Conflict?
    package var returning: [Output]

    package init(
        with: With? = nil, into table: Name, as alias: String? = nil, columns: [Name] = [], _ source: Source, overriding: Overriding? = nil,
        conflict: Conflict? = nil, returning: [Output] = []
    ) {
        self.with = with
        self.table = table
        self.alias = alias
        self.columns = columns
        self.source = source
        self.overriding = overriding
        self.conflict = conflict
        self.returning = returning
    }
}

/// `on conflict …`.
package struct Conflict: Hashable, Sendable {
    package enum Target: Hashable, Sendable {
        case columns([Expression], where: Expression?)
        case constraint(String)
    }
    package enum Action: Hashable, Sendable {
        case nothing
        case update([Assignment], where: Expression?)
    }

    package var target: Target?
    package var action: Action

    package init(_ target: Target?, do action: Action) {
        self.target = target
        self.action = action
    }
}

/// `a = 1`, or `(a, b) = (1, 2)`, or `(a, b) = (select …)`.
package struct Assignment: Hashable, Sendable {
    package var columns: [Name]
    package var value: Expression

    package init(_ columns: [Name], _ value: Expression) {
        self.columns = columns
        self.value = value
    }
}

package struct Update: Hashable, Sendable {
    package var with: With?
    package var table: Name
    package var alias: String?
    package var assignments: [Assignment]
    package var from: [FromItem]
    package var filter: Expression?
    package var returning: [Output]

    package init(
        with: With? = nil, _ table: Name, as alias: String? = nil, set assignments: [Assignment], from: [FromItem] = [],
        where filter: Expression? = nil,
        returning: [Output] = []
    ) {
        self.with = with
        self.table = table
        self.alias = alias
        self.assignments = assignments
        self.from = from
        self.filter = filter
        self.returning = returning
    }
}

package struct Delete: Hashable, Sendable {
    package var with: With?
    package var table: Name
    package var alias: String?
    package var using: [FromItem]
    package var filter: Expression?
    package var returning: [Output]

    package init(
        with: With? = nil, from table: Name, as alias: String? = nil, using: [FromItem] = [], where filter: Expression? = nil,
        returning: [Output] = []
    ) {
        self.with = with
        self.table = table
        self.alias = alias
        self.using = using
        self.filter = filter
        self.returning = returning
    }
}
