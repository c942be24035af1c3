import OffstageQuery
import OffstageSchema
import OffstageSyntax

/// Writes: one data-modifying WITH, and the rows it returns shown like any other.
extension RemoteBuilder {
    /// What the written rows go by.
    private static let source = "pgrst_source"
    private static let payload = "pgrst_payload"

    mutating func insert(_ plan: InsertPlan) {
        let table = plan.table
        var defaulted = plan.columns.map { _ in false }
        var merges = false
        // Of rows that all give the same columns, the others are not named; else each row is filled up with the defaults first.
        if plan.variants.count == 1, let only = plan.variants.first {
            defaulted = only
        } else {
            merges = plan.variants.contains { $0.contains(true) }
        }
        let columns = zip(plan.columns, defaulted).filter { !$1 }.map(\.0)
        var text = "insert into \(name(table.name))"
        if columns.isEmpty {
            // A row of defaults for each row of the payload.
            text += " select from json_array_elements($\(bind(.body))::json)"
        } else {
            let list = columns.map { PostgresDialect.quoted($0.name) }.joined(separator: ", ")
            let rows = merges ? filled(plan.columns, of: table) : "$\(bind(.body))::json"
            let values = columns.map { cast(PostgresDialect.quoted($0.name), $0, fromText: plan.givesText) }.joined(separator: ", ")
            let definitions = definitions(columns, asText: plan.givesText)
            text += "(\(list)) select \(values) from \(merges ? "jsonb" : "json")_to_recordset(\(rows)) as _(\(definitions))"
        }
        if let conflict = plan.conflict { text += self.conflict(conflict) }
        let alias = plan.answer.representation?.alias ?? table.name.name
        finish(text, plan.answer, of: table, as: nil, shown: alias, order: [], tellsNew: newness(plan))
    }

    /// How an upsert can tell which of its rows were not there before.
    private enum Newness {
        /// By a column of PostgreSQL's own, which is for those who may read the whole table, and is not there in a view.
        case system
        /// By a look at what the statement found, which what it writes itself is no part of.
        case keys([String])
    }

    private func newness(_ plan: InsertPlan) -> Newness? {
        guard let conflict = plan.conflict, conflict.merges?.isEmpty == false else { return nil }
        let name = plan.table.name
        if schema.views[name] == nil, schema.holds(role, .select, on: name) { return .system }
        return conflict.columns.isEmpty ? nil : .keys(conflict.columns)
    }

    /// The payload with the default of each column that a row leaves out.
    private mutating func filled(_ columns: [Column], of table: Table) -> String {
        let members = columns.compactMap { column -> String? in
            let value: String
            if let sequence = column.sequence, column.identity != nil {
                value = "nextval(\(PostgresDialect.literal(name(sequence))))"
            } else if let expression = column.defaultValue {
                value = expression.sql
            } else {
                return nil
            }
            return "\(PostgresDialect.literal(column.name)), \(value)"
        }
        let body = "$\(bind(.body))::jsonb"
        guard !members.isEmpty else { return body }
        return "(select jsonb_agg(jsonb_build_object(\(members.joined(separator: ", "))) || _e) from jsonb_array_elements(\(body)) _e)"
    }

    private func conflict(_ plan: ConflictPlan) -> String {
        var text = " on conflict"
        if !plan.columns.isEmpty { text += " (\(plan.columns.map(PostgresDialect.quoted).joined(separator: ", ")))" }
        guard let merges = plan.merges, !merges.isEmpty else { return text + " do nothing" }
        let values = merges.map { "\(PostgresDialect.quoted($0)) = excluded.\(PostgresDialect.quoted($0))" }
        return text + " do update set \(values.joined(separator: ", "))"
    }

    mutating func update(_ plan: UpdatePlan) {
        let alias = PostgresDialect.quoted(plan.alias)
        let values = plan.columns.map { column in
            let name = PostgresDialect.quoted(column.name)
            return "\(name) = \(cast("\(Self.payload).\(name)", column, fromText: plan.givesText))"
        }
        var text = "update \(name(plan.table.name)) as \(alias) set \(values.joined(separator: ", ")) from "
        text +=
            "(select * from json_to_recordset($\(bind(.body))::json) as _(\(definitions(plan.columns, asText: plan.givesText))) limit 1) \(Self.payload)"
        if let filter = plan.filter { text += " where \(sql(filter))" }
        finish(
            text, plan.answer, of: plan.table, as: plan.alias, shown: plan.answer.representation?.alias ?? plan.alias,
            order: key(plan.table))
    }

    mutating func delete(_ plan: DeletePlan) {
        var text = "delete from \(name(plan.table.name)) as \(PostgresDialect.quoted(plan.alias))"
        if let filter = plan.filter { text += " where \(sql(filter))" }
        finish(
            text, plan.answer, of: plan.table, as: plan.alias, shown: plan.answer.representation?.alias ?? plan.alias,
            order: key(plan.table))
    }

    private func key(_ table: Table) -> [String] { table.primaryKey?.columns ?? [] }

    // MARK: What is shown

