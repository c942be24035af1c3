import BigInt

/// The operators of `numeric`, with PostgreSQL's scales and its rules for NaN and the infinities.
///
/// Source: PostgreSQL 15, chapters 8.1.2 and 9.3; the scale of a quotient follows its behaviour, which the manual does not lay down.
extension Numeric {
    package static func + (a: Numeric, b: Numeric) throws(SQLError) -> Numeric {
        switch (a, b) {
        case (.finite(let x, let p), .finite(let y, let q)):
            let (left, right, scale) = align(x, p, y, q)
            return try checked(left + right, scale)
        case (.nan, _), (_, .nan), (.infinity, .minusInfinity), (.minusInfinity, .infinity): return .nan
        case (.infinity, _), (_, .infinity): return .infinity
        case (.minusInfinity, _), (_, .minusInfinity): return .minusInfinity
        }
    }

    package static func - (a: Numeric, b: Numeric) throws(SQLError) -> Numeric { try a + (-b) }

    package static prefix func - (a: Numeric) -> Numeric {
        switch a {
        case .finite(let value, let scale): .finite(-value, scale: scale)
        case .infinity: .minusInfinity
        case .minusInfinity: .infinity
        case .nan: .nan
        }
    }

    package static func * (a: Numeric, b: Numeric) throws(SQLError) -> Numeric {
        if case .finite(let x, let p) = a, case .finite(let y, let q) = b {
            let product = Numeric.finite(x * y, scale: p + q)
            return try (p + q > DecimalDigits.limits.behind ? product.cut(to: DecimalDigits.limits.behind) : product).checked()
        }
        if a.isNaN || b.isNaN || a.isZero || b.isZero { return .nan }
        return a.sign * b.sign > 0 ? .infinity : .minusInfinity
    }

    /// `a / b`: at least 16 significant digits and at least the scale of either side. Throws 22012.
    package func divided(by b: Numeric) throws(SQLError) -> Numeric {
        if isNaN || b.isNaN { return .nan }
        guard !b.isZero else { throw .divisionByZero }
        guard case .finite(let x, let p) = self else {
            guard case .finite = b else { return .nan }
            return sign * b.sign > 0 ? .infinity : .minusInfinity
        }
        guard case .finite(let y, let q) = b else { return .zero }
        return try Self.quotient(x, p, y, q, scale: divisionScale(b))
    }

    /// x·10^-p / y·10^-q, rounded half away from zero.
    static func quotient(_ x: Coefficient, _ p: Int, _ y: Coefficient, _ q: Int, scale: Int) throws(SQLError) -> Numeric {
        let shift = scale + q - p
        let numerator = (shift > 0 ? x * .power(shift) : x)
        let denominator = (shift < 0 ? y * .power(-shift) : y)
        let positive = denominator.sign < 0
        return try checked((positive ? -numerator : numerator).rounded(dividingBy: positive ? -denominator : denominator), scale)
    }

    /// PostgreSQL works in digits of base 10,000 and sizes a quotient by the first digit of either side.
    private func divisionScale(_ b: Numeric) -> Int {
        let (weight, first) = leadingDigit
        let (otherWeight, otherFirst) = b.leadingDigit
        let quotientWeight = weight - otherWeight - (first <= otherFirst ? 1 : 0)
        return min(max(16 - quotientWeight * 4, scale, b.scale, 0), 1000)
    }

    /// The power of 10,000 of the first digit in that base, and the digit.
    var leadingDigit: (weight: Int, digit: Int) {
        guard case .finite(let value, let scale) = self, value.sign != 0 else { return (0, 0) }
        let digits = Array(value.magnitudeText.utf8)
        let before = digits.count - scale
        // How many decimal digits the first digit of base 10,000 takes.
        let weight = before > 0 ? (before - 1) / 4 : -((-before) / 4 + 1)
        let width = before - weight * 4
        var digit = 0
        for index in 0..<width { digit = digit * 10 + (index < digits.count ? Int(digits[index] - UInt8(ascii: "0")) : 0) }
        return (weight, digit)
    }

    /// `a % b`, with the sign of `a`. Throws 22012.
    package func remainder(dividingBy b: Numeric) throws(SQLError) -> Numeric {
        if isNaN || b.isNaN { return .nan }
        guard case .finite(let x, let p) = self else {
            if b.isZero { throw .divisionByZero }
            return .nan
        }
        guard !b.isZero else { throw .divisionByZero }
        guard case .finite(let y, let q) = b else { return self }
        let (left, right, scale) = Self.align(x, p, y, q)
        return .finite(left.divided(by: right).remainder, scale: scale)
    }

