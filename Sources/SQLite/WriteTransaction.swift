import OffstageDatabase
package import OffstageSQL
package import OffstageSchema

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A transaction with the database to itself: migrations, imports, whatever decides as it goes.
///
/// Only usable inside the closure it was given to, on the writing thread.
package struct WriteTransaction: ~Copyable {
    private let loop: WriterLoop
    private let deadline: Int64

    init(_ loop: WriterLoop, deadline: Int64) {
        self.loop = loop
        self.deadline = deadline
    }

    var session: Session { loop.connection.session }

    /// The schema as this transaction sees it.
    package var schema: Schema { loop.schema }

    /// Runs SQLite statements as they are: the translated definitions of a migration.
    package func execute(_ script: String) throws(SQLError) {
        try alive()
        try armed { () throws(SQLError) in try loop.connection.execute(script) }
    }

    /// Runs one SQLite statement and gives its rows.
    package func rows(_ text: String, _ values: [StoredValue] = []) throws(SQLError) -> [[StoredValue]] {
        try alive()
        return try armed { () throws(SQLError) in try loop.rows(text, values) }
    }

    /// Runs one SQLite statement and gives its rows one by one: no more than one is held.
    ///
    /// - Throws: what `row` throws; the rest of the rows is not read then.
    package func each(_ text: String, _ row: ([StoredValue]) throws -> Void) throws {
        try alive()
        loop.connection.session.arm(deadline: deadline)
        defer { loop.connection.session.disarm() }
        try loop.connection.each(text, row)
    }

    func armedRun<Value>(_ body: (Connection, Schema) throws(RunStop) -> Value) throws(SQLError) -> Value {
        try alive()
        return try armed { () throws(SQLError) in
            do throws(RunStop) {
                return try body(loop.connection, loop.schema)
            } catch {
                throw error.error(in: loop.connection.session) ?? .statementTimeout
            }
        }
    }

    /// Runs a planned statement. A write that fails leaves the transaction as it was before it.
    package func run(_ statement: Statement, with inputs: Inputs, as format: RowFormat) throws(SQLError) -> Rows {
        try alive()
        switch statement {
        case .read(let read):
            return try armed { () throws(SQLError) in
                do throws(RunStop) {
                    return try loop.connection.read(read, with: inputs, as: format)
                } catch {
                    throw error.error(in: loop.connection.session) ?? .statementTimeout
                }
            }
        case .write(let write):
            try command("savepoint step")
            let attempt = loop.attempt(write, with: inputs, as: format, deadline: deadline)
            switch attempt {
            case .success(let rows):
                if inputs.rollsBack { try command("rollback to step") }
                try command("release step")
                return rows
            case .failure(let error, _):
                if !loop.connection.isAutocommitting {
                    try command("rollback to step")
                    try command("release step")
                }
                throw error
            }
        case .remote: throw .ofAnotherEngine
        }
    }

    /// What was answered to an earlier request of the same key.
    func kept(_ once: WriteTerms.Once, _ inputs: Inputs) throws(SQLError) -> Rows? {
        try armed { () throws(SQLError) in
            do throws(RunStop) { return try loop.kept(once, inputs) } catch { throw error.error(in: session) ?? .statementTimeout }
        }
    }

    func keep(_ rows: Rows, _ once: WriteTerms.Once, _ inputs: Inputs) throws(SQLError) {
        try alive()
        try armed { () throws(SQLError) in
            do throws(RunStop) { try loop.keep(rows, once, inputs) } catch { throw error.error(in: session) ?? .statementTimeout }
        }
    }

    /// What `body` did is undone if it throws; the transaction goes on.
    package func savepoint<Value>(_ body: () throws -> Value) throws -> Value {
        try alive()
        let schema = loop.changedSchema
        let waiting = loop.connection.session.deferred.count
        try command("savepoint part")
        do {
            let value = try body()
            try command("release part")
            return value
        } catch {
            if !loop.connection.isAutocommitting {
                try command("rollback to part")
                try command("release part")
            }
            let session = loop.connection.session
            session.deferred.removeLast(max(0, session.deferred.count - waiting))
            if loop.changedSchema != nil {
                loop.changedSchema = schema
                loop.connection.procedures.removeAll()
                try? loop.defineSequences(of: loop.schema)
            }
            throw error
        }
    }

    /// The schema from now on; others see it once the transaction has committed, and the catalogue with it.
    package func define(_ schema: Schema) throws(SQLError) {
        try alive()
        loop.changedSchema = schema
        // Bodies were translated for the schema before.
        loop.connection.procedures.removeAll()
        try loop.defineSequences(of: schema)
    }

    /// The next write of a sequence of this name begins at its start: it was dropped and made again.
    package func forgetSequence(_ name: QualifiedName) {
        loop.sequences.forget(name)
        _ = try? loop.rows("delete from \"offstage.sequence\" where name = ?1", [.text(name.description)])
    }

    /// Its counter goes on under another name. Before `define` with the schema that has the new one.
    package func renameSequence(_ old: QualifiedName, to new: QualifiedName) { loop.sequences.rename(old, to: new) }

    /// Hands itself to code that is not ours, for the time that `body` runs.
    package func lent<Value>(_ body: (LentTransaction) throws -> Value) throws -> Value {
        let lent = LentTransaction(loop, deadline)
        defer { lent.end() }
        return try body(lent)
    }

    private func command(_ text: String) throws(SQLError) {
        do throws(Fault) { try loop.connection.command(text) } catch { throw error.error(in: loop.connection.session) }
    }

    private func armed<Value>(_ body: () throws(SQLError) -> Value) throws(SQLError) -> Value {
        loop.connection.session.arm(deadline: deadline)
        defer { loop.connection.session.disarm() }
        return try body()
    }

    /// SQLite undoes the whole transaction when it is interrupted or the disk is full.
    private func alive() throws(SQLError) {
        guard !loop.connection.isAutocommitting else {
            throw SQLError("25P02", "current transaction is aborted, commands ignored until end of transaction block")
        }
        if session.hasDeparted { throw .departed }
        if deadline != MonotonicClock.never, MonotonicClock.now > deadline { throw .statementTimeout }
    }
}

