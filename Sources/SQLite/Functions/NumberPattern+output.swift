import OffstageSchema

/// `to_char` of numbers.
extension NumberPattern {
    /// A numeric by this pattern.
    func text(of number: Numeric) throws(SQLError) -> String {
        if flags.contains(.roman) {
            return write(Self.roman(try number.rounded(to: 0).integer(as: .integer)), sign: 0, blanks: 0, places: 0)
        }
        if flags.contains(.scientific) {
            guard case .finite = number else { return nothing }
            return number.scientific(behind)
        }
        var value = number
        if flags.contains(.shifted), shift > 0 { value = try number * Numeric("1" + String(repeating: "0", count: shift)) }
        return digits(value.rounded(to: behind).text, behind: behind)
    }

    /// An integer is a double where an exponent is asked for, and rounded as one.
    func text(ofInteger number: Int64, _ type: DataType) throws(SQLError) -> String {
        guard flags.contains(.scientific), type == .integer else {
            if flags.contains(.shifted), !flags.contains(.scientific), !flags.contains(.roman) {
                var shifted = number
                for _ in 0..<shift {
                    let (product, overflow) = shifted.multipliedReportingOverflow(by: 10)
                    guard !overflow, type == .bigint || Int32(exactly: product) != nil else { throw .outOfRange(type) }
                    shifted = product
                }
            }
            return try text(of: Numeric(number))
        }
        return try text(of: Double(number), significantDigits: 15)
    }

    /// A double, which shows no more digits than it has.
    func text(of number: Double, significantDigits: Int) throws(SQLError) -> String {
        if flags.contains(.roman) {
            let rounded = number.rounded(.toNearestOrEven)
            return write(Self.roman(Int64(exactly: rounded) ?? -1), sign: 0, blanks: 0, places: 0)
        }
        if flags.contains(.scientific) {
            guard number.isFinite else { return nothing }
            // As C's `%+.*e`, which rounds the double itself.
            return try Numeric(number, significantDigits: behind + 1).scientific(behind, isNegative: number.sign == .minus)
        }
        guard number.isFinite else {
            return digits(number.isNaN ? "nan" : number < 0 ? "-inf" : "inf", behind: behind)
        }
        var value = number
        for _ in 0..<(flags.contains(.shifted) ? shift : 0) { value *= 10 }
        let exact = try Numeric(value, significantDigits: 1100)
        let whole = exact.absolute.roundedHalfToEven(to: 0).text.utf8.count
        let behind = whole >= significantDigits ? 0 : min(behind, significantDigits - whole)
        let text = exact.roundedHalfToEven(to: behind).text
        return digits(number.sign == .minus && !text.hasPrefix("-") ? "-" + text : text, behind: behind)
    }

    /// What stands for a number that has no digits.
    private var nothing: String {
        var text = Array(repeating: Character("#"), count: before + behind + 6)
        text[0] = " "
        text[before + 1] = "."
        return String(text)
    }

