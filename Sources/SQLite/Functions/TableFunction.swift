import CSQLite
import OffstageSchema

/// A function that gives rows, as an eponymous virtual table: `select value, ordinal from pg_unnest('{1,2}', 'integer')`.
///
/// Its columns are `key`, `value` and `ordinal`; the arguments are hidden columns behind them. It is lateral by nature.
final class TableFunction: Sendable {
    /// The rows, one after the other.
    typealias Rows = () throws(SQLError) -> (key: StoredValue, value: StoredValue)?

    let name: String
    /// Fewer arguments, or a null among them, give no rows.
    let required: Int
    let open: @Sendable ([StoredValue], ValueContext) throws(SQLError) -> Rows

    init(_ name: String, _ required: Int, _ open: @escaping @Sendable ([StoredValue], ValueContext) throws(SQLError) -> Rows) {
        self.name = name
        self.required = required
        self.open = open
    }

    fileprivate static let firstArgument: Int32 = 3
    fileprivate static let mostArguments: Int32 = 4

    /// Rows that are known at once.
    static func rows(_ items: [(key: StoredValue, value: StoredValue)]) -> Rows {
        var rest = items.makeIterator()
        return { rest.next() }
    }

    static func register(on handle: OpaquePointer) -> Int32 {
        for function in all + jsonRecords {
            let code = sqlite3_create_module_v2(
                handle, function.name, methods.pointer, Unmanaged.passRetained(function).toOpaque()
            ) { function in
                if let function { Unmanaged<TableFunction>.fromOpaque(function).release() }
            }
            guard code == SQLITE_OK else { return code }
        }
        return SQLITE_OK
    }
}

/// SQLite keeps the address, so there is one for the whole process, written once.
private struct Methods: @unchecked Sendable {
    let pointer: UnsafeMutablePointer<sqlite3_module>
}

private struct Instance {
    var base: sqlite3_vtab
    var function: Unmanaged<TableFunction>
}

private struct Cursor {
    var base: sqlite3_vtab_cursor
    var run: Unmanaged<Run>
}

private final class Run {
    var arguments: [StoredValue] = []
    var next: TableFunction.Rows?
    var current: (key: StoredValue, value: StoredValue)?
    var ordinal: Int64 = 0

    func advance() throws(SQLError) {
        current = try next?()
        ordinal += 1
    }
}

