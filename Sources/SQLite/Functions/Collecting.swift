import CSQLite
import OffstageJSON
import OffstageSchema

/// Aggregates that collect their rows: `string_agg`, `array_agg`, `json_agg` and their kin, each also with `distinct` and `order by`.
///
/// The sorted form takes an order and its keys behind its own arguments: `pg_string_agg_sorted(x, ',', 'text asc last', key)`.
extension EngineFunction {
    static let collecting: [EngineFunction] = [
        aggregate("pg_string_agg", 2) { step($0, $1, $2) { Collected(.text, own: 2) } },
        aggregate("pg_string_agg_sorted", -1) { step($0, $1, $2) { Collected(.text, own: 2) } },
        aggregate("pg_bytea_agg", 2) { step($0, $1, $2) { Collected(.bytes, own: 2) } },
        aggregate("pg_bytea_agg_sorted", -1) { step($0, $1, $2) { Collected(.bytes, own: 2) } },
        aggregate("pg_array_agg", 2) { step($0, $1, $2) { Collected(.array, own: 2) } },
        aggregate("pg_array_agg_sorted", -1) { step($0, $1, $2) { Collected(.array, own: 2) } },
        aggregate("pg_json_agg", 2) { step($0, $1, $2) { Collected(.json, own: 2) } },
        aggregate("pg_json_agg_sorted", -1) { step($0, $1, $2) { Collected(.json, own: 2) } },
        aggregate("pg_jsonb_agg", 2) { step($0, $1, $2) { Collected(.jsonb, own: 2) } },
        aggregate("pg_jsonb_agg_sorted", -1) { step($0, $1, $2) { Collected(.jsonb, own: 2) } },
        aggregate("pg_string_agg_distinct", 2) { step($0, $1, $2) { Collected(.text, own: 2, isDistinct: true) } },
        aggregate("pg_string_agg_distinct_sorted", -1) { step($0, $1, $2) { Collected(.text, own: 2, isDistinct: true) } },
        aggregate("pg_bytea_agg_distinct", 2) { step($0, $1, $2) { Collected(.bytes, own: 2, isDistinct: true) } },
        aggregate("pg_bytea_agg_distinct_sorted", -1) { step($0, $1, $2) { Collected(.bytes, own: 2, isDistinct: true) } },
        aggregate("pg_array_agg_distinct", 2) { step($0, $1, $2) { Collected(.array, own: 2, isDistinct: true) } },
        aggregate("pg_array_agg_distinct_sorted", -1) { step($0, $1, $2) { Collected(.array, own: 2, isDistinct: true) } },
        aggregate("pg_json_agg_distinct", 2) { step($0, $1, $2) { Collected(.json, own: 2, isDistinct: true) } },
        aggregate("pg_json_agg_distinct_sorted", -1) { step($0, $1, $2) { Collected(.json, own: 2, isDistinct: true) } },
        aggregate("pg_jsonb_agg_distinct", 2) { step($0, $1, $2) { Collected(.jsonb, own: 2, isDistinct: true) } },
        aggregate("pg_jsonb_agg_distinct_sorted", -1) { step($0, $1, $2) { Collected(.jsonb, own: 2, isDistinct: true) } },
        aggregate("pg_json_object_agg", 4) { step($0, $1, $2) { Collected(.object, own: 4) } },
        aggregate("pg_json_object_agg_sorted", -1) { step($0, $1, $2) { Collected(.object, own: 4) } },
        aggregate("pg_jsonb_object_agg", 4) { step($0, $1, $2) { Collected(.objectb, own: 4) } },
        aggregate("pg_jsonb_object_agg_sorted", -1) { step($0, $1, $2) { Collected(.objectb, own: 4) } },
    ]
}

private final class Collected: Accumulator {
    enum Form { case text, bytes, array, json, jsonb, object, objectb }

    private struct Row {
        var values: [StoredValue]
        var keys: [StoredValue]
    }

    private let form: Form
    /// How many arguments are the aggregate's own; behind them stand the order and its keys.
    private let own: Int
    private let isDistinct: Bool
    private var rows: [Row] = []
    private var types: [DataType] = []
    private var order: [SortKey] = []
    private var weight = 0
    /// How many rows at the front have left the window's frame.
    private var removed = 0

    init(_ form: Form, own: Int, isDistinct: Bool = false) {
        self.form = form
        self.own = own
        self.isDistinct = isDistinct
    }

    override func add(_ call: FunctionCall) throws(SQLError) {
        if types.isEmpty { try begin(call) }
        if form == .text || form == .bytes, call.isNull(0) { return }
        var row = Row(values: [], keys: [])
        for index in valueIndexes { row.values.append(call.value(index)) }
        for index in 0..<order.count { row.keys.append(call.value(own + 1 + index)) }
        for value in row.values { weight += value.weight }
        guard weight <= 64 << 20 else { throw SQLError("54000", "an aggregate's value is too large", hint: "Aggregate fewer rows.") }
        rows.append(row)
    }

