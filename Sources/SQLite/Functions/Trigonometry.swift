import CSQLite
import OffstageSchema

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Angles in radians and degrees, and the hyperbolic functions. Those in degrees are exact at multiples of 30 and 45, as PostgreSQL's.
///
/// Source: PostgreSQL 15, tables 9.6 to 9.8.
extension EngineFunction {
    static let trigonometry: [EngineFunction] = [
        EngineFunction("pg_sin", 1, pure) { finite($0, $1, $2) { sin($0) } },
        EngineFunction("pg_cos", 1, pure) { finite($0, $1, $2) { cos($0) } },
        EngineFunction("pg_tan", 1, pure) { finite($0, $1, $2) { tan($0) } },
        EngineFunction("pg_cot", 1, pure) { finite($0, $1, $2) { 1 / tan($0) } },
        EngineFunction("pg_asin", 1, pure) { unit($0, $1, $2) { asin($0) } },
        EngineFunction("pg_acos", 1, pure) { unit($0, $1, $2) { acos($0) } },
        EngineFunction("pg_atan", 1, pure) { strict($0, $1, $2) { $0.give(atan($0.double(0))) } },
        EngineFunction("pg_atan2", 2, pure) { strict($0, $1, $2) { $0.give(atan2($0.double(0), $0.double(1))) } },
        EngineFunction("pg_sind", 1, pure) { finite($0, $1, $2) { Degrees.sine($0) } },
        EngineFunction("pg_cosd", 1, pure) { finite($0, $1, $2) { Degrees.cosine($0) } },
        EngineFunction("pg_tand", 1, pure) { finite($0, $1, $2) { Degrees.tangent($0) } },
        EngineFunction("pg_cotd", 1, pure) { finite($0, $1, $2) { Degrees.cotangent($0) } },
        EngineFunction("pg_asind", 1, pure) {
            unit($0, $1, $2) { $0 >= 0 ? Degrees.arcSineOfQuarter($0) : -Degrees.arcSineOfQuarter(-$0) }
        },
        EngineFunction("pg_acosd", 1, pure) {
            unit($0, $1, $2) { $0 >= 0 ? Degrees.arcCosineOfQuarter($0) : 90 + Degrees.arcSineOfQuarter(-$0) }
        },
        EngineFunction("pg_atand", 1, pure) { strict($0, $1, $2) { $0.give(atan($0.double(0)) / atan(1) * 45) } },
        EngineFunction("pg_atan2d", 2, pure) { strict($0, $1, $2) { $0.give(atan2($0.double(0), $0.double(1)) / atan(1) * 45) } },
        EngineFunction("pg_sinh", 1, pure) { strict($0, $1, $2) { $0.give(sinh($0.double(0))) } },
        EngineFunction("pg_cosh", 1, pure) { strict($0, $1, $2) { $0.give(cosh($0.double(0))) } },
        EngineFunction("pg_tanh", 1, pure) { strict($0, $1, $2) { $0.give(tanh($0.double(0))) } },
        EngineFunction("pg_asinh", 1, pure) { strict($0, $1, $2) { $0.give(asinh($0.double(0))) } },
        EngineFunction("pg_acosh", 1, pure) {
            strict($0, $1, $2) { call in
                guard !(call.double(0) < 1) else { throw SQLError.outOfDomain }
                call.give(acosh(call.double(0)))
            }
        },
        EngineFunction("pg_atanh", 1, pure) {
            strict($0, $1, $2) { call in
                guard !(abs(call.double(0)) > 1) else { throw SQLError.outOfDomain }
                call.give(atanh(call.double(0)))
            }
        },
        EngineFunction("pg_cbrt", 1, pure) { strict($0, $1, $2) { $0.give(cbrt($0.double(0))) } },
        EngineFunction("pg_degrees", 1, pure) {
            strict($0, $1, $2) { call in
                let result = call.double(0) / (Double.pi / 180)
                if result.isInfinite, call.double(0).isFinite { throw SQLError.overflow }
                call.give(result)
            }
        },
        EngineFunction("pg_radians", 1, pure) {
            strict($0, $1, $2) { call in
                let result = call.double(0) * (Double.pi / 180)
                if result == 0, call.double(0) != 0 { throw SQLError.underflow }
                call.give(result)
            }
        },
    ]

