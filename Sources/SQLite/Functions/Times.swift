import CSQLite
import OffstageJSON
import OffstageSchema

/// Dates, times and intervals: days and microseconds as integers, intervals as text. Source: PostgreSQL 15, chapter 9.9.
extension EngineFunction {
    static let times: [EngineFunction] = [
        EngineFunction("pg_date_to_timestamp", 1, pure) { strict($0, $1, $2) { $0.give(try DateTime.timestamp(ofDate: $0.integer(0))) } },
        EngineFunction("pg_timestamp_to_date", 1, pure) { strict($0, $1, $2) { $0.give(DateTime.date(ofTimestamp: $0.integer(0))) } },
        EngineFunction("pg_timestamp_to_time", 1, pure) {
            strict($0, $1, $2) { call in
                if isInfinite(call.integer(0)) { call.giveNull() } else { call.give(DateTime.time(ofTimestamp: call.integer(0))) }
            }
        },
        EngineFunction("pg_time_to_interval", 1, pure) { strict($0, $1, $2) { $0.give(Interval(microseconds: $0.integer(0))) } },
        EngineFunction("pg_interval_to_time", 1, pure) {
            strict($0, $1, $2) { call in
                call.give(DateTime.adding(try call.interval(0), toTime: 0))
            }
        },
        EngineFunction("pg_date_add", 2, pure) {
            strict($0, $1, $2) { $0.give(try DateTime.adding(days: $0.integer(1), toDate: $0.integer(0))) }
        },
        EngineFunction("pg_date_sub", 2, pure) {
            strict($0, $1, $2) { $0.give(try DateTime.adding(days: 0 &- $0.integer(1), toDate: $0.integer(0))) }
        },
        EngineFunction("pg_date_diff", 2, pure) {
            strict($0, $1, $2) { call in
                guard
                    [call.integer(0), call.integer(1)].allSatisfy({
                        $0 != DateTimeText.dateInfinity.plus && $0 != DateTimeText.dateInfinity.minus
                    })
                else { throw SQLError("22008", "cannot subtract infinite dates") }
                call.give(call.integer(0) &- call.integer(1))
            }
        },
        EngineFunction("pg_date_time", 2, pure) {
            strict($0, $1, $2) { call in
                let midnight = try DateTime.timestamp(ofDate: call.integer(0))
                if isInfinite(midnight) { return call.give(midnight) }
                let (sum, overflow) = midnight.addingReportingOverflow(call.integer(1))
                guard !overflow else { throw SQLError("22008", "timestamp out of range") }
                call.give(sum)
            }
        },
        // pg_ts_add(timestamp, interval) and, by the zone's clocks, pg_tz_add(timestamptz, interval)
        EngineFunction("pg_ts_add", 2, pure) {
            strict($0, $1, $2) { $0.give(try DateTime.adding($0.interval(1), toTimestamp: $0.integer(0))) }
        },
        EngineFunction("pg_ts_sub", 2, pure) {
            strict($0, $1, $2) { $0.give(try DateTime.adding($0.interval(1).negated(), toTimestamp: $0.integer(0))) }
        },
        EngineFunction("pg_tz_add", 2, pure) {
            strict($0, $1, $2) { $0.give(try DateTime.adding($0.interval(1), toTimestamptz: $0.integer(0), in: $0.values.timeZone)) }
        },
        EngineFunction("pg_tz_sub", 2, pure) {
            strict($0, $1, $2) {
                $0.give(try DateTime.adding($0.interval(1).negated(), toTimestamptz: $0.integer(0), in: $0.values.timeZone))
            }
        },
        EngineFunction("pg_ts_diff", 2, pure) { strict($0, $1, $2) { $0.give(try DateTime.difference($0.integer(0), $0.integer(1))) } },
        EngineFunction("pg_time_add", 2, pure) {
            strict($0, $1, $2) { $0.give(DateTime.adding(try $0.interval(1), toTime: $0.integer(0))) }
        },
        EngineFunction("pg_time_sub", 2, pure) {
            strict($0, $1, $2) { $0.give(DateTime.adding(try $0.interval(1).negated(), toTime: $0.integer(0))) }
        },
        EngineFunction("pg_time_diff", 2, pure) { strict($0, $1, $2) { $0.give(Interval(microseconds: $0.integer(0) &- $0.integer(1))) } },
        EngineFunction("pg_interval_add", 2, pure) { strict($0, $1, $2) { $0.give(try $0.interval(0) + $0.interval(1)) } },
        EngineFunction("pg_interval_sub", 2, pure) { strict($0, $1, $2) { $0.give(try $0.interval(0) - $0.interval(1)) } },
        EngineFunction("pg_interval_neg", 1, pure) { strict($0, $1, $2) { $0.give(try $0.interval(0).negated()) } },
        EngineFunction("pg_interval_mul", 2, pure) { strict($0, $1, $2) { $0.give(try $0.interval(0).multiplied(by: $0.double(1))) } },
        EngineFunction("pg_interval_div", 2, pure) { strict($0, $1, $2) { $0.give(try $0.interval(0).divided(by: $0.double(1))) } },
        EngineFunction("pg_justify_hours", 1, pure) { strict($0, $1, $2) { $0.give(try $0.interval(0).justifiedHours) } },
        EngineFunction("pg_justify_days", 1, pure) { strict($0, $1, $2) { $0.give(try $0.interval(0).justifiedDays) } },
        EngineFunction("pg_age", 2, pure) { strict($0, $1, $2) { $0.give(try DateTime.age($0.integer(0), $0.integer(1))) } },
        // pg_extract(field, value, type)
        EngineFunction("pg_extract", 3, pure) {
            strict($0, $1, $2) { call in
                let type = try call.type(2).type
                if type == .timetz { return call.give(try call.zonedTime(1).field(call.text(0))) }
                if type == .interval { return call.give(try DateTime.extract(call.text(0), from: call.interval(1))) }
                guard let number = try DateTime.extract(call.text(0), from: type, call.integer(1), in: call.values.timeZone) else {
                    return call.giveNull()
                }
                call.give(number)
            }
        },
        // pg_trunc(field, value, type)
        EngineFunction("pg_date_trunc", 3, pure) {
            strict($0, $1, $2) { call in
                let type = try call.type(2).type
                if type != .interval, isInfinite(call.integer(1)) { return call.give(call.integer(1)) }
                switch type {
                case .interval: call.give(try DateTime.truncated(call.text(0), interval: call.interval(1)))
                case .timestamptz: call.give(try DateTime.truncated(call.text(0), timestamptz: call.integer(1), in: call.values.timeZone))
                default: call.give(try DateTime.truncated(call.text(0), timestamp: call.integer(1)))
                }
            }
        },
        EngineFunction("pg_date_trunc_zone", 3, pure) {
            strict($0, $1, $2) { call in
                let moment = call.integer(1)
                call.give(try isFinite(moment) ? DateTime.truncated(call.text(0), timestamptz: moment, in: zone(call, 2)) : moment)
            }
        },
        // pg_at_zone(zone, timestamptz) and pg_from_zone(zone, timestamp): `at time zone`
        EngineFunction("pg_at_zone", 2, pure) {
            strict($0, $1, $2) { call in
                let moment = call.integer(1)
                call.give(try isFinite(moment) ? DateTime.local(moment, in: zone(call, 0)) : moment)
            }
        },
        EngineFunction("pg_from_zone", 2, pure) {
            strict($0, $1, $2) { call in
                let local = call.integer(1)
                call.give(try isFinite(local) ? DateTime.moment(local: local, in: zone(call, 0)) : local)
            }
        },
        EngineFunction("pg_make_date", 3, pure) { strict($0, $1, $2) { $0.give(try madeDate($0, countsBack: true)) } },
        EngineFunction("pg_make_time", 3, pure) { strict($0, $1, $2) { call in call.give(try clock(call, from: 0)) } },
        EngineFunction("pg_make_timestamp", 6, pure) {
            strict($0, $1, $2) { call in
                let date = try madeDate(call)
                let time = try clock(call, from: 3)
                let (sum, overflow) = try DateTime.timestamp(ofDate: date).addingReportingOverflow(time)
                guard !overflow else { throw SQLError("22008", "timestamp out of range") }
                call.give(sum)
            }
        },
        EngineFunction("pg_make_interval", -1, pure) {
            strict($0, $1, $2) { call in
                var parts = [Int64](repeating: 0, count: 6)
                for index in 0..<min(call.count, 6) { parts[index] = Int64(call.small(index)) }
                let seconds = call.count > 6 ? (call.double(6) * 1_000_000).rounded(.toNearestOrEven) : 0
                guard seconds.isFinite else { throw SQLError("22008", "interval out of range") }
                let rest = Int64(exactly: seconds) ?? .min
                // PostgreSQL 15 lets months and days run over, and so must we.
                call.give(
                    Interval(
                        months: Int32(truncatingIfNeeded: parts[0] &* 12 &+ parts[1]),
                        days: Int32(truncatingIfNeeded: parts[2] &* 7 &+ parts[3]),
                        microseconds: (parts[4] &* 3600 &+ parts[5] &* 60) &* 1_000_000 &+ rest))
            }
        },
        EngineFunction("pg_to_timestamp", 1, pure) {
            strict($0, $1, $2) { call in
                let seconds = call.double(0)
                if seconds.isInfinite { return call.give(seconds < 0 ? Int64.min : .max) }
                let outOfRange = SQLError("22008", "timestamp out of range: \"\(seconds)\"")
                guard let moment = Int64(exactly: ((seconds - 946_684_800) * 1_000_000).rounded(.toNearestOrEven)) else { throw outOfRange }
                call.give(try DateTime.adding(Interval(), toTimestamp: moment))
            }
        },
        EngineFunction("pg_is_finite", 2, pure) {
            strict($0, $1, $2) { call in
                let value = call.integer(0)
                call.give(
                    try call.type(1).type == .date
                        ? value != DateTimeText.dateInfinity.plus && value != DateTimeText.dateInfinity.minus : !isInfinite(value))
            }
        },
        EngineFunction("pg_to_number", 2, pure) {
            strict($0, $1, $2) { call in
                guard !call.bytes(1).isEmpty else { return call.giveNull() }
                call.give(try NumberPattern(call.text(1)).number(in: call.text(0)))
            }
        },
        EngineFunction("pg_to_timestamp_by", 2, pure) {
            strict($0, $1, $2) { call in
                let reading = try TimePattern(call.text(1)).reading(call.text(0))
                let local = try DateTime.timestamp(ofDate: Int64(reading.date.days)) + reading.time
                var moment =
                    try reading.offset.map { local - Int64($0) * 1_000_000 } ?? DateTime.moment(local: local, in: call.values.timeZone)
                if let digits = reading.precision, digits < 6 {
                    let unit = [1_000_000, 100_000, 10_000, 1000, 100, 10][digits]
                    // Half away from zero, counted from 2000.
                    let (half, step) = (Int64(unit / 2), Int64(unit))
                    moment = (moment < 0 ? moment - half : moment + half) / step * step
                }
                call.give(try DateTime.adding(Interval(), toTimestamp: moment))
            }
        },
        EngineFunction("pg_to_date_by", 2, pure) {
            strict($0, $1, $2) { call in
                let days = try TimePattern(call.text(1)).reading(call.text(0)).date.days
                do throws(SQLError) {
                    call.give(try DateTime.adding(days: 0, toDate: Int64(days)))
                } catch {
                    throw SQLError("22008", "date out of range: \"\(call.text(0))\"")
                }
            }
        },
        // pg_to_char(value, pattern, type)
        EngineFunction("pg_to_char", 3, pure) {
            strict($0, $1, $2) { call in
                let type = try call.type(2).type
                // An empty pattern gives an empty text for a number, and null for a time.
                if call.bytes(1).isEmpty { return type.isNumber ? call.give("") : call.giveNull() }
                switch type {
                case .timestamp, .timestamptz:
                    guard !isInfinite(call.integer(0)), !call.bytes(1).isEmpty else { return call.giveNull() }
                    let zone = type == .timestamptz ? call.values.timeZone : .utc
                    call.give(TimePattern(call.text(1)).text(of: call.integer(0), in: zone, isZoned: type == .timestamptz))
                case .interval:
                    guard !call.bytes(1).isEmpty else { return call.giveNull() }
                    call.give(try TimePattern(call.text(1)).text(of: call.interval(0)))
                case .real: call.give(try NumberPattern(call.text(1)).text(of: call.double(0), significantDigits: 6))
                case .double: call.give(try NumberPattern(call.text(1)).text(of: call.double(0), significantDigits: 15))
                case .integer, .bigint: call.give(try NumberPattern(call.text(1)).text(ofInteger: call.integer(0), type))
                default: call.give(try NumberPattern(call.text(1)).text(of: call.numeric(0)))
                }
            }
        },
    ]

