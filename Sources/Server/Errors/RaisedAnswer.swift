import OffstageJSON
import OffstageSchema

/// An answer that a function raised: `raise sqlstate 'PGRST' using message = '{"code": …}', detail = '{"status": …, "headers": …}'`.
///
/// Source: PostgREST 12, "RAISE errors with HTTP status codes".
struct RaisedAnswer {
    let refusal: Refusal

    init(_ error: SQLError) {
        guard case .object(let message)? = JSONValue(reading: error.message), let code = Self.text("code", message),
            let text = Self.text("message", message)
        else {
            refusal = Self.unreadable(
                "Invalid JSON value for MESSAGE: '\(error.message)'",
                "MESSAGE must be a JSON object with obligatory keys: 'code', 'message' and optional keys: 'details', 'hint'.")
            return
        }
        let hint = "DETAIL must be a JSON object with obligatory keys: 'status', 'headers' and optional key: 'status_text'."
        guard let detail = error.details else {
            refusal = Self.unreadable("DETAIL is missing in the RAISE statement", hint)
            return
        }
        guard case .object(let members)? = JSONValue(reading: detail), let status = Self.number("status", members),
            (200..<600).contains(status), let headers = Self.headers(members)
        else {
            refusal = Self.unreadable("Invalid JSON value for DETAIL: '\(detail)'", hint)
            return
        }
        var refusal = Refusal(status, code, text, details: Self.text("details", message), hint: Self.text("hint", message))
        refusal.reason = Self.text("status_text", members).flatMap { $0.isFieldValue ? $0 : nil }
        refusal.headers = headers
        self.refusal = refusal
    }

    private static func unreadable(_ details: String, _ hint: String) -> Refusal {
        Refusal(500, "PGRST121", "Could not parse JSON in the \"RAISE SQLSTATE 'PGRST'\" error", details: details, hint: hint)
    }

    private static func text(_ name: String, _ members: [JSONValue.Member]) -> String? {
        if case .string(let text)? = members.last(where: { $0.name == name })?.value { text } else { nil }
    }

    private static func number(_ name: String, _ members: [JSONValue.Member]) -> Int? {
        members.last { $0.name == name }.flatMap { Int($0.value.text) }
    }

    private static func headers(_ members: [JSONValue.Member]) -> [String: String]? {
        guard case .object(let fields)? = members.last(where: { $0.name == "headers" })?.value, fields.count <= 100 else { return nil }
        var headers: [String: String] = [:]
        for field in fields {
            guard case .string(let value) = field.value, field.name.isToken, value.isFieldValue, !field.name.isFraming else { return nil }
            headers[field.name] = value
        }
        return headers
    }
}
