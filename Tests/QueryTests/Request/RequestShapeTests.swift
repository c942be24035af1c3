import OffstageQuery
import Testing

/// The promise of the scan: equal shapes are equal trees, and its values are those of the full reading, in order.
@Suite struct RequestShapeTests {
    private func shape(_ query: String, _ headers: RequestHeaders = RequestHeaders()) throws -> RequestShape {
        try TableRequest.books(query, headers).shape
    }

    @Test(arguments: [
        ("id=eq.5", "id=eq.6"), ("id=eq.5", "id=eq."), ("id=eq.5", "id=eq.%35%2B+x"), ("id=in.(1,2)", "id=in.()"),
        ("id=not.in.(1)", "id=not.in.(%22a,b%22,c)"), ("limit=1&offset=2", "limit=20&offset=0"), ("r.limit=1", "r.limit=50"),
        ("t=fts(english).a", "t=fts(english).b"), ("t=like(any).{a}", "t=like(any).{b,c}"),
        ("or=(a.eq.1,b.in.(1,2))", #"or=(a.eq."(x)",b.in.())"#), ("or=(a.eq.1,b.cs.{1,2})", "or=(a.eq.,b.cs.x)"),
        ("select=a&order=b&limit=1&c=eq.1", "select=a&order=b&limit=2&c=eq.z"),
    ])
    func `requests that differ only in values share a shape`(_ one: String, _ other: String) throws {
        #expect(try shape(one) == shape(other))
        #expect(try shape(one).hash == shape(other).hash)
    }

    @Test(arguments: [
        ("id=eq.5", "id=gt.5"), ("id=eq.5", "ix=eq.5"), ("id=eq.5", "id=not.eq.5"), ("id=eq.5", "id=eq(any).5"),
        ("id=is.null", "id=is.true"), ("limit=1", "offset=1"), ("limit=1", ""), ("limit=1", "limit=x"), ("limit=1", "r.limit=1"),
        ("select=a", "select=b"), ("order=a", "order=a.desc"), ("a=eq.1&b=eq.2", "b=eq.1&a=eq.2"), ("t=fts.a", "t=fts(x).a"),
        ("data->>a=eq.1", "data->>b=eq.1"), ("or=(a.eq.1,b.eq.2)", "or=(a.eq.1,c.eq.2)"), ("or=(a.eq.1)", "and=(a.eq.1)"),
        ("or=(a.eq.1,b.eq.1)", "or=(a.eq.1)"), ("or=(a.in.(1))", "or=(a.in.(1),b.in.(2))"), ("a=eq.1", "a=eq.1&b=eq.1"),
    ])
    func `requests that differ in anything else do not`(_ one: String, _ other: String) throws {
        #expect(try shape(one) != shape(other))
    }

    @Test func `method, path, schema, preferences, accept and a range are shape`() throws {
        let plain = try shape("id=eq.1")
        for headers in [
            RequestHeaders(accept: "text/csv"), RequestHeaders(acceptProfile: "x"), RequestHeaders(prefer: ["count=exact"]),
            RequestHeaders(prefer: ["", ""]), RequestHeaders(range: "0-9"),
        ] { #expect(try shape("id=eq.1", headers) != plain) }
        #expect(try shape("id=eq.1", RequestHeaders(range: "0-9")) == shape("id=eq.1", RequestHeaders(range: "5-6")))
        #expect(try shape("id=eq.1", RequestHeaders(range: "0-9")) != shape("id=eq.1", RequestHeaders(range: "0-")))
        #expect(try shape("id=eq.1", RequestHeaders(range: "0-")) == shape("id=eq.1&offset=0"))
        #expect(try TableRequest(method: .head, path: "/books", query: "id=eq.1", headers: RequestHeaders()).shape != plain)
        #expect(try TableRequest(method: .get, path: "/book", query: "sid=eq.1", headers: RequestHeaders()).shape != plain)
    }

    /// Fragments that meet often, so that equal shapes of different queries are common.
    private static func query(_ generator: inout RequestGenerator, asFunction: Bool) -> String {
        let names = [
            "a", "b", "r.a", "%61", "a-", "\"a\"", "data->>0", "or", "r.and", "not.or", "limit", "offset", "r.limit", "select", "order",
            "columns", "after",
        ]
        let values = [
            "eq.1", "eq.2", "not.eq.", "neq.x", "eq(any).{1}", "eq(all).{}", "fts.q", "fts(en).q", "fts( en ).r", "in.(1)", "in.(1,2)",
            "in.()",
            "in.(\"\\\"\")", "is.null", "is.NULL", "isdistinct.1", "1", "20", "-1", " 3 ", "", "a", "b", "(a.eq.1)", "(a.eq.2)",
            "(a.eq.\"1\")",
            "(a.in.(1),b.eq.2)", "(a.in.(),b.eq.3)", "(and(a.eq.1,b.is.null))", "(and(a.eq.{1,2},b.is.null))", "not.", "eq", "eq%2E1",
            "%65q.1",
            "in.(1", "é", "%C3%A9", "%FF", "%", "x.y", "a,b", "rel(a)", "eq.1)", "(a.eq.1)x", "not.in.(1,2)x",
            "(a.not.fts(x).1,b.like(any).{1})", "cursor:", "cursor:x", "cursor:WyJhLmFzYyIsIjEiXQ", "cursor:WyJhLmFzYyIsIjIiXQ",
            "cursor:WyJhLmFzYyIsbnVsbF0",
        ]
        let count = Int.random(in: 1...2, using: &generator.random)
        return generator.some(count...count) { $0.pick(names) + ($0.chance(30) ? "" : "=" + $0.pick(values)) }.joined(separator: "&")
    }

    @Test func `equal shapes are equal trees, and scanned values are the read ones`() throws {
        var trees: [RequestShape: (tree: TableRequest, query: String)] = [:]
        var shared = 0
        for seed in 1...8_000 {
            var generator = RequestGenerator(seed: UInt64(seed))
            let isFunction = generator.chance(3)
            let method = generator.pick([TableRequest.Method.get, .get, .post, .put])
            let path = isFunction && method != .put ? "/rpc/f" : "/books"
            let headers = RequestHeaders(range: generator.chance(5) ? generator.pick(["0-9", "3-", "9-1"]) : nil)
            let query = Self.query(&generator, asFunction: isFunction)
            let scanned = RequestShape.scan(method: method, path: path, query: query, headers: headers)
            guard var request = try? TableRequest(method: method, path: path, query: query, headers: headers) else { continue }
            #expect(scanned != nil, "\(query)")
            #expect(scanned?.shape == request.shape, "\(query)")
            #expect(scanned?.values == request.values, "\(query)")
            request.values = []
            if let known = trees[request.shape] {
                if known.query != query { shared += 1 }
                #expect(known.tree == request, "\(known.query) and \(query)")
            } else {
                trees[request.shape] = (request, query)
            }
        }
        // The property says nothing unless shapes did meet.
        #expect(shared > 500)
    }

    @Test func `generated requests keep the promise too`() throws {
        for seed in 1...1_000 {
            var generator = RequestGenerator(seed: UInt64(seed))
            let filter = generator.filter()
            let name = generator.encoded(generator.print(filter.field))
            let one = name + "=" + generator.encoded(generator.print(filter, inLogic: false))
            let request = try TableRequest.books(one)
            let scanned = try #require(RequestShape.scan(method: .get, path: "/books", query: one, headers: RequestHeaders()))
            #expect(scanned.shape == request.shape && scanned.values == request.values && request.values == generator.values, "\(one)")
        }
    }

    @Test func `a list that is too long has no shape`() {
        let list = Array(repeating: "1", count: 10_001).joined(separator: ",")
        #expect(RequestShape.scan(method: .get, path: "/books", query: "a=in.(\(list))", headers: RequestHeaders()) == nil)
    }
}
