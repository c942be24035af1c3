/// Tokens that were verified under one set of keys, so that a second use costs one SHA-256.
///
/// Bounded by count and bytes. Two generations: what is used stays in the young one, and when that is full the old one goes.
/// Refusals are not kept: whoever sends rubbish cannot push out what is good.
struct VerifiedTokens: Sendable {
    private var young: [TokenDigest: VerifiedToken] = [:]
    private var old: [TokenDigest: VerifiedToken] = [:]
    private var youngBytes = 0
    private let capacity: Int
    private let byteCapacity: Int

    init(capacity: Int = 10_000, byteCapacity: Int = 16 << 20) {
        self.capacity = capacity
        self.byteCapacity = byteCapacity
    }

    var count: Int { young.count + old.count }

    mutating func find(_ digest: TokenDigest) -> VerifiedToken? {
        if let token = young[digest] { return token }
        guard let token = old.removeValue(forKey: digest) else { return nil }
        insert(token, for: digest)
        return token
    }

    mutating func insert(_ token: VerifiedToken, for digest: TokenDigest) {
        let bytes = token.claims.utf8.count + token.role.utf8.count + (token.subject?.utf8.count ?? 0) + 160
        if young.count >= max(1, capacity / 2) || youngBytes + bytes > byteCapacity / 2 {
            old = young
            young = [:]
            youngBytes = 0
        }
        if young.updateValue(token, forKey: digest) == nil { youngBytes += bytes }
    }

    mutating func remove(_ digest: TokenDigest) {
        young[digest] = nil
        old[digest] = nil
    }

    mutating func removeAll() { self = VerifiedTokens(capacity: capacity, byteCapacity: byteCapacity) }
}
