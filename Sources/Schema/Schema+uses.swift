import OffstageSyntax

/// What rests on what: asked before something is dropped, renamed or changed.
extension Application {
    func uses(_ select: Select, _ relation: QualifiedName) -> Bool {
        TreeUses(select).tables.contains { QualifiedName($0) == relation }
    }

    /// May err to the side of yes, for a column without a qualifier in a query over several tables.
    func uses(_ select: Select, _ table: QualifiedName, _ column: String) -> Bool {
        guard uses(select, table) else { return false }
        let uses = TreeUses(select)
        if !uses.stars.isEmpty { return true }
        let names = aliases(of: table, in: { $0(select) })
        return uses.columns.contains { $0.last == column && ($0.qualifier.map { names.contains($0) } ?? true) }
    }

    func uses(_ policy: Policy, of owner: QualifiedName, _ relation: QualifiedName) -> Bool {
        [policy.using, policy.check].compactMap { $0 }.contains { e in
            TreeUses(e, enteringSelects: true).tables.contains { QualifiedName($0) == relation }
        }
    }

    func uses(_ policy: Policy, of owner: QualifiedName, _ table: QualifiedName, _ column: String) -> Bool {
        [policy.using, policy.check].compactMap { $0 }.contains { e in
            if owner == table, TreeUses(e).columns.contains(where: { $0.last == column }) { return true }
            let inner = TreeUses(e, enteringSelects: true)
            guard owner == table || inner.tables.contains(where: { QualifiedName($0) == table }) else { return false }
            var names = aliases(of: table, in: { $0(e) })
            if owner == table { names.insert(table.name) }
            let outer = TreeUses(e).columns
            return inner.columns.contains { name in
                guard name.last == column else { return false }
                if let qualifier = name.qualifier { return names.contains(qualifier) }
                return owner == table || !outer.contains(name)
            }
        }
    }

    /// What the table is called in a tree: its alias or its own name.
    func aliases<T>(of table: QualifiedName, in walk: (inout TreeAliases) -> T) -> Set<String> {
        var found = TreeAliases()
        _ = walk(&found)
        return Set(found.tables.filter { QualifiedName($0.name) == table }.map { $0.alias })
    }
}

extension QualifiedName {
    /// Of a name with its schema; a name of one part is in no schema.
    init(_ name: Name) { self.init(name.qualifier ?? "", name.last) }
}

/// What the items of every `from` in a tree are called.
struct TreeAliases {
    var tables: [(name: Name, alias: String)] = []
    /// Aliases of subqueries, common tables and functions.
    var derived: Set<String> = []
    var usingColumns: Set<String> = []

    mutating func callAsFunction(_ select: Select) {
        var found = self
        if let with = select.with { found.derived.formUnion(with.tables.map(\.name)) }
        select.visitFromItems { found.add($0) }
        self = found
    }

    mutating func callAsFunction(_ e: Expression) {
        var found = self
        e.visit(intoSubqueries: true) { inner in if let select = inner.subquery { found(select) } }
        self = found
    }

    private mutating func add(_ item: FromItem) {
        switch item {
        case .table(let name, let alias): tables.append((name, alias?.name ?? name.last))
        case .secured(let table): tables.append((table.name, table.alias?.name ?? table.name.last))
        case .select(let select, let alias, _):
            derived.insert(alias?.name ?? "")
            if let with = select.with { derived.formUnion(with.tables.map(\.name)) }
        case .call(let source): derived.insert(source.alias?.name ?? "")
        case .join(_, _, _, let condition, let alias):
            if let alias { derived.insert(alias.name) }
            switch condition {
            case .using(let columns, _): usingColumns.formUnion(columns)
            case .natural: usingColumns.insert("*")
            case .on, nil: break
            }
        }
    }
}
