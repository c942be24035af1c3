/// The form most programs send, `2024-01-31`, `2024-01-31T10:20:30.5Z`, `2024-01-31 10:20:30+02:00`, read without cutting it into fields.
///
/// Anything else, and anything out of range, is nil: the full reader then answers, with the right error.
struct ISOTimestamp {
    var days: Int
    /// Microseconds since midnight; nil for a date alone.
    var time: Int64?
    /// Seconds east of UTC, where given.
    var offset: Int?

    init?(_ text: String) {
        let read = text.utf8.withContiguousStorageIfAvailable { ISOTimestamp($0) }
        guard let read, let found = read else { return nil }
        self = found
    }

    private init?(_ text: UnsafeBufferPointer<UInt8>) {
        guard text.count >= 10, text.count <= 35, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
            let century = Self.pair(text, 0), let decade = Self.pair(text, 2), let month = Self.pair(text, 5), let day = Self.pair(text, 8)
        else { return nil }
        let year = century * 100 + decade
        guard year > 0, month >= 1, month <= 12, day >= 1, day <= CivilDate.days(in: month, of: year) else { return nil }
        days = CivilDate(year: year, month: month, day: day).days
        guard text.count > 10 else { return }
        guard text.count >= 19, text[10] == UInt8(ascii: "T") || text[10] == UInt8(ascii: " "), text[13] == UInt8(ascii: ":"),
            text[16] == UInt8(ascii: ":"), let hour = Self.pair(text, 11), let minute = Self.pair(text, 14),
            let second = Self.pair(text, 17),
            hour < 24, minute < 60, second < 60
        else { return nil }
        var at = 19
        var fraction: Int64 = 0
        if at < text.count, text[at] == UInt8(ascii: ".") {
            at += 1
            var unit: Int64 = 100_000
            // More than six digits are rounded, which is left to the full reader.
            while at < text.count, text[at].isDigit {
                guard unit > 0 else { return nil }
                fraction += Int64(text[at] - UInt8(ascii: "0")) * unit
                unit /= 10
                at += 1
            }
        }
        time = Int64(hour * 3600 + minute * 60 + second) * 1_000_000 + fraction
        guard at < text.count else { return }
        if text[at] == UInt8(ascii: "Z"), at + 1 == text.count {
            offset = 0
            return
        }
        guard text[at] == UInt8(ascii: "+") || text[at] == UInt8(ascii: "-"), let hours = Self.pair(text, at + 1), hours <= 15 else {
            return nil
        }
        var seconds = hours * 3600
        if at + 3 < text.count {
            guard at + 6 == text.count, text[at + 3] == UInt8(ascii: ":"), let minutes = Self.pair(text, at + 4), minutes < 60 else {
                return nil
            }
            seconds += minutes * 60
        }
        offset = text[at] == UInt8(ascii: "-") ? -seconds : seconds
    }

    private static func pair(_ text: UnsafeBufferPointer<UInt8>, _ at: Int) -> Int? {
        guard at + 1 < text.count, text[at].isDigit, text[at + 1].isDigit else { return nil }
        return Int(text[at] - UInt8(ascii: "0")) * 10 + Int(text[at + 1] - UInt8(ascii: "0"))
    }

    /// Microseconds since 2000-01-01 of what is written, whatever its zone.
    var local: Int64 { Int64(days) * CivilTime.microsecondsPerDay + (time ?? 0) }
}
