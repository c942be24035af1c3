import HummingbirdCore
import Logging
import ServiceLifecycle

@testable import OffstageServer

/// Runs a server on a free port for the time of a test, and stops it as a signal would.
func withServer<Value: Sendable>(
    _ desk: Desk, _ settings: ServerSettings = ServerSettings(), log: AccessLog = AccessLog(.off), others: OtherRoutes? = nil,
    unreadiness: @escaping @Sendable () -> String? = { nil }, _ body: @Sendable @escaping (Counter) async throws -> Value
) async throws -> Value {
    var settings = settings
    settings.port = 0
    settings.eventLoops = 1
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let (addresses, listening) = AsyncStream.makeStream(of: ListeningAddress.self)
    let front = FrontDoor(settings, rest: desk.service, log: log, unreadiness: unreadiness)
    let server = HTTPServer(settings, front: front, others: others, logger: logger) { listening.yield($0) }
    let group = ServiceGroup(configuration: .init(services: [.init(service: server)], logger: logger))
    return try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask {
            defer { listening.finish() }
            try await group.run()
        }
        guard let address = await addresses.first(where: { _ in true }) else {
            try await tasks.waitForAll()
            throw CancellationError()
        }
        let result: Result<Value, any Error>
        do { result = .success(try await body(Counter(port: address.port, front: front, group: group))) } catch { result = .failure(error) }
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
        return try result.get()
    }
}

/// Where a test's server stands.
struct Counter: Sendable {
    let port: Int
    let front: FrontDoor
    let group: ServiceGroup

    func line() async throws -> Line { try await Line(port: port) }

    /// One request on a connection of its own.
    func ask(_ request: String, toHead: Bool = false) async throws -> Line.Heard? {
        let line = try await line()
        defer { line.close() }
        try await line.send(request)
        return await line.hear(toHead: toHead)
    }
}

func get(_ target: String, _ fields: String = "") -> String { "GET \(target) HTTP/1.1\r\nHost: h\r\n\(fields)\r\n" }
