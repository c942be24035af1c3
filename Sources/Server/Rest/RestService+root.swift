import OffstageDatabase
import OffstageJSON
import OffstageQuery
import OffstageSQL
import OffstageSchema
import Synchronization

/// `/rest/v1/`: what the caller may do, described.
extension RestService {
    /// Swagger 2.0, as clients of the dialect expect it; OpenAPI 3.1 where `application/openapi+json` is asked for by name.
    func root(_ call: Call, _ method: TableRequest.Method) throws(Refusal) -> ServerResponse {
        guard settings.describes else { throw Refusal(404, "PGRST126", "Root endpoint metadata is disabled") }
        guard method.isRead else { throw Refusal(405, "PGRST117", "Unsupported HTTP method: \(call.head.method)") }
        let request = try read(method, "", call)
        let namespace = try schemaName(request)
        let isModern = try self.isModern(request.accept, call)
        let detail = isModern ? settings.reference.shown(to: call.head) : .none
        let key = Project.Description(role: call.caller.role, namespace: namespace, isModern: isModern, detail: detail)
        let body: [UInt8]
        if let known = call.project.descriptions.withLock({ $0[key] }) {
            body = known
        } else {
            let schema = call.project.catalogue.schema
            let api = DescribedAPI(schema, role: call.caller.role, namespace: namespace, writability: schema.writability)
            let document =
                isModern
                ? api.openAPI(version: settings.version, detail: detail, namespaces: settings.plan.exposedSchemas)
                : api.swagger(version: settings.version, host: nil)
            body = Array(document.text.utf8)
            call.project.descriptions.withLock { descriptions in
                // Few roles and schemas; a made-up one has no token.
                if descriptions.count >= 64 { descriptions.removeAll() }
                descriptions[key] = body
            }
        }
        var response = ServerResponse(status: 200)
        response.fields.add("Content-Type", "application/openapi+json; charset=utf-8")
        response.fields.add("Vary", "Accept, Authorization")
        if detail == .definitions { response.fields.add("Cache-Control", "no-store") }
        if settings.plan.exposedSchemas.count > 1 { response.fields.add("Content-Profile", namespace) }
        response.body = isModern ? body : Self.named(call.head.fields["host"], body)
        return response
    }

    private func isModern(_ accepted: [MediaType], _ call: Call) throws(Refusal) -> Bool {
        for type in accepted {
            switch type {
            case .openapi: return true
            case .json, .any, .other("application/*"): return false
            default: continue
            }
        }
        // Says which types there are not.
        _ = try AnswerMedia([], header: call.head.rest.accept, explains: false)
        return false
    }

    /// The document with the name that the caller has for this server: `"host":"api.example:8080"`.
    private static func named(_ host: String?, _ document: [UInt8]) -> [UInt8] {
        guard let host, !host.isEmpty, host.utf8.count <= 255,
            host.utf8.allSatisfy({ byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: ":"), UInt8(ascii: "["),
                    UInt8(ascii: "]"):
                    true
                default: false
                }
            })
        else { return document }
        return Array("{\"host\":\"\(host)\",".utf8) + document.dropFirst()
    }
}
