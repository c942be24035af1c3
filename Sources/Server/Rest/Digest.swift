import Crypto

/// SHA-256 over parts, each with its length before it, so that different parts never give the same bytes.
struct Digest {
    private var hash = SHA256()

    mutating func add(_ text: String) { add(Array(text.utf8)) }

    mutating func add(_ bytes: [UInt8]) {
        withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { hash.update(bufferPointer: $0) }
        bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
    }

    mutating func add(_ text: String?) {
        add(text == nil ? [0] : [1])
        if let text { add(text) }
    }

    var bytes: [UInt8] { Array(hash.finalize()) }
}

/// The strong tag of a row: 128 bits of SHA-256 over the row as its reader sees it.
enum RowTag {
    static func text(_ row: [UInt8]) -> String {
        let hash = row.withUnsafeBytes { SHA256.hash(data: $0) }
        return "\"" + Base64URL.text(Array(hash.prefix(16))) + "\""
    }
}

/// Base64 with `-` and `_`, without padding (RFC 4648 section 5).
enum Base64URL {
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    static func text(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count * 4 / 3 + 4)
        var index = 0
        while index < bytes.count {
            let group = bytes[index..<min(index + 3, bytes.count)]
            let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << (8 * UInt32(3 - group.count))
            for place in 0...group.count { text.append(letters[Int(bits >> (18 - 6 * UInt32(place)) & 63)]) }
            index += 3
        }
        return String(decoding: text, as: UTF8.self)
    }
}
