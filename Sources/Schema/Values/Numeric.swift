package import BigInt

/// PostgreSQL's `numeric` as a number to calculate with: a whole number divided by a power of ten.
///
/// The stored form is text; this is what arithmetic turns it into. Whole numbers up to 128 bits cost no allocation.
///
/// ```swift
/// let ten = try Numeric("10")
/// try ten.divided(by: Numeric("3.0")).text      // 3.3333333333333333
/// ```
///
/// Source: PostgreSQL 15, chapter 8.1.2.
package enum Numeric: Sendable {
    case finite(Coefficient, scale: Int)
    case infinity
    case minusInfinity
    case nan

    package static let zero = Numeric.finite(.small(0), scale: 0)

    /// Reads a numeric's text, blanks around it and exponents included. Throws 22P02 and 22003.
    package init(_ text: String) throws(SQLError) {
        var text = text
        let result: Result<Numeric, SQLError> = text.withUTF8 { bytes in
            do throws(SQLError) { return .success(try Numeric(bytes)) } catch { return .failure(error) }
        }
        self = try result.get()
    }

    package init(_ text: UnsafeBufferPointer<UInt8>) throws(SQLError) {
        if let quick = Self.medium(text) {
            self = quick
            return
        }
        let word = text.trimmed
        if word.isWord("nan") {
            self = .nan
        } else if word.isWord("infinity") || word.isWord("inf") || word.isWord("+infinity") || word.isWord("+inf") {
            self = .infinity
        } else if word.isWord("-infinity") || word.isWord("-inf") {
            self = .minusInfinity
        } else if let digits = try DecimalDigits(word) {
            try digits.checkLimits()
            self = .finite(Coefficient(digits), scale: digits.scale)
        } else {
            throw .invalidText("numeric", String(decoding: text, as: UTF8.self))
        }
    }

    package init(_ value: Int64) { self = .finite(.small(Int128(value)), scale: 0) }

    /// `unscaled` with its last `scale` digits behind the point: 1500 and 3 is 1.500.
    package init(unscaled: Int64, scale: Int) { self = .finite(.small(Int128(unscaled)), scale: scale) }

    /// A double with 15 significant digits, a real with 6, as PostgreSQL's casts give it.
    package init(_ value: Double, significantDigits: Int = 15) throws(SQLError) {
        guard value.isFinite else {
            self = value.isNaN ? .nan : value < 0 ? .minusInfinity : .infinity
            return
        }
        self = try Numeric(value.rounded(toSignificant: significantDigits))
    }

    /// The most digits that `short` reads.
    package static let shortDigits = 18

    /// Stored text of up to 18 digits as a whole number with `scale` of its digits behind the point; nil for any other text.
    package static func short(_ text: UnsafeBufferPointer<UInt8>) -> (value: Int64, scale: Int)? {
        guard let start = text.baseAddress, text.count > 0, text.count <= shortDigits else { return nil }
        let isNegative = start[0] == UInt8(ascii: "-")
        var value: Int64 = 0
        var point = -1
        var index = isNegative ? 1 : 0
        guard index < text.count else { return nil }
        while index < text.count {
            let byte = start[index]
            if byte.isDigit {
                value = value &* 10 &+ Int64(byte &- UInt8(ascii: "0"))
            } else if byte == UInt8(ascii: "."), point < 0, text.count > 1 {
                point = index
            } else {
                return nil
            }
            index &+= 1
        }
        return (isNegative ? -value : value, point < 0 ? 0 : text.count &- point &- 1)
    }

    /// Stored text of up to 36 digits without an exponent.
    private static func medium(_ text: UnsafeBufferPointer<UInt8>) -> Numeric? {
        guard text.count > 0, text.count <= 37 else { return nil }
        let negative = text[0] == UInt8(ascii: "-")
        var value: Int128 = 0
        var scale = 0
        var behindPoint = false
        var seen = false
        var low: UInt64 = 0
        var lowDigits = 0
        for byte in text.dropFirst(negative ? 1 : 0) {
            if byte.isDigit {
                low = low &* 10 &+ UInt64(byte &- UInt8(ascii: "0"))
                lowDigits &+= 1
                seen = true
                if behindPoint { scale &+= 1 }
                if lowDigits == 18 {
                    value = value &* 1_000_000_000_000_000_000 &+ Int128(low)
                    low = 0
                    lowDigits = 0
                }
            } else if byte == UInt8(ascii: "."), !behindPoint {
                behindPoint = true
            } else {
                return nil
            }
        }
        guard seen else { return nil }
        value = value &* Coefficient.smallPower(lowDigits) &+ Int128(low)
        return .finite(.small(negative ? -value : value), scale: scale)
    }

    /// As PostgreSQL prints it, which is how it is stored.
    package var text: String {
        switch self {
        case .nan: "NaN"
        case .infinity: "Infinity"
        case .minusInfinity: "-Infinity"
        case .finite(let coefficient, let scale): Self.text(coefficient, scale: scale)
        }
    }

    private static func text(_ coefficient: Coefficient, scale: Int) -> String {
        var digits = coefficient.magnitudeText
        if scale > 0 {
            if digits.utf8.count <= scale { digits = String(repeating: "0", count: scale + 1 - digits.utf8.count) + digits }
            digits.insert(".", at: digits.utf8.index(digits.endIndex, offsetBy: -scale))
        }
        return coefficient.sign < 0 ? "-" + digits : digits
    }

    /// Digits shown behind the point.
    package var scale: Int {
        if case .finite(_, let scale) = self { scale } else { 0 }
    }

    package var isZero: Bool {
        if case .finite(let coefficient, _) = self { coefficient.sign == 0 } else { false }
    }

    package var isNaN: Bool {
        if case .nan = self { true } else { false }
    }

    /// -1, 0 or 1; 0 for NaN.
    package var sign: Int {
        switch self {
        case .finite(let coefficient, _): coefficient.sign
        case .infinity: 1
        case .minusInfinity: -1
        case .nan: 0
        }
    }

    /// The nearest double. Throws 22003 beyond its range.
    package func double() throws(SQLError) -> Double {
        switch self {
        case .nan: .nan
        case .infinity: .infinity
        case .minusInfinity: -.infinity
        case .finite: try FloatText.double(text)
        }
    }

    /// Rounded half away from zero, as a cast to an integer type does. Throws 22003 with the type's name where it does not fit.
    package func integer(as type: DataType = .bigint) throws(SQLError) -> Int64 {
        let bounds: ClosedRange<Int64>
        switch type {
        case .smallint: bounds = Int64(Int16.min)...Int64(Int16.max)
        case .integer: bounds = Int64(Int32.min)...Int64(Int32.max)
        default: bounds = Int64.min...Int64.max
        }
        guard case .finite = self else {
            throw SQLError("0A000", "cannot convert \(isNaN ? "NaN" : "infinity") to \(type.name)")
        }
        guard case .finite(.small(let value), _) = rounded(to: 0), let integer = Int64(exactly: value), bounds.contains(integer) else {
            throw SQLError("22003", "\(type.name) out of range")
        }
        return integer
    }
}

