package import OffstageJSON

/// The six range types. Source: PostgreSQL 15, chapter 8.17.
package enum RangeKind: String, Hashable, Sendable, CaseIterable {
    case int4range, int8range, numrange, daterange, tsrange, tstzrange

    package var element: DataType {
        switch self {
        case .int4range: .integer
        case .int8range: .bigint
        case .numrange: .numeric
        case .daterange: .date
        case .tsrange: .timestamp
        case .tstzrange: .timestamptz
        }
    }

    /// Its values have neighbours, so that every range can be written as `[a,b)`.
    var isDiscrete: Bool { self == .int4range || self == .int8range || self == .daterange }
}

/// A range to calculate with.
///
/// Stored as text with the bounds in the form their own type is stored in: `[1,5)`, `[8766,8767)` for two days, `empty`. So comparing
/// reads numbers only, and the session's time zone matters to printing alone.
package struct RangeValue: Sendable {
    package enum Point: Sendable {
        case integer(Int64)
        case numeric(Numeric)
    }

    package struct Bound: Sendable {
        /// Nil: without end.
        package var point: Point?
        package var isInclusive: Bool
        package var isLower: Bool

        package init(_ point: Point?, isInclusive: Bool, isLower: Bool) {
            self.point = point
            self.isInclusive = isInclusive && point != nil
            self.isLower = isLower
        }
    }

    package let kind: RangeKind
    /// Nil: empty.
    package private(set) var bounds: (lower: Bound, upper: Bound)?

    private init(empty kind: RangeKind) {
        self.kind = kind
        bounds = nil
    }

    package static func empty(_ kind: RangeKind) -> RangeValue { RangeValue(empty: kind) }

    /// The range between two bounds, in its canonical form. Throws 22000 where they are the wrong way round.
    package init(_ lower: Bound, _ upper: Bound, _ kind: RangeKind) throws(SQLError) {
        self.kind = kind
        var (lower, upper) = (lower, upper)
        guard try Self.isOpen(lower, upper) else {
            bounds = nil
            return
        }
        if kind.isDiscrete {
            if !lower.isInclusive, case .integer(let value)? = lower.point, !Self.isInfinite(value, kind) {
                lower.point = .integer(try Self.next(value, kind))
                lower.isInclusive = true
            }
            if upper.isInclusive, case .integer(let value)? = upper.point, !Self.isInfinite(value, kind) {
                upper.point = .integer(try Self.next(value, kind))
                upper.isInclusive = false
            }
            guard try Self.isOpen(lower, upper) else {
                bounds = nil
                return
            }
        }
        bounds = (lower, upper)
    }

    /// Whether anything is between; equal ends hold one value only if both belong to it.
    private static func isOpen(_ lower: Bound, _ upper: Bound) throws(SQLError) -> Bool {
        guard let low = lower.point, let high = upper.point else { return true }
        let order = compare(low, high)
        if order > 0 { throw SQLError("22000", "range lower bound must be less than or equal to range upper bound") }
        return order < 0 || (lower.isInclusive && upper.isInclusive)
    }

    private static func isInfinite(_ value: Int64, _ kind: RangeKind) -> Bool {
        kind == .daterange && (value == DateTimeText.dateInfinity.plus || value == DateTimeText.dateInfinity.minus)
    }

    private static func next(_ value: Int64, _ kind: RangeKind) throws(SQLError) -> Int64 {
        let (sum, overflow) = value.addingReportingOverflow(1)
        switch kind {
        case .int4range:
            guard sum <= Int64(Int32.max) else { throw SQLError("22003", "integer out of range") }
        case .daterange:
            guard DateTimeText.dateRange.contains(sum) else { throw SQLError("22008", "date out of range") }
        default:
            if overflow { throw SQLError("22003", "bigint out of range") }
        }
        return sum
    }

    package static func compare(_ a: Point, _ b: Point) -> Int {
        switch (a, b) {
        case (.integer(let x), .integer(let y)): x < y ? -1 : x > y ? 1 : 0
        case (.numeric(let x), .numeric(let y)): Int(Numeric.compare(x, y))
        case (.integer, .numeric): -1
        case (.numeric, .integer): 1
        }
    }

    /// The order of two bounds: an endless lower one is before everything, an endless upper one behind.
    package static func compare(_ a: Bound, _ b: Bound) -> Int {
        guard let x = a.point else {
            if b.point == nil { return a.isLower == b.isLower ? 0 : a.isLower ? -1 : 1 }
            return a.isLower ? -1 : 1
        }
        guard let y = b.point else { return b.isLower ? 1 : -1 }
        let order = compare(x, y)
        if order != 0 { return order }
        switch (a.isInclusive, b.isInclusive) {
        case (false, false): return a.isLower == b.isLower ? 0 : a.isLower ? 1 : -1
        case (false, true): return a.isLower ? 1 : -1
        case (true, false): return b.isLower ? -1 : 1
        case (true, true): return 0
        }
    }

    /// PostgreSQL's order of ranges: empty first, then by lower and upper bound.
    package static func compare(_ a: RangeValue, _ b: RangeValue) -> Int {
        guard let x = a.bounds else { return b.bounds == nil ? 0 : -1 }
        guard let y = b.bounds else { return 1 }
        let order = compare(x.lower, y.lower)
        return order == 0 ? compare(x.upper, y.upper) : order
    }
}

