/// Puts a literal's fields together into a date, a time and a zone, in the order and with the guesses of PostgreSQL (`DateStyle` ISO, MDY).
///
/// Source: PostgreSQL 15, appendix B.1.
struct DateTimeReading {
    struct Parts: OptionSet {
        var rawValue: Int
        static let year = Parts(rawValue: 1)
        static let month = Parts(rawValue: 2)
        static let day = Parts(rawValue: 4)
        static let clock = Parts(rawValue: 8)
        static let zone = Parts(rawValue: 16)
        static let dayOfYear = Parts(rawValue: 32)
        static let era = Parts(rawValue: 64)
        static let halfDay = Parts(rawValue: 128)
        static let weekday = Parts(rawValue: 256)
        static let summer = Parts(rawValue: 512)
        static let date: Parts = [.year, .month, .day]
    }

    enum Special { case infinity, minusInfinity, epoch }
    enum Zone { case offset(Int), rules(TimeZoneRules) }
    private enum Prefix { case time, julian }

    typealias Failure = DateTimeFields.Failure

    var parts: Parts = []
    var special: Special?
    var year = 0
    var month = 0
    var day = 0
    /// Microseconds since midnight.
    var time: Int64 { Int64(hour * 3600 + minute * 60 + second) * 1_000_000 + fraction }
    var zone: Zone?

    private var hour = 0
    private var minute = 0
    private var second = 0
    private var fraction: Int64 = 0
    private var dayOfYear = 0
    private var shortYear = false
    private var beforeChrist = false
    private var afternoon: Bool?
    private var namedMonth = false
    private var julian = false
    private var prefix: Prefix?
    private let context: ValueContext
    private let timeOnly: Bool

    /// `timeOnly` reads a literal of type `time`, where digits are hours before they are a date.
    init(_ text: String, in context: ValueContext, timeOnly: Bool = false) throws(Failure) {
        self.context = context
        self.timeOnly = timeOnly
        let fields = try DateTimeFields(text).fields
        guard !fields.isEmpty else { throw .syntax }
        for (index, field) in fields.enumerated() {
            var found: Parts = []
            switch field.kind {
            case .date
            where timeOnly && index == 0 && !(fields.count >= 2 && (fields[fields.count - 1].kind == .date || fields[1].kind == .time)):
                found = try runTogetherTime(field.text)
            case .date: found = try dateField(field.text)
            case .time: found = try timeField(field.text)
            case .zone: found = try zoneField(field.text)
            case .number
            where timeOnly && !parts.contains(.clock) && prefix == nil && !(parts.isEmpty && fields.count > 1 && fields[1].kind == .time):
                let withDot = field.text.contains(UInt8(ascii: "."))
                guard withDot || field.text.count == 4 || field.text.count == 6 else { throw .syntax }
                found = try numberField(field.text, known: parts.union(.date))
            case .number: found = try bareNumber(field.text)
            case .word, .special: found = try word(field.text, at: index, of: fields)
            }
            guard parts.isDisjoint(with: found) else { throw .syntax }
            parts.formUnion(found)
        }
        if prefix != nil { throw .syntax }
        try validate()
    }

    // MARK: Fields

    private mutating func dateField(_ text: [UInt8]) throws(Failure) -> Parts {
        if prefix == .julian { throw .syntax }
        guard prefix != nil || parts.isSuperset(of: [.month, .day]) else { return try date(text) }
        if text.first?.isDigit == true || prefix != nil {
            prefix = nil
            guard !parts.contains(.clock) else { throw .syntax }
            return try runTogetherTime(text)
        }
        zone = .rules(try namedZone(text))
        return .zone
    }

    /// `040506-08`.
    private mutating func runTogetherTime(_ text: [UInt8]) throws(Failure) -> Parts {
        guard text.first?.isDigit == true else {
            zone = .rules(try namedZone(text))
            return .zone
        }
        guard let minus = text.firstIndex(of: UInt8(ascii: "-")) else { throw .syntax }
        zone = .offset(try Self.zoneOffset(text[minus...]))
        return try numberField(Array(text[..<minus]), known: parts.union(.date)).union(.zone)
    }

    private mutating func timeField(_ text: [UInt8]) throws(Failure) -> Parts {
        if prefix == .julian { throw .syntax }
        prefix = nil
        let clock = try ClockReading(text)
        (hour, minute, second, fraction) = (clock.hour, clock.minute, clock.second, clock.fraction)
        guard time <= CivilTime.microsecondsPerDay, hour <= 24 else { throw .range }
        return .clock
    }

