import BigInt

/// `sqrt` and `power` of numerics.
///
/// Source: PostgreSQL 15, table 9.5.
extension Numeric {
    /// Throws 2201F for a negative number.
    ///
    /// - Parameter scale: so many digits behind the point, whatever the value; nil has them chosen as by `sqrt`.
    package func squareRoot(scale wanted: Int? = nil) throws(SQLError) -> Numeric {
        guard case .finite(let value, let scale) = self else {
            if case .minusInfinity = self { throw Self.negativeRoot }
            return self
        }
        guard value.sign >= 0 else { throw Self.negativeRoot }
        // At least 16 significant digits, sized as PostgreSQL does by digits of base 10,000.
        let places = wanted ?? min(max(16 - ((leadingDigit.weight + 1) * 2 - 1), scale, 0), 1000)
        // One digit more than shown decides the rounding: what lies behind it cannot make a half.
        let shifted = (value * .power(2 * places + 2 - scale)).wide.magnitude.squareRoot()
        return .finite(Coefficient(BigInt(shifted)).rounded(dividingBy: .small(10)), scale: places)
    }

    private static let negativeRoot = SQLError("2201F", "cannot take square root of a negative number")

    /// `a ^ exponent`. Throws 2201F for zero to a negative power and for a root of a negative number, 22003 beyond the format.
    package func raised(to exponent: Numeric) throws(SQLError) -> Numeric {
        let one = Numeric(1)
        if isNaN || exponent.isNaN {
            if isNaN ? exponent.isZero : !exponent.isNaN || Numeric.compare(self, one) == 0 {
                return isNaN || Numeric.compare(self, one) == 0 ? one : .nan
            }
            return .nan
        }
        if isZero, exponent.sign < 0 { throw SQLError("2201F", "zero raised to a negative power is undefined") }
        if sign < 0, !exponent.isWhole {
            throw SQLError("2201F", "a negative number raised to a non-integer power yields a complex result")
        }
        guard case .finite(let base, _) = self, case .finite(let power, let powerScale) = exponent else {
            return raisedWithInfinity(to: exponent)
        }
        if exponent.isWhole, case .small(let wide) = power.divided(by: .power(powerScale)).quotient, let count = Int32(exactly: wide) {
            return try raised(toWhole: Int(count))
        }
        if base.sign == 0 { return .finite(.small(0), scale: 16) }
        let result = try (base.sign < 0 ? -self : self).raisedByLogarithm(to: exponent)
        return base.sign < 0 && exponent.isOdd ? -result : result
    }

    private var isWhole: Bool {
        guard case .finite(let value, let scale) = self else { return true }
        return value.divided(by: .power(scale)).remainder.sign == 0
    }

    private var isOdd: Bool {
        guard case .finite(let value, let scale) = self else { return false }
        return value.divided(by: .power(scale)).quotient.divided(by: .small(2)).remainder.sign != 0
    }

    /// As C's `pow` has it, where either side is infinite.
    private func raisedWithInfinity(to exponent: Numeric) -> Numeric {
        let one = Numeric(1)
        let size = Numeric.compare(absolute, one)
        if Numeric.compare(self, one) == 0 || exponent.isZero { return one }
        switch exponent {
        case .infinity: return size == 0 ? one : size > 0 ? .infinity : .zero
        case .minusInfinity: return size == 0 ? one : size > 0 ? .zero : .infinity
        default: break
        }
        guard exponent.sign > 0 else { return .zero }
        return sign < 0 && exponent.isOdd ? .minusInfinity : .infinity
    }

    /// With as many digits as the result shows, and some to spare.
    private func raised(toWhole count: Int) throws(SQLError) -> Numeric {
        guard case .finite(let base, let baseScale) = self else { return self }
        let places = min(max(16, baseScale), 1000)
        if count == 0 { return .finite(.power(places), scale: places) }
        if base.sign == 0 { return .finite(.small(0), scale: places) }
        if count == 1 { return rounded(to: places) }
        let text = base.magnitudeText
        let leading = Double(text.prefix(17)) ?? 1
        let exponent = text.utf8.count - min(17, text.utf8.count) - baseScale
        let weight = Double(count) * (Self.commonLogarithm(leading) + Double(exponent))
        if weight > 393_204 { throw .numericFormat }
        if weight + 1 < Double(-places) { return .finite(.small(0), scale: places) }
        let digits = max(1 + places + Int(weight), 1) + String(abs(count)).utf8.count * 3 + 16
        var result = Floating(1, 0)
        var square = Floating(base.wide.magnitude, -baseScale)
        var rest = count.magnitude
        while rest > 0 {
            if rest & 1 == 1 { result = result.times(square, digits: digits) }
            rest >>= 1
            if rest > 0 { square = square.times(square, digits: digits) }
        }
        let value = result.numeric(inverted: count < 0, places: places)
        return try (base.sign < 0 && count % 2 != 0 ? -value : value).checked()
    }
}

/// A whole number times a power of ten, cut to a number of digits.
private struct Floating {
    var value: BigUInt
    var exponent: Int

    init(_ value: BigUInt, _ exponent: Int) {
        self.value = value
        self.exponent = exponent
    }

    func times(_ other: Floating, digits: Int) -> Floating {
        let product = value * other.value
        // Three and a third bits to a digit.
        let extra = Int(Double(product.bitWidth) * 0.30103) - digits
        guard extra > 0 else { return Floating(product, exponent + other.exponent) }
        return Floating(product / BigUInt(10).power(extra), exponent + other.exponent + extra)
    }

    func numeric(inverted: Bool, places: Int) -> Numeric {
        if inverted {
            let numerator = BigUInt(10).power(places)
            let denominator = exponent >= 0 ? value * BigUInt(10).power(exponent) : value
            let top = exponent < 0 ? numerator * BigUInt(10).power(-exponent) : numerator
            return .finite(Coefficient(BigInt(top)).rounded(dividingBy: Coefficient(BigInt(denominator))), scale: places)
        }
        let shift = exponent + places
        if shift >= 0 { return .finite(Coefficient(BigInt(value * BigUInt(10).power(shift))), scale: places) }
        return .finite(Coefficient(BigInt(value)).rounded(dividingBy: Coefficient(BigInt(10).power(-shift))), scale: places)
    }
}
