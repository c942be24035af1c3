import NIOCore
import ServiceLifecycle
import Testing

@testable import OffstageServer

@Suite(.timeLimit(patience)) struct ConnectionLimitTests {
    @Test func `a URL may be as long as the limit and no longer`() async throws {
        try await withServer(try Desk()) { (counter) async throws in
            let stem = "/livez?"
            let longest = stem + String(repeating: "x", count: (8 << 10) - stem.utf8.count)
            #expect(try await counter.ask(get(longest))?.status == 200)
            let heard = try await counter.ask(get(longest + "x"))
            #expect(heard?.status == 414)
            #expect(heard?.body.contains("\"OFS001\"") == true)
            #expect(heard?.fields["connection"] == "close")
        }
    }

    @Test func `there may be as many headers as the limit and no more`() async throws {
        try await withServer(try Desk()) { (counter) async throws in
            func request(_ count: Int) -> String { get("/livez", (1..<count).map { "X-\($0): 1\r\n" }.joined()) }
            #expect(try await counter.ask(request(100))?.status == 200)
            #expect(try await counter.ask(request(101))?.status == 431)
        }
    }

    @Test func `headers may be as large as the limit and no larger`() async throws {
        try await withServer(try Desk()) { (counter) async throws in
            // Host: h is five bytes, X one.
            func request(_ bytes: Int) -> String { get("/livez", "X: \(String(repeating: "a", count: bytes - 6))\r\n") }
            #expect(try await counter.ask(request(32 << 10))?.status == 200)
            #expect(try await counter.ask(request((32 << 10) + 1))?.status == 431)
            #expect(try await counter.ask(request(200 << 10))?.status == 431)
        }
    }

    @Test func `a body may be as large as the limit and no larger`() async throws {
        var settings = ServerSettings()
        settings.limits.body = 1_000
        try await withServer(try Desk(), settings) { (counter) async throws in
            func body(_ bytes: Int) -> String { "{\"title\":\"" + String(repeating: "a", count: bytes - 12) + "\"}" }
            func counted(_ bytes: Int) -> String {
                "POST /rest/v1/books HTTP/1.1\r\nHost: h\r\nContent-Length: \(bytes)\r\n\r\n\(body(bytes))"
            }
            func chunked(_ bytes: Int) -> String {
                "POST /rest/v1/books HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n\(String(bytes, radix: 16))\r\n\(body(bytes))\r\n0\r\n\r\n"
            }
            for request in [counted, chunked] {
                #expect(try await counter.ask(request(1_000))?.status == 201)
                let heard = try await counter.ask(request(1_001))
                #expect(heard?.status == 413)
                #expect(heard?.body.contains("\"OFS003\"") == true)
                #expect(heard?.fields["connection"] == "close")
            }
        }
    }

    @Test func `a body that waits to be asked for is asked for, or refused unsent`() async throws {
        var settings = ServerSettings()
        settings.limits.body = 1_000
        try await withServer(try Desk(), settings) { (counter) async throws in
            let line = try await counter.line()
            try await line.send("POST /rest/v1/books HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
            #expect(await line.hear()?.status == 100)
            try await line.send("{}")
            #expect(await line.hear()?.status == 201)
            line.close()
            let refused = try await counter.ask(
                "POST /rest/v1/books HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2000\r\n\r\n")
            #expect(refused?.status == 413)
        }
    }

    @Test func `a head that does not end is given up`() async throws {
        var settings = ServerSettings()
        settings.limits.headTime = .milliseconds(100)
        try await withServer(try Desk(), settings) { (counter) async throws in
            let line = try await counter.line()
            try await line.send("GET /livez HTTP/1.1\r\nHost: ")
            let heard = await line.hear()
            #expect(heard?.status == 408)
            #expect(heard?.body.contains("\"OFS004\"") == true)
            #expect(await line.untilClosed() == "")
            line.close()
        }
    }

    @Test func `a body that does not come is given up`() async throws {
        var settings = ServerSettings()
        settings.limits.bodyGrace = .milliseconds(50)
        settings.limits.bodyRate = 1_000_000
        try await withServer(try Desk(), settings) { (counter) async throws in
            let line = try await counter.line()
            try await line.send("POST /rest/v1/books HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n{")
            #expect(await line.hear()?.status == 408)
            line.close()
        }
    }

    @Test(arguments: [("Content-Length: 100", "{}"), ("Transfer-Encoding: chunked", "2\r\n{}\r\n")])
    func `a body that is cut short is not taken for the whole`(_ framing: String, _ part: String) async throws {
        let desk = try Desk()
        try await withServer(desk) { (counter) async throws in
            let line = try await counter.line()
            try await line.send("POST /rest/v1/books HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n\(framing)\r\n\r\n")
            #expect(await line.hear()?.status == 100)
            try await line.send(part)
            line.close()
        }
        // The server has stopped, so whatever it made of the request is made.
        #expect(desk.shelf.asked.isEmpty)
    }

    @Test func `a connection nobody uses is closed`() async throws {
        var settings = ServerSettings()
        // Long enough for the request to come first, however busy the machine.
        settings.limits.idleTime = .seconds(3)
        try await withServer(try Desk(), settings) { (counter) async throws in
            let line = try await counter.line()
            try await line.send(get("/livez"))
            #expect(await line.hear()?.status == 200)
            #expect(await line.untilClosed() == "")
            line.close()
        }
    }

    @Test(arguments: [
        "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\r\nbad header\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\r\n\r\n",
        "GET /livez HTTP/1.1\r\n\r\n", "GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "POST /rest/v1/books HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: identity\r\n\r\n{}",
        "POST /rest/v1/books HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n-1\r\n",
    ])
    func `what is not HTTP is 400 and the end`(_ bytes: String) async throws {
        try await withServer(try Desk()) { (counter) async throws in
            let line = try await counter.line()
            try await line.send(bytes)
            let heard = await line.hear()
            #expect(heard?.status == 400)
            #expect(heard?.body.contains("\"OFS005\"") == true)
            #expect(await line.untilClosed() == "")
            line.close()
        }
    }

    @Test func `a stopping server lets idle connections go`() async throws {
        try await withServer(try Desk()) { (counter) async throws in
            let line = try await counter.line()
            try await line.send(get("/livez"))
            #expect(await line.hear()?.status == 200)
            await counter.group.triggerGracefulShutdown()
            #expect(await line.untilClosed() == "")
            line.close()
        }
    }

    @Test func `what a connection waits for decides when it ends`() {
        let limits = ConnectionLimits()
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
        var clock = ConnectionClock()
        clock.idleSince = start
        #expect(clock.verdict(at: start + .seconds(75), limits, isIdle: true) == .fine)
        #expect(clock.verdict(at: start + .seconds(76), limits, isIdle: true) == .close)
        #expect(clock.verdict(at: start + .seconds(76), limits, isIdle: false) == .fine)
        clock.headStarted = start
        #expect(clock.verdict(at: start + .seconds(10), limits, isIdle: true) == .fine)
        #expect(clock.verdict(at: start + .seconds(11), limits, isIdle: true) == .refuse)
        clock.headStarted = nil
        clock.began(start)
        clock.bodyBytes = 31 * 1_024
        #expect(clock.verdict(at: start + .seconds(31), limits, isIdle: false) == .fine)
        #expect(clock.verdict(at: start + .seconds(32), limits, isIdle: false) == .refuse)
        clock.ended(start)
        clock.stalledSince = start
        #expect(clock.verdict(at: start + .seconds(76), limits, isIdle: false) == .close)
        clock.closingSince = start
        #expect(clock.verdict(at: start + .seconds(2), limits, isIdle: true) == .fine)
        #expect(clock.verdict(at: start + .seconds(3), limits, isIdle: true) == .close)
    }
}
