import Foundation
import OffstageQuery
import OffstageSQL
import OffstageSQLite
import OffstageSchema
import OffstageSyntax
import Synchronization

@testable import Offstage

/// The embedded engine as the other side of a comparison: statements as a migration would write them, each in a transaction of its own.
final class Embedded: Sendable {
    let folder: URL
    let database: EmbeddedDatabase
    /// What `set time zone` said last: each statement is a session of its own otherwise.
    private let timeZone = Mutex<String?>(nil)

    init() async throws {
        // Memory where there is some to mount a folder on: what is compared is answers, not the disk.
        let memory = "/dev/shm"
        let root =
            FileManager.default.isWritableFile(atPath: memory) ? URL(fileURLWithPath: memory) : FileManager.default.temporaryDirectory
        folder = root.appendingPathComponent("offstage-differential-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        database = try EmbeddedDatabase(folder: folder.path)
    }

    deinit {
        database.close()
        try? FileManager.default.removeItem(at: folder)
    }

    /// What one statement answers to a caller.
    func answer(to statement: String, as caller: Caller = .system) async -> Answer {
        do {
            let parsed = try parse(statement)
            guard parsed.count == 1, let statement = parsed.first else {
                return Answer(failure: .init(code: "XX000", message: "\(parsed.count) statements"))
            }
            let zone = timeZone.withLock { $0 }
            let (answer, newZone) = try await database.transaction { transaction in
                try Self.run(statement, as: caller, zone, in: transaction)
            }
            timeZone.withLock { $0 = newZone }
            return answer
        } catch let error as SyntaxError {
            return Answer(failure: .init(code: error.code, message: error.message))
        } catch let error as SQLError {
            return Answer(failure: .init(code: error.code, message: error.message, details: error.details, constraint: error.constraint))
        } catch {
            return Answer(failure: .init(code: "XX000", message: "\(error)"))
        }
    }

    /// Applies a whole script as a migration, or throws.
    func apply(_ script: String, named name: String = "script.sql") async throws {
        try await database.transaction { transaction in
            var run = FileRun(name, text: script, in: transaction.schema, now: Self.now())
            _ = try run.perform(on: transaction)
        }
    }

    private static func run(
        _ statement: OffstageSyntax.Statement, as caller: Caller, _ zone: String?, in transaction: borrowing WriteTransaction
    ) throws -> (Answer, zone: String?) {
        if case .data(let data) = statement.kind {
            return (try perform(data, as: caller, transaction.schema, zone, in: transaction), zone)
        }
        var run = FileRun("statement", text: statement.source, in: transaction.schema, now: Self.now())
        run.timeZone = zone
        do {
            var count = 0
            run.onResult = { count = $0.changes }
            _ = try run.perform(on: transaction)
            return (Answer(count: count), run.timeZone)
        } catch {
            throw error.error
        }
    }

    /// Microseconds since 2000-01-01 UTC.
    static func now() -> Int64 { Int64((Date().timeIntervalSince1970 - 946_684_800) * 1_000_000) }

    private static func perform(
        _ data: DataStatement, as caller: Caller, _ schema: Schema, _ zone: String?, in transaction: borrowing WriteTransaction
    ) throws -> Answer {
        let prepared = try SQLiteDialect(schema).prepare(data, as: caller)
        let now = Self.now()
        let rules = zone.flatMap { TimeZoneRules.setting($0) } ?? .utc
        var answer = Answer()
        answer.columns = prepared.columns.map { "\($0.name) \($0.type.type.name)" }
        let result = try transaction.run(prepared, with: Inputs(caller: caller, now: now, timeZone: zone))
        answer.rows = result.rows.map { row in zip(row, prepared.columns).map { Self.text($0, $1.type.type, in: rules) } }
        answer.count = prepared.columns.isEmpty ? result.count : result.rows.count
        if prepared.columns.isEmpty { answer.rows = [] }
        return answer
    }

    static func text(_ value: StoredValue, _ type: DataType, in zone: TimeZoneRules = .utc) -> String? {
        switch (value, type) {
        case (.null, _): nil
        case (.integer(let flag), .boolean): flag != 0 ? "t" : "f"
        default: value.withCell { type.text(of: $0, in: zone) }
        }
    }
}
