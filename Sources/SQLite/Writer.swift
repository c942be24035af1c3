import OffstageDatabase
import OffstageSQL
import OffstageSchema

/// The one thread that writes, and the queue before it.
final class Writer: Sendable {
    struct WriteJob: Sendable {
        var write: Write
        var inputs: Inputs
        var format: RowFormat
        var deadline: Int64
        var departure: Departure
        var answer: @Sendable (Result<Rows, SQLError>) -> Void
    }

    enum Job: Sendable {
        /// May share a transaction with its neighbours: its statements are known, and it can be run again.
        case write(WriteJob)
        /// Has the connection to itself.
        case alone(@Sendable (WriterLoop) -> Void)
    }

    let queue: WorkQueue<Job>
    private let thread: OwnThread

    /// Opens the file, makes what is missing in it, loads the schema, and begins to serve.
    init(_ path: String, _ options: EmbeddedDatabase.Options, _ state: DatabaseState) throws(Fault) {
        /// The loop is made here, so that opening can fail here, and then belongs to its thread alone.
        struct Handover: @unchecked Sendable { let loop: WriterLoop }
        let queue = WorkQueue<Job>(limit: options.queue)
        self.queue = queue
        let handover = Handover(loop: try WriterLoop(path, options, state))
        thread = try .started { handover.loop.serve(queue) }
    }

    func close() {
        queue.close()
        thread.join()
    }

    func run(_ write: Write, with inputs: Inputs, as format: RowFormat, deadline: Int64) async throws(SQLError) -> Rows {
        let result = await Departure.watching { departure in
            await withUnsafeContinuation { (continuation: UnsafeContinuation<Result<Rows, SQLError>, Never>) in
                let job = WriteJob(write: write, inputs: inputs, format: format, deadline: deadline, departure: departure) {
                    continuation.resume(returning: $0)
                }
                put(.write(job)) { continuation.resume(returning: .failure($0)) }
            }
        }
        return try result.get()
    }

    /// Runs `body` on the writing thread, with no transaction open.
    func alone<Value: Sendable>(_ body: @escaping @Sendable (WriterLoop) -> Result<Value, any Error>) async throws -> Value {
        let result: Result<Value, any Error> = await withUnsafeContinuation { continuation in
            put(.alone { continuation.resume(returning: body($0)) }) { continuation.resume(returning: .failure($0)) }
        }
        return try result.get()
    }

    private func put(_ job: Job, refused: (SQLError) -> Void) {
        do throws(WorkQueue<Job>.Refusal) {
            try queue.put(job)
        } catch {
            refused(error == .full ? .tooBusy : .closed)
        }
    }
}
