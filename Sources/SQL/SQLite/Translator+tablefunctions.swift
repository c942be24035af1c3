import OffstageQuery
import OffstageSchema
import OffstageSyntax

/// Functions in `from`: those that give rows, those that give one value, several in step, with column definitions, with ordinality.
extension Translator {
    /// What a call gives as a table.
    private struct CalledRows {
        /// A table-valued function, or a subquery in brackets.
        var text: String
        /// Its columns: what they are called, and their terms, whose text is a column of the source.
        var columns: [(name: String, term: Term)]
        /// Table-valued functions see their neighbours, subqueries do not.
        var isTable: Bool
        /// Its one column is the function's value.
        var isValue = false
        /// The one column is a row, which stands for its fields; or the value a column definition list takes apart.
        var row: Composite?
        /// The value is a JSON document that column definitions are read from.
        var isDocument = false
        var rowName: QualifiedName?
        var readsNeighbours = false
        var isSafe = true
        var outerLevels: UInt64 = 0
    }

    mutating func translate(
        _ source: FunctionSource, in scope: Scope, into sources: inout Sources, nullable: Bool
    ) throws(SQLError) -> String {
        var calls: [CalledRows] = []
        for expression in source.calls {
            for call in Self.unnested(expression) { calls.append(try rows(of: call, source, in: scope)) }
        }
        let sqlAlias = freshAlias()
        for call in calls { sources.levels |= call.outerLevels & ~scope.bit }
        let name = source.alias ?? Alias(calls.count == 1 ? source.calls.first?.functionName ?? "" : "")
        var text: String
        var columns: [(String, Term)] = []
        var ordinal = "ordinal"
        if calls.count == 1, let only = calls.first {
            let names = only.columns.map(\.term.sql)
            let mustPack = (only.readsNeighbours && !only.isTable) || (source.withOrdinality && !only.isTable)
            if mustPack {
                text = "pg_rows(\(guarded(try packed(names, only.text), isSafe: only.isSafe, sources))) AS \(sqlAlias)"
            } else {
                text = "\(only.text) AS \(sqlAlias)"
            }
            for (index, column) in only.columns.enumerated() {
                columns.append(
                    (column.name, column.term.with { $0.sql = mustPack ? "\(sqlAlias).c\(index + 1)" : "\(sqlAlias).\($0.sql)" }))
            }
        } else {
            // Side by side: each one's rows as a value, joined row by row.
            var parts: [String] = []
            for call in calls {
                parts.append(try packed(call.columns.map(\.term.sql), call.text))
                parts.append("\(call.columns.count)")
                for column in call.columns {
                    columns.append(
                        (
                            column.name,
                            column.term.with {
                                $0.sql = "\(sqlAlias).c\(columns.count + 1)"
                                $0.isNotNull = false
                            }
                        ))
                }
            }
            text = "pg_rows(\(guarded("pg_rows_zip(\(parts.joined(separator: ", ")))", isSafe: calls.allSatisfy(\.isSafe), sources)))"
            text += " AS \(sqlAlias)"
        }
        // A row stands for its fields.
        var shown: [(String, Term)] = []
        var parts: [Range<Int>] = []
        var place = 0
        for call in calls {
            let own = Array(columns[place..<(place + call.columns.count)])
            place += call.columns.count
            let first = shown.count
            defer { parts.append(first..<shown.count) }
            if let definitions = try definitions(source, of: call) {
                shown += try fields(definitions, of: own[0].1, isDocument: call.isDocument)
            } else if let row = call.row {
                shown += try fields(of: own[0].1.with { $0.type = .composite(row) }, at: .none).map { ($0.name, $0.term) }
            } else {
                shown += own
            }
        }
        if source.withOrdinality {
            ordinal = "\(sqlAlias).\(ordinal)"
            shown.append(("ordinality", Term(ordinal, .bigint).with { $0.isNotNull = true }))
        }
        try add(
            Alias(name.name, columns: name.columns), nil, nil, shown, sqlAlias, nullable,
            row: calls.count == 1 && !source.withOrdinality ? calls.first?.rowName : nil, presence: presence(calls, sqlAlias, text),
            isQualified: true, to: scope)
        if calls.count == 1, shown.count == 1, calls.first?.isValue == true, let last = scope.relations.indices.last {
            scope.relations[last].isValue = true
        }
        if name.name.hasPrefix(Self.setPrefix), let last = scope.relations.indices.last {
            // Calls lifted out of a select list: each is read by a name of its own, and no star sees them.
            for (index, (call, part)) in zip(calls, parts).enumerated() {
                var relation = Scope.Relation(alias: "\(name.name).\(index)", columns: Array(scope.relations[last].columns[part]))
                relation.row = call.rowName
                relation.isValue = call.isValue && part.count == 1
                scope.relations.append(relation)
            }
            scope.items.append([])
        }
        return text
    }

    /// What the aliases of functions begin with that were lifted out of a select list.
    static let setPrefix = "~set"

