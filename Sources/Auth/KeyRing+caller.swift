extension KeyRing {
    /// Who is asking, from the two headers that may say so.
    ///
    /// - No key at all is the anonymous role (or 401 where a key is required).
    /// - `bearer` wins over `apikey` when both are there and differ: a key for the door, a user's token for the role.
    /// - An `apikey` that is wrong, expired or revoked is refused whatever the other header holds.
    ///
    /// `bearer` is what ``bearer(_:)`` gives. Cookies and query parameters never come here.
    package func caller(apikey: String?, bearer: String?, now: Int64 = unixTime()) throws(KeyError) -> VerifiedToken {
        if let apikey {
            let key: VerifiedToken
            do {
                key = try verified(apikey, now: now)
            } catch {
                throw error.code == KeyError.noVerificationKey.code ? error : .invalidKey
            }
            guard let bearer, bearer != apikey else { return key }
            return try verified(bearer, now: now)
        }
        if let bearer { return try verified(bearer, now: now) }
        if rules.requireKey { throw .noKey }
        guard let anonymous else { throw .anonymousDisabled }
        return anonymous
    }

    /// The credential of an `Authorization` header (RFC 6750 section 2.1), nil without one.
    /// Another scheme than `Bearer` is refused: answering as anonymous would hide the mistake.
    package static func bearer(_ authorization: String?) throws(KeyError) -> String? {
        guard let authorization else { return nil }
        // By bytes: this is done for every request, and a token is some hundred characters long.
        var text = authorization
        let credential: String? = text.withUTF8 { bytes in
            let blank = UInt8(ascii: " ")
            let scheme = bytes.prefix(6)
            guard scheme.count == 6, scheme.elementsEqual("bearer".utf8, by: { $0 | 0x20 == $1 }) else { return nil }
            var start = 6
            guard start == bytes.count || bytes[start] == blank else { return nil }
            while start < bytes.count, bytes[start] == blank { start += 1 }
            var end = start
            while end < bytes.count, bytes[end] != blank { end += 1 }
            return String(decoding: bytes[start..<end], as: UTF8.self)
        }
        guard let credential else { throw .undecodable("Authorization scheme is not Bearer") }
        return credential
    }

    /// Checks one key or token, of either kind.
    package func verified(_ token: String, now: Int64 = unixTime()) throws(KeyError) -> VerifiedToken {
        // Before it is hashed: a megabyte of rubbish costs nothing.
        guard token.utf8.count <= CompactToken.longest else {
            throw .undecodable("JWT is longer than \(CompactToken.longest) bytes")
        }
        var token = token
        let result = token.withUTF8 { bytes in
            Result { () throws(KeyError) in try self.verified(UnsafeRawBufferPointer(bytes), now: now) }
        }
        return try result.get()
    }

    private func verified(_ token: UnsafeRawBufferPointer, now: Int64) throws(KeyError) -> VerifiedToken {
        let digest = TokenDigest(token)
        if token.starts(with: "sb_".utf8) { return try opaque(digest, now: now) }
        let (known, verifiers) = withState { ($0.verified.find(digest), $0.verifiers) }
        if let known {
            do {
                try known.check(now: now, leeway: rules.leeway)
                return known
            } catch {
                withState { $0.verified.remove(digest) }
                throw error
            }
        }
        let fresh = try verify(token, with: verifiers, now: now)
        withState { state in
            // Keys may have changed while we computed; then this answer is not kept.
            if state.verifiers.generation == verifiers.generation { state.verified.insert(fresh, for: digest) }
        }
        return fresh
    }

    private func verify(_ bytes: UnsafeRawBufferPointer, with verifiers: Verifiers, now: Int64) throws(KeyError) -> VerifiedToken {
        let token = try CompactToken(bytes)
        guard !verifiers.isEmpty else { throw .noVerificationKey }
        // The signature first: nothing in the payload is read for somebody we do not know.
        guard let key = verifiers.candidates(for: token).first(where: { $0.isValid(token.signature, for: token.signingInput) }) else {
            throw .noSuitableKey
        }
        return try VerifiedToken(token.payload, of: key, revoked: verifiers.revokedTokens, rules: rules, now: now)
    }

    private func opaque(_ digest: TokenDigest, now: Int64) throws(KeyError) -> VerifiedToken {
        let who = withState { state -> VerifiedToken? in
            guard let (id, who) = state.verifiers.opaque[digest] else { return nil }
            // To the minute; more would be a write for each request.
            if now - (state.uses[id] ?? 0) >= 60 { state.uses[id] = now }
            return who
        }
        guard let who else { throw .invalidKey }
        return who
    }
}
