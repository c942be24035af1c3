import Synchronization

/// The `Date` field's value (RFC 9110 section 5.6.7), worked out once a second.
final class HeaderDate: Sendable {
    private let last = Mutex<(second: Int64, text: String)>((-1, ""))

    func text(_ seconds: Int64) -> String {
        last.withLock { last in
            if last.second != seconds { last = (seconds, Self.format(seconds)) }
            return last.text
        }
    }

    static func format(_ seconds: Int64) -> String {
        let date = CalendarDate(seconds: seconds)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(days[date.weekday]), \(two(date.day)) \(months[date.month - 1]) \(date.year) "
            + "\(two(date.second / 3_600)):\(two(date.second / 60 % 60)):\(two(date.second % 60)) GMT"
    }
}
