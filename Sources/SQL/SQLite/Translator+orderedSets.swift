import OffstageSchema
import OffstageSyntax

/// `percentile_cont(0.5) within group (order by x)` and its kin. Source: PostgreSQL 15, tables 9.61 and 9.62.
extension Translator {
    static let orderedSets: Set<String> = ["percentile_cont", "percentile_disc", "mode"]
    private static let hypothetical: Set<String> = ["rank", "dense_rank", "percent_rank", "cume_dist"]

    mutating func orderedSet(_ call: Call, in scope: Scope, at position: Position) throws(SQLError) -> Term {
        let name = call.function.last
        guard Self.orderedSets.contains(name) || Self.hypothetical.contains(name) else {
            guard !builtIns(call.function).isEmpty else { throw unknownFunction(call.function, call, []) }
            throw SQLError(
                "42809", "\(name) is not an ordered-set aggregate, so it cannot have WITHIN GROUP", position: position.byteOffset)
        }
        guard call.over == nil else {
            throw SQLError("0A000", "OVER is not supported for ordered-set aggregate \(name)", position: position.byteOffset)
        }
        guard !insideAggregate else { throw SQLError("42803", "aggregate function calls cannot be nested") }
        // What stands in front of `within group` is one value for the whole group.
        var direct: [Term] = []
        for argument in call.arguments { direct.append(try translate(argument.value, in: scope)) }
        insideAggregate = true
        defer { insideAggregate = false }
        var keys: [Term] = []
        for key in call.orderBy { keys.append(try translate(key.value, in: scope)) }
        let placed =
            Self.orderedSets.contains(name)
            ? try percentile(name, &direct, &keys, call, at: position) : try standing(name, &direct, &keys, call, at: position)
        var sql = placed.0
        let type = placed.1
        var parts = direct + keys
        if let filter = call.filter {
            let condition = try boolean(filter, in: scope, argumentOf: "FILTER")
            parts.append(condition)
            sql += " FILTER (WHERE \(condition.sql))"
        }
        // No rows at all leave the engine's aggregate without a word.
        switch name {
        case "rank", "dense_rank", "cume_dist": sql = "coalesce(\(sql), \(type == .double ? "1.0" : "1"))"
        case "percent_rank": sql = "coalesce(\(sql), 0.0)"
        default: break
        }
        return Term(sql, type, from: parts).with {
            $0.isSafe = false
            $0.containsAggregate = true
            $0.levels |= scope.bit
            $0.source = nil
        }
    }

    private mutating func percentile(
        _ name: String, _ direct: inout [Term], _ keys: inout [Term], _ call: Call, at position: Position
    ) throws(SQLError) -> (String, DataType) {
        guard keys.count == 1, direct.count == (name == "mode" ? 0 : 1) else { throw noOrderedSet(name, direct, keys, at: position) }
        keys[0] = try settled(keys[0])
        if name == "percentile_cont", keys[0].type != .interval {
            guard keys[0].type.numberRank != nil else { throw noOrderedSet(name, direct, keys, at: position) }
            keys[0] = try coerce(keys[0], to: ColumnType(.double), .implicit)
        }
        let type = keys[0].type
        guard type.isComparable else { throw noOrderedSet(name, direct, keys, at: position) }
        var result = type
        var fraction = "NULL"
        if let first = direct.first {
            if case .array = first.type {
                direct[0] = try coerce(first, to: ColumnType(.array(.double)), .implicit)
                result = .array(type)
            } else {
                guard first.pending != nil || first.type.numberRank != nil else { throw noOrderedSet(name, direct, keys, at: position) }
                direct[0] = try coerce(first, to: ColumnType(.double), .implicit)
            }
            fraction = direct[0].sql
        }
        let order = Self.quoted(Self.order(call.orderBy, keys))
        return ("pg_ordered_set('\(name)', \(Self.quoted(result.key)), \(fraction), \(order), \(keys[0].sql))", result)
    }

    /// Where a row would stand among the others.
    private mutating func standing(
        _ name: String, _ direct: inout [Term], _ keys: inout [Term], _ call: Call, at position: Position
    ) throws(SQLError) -> (String, DataType) {
        guard !keys.isEmpty, direct.count == keys.count else { throw noOrderedSet(name, direct, keys, at: position) }
        for index in keys.indices {
            let (same, _) = try unify([direct[index], keys[index]], "WITHIN GROUP", at: position)
            (direct[index], keys[index]) = (same[0], same[1])
        }
        let order = Self.quoted(Self.order(call.orderBy, keys))
        let values = (direct + keys).map(\.sql).joined(separator: ", ")
        return ("pg_standing('\(name)', \(order), \(values))", name.hasSuffix("dist") || name.hasPrefix("percent") ? .double : .bigint)
    }

    private static func order(_ syntax: [SortKey], _ keys: [Term]) -> String {
        zip(syntax, keys).map { key, term in
            "\(term.type.key) \(key.descending ? "desc" : "asc") \(key.nullsFirst ?? key.descending ? "first" : "last")"
        }.joined(separator: ";")
    }

    private func noOrderedSet(_ name: String, _ direct: [Term], _ keys: [Term], at position: Position) -> SQLError {
        let types = (direct + keys).map { $0.pending == nil ? $0.type.name : "unknown" }.joined(separator: ", ")
        return SQLError(
            "42883", "function \(name)(\(types)) does not exist",
            hint: "No function matches the given name and argument types. You might need to add explicit type casts.",
            position: position.byteOffset)
    }
}
