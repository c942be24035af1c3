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
        let (seconds, attoseconds) = limit.components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return never }
        let (sum, beyond) = now.addingReportingOverflow(whole)
        return beyond ? never : sum &+ attoseconds / 1_000_000_000
    }
}
