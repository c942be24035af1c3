import HummingbirdCore
package import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The HTTP server: both doors on one address, as a service that runs until it is told to stop.
///
/// ```swift
/// let front = FrontDoor(settings, rest: service, log: AccessLog())
/// let server = HTTPServer(settings, front: front, logger: logger) { address in print("listening on \(address)") }
/// try await ServiceGroup(services: [server], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger).run()
/// ```
///
/// Told to stop, it takes no more connections, closes idle ones, lets requests in hand end for ``ServerSettings/drain``, and then ends.
package struct HTTPServer: Service {
    let settings: ServerSettings
    let front: FrontDoor
    let others: OtherRoutes?
    let logger: Logger
    let onListening: @Sendable (ListeningAddress) async -> Void

    package init(
        _ settings: ServerSettings, front: FrontDoor, others: OtherRoutes? = nil, logger: Logger,
        onListening: @escaping @Sendable (ListeningAddress) async -> Void = { _ in }
    ) {
        self.settings = settings
        self.front = front
        self.others = others
        self.logger = logger
        self.onListening = onListening
    }

    package func run() async throws {
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: settings.eventLoops ?? System.coreCount)
        do {
            try await serve(on: loops)
        } catch {
            await front.inHand.end()
            front.log.close()
            try? await loops.shutdownGracefully()
            throw ListeningError(error, settings) ?? error
        }
        await front.inHand.end()
        front.log.close()
        try await loops.shutdownGracefully()
    }

    private func serve(on loops: MultiThreadedEventLoopGroup) async throws {
        let door = RouterDoor(front: front, others: others, logger: logger)
        let scheme = settings.certificate == nil ? "http" : "https"
        let (host, onListening) = (settings.host, onListening)
        let server = try builder().buildServer(
            configuration: ServerConfiguration(
                address: .hostname(settings.host, port: settings.port), backlog: settings.backlog,
                availableConnectionsDelegate: MaximumAvailableConnections(settings.limits.connections)),
            eventLoopGroup: loops, logger: logger,
            responder: { request, writer, channel in try await door.respond(request, writer, channel) }
        ) { channel in
            await onListening(ListeningAddress(scheme: scheme, host: host, port: channel.localAddress?.port ?? 0))
        }
        try await Self.run(server, drain: settings.drain)
    }

    /// Ends requests that are not done when the time to drain is over.
    private static func run(_ server: any Service, drain: Duration) async throws {
        let (stopping, stop) = AsyncStream.makeStream(of: Void.self)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await withGracefulShutdownHandler {
                    try await server.run()
                } onGracefulShutdown: {
                    stop.finish()
                }
                return true
            }
            group.addTask {
                for await _ in stopping {}
                try await Task.sleep(for: drain)
                return false
            }
            // Whichever is first: the server's end, or the end of its time.
            _ = try await group.next()
            group.cancelAll()
            // What was cut off says so by an error; it was meant.
            while (try? await group.next()) != nil {}
        }
    }

    private func builder() throws -> HTTPServerBuilder {
        let (executors, watches, front) = (LoopExecutors(), ConnectionWatches(settings.limits), front)
        guard let certificate = settings.certificate else {
            return HTTPServerBuilder { responder in
                PinnedChannel(base: DoorChannel(responder: responder, front: front, watches: watches), executors: executors)
            }
        }
        let secure = try SecureContext(certificate)
        let settings = settings
        return HTTPServerBuilder { responder in
            PinnedChannel(
                base: SecureChannel(
                    context: secure, http1: DoorChannel(responder: responder, front: front, watches: watches, isSecure: true),
                    limits: settings.limits), executors: executors)
        }
    }
}

/// The address cannot be had.
struct ListeningError: Error, CustomStringConvertible {
    let description: String

    /// Nil where it is something else that went wrong.
    init?(_ error: any Error, _ settings: ServerSettings) {
        let address = "\(settings.host):\(settings.port)"
        switch (error as? IOError)?.errnoCode {
        case EADDRINUSE:
            description = """
                \(address) is in use by another program
                hint: Stop that one, or serve on another port: --port \(settings.port % 65_535 + 1)
                """
        case EACCES:
            description = """
                \(address) may not be used by this user
                hint: Ports below 1024 are the system's: serve on another, behind a proxy, or give the program CAP_NET_BIND_SERVICE.
                """
        case EADDRNOTAVAIL:
            description = """
                \(settings.host) is no address of this machine
                hint: server.host is 127.0.0.1 for this machine alone, and 0.0.0.0 for all of its addresses.
                """
        default: return nil
        }
    }
}

/// Where the server can be reached.
package struct ListeningAddress: Sendable, CustomStringConvertible {
    package let scheme: String
    package let host: String
    package let port: Int

    package var description: String {
        let shown = host.contains(":") ? "[\(host)]" : host
        return "\(scheme)://\(shown):\(port)"
    }
}
