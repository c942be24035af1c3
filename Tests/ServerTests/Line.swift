import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A bare connection to a server under test: bytes out, answers in.
final class Line: Sendable {
    struct Heard: Sendable, Equatable {
        var status: Int
        var fields: [String: String]
        var body: String

        /// Without what differs from one answer to the next.
        var lasting: Heard {
            var copy = self
            copy.fields["date"] = nil
            copy.fields["x-request-id"] = nil
            return copy
        }
    }

    private struct State {
        var bytes: [UInt8] = []
        var isClosed = false
        var changes = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private final class Ear: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        let line: Line
        init(_ line: Line) { self.line = line }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = Array(unwrapInboundIn(data).readableBytesView)
            line.wake { $0.bytes += bytes }
        }
        func channelInactive(context: ChannelHandlerContext) { line.wake { $0.isClosed = true } }
        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if let event = event as? ChannelEvent, event == .inputClosed { line.wake { $0.isClosed = true } }
        }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    private let state = Mutex(State())
    private let channel = Mutex<(any Channel)?>(nil)

    init(port: Int, allowsHalfClosure: Bool = true, tls: NIOSSLContext? = nil) async throws {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: allowsHalfClosure)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLClientHandler(context: tls, serverHostname: nil)) }
                    try channel.pipeline.syncOperations.addHandler(Ear(self))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        self.channel.withLock { $0 = channel }
    }

    func close() { channel.withLock { $0 }?.close(promise: nil) }

    /// Says that nothing more will be sent; answers are still heard.
    func endInput() async throws { try await channel.withLock { $0 }?.close(mode: .output).get() }

    func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) async throws {
        guard let channel = channel.withLock({ $0 }) else { return }
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get()
    }

    /// The next answer; nil when the line ends before there is one.
    func hear(toHead: Bool = false) async -> Heard? {
        while true {
            let found: (heard: Heard?, isClosed: Bool, seen: Int) = state.withLock { state in
                guard let (heard, length) = Self.answer(in: state.bytes, toHead: toHead) else {
                    return (nil, state.isClosed, state.changes)
                }
                state.bytes.removeFirst(length)
                return (heard, false, state.changes)
            }
            if found.heard != nil || found.isClosed { return found.heard }
            await change(since: found.seen)
        }
    }

    /// Waits until the other side has closed; what came before that and was not heard.
    func untilClosed() async -> String {
        while true {
            let (isClosed, seen) = state.withLock { ($0.isClosed, $0.changes) }
            if isClosed { break }
            await change(since: seen)
        }
        return String(decoding: state.withLock { $0.bytes }, as: UTF8.self)
    }

    /// Waits until what came and was not heard is as asked for; nil when the line ends before.
    func hear<Value: Sendable>(_ found: @Sendable ([UInt8]) -> Value?) async -> Value? {
        while true {
            let (value, isClosed, seen) = state.withLock { (found($0.bytes), $0.isClosed, $0.changes) }
            if value != nil || isClosed { return value }
            await change(since: seen)
        }
    }

    private func change(since seen: Int) async {
        await withCheckedContinuation { continuation in
            let isNew = state.withLock { state in
                if state.changes != seen { return true }
                state.waiting.append(continuation)
                return false
            }
            if isNew { continuation.resume() }
        }
    }

    private func wake(_ change: (inout State) -> Void) {
        let waiting = state.withLock { state in
            change(&state)
            state.changes += 1
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    private static func answer(in bytes: [UInt8], toHead: Bool) -> (Heard, Int)? {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let (name, value) = (line[..<colon].lowercased(), line[line.index(after: colon)...].drop { $0 == " " })
            fields[name] = fields[name].map { "\($0), \(value)" } ?? String(value)
        }
        let status = Int(lines[0].split(separator: " ")[1]) ?? 0
        let length = toHead || status == 204 || status < 200 ? 0 : fields["content-length"].flatMap { Int($0) } ?? 0
        guard bytes.count >= end.upperBound + length else { return nil }
        let body = String(decoding: bytes[end.upperBound..<end.upperBound + length], as: UTF8.self)
        return (Heard(status: status, fields: fields, body: body), end.upperBound + length)
    }
}

extension String {
    fileprivate func components(separatedBy separator: String) -> [String] {
        var parts: [String] = []
        var rest = self[...]
        while let range = rest.firstRange(of: separator) {
            parts.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return parts + [String(rest)]
    }
}
