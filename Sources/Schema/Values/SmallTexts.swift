/// PostgreSQL's `macaddr_in`: six bytes in hexadecimal, with colons, hyphens or dots between some of them.
enum MACText {
    static func parse(_ text: String) throws(SQLError) -> String {
        let bytes = Array(text.utf8.trimmed)
        for (mark, size) in [
            (UInt8(ascii: ":"), 1), (UInt8(ascii: "-"), 1), (UInt8(ascii: ":"), 3), (UInt8(ascii: "-"), 3),
            (UInt8(ascii: "."), 2), (UInt8(ascii: "-"), 2),
        ] {
            let parts = bytes.split(separator: mark, omittingEmptySubsequences: false)
            guard parts.count == 6 / size, let numbers = try numbers(parts, size: size, text) else { continue }
            return canonical(numbers)
        }
        guard bytes.count == 12, let numbers = try numbers([bytes[...]], size: 6, text) else { throw .invalidText("macaddr", text) }
        return canonical(numbers)
    }

    private static func numbers(_ parts: [ArraySlice<UInt8>], size: Int, _ text: String) throws(SQLError) -> [UInt8]? {
        var result: [UInt8] = []
        for part in parts {
            guard !part.isEmpty, part.allSatisfy({ $0.hexDigit != nil }) else { return nil }
            // Bytes of their own may be short; in groups they may not.
            guard size == 1 ? part.count <= 8 : part.count == size * 2 else { return nil }
            var value = 0
            for byte in part { value = value << 4 | Int(byte.hexDigit ?? 0) }
            guard size > 1 || value <= 255 else {
                throw SQLError("22003", "invalid octet value in \"macaddr\" value: \"\(text)\"")
            }
            for index in (0..<size).reversed() { result.append(UInt8(truncatingIfNeeded: value >> (index * 8))) }
        }
        return result
    }

    private static func canonical(_ numbers: [UInt8]) -> String {
        numbers.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
    }
}

/// PostgreSQL's `bit_in` and `varbit_in`: digits 0 and 1, or hexadecimal behind an x. Stored as the digits, which sort as the bits do.
enum BitText {
    static func parse(_ text: String, _ type: DataType, _ modifier: TypeModifier?) throws(SQLError) -> String {
        var rest = text.utf8[...]
        var digits: [UInt8] = []
        let mark = rest.first?.lowercased
        if mark == UInt8(ascii: "x") {
            rest.removeFirst()
            while let byte = rest.first {
                guard let value = byte.hexDigit else { throw invalid(rest, "hexadecimal") }
                for shift in [3, 2, 1, 0] { digits.append(UInt8(ascii: "0") + (value >> UInt8(shift)) & 1) }
                rest.removeFirst()
            }
        } else {
            if mark == UInt8(ascii: "b") { rest.removeFirst() }
            while let byte = rest.first {
                guard byte == UInt8(ascii: "0") || byte == UInt8(ascii: "1") else { throw invalid(rest, "binary") }
                digits.append(byte)
                rest.removeFirst()
            }
        }
        if case .length(let length) = modifier {
            if type == .bit, digits.count != length {
                throw SQLError("22026", "bit string length \(digits.count) does not match type bit(\(length))")
            }
            if digits.count > length { throw SQLError("22001", "bit string too long for type bit varying(\(length))") }
        }
        return String(decoding: digits, as: UTF8.self)
    }

    private static func invalid(_ rest: Substring.UTF8View, _ kind: String) -> SQLError {
        let character = String(decoding: rest, as: UTF8.self).unicodeScalars.prefix(1)
        return SQLError("22P02", "\"\(String(String.UnicodeScalarView(character)))\" is not a valid \(kind) digit")
    }
}

/// A time of day and how far the zone is from UTC: `timetz`, stored as it prints.
package struct ZonedTime: Sendable {
    /// Microseconds since midnight of the zone's own clocks.
    package var time: Int64
    /// Seconds east of UTC.
    package var offset: Int

    package init(time: Int64, offset: Int) {
        self.time = time
        self.offset = offset
    }

    init(_ text: String, _ modifier: TypeModifier?, in context: ValueContext) throws(SQLError) {
        do throws(DateTimeFields.Failure) {
            let reading = try DateTimeReading(text, in: context, timeOnly: true)
            guard reading.parts.contains(.clock), reading.special == nil else { throw .syntax }
            let today = context.now.floorDivided(by: 1_000_000).quotient
            let offset =
                switch reading.zone {
                case .offset(let offset): offset
                case .rules(let rules): rules.offset(at: today)
                case nil: context.timeZone.offset(at: today)
                }
            self.init(time: DateTimeText.rounded(reading.time, modifier), offset: offset)
        } catch {
            throw error.sqlError(text, as: "time with time zone")
        }
    }

    /// Nil for what `text` never gives.
    package init?(stored text: String) {
        guard let sign = text.lastIndex(where: { $0 == "+" || $0 == "-" }) else { return nil }
        let parts = text[text.index(after: sign)...].split(separator: ":").map { Int($0) ?? 0 }
        var offset = 0
        for (index, part) in parts.prefix(3).enumerated() { offset += part * [3600, 60, 1][index] }
        guard let time = try? DateTimeText.time(String(text[..<sign]), nil, in: ValueContext()) else { return nil }
        self.init(time: time, offset: text[sign] == "-" ? -offset : offset)
    }

    package var text: String {
        var text = DataType.time.text(of: .integer(time))
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let seconds = Int(offset.magnitude)
        text += (offset < 0 ? "-" : "+") + two(seconds / 3600)
        if seconds % 3600 != 0 { text += ":" + two(seconds / 60 % 60) }
        if seconds % 60 != 0 { text += ":" + two(seconds % 60) }
        return text
    }

    /// `extract(name from time)`.
    package func field(_ name: String) throws(SQLError) -> Numeric {
        switch try TimeUnit(name, for: .timetz) {
        case .zone: return Numeric(Int64(offset))
        case .zoneHour: return Numeric(Int64(offset / 3600))
        case .zoneMinute: return Numeric(Int64(offset % 3600 / 60))
        case .epoch: return Numeric(unscaled: time &- Int64(offset) &* 1_000_000, scale: 6)
        default:
            guard let number = try? DateTime.extract(name, from: .time, time) else { throw TimeUnit.unsupported(name, for: .timetz) }
            return number
        }
    }

    /// By the moment, then the zone, westernmost last as PostgreSQL counts zones.
    package static func compare(_ a: ZonedTime, _ b: ZonedTime) -> Int {
        let (x, y) = (a.time &- Int64(a.offset) &* 1_000_000, b.time &- Int64(b.offset) &* 1_000_000)
        if x != y { return x < y ? -1 : 1 }
        return a.offset == b.offset ? 0 : a.offset > b.offset ? -1 : 1
    }
}
