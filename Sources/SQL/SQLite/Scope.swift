import OffstageQuery
import OffstageSchema
import OffstageSyntax

/// The names an expression may use: the relations of one `from`, and the scopes around it.
final class Scope {
    /// One item of a `from`: what PostgreSQL calls it, and what its columns are in the SQLite text.
    struct Relation {
        var alias: String
        /// Its qualified name, where it is a table under its own name: `public.books.title` is legal then.
        var name: QualifiedName?
        var columns: [Column]
        /// What it is called in the SQLite text.
        var sqlAlias = ""
        /// The table, view or composite type whose rows it gives.
        var row: QualifiedName?
        /// Not null in the SQLite text where there is a row; nil where there always is.
        var presence: String?
        /// It is a function of one value: its alias means that value.
        var isValue = false

        struct Column {
            var name: String
            var term: Term
            /// Not to be found by its bare name.
            var isHidden = false
            /// The alias of the relation it is a column of; none where a join merged it of two.
            var owner = ""
            /// The caller has no grant on it: the table, to say so.
            var deniedTable: String?
        }
    }

    let parent: Scope?
    let level: Int
    var relations: [Relation] = []
    /// What a bare name finds and a star stands for, for each item of the `from`: a join has merged columns.
    var items: [[Relation.Column]] = []
    /// What its common tables read of scopes around.
    var commonLevels: UInt64 = 0
    /// How many of the relations the items are made of.
    var covered = 0
    /// Relations that stand beside a subquery in `from` and cannot be read there.
    var unreadable: Set<String> = []
    /// Common table expressions visible here, by name.
    var commonTables: [String: CommonTableSource] = [:]
    /// The query's `window` clause, by name.
    var windows: [String: Window] = [:]
    /// Names without a qualifier in the query: those of relations among them mean whole rows.
    var bareNames: Set<String> = []
    /// The relations of this scope whose columns were named.
    private(set) var read: Set<String> = []
    /// Set once the query groups: what may appear outside aggregates.
    var grouping: Grouping?

    struct CommonTableSource {
        var sql: String
        var columns: [(name: String, term: Term)]
        /// As of `TranslatedSelect`.
        var hasGuard = false
        var hidesRows = false
    }

    struct Grouping {
        /// The texts of the `group by` items.
        var keys: Set<String>
        /// Relations (by alias) whose primary key is among them: all their columns may be used.
        var dependent: Set<String>
    }

    init(parent: Scope? = nil) {
        self.parent = parent
        level = parent.map { $0.level + 1 } ?? 0
    }

    /// A scope that sees nothing around it and counts as being where `other` is: a policy's, over its own table alone.
    init(besides other: Scope) {
        parent = nil
        level = other.level
    }

    var bit: UInt64 { 1 << UInt64(min(level, 63)) }

    /// What a subquery in this scope's `from` sees: the common tables; the relations to its left only where it is lateral.
    func around(lateral: Bool) -> Scope? {
        guard !(commonTables.isEmpty && relations.isEmpty) else { return parent }
        let scope = Scope(parent: parent)
        scope.commonTables = commonTables
        if lateral {
            scope.relations = relations
            scope.items = items
        } else {
            scope.unreadable = Set(relations.map(\.alias))
        }
        return scope
    }

    /// What a bare name may find: the items of the `from`, and relations that were put beside them since.
    var shown: [[Relation.Column]] {
        guard !items.isEmpty else { return [Self.visible(relations[...])] }
        return covered > 0 && covered < relations.count ? items + [Self.visible(relations[covered...])] : items
    }

    /// The columns of relations as a bare name finds them.
    static func visible(_ relations: ArraySlice<Relation>) -> [Relation.Column] {
        relations.flatMap { relation in
            relation.columns.filter { !$0.isHidden }.map { column in
                var column = column
                column.owner = relation.alias
                return column
            }
        }
    }

