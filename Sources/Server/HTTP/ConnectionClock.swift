import NIOCore
import OffstageDatabase

/// What a connection is waiting for and since when.
struct ConnectionClock {
    enum Verdict: Equatable { case fine, refuse, close }

    var idleSince: NIODeadline?
    var headStarted: NIODeadline?
    var bodyStarted: NIODeadline?
    var bodyBytes = 0
    /// The client takes nothing of what was written.
    var stalledSince: NIODeadline?
    var closingSince: NIODeadline?
    /// The client has said that it sends no more.
    var inputEndedSince: NIODeadline?

    mutating func began(_ now: NIODeadline) {
        bodyStarted = now
        bodyBytes = 0
    }

    mutating func ended(_ now: NIODeadline) {
        bodyStarted = nil
        idleSince = now
    }

    /// A client that goes says no more than that it sends no more, until something is sent to it.
    func hasLeft(at now: NIODeadline) -> Bool { inputEndedSince.map { now - $0 >= Presence.patience } ?? false }

    func verdict(at now: NIODeadline, _ limits: ConnectionLimits, isIdle: Bool) -> Verdict {
        if let closingSince { return now - closingSince > .seconds(2) ? .close : .fine }
        if let stalledSince, now - stalledSince > TimeAmount(limits.idleTime) { return .close }
        if let headStarted { return now - headStarted > TimeAmount(limits.headTime) ? .refuse : .fine }
        if let bodyStarted {
            let elapsed = now - bodyStarted
            let seconds = elapsed.nanoseconds / 1_000_000_000
            let isSlow = elapsed > TimeAmount(limits.bodyGrace) && Int64(bodyBytes) < seconds * Int64(limits.bodyRate)
            return isSlow ? .refuse : .fine
        }
        if isIdle, let idleSince, now - idleSince > TimeAmount(limits.idleTime) { return .close }
        return .fine
    }
}

/// Looks at every connection, and every stream that takes its time, of one event loop about once a second: one timer instead of several for each request.
///
/// Used on its event loop only.
final class ConnectionWatch: @unchecked Sendable {
    // Everything below is touched on `loop` alone.
    private let loop: any EventLoop
    /// Runs on the loop what the doors wait for.
    let executor: LoopExecutor
    private let interval: TimeAmount
    private var watched: [ObjectIdentifier: () -> Void] = [:]
    private var timer: RepeatedTask?
    private(set) var now = NIODeadline.now()
    private var isInTurn = false

    init(_ loop: any EventLoop, _ limits: ConnectionLimits) {
        self.loop = loop
        executor = LoopExecutor(loop)
        let shortest = min(limits.headTime, limits.idleTime, limits.bodyGrace)
        interval = max(.milliseconds(10), min(.seconds(1), .nanoseconds(TimeAmount(shortest).nanoseconds / 4)))
    }

    /// - Parameter tick: called about once a second until ``remove(_:)``.
    func add(_ one: AnyObject, _ tick: @escaping () -> Void) {
        if timer == nil {
            now = .now()
            timer = loop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in self.tick() }
        }
        watched[ObjectIdentifier(one)] = tick
    }

    func remove(_ one: AnyObject) {
        watched[ObjectIdentifier(one)] = nil
        // Nothing to watch: an idle server sleeps.
        if watched.isEmpty {
            timer?.cancel()
            timer = nil
        }
    }

    /// The reads that arrive in one turn of the loop share a transaction; what was queued behind them ends it.
    func beginTurn(_ rest: RestService?) {
        guard !isInTurn, let driver = rest?.driver else { return }
        isInTurn = true
        driver.beginTurn()
        loop.execute {
            driver.endTurn()
            self.isInTurn = false
        }
    }

    private func tick() {
        now = .now()
        for tick in Array(watched.values) { tick() }
    }
}

/// Tells the door that bytes have come, before they are a head.
final class ByteWatch: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let door: HotDoor

    init(_ door: HotDoor) { self.door = door }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        door.received()
        context.fireChannelRead(data)
    }
}

@available(*, unavailable) extension ByteWatch: Sendable {}
