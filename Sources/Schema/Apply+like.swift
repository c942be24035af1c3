import OffstageSyntax

extension Application {
    /// `create table t (…, like other including all, …)`: the other relation's columns where it stands, and of the rest what is asked for.
    func like(_ like: CreateTable.Like, _ table: inout Table, _ parts: inout TableParts) throws(SQLError) {
        guard let found = schema.resolve(like.table, path: path) else { throw schema.missingRelation(like.table, path: path) }
        guard let other = schema.tables[found.name] else {
            guard let view = schema.views[found.name] else {
                throw SQLError(
                    "42809", "relation \"\(found.name.name)\" is invalid in LIKE clause",
                    details: "This operation is not supported for \(found.kind.plural).", position: like.table.position.known)
            }
            for column in view.columns { try append(Column(column.name, column.type), to: &table, like) }
            return
        }
        let options = LikeOptions(rawValue: like.options)
        for column in other.columns {
            var copy = Column(column.name, column.type)
            copy.isNotNull = column.isNotNull
            if options.contains(.defaults), column.identity == nil { copy.defaultValue = column.defaultValue }
            if options.contains(.generated) { copy.generated = column.generated }
            if options.contains(.comments) { copy.comment = column.comment }
            if options.contains(.identity) { copy.identity = column.identity }
            try append(copy, to: &table, like)
        }
        if options.contains(.constraints) {
            for check in other.checks {
                parts.checks.append(.init(name: check.name, condition: check.condition, position: like.table.position))
            }
        }
        guard options.contains(.indexes) else { return }
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
    }

    private func append(_ column: Column, to table: inout Table, _ like: CreateTable.Like) throws(SQLError) {
        if table.column(column.name) != nil {
            throw SQLError("42701", "column \"\(column.name)\" specified more than once", position: like.table.position.known)
        }
        table.columns.append(column)
    }

    /// What is made after the table: the sequences of identity columns, and indexes under names of their own.
    mutating func likeIndexes(_ like: CreateTable.Like, _ table: inout Table) throws(SQLError) {
        guard let found = schema.resolve(like.table, path: path), let other = schema.tables[found.name] else { return }
        let options = LikeOptions(rawValue: like.options)
        if options.contains(.identity) {
            for column in other.columns where column.identity != nil {
                guard let i = table.columns.firstIndex(where: { $0.name == column.name }), table.columns[i].sequence == nil else {
                    continue
                }
                let held = column.sequence.flatMap { schema.sequences[$0] }
                table.columns[i].sequence = try makeSequence(
                    for: table.columns[i], of: table.name,
                    held.map {
                        [.start($0.start), .increment($0.increment), .minimum($0.minimum), .maximum($0.maximum), .cycle($0.isCycling)]
                    } ?? [])
            }
            schema.tables[table.name] = table
        }
        guard options.contains(.indexes) else { return }
        for index in other.indexes {
            var copy = index
            copy.name = ObjectName.choose(
                table.name.name, ObjectName.middle(Self.indexColumns(CreateIndex(index, on: other.name))), "idx"
            ) {
                schema.relation(QualifiedName(table.name.schema, $0)) != nil
            }
            var rewrite = TreeRewrite.renaming(table: other.name.name, to: table.name.name)
            for i in copy.elements.indices { copy.elements[i].value = rewrite(copy.elements[i].value) }
            copy.filter = copy.filter.map { rewrite($0) }
            table.indexes.append(copy)
            schema.tables[table.name] = table
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