// MARK: The stored form

extension RangeValue {
    package var stored: String {
        guard let bounds else { return "empty" }
        func text(_ point: Point?) -> String {
            switch point {
            case nil: ""
            case .integer(let value): "\(value)"
            case .numeric(let value): value.text
            }
        }
        return (bounds.lower.isInclusive ? "[" : "(") + text(bounds.lower.point) + "," + text(bounds.upper.point)
            + (bounds.upper.isInclusive ? "]" : ")")
    }

    /// Nil for what `stored` never gives.
    package init?(stored bytes: UnsafeBufferPointer<UInt8>, _ kind: RangeKind) {
        if bytes.first == UInt8(ascii: "e") {
            self.init(empty: kind)
            return
        }
        guard bytes.count >= 3, let comma = bytes.firstIndex(of: UInt8(ascii: ",")), let first = bytes.first, let last = bytes.last
        else { return nil }
        func point(_ range: Swift.Range<Int>) -> Point?? {
            if range.isEmpty { return .some(nil) }
            let part = UnsafeBufferPointer(rebasing: bytes[range])
            if kind == .numrange {
                guard let value = try? Numeric(part) else { return nil }
                return .some(.numeric(value))
            }
            guard let value = Int64(String(decoding: part, as: UTF8.self)) else { return nil }
            return .some(.integer(value))
        }
        guard comma > 0, comma < bytes.count - 1 else { return nil }
        guard let low = point(1..<comma), let high = point(comma + 1..<bytes.count - 1) else { return nil }
        self.init(empty: kind)
        bounds = (
            Bound(low, isInclusive: first == UInt8(ascii: "["), isLower: true),
            Bound(high, isInclusive: last == UInt8(ascii: "]"), isLower: false)
        )
    }
}

// MARK: The printed form

extension RangeValue {
    /// As PostgreSQL prints it: `[2024-01-01,2024-02-01)`.
    package func write(into writer: inout JSONWriter, in zone: TimeZoneRules) {
        guard let bounds else { return writer.raw("empty") }
        writer.byte(UInt8(ascii: bounds.lower.isInclusive ? "[" : "("))
        write(bounds.lower.point, into: &writer, in: zone)
        writer.byte(UInt8(ascii: ","))
        write(bounds.upper.point, into: &writer, in: zone)
        writer.byte(UInt8(ascii: bounds.upper.isInclusive ? "]" : ")"))
    }

    private func write(_ point: Point?, into writer: inout JSONWriter, in zone: TimeZoneRules) {
        switch point {
        case nil: return
        case .numeric(let value): writer.raw(text: value.text)
        case .integer(let value):
            var text = JSONWriter(capacity: 40)
            kind.element.write(.integer(value), into: &text, in: zone)
            let isQuoted = text.withBytes { $0.contains { $0.isBlank || "\"\\()[],".utf8.contains($0) } }
            if isQuoted { writer.byte(UInt8(ascii: "\"")) }
            text.withBytes { writer.raw($0) }
            if isQuoted { writer.byte(UInt8(ascii: "\"")) }
        }
    }

