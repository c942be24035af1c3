/// Which of a cluster's servers are let in: one that another has taken over from, and that does not know it yet, is not.
///
/// ```swift
/// var fence = TimelineFence()
/// fence.admits(2, at: now)    // true: the newest that is known
/// fence.admits(1, at: now)    // false: its rows are those of before the take-over
/// ```
struct TimelineFence {
    /// How long a server is refused that is behind the newest timeline, after the last sign of one that is not: then the database is taken
    /// to have been put back to an earlier state.
    static let memory: Int64 = 60_000_000_000

    private(set) var newest: UInt32 = 0
    /// When a server on the newest timeline was last heard of.
    private var heard: Int64 = 0

    /// A server was reached.
    ///
    /// - Parameter timeline: nil where it does not tell.
    mutating func admits(_ timeline: UInt32?, at now: Int64) -> Bool {
        if let timeline {
            guard timeline >= newest || now &- heard > Self.memory else { return false }
            newest = timeline
        }
        heard = now
        return true
    }

    /// A server that had been let in has answered.
    mutating func hear(_ timeline: UInt32?, at now: Int64) {
        if (timeline ?? .max) >= newest { heard = now }
    }
}
