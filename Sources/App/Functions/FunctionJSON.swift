#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Values of functions as JSON, in the forms that the database writes them: moments and days by ISO 8601, bytes as `\x…`.
enum FunctionJSON {
    static func decoder() -> JSONDecoder {
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

    static func encoder() -> JSONEncoder {
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

    static func bytes(of value: some Encodable) throws -> [UInt8] { Array(try encoder().encode(value)) }

    /// `2024-05-01T12:00:00.123456Z`
    static func text(of date: Date) -> String {
        // Foundation's own styles end at milliseconds.
        let microseconds = Int64((date.timeIntervalSince1970 * 1_000_000).rounded())
        let (seconds, fraction) = (microseconds.flooredQuotient(1_000_000), microseconds.flooredRemainder(1_000_000))
        let whole = Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
        let digits = String(fraction)
        return whole.dropLast() + "." + String(repeating: "0", count: 6 - digits.utf8.count) + digits + "Z"
    }

    static func date(_ text: String) -> Date? {
        if text.utf8.count == 10 { return try? Date(text, strategy: .iso8601.year().month().day()) }
        // What stands behind the point is read apart.
        guard let point = text.firstIndex(of: ".") else { return moment(text) }
        let rest = text[text.index(after: point)...]
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        guard let fraction = Double("0.\(digits)"), let whole = moment(text[..<point] + rest.dropFirst(digits.count)) else { return nil }
        return whole.addingTimeInterval(fraction)
    }

    private static func moment(_ text: some StringProtocol) -> Date? {
        let text = String(text)
        // `timestamp` has no zone; it is taken for UTC.
        let hasZone = text.hasSuffix("Z") || text.dropFirst(19).contains { $0 == "+" || $0 == "-" }
        return try? Date(hasZone ? text : text + "Z", strategy: .iso8601)
    }

    private static func data(_ text: String) -> Data? {
        guard text.hasPrefix("\\x"), text.utf8.count % 2 == 0 else { return nil }
        var data = Data()
        var high: UInt8?
        for byte in text.utf8.dropFirst(2) {
            guard let digit = Character(UnicodeScalar(byte)).hexDigitValue.map({ UInt8($0) }) else { return nil }
            if let first = high {
                data.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        return data
    }
}

extension Int64 {
    fileprivate func flooredRemainder(_ divisor: Int64) -> Int64 { ((self % divisor) + divisor) % divisor }
    fileprivate func flooredQuotient(_ divisor: Int64) -> Int64 { (self - flooredRemainder(divisor)) / divisor }
}
