/// How two tables or views hang together, seen from one of them.
package struct Relationship: Hashable, Sendable {
    package enum Cardinality: Hashable, Sendable {
        /// `from` holds the key: one row or none on the other side.
        case manyToOne
        /// The key's columns are unique where it is held. Which side that is says `Relationship.isReferencing`.
        case oneToOne
        case oneToMany
        case manyToMany
    }

    /// The table between the two of a many-to-many.
    package struct Junction: Hashable, Sendable {
        package var table: QualifiedName
        /// Its keys to `from` and to `to`.
        package var constraint: String
        package var otherConstraint: String
        /// Its columns, in the order of `Relationship.columns` and of `Relationship.referenced`.
        package var columns: [String]
        package var otherColumns: [String]
    }

    package var from: QualifiedName
    package var to: QualifiedName
    package var cardinality: Cardinality
    /// The foreign key's name; of a many-to-many, the junction's first.
    package var constraint: String
    /// The columns of `from` that must equal those of `to`, in the foreign key's order; with a junction each side equals its part of that.
    package var columns: [String]
    package var referenced: [String]
    /// Does `from` hold the foreign key?
    package var isReferencing: Bool
    package var junction: Junction?
    package var isToView = false
    /// The foreign key's own columns on both sides, as a hint may name them. Differ from the above where a view calls them otherwise.
    var key: (held: [String], referenced: [String]) { isReferencing ? (columns, referenced) : (referenced, columns) }

    package var isToOne: Bool { cardinality == .manyToOne || cardinality == .oneToOne }
    package var isSelf: Bool { from == to }
}

/// Every relationship of a schema, found once per generation.
///
/// They come from foreign keys; also through views that show the keys' columns unchanged, and across junction tables, whose two foreign
/// keys are part of
/// their primary key. Rules: PostgREST 12, "Resource Embedding".
package struct Relationships: Sendable {
    private let bySource: [QualifiedName: [Relationship]]

    package init(_ schema: Schema) {
        var found = schema.foreignKeyRelationships()
        found = schema.throughViews(found)
        found += schema.acrossJunctions(found)
        found += found.filter { $0.junction == nil }.map(\.inverse).map { schema.markingView($0) }
        bySource = Dictionary(grouping: found, by: \.from)
    }

    /// All that start at a table or view.
    package func from(_ name: QualifiedName) -> [Relationship] { bySource[name] ?? [] }

    /// What `select=target!hint(*)` on `from` may mean: none is PGRST200, several are PGRST201.
    ///
    /// Without a hint `target` is the related table or view, or the foreign key, or its only column where the related side is a table. With
    /// one, `target` is
    /// the related table or view, and the hint the foreign key, its only column on either side, or the junction. Within one table, its name
    /// means the children, the key's
    /// column the parent. Only relations of `schema` (by default the one of `from`) are looked at.
    package func candidates(from: QualifiedName, target: String, hint: String? = nil, in schema: String? = nil) -> [Relationship] {
        self.from(from).filter { $0.to.schema == (schema ?? from.schema) && $0.matches(target, hint) }
    }

    /// The names an embed on `from` could have, for "perhaps you meant".
    package func targets(from: QualifiedName, in schema: String? = nil) -> [String] {
        Array(Set(self.from(from).filter { $0.to.schema == (schema ?? from.schema) }.map(\.to.name))).sorted()
    }
}

extension Relationship {
    var inverse: Relationship {
        let cardinality: Cardinality = cardinality == .manyToOne ? .oneToMany : cardinality
        return Relationship(
            from: to, to: from, cardinality: cardinality, constraint: constraint, columns: referenced, referenced: columns,
            isReferencing: !isReferencing)
    }

    fileprivate func matches(_ target: String, _ hint: String?) -> Bool {
        if isSelf, junction == nil { return matchesItself(target, hint) }
        guard let hint else {
            if to.name == target { return true }
            guard junction == nil, !isToView else { return false }
            return constraint == target || key.held == [target]
        }
        guard to.name == target else { return false }
        if let junction { return junction.table.name == hint }
        return constraint == hint || key.held == [hint] || key.referenced == [hint]
    }