    /// `div(a, b)`: the whole quotient, towards zero. Throws 22012.
    package func wholeQuotient(dividingBy b: Numeric) throws(SQLError) -> Numeric {
        guard case .finite(let x, let p) = self, case .finite(let y, let q) = b, !b.isZero else { return try divided(by: b) }
        let (left, right, _) = Self.align(x, p, y, q)
        return .finite(left.divided(by: right).quotient, scale: 0)
    }

    package var absolute: Numeric { sign < 0 ? -self : self }

    /// `round(a, places)`, half away from zero; negative places round before the point.
    package func rounded(to places: Int) -> Numeric {
        guard case .finite(let value, let scale) = self else { return self }
        let places = min(max(places, -Self.placesLimit), Self.placesLimit)
        guard places < scale else { return .finite(value * .power(places - scale), scale: places) }
        return cut(to: places)
    }

    private func cut(to places: Int) -> Numeric {
        guard case .finite(let value, let scale) = self else { return self }
        let rounded = value.rounded(dividingBy: .power(scale - places))
        return places >= 0 ? .finite(rounded, scale: places) : .finite(rounded * .power(-places), scale: 0)
    }

    /// PostgreSQL rounds and truncates to no more places than this, silently.
    private static let placesLimit = 2000

    /// `trunc(a, places)`, towards zero.
    package func truncated(to places: Int) -> Numeric {
        guard case .finite(let value, let scale) = self else { return self }
        let places = min(max(places, -Self.placesLimit), Self.placesLimit)
        guard places < scale else { return .finite(value * .power(places - scale), scale: places) }
        let cut = value.divided(by: .power(scale - places)).quotient
        return places >= 0 ? .finite(cut, scale: places) : .finite(cut * .power(-places), scale: 0)
    }

    package var floor: Numeric { wholePart(towards: -1) }
    package var ceiling: Numeric { wholePart(towards: 1) }

    private func wholePart(towards direction: Int) -> Numeric {
        guard case .finite(let value, let scale) = self else { return self }
        let (quotient, remainder) = value.divided(by: .power(scale))
        return .finite(remainder.sign == direction ? quotient + .small(Int128(direction)) : quotient, scale: 0)
    }

    /// What `numeric(precision, scale)` makes of it. Throws 22003.
    package func fitted(_ modifier: TypeModifier?) throws(SQLError) -> Numeric {
        guard modifier != nil else { return self }
        return try Numeric(NumericText.parse(text, modifier))
    }

    /// Equal by value: `1.0` and `1.00`, and NaN and NaN.
    package static func compare(_ a: Numeric, _ b: Numeric) -> Int32 {
        switch (a, b) {
        case (.finite(let x, let p), .finite(let y, let q)):
            let (left, right, _) = align(x, p, y, q)
            return left < right ? -1 : right < left ? 1 : 0
        default: return a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0
        }
    }

    private var rank: Int {
        switch self {
        case .minusInfinity: -1
        case .finite: 0
        case .infinity: 1
        case .nan: 2
        }
    }

    static func align(_ x: Coefficient, _ p: Int, _ y: Coefficient, _ q: Int) -> (Coefficient, Coefficient, Int) {
        if p == q { return (x, y, p) }
        return p < q ? (x * .power(q - p), y, q) : (x, y * .power(p - q), p)
    }

    private static func checked(_ value: Coefficient, _ scale: Int) throws(SQLError) -> Numeric {
        try Numeric.finite(value, scale: scale).checked()
    }

    /// Throws 22003 where PostgreSQL's format has no room.
    func checked() throws(SQLError) -> Numeric {
        guard case .finite(.big(let value), let scale) = self, value.bitWidth > 400_000 else { return self }
        // Counting digits one by one takes time by the square of their number, so only a number at the limit is counted.
        let room = DecimalDigits.limits.before
        let fewest = (value.bitWidth - 2) * 30_102 / 100_000 + 1 - scale
        let most = value.bitWidth * 30_103 / 100_000 + 1 - scale
        if fewest > room { throw .numericFormat }
        if most > room, value.magnitude >= BigUInt(10).power(max(0, room + scale)) { throw .numericFormat }
        return self
    }
}

/// A running `sum` and `avg` of numerics or integers.
package struct NumericSum: Sendable {
    private var total = Numeric.zero
    package private(set) var count = 0

    package init() {}

    package mutating func add(_ value: Numeric) throws(SQLError) {
        total = try total + value
        count += 1
    }

    package mutating func add(_ value: Int64) throws(SQLError) { try add(Numeric(value)) }

    /// Nil without rows.
    package var sum: Numeric? { count == 0 ? nil : total }

    /// Nil without rows.
    package func average() throws(SQLError) -> Numeric? {
        count == 0 ? nil : try total.divided(by: Numeric(Int64(count)))
    }
}