    private func presence(_ calls: [CalledRows], _ sqlAlias: String, _ text: String) -> String? {
        text.hasPrefix("(") ? nil : "\(sqlAlias).ordinal"
    }

    /// `unnest(a, b)` is `rows from (unnest(a), unnest(b))`.
    private static func unnested(_ expression: Expression) -> [Expression] {
        guard case .call(let call) = expression.kind, call.function.last == "unnest", call.arguments.count > 1 else { return [expression] }
        return call.arguments.map { argument in
            var one = call
            one.arguments = [argument]
            return Expression(.call(one), at: expression.position)
        }
    }

    // MARK: One call

    private mutating func rows(of expression: Expression, _ source: FunctionSource, in scope: Scope) throws(SQLError) -> CalledRows {
        let around = scope.around(lateral: true) ?? Scope()
        guard case .call(let call) = expression.kind else {
            let term = try settled(try translate(expression, in: around))
            return one(term, expression.functionName, source, in: scope)
        }
        var terms: [Term] = []
        for argument in call.arguments {
            try refuseAggregates(argument.value, in: "functions in FROM")
            terms.append(try translate(argument.value, in: around))
        }
        var entries = builtIns(call.function)
        if let (entry, ordered) = named(entries, call, terms) { (entries, terms) = ([entry], ordered) }
        let match = try resolve(entries, terms, called: call.function.parts.joined(separator: "."))
        if let match, match.entry.traits.contains(.set) { return try rows(match, terms, call, source, in: scope) }
        if match == nil, let (function, ordered) = userFunction(call.function, call, terms), function.givesTable {
            return try rows(function, ordered, terms, call, source, in: scope)
        }
        let value = try settled(try translate(expression, in: around))
        return one(value, call.function.last, source, in: scope)
    }

    /// One row of one value.
    private func one(_ term: Term, _ name: String, _ source: FunctionSource, in scope: Scope) -> CalledRows {
        var called = CalledRows(
            text: "(SELECT \(term.sql) AS c1)", columns: [(source.alias?.name ?? name, Term("c1", term.type, modifier: term.modifier))],
            isTable: false,
            isValue: true)
        called.isDocument = term.type == .json || term.type == .jsonb
        if case .composite(let row) = term.type {
            (called.row, called.rowName) = (row, row.name)
            called.isValue = false
        }
        called.readsNeighbours = term.levels & scope.bit != 0
        called.isSafe = term.isSafe
        called.outerLevels = term.levels
        return called
    }

    /// A set-returning function of the engine.
    private mutating func rows(
        _ match: Match, _ terms: [Term], _ call: Call, _ source: FunctionSource, in scope: Scope
    ) throws(SQLError) -> CalledRows {
        let (term, arguments) = try fill(match, with: terms, at: call.function.position)
        var called = CalledRows(text: term.sql, columns: [], isTable: true)
        if let several = Self.tableColumns[match.entry.name] {
            called.columns = several.map { ($0.0, Term($0.0, $0.1)) }
        } else {
            let only = Self.namedValue.contains(match.entry.name) ? "value" : source.alias?.name ?? call.function.last
            called.columns = [(only, Term("value", match.result))]
            called.isValue = true
        }
        if match.result == .record { called.isDocument = true }
        if case .composite(let row) = match.result {
            (called.row, called.rowName) = (row, row.name)
            called.isValue = false
        }
        called.readsNeighbours = term.levels & scope.bit != 0
        called.isSafe = arguments.allSatisfy(\.isSafe)
        called.outerLevels = term.levels
        return called
    }

