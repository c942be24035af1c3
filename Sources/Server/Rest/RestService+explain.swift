import OffstageDatabase
import OffstageQuery
import OffstageSQL
import OffstageSchema

extension RestService {
    /// How the database would run a request, instead of its answer. What `analyze` makes run is undone.
    func explain(
        _ wanted: Explanation, _ prepared: PreparedRequest, _ values: [RequestValue], _ call: Call, _ body: [UInt8]
    ) throws(Refusal) -> Answer {
        let statement: Statement
        let inputs: Inputs
        let format: RowFormat
        if prepared.isCall {
            let ready = try ready(call: prepared, values, call, body)
            if ready.known.swift != nil { throw .notInSwift("A plan of a function in Swift.") }
            (statement, inputs, format) = (ready.known.statement, ready.inputs, ready.format)
        } else if let read = prepared.read {
            statement = read
            (inputs, format, _, _) = ready(read: read, prepared, values, call)
        } else if let ready = try ready(write: prepared, values, call, body) {
            (statement, inputs, format) = (ready.write, ready.inputs, ready.format)
        } else {
            return .now(try untouched(prepared))
        }
        if inputs.terms != nil {
            throw Refusal(
                400, "PGRST127", "Feature not implemented", details: "A plan of a request with If-Match or an Idempotency-Key.",
                hint: "Leave the header out: nothing is kept of what is explained.")
        }
        return .later {
            do throws(SQLError) {
                let (text, options) = try await self.driver.explain(statement, with: inputs, as: format, wanted)
                var response = ServerResponse(status: 200)
                response.fields.add("Content-Type", prepared.media.planType(options))
                response.fields.add("Content-Profile", prepared.profile)
                response.fields.add("Vary", "Accept, Prefer, Range")
                response.body = Array(text.utf8)
                return response
            } catch {
                return Refusal(error, isAnonymous: self.isAnonymous(call.caller.role)).response
            }
        }
    }
}
