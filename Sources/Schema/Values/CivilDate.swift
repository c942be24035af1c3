/// A day of the proleptic Gregorian calendar. Year 0 is 1 BC, -1 is 2 BC.
package struct CivilDate: Hashable, Sendable {
    package var year: Int
    package var month: Int
    package var day: Int

    package init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// The day that many days after 2000-01-01.
    ///
    /// Counts in eras of 400 years that begin on a first of March, so that the leap day is the last of its year.
    package init(days: Int) {
        let sinceMarch = days &+ 730_425
        let era = (sinceMarch >= 0 ? sinceMarch : sinceMarch &- 146_096) / 146_097
        let dayOfEra = sinceMarch &- era &* 146_097
        let yearOfEra = (dayOfEra &- dayOfEra / 1460 &+ dayOfEra / 36_524 &- dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra &- (365 &* yearOfEra &+ yearOfEra / 4 &- yearOfEra / 100)
        let shifted = (5 &* dayOfYear &+ 2) / 153
        day = dayOfYear &- (153 &* shifted &+ 2) / 5 &+ 1
        month = shifted < 10 ? shifted &+ 3 : shifted &- 9
        year = yearOfEra &+ era &* 400 &+ (month <= 2 ? 1 : 0)
    }

    /// Days since 2000-01-01. Months and days beyond their range carry on into the next ones.
    package var days: Int {
        let monthIndex = month - 1
        let carried = (monthIndex >= 0 ? monthIndex : monthIndex - 11) / 12
        let month = monthIndex - carried * 12 + 1
        let shifted = year + carried - (month <= 2 ? 1 : 0)
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 730_425
    }

    package static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    package static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// 0 is Sunday.
    package var weekday: Int {
        let rest = (days + 6) % 7
        return rest < 0 ? rest + 7 : rest
    }

    package var dayOfYear: Int { days - CivilDate(year: year, month: 1, day: 1).days + 1 }

    /// The ISO 8601 week this day is in, and the year that week belongs to.
    package var week: (year: Int, week: Int) {
        // The Thursday of a week decides its year.
        let thursday = CivilDate(days: days - (weekday + 6) % 7 + 3)
        return (thursday.year, (thursday.dayOfYear - 1) / 7 + 1)
    }
}

/// A point on the calendar and the clock, without a zone.
package struct CivilTime: Hashable, Sendable {
    package static let microsecondsPerDay: Int64 = 86_400_000_000

    package var date: CivilDate
    /// Microseconds since midnight; 24:00 is legal.
    package var time: Int64

    package init(date: CivilDate, time: Int64) {
        self.date = date
        self.time = time
    }

    /// From microseconds since 2000-01-01 00:00.
    package init(microseconds: Int64) {
        let (days, time) = microseconds.floorDivided(by: Self.microsecondsPerDay)
        date = CivilDate(days: Int(days))
        self.time = time
    }

    /// Nil where it does not fit in 64 bits.
    package var microseconds: Int64? {
        let (midnight, overflow) = Int64(date.days).multipliedReportingOverflow(by: Self.microsecondsPerDay)
        let (sum, overflowed) = midnight.addingReportingOverflow(time)
        // The first day PostgreSQL holds lies partly below the range of the product, never the sum.
        return overflow || overflowed ? nil : sum
    }

    package var hour: Int { Int(time / 3_600_000_000) }
    package var minute: Int { Int(time / 60_000_000 % 60) }
    /// Microseconds of the running minute.
    package var seconds: Int64 { time % 60_000_000 }
}

extension Int64 {
    @inline(__always)
    func floorDivided(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
