import OffstageSQL

extension TagCondition {
    /// What the headers of a request say; nil where they say nothing.
    ///
    /// - Throws: OFS005 for a list of tags that cannot be read: a condition nobody understands is not passed over.
    init?(_ head: RequestHead) throws(Refusal) {
        guard head.hasTerms else { return nil }
        self.init(match: try Self.tags("If-Match", head), noneMatch: try Self.tags("If-None-Match", head))
        if match == nil, noneMatch == nil { return nil }
    }

    /// `*`, or `"a", W/"b"` (RFC 9110 section 8.8.3).
    private static func tags(_ name: String, _ head: RequestHead) throws(Refusal) -> Tags? {
        let lines = head.fields.all(name)
        guard !lines.isEmpty else { return nil }
        let text = lines.joined(separator: ",")
        if text.utf8.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == UInt8(ascii: "*") }), text.contains("*") { return .any }
        var tags: [String] = []
        var rest = Array(text.utf8)[...]
        while let first = rest.first {
            if first == 0x20 || first == 0x09 || first == UInt8(ascii: ",") {
                rest.removeFirst()
                continue
            }
            let isWeak = rest.starts(with: "W/".utf8)
            let opening = rest.dropFirst(isWeak ? 2 : 0)
            guard opening.first == UInt8(ascii: "\""), let end = opening.dropFirst().firstIndex(of: UInt8(ascii: "\"")), tags.count < 64
            else { throw Refusal(.malformed, details: "\(name) is a list of at most 64 tags in double quotes, or *.") }
            tags.append(String(decoding: rest[rest.startIndex...end], as: UTF8.self))
            rest = rest[(end + 1)...]
        }
        return .these(tags)
    }
}
