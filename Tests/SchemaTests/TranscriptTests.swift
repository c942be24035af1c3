import OffstageSchema
import OffstageSyntax
import Testing

struct TranscriptTests {
    @Test(arguments: Transcript.all)
    func `every statement gives what PostgreSQL gives`(_ name: String, _ text: String) throws {
        var schema = Schema.initial
        for (sql, expected) in steps(text) {
            if sql == "NAMES" {
                #expect(madeNames(schema) == expected)
                continue
            }
            #expect(answer(sql, &schema) == expected, "\(sql)")
        }
    }

    @Test(arguments: Transcript.all)
    func `the schema after every statement is the same when read back from its catalogue`(_ name: String, _ text: String) throws {
        var schema = Schema.initial
        for (sql, expected) in steps(text) where expected.isEmpty {
            guard answer(sql, &schema).isEmpty else { continue }
            var again = try Schema(catalogue: schema.catalogueEntries.reversed())
            // Only meaning counts: within one kind the catalogue keeps no order.
            again.generation = schema.generation
            #expect(sorted(again) == sorted(schema), "\(sql)")
        }
    }

    @Test func `a statement that fails changes nothing`() throws {
        for (_, text) in Transcript.all {
            var schema = Schema.initial
            for (sql, _) in steps(text) where sql != "NAMES" {
                let before = schema
                if !answer(sql, &schema).isEmpty { #expect(schema == before, "\(sql)") }
            }
        }
    }

    // MARK: The transcripts

    private func steps(_ text: String) -> [(sql: String, expected: [String])] {
        var steps: [(sql: String, expected: [String])] = []
        for line in text.split(separator: "\n").map(String.init) {
            if line.hasPrefix("## ") { steps.append((String(line.dropFirst(3)), [])) } else { steps[steps.count - 1].expected.append(line) }
        }
        return steps
    }

    private func answer(_ sql: String, _ schema: inout Schema) -> [String] {
        do {
            try apply(sql, to: &schema)
            return []
        } catch let error as SQLError {
            var lines = ["\(error.code): \(error.message)"]
            if let details = error.details { lines += "D: \(details)".split(separator: "\n").map(String.init) }
            // What PostgreSQL does not say: which name may have been meant.
            if let hint = error.hint, !hint.hasPrefix("Perhaps you meant") { lines.append("H: \(hint)") }
            return lines
        } catch {
            return ["\(error)"]
        }
    }

    private func madeNames(_ schema: Schema) -> [String] {
        schema.tables.values.filter { $0.name.schema == "public" }
            .flatMap { table in
                (table.constraintNames + table.indexes.map(\.name) + table.sequences.map(\.name)).map { "\(table.name.name) \($0)" }
            }
            .sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
    }

    private func sorted(_ schema: Schema) -> Schema {
        var schema = schema
        schema.namespaces.sort()
        schema.defaultPrivileges.sort { ($0.schema ?? "", $0.role) < ($1.schema ?? "", $1.role) }
        for name in schema.tables.keys {
            schema.tables[name]?.foreignKeys.sort { $0.name < $1.name }
            schema.tables[name]?.indexes.sort { $0.name < $1.name }
            schema.tables[name]?.policies.sort { $0.name < $1.name }
        }
        for name in schema.functions.keys { schema.functions[name]?.sort { $0.signature < $1.signature } }
        return schema
    }
}
