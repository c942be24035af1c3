import OffstageSchema
import Testing

@testable import OffstageSQLite

/// Values from outside may be as large and as odd as they like.
@Suite struct LimitTests {
    @Test(arguments: [
        "repeat('abcdefgh', 2000000000)", "lpad('a', 2000000000, 'b')", "format('%999999s%999999s%999999s', 'a', 'b', 'c') is not null",
        "replace(repeat('a', 1000000), 'a', repeat('b', 1000))",
    ])
    func `a result beyond 64 MiB is refused or made, never waited for`(_ expression: String) async throws {
        let answer = await (try Engine()).answer(expression)
        #expect(answer.hasPrefix("!54000") || answer == "t\tboolean")
    }

    @Test func `a pattern made to go wrong takes time in proportion to the text`() async throws {
        let answer = await (try Engine()).answer("repeat('a', 5000) ~ '^(a+)+$', repeat('a', 5000) like repeat('%a', 200) || 'b'")
        #expect(answer == "t|f\tboolean,boolean")
    }

    @Test func `a pattern beyond its budget is stopped`() throws {
        let plain = try RegularExpression("(a?){200}b")
        #expect(try !plain.matches(String(repeating: "a", count: 1000)))
        let referring = try RegularExpression(#"^(a*)(a*)(a*)\1\2\3$"#)
        let text = String(repeating: "a", count: 999)
        #expect(throws: SQLError.self) { try referring.matches(text, budget: 50_000) }
    }

    @Test(arguments: [
        "make_interval(0, 0, 0, 0, 2147483647, 2147483647, 9e12::float8)", "date 'infinity' + time '10:00'",
        "(-9223372036854775807 - 1) - 1",
        "jsonb_set('{}', '{a,b,c}', '1')", "'[}'::json -> 0", "substr('abc', -2147483648, 2147483647)", "right('abc', -2147483648)",
        "split_part('a', 'b', -2147483648)", "to_char(1e100::numeric, '9')",
        "generate_series from generate_series(9223372036854775806, 9223372036854775807)",
    ])
    func `extreme arguments give an answer or an error`(_ expression: String) async throws {
        let answer = await (try Engine()).answer(expression)
        #expect(!answer.isEmpty && !answer.hasPrefix("!XX000") && !answer.hasPrefix("!?"))
    }
}
