/// A PostgreSQL type, without its modifier.
///
/// `varchar(20)` is `.varchar` with `TypeModifier.length(20)`; the modifier belongs to a column or a cast, never to a comparison.
/// The stored form of each type on the embedded engine is laid down in `Docs/Internals/Storage.md`.
///
/// Source: PostgreSQL 15, chapter 8.
package indirect enum DataType: Hashable, Sendable {
    case boolean
    case smallint, integer, bigint
    case real, double
    case numeric
    case text, varchar, char
    /// Text that compares without regard to case, of the extension of that name.
    case citext
    /// A name of the catalogue: text of at most 63 bytes.
    case name
    case oid
    case uuid, bytea
    case date, time, timetz, timestamp, timestamptz, interval
    case json, jsonb
    /// A path into a document; never a column of its own index or order.
    case jsonpath
    case inet, cidr, macaddr
    case bit, varbit
    case range(RangeKind)
    case tsvector, tsquery
    /// The name of a text search configuration.
    case regconfig
    case enumeration(Enumeration)
    case array(DataType)
    case domain(Domain)
    /// A row whose shape is known: `book`, `row(1, 'a')`.
    case composite(Composite)
    /// A row whose shape is not known; never stored.
    case record
    /// What a function returns that returns nothing.
    case void
    /// What a trigger function returns: a row of the table it is called for.
    case trigger
    /// A quoted literal or a request's value whose type its surroundings decide.
    case unknown
}

/// An enum type: its labels in declared order, each with the position it is stored as.
///
/// Positions are spaced (1024 apart at first) so that `ALTER TYPE … ADD VALUE … BEFORE` needs no rewrite of rows.
package struct Enumeration: Hashable, Sendable {
    package struct Label: Hashable, Sendable {
        package var name: String
        package var position: Int64

        package init(name: String, position: Int64) {
            self.name = name
            self.position = position
        }
    }

    package var schema: String
    package var name: String
    package var labels: [Label]

    package init(schema: String, name: String, labels: [Label]) {
        self.schema = schema
        self.name = name
        self.labels = labels
    }
}

/// A type of its own name over another, whose values must hold what `Schema.domains` says of it.
///
/// Operators and functions see the type below; columns, casts and parameters see the domain.
package struct Domain: Hashable, Sendable {
    package var schema: String
    package var name: String
    /// The type below, which may be a domain itself.
    package var below: ColumnType

    package init(schema: String, name: String, below: ColumnType) {
        self.schema = schema
        self.name = name
        self.below = below
    }
}

extension DataType {
    /// The type without the domains around it.
    package var base: DataType {
        var type = self
        while case .domain(let domain) = type { type = domain.below.type }
        return type
    }
}

extension ColumnType {
    /// The type without the domains around it; the innermost modifier holds.
    package var base: ColumnType {
        var column = self
        while case .domain(let domain) = column.type { column = domain.below }
        return column
    }
}

/// What stands in parentheses behind a type: a length, or a precision and a scale.
package enum TypeModifier: Hashable, Sendable {
    case length(Int)
    case numeric(precision: Int, scale: Int)
    /// Fraction digits of `time(p)`, `timestamp(p)`, `timestamptz(p)` and `interval(p)`.
    case precision(Int)
    /// The fields an interval keeps (`interval day to second(3)`): the last of them, and its fraction digits where it is the second.
    case fields(IntervalFields, precision: Int?)
}

/// What may stand behind `interval`.
package enum IntervalFields: String, Hashable, Sendable, CaseIterable {
    case year, month, day, hour, minute, second
    case yearToMonth = "year to month"
    case dayToHour = "day to hour"
    case dayToMinute = "day to minute"
    case dayToSecond = "day to second"
    case hourToMinute = "hour to minute"
    case hourToSecond = "hour to second"
    case minuteToSecond = "minute to second"
}

/// A type with its modifier: what a column is declared as and what a cast names.
package struct ColumnType: Hashable, Sendable {
    package var type: DataType
    package var modifier: TypeModifier?

    package init(_ type: DataType, _ modifier: TypeModifier? = nil) {
        self.type = type
        self.modifier = modifier
    }
}
