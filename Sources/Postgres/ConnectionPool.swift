import OffstageDatabase
import OffstageSchema
import Synchronization

/// A bounded number of connections, each with a thread of its own that takes the next request in line.
///
/// A request waits in one queue, first come, first served, and no longer than its deadline. A connection is opened when it is first
/// needed, and again after it broke; while the database cannot be reached, requests are told so at once between attempts.
final class ConnectionPool: Sendable {
    private struct Job: Sendable {
        /// Nil connection: it cannot be had, for this reason.
        var run: @Sendable (inout PostgresConnection?, Line) -> Void
    }

    private let queue: WorkQueue<Job>
    private let threads: Mutex<[OwnThread]>
    let line: Line

    init(_ connection: String, _ options: PostgresDatabase.Options) throws(SQLError) {
        let queue = WorkQueue<Job>(limit: options.queue)
        let line = Line(connection, options)
        self.queue = queue
        self.line = line
        var threads: [OwnThread] = []
        for _ in 0..<max(options.connections, 1) {
            threads.append(
                try OwnThread {
                    var connection: PostgresConnection?
                    while let job = queue.take(upTo: 1)?.first { job.run(&connection, line) }
                })
        }
        self.threads = Mutex(threads)
    }

    /// Finishes what is queued.
    func close() {
        queue.close()
        let running = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for thread in running { thread.join() }
    }

    /// Runs `body` with a connection.
    ///
    /// A connection that had broken unnoticed, and a server that is just leaving, are met by one attempt more on a fresh connection, where
    /// nothing can have been kept of the first: `body` throws 08007 where something may have been.
    ///
    /// When the task is cancelled, a request that still waits is dropped, and what runs is cancelled in the database.
    func perform<Value: Sendable>(
        deadline: Int64, isWrite: Bool = true, _ body: @escaping @Sendable (PostgresConnection) throws(SQLError) -> Value
    ) async throws(SQLError) -> Value {
        let result = await Departure.watching { departure in
            await withUnsafeContinuation { (continuation: UnsafeContinuation<Result<Value, SQLError>, Never>) in
                let job = Job { connection, line in
                    continuation.resume(returning: Self.attempt(&connection, line, deadline, departure, isWrite, body))
                }
                do throws(WorkQueue<Job>.Refusal) {
                    try queue.put(job)
                } catch {
                    continuation.resume(returning: .failure(error == .full ? .tooBusy : .closed))
                }
            }
        }
        return try result.get()
    }

    private static func attempt<Value>(
        _ connection: inout PostgresConnection?, _ line: Line, _ deadline: Int64, _ departure: Departure, _ isWrite: Bool,
        _ body: (PostgresConnection) throws(SQLError) -> Value
    ) -> Result<Value, SQLError> {
        var isSecond = false
        while true {
            guard isInTime(deadline) else { return .failure(.tooBusy) }
            guard !departure.isKnown else { return .failure(.departed) }
            do throws(SQLError) {
                // One with something left open on it is not handed on.
                if connection.map({ $0.isIdle && line.isCurrent($0) }) != true { connection = nil }
                let current: PostgresConnection
                if let connection { current = connection } else { current = try line.connect(deadline) }
                connection = current
                guard isInTime(deadline) else { return .failure(.tooBusy) }
                current.departure = departure
                defer { current.departure = nil }
                return .success(try body(current))
            } catch {
                let broke = connection.map { !$0.isAlive } ?? false
                let isPassing = error.isPassing(isWrite: isWrite)
                if isPassing { connection = nil }
                if !isSecond, error.isStalePlan || isPassing || (broke && error.code == "08001") {
                    isSecond = true
                    continue
                }
                // A second server that takes no writes: there is none for now.
                return .failure(error.code == "25006" && isPassing ? .unreachable("").forCallers : error.forCallers)
            }
        }
    }

    private static func isInTime(_ deadline: Int64) -> Bool { deadline == MonotonicClock.never || MonotonicClock.now < deadline }
}

extension SQLError {
    /// Without what only the log should hold: libpq's reason names hosts and users.
    var forCallers: SQLError {
        guard code == "08001" || code == "08007" else { return self }
        var error = self
        error.details = nil
        return error
    }
}
