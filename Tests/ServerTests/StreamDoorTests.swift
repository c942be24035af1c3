import ServiceLifecycle
import Testing

@testable import OffstageServer

@Suite(.timeLimit(patience)) struct StreamDoorTests {
    @Test func `requests on streams are answered, each by itself`() async throws {
        try await withServer(try Desk(), try Streams.settings()) { (counter) async throws in
            let streams = try await Streams(counter)
            defer { streams.line.close() }
            try await streams.head("GET", "/livez")
            try await streams.head("GET", "/rest/v1/nowhere", on: 3)
            try await streams.head("GET", "/elsewhere", on: 5)
            try await streams.head("POST", "/rest/v1/books", on: 7, hasBody: true, [("content-type", "application/json")])
            try await streams.body("{\"title\":", on: 7)
            #expect(await streams.answer()?.body == "{\"status\":\"ok\"}")
            #expect(await streams.answer(on: 3)?.body.contains("PGRST205") == true)
            #expect(await streams.answer(on: 5)?.body.contains("\"code\"") == true)
            try await streams.body("\"A\"}", on: 7, isLast: true)
            #expect(await streams.answer(on: 7)?.wasReset == false)
        }
    }

    @Test func `a read that the database has to be asked for is answered later`() async throws {
        try await withServer(try Desk { $0.isSlow = true }, try Streams.settings()) { (counter) async throws in
            let streams = try await Streams(counter)
            defer { streams.line.close() }
            try await streams.head("GET", "/rest/v1/books")
            #expect(await streams.answer()?.body.hasPrefix("[") == true)
        }
    }

    @Test func `a body that comes too slowly is refused, whatever its length`() async throws {
        let settings = try Streams.settings {
            $0.limits.bodyGrace = .milliseconds(100)
            $0.limits.bodyRate = 1 << 20
        }
        try await withServer(try Desk(), settings) { (counter) async throws in
            let streams = try await Streams(counter)
            defer { streams.line.close() }
            try await streams.head("POST", "/rest/v1/books", hasBody: true, [("content-type", "application/json")])
            try await streams.body("{\"title\"")
            #expect(await streams.answer()?.body.contains("\"OFS004\"") == true)
            // One that the other door reads: all that can be said is that the stream is over.
            try await streams.head("POST", "/rest/v1/books", on: 3, hasBody: true, [("content-length", "1000000")])
            try await streams.body("{\"title\"", on: 3)
            #expect(await streams.answer(on: 3)?.wasReset == true)
            // The connection is as good as before.
            try await streams.head("GET", "/livez", on: 5)
            #expect(await streams.answer(on: 5)?.body == "{\"status\":\"ok\"}")
        }
    }

    @Test func `a body that is cut off is no request`() async throws {
        let desk = try Desk()
        try await withServer(desk, try Streams.settings()) { (counter) async throws in
            for (length, body) in [("10", "{}"), ("1000000", "{}"), ("1000000", nil)] {
                let streams = try await Streams(counter)
                try await streams.head("DELETE", "/rest/v1/books?id=eq.1", hasBody: true, [("content-length", length)])
                if let body { try await streams.body(body) }
                try await streams.head("GET", "/livez", on: 3)
                #expect(await streams.answer(on: 3) != nil)
                streams.line.close()
                _ = await streams.line.untilClosed()
            }
            // The server has seen it go when another connection was answered after it.
            let line = try await Streams(counter).line
            defer { line.close() }
            #expect(await line.hear { $0.isEmpty ? nil : true } == true)
        }
        #expect(desk.shelf.asked.isEmpty)
    }

    @Test func `who takes nothing of an answer keeps no stream`() async throws {
        let settings = try Streams.settings { $0.limits.idleTime = .seconds(1) }
        try await withServer(try Desk(), settings) { (counter) async throws in
            let streams = try await Streams(counter, window: 0)
            defer { streams.line.close() }
            try? await streams.head("GET", "/livez")
            let answer = await streams.answer()
            #expect(answer == nil || answer?.wasReset == true)
        }
    }

    @Test func `a request whose body is on its way is answered before the server ends`() async throws {
        try await withServer(try Desk(), try Streams.settings()) { (counter) async throws in
            let streams = try await Streams(counter)
            defer { streams.line.close() }
            try await streams.head("POST", "/rest/v1/books", hasBody: true, [("content-type", "application/json")])
            try await streams.body("{\"title\":")
            try await streams.head("GET", "/livez", on: 3)
            #expect(await streams.answer(on: 3) != nil)
            await counter.group.triggerGracefulShutdown()
            // The server's goodbye tells that it has begun to stop.
            #expect(await streams.line.hear { Streams.frames(of: $0).contains { $0.kind == .goAway } ? true : nil } == true)
            try await streams.body("\"A\"}", isLast: true)
            #expect(await streams.answer()?.wasReset == false)
        }
    }

    @Test func `a connection on which nothing is asked is closed, whether or not the client says goodbye`() async throws {
        let settings = try Streams.settings { $0.limits.idleTime = .seconds(1) }
        try await withServer(try Desk(), settings) { (counter) async throws in
            let (silent, used) = (try await Streams(counter), try await Streams(counter))
            // On a busy machine it comes too late.
            try? await used.head("GET", "/livez")
            _ = await used.line.untilClosed()
            _ = await silent.line.untilClosed()
        }
    }
}
