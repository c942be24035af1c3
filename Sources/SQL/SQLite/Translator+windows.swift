import OffstageSchema
import OffstageSyntax

/// Windows: `over (…)`, `over w`, the `window` clause, frames. SQLite's have PostgreSQL's meaning once keys are collated and nulls placed.
extension Translator {
    mutating func translate(_ window: Window, in scope: Scope) throws(SQLError) -> String {
        var window = window
        if let name = window.name {
            guard let found = scope.windows[name] else { throw SQLError("42704", "window \"\(name)\" does not exist") }
            window = found
        } else {
            window = try definition(of: window, in: scope)
        }
        var parts: [String] = []
        if !window.partitionBy.isEmpty {
            var keys: [String] = []
            for key in window.partitionBy {
                let term = try settled(try translate(key, in: scope))
                keys.append(term.sql + collating(term.type))
            }
            parts.append("PARTITION BY " + keys.joined(separator: ", "))
        }
        var reach: Reach?
        if !window.orderBy.isEmpty {
            var keys: [String] = []
            for key in window.orderBy {
                var term = try settled(try translate(key.value, in: scope))
                try requireOrder(OrderItem(term: term, key: key, output: nil))
                if let frame = window.frame, frame.mode == .range, frame.hasOffset {
                    guard window.orderBy.count == 1 else { break }
                    let own = try Reach(term)
                    term = own.key
                    reach = own
                }
                keys.append(ordering(term, key))
            }
            parts.append("ORDER BY " + keys.joined(separator: ", "))
        }
        if let frame = window.frame, frame.mode == .range, frame.hasOffset, reach == nil {
            throw SQLError("42P20", "RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column")
        }
        if let frame = window.frame { parts.append(try text(frame, reach, isOrdered: !window.orderBy.isEmpty, in: scope)) }
        return "(\(parts.joined(separator: " ")))"
    }

    /// The window with what it takes over from the one it extends: `over (w order by x)`.
    func definition(of window: Window, in scope: Scope) throws(SQLError) -> Window {
        guard let base = window.base else { return window }
        guard let found = scope.windows[base] else { throw SQLError("42704", "window \"\(base)\" does not exist") }
        guard window.partitionBy.isEmpty else { throw SQLError("42P20", "cannot override PARTITION BY clause of window \"\(base)\"") }
        guard window.orderBy.isEmpty || found.orderBy.isEmpty else {
            throw SQLError("42P20", "cannot override ORDER BY clause of window \"\(base)\"")
        }
        guard found.frame == nil else {
            throw SQLError(
                "42P20", "cannot copy window \"\(base)\" because it has a frame clause",
                hint: window.orderBy.isEmpty && window.frame == nil ? "Omit the parentheses in this OVER clause." : nil)
        }
        var window = window
        window.partitionBy = found.partitionBy
        if window.orderBy.isEmpty { window.orderBy = found.orderBy }
        window.base = nil
        return window
    }

    private mutating func text(
        _ frame: Window.Frame, _ reach: Reach?, isOrdered: Bool, in scope: Scope
    ) throws(SQLError) -> String {
        let mode =
            switch frame.mode {
            case .rows: "ROWS"
            case .range: "RANGE"
            case .groups: "GROUPS"
            }
        if frame.mode == .groups, !isOrdered { throw SQLError("42P20", "GROUPS mode requires an ORDER BY clause") }
        let start = try text(frame.start, mode, reach, "starting", in: scope)
        var sql = "\(mode) BETWEEN \(start) AND \(try text(frame.end, mode, reach, "ending", in: scope))"
        switch frame.exclude {
        case .currentRow?: sql += " EXCLUDE CURRENT ROW"
        case .group?: sql += " EXCLUDE GROUP"
        case .ties?: sql += " EXCLUDE TIES"
        case nil: break
        }
        return sql
    }

    private mutating func text(
        _ bound: Window.Frame.Bound, _ mode: String, _ reach: Reach?, _ side: String, in scope: Scope
    ) throws(SQLError) -> String {
        switch bound {
        case .unboundedPreceding: "UNBOUNDED PRECEDING"
        case .currentRow: "CURRENT ROW"
        case .unboundedFollowing: "UNBOUNDED FOLLOWING"
        case .preceding(let offset): "\(try distance(offset, mode, reach, side, in: scope)) PRECEDING"
        case .following(let offset): "\(try distance(offset, mode, reach, side, in: scope)) FOLLOWING"
        }
    }

