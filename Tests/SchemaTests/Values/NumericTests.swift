import OffstageSchema
import Testing

@Suite struct NumericTests {
    @Test(arguments: [
        ("10", "3.0", "3.3333333333333333"), ("1", "3", "0.33333333333333333333"), ("2", "7", "0.28571428571428571429"),
        ("1e10", "3", "3333333333.33333333"), ("100000", "7", "14285.714285714286"), ("-1", "3", "-0.33333333333333333333"),
        ("0", "5.00", "0.00000000000000000000"), ("1", "1000000", "0.000001000000000000000000"),
        ("12345678901234567890", "2", "6172839450617283945"),
        ("NaN", "0", "NaN"), ("1", "Infinity", "0"), ("-Infinity", "2", "-Infinity"), ("Infinity", "Infinity", "NaN"),
        ("745888588231615334672235855823483524055", "-89628568.875", "-8321995961710209050487149774023.250"),
    ])
    func `a quotient has PostgreSQL's scale`(a: String, b: String, quotient: String) throws {
        #expect(try Numeric(a).divided(by: Numeric(b)).text == quotient)
    }

    @Test func `sums and differences keep every digit`() throws {
        let (a, b) = (try Numeric("-0.95552"), try Numeric("-0572100713698691486073080.00000000015596"))
        #expect(try (a + b).text == "-572100713698691486073080.95552000015596")
        #expect(try (a - b).text == "572100713698691486073079.04448000015596")
        #expect(try (Numeric("1.10") * Numeric("2.9")).text == "3.190")
    }

    @Test func `products of large negative numbers are exact`() throws {
        let product = try Numeric("-10000000000000000000000000000000000.69") * Numeric("48.2585617768415526345956891489393619500081")
        #expect(product.text == "-482585617768415526345956891489393652.798488626020671317871025512768159745505589")
    }

    @Test func `dividing by zero is 22012`() throws {
        let zero = try Numeric("0.00")
        let error = SQLError("22012", "division by zero")
        #expect(throws: error) { _ = try Numeric(1 as Int64).divided(by: zero) }
        #expect(throws: error) { _ = try Numeric(1 as Int64).remainder(dividingBy: zero) }
        #expect(throws: error) { _ = try Numeric(1 as Int64).wholeQuotient(dividingBy: zero) }
    }

    @Test func `remainders have the dividend's sign`() throws {
        #expect(try Numeric("5.5").remainder(dividingBy: Numeric("2")).text == "1.5")
        #expect(try Numeric("-5.5").remainder(dividingBy: Numeric("2")).text == "-1.5")
        #expect(try Numeric("-7").wholeQuotient(dividingBy: Numeric("2")).text == "-3")
    }

    @Test(arguments: [
        ("2.5", 0, "3"), ("-2.5", 0, "-3"), ("1234.5", -2, "1200"), ("0.05", 1, "0.1"), ("7", 2, "7.00"), ("999.9", 0, "1000"),
    ])
    func `rounding goes half away from zero`(value: String, places: Int, rounded: String) throws {
        #expect(try Numeric(value).rounded(to: places).text == rounded)
    }

    @Test func `truncating, floor and ceiling go their ways`() throws {
        #expect(try Numeric("-2.57").truncated(to: 1).text == "-2.5")
        #expect(try Numeric("-2.5").floor.text == "-3")
        #expect(try Numeric("-2.5").ceiling.text == "-2")
        #expect(try Numeric("2.0").ceiling.text == "2")
        #expect(try Numeric("-2.5").absolute.text == "2.5")
    }

    @Test func `casts to integers round and check the range`() throws {
        #expect(try Numeric("2.5").integer() == 3)
        #expect(try Numeric("-2.5").integer(as: .integer) == -3)
        #expect(throws: SQLError("22003", "smallint out of range")) { _ = try Numeric("32767.5").integer(as: .smallint) }
        #expect(throws: SQLError("22003", "bigint out of range")) { _ = try Numeric("1e30").integer() }
        #expect(throws: SQLError("0A000", "cannot convert NaN to integer")) { _ = try Numeric("NaN").integer(as: .integer) }
    }

    @Test(
        arguments: [
            (0.1, 15, "0.1"), (1.0 / 3, 15, "0.333333333333333"), (1e20, 15, "100000000000000000000"),
            (-897626811761508.5, 15, "-897626811761508"),
            (1.5e-10, 15, "0.00000000015"), (Double(Float(0.1)), 6, "0.1"), (123456789, 6, "123457000"), (0, 15, "0"),
        ] as [(Double, Int, String)])
    func `a double becomes a numeric with its significant digits`(value: Double, digits: Int, text: String) throws {
        #expect(try Numeric(value, significantDigits: digits).text == text)
    }

    @Test func `sums and averages have PostgreSQL's scale`() throws {
        var values = NumericSum()
        #expect(values.sum == nil)
        #expect(try values.average() == nil)
        try values.add(Numeric("1.1"))
        try values.add(Numeric("2.20"))
        #expect(values.sum?.text == "3.30")
        #expect(try values.average()?.text == "1.6500000000000000")
        var one = NumericSum()
        try one.add(1 as Int64)
        #expect(try one.average()?.text == "1.00000000000000000000")
    }

    @Test func `stored texts are ordered by value`() throws {
        let ordered = [
            ["-Infinity"], ["-1000000000000000000000000000000000000000000"], ["-10.5", "-10.50"], ["-10"], ["-9.99"], ["-0.1"],
            ["0", "0.00"], ["0.0001"],
            ["0.1", "0.10"], ["1", "1.0"], ["1.01"], ["9"], ["10"], ["99999999999999999999"], ["Infinity"], ["NaN"],
        ]
        func compare(_ a: String, _ b: String) -> Int32 {
            var (a, b) = (a, b)
            return a.withUTF8 { a in b.withUTF8 { b in Numeric.compare(a, b) } }
        }
        for (i, left) in ordered.enumerated() {
            for (j, right) in ordered.enumerated() {
                for (a, b) in left.flatMap({ a in right.map { (a, $0) } }) {
                    let expected: Int32 = i < j ? -1 : i > j ? 1 : 0
                    #expect(compare(a, b) == expected, "\(a) \(b)")
                    #expect(try Numeric.compare(Numeric(a), Numeric(b)) == expected, "\(a) \(b)")
                }
            }
        }
    }
}

@Suite struct NumericPowerTests {
    @Test(arguments: [
        ("2", "1.414213562373095"), ("100.00", "10.000000000000000"), ("0.0001", "0.01000000000000000"), ("0", "0.000000000000000"),
    ])
    func `a square root has PostgreSQL's scale`(value: String, root: String) throws {
        #expect(try Numeric(value).squareRoot().text == root)
    }

    @Test func `whole powers are exact and shown with 16 digits`() throws {
        #expect(try Numeric("4340.000000009").raised(to: Numeric("2")).text == "18835600.0000781200000001")
        #expect(try Numeric("2").raised(to: Numeric("-3")).text == "0.1250000000000000")
        #expect(try Numeric("0").raised(to: Numeric("0")).text == "1.0000000000000000")
    }

    @Test func `what has no root or power is 2201F, and what would take for ever is refused`() throws {
        #expect(throws: SQLError("2201F", "cannot take square root of a negative number")) { _ = try Numeric("-1").squareRoot() }
        #expect(throws: SQLError("2201F", "zero raised to a negative power is undefined")) {
            _ = try Numeric("0").raised(to: Numeric("-1"))
        }
        #expect(throws: SQLError("22003", "value overflows numeric format")) { _ = try Numeric("10").raised(to: Numeric("1000000")) }
    }
}
