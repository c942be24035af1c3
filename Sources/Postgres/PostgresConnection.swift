import CPostgres
import OffstageDatabase
import OffstageSchema

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// One connection to PostgreSQL, used by one thread at a time.
///
/// Commands are sent as a pipeline and answered together: a transaction with its settings and its statement is one round trip.
/// Source: PostgreSQL 15, chapter 34.5, "Pipeline Mode".
final class PostgresConnection {
    /// One command of a pipeline.
    struct Command {
        var text: String
        var parameters = Parameters()
        /// Kept prepared on the connection, by its text.
        var isPrepared = true
        /// Its rows are taken one by one, as they come, instead of all at once.
        var isByRow = false
    }

    /// What a pipeline gave.
    enum Outcome {
        /// The rows of each command, as libpq holds them.
        case rows([PostgresResult])
        /// The command with this index failed; those behind it were not run.
        case failed(Int, SQLError)
        /// The connection broke. Nothing is known of the commands from this index on.
        case lost(Int, SQLError)
    }

    private let handle: OpaquePointer
    /// Names of the statements prepared on the connection, by their text.
    private var prepared: [String: String] = [:]
    private var preparedCount = 0
    private let preparedLimit: Int
    private var isCancelled = false
    /// Of whoever asked for what runs; nil where nobody can leave.
    var departure: Departure?
    /// A commit may wait for standbys, as far as the last transaction told.
    var mayWaitForStandbys = true
    /// The last thing the server said on the side.
    private let notices: Notices

    /// Connects, within `seconds` for each of the hosts that the parameters name.
    ///
    /// - Parameter preparedLimit: how many statements are kept prepared; 0 keeps none, as PgBouncer's transaction mode wants it.
    /// - Throws: 08001 with libpq's reason, which never holds a password.
    init(_ parameters: [(String, String)], preparedLimit: Int, seconds: Int, notice: @escaping @Sendable (String) -> Void) throws(SQLError)
    {
        self.preparedLimit = preparedLimit
        notices = Notices(notice)
        // Later words win, so that what must be so stands last; `dbname` may be a whole connection string, and is expanded.
        let all = Self.liveliness + parameters + [("connect_timeout", String(max(seconds, 2))), ("client_encoding", "UTF8")]
        guard let handle = Self.withCStrings(all.map(\.0), { keys in Self.withCStrings(all.map(\.1)) { PQconnectdbParams(keys, $0, 1) } })
        else { throw SQLError("53200", "out of memory") }
        self.handle = handle
        // All of it is set, so that throwing from here on ends the connection.
        guard PQstatus(handle) == CONNECTION_OK else { throw .unreachable(Self.message(handle)) }
        PQsetNoticeReceiver(handle, Notices.receive, Unmanaged.passUnretained(notices).toOpaque())
        guard PQenterPipelineMode(handle) == 1, PQsetnonblocking(handle, 1) == 0 else { throw .unreachable(Self.message(handle)) }
        askTimeline()
        guard isIdle else { throw .unreachable("the server let in and did not answer") }
    }

    deinit { PQfinish(handle) }

    /// A peer whose machine has gone is noticed within half a minute, where the connection string says nothing else. By itself the system
    /// waits two hours. libpq leaves them out of connections that are not TCP.
    private static let liveliness = [
        ("keepalives_idle", "10"), ("keepalives_interval", "5"), ("keepalives_count", "3"), ("tcp_user_timeout", "20000"),
    ]

    var isAlive: Bool { PQstatus(handle) == CONNECTION_OK }

    /// As `PQserverVersion`: 150018 for 15.18.
    var version: Int { Int(PQserverVersion(handle)) }

    /// Which take-over of the cluster the server writes after: a standby that is promoted counts one up. Nil where it does not tell.
    private(set) var timeline: UInt32?

