import OffstageDatabase
import OffstageSchema
import Testing

@testable import OffstageServer

/// What the database does for a client that has gone is ended.
@Suite(.timeLimit(patience)) struct DepartureTests {
    /// A desk whose work lasts until it is cancelled, or until `release` ends.
    private struct Slow {
        let desk: Desk
        let started: AsyncStream<Void>
        let cancelled: AsyncStream<Bool>
        let release: AsyncStream<Void>.Continuation

        init(_ error: SQLError? = nil) throws {
            let (started, start) = AsyncStream.makeStream(of: Void.self)
            let (cancelled, cancel) = AsyncStream.makeStream(of: Bool.self)
            let (released, release) = AsyncStream.makeStream(of: Void.self)
            desk = try Desk { state in
                state.isSlow = true
                state.error = error
                state.beforeRun = {
                    start.yield()
                    for await _ in released {}
                    cancel.yield(Task.isCancelled)
                }
            }
            (self.started, self.cancelled, self.release) = (started, cancelled, release)
        }
    }

    /// One for each door.
    static let requests = [
        get("/rest/v1/books"), get("/rest/v1/books", "Transfer-Encoding: chunked\r\n") + "0\r\n\r\n",
        "POST /rest/v1/books HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}",
        "POST /rest/v1/books HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    ]

    @Test(arguments: requests) func `whose client goes is cancelled`(_ request: String) async throws {
        let slow = try Slow()
        try await withServer(slow.desk) { (counter) async throws in
            let line = try await counter.line()
            try await line.send(request)
            for await _ in slow.started { break }
            line.close()
            for await isCancelled in slow.cancelled {
                #expect(isCancelled)
                break
            }
        }
    }

    @Test(arguments: requests) func `who has said all may still hear the answer`(_ request: String) async throws {
        let slow = try Slow()
        try await withServer(slow.desk) { (counter) async throws in
            let line = try await counter.line()
            try await line.send(request)
            for await _ in slow.started { break }
            try await line.endInput()
            slow.release.finish()
            #expect(await line.hear()?.status ?? 0 < 300)
            line.close()
        }
    }

    @Test(arguments: requests) func `who has said all and waits long is taken to have gone`(_ request: String) async throws {
        let slow = try Slow(.departed)
        try await withServer(slow.desk) { (counter) async throws in
            let line = try await counter.line()
            try await line.send(request)
            for await _ in slow.started { break }
            try await line.endInput()
            for await isCancelled in slow.cancelled {
                #expect(isCancelled)
                break
            }
            // No fault of the server's.
            #expect(await line.hear()?.status == 499)
            line.close()
        }
    }
}
