import OffstageJSON

/// `after=cursor:…`: the row that a page begins behind, by the values of what it is ordered by.
///
/// A cursor is nobody's secret: it says what its last reader saw, and its values are bound like any filter's. A made-up one shows no row
/// that a filter would not.
package struct RequestCursor: Hashable, Sendable {
    /// The order that the values are of: `price.desc.nullsfirst,id.asc.nullslast`. Nil at the beginning, where there are no values yet.
    package var order: String?
    /// Nil for a null.
    package var values: [ValueIndex?] = []

    /// What stands before the token. No operator is called so: the dialect refuses it.
    package static let prefix = "cursor:"

    private static let longest = 6 << 10
    private static let mostValues = 64

    /// The token that a page after this row is asked for with; nil where it would be too long for a URL.
    package static func token(order: String, values: [String?]) -> String? {
        var writer = JSONWriter(capacity: 256)
        writer.value(.array([.string(order)] + values.map { $0.map { .string($0) } ?? .null }))
        let token = Base64URL.text(writer.bytes)
        return token.utf8.count <= longest && values.count <= mostValues ? token : nil
    }

    /// The order and the values in a token; an empty one begins.
    static func read(_ token: some Collection<UInt8>) -> (order: String?, values: [String?])? {
        if token.isEmpty { return (nil, []) }
        guard token.count <= longest, let bytes = Base64URL.bytes(token),
            let json = try? JSONValue(parsing: bytes, refusingZero: true),
            let items = json.array, items.count <= mostValues + 1, let order = items.first?.string
        else { return nil }
        var values: [String?] = []
        for item in items.dropFirst() {
            switch item {
            case .string(let text): values.append(text)
            case .null: values.append(nil)
            default: return nil
            }
        }
        return (order, values)
    }

    /// A query with another token in the place of its own, safe to stand between `<` and `>` in a header.
    package static func query(_ query: String, token: String) -> String {
        var text: [UInt8] = []
        for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
            var decoded: [UInt8] = []
            _ = percentDecode(pair, plusIsSpace: true, into: &decoded)
            if decoded.starts(with: "after=\(prefix)".utf8) { continue }
            for byte in pair {
                switch byte {
                case 0x21, 0x23...0x3B, 0x3D, 0x3F...0x5B, 0x5D, 0x5F, 0x61...0x7A, 0x7E: text.append(byte)
                default: text += Array("%\(byte < 16 ? "0" : "")\(String(byte, radix: 16, uppercase: true))".utf8)
                }
            }
            text.append(UInt8(ascii: "&"))
        }
        return String(decoding: text, as: UTF8.self) + "after=\(prefix)\(token)"
    }

    static func unreadable(_ details: String) -> RequestError {
        RequestError(
            code: "OFS306", message: "The cursor cannot be used", details: details,
            hint: "Begin with after=cursor: and follow the Link header of each answer.")
    }
}
