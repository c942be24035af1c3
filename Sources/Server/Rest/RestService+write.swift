import OffstageDatabase
import OffstageQuery
import OffstageSQL
import OffstageSchema

extension RestService {
    func write(_ prepared: PreparedRequest, _ values: [RequestValue], _ call: Call, _ body: [UInt8]) throws(Refusal) -> Answer {
        guard let (write, inputs, format) = try ready(write: prepared, values, call, body) else { return .now(try untouched(prepared)) }
        return .later {
            do throws(SQLError) {
                let rows = try await self.driver.run(write, with: inputs, as: format)
                return self.respond(rows, prepared, call.project)
            } catch {
                return Refusal(error, isAnonymous: self.isAnonymous(call.caller.role)).response
            }
        }
    }

    /// A write that is ready to run; nil where there is nothing to do.
    func ready(
        write prepared: PreparedRequest, _ values: [RequestValue], _ call: Call, _ body: [UInt8]
    ) throws(Refusal) -> (write: Statement, inputs: Inputs, format: RowFormat)? {
        let method = prepared.request.method
        var payload = method == .delete ? Payload(columns: [], rows: []) : try self.payload(body, prepared.request)
        // An update takes one set of values, as `json_to_record` would: the first.
        if method == .patch, payload.rows.count > 1 { payload.rows.removeSubrange(1...) }
        let shape = payload.shape
        let terms = try terms(prepared, call, body)
        let tellsKeys = terms?.terms.once?.showing.needsKeys ?? false
        let write: PreparedWrite
        if let known = prepared.write(for: shape, tellsKeys: tellsKeys) {
            write = known
        } else {
            guard let fresh = try planned(prepared, shape, call, tellsKeys) else { return nil }
            prepared.keep(fresh, for: shape, tellsKeys: tellsKeys)
            write = fresh
        }
        var given = try inputs(write, prepared, payload, shape, values, call, body)
        if case .remote = write.write, method != .delete { given.body = payload.recordset(body, type: prepared.request.contentType) }
        if let terms {
            given.terms = terms.terms
            given.settings.merge(RequestSettings.values(terms.settings, of: call)) { known, _ in known }
        }
        let shows = prepared.request.preferences.return == .representation
        return (write.write, given, shows ? prepared.media.format(root: prepared.relation.name) : .none)
    }

    private func payload(_ body: [UInt8], _ request: TableRequest) throws(Refusal) -> Payload {
        do throws(RequestError) {
            return try body.withUnsafeBufferPointer { (bytes) throws(RequestError) in
                try Payload(bytes, type: request.contentType, columns: request.columns, limits: settings.payloads)
            }
        } catch {
            throw Refusal(error)
        }
    }

    /// Nil where nothing is to be done: a payload without rows, or an update of no column. It is planned all the same, since it may not
    /// be allowed.
    private func planned(
        _ prepared: PreparedRequest, _ shape: PayloadShape, _ call: Call, _ tellsKeys: Bool
    ) throws(Refusal) -> PreparedWrite? {
        let isNothing =
            switch prepared.request.method {
            case .post: shape.rowCount == 0
            case .patch: shape.rowCount == 0 || shape.columns.isEmpty
            default: false
            }
        if isNothing {
            _ = try plan(prepared.request, shape, call)
            return nil
        }
        var request = prepared.request
        request.tellsKeys = tellsKeys
        return PreparedWrite(try statement(request, shape, call))
    }

