import Foundation
import OffstageSchema
import Testing

/// Projects as people build them: their migrations apply on both engines, and a script of reads and writes under several roles answers alike.
///
/// `Projects/<name>/migrations/*.sql`, and `script.sql` with lines `-- === as authenticated <sub>` that say who asks from there on.
@Suite(.inTurns) struct ProjectTests {
    struct Project: Sendable, CustomTestStringConvertible {
        var name: String
        var migrations: [(name: String, text: String)]
        var steps: [Step]
        var testDescription: String { name }
    }

    struct Step: Sendable {
        var caller: Caller
        var statement: String
    }

    static let folder = CaseFile.folder.appendingPathComponent("Projects")

    static let all: [Project] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { !$0.contains(".") }.sorted().map { name in
            let files =
                (try? FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent("\(name)/migrations").path)) ?? []
            return Project(
                name: name,
                migrations: files.filter { $0.hasSuffix(".sql") }.sorted().map { (name: $0, text: text("\(name)/migrations/\($0)")) },
                steps: steps(of: text("\(name)/script.sql")))
        }
    }()

    static func text(_ path: String) -> String { (try? String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8)) ?? "" }

    private static func steps(of script: String) -> [Step] {
        var steps: [Step] = []
        for part in ("\n" + script).components(separatedBy: "\n-- === ").dropFirst() {
            let (line, rest) = (part.prefix { $0 != "\n" }, part.drop { $0 != "\n" })
            let words = line.split(separator: " ").map(String.init)
            var caller = Caller.system
            if words.first == "as", words.count > 1 {
                let subject = words.count > 2 ? words[2] : nil
                let claims = "{\"role\": \"\(words[1])\"\(subject.map { ", \"sub\": \"\($0)\"" } ?? "")}"
                caller = Caller(role: words[1], claims: claims, subject: subject)
            }
            steps += CaseFile.statements(in: String(rest)).map { Step(caller: caller, statement: $0) }
        }
        return steps
    }

    @Test func `there are twelve projects`() { #expect(Self.all.count >= 12) }

    @Test(.enabled(if: Postgres.isWanted, Comment(rawValue: Postgres.absence)), arguments: all)
    func `a project behaves as on PostgreSQL`(_ project: Project) async throws {
        let postgres = try Postgres.required()
        let database = try postgres.makeDatabase()
        defer { postgres.drop(database) }
        let expected = try postgres.answers(to: project, in: database)
        let outcome = try await Outcome(of: project, wanted: expected)
        print(
            "\(project.name): \(outcome.matches) of \(project.steps.count) steps alike\(outcome.differences.isEmpty ? "" : ", and \(outcome.differences.count) not")"
        )
        for difference in outcome.differences.prefix(20) { Issue.record("\(project.name): \(difference)") }
    }

    struct Outcome {
        var matches = 0
        var differences: [String] = []

        init(of project: Project, wanted: [Answer]) async throws {
            let embedded = try await Embedded()
            for (name, text) in [(name: "prologue.sql", text: ProjectTests.text("prologue.sql"))] + project.migrations {
                do {
                    try await embedded.apply(text, named: name)
                } catch {
                    differences.append("\(error)")
                    return
                }
            }
            for (step, expected) in zip(project.steps, wanted) {
                let given = await embedded.answer(to: step.statement, as: step.caller)
                let isOrdered = step.statement.lowercased().contains("order by")
                if let difference = Report.difference(given, expected, ordered: isOrdered) {
                    differences.append("as \(step.caller.role): \(step.statement)\n\(difference)")
                } else {
                    matches += 1
                }
            }
        }
    }
}

extension Postgres {
    /// The migrations, then each step as its caller.
    fileprivate func answers(to project: ProjectTests.Project, in database: String) throws -> [Answer] {
        let files = ["postgres.sql", "prologue.sql"].map { (name: $0, text: ProjectTests.text($0)) } + project.migrations
        for (name, text) in files {
            let output = try output(
                of: "set client_min_messages = error;\nset search_path = public, extensions;\n\\set ON_ERROR_STOP 1\n" + text, in: database)
            guard !output.contains("ERROR:  ") else { throw Trouble(text: "\(project.name)/\(name): \(output)") }
        }
        var statements = ["set search_path = public, extensions"]
        for step in project.steps {
            let role = step.caller.role == Caller.system.role ? "none" : step.caller.role
            statements += [
                "reset role", "select set_config('request.jwt.claims', '\(step.caller.claims ?? "")', false)", "set role \(role)",
                step.statement,
            ]
        }
        let answers = try answers(to: statements, in: database)
        return stride(from: 4, to: answers.count, by: 4).map { answers[$0] }
    }
}
