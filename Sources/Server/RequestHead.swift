package import OffstageQuery

/// A request's head, looked through once for all that either door needs.
package struct RequestHead: Sendable {
    package let method: String
    /// Before the `?`, percent-encoded.
    package let path: String
    /// After it, as received.
    package let query: String?
    package let fields: Fields
    /// Those of the REST dialect.
    package private(set) var rest = RequestHeaders()
    package private(set) var apikey: String?
    package private(set) var authorization: String?
    package private(set) var origin: String?
    /// `Access-Control-Request-Method`: a preflight.
    package private(set) var preflight: String?
    package private(set) var requestID: String?
    package private(set) var connection: String?
    package private(set) var contentLength: String?
    package private(set) var expectation: String?
    package private(set) var transferEncoding: String?
    /// There is an `If-Match`, an `If-None-Match` or an `Idempotency-Key`: looked up only where it means something.
    package private(set) var hasTerms = false
    package private(set) var hosts = 0
    /// Bytes of all names and values.
    package private(set) var fieldBytes = 0
    package let targetBytes: Int

    package init(method: String, target: String, fields: Fields = []) {
        self.method = method
        targetBytes = target.utf8.count
        if let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) {
            path = String(target[..<mark])
            query = String(target[target.utf8.index(after: mark)...])
        } else {
            path = target
            query = nil
        }
        self.fields = fields
        for (name, value) in fields.pairs { take(name, value) }
    }

    /// It writes nothing (RFC 9110 section 9.2.1).
    var isReading: Bool { method == "GET" || method == "HEAD" || method == "OPTIONS" }

    private mutating func take(_ name: String, _ value: String) {
        fieldBytes += name.utf8.count + value.utf8.count
        // By length first: most names are none of these.
        switch name.utf8.count {
        case 4 where name.isSame(as: "host"): hosts += 1
        case 5 where name.isSame(as: "range"): keep(value, &rest.range)
        case 6 where name.isSame(as: "accept"): join(value, &rest.accept)
        case 6 where name.isSame(as: "apikey"): keep(value, &apikey)
        case 6 where name.isSame(as: "prefer"): rest.prefer.append(value)
        case 6 where name.isSame(as: "origin"): keep(value, &origin)
        case 6 where name.isSame(as: "expect"): keep(value, &expectation)
        case 8 where name.isSame(as: "if-match"): hasTerms = true
        case 10 where name.isSame(as: "connection"): join(value, &connection)
        case 10 where name.isSame(as: "range-unit"): keep(value, &rest.rangeUnit)
        case 12 where name.isSame(as: "content-type"): keep(value, &rest.contentType)
        case 12 where name.isSame(as: "x-request-id"): keep(value, &requestID)
        case 13 where name.isSame(as: "authorization"): keep(value, &authorization)
        case 13 where name.isSame(as: "if-none-match"): hasTerms = true
        case 14 where name.isSame(as: "accept-profile"): keep(value, &rest.acceptProfile)
        case 14 where name.isSame(as: "content-length"): keep(value, &contentLength)
        case 15 where name.isSame(as: "content-profile"): keep(value, &rest.contentProfile)
        case 15 where name.isSame(as: "idempotency-key"): hasTerms = true
        case 17 where name.isSame(as: "transfer-encoding"): join(value, &transferEncoding)
        case 29 where name.isSame(as: "access-control-request-method"): keep(value, &preflight)
        default: break
        }
    }

    /// Of two lines the first counts.
    private func keep(_ value: String, _ place: inout String?) {
        if place == nil { place = value }
    }

    private func join(_ value: String, _ place: inout String?) {
        place = place.map { "\($0), \(value)" } ?? value
    }
}
