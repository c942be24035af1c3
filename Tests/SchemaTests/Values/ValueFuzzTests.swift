import OffstageJSON
import OffstageSchema
import Testing

/// The same numbers every run, so that a failure can be had again.
private struct Numbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }
}

@Suite struct ValueFuzzTests {
    private static let pieces = """
        0 1 9 99 2024 31 12 9223372036854775807 2147483647 99999999999999999999 - + . : / e T Z { } [ ] , " \\ \\x u NaN inf infinity epoch Jan feb BC \
        AM PM day days mons years ago P PT H M S W Y null true é 😀 America/New_York +05:30 UTC J t allballs now us century e400 e-400 00000000 ( ) [1,5) empty :: /24 10.0.0 fe80 08:00:2b: b101 xF
        """.split(separator: " ").map(String.init) + [" ", "\t", "\u{1}"]

    private static let types: [ColumnType] = [
        .init(.boolean), .init(.smallint), .init(.bigint), .init(.real), .init(.double), .init(.numeric),
        .init(.numeric, .numeric(precision: 5, scale: 2)), .init(.numeric, .numeric(precision: 2, scale: -3)), .init(.varchar, .length(3)),
        .init(.char, .length(2)), .init(.uuid), .init(.bytea), .init(.date), .init(.time, .precision(2)), .init(.timestamp),
        .init(.timestamptz, .precision(0)), .init(.interval), .init(.json), .init(.jsonb), .init(.array(.interval)),
        .init(.array(.timestamptz)),
        .init(.array(.jsonb)), .init(.array(.text)), .init(.inet), .init(.cidr), .init(.macaddr), .init(.timetz, .precision(3)),
        .init(.oid),
        .init(.name), .init(.citext), .init(.bit, .length(3)), .init(.varbit), .init(.range(.int4range)), .init(.range(.numrange)),
        .init(.range(.daterange)), .init(.range(.tstzrange)), .init(.interval, .fields(.dayToSecond, precision: 2)),
    ]

    @Test func `a literal is a value or an error, never a trap, and what was printed reads back as itself`() throws {
        var numbers = Numbers(state: 42)
        let zone = try #require(TimeZoneRules.named("America/New_York"))
        let context = ValueContext(timeZone: zone, now: 757_382_400_000_000)
        for _ in 0..<3000 {
            let literal = (0..<Int.random(in: 0...9, using: &numbers)).map { _ in Self.pieces.randomElement(using: &numbers) ?? "" }
                .joined()
            for type in Self.types {
                guard let value = try? type.parse(literal, in: context) else { continue }
                var writer = JSONWriter(capacity: 64)
                let text = value.withCell { cell in
                    JSONRenderer(type.type, timeZone: zone).write(cell, into: &writer)
                    return type.type.text(of: cell)
                }
                #expect(throws: Never.self, "\(type.name) \(literal)") { _ = try JSONValue(parsing: writer.bytes, limits: .column) }
                guard type.type != .boolean else { continue }
                #expect(try type.parse(text, in: ValueContext()) == value, "\(type.name) \(literal)")
            }
            if let json = try? JSONValue(parsing: literal) {
                for type in Self.types { _ = try? type.parse(json: json, in: context) }
            }
        }
    }

    @Test func `the largest years and months in an interval are an error`() {
        #expect(throws: SQLError("22015", "interval field value out of range: \"9223372036854775807-11\"")) {
            _ = try Interval("9223372036854775807-11")
        }
    }
}
