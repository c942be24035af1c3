import Synchronization

/// The keys of a running project: who may ask, and what we sign.
///
///     let ring = try KeyRing(directory: "data")
///     let who = try ring.caller(apikey: request.apikey, bearer: request.bearer)
///
/// Verifying is synchronous and takes no lock while it computes. A change is on disk before it holds, and holds from the next
/// request on. One process owns the file: the caller holds the project's lock.
package final class KeyRing: Sendable {
    package let rules: KeyRules
    /// Opaque keys made with a new project; nobody can be shown them later.
    package let unveiled: [CreatedKey]
    /// Who asks without any key.
    let anonymous: VerifiedToken?
    private let file: PrivateFile?
    private let state: Mutex<State>
    // Held through a whole change, file included, so that changes are one after another and never hold up a request.
    private let changes = Mutex(())

    struct State: Sendable {
        var set: KeySet
        var verifiers: Verifiers
        var verified = VerifiedTokens()
        /// When opaque keys were last used, by id, where the file does not know it yet.
        var uses: [String: Int64] = [:]
    }

    /// Opens `keys.json` in a directory, or makes both for a new project: signing keys, the `anon` and `service_role` JWTs, and one
    /// publishable and one secret key (see ``unveiled``). A file that cannot be read or trusted is an error, never a new start.
    package init(
        directory: String, rules: KeyRules = KeyRules(), imported: [SigningKey] = [], now: Int64 = unixTime()
    ) throws(KeyRingError) {
        let file = PrivateFile(directory: directory, name: "keys.json")
        var set: KeySet
        var unveiled: [CreatedKey] = []
        if let text = try file.read() {
            set = try KeyFile.keys(text, path: file.path)
        } else {
            set = try KeySet.new(now: now)
            unveiled = [try set.create(.publishable, name: "default", now: now), try set.create(.secret, name: "default secret", now: now)]
            try file.replace(with: KeyFile(set).text())
        }
        for key in imported { try set.add(key) }
        self.rules = rules
        self.anonymous = rules.anonymousRole.map(VerifiedToken.init(role:))
        self.unveiled = unveiled
        self.file = file
        self.state = Mutex(State(set: set, verifiers: Verifiers(set)))
    }

    /// Keys in memory only, for tests.
    package init(_ set: KeySet, rules: KeyRules = KeyRules()) {
        self.rules = rules
        self.anonymous = rules.anonymousRole.map(VerifiedToken.init(role:))
        self.unveiled = []
        self.file = nil
        self.state = Mutex(State(set: set, verifiers: Verifiers(set)))
    }

    /// The keys as they are now.
    package var set: KeySet {
        state.withLock { state in
            var set = state.set
            for index in set.opaque.indices {
                if let used = state.uses[set.opaque[index].id] { set.opaque[index].lastUsed = used }
            }
            return set
        }
    }

    package var generation: Int { state.withLock { $0.set.generation } }
    package var anonKey: String { state.withLock { $0.set.anonKey } }
    package var serviceRoleKey: String { state.withLock { $0.set.serviceRoleKey } }

    /// Changes the keys: on disk first, then for every request after this. If the disk refuses, nothing has changed.
    ///
    ///     let key = try ring.change { (keys) throws(KeyRingError) in try keys.create(.secret, name: "billing") }
    package func change<Result: Sendable>(_ body: (inout KeySet) throws(KeyRingError) -> Result) throws(KeyRingError) -> Result {
        try changes.withLock { (_) throws(KeyRingError) -> Result in
            var set = self.set
            let result = try body(&set)
            set.generation += 1
            if let file { try file.replace(with: KeyFile(set).text()) }
            let verifiers = Verifiers(set)
            state.withLock { state in
                state.set = set
                state.verifiers = verifiers
                state.verified.removeAll()
            }
            return result
        }
    }

    /// Writes when opaque keys were last used. For a timer and the end of the process; it is no change of the keys.
    package func saveUses() throws(KeyRingError) {
        guard let file else { return }
        try changes.withLock { (_) throws(KeyRingError) in
            let (set, isNew) = (self.set, state.withLock { !$0.uses.isEmpty })
            guard isNew else { return }
            try file.replace(with: KeyFile(set).text())
            state.withLock { state in
                for key in set.opaque {
                    guard let index = state.set.opaque.firstIndex(where: { $0.id == key.id }) else { continue }
                    state.set.opaque[index].lastUsed = key.lastUsed
                    if state.uses[key.id] == key.lastUsed { state.uses[key.id] = nil }
                }
            }
        }
    }

    func withState<Result: Sendable>(_ body: (inout sending State) -> sending Result) -> Result { state.withLock(body) }

    /// How many verified tokens are kept, for metrics and tests.
    package var verifiedCount: Int { state.withLock { $0.verified.count } }
}

/// The keys laid out for looking up, made once for each generation.
final class Verifiers: Sendable {
    let generation: Int
    let byID: [String: SigningKey]
    /// Keys that a token without `kid` may have been signed by.
    let nameless: [SigningKey]
    let opaque: [TokenDigest: (id: String, who: VerifiedToken)]
    let revokedTokens: Set<String>

    init(_ set: KeySet) {
        generation = set.generation
        let usable = set.signing.filter { $0.state != .revoked }
        byID = Dictionary(usable.compactMap { key in key.kid.map { ($0, key) } }) { first, _ in first }
        nameless = usable.filter { $0.state == .current || $0.isImported }
        opaque = Dictionary(
            set.opaque.filter { $0.revoked == nil }.compactMap { key in
                TokenDigest(hexadecimal: key.sha256).map { ($0, (key.id, VerifiedToken(role: key.role))) }
            }
        ) { first, _ in first }
        revokedTokens = set.revokedTokens
    }

    var isEmpty: Bool { byID.isEmpty && nameless.isEmpty }

    /// The keys a token may be verified with: those of its algorithm, and only the one it names if it names one.
    func candidates(for token: CompactToken) -> [SigningKey] {
        guard let kid = token.kid else { return nameless.filter { $0.algorithm == token.algorithm } }
        return byID[kid].flatMap { $0.algorithm == token.algorithm ? [$0] : nil } ?? []
    }
}
