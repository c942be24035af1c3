import CSQLite
import OffstageJSON
import OffstageSchema

/// Sums, averages and what else gives one value of a column. Source: PostgreSQL 15, chapter 9.21.
extension EngineFunction {
    static let aggregates: [EngineFunction] = [
        aggregate("pg_sum_int", 1) { step($0, $1, $2) { IntegerSum(.sumAsBigint) } },
        aggregate("pg_sum_big", 1) { step($0, $1, $2) { IntegerSum(.sum) } },
        aggregate("pg_avg_int", 1) { step($0, $1, $2) { IntegerSum(.average) } },
        aggregate("pg_sum_num", 1) { step($0, $1, $2) { DecimalSum(isAverage: false) } },
        aggregate("pg_avg_num", 1) { step($0, $1, $2) { DecimalSum(isAverage: true) } },
        aggregate("pg_sum_f8", 1) { step($0, $1, $2) { DoubleSum(.sum) } },
        aggregate("pg_sum_f4", 1) { step($0, $1, $2) { DoubleSum(.realSum) } },
        aggregate("pg_avg_f8", 1) { step($0, $1, $2) { DoubleSum(.average) } },
        aggregate("pg_sum_interval", 1) { step($0, $1, $2) { IntervalSum(isAverage: false) } },
        aggregate("pg_avg_interval", 1) { step($0, $1, $2) { IntervalSum(isAverage: true) } },
        aggregate("pg_bit_and", 1) { step($0, $1, $2) { Bits { $0 & $1 } } },
        aggregate("pg_bit_or", 1) { step($0, $1, $2) { Bits { $0 | $1 } } },
        aggregate("pg_bit_xor", 1) { step($0, $1, $2) { Bits { $0 ^ $1 } } },
        aggregate("pg_sum_f8_framed", 1) { step($0, $1, $2) { Framed { DoubleSum(.sum) } } },
        aggregate("pg_sum_f4_framed", 1) { step($0, $1, $2) { Framed { DoubleSum(.realSum) } } },
        aggregate("pg_avg_f8_framed", 1) { step($0, $1, $2) { Framed { DoubleSum(.average) } } },
        aggregate("pg_var_f8_framed", 2) { step($0, $1, $2) { Framed { Deviation() } } },
        aggregate("pg_bit_and_framed", 1) { step($0, $1, $2) { Framed { Bits { $0 & $1 } } } },
        aggregate("pg_bit_or_framed", 1) { step($0, $1, $2) { Framed { Bits { $0 | $1 } } } },
        aggregate("pg_bit_xor_framed", 1) { step($0, $1, $2) { Framed { Bits { $0 ^ $1 } } } },
        aggregate("pg_one", 1) { step($0, $1, $2) { OnlyRow() } },
        aggregate("pg_var_f8", 2) { step($0, $1, $2) { Deviation() } },
        aggregate("pg_var_num", 2) { step($0, $1, $2) { DecimalDeviation() } },
    ]
}

private final class IntegerSum: Accumulator {
    enum Kind { case sum, sumAsBigint, average }
    private let kind: Kind
    private var total: Int128 = 0
    private var count: Int64 = 0

    init(_ kind: Kind) { self.kind = kind }

    override func add(_ call: FunctionCall) {
        guard !call.isNull(0) else { return }
        total &+= Int128(call.integer(0))
        count += 1
    }

    override func remove(_ call: FunctionCall) {
        guard !call.isNull(0) else { return }
        total &-= Int128(call.integer(0))
        count -= 1
    }

    override func give(to call: FunctionCall) throws(SQLError) {
        guard count > 0 else { return call.giveNull() }
        switch kind {
        case .sum: call.give("\(total)")
        case .sumAsBigint:
            guard let value = Int64(exactly: total) else { throw .outOfRange(.bigint) }
            call.give(value)
        case .average: call.give(try Numeric.finite(.small(total), scale: 0).divided(by: Numeric(count)))
        }
    }
}

private final class DecimalSum: Accumulator {
    private let isAverage: Bool
    /// Of values of up to 18 digits, by their scale: whole numbers that are added without another thought. 10^18 times as many rows as
    /// there can be stays within 128 bits.
    private var sums: [Int128] = []
    /// Of all others.
    private var rest = Numeric.zero
    private var count: Int64 = 0
    /// How many of the values in the sum have each scale: the sum has the largest of them, also after a window's frame has moved on.
    private var scales: [Int64] = []

