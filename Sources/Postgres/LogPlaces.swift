/// Where the primary's log has been, and when: what tells how far a replica is behind without asking any machine for the time.
///
/// ```swift
/// var places = LogPlaces()
/// places.note(100, at: 0)
/// places.note(200, at: second)
/// places.lag(of: 150, at: 3 * second)    // two seconds: then the primary had what the replica has not
/// ```
struct LogPlaces {
    /// At one a second, more than any limit that makes sense.
    private static let most = 4096

    /// The oldest first, each further than the one before it.
    private var seen: [(place: UInt64, time: Int64)] = []

    /// The primary's log has come to this byte. One that is further back is of a database put back to an earlier state: what was noted
    /// before it says nothing.
    mutating func note(_ place: UInt64, at now: Int64) {
        if let last = seen.last {
            guard place != last.place else { return }
            if place < last.place { seen = [] }
        }
        if seen.count >= Self.most { seen.removeFirst(Self.most / 2) }
        seen.append((place, now))
    }

    /// How long ago the primary had what a replica that has come to this byte has not, in nanoseconds, at least; nil where the primary was
    /// never heard of.
    func lag(of place: UInt64, at now: Int64) -> Int64? {
        guard !seen.isEmpty else { return nil }
        guard let missing = seen.first(where: { $0.place > place }) else { return 0 }
        return max(now &- missing.time, 0)
    }
}
