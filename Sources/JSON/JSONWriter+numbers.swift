extension JSONWriter {
    package mutating func integer(_ value: Int64) {
        var rest = value.magnitude
        reserve(20)
        if value < 0 { byte(UInt8(ascii: "-")) }
        let length = Self.digits(in: rest)
        fill(upTo: length) { target in
            var at = length
            while rest >= 10 {
                at &-= 1
                let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
                target[at] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: digit)
                rest = quotient
            }
            target[0] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest)
            return length
        }
    }

    /// `value` in `width` digits with leading zeros; the caller knows that it fits.
    package mutating func padded(_ value: Int, width: Int) {
        fill(upTo: width) { target in
            var rest = UInt(bitPattern: value)
            var at = width
            while at > 0 {
                at &-= 1
                target[at] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
            return width
        }
    }

    private static func digits(in value: UInt64) -> Int {
        var count = 1
        var rest = value
        while rest >= 10_000 {
            rest /= 10_000
            count &+= 4
        }
        if rest >= 1000 { return count &+ 3 }
        if rest >= 100 { return count &+ 2 }
        return rest >= 10 ? count &+ 1 : count
    }

    /// A double in PostgreSQL's shortest form, without quotes: `1e+15`, `100000000000000`, `1e-05`, `-0`, `NaN`, `Infinity`.
    ///
    /// The last two are not JSON; who writes JSON puts quotes around them.
    ///
    /// Source: PostgreSQL 15, chapter 8.1.3 and the setting `extra_float_digits`.
    package mutating func double(_ value: Double) {
        if let whole = Int64(exactly: value), whole.magnitude < 1_000_000_000_000_000, whole != 0 || value.sign == .plus {
            return integer(whole)
        }
        decimal(value, value.description, precision: 15)
    }

    /// A `real` in PostgreSQL's shortest form: `1e+06`, `123456`.
    package mutating func float(_ value: Float) {
        decimal(Double(value), value.description, precision: 6)
    }

    private mutating func decimal(_ value: Double, _ shortest: String, precision: Int) {
        guard value.isFinite else {
            if value.isNaN { return raw("NaN") }
            return raw(value < 0 ? "-Infinity" : "Infinity")
        }
        if value.sign == .minus { byte(UInt8(ascii: "-")) }
        if value == 0 { return byte(UInt8(ascii: "0")) }
        var decimal = ShortestDecimal(shortest)
        decimal.avoidMidpoint(of: value.magnitude, significantBits: precision == 6 ? 24 : 53)
        write(decimal, precision: precision)
    }

    private mutating func write(_ decimal: ShortestDecimal, precision: Int) {
        let digits = decimal.digits
        let count = decimal.count
        let exponent = decimal.exponent
        guard exponent >= -4, exponent < precision else {
            padded(Int(digits / ShortestDecimal.power(count - 1)), width: 1)
            if count > 1 {
                byte(UInt8(ascii: "."))
                padded(Int(digits % ShortestDecimal.power(count - 1)), width: count - 1)
            }
            raw(exponent < 0 ? "e-" : "e+")
            return padded(abs(exponent), width: abs(exponent) < 100 ? 2 : 3)
        }
        if exponent < 0 {
            raw("0.")
            for _ in 0..<(-exponent - 1) { byte(UInt8(ascii: "0")) }
            padded(Int(digits), width: count)
        } else if exponent + 1 >= count {
            padded(Int(digits), width: count)
            for _ in 0..<(exponent + 1 - count) { byte(UInt8(ascii: "0")) }
        } else {
            let fraction = count - exponent - 1
            padded(Int(digits / ShortestDecimal.power(fraction)), width: exponent + 1)
            byte(UInt8(ascii: "."))
            padded(Int(digits % ShortestDecimal.power(fraction)), width: fraction)
        }
    }
}

/// The digits of a positive number and where its point stands: `digits` = 123, `exponent` = 4 is 1.23e4.
private struct ShortestDecimal {
    var digits: UInt64 = 0
    var count = 0
    var exponent = 0

    /// Reads Swift's own shortest form (`1.0`, `1e-05`, `5e-324`), which has the right digits in another shape.
    init(_ text: String) {
        var pointAt: Int?
        var written = 0
        var iterator = text.utf8.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if digits == 0, byte == UInt8(ascii: "0") {
                    // A leading zero moves the point and is no digit.
                    if pointAt != nil { exponent -= 1 }
                    continue
                }
                digits = digits &* 10 &+ UInt64(byte - UInt8(ascii: "0"))
                written += 1
            case UInt8(ascii: "."): pointAt = written
            case UInt8(ascii: "e"):
                var negative = false
                var shift = 0
                while let digit = iterator.next() {
                    if digit == UInt8(ascii: "-") { negative = true }
                    if digit >= UInt8(ascii: "0") { shift = shift * 10 + Int(digit - UInt8(ascii: "0")) }
                }
                exponent += negative ? -shift : shift
            default: break
            }
        }
        exponent += (pointAt ?? written) - 1
        count = written
        while count > 1, digits % 10 == 0 {
            digits /= 10
            count -= 1
        }
    }

    /// PostgreSQL avoids a text that lies exactly halfway between two numbers, since some readers round it wrongly, and prints a
    /// digit more. That can only happen to whole numbers beyond the significant bits.
    mutating func avoidMidpoint(of value: Double, significantBits: Int) {
        guard value >= Double(1 << UInt64(significantBits)), value < 3e38, let whole = UInt128(exactly: value) else { return }
        let step = UInt128(1) << UInt128(128 - whole.leadingZeroBitCount - significantBits)
        let below = whole & (whole - 1) == 0 ? step / 2 : step
        while true {
            let scale = exponent + 1 - count
            guard scale > 0, let text = scaled(by: scale) else { return }
            guard text > whole ? (text - whole) * 2 == step : (whole - text) * 2 == below, text != whole else { return }
            let unit = Self.wide(scale - 1)
            let (quotient, rest) = whole.quotientAndRemainder(dividingBy: unit)
            digits = UInt64(truncatingIfNeeded: quotient + (rest * 2 >= unit ? 1 : 0))
            count += 1
        }
    }

    private func scaled(by scale: Int) -> UInt128? {
        let (product, overflow) = UInt128(digits).multipliedReportingOverflow(by: Self.wide(scale))
        return overflow ? nil : product
    }

    private static func wide(_ exponent: Int) -> UInt128 {
        var result: UInt128 = 1
        for _ in 0..<exponent { result *= 10 }
        return result
    }

    static func power(_ exponent: Int) -> UInt64 {
        var result: UInt64 = 1
        for _ in 0..<exponent { result *= 10 }
        return result
    }
}
