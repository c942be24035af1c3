import CSQLite
import OffstageJSON
import OffstageSchema

/// Functions and operators of jsonpath. Source: PostgreSQL 15, chapter 9.16.2.
extension EngineFunction {
    static let jsonPaths: [EngineFunction] = [
        // pg_jsonb_path_exists(document, path, variables, silent) and its kin: operators give no variables
        EngineFunction("pg_jsonb_path_exists", 4, pure) {
            run($0, $1, $2) { call in
                guard !hasNull(call) else { return call.giveNull() }
                var (path, run) = try prepared(call)
                guard let exists = try run.exists(path) else { return call.giveNull() }
                call.give(exists)
            }
        },
        EngineFunction("pg_jsonb_path_match", 4, pure) {
            run($0, $1, $2) { call in
                guard !hasNull(call) else { return call.giveNull() }
                var (path, run) = try prepared(call)
                let (values, _) = try run.all(path)
                if values.count == 1 {
                    if let truth = values[0].boolean { return call.give(truth) }
                    if values[0] == .null { return call.giveNull() }
                }
                guard call.boolean(3) else { throw SQLError("22038", "single boolean result is expected") }
                call.giveNull()
            }
        },
        EngineFunction("pg_jsonb_path_array", 4, pure) {
            run($0, $1, $2) { call in
                guard !hasNull(call) else { return call.giveNull() }
                var (path, run) = try prepared(call)
                call.give(try JSONBText.canonical(.array(run.all(path).values)))
            }
        },
        EngineFunction("pg_jsonb_path_first", 4, pure) {
            run($0, $1, $2) { call in
                guard !hasNull(call) else { return call.giveNull() }
                var (path, run) = try prepared(call)
                guard let first = try run.all(path).values.first else { return call.giveNull() }
                call.give(try JSONBText.canonical(first))
            }
        },
    ]

    /// An empty blob stands for variables that were not given.
    private static func hasNull(_ call: FunctionCall) -> Bool { (0..<4).contains { call.isNull($0) } }

    private static func prepared(_ call: FunctionCall) throws(SQLError) -> (JSONPath, JSONPathRun) {
        let path = try call.remembered(1) { (text) throws(SQLError) in try JSONPath(text) }
        let variables: JSONValue? = if case .blob = call.cell(2) { nil } else { try call.json(2) }
        return (path, try JSONPathRun(call.json(0), variables, isLax: path.isLax, isSilent: call.boolean(3)))
    }
}

extension TableFunction {
    static let jsonPaths: [TableFunction] = [
        // pg_jsonb_path_query(document, path, variables, silent)
        TableFunction("pg_jsonb_path_query", 4) { (arguments, _) throws(SQLError) in
            let path = try JSONPath(arguments[1].textValue)
            var run = try JSONPathRun(
                JSONValue(stored: arguments[0].textValue), JSONValue(stored: arguments[2].textValue), isLax: path.isLax,
                isSilent: arguments[3] == .integer(1))
            var rest = try run.all(path).values.makeIterator()
            return { () throws(SQLError) in
                guard let value = rest.next() else { return nil }
                return (.null, .text(try JSONBText.canonical(value)))
            }
        }
    ]
}
