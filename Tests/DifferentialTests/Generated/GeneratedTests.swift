import Foundation
import Testing

/// Statements that dice make answer on the embedded engine as on PostgreSQL.
///
/// `OFFSTAGE_SEED` repeats a run, `OFFSTAGE_LONG=1` makes it twenty times as long. A difference is made small before it is told.
@Suite(.inTurns) struct GeneratedTests {
    static let statementsPerRun = 50
    static let runsPerBatch = 10
    /// What the engine may refuse of what is generated, in percent: the generator must not hide behind refusals.
    static let refusalLimit = 15
    static let toldPerBatch = 12
    /// How many statements in a hundred may differ before a batch fails. Each difference is made small and printed all the same: dice find
    /// what nobody thought of, and a find must not stop whoever changes something else.
    static let differenceLimit = 1

    /// Some four hundred statements each: thirteen batches of the fixed seed, two of new ones.
    static let batches: [Batch] =
        (0..<(Dice.isLong ? 260 : 13)).map { Batch(seed: Dice.seed &+ UInt64($0 * runsPerBatch)) }
        + (0..<2).map { _ in Batch(seed: .random(in: 0...999_999_999)) }

    struct Batch: Sendable, CustomTestStringConvertible {
        var seed: UInt64
        var testDescription: String { "seed \(seed)" }
        var runs: [GeneratedRun] { (0..<runsPerBatch).map { GeneratedRun(seed: seed &+ UInt64($0), count: statementsPerRun) } }
    }

    @Test(.enabled(if: Postgres.isWanted, Comment(rawValue: Postgres.absence)), arguments: batches)
    func `generated statements answer as in PostgreSQL`(_ batch: Batch) async throws {
        let postgres = try Postgres.required()
        let database = try postgres.makeDatabase()
        defer { postgres.drop(database) }
        let tally = try await postgres.tally(of: batch.runs, in: database)
        // One of each kind is made small; the others are counted with it.
        for (_, alike) in Dictionary(grouping: tally.differences, by: \.kind).sorted(by: { $0.key < $1.key }).prefix(Self.toldPerBatch) {
            var shrinker = Shrinker(postgres: postgres, database: database)
            let report = "\(alike.count) like this: \(try await shrinker.shrink(alike[0]).report)"
            if tally.differences.count * 100 > tally.total * Self.differenceLimit { Issue.record("\(report)") } else { print(report) }
        }
        let share = tally.refused * 100 / max(tally.total, 1)
        if share > Self.refusalLimit { Issue.record("\(share) % of the statements of seed \(batch.seed) are refused: \(tally.refusals)") }
        print(
            "seed \(batch.seed): \(tally.total) statements, \(tally.matches) alike (\(tally.failures) fail on both), \(tally.refused) refused, \(tally.known.values.reduce(0, +)) known to differ, \(tally.differences.count) differ"
        )
        for (reason, count) in tally.refusals.sorted(by: { $0.value > $1.value }).prefix(Dice.isLong ? 0 : 6) {
            print("    \(count) × \(reason)")
        }
    }

    @Test(.enabled(if: Postgres.isWanted, Comment(rawValue: Postgres.absence)))
    func `every known difference still differs`() async throws {
        let postgres = try Postgres.required()
        let database = try postgres.makeDatabase()
        defer { postgres.drop(database) }
        for known in KnownDifference.all {
            let wanted = try postgres.answers(to: known.statements, in: database, before: Postgres.emptied)
            let embedded = try await Embedded()
            var given = Answer()
            for statement in known.statements { given = await embedded.answer(to: statement) }
            guard let last = wanted.last else { continue }
            if Report.difference(given, last, ordered: true) == nil { Issue.record("no difference any more: \(known.title)") }
        }
    }

    @Test func `a seed makes the same statements again`() {
        let (a, b) = (GeneratedRun(seed: 7, count: 50), GeneratedRun(seed: 7, count: 50))
        #expect(a.texts == b.texts)
    }
}
