import OffstageSQL
import OffstageSchema
import OffstageSyntax

/// A function's body, ready to run on one connection as one role: its variables' types, and what was translated of it so far.
///
/// Each piece of SQL is translated when it is first run, as in PostgreSQL: a table that is not there is an error then and not before.
final class Procedure {
    let function: Function?
    let body: ProcedureBody
    /// A function in SQL: its statements, one after another.
    let statements: [BodyFragment]
    let shapes: [VariableShape]
    let role: String
    let path: [String]
    let schema: Schema
    private var compiled: [Int: Compiled] = [:]
    private var casts: [Cast: SQLText] = [:]
    private var rowShapes: [Int: RowShape] = [:]

    /// A translated piece, and the shapes that its variables had.
    final class Compiled {
        let fragment: CompiledFragment
        let shapes: [LocalShape]
        /// What a `record` becomes that takes a row of it.
        let row: RowShape

        init(_ fragment: CompiledFragment, _ shapes: [LocalShape]) {
            self.fragment = fragment
            self.shapes = shapes
            row = RowShape(nil, fragment.prepared.columns.map { View.Column($0.name, $0.type) })
        }
    }

    private struct Cast: Hashable {
        var source: ColumnType
        var target: ColumnType
    }

    init(_ function: Function, _ schema: Schema, role: String, path: [String]) throws(SQLError) {
        self.function = function
        self.schema = schema
        self.role = role
        self.path = path
        if let procedure = function.procedure {
            body = procedure
            statements = []
        } else {
            guard
                let parts = ProcedureBody.sql(function.name.name, parameters: function.parameters.map(\.name), function.statements)
            else {
                throw SQLError(
                    "0A000", "this statement in a function is not supported on the embedded engine",
                    hint: "A function reads and writes rows: select, insert, update, delete.")
            }
            (body, statements) = parts
        }
        shapes = try Self.shapes(body, function, schema, path)
    }

    /// A `do` block.
    init(_ block: ProcedureBody, _ schema: Schema, role: String, path: [String]) throws(SQLError) {
        function = nil
        body = block
        statements = []
        self.schema = schema
        self.role = role
        self.path = path
        shapes = try Self.shapes(block, nil, schema, path)
    }

    private static func shapes(
        _ body: ProcedureBody, _ function: Function?, _ schema: Schema, _ path: [String]
    ) throws(SQLError) -> [VariableShape] {
        var shapes: [VariableShape] = []
        for variable in body.variables {
            switch variable.kind {
            case .parameter(let index): shapes.append(function.map { schema.shape(of: $0.parameters[index].type) } ?? .any)
            case .result(let index): shapes.append(function.map { schema.shape(of: $0.outputs[index].type) } ?? .any)
            case .declared(.variable(let other)) where other < shapes.count: shapes.append(shapes[other])
            case .declared(let type): shapes.append(try schema.shape(of: type, in: body, path: path))
            case .counter: shapes.append(.value(ColumnType(.integer)))
            case .found: shapes.append(.value(ColumnType(.boolean)))
            case .caught: shapes.append(.value(ColumnType(.text)))
            case .trigger(let name):
                switch name {
                case "new", "old": shapes.append(.any)
                case "tg_nargs": shapes.append(.value(ColumnType(.integer)))
                case "tg_relid": shapes.append(.value(ColumnType(.bigint)))
                case "tg_argv": shapes.append(.value(ColumnType(.array(.text))))
                default: shapes.append(.value(ColumnType(.text)))
                }
            }
        }
        return shapes
    }

    /// The shape of a variable declared as a row.
    func rowShape(of variable: Int) -> RowShape? {
        if let known = rowShapes[variable] { return known }
        guard case .row(let name, let columns) = shapes[variable] else { return nil }
        let shape = RowShape(name, columns)
        rowShapes[variable] = shape
        return shape
    }

    /// A piece translated for variables of these shapes.
    func compiled(
        _ fragment: BodyFragment, targets: [ColumnType]?, rowSets: [(name: String, number: Int, columns: [View.Column])],
        shape: @escaping (Int) -> LocalShape
    ) throws(SQLError) -> Compiled {
        if let known = compiled[fragment.number] {
            var fits = true
            for (variable, was) in zip(known.fragment.used, known.shapes) where !Self.same(shape(variable), was) { fits = false }
            if fits { return known }
        }
        let locals = LocalScope(
            conflict: body.conflict, find: { [body] in Self.find($0, in: body, from: fragment.scope) }, shape: shape)
        let result = try SQLiteDialect(schema).compile(
            fragment.statement, locals, as: Caller(role: role), path: path, targets: targets, rowSets: rowSets)
        let made = Compiled(result, result.used.map(shape))
        compiled[fragment.number] = made
        return made
    }

    /// The text of an `execute`: it sees `$1`, `$2`, … of these types, and nothing else.
    func compiled(dynamic fragment: BodyFragment, _ types: [ColumnType]) throws(SQLError) -> Compiled {
        if let known = compiled[fragment.number] { return known }
        let locals = LocalScope(
            conflict: .useColumn,
            find: { parts in
                guard parts.count == 1, parts[0].hasPrefix("$"), let number = Int(parts[0].dropFirst()), types.indices.contains(number - 1)
                else { return nil }
                return (number - 1, 1)
            }, shape: { .value(types[$0]) })
        let result = try SQLiteDialect(schema).compile(fragment.statement, locals, as: Caller(role: role), path: path)
        let made = Compiled(result, [])
        compiled[fragment.number] = made
        return made
    }

    func cast(from source: ColumnType, to target: ColumnType) throws(SQLError) -> SQLText {
        let key = Cast(source: source, target: target)
        if let known = casts[key] { return known }
        let text = try SQLiteDialect(schema).assignment(from: source, to: target)
        casts[key] = text
        return text
    }

    private static func same(_ a: LocalShape, _ b: LocalShape) -> Bool {
        switch (a, b) {
        case (.value(let a), .value(let b)): a == b
        case (.row(let a), .row(let b)): a.matches(b)
        case (.unassigned, .unassigned): true
        default: false
        }
    }

    private static func find(_ parts: [String], in body: ProcedureBody, from scope: Int) -> (variable: Int, used: Int)? {
        var here: Int? = scope
        while let index = here {
            let names = body.scopes[index]
            if let first = parts.first, let variable = names.names[first] { return (variable, 1) }
            if parts.count > 1, parts[0] == names.label, let variable = names.names[parts[1]] { return (variable, 2) }
            here = names.parent
        }
        return nil
    }
}
