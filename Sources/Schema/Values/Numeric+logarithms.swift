import BigInt

/// `exp`, `ln` and `log` of numerics, with the scales PostgreSQL chooses: at least 16 significant digits.
///
/// Worked out in whole numbers with digits to spare, so that the last digit shown is rounded from the true value.
/// Source: PostgreSQL 15, table 9.5; the scales follow its behaviour, which the manual does not lay down.
extension Numeric {
    /// Beyond this many decimal places PostgreSQL gives up on an exponent.
    private static let exponentLimit = 6000.0

    /// Throws 22003 where the result is too large.
    package func exponential() throws(SQLError) -> Numeric {
        guard case .finite = self else {
            if case .minusInfinity = self { return .zero }
            return self
        }
        let weight = max(min(approximate * 0.434294481903252, 2000), -2000)
        let places = min(max(16 - Int(weight), scale, 0), 1000)
        return try Fixed.exponential(self, places: places)
    }

    /// Throws 2201E for zero and negative numbers.
    package func naturalLogarithm() throws(SQLError) -> Numeric {
        try requireLogarithm()
        guard case .finite = self else { return self }
        let places = min(max(16 - logarithmWeight, scale, 0), 1000)
        return Fixed.logarithm(self, places: places + 12).numeric(places: places)
    }

    /// The logarithm to another base. Throws 2201E for zero and negative numbers, 22012 for the base 1.
    package func logarithm(base: Numeric) throws(SQLError) -> Numeric {
        if isNaN || base.isNaN { return .nan }
        try base.requireLogarithm()
        try requireLogarithm()
        guard case .finite = self else {
            guard case .finite = base else { return .nan }
            return base.isLess(than: 1) ? .minusInfinity : .infinity
        }
        guard case .finite = base else { return .zero }
        let weight = logarithmWeight - base.logarithmWeight
        let places = min(max(16 - weight, scale, base.scale, 0), 1000)
        let digits = places + max(weight, 0) + max(-base.logarithmWeight, 0) + 24
        let (numerator, denominator) = (Fixed.logarithm(self, places: digits), Fixed.logarithm(base, places: digits))
        return try numerator.exact.divided(by: denominator.exact, places: places)
    }

    private func requireLogarithm() throws(SQLError) {
        if isNaN { return }
        if isZero { throw SQLError("2201E", "cannot take logarithm of zero") }
        if sign < 0 { throw SQLError("2201E", "cannot take logarithm of a negative number") }
    }

    private func isLess(than other: Int64) -> Bool { Numeric.compare(self, Numeric(other)) < 0 }

    /// Near enough to choose a scale by.
    var approximate: Double { Double(text) ?? (sign < 0 ? -.infinity : .infinity) }

    /// The decimal place of the logarithm's first digit, as PostgreSQL estimates it.
    var logarithmWeight: Int {
        guard case .finite(let coefficient, let scale) = self, coefficient.sign > 0 else { return 0 }
        let value = approximate
        if value > 0.8, value < 1.2, let one = try? self - Numeric(1), value >= 0.9, value <= 1.1 {
            // ln(1 + x) is near x.
            guard case .finite(let rest, let scale) = one, rest.sign != 0 else { return 0 }
            return rest.magnitudeText.utf8.count - 1 - scale
        }
        // By its first digits: the number itself may be beyond a double.
        let text = coefficient.magnitudeText
        let first = Double(text.prefix(9)) ?? 1
        let logarithm = Self.naturalLogarithm(first) + Double(text.utf8.count - min(9, text.utf8.count) - scale) * 2.302585092994046
        return Int(Self.commonLogarithm(abs(logarithm)))
    }

    private func divided(by other: Numeric, places: Int) throws(SQLError) -> Numeric {
        guard case .finite(let x, let p) = self, case .finite(let y, let q) = other else { return .nan }
        guard y.sign != 0 else { throw .divisionByZero }
        return try Self.quotient(x, p, y, q, scale: places)
    }

    /// `a ^ exponent` by logarithms, where the exponent is no whole number. The base is positive.
    func raisedByLogarithm(to exponent: Numeric) throws(SQLError) -> Numeric {
        let weight = logarithmWeight
        let rough = try Fixed.logarithm(self, places: max(8 - weight, 0) + 8).exact * exponent
        var value = rough.approximate
        if abs(value) > Self.exponentLimit * 1.00333 {
            if value > 0 { throw .numericFormat }
            return .finite(.small(0), scale: 1000)
        }
        value *= 0.434294481903252
        let places = min(max(16 - Int(value), scale, exponent.scale, 0), 1000)
        let digits = max(places + Int(value) - weight + 8, 0) + exponent.text.utf8.count + 16
        let product = try Fixed.logarithm(self, places: digits).exact * exponent
        return try Fixed.exponential(product, places: places)
    }
}

