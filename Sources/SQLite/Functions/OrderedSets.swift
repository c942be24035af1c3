import CSQLite
import OffstageSchema

/// Aggregates over rows in an order: percentiles, the most frequent value, and where a row would stand.
///
/// Source: PostgreSQL 15, tables 9.61 and 9.62.
extension EngineFunction {
    static let orderedSets: [EngineFunction] = [
        // pg_ordered_set(name, result type, fraction or fractions, order, value)
        aggregate("pg_ordered_set", 5) { step($0, $1, $2) { OrderedValues() } },
        // pg_standing(name, order, the row's values…, each row's values…)
        aggregate("pg_standing", -1) { step($0, $1, $2) { Standing() } },
    ]
}

private final class OrderedValues: Accumulator {
    private var name = ""
    private var result = DataType.double
    private var fraction = StoredValue.null
    private var key: SortKey?
    private var values: [StoredValue] = []

    override func add(_ call: FunctionCall) throws(SQLError) {
        if key == nil {
            name = call.text(0)
            result = try ColumnType(named: call.text(1)).type
            fraction = call.value(2)
            key = try SortKey.read(call.text(3)).first
        }
        guard !call.isNull(4) else { return }
        guard values.count < 5_000_000 else { throw SQLError("54000", "too many values to sort in an aggregate") }
        values.append(call.value(4))
    }

    override func give(to call: FunctionCall) throws(SQLError) {
        guard let key, !values.isEmpty else { return call.giveNull() }
        let sorted = values.sorted { key.compare($0, $1) < 0 }
        if name == "mode" { return try call.give(mostFrequent(sorted, key)) }
        guard case .array(let element) = result, case .text(let list) = fraction else {
            guard case .real(let place) = fraction else { return call.giveNull() }
            return try call.give(value(at: place, in: sorted))
        }
        var items: [StoredValue?] = []
        for text in try ArrayText.items(of: list) {
            guard let text, case .real(let place) = try ColumnType(.double).parse(text, in: call.values) else {
                items.append(nil)
                continue
            }
            items.append(try value(at: place, in: sorted))
        }
        call.give(ArrayText.text(of: items, element: element))
    }

    private func value(at place: Double, in sorted: [StoredValue]) throws(SQLError) -> StoredValue {
        guard place >= 0, place <= 1 else {
            throw SQLError("22003", "percentile value \(DataType.double.text(of: .real(place))) is not between 0 and 1")
        }
        if name == "percentile_disc" {
            let row = Int((place * Double(sorted.count)).rounded(.up))
            return sorted[min(max(row, 1), sorted.count) - 1]
        }
        let exact = place * Double(sorted.count - 1)
        let (low, high) = (Int(exact.rounded(.down)), Int(exact.rounded(.up)))
        let part = exact - Double(low)
        switch (sorted[low], sorted[high]) {
        case (let a, _) where low == high: return a
        case (.real(let a), .real(let b)): return .real(a + part * (b - a))
        case (.text(let a), .text(let b)):
            let (a, b) = (try Interval(a), try Interval(b))
            return .text(try (a + (b - a).multiplied(by: part)).text)
        default: return sorted[low]
        }
    }

    /// Of several as frequent as each other, the first.
    private func mostFrequent(_ sorted: [StoredValue], _ key: SortKey) -> StoredValue {
        var (best, bestCount) = (sorted[0], 0)
        var (current, count) = (sorted[0], 0)
        for value in sorted {
            if key.compare(current, value) != 0 { (current, count) = (value, 0) }
            count += 1
            if count > bestCount { (best, bestCount) = (current, count) }
        }
        return best
    }
}

private final class Standing: Accumulator {
    private var name = ""
    private var order: [SortKey] = []
    private var row: [StoredValue] = []
    private var count = 0
    /// Rows in front of the one, and those not behind it.
    private var before = 0
    private var upTo = 0
    private var distinct: [[StoredValue]] = []

    override func add(_ call: FunctionCall) throws(SQLError) {
        if order.isEmpty {
            name = call.text(0)
            order = try SortKey.read(call.text(1))
            row = order.indices.map { call.value(2 + $0) }
        }
        let other = order.indices.map { call.value(2 + order.count + $0) }
        count += 1
        let comparison = compare(other, row)
        if comparison <= 0 { upTo += 1 }
        guard comparison < 0 else { return }
        before += 1
        guard name == "dense_rank" else { return }
        guard distinct.count < 5_000_000 else { throw SQLError("54000", "too many values to sort in an aggregate") }
        distinct.append(other)
    }

    private func compare(_ a: [StoredValue], _ b: [StoredValue]) -> Int {
        for (index, key) in order.enumerated() {
            let result = key.compare(a[index], b[index])
            if result != 0 { return result }
        }
        return 0
    }

    override func give(to call: FunctionCall) throws(SQLError) {
        switch name {
        case "rank": call.give(before + 1)
        case "dense_rank":
            let sorted = distinct.sorted { compare($0, $1) < 0 }
            var ranks = 1
            for (index, row) in sorted.enumerated() where index == 0 || compare(sorted[index - 1], row) != 0 { ranks += 1 }
            call.give(ranks)
        case "percent_rank": call.give(count == 0 ? 0 : Double(before) / Double(count))
        default: call.give(Double(upTo + 1) / Double(count + 1))
        }
    }
}