    /// One key of a table to itself makes two relationships under one name: the table's name means the children, the column's the parent.
    private func matchesItself(_ target: String, _ hint: String?) -> Bool {
        guard let hint else {
            if to.name == target { return !isReferencing }
            return isReferencing && (key.held == [target] || constraint == target) && !isToView
        }
        guard to.name == target else { return false }
        return isReferencing ? key.referenced == [hint] : key.held == [hint] || constraint == hint
    }
}

extension Schema {
    fileprivate func foreignKeyRelationships() -> [Relationship] {
        tables.values.sorted { $0.name < $1.name }.flatMap { table in
            let unique = ([table.primaryKey].compactMap { $0 } + table.uniqueKeys).map { Set($0.columns) }
            return table.foreignKeys.map { key in
                Relationship(
                    from: table.name, to: key.table, cardinality: unique.contains(Set(key.columns)) ? .oneToOne : .manyToOne,
                    constraint: key.name,
                    columns: key.columns, referenced: key.referenced, isReferencing: true)
            }
        }
    }

    /// These, and the same with a view in the place of either side or both.
    fileprivate func throughViews(_ found: [Relationship]) -> [Relationship] {
        let shown = views.values.sorted { $0.name < $1.name }.map { view in
            (
                view.name,
                Dictionary(
                    view.columns.compactMap { column in column.source.map { ($0, column.name) } }, uniquingKeysWith: { first, _ in first })
            )
        }
        return found.flatMap { relationship -> [Relationship] in
            func sides(_ table: QualifiedName, _ columns: [String]) -> [(name: QualifiedName, columns: [String])] {
                [(table, columns)]
                    + shown.compactMap { view, names in
                        let own = columns.compactMap { names[ColumnSource(table, $0)] }
                        return own.count == columns.count ? (view, own) : nil
                    }
            }
            return sides(relationship.from, relationship.columns).flatMap { from in
                sides(relationship.to, relationship.referenced).map { to in
                    var other = relationship
                    (other.from, other.columns, other.to, other.referenced) = (from.name, from.columns, to.name, to.columns)
                    return markingView(other)
                }
            }
        }
    }

    fileprivate func markingView(_ relationship: Relationship) -> Relationship {
        var relationship = relationship
        relationship.isToView = views[relationship.to] != nil
        return relationship
    }

    fileprivate func acrossJunctions(_ found: [Relationship]) -> [Relationship] {
        let bySource = Dictionary(grouping: found.filter { $0.cardinality == .manyToOne }, by: \.from)
        return bySource.sorted { $0.key < $1.key }.flatMap { junction, keys -> [Relationship] in
            let primary = primaryKey(of: junction)
            guard !primary.isEmpty else { return [] }
            let parts = keys.filter { primary.isSuperset(of: $0.columns) }
            return parts.flatMap { one in
                parts.filter { $0.constraint != one.constraint }.map { other in
                    markingView(
                        Relationship(
                            from: one.to, to: other.to, cardinality: .manyToMany, constraint: one.constraint, columns: one.referenced,
                            referenced: other.referenced, isReferencing: false,
                            junction: .init(
                                table: junction, constraint: one.constraint, otherConstraint: other.constraint, columns: one.columns,
                                otherColumns: other.columns)))
                }
            }
        }
    }

    /// A table's, or what a view shows of one if it shows all of it; empty where there is none.
    private func primaryKey(of name: QualifiedName) -> Set<String> {
        if let table = tables[name] { return Set(table.primaryKey?.columns ?? []) }
        guard let view = views[name] else { return [] }
        var columns: Set<String> = []
        for table in Set(view.columns.compactMap { $0.source?.table }) {
            guard let key = tables[table]?.primaryKey else { continue }
            let own = key.columns.compactMap { column in view.columns.first { $0.source == ColumnSource(table, column) }?.name }
            if own.count == key.columns.count { columns.formUnion(own) }
        }
        return columns
    }
}
