import CSQLite
import OffstageSchema

/// What depends on the session's time zone, times with a zone of their own, and `overlaps`. Source: PostgreSQL 15, chapters 8.5 and 9.9.
extension EngineFunction {
    static let zones: [EngineFunction] = [
        // pg_local(timestamptz) and pg_moment(timestamp): by the clocks of the session's zone.
        EngineFunction("pg_local", 1, pure) { strict($0, $1, $2) { $0.give(try DateTime.local($0.integer(0), in: $0.values.timeZone)) } },
        EngineFunction("pg_moment", 1, pure) {
            strict($0, $1, $2) { $0.give(try DateTime.moment(local: $0.integer(0), in: $0.values.timeZone)) }
        },
        // pg_at_offset(interval, timestamptz) and pg_from_offset(interval, timestamp): `at time zone` with a span.
        EngineFunction("pg_at_offset", 2, pure) {
            strict($0, $1, $2) { call in
                // Without end whatever the span is.
                let moment = call.integer(1)
                call.give(moment == .max || moment == .min ? moment : try DateTime.local(moment, in: offset(call, 0)))
            }
        },
        EngineFunction("pg_from_offset", 2, pure) {
            strict($0, $1, $2) { call in
                let time = call.integer(1)
                call.give(time == .max || time == .min ? time : try DateTime.moment(local: time, in: offset(call, 0)))
            }
        },
        EngineFunction("pg_timetz", 1, pure) {
            strict($0, $1, $2) { call in
                let zone = call.values.timeZone
                let moment = call.integer(0)
                guard moment != .max, moment != .min else { return call.giveNull() }
                let local = try DateTime.local(moment, in: zone)
                call.give(
                    ZonedTime(time: DateTime.time(ofTimestamp: local), offset: Int((local &- moment) / 1_000_000)).text)
            }
        },
        EngineFunction("pg_time_to_timetz", 1, pure) {
            strict($0, $1, $2) { call in
                let (zone, now) = (call.values.timeZone, call.values.now)
                call.give(ZonedTime(time: call.integer(0), offset: zone.offset(at: now / 1_000_000)).text)
            }
        },
        EngineFunction("pg_timetz_to_time", 1, pure) { strict($0, $1, $2) { $0.give(try $0.zonedTime(0).time) } },
        EngineFunction("pg_date_timetz", 2, pure) {
            strict($0, $1, $2) { call in
                let time = try call.zonedTime(1)
                let midnight = try DateTime.timestamp(ofDate: call.integer(0))
                guard midnight != .max, midnight != .min else { return call.give(midnight) }
                call.give(midnight &+ time.time &- Int64(time.offset) &* 1_000_000)
            }
        },
        EngineFunction("pg_timetz_add", 2, pure) {
            strict($0, $1, $2) { call in
                var time = try call.zonedTime(0)
                time.time = DateTime.adding(try call.interval(1), toTime: time.time)
                call.give(time.text)
            }
        },
        EngineFunction("pg_timetz_sub", 2, pure) {
            strict($0, $1, $2) { call in
                var time = try call.zonedTime(0)
                time.time = DateTime.adding(try call.interval(1).negated(), toTime: time.time)
                call.give(time.text)
            }
        },
        // pg_timetz_at(zone, timetz)
        EngineFunction("pg_timetz_at", 2, pure) {
            strict($0, $1, $2) { call in
                let name = call.text(0)
                guard let zone = TimeZoneRules.spoken(name) else { throw SQLError("22023", "time zone \"\(name)\" not recognized") }
                give(try call.zonedTime(1), zone, call)
            }
        },
        EngineFunction("pg_timetz_at_offset", 2, pure) { strict($0, $1, $2) { give(try $0.zonedTime(1), try offset($0, 0), $0) } },
        EngineFunction("pg_overlaps", 5, pure) { run($0, $1, $2) { overlaps($0) } },
    ]

    /// The same moment by another zone's clocks.
    private static func give(_ time: ZonedTime, _ zone: TimeZoneRules, _ call: FunctionCall) {
        let east = zone.offset(at: call.values.now / 1_000_000)
        let day: Int64 = 86_400_000_000
        let shifted = (time.time &+ Int64(east - time.offset) &* 1_000_000) % day
        call.give(ZonedTime(time: shifted < 0 ? shifted + day : shifted, offset: east).text)
    }

    /// `(a, b) overlaps (c, d)`: the ends of a pair may stand the wrong way round, and one of them may be null.
    private static func overlaps(_ call: FunctionCall) {
        func pair(_ index: Int) -> (start: Int64, end: Int64?)? {
            switch (call.isNull(index), call.isNull(index + 1)) {
            case (true, true): nil
            case (true, false): (call.integer(index + 1), nil)
            case (false, true): (call.integer(index), nil)
            case (false, false):
                (min(call.integer(index), call.integer(index + 1)), max(call.integer(index), call.integer(index + 1)))
            }
        }
        guard let first = pair(0), let second = pair(2) else { return call.giveNull() }
        if first.start == second.start {
            guard first.end != nil, second.end != nil else { return call.giveNull() }
            return call.give(true)
        }
        let (early, late) = first.start < second.start ? (first, second) : (second, first)
        guard let end = early.end else { return call.giveNull() }
        if late.start < end { return call.give(true) }
        if late.end == nil { return call.giveNull() }
        call.give(false)
    }

    private static func offset(_ call: FunctionCall, _ index: Int) throws(SQLError) -> TimeZoneRules {
        let text = call.text(index)
        guard let interval = try? Interval(text) else { throw SQLError("22023", "time zone \"\(text)\" not recognized") }
        guard interval.months == 0, interval.days == 0 else {
            throw SQLError("22023", "interval time zone \"\(text)\" must not include months or days")
        }
        return .fixed(secondsEast: Int(interval.microseconds / 1_000_000), name: text)
    }
}

extension FunctionCall {
    func zonedTime(_ index: Int) throws(SQLError) -> ZonedTime {
        guard let time = ZonedTime(stored: text(index)) else { throw SQLError("XX000", "not a stored time: \(text(index))") }
        return time
    }
}
