import Foundation
import OffstageQuery
import Testing

/// That nothing of the dialect is without a golden request: each production of the grammar, each error that planning gives.
@Suite struct GoldenCoverageTests {
    @Test func `each production of the grammar has a golden request that is answered with a statement`() throws {
        let used = try GoldenTests.requests().filter { !$0.outcome.hasPrefix("error ") }.map { golden in
            let query = golden.request.target.split(separator: "?", maxSplits: 1).dropFirst().first.map(String.init) ?? ""
            return GoldenProductions.Used(request: try golden.request.read(), query: query)
        }
        #expect(used.count > 100)
        for production in GoldenProductions.all {
            #expect(used.contains(where: production.isUsed), "no golden request has \(production.name)")
        }
        #expect(Set(GoldenProductions.all.map(\.name)).count == GoldenProductions.all.count)
    }

    /// The codes are those written in the sources of the request's and the plan's stages.
    @Test func `each error of reading and planning a request has a golden request`() throws {
        let told = try GoldenTests.requests().compactMap { golden in
            golden.outcome.hasPrefix("error ") ? String(golden.outcome.dropFirst(6).prefix { $0 != ":" }) : nil
        }
        let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../Sources/Query")
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)).compactMap { $0 as? URL }
        var codes: Set<String> = []
        for file in files where file.pathExtension == "swift" {
            for part in try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\"") where Self.isCode(part) {
                codes.insert(part)
            }
        }
        #expect(codes.count > 20)
        #expect(codes.subtracting(told).subtracting(Self.elsewhere.keys).sorted() == [])
        #expect(Set(Self.elsewhere.keys).intersection(told) == [], "it has a golden request after all")
    }

    /// What one request's text cannot bring about.
    private static let elsewhere = [
        "OFS307": "of batches: BatchItemTests and Tests/BlackBox/batch.py"
    ]

    private static func isCode(_ text: String) -> Bool {
        let digits = text.hasPrefix("PGRST") ? text.dropFirst(5) : text.hasPrefix("OFS") ? text.dropFirst(3) : ""
        return digits.count == 3 && digits.allSatisfy(\.isNumber)
    }
}
