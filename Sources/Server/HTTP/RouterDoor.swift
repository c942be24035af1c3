import HTTPTypes
package import HummingbirdCore
import Logging
package import NIOCore
import NIOHTTPTypes
import NIOPosix
import OffstageSQL

/// What answers the paths that are not the core's: pages and routes of other parts, streaming if they like.
package typealias OtherRoutes = @Sendable (Request, any Channel) async throws -> Response

/// Hummingbird's door: everything that has a long body, comes by HTTP/2 or behind such a request, or is somebody else's.
struct RouterDoor: Sendable {
    let front: FrontDoor
    let others: OtherRoutes?
    let logger: Logger

    @concurrent func respond(_ request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel) async throws {
        let (passed, stream) = Self.passed(on: channel)
        let visit = passed?.visit ?? stream?.visit ?? front.receive(RequestHead(request.head))
        let peer = Self.peer(of: channel)
        if !front.owns(visit.head), front.refusal(of: visit.head) == nil, let others {
            return try await write(from: others, request, visit, peer, writer, channel)
        }
        if let answer = stream?.answer { return try await write(await Self.value(of: answer, channel), visit, peer, writer) }
        let body: [UInt8]
        do {
            body = try await Self.body(of: request, visit.head, limit: front.limits.body)
        } catch is NIOTooManyBytesError {
            return try await write(front.bodyTooLarge.response, visit, peer, writer)
        } catch is BodyCutShort {
            return
        }
        let response = await answer(visit.head, body, channel)
        try await write(response, visit, peer, writer)
    }

    private func answer(_ head: RequestHead, _ body: [UInt8], _ channel: any Channel) async -> ServerResponse {
        if body.count > FrontDoor.smallBody {
            return await withTaskExecutorPreference(globalConcurrentExecutor) {
                await Self.value(of: front.answer(head, body: body, isOnEventLoop: false), channel)
            }
        }
        return await Self.value(of: front.answer(head, body: body, isOnEventLoop: false), channel)
    }

    private static func value(of answer: Answer?, _ channel: any Channel) async -> ServerResponse {
        switch answer {
        case nil: Refusal(.notFound).response
        case .now(let response): response
        case .later(let work): await Presence.doing(work, whileOn: channel)
        }
    }

    @concurrent private func write(_ response: ServerResponse, _ visit: Visit, _ peer: String?, _ writer: consuming ResponseWriter)
        async throws
    {
        var response = response
        front.finish(&response, visit, peer: peer, isInline: false)
        try await writer.write(response: HTTPResponse(response), body: Self.body(of: response))
    }

    @concurrent private func write(
        from others: OtherRoutes, _ request: Request, _ visit: Visit, _ peer: String?, _ writer: consuming ResponseWriter,
        _ channel: any Channel
    ) async throws {
        var response: Response
        do {
            response = try await others(request, channel)
        } catch {
            logger.error("A route failed", metadata: ["path": "\(visit.head.path)", "id": "\(visit.id)", "error": "\(error)"])
            return try await write(Refusal(.internalFault).response, visit, peer, writer)
        }
        var fields = Fields()
        front.complete(
            &fields, visit, status: response.status.code, bytes: response.body.contentLength ?? 0, code: nil, peer: peer, isInline: false)
        for field in HTTPFields(fields) where response.headers[field.name] == nil { response.headers.append(field) }
        if visit.head.method == "HEAD" { response.body = ResponseBody() }
        try await writer.write(response: response.head, body: response.body)
    }

    /// What the door on the event loop knows of the request, of a connection or of a stream.
    private static func passed(on channel: any Channel) -> (HotDoor.Passed?, StreamDoor.Passed?) {
        // Elsewhere nothing would be known of a body that the door has taken.
        channel.eventLoop.preconditionInEventLoop()
        let pipeline = channel.pipeline.syncOperations
        if let door = try? pipeline.handler(type: HotDoor.self) { return (door.current, nil) }
        return (nil, (try? pipeline.handler(type: StreamDoor.self))?.passed)
    }

    private static func peer(of channel: any Channel) -> String? {
        channel.remoteAddress?.ipAddress ?? channel.parent?.remoteAddress?.ipAddress
    }

    private static func body(of response: ServerResponse) -> ResponseBody {
        guard let long = response.longBody else {
            return response.body.isEmpty ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: response.body))
        }
        return ResponseBody(contentLength: long.count) { writer in
            var offset = 0
            while offset < long.count {
                let from = offset
                let piece = try await NIOThreadPool.singleton.runIfActive { try long.bytes(from: from, limit: FrontDoor.bodyPiece) }
                guard !piece.isEmpty else { throw BodyCutShort() }
                try await writer.write(ByteBuffer(bytes: piece))
                offset += piece.count
            }
            try await writer.finish(nil)
        }
    }

    private static func body(of request: Request, _ head: RequestHead, limit: Int) async throws -> [UInt8] {
        if head.method == "GET" || head.method == "HEAD" { return [] }
        let buffer = try await request.body.collect(upTo: limit)
        return Array(buffer.readableBytesView)
    }
}

extension RequestHead {
    init(_ request: HTTPRequest) {
        var pairs = request.headerFields.map { ($0.name.canonicalName, $0.value) }
        if let host = request.authority { pairs.insert(("host", host), at: 0) }
        self.init(method: request.method.rawValue, target: request.path ?? "/", fields: Fields(pairs: pairs))
    }
}

extension HTTPFields {
    init(_ fields: Fields) {
        self.init()
        for (name, value) in fields.pairs {
            if let name = HTTPField.Name(name) { append(HTTPField(name: name, value: value)) }
        }
    }
}

extension HTTPResponse {
    init(_ response: ServerResponse) {
        self.init(status: .init(code: response.status, reason: response.reason))
        headerFields = HTTPFields(response.fields)
    }
}

extension HTTPResponse.Status {
    init(code: Int, reason: String?) {
        if let reason { self.init(code: code, reasonPhrase: reason) } else { self.init(code: code) }
    }
}
