import OffstageDatabase
import OffstageQuery
import OffstageSQL
import OffstageSchema

extension RestService {
    /// Plans a request for the caller's role: all that its values do not change.
    func prepare(_ request: TableRequest, _ call: Call) throws(Refusal) -> PreparedRequest {
        let profile = try schemaName(request)
        let name: String
        switch request.target {
        case .relation(let relation): name = relation
        case .function(let function): name = function
        case .root: throw Refusal(404, "PGRST126", "Root endpoint metadata is disabled")
        }
        let media = try AnswerMedia(request.accept, header: call.head.rest.accept, explains: settings.explains)
        let zone = try timeZone(request.preferences.timezone)
        let relation = QualifiedName(profile, name)
        var read: Statement?
        if request.method.isRead, case .relation = request.target { read = try statement(request, nil, call) }
        return PreparedRequest(
            request, relation: relation, media: media, applied: applied(request, relation, call),
            profile: request.profile != nil || settings.plan.exposedSchemas.count > 1 ? profile : nil, timeZone: zone, read: read)
    }

    /// The statement of a request and what its payload gives.
    func statement(_ request: TableRequest, _ payload: PayloadShape?, _ call: Call) throws(Refusal) -> Statement {
        let plan = try plan(request, payload, call)
        do throws(SQLError) {
            return try driver.statement(for: plan)
        } catch {
            throw Refusal(error, isAnonymous: isAnonymous(call.caller.role))
        }
    }

    func plan(_ request: TableRequest, _ payload: PayloadShape?, _ call: Call) throws(Refusal) -> TablePlan {
        do throws(PlanError) {
            return try OffstageQuery.plan(request, payload: payload, in: call.project.catalogue, as: call.caller.role)
        } catch {
            throw Refusal(error, isAnonymous: isAnonymous(call.caller.role))
        }
    }

    func schemaName(_ request: TableRequest) throws(Refusal) -> String {
        do throws(PlanError) {
            return try settings.plan.schema(for: request.profile)
        } catch {
            throw Refusal(error, isAnonymous: false)
        }
    }

    private func timeZone(_ name: String?) throws(Refusal) -> TimeZoneRules {
        guard let name else { return .utc }
        guard let zone = TimeZoneRules.named(name) else {
            throw Refusal(400, "22023", "invalid value for parameter \"TimeZone\": \"\(name)\"")
        }
        return zone
    }

    private func applied(_ request: TableRequest, _ relation: QualifiedName, _ call: Call) -> String? {
        let hasKey = call.project.catalogue.schema.tables[relation]?.primaryKey != nil
        let writes = if case .relation = request.target { !request.method.isRead } else { false }
        return request.preferences.applied(
            isMutation: writes, resolves: writes && request.method == .post && (hasKey || request.onConflict != nil),
            setsMissing: writes && (request.method == .post || request.method == .patch), mayChooseTransaction: settings.allowsRollback,
            isRead: request.method.isRead)
    }

    /// What a relation can be asked to do.
    func options(_ call: Call, path: String) throws(Refusal) -> ServerResponse {
        let request: TableRequest
        do throws(RequestError) {
            request = try TableRequest(method: .options, path: path, query: nil, headers: call.head.rest, limits: settings.requests)
        } catch {
            throw Refusal(error)
        }
        let profile = try schemaName(request)
        var methods = "OPTIONS,GET,HEAD"
        switch request.target {
        case .root: break
        case .function(let name): methods = try self.methods(of: QualifiedName(profile, name), call)
        case .relation(let name):
            let relation = QualifiedName(profile, name)
            let schema = call.project.catalogue.schema
            if let table = schema.tables[relation] ?? schema.views[relation].map({ Table(showing: $0, in: schema) }) {
                let writes = schema.writability(of: relation)
                if writes.inserted != nil { methods += ",POST" }
                if writes.inserted != nil, writes.updated != nil, table.primaryKey != nil { methods += ",PUT" }
                if writes.updated != nil { methods += ",PATCH" }
                if writes.deletes { methods += ",DELETE" }
            } else {
                // A read of it says what is wrong, and suggests no more than the caller may know.
                var read = request
                read.method = .get
                _ = try plan(read, nil, call)
            }
        }
        var response = ServerResponse(status: 200)
        response.fields.add("Allow", methods)
        // To a page of another origin it says more: CrossOrigin.
        if call.head.origin == nil { response.fields.add("Access-Control-Allow-Origin", "*") }
        return response
    }
}
