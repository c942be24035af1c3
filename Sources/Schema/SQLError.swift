/// An error with PostgreSQL's meaning: what a statement, a value or a migration can fail with.
///
/// `code` is an SQLSTATE (PostgreSQL 15, appendix A). `message`, `details` and `hint` are what a client is shown, so they follow
/// PostgreSQL's wording and never hold more than the caller may know.
package struct SQLError: Error, Hashable, Sendable {
    package var code: String
    package var message: String
    package var details: String?
    package var hint: String?
    /// The constraint that was violated, where one was.
    package var constraint: String?
    /// Where in the SQL text, as a byte offset, where that is known.
    package var position: Int?

    package init(
        _ code: String, _ message: String, details: String? = nil, hint: String? = nil, constraint: String? = nil, position: Int? = nil
    ) {
        self.code = code
        self.message = message
        self.details = details
        self.hint = hint
        self.constraint = constraint
        self.position = position
    }
}

extension SQLError: CustomStringConvertible {
    package var description: String { "\(code): \(message)" }
}
