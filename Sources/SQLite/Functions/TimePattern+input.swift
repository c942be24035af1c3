import OffstageSchema

/// `to_timestamp` and `to_date`: a text by a pattern.
extension TimePattern {
    /// What was read: a date, a time of day in microseconds, and an offset where the text names one.
    struct Reading {
        var date = CivilDate(year: 0, month: 1, day: 1)
        var time: Int64 = 0
        var offset: Int?
        /// Digits behind the second that the pattern asks for.
        var precision: Int?
    }

    /// Throws 22007 and 22008 as PostgreSQL does.
    func reading(_ text: String) throws(SQLError) -> Reading {
        var reader = Reader(text)
        try reader.read(pieces)
        return try reader.values.reading(of: text)
    }

    /// The numbers as they stand in the text; 0 is none.
    fileprivate struct Values {
        enum Convention { case gregorian, week }
        var convention: Convention?
        var numbers: [String: Int] = [:]
        var isTwelveHours = false
        var zoneSign = 0
        var yearDigits = 0
        var precision: Int?

        subscript(_ name: String) -> Int { numbers[name] ?? 0 }
    }

    fileprivate struct Reader {
        let text: [Unicode.Scalar]
        var at = 0
        var values = Values()
        private var isFixed = false
        /// How many characters more than the pattern has were skipped.
        private var skipped = 0

        init(_ text: String) { self.text = Array(text.unicodeScalars) }

        private var isAtEnd: Bool { at >= text.count }

        mutating func read(_ pieces: [Piece]) throws(SQLError) {
            for (index, piece) in pieces.enumerated() {
                if isAtEnd { return }
                var isField = false
                var isFixing = false
                if case .field(let field) = piece { (isField, isFixing) = (true, field.key == "FX") }
                if !isFixed, !isFixing, isField || index == 0 { skipBlanks() }
                switch piece {
                case .separator, .blank:
                    if isFixed {
                        at += 1
                    } else {
                        skipped -= 1
                        if !isAtEnd, TimePattern.isBlank(text[at]) || TimePattern.isSeparator(text[at]) {
                            at += 1
                            skipped += 1
                        }
                    }
                case .literal:
                    if !isFixed, skipped > 0 { skipped -= 1 } else { at += 1 }
                case .field(let field):
                    try read(field, isNextSeparator: Self.endsNumber(pieces, index))
                    if !isFixed {
                        skipped = 0
                        skipBlanks()
                    }
                }
            }
        }

        private mutating func skipBlanks() {
            while !isAtEnd, TimePattern.isBlank(text[at]) {
                at += 1
                skipped += 1
            }
        }

        /// Whether what follows the field cannot be a part of its number.
        private static func endsNumber(_ pieces: [Piece], _ index: Int) -> Bool {
            if case .field(let field) = pieces[index], field.ordinal != nil { return true }
            guard index + 1 < pieces.count else { return true }
            switch pieces[index + 1] {
            case .field(let next):
                return [
                    "A.D.", "A.M.", "AD", "AM", "B.C.", "BC", "DAY", "DY", "FX", "MONTH", "MON", "OF", "P.M.", "PM", "RM", "TZ", "TZH",
                ].contains(next.key)
            case .separator(let text), .blank(let text), .literal(let text):
                return !(text.unicodeScalars.count == 1 && text.unicodeScalars.allSatisfy { CharacterClass.digit.contains($0) })
            }
        }

        // MARK: Fields

        private mutating func read(_ field: Field, isNextSeparator: Bool) throws(SQLError) {
            try follow(field)
            let key = field.key
            func number(_ name: String, _ length: Int? = nil, _ self: inout Reader) throws(SQLError) -> Int {
                let count = try self.integer(name, field, length ?? key.utf8.count, isNextSeparator)
                if field.ordinal != nil { self.at = min(self.at + 2, self.text.count) }
                return count
            }
            switch key {
            case "FX": isFixed = true
            case "A.M.", "P.M.", "AM", "PM":
                let words = key.contains(".") ? ["a.m.", "p.m."] : ["am", "pm"]
                try set("pm", try word(field, words), field)
                values.isTwelveHours = true
            case "A.D.", "B.C.", "AD", "BC":
                let words = key.contains(".") ? ["a.d.", "b.c."] : ["ad", "bc"]
                try set("bc", try word(field, words), field)
            case "HH", "HH12":
                _ = try number("hour", 2, &self)
                values.isTwelveHours = true
            case "HH24": _ = try number("hour", 2, &self)
            case "MI": _ = try number("minute", nil, &self)
            case "SS": _ = try number("second", nil, &self)
            case "MS":
                let count = try number("ms", 3, &self)
                values.numbers["ms", default: 0] *= count == 1 ? 100 : count == 2 ? 10 : 1
            case "FF1", "FF2", "FF3", "FF4", "FF5", "FF6", "US":
                let length = key == "US" ? 6 : Int(key.suffix(1)) ?? 6
                if key != "US" { values.precision = length }
                let count = try number("us", length, &self)
                let factors = [1: 100_000, 2: 10_000, 3: 1000, 4: 100, 5: 10]
                values.numbers["us", default: 0] *= factors[count] ?? 1
            case "SSSS", "SSSSS": _ = try number("seconds", nil, &self)
            case "TZ", "OF": throw SQLError("0A000", "formatting field \"\(field.name)\" is only supported in to_char")
            case "TZH":
                if text[at] == "+" || text[at] == "-" || text[at] == " " {
                    values.zoneSign = text[at] == "-" ? -1 : 1
                    at += 1
                } else {
                    values.zoneSign = skipped > 0 && at > 0 && text[at - 1] == "-" ? -1 : 1
                }
                _ = try integer("zoneHour", field, 2, isNextSeparator)
            case "TZM":
                if values.zoneSign == 0 { values.zoneSign = 1 }
                _ = try integer("zoneMinute", field, 2, isNextSeparator)
            case "MONTH": try set("month", try word(field, TimePattern.months) + 1, field)
            case "MON": try set("month", try word(field, TimePattern.months.map { String($0.prefix(3)) }) + 1, field)
            case "RM": try set("month", 12 - (try word(field, TimePattern.roman.reversed())), field)
            case "MM": _ = try number("month", nil, &self)
            case "DAY", "DY":
                let names = key == "DAY" ? TimePattern.days : TimePattern.days.map { String($0.prefix(3)) }
                try set("weekday", try word(field, names), field)
                values.numbers["weekday", default: 0] += 1
            case "DDD": _ = try number("dayOfYear", nil, &self)
            case "IDDD": _ = try number("dayOfYear", 3, &self)
            case "DD": _ = try number("day", nil, &self)
            case "D": _ = try number("weekday", nil, &self)
            case "ID":
                _ = try number("weekday", 1, &self)
                let next = values["weekday"] + 1
                values.numbers["weekday"] = next > 7 ? 1 : next
            case "WW", "IW": _ = try number("week", nil, &self)
            case "W": _ = try number("weekOfMonth", nil, &self)
            case "Q": _ = try number("", nil, &self)
            case "CC": _ = try number("century", nil, &self)
            case "J": _ = try number("julian", nil, &self)
            case "Y,YYY": try thousands(field)
            case "YYYY", "IYYY":
                _ = try number("year", nil, &self)
                values.yearDigits = 4
            default:
                // YYY, YY, Y and their ISO forms.
                let count = try number("year", nil, &self)
                if count < 4 { values.numbers["year"] = Self.nearTwentyTwenty(values["year"]) }
                values.yearDigits = key.filter { $0 == "Y" }.count + (key.hasPrefix("I") ? 1 : 0)
            }
        }

        /// Dates of weeks and of months are not to be mixed.
        private mutating func follow(_ field: Field) throws(SQLError) {
            let convention: Values.Convention
            switch field.key {
            case "IDDD", "ID", "IW", "IYYY", "IYY", "IY", "I": convention = .week
            case "DDD", "DD", "D", "MM", "MONTH", "MON", "RM", "WW", "W", "Y,YYY", "YYYY", "YYY", "YY", "Y": convention = .gregorian
            default: return
            }
            guard values.convention == nil || values.convention == convention else {
                throw SQLError(
                    "22007", "invalid combination of date conventions",
                    hint: "Do not mix Gregorian and ISO week date conventions in a formatting template.")
            }
            values.convention = convention
        }

        private mutating func set(_ name: String, _ value: Int, _ field: Field) throws(SQLError) {
            if name.isEmpty { return }
            guard values[name] == 0 || values[name] == value else {
                throw SQLError(
                    "22007", "conflicting values for \"\(field.name)\" field in formatting string",
                    details: "This value contradicts a previous setting for the same field type.")
            }
            values.numbers[name] = value
        }

        private static func nearTwentyTwenty(_ year: Int) -> Int {
            switch year {
            case ..<70: year + 2000
            case ..<100: year + 1900
            case ..<520: year + 2000
            case ..<1000: year + 1000
            default: year
            }
        }

        /// A whole number; gives how many characters it took.
        private mutating func integer(
            _ name: String, _ field: Field, _ length: Int, _ isNextSeparator: Bool
        ) throws(SQLError) -> Int {
            let start = at
            while !isAtEnd, TimePattern.isBlank(text[at]) { at += 1 }
            let copy = String(String.UnicodeScalarView(text[at..<min(at + length, text.count)]))
            let isFree = !field.fills || isNextSeparator
            let end = isFree ? text.count : min(at + length, text.count)
            if !isFree, text.count - at < length {
                throw SQLError(
                    "22007", "source string too short for \"\(field.name)\" formatting field",
                    details: "Field requires \(length) characters, but only \(text.count - at) remain.",
                    hint: "If your source string is not fixed-width, try using the \"FM\" modifier.")
            }
            var place = at
            var isNegative = false
            if !isFree { while place < end, TimePattern.isBlank(text[place]) { place += 1 } }
            if place < end, text[place] == "-" || text[place] == "+" {
                isNegative = text[place] == "-"
                place += 1
            }
            let digits = place
            var value: Int? = 0
            while place < end, CharacterClass.digit.contains(text[place]) {
                value = value.flatMap { known in
                    let (product, overflow) = known.multipliedReportingOverflow(by: 10)
                    return overflow ? nil : product + Int(text[place].value - 0x30)
                }
                place += 1
            }
            if place == digits {
                at = start
                throw SQLError("22007", "invalid value \"\(copy)\" for \"\(field.name)\"", details: "Value must be an integer.")
            }
            if !isFree, place - at < length {
                throw SQLError(
                    "22007", "invalid value \"\(copy)\" for \"\(field.name)\"",
                    details: "Field requires \(length) characters, but only \(place - at) could be parsed.",
                    hint: "If your source string is not fixed-width, try using the \"FM\" modifier.")
            }
            at = place
            guard let value, let small = Int32(exactly: isNegative ? -value : value) else {
                throw SQLError(
                    "22008", "value for \"\(field.name)\" in source string is out of range",
                    details: "Value must be in the range -2147483648 to 2147483647.")
            }
            try set(name, Int(small), field)
            return at - start
        }

        /// One of the words, in any case: its number.
        private mutating func word(_ field: Field, _ words: [String]) throws(SQLError) -> Int {
            for (index, word) in words.enumerated() {
                let scalars = Array(word.lowercased().unicodeScalars)
                guard at + scalars.count <= text.count else { continue }
                let part = text[at..<(at + scalars.count)].map { $0.isASCII ? String($0).lowercased() : String($0) }
                if part.joined() == word.lowercased() {
                    at += scalars.count
                    return index
                }
            }
            let rest = String(String.UnicodeScalarView(text[at...].prefix { !TimePattern.isBlank($0) }))
            throw SQLError(
                "22007", "invalid value \"\(rest)\" for \"\(field.name)\"",
                details: "The given value did not match any of the allowed values for this field.")
        }

        /// `2,024`.
        private mutating func thousands(_ field: Field) throws(SQLError) {
            let invalid = SQLError("22007", "invalid input string for \"Y,YYY\"")
            let first = text[at...].prefix { CharacterClass.digit.contains($0) }
            let comma = first.endIndex
            guard !first.isEmpty, first.count <= 6, comma < text.count, text[comma] == "," else { throw invalid }
            let second = text[(comma + 1)...].prefix(3).prefix { CharacterClass.digit.contains($0) }
            guard let a = Int(String(String.UnicodeScalarView(first))), let b = Int(String(String.UnicodeScalarView(second))) else {
                throw invalid
            }
            try set("year", a * 1000 + b, field)
            values.yearDigits = 4
            at = second.endIndex
            if field.ordinal != nil { at = min(at + 2, text.count) }
        }
    }
}