    override func remove(_ call: FunctionCall) throws(SQLError) {
        guard order.isEmpty else { throw SQLError("0A000", "ORDER BY in an aggregate with a moving window frame is not supported") }
        if form == .text || form == .bytes, call.isNull(0) { return }
        removed += 1
    }

    private var valueIndexes: [Int] {
        switch form {
        case .text, .bytes: [0, 1]
        case .array, .json, .jsonb: [0]
        case .object, .objectb: [0, 2]
        }
    }

    private func begin(_ call: FunctionCall) throws(SQLError) {
        switch form {
        case .text, .bytes: types = [.text, .text]
        case .array, .json, .jsonb: types = [try ColumnType(named: call.text(1)).type]
        case .object, .objectb: types = [try ColumnType(named: call.text(1)).type, try ColumnType(named: call.text(3)).type]
        }
        guard call.count > own else { return }
        order = try SortKey.read(call.text(own))
        guard call.count == own + 1 + order.count else { throw SQLError("XX000", "an aggregate's order does not fit its keys") }
    }

    override func give(to call: FunctionCall) throws(SQLError) {
        var rows = rows[min(removed, rows.count)...]
        guard !rows.isEmpty else { return call.giveNull() }
        if isDistinct { rows = distinct(rows) }
        if !order.isEmpty {
            let numbered = rows.enumerated().sorted { a, b in
                for (index, key) in order.enumerated() {
                    let result = key.compare(a.element.keys[index], b.element.keys[index])
                    if result != 0 { return result < 0 }
                }
                return a.offset < b.offset
            }
            rows = numbered.map(\.element)[...]
        }
        switch form {
        case .text: text(rows, call)
        case .bytes: bytes(rows, call)
        case .array: call.give(ArrayText.text(of: rows.map { $0.values[0] == .null ? nil : $0.values[0] }, element: types[0]))
        case .json, .jsonb: try list(rows, call)
        case .object, .objectb: try object(rows, call)
        }
    }

    /// Each value once, in ascending order, which is how PostgreSQL finds them.
    private func distinct(_ rows: ArraySlice<Row>) -> ArraySlice<Row> {
        let keys = types.prefix(rows.first?.values.count ?? 0).map { SortKey(type: $0, isDescending: false, nullsFirst: false) }
        func order(_ a: Row, _ b: Row) -> Int {
            for (index, key) in keys.enumerated() {
                let result = key.compare(a.values[index], b.values[index])
                if result != 0 { return result }
            }
            return 0
        }
        var result: [Row] = []
        for row in rows.sorted(by: { order($0, $1) < 0 }) {
            if let last = result.last, order(last, row) == 0 { continue }
            result.append(row)
        }
        return result[...]
    }

    private func text(_ rows: ArraySlice<Row>, _ call: FunctionCall) {
        var writer = JSONWriter(capacity: weight + 64)
        for (index, row) in rows.enumerated() {
            if index > 0, case .text(let separator) = row.values[1] { writer.raw(text: separator) }
            if case .text(let text) = row.values[0] { writer.raw(text: text) }
        }
        call.give(writer)
    }

    private func bytes(_ rows: ArraySlice<Row>, _ call: FunctionCall) {
        var result: [UInt8] = []
        for (index, row) in rows.enumerated() {
            if index > 0, case .blob(let separator) = row.values[1] { result += separator }
            if case .blob(let bytes) = row.values[0] { result += bytes }
        }
        call.give(blob: result)
    }

    private func list(_ rows: ArraySlice<Row>, _ call: FunctionCall) throws(SQLError) {
        let renderer = JSONRenderer(types[0], timeZone: call.values.timeZone)
        var writer = JSONWriter(capacity: weight * 2 + 64)
        // PostgreSQL puts rows and arrays on lines of their own.
        let isNested =
            switch types[0] {
            case .array, .composite: true
            default: false
            }
        writer.byte(UInt8(ascii: "["))
        for (index, row) in rows.enumerated() {
            if index > 0 { writer.raw(isNested && row.values[0] != .null ? ", \n " : ", ") }
            renderer.render(row.values[0], into: &writer)
        }
        writer.byte(UInt8(ascii: "]"))
        try finish(writer, isBinary: form == .jsonb, call)
    }

    private func object(_ rows: ArraySlice<Row>, _ call: FunctionCall) throws(SQLError) {
        guard types[0].isScalar else { throw SQLError("22023", "key value must be scalar, not array, composite, or json") }
        let renderer = JSONRenderer(types[1], timeZone: call.values.timeZone)
        var writer = JSONWriter(capacity: weight * 2 + 64)
        writer.raw(form == .object ? "{ " : "{")
        for (index, row) in rows.enumerated() {
            if index > 0 { writer.raw(", ") }
            guard row.values[0] != .null else { throw SQLError("22023", "field name must not be null") }
            if types[0].isDateAndTime {
                JSONRenderer(types[0], timeZone: call.values.timeZone).render(row.values[0], into: &writer)
            } else {
                writer.string(row.values[0].withCell { types[0].text(of: $0) })
            }
            writer.raw(form == .object ? " : " : ":")
            renderer.render(row.values[1], into: &writer)
        }
        writer.raw(form == .object ? " }" : "}")
        try finish(writer, isBinary: form == .objectb, call)
    }

