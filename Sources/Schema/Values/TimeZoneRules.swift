/// When a zone's clocks stand how far from UTC, from the system's time zone files.
///
/// ```swift
/// let berlin = TimeZoneRules.named("Europe/Berlin")
/// berlin?.offset(at: 0)        // 3600: the seconds east of UTC at the beginning of 2000
/// ```
///
/// Times are seconds since 2000-01-01 00:00. Source: RFC 8536; PostgreSQL 15, chapter 8.5.3 and appendix B.
package struct TimeZoneRules: Hashable, Sendable {
    package let name: String
    /// Moments at which the offset changes, and what it is from then on; ascending.
    let changes: [Change]
    let first: Int
    /// What happens every year after the last change.
    let yearly: YearlyRule?

    struct Change: Hashable, Sendable {
        var moment: Int64
        var offset: Int
    }

    init(name: String, first: Int, changes: [Change] = [], yearly: YearlyRule? = nil) {
        self.name = name
        self.first = first
        self.changes = changes
        self.yearly = yearly
    }

    package static let utc = TimeZoneRules(name: "UTC", first: 0)

    package static func fixed(secondsEast: Int, name: String) -> TimeZoneRules { TimeZoneRules(name: name, first: secondsEast) }

    package var isUTC: Bool { first == 0 && changes.isEmpty && yearly == nil }

    /// Seconds east of UTC at a moment of UTC.
    package func offset(at moment: Int64) -> Int {
        if isUTC { return 0 }
        if let yearly, moment >= changes.last?.moment ?? .min { return yearly.offset(at: moment) }
        let index = changes.firstIndex(after: moment)
        return index == 0 ? first : changes[index - 1].offset
    }

    /// Seconds east of UTC when the zone's own clocks show `local`.
    ///
    /// A time that clocks skip is read with the offset before the change, one they show twice with the offset after it, as PostgreSQL does.
    package func offset(atLocal local: Int64) -> Int {
        if isUTC { return 0 }
        let start = local - 86_400
        let before = offset(at: start)
        guard let change = change(after: start) else { return before }
        let early = local - Int64(before)
        let late = local - Int64(change.offset)
        if early < change.moment, late < change.moment { return before }
        if early > change.moment, late >= change.moment { return change.offset }
        return early > late ? before : change.offset
    }

    private func change(after moment: Int64) -> Change? {
        let index = changes.firstIndex(after: moment)
        return index < changes.count ? changes[index] : yearly?.change(after: moment)
    }
}

extension [TimeZoneRules.Change] {
    fileprivate func firstIndex(after moment: Int64) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle].moment <= moment { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// Daylight saving by rule: `CET-1CEST,M3.5.0,M10.5.0/3`, the last line of a time zone file.
struct YearlyRule: Hashable, Sendable {
    enum Day: Hashable, Sendable {
        /// Week 5 is the last one.
        case weekday(Int, week: Int, month: Int)
        /// 1 to 365, never counting February 29.
        case ordinal(Int)
        /// 0 to 365.
        case dayOfYear(Int)
    }

    var standard: Int
    var summer: Int
    var start: (day: Day, time: Int)
    var end: (day: Day, time: Int)

    func offset(at moment: Int64) -> Int {
        changes(around: moment).last { $0.moment <= moment }?.offset ?? standard
    }

    func change(after moment: Int64) -> TimeZoneRules.Change? {
        changes(around: moment).first { $0.moment > moment }
    }

    private func changes(around moment: Int64) -> [TimeZoneRules.Change] {
        let year = CivilDate(days: Int(moment.floorDivided(by: 86_400).quotient)).year
        return ((year - 1)...(year + 1)).flatMap { year in
            [
                TimeZoneRules.Change(moment: Self.moment(start, in: year) - Int64(standard), offset: summer),
                TimeZoneRules.Change(moment: Self.moment(end, in: year) - Int64(summer), offset: standard),
            ]
        }.sorted { $0.moment < $1.moment }
    }

    private static func moment(_ rule: (day: Day, time: Int), in year: Int) -> Int64 {
        let days: Int
        switch rule.day {
        case .weekday(let weekday, let week, let month):
            let first = CivilDate(year: year, month: month, day: 1)
            let offset = (weekday - first.weekday + 7) % 7 + (week - 1) * 7
            days = first.days + (offset < CivilDate.days(in: month, of: year) ? offset : offset - 7)
        case .ordinal(let day):
            days = CivilDate(year: year, month: 1, day: 1).days + day - 1 + (CivilDate.isLeap(year) && day >= 60 ? 1 : 0)
        case .dayOfYear(let day):
            days = CivilDate(year: year, month: 1, day: 1).days + day
        }
        return Int64(days) * 86_400 + Int64(rule.time)
    }

    static func == (a: YearlyRule, b: YearlyRule) -> Bool {
        a.standard == b.standard && a.summer == b.summer && a.start == b.start && a.end == b.end
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(standard)
        hasher.combine(summer)
        hasher.combine(start.day)
        hasher.combine(end.day)
    }
}
