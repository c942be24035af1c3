package import OffstageAuth
package import OffstageDatabase
import OffstageQuery
import OffstageSQL
import OffstageSchema
import Synchronization

/// The REST interface of one project: from a request's head and body to its answer, without a word of networking.
///
/// Synchronous throughout; what has to wait for the database comes back as ``Answer/later(_:)``. Both front doors call it.
///
/// ```swift
/// let service = RestService(driver: database, keys: ring)
/// let head = RequestHead(method: .get, target: "/rest/v1/books?id=eq.5")
/// let response = await service.answer(head, body: []).value()
/// ```
///
/// On the embedded engine `count=planned` and `count=estimated` are answered with exact counts: nothing cheaper is also right.
package final class RestService: Sendable {
    package static let mount = "/rest/v1"

    let driver: any Driver
    let keys: KeyRing
    let settings: RestSettings
    let functions: (any SwiftFunctions)?
    private let current: Mutex<Project>

    /// - Parameter functions: those in Swift; nil where the program has none.
    package init(driver: any Driver, keys: KeyRing, settings: RestSettings = RestSettings(), functions: (any SwiftFunctions)? = nil) {
        self.driver = driver
        self.functions = functions
        self.keys = keys
        self.settings = settings
        current = Mutex(Project(driver.schema, settings))
    }

    /// Whether a path is this service's to answer.
    package static func owns(_ path: String) -> Bool {
        guard path.hasPrefix(mount) else { return path == batchPath }
        return path.utf8.count == mount.utf8.count || path.utf8.dropFirst(mount.utf8.count).first == UInt8(ascii: "/")
    }

    /// Answers a request below ``mount``.
    ///
    /// - Parameters:
    ///   - body: all of it; empty for reads.
    ///   - isOnEventLoop: reads may be tried at once. False where that was done before, or where nothing is gained by it.
    package func answer(_ head: RequestHead, body: [UInt8] = [], isOnEventLoop: Bool = true) -> Answer {
        settings.tellsTimes ? timed(head, body, isOnEventLoop) : untimed(head, body, isOnEventLoop, nil)
    }

    /// - Parameter times: notes when it is known who asks.
    func untimed(_ head: RequestHead, _ body: [UInt8], _ isOnEventLoop: Bool, _ times: ServerTimes?) -> Answer {
        let call: Call
        do throws(Refusal) {
            call = Call(head, try caller(head), project())
            times?.mark("jwt")
            try call.project.admits(call.caller.role)
        } catch {
            return .now(error.response)
        }
        do throws(Refusal) {
            return try answer(call, body, isOnEventLoop)
        } catch {
            return .now(error.response)
        }
    }

    private func answer(_ call: Call, _ body: [UInt8], _ isOnEventLoop: Bool) throws(Refusal) -> Answer {
        if call.head.path == Self.batchPath { return try batch(call, body) }
        guard let method = TableRequest.Method(rawValue: call.head.method) else {
            throw Refusal(405, "PGRST117", "Unsupported HTTP method: \(call.head.method)")
        }
        let path = String(call.head.path.utf8.dropFirst(Self.mount.utf8.count)) ?? ""
        if method == .options { return .now(try options(call, path: path)) }
        if path.isEmpty || path == "/" { return .now(try root(call, method)) }
        guard
            let scanned = RequestShape.scan(
                method: method, path: path, query: call.head.query, headers: call.head.rest, limits: settings.requests)
        else {
            // Says why; a request that reads well after all is planned and not kept.
            let request = try read(method, path, call)
            return try run(try prepare(request, call), values: request.values, call, body, isOnEventLoop)
        }
        let key = PlanCache.Key(role: call.caller.role, shape: scanned.shape)
        if let prepared = call.project.plans.find(key) {
            return try run(prepared, values: scanned.values, call, body, isOnEventLoop)
        }
        let prepared = try prepare(try read(method, path, call), call)
        let answer = try run(prepared, values: scanned.values, call, body, isOnEventLoop)
        call.project.plans.offer(prepared, for: key)
        return answer
    }

    private func run(
        _ prepared: PreparedRequest, values: [RequestValue], _ call: Call, _ body: [UInt8], _ isOnEventLoop: Bool
    ) throws(Refusal) -> Answer {
        if let wanted = prepared.media.plan { return try explain(wanted, prepared, values, call, body) }
        if prepared.isCall { return try self.call(prepared, values, call, body, isOnEventLoop) }
        if let read = prepared.read {
            if call.head.hasTerms || prepared.wantsTag || settings.tagsRows,
                let answer = try tagged(read, prepared, values, call, isOnEventLoop)
            {
                return answer
            }
            return try run(read, prepared, values, call, isOnEventLoop)
        }
        return try write(prepared, values, call, body)
    }

    func read(_ method: TableRequest.Method, _ path: String, _ call: Call) throws(Refusal) -> TableRequest {
        do throws(RequestError) {
            return try TableRequest(
                method: method, path: path, query: call.head.query, headers: call.head.rest, limits: settings.requests)
        } catch {
            throw Refusal(error)
        }
    }

    private func caller(_ head: RequestHead) throws(Refusal) -> Caller {
        do throws(KeyError) {
            let token = try keys.caller(apikey: head.apikey, bearer: try KeyRing.bearer(head.authorization))
            return Caller(role: token.role, claims: token.claims, subject: token.subject)
        } catch {
            throw Refusal(error)
        }
    }

    /// The catalogue of now, with the plans made on it.
    func project() -> Project {
        let generation = driver.generation
        let project = current.withLock { $0 }
        if project.generation == generation { return project }
        let fresh = Project(driver.schema, settings)
        return current.withLock { current in
            // Another thread may have been as quick.
            if current.generation < fresh.generation { current = fresh }
            return current
        }
    }

    func isAnonymous(_ role: String) -> Bool { role == keys.rules.anonymousRole }
}

/// One request on its way: who asks what, of which schema, and when.
struct Call: Sendable {
    var head: RequestHead
    let caller: Caller
    var project: Project
    /// Microseconds since 2000-01-01 UTC.
    let now: Int64

    init(_ head: RequestHead, _ caller: Caller, _ project: Project) {
        self.head = head
        self.caller = caller
        self.project = project
        now = Clock.microsecondsSince2000()
    }
}

/// One generation of a project's schema and the plans made on it.
final class Project: Sendable {
    let catalogue: Catalogue
    let plans: PlanCache
    let generation: Int64
    private let roles: Set<String>

    /// Which description of the API: whose, of which schema, in which form.
    struct Description: Hashable {
        var role: String
        var namespace: String
        var isModern: Bool
        var detail: DescribedAPI.Detail
    }

    let descriptions = Mutex<[Description: [UInt8]]>([:])

    init(_ schema: Schema, _ settings: RestSettings) {
        catalogue = Catalogue(schema, settings: settings.plan)
        plans = PlanCache(bytes: settings.planCacheBytes, entries: settings.planCacheEntries)
        generation = schema.generation
        roles = schema.rolesOfRequests
    }

    /// A token's role must be one that requests may run as.
    func admits(_ role: String) throws(Refusal) {
        guard roles.contains(role) else {
            throw Refusal(401, "22023", "role \"\(role)\" does not exist")
        }
    }
}

extension Schema {
    /// What is granted to `authenticator`, the role that requests log in as.
    var rolesOfRequests: Set<String> {
        guard let door = roles["authenticator"] else { return [] }
        return door.memberOf.filter { roles[$0] != nil }
    }
}
