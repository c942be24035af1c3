package import OffstageSQL

/// An answer as both front doors send it, before the fields that every answer has.
package struct ServerResponse: Sendable {
    package var status: Int
    /// Nil for the usual words.
    package var reason: String?
    package var fields = Fields()
    package var body: [UInt8] = []
    /// The body, where it is too long for memory; `body` is empty then.
    package var longBody: (any LongBody)?
    /// For the log.
    package var errorCode: String?
    /// For the log alone.
    package var fault: String?

    package init(status: Int) { self.status = status }
}

/// What the synchronous core makes of a request.
package enum Answer: Sendable {
    case now(ServerResponse)
    /// The database has to be waited for; what this gives is the answer.
    case later(@Sendable () async -> ServerResponse)

    /// The answer, waited for where it must be.
    package func value() async -> ServerResponse {
        switch self {
        case .now(let response): response
        case .later(let run): await run()
        }
    }
}
