/// A decimal number as its digits: 0.`digits` × 10^`point`, shown with `scale` digits behind the point.
///
/// Reading, rounding and printing need no arithmetic, so numbers of any length cost only their length.
struct DecimalDigits {
    /// PostgreSQL holds this many digits before and behind the point.
    static let limits = (before: 131_072, behind: 16_383)

    var negative = false
    /// Values 0 to 9 without leading zeros; none for zero.
    var digits: [UInt8] = []
    var point = 0
    var scale = 0

    /// Reads `-12.50e3` with nothing around it. Nil where that is no number.
    ///
    /// Throws 22003 for an exponent beyond all reason.
    init?(_ text: some Collection<UInt8>) throws(SQLError) {
        var rest = text[...]
        if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            negative = sign == UInt8(ascii: "-")
            rest = rest.dropFirst()
        }
        var seen = false
        var behindPoint = false
        digits.reserveCapacity(rest.count)
        while let byte = rest.first {
            if byte.isDigit {
                seen = true
                if behindPoint { scale += 1 }
                if !digits.isEmpty || byte != UInt8(ascii: "0") {
                    digits.append(byte - UInt8(ascii: "0"))
                    if !behindPoint { point += 1 }
                } else if behindPoint {
                    point -= 1
                }
            } else if byte == UInt8(ascii: "."), !behindPoint {
                behindPoint = true
            } else {
                break
            }
            rest = rest.dropFirst()
        }
        guard seen else { return nil }
        if let byte = rest.first, byte.lowercased == UInt8(ascii: "e") {
            guard let exponent = try Self.exponent(rest.dropFirst()) else { return nil }
            point += exponent
            scale = max(scale - exponent, 0)
        } else if !rest.isEmpty {
            return nil
        }
        settle()
    }

    private static func exponent(_ text: some Collection<UInt8>) throws(SQLError) -> Int? {
        var rest = text.drop { $0.isBlank }
        let negative = rest.first == UInt8(ascii: "-")
        if negative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        let digits = rest.prefix { $0.isDigit }
        guard !digits.isEmpty else { return nil }
        var value = 0
        for byte in digits {
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
            guard value < Int(Int32.max) / 2 else { throw .numericFormat }
        }
        guard digits.endIndex == rest.endIndex else { return nil }
        return negative ? -value : value
    }

    private mutating func settle() {
        while digits.last == 0 { digits.removeLast() }
        if digits.isEmpty {
            negative = false
            point = 0
        }
    }

    /// Rounds half away from zero to `places` digits behind the point (before it, where negative) and shows that many.
    mutating func round(to places: Int) {
        scale = max(places, 0)
        let kept = point + places
        guard kept < digits.count else { return }
        guard kept >= 0 else {
            digits = []
            return settle()
        }
        let up = digits[kept] >= 5
        digits.removeSubrange(kept...)
        if up { carry() }
        settle()
    }

    private mutating func carry() {
        var at = digits.count - 1
        while at >= 0, digits[at] == 9 {
            digits[at] = 0
            at -= 1
        }
        if at >= 0 {
            digits[at] += 1
        } else {
            digits.insert(1, at: 0)
            point += 1
        }
    }

    /// Cuts towards zero.
    mutating func truncate(to places: Int) {
        scale = max(places, 0)
        let kept = max(point + places, 0)
        if kept < digits.count { digits.removeSubrange(kept...) }
        settle()
    }

    /// Throws 22003 where PostgreSQL's format has no room.
    func checkLimits() throws(SQLError) {
        guard point <= Self.limits.before, scale <= Self.limits.behind else { throw .numericFormat }
    }

    /// As PostgreSQL prints it: `-0.50`, `1200`, never `-0`.
    var bytes: [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(max(point, 1) + scale + 2)
        if negative { text.append(UInt8(ascii: "-")) }
        if point <= 0 {
            text.append(UInt8(ascii: "0"))
        } else {
            for at in 0..<point { text.append(UInt8(ascii: "0") + (at < digits.count ? digits[at] : 0)) }
        }
        if scale > 0 {
            text.append(UInt8(ascii: "."))
            for at in point..<(point + scale) { text.append(UInt8(ascii: "0") + (at >= 0 && at < digits.count ? digits[at] : 0)) }
        }
        return text
    }
}

/// PostgreSQL's `numeric_in` with the modifier of `numeric(precision, scale)`; stored as PostgreSQL prints it.
enum NumericText {
    static func parse(_ text: String, _ modifier: TypeModifier?) throws(SQLError) -> String {
        let word = text.utf8.trimmed
        if let special = special(word) {
            if special != "NaN", case .numeric(let precision, let scale) = modifier {
                throw SQLError(
                    "22003", "numeric field overflow",
                    details: "A field with precision \(precision), scale \(scale) cannot hold an infinite value.")
            }
            return special
        }
        guard var number = try DecimalDigits(word) else { throw .invalidText("numeric", text) }
        try number.fit(modifier)
        return String(decoding: number.bytes, as: UTF8.self)
    }

    private static func special(_ word: Substring.UTF8View) -> String? {
        guard let first = word.first, !first.isDigit else { return nil }
        if word.isWord("nan") { return "NaN" }
        if word.isWord("infinity") || word.isWord("+infinity") || word.isWord("inf") || word.isWord("+inf") { return "Infinity" }
        if word.isWord("-infinity") || word.isWord("-inf") { return "-Infinity" }
        return nil
    }
}

extension DecimalDigits {
    /// Rounds to what the modifier says. Throws 22003 where the value does not fit.
    mutating func fit(_ modifier: TypeModifier?) throws(SQLError) {
        if case .numeric(let precision, let scale) = modifier {
            round(to: scale)
            let room = precision - scale
            guard digits.isEmpty || point <= room else {
                throw SQLError(
                    "22003", "numeric field overflow",
                    details:
                        "A field with precision \(precision), scale \(scale) must round to an absolute value less than \(room == 0 ? "1" : "10^\(room)")."
                )
            }
        }
        try checkLimits()
    }
}
