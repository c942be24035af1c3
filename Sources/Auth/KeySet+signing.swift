extension KeySet {
    /// Signs a token with the current key of a purpose.
    ///
    ///     try ring.set.sign(claims: [("role", "\"authenticated\""), ("sub", "\"…\"")], purpose: .session, expiresIn: 3600)
    ///
    /// `iss` (`offstage`), `iat`, `exp` and `jti` are added unless a claim of that name is given. Values are JSON texts.
    package func sign(
        claims: [(name: String, json: String)], purpose: SigningKey.Purpose = .session, expiresIn: Int64, now: Int64 = unixTime()
    ) throws(KeyRingError) -> String {
        guard let key = current(purpose), let kid = key.kid else { throw .noSigningKey(purpose.rawValue) }
        let (expires, overflow) = now.addingReportingOverflow(expiresIn)
        guard !overflow else { throw .badClaim("exp") }
        var names: Set<String> = []
        var members: [String] = []
        func add(_ name: String, _ json: String) throws(KeyRingError) {
            guard names.insert(name).inserted, JSONScanner.isValue(json) else { throw .badClaim(name) }
            members.append("\(JSONText.string(name)):\(json)")
        }
        let standard = [
            ("iss", JSONText.string("offstage")), ("iat", String(now)), ("exp", String(expires)), ("jti", JSONText.string(Random.name())),
        ]
        for (name, json) in standard where !claims.contains(where: { $0.name == name }) { try add(name, json) }
        for (name, json) in claims { try add(name, json) }

        let header = #"{"alg":"\#(key.algorithm.rawValue)","kid":"\#(kid)","typ":"JWT"}"#
        let payload = "{\(members.joined(separator: ","))}"
        let input = "\(Base64URL.encode(header.utf8)).\(Base64URL.encode(payload.utf8))"
        guard let signature = key.signature(for: Array(input.utf8)) else { throw .noSigningKey(purpose.rawValue) }
        let token = "\(input).\(Base64URL.encode(signature))"
        guard token.utf8.count <= CompactToken.longest, TokenMembers(Array(payload.utf8)) != nil else { throw .badClaim("set") }
        return token
    }
}

enum JSONText {
    /// A string as a JSON text.
    static func string(_ string: String) -> String {
        var text = "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\u{0}"..<" ":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
