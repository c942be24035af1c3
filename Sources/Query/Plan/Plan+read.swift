import OffstageSchema
import OffstageSyntax

extension Planner {
    /// One node of a read: its fields, its embeds, its filters and its order.
    mutating func node(
        _ relation: QualifiedName, named name: String, select items: [SelectItem], path: [String]
    ) throws(PlanError) -> ReadPlan {
        let alias = freshAlias(name)
        try demandSelect(relation)
        var read = ReadPlan(
            relation, as: alias, source: try asDatabase { () throws(SQLError) in try gate.source(relation, as: Alias(alias)) })
        read.maxRows = catalogue.settings.maxRows
        read.key = schema.tables[relation]?.primaryKey?.columns ?? []
        try fill(&read, select: items, path: path)
        return read
    }

    /// What is wanted of a node's rows, and which rows.
    mutating func fill(_ read: inout ReadPlan, select items: [SelectItem], path: [String]) throws(PlanError) {
        for item in items where !isEmbed(item) { try add(item, to: &read) }
        for item in items { if case .embed(let embed) = item { try add(embed, to: &read, path: path) } }
        read.isGrouped = request.uses(aggregatesIn: items) || countsByName(items, read)
        read.filter = try filters(for: read, path: path)
        read.order = try order(for: read, path: path)
        if let window = request.windows.last(where: { !$0.path.isEmpty && matches($0.path, path, read) })?.value {
            read.limit = window.limit
            read.offset = window.offset
        }
    }

    private func isEmbed(_ item: SelectItem) -> Bool { if case .embed = item { true } else { false } }

    /// A relation nobody granted says so before its columns are looked at.
    private func demandSelect(_ name: QualifiedName) throws(PlanError) {
        if schema.allows(role, .select, on: name) { return }
        let columns = schema.columns(of: name)
        guard columns.contains(where: { schema.allows(role, .select, column: $0.name, of: name) }) else { throw denied(name) }
    }

    func denied(_ name: QualifiedName) -> PlanError { PlanError(.denied(schema.views[name] == nil ? "table" : "view", name.name)) }

    // MARK: Fields

    private mutating func add(_ item: SelectItem, to read: inout ReadPlan) throws(PlanError) {
        switch item {
        case .all:
            for name in columnNames(of: read) { read.fields.append(.value(name, try column_(name, of: read))) }
        case .count(let alias, let cast):
            guard catalogue.settings.allowsAggregates else { throw Self.noAggregates }
            read.fields.append(.value(alias ?? "count", try casting(Self.countAll, cast)))
        case .field(let field): read.fields.append(try value(field, of: read))
        case .embed: break
        }
    }

    static let noAggregates = PlanError("PGRST123", "Use of aggregate functions is not allowed")
    static let countAll = Expression(.call(Call(Name("pg_catalog", "count"), isStar: true)))

    private func value(_ field: SelectField, of read: ReadPlan) throws(PlanError) -> PlannedField {
        // `count` without parentheses counts rows where there is no such column, even with aggregates off.
        if field.field.column == "count", field.field.jsonPath.isEmpty, field.aggregate == nil, type(of: "count", in: read) == nil {
            return .value(field.alias ?? "count", try casting(Self.countAll, field.cast))
        }
        var expression = try casting(try self.field(field.field, of: read), field.cast)
        if let aggregate = field.aggregate {
            guard catalogue.settings.allowsAggregates else { throw Self.noAggregates }
            expression = try casting(.call("pg_catalog", aggregate.rawValue, arguments: [expression]), field.aggregateCast)
        }
        return .value(field.alias ?? field.aggregate?.rawValue ?? field.field.outputName, expression)
    }

    private func countsByName(_ items: [SelectItem], _ read: ReadPlan) -> Bool {
        items.contains { item in
            guard case .field(let field) = item else { return false }
            return field.field == RequestField("count") && field.aggregate == nil && type(of: "count", in: read) == nil
        }
    }

    func casting(_ expression: Expression, _ cast: String?) throws(PlanError) -> Expression {
        guard let cast else { return expression }
        // The parser knows how types are spelled: `int`, `double precision`, `timestamp with time zone`, `text[]`.
        guard let name = try? parseType(cast) else { throw PlanError("42704", "type \"\(cast)\" does not exist") }
        _ = try asDatabase { () throws(SQLError) in try schema.resolveType(name) }
        return Expression(.cast(expression, name))
    }

    /// A column's type, or a computed one's.
    func type(of column: String, in read: ReadPlan) -> ColumnType? {
        columnType(column, of: read) ?? (try? computed(column, of: read))?.type
    }

    /// The type of a column that the relation itself has.
    func columnType(_ column: String, of read: ReadPlan) -> ColumnType? {
        if let result = read.result { return result.first { $0.name == column }?.type }
        return schema.columns(of: read.relation).first { $0.name == column }?.type
    }

