import Crypto

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Seals what is kept where others may read it: a compact JWE (RFC 7516 section 3.1), AES-256-GCM under the key itself (`dir`).
///
///     let seal = try KeySeal(master: secret)
///     let text = seal.sealed(bytes)
///     seal.opened(text)?.bytes
package struct KeySeal: Sendable {
    private let key: SymmetricKey
    /// The key before, by which what it sealed is still opened.
    private let previous: SymmetricKey?

    private static let header = Base64URL.encode(#"{"alg":"dir","enc":"A256GCM"}"#.utf8)

    /// - Parameters:
    ///   - master: a secret of at least 32 bytes, from which the key is derived (HKDF-SHA256, RFC 5869).
    ///   - previous: the master secret before this one.
    /// - Throws: `weakSecret` under 32 bytes.
    package init(master: String, previous: String? = nil) throws(KeyRingError) {
        key = try Self.key(master)
        self.previous = if let previous { try Self.key(previous) } else { nil }
    }

    private static func key(_ master: String) throws(KeyRingError) -> SymmetricKey {
        let bytes = Array(master.utf8)
        guard bytes.count >= 32 else { throw .weakSecret(bytes: bytes.count) }
        return HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: bytes), salt: Array("offstage".utf8), info: Array("keys".utf8), outputByteCount: 32)
    }

    /// Another text each time, since its nonce is random.
    package func sealed(_ bytes: [UInt8]) throws(KeyRingError) -> String {
        guard let box = try? AES.GCM.seal(bytes, using: key, authenticating: Array(Self.header.utf8)) else {
            throw .unusableKey("the keys could not be sealed")
        }
        return [Self.header, "", Base64URL.encode(box.nonce), Base64URL.encode(box.ciphertext), Base64URL.encode(box.tag)]
            .joined(separator: ".")
    }

    /// What was sealed, and whether it was under the key of today. Nil where it was under a third, or changed since.
    package func opened(_ text: String) -> (bytes: [UInt8], isCurrent: Bool)? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 5, parts[0] == Self.header, parts[1].isEmpty, let nonce = Base64URL.decode(parts[2]),
            let ciphertext = Base64URL.decode(parts[3]), let tag = Base64URL.decode(parts[4]), nonce.count == 12, tag.count == 16,
            let box = try? AES.GCM.SealedBox(nonce: AES.GCM.Nonce(data: nonce), ciphertext: ciphertext, tag: tag)
        else { return nil }
        func opened(_ key: SymmetricKey) -> [UInt8]? {
            (try? AES.GCM.open(box, using: key, authenticating: Array(Self.header.utf8))).map { Array($0) }
        }
        if let bytes = opened(key) { return (bytes, true) }
        return previous.flatMap(opened).map { ($0, false) }
    }
}
