import OffstageDatabase
import OffstageJSON
import OffstageQuery
import OffstageSQL
import OffstageSchema

/// What comes after the arguments of a function in Swift.
final class PreparedSwift: Sendable {
    let function: Function
    let run: SwiftFunction
    /// Reads what the function gave.
    let result: PreparedCall

    init(_ function: Function, _ run: @escaping SwiftFunction, _ result: PreparedCall) {
        self.function = function
        self.run = run
        self.result = result
    }
}

/// Calls of functions that the program itself has: their arguments read by the database, what they give shown by it.
extension RestService {
    func planned(
        _ swift: SwiftCallPlan, _ arguments: CallPlan, _ plan: TablePlan, _ request: TableRequest, _ call: Call
    ) throws(Refusal) -> PreparedCall {
        guard let run = functions?[swift.function.body] else { throw Refusal(.notInProgram) }
        guard case .call(let result) = swift.result.action else { throw Refusal(.internalFault) }
        if request.preferences.handling == .strict, request.preferences.maxAffected != nil {
            throw .notInSwift("A limit on rows, of what a function in Swift has done by then.")
        }
        do throws(SQLError) {
            let shown = PreparedCall(try driver.statement(for: swift.result), result)
            return PreparedCall(try driver.statement(for: plan), arguments, swift: PreparedSwift(swift.function, run, shown))
        } catch {
            throw Refusal(error, isAnonymous: isAnonymous(call.caller.role))
        }
    }

    func run(
        _ swift: PreparedSwift, _ known: PreparedCall, _ inputs: Inputs, _ prepared: PreparedRequest, _ call: Call, _ offset: Int
    ) throws(Refusal) -> Answer {
        if swift.function.mayWrite, call.head.hasTerms {
            throw .notInSwift("If-Match or an Idempotency-Key, which are kept in a transaction that a function in Swift is not in.")
        }
        if inputs.rollsBack { throw .notInSwift("Prefer: tx=rollback, since a function in Swift is in no transaction.") }
        return .later {
            do {
                let arguments = try await self.driver.run(known.statement, with: inputs, as: .value).body
                let given: [UInt8]
                if swift.function.isStrict, !known.plan.takesBody, Self.hasNull(arguments) {
                    given = Array("null".utf8)
                } else {
                    given = try await swift.run(
                        SwiftCall(
                            arguments: arguments, caller: call.caller, isDefiner: swift.function.isSecurityDefiner,
                            isReadOnly: prepared.request.isFunctionRead))
                }
                return try await self.show(given, swift, inputs, prepared, call, offset)
            } catch {
                return Refusal(any: error, isAnonymous: self.isAnonymous(call.caller.role), in: swift.function.body).response
            }
        }
    }

    /// The answer that is made of what a function gave.
    private func show(
        _ given: [UInt8], _ swift: PreparedSwift, _ inputs: Inputs, _ prepared: PreparedRequest, _ call: Call, _ offset: Int
    ) async throws -> ServerResponse {
        let result = swift.result
        if result.plan.shape == .nothing { return try respond(Rows(), result, prepared, inputs, offset) }
        guard let document = result.plan.shape.document(given) else {
            var refusal = Refusal(.notAsDeclared)
            refusal.fault = "\(swift.function.body): \(String(decoding: given.prefix(200), as: UTF8.self))"
            throw refusal
        }
        var own = Inputs(caller: call.caller, values: inputs.values, now: inputs.now, timeZone: inputs.timeZone)
        if !result.settings.isEmpty { own.settings = RequestSettings.values(result.settings, of: call) }
        own.wantsSingle = prepared.wantsObject && result.plan.shape.isSet
        own.mayBeLong = true
        if case .remote = result.statement {
            own.body = document
        } else {
            own.rows = [Inputs.Row(values: [.text(String(decoding: document, as: UTF8.self))])]
        }
        let format = result.plan.format(prepared.media, isHead: prepared.request.method == .head, root: prepared.relation.name)
        let rows = try await driver.run(result.statement, with: own, as: format)
        return try respond(rows, result, prepared, own, offset)
    }

    /// A function that is `strict` is not called where an argument is null. A body that is taken whole is JSON, whose null is a value.
    private static func hasNull(_ arguments: [UInt8]) -> Bool {
        arguments.withUnsafeBufferPointer { bytes in
            let scan = JSONScan(bytes)
            return scan.members()?.contains { scan.part($0.value).isNull } == true
        }
    }
}

extension CallPlan.Shape {
    /// What a function gave, as a list of objects that `json_to_recordset` reads; nil where it is not what was declared.
    fileprivate func document(_ given: [UInt8]) -> [UInt8]? {
        let isNull = given.elementsEqual("null".utf8)
        switch self {
        case .nothing: return []
        case .value: return Array("[{\"pgrst_scalar\":".utf8) + given + Array("}]".utf8)
        case .row:
            return isNull ? Array("[{}]".utf8) : given.first == UInt8(ascii: "{") ? [UInt8(ascii: "[")] + given + [UInt8(ascii: "]")] : nil
        case .rows: return isNull ? Array("[]".utf8) : given.first == UInt8(ascii: "[") ? given : nil
        case .values:
            guard !isNull else { return Array("[]".utf8) }
            return given.withUnsafeBufferPointer { bytes in
                let scan = JSONScan(bytes)
                guard let items = scan.elements() else { return nil }
                let objects = items.map { Array("{\"pgrst_scalar\":".utf8) + scan.text($0) + [UInt8(ascii: "}")] }
                return [UInt8(ascii: "[")] + objects.joined(separator: [UInt8(ascii: ",")]) + [UInt8(ascii: "]")]
            }
        }
    }
}

extension Refusal {
    static func notInSwift(_ details: String) -> Refusal {
        Refusal(400, "PGRST127", "Feature not implemented", details: details, hint: "Leave it out, or write the function in PL/pgSQL.")
    }
}
