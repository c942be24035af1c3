import Testing

@testable import OffstageAuth

/// Examples printed in standards: what others sign, we read.
@Suite struct StandardTests {
    static let payload = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    static let expires: Int64 = 1_300_819_380

    func verified(_ token: String, jwk: String) throws -> VerifiedToken {
        var set = try KeySet.new(now: Self.expires)
        for key in try SigningKey.imported(jwks: #"{"keys":[\#(jwk)]}"#) { try set.add(key) }
        return try KeyRing(set).verified(token, now: Self.expires)
    }

    @Test func `RFC 7515 appendix A.1, HS256`() throws {
        let who = try verified(
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\(Self.payload).dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
            jwk: #"{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}"#)
        #expect(who.expiresAt == Self.expires)
        #expect(who.claims == "{\"role\":\"anon\",\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}")
    }

    @Test func `RFC 7515 appendix A.3, ES256`() throws {
        let who = try verified(
            "eyJhbGciOiJFUzI1NiJ9.\(Self.payload).DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
            jwk:
                #"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#
        )
        #expect(who.role == "anon")
    }

    @Test func `RFC 4648 section 10, without padding`() {
        for (text, encoded) in [
            ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"), ("foobar", "Zm9vYmFy"),
        ] {
            #expect(Base64URL.encode(text.utf8) == encoded)
            #expect(Base64URL.decode(encoded) == Array(text.utf8))
        }
        for bad in ["A", "Zg==", "Zh", "Zm9", "Zm+v", "Zm/v", "Z m", "Zm9v\n", "Zä"] { #expect(Base64URL.decode(bad) == nil, "\(bad)") }
    }

    @Test func `every byte sequence survives base64url`() {
        for length in 0..<200 {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ length &* 31) }
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
        }
    }

    @Test func `a digest is written as others write it, and read back`() {
        let digest = TokenDigest("abc")
        #expect(digest.hexadecimal == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(TokenDigest(hexadecimal: digest.hexadecimal) == digest)
        #expect(TokenDigest(hexadecimal: "ba78") == nil)
    }
}
