import OffstageDatabase
import OffstageSchema
import Synchronization

/// The replicas that reads may be sent to, and whether each is good for it: it is asked about once a second.
final class Replicas: Sendable {
    private let all: [Replica]
    private let primary: Line
    private let places = Mutex(LogPlaces())
    private let turn = Atomic<Int>(0)
    private let watches = Mutex<[OwnThread]>([])
    private let isClosed = Atomic<Bool>(false)

    /// - Throws: 53000 where no thread can be started.
    init(_ options: PostgresDatabase.Options, primary: Line) throws(SQLError) {
        self.primary = primary
        var all: [Replica] = []
        for connection in options.replicas { all.append(try Replica("replica \(all.count + 1)", connection, options)) }
        self.all = all
    }

    /// The next one in turn that is reachable and not too far behind; nil where none is.
    func next() -> Replica? {
        guard !all.isEmpty else { return nil }
        let first = turn.wrappingAdd(1, ordering: .relaxed).oldValue & Int.max
        for step in all.indices {
            let replica = all[(first % all.count + step) % all.count]
            if replica.isUsable { return replica }
        }
        return nil
    }

    var isEmpty: Bool { all.isEmpty }

    /// The primary has just told how far its log has come.
    func note(primary place: UInt64) { places.withLock { $0.note(place, at: MonotonicClock.now) } }

    private func lag(of place: UInt64) -> Int64? { places.withLock { $0.lag(of: place, at: MonotonicClock.now) } }

    /// Begins to ask the replicas how they are.
    func follow() throws(SQLError) {
        for replica in all {
            let thread = try OwnThread { [self] in
                var watch = ReplicaWatch(replica)
                while !isClosed.load(ordering: .acquiring) {
                    watch.round { place in
                        lag(of: place)
                    } newest: {
                        primary.newestTimeline
                    }
                    // A second, of which closing waits for a part.
                    for _ in 0..<5 where !isClosed.load(ordering: .acquiring) { MonotonicClock.sleep(milliseconds: 200) }
                }
            }
            watches.withLock { $0.append(thread) }
        }
    }

    func close() {
        isClosed.store(true, ordering: .releasing)
        let threads = watches.withLock { watches in
            defer { watches = [] }
            return watches
        }
        for thread in threads { thread.join() }
        for replica in all { replica.pool.close() }
    }
}