    private static func roman(_ number: Int64) -> String {
        guard (1...3999).contains(number) else { return String(repeating: "#", count: 15) }
        let parts: [(Int64, String)] = [
            (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"),
            (5, "V"), (4, "IV"), (1, "I"),
        ]
        var rest = number
        var text = ""
        for (value, letters) in parts {
            while rest >= value {
                text += letters
                rest -= value
            }
        }
        return text
    }

    private func digits(_ printed: String, behind: Int) -> String {
        let isNegative = printed.hasPrefix("-")
        var digits = isNegative ? String(printed.dropFirst()) : printed
        let places = before + (flags.contains(.shifted) ? shift : 0)
        let length = digits.prefix { $0 != "." }.count
        if length > places {
            digits = String(repeating: "#", count: places) + "." + String(repeating: "#", count: behind)
        }
        return write(digits, sign: isNegative ? -1 : 1, blanks: max(places - length, 0), places: places, behind: behind)
    }

    /// Writes the pattern's items with the digits in their places. `sign` is 0 for a number that shows none.
    private func write(_ number: String, sign: Int, blanks: Int, places: Int, behind: Int = 0) -> String {
        var flags = flags
        var anchor = anchor
        var wroteSign = true
        if flags.contains(.roman) {
            flags = flags.intersection([.fills, .roman])
            anchor = .none
        }
        if !flags.isDisjoint(with: [.plus, .minus]) {
            wroteSign = !flags.contains(.plus) || flags.contains(.minus)
        } else {
            if sign >= 0, flags.contains(.brackets), flags.contains(.fills) { flags.remove(.brackets) }
            wroteSign = sign > 0 && flags.contains(.fills) && !flags.contains(.anchored)
            if anchor == .front, places == placesBeforeSign { anchor = .back }
        }
        var count = places + behind - 1
        let digits = Array(number.utf8)
        let point = UInt8(ascii: ".")
        var lastRelevant: Int?
        if flags.contains(.fills), flags.contains(.decimal), let dot = digits.firstIndex(of: point) {
            lastRelevant = digits[dot...].lastIndex { $0 != UInt8(ascii: "0") } ?? dot
            if let last = lastRelevant, zeroEnd > blanks { lastRelevant = max(last, min(digits.count - 1, zeroEnd - blanks)) }
        }
        if !wroteSign, blanks == 0 { count += 1 }
        var output: [UInt8] = []
        var at = 0
        var current = 0
        var isInNumber = false
        let fills = flags.contains(.fills)
        let isPointRelevant = { lastRelevant.map { digits[$0] == point } ?? false }
        /// The zero before a point, of which only a blank is shown.
        func isBlankZero() -> Bool { !flags.contains(.zero) && at == 0 && digits.first == UInt8(ascii: "0") && behind != 0 }
        let signText = Array((sign < 0 ? "-" : "+").utf8)

        func place(_ item: Item) {
            if flags.contains(.roman) { return }
            isInNumber = false
            if !wroteSign, current >= blanks || (flags.contains(.zero) && zeroStart == current), !isBlankZero() || isPointRelevant() {
                if flags.contains(.anchored) {
                    if anchor == .front {
                        output += signText
                        wroteSign = true
                    }
                } else if flags.contains(.brackets) {
                    output.append(UInt8(ascii: sign >= 0 ? " " : "<"))
                    wroteSign = true
                } else if sign > 0 {
                    if !fills { output.append(0x20) }
                    wroteSign = true
                } else if sign < 0 {
                    output.append(UInt8(ascii: "-"))
                    wroteSign = true
                }
            }
            if current < blanks, zeroStart > current || !flags.contains(.zero) {
                if !fills { output.append(0x20) }
            } else if flags.contains(.zero), current < blanks, zeroStart <= current {
                output.append(UInt8(ascii: "0"))
                isInNumber = true
            } else {
                if at < digits.count, digits[at] == point {
                    if !isPointRelevant() || fills { output.append(point) }
                } else if let last = lastRelevant, at > last, item != .zero {
                } else if isBlankZero() {
                    if !fills { output.append(0x20) } else if isPointRelevant() { output.append(UInt8(ascii: "0")) }
                } else if at < digits.count {
                    output.append(digits[at])
                    isInNumber = true
                } else {
                    isInNumber = true
                }
                if at < digits.count { at += 1 }
            }
            var end = count + (blanks > 0 ? 1 : 0) + (flags.contains(.decimal) ? 1 : 0)
            if let last = lastRelevant, last == at { end = current }
            if current + 1 == end {
                if wroteSign, flags.contains(.brackets) {
                    output.append(UInt8(ascii: sign >= 0 ? " " : ">"))
                } else if flags.contains(.anchored), anchor == .back {
                    output += signText
                }
            }
            current += 1
        }

        for item in items {
            switch item {
            case .nine, .zero, .point: place(item)
            case .comma, .group: if isInNumber { output.append(UInt8(ascii: ",")) } else if !fills { output.append(0x20) }
            case .currency: output.append(0x20)
            case .roman, .smallRoman:
                let text = item == .roman ? number : number.lowercased()
                if !fills { output += Array(repeating: 0x20, count: max(15 - text.utf8.count, 0)) }
                output += Array(text.utf8)
            case .ordinal(let word):
                if flags.contains(.roman) || digits.first == UInt8(ascii: "#") || sign < 0 || flags.contains(.decimal) { continue }
                output += Array(Ordinal.suffix(of: number, like: word).utf8)
            case .minus: if sign < 0 { output.append(UInt8(ascii: "-")) } else if !fills { output.append(0x20) }
            case .plus: if sign > 0 { output.append(UInt8(ascii: "+")) } else if !fills { output.append(0x20) }
            case .sign: if sign != 0 { output += signText }
            case .text(let text): output += Array(text.utf8)
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}

/// `st`, `nd`, `rd` and `th`.
enum Ordinal {
    static func suffix(of number: String, like word: String) -> String {
        let digits = number.filter(\.isNumber)
        let tens = digits.dropLast().last
        let suffix =
            switch digits.last {
            case "1" where tens != "1": "st"
            case "2" where tens != "1": "nd"
            case "3" where tens != "1": "rd"
            default: "th"
            }
        return word == "TH" ? suffix.uppercased() : suffix
    }
}

extension Numeric {
    /// `1.23e+04` with so many digits behind the point; a blank stands for a plus.
    fileprivate func scientific(_ places: Int, isNegative: Bool? = nil) -> String {
        guard case .finite(_, let scale) = self else { return text }
        let isNegative = isNegative ?? (sign < 0)
        var digits = Array(absolute.text.replacing(".", with: "").drop { $0 == "0" })
        var exponent = digits.isEmpty ? 0 : digits.count - 1 - scale
        if digits.isEmpty { digits = ["0"] }
        if digits.count > places + 1 {
            let next = digits[places + 1]
            digits = Array(digits.prefix(places + 1))
            if next >= "5" {
                var index = digits.count - 1
                while index >= 0 {
                    if digits[index] == "9" {
                        digits[index] = "0"
                        index -= 1
                    } else {
                        digits[index] = Character(UnicodeScalar((digits[index].asciiValue ?? 0x30) + 1))
                        break
                    }
                }
                if index < 0 {
                    digits = ["1"] + digits.dropLast()
                    exponent += 1
                }
            }
        }
        while digits.count < places + 1 { digits.append("0") }
        let mantissa = String(digits[0]) + (places > 0 ? "." + String(digits[1...]) : "")
        let size = String(abs(exponent))
        return (isNegative ? "-" : " ") + mantissa + "e" + (exponent < 0 ? "-" : "+") + (size.count < 2 ? "0" + size : size)
    }

    /// As C prints a double: an exact half goes to the even digit.
    fileprivate func roundedHalfToEven(to places: Int) -> Numeric {
        guard case .finite(_, let scale) = self, scale > places else { return rounded(to: places) }
        let text = text
        let fraction = text.suffix(scale)
        let dropped = fraction.dropFirst(places)
        let kept = text.dropLast(scale - places).last { $0.isNumber }
        if dropped.first == "5", dropped.dropFirst().allSatisfy({ $0 == "0" }), let kept, kept.isWholeNumber,
            (kept.wholeNumberValue ?? 0) % 2 == 0
        {
            return truncated(to: places)
        }
        return rounded(to: places)
    }
}
