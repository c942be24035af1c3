import Testing

@testable import OffstageAuth

@Suite struct TokenMembersTests {
    @Test(arguments: [
        "", " ", "null", "[]", "{", "}", "{}{}", "{,}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{"a":1 "b":2}"#, #"{a:1}"#, #"{'a':1}"#,
        #"{"a":01}"#, #"{"a":+1}"#, #"{"a":1.}"#, #"{"a":.1}"#, #"{"a":1e}"#, #"{"a":-}"#, #"{"a":NaN}"#, #"{"a":tru}"#, #"{"a":nulll}"#,
        #"{"a":"\x"}"#, #"{"a":"\u12"}"#, #"{"a":"\u12g4"}"#, #"{"a":"\udc00"}"#, #"{"a":"\ud800\u0041"}"#, "{\"a\":\"\n\"}",
        "{\"a\":\"\u{0}\"}",
        #"{"a":[1,]}"#, #"{"a":[1}"#, #"{"a":{"b":}}"#, "\u{FEFF}{}", "{}\u{0}", #"{"a":"x}"#, #"{"a":1/**/}"#, #"{"a":"\"#,
    ]) func `what is not one JSON object is refused`(text: String) {
        #expect(TokenMembers(Array(text.utf8)) == nil)
    }

    @Test(arguments: [
        "{}", " { } ", "{\t\"a\"\r:\n1}", #"{"a":-0.5e+10,"b":[],"c":[[],{}],"d":{"e":null},"f":true,"g":false,"":0}"#,
        #"{"a":"\ud83d\ude00"}"#,
        #"{"a":"ü\u00fc\"\\\/\b\f\n\r\t"}"#,
    ]) func `what is one is kept as it was written`(text: String) {
        #expect(TokenMembers(Array(text.utf8))?.text == text)
    }

    @Test func `strings are unescaped`() {
        let members = TokenMembers(Array(#"{"a":"\ud83d\ude00 \u00fc\n\"","b":["x","\u0079"],"c":["x",1]}"#.utf8))
        guard case .some("😀 ü\n\"") = members?.string("a") else { return #expect(Bool(false), "a") }
        guard case .some(["x", "y"]) = members?.strings("b") else { return #expect(Bool(false), "b") }
        guard case .wrong = members?.strings("c") else { return #expect(Bool(false), "c") }
    }

    @Test func `a good token with any letter changed is refused`() throws {
        let forge = try Forge()
        let ring = forge.ring()
        let good = Array(forge.own().utf8)
        for (index, replacement) in zip(good.indices, [UInt8]("AzQ-.".utf8).cycled(to: good.count)) where good[index] != replacement {
            var token = good
            token[index] = replacement
            #expect(throws: KeyError.self) { try ring.verified(String(decoding: token, as: UTF8.self), now: Forge.now) }
        }
    }

    @Test func `rubbish of any shape ends in an error, not in a crash`() throws {
        let forge = try Forge()
        let ring = forge.ring()
        var random = Steps(state: 42)
        let pieces = [
            "{", "}", "[", "]", "\"", ":", ",", "\\", "\\u", "d800", "1", "e", "-", ".", "alg", "HS256", "role", "exp", " ", "\u{0}", "ü",
            "null",
        ]
        for _ in 0..<2000 {
            let header = (0..<random.next() % 12).map { _ in pieces[Int(random.next() % UInt64(pieces.count))] }.joined()
            let payload = (0..<random.next() % 30).map { _ in pieces[Int(random.next() % UInt64(pieces.count))] }.joined()
            #expect(throws: KeyError.self) {
                try ring.verified(Forge.token(header, payload, sign: forge.sign(forge.session)), now: Forge.now)
            }
            // Behind a good header and signature, it is the claims that are read. "{}" alone may pass, as a token without claims.
            let signed = forge.own(payload)
            if let who = try? ring.verified(signed, now: Forge.now) { #expect(who.role == "anon") }
        }
    }

    /// Numbers that are the same on every run.
    struct Steps {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33
        }
    }
}

extension [UInt8] {
    fileprivate func cycled(to count: Int) -> [UInt8] { (0..<count).map { self[$0 % self.count] } }
}
