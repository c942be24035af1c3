import Crypto
import OffstageQuery

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
