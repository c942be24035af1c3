import Logging
import OffstageSQL
import ServiceLifecycle
import Testing

@testable import OffstageServer

@Suite(.timeLimit(patience)) struct StoppingTests {
    static let post = "POST /rest/v1/books HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}"

    @Test func `a port that another has is told, with a way out`() async throws {
        try await withServer(try Desk()) { (counter) async throws in
            var settings = ServerSettings()
            settings.port = counter.port
            let other = HTTPServer(settings, front: FrontDoor(settings, rest: nil), logger: Logger(label: "test"))
            let error = try await #require(throws: ListeningError.self) { try await other.run() }
            #expect(error.description.hasPrefix("127.0.0.1:\(counter.port) is in use by another program\nhint: "))
        }
    }

    @Test func `a request in hand is answered before the server ends`() async throws {
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
            try await line.send(Self.post)
            for await _ in started { break }
            await counter.group.triggerGracefulShutdown()
            release.finish()
            #expect(await line.hear()?.status == 201)
            #expect(await line.untilClosed() == "")
            line.close()
        }
    }

    @Test func `a request that does not end is cut off when the time to drain is over`() async throws {
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        let (never, keep) = AsyncStream.makeStream(of: Void.self)
        let desk = try Desk { state in
            state.beforeRun = {
                start.yield()
                for await _ in never {}
            }
        }
        var settings = ServerSettings()
        settings.drain = .milliseconds(50)
        try await withServer(desk, settings) { (counter) async throws in
            let line = try await counter.line()
            try await line.send(Self.post)
            for await _ in started { break }
            await counter.group.triggerGracefulShutdown()
            _ = await line.untilClosed()
            line.close()
        }
        keep.finish()
    }

    @Test func `the log is whole when the server has ended`() async throws {
        let (reading, writing) = try pipe()
        let desk = try Desk()
        try await withServer(desk, log: AccessLog(.json, to: writing)) { (counter) async throws in
            for id in 1...20 { _ = try await counter.ask(get("/rest/v1/books?id=eq.\(id)&apikey=\(id)secret", "X-Request-Id: r\(id)\r\n")) }
        }
        let text = readAll(reading, closing: writing)
        let lines = text.split(separator: "\n")
        #expect(lines.count == 20)
        for id in 1...20 { #expect(lines.count { $0.contains("\"id\":\"r\(id)\"") } == 1) }
        #expect(!text.contains("secret"))
    }
}

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

private func pipe() throws -> (Int32, Int32) {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    return (ends[0], ends[1])
}

private func readAll(_ reading: Int32, closing writing: Int32) -> String {
    close(writing)
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = read(reading, &chunk, chunk.count)
        if count <= 0 { break }
        bytes += chunk[..<count]
    }
    close(reading)
    return String(decoding: bytes, as: UTF8.self)
}
