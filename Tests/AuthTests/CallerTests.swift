import Testing

@testable import OffstageAuth

@Suite struct CallerTests {
    let now = Forge.now
    let forge: Forge
    let publishable: CreatedKey
    let secret: CreatedKey

    init() throws {
        var made: [CreatedKey] = []
        forge = try Forge(Forge()) { keys in
            made = [try keys.create(.publishable, name: "app", now: Forge.now), try keys.create(.secret, name: "jobs", now: Forge.now)]
        }
        publishable = made[0]
        secret = made[1]
    }

    func who(_ apikey: String?, _ bearer: String?, _ rules: KeyRules = KeyRules()) throws(KeyError) -> VerifiedToken {
        try forge.ring(rules).caller(apikey: apikey, bearer: bearer, now: now)
    }

    @Test func `no key at all is anonymous`() throws {
        let who = try who(nil, nil)
        #expect(who.role == "anon")
        #expect(who.claims == #"{"role":"anon"}"#)
        #expect(who.subject == nil)
    }

    @Test func `no key is refused where one is required`() {
        let error = refusal { () throws(KeyError) in try who(nil, nil, KeyRules(requireKey: true)) }
        #expect(error == .noKey)
        #expect(error?.message == "No API key found in request")
        #expect(error?.hint == "No `apikey` request header or url param was found.")
    }

    @Test func `no role for strangers refuses requests and tokens without one`() {
        let rules = KeyRules(anonymousRole: nil)
        #expect(refusal { () throws(KeyError) in try who(nil, nil, rules) } == .anonymousDisabled)
        #expect(refusal { () throws(KeyError) in try who(nil, forge.own(#"{"sub":"u"}"#), rules) } == .anonymousDisabled)
        #expect(KeyError.anonymousDisabled.challenge == "Bearer")
    }

    @Test func `the JWT API keys work in either header and in both`() throws {
        for (key, role) in [(forge.set.anonKey, "anon"), (forge.set.serviceRoleKey, "service_role")] {
            #expect(try who(key, nil).role == role)
            #expect(try who(nil, key).role == role)
            #expect(try who(key, key).role == role)
        }
    }

    @Test func `the opaque keys work in either header and in both`() throws {
        for (key, role) in [(publishable, "anon"), (secret, "service_role")] {
            #expect(try who(key.text, nil).role == role)
            #expect(try who(nil, key.text).role == role)
            #expect(try who(key.text, key.text).claims == #"{"role":"\#(role)"}"#)
        }
        #expect(publishable.text.hasPrefix("sb_publishable_"))
        #expect(publishable.text.utf8.count == "sb_publishable_".utf8.count + 43)
        #expect(secret.text.hasPrefix("sb_secret_"))
    }

    @Test func `a user's token beside any API key gives the user's role`() throws {
        for key in [forge.set.anonKey, forge.set.serviceRoleKey, publishable.text, secret.text] {
            let who = try who(key, forge.own())
            #expect(who.role == "authenticated")
            #expect(who.subject == "u1")
            #expect(who.claims == Forge.goodClaims)
            #expect(who.expiresAt == now + 3600)
        }
    }

    @Test func `a token alone in apikey is used`() throws {
        #expect(try who(forge.own(), nil).role == "authenticated")
    }

    @Test func `a token without a role is anonymous and says so in its claims`() throws {
        #expect(try who(nil, forge.own(#" { "sub":"u" }"#)).claims == #"{"role":"anon", "sub":"u" }"#)
        #expect(try who(nil, forge.own("{}")).claims == #"{"role":"anon"}"#)
        #expect(try who(nil, forge.own("{ }")).role == "anon")
    }

    @Test func `a wrong apikey is refused with the gateway's words`() {
        for key in [
            "", "x", "sb_publishable_", "sb_secret_\(String(repeating: "A", count: 43))", publishable.text + "A", " " + publishable.text,
        ] {
            let error = refusal { () throws(KeyError) in try who(key, nil) }
            #expect(error?.message == "Invalid API key")
            #expect(error?.hint == "Double check your Supabase `anon` or `service_role` API key.")
            #expect(error?.code == nil)
        }
    }

    @Test func `a bearer that is neither token nor key is refused`() {
        #expect(refusal { () throws(KeyError) in try who(nil, "abc") }?.message == "Expected 3 parts in JWT; got 1")
        #expect(refusal { () throws(KeyError) in try who(publishable.text, "abc") }?.message == "Expected 3 parts in JWT; got 1")
        #expect(refusal { () throws(KeyError) in try who(nil, "") }?.message == "Empty JWT is sent in Authorization header")
        #expect(refusal { () throws(KeyError) in try who(nil, "sb_secret_nobody") } == .invalidKey)
    }

    @Test func `an expired token says so, also to the client library`() {
        let error = refusal { () throws(KeyError) in try who(publishable.text, forge.own(#"{"role":"authenticated","exp":1}"#)) }
        #expect(error?.code == "PGRST303")
        #expect(error?.message == "JWT expired")
        #expect(error?.challenge == #"Bearer error="invalid_token", error_description="JWT expired""#)
    }

    @Test func `a ring without keys is our fault, not the caller's`() {
        let ring = KeyRing(KeySet(generation: 1, signing: [], opaque: [], revokedTokens: [], anonKey: "", serviceRoleKey: ""))
        let token = forge.own()
        #expect(refusal { () throws(KeyError) in try ring.caller(apikey: nil, bearer: token, now: now) } == .noVerificationKey)
        #expect(refusal { () throws(KeyError) in try ring.caller(apikey: token, bearer: nil, now: now) } == .noVerificationKey)
    }

    @Test func `the Authorization header gives a bearer or an error`() throws {
        #expect(try KeyRing.bearer(nil) == nil)
        #expect(try KeyRing.bearer("Bearer abc") == "abc")
        #expect(try KeyRing.bearer("bearer  abc ") == "abc")
        #expect(try KeyRing.bearer("Bearer") == "")
        #expect(try KeyRing.bearer("Bearer ") == "")
        for header in ["", "abc", "Basic dTpw", "Token abc", "Bearerabc"] {
            #expect(throws: KeyError.self) { try KeyRing.bearer(header) }
        }
    }

    @Test func `an imported key may demand an issuer and an audience`() throws {
        let secret = "another imported secret of enough characters"
        let key = try SigningKey.imported(secret: secret, kid: "auth0", issuer: "https://id.example", audience: "app")
        let forge = try Forge(forge) { try $0.add(key) }
        let ring = forge.ring()
        func role(_ claims: String) -> String? {
            let token = Forge.token(#"{"alg":"HS256","kid":"auth0"}"#, claims, sign: Forge.hmac(secret.utf8))
            return try? ring.caller(apikey: nil, bearer: token, now: now).role
        }
        #expect(role(#"{"role":"r","iss":"https://id.example","aud":"app"}"#) == "r")
        #expect(role(#"{"role":"r","iss":"https://id.example","aud":["x","app"]}"#) == "r")
        #expect(role(#"{"role":"r","iss":"https://id.example"}"#) == nil)
        #expect(role(#"{"role":"r","iss":"https://id.example","aud":"x"}"#) == nil)
        #expect(role(#"{"role":"r","aud":"app"}"#) == nil)
        #expect(role(#"{"role":"r","iss":"https://id.example/","aud":"app"}"#) == nil)
    }
}
