import OffstageSyntax

extension Application {
    mutating func createView(_ create: CreateView, describe: Describe) throws(SQLError) {
        let position = create.name.position
        if create.isMaterialized {
            return try createTable(
                as: create.name, create.columns, create.select, withData: create.options["with_data"] != "false",
                ifNotExists: create.ifNotExists, isMaterialized: true, describe: describe)
        }
        let name = try schema.placement(of: create.name, path: path)
        let existing = schema.relation(name)
        if let existing, !(create.orReplace && existing == .view) {
            if create.ifNotExists { return }
            if create.orReplace { throw SQLError("42809", "\"\(name.name)\" is not a view", position: position.known) }
            throw SQLError("42P07", "relation \"\(name.name)\" already exists", position: position.known)
        }
        try requireNoType(name, at: position)
        var view = View(name, columns: [], try expandingStars(bound(create.select), describe: describe))
        view.columns = try describe(view.select)
        try name_(&view, create)
        for (option, value) in create.options {
            switch option {
            case "security_invoker": view.isSecurityInvoker = try boolean(value, option)
            case "security_barrier": view.isSecurityBarrier = try boolean(value, option)
            case "with_data": break
            case "check_option": view.checkOption = try Self.checkOption(value)
            default: throw SQLError("22023", "unrecognized parameter \"\(option)\"", position: position.known)
            }
        }
        if let old = schema.views[name] {
            try requireSameColumns(old, view, position)
            view.owner = old.owner
            view.comment = old.comment
        } else {
            grantDefaults(to: name, .table)
        }
        schema.views[name] = view
    }

    static func checkOption(_ value: String) throws(SQLError) -> View.CheckOption {
        guard let option = View.CheckOption(rawValue: value.lowercased()) else {
            throw SQLError(
                "22023", "invalid value for enum option \"check_option\": \(value)",
                details: "Valid values are \"local\" and \"cascaded\".")
        }
        return option
    }

    func boolean(_ value: String, _ option: String) throws(SQLError) -> Bool {
        switch value.lowercased() {
        case "", "true", "on", "1", "yes", "t", "y": return true
        case "false", "off", "0", "no", "f", "n": return false
        default: throw SQLError("22023", "invalid value for boolean option \"\(option)\": \(value)")
        }
    }

    private func name_(_ view: inout View, _ create: CreateView) throws(SQLError) {
        if create.columns.count > view.columns.count {
            throw SQLError("42601", "CREATE VIEW specifies more column names than columns", position: create.name.position.known)
        }
        for (i, column) in create.columns.enumerated() { view.columns[i].name = ObjectName.truncated(column) }
        var seen: Set<String> = []
        for i in view.columns.indices {
            if !seen.insert(view.columns[i].name).inserted {
                throw SQLError("42701", "column \"\(view.columns[i].name)\" specified more than once", position: create.name.position.known)
            }
            // A bare literal in a view is text.
            if view.columns[i].type.type == .unknown { view.columns[i].type = ColumnType(.text) }
        }
        view.select = view.select.naming(view.columns.map(\.name))
    }

    private func requireSameColumns(_ old: View, _ new: View, _ position: Position) throws(SQLError) {
        if new.columns.count < old.columns.count { throw SQLError("42P16", "cannot drop columns from view", position: position.known) }
        for (before, after) in zip(old.columns, new.columns) {
            if before.name != after.name {
                throw SQLError(
                    "42P16", "cannot change name of view column \"\(before.name)\" to \"\(after.name)\"",
                    hint: "Use ALTER VIEW ... RENAME COLUMN ... to change name of view column instead.", position: position.known)
            }
            if before.type != after.type {
                throw SQLError(
                    "42P16",
                    "cannot change data type of view column \"\(before.name)\" from \(before.type.name) to \(after.type.name)",
                    position: position.known)
            }
        }
    }

    // MARK: Stars

