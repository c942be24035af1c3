import OffstageQuery

/// SplitMix64: small, and the same everywhere for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Makes request trees and prints them in the URL dialect, in one of the ways they may be written.
struct RequestGenerator {
    var random: SeededGenerator
    var values: [RequestValue] = []

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    mutating func chance(_ oneIn: Int) -> Bool { Int.random(in: 0..<oneIn, using: &random) == 0 }
    mutating func pick<T>(_ items: [T]) -> T { items[Int.random(in: 0..<items.count, using: &random)] }
    mutating func some<T>(_ range: ClosedRange<Int>, _ make: (inout RequestGenerator) -> T) -> [T] {
        var items: [T] = []
        for _ in 0..<Int.random(in: range, using: &random) { items.append(make(&self)) }
        return items
    }

    // MARK: Trees

    static let plainNames = ["id", "title", "author_id", "a", "b2", "two words", "dash-ed", "größe", "名前", "$x"]
    static let oddNames = [
        "we:ird", "dot.ted", "com,ma", "par(en)", #"quo"te"#, #"back\slash"#, " padded ", "per%cent", "a&b=c", "->", "order", "*",
    ]
    static let texts = [
        "", "5", "x", "a.b", "a,b", "(p)", "{1,2}", "{", #""q""#, #"q"q"#, #"b\s"#, "é", "𝄞", " s ", "not.eq.1", "eq.1", "*", "100%",
        "a+b&c=d#e", "in.(1)",
        "null",
    ]

    mutating func name() -> String { chance(4) ? pick(Self.oddNames) : pick(Self.plainNames) }

