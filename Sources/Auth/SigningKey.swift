import Crypto
import CryptoExtras

/// A key that signs or verifies tokens. Its algorithm is its own: a token's `alg` is only ever compared with it.
package struct SigningKey: Sendable {
    package enum Algorithm: String, Sendable, Codable {
        case hs256 = "HS256"
        case es256 = "ES256"
        /// For verifying tokens of others only.
        case rs256 = "RS256"
    }

    /// `api` keys sign `anon` and `service_role`; `session` keys sign users' tokens.
    package enum Purpose: String, Sendable, Codable { case api, session }

    /// The life of a key: `next` is known and signs nothing yet, `current` signs, `verifyOnly` still verifies, `revoked` does nothing.
    package enum State: String, Sendable, Codable { case next, current, verifyOnly, revoked }

    enum Material: Sendable {
        case secret(SymmetricKey)
        case p256(P256.Signing.PrivateKey)
        case p256Public(P256.Signing.PublicKey)
        case rsaPublic(_RSA.Signing.PublicKey)
    }

    /// The name a token's header finds it by. Only an imported key may lack one.
    package let kid: String?
    package let purpose: Purpose
    package internal(set) var state: State
    package let created: Int64
    let material: Material
    /// Comes from settings; is not written to the file.
    let isImported: Bool
    /// What the tokens of an imported key must say, where its settings name it.
    var issuer: String?
    var audience: String?

    init(
        kid: String?, purpose: Purpose, state: State, created: Int64, material: Material, isImported: Bool = false, issuer: String? = nil,
        audience: String? = nil
    ) throws(KeyRingError) {
        if case .secret(let secret) = material, secret.bitCount < 256 { throw .weakSecret(bytes: secret.bitCount / 8) }
        if case .rsaPublic(let key) = material, !(2048...8192).contains(key.keySizeInBits) {
            throw .unusableKey("an RSA key of \(key.keySizeInBits) bits")
        }
        self.kid = kid
        self.purpose = purpose
        self.state = state
        self.created = created
        self.material = material
        self.isImported = isImported
        self.issuer = issuer
        self.audience = audience
    }

    package var algorithm: Algorithm {
        switch material {
        case .secret: .hs256
        case .p256, .p256Public: .es256
        case .rsaPublic: .rs256
        }
    }

    /// A new key of our own; RS256 cannot be made.
    static func random(_ algorithm: Algorithm, purpose: Purpose, state: State, now: Int64) throws(KeyRingError) -> SigningKey {
        let material: Material =
            switch algorithm {
            case .hs256: .secret(SymmetricKey(size: .bits256))
            case .es256: .p256(P256.Signing.PrivateKey())
            case .rs256: throw .unusableKey("RS256 keys are not made, only imported")
            }
        return try SigningKey(kid: Random.name(), purpose: purpose, state: state, created: now, material: material)
    }

    /// Whether this key made the signature. Comparison of MACs takes the same time whatever the bytes.
    func isValid(_ signature: [UInt8], for input: UnsafeRawBufferPointer) -> Bool {
        switch material {
        case .secret(let secret):
            return signature.count == SHA256.byteCount
                && HMAC<SHA256>.isValidAuthenticationCode(signature, authenticating: input, using: secret)
        case .p256(let key): return Self.isValid(signature, for: input, key: key.publicKey)
        case .p256Public(let key): return Self.isValid(signature, for: input, key: key)
        case .rsaPublic(let key):
            guard signature.count == (key.keySizeInBits + 7) / 8 else { return false }
            return key.isValidSignature(
                _RSA.Signing.RSASignature(rawRepresentation: signature), for: SHA256.digest(of: input), padding: .insecurePKCS1v1_5)
        }
    }

    private static func isValid(_ signature: [UInt8], for input: UnsafeRawBufferPointer, key: P256.Signing.PublicKey) -> Bool {
        guard signature.count == 64, let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
        return key.isValidSignature(signature, for: SHA256.digest(of: input))
    }

    /// The signature of `input`, or nil for a key that only verifies.
    func signature(for input: [UInt8]) -> [UInt8]? {
        switch material {
        case .secret(let secret): Array(HMAC<SHA256>.authenticationCode(for: input, using: secret))
        case .p256(let key): (try? key.signature(for: input)).map { Array($0.rawRepresentation) }
        case .p256Public, .rsaPublic: nil
        }
    }
}
