/// How the server listens and what it puts up with.
package struct ServerSettings: Sendable {
    package var host = "127.0.0.1"
    /// 0: any free port; the callback tells which.
    package var port = 8080
    package var backlog = 1_024
    /// Threads that requests arrive on.
    package var eventLoops: Int?
    package var limits = ConnectionLimits()
    package var cors = CrossOrigin()
    /// PEM files; with both, the server speaks HTTPS, and HTTP/2 to clients that offer it.
    package var certificate: Certificate?
    /// How long requests in hand may take to end when the server stops.
    package var drain: Duration = .seconds(10)

    package struct Certificate: Sendable {
        package var chainFile: String
        package var keyFile: String

        package init(chainFile: String, keyFile: String) {
            self.chainFile = chainFile
            self.keyFile = keyFile
        }
    }

    package init() {}
}

/// What one connection, and all of them, may take.
package struct ConnectionLimits: Sendable {
    /// Bytes of path and query: 414 above.
    package var uri = 8 << 10
    /// Header lines, and bytes of their names and values: 431 above.
    package var headers = 100
    package var headerBytes = 32 << 10
    /// 413 above.
    package var body = 10 << 20
    /// From the first byte of a head to its last.
    package var headTime: Duration = .seconds(10)
    /// After this, a body must have come at ``bodyRate`` bytes a second or more.
    package var bodyGrace: Duration = .seconds(30)
    package var bodyRate = 1_024
    /// Between two requests, and for a client that takes nothing of its answer.
    package var idleTime: Duration = .seconds(75)
    /// More wait in the system's queue until one leaves.
    package var connections = 10_000

    package init() {}
}
