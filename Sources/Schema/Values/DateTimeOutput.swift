package import OffstageJSON

/// Dates and times as PostgreSQL prints them in `DateStyle` ISO, and as its `to_json` does.
///
/// Source: PostgreSQL 15, chapter 8.5.2.
package enum DateTimeOutput {
    package static func date(_ days: Int64, into writer: inout JSONWriter) {
        if days == DateTimeText.dateInfinity.plus { return writer.raw("infinity") }
        if days == DateTimeText.dateInfinity.minus { return writer.raw("-infinity") }
        // Beyond this no day PostgreSQL knows is stored; kept in range so that the calendar cannot overflow.
        let civil = CivilDate(days: Int(clamping: max(min(days, 1 << 40), -(1 << 40))))
        date(civil, into: &writer)
        if civil.year <= 0 { writer.raw(" BC") }
    }

    package static func time(_ microseconds: Int64, into writer: inout JSONWriter) {
        writer.padded(Int(microseconds.magnitude / 3_600_000_000 % 100), width: 2)
        minutesAndSeconds(Int64(microseconds.magnitude % 3_600_000_000), into: &writer)
    }

    /// A timestamp; `json` puts a `T` between date and time.
    package static func timestamp(_ microseconds: Int64, json: Bool, into writer: inout JSONWriter) {
        if infinite(microseconds, into: &writer) { return }
        let civil = CivilTime(microseconds: microseconds)
        clock(civil, json: json, into: &writer)
        if civil.date.year <= 0 { writer.raw(" BC") }
    }

    /// A moment in the session's zone: `2024-01-02 03:04:05+00`, in JSON `2024-01-02T03:04:05+00:00`.
    package static func timestamptz(_ microseconds: Int64, in zone: TimeZoneRules, json: Bool, into writer: inout JSONWriter) {
        if infinite(microseconds, into: &writer) { return }
        let offset = zone.offset(at: microseconds.floorDivided(by: 1_000_000).quotient)
        let civil = CivilTime(microseconds: microseconds &+ Int64(offset) &* 1_000_000)
        clock(civil, json: json, into: &writer)
        writer.byte(offset < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
        let seconds = Int(offset.magnitude)
        writer.padded(seconds / 3600, width: 2)
        if json || seconds % 3600 != 0 {
            writer.byte(UInt8(ascii: ":"))
            writer.padded(seconds / 60 % 60, width: 2)
            if seconds % 60 != 0 {
                writer.byte(UInt8(ascii: ":"))
                writer.padded(seconds % 60, width: 2)
            }
        }
        if civil.date.year <= 0 { writer.raw(" BC") }
    }

    private static func infinite(_ microseconds: Int64, into writer: inout JSONWriter) -> Bool {
        guard microseconds == .max || microseconds == .min else { return false }
        if microseconds == .max { writer.raw("infinity") } else { writer.raw("-infinity") }
        return true
    }

    private static func clock(_ civil: CivilTime, json: Bool, into writer: inout JSONWriter) {
        date(civil.date, into: &writer)
        writer.byte(json ? UInt8(ascii: "T") : UInt8(ascii: " "))
        time(civil.time, into: &writer)
    }

    private static func date(_ civil: CivilDate, into writer: inout JSONWriter) {
        let year = civil.year > 0 ? civil.year : 1 - civil.year
        guard year <= 9999 else {
            writer.integer(Int64(year))
            writer.byte(UInt8(ascii: "-"))
            writer.padded(civil.month, width: 2)
            writer.byte(UInt8(ascii: "-"))
            return writer.padded(civil.day, width: 2)
        }
        writer.fill(upTo: 10) { target in
            pair(year / 100, target)
            pair(year % 100, target + 2)
            target[4] = UInt8(ascii: "-")
            pair(civil.month, target + 5)
            target[7] = UInt8(ascii: "-")
            pair(civil.day, target + 8)
            return 10
        }
    }

    /// `:04:05.678` of the microseconds of an hour; trailing zeros of the fraction are left out.
    static func minutesAndSeconds(_ microseconds: Int64, into writer: inout JSONWriter) {
        let seconds = Int(microseconds / 1_000_000)
        var fraction = Int(microseconds % 1_000_000)
        writer.fill(upTo: 13) { target in
            target[0] = UInt8(ascii: ":")
            pair(seconds / 60, target + 1)
            target[3] = UInt8(ascii: ":")
            pair(seconds % 60, target + 4)
            if fraction == 0 { return 6 }
            target[6] = UInt8(ascii: ".")
            var digits = 6
            while fraction % 10 == 0 {
                fraction /= 10
                digits -= 1
            }
            var at = 6 + digits
            while at > 6 {
                target[at] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: fraction % 10)
                fraction /= 10
                at -= 1
            }
            return 7 + digits
        }
    }

    @inline(__always)
    private static func pair(_ value: Int, _ target: UnsafeMutablePointer<UInt8>) {
        target[0] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: value / 10)
        target[1] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: value % 10)
    }
}
