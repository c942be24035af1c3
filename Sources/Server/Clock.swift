#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The two clocks of a request.
package enum Clock {
    /// Seconds and nanoseconds since 1970, UTC.
    static func now() -> (seconds: Int64, nanoseconds: Int64) {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return (Int64(time.tv_sec), Int64(time.tv_nsec))
    }

    package static func microsecondsSince2000() -> Int64 {
        let (seconds, nanoseconds) = now()
        return (seconds &- 946_684_800) &* 1_000_000 &+ nanoseconds / 1_000
    }

    /// Nanoseconds that only go up, for durations.
    static func ticks() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }
}
