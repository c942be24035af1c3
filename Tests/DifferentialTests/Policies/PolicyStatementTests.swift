import Foundation
import OffstageSchema
import Testing

/// SQL of any kind as a role, over random tables and policies: rows, counts and errors are those of PostgreSQL's row level security.
@Suite(.inTurns) struct PolicyStatementTests {
    struct Case: Sendable {
        var seed: UInt64
        var setUp: [String]
        var steps: [(caller: RandomCaller, statement: PolicyStatement)] = []

        init(seed: UInt64, withWrites: Bool) {
            self.seed = seed
            var dice = Dice(seed)
            let project = RandomProject(&dice)
            setUp = RandomProject.prologue + project.statements + ["grant all on all tables in schema public to service_role"]
            for _ in 0..<PolicyStatementTests.stepsPerCase {
                let caller = RandomCaller(&dice)
                steps.append((caller, PolicyStatement(project, withWrites: withWrites, &dice)))
            }
        }
    }

    static let stepsPerCase = 10
    static let casesPerBatch = 25
    /// 4 x 25 x 10 in CI.
    static let batches = Array(0..<(Dice.isLong ? 80 : 4))

    @Test(.enabled(if: Postgres.isWanted, Comment(rawValue: Postgres.absence)), arguments: batches)
    func `statements of a role meet the same policies as in PostgreSQL`(_ batch: Int) async throws {
        let postgres = try Postgres.required()
        let database = try postgres.makeDatabase()
        defer { postgres.drop(database) }
        let withWrites = try await Self.writesAreHeldToGrants()
        let cases = (0..<Self.casesPerBatch).map {
            Case(seed: Dice.seed &+ 50_000 &+ UInt64(batch * Self.casesPerBatch + $0), withWrites: withWrites)
        }
        let answers = try postgres.answers(to: cases, in: database)
        var (alike, refused, failed) = (0, 0, 0)
        for (item, expected) in zip(cases, answers) {
            let embedded = try await Embedded()
            try await embedded.apply(item.setUp.joined(separator: ";\n"))
            for (index, (step, wanted)) in zip(item.steps, expected).enumerated() {
                let caller = Caller(role: step.caller.role, claims: step.caller.claims, subject: step.caller.subject)
                let given = await embedded.answer(to: step.statement.sql, as: caller)
                if given.failure?.code == "0A000" {
                    refused += 1
                    if wanted.columns.isEmpty { break }
                    continue
                }
                if Self.agree(given, wanted, step.statement) {
                    alike += 1
                    failed += wanted.failure == nil ? 0 : 1
                    continue
                }
                Issue.record(
                    """
                    OFFSTAGE_SEED=\(item.seed) step \(index)
                    \(item.setUp.joined(separator: ";\n"));
                    -- before it: \(item.steps.prefix(index).filter { !$0.statement.sql.hasPrefix("select") }.map { "\($0.caller.role) \($0.caller.claims): \($0.statement.sql)" }.joined(separator: "\n--   "))
                    -- as \(step.caller.role) \(step.caller.claims)
                    \(step.statement.sql);
                    \(Report.difference(given, wanted, ordered: false) ?? "")
                    """)
                // What follows rests on it.
                break
            }
        }
        print("policies, batch \(batch): \(alike) alike (\(failed) fail on both), \(refused) refused")
        #expect(refused * 100 <= 10 * (alike + refused))
    }

    /// Where SQL may only read as a role, writes by it are no matter of this.
    private static func writesAreHeldToGrants() async throws -> Bool {
        let embedded = try await Embedded()
        try await embedded.apply("create table t (a int); revoke all on t from anon")
        return await embedded.answer(to: "insert into t values (1)", as: .anonymous).failure?.code == "42501"
    }

    private static func agree(_ given: Answer, _ wanted: Answer, _ statement: PolicyStatement) -> Bool {
        if let a = given.failure, let b = wanted.failure {
            // Of several rows that make it fail each engine meets one first.
            if statement.mayRaise, a.code.hasPrefix("22"), b.code.hasPrefix("22") { return true }
            if !statement.sql.hasPrefix("select"), !a.message.hasPrefix("permission"),
                [a.code, b.code].allSatisfy({ $0.hasPrefix("23") || $0 == "42501" })
            {
                return true
            }
            if a.code == b.code, [a.message, b.message].allSatisfy({ $0.hasPrefix("permission denied") }) { return true }
        }
        return Report.difference(given, wanted, ordered: statement.sql.contains("order by")) == nil
    }
}

extension Postgres {
    fileprivate func answers(to cases: [PolicyStatementTests.Case], in database: String) throws -> [[Answer]] {
        var statements: [String] = []
        for item in cases {
            statements +=
                ["reset role", "drop schema if exists public cascade", "create schema public", "grant usage on schema public to public"]
                + item.setUp
            for step in item.steps {
                statements += [
                    "reset role", "select set_config('request.jwt.claims', '\(step.caller.claims)', false)", "set role \(step.caller.role)",
                    step.statement.sql,
                ]
            }
        }
        var rest = try answers(to: statements, in: database)[...]
        return cases.map { item in
            rest = rest.dropFirst(4 + item.setUp.count)
            return item.steps.map { _ in
                rest = rest.dropFirst(3)
                return rest.popFirst() ?? Answer()
            }
        }
    }
}
