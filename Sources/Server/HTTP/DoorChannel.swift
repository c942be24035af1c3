import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import Synchronization

/// An HTTP/1.1 connection: Hummingbird's pipeline with ``HotDoor`` in front of it.
struct DoorChannel: ServerChildChannel, HTTPChannelHandler {
    typealias Value = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    let responder: HTTPChannelHandler.Responder
    let front: FrontDoor
    let watches: ConnectionWatches
    var isSecure = false

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            let door = HotDoor(front, watch: watches.watch(of: channel.eventLoop))
            try pipeline.addHandler(ByteWatch(door))
            var framing = HTTPResponseEncoder.Configuration()
            // The door frames answers: the encoder cannot know which are to HEAD.
            framing.automaticallySetFramingHeaders = false
            try pipeline.configureHTTPServerPipeline(
                withPipeliningAssistance: false, withErrorHandling: false, withOutboundHeaderValidation: false,
                withEncoderConfiguration: framing)
            try pipeline.addHandler(door)
            try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: isSecure))
            try pipeline.addHandler(HTTPConnectionStateHandler(idleTimeout: nil, logger: logger))
            return try NIOAsyncChannel(
                wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
        }
    }

    func handle(value: Value, logger: Logger) async {
        await handleHTTP(asyncChannel: value, logger: logger)
    }
}

/// The watch of each event loop.
final class ConnectionWatches: Sendable {
    private let limits: ConnectionLimits
    private let known = Mutex<[ObjectIdentifier: ConnectionWatch]>([:])

    init(_ limits: ConnectionLimits) { self.limits = limits }

    func watch(of loop: any EventLoop) -> ConnectionWatch {
        known.withLock { known in
            if let watch = known[ObjectIdentifier(loop)] { return watch }
            let watch = ConnectionWatch(loop, limits)
            known[ObjectIdentifier(loop)] = watch
            return watch
        }
    }
}
