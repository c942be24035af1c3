import OffstageSchema

/// `to_char` of times and intervals.
extension TimePattern {
    /// What a field is made of; of an interval some parts may be negative.
    fileprivate struct Parts {
        var year = 0
        var month = 0
        var day = 0
        var weekday = 0
        var dayOfYear = 0
        var hour = 0
        var minute = 0
        var second = 0
        var fraction = 0
        var offset = 0
        var zone = ""
        var isInterval = false

        /// As it is counted: 1 BC is 1.
        func counted(_ year: Int) -> Int { isInterval || year > 0 ? year : 1 - year }
    }

    func text(of moment: Int64, in zone: TimeZoneRules, isZoned: Bool) -> String {
        let seconds = moment >= 0 ? moment / 1_000_000 : (moment - 999_999) / 1_000_000
        let offset = isZoned ? zone.offset(at: seconds) : 0
        let local = CivilTime(microseconds: moment &+ Int64(offset) &* 1_000_000)
        var parts = Parts()
        (parts.year, parts.month, parts.day) = (local.date.year, local.date.month, local.date.day)
        (parts.weekday, parts.dayOfYear) = (local.date.weekday, local.date.dayOfYear)
        parts.take(time: local.time)
        parts.offset = offset
        parts.zone = isZoned ? zone.name : ""
        return (try? text(parts)) ?? ""
    }

    /// Throws 22007 for a field that only dates have.
    func text(of interval: Interval) throws(SQLError) -> String {
        var parts = Parts()
        parts.isInterval = true
        (parts.year, parts.month, parts.day) = (Int(interval.months / 12), Int(interval.months % 12), Int(interval.days))
        parts.dayOfYear = (parts.year * 12 + parts.month) * 30 + parts.day
        parts.take(time: interval.microseconds)
        return try text(parts)
    }

    private func text(_ parts: Parts) throws(SQLError) -> String {
        var result = ""
        for piece in pieces {
            switch piece {
            case .separator(let text), .blank(let text), .literal(let text): result += text
            case .field(let field):
                let value = try self.value(field, parts)
                result += value
                if let ordinal = field.ordinal, value.last?.isNumber == true { result += Ordinal.suffix(of: value, like: ordinal) }
            }
        }
        return result
    }

    private func value(_ field: Field, _ parts: Parts) throws(SQLError) -> String {
        /// So many digits, and one place more for a sign.
        func number(_ value: Int, _ width: Int, wider: Bool? = nil) -> String {
            Self.padded(value, field.fills ? width + (wider ?? (value < 0) ? 1 : 0) : 0)
        }
        if let text = try word(field, parts) { return text }
        let year = parts.counted(parts.year)
        let isoYear = parts.counted(Julian.week(parts.year, parts.month, parts.day).year)
        switch field.key {
        case "YYYY": return number(year, 4, wider: year < 0)
        case "YYY": return number(year % 1000, 3, wider: year < 0)
        case "YY": return number(year % 100, 2, wider: year < 0)
        case "Y": return "\(year % 10)"
        case "Y,YYY": return "\(year / 1000)," + Self.padded(year - year / 1000 * 1000, 3)
        case "IYYY": return number(isoYear, 4, wider: year < 0)
        case "IYY": return number(isoYear % 1000, 3, wider: year < 0)
        case "IY": return number(isoYear % 100, 2, wider: year < 0)
        case "I": return "\(isoYear % 10)"
        case "CC":
            let century =
                parts.isInterval ? parts.year / 100 : parts.year > 0 ? (parts.year - 1) / 100 + 1 : parts.year / 100 - 1
            return abs(century) <= 99 ? number(century, 2) : "\(century)"
        case "Q": return parts.month == 0 ? "" : "\((parts.month - 1) / 3 + 1)"
        case "MM": return number(parts.month, 2)
        case "WW": return Self.padded((parts.dayOfYear - 1) / 7 + 1, field.fills ? 2 : 0)
        case "IW": return Self.padded(Julian.week(parts.year, parts.month, parts.day).week, field.fills ? 2 : 0)
        case "W": return "\((parts.day - 1) / 7 + 1)"
        case "DDD": return Self.padded(parts.dayOfYear, field.fills ? 3 : 0)
        case "IDDD":
            let day = Julian.day(parts.year, parts.month, parts.day)
            let isoYear = Julian.week(parts.year, parts.month, parts.day).year
            return Self.padded(day - Julian.firstMonday(of: isoYear) + 1, field.fills ? 3 : 0)
        case "DD": return Self.padded(parts.day, field.fills ? 2 : 0)
        case "J": return "\(Julian.day(parts.year, parts.month, parts.day))"
        case "HH", "HH12": return number(parts.hour % 12 == 0 ? 12 : parts.hour % 12, 2, wider: parts.hour < 0)
        case "HH24": return number(parts.hour, 2)
        case "MI": return number(parts.minute, 2)
        case "SS": return number(parts.second, 2)
        case "SSSS", "SSSSS": return "\(parts.hour * 3600 + parts.minute * 60 + parts.second)"
        case "MS", "FF3": return Self.padded(parts.fraction / 1000, 3)
        case "US", "FF6": return Self.padded(parts.fraction, 6)
        case "FF1": return Self.padded(parts.fraction / 100_000, 1)
        case "FF2": return Self.padded(parts.fraction / 10_000, 2)
        case "FF4": return Self.padded(parts.fraction / 100, 4)
        case "FF5": return Self.padded(parts.fraction / 10, 5)
        default: return ""
        }
    }