    private func askTimeline() {
        let command = Command(
            text: "select left(pg_walfile_name(pg_current_wal_insert_lsn()), 8), current_setting('synchronous_standby_names') = ''",
            isPrepared: false)
        guard case .rows(let results) = run([command], deadline: MonotonicClock.deadline(after: .seconds(2))) else { return }
        timeline = results.first?.text(0, 0).flatMap { UInt32($0, radix: 16) }
        mayWaitForStandbys = results.first?.text(0, 1) != "t"
    }

    // MARK: Pipelines

    /// Sends the commands, and waits for all their answers until the deadline; then the statement that runs is cancelled.
    ///
    /// - Parameter commits: the last of them is the commit of a write. Then nothing is cancelled: it could hit a commit that waits for
    ///   its standbys, which would end the wait, keep the write on this server alone, and report success. What takes too long before the
    ///   commit is ended by the server, by the `statement_timeout` that was set; what is not answered soon after the deadline is lost.
    ///   Where whoever asked has gone, the statement that runs is cancelled before the deadline, but a commit that may wait for standbys.
    /// - Parameter eachRow: takes the rows of the commands that are `isByRow`. What it throws ends the command.
    func run(
        _ commands: [Command], deadline: Int64, commits: Bool = false, eachRow: ((PostgresResult) throws(SQLError) -> Void)? = nil
    ) -> Outcome {
        notices.hasGivenUpStandbys = false
        var kinds: [Kind] = []
        for (index, command) in commands.enumerated() {
            guard send(command, &kinds, index) else { return .lost(0, .unreachable(Self.message(handle))) }
        }
        guard PQpipelineSync(handle) == 1 else { return .lost(0, .unreachable(Self.message(handle))) }
        let outcome = receive(
            kinds, commands, deadline, Patience(cancels: !commits, heedsDeparture: !commits || !mayWaitForStandbys), eachRow)
        if commits, notices.hasGivenUpStandbys, case .rows = outcome { return .lost(commands.count - 1, .unreplicated) }
        return outcome
    }

    private enum Kind {
        case preparation(Int, text: String)
        case command(Int, text: String)
    }

    private func send(_ command: Command, _ kinds: inout [Kind], _ index: Int) -> Bool {
        guard command.isPrepared, preparedLimit > 0 else {
            kinds.append(.command(index, text: command.text))
            return command.parameters.with { count, values in
                PQsendQueryParams(handle, command.text, count, nil, values, nil, nil, 0) == 1
            }
        }
        let name: String
        if let known = prepared[command.text] {
            name = known
        } else {
            if prepared.count >= preparedLimit { forgetAll(&kinds, index) }
            preparedCount += 1
            name = "o\(preparedCount)"
            guard PQsendPrepare(handle, name, command.text, 0, nil) == 1 else { return false }
            kinds.append(.preparation(index, text: command.text))
            prepared[command.text] = name
        }
        kinds.append(.command(index, text: command.text))
        return command.parameters.with { count, values in PQsendQueryPrepared(handle, name, count, values, nil, nil, 0) == 1 }
    }

    /// The statements are few and come back soon: forgetting all of them at once is simpler than knowing which was used last.
    private func forgetAll(_ kinds: inout [Kind], _ index: Int) {
        prepared.removeAll(keepingCapacity: true)
        guard PQsendQueryParams(handle, "deallocate all", 0, nil, nil, nil, nil, 0) == 1 else { return }
        kinds.append(.preparation(index, text: ""))
    }

