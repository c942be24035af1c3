import Testing

@testable import OffstageQuery

@Suite struct RequestCursorTests {
    @Test func `base64 comes back as it went`() {
        var bytes: [UInt8] = []
        for count in 0..<200 {
            #expect(Base64URL.bytes(Base64URL.text(bytes).utf8) == bytes)
            bytes.append(UInt8(truncatingIfNeeded: count &* 151))
        }
        #expect(Base64URL.text([0xFB, 0xFF, 0xBF]) == "-_-_")
        for wrong in ["A", "AA=", "A+", "AB", "AAB", "é"] { #expect(Base64URL.bytes(wrong.utf8) == nil, "\(wrong)") }
    }

    @Test(arguments: [[], ["5"], [nil], ["a", nil, "\"é\\"], ["", "\n", "null"]] as [[String?]])
    func `a token comes back as it went`(_ values: [String?]) throws {
        let token = try #require(RequestCursor.token(order: "price.desc", values: values))
        let read = try #require(RequestCursor.read(token.utf8))
        #expect(read.order == "price.desc")
        #expect(read.values == values)
        let request = try TableRequest.books("id=eq.1&after=cursor:\(token)&limit=5")
        #expect(request.cursor?.order == "price.desc")
        #expect(request.cursor?.values.map { $0.flatMap { request[$0] } } == values.map { $0.map { .text($0) } })
        #expect(request.filters.count == 1)
        #expect(request[request.window.limit ?? ValueIndex(-1)] == .text("5"))
    }

    @Test func `a token is no longer than a URL`() {
        #expect(RequestCursor.token(order: "a.asc", values: [String(repeating: "x", count: 8_000)]) == nil)
        #expect(RequestCursor.token(order: "a.asc", values: Array(repeating: "", count: 65)) == nil)
    }

    @Test func `cursors that differ in values share a shape, and those that differ in nulls do not`() throws {
        func shape(_ values: [String?], order: String = "a.asc") throws -> RequestShape {
            try TableRequest.books("after=cursor:\(RequestCursor.token(order: order, values: values) ?? "")").shape
        }
        #expect(try shape(["1", "2"]) == shape(["x", ""]))
        #expect(try shape(["1", nil]) != shape([nil, "1"]))
        #expect(try shape(["1"]) != shape(["1", "2"]))
        #expect(try shape(["1"]) != shape(["1"], order: "a.desc"))
        #expect(try shape(["1"]) != TableRequest.books("after=cursor:").shape)
    }

    @Test(arguments: ["after=cursor:x", "after=cursor:&after=cursor:", "after=cursor:&offset=1"])
    func `a cursor that cannot be read says so`(_ query: String) {
        let error = #expect(throws: RequestError.self) { try TableRequest.books(query) }
        #expect(error?.code == "OFS306")
        #expect(RequestShape.scan(method: .get, path: "/books", query: query, headers: RequestHeaders()) == nil)
    }

    @Test func `elsewhere it is a filter or an argument, as it was`() throws {
        #expect(try TableRequest.books("after=eq.5").filters.count == 1)
        #expect(throws: RequestError.self) { try TableRequest.books("r.after=cursor:") }
        #expect(throws: RequestError.self) {
            try TableRequest(method: .patch, path: "/books", query: "after=cursor:", headers: RequestHeaders())
        }
        let call = try TableRequest(method: .get, path: "/rpc/f", query: "after=cursor:x", headers: RequestHeaders())
        #expect(call.arguments.map(\.name) == ["after"] && call.values == [.text("cursor:x")] && call.cursor == nil)
    }

    @Test(arguments: [
        ("", "after=cursor:T"), ("after=cursor:old", "after=cursor:T"), ("a=eq.1&after=cursor:old&b=eq.2", "a=eq.1&b=eq.2&after=cursor:T"),
        ("%61fter=cursor%3Aold&after=eq.5", "after=eq.5&after=cursor:T"),
        ("a=eq.<>\"\u{0D}\u{0A}é", "a=eq.%3C%3E%22%0D%0A%C3%A9&after=cursor:T"),
    ])
    func `the query of the next page`(_ query: String, _ next: String) {
        #expect(RequestCursor.query(query, token: "T") == next)
    }
}
