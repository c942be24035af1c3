import Synchronization

/// How long the parts of an answer took, for `Server-Timing` (W3C Server Timing).
final class ServerTimes: Sendable {
    private struct State {
        var last = Clock.ticks()
        var parts: [String] = []
    }

    private let state = Mutex(State())

    /// Ends a part.
    func mark(_ name: String) {
        state.withLock { state in
            let now = Clock.ticks()
            let microseconds = (now &- state.last) / 1_000
            let fraction = String(microseconds % 1_000)
            state.parts.append("\(name);dur=\(microseconds / 1_000).\(String(repeating: "0", count: 3 - fraction.utf8.count))\(fraction)")
            state.last = now
        }
    }

    /// `jwt;dur=0.021, plan;dur=0.114, transaction;dur=1.530`, in milliseconds.
    var text: String { state.withLock { $0.parts.joined(separator: ", ") } }
}

extension RestService {
    /// Who asks, then what is answered at once; or the plan, and what the database was waited for.
    func timed(_ head: RequestHead, _ body: [UInt8], _ isOnEventLoop: Bool) -> Answer {
        let times = ServerTimes()
        switch untimed(head, body, isOnEventLoop, times) {
        case .now(var response):
            times.mark("response")
            response.fields.add("Server-Timing", times.text)
            return .now(response)
        case .later(let run):
            times.mark("plan")
            return .later {
                var response = await run()
                times.mark("transaction")
                response.fields.add("Server-Timing", times.text)
                return response
            }
        }
    }
}