    /// An infinite angle has no sine.
    @inline(__always)
    private static func finite(
        _ context: OpaquePointer?, _ count: Int32, _ arguments: UnsafeMutablePointer<OpaquePointer?>?, _ operation: (Double) -> Double
    ) {
        strict(context, count, arguments) { call in
            guard !call.double(0).isInfinite else { throw SQLError.outOfDomain }
            call.give(operation(call.double(0)))
        }
    }

    /// What is beyond 1 is nothing's sine.
    @inline(__always)
    private static func unit(
        _ context: OpaquePointer?, _ count: Int32, _ arguments: UnsafeMutablePointer<OpaquePointer?>?, _ operation: (Double) -> Double
    ) {
        strict(context, count, arguments) { call in
            guard !(abs(call.double(0)) > 1) else { throw SQLError.outOfDomain }
            call.give(operation(call.double(0)))
        }
    }
}

extension SQLError {
    static let outOfDomain = SQLError("22003", "input is out of range")
}

/// Sine and its kin of degrees, stitched together so that they are exact at 0, 30, 45, 60 and 90.
private enum Degrees {
    private static func radians(_ degrees: Double) -> Double { degrees * (Double.pi / 180) }
    private static let sineOf30 = sin(radians(30))
    private static let restOf60 = 1 - cos(radians(60))

    private static func sineTo30(_ x: Double) -> Double { sin(radians(x)) / sineOf30 / 2 }
    private static func cosineTo60(_ x: Double) -> Double { 1 - (1 - cos(radians(x))) / restOf60 / 2 }
    private static func sineOfQuarter(_ x: Double) -> Double { x <= 30 ? sineTo30(x) : cosineTo60(90 - x) }
    private static func cosineOfQuarter(_ x: Double) -> Double { x <= 60 ? cosineTo60(x) : sineTo30(90 - x) }

    static func arcSineOfQuarter(_ x: Double) -> Double {
        x <= 0.5 ? asin(x) / asin(0.5) * 30 : 90 - acos(x) / acos(0.5) * 60
    }

    static func arcCosineOfQuarter(_ x: Double) -> Double {
        x <= 0.5 ? 90 - asin(x) / asin(0.5) * 30 : acos(x) / acos(0.5) * 60
    }

    static func sine(_ x: Double) -> Double {
        var (angle, sign) = (fmod(x, 360), 1.0)
        if angle < 0 { (angle, sign) = (-angle, -sign) }
        if angle > 180 { (angle, sign) = (360 - angle, -sign) }
        if angle > 90 { angle = 180 - angle }
        return sign * sineOfQuarter(angle)
    }

    static func cosine(_ x: Double) -> Double {
        var (angle, sign) = (abs(fmod(x, 360)), 1.0)
        if angle > 180 { angle = 360 - angle }
        if angle > 90 { (angle, sign) = (180 - angle, -sign) }
        return sign * cosineOfQuarter(angle)
    }

    static func tangent(_ x: Double) -> Double {
        let (angle, sign) = quarter(x)
        let one = sineOfQuarter(45) / cosineOfQuarter(45)
        let result = sign * (sineOfQuarter(angle) / cosineOfQuarter(angle) / one)
        return result == 0 ? 0 : result
    }

    static func cotangent(_ x: Double) -> Double {
        let (angle, sign) = quarter(x)
        let one = cosineOfQuarter(45) / sineOfQuarter(45)
        let result = sign * (cosineOfQuarter(angle) / sineOfQuarter(angle) / one)
        return result == 0 ? 0 : result
    }

    private static func quarter(_ x: Double) -> (Double, Double) {
        var (angle, sign) = (fmod(x, 360), 1.0)
        if angle < 0 { (angle, sign) = (-angle, -sign) }
        if angle > 180 { (angle, sign) = (360 - angle, -sign) }
        if angle > 90 { (angle, sign) = (180 - angle, -sign) }
        return (angle, sign)
    }
}
