import CSQLite
import OffstageSchema

/// Ranges, as they are stored. Every function has the range type's key last. Source: PostgreSQL 15, chapter 9.20.
extension EngineFunction {
    static let ranges: [EngineFunction] = [
        // pg_range(lower, upper, bounds, type): a null bound is none.
        EngineFunction("pg_range", 4, pure) {
            run($0, $1, $2) { call in
                guard !call.isNull(2) else { throw SQLError("22000", "range constructor flags argument must not be null") }
                let flags = call.text(2)
                guard ["[]", "[)", "(]", "()"].contains(flags) else {
                    throw SQLError("42601", "invalid range bound flags", hint: "Valid values are \"[]\", \"[)\", \"(]\", and \"()\".")
                }
                let (lower, upper) = (try RangeValue.Point(call.value(0)), try RangeValue.Point(call.value(1)))
                call.give(
                    try RangeValue(
                        .init(lower, isInclusive: flags.hasPrefix("["), isLower: true),
                        .init(upper, isInclusive: flags.hasSuffix("]"), isLower: false), call.rangeKind))
            }
        },
        EngineFunction("pg_range_contains", 3, pure) { test($0, $1, $2) { $0.contains($1) } },
        EngineFunction("pg_range_overlaps", 3, pure) { test($0, $1, $2) { $0.overlaps($1) } },
        EngineFunction("pg_range_before", 3, pure) { test($0, $1, $2) { $0.isBefore($1) } },
        EngineFunction("pg_range_ends", 3, pure) { test($0, $1, $2) { $0.endsNotAfter($1) } },
        EngineFunction("pg_range_begins", 3, pure) { test($0, $1, $2) { $0.beginsNotBefore($1) } },
        EngineFunction("pg_range_adjacent", 3, pure) { test($0, $1, $2) { $0.isAdjacent(to: $1) } },
        EngineFunction("pg_range_has", 3, pure) {
            strict($0, $1, $2) { call in
                guard let range = try call.range(0), let point = try RangeValue.Point(call.value(1)) else { return call.giveNull() }
                call.give(range.contains(point))
            }
        },
        EngineFunction("pg_range_union", 3, pure) { combine($0, $1, $2) { (a, b) throws(SQLError) in try a.union(b) } },
        EngineFunction("pg_range_intersection", 3, pure) { combine($0, $1, $2) { (a, b) throws(SQLError) in try a.intersection(b) } },
        EngineFunction("pg_range_difference", 3, pure) { combine($0, $1, $2) { (a, b) throws(SQLError) in try a.difference(b) } },
        EngineFunction("pg_range_merge", 3, pure) { combine($0, $1, $2) { (a, b) throws(SQLError) in try a.merged(with: b) } },
        // pg_range_bound(range, 0 for the lower and 1 for the upper, type)
        EngineFunction("pg_range_bound", 3, pure) {
            strict($0, $1, $2) { call in
                guard let bounds = try call.range(0)?.bounds,
                    let point = call.boolean(1) ? bounds.upper.point : bounds.lower.point
                else { return call.giveNull() }
                try call.give(point.stored)
            }
        },
    ]

    private static func test(
        _ context: OpaquePointer?, _ count: Int32, _ arguments: UnsafeMutablePointer<OpaquePointer?>?,
        _ holds: (RangeValue, RangeValue) -> Bool
    ) {
        strict(context, count, arguments) { call in
            guard let a = try call.range(0), let b = try call.range(1) else { return call.giveNull() }
            call.give(holds(a, b))
        }
    }

    private static func combine(
        _ context: OpaquePointer?, _ count: Int32, _ arguments: UnsafeMutablePointer<OpaquePointer?>?,
        _ operation: (RangeValue, RangeValue) throws(SQLError) -> RangeValue
    ) {
        strict(context, count, arguments) { call in
            guard let a = try call.range(0), let b = try call.range(1) else { return call.giveNull() }
            call.give(try operation(a, b))
        }
    }
}

extension FunctionCall {
    /// The range type that the last argument names.
    var rangeKind: RangeKind {
        get throws(SQLError) {
            guard case .range(let kind) = try type(count - 1).type else { throw SQLError("XX000", "a range was expected") }
            return kind
        }
    }

    func range(_ index: Int) throws(SQLError) -> RangeValue? { RangeValue(stored: bytes(index), try rangeKind) }

    func give(_ range: RangeValue) { give(range.stored) }
}
