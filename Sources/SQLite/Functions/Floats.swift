import CSQLite
import OffstageSchema

/// Arithmetic of `real` and `double precision`: PostgreSQL raises where IEEE gives an infinity, and rounds `real` at each step.
extension EngineFunction {
    static let floats: [EngineFunction] = [
        EngineFunction("pg_f8add", 2, pure) { doubles($0, $1, $2) { $0 + $1 } },
        EngineFunction("pg_f8sub", 2, pure) { doubles($0, $1, $2) { $0 - $1 } },
        EngineFunction("pg_f8mul", 2, pure) { doubles($0, $1, $2, canUnderflow: true) { $0 * $1 } },
        EngineFunction("pg_f8div", 2, pure) { quotient($0, $1, $2) { doubles($0, $1, $2, canUnderflow: true) { $0 / $1 } } },
        EngineFunction("pg_f4add", 2, pure) { reals($0, $1, $2) { $0 + $1 } },
        EngineFunction("pg_f4sub", 2, pure) { reals($0, $1, $2) { $0 - $1 } },
        EngineFunction("pg_f4mul", 2, pure) { reals($0, $1, $2, canUnderflow: true) { $0 * $1 } },
        EngineFunction("pg_f4div", 2, pure) { quotient($0, $1, $2) { reals($0, $1, $2, canUnderflow: true) { $0 / $1 } } },
        // SQLite's own `abs` leaves a negative zero as it is.
        EngineFunction("pg_f8abs", 1, pure) { strict($0, $1, $2) { $0.give($0.double(0).magnitude) } },
        // SQLite's own minus is `0 - x`, which loses the sign of zero.
        EngineFunction("pg_f8neg", 1, pure) { strict($0, $1, $2) { $0.give(-$0.double(0)) } },
        EngineFunction("pg_f8round", 1, pure) { strict($0, $1, $2) { $0.give($0.double(0).rounded(.toNearestOrEven)) } },
        EngineFunction("pg_f8trunc", 1, pure) { strict($0, $1, $2) { $0.give($0.double(0).rounded(.towardZero)) } },
        EngineFunction("pg_f8floor", 1, pure) { strict($0, $1, $2) { $0.give($0.double(0).rounded(.down)) } },
        EngineFunction("pg_f8ceil", 1, pure) { strict($0, $1, $2) { $0.give($0.double(0).rounded(.up)) } },
        EngineFunction("pg_f8sign", 1, pure) { strict($0, $1, $2) { $0.give($0.double(0) > 0 ? 1.0 : $0.double(0) < 0 ? -1.0 : 0) } },
        EngineFunction("pg_f8sqrt", 1, pure) {
            strict($0, $1, $2) { call in
                guard !(call.double(0) < 0) else { throw SQLError("2201F", "cannot take square root of a negative number") }
                call.give(call.double(0).squareRoot())
            }
        },
        EngineFunction("pg_f8pow", 2, pure) {
            strict($0, $1, $2) { call in
                let (base, exponent) = (call.double(0), call.double(1))
                if base == 0, exponent < 0 { throw SQLError("2201F", "zero raised to a negative power is undefined") }
                if base < 0, exponent.rounded() != exponent {
                    throw SQLError("2201F", "a negative number raised to a non-integer power yields a complex result")
                }
                let result = power(base, exponent)
                if result.isInfinite, base.isFinite, exponent.isFinite { throw SQLError.overflow }
                if result == 0, base != 0, exponent.isFinite, base.isFinite { throw SQLError.underflow }
                call.give(result)
            }
        },
        EngineFunction("pg_f8exp", 1, pure) {
            strict($0, $1, $2) { call in
                let result = exponential(call.double(0))
                if result.isInfinite, call.double(0).isFinite { throw SQLError.overflow }
                if result == 0, call.double(0).isFinite { throw SQLError.underflow }
                call.give(result)
            }
        },
        EngineFunction("pg_f8ln", 1, pure) { strict($0, $1, $2) { try $0.give(logarithm($0.double(0), base10: false)) } },
        EngineFunction("pg_f8log", 1, pure) { strict($0, $1, $2) { try $0.give(logarithm($0.double(0), base10: true)) } },
    ]

    @inline(__always)
    private static func doubles(
        _ context: OpaquePointer?, _ count: Int32, _ arguments: UnsafeMutablePointer<OpaquePointer?>?, canUnderflow: Bool = false,
        _ operation: (Double, Double) -> Double
    ) {
        strict(context, count, arguments) { call in
            let (a, b) = (call.double(0), call.double(1))
            let result = operation(a, b)
            if result.isInfinite, a.isFinite, b.isFinite { throw SQLError.overflow }
            if canUnderflow, result == 0, a != 0, b != 0, b.isFinite { throw SQLError.underflow }
            call.give(result)
        }
    }

    @inline(__always)
    private static func reals(
        _ context: OpaquePointer?, _ count: Int32, _ arguments: UnsafeMutablePointer<OpaquePointer?>?, canUnderflow: Bool = false,
        _ operation: (Float, Float) -> Float
    ) {
        strict(context, count, arguments) { call in
            let (a, b) = (Float(call.double(0)), Float(call.double(1)))
            let result = operation(a, b)
            if result.isInfinite, a.isFinite, b.isFinite { throw SQLError.overflow }
            if canUnderflow, result == 0, a != 0, b != 0, b.isFinite { throw SQLError.underflow }
            call.give(Double(result))
        }
    }

    @inline(__always)
    private static func quotient(
        _ context: OpaquePointer?, _ count: Int32, _ arguments: UnsafeMutablePointer<OpaquePointer?>?,
        _ divide: (OpaquePointer?, Int32, UnsafeMutablePointer<OpaquePointer?>?) -> Void
    ) {
        let call = FunctionCall(context, count, arguments)
        if !call.isNull(0), !call.isNull(1), call.double(1) == 0, !call.double(0).isNaN { return raise(.zeroDivision, in: context) }
        divide(context, count, arguments)
    }

    private static func logarithm(_ value: Double, base10: Bool) throws(SQLError) -> Double {
        if value == 0 { throw SQLError("2201E", "cannot take logarithm of zero") }
        if value < 0 { throw SQLError("2201E", "cannot take logarithm of a negative number") }
        return base10 ? commonLogarithm(value) : naturalLogarithm(value)
    }
}
