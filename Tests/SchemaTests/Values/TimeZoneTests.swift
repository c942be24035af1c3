import OffstageSchema
import Testing

@Suite struct TimeZoneTests {
    private func moment(_ literal: String, in zone: String) throws -> String {
        let rules = try #require(TimeZoneRules.named(zone))
        let value = try ColumnType(.timestamptz).parse(literal, in: ValueContext(timeZone: rules))
        return value.withCell { DataType.timestamptz.text(of: $0) }
    }

    @Test(arguments: [
        ("2024-01-15 12:00", "America/New_York", "2024-01-15 17:00:00+00"),
        ("2024-07-15 12:00", "america/new_york", "2024-07-15 16:00:00+00"),
        // Skipped by the clocks, and shown twice.
        ("2024-03-10 02:30", "America/New_York", "2024-03-10 07:30:00+00"),
        ("2024-11-03 01:30", "America/New_York", "2024-11-03 06:30:00+00"),
        // Long before and long after the listed changes.
        ("1800-01-01", "Europe/Berlin", "1799-12-31 23:06:32+00"), ("2500-07-01", "Europe/Berlin", "2500-06-30 22:00:00+00"),
        ("2024-01-01", "Asia/Kolkata", "2023-12-31 18:30:00+00"), ("2024-01-01", "UTC+3", "2024-01-01 03:00:00+00"),
    ])
    func `a session's zone decides what a time means`(literal: String, zone: String, utc: String) throws {
        #expect(try moment(literal, in: zone) == utc)
    }

    @Test(arguments: [
        "../etc/passwd", "/etc/passwd", "America/../UTC", "", "Foo/Bar", "zone.tab", "America", String(repeating: "a", count: 1000),
    ])
    func `what is no zone opens no file`(name: String) {
        #expect(TimeZoneRules.named(name) == nil)
    }

    @Test func `now and its relatives come from the context`() throws {
        // 2024-02-29 23:30 in New York is the first of March in UTC.
        let now: Int64 = 8826 * 86_400_000_000 + 4 * 3_600_000_000 + 1_800_000_000
        let newYork = ValueContext(timeZone: try #require(TimeZoneRules.named("America/New_York")), now: now)
        func text(_ literal: String, _ type: DataType, _ context: ValueContext) throws -> String {
            try ColumnType(type).parse(literal, in: context).withCell { type.text(of: $0) }
        }
        #expect(try text("now", .timestamptz, newYork) == "2024-03-01 04:30:00+00")
        #expect(try text("now", .timestamp, newYork) == "2024-02-29 23:30:00")
        #expect(try text("today", .date, newYork) == "2024-02-29")
        #expect(try text("tomorrow", .date, newYork) == "2024-03-01")
        #expect(try text("yesterday 10:00", .timestamp, newYork) == "2024-02-28 10:00:00")
        #expect(try text("today", .date, ValueContext(now: now)) == "2024-03-01")
    }
}
