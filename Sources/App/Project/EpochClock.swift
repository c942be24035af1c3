import OffstageServer

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The wall clock as PostgreSQL counts: microseconds since 2000-01-01 UTC.
package enum EpochClock {
    package static var now: Int64 { Clock.microsecondsSince2000() }
}

extension EpochClock {
    /// `2025-01-31 12:00:05`, UTC, of microseconds since 2000.
    static func shown(_ microseconds: Int64) -> String {
        let (seconds, remainder) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        return shown(unix: seconds &+ 946_684_800 &- (remainder < 0 ? 1 : 0))
    }

    static func shown(unix seconds: Int64) -> String {
        let text = stamp(unix: seconds)
        func part(_ from: Int, _ count: Int) -> Substring { text.dropFirst(from).prefix(count) }
        return "\(part(0, 4))-\(part(4, 2))-\(part(6, 2)) \(part(8, 2)):\(part(10, 2)):\(part(12, 2))"
    }

    /// `20250131120005`.
    static func stamp(unix seconds: Int64) -> String {
        var time = time_t(clamping: seconds)
        var fields = tm()
        gmtime_r(&time, &fields)
        func padded(_ number: Int32, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return padded(fields.tm_year &+ 1900, 4) + padded(fields.tm_mon &+ 1, 2) + padded(fields.tm_mday, 2) + padded(fields.tm_hour, 2)
            + padded(fields.tm_min, 2) + padded(fields.tm_sec, 2)
    }
}