    init(isAverage: Bool) { self.isAverage = isAverage }

    override func add(_ call: FunctionCall) throws(SQLError) {
        guard !call.isNull(0) else { return }
        if let (value, scale) = call.shortNumeric(0) {
            open(scale)
            sums[scale] &+= Int128(value)
            scales[scale] &+= 1
        } else {
            let value = try call.numeric(0)
            rest = try rest + value
            let scale = max(0, value.scale)
            open(scale)
            scales[scale] &+= 1
        }
        count += 1
    }

    override func remove(_ call: FunctionCall) throws(SQLError) {
        guard !call.isNull(0) else { return }
        if let (value, scale) = call.shortNumeric(0) {
            open(scale)
            sums[scale] &-= Int128(value)
            scales[scale] &-= 1
        } else {
            let value = try call.numeric(0)
            rest = try rest - value
            let scale = max(0, value.scale)
            open(scale)
            scales[scale] &-= 1
        }
        count -= 1
    }

    private func open(_ scale: Int) {
        guard scale >= scales.count else { return }
        scales += Array(repeating: 0, count: scale + 1 - scales.count)
        let wanted = min(scale, Numeric.shortDigits) + 1
        if sums.count < wanted { sums += Array(repeating: 0, count: wanted - sums.count) }
    }

    private func total() throws(SQLError) -> Numeric {
        var total = rest
        for (scale, sum) in sums.enumerated() where scales[scale] > 0 || sum != 0 {
            total = try total + .finite(.small(sum), scale: scale)
        }
        // What is left has no more digits than its largest scale: nothing is rounded away.
        guard let largest = scales.lastIndex(where: { $0 > 0 }), total.scale > largest else { return total }
        return total.rounded(to: largest)
    }

    override func give(to call: FunctionCall) throws(SQLError) {
        guard count > 0 else { return call.giveNull() }
        call.give(isAverage ? try total().divided(by: Numeric(count)) : try total())
    }
}

private final class DoubleSum: Accumulator {
    enum Kind { case sum, realSum, average }
    private let kind: Kind
    private var total = 0.0
    private var count = 0
    private var isInfinite = false

    init(_ kind: Kind) { self.kind = kind }

    override func add(_ call: FunctionCall) throws(SQLError) {
        if !call.isNull(0) { try take(call.double(0)) }
    }

    override func take(_ value: Double) throws(SQLError) {
        isInfinite = isInfinite || value.isInfinite
        total = kind == .realSum ? Double(Float(total) + Float(value)) : total + value
        count += 1
        if total.isInfinite, !isInfinite { throw .overflow }
    }

    override func give(to call: FunctionCall) throws(SQLError) {
        guard count > 0 else { return call.giveNull() }
        call.give(kind == .average ? total / Double(count) : total)
    }
}

private final class IntervalSum: Accumulator {
    private let isAverage: Bool
    private var total = Interval()
    private var count = 0

    init(isAverage: Bool) { self.isAverage = isAverage }

    override func add(_ call: FunctionCall) throws(SQLError) {
        guard !call.isNull(0) else { return }
        total = try total + call.interval(0)
        count += 1
    }

    override func remove(_ call: FunctionCall) throws(SQLError) {
        guard !call.isNull(0) else { return }
        total = try total - call.interval(0)
        count -= 1
    }

    override func give(to call: FunctionCall) throws(SQLError) {
        guard count > 0 else { return call.giveNull() }
        call.give(isAverage ? try total.divided(by: Double(count)) : total)
    }
}

private final class Bits: Accumulator {
    private let combine: (Int64, Int64) -> Int64
    private var value: Int64?

    init(_ combine: @escaping (Int64, Int64) -> Int64) { self.combine = combine }

    override func add(_ call: FunctionCall) {
        if !call.isNull(0) { take(call.integer(0)) }
    }

    override func take(_ number: Int64) { value = value.map { combine($0, number) } ?? number }

    override func give(to call: FunctionCall) {
        if let value { call.give(value) } else { call.giveNull() }
    }
}

/// A subquery's one value: 21000 at the second row.
private final class OnlyRow: Accumulator {
    private var value: StoredValue?

