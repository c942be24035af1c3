import OffstageSyntax

extension Application {
    /// `create table t (like other including all)`: the other table's columns, and of the rest what is asked for.
    mutating func like(_ create: CreateTable, _ table: inout Table, _ parts: inout TableParts) throws(SQLError) {
        if create.likes.isEmpty { return }
        guard create.likes.count == 1, create.columns.isEmpty, let like = create.likes.first else {
            // The tree does not say where between the columns it stands.
            throw unsupported(
                "LIKE next to other columns", "Write the columns out, or add the others by alter table.", create.name.position)
        }
        let source = try schema.resolveTable(like.table, path: path)
        guard let other = schema.tables[source] else { return }
        let options = LikeOptions(rawValue: like.options)
        for column in other.columns {
            var copy = Column(column.name, column.type)
            copy.isNotNull = column.isNotNull
            if options.contains(.defaults) { copy.defaultValue = column.defaultValue }
            if options.contains(.generated) { copy.generated = column.generated }
            if options.contains(.comments) { copy.comment = column.comment }
            if options.contains(.identity), let identity = column.identity {
                copy.identity = identity
                let held = column.sequence.flatMap { schema.sequences[$0] }
                copy.sequence = try makeSequence(
                    for: copy, of: table.name,
                    held.map {
                        [.start($0.start), .increment($0.increment), .minimum($0.minimum), .maximum($0.maximum), .cycle($0.isCycling)]
                    } ?? [])
            }
            table.columns.append(copy)
        }
        if options.contains(.constraints) {
            for check in other.checks {
                parts.checks.append(.init(name: check.name, condition: check.condition, position: like.table.position))
            }
        }
        if options.contains(.indexes) {
            for key in [other.primaryKey].compactMap({ $0 }) + other.uniqueKeys {
                let isPrimary = key == other.primaryKey
                parts.keys.append(
                    .init(
                        name: nil, columns: key.columns, isPrimary: isPrimary,
                        constraint: Constraint(
                            isPrimary
                                ? .primaryKey(key.columns, usingIndex: nil)
                                : .unique(key.columns, nullsNotDistinct: key.nullsNotDistinct, usingIndex: nil),
                            isDeferrable: key.isDeferrable, isInitiallyDeferred: key.isInitiallyDeferred, at: like.table.position),
                        nullsNotDistinct: key.nullsNotDistinct))
            }
            if !other.indexes.isEmpty {
                throw unsupported(
                    "LIKE … INCLUDING INDEXES of a table with indexes", "Create the indexes by their own statements.", like.table.position)
            }
        }
    }

    /// PostgreSQL's `CREATE_TABLE_LIKE_…` bits.
    private struct LikeOptions: OptionSet {
        let rawValue: Int
        static let comments = LikeOptions(rawValue: 1)
        static let constraints = LikeOptions(rawValue: 4)
        static let defaults = LikeOptions(rawValue: 8)
        static let generated = LikeOptions(rawValue: 16)
        static let identity = LikeOptions(rawValue: 32)
        static let indexes = LikeOptions(rawValue: 64)
    }
}