    func commonTable(_ name: String) -> CommonTableSource? { commonTables[name] ?? parent?.commonTable(name) }
}

extension Scope {
    /// The column a name means here or in a scope around.
    ///
    /// - Throws: 42703, 42P01, 42702.
    func resolve(_ name: Name) throws(SQLError) -> (term: Term, scope: Scope, relation: String) {
        var scope: Scope? = self
        while let here = scope {
            if let found = try here.find(name) { return (found.0, here, found.1) }
            scope = here.parent
        }
        let position = name.position.byteOffset
        guard let qualifier = name.qualifier else {
            throw SQLError("42703", "column \"\(name.last)\" does not exist", position: position)
        }
        if hasRelation(qualifier) {
            throw SQLError("42703", "column \(qualifier).\(name.last) does not exist", position: position)
        }
        throw missing(qualifier, at: position)
    }

    /// No relation that may be read goes by the alias.
    func missing(_ alias: String, at position: Int?) -> SQLError {
        if let own = renamed(alias) {
            return SQLError(
                "42P01", "invalid reference to FROM-clause entry for table \"\(alias)\"",
                hint: "Perhaps you meant to reference the table alias \"\(own)\".", position: position)
        }
        guard isUnreadable(alias) else {
            return SQLError("42P01", "missing FROM-clause entry for table \"\(alias)\"", position: position)
        }
        return SQLError(
            "42P01", "invalid reference to FROM-clause entry for table \"\(alias)\"",
            hint: "There is an entry for table \"\(alias)\", but it cannot be referenced from this part of the query.", position: position)
    }

    /// What a table of this name goes by instead.
    private func renamed(_ name: String) -> String? {
        relations.first { $0.row?.name == name && $0.alias != name }?.alias ?? parent?.renamed(name)
    }

    private func isUnreadable(_ alias: String) -> Bool { unreadable.contains(alias) || (parent?.isUnreadable(alias) ?? false) }

    /// Whether some relation here or around goes by this alias.
    func hasRelation(_ alias: String) -> Bool {
        relations.contains { $0.alias == alias } || (parent?.hasRelation(alias) ?? false)
    }

    /// Whether a table is read here or around, under the alias where one is given.
    func readsTable(_ alias: String?) -> Bool {
        relations.contains { $0.row != nil && (alias == nil || $0.alias == alias) } || (parent?.readsTable(alias) ?? false)
    }

    func relation(_ alias: String) -> Relation? {
        relations.first { $0.alias == alias } ?? parent?.relation(alias)
    }

    private func find(_ name: Name) throws(SQLError) -> (Term, String)? {
        let wanted = name.last
        if name.parts.count == 1 {
            var found: (Term, String)?
            for columns in shown {
                for column in columns where column.name == wanted {
                    if found != nil {
                        throw SQLError("42702", "column reference \"\(wanted)\" is ambiguous", position: name.position.byteOffset)
                    }
                    if let table = column.deniedTable { throw .denied("table", table) }
                    found = (column.term, column.owner)
                    read.insert(column.owner)
                }
            }
            if found == nil, let relation = relations.first(where: { $0.isValue && $0.alias == wanted }) {
                return relation.columns.first.map { ($0.term, relation.alias) }
            }
            return found
        }
        for relation in relations where matches(relation, name) {
            guard let column = relation.columns.first(where: { $0.name == wanted }) else { continue }
            if let table = column.deniedTable { throw .denied("table", table) }
            read.insert(relation.alias)
            return (column.term, relation.alias)
        }
        return nil
    }

    private func matches(_ relation: Relation, _ name: Name) -> Bool {
        switch name.parts.count {
        case 2: relation.alias == name.parts[0]
        case 3: relation.name == QualifiedName(name.parts[0], name.parts[1])
        default: false
        }
    }
}

extension Position {
    /// Nil where the node was made, not read.
    var byteOffset: Int? { offset >= 0 ? Int(offset) : nil }
}
