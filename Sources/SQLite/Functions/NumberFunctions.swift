import BigInt
import CSQLite
import OffstageSchema

/// Whole numbers' divisors, buckets, and sizes in words. Source: PostgreSQL 15, tables 9.5 and 9.100.
extension EngineFunction {
    static let numberFunctions: [EngineFunction] = [
        // pg_lcm(a, b, type)
        EngineFunction("pg_lcm", 3, pure) {
            strict($0, $1, $2) { call in
                let (a, b) = (call.integer(0).magnitude, call.integer(1).magnitude)
                guard a != 0, b != 0 else { return call.give(0) }
                var (x, y) = (a, b)
                while y != 0 { (x, y) = (y, x % y) }
                let (product, overflow) = (a / x).multipliedReportingOverflow(by: b)
                let type = try call.type(2).type
                guard !overflow, let result = Int64(exactly: product), type == .bigint || result <= Int64(Int32.max) else {
                    throw SQLError.outOfRange(type)
                }
                call.give(result)
            }
        },
        EngineFunction("pg_num_gcd", 2, pure) { strict($0, $1, $2) { try divisors($0, isMultiple: false) } },
        EngineFunction("pg_num_lcm", 2, pure) { strict($0, $1, $2) { try divisors($0, isMultiple: true) } },
        EngineFunction("pg_factorial", 1, pure) {
            strict($0, $1, $2) { call in
                let number = call.integer(0)
                guard number >= 0 else { throw SQLError("22003", "factorial of a negative number is undefined") }
                // PostgreSQL's own limit: a factorial beyond it has more digits than a numeric can hold.
                guard number <= 32177 else { throw SQLError("22003", "value overflows numeric format") }
                guard number <= 5000 else {
                    throw SQLError("54000", "factorial of a number above 5000 is not supported on the embedded engine")
                }
                var result = BigUInt(1)
                for factor in stride(from: 2, through: Int(number), by: 1) { result *= BigUInt(factor) }
                call.give(String(result))
            }
        },
        EngineFunction("pg_num_min_scale", 1, pure) {
            strict($0, $1, $2) { call in
                guard case .finite = try call.numeric(0) else { return call.giveNull() }
                call.give(try call.numeric(0).text.shortestScale)
            }
        },
        EngineFunction("pg_width_bucket_f8", 4, pure) {
            strict($0, $1, $2) { call in
                let (value, low, high) = (call.double(0), call.double(1), call.double(2))
                let count = call.integer(3)
                guard count > 0 else { throw bucket("count must be greater than zero") }
                guard !value.isNaN, !low.isNaN, !high.isNaN else {
                    throw bucket("operand, lower bound, and upper bound cannot be NaN")
                }
                guard low.isFinite, high.isFinite else { throw bucket("lower and upper bounds must be finite") }
                guard low != high else { throw bucket("lower bound cannot equal upper bound") }
                if low < high ? value < low : value > low { return call.give(0) }
                if low < high ? value >= high : value <= high {
                    guard count < Int64(Int32.max) else { throw SQLError.outOfRange(.integer) }
                    return call.give(count + 1)
                }
                let place = low < high ? Double(count) * (value - low) / (high - low) : Double(count) * (low - value) / (low - high)
                guard let bucket = Int64(exactly: place.rounded(.towardZero)) else { throw SQLError.outOfRange(.integer) }
                call.give(bucket + 1)
            }
        },
        EngineFunction("pg_width_bucket_num", 4, pure) { strict($0, $1, $2) { try numericBucket($0) } },
        // pg_width_bucket_array(value, thresholds, element type)
        EngineFunction("pg_width_bucket_array", 3, pure) {
            strict($0, $1, $2) { call in
                let type = try call.type(2)
                let value = call.value(0)
                var (low, high) = (0, 0)
                let items = try ArrayText.items(of: call.text(1))
                high = items.count
                guard !items.contains(nil) else { throw SQLError("22004", "thresholds array must not contain NULLs") }
                while low < high {
                    let middle = (low + high) / 2
                    let item = try type.parse(items[middle] ?? "", in: call.values)
                    if type.type.compare(value, item) < 0 { high = middle } else { low = middle + 1 }
                }
                call.give(low)
            }
        },
        // pg_positive(number, window function): its argument, checked. Behind the last row there is nothing, which is what null means.
        EngineFunction("pg_positive", 2, pure) {
            run($0, $1, $2) { call in
                let isBuckets = call.text(1) == "ntile"
                guard !call.isNull(0) else {
                    if isBuckets { throw SQLError("0A000", "ntile(null) is not supported on the embedded engine") }
                    return call.give(Int64(Int32.max))
                }
                guard call.integer(0) > 0 else {
                    throw SQLError(isBuckets ? "22014" : "22016", "argument of \(call.text(1)) must be greater than zero")
                }
                call.give(call.integer(0))
            }
        },
        EngineFunction("pg_bit_count", 1, pure) { strict($0, $1, $2) { $0.give($0.blob(0).reduce(0) { $0 + $1.nonzeroBitCount }) } },
        // pg_to_hex(number, bits)
        EngineFunction("pg_to_hex", 2, pure) {
            strict($0, $1, $2) { call in
                let value = call.integer(0)
                call.give(
                    call.integer(1) == 32
                        ? String(UInt32(truncatingIfNeeded: value), radix: 16) : String(UInt64(bitPattern: value), radix: 16))
            }
        },
        EngineFunction("pg_size_text", 1, pure) { strict($0, $1, $2) { try sizeText($0) } },
        EngineFunction("pg_size_number", 1, pure) { strict($0, $1, $2) { try sizeNumber($0) } },
    ]

