import OffstageDatabase
import OffstageQuery
import OffstageSQL
import OffstageSchema

/// Calls of functions: `/rpc/add`.
extension RestService {
    func call(
        _ prepared: PreparedRequest, _ values: [RequestValue], _ call: Call, _ body: [UInt8], _ isOnEventLoop: Bool
    ) throws(Refusal) -> Answer {
        let (known, inputs, format, offset) = try ready(call: prepared, values, call, body)
        if let swift = known.swift { return try run(swift, known, inputs, prepared, call, offset) }
        if isOnEventLoop, prepared.mayRunInline(known.statement) {
            let rows: Rows?
            do throws(SQLError) {
                rows = try driver.readInline(known.statement, with: inputs, as: format)
            } catch {
                throw Refusal(error, isAnonymous: isAnonymous(call.caller.role))
            }
            if let rows { return .now(try respond(rows, known, prepared, inputs, offset)) }
            prepared.wentOverBudget()
        }
        return later(known.statement, inputs, format, mayReadReplica: mayReadReplica(prepared, call)) { rows throws(Refusal) in
            try self.respond(rows, known, prepared, inputs, offset)
        }
    }

    /// A call that is ready to run, and what its answer is made with.
    func ready(
        call prepared: PreparedRequest, _ values: [RequestValue], _ call: Call, _ body: [UInt8]
    ) throws(Refusal) -> (known: PreparedCall, inputs: Inputs, format: RowFormat, offset: Int) {
        let request = prepared.request
        let payload = request.isFunctionRead ? nil : try self.payload(body, prepared, call)
        let shape = payload?.shape ?? PayloadShape(columns: [], patterns: [], rowCount: 0)
        let known: PreparedCall
        if let kept = prepared.call(for: shape) {
            known = kept
        } else {
            known = try planned(request, payload == nil ? nil : shape, call)
            prepared.keep(known, for: shape)
        }
        let inputs = try inputs(known, prepared, payload, values, call, body)
        let format = known.plan.format(prepared.media, isHead: request.method == .head, root: prepared.relation.name)
        let offset = prepared.offset.flatMap { values.indices.contains($0) ? values[$0].integer : nil } ?? 0
        return (known, inputs, format, offset)
    }

    private func payload(_ body: [UInt8], _ prepared: PreparedRequest, _ call: Call) throws(Refusal) -> CallPayload {
        let request = prepared.request
        // Where a function takes XML as it is, a body of XML is that, whatever its elements.
        let isWhole =
            request.contentType == .xml
            && call.project.catalogue.schema.functions[prepared.relation]?.contains { $0.takesBody(.xml) } == true
        let type = isWhole ? .text : request.contentType
        do throws(RequestError) {
            return try body.withUnsafeBufferPointer { (bytes) throws(RequestError) in
                try CallPayload(bytes, type: type, columns: request.columns, limits: settings.payloads)
            }
        } catch {
            throw Refusal(error)
        }
    }

    private func planned(_ request: TableRequest, _ shape: PayloadShape?, _ call: Call) throws(Refusal) -> PreparedCall {
        let plan = try plan(request, shape, call)
        guard case .call(let meant) = plan.action else { throw Refusal(.internalFault) }
        if let swift = meant.swift { return try planned(swift, meant, plan, request, call) }
        // What a writing function gives is not asked for twice.
        if meant.writes, meant.counts, request.window != RowWindow() {
            throw Refusal(
                400, "PGRST127", "Feature not implemented",
                details: "A count beside a limit or an offset, of what a volatile function gives.",
                hint: "Leave out the count, or declare the function stable if it only reads.")
        }
        if request.preferences.handling == .strict, request.preferences.maxAffected != nil, !meant.shape.isSet {
            throw Refusal(
                400, "PGRST128", "Function must return SETOF or TABLE when max-affected preference is used with handling=strict")
        }
        do throws(SQLError) {
            return PreparedCall(try driver.statement(for: plan), meant)
        } catch {
            throw Refusal(error, isAnonymous: isAnonymous(call.caller.role))
        }
    }

