import OffstageDatabase
import OffstageQuery
import OffstageSQL
package import OffstageSQLite
package import OffstageSchema
import Synchronization

/// All rows of a table or view as a file's text, in order of the key.
package struct TableExport: Sendable {
    let relation: String
    let format: RowFileFormat
    let isForSpreadsheet: Bool

    /// - Parameter isForSpreadsheet: CSV is written so that no cell runs as a formula.
    package init(_ relation: String, as format: RowFileFormat, isForSpreadsheet: Bool = false) {
        self.relation = relation
        self.format = format
        self.isForSpreadsheet = isForSpreadsheet
    }

    /// From a file: whatever the table's size, a piece of it is held.
    ///
    /// - Parameter tell: takes the text, piece by piece.
    /// - Throws: 42P01 for a name that is no relation's.
    package func perform(from database: EmbeddedDatabase, _ tell: @escaping @Sendable (String) -> Void) async throws(SQLError) {
        let statement: Statement
        do throws(PlanError) {
            let plan = try plan(in: database.schema)
            do throws(SQLError) { statement = try database.statement(for: plan) } catch { throw PlanError(error) }
        } catch {
            throw SQLError(error.code, error.message, hint: error.hint)
        }
        let inputs = Inputs(caller: .system, now: EpochClock.now)
        switch format {
        case .json:
            try await database.read(statement, with: inputs, as: .json(nullsStripped: false)) { Self.tell($0, tell) }
            tell("\n")
        case .ndjson: try await database.read(statement, with: inputs, as: .lines) { Self.tell($0, tell) }
        case .csv:
            let csv = Mutex(ExportedCSV(isForSpreadsheet: isForSpreadsheet))
            let columns = columns(in: database.schema)
            try await database.read(statement, with: inputs, as: .csv) { lines in
                let text = csv.withLock { $0.rewritten(lines, header: columns) }
                text.withUnsafeBytes { Self.tell($0, tell) }
            }
            tell("\n")
        }
    }

    /// Bytes that are told at once: a line of the control socket holds them.
    static let piece = 256 << 10

    /// In parts that are text each.
    static func tell(_ bytes: UnsafeRawBufferPointer, _ tell: (String) -> Void) {
        var start = 0
        while start < bytes.count {
            var end = min(start + piece, bytes.count)
            while end < bytes.count, end > start, bytes[end] & 0xC0 == 0x80 { end -= 1 }
            tell(String(decoding: bytes[start..<end], as: UTF8.self))
            start = end
        }
    }
    /// The read of the whole relation.
    ///
    /// - Throws: 42P01 for a name that is no relation's.
    func plan(in schema: Schema) throws(PlanError) -> TablePlan {
        let target = target
        var settings = PlanSettings()
        settings.exposedSchemas = [target.schema]
        settings.maxRows = nil
        guard !target.name.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "?") }) else {
            throw PlanError("42P01", "table \"\(relation)\" does not exist")
        }
        let request: TableRequest
        do throws(RequestError) {
            request = try TableRequest(method: .get, path: "/" + target.name, query: nil, headers: RequestHeaders())
        } catch { throw PlanError(error.code, error.message) }
        return try OffstageQuery.plan(request, in: Catalogue(schema, settings: settings), as: Caller.system.role)
    }

    func columns(in schema: Schema) -> [String] {
        schema.tables[target]?.columns.map(\.name) ?? schema.views[target]?.columns.map(\.name) ?? []
    }

    /// `books` is of `public`.
    var target: QualifiedName {
        let parts = relation.split(separator: ".", maxSplits: 1).map(String.init)
        return QualifiedName(parts.count == 2 ? parts[0] : "public", parts.last ?? "")
    }
}
