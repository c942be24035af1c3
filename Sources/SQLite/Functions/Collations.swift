import CSQLite
import OffstageJSON
import OffstageSchema

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The orders of types that are stored as text but do not sort as text.
extension EngineCollation {
    static let types: [EngineCollation] = [
        EngineCollation("pg_numeric") { Numeric.compare(text($2, $1), text($4, $3)) },
        EngineCollation("pg_bpchar") { order(trimmed(text($2, $1)), trimmed(text($4, $3))) },
        EngineCollation("pg_interval") { intervals(text($2, $1), text($4, $3)) },
        EngineCollation("pg_jsonb") { documents(text($2, $1), text($4, $3)) },
        EngineCollation("pg_array_text") { arrays(text($2, $1), text($4, $3), areNumbers: false) },
        EngineCollation("pg_array_number") { arrays(text($2, $1), text($4, $3), areNumbers: true) },
        EngineCollation("pg_range") { ranges(text($2, $1), text($4, $3), .int8range) },
        EngineCollation("pg_range_number") { ranges(text($2, $1), text($4, $3), .numrange) },
        EngineCollation("pg_inet") { addresses(text($2, $1), text($4, $3)) },
        EngineCollation("pg_timetz") { zonedTimes(text($2, $1), text($4, $3)) },
        EngineCollation("pg_tsvector") { vectors(text($2, $1), text($4, $3)) },
        EngineCollation("pg_tsquery") { queries(text($2, $1), text($4, $3)) },
        EngineCollation("pg_citext") { folded(text($2, $1), text($4, $3)) },
    ]

    typealias Text = UnsafeBufferPointer<UInt8>

    @inline(__always)
    private static func text(_ start: UnsafeRawPointer?, _ count: Int32) -> Text {
        Text(start: start?.assumingMemoryBound(to: UInt8.self), count: start == nil ? 0 : Int(count))
    }

    static func order(_ a: Text, _ b: Text) -> Int32 {
        let common = min(a.count, b.count)
        if common > 0, let left = a.baseAddress, let right = b.baseAddress {
            let result = memcmp(left, right, common)
            if result != 0 { return result < 0 ? -1 : 1 }
        }
        return a.count == b.count ? 0 : a.count < b.count ? -1 : 1
    }

    private static func trimmed(_ text: Text) -> Text {
        var count = text.count
        while count > 0, text[count - 1] == 0x20 { count -= 1 }
        return Text(rebasing: text[..<count])
    }

    private static func intervals(_ a: Text, _ b: Text) -> Int32 {
        guard let left = try? Interval(String(decoding: a, as: UTF8.self)).span,
            let right = try? Interval(String(decoding: b, as: UTF8.self)).span
        else { return order(a, b) }
        return left < right ? -1 : left > right ? 1 : 0
    }

    private static func documents(_ a: Text, _ b: Text) -> Int32 {
        if order(a, b) == 0 { return 0 }
        guard let left = try? JSONValue(stored: a), let right = try? JSONValue(stored: b) else { return order(a, b) }
        return Int32(left.compare(with: right, isTop: true))
    }

    private static func arrays(_ a: Text, _ b: Text, areNumbers: Bool) -> Int32 {
        if order(a, b) == 0 { return 0 }
        guard let left = try? ArrayText.items(of: String(decoding: a, as: UTF8.self)),
            let right = try? ArrayText.items(of: String(decoding: b, as: UTF8.self))
        else { return order(a, b) }
        return Int32(ArrayOrder.compare(left, right, areNumbers: areNumbers))
    }

    /// The order of two stored texts of one of the types that have their own.
    static func compare(_ a: Text, _ b: Text, as type: DataType) -> Int32 {
        switch type {
        case .citext: folded(a, b)
        case .inet, .cidr: addresses(a, b)
        case .timetz: zonedTimes(a, b)
        case .range(let kind): ranges(a, b, kind)
        default: order(a, b)
        }
    }

    private static func ranges(_ a: Text, _ b: Text, _ kind: RangeKind) -> Int32 {
        guard let left = RangeValue(stored: a, kind), let right = RangeValue(stored: b, kind) else { return order(a, b) }
        return Int32(RangeValue.compare(left, right))
    }

