import OffstageSchema

/// A pattern of `to_char` and `to_number`, such as `FM9,999.00`. Source: PostgreSQL 15, table 9.29.
struct NumberPattern {
    enum Item: Hashable {
        case nine, zero, point, comma, group, currency, roman, smallRoman, ordinal(String), minus, plus, sign
        case text(String)
    }

    struct Flags: OptionSet {
        let rawValue: Int
        static let decimal = Flags(rawValue: 1)
        static let fills = Flags(rawValue: 2)
        static let zero = Flags(rawValue: 4)
        static let blank = Flags(rawValue: 8)
        static let brackets = Flags(rawValue: 16)
        static let minus = Flags(rawValue: 32)
        static let plus = Flags(rawValue: 64)
        static let roman = Flags(rawValue: 128)
        static let shifted = Flags(rawValue: 256)
        static let anchored = Flags(rawValue: 512)
        static let scientific = Flags(rawValue: 1024)
    }

    private(set) var items: [Item] = []
    private(set) var flags: Flags = []
    /// Places before and behind the point, and those that `V` shifts by.
    private(set) var before = 0
    private(set) var behind = 0
    private(set) var shift = 0
    /// Where `0` stands first and last.
    private(set) var zeroStart = 0
    private(set) var zeroEnd = 0
    /// Where the sign of `S` stands, and how many places were before it.
    enum Anchor { case none, front, back }
    private(set) var anchor = Anchor.none
    private(set) var placesBeforeSign = 0

    /// Throws 42601 for words that do not go together.
    init(_ pattern: String) throws(SQLError) {
        var rest = pattern.unicodeScalars[...]
        while let next = rest.first {
            if let word = Self.words.first(where: { rest.starts(with: $0.unicodeScalars) }) {
                rest = rest.dropFirst(word.unicodeScalars.count)
                try take(word)
            } else if next == "\"" {
                rest.removeFirst()
                while let scalar = rest.popFirst(), scalar != "\"" {
                    items.append(.text(String(scalar == "\\" ? rest.popFirst() ?? scalar : scalar)))
                }
            } else {
                rest.removeFirst()
                if next == "\\", rest.first == "\"" {
                    rest.removeFirst()
                    items.append(.text("\""))
                } else {
                    items.append(.text(String(next)))
                }
            }
        }
        if zeroStart > 0 { zeroStart -= 1 }
    }

    private static let words = [
        ",", ".", "0", "9", "B", "C", "D", "EEEE", "FM", "G", "L", "MI", "PL", "PR", "RN", "SG", "SP", "S", "TH", "V", "b", "c", "d",
        "eeee", "fm", "g", "l", "mi", "pl", "pr", "rn", "sg", "sp", "s", "th", "v",
    ]

    private mutating func take(_ word: String) throws(SQLError) {
        func wrong(_ what: String) -> SQLError { SQLError("42601", what) }
        let name = word.uppercased()
        if flags.contains(.scientific), name != "EEEE" { throw wrong("\"EEEE\" must be the last pattern used") }
        switch name {
        case "9":
            if flags.contains(.brackets) { throw wrong("\"9\" must be ahead of \"PR\"") }
            if flags.contains(.shifted) { shift += 1 } else if flags.contains(.decimal) { behind += 1 } else { before += 1 }
            items.append(.nine)
        case "0":
            if flags.contains(.brackets) { throw wrong("\"0\" must be ahead of \"PR\"") }
            if !flags.contains(.zero), !flags.contains(.decimal) {
                flags.insert(.zero)
                zeroStart = before + 1
            }
            if flags.contains(.decimal) { behind += 1 } else { before += 1 }
            zeroEnd = before + behind
            items.append(.zero)
        case "B": if before == 0, behind == 0, !flags.contains(.zero) { flags.insert(.blank) }
        case "D", ".":
            if flags.contains(.decimal) { throw wrong("multiple decimal points") }
            if flags.contains(.shifted) { throw wrong("cannot use \"V\" and decimal point together") }
            flags.insert(.decimal)
            items.append(.point)
        case "FM": flags.insert(.fills)
        case "S":
            if flags.contains(.anchored) { throw wrong("cannot use \"S\" twice") }
            if !flags.isDisjoint(with: [.plus, .minus, .brackets]) {
                throw wrong("cannot use \"S\" and \"PL\"/\"MI\"/\"SG\"/\"PR\" together")
            }
            if !flags.contains(.decimal) {
                anchor = .front
                placesBeforeSign = before
            } else {
                anchor = .back
            }
            flags.insert(.anchored)
        case "MI":
            if flags.contains(.anchored) { throw wrong("cannot use \"S\" and \"MI\" together") }
            flags.insert(.minus)
            items.append(.minus)
        case "PL":
            if flags.contains(.anchored) { throw wrong("cannot use \"S\" and \"PL\" together") }
            flags.insert(.plus)
            items.append(.plus)
        case "SG":
            if flags.contains(.anchored) { throw wrong("cannot use \"S\" and \"SG\" together") }
            flags.formUnion([.minus, .plus])
            items.append(.sign)
        case "PR":
            if !flags.isDisjoint(with: [.anchored, .plus, .minus]) {
                throw wrong("cannot use \"PR\" and \"S\"/\"PL\"/\"MI\"/\"SG\" together")
            }
            flags.insert(.brackets)
        case "RN":
            flags.insert(.roman)
            items.append(word == "RN" ? .roman : .smallRoman)
        case "G": items.append(.group)
        case ",": items.append(.comma)
        case "L": items.append(.currency)
        case "TH": items.append(.ordinal(word))
        case "V":
            if flags.contains(.decimal) { throw wrong("cannot use \"V\" and decimal point together") }
            flags.insert(.shifted)
        case "EEEE":
            if flags.contains(.scientific) { throw wrong("cannot use \"EEEE\" twice") }
            if !flags.isDisjoint(with: [.blank, .fills, .anchored, .brackets, .minus, .plus, .roman, .shifted]) {
                throw SQLError(
                    "42601", "\"EEEE\" is incompatible with other formats",
                    details: "\"EEEE\" may only be used together with digit and decimal point patterns.")
            }
            flags.insert(.scientific)
        default: break
        }
    }
}