/// A whole number of any size; always `small` where it fits.
package enum Coefficient: Hashable, Sendable {
    case small(Int128)
    case big(BigInt)

    init(_ value: BigInt) {
        let words = value.magnitude.words
        guard value.magnitude.bitWidth <= 126 else {
            self = .big(value)
            return
        }
        var small: Int128 = 0
        for word in words.reversed() { small = small << 64 | Int128(word) }
        self = .small(value.sign == .minus ? -small : small)
    }

    /// The digits with `scale` of them behind the point, as a whole number.
    init(_ digits: DecimalDigits) {
        let length = digits.point + digits.scale
        guard !digits.digits.isEmpty, length > 0 else {
            self = .small(0)
            return
        }
        var text = digits.digits.prefix(length).map { $0 + UInt8(ascii: "0") }
        text.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: max(length - text.count, 0)))
        let value = BigInt(String(decoding: text, as: UTF8.self)) ?? 0
        self.init(digits.negative ? -value : value)
    }

    var wide: BigInt {
        switch self {
        case .small(let value):
            // By its words: the library's own conversion of negative 128-bit integers loses 2^64.
            BigInt(
                sign: value < 0 ? .minus : .plus,
                magnitude: BigUInt(words: [UInt(truncatingIfNeeded: value.magnitude), UInt(truncatingIfNeeded: value.magnitude >> 64)]))
        case .big(let value): value
        }
    }

    var sign: Int {
        switch self {
        case .small(let value): value.signum() == 0 ? 0 : value < 0 ? -1 : 1
        case .big(let value): value.signum() == 0 ? 0 : value < 0 ? -1 : 1
        }
    }

    var magnitudeText: String {
        switch self {
        case .small(let value): String(value.magnitude)
        case .big(let value): String(value.magnitude)
        }
    }

    static func smallPower(_ exponent: Int) -> Int128 {
        var result: Int128 = 1
        for _ in 0..<exponent { result &*= 10 }
        return result
    }

    static func power(_ exponent: Int) -> Coefficient {
        exponent <= 38 ? .small(smallPower(exponent)) : .big(BigInt(10).power(exponent))
    }

    static func + (a: Coefficient, b: Coefficient) -> Coefficient {
        if case .small(let x) = a, case .small(let y) = b {
            let (sum, overflow) = x.addingReportingOverflow(y)
            if !overflow { return .small(sum) }
        }
        return Coefficient(a.wide + b.wide)
    }

    static func * (a: Coefficient, b: Coefficient) -> Coefficient {
        if case .small(let x) = a, case .small(let y) = b {
            let (product, overflow) = x.multipliedReportingOverflow(by: y)
            if !overflow { return .small(product) }
        }
        return Coefficient(a.wide * b.wide)
    }

    static prefix func - (a: Coefficient) -> Coefficient {
        if case .small(let x) = a, x != .min { return .small(-x) }
        return Coefficient(-a.wide)
    }

    /// Towards zero; the remainder has the dividend's sign. `b` is not zero.
    func divided(by b: Coefficient) -> (quotient: Coefficient, remainder: Coefficient) {
        if case .small(let x) = self, case .small(let y) = b, x != .min {
            let (quotient, remainder) = x.quotientAndRemainder(dividingBy: y)
            return (.small(quotient), .small(remainder))
        }
        let (quotient, remainder) = wide.quotientAndRemainder(dividingBy: b.wide)
        return (Coefficient(quotient), Coefficient(remainder))
    }

    /// Half away from zero. `b` is positive.
    func rounded(dividingBy b: Coefficient) -> Coefficient {
        let (quotient, remainder) = divided(by: b)
        let twice = remainder.sign < 0 ? -(remainder + remainder) : remainder + remainder
        guard !(twice < b) else { return quotient }
        return quotient + .small(sign < 0 ? -1 : 1)
    }

    static func < (a: Coefficient, b: Coefficient) -> Bool {
        if case .small(let x) = a, case .small(let y) = b { return x < y }
        return a.wide < b.wide
    }
}

