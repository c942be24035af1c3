import OffstageJSON
import OffstageSchema
import Testing

@Suite struct DateTimeTests {
    private let zone: TimeZoneRules
    private let context: ValueContext

    init() throws {
        zone = try #require(TimeZoneRules.named("America/New_York"))
        context = ValueContext(timeZone: zone)
    }

    @Test func `fields, steps, sums and ages are PostgreSQL's`() throws {
        let rows = try Self.table.split(separator: "\n").map { try JSONValue(parsing: String($0)).array?.compactMap(\.string) ?? [] }
        #expect(rows.count > 200)
        for row in rows { #expect(answer(row[0], row[1], row[2]) == row[3], "\(row)") }
    }

    private func answer(_ operation: String, _ a: String, _ b: String) -> String {
        do throws(SQLError) {
            switch operation {
            case "xts": return try DateTime.extract(a, from: .timestamp, read(b, .timestamp))?.text ?? "\\N"
            case "xtz": return try DateTime.extract(a, from: .timestamptz, read(b, .timestamptz), in: zone)?.text ?? "\\N"
            case "xd": return try DateTime.extract(a, from: .date, read(b, .date))?.text ?? "\\N"
            case "xt": return try DateTime.extract(a, from: .time, read(b, .time))?.text ?? "\\N"
            case "xi": return try DateTime.extract(a, from: Interval(b)).text
            case "tts": return try shown(.timestamp, DateTime.truncated(a, timestamp: read(b, .timestamp)))
            case "ttz": return try shown(.timestamptz, DateTime.truncated(a, timestamptz: read(b, .timestamptz), in: zone))
            case "ti": return try DateTime.truncated(a, interval: Interval(b)).text
            case "+ts": return try shown(.timestamp, DateTime.adding(Interval(a), toTimestamp: read(b, .timestamp)))
            case "+tz": return try shown(.timestamptz, DateTime.adding(Interval(a), toTimestamptz: read(b, .timestamptz), in: zone))
            case "+t": return try shown(.time, DateTime.adding(Interval(a), toTime: read(b, .time)))
            case "-ts": return try DateTime.difference(read(a, .timestamp), read(b, .timestamp)).text
            case "age": return try DateTime.age(read(a, .timestamp), read(b, .timestamp)).text
            case "+i": return try (Interval(a) + Interval(b)).text
            case "-i": return try (Interval(a) - Interval(b)).text
            case "*i": return try Interval(a).multiplied(by: Double(b) ?? 0).text
            case "/i": return try Interval(a).divided(by: Double(b) ?? 0).text
            case "jh": return try Interval(a).justifiedHours.text
            case "jd": return try Interval(a).justifiedDays.text
            case "loc": return try shown(.timestamp, DateTime.local(read(b, .timestamptz), in: TimeZoneRules.named(a) ?? .utc))
            case "mom": return try shown(.timestamptz, DateTime.moment(local: read(b, .timestamp), in: TimeZoneRules.named(a) ?? .utc))
            default: return "no such operation"
            }
        } catch {
            return "\(error.code) \(error.message)"
        }
    }

    private func read(_ text: String, _ type: DataType) throws(SQLError) -> Int64 {
        guard case .integer(let value) = try ColumnType(type).parse(text, in: context) else { return 0 }
        return value
    }

    private func shown(_ type: DataType, _ value: Int64) -> String { type.text(of: .integer(value), in: zone) }

    @Test func `days and the calendar agree over three thousand years`() {
        var days = CivilDate(year: -500, month: 1, day: 1).days
        var expected = CivilDate(year: -500, month: 1, day: 1)
        while expected.year < 2500 {
            guard CivilDate(days: days) == expected, expected.days == days else { break }
            days += 1
            expected.day += 1
            if expected.day > CivilDate.days(in: expected.month, of: expected.year) {
                expected.day = 1
                expected.month += 1
                if expected.month > 12 {
                    expected.month = 1
                    expected.year += 1
                }
            }
        }
        #expect(expected == CivilDate(year: 2500, month: 1, day: 1))
    }

    @Test func `a month after January 31 is the last of February, and stays there`() throws {
        let start = try read("2024-01-31", .timestamp)
        let february = try DateTime.adding(Interval(months: 1), toTimestamp: start)
        #expect(shown(.timestamp, february) == "2024-02-29 00:00:00")
        #expect(try shown(.timestamp, DateTime.adding(Interval(months: 1), toTimestamp: february)) == "2024-03-29 00:00:00")
    }

    @Test func `what leaves the range of timestamps is 22008`() throws {
        let last = try read("294276-12-31", .timestamp)
        #expect(throws: SQLError("22008", "timestamp out of range")) { _ = try DateTime.adding(Interval(days: 2), toTimestamp: last) }
        #expect(throws: SQLError("22008", "timestamp out of range")) {
            _ = try DateTime.adding(Interval(months: .max, days: .max, microseconds: .max), toTimestamp: last)
        }
        #expect(throws: SQLError("22008", "date out of range")) { _ = try DateTime.adding(days: .max, toDate: 0) }
        #expect(throws: SQLError("22008", "interval out of range")) { _ = try Interval(days: .max) + Interval(days: 1) }
    }
}
