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
    case uuid, bytea
    case date, time, timestamp, timestamptz, interval
    case json, jsonb
    /// A path into a document; never a column of its own index or order.
    case jsonpath
    case enumeration(Enumeration)
    case array(DataType)
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

/// What stands in parentheses behind a type: a length, or a precision and a scale.
package enum TypeModifier: Hashable, Sendable {
    case length(Int)
    case numeric(precision: Int, scale: Int)
    /// Fraction digits of `time(p)`, `timestamp(p)`, `timestamptz(p)` and `interval(p)`.
    case precision(Int)
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
