import CSQLite

/// `greatest` and `least`: SQLite's own `max(a, b)` is null as soon as one of them is.
extension EngineFunction {
    static let extremes: [EngineFunction] = [
        // pg_greatest(collation, a, b, …): the collation by its name, empty where the stored form sorts by itself.
        EngineFunction("pg_greatest", -1, pure) { run($0, $1, $2) { extreme($0, wanted: 1) } },
        EngineFunction("pg_least", -1, pure) { run($0, $1, $2) { extreme($0, wanted: -1) } },
    ]

    private static func extreme(_ call: FunctionCall, wanted: Int32) {
        let name = call.bytes(0)
        let collation = EngineCollation.types.first { $0.name.utf8.elementsEqual(name) }
        var best: Int?
        for index in 1..<max(call.count, 1) where !call.isNull(index) {
            guard let current = best else {
                best = index
                continue
            }
            if order(call, index, current, by: collation) == wanted { best = index }
        }
        guard let best else { return call.giveNull() }
        sqlite3_result_value(call.context, call.argument(best))
    }

    /// -1, 0 or 1. Both are of one type; blobs and texts of no collation sort by their bytes.
    private static func order(_ call: FunctionCall, _ a: Int, _ b: Int, by collation: EngineCollation?) -> Int32 {
        switch (sqlite3_value_type(call.argument(a)), sqlite3_value_type(call.argument(b))) {
        case (SQLITE_INTEGER, SQLITE_INTEGER):
            let (x, y) = (call.integer(a), call.integer(b))
            return x < y ? -1 : x > y ? 1 : 0
        // NaN is a text, behind every number.
        case (SQLITE_INTEGER, SQLITE_TEXT), (SQLITE_FLOAT, SQLITE_TEXT): return -1
        case (SQLITE_TEXT, SQLITE_INTEGER), (SQLITE_TEXT, SQLITE_FLOAT): return 1
        case (SQLITE_INTEGER, _), (SQLITE_FLOAT, _):
            let (x, y) = (call.double(a), call.double(b))
            return x < y ? -1 : x > y ? 1 : 0
        case (SQLITE_BLOB, _): return EngineCollation.order(call.blob(a), call.blob(b))
        default:
            let (x, y) = (call.bytes(a), call.bytes(b))
            guard let collation else { return EngineCollation.order(x, y) }
            let result = collation.compare(nil, Int32(x.count), x.baseAddress, Int32(y.count), y.baseAddress)
            return result < 0 ? -1 : result > 0 ? 1 : 0
        }
    }
}
