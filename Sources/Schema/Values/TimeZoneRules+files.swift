import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension TimeZoneRules {
    /// A zone by its name (`Europe/Berlin`, in any case) or its abbreviation (`EST`); nil where the system has none of that name.
    ///
    /// Files are read once per process. Only names found in the system's folder are ever opened.
    package static func named(_ name: String) -> TimeZoneRules? {
        guard name.utf8.count <= 64 else { return nil }
        let key = name.lowercased()
        if key == "utc" { return .utc }
        if let rules = files.withLock({ $0.rules(key) }) { return rules }
        if let minutes = abbreviations[key] { return .fixed(secondsEast: minutes * 60, name: name) }
        return YearlyRule.offset(posix: Array(key.utf8)[...]).map { .fixed(secondsEast: $0, name: name) }
    }

    /// What may stand behind `at time zone`: `CET` is an hour east there, in summer too, where the setting would mean the zone of that name.
    package static func spoken(_ name: String) -> TimeZoneRules? {
        if let minutes = abbreviations[name.lowercased()] { return .fixed(secondsEast: minutes * 60, name: name) }
        return named(name)
    }

    /// What the setting `TimeZone` may be: a zone's name, hours east of UTC, or a span (`interval '-3:30'`).
    package static func setting(_ text: String) -> TimeZoneRules? {
        let word = text.trimmingPrefix { $0 == " " }
        if let first = word.utf8.first, first.isDigit || "+-.".utf8.contains(first) {
            guard let hours = Double(word), abs(hours) <= 167 else { return nil }
            return .fixed(secondsEast: Int((hours * 3600).rounded()), name: text)
        }
        guard text.lowercased().hasPrefix("interval '"), text.hasSuffix("'") else { return named(text) }
        guard let span = try? Interval(String(text.dropFirst(10).dropLast())), span.months == 0, span.days == 0 else { return nil }
        return .fixed(secondsEast: Int(span.microseconds / 1_000_000), name: text)
    }

    /// Minutes east of UTC, with what it adds in summer included.
    static let abbreviations: [String: Int] = Dictionary(
        uniqueKeysWithValues: abbreviationTable.split(separator: " ").compactMap { entry in
            let parts = entry.split(separator: "=")
            return parts.count == 2 ? Int(parts[1]).map { (String(parts[0]), $0) } : nil
        })

    private static let files = Mutex(ZoneFiles())
}

/// The zones of `/usr/share/zoneinfo`, listed once and read when first asked for.
private struct ZoneFiles {
    private static let folder = "/usr/share/zoneinfo"
    /// Paths by their names in lower case.
    private var paths: [String: String]?
    private var read: [String: TimeZoneRules?] = [:]

    mutating func rules(_ key: String) -> TimeZoneRules? {
        if let known = read[key] { return known }
        let listed = paths ?? Self.list("", depth: 0)
        paths = listed
        guard let path = listed[key] else { return nil }
        let rules = Self.bytes(of: path).flatMap { TimeZoneRules(file: $0, name: path) }
        read[key] = .some(rules)
        return rules
    }

    private static func list(_ prefix: String, depth: Int) -> [String: String] {
        guard depth < 3, let handle = opendir(prefix.isEmpty ? folder : "\(folder)/\(prefix)") else { return [:] }
        defer { closedir(handle) }
        var found: [String: String] = [:]
        while let entry = readdir(handle) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { raw in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            // Zones begin with a capital; what does not is data of other kinds.
            guard let first = name.utf8.first, first >= UInt8(ascii: "A"), first <= UInt8(ascii: "Z"), found.count < 4096 else { continue }
            let path = prefix.isEmpty ? name : "\(prefix)/\(name)"
            let inside = list(path, depth: depth + 1)
            if inside.isEmpty { found[path.lowercased()] = path }
            found.merge(inside) { $1 }
        }
        return found
    }

    private static func bytes(of path: String) -> [UInt8]? {
        let descriptor = open("\(folder)/\(path)", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { _ = close(descriptor) }
        let bytes = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
            var got = 0
            repeat {
                got = pread(descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count, off_t(count))
                if got > 0 { count += got }
            } while got > 0 && count < buffer.count
        }
        return bytes.isEmpty ? nil : bytes
    }
}

extension TimeZoneRules {
    /// Reads a TZif file of version 2 or later. Nil where it is none.
    init?(file: [UInt8], name: String) {
        var reader = ZoneReader(bytes: file)
        guard let old = reader.header(), reader.skip(old.size(times: 4)), let header = reader.header() else { return nil }
        // 1970-01-01 to 2000-01-01.
        let epoch: Int64 = 946_684_800
        var moments: [Int64] = []
        for _ in 0..<header.times {
            guard let moment = reader.integer(8) else { return nil }
            moments.append(moment &- epoch)
        }
        var kinds: [Int] = []
        for _ in 0..<header.times {
            guard let kind = reader.integer(1) else { return nil }
            kinds.append(Int(kind & 0xFF))
        }
        var offsets: [Int] = []
        for _ in 0..<header.types {
            guard let offset = reader.integer(4), abs(offset) < 172_800, reader.skip(2) else { return nil }
            offsets.append(Int(offset))
        }
        guard let first = offsets.first, kinds.allSatisfy({ $0 < offsets.count }), reader.skip(header.rest) else { return nil }
        var changes = zip(moments, kinds).map { Change(moment: $0, offset: offsets[$1]) }
        let footer = reader.line()
        let yearly = YearlyRule(posix: footer)
        // A rule without summer time is one more offset for ever, which the last change already gives.
        if changes.isEmpty, yearly != nil { changes = [Change(moment: .min / 4, offset: first)] }
        self.init(name: name, first: first, changes: changes, yearly: yearly)
    }
}

