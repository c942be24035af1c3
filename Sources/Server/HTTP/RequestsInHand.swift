import Synchronization

/// The requests that the door on the event loop waits for: they end before the event loops do.
///
/// Unlike Hummingbird's they belong to no connection's task, which is most of what such a task costs.
final class RequestsInHand: Sendable {
    private struct State {
        var tasks: [UInt64: Task<Void, Never>] = [:]
        var next: UInt64 = 0
    }

    private let state = Mutex(State())

    /// Runs on the executor's event loop, from its next turn on.
    func run(on executor: LoopExecutor, _ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        state.withLock { state in
            let number = state.next
            state.next &+= 1
            // It cannot end before it is listed: its end waits for this lock.
            let task = Task(executorPreference: executor) {
                await body()
                self.state.withLock { $0.tasks[number] = nil }
            }
            state.tasks[number] = task
            return task
        }
    }

    /// Tells those that are left to end, and waits for it.
    func end() async {
        while let (_, task) = state.withLock({ $0.tasks.first }) {
            task.cancel()
            await task.value
        }
    }
}