    /// Names, halves of the day, eras and zones; nil for what is a number.
    private func word(_ field: Field, _ parts: Parts) throws(SQLError) -> String? {
        func dated(_ text: @autoclosure () -> String) throws(SQLError) -> String {
            guard !parts.isInterval else {
                throw SQLError(
                    "22007", "invalid format specification for an interval value",
                    hint: "Intervals are not tied to specific calendar dates.")
            }
            return text()
        }
        /// In the letters that the pattern's own word has.
        func like(_ text: String) -> String {
            if field.name == field.name.uppercased() { return text.uppercased() }
            return field.name == field.name.lowercased() ? text.lowercased() : text
        }
        func wide(_ text: String, _ width: Int) -> String {
            field.fills ? text + String(repeating: " ", count: max(width - text.count, 0)) : text
        }
        let hour = parts.hour % 24
        switch field.key {
        case "FX": return ""
        case "AM", "PM": return like(hour >= 12 ? "PM" : "AM")
        case "A.M.", "P.M.": return like(hour >= 12 ? "P.M." : "A.M.")
        case "AD", "BC": return try dated(like(parts.year <= 0 ? "BC" : "AD"))
        case "A.D.", "B.C.": return try dated(like(parts.year <= 0 ? "B.C." : "A.D."))
        case "MONTH": return try dated(wide(like(Self.months[parts.month - 1]), 9))
        case "MON": return try dated(like(String(Self.months[parts.month - 1].prefix(3))))
        case "DAY": return try dated(wide(like(Self.days[parts.weekday]), 9))
        case "DY": return try dated(like(String(Self.days[parts.weekday].prefix(3))))
        case "D": return try dated("\(parts.weekday + 1)")
        case "ID": return try dated("\(parts.weekday == 0 ? 7 : parts.weekday)")
        case "RM":
            if parts.month == 0, parts.year == 0 { return "" }
            let month = parts.month > 0 ? parts.month : parts.month < 0 ? 13 + parts.month : parts.year >= 0 ? 12 : 1
            return wide(like(Self.roman[month - 1]), 4)
        case "TZ": return try dated(like(parts.zone))
        case "TZH": return try dated((parts.offset < 0 ? "-" : "+") + Self.padded(abs(parts.offset) / 3600, 2))
        case "TZM": return try dated(Self.padded(abs(parts.offset) / 60 % 60, 2))
        case "OF":
            let minutes = abs(parts.offset) / 60 % 60
            return try dated(
                (parts.offset < 0 ? "-" : "+") + Self.padded(abs(parts.offset) / 3600, field.fills ? 2 : 0)
                    + (minutes == 0 ? "" : ":" + Self.padded(minutes, 2)))
        default: return nil
        }
    }

    /// As C's `%0*d`: a sign takes one of the places.
    private static func padded(_ value: Int, _ width: Int) -> String {
        let digits = "\(value.magnitude)"
        let sign = value < 0 ? "-" : ""
        return sign + String(repeating: "0", count: max(width - digits.count - sign.count, 0)) + digits
    }
}

extension TimePattern.Parts {
    fileprivate mutating func take(time: Int64) {
        hour = Int(time / 3_600_000_000)
        minute = Int(time / 60_000_000 % 60)
        second = Int(time / 1_000_000 % 60)
        fraction = Int(time % 1_000_000)
    }
}
