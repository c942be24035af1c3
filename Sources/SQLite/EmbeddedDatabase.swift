import OffstageDatabase
package import OffstageSQL
package import OffstageSchema
import Synchronization

/// A project's database in one SQLite file, owned by this process.
///
/// Reads run on the thread that asks (`readInline`) or on a few threads of the database's own; writes queue to one thread, share a
/// transaction and one sync, and are durable when they return.
///
/// ```swift
/// let database = try EmbeddedDatabase(folder: "my-app/data")
/// let rows = try await database.run(statement, with: inputs, as: .json(nullsStripped: false))
/// ```
package final class EmbeddedDatabase: Driver {
    package struct Options: Sendable {
        /// Threads for reads that may not run on an event loop.
        package var readers = 4
        /// Reads, and writes, that may wait; more are told to come back (53300).
        package var queue = 512
        /// How long a statement of a role may take, where that is less than `otherTimeLimit`; `postgres` has no limit. Callers whom nobody
        /// knows get less, since a few of their longest statements can fill the threads that read.
        package var timeLimits: [String: Duration] = ["anon": .seconds(3)]
        package var otherTimeLimit: Duration = .seconds(8)
        /// Writes that share one transaction at most.
        package var batch = 256
        /// Ticks of a thousand steps that a read may take on an event loop.
        package var inlineTicks = 20
        /// Bytes that a read on an event loop may give.
        package var inlineBytes = 256 << 10
        /// Bytes of the longest answer; what does not fit into memory is kept in a file meanwhile.
        package var answerLimit = 1 << 30
        /// Pages in the log after which it is copied back into the database.
        package var checkpointPages = 1000
        /// Foreign keys are enforced. Off while rows come in any order, by whoever proves in the end that they hold.
        package var enforcesForeignKeys = true

        /// The schemas a request may reach: what `Schema.exposed` says.
        package var exposed: Set<String> = ["public"]

        package init() {}
    }

    let options: Options
    let folder: DataFolder
    let state: DatabaseState
    let writer: Writer
    let inlineReaders: InlineReaders
    let pool: ReaderPool

    /// Opens the database in a data folder, made if it is not there.
    ///
    /// Throws 55006 naming the process that owns the folder if there is one; 0A000 if a newer Offstage wrote the file.
    package init(folder path: String, options: Options = Options()) throws(SQLError) {
        self.options = options
        folder = try DataFolder(path)
        state = DatabaseState(TimeLimits(roles: options.timeLimits, others: options.otherTimeLimit))
        do throws(Fault) {
            writer = try Writer(folder.database, options, state)
            inlineReaders = InlineReaders(folder.database, state)
            pool = try ReaderPool(folder.database, answers: folder.path, options, state)
        } catch {
            throw RaisedError.error(in: error.message) ?? error.error(in: Session())
        }
    }

    deinit { close() }

    package var schema: Schema { state.schema }
    package var generation: Int64 { state.generation }
    package var honoursTerms: Bool { true }

    /// Finishes what is queued, empties the log into the database, and lets the folder go. Reads and writes after it fail with 57P01.
    package func close() {
        guard state.close() else { return }
        pool.close()
        inlineReaders.close()
        writer.close()
        folder.release()
    }

    package func readInline(_ read: Statement, with inputs: Inputs, as format: RowFormat) throws(SQLError) -> Rows? {
        guard case .read(let read) = read, read.isBounded else { return nil }
        return try inlineReaders.read(read, with: inputs, as: format, ticks: options.inlineTicks, bytes: options.inlineBytes)
    }

    package func run(_ statement: Statement, with inputs: Inputs, as format: RowFormat) async throws(SQLError) -> Rows {
        let deadline = MonotonicClock.deadline(after: state.timeLimit(of: inputs.caller.role))
        switch statement {
        case .read(let read): return try await pool.run(read, with: inputs, as: format, deadline: deadline)
        case .write(let write): return try await writer.run(write, with: inputs, as: format, deadline: deadline)
        case .remote: throw .ofAnotherEngine
        }
    }

    /// Reads rows and then hands them on, in pieces of whole rows, whatever their number: little of them is in memory. They wait in a file
    /// meanwhile, so that nothing is handed on of a read that fails, and whoever takes them slowly keeps no thread, and no old state of the
    /// database.
    package func read(
        _ statement: Statement, with inputs: Inputs, as format: RowFormat, _ take: (UnsafeRawBufferPointer) -> Void
    ) async throws(SQLError) {
        guard case .read(let read) = statement else { throw .ofAnotherEngine }
        let (body, pieces) = try await pool.perform(deadline: MonotonicClock.never) { [folder] connection throws(RunStop) in
            let answer = LongAnswer(in: folder.path, limit: .max)
            var pieces: [Int] = []
            _ = try connection.read(
                read, with: inputs, as: format,
                overflow: .taker { piece throws(SQLError) in
                    try answer.append(piece)
                    pieces.append(piece.count)
                })
            return (answer.body, pieces)
        }
        var offset = 0
        for piece in pieces {
            try body?.bytes(from: offset, limit: piece).withUnsafeBytes(take)
            offset += piece
        }
    }

    /// Lets the reads of this thread share one read transaction until `endTurn`: opening it is most of what a point read costs.
    ///
    /// For one turn of an event loop, never longer, since a transaction held open keeps the log from being reused. Between the two nothing
    /// may be awaited, and a read in between may not see a write that returned after the turn's first read.
    package func beginTurn() { inlineReaders.beginTurn() }
    package func endTurn() { inlineReaders.endTurn() }
}

/// What all threads of a database share.
final class DatabaseState: Sendable {
    private struct Current {
        var schema = Schema()
        var limits: TimeLimits
        var isClosed = false
    }

    private let current: Mutex<Current>
    /// Rises whenever prepared statements must go: the low half with each schema, the high half when connections must be opened anew.
    let epoch = Atomic<UInt64>(1)
    private let generations = Atomic<Int64>(0)

    init(_ limits: TimeLimits) { current = Mutex(Current(limits: limits)) }

    var schema: Schema { current.withLock { $0.schema } }
    var isClosed: Bool { current.withLock { $0.isClosed } }

    var generation: Int64 { generations.load(ordering: .acquiring) }

    func publish(_ schema: Schema) {
        generations.store(schema.generation, ordering: .releasing)
        current.withLock { current in
            current.schema = schema
            current.limits.heed(schema)
        }
        epoch.wrappingAdd(1, ordering: .releasing)
    }

    /// How long a statement of a role may take; nil is no limit.
    func timeLimit(of role: String) -> Duration? { current.withLock { $0.limits.limit(of: role) } }

    func reopenAll() { epoch.wrappingAdd(1 << 32, ordering: .releasing) }

    /// True for the first call.
    func close() -> Bool {
        current.withLock { state in
            defer { state.isClosed = true }
            return !state.isClosed
        }
    }
}

extension EmbeddedDatabase {
    /// Writes that wait for the writing thread, for metrics and tests.
    package var waitingWrites: Int { writer.queue.count }
}
