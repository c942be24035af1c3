import Synchronization

/// The keys of a running project: who may ask, and what we sign.
///
///     let ring = try KeyRing(directory: "data")
///     let who = try ring.caller(apikey: request.apikey, bearer: request.bearer)
///
/// Verifying is synchronous and takes no lock while it computes. A change is durable before it holds, and holds from the next
/// request on. A file is owned by one process: the caller holds the project's lock. Servers that share a store tell each other of a
/// change, and ``reload()``.
package final class KeyRing: Sendable {
    package let rules: KeyRules
    /// Who asks without any key.
    let anonymous: VerifiedToken?
    private let store: (any KeyStore)?
    private let imported: [SigningKey]
    private let state: Mutex<State>
    // Held through a whole change, the store included, so that changes are one after another and never hold up a request.
    private let changes = Mutex(())

    struct State: Sendable {
        var set: KeySet
        var verifiers: Verifiers
        var verified = VerifiedTokens()
        /// When opaque keys were last used, by id, where the store does not know it yet.
        var uses: [String: Int64] = [:]
        var unveiled: [CreatedKey] = []
    }

    /// Opens `keys.json` in a directory, or makes both for a new project: signing keys, the `anon` and `service_role` JWTs, and one
    /// publishable and one secret key (see ``unveiled``). A file that cannot be read or trusted is an error, never a new start.
    package convenience init(
        directory: String, rules: KeyRules = KeyRules(), imported: [SigningKey] = [], now: Int64 = unixTime()
    ) throws(KeyRingError) {
        self.init(in: Self.file(in: directory), rules: rules, imported: imported)
        try open(now: now)
    }

    /// Keys of a store, which is not asked before ``open(adopting:now:)``; until then there is no key at all.
    package init(in store: any KeyStore, rules: KeyRules = KeyRules(), imported: [SigningKey] = []) {
        self.rules = rules
        self.anonymous = rules.anonymousRole.map(VerifiedToken.init(role:))
        self.store = store
        self.imported = imported
        let none = KeySet(generation: 0, signing: [], opaque: [], revokedTokens: [], anonKey: "", serviceRoleKey: "")
        self.state = Mutex(State(set: none, verifiers: Verifiers(none)))
    }

    /// Keys in memory only, for tests.
    package init(_ set: KeySet, rules: KeyRules = KeyRules()) {
        self.rules = rules
        self.anonymous = rules.anonymousRole.map(VerifiedToken.init(role:))
        self.store = nil
        self.imported = []
        self.state = Mutex(State(set: set, verifiers: Verifiers(set)))
    }

    /// The `keys.json` of a data folder.
    package static func file(in directory: String) -> any KeyStore { PrivateFile(directory: directory, name: "keys.json") }

    /// Reads the keys; where there are none yet, keeps those of `first`, or new ones.
    ///
    /// - Parameter first: a store that a project kept its keys in until now.
    package func open(adopting first: (any KeyStore)? = nil, now: Int64 = unixTime()) throws(KeyRingError) {
        guard let store else { return }
        try changes.withLock { (_) throws(KeyRingError) in
            var set: KeySet?
            var unveiled: [CreatedKey] = []
            try store.update { (text) throws(KeyRingError) in
                if let text {
                    set = try KeyFile.keys(text, path: store.path)
                    return nil
                }
                var first: [UInt8]? = try first?.bytes()
                if first == nil {
                    var new = try KeySet.new(now: now)
                    unveiled = [
                        try new.create(.publishable, name: "default", now: now), try new.create(.secret, name: "default secret", now: now),
                    ]
                    first = try KeyFile(new).text()
                }
                set = try first.map { (text) throws(KeyRingError) in try KeyFile.keys(text, path: store.path) }
                return first
            }
            if let set { try adopt(set, unveiled: unveiled) }
        }
    }

    /// Reads the keys again, because another server changed them.
    package func reload() throws(KeyRingError) {
        guard let store else { return }
        try changes.withLock { (_) throws(KeyRingError) in
            guard let text = try store.bytes() else { throw .corrupt(path: store.path, reason: "the keys are gone") }
            try adopt(KeyFile.keys(text, path: store.path), unveiled: [])
        }
    }

    /// Puts the keys into another store in place of what is there.
    package func save(to other: any KeyStore) throws(KeyRingError) {
        let text = try KeyFile(set).text()
        try other.update { _ in text }
    }

    /// Takes what a store holds for the keys.
    private func adopt(_ stored: KeySet, unveiled: [CreatedKey]) throws(KeyRingError) {
        var set = stored
        for key in imported { try set.add(key) }
        hold(set, unveiled: unveiled)
    }

    /// From the next request on these are the keys, and nothing that was verified by others is believed.
    private func hold(_ set: KeySet, unveiled: [CreatedKey] = []) {
        let verifiers = Verifiers(set)
        state.withLock { state in
            if !unveiled.isEmpty { state.unveiled = unveiled }
            state.set = set
            state.verifiers = verifiers
            state.verified.removeAll()
            for key in set.opaque where state.uses[key.id] == key.lastUsed { state.uses[key.id] = nil }
        }
    }

    /// Opaque keys made with a new project; nobody can be shown them later.
    package var unveiled: [CreatedKey] { state.withLock { $0.unveiled } }

    /// The keys as they are now.
    package var set: KeySet {
        state.withLock { state in
            var set = state.set
            set.note(state.uses)
            return set
        }
    }

    /// The store was asked.
    package var isOpen: Bool { generation > 0 }
    package var generation: Int { state.withLock { $0.set.generation } }
    package var anonKey: String { state.withLock { $0.set.anonKey } }
    package var serviceRoleKey: String { state.withLock { $0.set.serviceRoleKey } }

    /// Changes the keys: in the store first, then for every request after this. If the store refuses, nothing has changed.
    ///
    ///     let key = try ring.change { (keys) throws(KeyRingError) in try keys.create(.secret, name: "billing") }
    package func change<Result: Sendable>(_ body: (inout KeySet) throws(KeyRingError) -> Result) throws(KeyRingError) -> Result {
        try changes.withLock { (_) throws(KeyRingError) -> Result in
            try update { (set) throws(KeyRingError) in
                let result = try body(&set)
                set.generation += 1
                return result
            }
        }
    }

    /// Writes when opaque keys were last used. For a timer and the end of the process; it is no change of the keys.
    package func saveUses() throws(KeyRingError) {
        guard store != nil else { return }
        try changes.withLock { (_) throws(KeyRingError) in
            guard state.withLock({ !$0.uses.isEmpty }) else { return }
            try update { _ in }
        }
    }

    /// What is kept, with what only this process knows, changed by `body` and kept again.
    private func update<Result: Sendable>(_ body: (inout KeySet) throws(KeyRingError) -> Result) throws(KeyRingError) -> Result {
        guard let store else {
            var set = self.set
            let result = try body(&set)
            hold(set)
            return result
        }
        var made: (set: KeySet, result: Result)?
        try store.update { (text) throws(KeyRingError) in
            // Another server may have changed them since they were read here.
            var set = try text.map { (text) throws(KeyRingError) in try KeyFile.keys(text, path: store.path) } ?? self.set
            // A body may name an imported key; the store leaves them out.
            for key in imported where text != nil { try set.add(key) }
            set.note(state.withLock { $0.uses })
            let result = try body(&set)
            made = (set, result)
            return try KeyFile(set).text()
        }
        guard let made else { throw .notWritten(path: store.path, reason: "nothing was written") }
        hold(made.set)
        return made.result
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
