import OffstageSyntax
import Testing

/// The parser's JSON leaves negative integers out.
struct NegativeNumberTests {
    @Test(
        arguments: [
            ("-1", -1), ("- 5", -5), ("-(5)", -5), ("- - - 7", -7), ("-(-3)", 3), ("0", 0), ("-0", 0), ("- /* 4 */ 6", -6),
            ("-2147483647", -2_147_483_647), ("12", 12),
        ] as [(String, Int32)])
    func `a negative literal keeps its value`(_ sql: String, _ value: Int32) throws {
        #expect(try parseExpression(sql).kind == .literal(.integer(value)))
    }

    @Test func `a comment ahead of a zero does not become its value`() throws {
        #expect(try parse("-- minus 99\nselect 0").first?.sql == "select 0")
        #expect(try parse("select -- -4\n0").first?.sql == "select 0")
    }

    @Test func `negative numbers hold in defaults, modifiers, comparisons and sequences`() throws {
        #expect(try parse("create table t (a numeric(5, -2) default -3 check (a > -100))").first?.sql.contains("-100") == true)
        guard
            case .createSequence(let sequence)? = try parse("create sequence s increment by -2 minvalue -50 maxvalue 0 start with -1")
                .first?.kind
        else {
            return #expect(Bool(false), "no sequence")
        }
        #expect(sequence.options == [.increment(-2), .minimum(-50), .maximum(0), .start(-1)])
    }
}
