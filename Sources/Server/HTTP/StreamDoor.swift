import HTTPTypes
import NIOCore
import NIOHTTPTypes
import OffstageSQL

/// The door of an HTTP/2 stream, in front of Hummingbird's: answers at once what can be answered at once, passes everything else on, and
/// keeps watch over the stream.
final class StreamDoor: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundOut = HTTPResponsePart

    /// A request that was passed on.
    struct Passed {
        var visit: Visit
        /// What was begun for it here, with the whole of its body; nil where the other door reads the body and asks for the answer.
        var answer: Answer?
    }

    private enum Incoming {
        /// Before the head.
        case none
        /// A request that may be answered here, once its end has come, and its body so far.
        case hot(HTTPRequest, Visit, body: [UInt8])
        case passing
        case ended
    }

    private let front: FrontDoor
    private let connection: StreamConnection
    private var incoming = Incoming.none
    private(set) var passed: Passed?
    private var clock = ConnectionClock()
    private var isWatched = false

    init(_ front: FrontDoor, of connection: StreamConnection) {
        self.front = front
        self.connection = connection
    }

    // MARK: Life

    func handlerAdded(context: ChannelHandlerContext) { connection.opened() }

    func handlerRemoved(context: ChannelHandlerContext) {
        if isWatched { connection.watch.remove(self) }
        connection.closed()
    }

    func channelInactive(context: ChannelHandlerContext) {
        // Whoever reads the body would take its end for the whole of it.
        if case .passing = incoming { context.fireErrorCaught(BodyCutShort()) }
        incoming = .ended
        context.fireChannelInactive()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if case .ended = incoming {} else { watchOver(context) }
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        clock.stalledSince = context.channel.isWritable ? nil : connection.watch.now
        watchOver(context)
        context.fireChannelWritabilityChanged()
    }

    /// From when there is something to wait for; most streams come and go in one turn of the loop.
    private func watchOver(_ context: ChannelHandlerContext) {
        guard !isWatched else { return }
        isWatched = true
        connection.watch.add(self) { self.tick(context) }
    }

    private func tick(_ context: ChannelHandlerContext) {
        switch clock.verdict(at: connection.watch.now, front.limits, isIdle: false) {
        case .fine: break
        case .close: context.close(promise: nil)
        case .refuse:
            guard case .hot(_, let visit, _) = incoming else { return context.close(promise: nil) }
            incoming = .ended
            write(Refusal(.requestTimeout).response, visit, context).whenComplete { [channel = context.channel] _ in
                channel.close(promise: nil)
            }
        }
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch (unwrapInboundIn(data), incoming) {
        case (.head(let request), .none):
            clock.began(connection.watch.now)
            let visit = front.receive(RequestHead(request))
            let length = visit.head.contentLength.map { Int($0) ?? .max } ?? 0
            guard length <= FrontDoor.smallBody, front.owns(visit.head), front.refusal(of: visit.head) == nil else {
                return pass(request, Passed(visit: visit), context)
            }
            incoming = .hot(request, visit, body: [])
        case (.body(let bytes), .hot(let request, let visit, var body)):
            clock.bodyBytes += bytes.readableBytes
            incoming = .none
            guard body.count + bytes.readableBytes <= FrontDoor.smallBody else {
                pass(request, Passed(visit: visit), context)
                if !body.isEmpty { context.fireChannelRead(wrapInboundOut(.body(ByteBuffer(bytes: body)))) }
                return context.fireChannelRead(data)
            }
            body.append(contentsOf: bytes.readableBytesView)
            incoming = .hot(request, visit, body: body)
        case (.body(let bytes), .passing):
            clock.bodyBytes += bytes.readableBytes
            context.fireChannelRead(data)
        case (.end, .hot(let request, let visit, let body)):
            end()
            answer(request, visit, body, context)
        case (.end, .passing):
            end()
            context.fireChannelRead(data)
        default: break
        }
    }

    private func end() {
        incoming = .ended
        clock.bodyStarted = nil
    }

    private func pass(_ request: HTTPRequest, _ passed: Passed, _ context: ChannelHandlerContext) {
        if passed.answer == nil { incoming = .passing }
        self.passed = passed
        context.fireChannelRead(wrapInboundOut(.head(request)))
    }

    // MARK: Answers

    private func answer(_ request: HTTPRequest, _ visit: Visit, _ body: [UInt8], _ context: ChannelHandlerContext) {
        if visit.head.isReading { connection.watch.beginTurn(front.rest) }
        switch front.answer(visit.head, body: body, isOnEventLoop: true) {
        case .now(let response)? where response.longBody == nil: write(response, visit, context)
        case let answer:
            pass(request, Passed(visit: visit, answer: answer ?? .now(Refusal(.notFound).response)), context)
            context.fireChannelRead(wrapInboundOut(.end(nil)))
        }
    }

    @discardableResult private func write(_ response: ServerResponse, _ visit: Visit, _ context: ChannelHandlerContext) -> EventLoopFuture<
        Void
    > {
        var response = response
        front.finish(&response, visit, peer: connection.peer, isInline: true)
        context.write(wrapOutboundOut(.head(HTTPResponse(response))), promise: nil)
        if !response.body.isEmpty { context.write(wrapOutboundOut(.body(ByteBuffer(bytes: response.body))), promise: nil) }
        let written = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
        return written.futureResult
    }
}

@available(*, unavailable) extension StreamDoor: Sendable {}

/// An HTTP/2 connection, as the doors of its streams share it.
///
/// Hummingbird says goodbye to one without streams, and waits for the client's word. Here that wait ends.
final class StreamConnection: @unchecked Sendable {
    // Everything below is touched on the connection's event loop alone.
    let watch: ConnectionWatch
    let peer: String?
    private let limits: ConnectionLimits
    private var streams = 0
    private var idleSince: NIODeadline

    init(_ channel: any Channel, _ limits: ConnectionLimits, _ watch: ConnectionWatch) {
        self.watch = watch
        self.limits = limits
        peer = channel.remoteAddress?.ipAddress
        idleSince = watch.now
        watch.add(self) { [unowned self] in
            if streams == 0, watch.now - idleSince > TimeAmount(limits.idleTime) * 2 { channel.close(promise: nil) }
        }
        idleSince = watch.now
        channel.closeFuture.whenComplete { _ in watch.remove(self) }
    }

    func opened() { streams += 1 }

    func closed() {
        streams -= 1
        idleSince = watch.now
    }
}
