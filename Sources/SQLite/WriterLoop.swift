import CSQLite
import OffstageDatabase
import OffstageSQL
import OffstageSchema

/// What the writing thread does: takes what waits, runs it in one transaction, syncs once, and then answers all of it.
///
/// Nothing is answered before the commit, refusals neither: a refusal may rest on a neighbour's row that is not yet certain.
final class WriterLoop {
    let path: String
    let options: EmbeddedDatabase.Options
    let state: DatabaseState
    let sequences = Sequences()
    var connection: Connection
    /// The schema of a transaction that changes it, until that commits.
    var changedSchema: Schema?
    /// Once a key was found unresolved at the end of a job, even single statements get savepoints: their tables may defer keys.
    var usesSavepoints = false
    /// The file could not be opened again after a failure; tried at the next job.
    private var isLost = false
    /// When the oldest kept answer was given, as far as is known; nil for none.
    var oldestAnswer: Int64?
    let log = LogSize()

    init(_ path: String, _ options: EmbeddedDatabase.Options, _ state: DatabaseState) throws(Fault) {
        self.path = path
        self.options = options
        self.state = state
        connection = try Self.connect(path, options)
        attach()
        do throws(SQLError) {
            try loadCatalogue()
        } catch {
            throw Fault(SQLITE_ERROR, RaisedError.text(error))
        }
    }

    var schema: Schema { changedSchema ?? state.schema }

    func serve(_ queue: WorkQueue<Writer.Job>) {
        forgetOldAnswers()
        // Kept answers have their day even where nothing is written any more.
        while let jobs = queue.take(upTo: options.batch, waiting: !log.isEmpty ? 2 : oldestAnswer == nil ? nil : 600) {
            if jobs.isEmpty {
                forgetOldAnswers()
                checkpoint(.whenIdle)
                continue
            }
            var batch: [Writer.WriteJob] = []
            for job in jobs {
                switch job {
                case .write(let job): batch.append(job)
                case .alone(let body):
                    settle(batch)
                    batch.removeAll()
                    _ = isUsable
                    body(self)
                }
            }
            settle(batch)
            forgetOldAnswers()
            checkpoint(.whenDue)
        }
        checkpoint(.whenIdle)
    }

    /// Runs all jobs to their end and answers them.
    private func settle(_ jobs: [Writer.WriteJob]) {
        guard !jobs.isEmpty else { return }
        var batch = Batch(jobs)
        guard isUsable else { return batch.answer(failingWith: .unreadable) }
        while !batch.waiting.isEmpty {
            switch transact(&batch) {
            case .committed: batch.waiting.removeAll()
            case .again: continue
            case .lost(let index, let fault): remove(index, fault, from: &batch)
            case .failed(let fault):
                batch.fail(fault.error(in: connection.session))
                if fault.primary == SQLITE_IOERR || fault.primary == SQLITE_CORRUPT { reopen() }
            }
        }
        batch.answer(failingWith: .unreadable)
    }

    /// SQLite undid the whole transaction because of one job; the others are innocent and nothing of them was answered.
    private func remove(_ index: Int, _ fault: Fault, from batch: inout Batch) {
        switch fault.primary {
        case SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_NOTADB:
            batch.fail(fault.error(in: connection.session))
            reopen()
        case SQLITE_FULL where batch.metFullDisk:
            batch.fail(.diskFull)
        default:
            if fault.primary == SQLITE_FULL { batch.metFullDisk = true }
            batch.results[index] = .failure(fault.error(in: connection.session))
            batch.waiting.removeAll { $0 == index }
            batch.losses += 1
        }
    }

    enum Outcome {
        case committed
        /// Nothing counts; run them again, now with savepoints.
        case again
        /// Nothing counts, by the fault of this job.
        case lost(Int, Fault)
        case failed(Fault)
    }

    private func transact(_ batch: inout Batch) -> Outcome {
        // The second loss in a batch: from now on nobody pays for a neighbour.
        let indices = batch.losses >= 2 ? Array(batch.waiting.prefix(1)) : batch.waiting
        do throws(Fault) {
            try connection.command("begin immediate")
        } catch {
            return .failed(error)
        }
        for index in indices {
            switch run(batch.jobs[index]) {
            case .answer(let result): batch.results[index] = result
            case .lost(let fault): return .lost(index, fault)
            case .needsSavepoints:
                usesSavepoints = true
                rollBack()
                return .again
            }
        }
        do throws(Fault) {
            try commit()
        } catch {
            return .failed(error)
        }
        if indices.count < batch.waiting.count {
            batch.waiting.removeFirst(indices.count)
            return .again
        }
        return .committed
    }

    /// Commits with the sequences' state. After an error nothing of the transaction is left.
    func commit() throws(Fault) {
        do throws(Fault) {
            try sequences.save(on: connection)
            try connection.command("commit")
            sequences.saved()
        } catch {
            rollBack()
            throw error
        }
    }

    func rollBack() {
        connection.session.disarm()
        if !connection.isAutocommitting { try? connection.command("rollback") }
    }

