import HTTPTypes
import NIOCore
import NIOHTTP2
import NIOHTTPTypes
import NIOHTTPTypesHTTP2
import OffstageSQL

/// The door of an HTTP/2 stream, in front of Hummingbird's: answers at once what can be answered at once, passes everything else on, and
/// keeps watch over the stream.
final class StreamDoor: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
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
    private var context: ChannelHandlerContext?
    /// Pieces of the answer that have not left yet.
    private var unsent = 0
    /// The server stops; whoever is behind the door knows of no request yet.
    private var quiesces = false

    init(_ front: FrontDoor, of connection: StreamConnection) {
        self.front = front
        self.connection = connection
    }

    // MARK: Life

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        connection.opened(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        connection.closed(self)
    }

    func channelInactive(context: ChannelHandlerContext) {
        // Whoever reads the body would take its end for the whole of it.
        if case .passing = incoming { context.fireErrorCaught(BodyCutShort()) }
        incoming = .ended
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent, case .hot = incoming {
            quiesces = true
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    /// Asked about once a second.
    func tick() {
        guard let context else { return }
        switch clock.verdict(at: connection.watch.now, front.limits, isIdle: false) {
        case .fine: break
        case .close: context.close(promise: nil)
        case .refuse:
            guard case .hot(_, let visit, _) = incoming else { return context.close(promise: nil) }
            incoming = .ended
            write(Refusal(.requestTimeout).response, visit, context)
            // With any other code the client might forget the answer (RFC 9113 section 8.1).
            context.triggerUserOutboundEvent(NIOHTTP2FramePayloadToHTTPEvent.reset(code: .noError), promise: nil)
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
        if quiesces { context.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
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

    private func write(_ response: ServerResponse, _ visit: Visit, _ context: ChannelHandlerContext) {
        var response = response
        front.finish(&response, visit, peer: connection.peer, isInline: true)
        send(.head(HTTPResponse(response)), nil, context)
        if !response.body.isEmpty { send(.body(ByteBuffer(bytes: response.body)), nil, context) }
        send(.end(nil), nil, context)
        context.flush()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        send(unwrapOutboundIn(data), promise, context)
    }

    /// Nobody may keep a stream by taking nothing of its answer, and whoever takes of it may take his time: each piece that has gone, and
    /// the end above all, tells that he does.
    private func send(_ part: HTTPResponsePart, _ promise: EventLoopPromise<Void>?, _ context: ChannelHandlerContext) {
        switch part {
        case .head: context.write(wrapOutboundOut(part), promise: promise)
        case .body(var bytes):
            while bytes.readableBytes > FrontDoor.bodyPiece, let piece = bytes.readSlice(length: FrontDoor.bodyPiece) {
                context.write(wrapOutboundOut(.body(piece)), promise: noted(nil, context))
            }
            context.write(wrapOutboundOut(.body(bytes)), promise: promise)
        case .end: context.write(wrapOutboundOut(part), promise: noted(promise, context))
        }
    }

    private func noted(_ promise: EventLoopPromise<Void>?, _ context: ChannelHandlerContext) -> EventLoopPromise<Void> {
        let written = promise ?? context.eventLoop.makePromise()
        if unsent == 0 { clock.stalledSince = connection.watch.now }
        unsent += 1
        let here = NIOLoopBound(self, eventLoop: context.eventLoop)
        written.futureResult.whenComplete { _ in here.value.wasSent() }
        return written
    }

    private func wasSent() {
        unsent -= 1
        clock.stalledSince = unsent == 0 ? nil : connection.watch.now
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
    private var doors: [ObjectIdentifier: StreamDoor] = [:]
    private var idleSince: NIODeadline

    init(_ channel: any Channel, _ limits: ConnectionLimits, _ watch: ConnectionWatch) {
        self.watch = watch
        self.limits = limits
        peer = channel.remoteAddress?.ipAddress
        idleSince = watch.now
        watch.add(self) { [unowned self] in tick(channel) }
        idleSince = watch.now
        channel.closeFuture.whenComplete { _ in watch.remove(self) }
    }

    func opened(_ door: StreamDoor) { doors[ObjectIdentifier(door)] = door }

    func closed(_ door: StreamDoor) {
        doors[ObjectIdentifier(door)] = nil
        idleSince = watch.now
    }

    private func tick(_ channel: any Channel) {
        if doors.isEmpty, watch.now - idleSince > TimeAmount(limits.idleTime) * 2 { return channel.close(promise: nil) }
        for door in Array(doors.values) { door.tick() }
    }
}
