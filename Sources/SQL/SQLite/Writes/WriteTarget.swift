import OffstageQuery
package import OffstageSchema
package import OffstageSyntax

/// What a statement writes to: a table, or a view that stands for one, or a view whose triggers do the work.
struct WriteTarget {
    struct Level {
        var view: View
        /// Whose rights count on what the view reads.
        var role: String
    }

    /// As the statement names it.
    let name: QualifiedName
    /// What its expressions call it.
    let alias: String
    /// Where the rows are. For a view with INSTEAD OF triggers the view itself, as if it were a table.
    private(set) var table: Table
    private(set) var isInsteadOf = false
    /// The views between, outermost first.
    private(set) var levels: [Level] = []
    /// Whose rights count on the table.
    private(set) var role: String
    /// Columns of what is named that the caller may not read.
    private(set) var hidden: Set<String> = []
    /// The column of `table` that each column of what is named is, by name.
    private(set) var places: [String: String] = [:]
    /// The columns of what is named, in order.
    private(set) var columns: [String] = []

    let position: Position

    init(
        _ written: Name, as alias: String?, _ event: RowWrite.Event, in schema: Schema, as role: String, path: [String]
    ) throws(SQLError) {
        try schema.demandUsage(role, of: written)
        name = try schema.resolveRelation(written, path: path)
        self.alias = alias ?? name.name
        self.role = role
        position = written.position
        table = Table(name)
        columns = schema.columns(of: name).map(\.name)
        if let allowed = schema.allowedColumns(role, .select, of: name) { hidden = Set(columns).subtracting(allowed) }
        for column in columns { places[column] = column }
        var current = name
        while let view = schema.views[current] {
            if schema.triggers[current]?.contains(where: { $0.timing == .insteadOf && $0.isEnabled && $0.events.contains(event.trigger) })
                == true
            {
                isInsteadOf = true
                table = Table(current, columns: view.columns.map { Column($0.name, $0.type) })
                return
            }
            let shown = try view.updatable(event, in: schema)
            guard levels.count < 32 else { throw SQLError("54001", "stack depth limit exceeded") }
            levels.append(Level(view: view, role: self.role))
            if !view.isSecurityInvoker { self.role = view.owner }
            levels[levels.count - 1].role = self.role
            for (column, place) in places { places[column] = shown.columns[place] }
            current = shown.relation
        }
        guard let base = schema.tables[current] else {
            throw SQLError("42809", "cannot write to \"\(current.name)\"", position: written.position.byteOffset)
        }
        if base.materialized != nil {
            throw SQLError("42809", "cannot change materialized view \"\(base.name.name)\"", position: written.position.byteOffset)
        }
        table = base
    }

    /// The column of the table that a column of the statement means.
    ///
    /// - Throws: 42703, or 0A000 for a view's column that is none of the table's.
    func column(_ written: Name, _ event: RowWrite.Event) throws(SQLError) -> Column {
        let position = written.position.byteOffset
        guard let first = written.parts.first, columns.contains(first) else {
            throw SQLError("42703", "column \"\(written.last)\" of relation \"\(name.name)\" does not exist", position: position)
        }
        guard written.parts.count == 1 else {
            throw unsupported("writing to a field of a composite column", hint: "Write the whole value.", at: written.position)
        }
        guard let place = places[first], let column = table.column(place) else {
            throw SQLError(
                "0A000",
                event == .insert
                    ? "cannot insert into column \"\(first)\" of view \"\(name.name)\""
                    : "cannot update column \"\(first)\" of view \"\(name.name)\"",
                details: "View columns that are not columns of their base relation are not updatable.", position: position)
        }
        return column
    }

    /// The caller, and then each view's owner, must be allowed to do this.
    func demand(_ privilege: Privilege, _ written: [String], in schema: Schema, as caller: String) throws(SQLError) {
        func demand(_ role: String, _ columns: [String?], _ relation: QualifiedName) throws(SQLError) {
            if schema.allows(role, privilege, on: relation) { return }
            // A row of defaults names no column: PostgreSQL is content with a grant on any.
            if privilege != .delete, columns.isEmpty, schema.allowsAny(role, privilege, of: relation) { return }
            guard privilege != .delete, !columns.isEmpty,
                columns.allSatisfy({ $0.map { schema.allows(role, privilege, column: $0, of: relation) } ?? true })
            else { throw .denied(schema.views[relation] == nil ? "table" : "view", relation.name) }
        }
        try demand(caller, written, name)
        guard !levels.isEmpty else { return }
        try demand(role, written.map { places[$0] ?? nil }, table.name)
    }
}

extension RowWrite.Event {
    package var trigger: CreateTrigger.Event {
        switch self {
        case .insert: .insert
        case .update: .update
        case .delete: .delete
        }
    }

