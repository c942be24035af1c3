import OffstageJSON
import OffstageSchema

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Values of functions as JSON, in the forms that the database writes them: moments and days by ISO 8601, bytes as `\x…`.
enum FunctionJSON {
    /// - Throws: `DecodingError` where the bytes are no such value.
    static func read<Value: Decodable>(_ bytes: some Collection<UInt8>) throws -> Value {
        try decoder().decode(Value.self, from: Data(bytes))
    }

    /// - Throws: `EncodingError` for what JSON cannot hold, such as a number that is none.
    static func bytes(of value: some Encodable) throws -> [UInt8] { Array(try encoder().encode(value)) }

    private static func decoder() -> JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom { decoder in
            let container = try decoder.singleValueContainer()
            let text = try container.decode(String.self)
            guard let date = date(text) else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(text) is no moment and no day")
            }
            return date
        }
        decoder.dataDecodingStrategy = .custom { decoder in
            let container = try decoder.singleValueContainer()
            let text = try container.decode(String.self)
            guard let data = data(text) else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(text) is no bytea")
            }
            return data
        }
        return decoder
    }

    private static func encoder() -> JSONEncoder {
        let encoder = JSONEncoder()
        // The same value is the same text each time.
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(text(of: date))
        }
        encoder.dataEncodingStrategy = .custom { data, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(data.sqlText)
        }
        return encoder
    }

    /// `2024-05-01T12:00:00.123456Z`, `0044-03-15T00:00:00.000000Z BC`, `infinity`.
    ///
    /// A moment that the database has no room for is one that it refuses: the nearest beyond its range (22008), or `NaN` (22007).
    static func text(of date: Date) -> String {
        let seconds = date.timeIntervalSinceReferenceDate
        guard seconds.isFinite else { return seconds.isNaN ? "NaN" : seconds < 0 ? "-infinity" : "infinity" }
        let (range, counted) = (DateTimeText.timestampRange, Int64(exactly: (seconds * 1_000_000).rounded()) ?? (seconds < 0 ? .min : .max))
        let microseconds = max(range.lowerBound - 1, min(range.upperBound - reference, counted) + reference)
        // The database's calendar, which is Gregorian all the way back; Foundation's is Julian before 1582 and ends at milliseconds.
        let fraction = CivilTime(microseconds: microseconds).seconds % 1_000_000
        var writer = JSONWriter()
        DateTimeOutput.timestamp(microseconds - fraction, json: true, into: &writer)
        let (whole, era) = writer.text.hasSuffix(" BC") ? (writer.text.dropLast(3), " BC") : (writer.text[...], "")
        let digits = String(fraction)
        return whole + "." + String(repeating: "0", count: 6 - digits.utf8.count) + digits + "Z" + era
    }

    /// A moment or a day as ISO 8601 and the database write them; one without a zone is taken for UTC, and `infinity` is none.
    static func date(_ text: String) -> Date? {
        // The database reads more than that: `now`, `tomorrow`.
        guard text.utf8.first.map({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) == true,
            case .integer(let microseconds)? = try? ColumnType(.timestamptz).parse(text, in: ValueContext())
        else { return nil }
        return Date(timeIntervalSinceReferenceDate: Double(microseconds - reference) / 1_000_000)
    }

    /// Where Foundation begins to count, 2001-01-01, as the database counts: microseconds since 2000-01-01.
    private static let reference: Int64 = 366 * 86_400_000_000

    private static func data(_ text: String) -> Data? {
        // The database reads its older form as well.
        guard text.hasPrefix("\\x"), case .blob(let bytes)? = try? ColumnType(.bytea).parse(text, in: ValueContext()) else { return nil }
        return Data(bytes)
    }
}
