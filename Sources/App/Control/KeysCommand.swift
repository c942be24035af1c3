import OffstageAuth
import OffstageJSON
import OffstageSchema

extension DataCommand.KeysCommand {
    func perform(_ ring: KeyRing, _ tell: DataCommand.Listener) throws {
        switch self {
        case .list(let showsSecrets): list(ring, showsSecrets, tell)
        case .create(let kind, let name, let role):
            guard let kind = OpaqueKey.Kind(rawValue: kind) else { throw SQLError("22023", "a key is publishable or secret, not \(kind)") }
            let created = try ring.change { (keys) throws(KeyRingError) in try keys.create(kind, name: name, role: role) }
            tell(.line(created.text))
            tell(.note("Keep it now: only its hash is stored. It asks as \(created.key.role)."))
        case .revoke(let id):
            try ring.change { (keys) throws(KeyRingError) in try keys.revoke(id) }
            tell(.line("revoked \(id)"))
        case .rotate(let purpose):
            guard let purpose = SigningKey.Purpose(rawValue: purpose) else {
                throw SQLError("22023", "keys are for api or session, not \(purpose)")
            }
            try ring.change { (keys) throws(KeyRingError) in try keys.rotate(purpose) }
            tell(.line("A new \(purpose.rawValue) key signs from now on; tokens of the old one are good until they expire."))
            if purpose == .api { tell(.line("anon key: \(ring.anonKey)")) }
        case .token(let role, let claims, let seconds): tell(.line(try Self.token(ring, role, claims, seconds)))
        }
    }

    private func list(_ ring: KeyRing, _ showsSecrets: Bool, _ tell: DataCommand.Listener) {
        let set = ring.set
        tell(.line("anon           \(set.anonKey)"))
        tell(.line("service_role   \(showsSecrets ? set.serviceRoleKey : "hidden; --show-secrets prints it")"))
        for key in set.opaque {
            let state = key.revoked == nil ? key.lastUsed.map { "last used \(EpochClock.shown(unix: $0))" } ?? "never used" : "revoked"
            tell(
                .line("\(key.kind.rawValue)  \(key.id)  \(key.name)  as \(key.role), made \(EpochClock.shown(unix: key.created)), \(state)")
            )
        }
        for key in set.signing {
            tell(
                .line(
                    "signs \(key.purpose.rawValue)  \(key.kid ?? "from settings")  \(key.algorithm.rawValue)  \(key.state.rawValue), made \(EpochClock.shown(unix: key.created))"
                ))
        }
    }

    private static func token(_ ring: KeyRing, _ role: String, _ claims: String, _ seconds: Int64) throws -> String {
        guard let value = try? JSONValue(parsing: claims), case .object(let members) = value else {
            throw SQLError("22023", "--claims is not a JSON object", hint: #"For example: --claims '{"app_metadata":{"role":"admin"}}'"#)
        }
        var pairs: [(name: String, json: String)] = members.map { ($0.name, $0.value.text) }
        if !pairs.contains(where: { $0.name == "role" }) { pairs.append(("role", JSONValue.string(role).text)) }
        // `auth.uid()` is a uuid; a token of a user has one.
        if role == "authenticated", !pairs.contains(where: { $0.name == "sub" }) {
            pairs.append(("sub", JSONValue.string("00000000-0000-4000-8000-000000000000").text))
        }
        return try ring.set.sign(claims: pairs, expiresIn: seconds)
    }
}
