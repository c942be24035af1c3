import Crypto
import CryptoExtras

@testable import OffstageAuth

/// A workshop for tokens, good and forged, byte by byte.
struct Forge {
    static let now: Int64 = 1_800_000_000
    static let secret = SymmetricKey(data: Array("an imported secret of forty-one characters".utf8))

    let api: SigningKey
    let session: SigningKey
    let es256: SigningKey
    let rsaPrivate: _RSA.Signing.PrivateKey
    let set: KeySet

    /// A ring with one key of each algorithm: our own HS256 for API keys and sessions, an ES256 in its last days, an imported RS256
    /// and a nameless imported secret.
    init() throws {
        var set = try KeySet.new(session: .es256, now: Self.now)
        try set.rotate(.session, algorithm: .hs256, now: Self.now)
        rsaPrivate = try Self.rsa.get()
        try set.add(
            SigningKey(
                kid: "rsa-1", purpose: .session, state: .verifyOnly, created: 0, material: .rsaPublic(rsaPrivate.publicKey),
                isImported: true))
        try set.add(
            SigningKey(kid: nil, purpose: .session, state: .verifyOnly, created: 0, material: .secret(Self.secret), isImported: true))
        api = set.signing[0]
        es256 = set.signing[1]
        session = set.signing[2]
        self.set = set
    }

    init(api: SigningKey, session: SigningKey, es256: SigningKey, rsaPrivate: _RSA.Signing.PrivateKey, set: KeySet) {
        self.api = api
        self.session = session
        self.es256 = es256
        self.rsaPrivate = rsaPrivate
        self.set = set
    }

    // Making one takes a second in a debug build.
    private static let rsa = Result { try _RSA.Signing.PrivateKey(keySize: .bits2048) }

    func ring(_ rules: KeyRules = KeyRules()) -> KeyRing { KeyRing(set, rules: rules) }

    static let goodClaims = #"{"role":"authenticated","sub":"u1","exp":\#(now + 3600)}"#

    /// Header and payload as written, signed by whatever is given.
    static func token(_ header: String, _ payload: String = goodClaims, sign: ([UInt8]) -> [UInt8]) -> String {
        token(header: Base64URL.encode(header.utf8), payload: Base64URL.encode(payload.utf8), sign: sign)
    }

    static func token(header: String, payload: String, sign: ([UInt8]) -> [UInt8]) -> String {
        let input = "\(header).\(payload)"
        return "\(input).\(Base64URL.encode(sign(Array(input.utf8))))"
    }

    func header(_ key: SigningKey, _ more: String = "") -> String {
        #"{"alg":"\#(key.algorithm.rawValue)","kid":"\#(key.kid ?? "")","typ":"JWT"\#(more)}"#
    }

    /// Signed by our own current session key.
    func own(_ payload: String = goodClaims, header more: String = "") -> String {
        Self.token(header(session, more), payload, sign: sign(session))
    }

    func sign(_ key: SigningKey) -> ([UInt8]) -> [UInt8] { { key.signature(for: $0) ?? [] } }

    func signRSA(_ input: [UInt8]) -> [UInt8] {
        let signature = try? rsaPrivate.signature(for: input, padding: .insecurePKCS1v1_5)
        return signature.map { Array($0.rawRepresentation) } ?? []
    }

    static func hmac(_ key: some Sequence<UInt8>) -> ([UInt8]) -> [UInt8] {
        { Array(HMAC<SHA256>.authenticationCode(for: $0, using: SymmetricKey(data: Array(key)))) }
    }
}

/// The error a call ends with, nil if it ends well.
func refusal(_ body: () throws(KeyError) -> VerifiedToken) -> KeyError? {
    do {
        _ = try body()
        return nil
    } catch {
        return error
    }
}