    private func inputs(
        _ known: PreparedCall, _ prepared: PreparedRequest, _ payload: CallPayload?, _ values: [RequestValue], _ call: Call,
        _ body: [UInt8]
    ) throws(Refusal) -> Inputs {
        let preferences = prepared.request.preferences
        var inputs = Inputs(caller: call.caller, values: values, now: call.now, timeZone: preferences.timezone)
        if !known.settings.isEmpty { inputs.settings = RequestSettings.values(known.settings, of: call) }
        inputs.rollsBack = settings.allowsRollback && preferences.transaction == .rollback
        inputs.wantsSingle = prepared.wantsObject && known.plan.shape.isSet
        if preferences.handling == .strict { inputs.maxAffected = preferences.maxAffected }
        // A function that only reads may be called as often as one likes.
        if known.statement.isWrite, let terms = try terms(prepared, call, body) { inputs.terms = terms.terms }
        guard var payload else { return inputs }
        if case .remote = known.statement {
            inputs.body = try remoteBody(payload, known.plan, body)
            return inputs
        }
        payload.keepTexts(for: known.plan, from: body)
        do throws(SQLError) {
            let context = ValueContext(timeZone: prepared.timeZone, now: call.now)
            inputs.rows = [Inputs.Row(values: try payload.stored(for: known.plan, in: context))]
        } catch {
            throw Refusal(error, isAnonymous: isAnonymous(call.caller.role))
        }
        return inputs
    }

    /// The body as a function on PostgreSQL takes it: an object of its arguments, or the one value as it is.
    private func remoteBody(_ payload: CallPayload, _ plan: CallPlan, _ body: [UInt8]) throws(Refusal) -> [UInt8] {
        do throws(SQLError) {
            return try payload.record(for: plan, body)
        } catch {
            throw Refusal(error, isAnonymous: false)
        }
    }

    func respond(
        _ rows: Rows, _ known: PreparedCall, _ prepared: PreparedRequest, _ inputs: Inputs, _ offset: Int
    ) throws(Refusal) -> ServerResponse {
        let total = known.plan.counts ? rows.total ?? rows.count : nil
        if let total, offset > total { throw .beyond(total, offset) }
        if inputs.wantsSingle, rows.count != 1 { throw .notSingular(rows.count) }
        if let limit = inputs.maxAffected, rows.count > limit {
            throw Refusal(
                400, "PGRST124", "Query result exceeds max-affected preference constraint", details: "The query affects \(rows.count) rows")
        }
        let status = known.plan.shape == .nothing ? 204 : total.map { rows.count < $0 } ?? false ? 206 : 200
        var response = ServerResponse(status: status)
        response.fields.reserve(16)
        let shows = known.plan.shape != .nothing && rows.replay != .withoutBody
        if shows {
            response.fields.add("Content-Type", prepared.media.contentType)
            response.body = rows.body
            response.longBody = rows.longBody
        }
        response.fields.add("Content-Range", ContentRange.text(from: offset, count: rows.count, total: total))
        response.fields.add("Preference-Applied", prepared.applied)
        if shows { response.fields.add("Content-Profile", prepared.profile) }
        response.fields.add("Vary", "Accept, Prefer, Range")
        if rows.replay != nil { response.fields.add("Idempotency-Replayed", "true") }
        try response.take(rows)
        return response
    }

    /// How a function can be called: by GET too, unless it may write.
    func methods(of name: QualifiedName, _ call: Call) throws(Refusal) -> String {
        let schema = call.project.catalogue.schema
        let callable = (schema.functions[name] ?? []).filter { schema.allows(call.caller.role, .execute, on: $0.signature) }
        guard !callable.isEmpty else {
            throw Refusal(404, "PGRST202", "Could not find the function \(name) in the schema cache")
        }
        return callable.contains { !$0.mayWrite } ? "OPTIONS,GET,HEAD,POST" : "OPTIONS,POST"
    }
}

extension CallPlan {
    func format(_ media: AnswerMedia, isHead: Bool, root: String) -> RowFormat {
        if isHead || shape == .nothing { return .none }
        switch (media.form, shape) {
        case (.json, .row): return .object(nullsStripped: media.nullsStripped)
        case (.json, .value), (.object, .value): return .value
        case (.json, .values): return .values
        default: return media.format(root: root)
        }
    }
}

extension CallPlan.Shape {
    var isSet: Bool { self == .rows || self == .values }
}
