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
        if !window.orderBy.isEmpty {
            var keys: [String] = []
            for key in window.orderBy { keys.append(try ordering(try settled(try translate(key.value, in: scope)), key)) }
            parts.append("ORDER BY " + keys.joined(separator: ", "))
        }
        if let frame = window.frame { parts.append(try text(frame, isOrdered: !window.orderBy.isEmpty)) }
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

    private func text(_ frame: Window.Frame, isOrdered: Bool) throws(SQLError) -> String {
        let mode =
            switch frame.mode {
            case .rows: "ROWS"
            case .range: "RANGE"
            case .groups: "GROUPS"
            }
        if frame.mode == .groups, !isOrdered { throw SQLError("42P20", "GROUPS mode requires an ORDER BY clause") }
        var sql = "\(mode) BETWEEN \(try text(frame.start, frame.mode, "starting")) AND \(try text(frame.end, frame.mode, "ending"))"
        switch frame.exclude {
        case .currentRow?: sql += " EXCLUDE CURRENT ROW"
        case .group?: sql += " EXCLUDE GROUP"
        case .ties?: sql += " EXCLUDE TIES"
        case nil: break
        }
        return sql
    }

    private func text(_ bound: Window.Frame.Bound, _ mode: Window.Frame.Mode, _ side: String) throws(SQLError) -> String {
        switch bound {
        case .unboundedPreceding: "UNBOUNDED PRECEDING"
        case .currentRow: "CURRENT ROW"
        case .unboundedFollowing: "UNBOUNDED FOLLOWING"
        case .preceding(let offset): "\(try count(offset, mode, side)) PRECEDING"
        case .following(let offset): "\(try count(offset, mode, side)) FOLLOWING"
        }
    }

    /// How many rows or groups; what a RANGE reaches is a value of the key's type, which SQLite would take for a number.
    private func count(_ offset: Expression, _ mode: Window.Frame.Mode, _ side: String) throws(SQLError) -> Int32 {
        guard mode != .range else {
            throw unsupported(
                "RANGE with an offset", hint: "Use ROWS or GROUPS, or join the rows in reach.", at: offset.position)
        }
        switch offset.kind {
        case .literal(.integer(let count)):
            guard count >= 0 else { throw SQLError("22013", "frame \(side) offset must not be negative") }
            return count
        case .literal(.null): throw SQLError("22004", "frame \(side) offset must not be null")
        default: throw unsupported("a frame offset that is no plain number", hint: "Write the number.", at: offset.position)
        }
    }
}
