import CSQLite
import OffstageJSON
import OffstageSchema

/// Less common functions of json and jsonb. Source: PostgreSQL 15, chapter 9.16.
extension EngineFunction {
    static let documentFunctions: [EngineFunction] = [
        // pg_json_object(keys, values, binary): values are null where keys and values are one list, an empty blob for null ones
        EngineFunction("pg_json_object", 3, pure) {
            run($0, $1, $2) { call in
                guard !call.isNull(0), call.value(1) != .blob([]) else { return call.giveNull() }
                try object(call)
            }
        },
        // pg_jsonb_set_lax(document, path, value, create, what null means)
        EngineFunction("pg_jsonb_set_lax", 5, pure) {
            run($0, $1, $2) { call in
                guard !call.isNull(0), !call.isNull(1), !call.isNull(3) else { return call.giveNull() }
                guard !call.isNull(4) else {
                    throw SQLError(
                        "22023",
                        "null_value_treatment must be \"delete_key\", \"return_target\", \"use_json_null\", or \"raise_exception\"")
                }
                if !call.isNull(2) { return try set(call, to: call.json(2), call.boolean(3) ? .create : .replace) }
                switch call.text(4) {
                case "raise_exception":
                    throw SQLError(
                        "22004", "JSON value must not be null",
                        details: "Exception was raised because null_value_treatment is \"raise_exception\".",
                        hint: "To avoid, either change the null_value_treatment argument or ensure that an SQL NULL is not passed.")
                case "use_json_null": try set(call, to: .null, call.boolean(3) ? .create : .replace)
                case "delete_key": try set(call, to: nil, .delete)
                case "return_target": call.give(call.bytes(0))
                default:
                    throw SQLError(
                        "22023",
                        "null_value_treatment must be \"delete_key\", \"return_target\", \"use_json_null\", or \"raise_exception\"")
                }
            }
        },
    ]

    private static func set(_ call: FunctionCall, to value: JSONValue?, _ change: JSONValue.PathChange) throws(SQLError) {
        let document = try call.json(0)
        guard document.isContainer else {
            throw SQLError("22023", change == .delete ? "cannot delete path in scalar" : "cannot set path in scalar")
        }
        if document.isEmpty, change != .create { return call.give(call.bytes(0)) }
        call.give(try JSONBText.canonical(document.changing(ArrayText.items(of: call.text(1)), to: value, change)))
    }

    private static func object(_ call: FunctionCall) throws(SQLError) {
        let first = try ArrayText.items(of: call.text(0))
        var pairs: [(key: String?, value: String?)] = []
        if call.isNull(1) {
            guard first.count % 2 == 0 else { throw SQLError("2202E", "array must have even number of elements") }
            for index in stride(from: 0, to: first.count, by: 2) { pairs.append((first[index], first[index + 1])) }
        } else {
            let second = try ArrayText.items(of: call.text(1))
            guard first.isEmpty == second.isEmpty else { throw SQLError("2202E", "wrong number of array subscripts") }
            guard first.count == second.count else { throw SQLError("2202E", "mismatched array dimensions") }
            pairs = Array(zip(first, second)).map { ($0.0, $0.1) }
        }
        var writer = JSONWriter(capacity: 128)
        writer.raw("{")
        for (index, pair) in pairs.enumerated() {
            guard let key = pair.key else { throw SQLError("22004", "null value not allowed for object key") }
            if index > 0 { writer.raw(", ") }
            writer.string(key)
            writer.raw(" : ")
            if let value = pair.value { writer.string(value) } else { writer.raw("null") }
        }
        writer.raw("}")
        guard call.boolean(2) else { return call.give(writer) }
        call.give(try JSONBText.canonical(JSONValue(stored: writer.text)))
    }
}