    private static func addresses(_ a: Text, _ b: Text) -> Int32 {
        guard let left = try? NetworkAddress(String(decoding: a, as: UTF8.self), isNetwork: false),
            let right = try? NetworkAddress(String(decoding: b, as: UTF8.self), isNetwork: false)
        else { return order(a, b) }
        return Int32(NetworkAddress.compare(left, right))
    }

    private static func zonedTimes(_ a: Text, _ b: Text) -> Int32 {
        guard let left = ZonedTime(stored: String(decoding: a, as: UTF8.self)),
            let right = ZonedTime(stored: String(decoding: b, as: UTF8.self))
        else { return order(a, b) }
        return Int32(ZonedTime.compare(left, right))
    }

    private static func vectors(_ a: Text, _ b: Text) -> Int32 {
        if order(a, b) == 0 { return 0 }
        guard let left = try? SearchVector(reading: a), let right = try? SearchVector(reading: b) else { return order(a, b) }
        return Int32(left.compare(with: right).signum())
    }

    private static func queries(_ a: Text, _ b: Text) -> Int32 {
        guard let left = try? SearchQuery(String(decoding: a, as: UTF8.self)),
            let right = try? SearchQuery(String(decoding: b, as: UTF8.self))
        else { return order(a, b) }
        return Int32(left.compare(with: right).signum())
    }

    private static func folded(_ a: Text, _ b: Text) -> Int32 {
        let left = LetterCase.lower(a)
        let right = LetterCase.lower(b)
        return left.withUnsafeBufferPointer { left in right.withUnsafeBufferPointer { order(left, $0) } }
    }
}

/// Arrays compare element by element; null is greater than all, and the shorter of two equal beginnings is less.
enum ArrayOrder {
    static func compare(_ a: [String?], _ b: [String?], areNumbers: Bool) -> Int {
        for (left, right) in zip(a, b) {
            let result = compare(left, right, areNumbers: areNumbers)
            if result != 0 { return result }
        }
        return a.count == b.count ? 0 : a.count < b.count ? -1 : 1
    }

    static func compare(_ a: String?, _ b: String?, areNumbers: Bool) -> Int {
        guard let a else { return b == nil ? 0 : 1 }
        guard let b else { return -1 }
        if areNumbers, let left = try? Numeric(a), let right = try? Numeric(b) { return Int(Numeric.compare(left, right)) }
        return textOrder(a, b)
    }

    static func textOrder(_ a: String, _ b: String) -> Int {
        var (a, b) = (a, b)
        return a.withUTF8 { left in b.withUTF8 { Int(EngineCollation.order(left, $0)) } }
    }
}

extension JSONValue {
    /// PostgreSQL's order of jsonb: object > array > boolean > number > string > null; an empty array on top sorts below all.
    func compare(with other: JSONValue, isTop: Bool = false) -> Int {
        if isTop {
            let (a, b) = (array?.isEmpty == true, other.array?.isEmpty == true)
            if a || b { return a == b ? 0 : a ? -1 : 1 }
        }
        guard rank == other.rank else { return rank < other.rank ? -1 : 1 }
        switch (self, other) {
        case (.boolean(let a), .boolean(let b)): return a == b ? 0 : a ? 1 : -1
        case (.number(let a), .number(let b)):
            guard let left = try? Numeric(a), let right = try? Numeric(b) else { return ArrayOrder.textOrder(a, b) }
            return Int(Numeric.compare(left, right))
        case (.string(let a), .string(let b)): return ArrayOrder.textOrder(a, b)
        case (.array(let a), .array(let b)):
            if a.count != b.count { return a.count < b.count ? -1 : 1 }
            for (left, right) in zip(a, b) {
                let result = left.compare(with: right)
                if result != 0 { return result }
            }
            return 0
        case (.object(let a), .object(let b)):
            if a.count != b.count { return a.count < b.count ? -1 : 1 }
            for (left, right) in zip(a, b) {
                let names = ArrayOrder.textOrder(left.name, right.name)
                if names != 0 { return names }
                let result = left.value.compare(with: right.value)
                if result != 0 { return result }
            }
            return 0
        default: return 0
        }
    }

    private var rank: Int {
        switch self {
        case .null: 0
        case .string: 1
        case .number: 2
        case .boolean: 3
        case .array: 4
        case .object: 5
        }
    }
}
