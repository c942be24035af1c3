import Foundation
import OffstageSQL
import OffstageSQLite
import OffstageSchema
import OffstageSyntax
import Testing

@Suite struct ProbeTests {
    @Test(.enabled(if: ProcessInfo.processInfo.environment["PROBE"] != nil)) func probe() async throws {
        let text = try String(contentsOfFile: ProcessInfo.processInfo.environment["PROBE"]!, encoding: .utf8)
        let embedded = try await Embedded()
        for statement in CaseFile.statements(in: text) {
            if let parsed = try? parse(statement).first, case .data(let data) = parsed.kind {
                do { print("SQL: \(try SQLiteDialect(embedded.database.schema).prepare(data).text.text)") } catch { print("ERR: \(error)") }
            }
            print("-> \(await embedded.answer(to: statement))")
        }
    }
}
