import Synchronization

/// Whether the one who asked has gone, so that nobody waits for the answer any more.
///
/// Noted by the task that waits when it is cancelled, looked at by the thread that works: a statement is stopped by the thread that runs
/// it, and so never the one after it.
package final class Departure: Sendable {
    private let flag = Atomic<Bool>(false)

    package init() {}

    /// Never again false once it was true.
    package var isKnown: Bool { flag.load(ordering: .relaxed) }

    package func note() { flag.store(true, ordering: .relaxed) }

    /// Runs `body`, and notes it when the task is cancelled meanwhile.
    package static func watching<Value>(_ body: (Departure) async throws -> Value) async rethrows -> Value {
        let departure = Departure()
        return try await withTaskCancellationHandler {
            try await body(departure)
        } onCancel: {
            departure.note()
        }
    }
}