    private static func bucket(_ what: String) -> SQLError { SQLError("2201G", what) }

    private static func divisors(_ call: FunctionCall, isMultiple: Bool) throws(SQLError) {
        let (a, b) = (try call.numeric(0), try call.numeric(1))
        guard case .finite = a, case .finite = b else { return call.give("NaN") }
        let scale = max(a.scale, b.scale)
        let (x, y) = (a.absolute.unscaled(scale), b.absolute.unscaled(scale))
        let divisor = x.greatestCommonDivisor(with: y)
        let result = !isMultiple ? divisor : x.isZero || y.isZero ? 0 : x / divisor * y
        call.give(try Numeric(String(result)).divided(byPowerOfTen: scale))
    }

    private static func numericBucket(_ call: FunctionCall) throws(SQLError) {
        let (value, low, high) = (try call.numeric(0), try call.numeric(1), try call.numeric(2))
        let count = call.integer(3)
        guard count > 0 else { throw bucket("count must be greater than zero") }
        guard !value.isNaN, !low.isNaN, !high.isNaN else { throw bucket("operand, lower bound, and upper bound cannot be NaN") }
        guard case .finite = low, case .finite = high else { throw bucket("lower and upper bounds must be finite") }
        let direction = Numeric.compare(low, high)
        guard direction != 0 else { throw bucket("lower bound cannot equal upper bound") }
        let (fromLow, fromHigh) = (Numeric.compare(value, low), Numeric.compare(value, high))
        if direction < 0 ? fromLow < 0 : fromLow > 0 { return call.give(0) }
        if direction < 0 ? fromHigh >= 0 : fromHigh <= 0 {
            guard count < Int64(Int32.max) else { throw SQLError.outOfRange(.integer) }
            return call.give(count + 1)
        }
        let part = try (value - low) * Numeric(count)
        // The quotient is rounded before it is cut off, so that one just below the last bucket's end may be behind it.
        let place = try part.divided(by: high - low).wholeQuotient(dividingBy: Numeric(1)).integer(as: .integer) + 1
        guard place <= Int64(Int32.max) else { throw SQLError.outOfRange(.integer) }
        call.give(place)
    }

