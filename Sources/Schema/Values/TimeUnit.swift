/// A field of a date or time, as `extract`, `date_part` and `date_trunc` name it.
///
/// Source: PostgreSQL 15, chapter 9.9.1.
package enum TimeUnit: Hashable, Sendable {
    case microsecond, millisecond, second, minute, hour, day, week, month, quarter, year, decade, century, millennium
    case julian, isoYear, weekday, isoWeekday, dayOfYear, epoch, zone, zoneHour, zoneMinute

    /// Throws 22023 for a name PostgreSQL does not know; `type` goes into the message.
    package init(_ name: String, for type: DataType) throws(SQLError) {
        guard let unit = Self.names[name.lowercased()] else {
            throw SQLError("22023", "unit \"\(name.lowercased())\" not recognized for type \(type.name)")
        }
        self = unit
    }

    /// The unit of a `date_trunc`, which does not know what only `extract` does.
    static func step(_ name: String, for type: DataType) throws(SQLError) -> TimeUnit {
        let unit = try TimeUnit(name, for: type)
        switch unit {
        case .weekday, .isoWeekday, .dayOfYear, .epoch, .isoYear, .julian:
            throw SQLError("22023", "unit \"\(name.lowercased())\" not recognized for type \(type.name)")
        default: return unit
        }
    }

    /// 0A000: the type has no such field.
    static func unsupported(_ name: String, for type: DataType) -> SQLError {
        SQLError("0A000", "unit \"\(name.lowercased())\" not supported for type \(type.name)")
    }

    private static let names: [String: TimeUnit] = {
        let names: [(TimeUnit, String)] = [
            (.microsecond, "us usec usecs usecond useconds microsecond microseconds"),
            (.millisecond, "ms msec msecs msecond mseconds millisecond milliseconds"), (.second, "s sec secs second seconds"),
            (.minute, "m min mins minute minutes"), (.hour, "h hr hrs hour hours"), (.day, "d day days"), (.week, "w week weeks"),
            (.month, "mon mons month months"), (.quarter, "qtr quarter"), (.year, "y yr yrs year years"),
            (.decade, "dec decs decade decades"),
            (.century, "c cent century centuries"), (.millennium, "mil mils millennia millennium"), (.julian, "j jd julian"),
            (.isoYear, "isoyear"), (.weekday, "dow"), (.isoWeekday, "isodow"), (.dayOfYear, "doy"), (.epoch, "epoch"), (.zone, "timezone"),
            (.zoneHour, "timezone_h timezone_hour"), (.zoneMinute, "timezone_m timezone_minute"),
        ]
        var table: [String: TimeUnit] = [:]
        for (unit, words) in names {
            for word in words.split(separator: " ") { table[String(word)] = unit }
        }
        return table
    }()
}
