import CSQLite
import OffstageDatabase
package import OffstageSchema

extension EngineFunction {
    /// What writes need: sequences, policy checks, the deadline, and the capture of rows for error texts.
    static let writing: [EngineFunction] = [
        EngineFunction("pg_nextval", 1) { context, _, arguments in
            withSequences(context) { sequences throws(SQLError) in
                .integer(try sequences.next(text(arguments, 0)))
            }
        },
        EngineFunction("pg_currval", 1) { context, _, arguments in
            withSequences(context) { sequences throws(SQLError) in
                .integer(try sequences.current(text(arguments, 0)))
            }
        },
        EngineFunction("pg_lastval", 0) { context, _, _ in
            withSequences(context) { sequences throws(SQLError) in .integer(try sequences.last()) }
        },
        EngineFunction("pg_setval", 2) { context, _, arguments in set(context, arguments, isCalled: true) },
        EngineFunction("pg_setval", 3) { context, _, arguments in
            set(context, arguments, isCalled: sqlite3_value_int(arguments?[2]) != 0)
        },
        // pg_guard(condition, message): 42501 unless the condition is true; null counts as false.
        EngineFunction("pg_guard", 2) { context, _, arguments in
            if sqlite3_value_int(arguments?[0]) != 0 { return sqlite3_result_int(context, 1) }
            raise(SQLError("42501", text(arguments, 1)), in: context)
        },
        // pg_merged(rowid, rowid) stands in an upsert's `do update`, behind its guards: the row met this one, which will have that number.
        EngineFunction("pg_merged", 2) { context, _, arguments in
            session(of: context)?.merged = (sqlite3_value_int64(arguments?[0]), sqlite3_value_int64(arguments?[1]))
            sqlite3_result_int(context, 1)
        },
        // pg_twice(): two rows of one insert would touch the same row.
        EngineFunction("pg_twice", 0) { context, _, _ in
            raise(
                SQLError(
                    "21000", "ON CONFLICT DO UPDATE command cannot affect row a second time",
                    hint: "Ensure that no rows proposed for insertion within the same command have duplicate constrained values."),
                in: context)
        },
        // pg_tick(x) is x until the deadline, or until the caller has left, then 57014: stops a slow write and undoes only its own statement.
        EngineFunction("pg_tick", 1) { context, _, arguments in
            guard let session = session(of: context), session.isArmed, session.isOver else {
                return sqlite3_result_value(context, arguments?[0])
            }
            raise(session.interruption, in: context)
        },
        // pg_capture(0, a, b, …) notes a row; with 1 it adds to the last one, since a function takes 127 arguments at most.
        EngineFunction("pg_capture", -1, .innocuous) { context, count, arguments in
            guard let session = session(of: context), count > 0 else { return }
            let values = (1..<max(Int(count), 1)).map { value(arguments, $0) }
            if sqlite3_value_int(arguments?[0]) == 0 || session.captured.isEmpty {
                session.captured.append(values)
            } else {
                session.captured[session.captured.count - 1] += values
            }
            sqlite3_result_null(context)
        },
    ]

    private static func set(_ context: OpaquePointer?, _ arguments: UnsafeMutablePointer<OpaquePointer?>?, isCalled: Bool) {
        withSequences(context) { sequences throws(SQLError) in
            let value = sqlite3_value_int64(arguments?[1])
            try sequences.set(text(arguments, 0), to: value, isCalled: isCalled)
            return .integer(value)
        }
    }

    private static func withSequences(_ context: OpaquePointer?, _ body: (Sequences) throws(SQLError) -> StoredValue) {
        do throws(SQLError) {
            guard let sequences = session(of: context)?.sequences else {
                throw SQLError("25006", "cannot execute nextval() in a read-only transaction")
            }
            if case .integer(let number) = try body(sequences) { sqlite3_result_int64(context, number) }
        } catch {
            raise(error, in: context)
        }
    }

    /// An argument as text.
    package static func text(_ arguments: UnsafeMutablePointer<OpaquePointer?>?, _ index: Int) -> String {
        guard let start = sqlite3_value_text(arguments?[index]) else { return "" }
        return String(decoding: UnsafeBufferPointer(start: start, count: Int(sqlite3_value_bytes(arguments?[index]))), as: UTF8.self)
    }

    package static func value(_ arguments: UnsafeMutablePointer<OpaquePointer?>?, _ index: Int) -> StoredValue {
        let argument = arguments?[index]
        switch sqlite3_value_type(argument) {
        case SQLITE_INTEGER: return .integer(sqlite3_value_int64(argument))
        case SQLITE_FLOAT: return .real(sqlite3_value_double(argument))
        case SQLITE_TEXT: return .text(text(arguments, index))
        case SQLITE_BLOB:
            let start = sqlite3_value_blob(argument)?.assumingMemoryBound(to: UInt8.self)
            return .blob(Array(UnsafeBufferPointer(start: start, count: start == nil ? 0 : Int(sqlite3_value_bytes(argument)))))
        default: return .null
        }
    }
}
