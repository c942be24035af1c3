/// The headers that say what a request means. Values as received; an absent header is `nil`.
package struct RequestHeaders: Hashable, Sendable {
    package var accept: String?
    package var acceptProfile: String?
    package var contentProfile: String?
    /// One entry per `Prefer` header line.
    package var prefer: [String]
    package var range: String?
    /// Not looked at: `Range` counts rows whatever its unit.
    package var rangeUnit: String?
    package var contentType: String?

    package init(
        accept: String? = nil, acceptProfile: String? = nil, contentProfile: String? = nil, prefer: [String] = [], range: String? = nil,
        rangeUnit: String? = nil, contentType: String? = nil
    ) {
        self.accept = accept
        self.acceptProfile = acceptProfile
        self.contentProfile = contentProfile
        self.prefer = prefer
        self.range = range
        self.rangeUnit = rangeUnit
        self.contentType = contentType
    }
}
