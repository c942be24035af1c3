import Foundation
import Testing

/// Every construct that is promised has a comparison with PostgreSQL: `Coverage.txt` says how to find it.
@Suite struct CoverageTests {
    @Test func `every construct has a case`() throws {
        let sources = Self.sources
        let list = try String(contentsOf: CaseFile.folder.appendingPathComponent("Coverage.txt"), encoding: .utf8)
        var missing: [String] = []
        for line in list.split(separator: "\n") where !line.hasPrefix("--") {
            let words = line.split(separator: "|", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            let pattern = try #require(words.count == 2 ? Regex(words[1]).ignoresCase().anchorsMatchLineEndings() : nil, "\(line)")
            if !sources.contains(where: { $0.firstMatch(of: pattern) != nil }) { missing.append(words[0]) }
        }
        #expect(missing == [], "no case has these")
    }

    private static var sources: [String] {
        var files: [URL] = []
        for name in ["Cases", "Expressions", "Projects"] {
            let folder = CaseFile.folder.appendingPathComponent(name)
            let paths = (try? FileManager.default.subpathsOfDirectory(atPath: folder.path)) ?? []
            files += paths.filter { $0.hasSuffix(".sql") && $0 != "postgres.sql" }.map { folder.appendingPathComponent($0) }
        }
        return files.compactMap { try? String(contentsOf: $0, encoding: .utf8) }
    }
}
