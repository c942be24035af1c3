import Crypto

/// A key that is not a token: 256 random bits after a prefix that says what it is. Only its SHA-256 is kept.
package struct OpaqueKey: Sendable, Hashable, Codable {
    package enum Kind: String, Sendable, Codable {
        /// May be in an app that everybody can take apart.
        case publishable
        /// For servers only.
        case secret

        package var prefix: String { "sb_\(rawValue)_" }
        package var role: String { self == .publishable ? "anon" : "service_role" }
    }

    package let id: String
    package let kind: Kind
    package let name: String
    package let role: String
    package let created: Int64
    package internal(set) var lastUsed: Int64?
    package internal(set) var revoked: Int64?
    /// 64 lower-case hexadecimal digits.
    let sha256: String

    /// A new key and its text, which cannot be had again.
    static func random(_ kind: Kind, name: String, role: String?, now: Int64) -> CreatedKey {
        let text = kind.prefix + Base64URL.encode(Random.bytes(32))
        let key = OpaqueKey(
            id: Random.name(), kind: kind, name: name, role: role ?? kind.role, created: now, sha256: TokenDigest(text).hexadecimal)
        return CreatedKey(key: key, text: text)
    }

    private init(id: String, kind: Kind, name: String, role: String, created: Int64, sha256: String) {
        self.id = id
        self.kind = kind
        self.name = name
        self.role = role
        self.created = created
        self.sha256 = sha256
    }
}

/// An opaque key at the only moment its text is known.
package struct CreatedKey: Sendable {
    package let key: OpaqueKey
    package let text: String
}

/// The SHA-256 of a whole token or key.
struct TokenDigest: Hashable, Sendable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    init(_ token: UnsafeRawBufferPointer) {
        words = SHA256.digest(of: token).withUnsafeBytes { digest in
            func word(_ index: Int) -> UInt64 { digest.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self).bigEndian }
            return (word(0), word(1), word(2), word(3))
        }
    }

    init(_ text: String) {
        var text = text
        self = text.withUTF8 { TokenDigest(UnsafeRawBufferPointer($0)) }
    }

    init?(hexadecimal: String) {
        let digits = Array(hexadecimal.utf8)
        guard digits.count == 64 else { return nil }
        var words: [UInt64] = []
        for start in stride(from: 0, to: 64, by: 16) {
            guard let word = UInt64(String(decoding: digits[start..<start + 16], as: UTF8.self), radix: 16) else { return nil }
            words.append(word)
        }
        self.words = (words[0], words[1], words[2], words[3])
    }

    var hexadecimal: String {
        [words.0, words.1, words.2, words.3].map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    static func == (a: TokenDigest, b: TokenDigest) -> Bool { a.words == b.words }
    // One word of a SHA-256 is as good a hash as there is.
    func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}

extension SHA256 {
    /// Over memory as it lies: `hash(data:)` asks a collection for its regions first.
    static func digest(of bytes: UnsafeRawBufferPointer) -> SHA256Digest {
        var hash = SHA256()
        hash.update(bufferPointer: bytes)
        return hash.finalize()
    }
}
