/// A date or time literal cut into the fields PostgreSQL's reader sees, and the errors it answers with.
///
/// Source: PostgreSQL 15, appendix B.1.
struct DateTimeFields {
    enum Kind { case number, date, time, zone, word, special }

    struct Field {
        var kind: Kind
        /// In lower case.
        var text: [UInt8]
    }

    enum Failure: Error {
        case syntax
        case range
        /// As `range`, where the order of day and month may be the reason.
        case monthOrDayRange
        case zoneRange
        case intervalRange
        /// Every field fits but their sum does not.
        case intervalTotal
        case unknownZone(String)
    }

    var fields: [Field] = []

    init(_ text: String) throws(Failure) {
        let bytes = Array(text.utf8)
        guard bytes.count < 256 else { throw .syntax }
        var at = 0
        func peek(_ offset: Int = 0) -> UInt8 { at + offset < bytes.count ? bytes[at + offset] : 0 }
        func take(_ into: inout [UInt8], while condition: (UInt8) -> Bool) {
            while at < bytes.count, condition(bytes[at]) {
                into.append(bytes[at].lowercased)
                at += 1
            }
        }
        while at < bytes.count {
            let byte = bytes[at]
            if byte.isBlank {
                at += 1
                continue
            }
            var field = Field(kind: .number, text: [])
            if byte.isDigit {
                take(&field.text) { $0.isDigit }
                let mark = peek()
                if mark == UInt8(ascii: ":") {
                    field.kind = .time
                    take(&field.text) { $0.isDigit || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") }
                } else if mark == UInt8(ascii: "-") || mark == UInt8(ascii: "/") || mark == UInt8(ascii: ".") {
                    field.text.append(mark)
                    at += 1
                    if peek().isDigit {
                        field.kind = mark == UInt8(ascii: ".") ? .number : .date
                        take(&field.text) { $0.isDigit }
                        if peek() == mark {
                            field.kind = .date
                            take(&field.text) { $0.isDigit || $0 == mark }
                        }
                    } else {
                        field.kind = .date
                        take(&field.text) { $0.isDigit || $0.isLetter || $0 == mark }
                    }
                }
            } else if byte == UInt8(ascii: ".") {
                field.text.append(byte)
                at += 1
                take(&field.text) { $0.isDigit }
            } else if byte.isLetter {
                field.kind = .word
                take(&field.text) { $0.isLetter }
                let mark = peek()
                let punctuated = mark == UInt8(ascii: "-") || mark == UInt8(ascii: "/") || mark == UInt8(ascii: ".")
                if punctuated || ((mark == UInt8(ascii: "+") || mark.isDigit) && DateTimeWord(field.text) == nil) {
                    field.kind = .date
                    take(&field.text) { $0.isDigit || $0.isLetter || "+-/_.:".utf8.contains($0) }
                }
            } else if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") {
                field.text.append(byte)
                at += 1
                while peek().isBlank { at += 1 }
                if peek().isDigit || peek() == UInt8(ascii: ".") {
                    field.kind = .zone
                    take(&field.text) { $0.isDigit || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
                } else if peek().isLetter {
                    field.kind = .special
                    take(&field.text) { $0.isLetter }
                } else {
                    throw .syntax
                }
            } else if byte > 0x20, byte < 0x7F {
                at += 1
                continue
            } else {
                throw .syntax
            }
            fields.append(field)
            guard fields.count <= 25 else { throw .syntax }
        }
    }
}

extension DateTimeFields.Failure {
    func sqlError(_ text: String, as type: StaticString) -> SQLError {
        switch self {
        case .syntax: SQLError("22007", "invalid input syntax for type \(type): \"\(text)\"")
        case .range: SQLError("22008", "date/time field value out of range: \"\(text)\"")
        case .monthOrDayRange:
            SQLError(
                "22008", "date/time field value out of range: \"\(text)\"",
                hint: "Perhaps you need a different \"datestyle\" setting.")
        case .zoneRange: SQLError("22009", "time zone displacement out of range: \"\(text)\"")
        case .intervalRange: SQLError("22015", "interval field value out of range: \"\(text)\"")
        case .intervalTotal: SQLError("22008", "interval out of range")
        case .unknownZone(let name): SQLError("22023", "time zone \"\(name)\" not recognized")
        }
    }
}

/// A word PostgreSQL knows in dates and times.
enum DateTimeWord: Equatable {
    case month(Int)
    case weekday
    case ignored
    case beforeChrist(Bool)
    case afternoon(Bool)
    case now, today, tomorrow, yesterday, midnightUTC, epoch, infinity, minusInfinity
    case timeFollows
    case julian
    case summerTime
    /// Words that are units elsewhere.
    case unit

    init?(_ word: [UInt8]) {
        guard let found = Self.table[String(decoding: word, as: UTF8.self)] else { return nil }
        self = found
    }

    private static let table: [String: DateTimeWord] = {
        var table: [String: DateTimeWord] = [
            "ad": .beforeChrist(false), "bc": .beforeChrist(true), "am": .afternoon(false), "pm": .afternoon(true),
            "at": .ignored, "on": .ignored, "now": .now, "today": .today, "tomorrow": .tomorrow, "yesterday": .yesterday,
            "allballs": .midnightUTC, "epoch": .epoch, "infinity": .infinity, "-infinity": .minusInfinity,
            "t": .timeFollows, "j": .julian, "jd": .julian, "julian": .julian, "dst": .summerTime,
            "d": .unit, "dow": .unit, "doy": .unit, "h": .unit, "isodow": .unit, "isoyear": .unit, "m": .unit, "mm": .unit, "s": .unit,
            "y": .unit,
        ]
        let months = [
            ["jan", "january"], ["feb", "february"], ["mar", "march"], ["apr", "april"], ["may"], ["jun", "june"], ["jul", "july"],
            ["aug", "august"], ["sep", "sept", "september"], ["oct", "october"], ["nov", "november"], ["dec", "december"],
        ]
        for (index, names) in months.enumerated() {
            for name in names { table[name] = .month(index + 1) }
        }
        for name in "sun sunday mon monday tue tues tuesday wed weds wednesday thu thur thurs thursday fri friday sat saturday".split(
            separator: " ")
        {
            table[String(name)] = .weekday
        }
        return table
    }()
}
