import Foundation
import Testing

/// Every line of `DifferentialTests/Expressions/*.sql` gives what PostgreSQL 15 gave, as recorded beside it.
@Suite struct ExpressionTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../DifferentialTests/Expressions").standardized

    @Test(arguments: ["arithmetic", "text", "patterns", "times", "json", "aggregates", "ordering"])
    func `expressions answer as PostgreSQL did`(_ file: String) async throws {
        let expressions = try lines("\(file).sql")
        let expected = try lines("\(file).expected")
        try #require(expressions.count == expected.count)
        let engine = try Engine()
        for (expression, wanted) in zip(expressions, expected) {
            let given = await engine.answer(expression)
            #expect(given == wanted, "select \(expression)")
        }
    }

    private func lines(_ name: String) throws -> [String] {
        let text = try String(contentsOf: Self.folder.appendingPathComponent(name), encoding: .utf8)
        return text.split(separator: "\n", omittingEmptySubsequences: true).filter { !$0.hasPrefix("--") }.map(String.init)
    }
}
