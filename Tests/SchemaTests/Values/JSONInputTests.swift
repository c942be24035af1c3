import OffstageJSON
import OffstageSchema
import Testing

@Suite struct JSONInputTests {
    private func stored(_ json: String, as type: DataType, _ modifier: TypeModifier? = nil) throws -> StoredValue {
        try ColumnType(type, modifier).parse(json: JSONValue(parsing: json), in: ValueContext())
    }

    @Test(
        arguments: [
            ("null", .integer, .null), ("5", .integer, .integer(5)), ("\"5\"", .integer, .integer(5)), ("1.10", .numeric, .text("1.10")),
            ("1e2", .numeric, .text("100")), ("true", .boolean, .integer(1)), ("\"off\"", .boolean, .integer(0)),
            ("1", .boolean, .integer(1)),
            ("true", .text, .text("true")), ("12.50", .text, .text("12.50")), ("{\"a\": [1]}", .text, .text("{\"a\":[1]}")),
            ("\"x\"", .json, .text("\"x\"")), ("{\"b\":1,\"a\":1.0}", .jsonb, .text("{\"a\": 1.0, \"b\": 1}")), ("null", .jsonb, .null),
            ("[1,null,\"3\"]", .array(.integer), .text("{1,NULL,3}")), ("\"{1,2}\"", .array(.integer), .text("{1,2}")),
            ("[\"a b\",\"\",\"null\",\"q\\\"\"]", .array(.text), .text(#"{"a b","","null","q\""}"#)),
            ("[true,false]", .array(.boolean), .text("{t,f}")),
            ("[{\"a\":1},2]", .array(.jsonb), .text(#"{"{\"a\": 1}",2}"#)), ("\"2024-01-01\"", .date, .integer(8766)),
            ("[]", .array(.uuid), .text("{}")),
        ] as [(String, DataType, StoredValue)])
    func `a body's value is stored as its column's type`(json: String, type: DataType, value: StoredValue) throws {
        #expect(try stored(json, as: type) == value)
    }

    @Test(
        arguments: [
            ("1.5", .integer, "22P02", "invalid input syntax for type integer: \"1.5\""),
            ("true", .integer, "22P02", "invalid input syntax for type integer: \"true\""),
            ("99999999999", .integer, "22003", "value \"99999999999\" is out of range for type integer"),
            ("5", .array(.integer), "22P02", "expected JSON array"),
            ("[[1]]", .array(.jsonb), "0A000", "multi-dimensional arrays are not supported on the embedded engine"),
            ("[[1]]", .array(.integer), "0A000", "multi-dimensional arrays are not supported on the embedded engine"),
            ("\"\\u0000\"", .text, "22021", "invalid byte sequence for encoding \"UTF8\": 0x00"),
            ("\"\\u0000\"", .jsonb, "22P05", "unsupported Unicode escape sequence"),
            ("1e200000", .jsonb, "22003", "value overflows numeric format"),
        ] as [(String, DataType, String, String)])
    func `a body's value that does not fit is refused in PostgreSQL's words`(json: String, type: DataType, code: String, message: String)
        throws
    {
        let error = #expect(throws: SQLError.self) { _ = try stored(json, as: type) }
        #expect(error?.code == code)
        #expect(error?.message == message)
    }

    @Test func `NUL in text is refused for every type`() {
        for type in [DataType.text, .integer, .jsonb, .bytea, .array(.text)] {
            #expect(throws: SQLError("22021", "invalid byte sequence for encoding \"UTF8\": 0x00")) {
                _ = try ColumnType(type).parse("a\0b", in: ValueContext())
            }
        }
    }

    @Test func `NaN in a double is a text that sorts behind every number`() throws {
        #expect(try ColumnType(.double).parse("NaN", in: ValueContext()) == .text("NaN"))
        #expect(try ColumnType(.real).parse(" nan ", in: ValueContext()) == .text("NaN"))
    }
}
