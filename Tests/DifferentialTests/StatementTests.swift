import Foundation
import Testing

/// Statements of `Cases/` give the same on the embedded engine as on PostgreSQL: rows, types, counts, error codes and their words.
@Suite(.inTurns) struct StatementTests {
    @Test(.enabled(if: Postgres.isWanted, Comment(rawValue: Postgres.absence)), arguments: CaseFile.all)
    func `statements answer as in PostgreSQL`(_ file: CaseFile) async throws {
        let postgres = try Postgres.required()
        let database = try postgres.makeDatabase()
        defer { postgres.drop(database) }
        var report = Report(file.name)
        for group in file.groups {
            let expected = try postgres.answers(
                to: group.statements, in: database,
                before:
                    "drop schema if exists public cascade; create schema public; grant usage on schema public to public;")
            let embedded = try await Embedded()
            var session = CaseSession()
            for (statement, wanted) in zip(group.statements, expected) {
                if session.takes(statement) { continue }
                let given = await embedded.answer(to: statement, as: session.caller)
                report.compare(given, wanted, of: statement, in: group.title)
            }
        }
        try report.finish()
    }
}