    private mutating func zoneField(_ text: [UInt8]) throws(Failure) -> Parts {
        zone = .offset(try Self.zoneOffset(text[...]))
        return .zone
    }

    private mutating func bareNumber(_ text: [UInt8]) throws(Failure) -> Parts {
        switch prefix {
        case .julian:
            prefix = nil
            return try julianDay(text)
        case .time:
            prefix = nil
            let found = try numberField(text, known: parts.union(.date))
            guard found == .clock else { throw .syntax }
            return found
        case nil:
            let dot = text.firstIndex(of: UInt8(ascii: "."))
            if dot != nil, parts.isDisjoint(with: .date) { return try date(text) }
            if let dot, dot > 2 { return try numberField(text, known: parts) }
            if text.count >= 6, parts.isDisjoint(with: .date) || !parts.contains(.clock) { return try numberField(text, known: parts) }
            return try number(text, known: parts, namedMonth: namedMonth)
        }
    }

    private mutating func julianDay(_ text: [UInt8]) throws(Failure) -> Parts {
        let digits = text.prefix { $0.isDigit }
        let days = try Self.integer(digits)
        let civil = CivilDate(days: days - 2_451_545)
        (year, month, day) = (civil.year, civil.month, civil.day)
        julian = true
        guard digits.count < text.count else { return .date }
        let part = Double(String(decoding: [UInt8(ascii: "0")] + text[digits.endIndex...], as: UTF8.self)) ?? 0
        set(microseconds: Int64((part * 86_400_000_000).rounded(.toNearestOrEven)))
        return [.date, .clock]
    }

    private mutating func set(microseconds: Int64) {
        hour = Int(microseconds / 3_600_000_000)
        minute = Int(microseconds / 60_000_000 % 60)
        second = Int(microseconds / 1_000_000 % 60)
        fraction = microseconds % 1_000_000
    }

    private mutating func word(_ text: [UInt8], at index: Int, of fields: [DateTimeFields.Field]) throws(Failure) -> Parts {
        if let minutes = TimeZoneRules.abbreviations[String(decoding: text, as: UTF8.self)] {
            zone = .offset(minutes * 60)
            return .zone
        }
        guard let word = DateTimeWord(text) else {
            zone = .rules(try namedZone(text, orElse: .syntax))
            return .zone
        }
        switch word {
        case .ignored: return []
        case .weekday: return .weekday
        case .month(let number):
            var found = Parts.month
            // A number taken for the month must have been the day.
            if parts.contains(.month), !namedMonth, !parts.contains(.day), month >= 1, month <= 31 {
                day = month
                found = .day
            }
            namedMonth = true
            month = number
            return found
        case .beforeChrist(let before):
            beforeChrist = before
            return .era
        case .afternoon(let isAfternoon):
            afternoon = isAfternoon
            return .halfDay
        case .now:
            let seconds = context.now.floorDivided(by: 1_000_000).quotient
            let offset = context.timeZone.offset(at: seconds)
            let civil = CivilTime(microseconds: context.now &+ Int64(offset) * 1_000_000)
            (year, month, day) = (civil.date.year, civil.date.month, civil.date.day)
            julian = true
            set(microseconds: civil.time)
            zone = .offset(offset)
            return [.date, .clock, .zone]
        case .today: return relativeDay(0)
        case .tomorrow: return relativeDay(1)
        case .yesterday: return relativeDay(-1)
        case .midnightUTC:
            (hour, minute, second, fraction) = (0, 0, 0, 0)
            zone = .offset(0)
            return [.clock, .zone]
        case .epoch, .infinity, .minusInfinity:
            special = word == .epoch ? .epoch : word == .infinity ? .infinity : .minusInfinity
            return [.date, .clock, .zone]
        case .timeFollows:
            guard timeOnly || parts.isSuperset(of: .date), index + 1 < fields.count else { throw .syntax }
            guard [.number, .time, .date].contains(fields[index + 1].kind) else { throw .syntax }
            prefix = .time
            return []
        case .julian:
            prefix = .julian
            return []
        case .summerTime:
            guard case .offset(let offset) = zone else { throw .syntax }
            zone = .offset(offset + 3600)
            return .summer
        case .unit: throw .syntax
        }
    }

    private mutating func relativeDay(_ offset: Int) -> Parts {
        let seconds = context.now.floorDivided(by: 1_000_000).quotient
        let local = context.now &+ Int64(context.timeZone.offset(at: seconds)) * 1_000_000
        let civil = CivilDate(days: Int(local.floorDivided(by: CivilTime.microsecondsPerDay).quotient) + offset)
        (year, month, day) = (civil.year, civil.month, civil.day)
        julian = true
        return .date
    }

