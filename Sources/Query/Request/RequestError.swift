/// A request that could not be read. Always the caller's mistake, and safe to show to the caller.
///
/// The four members are those of the answer's body. `code` is one of PostgREST's (`PGRST100` for the grammar of the URL);
/// which status belongs to a code is known in one place, `Server/Errors`.
///
/// ```json
/// {"code":"PGRST100","details":"unexpected \"n\" expecting \"not\" or operator (eq, gt, ...)","hint":null,
///  "message":"\"failed to parse filter (noop.1)\" (line 1, column 1)"}
/// ```
package struct RequestError: Error, Hashable, Sendable {
    package var code: String
    package var message: String
    package var details: String?
    package var hint: String?

    package init(code: String, message: String, details: String? = nil, hint: String? = nil) {
        self.code = code
        self.message = message
        self.details = details
        self.hint = hint
    }
}

extension RequestError: CustomStringConvertible {
    package var description: String {
        details.map { "\(code): \(message) (\($0))" } ?? "\(code): \(message)"
    }
}

extension RequestError {
    static func invalidPath() -> RequestError {
        RequestError(code: "PGRST125", message: "Invalid path specified in request URL")
    }

    static func methodNotForFunctions(_ method: TableRequest.Method) -> RequestError {
        RequestError(code: "PGRST101", message: "Cannot use the \(method.rawValue) method on RPC")
    }

    static func unsupportedMethod(_ method: TableRequest.Method) -> RequestError {
        RequestError(code: "PGRST117", message: "Unsupported HTTP method: \(method.rawValue)")
    }

    static func range(_ details: String) -> RequestError {
        RequestError(code: "PGRST103", message: "Requested range not satisfiable", details: details)
    }

    static func limitOnPut() -> RequestError {
        RequestError(code: "PGRST114", message: "limit/offset querystring parameters are not allowed for PUT")
    }

    static func batch(_ details: String, hint: String? = nil) -> RequestError {
        RequestError(code: "OFS307", message: "The batch cannot be read", details: details, hint: hint)
    }

    /// Bytes that do not form text: a broken escape, text that is not UTF-8, a NUL.
    static func malformed(_ what: String, column: Int, details: String, hint: String? = nil) -> RequestError {
        RequestError(
            code: "PGRST100", message: "\"failed to parse \(what)\" (line 1, column \(column))", details: details, hint: hint)
    }
}