    /// A function of the project: its body.
    private mutating func rows(
        _ function: Function, _ ordered: [Term?], _ terms: [Term], _ call: Call, _ source: FunctionSource, in scope: Scope
    ) throws(SQLError) -> CalledRows {
        if !isTakenInLine(function, ordered) {
            let readsNeighbours = terms.contains { $0.levels & scope.bit != 0 }
            let stepped = try steppedRows(function, ordered, readsNeighbours: readsNeighbours, at: call.function.position)
            var called = CalledRows(
                text: stepped.text,
                columns: stepped.columns.enumerated().map { ($1.name, Term("c\($0 + 1)", $1.type.type, modifier: $1.type.modifier)) },
                isTable: true)
            called.rowName = function.rowResult(in: schema)?.name
            called.isValue = stepped.columns.count == 1 && function.outputs.isEmpty
            if called.isValue, let alias = source.alias?.name { called.columns[0].name = alias }
            called.readsNeighbours = readsNeighbours
            called.isSafe = false
            for term in terms { called.outerLevels |= term.levels }
            return called
        }
        var wanted = columns(of: function)
        var composite: Composite?
        if wanted.count == 1, case .composite(let row) = wanted[0].type {
            composite = row
            wanted = row.fields.map(\.type)
        }
        let query = try enter(function, ordered, at: call.function.position) { (translator, select) throws(SQLError) in
            try translator.translate(select, in: nil, targets: wanted)
        }
        var names: [String]
        var rowName: QualifiedName?
        switch function.result {
        case .scalar, .set: names = [function.name.name]
        case .row(let columns, _): names = columns.map(\.name)
        case .table(let table, _):
            names = schema.composite(table)?.fields.map(\.name) ?? []
            rowName = table
        }
        if let composite { (names, rowName) = (composite.fields.map(\.name), composite.name) }
        var types = wanted
        var list: [String] = []
        if query.columns.count == 1, let only = query.columns.first?.term, case .composite = only.type, wanted.count != 1 || rowName != nil
        {
            // The body gives whole rows.
            let row = Composite(rowName, zip(names, wanted).map { .init($0, $1) })
            for field in try fields(of: try coerce(only, to: ColumnType(.composite(row)), .assignment), at: .none) {
                list.append("\(field.term.sql) AS c\(list.count + 1)")
            }
        } else {
            if wanted.count == 1, wanted[0].type == .record {
                names = query.columns.map(\.name)
                types = query.columns.map(\.term.columnType)
            }
            guard query.columns.count == types.count else {
                throw SQLError("42P13", "return type mismatch in function declared to return \(wanted.count) columns")
            }
            for (index, (column, type)) in zip(query.columns, types).enumerated() {
                list.append("\(try coerce(column.term, to: type, .assignment).sql) AS c\(index + 1)")
            }
        }
        let isSet =
            switch function.result {
            case .scalar: false
            case .set: true
            case .row(_, let set), .table(_, let set): set
            }
        var text = "(SELECT \(list.joined(separator: ", ")) FROM (\(query.sql))\(isSet ? "" : " LIMIT 1"))"
        if !isSet {
            // One row always: where the body gives none, one of nulls.
            let cells = list.indices.map { "r.c\($0 + 1) AS c\($0 + 1)" }
            text = "(SELECT \(cells.joined(separator: ", ")) FROM (SELECT 1) LEFT JOIN \(text) AS r)"
        }
        var called = CalledRows(
            text: text,
            columns: names.enumerated().map { ($1, Term("c\($0 + 1)", types[$0].type, modifier: types[$0].modifier)) }, isTable: false)
        called.rowName = rowName
        called.isValue = types.count == 1 && rowName == nil
        for term in terms {
            called.readsNeighbours = called.readsNeighbours || term.levels & scope.bit != 0
            called.outerLevels |= term.levels
        }
        called.isSafe = false
        return called
    }

    // MARK: Column definitions

    /// `as x(a int, b text)`, where the function's result needs it.
    private func definitions(_ source: FunctionSource, of call: CalledRows) throws(SQLError) -> [Composite.Field]? {
        let isRecord = call.columns.first?.term.type == .record
        guard !source.columns.isEmpty else {
            if isRecord { throw SQLError("42601", "a column definition list is required for functions returning \"record\"") }
            return nil
        }
        guard isRecord else {
            throw call.row?.name != nil || call.rowName != nil
                ? SQLError("42601", "a column definition list is redundant for a function returning a named composite type")
                : SQLError("42601", "a column definition list is only allowed for functions returning \"record\"")
        }
        var fields: [Composite.Field] = []
        for column in source.columns { fields.append(.init(column.name, try schema.resolveType(column.type, path: path))) }
        return fields
    }

    private func fields(_ definitions: [Composite.Field], of value: Term, isDocument: Bool) throws(SQLError) -> [(String, Term)] {
        guard isDocument else { throw unsupported("a column definition list of this function", hint: "Declare it returns table (…).") }
        return definitions.map { field in
            let key = Self.quoted(field.type.key)
            let sql = "pg_json_field(\(value.sql), \(Self.quoted(field.name)), \(key))"
            return (field.name, Term(sql, field.type.type, modifier: field.type.modifier))
        }
    }

    /// The types of the columns a function gives.
    func columns(of function: Function) -> [ColumnType] {
        switch function.result {
        case .scalar(let type), .set(let type): [type]
        case .row(let columns, _): columns.map(\.type)
        case .table(let table, _): schema.tables[table]?.columns.map(\.type) ?? schema.views[table]?.columns.map(\.type) ?? []
        }
    }

    /// Functions whose one column has a name of its own.
    static let namedValue: Set<String> = [
        "json_array_elements", "jsonb_array_elements", "json_array_elements_text", "jsonb_array_elements_text",
    ]

    /// Functions that give several columns.
    static let tableColumns: [String: [(String, DataType)]] = [
        "json_each": [("key", .text), ("value", .json)], "jsonb_each": [("key", .text), ("value", .jsonb)],
        "json_each_text": [("key", .text), ("value", .text)], "jsonb_each_text": [("key", .text), ("value", .text)],
    ]
}

extension Expression {
    /// What a function in `from` goes by.
    fileprivate var functionName: String {
        if case .call(let call) = kind { return call.function.last }
        return outputName
    }
}

extension Function {
    /// It gives rows, or a row of several columns.
    var givesTable: Bool {
        if case .scalar(let type) = result, type.type != .record { false } else { true }
    }
}
