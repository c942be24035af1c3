import Synchronization

/// Counts of what was answered and how long it took.
package final class ServerMetrics: Sendable {
    package struct Counts: Sendable {
        /// By the first digit of the status; index 0 holds what is none of 1 to 5.
        package var byClass = [UInt64](repeating: 0, count: 6)
        /// How many answers took less than 2^(i+1) microseconds and no less than 2^i; the last holds everything longer.
        package var latency = [UInt64](repeating: 0, count: 32)
        package var bytes: UInt64 = 0
        /// Answered where they arrived, without a thread hop.
        package var inline: UInt64 = 0

        package var requests: UInt64 { byClass.reduce(0, +) }

        /// The upper bound, in microseconds, of the bucket that holds this share of the answers.
        package func latency(atShare share: Double) -> UInt64 {
            let total = latency.reduce(0, +)
            var left = Double(total) * share
            for (index, count) in latency.enumerated() {
                left -= Double(count)
                if left <= 0, count > 0 { return 2 << UInt64(index) }
            }
            return 0
        }
    }

    private let state = Mutex(Counts())

    package init() {}

    package var counts: Counts { state.withLock { $0 } }

    func answered(status: Int, bytes: Int, microseconds: UInt64, isInline: Bool) {
        let kind = (100..<600).contains(status) ? status / 100 : 0
        let bucket = min(63 - (microseconds | 1).leadingZeroBitCount, 31)
        state.withLock { counts in
            counts.byClass[kind] &+= 1
            counts.latency[bucket] &+= 1
            counts.bytes &+= UInt64(bytes)
            if isInline { counts.inline &+= 1 }
        }
    }
}
