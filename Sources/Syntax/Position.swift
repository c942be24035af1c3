/// Where a node begins in its source, as a byte offset. Never part of what a node *is*: two positions are always equal, so that trees
/// compare by meaning.
package struct Position: Hashable, Sendable {
    package var offset: Int32

    package init(_ offset: Int32) { self.offset = offset }

    /// The node was made, not read.
    package static let none = Position(-1)

    package static func == (_: Position, _: Position) -> Bool { true }
    package func hash(into _: inout Hasher) {}
}

/// A name of one or more parts: `books`, `public.books`, `b.title`.
package struct Name: Hashable, Sendable {
    package var parts: [String]
    package var position: Position

    package init(_ parts: [String], at position: Position = .none) {
        self.parts = parts
        self.position = position
    }

    package init(_ parts: String..., at position: Position = .none) {
        self.init(parts, at: position)
    }

    /// The last part: what the thing itself is called.
    package var last: String { parts.last ?? "" }
    /// The part before the last, where there is one.
    package var qualifier: String? { parts.count > 1 ? parts[parts.count - 2] : nil }
}

/// A type as written: `varchar(20)`, `public.mood[]`.
///
/// Names are as PostgreSQL's parser gives them: `integer` is `pg_catalog.int4`, `varchar` is `pg_catalog.varchar`, `text` is `text`.
package struct TypeName: Hashable, Sendable {
    package var name: Name
    package var modifiers: [Expression]
    /// How many pairs of brackets follow.
    package var arrayDimensions: Int
    /// `setof`, in a function's result.
    package var isSet: Bool

    package init(_ name: Name, modifiers: [Expression] = [], arrayDimensions: Int = 0, isSet: Bool = false) {
        self.name = name
        self.modifiers = modifiers
        self.arrayDimensions = arrayDimensions
        self.isSet = isSet
    }
}
