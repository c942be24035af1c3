import OffstageDatabase
import OffstageSchema
import Synchronization

/// The way to the database, shared by the pool's threads: what is known of whether it can be reached.
final class Line: Sendable {
    private struct State {
        var trouble: String?
        var failures = 0
        /// No attempt before this time.
        var notBefore: Int64 = 0
        var fence = TimelineFence()
    }

    private let parameters: [(String, String)]
    private let hosts: Int
    private let options: PostgresDatabase.Options
    private let state = Mutex(State())
    /// The fence's newest timeline, for a look at each request.
    private let newest = Atomic<UInt32>(0)

    init(_ connection: String, _ options: PostgresDatabase.Options) {
        parameters = [("dbname", connection), ("application_name", "offstage")]
        hosts = PostgresConnection.hosts(connection)
        self.options = options
    }

    var newestTimeline: UInt32 { newest.load(ordering: .relaxed) }

    var trouble: String? { state.withLock { $0.trouble } }

    /// - Throws: 08001, at once where another attempt has just failed.
    func connect(_ deadline: Int64) throws(SQLError) -> PostgresConnection {
        let now = MonotonicClock.now
        if let trouble = state.withLock({ $0.notBefore > now ? $0.trouble : nil }) { throw .unreachable(trouble) }
        let left = deadline == MonotonicClock.never ? options.connectTimeout : max(Int(clamping: (deadline &- now) / 1_000_000_000), 1)
        do throws(SQLError) {
            let connection = try PostgresConnection(
                parameters, preparedLimit: options.preparedStatements, seconds: min(left, options.connectTimeout) / hosts,
                notice: options.log)
            guard admits(connection) else { throw .unreachable("another server has taken over from the one that was reached") }
            return connection
        } catch {
            note(error)
            throw error
        }
    }

    /// Nobody has taken over from the connection's server, as far as is known here. A leader that hung, and wakes up when it has been
    /// replaced, would show rows as they were.
    func isCurrent(_ connection: PostgresConnection) -> Bool {
        (connection.timeline ?? .max) >= newest.load(ordering: .relaxed)
    }

    /// A connection that is good for use: whatever was the trouble is over.
    private func admits(_ connection: PostgresConnection) -> Bool {
        state.withLock { state in
            guard state.fence.admits(connection.timeline, at: MonotonicClock.now) else { return false }
            newest.store(state.fence.newest, ordering: .relaxed)
            state = State(fence: state.fence)
            return true
        }
    }

    /// The connection's server has just answered.
    func hear(_ connection: PostgresConnection) {
        state.withLock { $0.fence.hear(connection.timeline, at: MonotonicClock.now) }
    }

    /// Remembers a failure. The next attempt waits longer after each, with a part of chance, so that servers do not return as one.
    func note(_ error: SQLError) {
        guard error.code == "08001" else { return }
        let reason = error.details ?? error.message
        let isNew = state.withLock { state in
            let isNew = state.trouble == nil
            state.trouble = reason
            state.failures = min(state.failures + 1, 6)
            let most = Int64(50_000_000) << Int64(state.failures)
            state.notBefore = MonotonicClock.now &+ Int64.random(in: most / 2...most)
            return isNew
        }
        if isNew { options.log("the database cannot be reached: \(reason)") }
    }
}
