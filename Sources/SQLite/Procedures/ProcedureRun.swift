import OffstageDatabase
import OffstageSQL
import OffstageSchema
import OffstageSyntax

/// One call of a function on the connection that calls it, inside the transaction that is open there.
final class ProcedureRun {
    /// What a variable holds.
    enum Local {
        case value(StoredValue)
        /// Nil where the row itself is null: its fields read as null.
        case row(RowShape, [StoredValue]?)
        case unassigned
    }

    /// Where a list of statements leaves to.
    enum Flow {
        case next
        case exit(String?)
        case again(String?)
        case end
    }

    /// What `return` gave.
    enum Returned {
        case nothing
        case value(StoredValue)
        case row([StoredValue]?, RowShape)
    }

    let procedure: Procedure
    let connection: Connection
    var inputs: Inputs
    var locals: [Local] = []
    var returned: Returned?
    var rows = RowCollection()
    /// Of the last statement: `get diagnostics n = row_count`.
    var rowCount = 0
    /// The errors that the handlers around caught, innermost last.
    var caught: [SQLError] = []
    var rowSets: [(name: String, number: Int, columns: [View.Column])] = []
    /// What the operands of `case` are: they have the type of what they are given.
    var dynamicTypes: [Int: ColumnType] = [:]
    private var found: Int?
    private var ticks = 0

    init(_ procedure: Procedure, on connection: Connection, with inputs: Inputs) {
        self.procedure = procedure
        self.connection = connection
        self.inputs = inputs
        found = procedure.body.variables.firstIndex { $0.kind == .found }
    }

    var schema: Schema { procedure.schema }
    var isVolatile: Bool { procedure.function.map { $0.volatility == .volatile } ?? true }
    var isWriting: Bool { connection.purpose == .writer }

    func setFound(_ flag: Bool) {
        if let found { locals[found] = .value(.integer(flag ? 1 : 0)) }
    }

    /// Runs the body with these arguments.
    func run(_ arguments: [StoredValue], trigger: TriggerCall? = nil) throws(RunStop) {
        locals.reserveCapacity(procedure.body.variables.count)
        for (index, variable) in procedure.body.variables.enumerated() {
            switch variable.kind {
            case .parameter(let number):
                locals.append(try received(number < arguments.count ? arguments[number] : .null, index))
            case .found: locals.append(.value(.integer(0)))
            case .trigger(let name): locals.append(trigger.map { Self.value(of: name, in: $0) } ?? .unassigned)
            default: locals.append(empty(index))
            }
        }
        if procedure.function?.language == "sql" { return try runSQL() }
        let flow = try run(procedure.body.block)
        if case .end = flow { return }
        try endWithoutReturn()
    }

    /// An argument as its variable holds it: a row comes as its text.
    private func received(_ value: StoredValue, _ variable: Int) throws(RunStop) -> Local {
        switch procedure.shapes[variable] {
        case .value: return .value(value)
        case .any: return .unassigned
        case .row:
            guard let shape = procedure.rowShape(of: variable) else { return .unassigned }
            guard case .text(let text) = value else { return .row(shape, nil) }
            return .row(shape, try fields(of: text, shape))
        }
    }

    /// What a variable holds before anything is assigned.
    func empty(_ variable: Int) -> Local {
        switch procedure.shapes[variable] {
        case .value: .value(.null)
        case .row: procedure.rowShape(of: variable).map { .row($0, nil) } ?? .unassigned
        case .any: .unassigned
        }
    }

    private func endWithoutReturn() throws(RunStop) {
        guard let function = procedure.function, !function.givesSet, function.outputs.isEmpty else { return }
        guard case .scalar(let type) = function.result else {
            throw .refused(SQLError("2F005", "control reached end of function without RETURN"))
        }
        switch type.type {
        case .void: return
        case .trigger: throw .refused(SQLError("2F005", "control reached end of trigger procedure without RETURN"))
        default: throw .refused(SQLError("2F005", "control reached end of function without RETURN"))
        }
    }

    private static func value(of name: String, in call: TriggerCall) -> Local {
        switch name {
        case "new": return row(call.new, call)
        case "old": return row(call.old, call)
        case "tg_name": return .value(.text(call.trigger))
        case "tg_when": return .value(.text(call.timing.rawValue))
        case "tg_level": return .value(.text(call.isForEachRow ? "ROW" : "STATEMENT"))
        case "tg_op": return .value(.text(call.operation.rawValue))
        case "tg_relname", "tg_table_name": return .value(.text(call.relation.name))
        case "tg_table_schema": return .value(.text(call.relation.schema))
        case "tg_nargs": return .value(.integer(Int64(call.arguments.count)))
        case "tg_argv":
            return .value(.text(ArrayText.text(of: call.arguments.map { .text($0) }, element: .text)))
        default: return .value(.null)
        }
    }

    private static func row(_ values: [StoredValue]?, _ call: TriggerCall) -> Local {
        call.isForEachRow ? .row(RowShape(call.relation, call.columns), values) : .unassigned
    }

    // MARK: Limits

    /// Every so many statements: a loop without an end is stopped by the statement's deadline.
    func tick() throws(RunStop) {
        ticks &+= 1
        guard ticks & 63 == 0 else { return }
        let session = connection.session
        guard session.isArmed, session.deadline != MonotonicClock.never, MonotonicClock.now > session.deadline else { return }
        throw .refused(.statementTimeout)
    }

    /// The stop as an error that a handler may look at; nil where it is none of its business.
    func error(of stop: RunStop) -> SQLError? {
        if case .fault(let fault) = stop, fault.primary == 9, connection.session.stop == .steps { return nil }
        return stop.error(in: connection.session)
    }
}

/// Rows that a function gathers, bounded in memory.
struct RowCollection {
    private(set) var rows: [[StoredValue]] = []
    private var bytes = 0

    static let limit = 64 << 20

    mutating func append(_ row: [StoredValue]) throws(RunStop) {
        bytes += 32
        for value in row {
            switch value {
            case .text(let text): bytes += 40 + text.utf8.count
            case .blob(let blob): bytes += 40 + blob.count
            default: bytes += 24
            }
        }
        guard bytes <= Self.limit else {
            throw .refused(
                SQLError("54000", "a function's rows take more than \(Self.limit >> 20) MB", hint: "Use limit, or work in parts."))
        }
        rows.append(row)
    }
}
