import OffstageSQL

/// What both doors share: limits, health, cross-origin rules, the fields that every answer has, the log and the counts.
///
/// All of it is synchronous and may run on an event loop.
package final class FrontDoor: Sendable {
    let limits: ConnectionLimits
    let cors: CrossOrigin
    let rest: RestService?
    let docs: DocsPage?
    package let metrics: ServerMetrics
    let log: AccessLog
    let date = HeaderDate()
    let inHand = RequestsInHand()
    private let ids = RequestIDs()
    /// Why requests cannot be answered now; nil where they can.
    private let unreadiness: @Sendable () -> String?

    package init(
        _ settings: ServerSettings = ServerSettings(), rest: RestService?, docs: DocsPage? = nil, log: AccessLog = AccessLog(.off),
        metrics: ServerMetrics = ServerMetrics(),
        unreadiness: @escaping @Sendable () -> String? = { nil }
    ) {
        limits = settings.limits
        cors = settings.cors
        self.rest = rest
        self.docs = docs
        self.log = log
        self.metrics = metrics
        self.unreadiness = unreadiness
    }

    func receive(_ head: RequestHead) -> Visit {
        Visit(head: head, id: ids.id(for: head.requestID), start: Clock.ticks())
    }

    /// Why a head is refused before anything in it is looked at; nil where it is not.
    func refusal(of head: RequestHead) -> Refusal? {
        if head.targetBytes > limits.uri {
            return Refusal(.uriTooLong, details: "The URL is \(head.targetBytes) bytes long; at most \(limits.uri) are accepted.")
        }
        if head.fields.pairs.count > limits.headers {
            return Refusal(
                .headersTooLarge, details: "The request has \(head.fields.pairs.count) headers; at most \(limits.headers) are accepted.")
        }
        if head.fieldBytes > limits.headerBytes {
            return Refusal(
                .headersTooLarge, details: "The headers are \(head.fieldBytes) bytes long; at most \(limits.headerBytes) are accepted.")
        }
        if let length = head.contentLength.flatMap({ Int($0) }), length > limits.body { return bodyTooLarge }
        return nil
    }

    var bodyTooLarge: Refusal {
        Refusal(
            .bodyTooLarge, details: "At most \(limits.body) bytes are accepted.",
            hint: "Send the rows in several requests, or import a file with `offstage import`.")
    }

    /// Whether ``answer(_:body:isOnEventLoop:)`` has an answer, whatever the body.
    func owns(_ head: RequestHead) -> Bool {
        head.path == "/livez" || head.path == "/readyz" || RestService.owns(head.path) && rest != nil
            || head.method == "OPTIONS" && head.preflight != nil && head.origin != nil || docs != nil && DocsPage.owns(head.path)
    }

    /// A body longer than this is read and planned off the event loop.
    static let smallBody = 64 << 10

    /// Bytes of a long body that are in memory at once: few, so that a slow reader is not taken for one who has gone.
    static let bodyPiece = 64 << 10

    /// The answer to a request; nil for a path of somebody else's.
    func answer(_ head: RequestHead, body: [UInt8], isOnEventLoop: Bool) -> Answer? {
        if let refusal = refusal(of: head) { return .now(refusal.response) }
        if let preflight = cors.preflight(head) { return .now(preflight) }
        if let rest, RestService.owns(head.path) { return rest.answer(head, body: body, isOnEventLoop: isOnEventLoop) }
        switch head.path {
        case "/livez": return .now(health(head, nil))
        case "/readyz": return .now(health(head, unreadiness().map { Refusal(.notReady, details: $0) }))
        default:
            guard let docs, DocsPage.owns(head.path) else { return nil }
            return .now(docs.answer(head))
        }
    }

    private func health(_ head: RequestHead, _ refusal: Refusal?) -> ServerResponse {
        if head.method != "GET", head.method != "HEAD" {
            var refusal = Refusal(.methodNotAllowed)
            refusal.allow = "GET, HEAD"
            return refusal.response
        }
        if let refusal { return refusal.response }
        var response = ServerResponse(status: 200)
        response.fields.add("Content-Type", "application/json; charset=utf-8")
        response.fields.add("Cache-Control", "no-store")
        response.body = Array("{\"status\":\"ok\"}".utf8)
        return response
    }

    /// Gives an answer the fields that all have, logs and counts it. Called once per request, when the answer is about to leave.
    func finish(_ response: inout ServerResponse, _ visit: Visit, peer: String?, isInline: Bool) {
        let isHead = visit.head.method == "HEAD"
        if isHead { (response.body, response.longBody) = ([], nil) }
        let length = response.longBody?.count ?? response.body.count
        // A HEAD's answer would have to be computed to know its length, which may be left out (RFC 9110 section 8.6).
        if !isHead, response.mayHaveBody { response.fields.add("Content-Length", String(length)) }
        complete(
            &response.fields, visit, status: response.status, bytes: length, code: response.errorCode, fault: response.fault,
            peer: peer,
            isInline: isInline)
    }

    /// As ``finish(_:_:peer:isInline:)`` for an answer whose body is somebody else's.
    func complete(
        _ fields: inout Fields, _ visit: Visit, status: Int, bytes: Int, code: String?, fault: String? = nil, peer: String?, isInline: Bool
    ) {
        cors.mark(visit.head, &fields)
        let (seconds, nanoseconds) = Clock.now()
        fields.add("Date", date.text(seconds))
        fields.add("X-Request-Id", visit.id)
        let microseconds = (Clock.ticks() &- visit.start) / 1_000
        metrics.answered(status: status, bytes: bytes, microseconds: microseconds, isInline: isInline)
        log.add(
            AccessEntry(
                seconds: seconds, nanoseconds: nanoseconds, method: visit.head.method, path: visit.head.path, query: visit.head.query,
                status: status, bytes: bytes, microseconds: microseconds, requestID: visit.id, peer: peer, errorCode: code, fault: fault))
    }
}

extension ServerResponse {
    /// 1xx, 204 and 304 never do (RFC 9110 section 6.4.1).
    var mayHaveBody: Bool { status >= 200 && status != 204 && status != 304 }
}

/// One request at a door: its head, its name in the log, when it came.
struct Visit: Sendable {
    let head: RequestHead
    let id: String
    let start: UInt64
}
