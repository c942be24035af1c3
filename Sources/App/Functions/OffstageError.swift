import OffstageSchema
import OffstageServer

/// An error that a caller is told: what functions throw, and what the database says to them.
///
/// ```swift
/// throw OffstageError(status: 402, code: "card_declined", message: "The card was declined", hint: "Try another card.")
/// ```
///
/// Any other error that leaves a function is a fault: the caller is told 500 and no more, and the log has its text.
public struct OffstageError: Error, Sendable, Hashable {
    /// The answer's HTTP status; nil goes by the code, as it does for the database's own errors.
    public var status: Int?
    /// A word or a number that programs go by: PostgreSQL's SQLSTATE where the database speaks (`23505`).
    public var code: String
    /// What is wrong, in a sentence.
    public var message: String
    /// More about it; nil where there is no more.
    public var details: String?
    /// What to do about it.
    public var hint: String?

    /// - Parameter status: 400 to 599; others are taken for 500.
    public init(status: Int? = 400, code: String, message: String, details: String? = nil, hint: String? = nil) {
        self.status = status
        self.code = code
        self.message = message
        self.details = details
        self.hint = hint
    }

    init(_ error: SQLError) {
        self.init(status: nil, code: error.code, message: error.message, details: error.details, hint: error.hint)
    }

    /// What the REST interface answers with.
    var answer: any Error {
        guard let status else { return SQLError(code, message, details: details, hint: hint) }
        return Refusal((400...599).contains(status) ? status : 500, code, message, details: details, hint: hint)
    }
}
