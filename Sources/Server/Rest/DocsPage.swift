import CAssets
import OffstageQuery

/// The page at `/docs`, which shows the description of the API and tries its requests: seven files that are part of the program.
///
/// The files know nothing of the project. What the page shows it asks `/rest/v1/` for, as the caller whose key was typed in.
package struct DocsPage: Sendable {
    private struct File: Sendable {
        var type: String
        var body: [UInt8]
    }

    private let files: [String: File]

    package init() {
        func file(_ type: String, _ bytes: (UnsafeMutablePointer<Int>) -> UnsafePointer<UInt8>) -> File {
            var count = 0
            let start = bytes(&count)
            return File(type: "\(type); charset=utf-8", body: Array(UnsafeBufferPointer(start: start, count: count)))
        }
        files = [
            "/docs": file("text/html", offstage_docs_html), "/docs/docs.css": file("text/css", offstage_docs_css),
            "/docs/docs.js": file("text/javascript", offstage_docs_js),
            "/docs/pages.js": file("text/javascript", offstage_docs_pages_js),
            "/docs/requests.js": file("text/javascript", offstage_docs_requests_js),
            "/docs/diagram.js": file("text/javascript", offstage_docs_diagram_js),
            "/docs/icon.svg": file("image/svg+xml", offstage_docs_icon_svg),
        ]
    }

    /// Whether a path is the page's, or below it.
    static func owns(_ path: String) -> Bool { path == "/docs" || path.hasPrefix("/docs/") }

    func answer(_ head: RequestHead) -> ServerResponse {
        guard head.method == "GET" || head.method == "HEAD" else {
            var refusal = Refusal(.methodNotAllowed)
            refusal.allow = "GET, HEAD"
            return refusal.response
        }
        if head.path == "/docs/" {
            // The page's own addresses are relative, so that it works behind a prefix.
            var response = ServerResponse(status: 308)
            response.fields.add("Location", "../docs")
            return response
        }
        guard let file = files[head.path] else { return Refusal(.notFound).response }
        var response = ServerResponse(status: 200)
        response.fields.add("Content-Type", file.type)
        response.fields.add("Content-Security-Policy", Self.policy)
        response.fields.add("X-Content-Type-Options", "nosniff")
        response.fields.add("Referrer-Policy", "no-referrer")
        response.fields.add("Cross-Origin-Opener-Policy", "same-origin")
        response.fields.add("Cross-Origin-Resource-Policy", "same-origin")
        response.fields.add("Cache-Control", "no-cache")
        response.body = file.body
        return response
    }

    /// Nothing from elsewhere, nothing inline, in nobody's frame.
    static let policy = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
}

/// How much of the reference a caller is shown.
extension DescribedAPI.Detail {
    /// Definitions are for the developer at this machine: a page of another origin that asks from their browser has an `Origin`, and one that
    /// has its own name point here has another `Host`, and a request that a proxy passes on says so.
    func shown(to head: RequestHead) -> Self {
        guard self == .definitions else { return self }
        guard !Self.forwarding.contains(where: { head.fields[$0] != nil }) else { return .keys }
        return head.origin == nil && head.hosts == 1 && head.fields["host"].map(Self.isLocal) == true ? self : .keys
    }

    private static let forwarding = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"]

    /// `localhost:8080`, `127.0.0.1`, `[::1]:8080`.
    static func isLocal(_ host: String) -> Bool {
        var name = host[...]
        if let colon = host.lastIndex(of: ":"), host[host.index(after: colon)...].utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            name = host[..<colon]
        }
        return ["localhost", "127.0.0.1", "[::1]"].contains(name.lowercased())
    }
}
