import Foundation
import Testing

/// A file of `Cases/`: groups of statements, each group on an empty database.
///
///     -- === what the group is about
///     create table t (a int);
///     insert into t values (1);
///     select * from t;
///
/// Every statement is run on both sides and compared. `set role authenticated` and
/// `select set_config('request.jwt.claims', '{…}', false)` say who asks from there on, `reset role` makes it the owner again.
struct CaseFile: Sendable, CustomTestStringConvertible {
    struct Group: Sendable {
        var title: String
        var statements: [String]
    }

    var name: String
    var groups: [Group]
    var testDescription: String { name }

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

    static let all: [CaseFile] = {
        let cases = folder.appendingPathComponent("Cases")
        let files = (try? FileManager.default.contentsOfDirectory(atPath: cases.path)) ?? []
        // One file at a time, while working on it.
        let wanted = ProcessInfo.processInfo.environment["OFFSTAGE_TEST_CASES"] ?? ""
        return files.filter { $0.hasSuffix(".sql") && $0.hasPrefix(wanted) }.sorted().compactMap { name in
            guard let text = try? String(contentsOf: cases.appendingPathComponent(name), encoding: .utf8) else { return nil }
            return CaseFile(name: String(name.dropLast(4)), groups: groups(in: text))
        }
    }()

    private static func groups(in text: String) -> [Group] {
        var groups: [Group] = []
        for part in ("\n" + text).components(separatedBy: "\n-- === ").dropFirst() {
            let lines = part.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
            groups.append(Group(title: String(lines[0]), statements: statements(in: lines.count > 1 ? String(lines[1]) : "")))
        }
        return groups
    }

    /// The statements of a text: semicolons in quotes, dollar quotes and comments end none.
    static func statements(in text: String) -> [String] {
        var result: [String] = []
        var current = ""
        var rest = text[...]
        func take(_ count: Int) {
            current += rest.prefix(count)
            rest = rest.dropFirst(count)
        }
        while let character = rest.first {
            if rest.hasPrefix("--") {
                rest = rest.drop { $0 != "\n" }
            } else if character == "'" || character == "\"" {
                take(1)
                while let inner = rest.first {
                    take(1)
                    if inner == character { break }
                }
            } else if rest.hasPrefix("$$") {
                take(2)
                while !rest.isEmpty, !rest.hasPrefix("$$") { take(1) }
                take(2)
            } else if character == ";" {
                rest = rest.dropFirst()
                let whole = current.trimmingCharacters(in: .whitespacesAndNewlines)
                if !whole.isEmpty { result.append(whole) }
                current = ""
            } else {
                take(1)
            }
        }
        let whole = current.trimmingCharacters(in: .whitespacesAndNewlines)
        if !whole.isEmpty { result.append(whole) }
        return result
    }
}