    private static func isInfinite(_ timestamp: Int64) -> Bool { timestamp == .max || timestamp == .min }

    /// As C's `%02g`.
    private static func shortest(_ seconds: Double) throws(SQLError) -> String {
        guard seconds == 0 || (0.0001..<1_000_000).contains(seconds.magnitude) else {
            // A real shows six digits and an exponent, as `%g` does.
            let type = (1_000_000..<1e38).contains(seconds.magnitude) ? DataType.real : .double
            return type.text(of: .real(try Numeric(seconds, significantDigits: 6).double()))
        }
        var text = try Numeric(seconds, significantDigits: 6).text
        if text.contains(".") {
            while text.last == "0" { text.removeLast() }
            if text.last == "." { text.removeLast() }
        }
        return text.count < 2 ? "0" + text : text
    }

    private static func padded(_ value: Int) -> String { value < 10 && value >= 0 ? "0\(value)" : "\(value)" }

    /// Days since 2000. `countsBack`: an error tells of a year before Christ as it is counted inside.
    private static func madeDate(_ call: FunctionCall, countsBack: Bool = false) throws(SQLError) -> Int64 {
        let (year, month, day) = (call.small(0), call.small(1), call.small(2))
        let shown = "\(countsBack && year < 0 && year != Int(Int32.min) ? year + 1 : year)-\(padded(month))-\(padded(day))"
        guard year != 0, year != Int(Int32.min), (1...12).contains(month), (1...31).contains(day) else {
            throw SQLError("22008", "date field value out of range: \(shown)")
        }
        let date = CivilDate(year: year < 0 ? year + 1 : year, month: month, day: day)
        guard day <= CivilDate.days(in: month, of: date.year) else { throw SQLError("22008", "date field value out of range: \(shown)") }
        guard year.magnitude < 6_000_000 else { throw SQLError("22008", "date out of range: \(shown)") }
        do throws(SQLError) {
            return try DateTime.adding(days: 0, toDate: Int64(date.days))
        } catch {
            throw SQLError("22008", "date out of range: \(shown)")
        }
    }

    private static func clock(_ call: FunctionCall, from index: Int) throws(SQLError) -> Int64 {
        let (hour, minute, second) = (call.small(index), call.small(index + 1), call.double(index + 2))
        let outOfRange = SQLError(
            "22008", "time field value out of range: \(hour):\(padded(minute)):\((try? shortest(second)) ?? "")")
        let rest = (second * 1_000_000).rounded(.toNearestOrEven)
        guard (0...24).contains(hour), (0...59).contains(minute), rest >= 0, rest <= 60_000_000 else { throw outOfRange }
        let time = Int64(hour * 3600 + minute * 60) * 1_000_000 + Int64(rest)
        guard time <= CivilTime.microsecondsPerDay else { throw outOfRange }
        return time
    }

    private static func zone(_ call: FunctionCall, _ index: Int) throws(SQLError) -> TimeZoneRules {
        try call.remembered(index) { (name) throws(SQLError) in
            guard let zone = TimeZoneRules.spoken(name) else { throw SQLError("22023", "time zone \"\(name)\" not recognized") }
            return zone
        }
    }

    /// PostgreSQL looks at nothing else where the time is infinite, a zone's name included.
    private static func isFinite(_ time: Int64) -> Bool { time != .max && time != .min }
}
