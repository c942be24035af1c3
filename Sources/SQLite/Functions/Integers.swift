import CSQLite
import OffstageSchema

/// Checked arithmetic of the integer types: SQLite would go on with doubles.
extension EngineFunction {
    static let integers: [EngineFunction] = [
        EngineFunction("pg_i2add", 2, pure) { arithmetic($0, $2, Int16.self) { $0.addingReportingOverflow($1) } },
        EngineFunction("pg_i4add", 2, pure) { arithmetic($0, $2, Int32.self) { $0.addingReportingOverflow($1) } },
        EngineFunction("pg_i8add", 2, pure) { arithmetic($0, $2, Int64.self) { $0.addingReportingOverflow($1) } },
        EngineFunction("pg_i2sub", 2, pure) { arithmetic($0, $2, Int16.self) { $0.subtractingReportingOverflow($1) } },
        EngineFunction("pg_i4sub", 2, pure) { arithmetic($0, $2, Int32.self) { $0.subtractingReportingOverflow($1) } },
        EngineFunction("pg_i8sub", 2, pure) { arithmetic($0, $2, Int64.self) { $0.subtractingReportingOverflow($1) } },
        EngineFunction("pg_i2mul", 2, pure) { arithmetic($0, $2, Int16.self) { $0.multipliedReportingOverflow(by: $1) } },
        EngineFunction("pg_i4mul", 2, pure) { arithmetic($0, $2, Int32.self) { $0.multipliedReportingOverflow(by: $1) } },
        EngineFunction("pg_i8mul", 2, pure) { arithmetic($0, $2, Int64.self) { $0.multipliedReportingOverflow(by: $1) } },
        EngineFunction("pg_i2div", 2, pure) { division($0, $2, Int16.self) { $0.dividedReportingOverflow(by: $1) } },
        EngineFunction("pg_i4div", 2, pure) { division($0, $2, Int32.self) { $0.dividedReportingOverflow(by: $1) } },
        EngineFunction("pg_i8div", 2, pure) { division($0, $2, Int64.self) { $0.dividedReportingOverflow(by: $1) } },
        EngineFunction("pg_i2mod", 2, pure) { division($0, $2, Int16.self) { ($1 == -1 ? 0 : $0 % $1, false) } },
        EngineFunction("pg_i4mod", 2, pure) { division($0, $2, Int32.self) { ($1 == -1 ? 0 : $0 % $1, false) } },
        EngineFunction("pg_i8mod", 2, pure) { division($0, $2, Int64.self) { ($1 == -1 ? 0 : $0 % $1, false) } },
        EngineFunction("pg_i2abs", 1, pure) { magnitude($0, $2, Int16.self) },
        EngineFunction("pg_i4abs", 1, pure) { magnitude($0, $2, Int32.self) },
        EngineFunction("pg_i8abs", 1, pure) { magnitude($0, $2, Int64.self) },
        // PostgreSQL masks the count of a shift to the type's width.
        EngineFunction("pg_i2shl", 2, pure) {
            strict($0, $1, $2) { $0.give(Int64(Int16(truncatingIfNeeded: $0.integer(0) &<< ($0.integer(1) & 31)))) }
        },
        EngineFunction("pg_i4shl", 2, pure) {
            strict($0, $1, $2) {
                $0.give(Int64(Int32(truncatingIfNeeded: $0.integer(0)) &<< Int32(truncatingIfNeeded: $0.integer(1) & 31)))
            }
        },
        EngineFunction("pg_i8shl", 2, pure) { strict($0, $1, $2) { $0.give($0.integer(0) &<< ($0.integer(1) & 63)) } },
        EngineFunction("pg_i2shr", 2, pure) {
            strict($0, $1, $2) {
                $0.give(
                    Int64(
                        Int16(truncatingIfNeeded: Int32(truncatingIfNeeded: $0.integer(0)) >> Int32(truncatingIfNeeded: $0.integer(1) & 31))
                    ))
            }
        },
        EngineFunction("pg_i4shr", 2, pure) {
            strict($0, $1, $2) {
                $0.give(Int64(Int32(truncatingIfNeeded: $0.integer(0)) &>> Int32(truncatingIfNeeded: $0.integer(1) & 31)))
            }
        },
        EngineFunction("pg_i8shr", 2, pure) { strict($0, $1, $2) { $0.give($0.integer(0) &>> ($0.integer(1) & 63)) } },
        EngineFunction("pg_gcd", 2, pure) {
            strict($0, $1, $2) { call in
                var (a, b) = (call.integer(0).magnitude, call.integer(1).magnitude)
                while b != 0 { (a, b) = (b, a % b) }
                guard let result = Int64(exactly: a) else { throw SQLError.outOfRange(.bigint) }
                call.give(result)
            }
        },
    ]

    @inline(__always)
    private static func arithmetic<Number: FixedWidthInteger & SignedInteger>(
        _ context: OpaquePointer?, _ arguments: UnsafeMutablePointer<OpaquePointer?>?, _: Number.Type,
        _ operation: (Number, Number) -> (partialValue: Number, overflow: Bool)
    ) {
        let left = arguments?[0]
        let right = arguments?[1]
        guard sqlite3_value_type(left) != SQLITE_NULL, sqlite3_value_type(right) != SQLITE_NULL else { return sqlite3_result_null(context) }
        guard let a = Number(exactly: sqlite3_value_int64(left)), let b = Number(exactly: sqlite3_value_int64(right)) else {
            return raise(range(Number.self), in: context)
        }
        let (result, overflow) = operation(a, b)
        overflow ? raise(range(Number.self), in: context) : sqlite3_result_int64(context, Int64(result))
    }

    @inline(__always)
    private static func division<Number: FixedWidthInteger & SignedInteger>(
        _ context: OpaquePointer?, _ arguments: UnsafeMutablePointer<OpaquePointer?>?, _ type: Number.Type,
        _ operation: (Number, Number) -> (partialValue: Number, overflow: Bool)
    ) {
        if sqlite3_value_type(arguments?[0]) != SQLITE_NULL, sqlite3_value_type(arguments?[1]) == SQLITE_INTEGER,
            sqlite3_value_int64(arguments?[1]) == 0
        {
            return raise(.zeroDivision, in: context)
        }
        arithmetic(context, arguments, type, operation)
    }

    private static func magnitude<Number: FixedWidthInteger & SignedInteger>(
        _ context: OpaquePointer?, _ arguments: UnsafeMutablePointer<OpaquePointer?>?, _: Number.Type
    ) {
        guard sqlite3_value_type(arguments?[0]) != SQLITE_NULL else { return sqlite3_result_null(context) }
        let value = sqlite3_value_int64(arguments?[0])
        guard value > Int64(Number.min) else { return raise(range(Number.self), in: context) }
        sqlite3_result_int64(context, abs(value))
    }

    private static func range<Number: FixedWidthInteger>(_: Number.Type) -> SQLError {
        .outOfRange(Number.bitWidth == 16 ? .smallint : Number.bitWidth == 32 ? .integer : .bigint)
    }
}
