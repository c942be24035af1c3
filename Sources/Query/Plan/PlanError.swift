package import OffstageSchema

/// A request that reads well and cannot be done: what it names does not exist, is not related, or is not the caller's.
package struct PlanError: Error, Hashable, Sendable {
    package enum Details: Hashable, Sendable {
        case text(String)
        /// JSON text, shown as it is: the candidates of PGRST201.
        case json(String)
    }

    package var code: String
    package var message: String
    package var details: Details?
    package var hint: String?

    package init(_ code: String, _ message: String, details: Details? = nil, hint: String? = nil) {
        self.code = code
        self.message = message
        self.details = details
        self.hint = hint
    }

    /// What the database itself would have said.
    package init(_ error: SQLError) {
        self.init(error.code, error.message, details: error.details.map { .text($0) }, hint: error.hint)
    }
}
