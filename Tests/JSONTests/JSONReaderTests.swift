import OffstageJSON
import Testing

@Suite struct JSONReaderTests {
    @Test func `members keep their order and the last of a name counts`() throws {
        let value = try JSONValue(parsing: #" {"b": 1.10, "a": [true, null], "b": "x"} "#)
        #expect(
            value
                == .object([
                    .init(name: "b", value: .number("1.10")), .init(name: "a", value: .array([.boolean(true), .null])),
                    .init(name: "b", value: .string("x")),
                ]))
        #expect(value["b"] == .string("x"))
        #expect(value["c"] == nil)
    }

    @Test func `objects and arrays are found as they were written`() {
        let body = #" [ {"a" : {"b" :1, "x":"}]\""} ,"\u0062":[ 1 , [ ] ],"c":2} ,{"b":[],"b":{ },"a":{} , "a":"{"},{}, 5 ] "#
        let bytes = Array(body.utf8)
        let found = bytes.withUnsafeBufferPointer { JSONScan($0).containers(named: ["a", "b"]) }
        let texts = found.map { $0.mapValues { String(decoding: bytes[$0], as: UTF8.self) } }
        #expect(texts == [["a": #"{"b" :1, "x":"}]\""}"#, "b": "[ 1 , [ ] ]"], ["b": "{ }"], [:]])
    }

    /// What is no JSON has been refused before; nothing is read beyond its end all the same.
    @Test func `a text that ends too early is read to its end`() {
        let bytes = Array(#"[{"a": {"b": "c\""}, "d\"": [1]}]"#.utf8)
        for count in 0...bytes.count {
            let found = bytes[..<count].withUnsafeBufferPointer { JSONScan($0).containers(named: ["a", #"d""#]) }
            #expect(found.allSatisfy { $0.values.allSatisfy { $0.upperBound <= count } })
        }
    }

    @Test(arguments: [
        ("0", "0"), ("-0.0e+10", "-0.0e+10"), ("1e400", "1e400"), (#""\u00e9\ud83d\ude00\/\n""#, "\"é😀/\\n\""),
        ("[1 ,2,\t3]\r\n", "[1,2,3]"), (#"{"":{}}"#, #"{"":{}}"#), (#""é\"\\""#, #""é\"\\""#), (#""\u0000\u001f""#, #""\u0000\u001f""#),
    ])
    func `valid text is read and written again`(text: String, printed: String) throws {
        #expect(try JSONValue(parsing: text).text == printed)
        #expect(throws: Never.self) { try JSONValue.check(text) }
    }

    @Test(arguments: [
        ("", "The input string ended unexpectedly."),
        ("nul", "Token \"nul\" is invalid."),
        ("01", "Token \"01\" is invalid."),
        ("1.", "Token \"1.\" is invalid."),
        ("-", "Token \"-\" is invalid."),
        ("1e", "Token \"1e\" is invalid."),
        ("+1", "Token \"+\" is invalid."),
        ("[1,]", "Expected JSON value, but found \"]\"."),
        ("[1 2]", "Expected \",\" or \"]\", but found \"2\"."),
        ("{1:2}", "Expected string or \"}\", but found \"1\"."),
        ("{\"a\" 2}", "Expected \":\", but found \"2\"."),
        ("{\"a\":1 \"b\"}", "Expected \",\" or \"}\", but found \"\"b\"\"."),
        ("{\"a\":1,}", "Expected string, but found \"}\"."),
        ("1 2", "Expected end of input, but found \"2\"."),
        ("\"abc", "Token \"\"abc\" is invalid."),
        ("\"a\nb\"", "Character with value 0x0a must be escaped."),
        ("\"\\x\"", "Escape sequence \"\\x\" is invalid."),
        ("\"\\u12g4\"", "\"\\u\" must be followed by four hexadecimal digits."),
        ("\u{FEFF}1", "Token \"\u{FEFF}1\" is invalid."),
    ])
    func `what is wrong is said in PostgreSQL's words`(text: String, details: String) {
        let error = #expect(throws: JSONError.self) { _ = try JSONValue(parsing: text) }
        #expect(error?.details == details)
        #expect(error?.kind == .syntax)
        let checked = #expect(throws: JSONError.self) { try JSONValue.check(text) }
        #expect(checked == error)
    }

    @Test func `half a surrogate pair is refused as a value and passes as text`() throws {
        for text in [#""\ud83d""#, #""\ude00""#, #""\ud83dx""#, #""\ud83d\ud83d""#, #""\ud83d\n""#, #""\ud83d\u0041""#] {
            #expect(throws: JSONError.self) { _ = try JSONValue(parsing: text) }
            try JSONValue.check(text)
        }
    }

    @Test func `a zero character is refused where asked`() throws {
        #expect(try JSONValue(parsing: #""\u0000""#) == .string("\0"))
        let error = #expect(throws: JSONError.self) { _ = try JSONValue(parsing: #""\u0000""#, refusingZero: true) }
        #expect(error?.kind == .zeroCharacter)
    }

    @Test func `nesting is limited, not trapped`() throws {
        func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        #expect(throws: Never.self) { _ = try JSONValue(parsing: nested(64)) }
        #expect(throws: JSONError.self) { _ = try JSONValue(parsing: nested(65)) }
        let open = String(repeating: "{\"a\":[", count: 1_000_000)
        let error = #expect(throws: JSONError.self) {
            _ = try JSONValue(parsing: open, limits: JSONLimits(depth: .max, bytes: .max))
        }
        #expect(error?.kind == .tooDeep)
    }

    @Test func `size is limited`() {
        let error = #expect(throws: JSONError.self) { _ = try JSONValue(parsing: "[1,2]", limits: JSONLimits(bytes: 4)) }
        #expect(error?.kind == .tooLarge)
    }

    @Test func `bytes that are not UTF-8 are refused`() {
        for bytes: [UInt8] in [[0x22, 0xC3, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xC0, 0x80, 0x5C, 0x6E, 0x22]] {
            let error = #expect(throws: JSONError.self) { _ = try JSONValue(parsing: bytes) }
            #expect(error?.kind == .invalidUTF8)
        }
        #expect(throws: JSONError.self) { _ = try JSONValue(parsing: [0xFF] as [UInt8]) }
    }

    @Test func `an error has a line and a column in characters`() {
        let error = #expect(throws: JSONError.self) { _ = try JSONValue(parsing: "{\n \"é\": oops}") }
        #expect(error?.line == 2)
        #expect(error?.column == 7)
        #expect(error?.offset == 9)
    }

    @Test func `every cut and every changed byte of a document is an error or a value, never a trap`() {
        let document = Array(#"{"a":[1.5e3,"\u00e9\ud83d\ude00é",{"b":null}],"c":true}"#.utf8)
        for end in 0..<document.count {
            _ = try? JSONValue(parsing: Array(document[..<end]))
            for byte in [0x00, 0x22, 0x5C, 0x7B, 0x80, 0xFF] as [UInt8] {
                var changed = document
                changed[end] = byte
                _ = try? JSONValue(parsing: changed)
            }
        }
    }
}
