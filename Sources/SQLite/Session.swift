import OffstageDatabase
import OffstageSQL
package import OffstageSchema

/// What a connection's own functions and its progress handler may look at while a statement runs.
///
/// One per connection, reached from C through the function's user data, and so never on two threads at once.
package final class Session {
    /// Why the progress handler stopped a statement.
    enum Stop { case steps, deadline }

    /// How many virtual machine steps lie between two calls of the progress handler: about 7 µs.
    static let stepsPerTick: Int32 = 1000

    /// Ticks until the statement is stopped; event loops set a small one.
    var ticksLeft = Int.max
    var deadline = MonotonicClock.never
    /// Of whoever asked for what runs; nil where nobody can leave.
    var departure: Departure?
    /// `begin`, `commit` and `rollback to` must not be interrupted, so the handler sleeps outside of statements.
    var isArmed = false
    var stop: Stop?

    /// The request's start, in microseconds since 2000-01-01 UTC: what `now()` means.
    package var now: Int64 = 0
    /// The rules of the request's time zone.
    package var values = ValueContext()

    /// What `set_config` has set for this request, and the numbers that follow from `setseed`.
    var settings: [String: String] = [:]
    var random: Xoroshiro?

    /// The project's sequences, on the connection that writes; elsewhere `nextval` is refused.
    var sequences: Sequences?
    /// The row that was there already for the upsert's current one: its number in the file before and afterwards.
    var merged: (old: Int64, new: Int64)?
    /// The connection it is of, and what the functions of the project run with.
    unowned(unsafe) var connection: Connection?
    /// What the running statement was given.
    var inputs: Inputs?
    /// The schema as statements of now see it.
    var schema: () -> Schema = { Schema() }
    /// How many functions of the project run inside one another.
    var callDepth = 0
    /// Told of `raise notice` and its kin.
    var onNotice: ((Notice) -> Void)?
    /// Rows kept in memory for the statements that are running.
    var rowSets = RowSets()
    /// Writes inside writes: triggers that write fire others.
    var writeDepth = 0
    static let deepestWrite = 64
    /// Put off to the end of the job or transaction.
    var deferred: [DeferredWork] = []
    var modes = ConstraintModes()
    /// Whether some key refers to a table; emptied when the schema changes.
    var referenced: [QualifiedName: Bool] = [:]
    /// Rows that a diagnosis wants to see: filled by `pg_capture`.
    var captured: [[StoredValue]] = []
    /// A null in an integer primary key is let through, so that a diagnosis sees its row.
    var letsNullKeys = false

    func arm(deadline: Int64, ticks: Int = .max) {
        self.deadline = deadline
        ticksLeft = ticks
        stop = nil
        isArmed = true
    }

    /// What one request has set means nothing to the next.
    func forgetSettings() {
        if !settings.isEmpty { settings = [:] }
        random = nil
    }

    /// What functions said about the answer.
    func tell(_ rows: inout Rows) {
        guard !settings.isEmpty else { return }
        rows.status = settings["response.status"].flatMap { $0.isEmpty ? nil : $0 }
        rows.headers = settings["response.headers"].flatMap { $0.isEmpty ? nil : $0 }
    }

    func disarm() { isArmed = false }

    /// The time of what runs is over, or nobody waits for it any more.
    var isOver: Bool { hasDeparted || deadline != MonotonicClock.never && MonotonicClock.now > deadline }
    var hasDeparted: Bool { departure?.isKnown ?? false }

    /// Why what ran was stopped.
    var interruption: SQLError { hasDeparted ? .departed : .statementTimeout }

    /// True: the statement must stop. Called every `stepsPerTick` steps.
    func tick() -> Bool {
        guard isArmed else { return false }
        ticksLeft -= 1
        if ticksLeft < 0 {
            stop = .steps
        } else if isOver {
            stop = .deadline
        } else {
            return false
        }
        return true
    }
}

@available(*, unavailable) extension Session: Sendable {}
