import Hummingbird

/// The least a Hummingbird server does: one route, a constant JSON body.
let body = ByteBuffer(string: #"[{"id":1,"title":"The Ghost Ship","published":1912,"price":6.50}]"#)
let router = Router()
router.get("constant") { _, _ in
    Response(status: .ok, headers: [.contentType: "application/json; charset=utf-8"], body: .init(byteBuffer: body))
}
let port = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 8091
let application = Application(router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)))
try await application.runService()
