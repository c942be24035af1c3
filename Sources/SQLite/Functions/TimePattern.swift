import OffstageSchema

/// `to_char` of times: a pattern with fields such as `YYYY-MM-DD HH24:MI:SS`. Source: PostgreSQL 15, table 9.26.
struct TimePattern {
    private enum Piece {
        case literal(String)
        case field(String, fills: Bool, ordinal: String?)
    }

    private var pieces: [Piece] = []

    init(_ pattern: String) {
        var rest = pattern[...]
        while !rest.isEmpty {
            if rest.first == "\"" {
                rest.removeFirst()
                var text = ""
                while let character = rest.popFirst(), character != "\"" {
                    if character == "\\", let next = rest.popFirst() { text.append(next) } else { text.append(character) }
                }
                pieces.append(.literal(text))
                continue
            }
            var tail = rest
            var fills = true
            if tail.hasPrefix("FM") || tail.hasPrefix("fm") {
                fills = false
                tail = tail.dropFirst(2)
            }
            if let name = Self.names.first(where: { tail.hasPrefix($0) }) {
                tail = tail.dropFirst(name.count)
                var ordinal: String?
                if tail.hasPrefix("TH") || tail.hasPrefix("th") {
                    ordinal = String(tail.prefix(2))
                    tail = tail.dropFirst(2)
                }
                pieces.append(.field(name, fills: fills, ordinal: ordinal))
                rest = tail
                continue
            }
            if tail.startIndex != rest.startIndex {
                // `FM` in front of nothing.
                rest = tail
                continue
            }
            pieces.append(.literal(String(rest.removeFirst())))
        }
    }

