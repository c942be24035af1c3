import HTTPTypes
import HummingbirdCore
import NIOCore
import OffstageSQL
import Testing

@testable import OffstageServer

@Suite(.timeLimit(patience)) struct DoorTests {
    /// Requests that the door on the event loop answers, and how to make them ones that it passes on.
    static let requests = [
        "GET /rest/v1/books?id=eq.1&select=id HTTP/1.1\r\nHost: h\r\n",
        "HEAD /rest/v1/books HTTP/1.1\r\nHost: h\r\nPrefer: count=exact\r\n",
        "GET /rest/v1/books HTTP/1.1\r\nHost: h\r\nAccept: text/csv\r\nOrigin: https://a.example\r\n",
        "GET /rest/v1/nothing HTTP/1.1\r\nHost: h\r\n", "GET /rest/v1/vault HTTP/1.1\r\nHost: h\r\n",
        "GET /rest/v1/books?id=foo.1 HTTP/1.1\r\nHost: h\r\n", "GET /rest/v1/books HTTP/1.1\r\nHost: h\r\napikey: nonsense\r\n",
        "OPTIONS /rest/v1/books HTTP/1.1\r\nHost: h\r\n",
        "OPTIONS /rest/v1/books HTTP/1.1\r\nHost: h\r\nOrigin: https://a.example\r\nAccess-Control-Request-Method: PATCH\r\nAccess-Control-Request-Headers: x-own\r\n",
        "GET /livez HTTP/1.1\r\nHost: h\r\n", "HEAD /readyz HTTP/1.1\r\nHost: h\r\n",
        "GET /rest/v1/books HTTP/1.1\r\nHost: h\r\nX-Request-Id: my-own.id\r\n",
    ]

    @Test(arguments: requests) func `both doors give one answer`(_ request: String) async throws {
        let desk = try Desk { $0.rows.total = 5 }
        try await withServer(desk) { (counter) async throws in
            let isHead = request.hasPrefix("HEAD")
            let hot = try #require(try await counter.ask(request + "\r\n", toHead: isHead))
            let inline = counter.front.metrics.counts.inline
            #expect(inline == 1)
            // A body, even an empty one in chunks, is for the second door.
            let passed = try #require(try await counter.ask(request + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", toHead: isHead))
            #expect(counter.front.metrics.counts.inline == inline)
            #expect(counter.front.metrics.counts.requests == 2)
            #expect(hot.lasting == passed.lasting)
            #expect(hot.fields["date"]?.hasSuffix("GMT") == true)
            #expect(hot.fields["x-request-id"] != nil)
            #expect(hot.fields["content-length"] == (isHead ? nil : "\(hot.body.utf8.count)"))
        }
    }

    @Test func `answers keep the order of requests, whichever door gives them`() async throws {
        try await withServer(try Desk()) { (counter) async throws in
            let line = try await counter.line()
            let post = "POST /rest/v1/books HTTP/1.1\r\nHost: h\r\nX-Request-Id: b\r\nContent-Length: 2\r\n\r\n{}"
            try await line.send(
                get("/livez", "X-Request-Id: a\r\n") + post + get("/livez", "X-Request-Id: c\r\n")
                    + get("/rest/v1/books", "X-Request-Id: d\r\n")
                    + post.replacing("Id: b", with: "Id: e") + get("/livez", "X-Request-Id: f\r\n"))
            var heard: [String] = []
            for _ in 0..<6 { heard.append(await line.hear()?.fields["x-request-id"] ?? "-") }
            #expect(heard == ["a", "b", "c", "d", "e", "f"])
            line.close()
        }
    }

    @Test func `a slow read is waited for on the same connection`() async throws {
        try await withServer(try Desk { $0.isSlow = true }) { (counter) async throws in
            let line = try await counter.line()
            try await line.send(get("/rest/v1/books") + get("/livez"))
            #expect(await line.hear()?.body == #"[{"id":1}]"#)
            #expect(await line.hear()?.body == #"{"status":"ok"}"#)
            line.close()
        }
    }

    @Test func `what comes while an answer is awaited is answered after it, rubbish last`() async throws {
        let (released, release) = AsyncStream.makeStream(of: Void.self)
        let desk = try Desk { $0.beforeRun = { for await _ in released {} } }
        try await withServer(desk) { (counter) async throws in
            let line = try await counter.line()
            let post = "POST /rest/v1/books HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}"
            try await line.send(post + get("/livez") + post + "\u{1} rubbish\r\n\r\n")
            release.finish()
            var heard: [Int] = []
            for _ in 0..<4 { heard.append(await line.hear()?.status ?? 0) }
            #expect(heard == [201, 200, 201, 400])
            #expect(await line.untilClosed() == "")
            #expect(desk.shelf.asked.count == 2)
            line.close()
        }
    }

    @Test func `an answer whose asker has gone is logged, and nobody else hears it`() async throws {
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        let (released, release) = AsyncStream.makeStream(of: Void.self)
        let desk = try Desk { state in
            state.beforeRun = {
                start.yield()
                for await _ in released {}
            }
        }
        try await withServer(desk) { (counter) async throws in
            let line = try await counter.line()
            try await line.send("POST /rest/v1/books HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}")
            for await _ in started { break }
            line.close()
            let other = try await counter.ask(get("/livez"))
            #expect(other?.body == #"{"status":"ok"}"#)
            release.finish()
            #expect(try await counter.ask(get("/rest/v1/books"))?.status == 200)
            #expect(counter.front.metrics.counts.requests == 3)
        }
    }

    @Test(arguments: [
        get("/livez", "Connection: close\r\n"), "GET /livez HTTP/1.0\r\n\r\n",
        "POST /rest/v1/books HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}",
    ])
    func `who wants no more is let go`(_ request: String) async throws {
        try await withServer(try Desk()) { (counter) async throws in
            let line = try await counter.line()
            try await line.send(request)
            let heard = await line.hear()
            #expect(heard?.fields["connection"] == "close")
            #expect(await line.untilClosed() == "")
            line.close()
        }
    }

    @Test func `HTTP 1.0 may stay`() async throws {
        try await withServer(try Desk()) { (counter) async throws in
            let line = try await counter.line()
            for _ in 0..<2 {
                try await line.send("GET /livez HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                #expect(await line.hear()?.status == 200)
            }
            line.close()
        }
    }

    @Test(arguments: [
        get("/livez", "Connection: Upgrade\r\nUpgrade: h2c\r\n"),
        "POST /rest/v1/books HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\n{}",
    ])
    func `a request to upgrade is answered and ends the connection`(_ request: String) async throws {
        try await withServer(try Desk()) { (counter) async throws in
            let line = try await counter.line()
            try await line.send(request)
            let heard = await line.hear()
            #expect(heard?.fields["connection"] == "close")
            #expect(await line.untilClosed() == "")
            line.close()
        }
    }

    @Test(arguments: [
        ("http://h/livez", 200), ("HTTPS://h:8443/livez", 200), ("http://h/rest/v1/books?id=eq.1", 200), ("http://h", 404),
        ("http://h?x", 404),
        ("http:/livez", 400), ("http://", 404), ("ftp://h/livez", 404), ("*", 404), ("http://h/nothing", 404),
    ])
    func `a target with its host is read as a proxy means it`(_ target: String, _ status: Int) async throws {
        try await withServer(try Desk()) { (counter) async throws in
            #expect(try await counter.ask("GET \(target) HTTP/1.1\r\nHost: h\r\n\r\n")?.status == status)
        }
    }

    @Test func `a write has its answer`() async throws {
        let desk = try Desk { $0.rows = Rows(body: Array("[{\"id\":9}]".utf8), count: 1) }
        try await withServer(desk) { (counter) async throws in
            let body = #"{"title":"Emma"}"#
            let heard = try await counter.ask(
                "POST /rest/v1/books HTTP/1.1\r\nHost: h\r\nPrefer: return=representation\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
            )
            #expect(heard?.status == 201)
            #expect(heard?.body == "[{\"id\":9}]")
            let none = try await counter.ask("DELETE /rest/v1/books?id=eq.1 HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(none?.status == 204)
            #expect(none?.fields["content-length"] == nil)
            #expect(none?.fields["transfer-encoding"] == nil)
        }
    }

    @Test func `other paths are other routes', or nobody's`() async throws {
        try await withServer(try Desk()) { (counter) async throws in
            let heard = try await counter.ask(get("/nothing"))
            #expect(heard?.status == 404)
            #expect(heard?.body.contains("\"OFS006\"") == true)
        }
        let others: OtherRoutes = { request, _ in
            Response(
                status: .ok, headers: [.contentType: "text/plain"], body: .init(byteBuffer: ByteBuffer(string: "page \(request.uri.path)")))
        }
        try await withServer(try Desk(), others: others) { (counter) async throws in
            let heard = try await counter.ask(get("/shop"))
            #expect(heard?.body == "page /shop")
            #expect(heard?.fields["x-request-id"] != nil)
            let again = try await counter.ask("HEAD /shop HTTP/1.1\r\nHost: h\r\n\r\n", toHead: true)
            #expect(again?.status == 200)
        }
    }

    @Test func `readiness is asked each time`() async throws {
        try await withServer(try Desk(), unreadiness: { "It sleeps." }) { (counter) async throws in
            #expect(try await counter.ask(get("/readyz"))?.status == 503)
            #expect(try await counter.ask(get("/livez"))?.status == 200)
            #expect(try await counter.ask("POST /livez HTTP/1.1\r\nHost: h\r\n\r\n")?.fields["allow"] == "GET, HEAD")
        }
    }

    @Test func `a preflight allows what clients send`() async throws {
        var settings = ServerSettings()
        try await withServer(try Desk(), settings) { (counter) async throws in
            let heard = try #require(
                try await counter.ask(
                    "OPTIONS /rest/v1/books HTTP/1.1\r\nHost: h\r\nOrigin: https://a.example\r\nAccess-Control-Request-Method: PATCH\r\nAccess-Control-Request-Headers: x-own, b ad\r\n\r\n"
                ))
            #expect(heard.status == 200)
            #expect(heard.fields["access-control-allow-origin"] == "*")
            #expect(heard.fields["access-control-allow-methods"] == "GET, POST, PATCH, PUT, DELETE, OPTIONS, HEAD")
            #expect(heard.fields["access-control-max-age"] == "86400")
            let names = heard.fields["access-control-allow-headers"] ?? ""
            for name in ["Authorization", "apikey", "x-client-info", "prefer", "x-own"] { #expect(names.contains(name)) }
            #expect(!names.contains("b ad"))
        }
        settings.cors.origins = ["https://a.example"]
        try await withServer(try Desk(), settings) { (counter) async throws in
            let own = try await counter.ask(get("/rest/v1/books", "Origin: https://a.example\r\n"))
            #expect(own?.fields["access-control-allow-origin"] == "https://a.example")
            #expect(own?.fields["access-control-allow-credentials"] == "true")
            let other = try await counter.ask(get("/rest/v1/books", "Origin: https://b.example\r\n"))
            #expect(other?.fields["access-control-allow-origin"] == nil)
            #expect(other?.fields["vary"]?.contains("Origin") == true)
        }
    }
}
