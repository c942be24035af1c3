import OffstageDatabase
import OffstagePostgres
import OffstageSchema

/// The questions that a doctor asks the replicas, one after another.
struct ReplicaCheck {
    /// What the primary said, first: what it writes later no replica need have.
    private let primary: Answer
    private let limit: Duration
    private let isInProduction: Bool
    private(set) var findings = Doctor.Findings()
    /// Replicas that reads may go to now.
    private(set) var usable = 0

    /// - Parameter limit: how far behind a replica may be that is read.
    init(_ primary: PostgresSession, limit: Duration, isInProduction: Bool) throws {
        self.primary = try Answer(primary)
        self.limit = limit
        self.isInProduction = isInProduction
    }

    private struct Answer {
        var system = ""
        var isStandby = false
        var isPaused = false
        /// Bytes of the log.
        var place: UInt64 = 0
        /// It crosses the network unencrypted.
        var isPlain = false

        init(_ session: PostgresSession) throws {
            let row = try session.rows(DoctorQueries.replica).first ?? []
            guard row.count == 5 else { return }
            system = row[0] ?? ""
            (isStandby, isPaused, isPlain) = (row[1] == "t", row[2] == "t", row[4] == "t")
            place = row[3].flatMap { UInt64($0) } ?? 0
        }
    }

    mutating func look(at connection: String, called name: String) {
        do {
            let session = try PostgresSession.connect(connection, within: .seconds(10))
            var answer = try Answer(session)
            guard answer.system == primary.system else {
                findings.problems.append("\(name) is not a copy of this database: what is read there is something else. database.replicas")
                return
            }
            if answer.isPlain {
                findings.add(
                    "the connection to \(name) crosses the network unencrypted. sslmode=verify-full in its connection string",
                    isProblem: isInProduction)
            }
            guard answer.isStandby else {
                findings.notes.append("\(name) takes writes: it is the primary, and takes no reads off it. database.replicas")
                return
            }
            guard !answer.isPaused else {
                findings.problems.append("\(name) stands still: it was told to. select pg_wal_replay_resume(); there")
                return
            }
            // What is on its way comes soon.
            for _ in 0..<20 where answer.place < primary.place {
                MonotonicClock.sleep(milliseconds: 100)
                answer = try Answer(session)
            }
            guard answer.place < primary.place else { return usable += 1 }
            findings.notes.append(
                "\(name) is \((primary.place - answer.place) >> 10) KiB of the log behind after 2 s; when it is more than \(limit) behind, the primary is read instead"
            )
        } catch let error as SQLError {
            findings.problems.append("\(name) cannot be asked: \(error.details ?? error.message). The primary is read instead")
        } catch {
            findings.problems.append("\(name) cannot be asked: \(error)")
        }
    }
}
