import OffstageSchema

/// `to_char` of numbers: `FM999G990D00`. Source: PostgreSQL 15, table 9.28. Patterns with roman, exponents or currency are refused.
struct NumberPattern {
    private let pattern: String

    init(_ pattern: String) { self.pattern = pattern }

    func text(of number: Numeric) throws(SQLError) -> String {
        var marks: [Character] = []
        var fills = true
        var rest = pattern[...]
        while !rest.isEmpty {
            if rest.uppercased().hasPrefix("FM") {
                fills = false
                rest = rest.dropFirst(2)
                continue
            }
            let mark = rest.removeFirst()
            switch mark {
            case "9", "0", ".", ",": marks.append(mark)
            case "D", "d": marks.append(".")
            case "G", "g": marks.append(",")
            case "%", " ", "-", "/", "(", ")", ":": marks.append(mark)
            default: throw SQLError("0A000", "to_char() with the pattern \"\(pattern)\" is not supported on the embedded engine")
            }
        }
        let point = marks.firstIndex(of: ".") ?? marks.count
        let isDigit = { (mark: Character) in mark == "9" || mark == "0" }
        let places = marks[point...].filter(isDigit).count
        let whole = marks[..<point].filter(isDigit).count
        let rounded = number.rounded(to: places)
        let isNegative = rounded.sign < 0 || (number.sign < 0 && !rounded.isZero)
        let parts = rounded.absolute.text.split(separator: ".", maxSplits: 1).map(Array.init)
        var digits = parts.first ?? ["0"]
        let fraction = parts.count > 1 ? parts[1] : []
        // A zero before the point is shown where a `0` asks for it, or where nothing else would be.
        if digits == ["0"], places > 0 || marks.contains(".") { digits = [] }
        let overflows = digits.count > whole || number.isNaN
        // A `0` makes all digits behind it shown.
        let firstZero = marks[..<point].filter(isDigit).firstIndex(of: "0")
        let shown = max(digits.count, firstZero.map { whole - $0 } ?? 0, 0)
        var result = ""
        var place = 0
        for mark in marks[..<point] {
            if isDigit(mark) {
                let left = whole - place
                place += 1
                if overflows {
                    result.append("#")
                } else if left > shown {
                    // The one digit before a point is blank, as in ` .50`.
                    if fills { result.append(" ") }
                } else {
                    result.append(left > digits.count ? "0" : digits[digits.count - left])
                }
            } else if mark == "," {
                if overflows || whole - place < shown { result.append(",") } else if fills { result.append(" ") }
            } else {
                result.append(mark)
            }
        }
        var tail = ""
        if point < marks.count {
            place = 0
            for mark in marks[point...] {
                if mark == "." {
                    tail.append(".")
                } else if isDigit(mark) {
                    tail.append(overflows ? "#" : place < fraction.count ? fraction[place] : "0")
                    place += 1
                } else {
                    tail.append(mark)
                }
            }
            if !fills {
                // Without filling, zeros of 9s at the end are left out.
                let kept = marks[point...].lastIndex(of: "0").map { marks.distance(from: point, to: $0) } ?? 0
                while tail.count > kept + 1, tail.last == "0" { tail.removeLast() }
            }
        }
        let sign = isNegative ? "-" : fills ? " " : ""
        // The sign stands before the first digit, behind the blanks.
        let blanks = result.prefix { $0 == " " }
        return String(blanks) + sign + result.dropFirst(blanks.count) + tail
    }
}
