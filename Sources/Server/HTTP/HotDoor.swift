import NIOCore
import NIOHTTP1
import NIOPosix
import OffstageSQL

/// The door on the event loop, in front of Hummingbird's: answers at once what can be answered at once, passes everything else on, and
/// keeps watch over the connection.
///
/// It answers only when no earlier request of the connection is unanswered, so answers keep the order of requests. It also mends heads
/// that the rest of the pipeline would stumble over: `Upgrade` (after which NIO's decoder stops reading) and HTTP/1.0.
final class HotDoor: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// A request that was passed on and is not answered yet.
    struct Passed {
        var visit: Visit
        var closes: Bool
    }

    private enum Incoming {
        /// Between requests, or in the head of one.
        case none
        /// A request that may be answered here, once its end has come, and its body so far.
        case hot(HTTPRequestHead, Visit, closes: Bool, body: [UInt8])
        case passing
        /// Nothing more is read of this connection.
        case discarding
    }

    /// A request of this door's whose answer the database is asked for. What comes meanwhile is held, so that answers keep their order;
    /// no more is read, so that it is little.
    private struct Awaited {
        var visit: Visit
        var closes: Bool
        var held: [HTTPServerRequestPart] = []
        var wantsRead = false
        /// Why nothing after the held parts can be read.
        var refusal: Refusal?
        var hasBytes = false
        var quiesces = false
        /// The client has said all: behind this door that would be taken for the end of a connection on which nothing is asked.
        var inputHasEnded = false
        var task: Task<Void, Never>?
        var isGivenUp = false
    }

    let front: FrontDoor
    private let watch: ConnectionWatch
    private var incoming = Incoming.none
    private var passed: [Passed] = []
    private var awaited: Awaited?
    private var refusal: (Refusal, Visit?)?
    private var hasUnflushed = false
    private var peer: String?
    private var clientHasGone = false
    /// Told once that the client has gone whose request the other door has in hand; at once where it has gone already.
    var onDeparture: (@Sendable () -> Void)? {
        didSet { if clientHasGone { onDeparture?() } }
    }
    var clock = ConnectionClock()

    init(_ front: FrontDoor, watch: ConnectionWatch) {
        self.front = front
        self.watch = watch
        clock.idleSince = watch.now
    }

    /// The request that the next answer written is for.
    var current: Passed? { passed.first }

    // MARK: Life

    func handlerAdded(context: ChannelHandlerContext) {
        peer = context.channel.remoteAddress?.ipAddress
        watch.add(self) { self.tick(context) }
        clock.idleSince = watch.now
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        watch.remove(self)
    }

    func channelInactive(context: ChannelHandlerContext) {
        watch.remove(self)
        cutShort(context)
        incoming = .discarding
        clientHasGone = true
        giveUp()
        context.fireChannelInactive()
    }

    /// Nobody waits for the answer any more: what the database does for it is ended.
    private func giveUp() {
        awaited?.isGivenUp = true
        awaited?.task?.cancel()
        onDeparture?()
        onDeparture = nil
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        clock.stalledSince = context.channel.isWritable ? nil : watch.now
        context.fireChannelWritabilityChanged()
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        if awaited == nil { take(part, context) } else { awaited?.held.append(part) }
    }

    func read(context: ChannelHandlerContext) {
        if awaited == nil { context.read() } else { awaited?.wantsRead = true }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed {
            if clock.inputEndedSince == nil { clock.inputEndedSince = .now() }
            guard awaited == nil else {
                awaited?.inputHasEnded = true
                return
            }
        }
        // Behind this door nobody knows of the request in hand: the connection would count as idle and be closed.
        if awaited != nil, event is ChannelShouldQuiesceEvent {
            awaited?.quiesces = true
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    private func take(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        switch part {
        case .head(let head): read(head, context)
        case .body(let bytes):
            clock.bodyBytes += bytes.readableBytes
            switch incoming {
            case .hot(let head, let visit, let closes, var body):
                incoming = .none
                body.append(contentsOf: bytes.readableBytesView)
                incoming = .hot(head, visit, closes: closes, body: body)
            case .passing:
                guard clock.bodyBytes <= front.limits.body else {
                    return refuse(front.bodyTooLarge, passed.last?.visit, context)
                }
                context.fireChannelRead(wrapInboundOut(part))
            case .none, .discarding: break
            }
        case .end:
            clock.ended(watch.now)
            switch incoming {
            case .hot(let head, let visit, let closes, let body):
                incoming = .none
                answer(head, visit, closes, body, context)
            case .passing:
                incoming = .none
                context.fireChannelRead(wrapInboundOut(part))
            case .none, .discarding: break
            }
        }
    }

    private func read(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        clock.headStarted = nil
        if case .discarding = incoming { return }
        var head = head
        if let path = Self.originForm(of: head.uri) { head.uri = path }
        let visit = front.receive(RequestHead(head))
        var closes = !head.isKeepAlive
        if head.headers.contains(name: "upgrade") {
            head.headers.remove(name: "upgrade")
            closes = true
        }
        if let refusal = front.refusal(of: visit.head) { return refuse(refusal, visit, context) }
        if Self.isAmbiguous(visit.head, head.version) { return refuse(Refusal(.malformed), visit, context) }
        let length = visit.head.transferEncoding == nil ? visit.head.contentLength.map { Int($0) ?? .max } ?? 0 : .max
        let isHot = passed.isEmpty && length <= FrontDoor.smallBody && front.owns(visit.head)
        if isHot, length == 0 {
            incoming = .hot(head, visit, closes: closes, body: [])
            return
        }
        if let expectation = visit.head.expectation, expectation.isSame(as: "100-continue"), passed.isEmpty, head.version.major == 1,
            head.version.minor > 0
        {
            context.writeAndFlush(wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))), promise: nil)
        }
        if isHot {
            clock.began(watch.now)
            incoming = .hot(head, visit, closes: closes, body: [])
            return
        }
        clock.began(watch.now)
        incoming = .passing
        pass(head, Passed(visit: visit, closes: closes), context)
    }

    /// The path and query of a target with a scheme and a host, as a proxy writes it (RFC 9112 section 3.2.2); nil for any other.
    private static func originForm(of target: String) -> String? {
        guard target.utf8.first != UInt8(ascii: "/"), let mark = target.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let scheme = String(target[..<mark])
        guard scheme.isSame(as: "http") || scheme.isSame(as: "https") else { return nil }
        let rest = target.utf8[target.utf8.index(after: mark)...]
        guard rest.starts(with: "//".utf8) else { return nil }
        let authority = rest.dropFirst(2)
        guard let end = authority.firstIndex(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }) else { return "/" }
        let path = String(Substring(authority[end...]))
        return path.utf8.first == UInt8(ascii: "/") ? path : "/" + path
    }

    /// Whether a proxy in front could read the head another way: whose request it is, or where it ends (RFC 9112 sections 3.2 and 6.3).
    private static func isAmbiguous(_ head: RequestHead, _ version: HTTPVersion) -> Bool {
        if let coding = head.transferEncoding, !coding.isSame(as: "chunked") { return true }
        return head.hosts > 1 || head.hosts == 0 && version.minor > 0
    }

    private func pass(_ head: HTTPRequestHead, _ request: Passed, _ context: ChannelHandlerContext) {
        var head = head
        // Hummingbird reads it to know that this request is the last.
        if request.closes { head.headers.replaceOrAdd(name: "connection", value: "close") }
        passed.append(request)
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if hasUnflushed {
            hasUnflushed = false
            context.flush()
        }
        context.fireChannelReadComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let fault = error as? HTTPParserError else { return context.fireErrorCaught(error) }
        let refusal = Refusal(fault == .headerOverflow ? .headersTooLarge : .malformed)
        if awaited == nil { refuse(refusal, nil, context) } else { awaited?.refusal = refusal }
    }

    // MARK: Answers

    private func answer(_ head: HTTPRequestHead, _ visit: Visit, _ closes: Bool, _ body: [UInt8], _ context: ChannelHandlerContext) {
        if visit.head.isReading { watch.beginTurn(front.rest) }
        switch front.answer(visit.head, body: body, isOnEventLoop: true) {
        case .now(var response)?:
            front.finish(&response, visit, peer: peer, isInline: true)
            write(response, closes, context)
        case .later(let work)?: wait(for: work, Awaited(visit: visit, closes: closes), context)
        case nil:
            pass(head, Passed(visit: visit, closes: closes), context)
            if !body.isEmpty { context.fireChannelRead(wrapInboundOut(.body(context.channel.allocator.buffer(bytes: body)))) }
            context.fireChannelRead(wrapInboundOut(.end(nil)))
        }
    }

    private func wait(for work: @escaping @Sendable () async -> ServerResponse, _ request: Awaited, _ context: ChannelHandlerContext) {
        awaited = request
        if clock.inputEndedSince != nil { clock.inputEndedSince = watch.now }
        let here = NIOLoopBound((door: self, context: context), eventLoop: context.eventLoop)
        awaited?.task = front.inHand.run(on: watch.executor) {
            let response = await work()
            here.value.door.finish(response, here.value.context)
        }
    }

    /// The awaited answer has come, though the connection may have gone.
    private func finish(_ response: ServerResponse, _ context: ChannelHandlerContext) {
        if awaited?.inputHasEnded == true, awaited?.held.isEmpty == true { awaited?.closes = true }
        guard let request = awaited else { return }
        var response = response
        if request.isGivenUp { response.clientHasGone() }
        front.finish(&response, request.visit, peer: peer, isInline: false)
        guard context.channel.isActive else {
            awaited = nil
            return
        }
        if let body = response.longBody { return send(response, body, closes: request.closes, context) }
        goOn(after: request, context) { self.write(response, request.closes, context) }
    }

    /// Writes the end of the awaited answer, and takes up what has come meanwhile.
    private func goOn(after request: Awaited, _ context: ChannelHandlerContext, _ write: () -> Void) {
        awaited = nil
        clock.idleSince = watch.now
        // The next head may have begun to come.
        if request.hasBytes, !request.closes { clock.headStarted = watch.now }
        write()
        for part in request.held { if awaited == nil { take(part, context) } else { awaited?.held.append(part) } }
        if let refusal = request.refusal { if awaited == nil { refuse(refusal, nil, context) } else { awaited?.refusal = refusal } }
        channelReadComplete(context: context)
        if request.inputHasEnded, !request.closes { userInboundEventTriggered(context: context, event: ChannelEvent.inputClosed) }
        if request.quiesces { userInboundEventTriggered(context: context, event: ChannelShouldQuiesceEvent()) }
        if request.wantsRead { read(context: context) }
    }

    /// Sends a body from its file, each piece once the one before it has left; the requests behind it wait.
    private func send(_ response: ServerResponse, _ body: any LongBody, closes: Bool, _ context: ChannelHandlerContext) {
        writeHead(response, closes, context)
        sendRest(of: body, from: 0, context)
    }

    private func sendRest(of body: any LongBody, from offset: Int, _ context: ChannelHandlerContext) {
        let here = NIOLoopBound((door: self, context: context), eventLoop: context.eventLoop)
        let read = NIOThreadPool.singleton.runIfActive(eventLoop: context.eventLoop) {
            try body.bytes(from: offset, limit: FrontDoor.bodyPiece)
        }
        read.whenComplete { piece in
            let (door, context) = here.value
            // Its head promised more than can be read: only an end that is not one tells so.
            guard let bytes = try? piece.get(), context.channel.isActive else {
                door.awaited = nil
                return context.close(promise: nil)
            }
            guard !bytes.isEmpty else { return door.endLongBody(context) }
            let written = context.eventLoop.makePromise(of: Void.self)
            let part = HTTPServerResponsePart.body(.byteBuffer(context.channel.allocator.buffer(bytes: bytes)))
            context.writeAndFlush(door.wrapOutboundOut(part), promise: written)
            written.futureResult.whenComplete { result in
                guard case .success = result else {
                    here.value.door.awaited = nil
                    return
                }
                here.value.door.sendRest(of: body, from: offset + bytes.count, here.value.context)
            }
        }
    }

    private func endLongBody(_ context: ChannelHandlerContext) {
        guard let request = awaited else { return }
        goOn(after: request, context) { writeEnd(request.closes, context) }
    }

    private func write(_ response: ServerResponse, _ closes: Bool, _ context: ChannelHandlerContext) {
        writeHead(response, closes, context)
        if !response.body.isEmpty {
            context.write(wrapOutboundOut(.body(.byteBuffer(context.channel.allocator.buffer(bytes: response.body)))), promise: nil)
        }
        writeEnd(closes, context)
    }

    private func writeHead(_ response: ServerResponse, _ closes: Bool, _ context: ChannelHandlerContext) {
        var head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: response.status, reason: response.reason),
            headers: HTTPHeaders(response.fields.pairs))
        if closes { head.headers.add(name: "Connection", value: "close") }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
    }

    private func writeEnd(_ closes: Bool, _ context: ChannelHandlerContext) {
        hasUnflushed = true
        guard closes else { return context.write(wrapOutboundOut(.end(nil)), promise: nil) }
        let end = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: end)
        close(after: end.futureResult, context)
    }

    /// Refuses a request and ends the connection: what follows can no longer be told apart, or is not wanted.
    private func refuse(_ refusal: Refusal, _ visit: Visit?, _ context: ChannelHandlerContext) {
        if case .discarding = incoming { return }
        // A request whose body is refused is itself the last passed on, if it was not answered before its body.
        if cutShort(context) { _ = passed.popLast() }
        incoming = .discarding
        guard passed.isEmpty else {
            self.refusal = (refusal, visit)
            return
        }
        send(refusal, visit, context)
    }

    /// Tells whoever reads a body that no more of it comes: its end would look like the whole of it. False where no body is being read.
    @discardableResult private func cutShort(_ context: ChannelHandlerContext) -> Bool {
        guard case .passing = incoming else { return false }
        incoming = .discarding
        context.fireErrorCaught(BodyCutShort())
        return true
    }

    private func send(_ refusal: Refusal, _ visit: Visit?, _ context: ChannelHandlerContext) {
        var response = refusal.response
        let visit = visit ?? front.receive(RequestHead(method: "-", target: "-"))
        front.finish(&response, visit, peer: peer, isInline: true)
        write(response, true, context)
    }

    /// Says that no more will come, and gives the other side a moment to read it: a close with bytes unread would take the answer away.
    private func close(after written: EventLoopFuture<Void>, _ context: ChannelHandlerContext) {
        incoming = .discarding
        clock.closingSince = watch.now
        let channel = context.channel
        written.whenComplete { _ in channel.close(mode: .output, promise: nil) }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard let request = passed.first else {
            // The answer to a request that was refused meanwhile.
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(var head):
            if head.status.code >= 200 {
                if request.closes { head.headers.replaceOrAdd(name: "Connection", value: "close") }
                let isFramed = head.headers.contains(name: "content-length") || head.headers.contains(name: "transfer-encoding")
                if !isFramed, request.visit.head.method != "HEAD", head.status != .noContent, head.status != .notModified {
                    head.headers.add(name: "Transfer-Encoding", value: "chunked")
                }
            }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body:
            context.write(data, promise: promise)
        case .end:
            passed.removeFirst()
            clock.idleSince = watch.now
            if request.closes {
                let promise = promise ?? context.eventLoop.makePromise()
                context.write(data, promise: promise)
                close(after: promise.futureResult, context)
            } else {
                context.write(data, promise: promise)
            }
            if passed.isEmpty, let (refusal, visit) = refusal {
                self.refusal = nil
                send(refusal, visit, context)
            }
        }
    }

    // MARK: Time

    /// Raw bytes came; of which request is not known yet.
    func received() {
        if awaited != nil {
            awaited?.hasBytes = true
            return
        }
        guard clock.headStarted == nil, case .none = incoming else { return }
        clock.headStarted = watch.now
    }

    private func tick(_ context: ChannelHandlerContext) {
        if clock.hasLeft(at: watch.now) { giveUp() }
        switch clock.verdict(at: watch.now, front.limits, isIdle: passed.isEmpty && awaited == nil) {
        case .fine: break
        case .close: context.close(promise: nil)
        case .refuse:
            if passed.count > (clock.bodyStarted == nil ? 0 : 1) { return context.close(promise: nil) }
            var visit = passed.last?.visit
            if case .hot(_, let own, _, _) = incoming { visit = own }
            refuse(Refusal(.requestTimeout), visit, context)
            context.flush()
        }
    }
}

@available(*, unavailable) extension HotDoor: Sendable {}

/// A body ended before its end (RFC 9112 section 8): the connection was lost, or the request refused. What came is not the request.
struct BodyCutShort: Error {}

extension RequestHead {
    init(_ head: HTTPRequestHead) {
        self.init(method: head.method.rawValue, target: head.uri, fields: Fields(pairs: head.headers.map { ($0.name, $0.value) }))
    }
}

extension HTTPResponseStatus {
    init(statusCode: Int, reason: String?) {
        if let reason { self = .custom(code: UInt(max(statusCode, 100)), reasonPhrase: reason) } else { self.init(statusCode: statusCode) }
    }
}
