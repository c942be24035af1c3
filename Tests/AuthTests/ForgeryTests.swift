import Crypto
import CryptoExtras
import Testing

@testable import OffstageAuth

/// A token that must be refused, and with what code.
struct Forgery: Sendable, CustomTestStringConvertible {
    let name: String
    var code: String? = "PGRST301"
    let make: @Sendable (Forge) throws -> String

    init(_ name: String, code: String? = "PGRST301", _ make: @escaping @Sendable (Forge) throws -> String) {
        self.name = name
        self.code = code
        self.make = make
    }

    var testDescription: String { name }
}

@Suite struct ForgeryTests {
    static let now = Forge.now

    static let algorithms: [Forgery] = [
        Forgery("alg none, no signature") { _ in Forge.token(#"{"alg":"none","typ":"JWT"}"#) { _ in [] } },
        Forgery("alg None") { _ in Forge.token(#"{"alg":"None"}"#) { _ in [] } },
        Forgery("alg nOnE with our kid and a good MAC") { f in
            Forge.token(#"{"alg":"nOnE","kid":"\#(f.session.kid ?? "")"}"#, sign: f.sign(f.session))
        },
        Forgery("alg absent") { f in Forge.token(#"{"kid":"\#(f.session.kid ?? "")"}"#, sign: f.sign(f.session)) },
        Forgery("alg empty") { f in Forge.token(#"{"alg":"","kid":"\#(f.session.kid ?? "")"}"#, sign: f.sign(f.session)) },
        Forgery("alg in lower case") { f in Forge.token(#"{"alg":"hs256","kid":"\#(f.session.kid ?? "")"}"#, sign: f.sign(f.session)) },
        Forgery("alg HS512") { f in Forge.token(#"{"alg":"HS512","kid":"\#(f.session.kid ?? "")"}"#, sign: f.sign(f.session)) },
        Forgery("alg an array") { f in Forge.token(#"{"alg":["HS256"],"kid":"\#(f.session.kid ?? "")"}"#, sign: f.sign(f.session)) },
        Forgery("RS256 to HS256: MAC with the public key's PEM") { f in
            Forge.token(#"{"alg":"HS256","kid":"rsa-1"}"#, sign: Forge.hmac(f.rsaPrivate.publicKey.pemRepresentation.utf8))
        },
        Forgery("RS256 to HS256: MAC with the public key's DER, no kid") { f in
            Forge.token(#"{"alg":"HS256"}"#, sign: Forge.hmac(f.rsaPrivate.publicKey.derRepresentation))
        },
        Forgery("ES256 to HS256: MAC with the public point") { f in
            guard case .p256(let key) = f.es256.material else { return "" }
            return Forge.token(#"{"alg":"HS256","kid":"\#(f.es256.kid ?? "")"}"#, sign: Forge.hmac(key.publicKey.x963Representation))
        },
        Forgery("HS256 key named under alg ES256") { f in
            Forge.token(#"{"alg":"ES256","kid":"\#(f.session.kid ?? "")"}"#, sign: f.sign(f.session))
        },
        Forgery("RS256 signature under alg ES256") { f in Forge.token(#"{"alg":"ES256","kid":"rsa-1"}"#, sign: f.signRSA) },
    ]

    static let keys: [Forgery] = [
        Forgery("unknown kid, good MAC") { f in Forge.token(#"{"alg":"HS256","kid":"nobody"}"#, sign: f.sign(f.session)) },
        Forgery("no kid, a stranger's secret") { _ in
            Forge.token(#"{"alg":"HS256"}"#, sign: Forge.hmac("a secret that is long enough but not ours".utf8))
        },
        Forgery("kid of the API key, MAC of the session key") { f in Forge.token(f.header(f.api), sign: f.sign(f.session)) },
        Forgery("kid traversal to an empty file") { _ in
            Forge.token(#"{"alg":"HS256","kid":"../../../../dev/null"}"#, sign: Forge.hmac([UInt8](repeating: 0, count: 32)))
        },
        Forgery("kid with SQL") { _ in
            Forge.token(#"{"alg":"HS256","kid":"x' union select 'k'--"}"#, sign: Forge.hmac("k".utf8))
        },
        Forgery("kid a number") { f in Forge.token(#"{"alg":"HS256","kid":1}"#, sign: f.sign(f.session)) },
        Forgery("kid null") { f in Forge.token(#"{"alg":"HS256","kid":null}"#, sign: f.sign(f.session)) },
        Forgery("jku") { f in f.own(header: #","jku":"https://evil.example/jwks.json""#) },
        Forgery("x5u") { f in f.own(header: #","x5u":"https://evil.example/cert.pem""#) },
        Forgery("jwk with the forger's key") { _ in
            let key = P256.Signing.PrivateKey()
            let point = key.publicKey.rawRepresentation
            let jwk =
                #"{"kty":"EC","crv":"P-256","x":"\#(Base64URL.encode(point.prefix(32)))","y":"\#(Base64URL.encode(point.suffix(32)))"}"#
            return Forge.token(#"{"alg":"ES256","jwk":\#(jwk)}"#) {
                (try? key.signature(for: $0)).map { Array($0.rawRepresentation) } ?? []
            }
        },
        Forgery("x5c") { f in f.own(header: #","x5c":["MII"]"#) },
        Forgery("crit") { f in f.own(header: #","crit":["exp"]"#) },
        Forgery("b64 false") { f in f.own(header: #","b64":false"#) },
    ]

    static let shapes: [Forgery] = [
        Forgery("empty") { _ in "" },
        Forgery("not a token") { _ in "letmein" },
        Forgery("an opaque refresh token") { _ in "v1.MjAyNC0wMS0wMQ" },
        Forgery("two parts") { f in f.own().split(separator: ".").prefix(2).joined(separator: ".") },
        Forgery("an extra part") { f in f.own() + ".AAAA" },
        Forgery("five parts, as encrypted tokens have") { _ in "e30.e30.e30.e30.e30" },
        Forgery("only dots") { _ in ".." },
        Forgery("empty signature") { f in String(f.own().prefix { $0 != "." }) + "." + f.own().split(separator: ".")[1] + "." },
        Forgery("truncated by a letter") { f in String(f.own().dropLast()) },
        Forgery("truncated MAC of 16 bytes") { f in
            Forge.token(f.header(f.session)) { Array(f.sign(f.session)($0).prefix(16)) }
        },
        Forgery("MAC with a byte more") { f in Forge.token(f.header(f.session)) { f.sign(f.session)($0) + [0] } },
        Forgery("one bit of the MAC turned") { f in
            Forge.token(f.header(f.session)) {
                var mac = f.sign(f.session)($0)
                mac[31] ^= 1
                return mac
            }
        },
        Forgery("payload exchanged") { f in
            let parts = f.own().split(separator: ".")
            return "\(parts[0]).\(Base64URL.encode(#"{"role":"service_role"}"#.utf8)).\(parts[2])"
        },
        Forgery("ES256 signature of zeros") { f in Forge.token(f.header(f.es256)) { _ in [UInt8](repeating: 0, count: 64) } },
        Forgery("ES256 signature of the group's order") { f in
            let n = Array("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551".utf8)
            let order = stride(from: 0, to: 64, by: 2).map { UInt8(String(decoding: n[$0..<$0 + 2], as: UTF8.self), radix: 16) ?? 0 }
            return Forge.token(f.header(f.es256)) { _ in order + order }
        },
        Forgery("ES256 signature in DER") { f in
            guard case .p256(let key) = f.es256.material else { return "" }
            return Forge.token(f.header(f.es256)) { (try? key.signature(for: $0)).map { Array($0.derRepresentation) } ?? [] }
        },
        Forgery("padding") { f in f.own() + "=" },
        Forgery("a space inside") { f in f.own().replacing(".", with: ". ", maxReplacements: 1) },
        Forgery("a line break after it") { f in f.own() + "\n" },
        Forgery("the other base64 alphabet") { f in
            var token = Forge.token(f.header(f.session), #"{"role":"a","x":"???>>>~~~"}"#, sign: f.sign(f.session))
            token.replace("_", with: "/")
            token.replace("-", with: "+")
            return token
        },
        Forgery("non-canonical base64: unused bits set") { f in
            // The last letter of 32 bytes carries four bits; the other two must be zero.
            let token = f.own()
            let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
            guard let last = token.last, let index = letters.firstIndex(of: last) else { return "" }
            return token.dropLast() + String(letters[index + 1])
        },
        Forgery("1 MiB") { f in f.own(#"{"role":"authenticated","x":"\#(String(repeating: "a", count: 1 << 20))"}"#) },
        Forgery("1 MiB of dots") { _ in String(repeating: ".", count: 1 << 20) },
        Forgery("header not JSON") { f in Forge.token("alg=HS256", sign: f.sign(f.session)) },
        Forgery("header an array") { f in Forge.token(#"["HS256"]"#, sign: f.sign(f.session)) },
        Forgery("header with alg twice") { f in
            Forge.token(#"{"alg":"none","alg":"HS256","kid":"\#(f.session.kid ?? "")"}"#, sign: f.sign(f.session))
        },
        Forgery("header with alg twice, once escaped") { f in
            Forge.token(#"{"\u0061lg":"none","alg":"HS256","kid":"\#(f.session.kid ?? "")"}"#, sign: f.sign(f.session))
        },
        Forgery("typ of another kind of token") { f in
            Forge.token(#"{"alg":"HS256","kid":"\#(f.session.kid ?? "")","typ":"refresh+jwt"}"#, sign: f.sign(f.session))
        },
        Forgery("typ a number") { f in
            Forge.token(#"{"alg":"HS256","kid":"\#(f.session.kid ?? "")","typ":1}"#, sign: f.sign(f.session))
        },
    ]

    static let claims: [Forgery] = [
        Forgery("expired by 31 seconds", code: "PGRST303") { f in f.own(#"{"role":"authenticated","exp":\#(now - 31)}"#) },
        Forgery("exp zero", code: "PGRST303") { f in f.own(#"{"role":"authenticated","exp":0}"#) },
        Forgery("exp a string", code: "PGRST303") { f in f.own(#"{"role":"authenticated","exp":"\#(now + 60)"}"#) },
        Forgery("exp null", code: "PGRST303") { f in f.own(#"{"role":"authenticated","exp":null}"#) },
        Forgery("exp without end", code: "PGRST303") { f in f.own(#"{"role":"authenticated","exp":1e400}"#) },
        Forgery("exp beyond all clocks", code: "PGRST303") { f in f.own(#"{"role":"authenticated","exp":99999999999999999999}"#) },
        Forgery("exp not a number of JSON", code: "PGRST303") { f in f.own(#"{"role":"authenticated","exp":0x7fffffff}"#) },
        Forgery("nbf in 31 seconds", code: "PGRST303") { f in f.own(#"{"role":"authenticated","nbf":\#(now + 31)}"#) },
        Forgery("nbf a string", code: "PGRST303") { f in f.own(#"{"role":"authenticated","nbf":"0"}"#) },
        Forgery("iat in an hour", code: "PGRST303") { f in f.own(#"{"role":"authenticated","iat":\#(now + 3600)}"#) },
        Forgery("aud of another", code: "PGRST303") { f in f.own(#"{"role":"authenticated","aud":"other"}"#) },
        Forgery("aud a list without us", code: "PGRST303") { f in f.own(#"{"role":"authenticated","aud":["a","b"]}"#) },
        Forgery("aud an empty list", code: "PGRST303") { f in f.own(#"{"role":"authenticated","aud":[]}"#) },
        Forgery("aud a number", code: "PGRST303") { f in f.own(#"{"role":"authenticated","aud":1}"#) },
        Forgery("iss a number", code: "PGRST303") { f in f.own(#"{"role":"authenticated","iss":1}"#) },
        Forgery("role twice", code: "PGRST303") { f in f.own(#"{"role":"authenticated","role":"service_role"}"#) },
        Forgery("role twice, once escaped", code: "PGRST303") { f in f.own(#"{"role":"authenticated","\u0072ole":"service_role"}"#) },
        Forgery("role null", code: "PGRST303") { f in f.own(#"{"role":null}"#) },
        Forgery("role a list", code: "PGRST303") { f in f.own(#"{"role":["service_role"]}"#) },
        Forgery("sub a number", code: "PGRST303") { f in f.own(#"{"role":"authenticated","sub":1}"#) },
        Forgery("payload an array", code: "PGRST303") { f in f.own(#"[{"role":"service_role"}]"#) },
        Forgery("payload and something after it", code: "PGRST303") { f in f.own(#"{"role":"authenticated"}{}"#) },
        Forgery("payload cut short", code: "PGRST303") { f in f.own(#"{"role":"authenticated""#) },
        Forgery("payload empty", code: "PGRST303") { f in f.own("") },
        Forgery("payload 17 deep", code: "PGRST303") { f in
            f.own(#"{"a":\#(String(repeating: "[", count: 16))\#(String(repeating: "]", count: 16))}"#)
        },
        Forgery("payload 5,000 deep", code: "PGRST303") { f in f.own(#"{"a":\#(String(repeating: "[", count: 5000))"#) },
        Forgery("payload of 129 members", code: "PGRST303") { f in
            f.own("{\((0..<129).map { "\"m\($0)\":0" }.joined(separator: ","))}")
        },
        Forgery("payload not UTF-8", code: "PGRST303") { f in
            let payload = Array(#"{"role":""#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8)
            return Forge.token(
                header: Base64URL.encode(f.header(f.session).utf8), payload: Base64URL.encode(payload), sign: f.sign(f.session))
        },
        Forgery("half a surrogate", code: "PGRST303") { f in f.own(#"{"role":"\ud800"}"#) },
        Forgery("a revoked jti", code: "PGRST303") { f in f.own(#"{"role":"authenticated","jti":"gone"}"#) },
        Forgery("jti a number", code: "PGRST303") { f in f.own(#"{"role":"authenticated","jti":1}"#) },
    ]

    static let forgeries = algorithms + keys + shapes + claims

    @Test(arguments: forgeries) func `a forgery is refused in every place it can stand`(forgery: Forgery) throws {
        var forge = try Forge()
        forge = try Forge(forge) { $0.revokeToken(jti: "gone") }
        let ring = forge.ring(KeyRules(audience: "authenticated"))
        let token = try forgery.make(forge)
        let good = forge.own()

        let error = try #require(refusal { () throws(KeyError) in try ring.caller(apikey: nil, bearer: token, now: Self.now) })
        #expect(error.code == forgery.code)
        #expect(error.challenge?.hasPrefix("Bearer error=\"invalid_token\", error_description=\"") == true)
        // As an API key it is refused like any other wrong one, with or without a good token beside it.
        #expect(refusal { () throws(KeyError) in try ring.caller(apikey: token, bearer: nil, now: Self.now) } == .invalidKey)
        #expect(refusal { () throws(KeyError) in try ring.caller(apikey: token, bearer: token, now: Self.now) } == .invalidKey)
        #expect(refusal { () throws(KeyError) in try ring.caller(apikey: token, bearer: good, now: Self.now) } == .invalidKey)
        // A good API key does not carry a bad token.
        #expect(refusal { () throws(KeyError) in try ring.caller(apikey: ring.anonKey, bearer: token, now: Self.now) } == error)
        // Of all that, the anon key's answer alone is kept.
        #expect(ring.verifiedCount == 1)
        #expect(refusal { () throws(KeyError) in try ring.caller(apikey: nil, bearer: good, now: Self.now) } == nil)
    }

    @Test func `no refusal quotes the token`() throws {
        let forge = try Forge()
        let ring = forge.ring()
        for forgery in Self.forgeries {
            let token = try forgery.make(forge)
            guard let error = refusal({ () throws(KeyError) in try ring.verified(token, now: Self.now) }) else { continue }
            for part in token.split(separator: ".") where part.count > 8 {
                #expect(!"\(error)".contains(part), "\(forgery.name)")
            }
        }
    }

    @Test func `the workshop makes good tokens too`() throws {
        let forge = try Forge()
        let ring = forge.ring(KeyRules(audience: "authenticated"))
        let good = [
            forge.own(),
            Forge.token(forge.header(forge.es256), sign: forge.sign(forge.es256)),
            Forge.token(#"{"alg":"RS256","kid":"rsa-1"}"#, sign: forge.signRSA),
            Forge.token(#"{"alg":"RS256"}"#, sign: forge.signRSA),
            Forge.token(#"{"alg":"HS256"}"#, sign: forge.sign(forge.session)),
            Forge.token(#"{"alg":"HS256","typ":"at+JWT"}"#, sign: Forge.hmac("an imported secret of forty-one characters".utf8)),
            forge.own(#"{"role":"authenticated","exp":\#(Self.now - 30)}"#),
            forge.own(#"{"role":"authenticated","nbf":\#(Self.now + 30)}"#),
            forge.own(#"{"role":"authenticated","iat":\#(Self.now + 30)}"#),
            forge.own(#"{"role":"authenticated","exp":\#(Self.now).75}"#),
            forge.own(
                #" {"role" : "authenticated" , "exp":1.9e9, "a":\#(String(repeating: "[", count: 15))\#(String(repeating: "]", count: 15))} "#
            ),
            forge.own("{\((0..<127).map { "\"m\($0)\":0," }.joined())\"role\":\"authenticated\"}"),
            forge.own(#"{"\u0072ole":"authentic\u0061ted"}"#),
            forge.own(#"{"role":"authenticated","aud":["other","authenticated"]}"#),
        ]
        for token in good {
            let who = try ring.caller(apikey: nil, bearer: token, now: Self.now)
            #expect(who.role == "authenticated")
        }
    }
}

extension Forge {
    init(_ forge: Forge, _ change: (inout KeySet) throws -> Void) throws {
        var set = forge.set
        try change(&set)
        self = Forge(api: forge.api, session: forge.session, es256: forge.es256, rsaPrivate: forge.rsaPrivate, set: set)
    }
}
