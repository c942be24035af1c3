/// What the log keeps of a request.
struct AccessEntry {
    var seconds: Int64
    var nanoseconds: Int64
    var method: String
    var path: String
    var query: String?
    var status: Int
    var bytes: Int
    var microseconds: UInt64
    var requestID: String
    var peer: String?
    var errorCode: String?
    var fault: String?

    func json(_ stamp: borrowing Timestamp, into line: inout [UInt8]) {
        Self.raw("{\"time\":\"", &line)
        line.append(contentsOf: stamp.text)
        Self.raw("\",\"level\":\"", &line)
        Self.raw(status >= 500 ? "error" : "info", &line)
        Self.raw("\",\"method\":", &line)
        Self.string(method, &line)
        Self.raw(",\"path\":", &line)
        Self.string(path, &line)
        if let query {
            Self.raw(",\"query\":", &line)
            Self.string(Self.redacted(query), &line)
        }
        Self.raw(",\"status\":", &line)
        Self.number(UInt64(max(status, 0)), &line)
        Self.raw(",\"bytes\":", &line)
        Self.number(UInt64(max(bytes, 0)), &line)
        Self.raw(",\"us\":", &line)
        Self.number(microseconds, &line)
        Self.raw(",\"id\":", &line)
        Self.string(requestID, &line)
        if let peer {
            Self.raw(",\"peer\":", &line)
            Self.string(peer, &line)
        }
        if let errorCode {
            Self.raw(",\"code\":", &line)
            Self.string(errorCode, &line)
        }
        if let fault {
            Self.raw(",\"fault\":", &line)
            Self.string(fault, &line)
        }
        Self.raw("}\n", &line)
    }

    /// `12:30:01.250  200  GET /rest/v1/books?id=eq.5  312 B  0.1 ms`
    func pretty(_ stamp: borrowing Timestamp, into line: inout [UInt8]) {
        line.append(contentsOf: stamp.text.dropFirst(11).prefix(12))
        Self.raw(status >= 500 ? "  \u{1B}[31m" : status >= 400 ? "  \u{1B}[33m" : "  \u{1B}[32m", &line)
        Self.number(UInt64(max(status, 0)), &line)
        Self.raw("\u{1B}[0m  ", &line)
        Self.plain(method, &line)
        Self.raw(" ", &line)
        Self.plain(path, &line)
        if let query {
            Self.raw("?", &line)
            Self.plain(Self.redacted(query), &line)
        }
        Self.raw("  ", &line)
        Self.number(UInt64(max(bytes, 0)), &line)
        Self.raw(" B  ", &line)
        Self.number(microseconds / 1_000, &line)
        Self.raw(".", &line)
        Self.number(microseconds / 100 % 10, &line)
        Self.raw(" ms", &line)
        if let errorCode {
            Self.raw("  ", &line)
            Self.plain(errorCode, &line)
        }
        if let fault {
            Self.raw("  ", &line)
            Self.plain(fault, &line)
        }
        Self.raw("\n", &line)
    }

    /// Of paths and queries no more than this is logged.
    private static let longest = 1_024

    private static let secrets = ["apikey", "access_token", "refresh_token", "token", "jwt"]

    /// A query without the keys that clients put there.
    static func redacted(_ query: String) -> String {
        guard mayHoldSecret(query) else { return query }
        return query.split(separator: "&", omittingEmptySubsequences: false).map { pair -> Substring in
            guard let equals = pair.firstIndex(of: "=") else { return pair }
            // `api%6Bey` is the same parameter to whoever reads it.
            let name = decoded(pair[..<equals])
            return secrets.contains { $0.isSame(as: name) } ? pair[...equals] + "***" : pair
        }.joined(separator: "&")
    }

