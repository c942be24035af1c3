import CSQLite
import OffstageSchema

/// Less common functions of dates and times. Source: PostgreSQL 15, chapter 9.9.
extension EngineFunction {
    static let timeFunctions: [EngineFunction] = [
        // pg_date_bin(stride, timestamp, origin)
        EngineFunction("pg_date_bin", 3, pure) {
            strict($0, $1, $2) { call in
                let (moment, origin) = (call.integer(1), call.integer(2))
                if moment == .max || moment == .min { return call.give(moment) }
                guard origin != .max, origin != .min else { throw SQLError("22008", "origin out of range") }
                let stride = try call.interval(0)
                guard stride.months == 0 else {
                    throw SQLError("0A000", "timestamps cannot be binned into intervals containing months or years")
                }
                let (days, tooManyDays) = Int64(stride.days).multipliedReportingOverflow(by: CivilTime.microsecondsPerDay)
                let (step, tooLong) = days.addingReportingOverflow(stride.microseconds)
                guard !tooManyDays, !tooLong else { throw SQLError("22008", "interval out of range") }
                guard step > 0 else { throw SQLError("22008", "stride must be greater than zero") }
                let (distance, tooFar) = moment.subtractingReportingOverflow(origin)
                guard !tooFar else { throw SQLError("22008", "interval out of range") }
                let rest = distance % step
                let (start, isBefore) = (origin + (distance - rest)).subtractingReportingOverflow(rest < 0 ? step : 0)
                guard !isBefore else { throw SQLError("22008", "timestamp out of range") }
                call.give(try DateTime.adding(Interval(), toTimestamp: start))
            }
        },
        // pg_date_plus(date, interval), pg_date_minus(date, interval): a timestamp
        EngineFunction("pg_date_plus", 2, pure) {
            strict($0, $1, $2) {
                $0.give(try DateTime.adding($0.interval(1), toTimestamp: DateTime.timestamp(ofDate: $0.integer(0))))
            }
        },
        EngineFunction("pg_date_minus", 2, pure) {
            strict($0, $1, $2) {
                $0.give(try DateTime.adding($0.interval(1).negated(), toTimestamp: DateTime.timestamp(ofDate: $0.integer(0))))
            }
        },
        EngineFunction("pg_justify_interval", 1, pure) { strict($0, $1, $2) { $0.give(try $0.interval(0).justified) } },
        EngineFunction("pg_time_of_day", 0) {
            run($0, $1, $2) { call in
                let now = currentMicroseconds()
                call.give(TimePattern("Dy Mon DD HH24:MI:SS.US YYYY TZ").text(of: now, in: call.values.timeZone, isZoned: true))
            }
        },
    ]
}

extension Interval {
    /// `justify_interval`: months, days and time of one sign, days under 30 and time under a day.
    fileprivate var justified: Interval {
        get throws(SQLError) {
            let outOfRange = SQLError("22008", "interval out of range")
            var (months, days, time) = (Int64(months), Int64(days), microseconds)
            if (days > 0 && time > 0) || (days < 0 && time < 0) {
                months += days / 30
                days %= 30
            }
            days += time / CivilTime.microsecondsPerDay
            time %= CivilTime.microsecondsPerDay
            months += days / 30
            days %= 30
            if months > 0, days < 0 || (days == 0 && time < 0) {
                days += 30
                months -= 1
            } else if months < 0, days > 0 || (days == 0 && time > 0) {
                days -= 30
                months += 1
            }
            if days > 0, time < 0 {
                time += CivilTime.microsecondsPerDay
                days -= 1
            } else if days < 0, time > 0 {
                time -= CivilTime.microsecondsPerDay
                days += 1
            }
            guard let months = Int32(exactly: months), let days = Int32(exactly: days) else { throw outOfRange }
            return Interval(months: months, days: days, microseconds: time)
        }
    }
}
