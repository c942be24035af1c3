import CSQLite
import OffstageJSON
import OffstageSchema

/// Less common functions of arrays. Source: PostgreSQL 15, chapter 9.19.
extension EngineFunction {
    static let arrayFunctions: [EngineFunction] = [
        EngineFunction("pg_array_dims", 1, pure) {
            strict($0, $1, $2) { call in
                let count = try ArrayText.items(of: call.text(0)).count
                if count == 0 { call.giveNull() } else { call.give("[1:\(count)]") }
            }
        },
        // pg_array_fill(value, dimensions, lower bounds, element type): bounds are null where there are none, an empty blob for null ones
        EngineFunction("pg_array_fill", 4, pure) { run($0, $1, $2) { try fill($0) } },
        EngineFunction("pg_trim_array", 2, pure) {
            strict($0, $1, $2) { call in
                let items = try ArrayText.items(of: call.text(0))
                let count = call.integer(1)
                guard count >= 0, count <= Int64(items.count) else {
                    throw SQLError("2202E", "number of elements to trim must be between 0 and \(items.count)")
                }
                call.give(ArrayText.text(of: items.dropLast(Int(count)).map { $0.map { .text($0) } }, element: .text))
            }
        },
        // pg_array_to_json(array, type, with line breaks)
        EngineFunction("pg_array_to_json", 3, pure) {
            strict($0, $1, $2) { call in
                let type = try call.type(1).type
                var writer = JSONWriter(capacity: 64)
                JSONRenderer(type, timeZone: call.values.timeZone).write(call.cell(0), into: &writer)
                guard call.boolean(2) else { return call.give(writer) }
                let parts: [String] = try JSONScan.reading(writer.text) { (scan) throws(SQLError) in
                    (scan.elements() ?? []).map { String(decoding: scan.text($0), as: UTF8.self) }
                }
                call.give("[" + parts.joined(separator: ",\n ") + "]")
            }
        },
    ]

    private static func fill(_ call: FunctionCall) throws(SQLError) {
        guard !call.isNull(1), call.value(2) != .blob([]) else {
            throw SQLError("22004", "dimension array or low bound array cannot be null")
        }
        let dimensions = try ArrayText.items(of: call.text(1))
        let bounds = call.isNull(2) ? nil : try ArrayText.items(of: call.text(2))
        guard !dimensions.contains(nil), bounds?.contains(nil) != true else {
            throw SQLError("22004", "dimension values cannot be null")
        }
        if let bounds, bounds.count != dimensions.count {
            throw SQLError(
                "2202E", "wrong number of array subscripts", details: "Low bound array has different size than dimensions array.")
        }
        guard let first = dimensions.first, let first, let count = Int(first) else { return call.give("{}") }
        guard dimensions.count == 1, bounds?.first.map({ $0 == "1" }) ?? true else {
            throw SQLError(
                "0A000", "an array of several dimensions, or one that does not begin at 1, is not supported on the embedded engine",
                hint: "Use jsonb.")
        }
        guard count > 0 else {
            if count == 0 { return call.give("{}") }
            throw SQLError("54000", "array size exceeds the maximum allowed (134217727)")
        }
        guard count <= 134_217_727 else { throw SQLError("54000", "array size exceeds the maximum allowed (134217727)") }
        let element = try call.type(3).type
        let item: StoredValue? = call.isNull(0) ? nil : call.value(0)
        let one = ArrayText.text(of: [item], element: element).dropFirst().dropLast()
        try checkLength(one.utf8.count + 1, times: count)
        call.give("{" + Array(repeating: String(one), count: count).joined(separator: ",") + "}")
    }
}
