import OffstageSyntax

extension Schema {
    /// The schema that `catalogueEntries` were made of. Its generation is 0: the database knows it.
    ///
    /// Throws XX001 where an entry cannot be read or does not fit the others.
    package init(catalogue entries: [CatalogueEntry]) throws(SQLError) {
        var order = Dictionary(uniqueKeysWithValues: CatalogueEntry.Kind.allCases.enumerated().map { ($1, $0) })
        // A table may hold rows of another table, and a composite type those of a table: who comes too early is read again later.
        order[.composite] = order[.table]
        order[.domain] = order[.table]
        var sorted = entries.enumerated().sorted {
            (order[$0.element.kind] ?? 0, $0.offset) < (order[$1.element.kind] ?? 0, $1.offset)
        }.map(\.element)
        for _ in 0...entries.count {
            var reading = Application(schema: Schema(), path: ["public"])
            reading.isReadingCatalogue = true
            guard let early = try reading.read(sorted) else {
                self = reading.schema
                comments = comments.filter { !$0.value.isEmpty }
                return
            }
            let entry = sorted.remove(at: early)
            sorted.insert(entry, at: sorted.firstIndex { (order[$0.kind] ?? 0) > (order[.table] ?? 0) } ?? sorted.count)
        }
        throw SQLError("XX001", "the catalogue's types hold each other")
    }
}

extension Application {
    /// Reads entries in this order; gives the place of one that needs a type which is not there yet.
    private static let holdTypes: Set<CatalogueEntry.Kind> = [.composite, .domain, .table]

    fileprivate mutating func read(_ entries: [CatalogueEntry]) throws(SQLError) -> Int? {
        var shapes: [QualifiedName: [View.Column]] = [:]
        for (place, entry) in entries.enumerated() {
            do {
                for statement in try parse(entry.definition) { try read(statement, of: entry, &shapes) }
            } catch {
                let isMissing = (error as? SQLError)?.code == "42704" && Self.holdTypes.contains(entry.kind)
                if isMissing, entries[(place + 1)...].contains(where: { Self.holdTypes.contains($0.kind) }) { return place }
                throw damaged(entry, error)
            }
        }
        return nil
    }

    fileprivate func damaged(_ entry: CatalogueEntry, _ error: any Error) -> SQLError {
        let reason = (error as? SQLError)?.message ?? (error as? SyntaxError)?.message ?? "\(error)"
        return SQLError(
            "XX001", "the catalogue's \(entry.kind.rawValue) \"\(entry.schema).\(entry.name)\" cannot be read: \(reason)",
            details: entry.definition)
    }

    fileprivate mutating func read(
        _ statement: Statement, of entry: CatalogueEntry, _ shapes: inout [QualifiedName: [View.Column]]
    ) throws(SQLError) {
        let name = QualifiedName(entry.schema, entry.name)
        switch (entry.kind, statement.kind) {
        case (.viewColumns, .createTable(let create)): shapes[name] = try columns(create)
        case (.view, .createView(let create)):
            // As it was made: its tables need not be there yet, if they are views themselves.
            var view = View(name, columns: shapes[name] ?? [], create.select)
            view.isSecurityInvoker = create.options["security_invoker"] == "true"
            view.isSecurityBarrier = create.options["security_barrier"] == "true"
            view.checkOption = create.options["check_option"].flatMap { View.CheckOption(rawValue: $0) }
            schema.views[name] = view
        case (.materializedView, .createView(let create)):
            schema.tables[name]?.materialized = Materialized(create.select, isPopulated: create.options["with_data"] != "false")
        case (.labelPositions, .data(.select(let select))): try setPositions(name, select)
        case (.automaticGrant, .grant(let grant)):
            for role in grant.roles {
                schema.automaticPrivileges[name, default: [:]][role, default: []].formUnion(
                    grant.privileges.compactMap { $0.name.flatMap { Privilege(rawValue: $0) } })
            }
        default: try apply(statement) { (_) throws(SQLError) in [] }
        }
    }

    private func columns(_ create: CreateTable) throws(SQLError) -> [View.Column] {
        var columns: [View.Column] = []
        for column in create.columns {
            var source: ColumnSource?
            for constraint in column.constraints {
                if case .foreignKey(let key) = constraint.kind, let referenced = key.referenced.first {
                    source = ColumnSource(QualifiedName(key.table), referenced)
                }
            }
            columns.append(View.Column(column.name, try schema.resolveType(column.type, path: path), source: source))
        }
        return columns
    }

    private mutating func setPositions(_ name: QualifiedName, _ select: Select) throws(SQLError) {
        guard let old = schema.enumerations[name], case .values(let rows) = select.body, rows.count == old.labels.count else {
            throw SQLError("XX001", "label positions do not fit the type")
        }
        var new = old
        for (i, row) in rows.enumerated() {
            let text: String? =
                switch row.last?.kind {
                case .literal(.integer(let number)): String(number)
                case .literal(.number(let number)): number
                case .unary("-", let inner):
                    switch inner.kind {
                    case .literal(.integer(let number)): "-\(number)"
                    case .literal(.number(let number)): "-" + number
                    default: nil
                    }
                default: nil
                }
            guard let position = text.flatMap({ Int64($0) }) else { throw SQLError("XX001", "a label's position is no number") }
            new.labels[i].position = position
        }
        schema.enumerations[name] = new
    }
}
