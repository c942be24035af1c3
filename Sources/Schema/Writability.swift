/// What a relation's kind lets anyone write to it, whatever the grants: a table takes everything, a view what its query or its triggers allow.
///
/// `create view cheap as select id, price * 2 as twice from books` takes inserts and updates of `id`, and deletions.
/// What the database makes by itself (`generated always`) cannot be given, and is not among the columns.
/// Source: PostgreSQL 15, CREATE VIEW, "Updatable Views".
package struct Writability: Sendable, Hashable {
    /// The columns that an insert may name; nil where none is taken.
    package var inserted: Set<String>?
    /// Those that an update may set.
    package var updated: Set<String>?
    package var deletes: Bool
    /// The columns that an insert must name: the table's below takes no null in them and has nothing of its own to put there.
    package var required: Set<String> = []

    package static let nothing = Writability(inserted: nil, updated: nil, deletes: false)

    package init(inserted: Set<String>?, updated: Set<String>?, deletes: Bool) {
        self.inserted = inserted
        self.updated = updated
        self.deletes = deletes
    }

    /// A table's.
    package init(_ table: Table) {
        let names = Set(table.columns.filter { !$0.isMade }.map(\.name))
        self.init(inserted: names, updated: names, deletes: true)
        required = Set(table.columns.filter(\.isRequired).map(\.name))
    }
}

extension Column {
    /// The database alone gives its value.
    package var isMade: Bool { generated != nil || identity == .always }

    /// An insert must give its value.
    package var isRequired: Bool { isNotNull && defaultValue == nil && identity == nil && generated == nil }
}