private let methods: Methods = {
    let pointer = UnsafeMutablePointer<sqlite3_module>.allocate(capacity: 1)
    pointer.initialize(to: sqlite3_module())
    pointer.pointee.xConnect = { handle, function, _, _, result, _ in
        guard let function else { return SQLITE_ERROR }
        let code = sqlite3_declare_vtab(handle, "create table x(key, value, ordinal, a hidden, b hidden, c hidden, d hidden)")
        guard code == SQLITE_OK else { return code }
        let instance = UnsafeMutablePointer<Instance>.allocate(capacity: 1)
        instance.initialize(to: Instance(base: sqlite3_vtab(), function: .fromOpaque(function)))
        result?.pointee = UnsafeMutableRawPointer(instance).assumingMemoryBound(to: sqlite3_vtab.self)
        return SQLITE_OK
    }
    pointer.pointee.xDisconnect = { table in
        UnsafeMutableRawPointer(table)?.assumingMemoryBound(to: Instance.self).deallocate()
        return SQLITE_OK
    }
    pointer.pointee.xBestIndex = { _, plan in
        guard let plan else { return SQLITE_ERROR }
        var given: Int32 = 0
        var places = [Int](repeating: -1, count: Int(TableFunction.mostArguments))
        for index in 0..<Int(plan.pointee.nConstraint) {
            let constraint = plan.pointee.aConstraint[index]
            let argument = constraint.iColumn - TableFunction.firstArgument
            guard argument >= 0, Int32(constraint.op) == SQLITE_INDEX_CONSTRAINT_EQ else { continue }
            // Its value is not known yet in this order of the join: another order must be tried.
            guard constraint.usable != 0 else { return SQLITE_CONSTRAINT }
            places[Int(argument)] = index
            given |= 1 << argument
        }
        var number: Int32 = 0
        for index in places where index >= 0 {
            number += 1
            plan.pointee.aConstraintUsage[index].argvIndex = number
            plan.pointee.aConstraintUsage[index].omit = 1
        }
        plan.pointee.idxNum = given
        plan.pointee.estimatedCost = 20
        plan.pointee.estimatedRows = 20
        return SQLITE_OK
    }
    pointer.pointee.xOpen = { _, result in
        let cursor = UnsafeMutablePointer<Cursor>.allocate(capacity: 1)
        cursor.initialize(to: Cursor(base: sqlite3_vtab_cursor(), run: .passRetained(Run())))
        result?.pointee = UnsafeMutableRawPointer(cursor).assumingMemoryBound(to: sqlite3_vtab_cursor.self)
        return SQLITE_OK
    }
    pointer.pointee.xClose = { cursor in
        guard let cursor = held(cursor) else { return SQLITE_OK }
        cursor.pointee.run.release()
        cursor.deallocate()
        return SQLITE_OK
    }
    pointer.pointee.xFilter = { cursor, given, _, count, values in
        guard let cursor = held(cursor),
            let table = UnsafeMutableRawPointer(cursor.pointee.base.pVtab)?.assumingMemoryBound(to: Instance.self)
        else { return SQLITE_ERROR }
        let run = cursor.pointee.run.takeUnretainedValue()
        let call = FunctionCall(nil, count, values)
        run.arguments = []
        var taken = 0
        for argument in 0..<TableFunction.mostArguments {
            guard given & (1 << argument) != 0, taken < count else { break }
            run.arguments.append(call.value(taken))
            taken += 1
        }
        (run.next, run.current, run.ordinal) = (nil, nil, 0)
        let function = table.pointee.function.takeUnretainedValue()
        guard run.arguments.count >= function.required, !run.arguments.contains(.null) else { return SQLITE_OK }
        return attempt(cursor) { () throws(SQLError) in
            run.next = try function.open(run.arguments, ValueContext())
            try run.advance()
        }
    }
    pointer.pointee.xNext = { cursor in
        guard let cursor = held(cursor) else { return SQLITE_ERROR }
        let run = cursor.pointee.run.takeUnretainedValue()
        return attempt(cursor) { () throws(SQLError) in try run.advance() }
    }
    pointer.pointee.xEof = { cursor in held(cursor)?.pointee.run.takeUnretainedValue().current == nil ? 1 : 0 }
    pointer.pointee.xRowid = { cursor, result in
        result?.pointee = held(cursor)?.pointee.run.takeUnretainedValue().ordinal ?? 0
        return SQLITE_OK
    }
    pointer.pointee.xColumn = { cursor, context, column in
        guard let run = held(cursor)?.pointee.run.takeUnretainedValue(), let current = run.current else { return SQLITE_OK }
        let call = FunctionCall(context, 0, nil)
        let argument = Int(column - TableFunction.firstArgument)
        let value: StoredValue =
            switch column {
            case 0: current.key
            case 1: current.value
            case 2: .integer(run.ordinal)
            default: run.arguments.indices.contains(argument) ? run.arguments[argument] : .null
            }
        do throws(SQLError) { try call.give(value) } catch { EngineFunction.raise(error, in: context) }
        return SQLITE_OK
    }
    return Methods(pointer: pointer)
}()

private func held(_ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?) -> UnsafeMutablePointer<Cursor>? {
    UnsafeMutableRawPointer(cursor)?.assumingMemoryBound(to: Cursor.self)
}

/// Leaves the error's text where SQLite looks for it.
private func attempt(_ cursor: UnsafeMutablePointer<Cursor>, _ body: () throws(SQLError) -> Void) -> Int32 {
    do throws(SQLError) {
        try body()
        return SQLITE_OK
    } catch {
        guard let table = cursor.pointee.base.pVtab else { return SQLITE_ERROR }
        let text = Array(RaisedError.text(error).utf8CString)
        sqlite3_free(table.pointee.zErrMsg)
        table.pointee.zErrMsg = nil
        if let copy = sqlite3_malloc64(UInt64(text.count))?.assumingMemoryBound(to: CChar.self) {
            copy.update(from: text, count: text.count)
            table.pointee.zErrMsg = copy
        }
        return SQLITE_ERROR
    }
}
