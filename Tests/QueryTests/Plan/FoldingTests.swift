import OffstageSyntax
import Testing

@testable import OffstageQuery

@Suite struct FoldingTests {
    /// What `explain` on PostgreSQL 15 shows as the filter.
    @Test(arguments: [
        ("a or (a and b)", "a"), ("(a and b) or (a and c)", "a and (b or c)"), ("(a and b) or (c and d)", "(a and b) or (c and d)"),
        ("x > null or a", "a"), ("x = null and a", "false"), ("not (x = null)", "not (x = null)"), ("a or true", "true"),
        ("(x >= null) or a or (a and not b)", "a"), ("c or a or (a and b)", "c or a or (a and b)"), ("false or a", "a"),
        ("a and true", "a"),
        ("false or (x < null)", "false"),
    ])
    func `a condition keeps what decides it`(_ written: String, _ left: String) throws {
        #expect(try parseExpression(written).folded.factored == parseExpression(left))
    }
}
