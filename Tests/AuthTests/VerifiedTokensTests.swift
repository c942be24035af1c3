import Testing

@testable import OffstageAuth

@Suite struct VerifiedTokensTests {
    let now = Forge.now

    @Test func `a warm token expires and is forgotten`() throws {
        let forge = try Forge()
        let ring = forge.ring()
        let token = forge.own(#"{"role":"authenticated","exp":\#(now)}"#)
        #expect(try ring.verified(token, now: now).role == "authenticated")
        #expect(try ring.verified(token, now: now + 30).role == "authenticated")
        #expect(ring.verifiedCount == 1)
        #expect(refusal { () throws(KeyError) in try ring.verified(token, now: now + 31) }?.message == "JWT expired")
        #expect(ring.verifiedCount == 0)
    }

    @Test func `a warm token is not yet valid when the clock goes back`() throws {
        let forge = try Forge()
        let ring = forge.ring()
        let token = forge.own(#"{"role":"authenticated","nbf":\#(now)}"#)
        #expect(try ring.verified(token, now: now).role == "authenticated")
        #expect(refusal { () throws(KeyError) in try ring.verified(token, now: now - 31) }?.message == "JWT not yet valid")
    }

    @Test func `a second use needs no signature check`() throws {
        // Two rings, one set: the second has seen nothing, so equality shows that kept and fresh answers agree.
        let forge = try Forge()
        let ring = forge.ring()
        let token = forge.own()
        let fresh = try ring.verified(token, now: now)
        #expect(try ring.verified(token, now: now) == fresh)
        #expect(try forge.ring().verified(token, now: now) == fresh)
        #expect(ring.verifiedCount == 1)
    }

    @Test func `each change of the keys is felt by warm tokens at once`() throws {
        let forge = try Forge()
        let ring = forge.ring()
        let token = try ring.set.sign(claims: [("role", #""authenticated""#), ("jti", #""t1""#)], expiresIn: 3600, now: now)
        let before = ring.generation
        #expect(try ring.verified(token, now: now).role == "authenticated")

        try ring.change { (keys) throws(KeyRingError) in try keys.rotate(.session, now: Forge.now) }
        #expect(ring.generation == before + 1)
        #expect(ring.verifiedCount == 0)
        #expect(try ring.verified(token, now: now).role == "authenticated")

        let kid = try #require(forge.session.kid)
        try ring.change { (keys) throws(KeyRingError) in try keys.revoke(kid, now: Forge.now) }
        #expect(refusal { () throws(KeyError) in try ring.verified(token, now: now) } == .noSuitableKey)
    }

    @Test func `a revoked jti refuses a warm token`() throws {
        let ring = try Forge().ring()
        let token = try ring.set.sign(claims: [("jti", #""t1""#)], expiresIn: 3600, now: now)
        #expect(try ring.verified(token, now: now).role == "anon")
        try ring.change { (keys) throws(KeyRingError) in keys.revokeToken(jti: "t1") }
        #expect(refusal { () throws(KeyError) in try ring.verified(token, now: now) }?.message == "JWT revoked")
    }

    @Test func `it is bounded by count and keeps what is used`() {
        var tokens = VerifiedTokens(capacity: 100)
        let hot = TokenDigest("hot")
        tokens.insert(VerifiedToken(role: "hot"), for: hot)
        for index in 0..<1000 {
            tokens.insert(VerifiedToken(role: "r"), for: TokenDigest("\(index)"))
            #expect(tokens.count <= 100)
            #expect(tokens.find(hot)?.role == "hot")
        }
        #expect(tokens.find(TokenDigest("0")) == nil)
        #expect(tokens.find(TokenDigest("999")) != nil)
    }

    @Test func `it is bounded by bytes`() {
        var tokens = VerifiedTokens(capacity: 10_000, byteCapacity: 100_000)
        let large = VerifiedToken(role: String(repeating: "x", count: 2000))
        for index in 0..<1000 { tokens.insert(large, for: TokenDigest("\(index)")) }
        #expect(tokens.count > 10)
        #expect(tokens.count * 4000 <= 100_000)
    }
}
