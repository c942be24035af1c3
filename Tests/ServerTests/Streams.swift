import Foundation
import NIOSSL

@testable import OffstageServer

/// The client's side of an HTTP/2 connection, frame by frame, so that it can do what no client does.
///
/// Source: RFC 9113 section 4.1; RFC 7541 section 6.2.2 for fields that need no table.
struct Streams {
    struct Frame: Sendable, Equatable {
        var kind: Kind
        var flags: UInt8 = 0
        var stream: UInt8 = 1
        var payload: [UInt8] = []

        var bytes: [UInt8] {
            [UInt8(payload.count >> 16 & 0xFF), UInt8(payload.count >> 8 & 0xFF), UInt8(payload.count & 0xFF), kind.rawValue, flags]
                + [0, 0, 0, stream] + payload
        }
    }

    enum Kind: UInt8, Sendable { case data, headers, priority, reset, settings, push, ping, goAway, window, continuation }

    static let endsStream: UInt8 = 1
    static let endsHeaders: UInt8 = 4

    let line: Line

    /// - Parameter window: bytes of each answer that may come, where that is not what clients grant.
    init(_ counter: Counter, window: UInt8? = nil) async throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        configuration.applicationProtocols = ["h2"]
        line = try await Line(port: counter.port, allowsHalfClosure: false, tls: try NIOSSLContext(configuration: configuration))
        // On a busy machine it may have been closed by now, which is then heard.
        try? await line.send(
            Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
                + Frame(kind: .settings, stream: 0, payload: window.map { [0, 4, 0, 0, 0, $0] } ?? []).bytes)
    }

    /// The head of a request, which ends it unless there is a body.
    func head(_ method: String, _ path: String, on stream: UInt8 = 1, hasBody: Bool = false, _ fields: [(String, String)] = []) async throws
    {
        let all = [(":method", method), (":scheme", "https"), (":path", path), (":authority", "localhost")] + fields
        var block: [UInt8] = []
        for (name, value) in all {
            block.append(0)
            for text in [name, value] { block += [UInt8(text.utf8.count)] + Array(text.utf8) }
        }
        let flags = Self.endsHeaders | (hasBody ? 0 : Self.endsStream)
        try await line.send(Frame(kind: .headers, flags: flags, stream: stream, payload: block).bytes)
    }

    func body(_ text: String, on stream: UInt8 = 1, isLast: Bool = false) async throws {
        try await line.send(
            Frame(kind: .data, flags: isLast ? Self.endsStream : 0, stream: stream, payload: Array(text.utf8)).bytes)
    }

    /// What came on a stream until it ended, by its last frame or by a reset; nil when the connection ended before.
    func answer(on stream: UInt8 = 1) async -> (body: String, wasReset: Bool)? {
        await line.hear { bytes in
            let frames = Self.frames(of: bytes).filter { $0.stream == stream }
            let wasReset = frames.contains { $0.kind == .reset }
            let isWhole = frames.contains { ($0.kind == .data || $0.kind == .headers) && $0.flags & Self.endsStream != 0 }
            guard wasReset || isWhole else { return nil }
            return (String(decoding: frames.filter { $0.kind == .data }.flatMap(\.payload), as: UTF8.self), wasReset)
        }
    }

    static func frames(of bytes: [UInt8]) -> [Frame] {
        var frames: [Frame] = []
        var place = 0
        while place + 9 <= bytes.count {
            let length = Int(bytes[place]) << 16 | Int(bytes[place + 1]) << 8 | Int(bytes[place + 2])
            guard place + 9 + length <= bytes.count, let kind = Kind(rawValue: bytes[place + 3]) else { break }
            frames.append(
                Frame(kind: kind, flags: bytes[place + 4], stream: bytes[place + 8], payload: Array(bytes[place + 9..<place + 9 + length])))
            place += 9 + length
        }
        return frames
    }

    /// Settings of a server that speaks HTTP/2, with a certificate that everybody knows the key of.
    static func settings(_ change: (inout ServerSettings) -> Void = { _ in }) throws -> ServerSettings {
        let folder = FileManager.default.temporaryDirectory
        let (chain, key) = (folder.appendingPathComponent("\(UUID()).pem"), folder.appendingPathComponent("\(UUID()).pem"))
        try Data(certificate.utf8).write(to: chain)
        try Data(privateKey.utf8).write(to: key)
        var settings = ServerSettings()
        settings.certificate = .init(chainFile: chain.path, keyFile: key.path)
        change(&settings)
        return settings
    }

    private static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBfzCCASWgAwIBAgIUZuXIPc5Q3fp/ciIdVupxTEDehhgwCgYIKoZIzj0EAwIw
        FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNzEwMjUwNFoYDzIxMjYxMTAz
        MTAyNTA0WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
        PQMBBwNCAATO4a4SKiR3z+OrW4kYi9gTJl5ULATVRf5SN+mSn65fIszjExgiFRkC
        1Ptptd/NqZ6ls5IlqjxPdcLUBZVuUyf/o1MwUTAdBgNVHQ4EFgQUlJDq1OJhcqGT
        NqStRYxwep6aUO0wHwYDVR0jBBgwFoAUlJDq1OJhcqGTNqStRYxwep6aUO0wDwYD
        VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiBbYI9CJDvcAzX4hL/2U76F
        7G2qYUtskEwkPtcQmsrLawIhANjka5flneDt61FpE4qDsLGsVoTw9LriMgJ8P9bx
        8T05
        -----END CERTIFICATE-----
        """

    private static let privateKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg/gl8aDzzhC7Zvhjg
        xJJH4eA+BsRqg/v8mSagEDgGFEihRANCAATO4a4SKiR3z+OrW4kYi9gTJl5ULATV
        Rf5SN+mSn65fIszjExgiFRkC1Ptptd/NqZ6ls5IlqjxPdcLUBZVuUyf/
        -----END PRIVATE KEY-----
        """
}