    /// How far a frame reaches: a plain number, which is all that SQLite takes.
    private mutating func distance(
        _ offset: Expression, _ mode: String, _ reach: Reach?, _ side: String, in scope: Scope
    ) throws(SQLError) -> String {
        if case .literal(.null) = offset.kind { throw SQLError("22004", "frame \(side) offset must not be null") }
        let term = try translate(offset, in: scope)
        guard term.levels & scope.bit == 0 else {
            throw SQLError("42P10", "argument of \(mode) must not contain variables", position: offset.position.byteOffset)
        }
        if let reach { return try reach.distance(offset, term, side) }
        guard term.pending != nil || term.type.isInteger else {
            throw SQLError(
                "42804", "argument of \(mode) must be type bigint, not type \(term.type.name)", position: offset.position.byteOffset)
        }
        guard let number = offset.wholeNumber else {
            throw unsupported("a frame offset that is no plain number", hint: "Write the number.", at: offset.position)
        }
        guard number >= 0 else { throw SQLError("22013", "frame \(side) offset must not be negative") }
        return "\(number)"
    }
}

/// How a RANGE frame with an offset measures: the key as a number, and the offset as one.
private struct Reach {
    var key: Term
    private let type: DataType

    init(_ key: Term) throws(SQLError) {
        type = key.type
        switch key.type {
        case .smallint, .integer, .bigint, .real, .double, .timestamp, .timestamptz, .time: self.key = key
        case .date:
            // In microseconds, as its offset.
            self.key = key.with {
                $0.sql = "(\($0.sql) * 86400000000)"
                $0.type = .bigint
            }
        case .numeric, .interval:
            throw unsupported("RANGE with an offset over \(key.type.name)", hint: "Use a key of an integer type or double precision.")
        default:
            throw SQLError("0A000", "RANGE with offset PRECEDING/FOLLOWING is not supported for column type \(key.type.name)")
        }
    }

    func distance(_ offset: Expression, _ term: Term, _ side: String) throws(SQLError) -> String {
        func mismatch() -> SQLError {
            SQLError(
                "0A000",
                "RANGE with offset PRECEDING/FOLLOWING is not supported for column type \(type.name) and offset type \(term.type.name)",
                hint: "Cast the offset value to an appropriate type.", position: offset.position.byteOffset)
        }
        let negative = SQLError("22013", "invalid preceding or following size in window function")
        let plain = unsupported("a frame offset that is no plain value", hint: "Write the value.", at: offset.position)
        switch type {
        case .smallint, .integer, .bigint:
            guard term.pending != nil || term.type.isInteger else { throw mismatch() }
            guard let number = offset.wholeNumber else { throw plain }
            guard number >= 0 else { throw negative }
            return "\(number)"
        case .real, .double:
            guard term.pending != nil || term.type.numberRank != nil else { throw mismatch() }
            guard let text = offset.numberText, let number = Double(text) else { throw plain }
            guard number >= 0, number.isFinite else { throw negative }
            return "\(number)"
        default:
            guard term.pending != nil || term.type == .interval else { throw mismatch() }
            guard let text = offset.quotedText else { throw plain }
            let interval = try Interval(text)
            guard interval.months == 0 else {
                throw unsupported("a frame offset of months", hint: "Give it in days.", at: offset.position)
            }
            guard interval.span >= 0, let span = Int64(exactly: interval.span) else { throw negative }
            return "\(span)"
        }
    }
}

extension Window.Frame {
    fileprivate var hasOffset: Bool {
        for bound in [start, end] {
            switch bound {
            case .preceding, .following: return true
            default: continue
            }
        }
        return false
    }
}

extension Expression {
    /// The number that literals and arithmetic over them make.
    fileprivate var wholeNumber: Int64? {
        switch kind {
        case .literal(.integer(let number)): return Int64(number)
        case .literal(.number(let text)), .literal(.string(let text)): return Int64(text)
        case .cast(let inner, _): return inner.wholeNumber
        case .unary("-", let inner): return inner.wholeNumber.flatMap { Self.checked(Int64(0).subtractingReportingOverflow($0)) }
        case .binary(let name, let left, let right):
            guard let a = left.wholeNumber, let b = right.wholeNumber else { return nil }
            switch name {
            case "+": return Self.checked(a.addingReportingOverflow(b))
            case "-": return Self.checked(a.subtractingReportingOverflow(b))
            case "*": return Self.checked(a.multipliedReportingOverflow(by: b))
            default: return nil
            }
        default: return nil
        }
    }

    private static func checked(_ result: (partialValue: Int64, overflow: Bool)) -> Int64? {
        result.overflow ? nil : result.partialValue
    }

    fileprivate var numberText: String? {
        switch kind {
        case .literal(.integer(let number)): return "\(number)"
        case .literal(.number(let text)), .literal(.string(let text)): return text
        case .cast(let inner, _): return inner.numberText
        case .unary("-", let inner): return inner.numberText.map { "-" + $0 }
        default: return nil
        }
    }

    fileprivate var quotedText: String? {
        switch kind {
        case .literal(.string(let text)): return text
        case .cast(let inner, _): return inner.quotedText
        default: return nil
        }
    }
}
