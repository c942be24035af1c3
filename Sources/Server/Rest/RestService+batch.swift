import OffstageDatabase
import OffstageJSON
import OffstageQuery
import OffstageSQL
import OffstageSchema

/// `POST /batch/v1`: several requests in one transaction, in order, all of them or none.
extension RestService {
    static let batchPath = "/batch/v1"
    private static let mostItems = 100

    func batch(_ call: Call, _ body: [UInt8]) throws(Refusal) -> Answer {
        guard call.head.method == "POST" else {
            var refusal = Refusal(.methodNotAllowed)
            refusal.allow = "POST"
            throw refusal
        }
        let items = try items(body, call)
        var inputs = Inputs(caller: call.caller, now: call.now)
        if call.head.hasTerms {
            if try TagCondition(call.head) != nil { throw Refusal(.conditionWithoutRow) }
            // What is kept of the answer shows no rows, so it may be shown to whoever has the key.
            let key = try IdempotencyKey(call.head, isNamed: call.caller.subject != nil)
            if let key { inputs.terms = WriteTerms(once: key.once("batch", nil, call, body, showing: .always)) }
        }
        let asked = inputs
        return .later { await self.run(BatchScript(items, self, call), asked) }
    }

    private func items(_ body: [UInt8], _ call: Call) throws(Refusal) -> [BatchItem] {
        guard PayloadType(call.head.rest.contentType) == .json else {
            throw Refusal(.wrongBatch, details: "A batch is application/json.")
        }
        var limits = JSONLimits()
        limits.depth = settings.payloads.depth
        guard let value = try? JSONValue(parsing: body, limits: limits), let list = value.array else {
            throw Refusal(.wrongBatch, details: "The body is not a JSON array of items.")
        }
        guard list.count <= Self.mostItems else { throw Refusal(.wrongBatch, details: "At most \(Self.mostItems) items are accepted.") }
        var items: [BatchItem] = []
        for (number, value) in list.enumerated() {
            do throws(RequestError) {
                items.append(try BatchItem(value, number: number, mount: Self.mount))
            } catch {
                var refusal = Refusal(error)
                refusal.item = number
                throw refusal
            }
        }
        return items
    }

    private func run(_ script: BatchScript, _ inputs: Inputs) async -> ServerResponse {
        do {
            let rows = try await driver.run(script, with: inputs)
            var response = ServerResponse(status: 200)
            response.fields.add("Content-Type", "application/json; charset=utf-8")
            if rows.replay != nil { response.fields.add("Idempotency-Replayed", "true") }
            response.body = rows.body
            return response
        } catch {
            return Refusal(any: error, isAnonymous: isAnonymous(inputs.caller.role)).response
        }
    }

    // MARK: One item

    /// A request that needs the database, and what its answer is made with.
    struct Work: Sendable {
        enum Kind: Sendable {
            case read(offset: Int, limit: Int?)
            case write
            case call(PreparedCall, offset: Int)
        }

        var kind: Kind
        var prepared: PreparedRequest
        var call: Call
        var step: ScriptStep
    }

    enum ItemWork: Sendable {
        case answered(ServerResponse)
        case run(Work)
    }

    /// - Parameter filters: the values of the item's filters, in their order.
    func work(_ item: BatchItem, _ body: [UInt8], _ filters: [RequestValue], _ outer: Call) throws(Refusal) -> ItemWork {
        let call = outer.inner(item, project())
        let path = String(call.head.path.utf8.dropFirst(Self.mount.utf8.count)) ?? ""
        let (prepared, values) = try prepared(item, filters, path, call)
        if prepared.isCall {
            let ready = try ready(call: prepared, values, call, body)
            if ready.known.swift != nil { throw .notInSwift("A function in Swift among the items of a batch, which are one transaction.") }
            return .run(
                Work(
                    kind: .call(ready.known, offset: ready.offset), prepared: prepared, call: call,
                    step: ScriptStep(ready.known.statement, with: ready.inputs, as: ready.format)))
        }
        if let read = prepared.read {
            let ready = ready(read: read, prepared, values, call)
            return .run(
                Work(
                    kind: .read(offset: ready.offset, limit: ready.limit), prepared: prepared, call: call,
                    step: ScriptStep(read, with: ready.inputs, as: ready.format)))
        }
        guard let ready = try ready(write: prepared, values, call, body) else { return .answered(try untouched(prepared)) }
        return .run(
            Work(kind: .write, prepared: prepared, call: call, step: ScriptStep(ready.write, with: ready.inputs, as: ready.format)))
    }

    func respond(_ rows: Rows, to work: Work) throws(Refusal) -> ServerResponse {
        switch work.kind {
        case .read(let offset, let limit): return try respond(rows, work.prepared, offset, limit, work.call.head, nil)
        case .write: return respond(rows, work.prepared, work.call.project)
        case .call(let known, let offset): return try respond(rows, known, work.prepared, work.step.inputs, offset)
        }
    }

    private func prepared(
        _ item: BatchItem, _ filters: [RequestValue], _ path: String, _ call: Call
    ) throws(Refusal) -> (PreparedRequest, [RequestValue]) {
        let scanned = RequestShape.scan(
            method: item.method, path: path, query: call.head.query, headers: call.head.rest, limits: settings.requests)
        let key = scanned.map { PlanCache.Key(role: call.caller.role, shape: $0.shape) }
        if filters.isEmpty, let key, let scanned, let known = call.project.plans.find(key) { return (known, scanned.values) }
        var request = try read(item.method, path, call)
        let values = request.values + filters
        guard request.filters.count + filters.count <= settings.requests.filters else {
            throw Refusal(.wrongBatch, details: "An item has more than \(settings.requests.filters) filters.")
        }
        for (index, filter) in item.filters.enumerated() {
            let test = Filter(RequestField(filter.column), operator: filter.test, value: ValueIndex(request.values.count + index))
            request.filters.append(AtPath([], .filter(test)))
        }
        let prepared = try prepare(request, call)
        if filters.isEmpty, let key, scanned != nil { call.project.plans.offer(prepared, for: key) }
        return (prepared, values)
    }
}

extension Call {
    /// An item's request: its own method, path and headers; the caller, the moment and all other headers of the batch.
    fileprivate func inner(_ item: BatchItem, _ project: Project) -> Call {
        let replaced = ["prefer", "accept", "content-profile", "accept-profile", "content-type", "content-length", "range", "range-unit"]
        let promised = ["if-match", "if-none-match", "idempotency-key"]
        let kept = head.fields.pairs.filter { field in !(replaced + promised).contains { field.0.isSame(as: $0) } }
        var call = self
        call.head = RequestHead(
            method: item.method.rawValue, target: RestService.mount + item.target,
            fields: Fields(pairs: item.headers.map { ($0.name, $0.value) } + kept))
        call.project = project
        return call
    }
}