extension Double {
    /// Text with so many significant digits, correctly rounded: what C's `%.15g` prints.
    func rounded(toSignificant digits: Int) -> String {
        guard self != 0 else { return "0" }
        // A double is a whole number times a power of two, so its decimal digits can be had exactly.
        let mantissa = BigInt(significandBitPattern | (isNormal ? 1 << 52 : 0))
        let power = Int(isNormal ? exponent : -1022) - 52
        var value = DecimalDigits.zero
        if power >= 0 {
            value = DecimalDigits(whole: mantissa << power, scale: 0)
        } else {
            value = DecimalDigits(whole: mantissa * BigInt(5).power(-power), scale: -power)
        }
        // C rounds an exact half to even.
        let tie = value.digits.count == digits + 1 && value.digits[digits] == 5 && value.digits[digits - 1] % 2 == 0
        if tie { value.truncate(to: digits - value.point) } else { value.round(to: digits - value.point) }
        value.scale = max(value.digits.count - value.point, 0)
        value.negative = self < 0
        return String(decoding: value.bytes, as: UTF8.self)
    }
}

extension DecimalDigits {
    static let zero = DecimalDigits(digits: [], point: 0, scale: 0)

    private init(digits: [UInt8], point: Int, scale: Int) {
        self.digits = digits
        self.point = point
        self.scale = scale
    }

    fileprivate init(whole: BigInt, scale: Int) {
        let text = String(whole).utf8.map { $0 - UInt8(ascii: "0") }
        self.init(digits: text, point: text.count - scale, scale: scale)
        while digits.last == 0 { digits.removeLast() }
    }
}
