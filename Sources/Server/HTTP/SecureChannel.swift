import HummingbirdCore
import HummingbirdHTTP2
import Logging
import NIOCore
import NIOHTTP2
import NIOSSL

/// The certificate, read once.
struct SecureContext: Sendable {
    let context: NIOSSLContext

    /// Throws NIOSSL's error for a file that cannot be read or a key that does not belong to the certificate.
    init(_ certificate: ServerSettings.Certificate) throws {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(certificate.chainFile).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: certificate.keyFile, format: .pem)))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = NIOHTTP2SupportedALPNProtocols
        context = try NIOSSLContext(configuration: configuration)
    }
}

/// An HTTPS connection: HTTP/2 where the client offers it, else HTTP/1.1 with both doors.
struct SecureChannel: ServerChildChannel {
    struct Value: ServerChildChannelValue {
        let negotiated: EventLoopFuture<NIONegotiatedHTTPVersion<DoorChannel.Value, HTTP2Channel.Value>>
        let channel: any Channel
    }

    let context: SecureContext
    let http1: DoorChannel
    let limits: ConnectionLimits

    init(context: SecureContext, http1: DoorChannel, limits: ConnectionLimits) {
        self.context = context
        self.http1 = http1
        self.limits = limits
    }

    /// With a door for each stream.
    private func http2(on channel: any Channel) -> HTTP2Channel {
        let front = http1.front
        let connection = StreamConnection(channel, limits, http1.watches.watch(of: channel.eventLoop))
        return HTTP2Channel(
            responder: http1.responder,
            configuration: .init(
                idleTimeout: limits.idleTime, gracefulCloseTimeout: .seconds(10),
                streamConfiguration: .init(additionalChannelHandlers: [StreamDoor(front, of: connection)])))
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        do {
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context.context))
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
        let negotiation = channel.configureHTTP2AsyncSecureUpgrade { channel in
            http1.setup(channel: channel, logger: logger)
        } http2ConnectionInitializer: { channel in
            http2(on: channel).setup(channel: channel, logger: logger)
        }
        return negotiation.map { negotiated in
            // Nobody may hold a connection by never finishing the handshake.
            let deadline = channel.eventLoop.scheduleTask(in: TimeAmount(limits.headTime)) { channel.close(promise: nil) }
            negotiated.whenComplete { _ in deadline.cancel() }
            return Value(negotiated: negotiated, channel: channel)
        }
    }

    func handle(value: Value, logger: Logger) async {
        guard let negotiated = try? await value.negotiated.get() else { return }
        switch negotiated {
        case .http1_1(let connection): await http1.handle(value: connection, logger: logger)
        case .http2(let connection): await HTTP2Channel(responder: http1.responder).handle(value: connection, logger: logger)
        }
    }
}