extension TimePattern.Values {
    /// The moment that the numbers mean together.
    fileprivate func reading(of text: String) throws(SQLError) -> TimePattern.Reading {
        let outOfRange = SQLError("22008", "date/time field value out of range: \"\(text)\"")
        var (hour, minute, second) = (0, 0, 0)
        if self["seconds"] != 0 {
            let all = self["seconds"]
            (hour, minute, second) = (all / 3600, all % 3600 / 60, all % 60)
        }
        if self["second"] != 0 { second = self["second"] }
        if self["minute"] != 0 { minute = self["minute"] }
        if self["hour"] != 0 { hour = self["hour"] }
        if isTwelveHours {
            guard (1...12).contains(hour) else {
                throw SQLError(
                    "22007", "hour \"\(hour)\" is invalid for the 12-hour clock",
                    hint: "Use the 24-hour clock, or give an hour between 1 and 12.")
            }
            if self["pm"] != 0, hour < 12 { hour += 12 } else if self["pm"] == 0, hour == 12 { hour = 0 }
        }
        var result = TimePattern.Reading()
        result.date = try date(outOfRange)
        let fraction = self["ms"] * 1000 + self["us"]
        guard (0..<24).contains(hour), (0..<60).contains(minute), (0..<60).contains(second), (0..<1_000_000).contains(fraction) else {
            throw outOfRange
        }
        result.time = Int64(hour * 3600 + minute * 60 + second) * 1_000_000 + Int64(fraction)
        result.precision = precision
        if zoneSign != 0 {
            guard (0...15).contains(self["zoneHour"]), (0..<60).contains(self["zoneMinute"]) else {
                throw SQLError("22009", "time zone displacement out of range: \"\(text)\"")
            }
            result.offset = zoneSign * (self["zoneHour"] * 3600 + self["zoneMinute"] * 60)
        }
        return result
    }

