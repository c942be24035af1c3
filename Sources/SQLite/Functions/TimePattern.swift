import OffstageSchema

/// A pattern of `to_char`, `to_timestamp` and `to_date`, such as `YYYY-MM-DD HH24:MI:SS`. Source: PostgreSQL 15, table 9.26.
struct TimePattern {
    enum Piece {
        case field(Field)
        /// A sign that is neither letter nor digit, a blank, and any other character.
        case separator(String)
        case blank(String)
        case literal(String)
    }

    struct Field {
        /// As the pattern writes it: `Month`, `hh24`.
        var name: String
        var fills = true
        /// `TH` or `th`, where it stands behind.
        var ordinal: String?

        var key: String { name.uppercased() }
    }

    private(set) var pieces: [Piece] = []

    init(_ pattern: String) {
        var rest = pattern.unicodeScalars[...]
        func begins(_ word: String) -> Bool { rest.starts(with: word.unicodeScalars) }
        while !rest.isEmpty {
            var fills = true
            if let prefix = ["FM", "fm", "TM", "tm"].first(where: begins) {
                fills = prefix.uppercased() != "FM" && prefix.uppercased() != "TM"
                rest = rest.dropFirst(2)
            }
            if let name = Self.names.first(where: begins) {
                rest = rest.dropFirst(name.unicodeScalars.count)
                var field = Field(name: name, fills: fills)
                if let suffix = ["TH", "th", "SP"].first(where: begins) {
                    rest = rest.dropFirst(2)
                    if suffix != "SP" { field.ordinal = suffix }
                }
                pieces.append(.field(field))
                continue
            }
            guard let next = rest.popFirst() else { break }
            if next == "\"" {
                while let scalar = rest.popFirst(), scalar != "\"" {
                    pieces.append(.literal(String(scalar == "\\" ? rest.popFirst() ?? scalar : scalar)))
                }
            } else if next == "\\", rest.first == "\"" {
                rest.removeFirst()
                pieces.append(.separator("\""))
            } else if Self.isSeparator(next) {
                pieces.append(.separator(String(next)))
            } else if Self.isBlank(next) {
                pieces.append(.blank(String(next)))
            } else {
                pieces.append(.literal(String(next)))
            }
        }
    }

    static func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || (0x09...0x0D).contains(scalar.value) }

    /// A printable sign of ASCII that is neither letter nor digit.
    static func isSeparator(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value > 0x20 && scalar.value < 0x7F && !CharacterClass.alnum.contains(scalar)
    }

    /// Longer names first, so that `MM` is not read in `MON`'s place.
    private static let names: [String] = {
        let upper = [
            "A.D.", "A.M.", "AD", "AM", "B.C.", "BC", "CC", "DAY", "DDD", "DD", "DY", "D", "FF1", "FF2", "FF3", "FF4", "FF5", "FF6", "FX",
            "HH24", "HH12", "HH", "IDDD", "ID", "IW", "IYYY", "IYY", "IY", "I", "J", "MI", "MM", "MONTH", "MON", "MS", "OF", "P.M.", "PM",
            "Q", "RM", "SSSSS", "SSSS", "SS", "TZH", "TZM", "TZ", "US", "WW", "W", "Y,YYY", "YYYY", "YYY", "YY", "Y",
        ]
        let all = upper + upper.map { $0.lowercased() } + ["Day", "Dy", "Month", "Mon"]
        return all.sorted { $0.count > $1.count }
    }()

    static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
    ]
    static let days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    static let roman = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"]
}

/// Days and ISO weeks by PostgreSQL's own arithmetic, which also takes months and days that no calendar has.
enum Julian {
    static func day(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let (m, y) = month > 2 ? (month + 1, year + 4800) : (month + 13, year + 4799)
        let century = y / 100
        return y * 365 - 32167 + y / 4 - century + century / 4 + 7834 * m / 256 + day
    }

    private static func weekday(_ day: Int) -> Int { (((day + 1) % 7) + 7) % 7 }

    /// The Monday of a year's first ISO week.
    static func firstMonday(of year: Int) -> Int {
        let fourth = day(year, 1, 4)
        return fourth - weekday(fourth - 1)
    }

    static func week(_ year: Int, _ month: Int, _ day: Int) -> (year: Int, week: Int) {
        let number = self.day(year, month, day)
        var (start, result) = (firstMonday(of: year), year)
        if number < start { (start, result) = (firstMonday(of: year - 1), year - 1) }
        var week = (number - start) / 7 + 1
        if week >= 52, number >= firstMonday(of: year + 1) { (week, result) = ((number - firstMonday(of: year + 1)) / 7 + 1, year + 1) }
        return (result, week)
    }
}
