/// `date_trunc`, `age`, and the operators between timestamps and intervals.
///
/// Source: PostgreSQL 15, chapters 9.9 and 9.9.2.
extension DateTime {
    private static let outOfRange = SQLError("22008", "timestamp out of range")

    /// `date_trunc(name, timestamp)`. Throws 22023 and 0A000 as `extract` does.
    package static func truncated(_ name: String, timestamp: Int64) throws(SQLError) -> Int64 {
        guard timestamp != .max, timestamp != .min else { return timestamp }
        let unit = try TimeUnit.step(name, for: .timestamp)
        guard let truncated = truncated(unit, timestamp) else { throw TimeUnit.unsupported(name, for: .timestamp) }
        return truncated
    }

    /// `date_trunc(name, timestamptz, zone)`: days and more begin at the zone's midnight.
    package static func truncated(_ name: String, timestamptz moment: Int64, in zone: TimeZoneRules) throws(SQLError) -> Int64 {
        guard moment != .max, moment != .min else { return moment }
        let unit = try TimeUnit.step(name, for: .timestamptz)
        let offset = Int64(zone.offset(at: moment.floorDivided(by: 1_000_000).quotient)) * 1_000_000
        guard let truncated = truncated(unit, moment &+ offset) else { throw TimeUnit.unsupported(name, for: .timestamptz) }
        switch unit {
        case .microsecond, .millisecond, .second, .minute, .hour: return truncated &- offset
        default: return try self.moment(local: truncated, in: zone)
        }
    }

    /// `date_trunc(name, interval)`.
    package static func truncated(_ name: String, interval: Interval) throws(SQLError) -> Interval {
        let unit = try TimeUnit.step(name, for: .interval)
        func months(_ step: Int32) -> Interval { Interval(months: interval.months / step * step) }
        switch unit {
        case .microsecond: return interval
        case .millisecond, .second, .minute, .hour:
            let step: Int64 = unit == .millisecond ? 1000 : unit == .second ? 1_000_000 : unit == .minute ? 60_000_000 : 3_600_000_000
            return Interval(months: interval.months, days: interval.days, microseconds: interval.microseconds / step * step)
        case .day: return Interval(months: interval.months, days: interval.days)
        case .month: return months(1)
        case .quarter: return months(3)
        case .year: return months(12)
        case .decade: return months(120)
        case .century: return months(1200)
        case .millennium: return months(12_000)
        case .week:
            throw SQLError(
                "0A000", "unit \"week\" not supported for type interval", details: "Months usually have fractional weeks.")
        default: throw TimeUnit.unsupported(name, for: .interval)
        }
    }

    /// Nil for a unit nothing can be truncated to.
    private static func truncated(_ unit: TimeUnit, _ timestamp: Int64) -> Int64? {
        let civil = CivilTime(microseconds: timestamp)
        var date = civil.date
        var time: Int64 = 0
        switch unit {
        case .microsecond: time = civil.time
        case .millisecond: time = civil.time / 1000 * 1000
        case .second: time = civil.time / 1_000_000 * 1_000_000
        case .minute: time = civil.time / 60_000_000 * 60_000_000
        case .hour: time = civil.time / 3_600_000_000 * 3_600_000_000
        case .day: break
        case .week: date = CivilDate(days: date.days - (date.weekday + 6) % 7)
        case .month: date.day = 1
        case .quarter: date = CivilDate(year: date.year, month: (date.month - 1) / 3 * 3 + 1, day: 1)
        case .year: date = CivilDate(year: date.year, month: 1, day: 1)
        case .decade:
            let year = date.year > 0 ? date.year / 10 * 10 : -((8 - (date.year - 1)) / 10) * 10
            date = CivilDate(year: year, month: 1, day: 1)
        case .century: date = CivilDate(year: first(of: 100, date.year), month: 1, day: 1)
        case .millennium: date = CivilDate(year: first(of: 1000, date.year), month: 1, day: 1)
        default: return nil
        }
        if timestamp == .max || timestamp == .min { return timestamp }
        return CivilTime(date: date, time: time).microseconds ?? timestamp
    }

    /// The first year of a century or millennium, which end with a round one.
    private static func first(of span: Int, _ year: Int) -> Int {
        year > 0 ? (year + span - 1) / span * span - span + 1 : -((span - 1 - (year - 1)) / span) * span + 1
    }

    // MARK: Zones

    /// `timestamptz at time zone zone`: what the zone's clocks show.
    package static func local(_ moment: Int64, in zone: TimeZoneRules) throws(SQLError) -> Int64 {
        guard moment != .max, moment != .min else { return moment }
        return try checked(moment.addingReportingOverflow(Int64(zone.offset(at: moment.floorDivided(by: 1_000_000).quotient)) * 1_000_000))
    }

    /// `timestamp at time zone zone`: the moment at which the zone's clocks show it.
    package static func moment(local: Int64, in zone: TimeZoneRules) throws(SQLError) -> Int64 {
        guard local != .max, local != .min else { return local }
        return try checked(
            local.subtractingReportingOverflow(Int64(zone.offset(atLocal: local.floorDivided(by: 1_000_000).quotient)) * 1_000_000))
    }