    private func date(_ outOfRange: SQLError) throws(SQLError) -> CivilDate {
        var (year, month, day) = (0, 1, 1)
        var (hasYear, hasMonth, hasDay) = (false, false, false)
        let isBC = self["bc"] != 0
        let century = isBC ? -self["century"] : self["century"]
        // Beyond these no date exists, and nothing below may overflow.
        for name in ["year", "century", "julian", "week", "weekOfMonth", "dayOfYear"] where abs(self[name]) > 20_000_000 {
            throw outOfRange
        }
        if self["year"] != 0 {
            hasYear = true
            if century != 0, yearDigits <= 2 {
                year = self["year"] % 100
                if year != 0 {
                    year = century >= 0 ? year + (century - 1) * 100 : (century + 1) * 100 - year + 1
                } else {
                    year = century * 100 + (century >= 0 ? 0 : 1)
                }
            } else {
                year = isBC ? -self["year"] : self["year"]
                if year < 0 { year += 1 }
            }
        } else if century != 0 {
            year = century >= 0 ? (century - 1) * 100 + 1 : century * 100 + 1
            hasYear = true
        }
        func take(julian: Int) {
            let date = CivilDate(days: julian - 2_451_545)
            (year, month, day) = (date.year, date.month, date.day)
            (hasYear, hasMonth, hasDay) = (true, true, true)
        }
        if self["julian"] != 0 { take(julian: self["julian"]) }
        var (dayOfYear, dayNumber) = (self["dayOfYear"], self["day"])
        if self["week"] != 0 {
            if convention == .week {
                let monday = Julian.firstMonday(of: year) + (self["week"] - 1) * 7
                let weekday = self["weekday"]
                take(julian: weekday == 0 ? monday : weekday > 1 ? monday + weekday - 2 : monday + 6)
            } else {
                dayOfYear = (self["week"] - 1) * 7 + 1
            }
        }
        if self["weekOfMonth"] != 0 { dayNumber = (self["weekOfMonth"] - 1) * 7 + 1 }
        if dayNumber != 0 { (day, hasDay) = (dayNumber, true) }
        if self["month"] != 0 { (month, hasMonth) = (self["month"], true) }
        if dayOfYear != 0, month <= 1 || day <= 1 {
            guard year != 0 || isBC else { throw SQLError("22007", "cannot calculate day of year without year information") }
            if convention == .week {
                take(julian: Julian.firstMonday(of: year) - 1 + dayOfYear)
            } else {
                var before = 0
                var found = 13
                for candidate in 1...12 {
                    let length = CivilDate.days(in: candidate, of: year)
                    if dayOfYear <= before + length {
                        found = candidate
                        break
                    }
                    before += length
                }
                if month <= 1 { month = found }
                if day <= 1 { day = dayOfYear - before }
                (hasMonth, hasDay) = (true, true)
            }
        }
        if hasMonth, !(1...12).contains(month) { throw outOfRange }
        if hasDay, !(1...31).contains(day) { throw outOfRange }
        if hasYear, hasMonth, hasDay, day > CivilDate.days(in: month, of: year) { throw outOfRange }
        return CivilDate(days: CivilDate(year: year, month: month, day: 1).days + day - 1)
    }
}