/// A transaction in the hands of a program's own code, which may keep what it was given: afterwards, and on another thread, it does nothing.
package final class LentTransaction {
    private var loop: WriterLoop?
    private let deadline: Int64
    private let thread = pthread_self()

    fileprivate init(_ loop: WriterLoop, _ deadline: Int64) {
        self.loop = loop
        self.deadline = deadline
    }

    fileprivate func end() { loop = nil }

    /// - Throws: 25P01 once the transaction is over; what `body` throws.
    package func use<Value>(_ body: (borrowing WriteTransaction) throws(SQLError) -> Value) throws(SQLError) -> Value {
        guard pthread_equal(thread, pthread_self()) != 0, let loop else {
            throw SQLError(
                "25P01", "there is no transaction in progress",
                hint: "A transaction is used inside of the closure it was given to, and nowhere else.")
        }
        return try body(WriteTransaction(loop, deadline: deadline))
    }
}

extension EmbeddedDatabase {
    /// Runs `body` in a transaction of its own and commits it, or undoes all of it if `body` throws. Durable when it returns.
    ///
    /// The deadline (5 s if none is given, nil for no limit) counts from when it begins to run: other writes wait that long. When the task
    /// is cancelled, what runs is stopped and all of it undone.
    package func transaction<Value: Sendable>(
        deadline: Duration? = .seconds(5), _ body: @escaping @Sendable (borrowing WriteTransaction) throws -> Value
    ) async throws -> Value {
        try await Departure.watching { departure in
            try await writer.alone { loop in
                loop.connection.session.departure = departure
                defer { loop.connection.session.departure = nil }
                return loop.transact(deadline: deadline, body)
            }
        }
    }
}

/// The writing thread, for several transactions one after another, between which nobody else writes.
package struct LoneWriter: ~Copyable {
    private let loop: WriterLoop

    fileprivate init(_ loop: WriterLoop) { self.loop = loop }

    /// As ``EmbeddedDatabase/transaction(deadline:_:)``, without a limit.
    package func transaction<Value>(_ body: (borrowing WriteTransaction) throws -> Value) throws -> Value {
        let value = try loop.transact(deadline: nil, body).get()
        loop.checkpoint(.whenDue)
        return value
    }
}

extension EmbeddedDatabase {
    /// Gives `body` the writing thread for as long as it takes.
    package func alone<Value: Sendable>(_ body: @escaping @Sendable (borrowing LoneWriter) throws -> Value) async throws -> Value {
        try await writer.alone { loop in Result { try body(LoneWriter(loop)) } }
    }
}

extension WriterLoop {
    func transact<Value>(deadline: Duration?, _ body: (borrowing WriteTransaction) throws -> Value) -> Result<Value, any Error> {
        sequences.beginRequest()
        defer { connection.session.onNotice = nil }
        connection.session.forgetDeferred()
        connection.session.forgetSettings()
        do {
            try plain("begin immediate")
            let value = try body(WriteTransaction(self, deadline: MonotonicClock.deadline(after: deadline)))
            if connection.isAutocommitting { throw SQLError("25P02", "current transaction is aborted") }
            do throws(RunStop) {
                try connection.runDeferred(schema)
            } catch {
                throw error.error(in: connection.session) ?? .statementTimeout
            }
            if connection.hasUnresolvedKeys { throw Diagnosis(connection, schema, .system).unresolvedKey() }
            if let schema = changedSchema { try save(schema) }
            do throws(Fault) { try commit() } catch {
                if error.primary == 10 { reopen() }
                throw error.error(in: connection.session)
            }
            if let schema = changedSchema {
                changedSchema = nil
                state.publish(schema)
                connection.dropStatements()
                usesSavepoints = false
            }
            return .success(value)
        } catch {
            rollBack()
            if changedSchema != nil {
                changedSchema = nil
                connection.dropStatements()
                try? defineSequences(of: state.schema)
            }
            return .failure(error)
        }
    }

    private func plain(_ text: String) throws(SQLError) {
        do throws(Fault) { try connection.command(text) } catch { throw error.error(in: connection.session) }
    }
}
