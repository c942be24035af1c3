/// PostgreSQL's functions over stored dates and times: `extract` and `date_part`.
///
/// ```swift
/// try DateTime.extract("epoch", from: .timestamptz, 0)?.text      // 946684800.000000
/// ```
///
/// Source: PostgreSQL 15, chapter 9.9.1.
package enum DateTime {
    /// `extract(name from value)` of a stored date, time, timestamp or timestamptz; nil is NULL, which infinities give for their smaller
    /// fields.
    ///
    /// Throws 22023 for an unknown unit and 0A000 for one the type does not have. `date_part` is the same as a double.
    package static func extract(
        _ name: String, from type: DataType, _ value: Int64, in zone: TimeZoneRules = .utc
    ) throws(SQLError) -> Numeric? {
        let unit = try TimeUnit(name, for: type)
        switch type {
        case .date:
            if value == DateTimeText.dateInfinity.plus || value == DateTimeText.dateInfinity.minus {
                try checkDate(unit, name)
                return infinite(unit, value > 0)
            }
            try checkDate(unit, name)
            if unit == .epoch { return Numeric((max(min(value, 1 << 40), -(1 << 40)) - DateTimeText.epochDays) * 86_400) }
            if unit == .julian { return Numeric(value &+ 2_451_545) }
            return field(unit, CivilTime(date: CivilDate(days: Int(max(min(value, 1 << 40), -(1 << 40)))), time: 0))
        case .time:
            if let number = clockField(unit, value) { return number }
            if unit == .epoch { return Numeric(unscaled: value, scale: 6) }
            throw TimeUnit.unsupported(name, for: type)
        case .timestamp, .timestamptz:
            if value == .max || value == .min { return infinite(unit, value > 0) }
            var local = value
            var offset = 0
            if type == .timestamptz {
                offset = zone.offset(at: value.floorDivided(by: 1_000_000).quotient)
                local = value &+ Int64(offset) * 1_000_000
            }
            switch unit {
            case .epoch:
                return try Numeric(unscaled: value, scale: 6) - Numeric(unscaled: DateTimeText.epochDays * 86_400_000_000, scale: 6)
            case .zone where type == .timestamptz: return Numeric(Int64(offset))
            case .zoneHour where type == .timestamptz: return Numeric(Int64(offset / 3600))
            case .zoneMinute where type == .timestamptz: return Numeric(Int64(offset % 3600 / 60))
            case .zone, .zoneHour, .zoneMinute: throw TimeUnit.unsupported(name, for: type)
            case .julian:
                let civil = CivilTime(microseconds: local)
                let day = Numeric(Int64(civil.date.days) + 2_451_545)
                return try day + Numeric(civil.time).divided(by: Numeric(CivilTime.microsecondsPerDay))
            default: return field(unit, CivilTime(microseconds: local))
            }
        default: throw TimeUnit.unsupported(name, for: type)
        }
    }

    /// `extract(name from interval)`.
    package static func extract(_ name: String, from interval: Interval) throws(SQLError) -> Numeric {
        let unit = try TimeUnit(name, for: .interval)
        let years = Int64(interval.months / 12)
        switch unit {
        case .microsecond, .millisecond, .second:
            return clockField(unit, interval.microseconds % 60_000_000) ?? .zero
        case .minute: return Numeric(interval.microseconds / 60_000_000 % 60)
        case .hour: return Numeric(interval.microseconds / 3_600_000_000)
        case .day: return Numeric(Int64(interval.days))
        case .month: return Numeric(Int64(interval.months % 12))
        case .quarter: return Numeric(Int64(interval.months % 12 / 3 + 1))
        case .year: return Numeric(years)
        case .decade: return Numeric(years / 10)
        case .century: return Numeric(years / 100)
        case .millennium: return Numeric(years / 1000)
        case .epoch:
            // A year is 365.25 days here, and a month 30.
            let seconds = years * 31_557_600 + (Int64(interval.months % 12) * 30 + Int64(interval.days)) * 86_400
            return try Numeric(unscaled: interval.microseconds, scale: 6) + Numeric(seconds)
        default: throw TimeUnit.unsupported(name, for: .interval)
        }
    }

    private static func checkDate(_ unit: TimeUnit, _ name: String) throws(SQLError) {
        switch unit {
        case .microsecond, .millisecond, .second, .minute, .hour, .zone, .zoneHour, .zoneMinute:
            throw TimeUnit.unsupported(name, for: .date)
        default: return
        }
    }

    private static func infinite(_ unit: TimeUnit, _ positive: Bool) -> Numeric? {
        switch unit {
        case .year, .decade, .century, .millennium, .julian, .isoYear, .epoch: positive ? .infinity : .minusInfinity
        default: nil
        }
    }

    /// A field of the time of day.
    private static func clockField(_ unit: TimeUnit, _ time: Int64) -> Numeric? {
        switch unit {
        case .microsecond: Numeric(time % 60_000_000)
        case .millisecond: Numeric(unscaled: time % 60_000_000, scale: 3)
        case .second: Numeric(unscaled: time % 60_000_000, scale: 6)
        case .minute: Numeric(time / 60_000_000 % 60)
        case .hour: Numeric(time / 3_600_000_000)
        default: nil
        }
    }

    private static func field(_ unit: TimeUnit, _ civil: CivilTime) -> Numeric? {
        if let clock = clockField(unit, civil.time) { return clock }
        let date = civil.date
        let year = date.year
        // There is no year 0: 1 BC is -1.
        let value: Int =
            switch unit {
            case .day: date.day
            case .week: date.week.week
            case .month: date.month
            case .quarter: (date.month - 1) / 3 + 1
            case .year: year > 0 ? year : year - 1
            case .decade: year >= 0 ? year / 10 : -((8 - (year - 1)) / 10)
            case .century: year > 0 ? (year + 99) / 100 : -((99 - (year - 1)) / 100)
            case .millennium: year > 0 ? (year + 999) / 1000 : -((999 - (year - 1)) / 1000)
            case .isoYear: date.week.year > 0 ? date.week.year : date.week.year - 1
            case .weekday: date.weekday
            case .isoWeekday: date.weekday == 0 ? 7 : date.weekday
            case .dayOfYear: date.dayOfYear
            default: 0
            }
        return Numeric(Int64(value))
    }
}