    private func namedZone(_ text: [UInt8], orElse failure: Failure? = nil) throws(Failure) -> TimeZoneRules {
        let name = String(decoding: text, as: UTF8.self)
        guard let rules = TimeZoneRules.named(name) else { throw failure ?? .unknownZone(name) }
        return rules
    }

    // MARK: Dates

    /// A field of parts with marks between them: `2024-01-31`, `1/2/2024`, `31-jan-2024`.
    private mutating func date(_ text: [UInt8]) throws(Failure) -> Parts {
        var pieces: [[UInt8]] = []
        var rest = text[...]
        while !rest.isEmpty {
            rest = rest.drop { !$0.isDigit && !$0.isLetter }
            guard let first = rest.first else { throw .syntax }
            let piece = first.isDigit ? rest.prefix { $0.isDigit } : rest.prefix { $0.isLetter }
            pieces.append(Array(piece))
            rest = rest[piece.endIndex...].dropFirst()
        }
        var known = parts
        var found: Parts = []
        var named = false
        for piece in pieces where piece.first?.isLetter == true {
            switch DateTimeWord(piece) {
            case .ignored: continue
            case .month(let number):
                guard !known.contains(.month) else { throw .syntax }
                month = number
                named = true
                known.insert(.month)
                found.insert(.month)
            default: throw .syntax
            }
        }
        for piece in pieces where piece.first?.isDigit == true {
            let part = try number(piece, known: known, namedMonth: named)
            guard known.isDisjoint(with: part) else { throw .syntax }
            known.formUnion(part)
            found.formUnion(part)
        }
        guard known.subtracting([.dayOfYear, .zone]) == .date else { throw .syntax }
        return found
    }

    /// One number, taken for whatever is still missing.
    private mutating func number(_ text: [UInt8], known: Parts, namedMonth: Bool) throws(Failure) -> Parts {
        let digits = text.prefix { $0.isDigit }
        let value = try Self.integer(digits)
        if digits.count < text.count {
            guard text[digits.endIndex] == UInt8(ascii: ".") else { throw .syntax }
            if digits.count > 2 { return try numberField(text, known: known.union(.date)) }
            fraction = try ClockReading.fraction(text[digits.endIndex...])
        }
        if text.count == 3, known.intersection(.date) == .year, (1...366).contains(value) {
            dayOfYear = value
            return [.dayOfYear, .month, .day]
        }
        let wide = text.count >= 3
        switch known.intersection(.date) {
        case []: return wide ? set(year: value, text) : set(month: value)
        case .year: return set(month: value)
        case .month: return namedMonth && wide ? set(year: value, text) : set(day: value)
        case [.year, .month]:
            if namedMonth, wide, shortYear {
                // The first number was the day after all.
                day = year
                year = value
                shortYear = false
                return .day
            }
            return set(day: value)
        case .day: return set(month: value)
        case [.month, .day]: return set(year: value, text)
        case .date: return try numberField(text, known: known)
        default: throw .syntax
        }
    }

    private mutating func set(year value: Int, _ text: [UInt8]) -> Parts {
        year = value
        shortYear = text.count <= 2
        return .year
    }

    private mutating func set(month value: Int) -> Parts {
        month = value
        return .month
    }

    private mutating func set(day value: Int) -> Parts {
        day = value
        return .day
    }

    /// Digits run together: `20240131`, `040506`, `0405`, `040506.789`.
    private mutating func numberField(_ text: [UInt8], known: Parts) throws(Failure) -> Parts {
        var digits = text[...]
        if let dot = text.firstIndex(of: UInt8(ascii: ".")) {
            fraction = try ClockReading.fraction(text[dot...])
            digits = text[..<dot]
        } else if !known.isSuperset(of: .date), text.count >= 6 {
            day = try Self.integer(digits.suffix(2))
            month = try Self.integer(digits.dropLast(2).suffix(2))
            year = try Self.integer(digits.dropLast(4))
            if text.count == 6 { shortYear = true }
            return .date
        }
        guard !known.contains(.clock), digits.count == 6 || digits.count == 4 else { throw .syntax }
        hour = try Self.integer(digits.prefix(2))
        minute = try Self.integer(digits.dropFirst(2).prefix(2))
        second = digits.count == 6 ? try Self.integer(digits.suffix(2)) : 0
        return .clock
    }

    // MARK: Pieces