    private func inputs(
        _ write: PreparedWrite, _ prepared: PreparedRequest, _ payload: Payload, _ shape: PayloadShape, _ values: [RequestValue],
        _ call: Call, _ body: [UInt8]
    ) throws(Refusal) -> Inputs {
        let preferences = prepared.request.preferences
        let context = ValueContext(timeZone: prepared.timeZone, now: call.now)
        var inputs = Inputs(caller: call.caller, values: values, now: call.now, timeZone: preferences.timezone)
        inputs.settings = write.settings.isEmpty ? [:] : RequestSettings.values(write.settings, of: call)
        inputs.rollsBack = settings.allowsRollback && preferences.transaction == .rollback
        inputs.wantsSingle = prepared.wantsObject
        if preferences.handling == .strict, prepared.request.method == .patch || prepared.request.method == .delete {
            inputs.maxAffected = preferences.maxAffected
        }
        // A remote statement takes the payload as it is; only a PUT's row is looked at.
        if case .remote = write.write, prepared.request.method != .put { return inputs }
        let columns = write.write.payloadColumns
        var payload = payload
        do throws(SQLError) {
            if preferences.missing == .default, shape.patterns.count > 1 {
                try payload.writeAnew(as: columns)
            } else if prepared.request.contentType == .json {
                payload.keepTexts(as: columns, from: body)
            }
            inputs.rows.reserveCapacity(payload.rows.count)
            for row in payload.rows {
                let variant = shape.patterns.count == 1 ? 0 : shape.patterns.firstIndex(of: row.map { $0 != nil }) ?? 0
                inputs.rows.append(Inputs.Row(variant: variant, values: try Payload.stored(row, as: columns, in: context)))
            }
            if prepared.request.method == .put { try agree(inputs, columns, prepared.request, values, context) }
        } catch {
            throw Refusal(error, isAnonymous: isAnonymous(call.caller.role))
        }
        return inputs
    }

    /// PUT: the row must be the one that the URL names.
    private func agree(
        _ inputs: Inputs, _ columns: [Column], _ request: TableRequest, _ values: [RequestValue], _ context: ValueContext
    ) throws(SQLError) {
        for filter in request.filters {
            guard case .filter(let test) = filter.value, let index = test.value?.position, values.indices.contains(index),
                case .text(let text) = values[index],
                let place = columns.firstIndex(where: { $0.name == test.field.column }),
                let row = inputs.rows.first, row.values.indices.contains(place),
                try columns[place].type.parse(text, in: context) == row.values[place]
            else {
                throw SQLError("PGRST115", "Payload values do not match URL in primary key column(s)")
            }
        }
    }

    // MARK: Answers

    /// The answer of a write that had nothing to write.
    func untouched(_ prepared: PreparedRequest) throws(Refusal) -> ServerResponse {
        if prepared.wantsObject { throw .notSingular(0) }
        let body = prepared.request.preferences.return == .representation ? prepared.media.empty(root: prepared.relation.name) : []
        return respond(Rows(body: body), prepared, nil)
    }

    func respond(_ rows: Rows, _ prepared: PreparedRequest, _ project: Project?) -> ServerResponse {
        let request = prepared.request
        let shows = request.preferences.return == .representation && rows.replay != .withoutBody
        var response = ServerResponse(status: status(rows, request))
        response.fields.reserve(16)
        if shows {
            response.fields.add("Content-Type", prepared.media.contentType)
            response.body = rows.body
        }
        if request.method == .post, request.preferences.return == .headersOnly, let location = rows.location,
            let key = project?.catalogue.schema.tables[prepared.relation]?.primaryKey?.columns, key.count == location.count
        {
            response.fields.add("Location", Self.location(prepared.relation.name, key, location))
        }
        let total = request.preferences.count == nil ? nil : rows.count
        switch request.method {
        case .post, .delete:
            response.fields.add("Content-Range", ContentRange.text(from: 0, count: 0, total: total))
        case .patch:
            response.fields.add("Content-Range", ContentRange.text(from: 0, count: rows.count, total: total))
        default: break
        }
        response.fields.add("Preference-Applied", prepared.applied)
        if shows { response.fields.add("Content-Profile", prepared.profile) }
        response.fields.add("Vary", "Accept, Prefer, Range")
        response.fields.add("ETag", rows.tag)
        if rows.replay != nil { response.fields.add("Idempotency-Replayed", "true") }
        do throws(Refusal) { try response.take(rows) } catch { return error.response }
        return response
    }

    private func status(_ rows: Rows, _ request: TableRequest) -> Int {
        let shows = request.preferences.return == .representation
        switch request.method {
        case .post: return request.preferences.resolution == .mergeDuplicates && rows.inserted == 0 ? 200 : 201
        case .put: return shows ? (rows.inserted == 0 ? 200 : 201) : 204
        default: return shows ? 200 : 204
        }
    }

    /// `/books?id=eq.5`
    private static func location(_ relation: String, _ key: [String], _ values: [String?]) -> String {
        let pairs = zip(key, values).map { name, value in
            "\(ContentLocation.encoded(name))=\(value.map { "eq." + ContentLocation.encoded($0) } ?? "is.null")"
        }
        return "/\(ContentLocation.encoded(relation))?\(pairs.joined(separator: "&"))"
    }
}
