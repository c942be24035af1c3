import OffstageJSON
import OffstageQuery
import Testing

@Suite struct BatchTests {
    private func item(_ json: String) throws -> BatchItem { try BatchItem(JSONValue(parsing: json), number: 0, mount: "/rest/v1") }

    @Test func `an item`() throws {
        let item = try item(
            #"{"method":"PATCH","path":"/books?id=eq.5","headers":{"prefer":"a","Accept":"b"},"body":{"x":1},"filters":{"a":{"eq":1,"in":[2]}}}"#
        )
        #expect(item.method == .patch && item.target == "/books?id=eq.5")
        #expect(item.headers.map(\.name) == ["prefer", "Accept"])
        #expect(item.filters.map(\.test) == [.eq, .in])
        #expect(try self.item(#"{"method":"GET","path":"/rest/v1/books"}"#).target == "/books")
        #expect(try self.item(#"{"method":"GET","path":"/rest/v1"}"#).target == "/rest/v1")
    }

    private func resolve(_ value: String, after answers: [String?]) throws -> String {
        var references = BatchReferences()
        for answer in answers { references.add(answer.map { Array($0.utf8) }) }
        var writer = JSONWriter()
        writer.value(try references.resolved(JSONValue(parsing: value)))
        return writer.text
    }

    @Test(arguments: [
        (#"{"$ref":"0.body.0.id"}"#, "5.10"), (#"{"a":[{"$ref":"0.body.0.id"},1]}"#, #"{"a":[5.10,1]}"#),
        (#"{"$ref":"0.body"}"#, #"[{"id":5.10,"":null}]"#),
        (#"{"$ref":"0.body.0."}"#, "null"), (#"{"$ref":"1.body.$ref"}"#, #""0.body""#), (#"{"$ref":"1.body"}"#, #"{"$ref":"0.body"}"#),
        (#"{"$ref":"0.body","b":1}"#, #"{"$ref":"0.body","b":1}"#), (#"{"a":"0.body"}"#, #"{"a":"0.body"}"#),
    ])
    func `a reference is the value it names, and what that holds is data`(_ value: String, _ resolved: String) throws {
        #expect(try resolve(value, after: [#"[{"id":5.10,"":null}]"#, #"{"$ref":"0.body"}"#]) == resolved)
    }

    @Test(arguments: [
        "0", "body.0", "1.body", "0.body.1", "0.body.00", "0.body.0.id.0", "0.header", "0.body.-1", "+0.body", "18446744073709551616.body",
        "",
    ])
    func `a reference to nothing is an error`(_ text: String) throws {
        #expect(throws: RequestError.self) { try resolve(#"{"$ref":"\#(text)"}"#, after: [#"[{"id":5}]"#]) }
        #expect(throws: RequestError.self) { try resolve(#"{"$ref":"0.body"}"#, after: [nil]) }
    }

    @Test func `references have room for ten megabytes`() throws {
        let long = "\"" + String(repeating: "x", count: 1 << 20) + "\""
        let nine = "[" + Array(repeating: #"{"$ref":"0.body"}"#, count: 9).joined(separator: ",") + "]"
        #expect(try resolve(nine, after: [long]).utf8.count > 9 << 20)
        #expect(throws: RequestError.self) { try resolve("[\(nine),\(nine)]", after: [long]) }
    }

    @Test func `made-up batches do no harm`() {
        let pieces = [
            "[", "]", "{", "}", ",", "\"method\":\"POST\"", "\"path\":\"/a\"", "\"body\":", "{\"$ref\":\"0.body\"}",
            "{\"$ref\":\"1.body.0.a\"}", "\"filters\":{\"a\":{\"eq\":1}}", "1",
            "\"x\"", "{\"a\":1}",
        ]
        var random = SystemRandomNumberGenerator()
        for _ in 0..<5_000 {
            var text = "[{\"method\":\"POST\",\"path\":\"/a\",\"body\":[{\"a\":1}]},"
            for _ in 0..<Int.random(in: 1...12, using: &random) { text += pieces.randomElement(using: &random) ?? "" }
            Array(text.utf8).withUnsafeBytes { fuzzBatch($0) }
        }
    }
}
