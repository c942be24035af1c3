import Foundation

/// A difference between the engines that is known and stays, from `Known.txt`:
///
///     -- === a title that says what differs, and why it stays
///     -- when: a pattern on the statement and the two answers
///     create table t (a int);
///     select …;
///
/// The last statement must still differ: an entry that is no longer true fails.
struct KnownDifference: Sendable {
    var title: String
    var pattern: String
    var statements: [String]

    static let file = CaseFile.folder.appendingPathComponent("Known.txt")

    static let all: [KnownDifference] = {
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return ("\n" + text).components(separatedBy: "\n-- === ").dropFirst().map { part in
            let lines = part.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            let pattern = lines.first { $0.hasPrefix("-- when: ") }?.dropFirst(9) ?? "^$"
            return KnownDifference(
                title: lines[0], pattern: String(pattern), statements: CaseFile.statements(in: lines.dropFirst().joined(separator: "\n")))
        }
    }()

    func covers(_ statement: String, _ difference: String) -> Bool {
        (statement + "\n" + difference).range(of: pattern, options: .regularExpression) != nil
    }
}
