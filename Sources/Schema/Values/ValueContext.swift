/// What the meaning of a literal depends on besides its type: the session's time zone and the clock.
package struct ValueContext: Sendable {
    package var timeZone: TimeZoneRules
    /// Microseconds since 2000-01-01 00:00 UTC: what `now`, `today` and `tomorrow` mean.
    package var now: Int64

    package init(timeZone: TimeZoneRules = .utc, now: Int64 = 0) {
        self.timeZone = timeZone
        self.now = now
    }
}