    private func columnNames(of read: ReadPlan) -> [String] {
        read.result?.map(\.name) ?? schema.columns(of: read.relation).map(\.name)
    }

    /// What a function gave is its caller's to read.
    private func mayRead(_ column: String, of read: ReadPlan) -> Bool {
        read.result != nil || schema.allows(role, .select, column: column, of: read.relation)
    }

    /// A column the caller may read, qualified.
    func column_(_ name: String, of read: ReadPlan) throws(PlanError) -> Expression {
        guard columnType(name, of: read) != nil else {
            if let (value, _) = try computed(name, of: read) { return value }
            throw PlanError("42703", "column \(read.alias).\(name) does not exist", hint: perhaps(name, in: read))
        }
        guard mayRead(name, of: read) else { throw denied(read.relation) }
        return Expression(.column(Name([read.alias, name])))
    }

    /// PostgreSQL's own hint, for columns the caller may read.
    private func perhaps(_ name: String, in read: ReadPlan) -> String? {
        let readable = read.result == nil ? schema.allowedColumns(role, .select, of: read.relation) : nil
        let known = readable ?? columnNames(of: read)
        return closestName(to: name, among: known).map { "Perhaps you meant to reference the column \"\(read.alias).\($0)\"." }
    }

    /// A column or a place in its JSON.
    func field(_ field: RequestField, of read: ReadPlan) throws(PlanError) -> Expression {
        var expression = try column_(field.column, of: read)
        guard !field.jsonPath.isEmpty else { return expression }
        switch type(of: field.column, in: read)?.type {
        case .json, .jsonb: break
        default: expression = .call("pg_catalog", "to_jsonb", arguments: [expression])
        }
        for step in field.jsonPath {
            let operand: Expression =
                switch step.operand {
                case .key(let key): .string(key)
                case .index(let index): Expression(.literal(.integer(Int32(clamping: index))))
                }
            expression = Expression(.binary(step.asText ? "->>" : "->", expression, operand))
        }
        return expression
    }

    // MARK: Order

    private func order(for read: ReadPlan, path: [String]) throws(PlanError) -> [SortKey] {
        guard let terms = request.order.first(where: { matches($0.path, path, read) })?.value else { return [] }
        var keys: [SortKey] = []
        for term in terms {
            var node = read
            if let name = term.relation {
                guard let embed = read.embeds.first(where: { $0.name == name || $0.plan.relation.name == name }) else {
                    throw PlanError(
                        "PGRST108", "'\(name)' is not an embedded resource in this request",
                        hint: "Verify that '\(name)' is included in the 'select' query parameter.")
                }
                guard embed.isJoined else {
                    throw PlanError(
                        "PGRST118", "A related order on '\(name)' is not possible",
                        details: .text("'\(read.relation.name)' and '\(name)' do not form a many-to-one or one-to-one relationship"))
                }
                node = embed.plan
            }
            keys.append(
                SortKey(try field(term.field, of: node), descending: term.isDescending, nullsFirst: term.nulls.map { $0 == .first }))
        }
        return keys
    }

    // MARK: Paths

    /// Whether a path of names in the request leads to the node at `path`: each name an embed's key or, as of old, its relation.
    func matches(_ asked: [String], _ path: [String], _ read: ReadPlan) -> Bool {
        guard asked.count == path.count else { return false }
        for (a, b) in zip(asked, path) {
            let names = b.split(separator: "\u{0}").map(String.init)
            if !names.contains(a) { return false }
        }
        return true
    }

    /// Every path that filters, orders or limits must lead to an embed.
    func checkPaths(_ read: ReadPlan) throws(PlanError) {
        let paths = request.filters.map(\.path) + request.order.map(\.path) + request.windows.map(\.path)
        for path in paths where !path.isEmpty {
            var node = read
            for name in path {
                guard let embed = node.embeds.first(where: { $0.answers(to: name) }) else {
                    throw PlanError(
                        "PGRST108", "'\(name)' is not an embedded resource in this request",
                        hint: "Verify that '\(name)' is included in the 'select' query parameter.")
                }
                node = embed.plan
            }
        }
    }
}

extension ReadPlan {
    package var embeds: [EmbedPlan] {
        fields.compactMap { if case .embed(let embed) = $0 { embed } else { nil } }
    }
}

extension EmbedPlan {
    /// Its own key, or its relation's name.
    func answers(to asked: String) -> Bool { name == asked || plan.relation.name == asked }
}

extension RequestField {
    /// The last json key, else the column.
    var outputName: String {
        for step in jsonPath.reversed() { if case .key(let key) = step.operand { return key } }
        return column
    }
}

extension TableRequest {
    func uses(aggregatesIn items: [SelectItem]) -> Bool {
        items.contains { item in
            switch item {
            case .count: true
            case .field(let field): field.aggregate != nil
            default: false
            }
        }
    }
}