    override func add(_ call: FunctionCall) throws(SQLError) {
        guard value == nil else { throw SQLError("21000", "more than one row returned by a subquery used as an expression") }
        value = call.value(0)
    }

    override func give(to call: FunctionCall) throws(SQLError) { try call.give(value ?? .null) }
}

/// `variance` and `stddev` of doubles, by the method of Youngs and Cramer. The second argument is `var_pop`, `var_samp`, `stddev_pop` or
/// `stddev_samp`.
private final class Deviation: Accumulator {
    private var count = 0.0
    private var sum = 0.0
    private var squares = 0.0
    private var kind: DeviationKind?

    override func add(_ call: FunctionCall) throws(SQLError) {
        if kind == nil { kind = DeviationKind(rawValue: call.text(1)) }
        if !call.isNull(0) { try take(call.double(0)) }
    }

    override func prepare(as name: StoredValue) {
        if case .text(let name) = name { kind = DeviationKind(rawValue: name) }
    }

    override func take(_ value: Double) throws(SQLError) {
        count += 1
        sum += value
        guard count > 1 else { return }
        let difference = value * count - sum
        squares += difference * difference / (count * (count - 1))
        if sum.isInfinite || squares.isInfinite, value.isFinite { throw .overflow }
    }

    override func give(to call: FunctionCall) throws(SQLError) {
        guard let kind, count > (kind.isSample ? 1 : 0) else { return call.giveNull() }
        let variance = squares / (kind.isSample ? count - 1 : count)
        call.give(kind.isRoot ? variance.squareRoot() : variance)
    }
}

private enum DeviationKind: String {
    case variancePopulation = "var_pop", varianceSample = "var_samp", deviationPopulation = "stddev_pop", deviationSample = "stddev_samp"
    var isSample: Bool { self == .varianceSample || self == .deviationSample }
    var isRoot: Bool { self == .deviationPopulation || self == .deviationSample }
}

/// The same for numerics, exactly.
private final class DecimalDeviation: Accumulator {
    private var count: Int64 = 0
    private var sum = Numeric.zero
    private var squares = Numeric.zero
    private var kind: DeviationKind?

    override func add(_ call: FunctionCall) throws(SQLError) {
        if kind == nil { kind = DeviationKind(rawValue: call.text(1)) }
        guard !call.isNull(0) else { return }
        let value = try call.numeric(0)
        count += 1
        sum = try sum + value
        squares = try squares + value * value
    }

    override func remove(_ call: FunctionCall) throws(SQLError) {
        guard !call.isNull(0) else { return }
        let value = try call.numeric(0)
        count -= 1
        sum = try sum - value
        squares = try squares - value * value
    }

    override func give(to call: FunctionCall) throws(SQLError) {
        guard let kind, count > (kind.isSample ? 1 : 0) else { return call.giveNull() }
        let number = Numeric(count)
        let top = try number * squares - sum * sum
        guard top.sign > 0 else { return call.give(top.isNaN ? "NaN" : "0") }
        let variance = try top.divided(by: number * Numeric(kind.isSample ? count - 1 : count))
        call.give(kind.isRoot ? try variance.squareRoot(scale: variance.scale) : variance)
    }
}

/// An aggregate of a moving frame that cannot take a value back: it is worked out anew for each frame, as PostgreSQL does.
private final class Framed: Accumulator {
    private let make: () -> Accumulator
    private var values: [StoredValue] = []
    private var first = 0
    /// What the second argument says, where there is one.
    private var kind = StoredValue.null

    init(_ make: @escaping () -> Accumulator) { self.make = make }

    override func add(_ call: FunctionCall) throws(SQLError) {
        if kind == .null, call.count > 1 { kind = call.value(1) }
        guard !call.isNull(0) else { return }
        guard values.count - first < 5_000_000 else { throw SQLError("54000", "a window's frame is too large for this aggregate") }
        values.append(call.value(0))
    }

    override func remove(_ call: FunctionCall) {
        guard !call.isNull(0) else { return }
        first += 1
        if first > 10_000, first > values.count / 2 {
            values.removeFirst(first)
            first = 0
        }
    }

    override func give(to call: FunctionCall) throws {
        let state = make()
        state.prepare(as: kind)
        for value in values[first...] {
            switch value {
            case .real(let number): try state.take(number)
            case .integer(let number): state.take(number)
            default: break
            }
        }
        try state.give(to: call)
    }
}
