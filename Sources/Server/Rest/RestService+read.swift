import OffstageDatabase
import OffstageQuery
import OffstageSQL
import OffstageSchema

extension RestService {
    func run(
        _ read: Statement, _ prepared: PreparedRequest, _ values: [RequestValue], _ call: Call, _ isOnEventLoop: Bool, tag: String? = nil
    ) throws(Refusal) -> Answer {
        let (inputs, format, offset, limit) = ready(read: read, prepared, values, call)
        if isOnEventLoop, prepared.mayRunInline(read) {
            let rows: Rows?
            do throws(SQLError) {
                rows = try driver.readInline(read, with: inputs, as: format)
            } catch {
                throw Refusal(error, isAnonymous: isAnonymous(call.caller.role))
            }
            if let rows { return .now(try respond(rows, prepared, offset, limit, call.head, tag)) }
            prepared.wentOverBudget()
        }
        // A tag was read of the primary, so what it is of is, too.
        let mayReadReplica = tag == nil && mayReadReplica(prepared, call)
        return later(read, inputs, format, mayReadReplica: mayReadReplica) { rows throws(Refusal) in
            try self.respond(rows, prepared, offset, limit, call.head, tag)
        }
    }

    /// Whether a replica may answer: where that is asked for, and by GET or HEAD. Everybody else reads what they wrote.
    func mayReadReplica(_ prepared: PreparedRequest, _ call: Call) -> Bool {
        guard prepared.request.method.isRead else { return false }
        switch prepared.request.preferences.reading {
        case .replica: return true
        case .primary: return false
        case nil: return !settings.replicaRoles.isEmpty && settings.replicaRoles.contains(call.caller.role)
        }
    }

    /// The answer that `respond` makes of what the database gives.
    func later(
        _ statement: Statement, _ inputs: Inputs, _ format: RowFormat, mayReadReplica: Bool = false,
        _ respond: @escaping @Sendable (Rows) throws(Refusal) -> ServerResponse
    ) -> Answer {
        var inputs = inputs
        inputs.mayBeLong = true
        inputs.mayReadReplica = mayReadReplica
        return .later { [inputs] in
            do throws(SQLError) {
                let rows = try await self.driver.run(statement, with: inputs, as: format)
                do throws(Refusal) {
                    return try respond(rows)
                } catch {
                    return error.response
                }
            } catch {
                return Refusal(error, isAnonymous: self.isAnonymous(inputs.caller.role)).response
            }
        }
    }

    /// A read's inputs, and what its answer is made with.
    func ready(
        read: Statement, _ prepared: PreparedRequest, _ values: [RequestValue], _ call: Call
    ) -> (inputs: Inputs, format: RowFormat, offset: Int, limit: Int?) {
        var inputs = Inputs(caller: call.caller, values: values, now: call.now, timeZone: prepared.request.preferences.timezone)
        if !prepared.settings.isEmpty { inputs.settings = RequestSettings.values(prepared.settings, of: call) }
        inputs.counting = counting(prepared.request.preferences.count)
        let isHead = prepared.request.method == .head
        // What counts is not written down where nobody reads it.
        let format = isHead ? RowFormat.none : prepared.media.format(root: prepared.relation.name)
        let limit = prepared.pageLimit.flatMap { values.indices.contains($0) ? values[$0].integer : nil }
        let offset = prepared.offset.flatMap { values.indices.contains($0) ? values[$0].integer : nil } ?? 0
        return (inputs, format, offset, limit)
    }

    /// Without a limit on rows, an estimate is the planner's.
    private func counting(_ wanted: Preferences.Count?) -> Counting {
        switch wanted {
        case .exact, nil: .exact
        case .planned: .planned
        case .estimated: settings.plan.maxRows.map { .estimated(upTo: $0) } ?? .planned
        }
    }

    func respond(
        _ rows: Rows, _ prepared: PreparedRequest, _ offset: Int, _ limit: Int?, _ head: RequestHead, _ tag: String?
    ) throws(Refusal) -> ServerResponse {
        let link = try next(rows, prepared, limit, head)
        var total = rows.total
        // A guess is not less than what is there.
        if let guess = total, prepared.request.preferences.count != .exact, rows.count > 0 {
            total = max(guess, offset.addingReportingOverflow(rows.count).partialValue)
        }
        if let total, offset > total { throw .beyond(total, offset) }
        if prepared.wantsObject, rows.count != 1 { throw .notSingular(rows.count) }
        let isPartial = total.map { rows.count < $0 } ?? false
        var response = ServerResponse(status: isPartial ? 206 : 200)
        response.fields.reserve(16)
        response.fields.add("Content-Type", prepared.media.contentType)
        response.fields.add("Content-Range", ContentRange.text(from: offset, count: rows.count, total: total))
        response.fields.add("Content-Location", ContentLocation.text(prepared.relation.name, query: head.query))
        response.fields.add("Preference-Applied", prepared.applied)
        response.fields.add("Content-Profile", prepared.profile)
        response.fields.add("Vary", "Accept, Prefer, Range")
        response.fields.add("Link", link)
        // The row may be gone since its tag was read.
        if tag != nil, rows.count == 1 { response.fields.add("ETag", tag) }
        response.body = rows.body
        response.longBody = rows.longBody
        try response.take(rows)
        return response
    }
}

extension RestService {
    /// The `Link` to the page behind this one; nil where the page was not filled, so that nothing can be behind it.
    private func next(_ rows: Rows, _ prepared: PreparedRequest, _ limit: Int?, _ head: RequestHead) throws(Refusal) -> String? {
        guard let values = rows.last, let order = prepared.read?.pageOrder else { return nil }
        guard rows.count >= min(limit ?? .max, settings.plan.maxRows ?? .max) else { return nil }
        guard let token = RequestCursor.token(order: order, values: values) else {
            throw Refusal(
                .wrongCursor, details: "The values that the last row is ordered by are too long for a URL.",
                hint: "Order by shorter columns.")
        }
        return "<?\(RequestCursor.query(head.query ?? "", token: token))>; rel=\"next\""
    }
}

extension Refusal {
    static func beyond(_ total: Int, _ offset: Int) -> Refusal {
        var refusal = Refusal(
            416, "PGRST103", "Requested range not satisfiable",
            details: "An offset of \(offset) was requested, but there are only \(total) rows.")
        refusal.contentRange = "*/\(total)"
        return refusal
    }

    static func notSingular(_ count: Int) -> Refusal {
        Refusal(
            406, "PGRST116", "Cannot coerce the result to a single JSON object", details: "The result contains \(count) rows")
    }
}

enum ContentRange {
    /// `0-9/*`, `5-6/100`, `*/0`, `*/*`.
    static func text(from offset: Int, count: Int, total: Int?) -> String {
        let whole = total.map(String.init) ?? "*"
        guard count > 0 else { return "*/\(whole)" }
        let (last, overflow) = offset.addingReportingOverflow(count - 1)
        return overflow ? "*/\(whole)" : "\(offset)-\(last)/\(whole)"
    }
}