    /// Reads a literal. Throws 22P02, 22000 and what the bounds' own type says.
    package init(_ text: String, _ kind: RangeKind, in context: ValueContext) throws(SQLError) {
        var reader = RangeReader(text)
        guard let parts = try reader.read() else {
            self.init(empty: kind)
            return
        }
        func point(_ text: String?) throws(SQLError) -> Point? {
            guard let text else { return nil }
            return try Point(ColumnType(kind.element).parse(text, in: context))
        }
        let low = try point(parts.lower)
        let high = try point(parts.upper)
        try self.init(
            Bound(low, isInclusive: parts.includesLower, isLower: true), Bound(high, isInclusive: parts.includesUpper, isLower: false), kind
        )
    }
}

extension RangeValue.Point {
    /// Nil for null.
    package init?(_ value: StoredValue) throws(SQLError) {
        switch value {
        case .integer(let value): self = .integer(value)
        case .text(let text): self = .numeric(try Numeric(text))
        default: return nil
        }
    }

    package var stored: StoredValue {
        switch self {
        case .integer(let value): .integer(value)
        case .numeric(let value): .text(value.text)
        }
    }
}

/// Cuts a range literal into its bounds' texts.
private struct RangeReader {
    struct Parts {
        var lower: String?
        var upper: String?
        var includesLower: Bool
        var includesUpper: Bool
    }

    private let text: String
    private let bytes: [UInt8]
    private var at = 0

    init(_ text: String) {
        self.text = text
        bytes = Array(text.utf8)
    }

    /// Nil for `empty`.
    mutating func read() throws(SQLError) -> Parts? {
        skipBlanks()
        if bytes.count - at >= 5, bytes[at..<at + 5].isWord("empty") {
            at += 5
            skipBlanks()
            guard at == bytes.count else { throw malformed("Junk after \"empty\" key word.") }
            return nil
        }
        guard let open = peek, open == UInt8(ascii: "[") || open == UInt8(ascii: "(") else {
            throw malformed("Missing left parenthesis or bracket.")
        }
        at += 1
        let lower = try bound()
        guard peek == UInt8(ascii: ",") else { throw malformed("Missing comma after lower bound.") }
        at += 1
        let upper = try bound()
        guard let close = peek, close == UInt8(ascii: "]") || close == UInt8(ascii: ")") else { throw malformed("Too many commas.") }
        at += 1
        skipBlanks()
        guard at == bytes.count else { throw malformed("Junk after right parenthesis or bracket.") }
        return Parts(
            lower: lower, upper: upper, includesLower: open == UInt8(ascii: "["), includesUpper: close == UInt8(ascii: "]"))
    }

    private mutating func bound() throws(SQLError) -> String? {
        func isEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: ",") || byte == UInt8(ascii: ")") || byte == UInt8(ascii: "]") }
        if let byte = peek, isEnd(byte) { return nil }
        var result: [UInt8] = []
        var isQuoted = false
        while true {
            guard let byte = peek else { throw malformed("Unexpected end of input.") }
            if !isQuoted, isEnd(byte) { return String(decoding: result, as: UTF8.self) }
            at += 1
            if byte == UInt8(ascii: "\\") {
                guard let next = peek else { throw malformed("Unexpected end of input.") }
                result.append(next)
                at += 1
            } else if byte == UInt8(ascii: "\"") {
                if !isQuoted {
                    isQuoted = true
                } else if peek == UInt8(ascii: "\"") {
                    result.append(byte)
                    at += 1
                } else {
                    isQuoted = false
                }
            } else {
                result.append(byte)
            }
        }
    }

    private var peek: UInt8? { at < bytes.count ? bytes[at] : nil }

    private mutating func skipBlanks() {
        while let byte = peek, byte.isBlank { at += 1 }
    }

    private func malformed(_ details: String) -> SQLError {
        SQLError("22P02", "malformed range literal: \"\(text)\"", details: details)
    }
}