    /// `+05:30`, `-0800`, `+5`: seconds east of UTC.
    private static func zoneOffset(_ text: ArraySlice<UInt8>) throws(Failure) -> Int {
        guard let sign = text.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { throw .syntax }
        var rest = text.dropFirst()
        func take() throws(Failure) -> Int {
            let digits = rest.prefix { $0.isDigit }
            rest = rest.dropFirst(digits.count)
            guard digits.count < 10 else { throw .zoneRange }
            return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        }
        var hours = try take()
        var minutes = 0
        var seconds = 0
        if rest.first == UInt8(ascii: ":") {
            rest = rest.dropFirst()
            minutes = try take()
            if rest.first == UInt8(ascii: ":") {
                rest = rest.dropFirst()
                seconds = try take()
            }
        } else if rest.isEmpty, text.count > 3 {
            minutes = hours % 100
            hours /= 100
        }
        guard hours <= 15, minutes < 60, seconds < 60 else { throw .zoneRange }
        guard rest.isEmpty else { throw .syntax }
        let offset = (hours * 60 + minutes) * 60 + seconds
        return sign == UInt8(ascii: "-") ? -offset : offset
    }

    private static func integer(_ digits: ArraySlice<UInt8>) throws(Failure) -> Int {
        guard !digits.isEmpty, digits.allSatisfy(\.isDigit) else { throw .syntax }
        var value = 0
        for digit in digits {
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
            guard value <= Int32.max else { throw .range }
        }
        return value
    }

    // MARK: The whole

    private mutating func validate() throws(Failure) {
        if parts.contains(.year), !julian {
            if beforeChrist {
                guard year > 0 else { throw .range }
                year = 1 - year
            } else if shortYear {
                year += year < 70 ? 2000 : year < 100 ? 1900 : 0
            } else if special == nil {
                guard year > 0 else { throw .range }
            }
        }
        guard special == nil else { return }
        if parts.contains(.dayOfYear) {
            let civil = CivilDate(days: CivilDate(year: year, month: 1, day: 1).days + dayOfYear - 1)
            (year, month, day) = (civil.year, civil.month, civil.day)
        }
        if parts.contains(.month), !(1...12).contains(month) { throw .monthOrDayRange }
        if parts.contains(.day), !(1...31).contains(day) { throw .monthOrDayRange }
        if parts.isSuperset(of: .date), day > CivilDate.days(in: month, of: year) { throw .range }
        if let afternoon {
            guard hour <= 12 else { throw .range }
            if afternoon, hour != 12 { hour += 12 }
            if !afternoon, hour == 12 { hour = 0 }
        }
        // Digits run together may name 25:00 of a day, which is 01:00 of the next; a time alone may not.
        if timeOnly {
            guard hour <= 24, minute < 60, second <= 60, time <= CivilTime.microsecondsPerDay else { throw .range }
        }
    }
}

/// `04:05`, `04:05:06.789`; `05:06.7` is minutes and seconds.
struct ClockReading {
    var hour: Int
    var minute: Int
    var second = 0
    var fraction: Int64 = 0
    /// Of two numbers and nothing else.
    var isShort = false

    init(_ text: [UInt8], hourLimit: Int = Int(Int32.max)) throws(DateTimeFields.Failure) {
        var rest = text[...]
        func take() throws(DateTimeFields.Failure) -> Int {
            let digits = rest.prefix { $0.isDigit }
            rest = rest.dropFirst(digits.count)
            var value = 0
            for digit in digits {
                value = value * 10 + Int(digit - UInt8(ascii: "0"))
                guard value <= hourLimit else { throw .range }
            }
            return value
        }
        hour = try take()
        guard rest.popFirst() == UInt8(ascii: ":") else { throw .syntax }
        minute = try take()
        isShort = rest.isEmpty
        if rest.first == UInt8(ascii: ".") {
            fraction = try Self.fraction(rest)
            (hour, minute, second) = (0, hour, minute)
        } else if let mark = rest.popFirst() {
            guard mark == UInt8(ascii: ":") else { throw .syntax }
            second = try take()
            if rest.first == UInt8(ascii: ".") {
                fraction = try Self.fraction(rest)
            } else if !rest.isEmpty {
                throw .syntax
            }
        }
        guard minute <= 59, second <= 60 else { throw .range }
    }

    /// `.789` in microseconds, rounded half to even as C's `rint` of the double does.
    static func fraction(_ text: ArraySlice<UInt8>) throws(DateTimeFields.Failure) -> Int64 {
        guard text.dropFirst().allSatisfy(\.isDigit) else { throw .syntax }
        if text.count == 1 { return 0 }
        let value = Double("0" + String(decoding: text, as: UTF8.self)) ?? 0
        return Int64((value * 1_000_000).rounded(.toNearestOrEven))
    }
}
