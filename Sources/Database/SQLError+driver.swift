package import OffstageSchema

/// What every driver says for itself, in PostgreSQL's words where it has them.
extension SQLError {
    package static let statementTimeout = SQLError("57014", "canceling statement due to statement timeout")
    /// Whoever asked has gone.
    package static let departed = SQLError("57014", "canceling statement due to user request")
    package static let tooBusy = SQLError(
        "53300", "too many requests are waiting for the database", hint: "Try again in a moment.")
    package static let closed = SQLError("57P01", "the database is shutting down")
    package static let preconditionFailed = SQLError(
        "OFS301", "The row is not as the request's condition says", hint: "Read the row again, and decide anew.")
    package static let keyOfAnotherRequest = SQLError(
        "OFS304", "The Idempotency-Key belongs to another request",
        hint: "A key stands for one request: send the same request again, or a new key.")
    package static let keyInUse = SQLError(
        "OFS308", "A request with this Idempotency-Key is still running", hint: "Send the same request again in a moment.")
    package static func tooManyKeys(_ limit: Int) -> SQLError {
        SQLError(
            "OFS305", "Too many Idempotency-Keys", details: "At most \(limit) are kept for a caller within a day.",
            hint: "Send requests that need no protection without a key.")
    }
}