/// A number with a fixed count of digits behind the point.
private struct Fixed {
    var value: BigInt
    var places: Int

    var exact: Numeric { .finite(Coefficient(value), scale: places) }

    func numeric(places: Int) -> Numeric {
        let cut = self.places - places
        guard cut > 0 else { return .finite(Coefficient(value) * .power(-cut), scale: places) }
        return .finite(Coefficient(value).rounded(dividingBy: .power(cut)), scale: places)
    }

    init(_ value: BigInt, places: Int) {
        self.value = value
        self.places = places
    }

    /// The number, cut to so many places.
    init(_ number: Numeric, places: Int) {
        guard case .finite(let coefficient, let scale) = number else {
            self.init(0, places: places)
            return
        }
        let shift = places - scale
        self.init(
            shift >= 0 ? coefficient.wide * BigInt(10).power(shift) : coefficient.wide / BigInt(10).power(-shift), places: places)
    }

    /// By powers of ten into reach, then roots until near 1, then a series. The number is positive.
    static func logarithm(_ number: Numeric, places: Int) -> Fixed {
        guard case .finite(let coefficient, let scale) = number else { return Fixed(0, places: places) }
        let power = coefficient.magnitudeText.utf8.count - 1 - scale
        let near = number.approximate
        // A number near 1 keeps all its digits.
        if near > 0.5, near < 2 { return nearOne(Fixed(number, places: max(places + 24, scale)).reaching(places + 24)).cut(to: places) }
        let work = places + 30
        let mantissa = Numeric.finite(coefficient, scale: scale + power)
        var result = nearOne(Fixed(mantissa, places: work)).value
        if power != 0 { result += nearOne(Fixed(Numeric(10), places: work)).value * BigInt(power) }
        return Fixed(result, places: work).cut(to: places)
    }

    private func reaching(_ places: Int) -> Fixed { places == self.places ? self : cut(to: places) }

    private func cut(to places: Int) -> Fixed {
        let rest = self.places - places
        return rest >= 0
            ? Fixed(value / BigInt(10).power(rest), places: places) : Fixed(value * BigInt(10).power(-rest), places: places)
    }

    private static func nearOne(_ number: Fixed) -> Fixed {
        let one = BigInt(10).power(number.places)
        var value = number.value
        var halvings = 0
        while value * 100 > one * 101 || value * 100 < one * 99 {
            value = BigInt((value * one).magnitude.squareRoot())
            halvings += 1
        }
        // ln x = 2 · (z + z³/3 + z⁵/5 + …), z = (x - 1) / (x + 1)
        let z = (value - one) * one / (value + one)
        let square = z * z / one
        var term = z
        var sum = z
        var count = 3
        while term != 0 {
            term = term * square / one
            sum += term / BigInt(count)
            count += 2
        }
        return Fixed((sum * 2) << halvings, places: number.places)
    }

    static func exponential(_ number: Numeric, places: Int) throws(SQLError) -> Numeric {
        let rough = number.approximate
        guard abs(rough) < 6000 else {
            if rough > 0 { throw .numericFormat }
            return .finite(.small(0), scale: places)
        }
        let weight = Int(abs(rough) * 0.4343) + 1
        let work = places + weight * 2 + 30
        let one = BigInt(10).power(work)
        var halvings = 8
        var size = abs(rough)
        while size > 1 {
            size /= 2
            halvings += 1
        }
        let x = Fixed(number, places: work).value.magnitude >> halvings
        var term = BigInt(one)
        var sum = one
        var count = 1
        while term != 0 {
            term = term * BigInt(x) / one / BigInt(count)
            sum += term
            count += 1
        }
        for _ in 0..<halvings { sum = sum * sum / one }
        if number.sign < 0 { sum = one * one / sum }
        return try Fixed(sum, places: work).numeric(places: places).checked()
    }
}

extension Numeric {
    static func naturalLogarithm(_ value: Double) -> Double { commonLogarithm(value) / 0.4342944819032518 }

    /// Near enough for a scale, from the number's own exponent and a series for the rest.
    static func commonLogarithm(_ value: Double) -> Double {
        guard value > 0, value.isFinite else { return 0 }
        let significand = value.significand
        let z = (significand - 1) / (significand + 1)
        var (term, sum, count) = (z, z, 3.0)
        while abs(term) > 1e-18 {
            term *= z * z
            sum += term / count
            count += 2
        }
        return (2 * sum + Double(value.exponent) * 0.6931471805599453) * 0.4342944819032518
    }
}