    mutating func field() -> RequestField {
        RequestField(
            name(),
            jsonPath: chance(4)
                ? some(1...3) {
                    JSONStep(
                        $0.chance(2) ? .index($0.pick([0, 7, -3])) : .key($0.pick(["k", "!@#", "x.y", "a b", #"q"k"#, "1x"])),
                        asText: $0.chance(2))
                } : [])
    }

    mutating func selectItem(depth: Int = 0) -> SelectItem {
        switch Int.random(in: 0..<10, using: &random) {
        case 0: return .all
        case 1: return .count(alias: chance(2) ? name() : nil, cast: chance(2) ? "int" : nil)
        case 2...4 where depth < 4:
            let isSpread = chance(3)
            return .embed(
                SelectEmbed(
                    name(), alias: !isSpread && chance(2) ? name() : nil, hint: chance(3) ? name() : nil,
                    join: chance(3) ? pick([.inner, .left]) : nil, isSpread: isSpread,
                    select: some(0...3) { $0.selectItem(depth: depth + 1) }))
        default:
            var item = SelectField(field())
            if chance(3) { item.alias = name() }
            if chance(4) { item.cast = "text" }
            if chance(5) {
                item.aggregate = pick([.sum, .avg, .count, .max, .min])
                if chance(2) { item.aggregateCast = "numeric" }
            }
            return .field(item)
        }
    }

    mutating func orderTerm() -> OrderTerm {
        OrderTerm(field(), relation: chance(5) ? name() : nil, isDescending: chance(2), nulls: chance(2) ? pick([.first, .last]) : nil)
    }

    mutating func take(_ value: RequestValue) -> ValueIndex {
        values.append(value)
        return ValueIndex(values.count - 1)
    }

    mutating func filter() -> Filter {
        let field = field()
        let isNegated = chance(4)
        switch Int.random(in: 0..<8, using: &random) {
        case 0:
            return Filter(field, isNegated: isNegated, operator: .is(pick([.null, .notNull, .true, .false, .unknown])), value: nil)
        case 1, 2:
            return Filter(field, isNegated: isNegated, operator: .in, value: take(.list(some(0...4) { $0.pick(Self.texts) })))
        case 3:
            let search = FilterOperator.search(pick([.fts, .plfts, .phfts, .wfts]), language: chance(2) ? "english" : nil)
            return Filter(field, isNegated: isNegated, operator: search, value: take(.text(pick(Self.texts))))
        case 4:
            return Filter(
                field, isNegated: isNegated, operator: pick([.neq, .cs, .cd, .ov, .sl, .sr, .nxr, .nxl, .adj, .isDistinct]),
                value: take(.text(pick(Self.texts))))
        default:
            return Filter(
                field, isNegated: isNegated, operator: pick([.eq, .gt, .gte, .lt, .lte, .like, .ilike, .match, .imatch]),
                quantifier: chance(4) ? pick([.any, .all]) : nil, value: take(.text(pick(Self.texts))))
        }
    }

    mutating func condition(depth: Int = 0) -> Condition {
        if depth > 3 || !chance(3) { return .filter(filter()) }
        return .logic(pick([.and, .or]), isNegated: chance(3), some(1...3) { $0.condition(depth: depth + 1) })
    }

    mutating func logic() -> Condition {
        .logic(pick([.and, .or]), isNegated: chance(3), some(1...3) { $0.condition(depth: 1) })
    }

    // MARK: Printing

    mutating func print(name: String) -> String {
        if Self.plainNames.contains(name), !chance(5) { return chance(8) ? " \(name) " : name }
        return quoted(name)
    }

    mutating func quoted(_ text: String) -> String {
        var written = "\""
        for character in text {
            if character == "\"" || character == "\\" || chance(20) { written += "\\" }
            written.append(character)
        }
        return written + "\""
    }

    mutating func print(_ field: RequestField) -> String {
        var written = print(name: field.column)
        for step in field.jsonPath {
            written += step.asText ? "->>" : "->"
            switch step.operand {
            case .index(let index): written += String(index)
            case .key(let key) where ["k", "!@#", "1x"].contains(key) && !chance(3): written += key
            case .key(let key): written += quoted(key)
            }
        }
        return written
    }

    mutating func print(_ items: [SelectItem]) -> String {
        items.map { print($0) }.joined(separator: chance(6) ? " , " : ",")
    }

    mutating func print(_ item: SelectItem) -> String {
        switch item {
        case .all: return "*"
        case .count(let alias, let cast): return (alias.map { print(name: $0) + ":" } ?? "") + "count()" + (cast.map { "::\($0)" } ?? "")
        case .field(let item):
            var written = (item.alias.map { print(name: $0) + ":" } ?? "") + print(item.field)
            if let cast = item.cast { written += "::\(cast)" }
            if let aggregate = item.aggregate { written += ".\(aggregate.rawValue)()" }
            if let cast = item.aggregateCast { written += "::\(cast)" }
            return written
        case .embed(let embed):
            var written = embed.isSpread ? "..." : embed.alias.map { print(name: $0) + ":" } ?? ""
            written += print(name: embed.target)
            var extras: [String] = []
            if let hint = embed.hint { extras.append("!" + print(name: hint)) }
            if let join = embed.join { extras.insert("!\(join.rawValue)", at: chance(2) ? 0 : extras.endIndex) }
            return written + extras.joined() + "(" + print(embed.select) + ")"
        }
    }

    mutating func print(_ term: OrderTerm) -> String {
        var written = term.relation.map { print(name: $0) + "(" + print(term.field) + ")" } ?? print(term.field)
        if term.isDescending { written += ".desc" } else if chance(2) { written += ".asc" }
        if let nulls = term.nulls { written += ".nulls\(nulls.rawValue)" }
        return written
    }

    mutating func print(_ filter: Filter, inLogic: Bool) -> String {
        var written = filter.isNegated ? "not." : ""
        switch filter.operator {
        case .is(.notNull): return written + "is." + pick(["not_null", "NOT_NULL"])
        case .is(let truth): return written + "is." + pick([truth.rawValue, truth.rawValue.uppercased()])
        case .isDistinct: written += "isdistinct"
        case .search(let search, let language): written += search.rawValue + (language.map { "(\($0))" } ?? "")
        default: written += "\(filter.operator)"
        }
        if let quantifier = filter.quantifier { written += "(\(quantifier.rawValue))" }
        guard let index = filter.value else { return written }
        switch values[index.position] {
        case .text(let text): return written + "." + (inLogic ? element(text) : text)
        case .list(let list): return written + ".(" + list.map { element($0) }.joined(separator: ",") + ")"
        }
    }

    /// A value of a list or of logic: quoted where it must be, and sometimes where it need not.
    mutating func element(_ text: String) -> String {
        let mustBeQuoted = text.isEmpty || text.contains { ",()\"\\{} ".contains($0) }
        return mustBeQuoted || chance(4) ? quoted(text) : text
    }

    mutating func print(_ condition: Condition) -> String {
        switch condition {
        case .filter(let filter): return print(filter.field) + "." + print(filter, inLogic: true)
        case .logic(let connective, let isNegated, let parts):
            let inner = parts.map { print($0) }.joined(separator: ",")
            return (isNegated ? "not." : "") + connective.rawValue + (chance(6) ? " ( " : "(") + inner + ")"
        }
    }

    /// Percent-encoded: what must be, and at random what need not.
    mutating func encoded(_ text: String) -> String {
        var written = ""
        for byte in text.utf8 {
            switch byte {
            case 0x20 where chance(2): written += "+"
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x2A, 0x28, 0x29, 0x2C, 0x3A, 0x21, 0x22, 0x3E, 0x7B, 0x7D, 0x24,
                0x40:
                written += chance(40) ? Self.escape(byte) : String(UnicodeScalar(byte))
            default: written += Self.escape(byte)
            }
        }
        return written
    }

    private static func escape(_ byte: UInt8) -> String {
        "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: byte % 2 == 0)
    }
}