    private func receive(
        _ kinds: [Kind], _ commands: [Command], _ deadline: Int64, _ patience: consuming Patience,
        _ eachRow: ((PostgresResult) throws(SQLError) -> Void)?
    ) -> Outcome {
        var results: [PostgresResult] = []
        var failure: (index: Int, error: SQLError)?
        for kind in kinds {
            let (index, text, isPreparation) =
                switch kind {
                case .preparation(let index, let text): (index, text, true)
                case .command(let index, let text): (index, text, false)
                }
            if !isPreparation, commands[index].isByRow { _ = PQsetSingleRowMode(handle) }
            // Each command's results end with a nil.
            while true {
                guard wait(deadline, &patience) else { return lost(index, failure) }
                guard let result = PQgetResult(handle) else { break }
                let owned = PostgresResult(result)
                switch PQresultStatus(result) {
                case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
                    if !isPreparation { results.append(owned) }
                case PGRES_SINGLE_TUPLE:
                    // What comes after a failure is read and forgotten.
                    guard failure == nil else { break }
                    do throws(SQLError) { try eachRow?(owned) } catch {
                        failure = (index, error)
                        cancel()
                    }
                case PGRES_PIPELINE_ABORTED:
                    if isPreparation { prepared[text] = nil }
                // libpq's own word for a connection that ended.
                case _ where !isAlive && !owned.isFromServer: return lost(index, failure)
                default:
                    if isPreparation { prepared[text] = nil }
                    if failure == nil {
                        let error = patience.hasCancelled ? .statementTimeout : owned.error(in: text)
                        // A plan whose rows have changed their shape is made anew the next time.
                        if error.isStalePlan { prepared[text] = nil }
                        failure = (index, error)
                    }
                }
            }
            if !isAlive { return lost(index + 1, failure) }
        }
        // The result of the synchronisation point.
        guard wait(deadline, &patience), let sync = PQgetResult(handle) else {
            return lost(commands.count, failure)
        }
        PQclear(sync)
        if let failure { return .failed(failure.index, failure.error) }
        return .rows(results)
    }

    /// What the server said before the end counts: a command that failed was not committed.
    private func lost(_ index: Int, _ failure: (index: Int, error: SQLError)?) -> Outcome {
        if let failure { return .failed(failure.index, failure.error) }
        return .lost(index, .unreachable(isAlive ? "no answer came in time" : Self.message(handle)))
    }

    /// Nothing is open on it, and the server has not gone away while it was not used: that would be there to be read.
    var isIdle: Bool {
        guard isAlive, !isCancelled, PQtransactionStatus(handle) == PQTRANS_IDLE else { return false }
        guard readable(wantsWrite: false, until: 0, 0, atOnce: true) else { return true }
        return PQconsumeInput(handle) == 1 && isAlive
    }

    /// Asks the server to end what runs. When it will be heard is not known, so no other request may come onto this connection.
    private func cancel() {
        isCancelled = true
        Cancellation.send(handle)
    }

    /// A transaction is open, and nothing runs in it.
    var isInTransaction: Bool {
        let status = PQtransactionStatus(handle)
        return status == PQTRANS_INTRANS || status == PQTRANS_INERROR
    }

    /// What is done about an answer that does not come.
    private struct Patience {
        var cancels: Bool
        var heedsDeparture: Bool
        /// The deadline was the reason to cancel.
        var hasCancelled = false
        /// When nothing more is waited for; nil before the deadline.
        var end: Int64?

        /// How long a server has to answer after the deadline, in nanoseconds.
        static let most: Int64 = 2_000_000_000
        /// How long a departure may go unnoticed.
        static let look: Int64 = 100_000_000
    }

    /// Waits until a result can be taken without blocking; false where the connection broke, or is given up after its deadline.
    private func wait(_ deadline: Int64, _ patience: inout Patience) -> Bool {
        while PQisBusy(handle) == 1 {
            let flushed = PQflush(handle)
            guard flushed >= 0 else { return false }
            let now = MonotonicClock.now
            if patience.end == nil, now >= deadline {
                patience.end = now &+ Patience.most
                patience.hasCancelled = patience.cancels
                if patience.cancels { cancel() }
            }
            var until = patience.end ?? deadline
            if patience.end == nil, patience.heedsDeparture, let departure {
                if departure.isKnown {
                    until = now &+ Patience.most
                    patience.end = until
                    // One that was cancelled already is only being left.
                    if !isCancelled { cancel() }
                } else {
                    until = min(until, now &+ Patience.look)
                }
            }
            if let end = patience.end, now >= end { return false }
            guard readable(wantsWrite: flushed == 1, until: until, now) else { continue }
            // Where the connection has ended, what came before its end is there to be taken.
            guard PQconsumeInput(handle) == 1 else { return PQisBusy(handle) == 0 }
        }
        return true
    }