    /// Tells most queries from those that have to be looked at parameter by parameter, without making a string of any.
    private static func mayHoldSecret(_ query: String) -> Bool {
        var query = query
        return query.withUTF8 { query in
            var start = 0
            while start < query.count {
                let end = query[start...].firstIndex(of: UInt8(ascii: "&")) ?? query.count
                let name = query[start..<end].prefix { $0 != UInt8(ascii: "=") }
                // The last two letters of `key`, `token` and `jwt`, or anything encoded: `limit` and `select` are none.
                let ending = name.suffix(2).reduce(0 as UInt16) { $0 << 8 | UInt16($1 | 0x20) }
                if ending == 0x6579 || ending == 0x656E || ending == 0x7774 { return true }
                if name.contains(UInt8(ascii: "%")) { return true }
                start = end + 1
            }
            return false
        }
    }

    private static func decoded(_ text: Substring) -> String {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            let digits = byte == UInt8(ascii: "%") ? rest.prefix(2).compactMap { Character(UnicodeScalar($0)).hexDigitValue } : []
            if digits.count == 2 {
                bytes.append(UInt8(digits[0] << 4 | digits[1]))
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: Bytes

    private static func raw(_ text: StaticString, _ line: inout [UInt8]) {
        line.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private static func cut(_ text: String) -> String {
        text.utf8.count <= longest ? text : String(decoding: text.utf8.prefix(longest), as: UTF8.self)
    }

    private static func number(_ number: UInt64, _ line: inout [UInt8]) {
        if number >= 10 { self.number(number / 10, &line) }
        line.append(UInt8(ascii: "0") + UInt8(number % 10))
    }

    /// For a terminal: nothing that could move its cursor.
    private static func plain(_ text: String, _ line: inout [UInt8]) {
        for byte in cut(text).utf8 { line.append(byte >= 0x20 && byte != 0x7F ? byte : UInt8(ascii: "?")) }
    }

    private static func string(_ text: String, _ line: inout [UInt8]) {
        line.append(UInt8(ascii: "\""))
        for byte in cut(text).utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                line.append(UInt8(ascii: "\\"))
                line.append(byte)
            case 0..<0x20, 0x7F:
                raw("\\u00", &line)
                let digits: StaticString = "0123456789abcdef"
                line.append(digits.utf8Start[Int(byte >> 4)])
                line.append(digits.utf8Start[Int(byte & 15)])
            default: line.append(byte)
            }
        }
        line.append(UInt8(ascii: "\""))
    }
}

/// `2026-08-21T12:30:01.250Z` as bytes, worked out once a second.
struct Timestamp: ~Copyable {
    private(set) var text: [UInt8] = Array("1970-01-01T00:00:00.000Z".utf8)
    private var second = Int64.min

    mutating func set(_ seconds: Int64, _ nanoseconds: Int64) {
        if seconds != second {
            second = seconds
            let date = CalendarDate(seconds: seconds)
            digits(date.year, 0, 4)
            digits(date.month, 5, 2)
            digits(date.day, 8, 2)
            digits(date.second / 3_600, 11, 2)
            digits(date.second / 60 % 60, 14, 2)
            digits(date.second % 60, 17, 2)
        }
        digits(Int(nanoseconds / 1_000_000), 20, 3)
    }

    private mutating func digits(_ number: Int, _ start: Int, _ count: Int) {
        var number = number
        for place in (start..<start + count).reversed() {
            text[place] = UInt8(ascii: "0") + UInt8(number % 10)
            number /= 10
        }
    }
}

/// A moment's date in the Gregorian calendar, UTC. After 1970 only.
struct CalendarDate {
    var year: Int
    var month: Int
    var day: Int
    /// Of the day.
    var second: Int
    /// 0 is Sunday.
    var weekday: Int

    init(seconds: Int64) {
        let days = Int(max(seconds, 0) / 86_400)
        second = Int(max(seconds, 0) % 86_400)
        weekday = (days + 4) % 7
        // Years beginning in March, so that the leap day is a year's last; 719,468 days from March of year 0 to 1970.
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }
}
