import Crypto
import CryptoExtras
import Testing

@testable import OffstageAuth

@Suite struct KeySetTests {
    let now = Forge.now

    func states(_ set: KeySet, _ purpose: SigningKey.Purpose) -> [SigningKey.State] {
        set.signing.filter { $0.purpose == purpose }.map(\.state)
    }

    @Test func `a new project has a key of each purpose and two JWT API keys for ten years`() throws {
        let set = try KeySet.new(now: now)
        #expect(states(set, .api) == [.current])
        #expect(states(set, .session) == [.current])
        #expect(set.anonKey != set.serviceRoleKey)
        let parts = set.anonKey.split(separator: ".").compactMap { Base64URL.decode(String($0)) }
        let header = try #require(TokenMembers(parts[0])), claims = try #require(TokenMembers(parts[1]))
        #expect(header.text == #"{"alg":"HS256","kid":"\#(set.signing[0].kid ?? "")","typ":"JWT"}"#)
        let jti = try #require(KeySet.jti(of: set.anonKey))
        #expect(claims.text == #"{"iss":"offstage","iat":\#(now),"exp":\#(now + 315_360_000),"jti":"\#(jti)","role":"anon"}"#)
    }

    @Test func `rotating moves next to current and current to verify-only`() throws {
        var set = try KeySet.new(now: now)
        try set.prepare(.session, algorithm: .es256, now: now)
        #expect(states(set, .session) == [.current, .next])
        #expect(throws: KeyRingError.taken("the next session key")) { try set.prepare(.session, now: now) }
        try set.rotate(.session, now: now)
        #expect(states(set, .session) == [.verifyOnly, .current])
        #expect(set.current(.session)?.algorithm == .es256)
        try set.rotate(.session, now: now)
        #expect(states(set, .session) == [.verifyOnly, .verifyOnly, .current])
        #expect(set.current(.session)?.algorithm == .es256)
        #expect(states(set, .api) == [.current])
    }

