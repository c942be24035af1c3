import CSQLite
import OffstageDatabase
import OffstageSQL
import OffstageSchema
import OffstageSyntax

/// A function as it is run: for one role, with one search path.
struct ProcedureKey: Hashable {
    var signature: String
    var role: String
    var path: [String]
}

extension Connection {
    /// How many functions may run inside one another.
    private static let greatestDepth = 500

    /// Calls a function of the project: its rows, one at most unless it returns a set.
    func call(_ signature: String, _ arguments: [StoredValue]) throws(RunStop) -> [[StoredValue]] {
        guard let given = session.inputs else { throw .refused(SQLError("XX000", "a function is called outside a statement")) }
        let schema = session.schema()
        let procedure = try self.procedure(signature, schema, given)
        guard let function = procedure.function else { return [] }
        if function.isStrict, arguments.contains(.null) { return function.givesSet ? [] : [[]] }
        let run = ProcedureRun(procedure, on: self, with: inputs(given, for: function))
        try entering(given) { () throws(RunStop) in try run.run(arguments) }
        return try run.result()
    }

    /// The types of the fields of the rows a function gives; nil where it gives plain values.
    func rowTypes(_ signature: String) -> [DataType]? {
        let schema = session.schema()
        guard let given = session.inputs, let procedure = try? procedure(signature, schema, given) else { return nil }
        return procedure.function?.rowResult(in: schema)?.fields.map(\.type.type)
    }

    /// Runs a `do` block.
    func run(_ block: ProcedureBody, with given: Inputs, in schema: Schema) throws(RunStop) {
        let procedure: Procedure
        do throws(SQLError) {
            procedure = try Procedure(block, schema, role: given.user ?? given.caller.role, path: given.path)
        } catch {
            throw .refused(error)
        }
        let run = ProcedureRun(procedure, on: self, with: given)
        _ = try binder(given)
        try entering(given) { () throws(RunStop) in try run.run([]) }
    }

    /// One level deeper, and afterwards everything of the calling statement as it was.
    func entering(_ given: Inputs, _ body: () throws(RunStop) -> Void) throws(RunStop) {
        session.callDepth += 1
        defer {
            session.callDepth -= 1
            session.inputs = given
        }
        guard session.callDepth <= Self.greatestDepth, hasStack(256 << 10) else {
            throw .refused(
                SQLError(
                    "54001", "stack depth limit exceeded",
                    hint: "Functions may call one another \(Self.greatestDepth) levels deep: is there a call without an end?"))
        }
        try body()
    }

    func inputs(_ given: Inputs, for function: Function) -> Inputs {
        var inputs = given
        inputs.locals = []
        inputs.rowSets = [:]
        inputs.values = []
        inputs.rows = []
        if function.isSecurityDefiner { inputs.user = "postgres" }
        for (name, value) in function.settings {
            if name == "search_path" { inputs.path = Schema.searchPath(from: value) } else { inputs.settings[name] = value }
        }
        return inputs
    }

    func procedure(_ signature: String, _ schema: Schema, _ given: Inputs) throws(RunStop) -> Procedure {
        if procedureGeneration != schema.generation {
            procedures.removeAll()
            procedureGeneration = schema.generation
        }
        let key = ProcedureKey(signature: signature, role: given.user ?? given.caller.role, path: given.path)
        if let known = procedures[key] { return known }
        guard let function = schema.functions.values.joined().first(where: { $0.signature.description == signature }) else {
            throw .refused(SQLError("42883", "function \(signature) does not exist"))
        }
        let inputs = inputs(given, for: function)
        do throws(SQLError) {
            let made = try Procedure(function, schema, role: inputs.user ?? inputs.caller.role, path: inputs.path)
            if procedures.count > 1000 { procedures.removeAll() }
            procedures[key] = made
            return made
        } catch {
            throw .refused(error)
        }
    }
}

extension ProcedureRun {
    /// What the call gives, each row as the function's columns.
    func result() throws(RunStop) -> [[StoredValue]] {
        guard let function = procedure.function else { return [] }
        if function.givesSet { return rows.rows }
        if function.language == "sql" {
            if function.result == .scalar(ColumnType(.void)) { return [[]] }
            return rows.rows.isEmpty ? [[]] : rows.rows
        }
        switch returned {
        case .value(let value): return [[value]]
        case .row(let values, let shape):
            guard let values else { return [[]] }
            return [try fitted(values, shape, to: resultShape)]
        case .nothing, nil:
            if !function.outputs.isEmpty { return [try outputs()] }
            return [[.text("")]]
        }
    }
}

extension EngineFunction {
    /// The project's own functions. `pg_call(signature, arguments…)`
    static let calls: [EngineFunction] = [
        EngineFunction("pg_call", -1) { context, count, arguments in
            guard let session = session(of: context), let connection = session.connection, count > 0 else { return }
            let call = FunctionCall(context, count, arguments)
            do throws(RunStop) {
                let rows = try connection.call(call.text(0), (1..<call.count).map { call.value($0) })
                do throws(SQLError) {
                    guard let row = rows.first, !row.isEmpty else { return call.giveNull() }
                    guard let types = connection.rowTypes(call.text(0)) else { return try call.give(row[0]) }
                    call.give(RowText.text(of: row, types))
                } catch {
                    raise(error, in: context)
                }
            } catch {
                raise(error.error(in: session) ?? .statementTimeout, in: context)
            }
        }
    ]
}
