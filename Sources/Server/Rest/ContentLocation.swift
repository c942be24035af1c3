/// `Content-Location` of a read: the relation, and the query decoded with its keys sorted.
enum ContentLocation {
    static func text(_ relation: String, query: String?) -> String {
        guard var query, !query.isEmpty else { return "/" + field(relation) }
        let plain = query.withUTF8 { bytes in
            plainPairs(bytes).map { pairs in pairs.isSorted ? nil : String(decoding: joined(pairs.list, of: bytes), as: UTF8.self) }
        }
        return "/\(field(relation))?\(plain.map { $0 ?? query } ?? sorted(query))"
    }

    /// The places of keys and pairs in a query where nothing is encoded and each key has a value; nil for another query.
    private static func plainPairs(
        _ query: UnsafeBufferPointer<UInt8>
    ) -> (list: [(key: Range<Int>, end: Int)], isSorted: Bool)? {
        var pairs: [(key: Range<Int>, end: Int)] = []
        pairs.reserveCapacity(8)
        var isSorted = true
        var start = 0
        while start <= query.count {
            var equals: Int?
            var end = start
            while end < query.count, query[end] != UInt8(ascii: "&") {
                let byte = query[end]
                if byte == UInt8(ascii: "%") || byte == UInt8(ascii: "+") || byte <= 0x20 || byte > 0x7E { return nil }
                if byte == UInt8(ascii: "="), equals == nil { equals = end }
                end += 1
            }
            guard let equals else { return nil }
            if let last = pairs.last, query[start..<equals].lexicographicallyPrecedes(query[last.key]) { isSorted = false }
            pairs.append((start..<equals, end))
            start = end + 1
        }
        return (pairs, isSorted)
    }

    private static func joined(_ pairs: [(key: Range<Int>, end: Int)], of query: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(query.count)
        for pair in pairs.sorted(by: { query[$0.key].lexicographicallyPrecedes(query[$1.key]) }) {
            if !text.isEmpty { text.append(UInt8(ascii: "&")) }
            text.append(contentsOf: query[pair.key.lowerBound..<pair.end])
        }
        return text
    }

    private static func sorted(_ query: String) -> String {
        var pairs: [(key: [UInt8], value: [UInt8])] = []
        for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            pairs.append((decoded(parts[0]), parts.count == 2 ? decoded(parts[1]) : []))
        }
        pairs.sort { $0.key.lexicographicallyPrecedes($1.key) }
        var text: [UInt8] = []
        for (key, value) in pairs {
            if !text.isEmpty { text.append(UInt8(ascii: "&")) }
            append(key, to: &text)
            text.append(UInt8(ascii: "="))
            append(value, to: &text)
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func decoded(_ raw: Substring.UTF8View.SubSequence) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = raw
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(0x20)
            case UInt8(ascii: "%"):
                let digits = rest.prefix(2).compactMap { Character(UnicodeScalar($0)).hexDigitValue }
                if digits.count == 2 {
                    bytes.append(UInt8(digits[0] << 4 | digits[1]))
                    rest = rest.dropFirst(2)
                } else {
                    bytes.append(byte)
                }
            default: bytes.append(byte)
            }
        }
        return bytes
    }

    /// A header's value holds printable ASCII; anything else stays encoded, so that no caller can end the line.
    private static func append(_ bytes: [UInt8], to text: inout [UInt8]) {
        for byte in bytes {
            if byte >= 0x20, byte <= 0x7E {
                text.append(byte)
            } else {
                percentEncode(byte, into: &text)
            }
        }
        // Blanks at the end of a value are not part of it (RFC 9110 section 5.5).
        while text.last == 0x20 {
            text.removeLast()
            text.append(contentsOf: "%20".utf8)
        }
    }

    private static func field(_ name: String) -> String {
        if name.utf8.allSatisfy({ $0 > 0x20 && $0 <= 0x7E }) { return name }
        var text: [UInt8] = []
        append(Array(name.utf8), to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    static func percentEncode(_ byte: UInt8, into text: inout [UInt8]) {
        let digits = Array("0123456789ABCDEF".utf8)
        text.append(UInt8(ascii: "%"))
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
    }

    /// A key's value in a query: unreserved characters as they are (RFC 3986 section 2.3), everything else encoded.
    static func encoded(_ value: String) -> String {
        var text: [UInt8] = []
        for byte in value.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                text.append(byte)
            default: percentEncode(byte, into: &text)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
