/// Our own error codes. Numbered by stage, never reused; `Docs/Reference/Errors.md` is generated from them.
///
/// 0xx: the connection and the request's outside. 1xx: keys. 2xx: the server's state. 3xx: conditions, keys of requests, cursors, batches.
package enum OffstageCode: String, CaseIterable, Sendable {
    case uriTooLong = "OFS001"
    case headersTooLarge = "OFS002"
    case bodyTooLarge = "OFS003"
    case requestTimeout = "OFS004"
    case malformed = "OFS005"
    case notFound = "OFS006"
    case methodNotAllowed = "OFS007"
    case noKey = "OFS101"
    case invalidKey = "OFS102"
    case internalFault = "OFS201"
    case notReady = "OFS202"
    case stopping = "OFS203"
    case preconditionFailed = "OFS301"
    case conditionWithoutRow = "OFS302"
    case wrongIdempotencyKey = "OFS303"
    case keyOfAnotherRequest = "OFS304"
    case tooManyIdempotencyKeys = "OFS305"
    case wrongCursor = "OFS306"
    case wrongBatch = "OFS307"
    case keyInUse = "OFS308"
    case notInProgram = "OFS309"
    case notAsDeclared = "OFS310"

    package var status: Int {
        switch self {
        case .uriTooLong: 414
        case .headersTooLarge: 431
        case .bodyTooLarge: 413
        case .requestTimeout: 408
        case .malformed: 400
        case .notFound: 404
        case .methodNotAllowed: 405
        case .noKey, .invalidKey: 401
        case .internalFault, .notAsDeclared: 500
        case .notInProgram: 501
        case .notReady, .stopping, .keyInUse: 503
        case .preconditionFailed: 412
        case .conditionWithoutRow, .wrongIdempotencyKey, .wrongCursor, .wrongBatch: 400
        case .keyOfAnotherRequest: 422
        case .tooManyIdempotencyKeys: 429
        }
    }

    /// The message of the answer.
    package var message: String {
        switch self {
        case .uriTooLong: "The URL is too long"
        case .headersTooLarge: "The request's headers are too large"
        case .bodyTooLarge: "The request's body is too large"
        case .requestTimeout: "The request took too long to arrive"
        case .malformed: "The request is not HTTP as this server reads it"
        case .notFound: "There is nothing at this path"
        case .methodNotAllowed: "This method is not used here"
        case .noKey: "No API key found in request"
        case .invalidKey: "Invalid API key"
        case .internalFault: "The server failed while answering"
        case .notReady: "The server is not ready yet"
        case .stopping: "The server is stopping"
        case .preconditionFailed: "The row is not as the request's condition says"
        case .conditionWithoutRow: "A condition needs one row, named by its whole key"
        case .wrongIdempotencyKey: "The Idempotency-Key cannot be used"
        case .keyOfAnotherRequest: "The Idempotency-Key belongs to another request"
        case .tooManyIdempotencyKeys: "Too many Idempotency-Keys"
        case .wrongCursor: "The cursor cannot be used"
        case .wrongBatch: "The batch cannot be read"
        case .keyInUse: "A request with this Idempotency-Key is still running"
        case .notInProgram: "The function is written in Swift, and this program does not have it"
        case .notAsDeclared: "The function gave something else than it is declared to give"
        }
    }

    /// When it happens and what to do: the text of the reference.
    package var explanation: String {
        switch self {
        case .uriTooLong:
            "The path and query together pass the limit (8 KiB unless set). "
                + "Send long lists in fewer values, or as the body of a function."
        case .headersTooLarge:
            "More headers than allowed (100), or more bytes of them (32 KiB). "
                + "Cookies and long tokens are the usual cause."
        case .bodyTooLarge:
            "The body passes the limit (10 MiB unless set). "
                + "Send the rows in several requests, or import a file with `offstage import`."
        case .requestTimeout: "The headers were not complete within 10 seconds, or the body came slower than 1 KB a second. Send it again."
        case .malformed: "A request line, header or chunk could not be read (RFC 9112)."
        case .notFound: "No part of the server answers this path. The REST interface is below `/rest/v1`."
        case .methodNotAllowed: "The `Allow` header of the answer names the methods that may be used."
        case .noKey: "The project requires an API key and the request has none. Send it as the `apikey` header; `offstage keys` shows it."
        case .invalidKey: "The `apikey` header holds a wrong, expired or revoked key."
        case .internalFault: "A fault of ours. The log has a line with the same request id."
        case .notReady: "The server has started and its database is not open yet. Ask again after the seconds in `Retry-After`."
        case .stopping: "The server is finishing what it has and takes nothing new. Ask again."
        case .preconditionFailed:
            "`If-Match` names another state of the row, or the row is gone (or was never the caller's to see); "
                + "or `If-None-Match` names the state it is in. Nothing was written. Read the row again and decide anew."
        case .conditionWithoutRow:
            "`If-Match` and `If-None-Match` on a write compare one row, which the URL must name by `eq` on every column of its "
                + "table's primary key: `PATCH /books?id=eq.5`."
        case .wrongIdempotencyKey:
            "An `Idempotency-Key` is 1 to 255 visible ASCII characters. For callers without `sub` in their token it must be a UUID, "
                + "which nobody guesses."
        case .keyOfAnotherRequest:
            "A request with this key was answered within the last day, and it was not the same: its query, body or headers differ. "
                + "Nothing was written. A key stands for one request."
        case .tooManyIdempotencyKeys:
            "The caller has used more keys within a day than are kept (10,000; 100,000 for all who share an API key). Nothing was written."
        case .wrongCursor:
            "`after=cursor:…` holds no token, one of another `order`, or stands beside an `offset`; or the relation has no primary key, or "
                + "is ordered by something else than its own columns. Begin with `after=cursor:` and follow the `Link` of each answer."
        case .wrongBatch:
            "A batch is a JSON array of at most 100 items; `item` in the answer is the number of the one meant. An item has `method`, `path`, "
                + "`headers` (four of them), `body` and `filters`. A reference names something that an earlier item answered. Nothing was written."
        case .keyInUse:
            "On PostgreSQL: the first request of this key had not ended when this one's time was over, and this one did nothing. "
                + "Send it again after the seconds in `Retry-After`."
        case .notInProgram:
            "A migration says `language swift as 'name'`, and the program that serves the project has no function of that name. "
                + "The stock `offstage` has none: serve the project with the program that its logic is compiled into."
        case .notAsDeclared:
            "A function in Swift that is declared to return rows gave no list of objects, or the like. The log has a line with the same request id."
        }
    }

    package static let all = allCases
}

extension Refusal {
    package init(_ code: OffstageCode, details: String? = nil, hint: String? = nil) {
        self.init(code.status, code.rawValue, code.message, details: details, hint: hint)
    }
}
