import Crypto

/// All keys of a project, as a value: what `data/keys.json` holds. Every change is a function of it, tested without a file.
package struct KeySet: Sendable {
    /// Raised by each change. What was verified under another generation is not believed.
    package internal(set) var generation: Int
    package internal(set) var signing: [SigningKey]
    package internal(set) var opaque: [OpaqueKey]
    /// The `jti` of tokens that are revoked one by one.
    package internal(set) var revokedTokens: Set<String>
    /// The `anon` JWT API key, kept so that it can be shown again.
    package internal(set) var anonKey: String
    /// The `service_role` JWT API key.
    package internal(set) var serviceRoleKey: String

    init(
        generation: Int, signing: [SigningKey], opaque: [OpaqueKey], revokedTokens: Set<String>, anonKey: String, serviceRoleKey: String
    ) {
        self.generation = generation
        self.signing = signing
        self.opaque = opaque
        self.revokedTokens = revokedTokens
        self.anonKey = anonKey
        self.serviceRoleKey = serviceRoleKey
    }

    /// The keys of a new project: one signing key of each purpose, and the two JWT API keys.
    package static func new(session: SigningKey.Algorithm = .hs256, now: Int64 = unixTime()) throws(KeyRingError) -> KeySet {
        var set = KeySet(
            generation: 1,
            signing: [
                try .random(.hs256, purpose: .api, state: .current, now: now),
                try .random(session, purpose: .session, state: .current, now: now),
            ], opaque: [], revokedTokens: [], anonKey: "", serviceRoleKey: "")
        try set.mintAPIKeys(now: now)
        return set
    }

    package func current(_ purpose: SigningKey.Purpose) -> SigningKey? {
        signing.first { $0.purpose == purpose && $0.state == .current && !$0.isImported }
    }

    // MARK: Opaque keys

    /// Makes a publishable or secret key. Its text is in the result and nowhere else.
    package mutating func create(
        _ kind: OpaqueKey.Kind, name: String, role: String? = nil, now: Int64 = unixTime()
    ) throws(KeyRingError) -> CreatedKey {
        try Self.check(name: name)
        guard !opaque.contains(where: { $0.name == name && $0.revoked == nil }) else { throw .taken(name) }
        let created = OpaqueKey.random(kind, name: name, role: role, now: now)
        opaque.append(created.key)
        return created
    }

    /// When keys were used, by id, where that is later than what is known.
    mutating func note(_ uses: [String: Int64]) {
        for index in opaque.indices {
            guard let used = uses[opaque[index].id], used > opaque[index].lastUsed ?? .min else { continue }
            opaque[index].lastUsed = used
        }
    }

    private static func check(name: String) throws(KeyRingError) {
        let allowed = name.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: " "):
                true
            default: false
            }
        }
        guard allowed, (1...64).contains(name.utf8.count), !["anon", "service_role"].contains(name) else { throw .badName(name) }
    }

    // MARK: Signing keys

    /// Adds a key that signs nothing until the next ``rotate(_:now:)``, so that others can learn it first.
    package mutating func prepare(
        _ purpose: SigningKey.Purpose, algorithm: SigningKey.Algorithm? = nil, now: Int64 = unixTime()
    ) throws(KeyRingError) {
        guard !signing.contains(where: { $0.purpose == purpose && $0.state == .next }) else { throw .taken("the next \(purpose) key") }
        signing.append(
            try .random(algorithm ?? current(purpose)?.algorithm ?? .hs256, purpose: purpose, state: .next, now: now))
    }

    /// Moves every key of a purpose one step: next to current, current to verify-only. Makes the next one if there is none.
    /// Tokens of the old key are good until they expire or it is revoked; for `api`, new `anon` and `service_role` keys are signed.
    package mutating func rotate(
        _ purpose: SigningKey.Purpose, algorithm: SigningKey.Algorithm? = nil, now: Int64 = unixTime()
    ) throws(KeyRingError) {
        if !signing.contains(where: { $0.purpose == purpose && $0.state == .next }) {
            try prepare(purpose, algorithm: algorithm, now: now)
        }
        for index in signing.indices where signing[index].purpose == purpose && !signing[index].isImported {
            switch signing[index].state {
            case .current: signing[index].state = .verifyOnly
            case .next: signing[index].state = .current
            case .verifyOnly, .revoked: break
            }
        }
        if purpose == .api { try mintAPIKeys(now: now) }
    }

    /// Withdraws, at once: an opaque key by id or name, a signing key by `kid` (a current one is rotated first), or the `anon` and
    /// `service_role` JWTs by `anon`, `service_role` or their `jti` (a new one is signed in its place).
    package mutating func revoke(_ id: String, now: Int64 = unixTime()) throws(KeyRingError) {
        if let index = opaque.firstIndex(where: { ($0.id == id || $0.name == id) && $0.revoked == nil }) {
            opaque[index].revoked = now
        } else if let index = signing.firstIndex(where: { $0.kid == id && $0.state != .revoked }) {
            guard !signing[index].isImported else { throw .fromSettings(id) }
            if signing[index].state == .current { try rotate(signing[index].purpose, now: now) }
            signing[index].state = .revoked
        } else if let jti = Self.jti(of: anonKey), id == jti || id == "anon" {
            revokedTokens.insert(jti)
            anonKey = try apiKey(role: "anon", now: now)
        } else if let jti = Self.jti(of: serviceRoleKey), id == jti || id == "service_role" {
            revokedTokens.insert(jti)
            serviceRoleKey = try apiKey(role: "service_role", now: now)
        } else {
            throw .unknown(id)
        }
    }

    /// Refuses one token from now on, whoever signed it.
    package mutating func revokeToken(jti: String) { revokedTokens.insert(jti) }

    /// Adds a key that comes from settings.
    package mutating func add(_ key: SigningKey) throws(KeyRingError) {
        if let kid = key.kid, signing.contains(where: { $0.kid == kid }) { throw .taken("kid \(kid)") }
        guard signing.count(where: \.isImported) < 32 else { throw .unusableKey("more than 32 imported keys") }
        signing.append(key)
    }

    private mutating func mintAPIKeys(now: Int64) throws(KeyRingError) {
        anonKey = try apiKey(role: "anon", now: now)
        serviceRoleKey = try apiKey(role: "service_role", now: now)
    }

    private func apiKey(role: String, now: Int64) throws(KeyRingError) -> String {
        let tenYears: Int64 = 10 * 365 * 86_400
        return try sign(claims: [("role", JSONText.string(role))], purpose: .api, expiresIn: tenYears, now: now)
    }

    /// The `jti` of a token of ours, unverified: the name `anon` and `service_role` keys are listed and revoked by.
    package static func jti(of token: String) -> String? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let payload = Base64URL.decode(String(parts[1])), let members = TokenMembers(payload),
            case .some(let jti) = members.string("jti")
        else { return nil }
        return jti
    }
}
