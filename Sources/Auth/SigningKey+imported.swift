import Crypto
import CryptoExtras

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension SigningKey {
    /// The `jwt_secret` of settings: an HS256 secret whose tokens others sign. Its bytes are those of the text.
    package static func imported(secret: String, kid: String? = nil, issuer: String? = nil, audience: String? = nil) throws(KeyRingError)
        -> SigningKey
    {
        try SigningKey(
            kid: kid, purpose: .session, state: .verifyOnly, created: 0, material: .secret(SymmetricKey(data: Array(secret.utf8))),
            isImported: true, issuer: issuer, audience: audience)
    }

    /// The keys of a JWKS (RFC 7517): `oct`, P-256 and RSA, for verifying. Keys for encryption are passed over; a signing key of
    /// another kind is an error, so that a token is not refused later for a reason nobody sees.
    package static func imported(jwks: String, issuer: String? = nil, audience: String? = nil) throws(KeyRingError) -> [SigningKey] {
        guard let set = try? JSONDecoder().decode(JWKS.self, from: Data(jwks.utf8)) else {
            throw .unusableKey("it is not a JWKS: an object with an array \"keys\"")
        }
        guard set.keys.count <= 32 else { throw .unusableKey("a JWKS of \(set.keys.count) keys; 32 are the most") }
        var keys: [SigningKey] = []
        for key in set.keys where key.use ?? "sig" == "sig" {
            keys.append(
                try SigningKey(
                    kid: key.kid, purpose: .session, state: .verifyOnly, created: 0, material: key.material(), isImported: true,
                    issuer: issuer, audience: audience))
        }
        return keys
    }

    private struct JWKS: Decodable { var keys: [JWK] }

    private struct JWK: Decodable {
        var kty: String
        var alg, use, kid, crv, k, x, y, n, e: String?

        func material() throws(KeyRingError) -> Material {
            switch kty {
            case "oct" where alg ?? "HS256" == "HS256":
                return .secret(SymmetricKey(data: try bytes(k, "k")))
            case "EC" where crv == "P-256" && alg ?? "ES256" == "ES256":
                let point = try [4] + bytes(x, "x") + bytes(y, "y")
                guard let key = try? P256.Signing.PublicKey(x963Representation: point) else {
                    throw .unusableKey("x and y are not a point of P-256")
                }
                return .p256Public(key)
            case "RSA" where alg ?? "RS256" == "RS256":
                guard let key = try? _RSA.Signing.PublicKey(n: try bytes(n, "n"), e: try bytes(e, "e")) else {
                    throw .unusableKey("n and e are not an RSA key")
                }
                return .rsaPublic(key)
            default:
                throw .unusableKey("kty \(kty) with alg \(alg ?? "none")")
            }
        }

        private func bytes(_ text: String?, _ name: String) throws(KeyRingError) -> [UInt8] {
            guard let bytes = text.flatMap(Base64URL.decode) else { throw .unusableKey("\(name) is missing or not base64url") }
            return bytes
        }
    }
}
