import Hummingbird
import HummingbirdHTTP2
import NIOSSL

/// The least a Hummingbird server does: one route, a constant JSON body. With a certificate and its key, over TLS and HTTP/2.
let body = ByteBuffer(string: #"[{"id":1,"title":"The Ghost Ship","published":1912,"price":6.50}]"#)
let router = Router()
router.get("constant") { _, _ in
    Response(status: .ok, headers: [.contentType: "application/json; charset=utf-8"], body: .init(byteBuffer: body))
}
let arguments = CommandLine.arguments.dropFirst()
let port = arguments.first.flatMap { Int($0) } ?? 8091
let address = ApplicationConfiguration(address: .hostname("127.0.0.1", port: port))
if arguments.count == 3 {
    let files = Array(arguments.dropFirst())
    let certificates = try NIOSSLCertificate.fromPEMFile(files[0]).map { NIOSSLCertificateSource.certificate($0) }
    let tls = TLSConfiguration.makeServerConfiguration(
        certificateChain: certificates, privateKey: .privateKey(try NIOSSLPrivateKey(file: files[1], format: .pem)))
    try await Application(router: router, server: .http2Upgrade(tlsConfiguration: tls), configuration: address).runService()
} else {
    try await Application(router: router, configuration: address).runService()
}