    // MARK: One job

    private enum JobOutcome {
        case answer(Result<Rows, SQLError>)
        case lost(Fault)
        case needsSavepoints
    }

    private func run(_ job: Writer.WriteJob) -> JobOutcome {
        if job.deadline != MonotonicClock.never, MonotonicClock.now > job.deadline { return .answer(.failure(.statementTimeout)) }
        if job.departure.isKnown { return .answer(.failure(.departed)) }
        connection.session.departure = job.departure
        defer { connection.session.departure = nil }
        sequences.beginRequest()
        connection.session.forgetDeferred()
        connection.session.forgetSettings()
        let isSingle = job.isSingleStatement && !usesSavepoints
        do throws(Fault) {
            if !isSingle { try connection.command("savepoint job") }
            let result = attempt(job.write, with: job.inputs, as: job.format, deadline: job.deadline)
            if connection.isAutocommitting { return .lost(result.fault ?? Fault(SQLITE_ERROR, "the transaction was lost")) }
            // A failed job is undone with all it left open.
            if case .success = result, connection.hasUnresolvedKeys {
                if isSingle { return .needsSavepoints }
                let error = Diagnosis(connection, schema, job.inputs.caller).unresolvedKey()
                try undo()
                return .answer(.failure(error))
            }
            switch result {
            case .success(let rows):
                if !isSingle { if job.inputs.rollsBack { try undo() } else { try connection.command("release job") } }
                return .answer(.success(rows))
            case .failure(let error, _):
                if !isSingle { try undo() }
                return .answer(.failure(error))
            }
        } catch {
            rollBack()
            return .lost(error)
        }
    }

    private func undo() throws(Fault) {
        try connection.command("rollback to job")
        try connection.command("release job")
    }

    enum Attempt {
        case success(Rows)
        case failure(SQLError, Fault?)

        var fault: Fault? { if case .failure(_, let fault) = self { fault } else { nil } }
    }

    /// Runs a write inside the open transaction, with its deadline.
    func attempt(_ write: Write, with inputs: Inputs, as format: RowFormat, deadline: Int64) -> Attempt {
        connection.session.arm(deadline: deadline)
        defer { connection.session.disarm() }
        do throws(RunStop) {
            if let terms = inputs.terms { return .success(try run(write, on: terms, with: inputs, as: format)) }
            return .success(try perform(write, with: inputs, as: format))
        } catch {
            let fault: Fault? = if case .fault(let fault) = error { fault } else { nil }
            return .failure(error.error(in: connection.session) ?? connection.session.interruption, fault)
        }
    }

    func perform(_ write: Write, with inputs: Inputs, as format: RowFormat) throws(RunStop) -> Rows {
        var run = try WriteRun(write, with: inputs, as: format, on: connection, schema, sequences)
        let rows = try run.run()
        try connection.runDeferred(schema)
        return rows
    }

    // MARK: The file

    private var isUsable: Bool {
        if isLost { reopen() }
        return !isLost
    }

    /// After a failed sync nobody knows what the disk holds: only reading it again tells.
    func reopen() {
        state.reopenAll()
        do throws(Fault) {
            connection = try Self.connect(path, options)
            attach()
            isLost = false
        } catch {
            isLost = true
        }
    }

    private static func connect(_ path: String, _ options: EmbeddedDatabase.Options) throws(Fault) -> Connection {
        let connection = try Connection(path: path, for: .writer)
        if !options.enforcesForeignKeys { try connection.command("pragma foreign_keys = off") }
        return connection
    }

    private func attach() {
        connection.session.sequences = sequences
        connection.session.schema = { [unowned self] in schema }
        log.watch(connection)
    }
}

extension Writer.WriteJob {
    /// One statement undoes itself when it fails, so it needs no savepoint.
    var isSingleStatement: Bool {
        guard write.representation == nil, write.location == nil, !inputs.rollsBack, !inputs.wantsSingle, inputs.maxAffected == nil,
            inputs.terms == nil
        else { return false }
        switch write.action {
        case .insert: return inputs.rows.count == 1
        case .update: return true
        case .delete(let find, _): return find == nil
        case .call, .rows: return false
        }
    }
}

/// Jobs that share a transaction, and how far they are.
private struct Batch {
    let jobs: [Writer.WriteJob]
    var results: [Result<Rows, SQLError>?]
    /// Indices of the jobs that have no certain result yet, in order.
    var waiting: [Int]
    var losses = 0
    var metFullDisk = false

    init(_ jobs: [Writer.WriteJob]) {
        self.jobs = jobs
        results = Array(repeating: nil, count: jobs.count)
        waiting = Array(jobs.indices)
    }

    mutating func fail(_ error: SQLError) {
        for index in waiting { results[index] = .failure(error) }
        waiting.removeAll()
    }

    func answer(failingWith error: SQLError) {
        for (job, result) in zip(jobs, results) { job.answer(result ?? .failure(error)) }
    }
}
