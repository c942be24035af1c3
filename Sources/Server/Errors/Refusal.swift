package import OffstageAuth
import OffstageJSON
package import OffstageQuery
package import OffstageSchema

/// Why a request is answered with an error: the status and the four members of the body.
///
/// ```json
/// {"code":"PGRST116","details":"The result contains 0 rows","hint":null,"message":"Cannot coerce the result to a single JSON object"}
/// ```
///
/// Made from the error of any stage; this folder is the only place that knows which status belongs to which code.
package struct Refusal: Error, Sendable, Equatable {
    package enum Details: Sendable, Equatable {
        case text(String)
        /// JSON text, shown as it is.
        case json(String)
    }

    package var status: Int
    /// What follows the status on the first line; nil for the usual words.
    package var reason: String?
    package var code: String
    package var message: String
    package var details: Details?
    package var hint: String?
    /// The value of `WWW-Authenticate`.
    package var challenge: String?
    /// Seconds, for `Retry-After`.
    package var retryAfter: Int?
    /// `Content-Range` of a range that cannot be given.
    package var contentRange: String?
    /// What went wrong inside: for the log, never for the caller.
    package var fault: String?
    /// Which item of a batch it is about.
    package var item: Int?
    /// The methods that may be used instead, for `Allow`.
    package var allow: String?
    /// Headers of a function's choosing.
    package var headers: [String: String] = [:]

    package init(_ status: Int, _ code: String, _ message: String, details: String? = nil, hint: String? = nil) {
        self.status = status
        self.code = code
        self.message = message
        self.details = details.map { .text($0) }
        self.hint = hint
        if status == 401 { challenge = "Bearer" }
        if status == 503 { retryAfter = 1 }
    }

    /// The answer: the same for every method but HEAD, which has no body.
    package var response: ServerResponse {
        var response = ServerResponse(status: status)
        response.reason = reason
        response.fields.add("Content-Type", "application/json; charset=utf-8")
        response.fields.add("Proxy-Status", "PostgREST; error=\(code)")
        response.fields.add("WWW-Authenticate", challenge)
        response.fields.add("Retry-After", retryAfter.map(String.init))
        response.fields.add("Content-Range", contentRange)
        response.fields.add("Allow", allow)
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) { response.fields.set(name, value) }
        response.body = body
        response.errorCode = code
        response.fault = fault
        return response
    }

    /// The body, its members in PostgREST's order.
    package var body: [UInt8] {
        var writer = JSONWriter(capacity: 256)
        writer.raw("{\"code\":")
        writer.string(code)
        writer.raw(",\"details\":")
        switch details {
        case .text(let text)?: writer.string(text)
        case .json(let json)?: writer.raw(text: json)
        case nil: writer.null()
        }
        writer.raw(",\"hint\":")
        if let hint { writer.string(hint) } else { writer.null() }
        writer.raw(",\"message\":")
        writer.string(message)
        if let item {
            writer.raw(",\"item\":")
            writer.integer(Int64(item))
        }
        writer.byte(UInt8(ascii: "}"))
        return writer.bytes
    }
}

extension Refusal {
    /// What the URL or a header said could not be read.
    package init(_ error: RequestError) {
        self.init(StatusTable.status(error.code), error.code, error.message, details: error.details, hint: error.hint)
    }

    /// What was asked does not exist, or is not the caller's.
    package init(_ error: PlanError, isAnonymous: Bool) {
        self.init(StatusTable.status(error.code, isAnonymous: isAnonymous), error.code, error.message, hint: error.hint)
        switch error.details {
        case .text(let text)?: details = .text(text)
        case .json(let json)?: details = .json(json)
        case nil: break
        }
    }

    /// What the database said.
    package init(_ error: SQLError, isAnonymous: Bool) {
        self.init(
            StatusTable.status(error.code, isAnonymous: isAnonymous), error.code, error.message, details: error.details, hint: error.hint)
        // XX: internal errors, 58: of the system. Their words are about our files and statements.
        if error.code.hasPrefix("XX") || error.code.hasPrefix("58") {
            fault = [error.message, error.details].compactMap { $0 }.joined(separator: "; ")
            message = OffstageCode.internalFault.message
            details = nil
            hint = "The server's log has a line with this answer's X-Request-Id."
        }
        if error.code == "PGRST" { self = RaisedAnswer(error).refusal }
        // `raise … using errcode = 'PT402'` chooses the status; its message is the reason.
        if let chosen = StatusTable.chosen(error.code) {
            status = chosen
            reason = Self.safeReason(error.message)
        }
    }

    /// Whatever was thrown: what has an answer of its own is that, and everything else is a fault, whose text is for the log.
    ///
    /// - Parameter place: what the fault was in, for the log.
    init(any error: any Error, isAnonymous: Bool, in place: String? = nil) {
        switch error {
        case let refusal as Refusal: self = refusal
        case let error as SQLError: self.init(error, isAnonymous: isAnonymous)
        case let failure as BatchFailure:
            self = failure.refusal
            item = failure.item
        default:
            self.init(.internalFault)
            fault = (place.map { "\($0): " } ?? "") + "\(error)"
        }
    }

    /// A wrong key or token.
    package init(_ error: KeyError) {
        let own: OffstageCode? = error == .noKey ? .noKey : error == .invalidKey ? .invalidKey : nil
        let code = error.code ?? own?.rawValue ?? OffstageCode.invalidKey.rawValue
        self.init(StatusTable.status(code), code, error.message, details: error.details, hint: error.hint)
        challenge = error.challenge
    }

    // Text of the database on the status line: printable ASCII only, or none of it.
    private static func safeReason(_ text: String) -> String? {
        text.utf8.count <= 128 && text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } ? text : nil
    }
}
