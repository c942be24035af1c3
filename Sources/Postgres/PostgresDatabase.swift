package import OffstageDatabase
package import OffstageQuery
package import OffstageSQL
package import OffstageSchema
import Synchronization

/// A project's database on PostgreSQL, reached through a pool of connections.
///
/// Each request is one transaction, sent as one pipeline: begin, the caller's role and claims, the statement, commit. PostgreSQL's own
/// grants and policies say what the role may do, and its answer is handed on as it came.
///
/// ```swift
/// let database = PostgresDatabase("postgres://localhost/shop", options: options)
/// try await database.start()
/// ```
package final class PostgresDatabase: Driver {
    package struct Options: Sendable {
        /// Connections of this server.
        package var connections = 10
        /// Requests that may wait for a connection; more are told to come back (53300).
        package var queue = 512
        /// How long a statement of a role may take, where that is less than `otherTimeLimit`.
        package var timeLimits: [String: Duration] = ["anon": .seconds(3)]
        package var otherTimeLimit: Duration = .seconds(8)
        /// Seconds that connecting may take.
        package var connectTimeout = 5
        /// Statements kept prepared on each connection; 0 behind PgBouncer in transaction mode.
        package var preparedStatements = 256
        /// Where reads may go that say so, as libpq takes them.
        package var replicas: [String] = []
        /// How far behind a replica may be; one that is further is not asked.
        package var replicaLag: Duration = .seconds(10)
        /// The schemas a request may reach.
        package var exposed: [String] = ["public"] { didSet { searchPath = Self.path(exposed, extraSearchPath) } }
        /// What else unqualified names are looked for in.
        package var extraSearchPath: [String] = ["public", "extensions"] { didSet { searchPath = Self.path(exposed, extraSearchPath) } }
        /// Both, as PostgreSQL takes them: the same for every request.
        private(set) var searchPath = Self.path(["public"], ["public", "extensions"])

        private static func path(_ exposed: [String], _ extra: [String]) -> String {
            (exposed.prefix(1) + extra.filter { $0 != exposed.first }).map(PostgresDialect.quoted).joined(separator: ", ")
        }

        /// Bytes of the longest answer in lines; what does not fit into memory is kept in a file of this folder meanwhile.
        package var answerLimit = 1 << 30
        package var answerFolder = "/tmp"
        package var log: @Sendable (String) -> Void = { _ in }
        /// Is given what is told on the channel `offstage` and is no change of the catalogue; nil where something may have been missed.
        package var heard: @Sendable (String?) -> Void = { _ in }
        /// A question asked now and then, since a notice may never arrive (PgBouncer in transaction mode): another answer than before is told as nil.
        package var watched = "select 1"

        package init() {}
    }

    package let options: Options
    let pool: ConnectionPool
    let replicas: Replicas
    private let current = Mutex(Schema())
    private let limits: Mutex<TimeLimits>
    private let generations = Atomic<Int64>(0)
    private let listener = Mutex<OwnThread?>(nil)
    private let isClosed = Atomic<Bool>(false)
    /// When the catalogue was last read because a request met what it did not know.
    private let suspected = Mutex<Int64>(0)

    /// Does not connect yet.
    ///
    /// - Parameter connection: a URI or keywords, as libpq takes them; the environment and the password file fill in what it leaves out.
    /// - Throws: 53000 where no thread can be started.
    package init(_ connection: String, options: Options = Options()) throws(SQLError) {
        self.options = options
        limits = Mutex(TimeLimits(roles: options.timeLimits, others: options.otherTimeLimit))
        pool = try ConnectionPool(connection, options)
        replicas = try Replicas(options, primary: pool.line)
    }

    deinit { close() }

    package var schema: Schema { current.withLock { $0 } }
    package var generation: Int64 { generations.load(ordering: .acquiring) }

    /// Connects and reads the catalogue.
    ///
    /// - Throws: 08001 where the database cannot be reached, 0A000 where it is too old.
    package func start() async throws { try await reload() }

    /// Begins to follow the database: its catalogue is read again when it is told of a change on the channels `offstage` and `pgrst`, and
    /// whether it can be reached is known without a request.
    package func follow() throws(SQLError) {
        let thread = try OwnThread { [weak self, line = pool.line] in
            var follower = Follower(line)
            while let database = self, !database.isClosed.load(ordering: .acquiring) { follower.round(for: database) }
        }
        listener.withLock { $0 = thread }
        try replicas.follow()
    }

    func reload(on connection: PostgresConnection) {
        do {
            publish(try PostgresSession(connection, deadline: MonotonicClock.deadline(after: Self.readingTime)).catalogue())
        } catch {
            options.log("the catalogue could not be read again: \(error)")
        }
    }

    /// A request met something that the catalogue here says is there, or the other way round: it is read again, every few seconds at most.
    private func suspect(_ error: SQLError) {
        guard ["42P01", "42703", "42883", "42704", "3F000"].contains(error.code) else { return }
        let now = MonotonicClock.now
        let isTime = suspected.withLock { last in
            guard now &- last > 5_000_000_000 else { return false }
            last = now
            return true
        }
        if isTime { Task { try? await self.reload() } }
    }

    /// How long reading the catalogue may take; a server that hangs is not waited for.
    private static let readingTime = Duration.seconds(60)

    /// Reads the catalogue again; requests go on with the old one until it is there.
    package func reload() async throws {
        let deadline = MonotonicClock.deadline(after: Self.readingTime)
        let version = try await pool.perform(deadline: deadline) { connection throws(SQLError) in connection.version }
        guard version >= 140_000 else {
            throw SQLError("0A000", "PostgreSQL \(version / 10_000) is too old", hint: "Offstage needs PostgreSQL 14 or newer.")
        }
        let read: Result<Schema, any Error> = try await pool.perform(deadline: deadline) { connection throws(SQLError) in
            Result { try PostgresSession(connection, deadline: deadline).catalogue() }
        }
        publish(try read.get())
    }

    private func publish(_ schema: Schema) {
        current.withLock { current in
            var fresh = schema
            fresh.authority = .database
            fresh.generation = current.generation + 1
            current = fresh
            generations.store(fresh.generation, ordering: .releasing)
        }
        limits.withLock { $0.heed(schema) }
    }

    /// How long a statement of a role may take; nil is no limit.
    func timeLimit(of role: String) -> Duration? { limits.withLock { $0.limit(of: role) } }

    /// Finishes what is queued. Reads and writes after it fail with 57P01.
    package func close() {
        isClosed.store(true, ordering: .releasing)
        let thread = listener.withLock { listener in
            defer { listener = nil }
            return listener
        }
        thread?.join()
        pool.close()
        replicas.close()
    }

    package func statement(for plan: TablePlan) throws(SQLError) -> Statement { PostgresDialect(schema).statement(for: plan) }

    /// Nothing is answered without asking the server.
    package func readInline(_ read: Statement, with inputs: Inputs, as format: RowFormat) throws(SQLError) -> Rows? { nil }

    package func run(_ statement: Statement, with inputs: Inputs, as format: RowFormat) async throws(SQLError) -> Rows {
        guard case .remote(let remote) = statement else { throw SQLError("XX000", "this statement is not for PostgreSQL") }
        let deadline = MonotonicClock.deadline(after: timeLimit(of: inputs.caller.role))
        if let terms = inputs.terms {
            let options = options
            let result = try await pool.perform(deadline: deadline) { connection throws(SQLError) -> Result<Rows, any Error> in
                let script = RemoteScript(connection: connection, options: options, deadline: deadline)
                return try Result { try script.transaction(remote, on: terms, with: inputs, as: format) }.orDatabaseError()
            }
            do { return try result.get() } catch { throw .wrongAnswer }
        }
        let options = options
        do throws(SQLError) {
            if let rows = try await readReplica(remote, inputs, format, deadline) { return rows }
            return try await pool.perform(deadline: deadline, isWrite: remote.isWrite) { connection throws(SQLError) in
                try RemoteTransaction(remote, inputs, format, options, deadline: deadline).run(on: connection, deadline: deadline)
            }
        } catch {
            suspect(error)
            throw error
        }
    }

    /// What a replica says to a read that may be answered by one; nil where the primary must be asked.
    private func readReplica(
        _ remote: RemoteStatement, _ inputs: Inputs, _ format: RowFormat, _ deadline: Int64
    ) async throws(SQLError) -> Rows? {
        guard inputs.mayReadReplica, !remote.isWrite, let replica = replicas.next() else { return nil }
        do throws(SQLError) {
            return try await replica.pool.perform(deadline: deadline, isWrite: false) { [options] connection throws(SQLError) in
                try RemoteTransaction(remote, inputs, format, options, deadline: deadline).run(on: connection, deadline: deadline)
            }
        } catch {
            guard error.mayBeOfReplica else { throw error }
            if error.isOfGoneReplica { replica.judge("a read failed there: \(error.message)") }
            return nil
        }
    }

    package var honoursTerms: Bool { true }

    package func run(_ script: some StatementScript, with inputs: Inputs) async throws -> Rows {
        let deadline = MonotonicClock.deadline(after: timeLimit(of: inputs.caller.role))
        let options = options
        let result = try await pool.perform(deadline: deadline) { connection throws(SQLError) -> Result<Rows, any Error> in
            let steps = RemoteScript(connection: connection, options: options, deadline: deadline)
            return try Result { try steps.transaction { try steps.run(script, with: inputs) } }.orDatabaseError()
        }
        return try result.get()
    }

    /// Rows of a statement of the server's own, as the login user.
    package func rows(_ sql: String, _ values: [String?] = []) async throws(SQLError) -> [[String?]] {
        try await pool.perform(deadline: MonotonicClock.never) { connection throws(SQLError) in
            do throws(SQLError) { return try PostgresSession(connection).rows(sql, values) } catch {
                // It may have written, and is not sent again.
                throw error.code == "08001" ? .unknownFate(error) : error
            }
        }
    }

    /// Gives `body` a connection of its own, on a thread where it may take its time.
    package func session<Value: Sendable>(_ body: @escaping @Sendable (PostgresSession) throws -> Value) async throws -> Value {
        let result: Result<Value, any Error> = try await pool.perform(deadline: MonotonicClock.never) { connection throws(SQLError) in
            Result { try body(PostgresSession(connection)) }
        }
        return try result.get()
    }

    /// Why the database cannot be used now; nil where it can.
    package var unreadiness: String? { pool.line.trouble }
}

extension Result {
    /// What the database said is thrown, so that the pool sees it and may try another connection; what else failed stays.
    func orDatabaseError() throws(SQLError) -> Self {
        if case .failure(let error as SQLError) = self { throw error }
        return self
    }
}
