import OffstageDatabase
import OffstageSchema
import Synchronization

/// One replica: its connections, and whether reads may go there.
final class Replica: Sendable {
    let pool: ConnectionPool
    private let name: String
    private let options: PostgresDatabase.Options
    /// Why reads go to the primary instead; nil where they need not.
    private let trouble = Mutex<String?>("it was not asked yet")
    private let wasAsked = Atomic<Bool>(false)
    private let usable = Atomic<Bool>(false)

    init(_ name: String, _ connection: String, _ options: PostgresDatabase.Options) throws(SQLError) {
        self.name = name
        self.options = options
        var own = options
        own.log = { options.log("\(name): \($0)") }
        pool = try ConnectionPool(connection, own)
    }

    var isUsable: Bool { usable.load(ordering: .acquiring) }

    /// What was found by asking, or by a read that failed. Only what changes is worth a line in the log.
    func judge(_ reason: String?) {
        let changes = trouble.withLock { trouble in
            defer { trouble = reason }
            return (trouble == nil) != (reason == nil)
        }
        usable.store(reason == nil, ordering: .releasing)
        let isFirst = !wasAsked.exchange(true, ordering: .relaxed)
        guard changes || isFirst else { return }
        options.log(reason.map { "reads do not go to \(name): \($0)" } ?? "reads may go to \(name)")
    }

    /// - Parameter lag: in nanoseconds; nil where it is not known.
    func judge(lag: Int64?) {
        guard let lag else { return judge("how far it is behind is not known") }
        let limit = MonotonicClock.nanoseconds(of: options.replicaLag)
        judge(lag <= limit ? nil : "it is more than \(limit / 1_000_000) ms behind")
    }
}

/// Asks a replica on a connection of its own how far it has come.
struct ReplicaWatch {
    private let replica: Replica
    private var connection: PostgresConnection?

    init(_ replica: Replica) { self.replica = replica }

    /// How far the log has come, in bytes from its beginning, and after which take-over. On a replica a checkpoint tells the latter late,
    /// and whoever may ask hears at once from where the log comes (PostgreSQL 15, chapters 9.27 and 28.2.3).
    static let question = """
        select pg_wal_lsn_diff(case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end, '0/0'), \
        case when pg_is_in_recovery() then greatest((select timeline_id from pg_control_checkpoint()), \
        (select received_tli from pg_stat_wal_receiver)) end
        """

    /// - Parameters:
    ///   - lag: of a replica that has come to this byte, as ``LogPlaces`` tells.
    ///   - newest: the newest timeline that a server was seen on.
    mutating func round(lag: (UInt64) -> Int64?, newest: () -> UInt32) {
        do throws(SQLError) {
            let current: PostgresConnection
            if let connection { current = connection } else { current = try replica.pool.line.connect(MonotonicClock.never) }
            connection = current
            let session = PostgresSession(current, deadline: MonotonicClock.deadline(after: .seconds(3)))
            guard let row = try session.rows(Self.question).first, let place = row[0].flatMap({ UInt64($0) }) else {
                return replica.judge("it does not tell how far it has come")
            }
            if let timeline = row[1].flatMap({ UInt32($0) }), timeline < newest() {
                return replica.judge("it has not heard of the last take-over")
            }
            replica.judge(lag: lag(place))
        } catch {
            connection = nil
            replica.judge(error.details ?? error.message)
        }
    }
}

extension SQLError {
    /// The replica is the reason, or may be: it cannot be reached, is busy, had to end a read for what came from the primary (40001), or has
    /// not heard of a definition or a grant yet. Who knows better is the primary.
    var mayBeOfReplica: Bool {
        ["08", "40", "42", "53", "55", "58", "XX"].contains(String(code.prefix(2))) || code.hasPrefix("57P") || code == "3F000"
            || code == "0A000"
    }

    /// The replica itself is gone, and not only one of its answers.
    var isOfGoneReplica: Bool { code == "08001" || code.hasPrefix("57P") }
}
