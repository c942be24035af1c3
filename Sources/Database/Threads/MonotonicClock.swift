#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Nanoseconds that only go forward: what deadlines are told in. `never` is no deadline.
package enum MonotonicClock {
    package static let never = Int64.max

    package static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }

    package static func sleep(milliseconds: Int64) {
        var time = timespec()
        time.tv_sec = Int(milliseconds / 1000)
        time.tv_nsec = Int(milliseconds % 1000) * 1_000_000
        nanosleep(&time, nil)
    }

    package static func deadline(after limit: Duration?) -> Int64 {
        guard let limit else { return never }
        let (sum, overflow) = now.addingReportingOverflow(nanoseconds(of: limit))
        return overflow ? never : sum
    }

    /// `never` for more than fits.
    package static func nanoseconds(of duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, beyond) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        return overflow || beyond ? never : sum
    }
}