    /// Puts the write among the WITH, with the columns that its answer needs, and shows its rows.
    ///
    /// No more columns are returned than needed: the caller may not be allowed to read the others.
    private mutating func finish(
        _ text: String, _ answer: AnswerPlan, of table: Table, as target: String?, shown alias: String, order: [String],
        tellsNew: Newness? = nil
    ) {
        var wanted: [String] = answer.locationKey ?? []
        if case .keys(let keys)? = tellsNew { wanted += keys }
        var all = false
        if let read = answer.representation {
            let used = read.columnsUsed
            all = used.hasRow
            wanted += used.names + order
        }
        let prefix = target.map { PostgresDialect.quoted($0) + "." } ?? ""
        var returned = table.columns.map(\.name).filter { all || wanted.contains($0) }.map { prefix + PostgresDialect.quoted($0) }
        if case .system? = tellsNew { returned.append("(xmax = 0) as pgrst_new") }
        if returned.isEmpty { returned.append("1 as pgrst_one") }
        parts.with.append("\(Self.source) as (\(text) returning \(returned.joined(separator: ", ")))")
        parts.count = "(select count(*) from \(Self.source))"
        switch tellsNew {
        case .system?: parts.inserted = "(select count(*) from \(Self.source) where pgrst_new)"
        case .keys(let keys)?:
            let same = keys.map { "_o.\(PostgresDialect.quoted($0)) = _n.\(PostgresDialect.quoted($0))" }.joined(separator: " and ")
            parts.inserted =
                "(select count(*) from \(Self.source) _n where not exists (select from \(name(table.name)) _o where \(same)))"
        case nil: break
        }
        if let key = answer.locationKey, !key.isEmpty {
            let cells = key.map { PostgresDialect.quoted($0) + "::text" }.joined(separator: ", ")
            // One more than are ever kept, so that it can be told that there are too many.
            parts.location =
                "(select coalesce(json_agg(json_build_array(\(cells))), '[]')::text from (select * from \(Self.source) limit \(WriteTerms.Once.rows + 1)) _k)"
        }
        guard var read = answer.representation else { return }
        read.source = .table(Name(Self.source), Alias(alias))
        var place = Place()
        place.written = (alias, table.columns.map(\.name), Name(table.name.schema, table.name.name))
        parts.rows = select(read, link: nil, place, order: order)
        parts.names = names(read)
    }

    func name(_ name: QualifiedName) -> String { "\(PostgresDialect.quoted(name.schema)).\(PostgresDialect.quoted(name.name))" }

    /// `"id" integer, "title" text`, for `json_to_recordset`.
    ///
    /// - Parameter asText: the payload gives text. Of all types only json would take that for a value of its own, so it is declared as text
    ///   and read by a cast.
    func definitions(_ columns: [Column], asText: Bool) -> String {
        columns.map { "\(PostgresDialect.quoted($0.name)) \(asText && isJSON($0) ? "text" : typeName($0))" }.joined(separator: ", ")
    }

    private func cast(_ value: String, _ column: Column, fromText: Bool) -> String {
        fromText && isJSON(column) ? "\(value)::\(typeName(column))" : value
    }

    private func typeName(_ column: Column) -> String { column.foreignType ?? TypeName(column.type).sql }

    private func isJSON(_ column: Column) -> Bool { column.type.type == .json || column.type.type == .jsonb }
}

extension RemoteBuilder {
    /// A call: the function in the `from`, its arguments from the request or from the payload.
    mutating func call(_ plan: CallPlan) {
        var place = Place()
        var before = ""
        if plan.takesBody, let column = plan.columns.first {
            // A type that only the database knows goes by its own name.
            let type = column.foreignType.flatMap { try? parseType($0) } ?? TypeName(column.type)
            place.payload = [Expression(.cast(Expression(.parameter(bind(.body))), type))]
        } else if !plan.columns.isEmpty {
            place.payload = plan.columns.map { column in
                let value = Expression.column("pgrst_arguments", column.name)
                return plan.givesText && isJSON(column) ? Expression(.cast(value, TypeName(column.type))) : value
            }
            before =
                "json_to_record($\(bind(.body))::json) as pgrst_arguments(\(definitions(plan.columns, asText: plan.givesText))), lateral "
        }
        var read = plan.read
        // The rows are the function's own, in its order.
        read.key = []
        parts.rows = select(read, link: nil, place, before: before)
        parts.names = names(read)
        if plan.counts { parts.total = plan.writes ? nil : count(read, place, before: before) }
    }
}

extension ReadPlan {
    /// The columns of its own relation that it reads, and whether it takes the row as a whole.
    var columnsUsed: (names: [String], hasRow: Bool) {
        var names: [String] = []
        var hasRow = false
        func look(_ expression: Expression) {
            expression.visit(intoSubqueries: true) { part in
                guard case .column(let name) = part.kind, name.parts.first == alias else { return }
                if name.parts.count == 1 { hasRow = true } else { names.append(name.last) }
            }
        }
        func look(_ plan: ReadPlan) {
            for field in plan.fields {
                switch field {
                case .value(_, let value): look(value)
                case .embed(let embed):
                    embed.parentKeys(plan.alias).forEach(look)
                    look(embed.plan)
                }
            }
            if let filter = plan.filter { look(filter) }
            plan.order.forEach { look($0.value) }
        }
        look(self)
        return (names, hasRow)
    }
}
