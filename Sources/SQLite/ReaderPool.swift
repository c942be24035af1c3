import OffstageDatabase
import OffstageSQL
import OffstageSchema
import Synchronization

/// A few threads with a connection each, for reads that may take their time.
final class ReaderPool: Sendable {
    private struct Job: Sendable {
        var deadline: Int64
        var run: @Sendable (Connection?) -> Void
    }

    private let queue: WorkQueue<Job>
    private let threads: [OwnThread]
    private let folder: String
    private let answerLimit: Int

    /// - Parameter answers: the folder where long answers wait.
    init(_ path: String, answers: String, _ options: EmbeddedDatabase.Options, _ state: DatabaseState) throws(Fault) {
        folder = answers
        answerLimit = options.answerLimit
        let queue = WorkQueue<Job>(limit: options.queue)
        self.queue = queue
        var threads: [OwnThread] = []
        for _ in 0..<max(options.readers, 1) {
            threads.append(
                try .started {
                    var connection: Connection?
                    while let job = queue.take(upTo: 1)?.first {
                        connection = Connection.current(connection, path, .reader, state)
                        job.run(connection)
                        connection?.session.disarm()
                    }
                })
        }
        self.threads = threads
    }

    func close() {
        queue.close()
        for thread in threads { thread.join() }
    }

    func run(_ read: Read, with inputs: Inputs, as format: RowFormat, deadline: Int64) async throws(SQLError) -> Rows {
        let (folder, limit) = (folder, answerLimit)
        return try await perform(deadline: deadline) { (connection) throws(RunStop) in
            try connection.read(
                read, with: inputs, as: format, overflow: inputs.mayBeLong ? .file(LongAnswer(in: folder, limit: limit)) : nil)
        }
    }

    /// Runs `body` on a thread of the pool. When the task is cancelled, the statement that runs is stopped.
    func perform<Value: Sendable>(
        deadline: Int64, _ body: @escaping @Sendable (Connection) throws(RunStop) -> Value
    ) async throws(SQLError) -> Value {
        let result = await Departure.watching { departure in await self.result(deadline: deadline, departure, body) }
        return try result.get()
    }

    private func result<Value: Sendable>(
        deadline: Int64, _ departure: Departure, _ body: @escaping @Sendable (Connection) throws(RunStop) -> Value
    ) async -> Result<Value, SQLError> {
        await withUnsafeContinuation { continuation in
            let job = Job(deadline: deadline) { connection in
                guard let connection else { return continuation.resume(returning: .failure(.unreadable)) }
                guard deadline == MonotonicClock.never || MonotonicClock.now < deadline else {
                    return continuation.resume(returning: .failure(.statementTimeout))
                }
                guard !departure.isKnown else { return continuation.resume(returning: .failure(.departed)) }
                connection.session.arm(deadline: deadline)
                connection.session.departure = departure
                defer { connection.session.departure = nil }
                do throws(RunStop) {
                    continuation.resume(returning: .success(try body(connection)))
                } catch {
                    continuation.resume(returning: .failure(error.error(in: connection.session) ?? connection.session.interruption))
                }
            }
            do throws(WorkQueue<Job>.Refusal) {
                try queue.put(job)
            } catch {
                continuation.resume(returning: .failure(error == .full ? .tooBusy : .closed))
            }
        }
    }
}

extension Connection {
    /// The connection if it is still good for the database's epoch, else a new one; nil if the file cannot be opened.
    static func current(_ connection: Connection?, _ path: String, _ purpose: Purpose, _ state: DatabaseState) -> Connection? {
        let epoch = state.epoch.load(ordering: .acquiring)
        if let connection {
            if connection.epoch == epoch { return connection }
            if connection.epoch >> 32 == epoch >> 32 {
                connection.dropStatements()
                connection.epoch = epoch
                return connection
            }
        }
        let fresh = try? Connection(path: path, for: purpose)
        fresh?.epoch = epoch
        fresh?.session.schema = { state.schema }
        return fresh
    }
}

extension SQLError {
    static let unreadable = SQLError("58030", "could not open the database file", hint: "See the server's log and run offstage doctor.")
}