    private func finish(_ writer: borrowing JSONWriter, isBinary: Bool, _ call: FunctionCall) throws(SQLError) {
        guard isBinary else { return call.give(writer) }
        call.give(try JSONBText.canonical(JSONValue(stored: writer.text)))
    }
}

extension JSONRenderer {
    func render(_ value: StoredValue, into writer: inout JSONWriter) {
        // A cell is borrowed for a closure, which cannot take the writer along.
        switch value {
        case .null: write(.null, into: &writer)
        case .integer(let number): write(.integer(number), into: &writer)
        case .real(let number): write(.real(number), into: &writer)
        case .text(var text): text.withUTF8 { write(.text($0), into: &writer) }
        case .blob(let bytes): bytes.withUnsafeBufferPointer { write(.blob($0), into: &writer) }
        }
    }
}

extension StoredValue {
    /// Roughly how many bytes it takes.
    fileprivate var weight: Int {
        switch self {
        case .text(let text): text.utf8.count + 16
        case .blob(let bytes): bytes.count + 16
        default: 16
        }
    }
}

/// One key of an aggregate's `order by`: `numeric desc first`.
struct SortKey {
    let type: DataType
    let isDescending: Bool
    let nullsFirst: Bool

    static func read(_ text: String) throws(SQLError) -> [SortKey] {
        var keys: [SortKey] = []
        for part in text.split(separator: ";") {
            let words = part.split(separator: " ")
            guard words.count >= 3, let type = DataType(key: words.dropLast(2).joined(separator: " ")) else {
                throw SQLError("XX000", "an aggregate's order cannot be read: \(part)")
            }
            keys.append(SortKey(type: type, isDescending: words[words.count - 2] == "desc", nullsFirst: words[words.count - 1] == "first"))
        }
        return keys
    }

    func compare(_ a: StoredValue, _ b: StoredValue) -> Int {
        if a == .null || b == .null {
            if a == b { return 0 }
            return (a == .null) == nullsFirst ? -1 : 1
        }
        let result = type.compare(a, b)
        return isDescending ? -result : result
    }
}

extension DataType {
    /// The order of two stored values of this type, neither of them null.
    func compare(_ a: StoredValue, _ b: StoredValue) -> Int {
        switch (a, b) {
        case (.integer(let x), .integer(let y)): return x < y ? -1 : x > y ? 1 : 0
        case (.real(let x), .real(let y)): return x < y ? -1 : x > y ? 1 : 0
        case (.blob(let x), .blob(let y)):
            return x.withUnsafeBufferPointer { x in y.withUnsafeBufferPointer { Int(EngineCollation.order(x, $0)) } }
        case (.text(let x), .text(let y)):
            switch self {
            case .numeric:
                guard let x = try? Numeric(x), let y = try? Numeric(y) else { break }
                return Int(Numeric.compare(x, y))
            case .interval:
                guard let x = try? Interval(x).span, let y = try? Interval(y).span else { break }
                return x < y ? -1 : x > y ? 1 : 0
            case .jsonb:
                guard let x = try? JSONValue(stored: x), let y = try? JSONValue(stored: y) else { break }
                return x.compare(with: y, isTop: true)
            case .array(let element):
                guard let x = try? ArrayText.items(of: x), let y = try? ArrayText.items(of: y) else { break }
                if !element.comparesAsText, !element.isNumber { return RowOrder.compare(x, y, of: element) }
                return ArrayOrder.compare(x, y, areNumbers: element.isNumber)
            case .composite(let row): return RowOrder.compare(x, y, row)
            case .char:
                return ArrayOrder.textOrder(String(x.trimmingBlanks), String(y.trimmingBlanks))
            case .citext, .inet, .cidr, .timetz, .range:
                var (x, y) = (x, y)
                return x.withUTF8 { x in y.withUTF8 { Int(EngineCollation.compare(x, $0, as: self)) } }
            default: break
            }
            return ArrayOrder.textOrder(x, y)
        // NaN, which is greater than every number.
        case (.text, .real): return 1
        case (.real, .text): return -1
        default: return 0
        }
    }

    /// Its printed text sorts as it does.
    private var comparesAsText: Bool {
        switch self {
        case .boolean, .text, .varchar, .name, .uuid, .bytea, .json, .macaddr, .bit, .varbit, .time, .enumeration: true
        default: false
        }
    }

    var isNumber: Bool {
        switch self {
        case .smallint, .integer, .bigint, .numeric, .real, .double: true
        default: false
        }
    }
}

extension String {
    /// Without the blanks at its end.
    var trimmingBlanks: Substring {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return text
    }
}
