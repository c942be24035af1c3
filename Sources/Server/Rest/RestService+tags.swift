import OffstageDatabase
import OffstageQuery
import OffstageSQL
import OffstageSchema

/// Reads of one row that carry its tag, and conditions on it (RFC 9110, section 13).
extension RestService {
    /// The columns behind a request's tag: all that the role may read of the table, whatever `select` asks for. Nil where one row is not
    /// named, or where more is shown than the row itself, so that its tag would not tell of every change.
    func tagColumns(_ prepared: PreparedRequest, _ call: Call) -> [String]? {
        let schema = call.project.catalogue.schema
        guard !prepared.isCall, let table = schema.tables[prepared.relation], let key = table.primaryKey?.columns,
            prepared.request.names(key)
        else { return nil }
        let columns = table.columns.map(\.name)
        if prepared.request.method.isRead, !prepared.request.showsOneRowOnly(columns) { return nil }
        guard let allowed = schema.allowedColumns(call.caller.role, .select, of: prepared.relation) else { return columns }
        return columns.filter(allowed.contains)
    }

    /// The read behind the tag; nil where there is none to be had.
    func tagRead(_ prepared: PreparedRequest, _ call: Call) throws(Refusal) -> PreparedRead? {
        guard let columns = tagColumns(prepared, call), !columns.isEmpty else { return nil }
        return try prepared.tagRead { () throws(Refusal) in try self.read(prepared.request.reading(columns), call) }
    }

    /// A read of the server's own making, planned for the caller.
    func read(_ request: TableRequest, _ call: Call) throws(Refusal) -> PreparedRead {
        PreparedRead(try statement(request, nil, call))
    }

    /// Answers a read with its row's tag, or with 304 or 412 as its condition says.
    ///
    /// The tag is read before the row: were there a write between the two, the tag would be of the older state, and no condition holds
    /// that should not.
    func tagged(
        _ read: Statement, _ prepared: PreparedRequest, _ values: [RequestValue], _ call: Call, _ isOnEventLoop: Bool
    ) throws(Refusal) -> Answer? {
        let condition = try TagCondition(call.head)
        guard let row = try tagRead(prepared, call) else {
            if condition?.match != nil { throw Refusal(.conditionWithoutRow) }
            return nil
        }
        guard condition != nil || prepared.wantsTag || settings.tagsRows else { return nil }
        var inputs = Inputs(caller: call.caller, values: values, now: call.now)
        if !row.settings.isEmpty { inputs.settings = RequestSettings.values(row.settings, of: call) }
        if isOnEventLoop, prepared.mayRunInline(read) {
            let rows: Rows?
            do throws(SQLError) {
                rows = try driver.readInline(row.read, with: inputs, as: .object(nullsStripped: false))
            } catch {
                throw Refusal(error, isAnonymous: isAnonymous(call.caller.role))
            }
            if let rows { return try tagged(rows, condition, read, prepared, values, call, isOnEventLoop) }
        }
        let asked = inputs
        return .later {
            do throws(SQLError) {
                let rows = try await self.driver.run(row.read, with: asked, as: .object(nullsStripped: false))
                let answer: Answer
                do throws(Refusal) {
                    answer = try self.tagged(rows, condition, read, prepared, values, call, false)
                } catch {
                    return error.response
                }
                return await answer.value()
            } catch {
                return Refusal(error, isAnonymous: self.isAnonymous(call.caller.role)).response
            }
        }
    }

    private func tagged(
        _ rows: Rows, _ condition: TagCondition?, _ read: Statement, _ prepared: PreparedRequest, _ values: [RequestValue], _ call: Call,
        _ isOnEventLoop: Bool
    ) throws(Refusal) -> Answer {
        let tag = rows.count == 1 ? RowTag.text(rows.body) : nil
        if let condition {
            guard condition.matches(tag) else { throw Refusal(.preconditionFailed) }
            if !condition.isNews(tag) {
                var response = ServerResponse(status: 304)
                response.fields.add("ETag", tag)
                response.fields.add("Content-Location", ContentLocation.text(prepared.relation.name, query: call.head.query))
                response.fields.add("Vary", "Accept, Prefer, Range")
                return .now(response)
            }
        }
        return try run(read, prepared, values, call, isOnEventLoop, tag: tag)
    }
}
