import Crypto
import CryptoExtras

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The text of `keys.json`. Its members are a promise: a change that an older Offstage would misread raises `format`.
struct KeyFile: Codable {
    static let currentFormat = 1

    var format: Int
    var generation: Int
    var signing: [Signing]
    var keys: [OpaqueKey]
    var revokedTokens: [String]
    var anonKey: String
    var serviceRoleKey: String

    struct Signing: Codable {
        var kid: String
        var alg: SigningKey.Algorithm
        var purpose: SigningKey.Purpose
        var state: SigningKey.State
        var created: Int64
        /// HS256: the secret. ES256: the private scalar. Base64url.
        var secret: String
    }

    private struct Format: Codable { var format: Int }

    init(_ set: KeySet) throws(KeyRingError) {
        format = Self.currentFormat
        generation = set.generation
        var signing: [Signing] = []
        for key in set.signing where !key.isImported { signing.append(try Signing(key)) }
        self.signing = signing
        keys = set.opaque
        revokedTokens = set.revokedTokens.sorted()
        anonKey = set.anonKey
        serviceRoleKey = set.serviceRoleKey
    }

    func text() throws(KeyRingError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else { throw .notWritten(path: "keys.json", reason: "not encodable") }
        return Array(data) + [UInt8(ascii: "\n")]
    }

    /// Reads a whole file. `path` is for the errors.
    static func keys(_ text: [UInt8], path: String) throws(KeyRingError) -> KeySet {
        let file: KeyFile
        do {
            let format = try JSONDecoder().decode(Format.self, from: Data(text)).format
            guard format <= currentFormat else { throw KeyRingError.newerFormat(path: path, format: format) }
            guard format == currentFormat else { throw KeyRingError.corrupt(path: path, reason: "unknown format \(format)") }
            file = try JSONDecoder().decode(KeyFile.self, from: Data(text))
        } catch let error as KeyRingError {
            throw error
        } catch {
            // The decoder's own text may quote what it read.
            throw .corrupt(path: path, reason: "it is cut short, or a member is missing or of the wrong kind")
        }
        return try file.keySet(path: path)
    }

    private func keySet(path: String) throws(KeyRingError) -> KeySet {
        var signing: [SigningKey] = []
        for key in self.signing { signing.append(try key.key(path: path)) }
        let set = KeySet(
            generation: generation, signing: signing, opaque: keys, revokedTokens: Set(revokedTokens), anonKey: anonKey,
            serviceRoleKey: serviceRoleKey)
        func require(_ condition: Bool, _ reason: String) throws(KeyRingError) {
            guard condition else { throw .corrupt(path: path, reason: reason) }
        }
        try require((0..<Int.max / 2).contains(generation), "the generation is out of range")
        try require(Set(self.signing.map(\.kid)).count == signing.count, "two signing keys have the same kid")
        for purpose in [SigningKey.Purpose.api, .session] {
            let current = signing.count { $0.purpose == purpose && $0.state == .current }
            try require(current == 1, "\(current) current \(purpose.rawValue) keys, not one")
        }
        try require(keys.allSatisfy { TokenDigest(hexadecimal: $0.sha256) != nil }, "a key's sha256 is not 64 hexadecimal digits")
        try require(KeySet.jti(of: anonKey) != nil && KeySet.jti(of: serviceRoleKey) != nil, "anonKey or serviceRoleKey is not a token")
        return set
    }
}

extension KeyFile.Signing {
    fileprivate init(_ key: SigningKey) throws(KeyRingError) {
        guard let kid = key.kid else { throw .unusableKey("a key without a kid is not stored") }
        self.kid = kid
        alg = key.algorithm
        purpose = key.purpose
        state = key.state
        created = key.created
        switch key.material {
        case .secret(let secret): self.secret = secret.withUnsafeBytes { Base64URL.encode($0) }
        case .p256(let key): secret = Base64URL.encode(key.rawRepresentation)
        case .p256Public, .rsaPublic: throw .unusableKey("a public key is not stored")
        }
    }

    fileprivate func key(path: String) throws(KeyRingError) -> SigningKey {
        guard let bytes = Base64URL.decode(secret) else { throw .corrupt(path: path, reason: "the secret of \(kid) is not base64url") }
        let material: SigningKey.Material
        switch alg {
        case .hs256: material = .secret(SymmetricKey(data: bytes))
        case .es256:
            guard let key = try? P256.Signing.PrivateKey(rawRepresentation: bytes) else {
                throw .corrupt(path: path, reason: "the secret of \(kid) is not a P-256 key")
            }
            material = .p256(key)
        case .rs256: throw .corrupt(path: path, reason: "\(kid) is an RS256 key")
        }
        return try SigningKey(kid: kid, purpose: purpose, state: state, created: created, material: material)
    }
}
