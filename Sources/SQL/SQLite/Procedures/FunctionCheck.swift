import OffstageQuery
import OffstageSchema
import OffstageSyntax

/// What PostgreSQL looks at when a function in SQL is made: its statements must mean something, and the last one give what was declared.
struct FunctionCheck {
    let schema: Schema
    let function: Function
    let path: [String]

    init(_ schema: Schema, _ function: Function, path: [String]) {
        self.schema = schema
        self.function = function
        self.path = function.settings["search_path"].map { Schema.searchPath(from: $0) } ?? path
    }

    func perform(at position: Position) throws(SQLError) {
        guard
            let (body, fragments) = ProcedureBody.sql(function.name.name, parameters: function.parameters.map(\.name), function.statements)
        else {
            throw SQLError(
                "0A000", "this statement in a function is not supported on the embedded engine",
                hint: "A function reads and writes rows: select, insert, update, delete.", position: position.byteOffset)
        }
        let shapes = function.parameters.map { parameter -> LocalShape in
            switch schema.shape(of: parameter.type) {
            case .value(let type): .value(type)
            case .row(let name, let columns): .row(RowShape(name, columns))
            case .any: .unassigned
            }
        }
        var last: Prepared?
        for fragment in fragments {
            let locals = LocalScope(
                conflict: .useColumn,
                find: { parts in
                    if let first = parts.first, let found = body.scopes[0].names[first] { return (found, 1) }
                    guard parts.count > 1, parts[0] == body.scopes[0].label, let found = body.scopes[0].names[parts[1]] else { return nil }
                    return (found, 2)
                }, shape: { shapes[$0] })
            do throws(SQLError) {
                last = try SQLiteDialect(schema).compile(fragment.statement, locals, as: .system, path: path, targets: wanted).prepared
            } catch {
                // The place is one in the body; where that stands in the file is not known here.
                throw SQLError(error.code, error.message, details: error.details, hint: error.hint, position: position.byteOffset)
            }
        }
        try check(last)
    }

    private var wanted: [ColumnType]? {
        if let row = function.rowResult(in: schema) { return row.fields.map(\.type) }
        switch function.result {
        case .scalar(let type), .set(let type): return [type]
        case .row, .table: return nil
        }
    }

    private func check(_ last: Prepared?) throws(SQLError) {
        if function.result == .scalar(ColumnType(.void)) { return }
        let row = function.rowResult(in: schema)
        let declared: String
        if let row { declared = DataType.composite(row).name } else { declared = wanted?.first?.type.name ?? "record" }
        func mismatch(_ details: String) -> SQLError {
            SQLError("42P13", "return type mismatch in function declared to return \(declared)", details: details)
        }
        guard let last, !last.columns.isEmpty else {
            throw mismatch("Function's final statement must be SELECT or INSERT/UPDATE/DELETE RETURNING.")
        }
        let given = last.columns.map(\.type.type)
        guard let row else {
            guard let type = wanted?.first?.type, type != .record else { return }
            guard given.count == 1 else { throw mismatch("Final statement must return exactly one column.") }
            guard isAssignable(given[0], type) else { throw mismatch("Actual return type is \(given[0].name).") }
            return
        }
        if given.count == 1, given[0].isRow { return }
        guard given.count >= row.fields.count else { throw mismatch("Final statement returns too few columns.") }
        guard given.count <= row.fields.count else { throw mismatch("Final statement returns too many columns.") }
        for (index, (given, field)) in zip(given, row.fields).enumerated() where !isAssignable(given, field.type.type) {
            throw mismatch("Final statement returns \(given.name) instead of \(field.type.type.name) at column \(index + 1).")
        }
    }

    private func isAssignable(_ given: DataType, _ wanted: DataType) -> Bool {
        if given == wanted || (given.isRow && wanted.isRow) { return true }
        guard let rule = CastTable.rule(from: given, to: wanted) else { return false }
        return rule.context != .explicit
    }
}
