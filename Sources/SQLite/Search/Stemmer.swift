import CStemmer
import Synchronization

/// Snowball's English stemmer, the one PostgreSQL has: `running` is `run`.
///
/// A stemmer keeps a state of its own, so each is used by one thread at a time; idle ones wait in a pool.
///
/// Source: https://snowballstem.org/algorithms/english/stemmer.html
struct Stemmer: ~Copyable {
    /// Checked out of the pool by one thread; the lock guards the list.
    private struct Idle: @unchecked Sendable { var handles: [OpaquePointer] = [] }
    private static let idle = Mutex(Idle())
    private static let mostIdle = 64

    private let handle: OpaquePointer?

    init() {
        let waiting = Self.idle.withLock { $0.handles.popLast() }
        handle = waiting ?? sb_stemmer_new("english", "UTF_8")
    }

    deinit {
        guard let handle else { return }
        let isKept = Self.idle.withLock { idle in
            guard idle.handles.count < Self.mostIdle else { return false }
            idle.handles.append(handle)
            return true
        }
        if !isKept { sb_stemmer_delete(handle) }
    }

    /// The stem of a word in lower case; the word itself where there is no memory for more.
    func stem(_ word: [UInt8]) -> [UInt8] {
        guard let handle, let length = Int32(exactly: word.count), let result = sb_stemmer_stem(handle, word, length) else { return word }
        return Array(UnsafeBufferPointer(start: result, count: Int(sb_stemmer_length(handle))))
    }
}
