import CSQLite
import OffstageDatabase
import OffstageJSON
package import OffstageSQL
package import OffstageSchema

extension EmbeddedDatabase {
    /// SQLite's query plan of each statement that an answer is made of: the request's, and those that run for each of its rows.
    ///
    /// Nothing runs, so that there is nothing to measure, and no options are given.
    package func explain(
        _ statement: Statement, with inputs: Inputs, as format: RowFormat, _ wanted: Explanation
    ) async throws(SQLError) -> (text: String, options: [String]) {
        let parts: [ExplainedPart]
        switch statement {
        case .read(let read): parts = ExplainedPart.parts(of: read)
        case .write(let write): parts = ExplainedPart.parts(of: write)
        case .remote: throw .ofAnotherEngine
        }
        let deadline = MonotonicClock.deadline(after: state.timeLimit(of: inputs.caller.role))
        let plans = try await pool.perform(deadline: deadline) { (connection) throws(RunStop) in
            var plans: [(part: ExplainedPart, steps: [ExplainedStep])] = []
            for part in parts { plans.append((part, try connection.steps(of: part.text))) }
            return plans
        }
        let text = wanted.isJSON ? Self.json(plans) : Self.text(plans)
        return (text, [])
    }

    private static func text(_ plans: [(part: ExplainedPart, steps: [ExplainedStep])]) -> String {
        var lines: [String] = []
        for (part, steps) in plans {
            let indent = String(repeating: "  ", count: part.depth)
            if plans.count > 1 { lines.append("\(indent)\(part.name)") }
            let inner = plans.count > 1 ? indent + "  " : ""
            lines += steps.map { inner + String(repeating: "  ", count: $0.depth) + $0.text }
        }
        return lines.joined(separator: "\n")
    }

    /// An array of one member, `Plan`, as PostgreSQL gives it; within are SQLite's steps.
    private static func json(_ plans: [(part: ExplainedPart, steps: [ExplainedStep])]) -> String {
        let parts = plans.map { part, steps in
            JSONValue.object([
                .init(name: "Statement", value: .string(part.name)), .init(name: "Depth", value: .number(String(part.depth))),
                .init(
                    name: "Steps",
                    value: .array(
                        steps.map {
                            .object([
                                .init(name: "Depth", value: .number(String($0.depth))), .init(name: "Detail", value: .string($0.text)),
                            ])
                        })),
            ])
        }
        return JSONValue.array([.object([.init(name: "Plan", value: .object([.init(name: "Plans", value: .array(parts))]))])]).text
    }
}

private struct ExplainedStep: Sendable {
    var depth: Int
    var text: String
}

/// A text that runs for a request, and what for.
private struct ExplainedPart: Sendable {
    var name: String
    var text: String
    var depth: Int

    static func parts(of read: Read) -> [ExplainedPart] {
        var parts: [ExplainedPart] = []
        add(read.root, "the rows", 0, &parts)
        if let count = read.count { parts.append(ExplainedPart(name: "their count", text: count.text, depth: 0)) }
        return parts
    }

    static func parts(of write: Write) -> [ExplainedPart] {
        var parts: [ExplainedPart] = []
        switch write.action {
        case .insert(let texts): parts += texts.prefix(1).map { ExplainedPart(name: "the write", text: $0.text, depth: 0) }
        case .update(let text): parts.append(ExplainedPart(name: "the write", text: text.text, depth: 0))
        case .delete(let find, let delete):
            parts += [find, delete].compactMap { $0 }.map { ExplainedPart(name: "the write", text: $0.text, depth: 0) }
        case .rows(let write): parts += write.texts.map { ExplainedPart(name: "the write", text: $0.text, depth: 0) }
        case .call(let node): add(node, "the call", 0, &parts)
        }
        if let representation = write.representation { add(representation, "the rows", 0, &parts) }
        return parts
    }

    private static func add(_ node: ReadNode, _ name: String, _ depth: Int, _ parts: inout [ExplainedPart]) {
        parts.append(ExplainedPart(name: name, text: node.query.text, depth: depth))
        add(node.fields, depth + 1, &parts)
    }

    private static func add(_ fields: [Field], _ depth: Int, _ parts: inout [ExplainedPart]) {
        for field in fields {
            switch field {
            case .cell: break
            case .object(_, presence: _, let fields): add(fields, depth, &parts)
            case .list(let name, let node, keys: _), .one(let name, let node, keys: _): add(node, "for each row, \(name)", depth, &parts)
            case .arrays(let node, keys: _): add(node, "for each row, what is spread", depth, &parts)
            }
        }
    }
}

extension Connection {
    fileprivate func steps(of text: String) throws(RunStop) -> [ExplainedStep] {
        var depths: [Int64: Int] = [:]
        var steps: [ExplainedStep] = []
        do throws(Fault) {
            let statement = try statement("explain query plan " + text)
            defer { statement.finish() }
            while try statement.step() {
                let (id, parent) = (sqlite3_column_int64(statement.handle, 0), sqlite3_column_int64(statement.handle, 1))
                let depth = depths[parent].map { $0 + 1 } ?? 0
                depths[id] = depth
                steps.append(ExplainedStep(depth: depth, text: String(decoding: statement.text(3), as: UTF8.self)))
            }
        } catch {
            throw .fault(error)
        }
        return steps
    }
}