    /// False after the time.
    private func readable(wantsWrite: Bool, until: Int64, _ now: Int64, atOnce: Bool = false) -> Bool {
        var descriptor = pollfd(fd: PQsocket(handle), events: Int16(POLLIN | (wantsWrite ? POLLOUT : 0)), revents: 0)
        let milliseconds = atOnce ? 0 : until == MonotonicClock.never ? -1 : Int32(clamping: (until &- now) / 1_000_000 + 1)
        return poll(&descriptor, 1, milliseconds) != 0
    }

    /// Runs `body` with the connection in the mode of one command after another.
    func withoutPipeline<R>(_ body: (OpaquePointer) throws(SQLError) -> R) throws(SQLError) -> R {
        guard PQexitPipelineMode(handle) == 1, PQsetnonblocking(handle, 0) == 0 else { throw .unreachable(Self.message(handle)) }
        defer {
            _ = PQenterPipelineMode(handle)
            _ = PQsetnonblocking(handle, 1)
        }
        return try body(handle)
    }

    // MARK: Notifications

    /// Waits for a notification on a channel that is listened to: the channel's name and its word, or nil after the time or where the
    /// connection is gone.
    func notification(waiting seconds: Int) -> (channel: String, payload: String)? {
        let until = MonotonicClock.deadline(after: .seconds(seconds))
        while true {
            if let notify = PQnotifies(handle) {
                defer { PQfreemem(notify) }
                return (
                    notify.pointee.relname.map { String(cString: $0) } ?? "", notify.pointee.extra.map { String(cString: $0) } ?? ""
                )
            }
            let now = MonotonicClock.now
            guard isAlive, now < until else { return nil }
            guard readable(wantsWrite: false, until: until, now) else { return nil }
            guard PQconsumeInput(handle) == 1 else { return nil }
        }
    }

    // MARK: Helpers

    /// How many servers a connection string names, one at least.
    static func hosts(_ connection: String) -> Int {
        guard let options = PQconninfoParse(connection, nil) else { return 1 }
        defer { PQconninfoFree(options) }
        var option = options
        while let keyword = option.pointee.keyword {
            if String(cString: keyword) == "host", let value = option.pointee.val {
                return String(cString: value).split(separator: ",", omittingEmptySubsequences: false).count
            }
            option += 1
        }
        return 1
    }

    private static func message(_ handle: OpaquePointer) -> String {
        PQerrorMessage(handle).map { String(cString: $0) } ?? ""
    }

    private static func withCStrings<R>(_ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> R) -> R {
        let copies = strings.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        let pointers = copies.map { UnsafePointer($0) } + [nil]
        return pointers.withUnsafeBufferPointer { buffer in
            // The buffer holds the closing nil at least, so it has an address.
            withUnsafePointer(to: nil as UnsafePointer<CChar>?) { body(buffer.baseAddress ?? $0) }
        }
    }
}

extension SQLError {
    /// libpq's words, on one line. Callers see that the database cannot be reached, the log says why.
    static func unreachable(_ reason: String) -> SQLError {
        let line = reason.split(whereSeparator: \.isNewline).map(String.init).joined(separator: "; ")
        return SQLError("08001", "the database cannot be reached", details: line.isEmpty ? nil : line, hint: "Try again in a moment.")
    }

    /// Somebody ended the commit's wait for its standbys.
    static let unreplicated = SQLError("08001", "the database cannot be reached", details: "a commit was told not to wait for its standbys")

    /// A prepared statement's rows have another shape than when it was prepared.
    var isStalePlan: Bool { code == "0A000" && message == "cached plan must not change result type" }
}