    /// A date as a timestamp at midnight. Throws 22008 where timestamps do not reach.
    package static func timestamp(ofDate days: Int64) throws(SQLError) -> Int64 {
        if days == DateTimeText.dateInfinity.plus { return .max }
        if days == DateTimeText.dateInfinity.minus { return .min }
        let product = days.multipliedReportingOverflow(by: CivilTime.microsecondsPerDay)
        guard !product.overflow, DateTimeText.timestampRange.contains(product.partialValue) else {
            throw SQLError("22008", "date out of range for timestamp")
        }
        return product.partialValue
    }

    /// A timestamp's day.
    package static func date(ofTimestamp timestamp: Int64) -> Int64 {
        if timestamp == .max { return DateTimeText.dateInfinity.plus }
        if timestamp == .min { return DateTimeText.dateInfinity.minus }
        return timestamp.floorDivided(by: CivilTime.microsecondsPerDay).quotient
    }

    /// A timestamp's time of day.
    package static func time(ofTimestamp timestamp: Int64) -> Int64 { timestamp.floorDivided(by: CivilTime.microsecondsPerDay).remainder }

    // MARK: Intervals

    /// `timestamp + interval`: months first, then days, then the time. January 31 and a month is the last of February. Throws 22008.
    package static func adding(_ interval: Interval, toTimestamp timestamp: Int64) throws(SQLError) -> Int64 {
        guard timestamp != .max, timestamp != .min else { return timestamp }
        return try checked(addingDays(interval, to: timestamp).addingReportingOverflow(interval.microseconds))
    }

    /// `timestamptz + interval`: months and days by the zone's clocks, the time by the moment.
    package static func adding(_ interval: Interval, toTimestamptz moment: Int64, in zone: TimeZoneRules) throws(SQLError) -> Int64 {
        guard moment != .max, moment != .min else { return moment }
        var moment = moment
        if interval.months != 0 || interval.days != 0 {
            moment = try self.moment(local: addingDays(interval, to: local(moment, in: zone)), in: zone)
        }
        return try checked(moment.addingReportingOverflow(interval.microseconds))
    }

    /// `time + interval`: only its time counts, around the clock.
    package static func adding(_ interval: Interval, toTime time: Int64) -> Int64 {
        (time &+ interval.microseconds % CivilTime.microsecondsPerDay).floorDivided(by: CivilTime.microsecondsPerDay).remainder
    }

    /// `date + integer`. Throws 22008.
    package static func adding(days: Int64, toDate date: Int64) throws(SQLError) -> Int64 {
        if date == DateTimeText.dateInfinity.plus || date == DateTimeText.dateInfinity.minus { return date }
        let (sum, overflow) = date.addingReportingOverflow(days)
        guard !overflow, DateTimeText.dateRange.contains(sum) else { throw SQLError("22008", "date out of range") }
        return sum
    }

    private static func addingDays(_ interval: Interval, to timestamp: Int64) throws(SQLError) -> Int64 {
        guard interval.months != 0 || interval.days != 0 else { return timestamp }
        let civil = CivilTime(microseconds: timestamp)
        var date = civil.date
        if interval.months != 0 {
            let month = CivilDate(year: date.year, month: date.month + Int(interval.months), day: 1)
            let first = CivilDate(days: month.days)
            date = CivilDate(year: first.year, month: first.month, day: min(date.day, CivilDate.days(in: first.month, of: first.year)))
        }
        date = CivilDate(days: date.days + Int(interval.days))
        guard let sum = CivilTime(date: date, time: civil.time).microseconds else { throw outOfRange }
        return try checked((sum, false))
    }

    private static func checked(_ sum: (partialValue: Int64, overflow: Bool)) throws(SQLError) -> Int64 {
        guard !sum.overflow, DateTimeText.timestampRange.contains(sum.partialValue) else { throw outOfRange }
        return sum.partialValue
    }

    /// `a - b` of two timestamps: days and time, never months. Throws 22008 for infinities.
    package static func difference(_ a: Int64, _ b: Int64) throws(SQLError) -> Interval {
        guard ![a, b].contains(.max), ![a, b].contains(.min) else {
            throw SQLError("22008", "cannot subtract infinite timestamps")
        }
        let (microseconds, overflow) = a.subtractingReportingOverflow(b)
        guard !overflow else { throw SQLError("22008", "interval out of range") }
        return Interval(microseconds: microseconds).justifiedHours
    }

    /// `age(a, b)` of two timestamps: years, months, days and time as a person counts them.
    package static func age(_ a: Int64, _ b: Int64) throws(SQLError) -> Interval {
        guard ![a, b].contains(.max), ![a, b].contains(.min) else { throw outOfRange }
        let (from, to) = (CivilTime(microseconds: min(a, b)), CivilTime(microseconds: max(a, b)))
        var time = to.time - from.time
        var days = to.date.day - from.date.day
        var months = (to.date.year - from.date.year) * 12 + to.date.month - from.date.month
        if time < 0 {
            time += CivilTime.microsecondsPerDay
            days -= 1
        }
        while days < 0 {
            // A borrowed month is as long as the one the earlier time is in.
            days += CivilDate.days(in: from.date.month, of: from.date.year)
            months -= 1
        }
        let age = Interval(months: Int32(clamping: months), days: Int32(clamping: days), microseconds: time)
        return a < b ? try age.negated() : age
    }
}