    /// `select *` as the columns of the day: a view does not grow with its tables. Where the columns cannot be told here, the star stays.
    func expandingStars(_ select: Select, describe: Describe) throws(SQLError) -> Select {
        var select = select
        let common = Set(select.with?.tables.map(\.name) ?? [])
        switch select.body {
        case .setOperation(let op, let all, let left, let right):
            guard common.isEmpty else { return select }
            select.body = .setOperation(
                op, all: all, try expandingStars(left, describe: describe), try expandingStars(right, describe: describe))
        case .query(var query):
            guard query.outputs.contains(where: { if case .star = $0.value.kind { true } else { false } }) else { return select }
            var sources: [(name: String, columns: [String])] = []
            for item in query.from {
                guard try self.sources(item, common, &sources, describe: describe) else { return select }
            }
            var outputs: [Output] = []
            for output in query.outputs {
                guard case .star(let star) = output.value.kind else {
                    outputs.append(output)
                    continue
                }
                let wanted = star.parts.isEmpty ? sources : sources.filter { $0.name == star.last }
                guard !wanted.isEmpty else { return select }
                for source in wanted {
                    outputs += source.columns.map {
                        Output(Expression(.column(Name([source.name, $0], at: star.position)), at: output.value.position))
                    }
                }
            }
            query.outputs = outputs
            select.body = .query(query)
        case .values: break
        }
        return select
    }

    /// The columns each name of a `from` stands for; false where that is not plain to see.
    private func sources(
        _ item: FromItem, _ common: Set<String>, _ found: inout [(name: String, columns: [String])], describe: Describe
    ) throws(SQLError) -> Bool {
        switch item {
        case .table(let name, let alias):
            if name.parts.count == 1, common.contains(name.last) { return false }
            guard let relation = schema.resolve(name, path: path) else { return false }
            let columns: [String] =
                schema.tables[relation.name]?.columns.map(\.name) ?? schema.views[relation.name]?.columns.map(\.name) ?? []
            found.append((alias?.name ?? name.last, renamed(columns, alias)))
            return true
        case .select(let inner, let alias, let lateral):
            guard let alias, !lateral, common.isEmpty else { return false }
            found.append((alias.name, renamed(try describe(inner).map(\.name), alias)))
            return true
        case .join(_, let left, let right, let condition, let alias):
            switch condition {
            case .using, .natural: return false
            case .on, nil: break
            }
            if alias != nil { return false }
            guard try sources(left, common, &found, describe: describe) else { return false }
            return try sources(right, common, &found, describe: describe)
        case .call, .secured: return false
        }
    }

    private func renamed(_ columns: [String], _ alias: Alias?) -> [String] {
        guard let names = alias?.columns, !names.isEmpty else { return columns }
        return columns.enumerated().map { i, column in i < names.count ? names[i] : column }
    }
}

extension Select {
    /// The same query with its outputs called so, where it says its outputs one by one.
    func naming(_ names: [String]) -> Select {
        var select = self
        switch body {
        case .query(var query):
            let hasStar = query.outputs.contains { output in if case .star = output.value.kind { true } else { false } }
            guard !hasStar, query.outputs.count == names.count else { return self }
            for i in query.outputs.indices
            where Application.figuredName(query.outputs[i].value)?.name != names[i] || query.outputs[i].alias != nil {
                // An output that sorts or groups by its alias goes by it still.
                if query.outputs[i].alias != names[i] {
                    guard !mentions(query.outputs[i].alias) else { return self }
                    query.outputs[i].alias = names[i]
                }
            }
            select.body = .query(query)
        case .setOperation(let op, let all, let left, let right): select.body = .setOperation(op, all: all, left.naming(names), right)
        case .values: break
        }
        return select
    }

    private func mentions(_ alias: String?) -> Bool {
        guard let alias else { return false }
        var keys = orderBy.map(\.value)
        if case .query(let query) = body {
            for case .expression(let e) in query.groupBy { keys.append(e) }
        }
        return keys.contains { if case .column(let name) = $0.kind { name.parts == [alias] } else { false } }
    }
}
