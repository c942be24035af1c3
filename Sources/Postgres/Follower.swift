import OffstageDatabase
import OffstageSchema

/// Follows the database on a connection of its own: hears of changes to the catalogue, asks now and then whether the server still
/// answers, and clears away what has had its day.
struct Follower {
    private let line: Line
    private var connection: PostgresConnection?
    private var mayHaveMissed = false
    private var nextCleaning: Int64 = 0
    private var nextQuestion: Int64 = 0
    private var lastAnswer: [[String?]]?

    /// What tells of a change to the catalogue.
    private static let reloading: Set = ["", "reload schema", "reload config"]

    init(_ line: Line) { self.line = line }

    /// A second at most, so that closing need not wait longer; a few more where the server does not answer.
    mutating func round(for database: PostgresDatabase) {
        guard let connection, connection.isAlive else { return connect(for: database) }
        var heard: Set<String> = []
        // What comes in one go is one change.
        while let notification = connection.notification(waiting: heard.isEmpty ? 1 : 0) { heard.insert(notification.payload) }
        if !heard.isDisjoint(with: Self.reloading) { database.reload(on: connection) }
        for notice in heard.subtracting(Self.reloading) { database.options.heard(notice) }
        guard answers(connection, database.options), tells(connection, database.replicas) else {
            // That this one was lost says nothing of the others; whether another can be had is seen at once. One that is ended again and
            // again may take its time.
            self.connection = nil
            MonotonicClock.sleep(milliseconds: 100)
            return
        }
        if MonotonicClock.now >= nextCleaning {
            nextCleaning = MonotonicClock.deadline(after: .seconds(600))
            forgetOldAnswers(on: connection, database.options.log)
        }
    }

    private mutating func connect(for database: PostgresDatabase) {
        connection = nil
        do throws(SQLError) {
            let fresh = try line.connect(MonotonicClock.never)
            let session = PostgresSession(fresh, deadline: MonotonicClock.deadline(after: .seconds(5)))
            _ = try session.rows("listen offstage")
            _ = try session.rows("listen pgrst")
            connection = fresh
            if mayHaveMissed {
                database.reload(on: fresh)
                database.options.heard(nil)
            }
            mayHaveMissed = true
        } catch {
            MonotonicClock.sleep(milliseconds: 250)
        }
    }

    /// A server that hangs closes no connection, and what it would be told of is told to the one that took its place.
    private mutating func answers(_ connection: PostgresConnection, _ options: PostgresDatabase.Options) -> Bool {
        guard connection.isAlive, line.isCurrent(connection) else { return false }
        guard MonotonicClock.now >= nextQuestion else { return true }
        nextQuestion = MonotonicClock.deadline(after: .seconds(10))
        do throws(SQLError) {
            let answer = try PostgresSession(connection, deadline: MonotonicClock.deadline(after: .seconds(3))).rows(options.watched)
            line.hear(connection)
            if let lastAnswer, answer != lastAnswer { options.heard(nil) }
            lastAnswer = answer
            return true
        } catch {
            return false
        }
    }

    /// How far a replica is behind is told by where the primary was, round by round.
    private func tells(_ connection: PostgresConnection, _ replicas: Replicas) -> Bool {
        guard !replicas.isEmpty else { return true }
        do throws(SQLError) {
            let session = PostgresSession(connection, deadline: MonotonicClock.deadline(after: .seconds(3)))
            let place = try session.rows(ReplicaWatch.question).first?.first ?? nil
            if let place = place.flatMap({ UInt64($0) }) { replicas.note(primary: place) }
            return true
        } catch {
            return false
        }
    }

    /// Answers that have had their day go, some at a time.
    private func forgetOldAnswers(on connection: PostgresConnection, _ log: (String) -> Void) {
        let session = PostgresSession(connection, deadline: MonotonicClock.deadline(after: .seconds(30)))
        do throws(SQLError) {
            _ = try session.rows(RemoteScript.forgetting, ["10000", ""])
            _ = try session.rows("delete from offstage.answer_owner where answers <= 0")
        } catch {
            log("old answers of Idempotency-Keys could not be removed: \(error)")
        }
    }
}
