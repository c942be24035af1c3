import OffstageSQL
import OffstageSchema
import OffstageSyntax

/// Statements over rows: run, looped over, returned.
extension ProcedureRun {
    struct Gathered {
        var rows: [[StoredValue]]
        var shape: RowShape
        var prepared: Prepared
        var count: Int
    }

    /// Everything a source gives. A loop's body may change what its query reads, so the query is read to its end before.
    func rows(_ source: ProcedureStatement.Source, atMost limit: Int = .max) throws(RunStop) -> Gathered {
        let compiled: Procedure.Compiled
        let run: StatementRun
        switch source {
        case .statement(let fragment):
            compiled = try self.compiled(fragment)
            try checkWriting(compiled.fragment.prepared)
            run = try statementRun(compiled.fragment.slots)
        case .dynamic(let dynamic):
            var values: [StoredValue] = []
            var types: [ColumnType] = []
            for fragment in dynamic.using {
                let typed = try evaluate(fragment)
                values.append(typed.value)
                types.append(typed.type)
            }
            do throws(SQLError) {
                compiled = try procedure.compiled(dynamic: dynamic.fragment, types)
            } catch {
                throw .refused(SQLError(error.code, error.message, details: error.details, hint: error.hint))
            }
            try checkWriting(compiled.fragment.prepared)
            inputs.locals = compiled.fragment.slots.map { values.indices.contains($0.variable) ? values[$0.variable] : .null }
            run = try StatementRun(on: connection, schema, with: inputs)
        }
        let prepared = compiled.fragment.prepared
        guard case .query(let text) = prepared.program else {
            let result = try run.run(prepared)
            return Gathered(rows: result.rows, shape: compiled.row, prepared: prepared, count: result.count)
        }
        var gathered = RowCollection()
        try run.each(text) { (row) throws(RunStop) in
            try gathered.append(row)
            return gathered.rows.count < limit
        }
        return Gathered(rows: gathered.rows, shape: compiled.row, prepared: prepared, count: gathered.rows.count)
    }

    private func checkWriting(_ prepared: Prepared) throws(RunStop) {
        guard !prepared.isQuery else { return }
        guard isWriting else { throw .refused(SQLError("25006", "cannot execute \(prepared.verb) in a read-only transaction")) }
        guard isVolatile else { throw .refused(SQLError("0A000", "\(prepared.verb) is not allowed in a non-volatile function")) }
    }

    /// A statement, its rows into variables where it says so.
    func execute(_ source: ProcedureStatement.Source, _ into: ProcedureStatement.Into?) throws(RunStop) {
        let isDynamic = if case .dynamic = source { true } else { false }
        guard let into else {
            let result = try rows(source)
            if !isDynamic, !result.prepared.columns.isEmpty {
                throw .refused(
                    SQLError(
                        "42601", "query has no destination for result data",
                        hint: result.prepared.isQuery ? "If you want to discard the results of a SELECT, use PERFORM instead." : nil))
            }
            rowCount = result.count
            if !isDynamic { setFound(result.count > 0) }
            return
        }
        let result = try rows(source, atMost: into.isStrict ? 2 : 1)
        guard !result.prepared.columns.isEmpty else {
            throw .refused(SQLError("42601", "INTO used with a command that cannot return data"))
        }
        if result.rows.isEmpty, into.isStrict { throw .refused(SQLError("P0002", "query returned no rows")) }
        if result.rows.count > 1, into.isStrict || (!result.prepared.isQuery && !isDynamic) {
            throw .refused(
                SQLError(
                    "P0003", "query returned more than one row", hint: "Make sure the query returns a single row, or use LIMIT 1."))
        }
        rowCount = result.prepared.isQuery ? min(result.rows.count, 1) : result.count
        if !isDynamic { setFound(!result.rows.isEmpty) }
        try assign(result.rows.first, result.shape, to: into.targets)
    }

    func each(_ targets: [ProcedureTarget], _ source: ProcedureStatement.Source, _ loop: ProcedureStatement.Loop) throws(RunStop) -> Flow {
        let result = try rows(source)
        guard !result.prepared.columns.isEmpty else {
            throw .refused(SQLError("42601", "cannot open \(result.prepared.verb) query as cursor"))
        }
        for row in result.rows {
            try tick()
            try assign(row, result.shape, to: targets)
            if let flow = try turn(loop) {
                setFound(true)
                return flow
            }
        }
        if result.rows.isEmpty { try assign(nil, result.shape, to: targets) }
        setFound(!result.rows.isEmpty)
        return .next
    }

    // MARK: Return

    /// The row an expression is, where it is a variable that holds one, or a row value.
    func row(of fragment: BodyFragment) throws(RunStop) -> ([StoredValue]?, RowShape)? {
        guard let name = fragment.variableName else { return nil }
        var here: Int? = fragment.scope
        while let index = here {
            let scope = procedure.body.scopes[index]
            if let variable = scope.names[name] {
                switch locals[variable] {
                case .row(let shape, let values): return (values, shape)
                case .unassigned:
                    throw .refused(
                        SQLError(
                            "55000", "record \"\(name)\" is not assigned yet",
                            details: "The tuple structure of a not-yet-assigned record is indeterminate."))
                case .value: return nil
                }
            }
            here = scope.parent
        }
        return nil
    }