private struct ZoneReader {
    struct Header {
        var times: Int
        var types: Int
        var characters: Int
        var leaps: Int
        var flags: Int

        func size(times width: Int) -> Int { times * (width + 1) + types * 6 + characters + leaps * (width + 4) + flags }
        var rest: Int { characters + leaps * 12 + flags }
    }

    let bytes: [UInt8]
    private var at = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func header() -> Header? {
        guard bytes.dropFirst(at).starts(with: Array("TZif".utf8)), skip(20) else { return nil }
        var counts: [Int] = []
        for _ in 0..<6 {
            guard let count = integer(4), count >= 0, count <= 65_536 else { return nil }
            counts.append(Int(count))
        }
        return Header(times: counts[3], types: counts[4], characters: counts[5], leaps: counts[2], flags: counts[0] + counts[1])
    }

    mutating func skip(_ count: Int) -> Bool {
        at += count
        return at <= bytes.count
    }

    /// Big-endian, signed.
    mutating func integer(_ width: Int) -> Int64? {
        guard at + width <= bytes.count else { return nil }
        var value = Int64(Int8(bitPattern: bytes[at]))
        for index in 1..<max(width, 1) { value = value << 8 | Int64(bytes[at + index]) }
        at += width
        return value
    }

    mutating func line() -> ArraySlice<UInt8> {
        bytes.dropFirst(at + 1).prefix { $0 != 0x0A }
    }
}

extension YearlyRule {
    /// Reads `EST5EDT,M3.2.0,M11.1.0`. Nil without summer time.
    init?(posix: ArraySlice<UInt8>) {
        var rest = posix
        Self.skipName(&rest)
        guard let west = Self.time(&rest) else { return nil }
        guard !rest.isEmpty else { return nil }
        Self.skipName(&rest)
        standard = -west
        summer = rest.first == UInt8(ascii: ",") ? standard + 3600 : -(Self.time(&rest) ?? west - 3600)
        guard let start = Self.rule(&rest), let end = Self.rule(&rest) else { return nil }
        self.start = start
        self.end = end
    }

    /// `xyz+3` is three hours *west*: a zone by POSIX's rules without summer time.
    static func offset(posix: ArraySlice<UInt8>) -> Int? {
        var rest = posix
        skipName(&rest)
        let isNamed = rest.count < posix.count || posix.first.map { "+-0123456789".utf8.contains($0) } ?? false
        guard isNamed, let west = time(&rest), rest.isEmpty, abs(west) < 168 * 3600 else { return nil }
        return -west
    }

    private static func skipName(_ rest: inout ArraySlice<UInt8>) {
        if rest.first == UInt8(ascii: "<") {
            rest = rest.drop { $0 != UInt8(ascii: ">") }.dropFirst()
        } else {
            rest = rest.drop { $0.isLetter }
        }
    }

    private static func number(_ rest: inout ArraySlice<UInt8>) -> Int? {
        let digits = rest.prefix { $0.isDigit }
        rest = rest.dropFirst(digits.count)
        return digits.count <= 3 ? Int(String(decoding: digits, as: UTF8.self)) : nil
    }

    /// `[+-]hh[:mm[:ss]]` in seconds.
    private static func time(_ rest: inout ArraySlice<UInt8>) -> Int? {
        let negative = rest.first == UInt8(ascii: "-")
        if negative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        guard var seconds = number(&rest).map({ $0 * 3600 }) else { return nil }
        for unit in [60, 1] where rest.first == UInt8(ascii: ":") {
            rest = rest.dropFirst()
            seconds += (number(&rest) ?? 0) * unit
        }
        return negative ? -seconds : seconds
    }

    private static func rule(_ rest: inout ArraySlice<UInt8>) -> (day: Day, time: Int)? {
        guard rest.popFirst() == UInt8(ascii: ","), let kind = rest.first else { return nil }
        let day: Day
        if kind == UInt8(ascii: "M") {
            rest = rest.dropFirst()
            guard let month = number(&rest), rest.popFirst() == UInt8(ascii: "."), let week = number(&rest),
                rest.popFirst() == UInt8(ascii: "."), let weekday = number(&rest), (1...12).contains(month), (1...5).contains(week),
                (0...6).contains(weekday)
            else { return nil }
            day = .weekday(weekday, week: week, month: month)
        } else if kind == UInt8(ascii: "J") {
            rest = rest.dropFirst()
            guard let number = number(&rest) else { return nil }
            day = .ordinal(number)
        } else {
            guard let number = number(&rest) else { return nil }
            day = .dayOfYear(number)
        }
        guard rest.first == UInt8(ascii: "/") else { return (day, 7200) }
        rest = rest.dropFirst()
        return time(&rest).map { (day, $0) }
    }
}