    private static let units: [(name: String, next: Int64)] = [
        ("bytes", 10240), ("kB", 20480), ("MB", 20480), ("GB", 20480), ("TB", 20480), ("PB", 0),
    ]

    /// `pg_size_pretty`: halves are rounded away from zero at each step, as PostgreSQL does.
    private static func sizeText(_ call: FunctionCall) throws(SQLError) {
        let number = try call.numeric(0)
        guard case .finite = number else { return call.give("\(number.text) PB") }
        var size = number
        for (index, unit) in units.enumerated() {
            if index == units.count - 1 || Numeric.compare(size.absolute, Numeric(unit.next)) < 0 {
                if index > 0 { size = try halved(size) }
                return call.give("\(size.text) \(unit.name)")
            }
            size = try size.wholeQuotient(dividingBy: Numeric(index == 0 ? 512 : 1024))
        }
    }

    private static func halved(_ size: Numeric) throws(SQLError) -> Numeric {
        let one = Numeric(size.sign < 0 ? -1 : 1)
        return try (size + one).wholeQuotient(dividingBy: Numeric(2))
    }

    /// `pg_size_bytes('1.5 MB')`.
    private static func sizeNumber(_ call: FunctionCall) throws(SQLError) {
        let text = call.text(0)
        let invalid = SQLError("22023", "invalid size: \"\(text)\"")
        var rest = text.utf8[...]
        while let byte = rest.first, byte == 0x20 || (0x09...0x0D).contains(byte) { rest.removeFirst() }
        while let byte = rest.last, byte == 0x20 || (0x09...0x0D).contains(byte) { rest.removeLast() }
        let digits = rest.prefix { byte in (0x30...0x39).contains(byte) || "+-.".utf8.contains(byte) }
        var end = digits.endIndex
        if let e = rest[end...].first, e | 0x20 == UInt8(ascii: "e") {
            let exponent = rest[rest.index(after: end)...].prefix { (0x30...0x39).contains($0) || $0 == 0x2B || $0 == 0x2D }
            if exponent.contains(where: { (0x30...0x39).contains($0) }) { end = exponent.endIndex }
        }
        let word = String(decoding: rest[..<end], as: UTF8.self)
        guard !word.isEmpty, let number = try? Numeric(word) else { throw invalid }
        let unit = String(decoding: rest[end...], as: UTF8.self).trimmingPrefix { $0 == " " }
        let factors: [String: Int64] = [
            "": 1, "bytes": 1, "b": 1, "kb": 1 << 10, "mb": 1 << 20, "gb": 1 << 30, "tb": 1 << 40, "pb": 1 << 50,
        ]
        guard let factor = factors[unit.lowercased()] else {
            throw SQLError(
                "22023", "invalid size: \"\(text)\"", details: "Invalid size unit: \"\(unit)\".",
                hint: "Valid units are \"bytes\", \"kB\", \"MB\", \"GB\", \"TB\", and \"PB\".")
        }
        call.give(try (number * Numeric(factor)).integer(as: .bigint))
    }
}

extension Numeric {
    /// As a whole number of the last digit's unit.
    fileprivate func unscaled(_ scale: Int) -> BigInt {
        BigInt(rounded(to: scale).text.replacing(".", with: "")) ?? 0
    }

    fileprivate func divided(byPowerOfTen scale: Int) throws(SQLError) -> Numeric {
        guard scale > 0 else { return self }
        var digits = text
        if digits.utf8.count <= scale { digits = String(repeating: "0", count: scale + 1 - digits.utf8.count) + digits }
        digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -scale))
        return try Numeric(digits)
    }
}

extension String {
    /// How many digits behind the point are not zeros at its end.
    fileprivate var shortestScale: Int {
        guard let point = firstIndex(of: ".") else { return 0 }
        var rest = self[index(after: point)...]
        while rest.last == "0" { rest.removeLast() }
        return rest.count
    }
}
