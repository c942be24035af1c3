import Synchronization
import Testing

/// A few cases at a time: each has an engine with threads of its own, and a long run has thousands of cases that would all begin at once.
struct InTurns: SuiteTrait, TestTrait, TestScoping {
    var isRecursive: Bool { true }

    private static let turns = Turns(16)

    func provideScope(for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void) async throws
    {
        guard testCase != nil else { return try await function() }
        await Self.turns.enter()
        defer { Self.turns.leave() }
        try await function()
    }
}

extension Trait where Self == InTurns {
    static var inTurns: InTurns { InTurns() }
}

/// A number of places, and those who wait for one, in their order.
private final class Turns: Sendable {
    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(_ places: Int) { state = Mutex(State(free: places)) }

    func enter() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.free == 0 else {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard !state.waiting.isEmpty else {
                state.free += 1
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