    var command: CreatePolicy.Command {
        switch self {
        case .insert: .insert
        case .update: .update
        case .delete: .delete
        }
    }
}

extension View {
    /// What a simple view shows: one relation, some of whose columns are its own.
    ///
    /// - Throws: 55000, PostgreSQL's reason why the view cannot be written to.
    package func updatable(
        _ event: RowWrite.Event, in schema: Schema
    ) throws(SQLError) -> (relation: QualifiedName, alias: String, columns: [String: String], filter: Expression?) {
        func refusal(_ why: String) -> SQLError {
            let (what, way) =
                switch event {
                case .insert:
                    (
                        "cannot insert into view",
                        "To enable inserting into the view, provide an INSTEAD OF INSERT trigger or an unconditional ON INSERT DO INSTEAD rule."
                    )
                case .update:
                    (
                        "cannot update view",
                        "To enable updating the view, provide an INSTEAD OF UPDATE trigger or an unconditional ON UPDATE DO INSTEAD rule."
                    )
                case .delete:
                    (
                        "cannot delete from view",
                        "To enable deleting from the view, provide an INSTEAD OF DELETE trigger or an unconditional ON DELETE DO INSTEAD rule."
                    )
                }
            return SQLError("55000", "\(what) \"\(name.name)\"", details: why, hint: way)
        }
        guard let shown = simple(in: schema, refusal) else { throw reason(in: schema, refusal) }
        if event != .delete, shown.columns.isEmpty {
            throw refusal("Views that have no updatable columns are not automatically updatable.")
        }
        return shown
    }

    /// Whether its rows can be written to without triggers.
    package func isSimplyUpdatable(in schema: Schema) -> Bool {
        guard let shown = simple(in: schema, { SQLError("55000", $0) }) else { return false }
        if let inner = schema.views[shown.relation] {
            return inner.isSimplyUpdatable(in: schema)
                || schema.triggers[shown.relation]?.contains { $0.timing == .insteadOf } == true
        }
        return true
    }

    private func simple(
        in schema: Schema, _ refusal: (String) -> SQLError
    ) -> (relation: QualifiedName, alias: String, columns: [String: String], filter: Expression?)? {
        guard why(in: schema) == nil, case .query(let query) = select.body, case .table(let source, let alias)? = query.from.first else {
            return nil
        }
        let relation = QualifiedName(source.qualifier ?? "public", source.last)
        let own = alias?.name ?? source.last
        let names = schema.columns(of: relation).map(\.name)
        let shown = alias.map { $0.columns } ?? []
        var columns: [String: String] = [:]
        for (column, output) in zip(self.columns, query.outputs) {
            guard case .column(let name) = output.value.kind, name.qualifier ?? own == own else { continue }
            let place = names.indices.first { ($0 < shown.count ? shown[$0] : names[$0]) == name.last }
            if let place { columns[column.name] = names[place] }
        }
        return (relation, own, columns, query.filter)
    }

    private func reason(in schema: Schema, _ refusal: (String) -> SQLError) -> SQLError { refusal(why(in: schema) ?? "") }

    private func why(in schema: Schema) -> String? {
        guard select.with == nil else { return "Views containing WITH are not automatically updatable." }
        guard case .query(let query) = select.body else {
            if case .values = select.body { return "Views that do not select from a single table or view are not automatically updatable." }
            return "Views containing UNION, INTERSECT, or EXCEPT are not automatically updatable."
        }
        if query.distinct != nil { return "Views containing DISTINCT are not automatically updatable." }
        if !query.groupBy.isEmpty { return "Views containing GROUP BY are not automatically updatable." }
        if query.having != nil { return "Views containing HAVING are not automatically updatable." }
        if select.limit != nil || select.offset != nil { return "Views containing LIMIT or OFFSET are not automatically updatable." }
        let translator = Translator(schema, as: .system)
        var windows = false
        var sets = false
        for output in query.outputs {
            output.value.visit(intoSubqueries: false) { part in
                guard case .call(let call) = part.kind else { return }
                if call.over != nil { windows = true }
                if translator.builtIns(call.function).contains(where: { $0.traits.contains(.set) }) { sets = true }
            }
        }
        if query.outputs.contains(where: { translator.hasAggregate($0.value) }) {
            return "Views that return aggregate functions are not automatically updatable."
        }
        if windows { return "Views that return window functions are not automatically updatable." }
        if sets { return "Views that return set-returning functions are not automatically updatable." }
        guard query.from.count == 1, case .table = query.from[0] else {
            return "Views that do not select from a single table or view are not automatically updatable."
        }
        return nil
    }
}
