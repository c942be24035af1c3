import BigInt

/// `sqrt` and `power` of numerics.
///
/// Source: PostgreSQL 15, table 9.5.
extension Numeric {
    /// Throws 2201F for a negative number.
    package func squareRoot() throws(SQLError) -> Numeric {
        guard case .finite(let value, let scale) = self else {
            if case .minusInfinity = self { throw Self.negativeRoot }
            return self
        }
        guard value.sign >= 0 else { throw Self.negativeRoot }
        // At least 16 significant digits, sized as PostgreSQL does by digits of base 10,000.
        let places = min(max(16 - ((leadingDigit.weight + 1) * 2 - 1), scale, 0), 1000)
        // One digit more than shown decides the rounding: what lies behind it cannot make a half.
        let shifted = (value * .power(2 * places + 2 - scale)).wide.magnitude.squareRoot()
        return .finite(Coefficient(BigInt(shifted)).rounded(dividingBy: .small(10)), scale: places)
    }

    private static let negativeRoot = SQLError("2201F", "cannot take square root of a negative number")

    /// `power(a, exponent)` for whole exponents. Throws 2201F for zero to a negative power, 22003 beyond the format, and 0A000 for
    /// fractional exponents, which need logarithms.
    package func raised(to exponent: Numeric) throws(SQLError) -> Numeric {
        guard case .finite(let base, let baseScale) = self, case .finite(let power, let powerScale) = exponent else {
            throw SQLError("0A000", "power of NaN or infinity is not supported on the embedded engine")
        }
        let (whole, rest) = power.divided(by: .power(powerScale))
        if rest.sign != 0, base.sign < 0 {
            throw SQLError("2201F", "a negative number raised to a non-integer power yields a complex result")
        }
        guard rest.sign == 0, case .small(let wide) = whole, let count = Int(exactly: wide), count.magnitude <= 1_000_000 else {
            throw SQLError(
                "0A000", "power of numeric with such an exponent is not supported on the embedded engine",
                hint: "Cast to double precision.")
        }
        if base.sign == 0, count < 0 { throw SQLError("2201F", "zero raised to a negative power is undefined") }
        let places = min(max(16, baseScale), 1000)
        if base.sign == 0 { return .finite(count == 0 ? .power(places) : .small(0), scale: places) }
        let digits = base.magnitudeText.utf8.count * abs(count)
        guard digits <= 200_000 else {
            if digits - baseScale * abs(count) > DecimalDigits.limits.before { throw .numericFormat }
            throw SQLError("0A000", "a power this long is not supported on the embedded engine", hint: "Cast to double precision.")
        }
        let magnitude = Coefficient(base.wide.power(abs(count)))
        let scale = baseScale * abs(count)
        if count < 0 { return try Self.quotient(.small(1), 0, magnitude, scale, scale: places) }
        return try Numeric.finite(magnitude, scale: scale).rounded(to: places).checked()
    }
}
