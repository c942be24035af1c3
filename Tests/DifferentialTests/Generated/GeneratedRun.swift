import Foundation

/// A world and the statements that are run on it, made by one seed.
struct GeneratedRun: Sendable {
    var seed: UInt64
    var setUp: [Fragment]
    var statements: [GeneratedStatement]

    init(seed: UInt64, count: Int) {
        var dice = Dice(seed)
        let world = GeneratedWorld(&dice)
        self.seed = seed
        setUp = world.setUp
        statements = []
        let queries = QueryMaker(world: world)
        let writes = WriteMaker(world: world)
        while statements.count < count {
            if dice.chance(12) { statements += writes.statements(&dice) } else { statements.append(queries.statement(&dice)) }
        }
    }

    var texts: [String] { setUp.map(\.text) + statements.map(\.sql.text) }
}

/// Where the two engines do not agree: enough to see it again.
struct GeneratedDifference: Sendable {
    var seed: UInt64
    /// What runs before it: the world and the writes so far.
    var before: [Fragment]
    var statement: GeneratedStatement
    var given: Answer
    var wanted: Answer
}

/// How many statements came to what.
struct GeneratedTally: Sendable {
    var matches = 0
    var failures = 0
    var refusals: [String: Int] = [:]
    var known: [String: Int] = [:]
    var differences: [GeneratedDifference] = []

    var refused: Int { refusals.values.reduce(0, +) }
    var total: Int { matches + refused + known.values.reduce(0, +) + differences.count }

    static func += (a: inout GeneratedTally, b: GeneratedTally) {
        a.matches += b.matches
        a.failures += b.failures
        a.refusals.merge(b.refusals, uniquingKeysWith: +)
        a.known.merge(b.known, uniquingKeysWith: +)
        a.differences += b.differences
    }
}

extension Postgres {
    /// Empties what the last script left.
    static let emptied = "drop schema if exists public cascade; create schema public;"

    func tally(of runs: [GeneratedRun], in database: String) async throws -> GeneratedTally {
        var tally = GeneratedTally()
        // Each run begins with an empty schema; one process serves them all.
        let answers = try answers(to: runs.flatMap { [Self.emptied] + $0.texts }, in: database)
        var rest = answers[...]
        for run in runs {
            rest = rest.dropFirst()
            let wanted = Array(rest.prefix(run.texts.count))
            rest = rest.dropFirst(run.texts.count)
            tally += try await GeneratedComparison(run: run, wanted: wanted).tally()
        }
        return tally
    }
}

/// One run beside PostgreSQL's answers to it.
struct GeneratedComparison {
    var run: GeneratedRun
    var wanted: [Answer]

    func tally() async throws -> GeneratedTally {
        var tally = GeneratedTally()
        let embedded = try await Embedded()
        var before: [Fragment] = []
        let set = run.setUp.map { GeneratedStatement(sql: $0) }
        for (statement, expected) in zip(set + run.statements, wanted) {
            let given = await embedded.answer(to: statement.sql.text)
            let verdict = Verdict(given, expected, of: statement)
            let isDefinition = before.count < set.count
            switch verdict {
            case .same: if !isDefinition { tally.matches += 1 }
            case .bothFail:
                tally.matches += 1
                tally.failures += 1
                // One of them wrote.
                if statement.isWrite, (given.failure == nil) != (expected.failure == nil) { return tally }
            case .refused(let why):
                tally.refusals[why, default: 0] += 1
                // A world that could not be made, or a write that was not done, leaves nothing to compare with.
                if isDefinition || statement.isWrite { return tally }
            case .known(let title):
                tally.known[title, default: 0] += 1
                if isDefinition || statement.isWrite { return tally }
            case .differs:
                tally.differences.append(.init(seed: run.seed, before: before, statement: statement, given: given, wanted: expected))
                if isDefinition || statement.isWrite { return tally }
            }
            before.append(statement.sql)
        }
        return tally
    }
}

/// What two answers are to each other.
enum Verdict: Equatable {
    case same, bothFail
    case refused(String)
    case known(String)
    case differs

    init(_ given: Answer, _ wanted: Answer, of statement: GeneratedStatement) {
        if let failure = given.failure {
            // A function that is not there yet is refused, too, where PostgreSQL has it.
            if failure.code == "0A000", wanted.failure?.code != "0A000" { self = .refused(failure.message); return }
            if failure.code == "42883", wanted.failure == nil { self = .refused(failure.message); return }
            // What AND, OR and a null argument spare the other side of is nobody's promise either: PostgreSQL decides it with constants.
            if statement.mayRaise, wanted.failure == nil, Self.isOfData(failure.code),
                [" or ", " and ", "(case "].contains(where: statement.sql.text.contains)
                    || wanted.rows.contains(where: { $0.contains(nil) })
            {
                self = .bothFail
                return
            }
            // Which of several expressions, and of several rows, fails first is nobody's promise.
            if statement.mayRaise, let expected = wanted.failure, Self.isOfData(failure.code),
                Self.isOfData(expected.code) || expected.code == "0A000"
            {
                self = .bothFail
                return
            }
        }
        // PostgreSQL works constants out before it looks for rows, and fails where there are none, or where none of them gets there.
        if statement.mayRaise, let expected = wanted.failure, Self.isOfData(expected.code) || expected.code == "0A000",
            given.failure == nil,
            given.rows.isEmpty || ["case ", "coalesce("].contains(where: statement.sql.text.contains)
        {
            self = .bothFail
            return
        }
        guard let difference = Report.difference(given, wanted, ordered: statement.isOrdered) else {
            self = wanted.failure == nil ? .same : .bothFail
            return
        }
        if let known = KnownDifference.all.first(where: { $0.covers(statement.sql.text, difference) }) {
            self = .known(known.title)
        } else {
            self = .differs
        }
    }

    private static func isOfData(_ code: String) -> Bool {
        code.hasPrefix("22") || code == "54000" || code == "21000" || code.hasPrefix("23")
    }
}
