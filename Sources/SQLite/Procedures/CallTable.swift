import CSQLite
import OffstageDatabase
import OffstageSchema

/// Functions of the project that give rows, as a table: `select c1, c2 from pg_call_rows('public.f(integer)', 0, 5)`.
///
/// Behind the signature stands whether the arguments come from a neighbour's row; where they do not, the function runs once for the
/// statement however often SQLite asks, as PostgreSQL's function scan does.
final class CallTable {
    static let mostColumns: Int32 = 300
    static let mostArguments: Int32 = 100
    fileprivate static let ordinal = mostColumns
    fileprivate static let firstHidden = mostColumns + 1

    static func register(on connection: Connection) -> Int32 {
        sqlite3_create_module_v2(
            connection.handle, "pg_call_rows", methods.pointer, Unmanaged.passUnretained(connection.session).toOpaque(), nil)
    }

    fileprivate static let declaration: String = {
        let columns = (1...mostColumns).map { "c\($0)" }
        let hidden = (0..<mostArguments + 2).map { "a\($0) hidden" }
        return "create table x(\((columns + ["ordinal"] + hidden).joined(separator: ", ")))"
    }()
}

/// SQLite keeps the address, so there is one for the whole process, written once.
private struct CallMethods: @unchecked Sendable {
    let pointer: UnsafeMutablePointer<sqlite3_module>
}

private struct CallInstance {
    var base: sqlite3_vtab
    var session: Unmanaged<Session>
}

private struct CallCursor {
    var base: sqlite3_vtab_cursor
    var run: Unmanaged<CallRows>
}

private final class CallRows {
    var arguments: [StoredValue]?
    var rows: [[StoredValue]] = []
    var at = 0
}

private let methods: CallMethods = {
    let pointer = UnsafeMutablePointer<sqlite3_module>.allocate(capacity: 1)
    pointer.initialize(to: sqlite3_module())
    pointer.pointee.xConnect = { handle, session, _, _, result, _ in
        guard let session else { return SQLITE_ERROR }
        let code = sqlite3_declare_vtab(handle, CallTable.declaration)
        guard code == SQLITE_OK else { return code }
        let instance = UnsafeMutablePointer<CallInstance>.allocate(capacity: 1)
        instance.initialize(to: CallInstance(base: sqlite3_vtab(), session: .fromOpaque(session)))
        result?.pointee = UnsafeMutableRawPointer(instance).assumingMemoryBound(to: sqlite3_vtab.self)
        return SQLITE_OK
    }
    pointer.pointee.xDisconnect = { table in
        UnsafeMutableRawPointer(table)?.assumingMemoryBound(to: CallInstance.self).deallocate()
        return SQLITE_OK
    }
    pointer.pointee.xBestIndex = { _, plan in
        guard let plan else { return SQLITE_ERROR }
        var places: [(argument: Int32, index: Int)] = []
        for index in 0..<Int(plan.pointee.nConstraint) {
            let constraint = plan.pointee.aConstraint[index]
            let argument = constraint.iColumn - CallTable.firstHidden
            guard argument >= 0, Int32(constraint.op) == SQLITE_INDEX_CONSTRAINT_EQ else { continue }
            // Its value is not known yet in this order of the join: another order must be tried.
            guard constraint.usable != 0 else { return SQLITE_CONSTRAINT }
            places.append((argument, index))
        }
        places.sort { $0.argument < $1.argument }
        for (number, place) in places.enumerated() {
            plan.pointee.aConstraintUsage[place.index].argvIndex = Int32(number + 1)
            plan.pointee.aConstraintUsage[place.index].omit = 1
        }
        plan.pointee.estimatedCost = 1000
        plan.pointee.estimatedRows = 100
        return SQLITE_OK
    }
    pointer.pointee.xOpen = { _, result in
        let cursor = UnsafeMutablePointer<CallCursor>.allocate(capacity: 1)
        cursor.initialize(to: CallCursor(base: sqlite3_vtab_cursor(), run: .passRetained(CallRows())))
        result?.pointee = UnsafeMutableRawPointer(cursor).assumingMemoryBound(to: sqlite3_vtab_cursor.self)
        return SQLITE_OK
    }
    pointer.pointee.xClose = { cursor in
        guard let cursor = held(cursor) else { return SQLITE_OK }
        cursor.pointee.run.release()
        cursor.deallocate()
        return SQLITE_OK
    }
    pointer.pointee.xFilter = { cursor, _, _, count, values in
        guard let cursor = held(cursor),
            let table = UnsafeMutableRawPointer(cursor.pointee.base.pVtab)?.assumingMemoryBound(to: CallInstance.self),
            let connection = table.pointee.session.takeUnretainedValue().connection
        else { return SQLITE_ERROR }
        let run = cursor.pointee.run.takeUnretainedValue()
        let call = FunctionCall(nil, count, values)
        let arguments = (0..<call.count).map { call.value($0) }
        run.at = 0
        guard case .text(let signature)? = arguments.first, arguments.count >= 2 else { return SQLITE_ERROR }
        if arguments[1] == .integer(0), run.arguments == arguments { return SQLITE_OK }
        do throws(RunStop) {
            run.rows = try connection.call(signature, Array(arguments.dropFirst(2)))
            run.arguments = arguments
            return SQLITE_OK
        } catch {
            let error = error.error(in: connection.session) ?? .statementTimeout
            run.rows = []
            run.arguments = nil
            let text = Array(RaisedError.text(error).utf8CString)
            sqlite3_free(table.pointee.base.zErrMsg)
            table.pointee.base.zErrMsg = nil
            if let copy = sqlite3_malloc64(UInt64(text.count))?.assumingMemoryBound(to: CChar.self) {
                copy.update(from: text, count: text.count)
                table.pointee.base.zErrMsg = copy
            }
            return SQLITE_ERROR
        }
    }
    pointer.pointee.xNext = { cursor in
        guard let cursor = held(cursor) else { return SQLITE_ERROR }
        cursor.pointee.run.takeUnretainedValue().at += 1
        return SQLITE_OK
    }
    pointer.pointee.xEof = { cursor in
        guard let run = held(cursor)?.pointee.run.takeUnretainedValue() else { return 1 }
        return run.at < run.rows.count ? 0 : 1
    }
    pointer.pointee.xRowid = { cursor, result in
        result?.pointee = Int64(held(cursor)?.pointee.run.takeUnretainedValue().at ?? 0)
        return SQLITE_OK
    }
    pointer.pointee.xColumn = { cursor, context, column in
        guard let run = held(cursor)?.pointee.run.takeUnretainedValue(), run.at < run.rows.count else { return SQLITE_OK }
        let call = FunctionCall(context, 0, nil)
        let row = run.rows[run.at]
        let value: StoredValue =
            if column == CallTable.ordinal {
                .integer(Int64(run.at + 1))
            } else if column < CallTable.mostColumns {
                row.indices.contains(Int(column)) ? row[Int(column)] : .null
            } else {
                run.arguments.flatMap { given in
                    let index = Int(column - CallTable.firstHidden)
                    return given.indices.contains(index) ? given[index] : nil
                } ?? .null
            }
        do throws(SQLError) { try call.give(value) } catch { EngineFunction.raise(error, in: context) }
        return SQLITE_OK
    }
    return CallMethods(pointer: pointer)
}()

private func held(_ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?) -> UnsafeMutablePointer<CallCursor>? {
    UnsafeMutableRawPointer(cursor)?.assumingMemoryBound(to: CallCursor.self)
}
