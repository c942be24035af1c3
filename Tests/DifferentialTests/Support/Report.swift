import Foundation
import Testing

/// What came of comparing the statements of one file.
///
/// What the embedded engine refuses (0A000, or a function it does not know) where PostgreSQL does not must stand in `Refusals/`: accepted,
/// and seen. A line there that is
/// refused no more is an issue too. Differences that are known, and harmless, stand there by hand behind a `~`. `OFFSTAGE_GOLDEN_UPDATE=1`
/// rewrites the file.
struct Report {
    let file: String
    private(set) var matches = 0
    /// As a line of the list, and in full.
    private(set) var differences: [(line: String, text: String)] = []
    private(set) var refusals: [String] = []

    init(_ file: String) { self.file = file }

    mutating func compare(_ given: Answer, _ wanted: Answer, of statement: String, in group: String) {
        // A function that is not there yet is refused, too, where PostgreSQL has it.
        if let failure = given.failure,
            failure.code == "0A000" && wanted.failure?.code != "0A000" || failure.code == "42883" && wanted.failure == nil
        {
            refusals.append("\(Self.line(statement))  -- \(failure.message)")
        } else if let difference = Self.difference(given, wanted, ordered: statement.lowercased().contains("order by")) {
            differences.append(("~ \(Self.line(statement))", "[\(group)] \(statement)\n\(difference)"))
        } else {
            matches += 1
        }
    }

    /// Nil where the answers are the same.
    static func difference(_ given: Answer, _ wanted: Answer, ordered: Bool) -> String? {
        if given.failure != nil || wanted.failure != nil {
            guard let a = given.failure, let b = wanted.failure else { return describe(given, wanted) }
            // A syntax error's words are the parser's; those after it are checked wherever PostgreSQL gives any.
            if a.code == b.code, a.message == b.message, a.details == b.details, a.constraint == b.constraint || a.constraint == nil {
                return nil
            }
            return describe(given, wanted)
        }
        if given.columns != wanted.columns.map(withoutModifier) { return describe(given, wanted) }
        if given.columns.isEmpty { return given.count == wanted.count ? nil : describe(given, wanted) }
        func sorted(_ rows: [[String?]]) -> [[String?]] { ordered ? rows : rows.sorted { "\($0)" < "\($1)" } }
        return sorted(given.rows) == sorted(wanted.rows) ? nil : describe(given, wanted)
    }

    /// `numeric(5,2)` is `numeric`: an expression's modifier is not compared. `bpchar` is what psql calls a `character` that has none.
    private static func withoutModifier(_ column: String) -> String {
        if column.hasSuffix(" bpchar") { return column.dropLast(6) + "character" }
        if column.hasSuffix(" bpchar[]") { return column.dropLast(8) + "character[]" }
        let column = column.replacingOccurrences(of: " \"bit\"", with: " bit").replacingOccurrences(
            of: " interval [a-z ]+", with: " interval", options: .regularExpression)
        guard let open = column.lastIndex(of: "("), let close = column.lastIndex(of: ")"), open < close else { return column }
        return String(column[..<open] + column[column.index(after: close)...])
    }

    private static func describe(_ given: Answer, _ wanted: Answer) -> String {
        "    PostgreSQL: \(text(wanted))\n    embedded:   \(text(given))"
    }

    private static func text(_ answer: Answer) -> String {
        if let failure = answer.failure {
            return "\(failure.code) \(failure.message)" + (failure.details.map { " | \($0)" } ?? "")
                + (failure.constraint.map { " | \($0)" } ?? "")
        }
        if answer.columns.isEmpty { return "\(answer.count) rows touched" }
        let rows = answer.rows.prefix(8).map { "(" + $0.map { $0 ?? "null" }.joined(separator: ", ") + ")" }.joined(separator: " ")
        return "\(answer.columns): \(answer.rows.count) rows \(rows)"
    }

    private static func line(_ statement: String) -> String {
        statement.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    // MARK: The end of a file

    static let list = CaseFile.folder.appendingPathComponent("Refusals").path

    func finish() throws {
        let path = URL(fileURLWithPath: Self.list).appendingPathComponent("\(file).txt")
        let accepted = ((try? String(contentsOf: path, encoding: .utf8)) ?? "").split(separator: "\n").map(String.init)
        if ProcessInfo.processInfo.environment["OFFSTAGE_GOLDEN_UPDATE"] == "1" {
            for difference in differences where !accepted.contains(difference.line) { Issue.record("\(file): \(difference.text)") }
            let refusals = refusals + differences.map(\.line).filter { accepted.contains($0) }
            if refusals.isEmpty {
                try? FileManager.default.removeItem(at: path)
            } else {
                try FileManager.default.createDirectory(atPath: Self.list, withIntermediateDirectories: true)
                try (refusals.joined(separator: "\n") + "\n").write(to: path, atomically: true, encoding: .utf8)
            }
        } else {
            for refusal in refusals where !accepted.contains(refusal) { Issue.record("\(file): refused, and not on the list: \(refusal)") }
            for difference in differences where !accepted.contains(difference.line) { Issue.record("\(file): \(difference.text)") }
            for line in accepted where !refusals.contains(line) && !differences.contains(where: { $0.line == line }) {
                Issue.record("\(file): on the list of refusals, and not refused: \(line)")
            }
        }
        print("\(file): \(matches) statements answer alike, \(refusals.count) refused, \(differences.count) differ")
    }
}