    func returnValue(_ value: BodyFragment?) throws(RunStop) {
        guard let value else {
            returned = .nothing
            return
        }
        if let (row, shape) = try row(of: value) {
            returned = .row(row, shape)
            return
        }
        let isTrigger = procedure.function?.result == .scalar(ColumnType(.trigger))
        guard !isTrigger, !givesRows, case .scalar(let type)? = procedure.function?.result, type.type != .record else {
            let typed = try evaluate(value)
            guard typed.value != .null else {
                returned = .row(nil, resultShape)
                return
            }
            guard let (row, shape) = try decoded(typed) else {
                throw .refused(
                    SQLError(
                        "42804",
                        isTrigger
                            ? "cannot return non-composite value from function returning composite type"
                            : "cannot return non-composite value from function returning composite type"))
            }
            returned = .row(row, shape)
            return
        }
        returned = .value(try evaluate(value, as: type).value)
    }

    /// A row value's fields; nil for what is no row.
    func decoded(_ typed: Typed) throws(RunStop) -> ([StoredValue]?, RowShape)? {
        guard case .composite(let row) = typed.type.type else { return nil }
        let shape = RowShape(row.name, row.fields.map { View.Column($0.name, $0.type) })
        guard case .text(let text) = typed.value else { return (nil, shape) }
        return (try fields(of: text, shape), shape)
    }

    func fields(of text: String, _ shape: RowShape) throws(RunStop) -> [StoredValue] {
        do throws(SQLError) {
            var fields: [StoredValue] = []
            for (item, column) in zip(try RowText.items(of: text), shape.columns) {
                if let item { fields.append(try column.type.parse(item, in: connection.session.values)) } else { fields.append(.null) }
            }
            return fields
        } catch {
            throw .refused(error)
        }
    }

    /// The columns of one row that the function gives.
    var resultShape: RowShape {
        guard let function = procedure.function else { return RowShape(nil, []) }
        if let row = function.rowResult(in: schema) { return RowShape(row.name, row.fields.map { View.Column($0.name, $0.type) }) }
        switch function.result {
        case .scalar(let type), .set(let type): return RowShape(nil, [View.Column(function.name.name, type)])
        case .row, .table: return RowShape(nil, [])
        }
    }

    private var givesRows: Bool { procedure.function?.rowResult(in: schema) != nil }

    /// The values of the `out` parameters.
    func outputs() throws(RunStop) -> [StoredValue] {
        guard let function = procedure.function else { return [] }
        return function.outputs.enumerated().map { index, column in
            let variable = procedure.body.variables.firstIndex {
                switch $0.kind {
                case .result(let number): number == index
                case .parameter: $0.name == column.name
                default: false
                }
            }
            guard let variable, case .value(let value) = locals[variable] else { return .null }
            return value
        }
    }

    func returnNext(_ value: BodyFragment?) throws(RunStop) {
        guard let value else { return try rows.append(try outputs()) }
        let wanted = resultShape
        if let (row, shape) = try row(of: value) {
            guard wanted.columns.count == shape.columns.count else {
                throw .refused(
                    SQLError(
                        "42804", "wrong record type supplied in RETURN NEXT",
                        details:
                            "Number of returned columns (\(shape.columns.count)) does not match expected column count (\(wanted.columns.count))."
                    ))
            }
            let values = row ?? Array(repeating: .null, count: wanted.columns.count)
            return try rows.append(try fitted(values, shape, to: wanted))
        }
        if givesRows {
            guard let (row, shape) = try decoded(try evaluate(value)) else {
                throw .refused(SQLError("42804", "cannot return non-composite value from function returning composite type"))
            }
            return try rows.append(try fitted(row ?? Array(repeating: .null, count: wanted.columns.count), shape, to: wanted))
        }
        try rows.append([try evaluate(value, as: wanted.columns[0].type).value])
    }

    func returnQuery(_ source: ProcedureStatement.Source) throws(RunStop) {
        let result = try rows(source)
        let wanted = resultShape
        func mismatch(_ details: String) -> RunStop {
            .refused(SQLError("42804", "structure of query does not match function result type", details: details))
        }
        guard result.shape.columns.count == wanted.columns.count else {
            throw mismatch(
                "Number of returned columns (\(result.shape.columns.count)) does not match expected column count (\(wanted.columns.count))."
            )
        }
        for (index, (given, column)) in zip(result.shape.columns, wanted.columns).enumerated() where given.type.type != column.type.type {
            throw mismatch(
                "Returned type \(given.type.type.name) does not match expected type \(column.type.type.name) in column \(index + 1).")
        }
        for row in result.rows { try rows.append(row) }
        rowCount = result.rows.count
        setFound(!result.rows.isEmpty)
    }

    // MARK: Functions in SQL

    /// One statement after another; the last one's rows are the result.
    func runSQL() throws(RunStop) {
        guard let function = procedure.function else { return }
        let wanted = resultShape
        for (index, fragment) in procedure.statements.enumerated() {
            let isLast = index == procedure.statements.count - 1
            let isVoid = function.result == .scalar(ColumnType(.void))
            guard isLast, !isVoid else {
                _ = try rows(.statement(fragment))
                continue
            }
            let result = try rows(.statement(fragment), atMost: function.givesSet ? .max : 1)
            let only = result.shape.columns.count == 1 ? result.shape.columns[0].type : nil
            for row in function.givesSet ? result.rows[...] : result.rows.prefix(1) {
                // One column that is a row stands for its fields.
                if givesRows, let only, let (fields, shape) = try decoded(Typed(value: row.first ?? .null, type: only)) {
                    try rows.append(try fields.map { (fields) throws(RunStop) in try fitted(fields, shape, to: wanted) } ?? [])
                } else {
                    try rows.append(try fitted(row, result.shape, to: wanted))
                }
            }
        }
    }
}

extension BodyFragment {
    /// The bare name that the whole expression is.
    fileprivate var variableName: String? {
        guard case .select(let select) = statement, case .query(let query) = select.body, query.outputs.count == 1, query.from.isEmpty,
            query.filter == nil, case .column(let name) = query.outputs[0].value.kind, name.parts.count == 1
        else { return nil }
        return name.last
    }
}
