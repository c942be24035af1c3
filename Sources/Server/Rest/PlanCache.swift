import OffstageQuery
import Synchronization

/// Prepared requests by role and shape, bounded in number and in bytes.
///
/// A shape seen once is not kept: a caller who never asks the same twice pushes nothing out. What was not used since the last time half
/// the room was filled goes first.
final class PlanCache: Sendable {
    struct Key: Hashable, Sendable {
        var role: String
        var shape: RequestShape
    }

    private struct State {
        var recent: [Key: PreparedRequest] = [:]
        var older: [Key: PreparedRequest] = [:]
        var recentBytes = 0
        var seenOnce = [Int](repeating: 0, count: PlanCache.seenSlots)
    }

    private static let seenSlots = 4_096
    private let state = Mutex(State())
    private let halfBytes: Int
    private let halfEntries: Int

    init(bytes: Int, entries: Int) {
        halfBytes = max(bytes / 2, 1)
        halfEntries = max(entries / 2, 1)
    }

    func find(_ key: Key) -> PreparedRequest? {
        state.withLock { state in
            if let found = state.recent[key] { return found }
            guard let found = state.older.removeValue(forKey: key) else { return nil }
            insert(found, key, &state)
            return found
        }
    }

    /// Keeps a request if its shape was seen before.
    func offer(_ prepared: PreparedRequest, for key: Key) {
        guard prepared.byteCount <= halfBytes / 4 else { return }
        let hash = key.hashValue
        state.withLock { state in
            let slot = Int(UInt(bitPattern: hash) % UInt(Self.seenSlots))
            guard state.seenOnce[slot] == hash else {
                state.seenOnce[slot] = hash
                return
            }
            insert(prepared, key, &state)
        }
    }

    var count: Int { state.withLock { $0.recent.count + $0.older.count } }

    private func insert(_ prepared: PreparedRequest, _ key: Key, _ state: inout State) {
        if state.recentBytes + prepared.byteCount > halfBytes || state.recent.count >= halfEntries {
            state.older = state.recent
            state.recent = [:]
            state.recentBytes = 0
        }
        if state.recent.updateValue(prepared, forKey: key) == nil { state.recentBytes += prepared.byteCount }
    }
}