    /// Longer names first, so that `MM` is not read in `MON`'s place.
    private static let names: [String] = {
        let all = [
            "Y,YYY", "YYYY", "YYY", "YY", "Y", "IYYY", "IYY", "IY", "MONTH", "Month", "month", "MON", "Mon", "mon", "MM", "MI", "MS", "DAY",
            "Day", "day",
            "DY", "Dy", "dy", "DDD", "DD", "D", "IDDD", "ID", "I", "HH24", "HH12", "HH", "SSSSS", "SSSS", "SS", "US", "AM", "PM", "am",
            "pm", "A.M.", "P.M.", "a.m.",
            "p.m.", "BC", "AD", "bc", "ad", "B.C.", "A.D.", "b.c.", "a.d.", "WW", "W", "IW", "Q", "CC", "J", "TZH", "TZM", "TZ", "tz", "OF",
            "FF1", "FF2", "FF3", "FF4", "FF5", "FF6",
            "RM", "rm",
        ]
        let lower = [
            "yyyy", "yyy", "yy", "y", "iyyy", "mm", "mi", "ms", "ddd", "dd", "d", "id", "iddd", "hh24", "hh12", "hh", "ss", "us", "ww", "w",
            "iw", "q", "cc", "j", "tzh", "of", "ssss", "y,yyy",
        ]
        return (all + lower).sorted { $0.count > $1.count }
    }()

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
    ]
    private static let days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    private static let roman = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"]

    func text(of moment: Int64, in zone: TimeZoneRules, isZoned: Bool) -> String {
        let offset = zone.offset(at: moment >= 0 ? moment / 1_000_000 : (moment - 999_999) / 1_000_000)
        let local = CivilTime(microseconds: moment &+ Int64(offset) &* 1_000_000)
        return text(local.date, local.time, offset: offset, zone: isZoned ? zone.name : "")
    }

    func text(of interval: Interval) -> String {
        var result = ""
        let hours = Int(interval.microseconds / 3_600_000_000)
        for piece in pieces {
            switch piece {
            case .literal(let text): result += text
            case .field(let name, let fills, let ordinal):
                let number: String
                switch name.uppercased() {
                case "YYYY": number = pad(Int(interval.months / 12), fills ? 4 : 0)
                case "MM": number = pad(Int(interval.months % 12), fills ? 2 : 0)
                case "DD": number = pad(Int(interval.days), fills ? 2 : 0)
                case "HH24": number = pad(hours, fills ? 2 : 0)
                case "HH", "HH12": number = pad(hours % 12 == 0 ? 12 : hours % 12, fills ? 2 : 0)
                case "MI": number = pad(Int(interval.microseconds / 60_000_000 % 60), fills ? 2 : 0)
                case "SS": number = pad(Int(interval.microseconds / 1_000_000 % 60), fills ? 2 : 0)
                case "MS": number = pad(Int(interval.microseconds / 1000 % 1000), fills ? 3 : 0)
                case "US": number = pad(Int(interval.microseconds % 1_000_000), fills ? 6 : 0)
                default: number = name
                }
                result += number + ending(number, ordinal)
            }
        }
        return result
    }

    private func text(_ date: CivilDate, _ time: Int64, offset: Int, zone: String) -> String {
        var result = ""
        for piece in pieces {
            switch piece {
            case .literal(let text): result += text
            case .field(let name, let fills, let ordinal):
                let value = field(name, fills, date, time, offset, zone)
                result += value + ending(value, ordinal)
            }
        }
        return result
    }

    private func field(_ name: String, _ fills: Bool, _ date: CivilDate, _ time: Int64, _ offset: Int, _ zone: String) -> String {
        let year = date.year > 0 ? date.year : 1 - date.year
        let isoYear = date.week.year > 0 ? date.week.year : 1 - date.week.year
        let hour = Int(time / 3_600_000_000)
        let month = Self.months[date.month - 1]
        let day = Self.days[date.weekday]
        func number(_ value: Int, _ width: Int) -> String { pad(value, fills ? width : 0) }
        func word(_ text: String, _ width: Int) -> String {
            fills && text.count < width ? text + String(repeating: " ", count: width - text.count) : text
        }
        switch name {
        case "MONTH": return word(month.uppercased(), 9)
        case "Month": return word(month, 9)
        case "month": return word(month.lowercased(), 9)
        case "MON": return String(month.prefix(3)).uppercased()
        case "Mon": return String(month.prefix(3))
        case "mon": return String(month.prefix(3)).lowercased()
        case "DAY": return word(day.uppercased(), 9)
        case "Day": return word(day, 9)
        case "day": return word(day.lowercased(), 9)
        case "DY": return String(day.prefix(3)).uppercased()
        case "Dy": return String(day.prefix(3))
        case "dy": return String(day.prefix(3)).lowercased()
        case "AM", "PM": return hour < 12 ? "AM" : "PM"
        case "am", "pm": return hour < 12 ? "am" : "pm"
        case "A.M.", "P.M.": return hour < 12 ? "A.M." : "P.M."
        case "a.m.", "p.m.": return hour < 12 ? "a.m." : "p.m."
        case "BC", "AD": return date.year > 0 ? "AD" : "BC"
        case "bc", "ad": return date.year > 0 ? "ad" : "bc"
        case "B.C.", "A.D.": return date.year > 0 ? "A.D." : "B.C."
        case "b.c.", "a.d.": return date.year > 0 ? "a.d." : "b.c."
        case "RM": return fills ? Self.roman[date.month - 1].padded(to: 4) : Self.roman[date.month - 1]
        case "rm": return (fills ? Self.roman[date.month - 1].padded(to: 4) : Self.roman[date.month - 1]).lowercased()
        case "TZ": return zone.uppercased()
        case "tz": return zone.lowercased()
        default: break
        }
        let sign = offset < 0 ? "-" : "+"
        switch name.uppercased() {
        case "YYYY": return number(year, 4)
        case "YYY": return number(year % 1000, 3)
        case "YY": return number(year % 100, 2)
        case "Y": return number(year % 10, 1)
        case "Y,YYY": return "\(year / 1000)," + pad(year % 1000, 3)
        case "IYYY": return number(isoYear, 4)
        case "IYY": return number(isoYear % 1000, 3)
        case "IY": return number(isoYear % 100, 2)
        case "I": return number(isoYear % 10, 1)
        case "MM": return number(date.month, 2)
        case "DD": return number(date.day, 2)
        case "DDD": return number(date.dayOfYear, 3)
        case "D": return "\(date.weekday + 1)"
        case "ID": return "\(date.weekday == 0 ? 7 : date.weekday)"
        case "IDDD": return number((date.week.week - 1) * 7 + (date.weekday == 0 ? 7 : date.weekday), 3)
        case "HH24": return number(hour, 2)
        case "HH", "HH12": return number(hour % 12 == 0 ? 12 : hour % 12, 2)
        case "MI": return number(Int(time / 60_000_000 % 60), 2)
        case "SS": return number(Int(time / 1_000_000 % 60), 2)
        case "SSSS", "SSSSS": return "\(time / 1_000_000)"
        case "MS", "FF3": return number(Int(time / 1000 % 1000), 3)
        case "US", "FF6": return number(Int(time % 1_000_000), 6)
        case "FF1": return number(Int(time / 100_000 % 10), 1)
        case "FF2": return number(Int(time / 10_000 % 100), 2)
        case "FF4": return number(Int(time / 100 % 10_000), 4)
        case "FF5": return number(Int(time / 10 % 100_000), 5)
        case "WW": return number((date.dayOfYear - 1) / 7 + 1, 2)
        case "W": return "\((date.day - 1) / 7 + 1)"
        case "IW": return number(date.week.week, 2)
        case "Q": return "\((date.month - 1) / 3 + 1)"
        case "CC": return number(date.year > 0 ? (year + 99) / 100 : -((year + 99) / 100), 2)
        case "J": return "\(date.days + 2_451_545)"
        case "TZH": return sign + pad(Int(offset.magnitude) / 3600, 2)
        case "TZM": return pad(Int(offset.magnitude) / 60 % 60, 2)
        case "OF":
            let minutes = Int(offset.magnitude) / 60 % 60
            return sign + pad(Int(offset.magnitude) / 3600, 2) + (minutes == 0 ? "" : ":" + pad(minutes, 2))
        default: return name
        }
    }

    private func pad(_ value: Int, _ width: Int) -> String {
        let digits = "\(value.magnitude)"
        return (value < 0 ? "-" : "") + String(repeating: "0", count: max(width - digits.count, 0)) + digits
    }

    /// `1st`, `12th`.
    private func ending(_ text: String, _ ordinal: String?) -> String {
        guard let ordinal, let last = text.last, last.isNumber else { return "" }
        let isTeen = text.dropLast().last == "1"
        let ending = isTeen ? "th" : last == "1" ? "st" : last == "2" ? "nd" : last == "3" ? "rd" : "th"
        return ordinal == "TH" ? ending.uppercased() : ending
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(width - count, 0)) }
}
