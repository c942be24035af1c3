/// What pages of other origins may do (the Fetch standard's CORS protocol).
package struct CrossOrigin: Sendable {
    /// Nil: every origin, without credentials. Otherwise these, echoed, with credentials.
    package var origins: [String]?

    package init() {}

    private static let methods = "GET, POST, PATCH, PUT, DELETE, OPTIONS, HEAD"
    private static let exposed =
        "Content-Encoding, Content-Location, Content-Range, Content-Type, Date, Location, Server, Transfer-Encoding, Range-Unit, "
        + "Preference-Applied, Proxy-Status, Retry-After, X-Request-Id, ETag, Idempotency-Replayed, Link"
    /// Those that Supabase's clients send, with the ones that need no asking.
    private static let usual = [
        "Authorization", "apikey", "x-client-info", "accept-profile", "content-profile", "prefer", "range", "x-upsert",
        "x-supabase-api-version", "x-retry-count", "x-request-id", "Accept", "Accept-Language", "Content-Language", "Content-Type",
    ]

    /// The answer to a preflight; nil for any other request.
    func preflight(_ head: RequestHead) -> ServerResponse? {
        guard head.method == "OPTIONS", let origin = head.origin, head.preflight != nil else { return nil }
        var response = ServerResponse(status: 200)
        guard allow(origin, &response.fields) else { return response }
        var names = Self.usual
        for name in (head.fields["access-control-request-headers"] ?? "").split(separator: ",").prefix(64) {
            let name = String(name.trimmed)
            guard name.isToken, !names.contains(where: { $0.isSame(as: name) }) else { continue }
            names.append(name)
        }
        response.fields.add("Access-Control-Allow-Methods", Self.methods)
        response.fields.add("Access-Control-Allow-Headers", names.joined(separator: ", "))
        response.fields.add("Access-Control-Max-Age", "86400")
        return response
    }

    /// What an answer to a page of another origin says.
    func mark(_ head: RequestHead, _ fields: inout Fields) {
        guard let origin = head.origin, head.preflight == nil || head.method != "OPTIONS", allow(origin, &fields) else { return }
        fields.add("Access-Control-Expose-Headers", Self.exposed)
    }

    private func allow(_ origin: String, _ fields: inout Fields) -> Bool {
        guard let origins else {
            fields.add("Access-Control-Allow-Origin", "*")
            return true
        }
        // The answer differs by origin whether this one is let in or not.
        fields.add("Vary", "Origin")
        guard origins.contains(origin) else { return false }
        fields.add("Access-Control-Allow-Origin", origin)
        fields.add("Access-Control-Allow-Credentials", "true")
        return true
    }
}
