import Foundation
import OffstageSQL
import OffstageSQLite
import OffstageSchema
import OffstageSyntax

/// An empty database, to ask what expressions are.
final class Engine: Sendable {
    let folder: URL
    let database: EmbeddedDatabase

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("offstage-functions-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        database = try EmbeddedDatabase(folder: folder.path)
    }

    deinit {
        database.close()
        try? FileManager.default.removeItem(at: folder)
    }

    func rows(_ text: String) async throws -> [[StoredValue]] {
        try await database.transaction { transaction in try transaction.rows(text) }
    }

    /// `select <expression>` as `psql` shows it: cells with `|` between them, rows with ` / `, a tab and the types; or `!42883 message`.
    func answer(_ expression: String) async -> String {
        do {
            let parsed = try parse("select \(expression)")
            guard case .data(let data)? = parsed.first?.kind else { return "!? no select" }
            return try await database.transaction { transaction in
                let prepared = try SQLiteDialect(transaction.schema).prepare(data)
                // 2025-05-09 06:13:20 UTC
                let inputs = Inputs(caller: .anonymous, now: 800_000_000_000_000)
                let lines = try transaction.run(prepared, with: inputs).rows.map { row in
                    zip(row, prepared.columns).map { Self.shown($0, $1.type.type) }.joined(separator: "|")
                }
                let text = lines.joined(separator: " / ").replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
                return text + "\t" + prepared.columns.map(\.type.type.name).joined(separator: ",")
            }
        } catch let error as SQLError {
            return "!\(error.code) \(error.message)"
        } catch let error as SyntaxError {
            return "!\(error.code) \(error.message)"
        } catch {
            return "!? \(error)"
        }
    }

    private static func shown(_ value: StoredValue, _ type: DataType) -> String {
        switch (value, type) {
        case (.null, _): "∅"
        case (_, .boolean): value == .integer(1) ? "t" : "f"
        default: value.withCell { type.text(of: $0) }
        }
    }
}
