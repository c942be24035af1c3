/// Who a key or token says is asking, after everything about it was checked.
package struct VerifiedToken: Sendable, Hashable {
    package let role: String
    /// The payload as JSON text, with `role` always in it: what `auth.jwt()` gives.
    package let claims: String
    /// The `sub` claim: what `auth.uid()` gives.
    package let subject: String?
    /// Seconds since 1970; nil for what does not expire.
    package let expiresAt: Int64?
    let notBefore: Int64?

    /// What a role has that comes with no token: an opaque key's, or that of a request without any.
    init(role: String) {
        self.role = role
        self.claims = "{\"role\":\(JSONText.string(role))}"
        self.subject = nil
        self.expiresAt = nil
        self.notBefore = nil
    }

    /// Reads and checks the claims of a token whose signature is good.
    init(_ payload: Slice<UnsafeRawBufferPointer>, of key: SigningKey, revoked: Set<String>, rules: KeyRules, now: Int64) throws(KeyError) {
        guard let bytes = Base64URL.decode(payload) else { throw .malformed }
        guard let members = TokenMembers(bytes) else { throw .claims("Parsing claims failed") }

        expiresAt = try Self.seconds("exp", in: members)
        notBefore = try Self.seconds("nbf", in: members)
        try Self.check(expiresAt, notBefore, now: now, leeway: rules.leeway)
        if let issued = try Self.seconds("iat", in: members), issued > now + rules.leeway { throw .claims("JWT issued at future") }
        try Self.checkAudience(members, key: key, rules: rules)
        try Self.checkIssuer(members, key: key)
        switch members.string("jti") {
        case .absent: break
        case .some(let jti): if revoked.contains(jti) { throw .claims("JWT revoked") }
        case .wrong: throw .claims("The JWT 'jti' claim must be a string")
        }

        switch members.string("sub") {
        case .absent: subject = nil
        case .some(let sub): subject = sub
        case .wrong: throw .claims("The JWT 'sub' claim must be a string")
        }
        switch members.string("role") {
        case .some(let role):
            self.role = role
            claims = members.text
        case .absent:
            guard let role = rules.anonymousRole else { throw .anonymousDisabled }
            self.role = role
            claims = Self.adding(role: role, to: members)
        case .wrong: throw .claims("The JWT 'role' claim must be a string")
        }
    }

    /// What changes with time, asked again on each use.
    func check(now: Int64, leeway: Int64) throws(KeyError) {
        try Self.check(expiresAt, notBefore, now: now, leeway: leeway)
    }

    private static func check(_ expiresAt: Int64?, _ notBefore: Int64?, now: Int64, leeway: Int64) throws(KeyError) {
        if let expiresAt, expiresAt < now - leeway { throw .claims("JWT expired") }
        if let notBefore, notBefore > now + leeway { throw .claims("JWT not yet valid") }
    }

    private static func seconds(_ name: String, in members: TokenMembers) throws(KeyError) -> Int64? {
        switch members.seconds(name) {
        case .absent: return nil
        case .some(let seconds): return seconds
        case .wrong: throw .claims("The JWT '\(name)' claim must be a number")
        }
    }

    private static func checkAudience(_ members: TokenMembers, key: SigningKey, rules: KeyRules) throws(KeyError) {
        let audience: [String]?
        switch members.strings("aud") {
        case .absent: audience = nil
        case .some(let names): audience = names
        case .wrong: throw .claims("The JWT 'aud' claim must be a string or an array of strings")
        }
        // Our own API keys carry no audience; the tokens of an imported key must, if its settings name one.
        let wanted = key.audience ?? rules.audience
        guard let wanted, audience != nil || key.audience != nil else { return }
        guard let audience, audience.contains(wanted) else { throw .claims("JWT not in audience") }
    }

    private static func checkIssuer(_ members: TokenMembers, key: SigningKey) throws(KeyError) {
        let issuer = members.string("iss")
        if case .wrong = issuer { throw .claims("The JWT 'iss' claim must be a string") }
        guard let wanted = key.issuer else { return }
        guard case .some(wanted) = issuer else { throw .claims("JWT issuer not accepted") }
    }

    private static func adding(role: String, to members: TokenMembers) -> String {
        let rest = members.text.drop { $0 != "{" }.dropFirst()
        return "{\"role\":\(JSONText.string(role))\(members.isEmpty ? "" : ",")\(rest)"
    }
}

/// The settings that decide who may ask.
package struct KeyRules: Sendable {
    /// Refuse a request without any key, as the hosted gateway does.
    package var requireKey: Bool
    /// The role of a request without a key and of a token without a role; nil refuses both.
    package var anonymousRole: String?
    /// What `aud` must hold, in tokens that have one.
    package var audience: String?
    /// Seconds by which clocks may differ, for exp, nbf and iat.
    package var leeway: Int64

    package init(requireKey: Bool = false, anonymousRole: String? = "anon", audience: String? = nil, leeway: Int64 = 30) {
        self.requireKey = requireKey
        self.anonymousRole = anonymousRole
        self.audience = audience
        self.leeway = leeway
    }
}
