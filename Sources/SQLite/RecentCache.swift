/// A key whose contents rarely need to be compared, since requests of one shape share one plan and so one buffer.
protocol SharedKey: Hashable {
    /// Where the contents lie: a hint that may be wrong.
    var address: UInt { get }
    /// True only if the two are equal; false where finding out would cost more than a few nanoseconds.
    func isSame(as other: Self) -> Bool
}

extension String: SharedKey {
    var address: UInt {
        utf8.withContiguousStorageIfAvailable { UInt(bitPattern: $0.baseAddress) } ?? 0
    }

    // Equal storage is seen before bytes are compared.
    func isSame(as other: String) -> Bool { self == other }
}

/// What was used lately, within a bound. The least recently used quarter goes when it is full.
struct RecentCache<Key: SharedKey, Value: AnyObject> {
    private final class Entry {
        let key: Key
        let value: Value
        let weight: Int
        var lastUse: UInt64 = 0

        init(_ key: Key, _ value: Value, _ weight: Int) {
            self.key = key
            self.value = value
            self.weight = weight
        }
    }

    private static var hintCount: Int { 256 }

    private let limit: Int
    private var weight = 0
    private var clock: UInt64 = 0
    private var entries: [Key: Entry] = [:]
    private var hints: [Entry?]

    init(limit: Int) {
        self.limit = limit
        hints = Array(repeating: nil, count: Self.hintCount)
    }

    var count: Int { entries.count }

    mutating func find(_ key: Key) -> Value? {
        clock &+= 1
        let slot = Int(truncatingIfNeeded: key.address >> 4) & (Self.hintCount - 1)
        if let entry = hints[slot], entry.key.isSame(as: key) {
            entry.lastUse = clock
            return entry.value
        }
        guard let entry = entries[key] else { return nil }
        entry.lastUse = clock
        hints[slot] = entry
        return entry.value
    }

    mutating func insert(_ value: Value, for key: Key, weight: Int) {
        if self.weight + weight > limit { shrink(by: weight) }
        let entry = Entry(key, value, weight)
        clock &+= 1
        entry.lastUse = clock
        if let old = entries.updateValue(entry, forKey: key) { self.weight -= old.weight }
        self.weight += weight
    }

    mutating func removeAll() {
        entries.removeAll()
        hints = Array(repeating: nil, count: Self.hintCount)
        weight = 0
    }

    private mutating func shrink(by wanted: Int) {
        let target = max(0, limit * 3 / 4 - wanted)
        for entry in entries.values.sorted(by: { $0.lastUse < $1.lastUse }) {
            if weight <= target { break }
            entries[entry.key] = nil
            weight -= entry.weight
        }
        hints = Array(repeating: nil, count: Self.hintCount)
    }
}
