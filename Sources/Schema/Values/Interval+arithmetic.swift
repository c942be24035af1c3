/// The operators of `interval`. All throw 22008 where the result does not fit.
///
/// Source: PostgreSQL 15, chapter 9.9.
extension Interval {
    private static let outOfRange = SQLError("22008", "interval out of range")

    package static func + (a: Interval, b: Interval) throws(SQLError) -> Interval {
        let months = a.months.addingReportingOverflow(b.months)
        let days = a.days.addingReportingOverflow(b.days)
        let time = a.microseconds.addingReportingOverflow(b.microseconds)
        guard !months.overflow, !days.overflow, !time.overflow else { throw outOfRange }
        return Interval(months: months.partialValue, days: days.partialValue, microseconds: time.partialValue)
    }

    package static func - (a: Interval, b: Interval) throws(SQLError) -> Interval {
        let months = a.months.subtractingReportingOverflow(b.months)
        let days = a.days.subtractingReportingOverflow(b.days)
        let time = a.microseconds.subtractingReportingOverflow(b.microseconds)
        guard !months.overflow, !days.overflow, !time.overflow else { throw outOfRange }
        return Interval(months: months.partialValue, days: days.partialValue, microseconds: time.partialValue)
    }

    package func negated() throws(SQLError) -> Interval { try Interval() - self }

    /// Fractions of months become days and fractions of days become time, never the other way round.
    package func multiplied(by factor: Double) throws(SQLError) -> Interval { try scaled { $0 * factor } }

    /// Throws 22012 for zero.
    package func divided(by divisor: Double) throws(SQLError) -> Interval {
        guard divisor != 0 else { throw .divisionByZero }
        return try scaled { $0 / divisor }
    }

    private func scaled(_ scale: (Double) -> Double) throws(SQLError) -> Interval {
        func rounded(_ value: Double) -> Double { (value * 1_000_000).rounded(.toNearestOrEven) / 1_000_000 }
        let months = scale(Double(self.months))
        let days = scale(Double(self.days))
        guard let wholeMonths = Int32(exactly: months.rounded(.towardZero)), let wholeDays = Int32(exactly: days.rounded(.towardZero))
        else {
            throw Self.outOfRange
        }
        let extraDays = rounded((months - Double(wholeMonths)) * 30)
        var seconds = rounded((days - Double(wholeDays) + extraDays - extraDays.rounded(.towardZero)) * 86_400)
        var carried = Int64(wholeDays) + Int64(extraDays.rounded(.towardZero))
        if abs(seconds) >= 86_400 {
            let more = (seconds / 86_400).rounded(.towardZero)
            carried += Int64(more)
            seconds -= more * 86_400
        }
        let time = (scale(Double(microseconds)) + seconds * 1_000_000).rounded(.toNearestOrEven)
        guard let total = Int32(exactly: carried), let microseconds = Int64(exactly: time) else { throw Self.outOfRange }
        return Interval(months: wholeMonths, days: total, microseconds: microseconds)
    }

    /// `justify_hours`: whole days of the time become days.
    package var justifiedHours: Interval {
        var result = self
        let days = result.microseconds / CivilTime.microsecondsPerDay
        result.microseconds -= days * CivilTime.microsecondsPerDay
        result.days = Int32(clamping: Int64(self.days) + days)
        if result.days > 0, result.microseconds < 0 {
            result.microseconds += CivilTime.microsecondsPerDay
            result.days -= 1
        } else if result.days < 0, result.microseconds > 0 {
            result.microseconds -= CivilTime.microsecondsPerDay
            result.days += 1
        }
        return result
    }

    /// `justify_days`: thirty days become a month.
    package var justifiedDays: Interval {
        var result = self
        result.months = Int32(clamping: Int64(months) + Int64(days / 30))
        result.days = days % 30
        if result.months > 0, result.days < 0 {
            result.days += 30
            result.months -= 1
        } else if result.months < 0, result.days > 0 {
            result.days -= 30
            result.months += 1
        }
        return result
    }
}
