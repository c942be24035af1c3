import OffstageJSON
import Testing

@Suite struct JSONWriterTests {
    @Test func `strings are escaped wherever the character stands`() throws {
        for special in ["\"", "\\", "\n", "\u{1}", "\u{1f}", "\u{8}\u{c}\r\t", "é", "\u{7f}", "😀", "!", "#", "[", "]"] {
            for before in 0..<18 {
                for after in 0..<10 {
                    let text = String(repeating: "a", count: before) + special + String(repeating: "~", count: after)
                    var writer = JSONWriter(capacity: 1)
                    writer.string(text)
                    #expect(try JSONValue(parsing: writer.bytes) == .string(text))
                }
            }
        }
    }

    @Test(arguments: [
        (0, "0"), (7, "7"), (-1, "-1"), (10, "10"), (999, "999"), (1000, "1000"), (12_345, "12345"), (Int64.max, "9223372036854775807"),
        (Int64.min, "-9223372036854775808"), (1_000_000_000_000_000_000, "1000000000000000000"),
    ])
    func `integers are written in full`(value: Int64, text: String) {
        var writer = JSONWriter()
        writer.integer(value)
        #expect(writer.text == text)
    }

    @Test(
        arguments: [
            (0, "0"), (-0.0, "-0"), (1, "1"), (1.5, "1.5"), (100, "100"), (0.0001, "0.0001"), (0.00001, "1e-05"), (1e14, "100000000000000"),
            (1e15, "1e+15"), (123_456_789_012_345, "123456789012345"), (1_234_567_890_123_456, "1.234567890123456e+15"),
            (-2.5e-300, "-2.5e-300"),
            (5e-324, "5e-324"), (1.7976931348623157e308, "1.7976931348623157e+308"), (0.1 + 0.2, "0.30000000000000004"),
            (.infinity, "Infinity"), (-.infinity, "-Infinity"), (.nan, "NaN"), (1e22, "1e+22"),
            (9_007_199_254_740_994, "9.007199254740994e+15"),
            (12.25, "12.25"), (1e100, "1e+100"),
        ] as [(Double, String)])
    func `doubles are written as PostgreSQL writes them`(value: Double, text: String) {
        var writer = JSONWriter()
        writer.double(value)
        #expect(writer.text == text)
    }

    @Test(
        arguments: [
            (1e6, "1e+06"), (123_456, "123456"), (0.1, "0.1"), (16_777_216, "1.6777216e+07"), (3.4028235e38, "3.4028235e+38"),
            (1e-45, "1e-45"),
            (-1234.5, "-1234.5"),
        ] as [(Float, String)])
    func `reals are written as PostgreSQL writes them`(value: Float, text: String) {
        var writer = JSONWriter()
        writer.float(value)
        #expect(writer.text == text)
    }

    @Test func `every double reads back as itself`() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            let value = Double(bitPattern: generator.next())
            guard value.isFinite else { continue }
            var writer = JSONWriter()
            writer.double(value)
            #expect(Double(writer.text) == value)
        }
    }

    @Test func `room grows and truncating keeps the front`() {
        var writer = JSONWriter(capacity: 1)
        for _ in 0..<1000 { writer.raw("0123456789") }
        #expect(writer.count == 10_000)
        writer.truncate(to: 3)
        writer.boolean(true)
        writer.null()
        #expect(writer.text == "012truenull")
    }
}
