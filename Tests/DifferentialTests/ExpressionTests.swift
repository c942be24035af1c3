import Foundation
import Testing

/// Expressions of `Expressions/`, one per line, each with PostgreSQL's value, type and errors.
@Suite(.inTurns) struct ExpressionTests {
    struct File: Sendable, CustomTestStringConvertible {
        var name: String
        var testDescription: String { name }

        var statements: [String] {
            let path = ExpressionTests.folder.appendingPathComponent("\(name).sql").path
            let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
            return text.split(separator: "\n").filter { !$0.isEmpty && !$0.hasPrefix("--") }.map { "select \($0)" }
        }
    }

    static let folder = CaseFile.folder.appendingPathComponent("Expressions")
    static let files = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
        .filter { $0.hasSuffix(".sql") }.sorted().map { File(name: String($0.dropLast(4))) }

    @Test(.enabled(if: Postgres.isWanted, Comment(rawValue: Postgres.absence)), arguments: files)
    func `expressions have PostgreSQL's values`(_ file: File) async throws {
        let postgres = try Postgres.required()
        let database = try postgres.makeDatabase()
        defer { postgres.drop(database) }
        let statements = file.statements
        let expected = try postgres.answers(to: statements, in: database)
        let embedded = try await Embedded()
        var report = Report("expressions-\(file.name)")
        for (statement, wanted) in zip(statements, expected) {
            report.compare(await embedded.answer(to: statement), wanted, of: statement, in: "")
        }
        try report.finish()
    }
}
