import Synchronization

/// Work that has a limit: whoever waits for it is told when the time is over, whether the work heeds its cancellation or not.
enum TimeLimit {
    /// - Throws: what `body` throws, or `late` when it has not ended in time.
    static func run<Value: Sendable>(
        _ limit: Duration, late: @autoclosure @escaping @Sendable () -> any Error, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let race = Race<Value>()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                race.begin(continuation)
                // A task of its own, on the program's threads: a function may work and wait as it likes, never on the thread of a connection.
                let work = Task.detached {
                    do { race.end(.success(try await body())) } catch { race.end(.failure(error)) }
                }
                let clock = Task.detached {
                    try await Task.sleep(for: limit)
                    race.end(.failure(late()))
                }
                race.started([work.cancel, clock.cancel])
            }
        } onCancel: {
            race.end(.failure(CancellationError()))
        }
    }

    /// The first end counts, and cancels what still runs.
    private final class Race<Value: Sendable>: Sendable {
        private struct State {
            var continuation: CheckedContinuation<Value, any Error>?
            var ended: Result<Value, any Error>?
            var cancels: [@Sendable () -> Void] = []
        }

        private let state = Mutex(State())

        func begin(_ continuation: CheckedContinuation<Value, any Error>) {
            let ended = state.withLock { state in
                if state.ended == nil { state.continuation = continuation }
                return state.ended
            }
            if let ended { continuation.resume(with: ended) }
        }

        func started(_ cancels: [@Sendable () -> Void]) {
            let isOver = state.withLock { state in
                state.cancels = cancels
                return state.ended != nil
            }
            if isOver { for cancel in cancels { cancel() } }
        }

        func end(_ result: Result<Value, any Error>) {
            let (continuation, cancels) = state.withLock { state in
                guard state.ended == nil else { return (nil as CheckedContinuation<Value, any Error>?, [] as [@Sendable () -> Void]) }
                state.ended = result
                defer { state.continuation = nil }
                return (state.continuation, state.cancels)
            }
            continuation?.resume(with: result)
            for cancel in cancels { cancel() }
        }
    }
}