    @Test func `rotating the API key signs new API keys and keeps the old ones good until it is revoked`() throws {
        var set = try KeySet.new(now: now)
        let old = (set.anonKey, set.serviceRoleKey, try #require(set.signing[0].kid))
        try set.rotate(.api, now: now)
        #expect(set.anonKey != old.0 && set.serviceRoleKey != old.1)
        #expect(try KeyRing(set).verified(old.0, now: now).role == "anon")
        try set.revoke(old.2, now: now)
        #expect(throws: KeyError.noSuitableKey) { try KeyRing(set).verified(old.1, now: now) }
        #expect(try KeyRing(set).verified(set.serviceRoleKey, now: now).role == "service_role")
    }

    @Test func `revoking a current key puts another in its place`() throws {
        var set = try KeySet.new(now: now)
        try set.revoke(try #require(set.current(.session)?.kid), now: now)
        #expect(states(set, .session) == [.revoked, .current])
        #expect(throws: Never.self) { try set.sign(claims: [], expiresIn: 60, now: now) }
    }

    @Test func `the anon and service_role JWTs are revoked one by one`() throws {
        var set = try KeySet.new(now: now)
        let (anon, service) = (set.anonKey, set.serviceRoleKey)
        try set.revoke("anon", now: now)
        let ring = KeyRing(set)
        #expect(refusal { () throws(KeyError) in try ring.caller(apikey: anon, bearer: nil, now: now) } == .invalidKey)
        #expect(refusal { () throws(KeyError) in try ring.caller(apikey: nil, bearer: anon, now: now) }?.message == "JWT revoked")
        #expect(try ring.verified(set.anonKey, now: now).role == "anon")
        #expect(set.serviceRoleKey == service)
        try set.revoke(try #require(KeySet.jti(of: service)), now: now)
        #expect(throws: KeyError.self) { try KeyRing(set).verified(service, now: now) }
        #expect(try KeyRing(set).verified(set.serviceRoleKey, now: now).role == "service_role")
    }

    @Test func `opaque keys are made, used, listed and revoked by id or name`() throws {
        let ring = KeyRing(try KeySet.new(now: now))
        let key = try ring.change { (keys) throws(KeyRingError) in try keys.create(.secret, name: "jobs", role: "worker", now: Forge.now) }
        #expect(try ring.verified(key.text, now: now + 100).role == "worker")
        #expect(try ring.verified(key.text, now: now + 130).role == "worker")
        #expect(ring.set.opaque.first?.lastUsed == now + 100)
        #expect(try ring.verified(key.text, now: now + 160).role == "worker")
        #expect(ring.set.opaque.first?.lastUsed == now + 160)
        #expect(throws: KeyRingError.taken("jobs")) {
            try ring.change { (keys) throws(KeyRingError) in try keys.create(.secret, name: "jobs") }
        }
        try ring.change { (keys) throws(KeyRingError) in try keys.revoke("jobs", now: Forge.now + 200) }
        #expect(throws: KeyError.invalidKey) { try ring.verified(key.text, now: now + 200) }
        #expect(ring.set.opaque.first?.revoked == now + 200)
        #expect(ring.set.opaque.first?.lastUsed == now + 160)
        #expect(throws: KeyRingError.unknown("jobs")) { try ring.change { (keys) throws(KeyRingError) in try keys.revoke("jobs") } }
        #expect(throws: Never.self) { try ring.change { (keys) throws(KeyRingError) in try keys.create(.secret, name: "jobs") } }
    }

    @Test(arguments: ["", "anon", "service_role", "a\nb", "ä", String(repeating: "n", count: 65)])
    func `a name that would confuse is refused`(name: String) throws {
        var set = try KeySet.new(now: now)
        #expect(throws: KeyRingError.badName(name)) { try set.create(.secret, name: name) }
    }

    @Test func `a change that fails changes nothing`() throws {
        let ring = KeyRing(try KeySet.new(now: now))
        let before = ring.generation
        #expect(throws: KeyRingError.self) {
            try ring.change { (keys) throws(KeyRingError) in
                keys.revokeToken(jti: "half")
                try keys.revoke("nobody")
            }
        }
        #expect(ring.generation == before)
        #expect(ring.set.revokedTokens.isEmpty)
    }

    @Test(arguments: [SigningKey.Algorithm.hs256, .es256]) func `a signed token says what it was told to`(algorithm: SigningKey.Algorithm)
        throws
    {
        let set = try KeySet.new(session: algorithm, now: now)
        let token = try set.sign(
            claims: [
                ("role", #""authenticated""#), ("sub", #""a \"quoted\" ü""#), ("app_metadata", #"{"role":"admin"}"#), ("iss", #""me""#),
            ],
            expiresIn: 60, now: now)
        let who = try KeyRing(set).verified(token, now: now)
        #expect(who.role == "authenticated")
        #expect(who.subject == #"a "quoted" ü"#)
        #expect(who.expiresAt == now + 60)
        #expect(who.claims.contains(#""app_metadata":{"role":"admin"}"#))
        #expect(who.claims.contains(#""iss":"me""#) && !who.claims.contains("offstage"))
        let expired = try set.sign(claims: [], expiresIn: -60, now: now)
        #expect(throws: KeyError.self) { try KeyRing(set).verified(expired, now: now) }
    }

    @Test func `claims that would break the token are refused`() throws {
        let set = try KeySet.new(now: now)
        for json in ["", "x", "1 2", "{", #""a","b":1"#, String(repeating: "[", count: 17)] {
            #expect(throws: KeyRingError.badClaim("c")) { try set.sign(claims: [("c", json)], expiresIn: 60, now: now) }
        }
        #expect(throws: KeyRingError.badClaim("c")) { try set.sign(claims: [("c", "1"), ("c", "2")], expiresIn: 60, now: now) }
        #expect(throws: KeyRingError.badClaim("exp")) { try set.sign(claims: [], expiresIn: .max, now: now) }
        let large = "\"\(String(repeating: "x", count: 8000))\""
        #expect(throws: KeyRingError.badClaim("set")) { try set.sign(claims: [("c", large)], expiresIn: 60, now: now) }
    }

    @Test func `a short secret is refused wherever it comes from`() throws {
        let short = String(repeating: "s", count: 31)
        #expect(throws: KeyRingError.weakSecret(bytes: 31)) { try SigningKey.imported(secret: short) }
        let jwks = #"{"keys":[{"kty":"oct","k":"\#(Base64URL.encode(short.utf8))"}]}"#
        #expect(throws: KeyRingError.weakSecret(bytes: 31)) { try SigningKey.imported(jwks: jwks) }
        #expect(throws: Never.self) { try SigningKey.imported(secret: short + "s") }
    }

    @Test func `a JWKS with three kinds of keys verifies tokens of all three`() throws {
        let p256 = P256.Signing.PrivateKey()
        let rsa = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        let numbers = try rsa.publicKey.getKeyPrimitives()
        let point = p256.publicKey.rawRepresentation
        let secret = Array("a shared secret of more than enough bytes".utf8)
        let jwks = """
            {"keys":[
              {"kty":"EC","crv":"P-256","kid":"e","alg":"ES256","use":"sig","key_ops":["verify"],
               "x":"\(Base64URL.encode(point.prefix(32)))","y":"\(Base64URL.encode(point.suffix(32)))"},
              {"kty":"RSA","kid":"r","n":"\(Base64URL.encode(numbers.modulus))","e":"\(Base64URL.encode(numbers.publicExponent))"},
              {"kty":"oct","kid":"o","k":"\(Base64URL.encode(secret))"},
              {"kty":"RSA","kid":"enc","use":"enc"}
            ]}
            """
        var set = try KeySet.new(now: now)
        let keys = try SigningKey.imported(jwks: jwks)
        #expect(keys.map(\.kid) == ["e", "r", "o"])
        for key in keys { try set.add(key) }
        let ring = KeyRing(set)
        let tokens = [
            Forge.token(#"{"alg":"ES256","kid":"e"}"#) { (try? p256.signature(for: $0)).map { Array($0.rawRepresentation) } ?? [] },
            Forge.token(#"{"alg":"RS256","kid":"r"}"#) {
                (try? rsa.signature(for: $0, padding: .insecurePKCS1v1_5)).map { Array($0.rawRepresentation) } ?? []
            },
            Forge.token(#"{"alg":"HS256","kid":"o"}"#, sign: Forge.hmac(secret)),
        ]
        for token in tokens { #expect(try ring.verified(token, now: now).subject == "u1") }
        #expect(throws: KeyRingError.taken("kid e")) { try set.add(keys[0]) }
        #expect(throws: KeyRingError.fromSettings("e")) { try set.revoke("e") }
    }

    @Test(arguments: [
        "", "[]", #"{"keys":{}}"#, #"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AA"}]}"#,
        #"{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}]}"#, #"{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}"#,
        #"{"keys":[{"kty":"oct"}]}"#, #"{"keys":[{"kty":"oct","alg":"HS512","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}]}"#,
    ]) func `a JWKS we cannot use is an error, not a surprise later`(jwks: String) {
        #expect(throws: KeyRingError.self) { try SigningKey.imported(jwks: jwks) }
    }
}
