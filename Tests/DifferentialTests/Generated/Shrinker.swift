import Foundation

/// Makes a difference small: takes out statements, rows, columns and parts of expressions for as long as the engines still disagree in the
/// same way.
struct Shrinker {
    var postgres: Postgres
    var database: String
    /// Scripts that may be tried.
    var budget = 600

    mutating func shrink(_ difference: GeneratedDifference) async throws -> GeneratedDifference {
        var current = difference
        var progress = true
        while progress, budget > 0 {
            progress = false
            for candidates in [Self.shorter(current), Self.simpler(current)] {
                if let smaller = try await first(of: candidates, like: difference) {
                    current = smaller
                    progress = true
                    break
                }
            }
        }
        return current
    }

    /// Without some of the statements before it.
    private static func shorter(_ difference: GeneratedDifference) -> [GeneratedDifference] {
        let count = difference.before.count
        var result: [GeneratedDifference] = []
        var size = max(count / 2, 1)
        while size >= 1, count > 0 {
            for start in stride(from: 0, to: count, by: size) {
                var copy = difference
                copy.before.removeSubrange(start..<min(start + size, count))
                result.append(copy)
            }
            if size == 1 { break }
            size /= 2
        }
        return result
    }

    /// With less inside the statements.
    private static func simpler(_ difference: GeneratedDifference) -> [GeneratedDifference] {
        var result = difference.statement.sql.reductions.map { sql in
            var copy = difference
            copy.statement.sql = sql
            return copy
        }
        for (index, statement) in difference.before.enumerated() {
            for smaller in statement.reductions {
                var copy = difference
                copy.before[index] = smaller
                result.append(copy)
            }
        }
        return result
    }

    /// The first that still differs; twenty are asked at once.
    private mutating func first(of candidates: [GeneratedDifference], like original: GeneratedDifference) async throws
        -> GeneratedDifference?
    {
        var rest = candidates[...]
        while !rest.isEmpty, budget > 0 {
            let batch = Array(rest.prefix(20))
            rest = rest.dropFirst(20)
            budget -= batch.count
            let scripts = batch.map { $0.before.map(\.text) + [$0.statement.sql.text] }
            var answers = try postgres.answers(to: scripts.flatMap { [Postgres.emptied] + $0 }, in: database)[...]
            for (candidate, script) in zip(batch, scripts) {
                let wanted = Array(answers.dropFirst().prefix(script.count))
                answers = answers.dropFirst(script.count + 1)
                guard let last = wanted.last, last.failure?.code == original.wanted.failure?.code else { continue }
                let embedded = try await Embedded()
                var given = Answer()
                for statement in script { given = await embedded.answer(to: statement) }
                guard given.failure?.code == original.given.failure?.code, Verdict(given, last, of: candidate.statement) == .differs else {
                    continue
                }
                var smaller = candidate
                smaller.given = given
                smaller.wanted = last
                return smaller
            }
        }
        return nil
    }
}

extension GeneratedDifference {
    /// Differences of one kind come from one mistake, most likely.
    var kind: String {
        func words(_ answer: Answer) -> String {
            guard let failure = answer.failure else { return "answers" }
            return "\(failure.code) " + failure.message.split(separator: " ").prefix(4).joined(separator: " ")
        }
        if given.failure == nil, wanted.failure == nil {
            return given.columns == wanted.columns
                ? "rows \(statement.sql.text.prefix(8))"
                : "columns \(zip(given.columns, wanted.columns).filter { $0 != $1 }.map { "\($0) \($1)" })"
        }
        return words(given) + " / " + words(wanted)
    }

    /// A script for both sides, and what each answers.
    var report: String {
        """
        seed \(seed)
        \((before.map(\.text) + [statement.sql.text]).joined(separator: ";\n"));
        \(Report.difference(given, wanted, ordered: statement.isOrdered) ?? "")
        """
    }
}
