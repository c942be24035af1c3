import OffstageSyntax

/// Tables made of queries: `create table … as`, materialized views.
extension Application {
    mutating func createTable(
        as name: Name, _ columns: [String], _ select: Select, withData: Bool, ifNotExists: Bool, isMaterialized: Bool = false,
        describe: Describe
    ) throws(SQLError) {
        let full = try schema.placement(of: name, path: path)
        if schema.relation(full) != nil {
            guard ifNotExists else { throw SQLError("42P07", "relation \"\(full.name)\" already exists", position: name.position.known) }
            return notice("relation \"\(full.name)\" already exists, skipping")
        }
        try requireNoType(full, at: name.position)
        var query = try bound(select)
        if isMaterialized { query = try expandingStars(query, describe: describe) }
        let found = isReadingCatalogue ? [] : try describe(query)
        guard columns.count <= found.count || isReadingCatalogue else {
            throw SQLError("42601", "too many column names were specified", position: name.position.known)
        }
        var table = Table(full)
        for (i, column) in found.enumerated() {
            let name_ = i < columns.count ? ObjectName.truncated(columns[i]) : column.name
            if Self.systemColumns.contains(name_) {
                throw SQLError("42701", "column name \"\(name_)\" conflicts with a system column name", position: name.position.known)
            }
            if table.column(name_) != nil {
                throw SQLError("42701", "column \"\(name_)\" specified more than once", position: name.position.known)
            }
            var type = column.type
            switch type.type {
            case .unknown: type = ColumnType(.text)
            case .record, .void:
                throw SQLError("42P16", "column \"\(name_)\" has pseudo-type \(type.type.name)", position: name.position.known)
            default: break
            }
            table.columns.append(Column(name_, type))
        }
        if isMaterialized { table.materialized = Materialized(query, isPopulated: withData) }
        schema.tables[full] = table
        grantDefaults(to: full, .table)
        changes.append(.createTable(full))
        if withData { changes.append(.fill(full, query, replacing: false)) }
    }

    mutating func refresh(_ name: Name, concurrently: Bool, withData: Bool, describe: Describe) throws(SQLError) {
        guard let found = schema.resolve(name, path: path) else { throw schema.missingRelation(name, path: path) }
        guard case .materializedView = found.kind, let table = schema.tables[found.name], let materialized = table.materialized else {
            throw SQLError(
                found.kind == .view || found.kind == .table ? "0A000" : "42809",
                found.kind == .view || found.kind == .table
                    ? "\"\(found.name.name)\" is not a materialized view" : "\"\(found.name.name)\" is not a table or materialized view",
                position: name.position.known)
        }
        if concurrently, !withData { throw SQLError("42601", "REFRESH options CONCURRENTLY and WITH NO DATA cannot be used together") }
        if concurrently {
            if !materialized.isPopulated {
                throw SQLError("0A000", "CONCURRENTLY cannot be used when the materialized view is not populated")
            }
            let hasKey = table.indexes.contains { index in
                index.isUnique && index.filter == nil
                    && index.elements.allSatisfy { if case .column = $0.value.kind { true } else { false } }
            }
            guard hasKey else {
                throw SQLError(
                    "55000", "cannot refresh materialized view \"\(found.name)\" concurrently",
                    hint: "Create a unique index with no WHERE clause on one or more columns of the materialized view.")
            }
        }
        isDefinition = materialized.isPopulated != withData
        schema.tables[found.name]?.materialized?.isPopulated = withData
        changes.append(.fill(found.name, withData ? materialized.select : nil, replacing: true))
    }
}

extension Application {
    /// Every query that is kept under a name: views and materialized views.
    var queries: [(name: QualifiedName, select: Select, object: Droppable)] {
        let views = schema.views.values.map { (name: $0.name, select: $0.select, object: Droppable.view($0.name)) }
        let stored = schema.tables.values.compactMap { table in
            table.materialized.map { (name: table.name, select: $0.select, object: Droppable.table(table.name)) }
        }
        return (views + stored).sorted { $0.name < $1.name }
    }

    /// Changes the query of a view or materialized view.
    mutating func setQuery(_ name: QualifiedName, _ select: Select) {
        if schema.views[name] != nil { schema.views[name]?.select = select }
        if schema.tables[name]?.materialized != nil { schema.tables[name]?.materialized?.select = select }
    }
}
