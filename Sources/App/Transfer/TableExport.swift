package import OffstageDatabase
import OffstageQuery
import OffstageSQL
package import OffstageSchema

/// All rows of a table or view as a file's text, in order of the key.
package struct TableExport: Sendable {
    private let relation: String
    private let format: RowFileFormat
    private let isForSpreadsheet: Bool

    /// - Parameter isForSpreadsheet: CSV is written so that no cell runs as a formula.
    package init(_ relation: String, as format: RowFileFormat, isForSpreadsheet: Bool = false) {
        self.relation = relation
        self.format = format
        self.isForSpreadsheet = isForSpreadsheet
    }

    package func bytes(from database: any Driver) async throws(SQLError) -> [UInt8] {
        let schema = database.schema
        let parts = relation.split(separator: ".", maxSplits: 1).map(String.init)
        var settings = PlanSettings()
        settings.exposedSchemas = [parts.count == 2 ? parts[0] : "public"]
        settings.maxRows = nil
        let name = parts.last ?? ""
        guard !name.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "?") }) else {
            throw SQLError("42P01", "table \"\(relation)\" does not exist")
        }
        let statement: Statement
        do throws(PlanError) {
            let request: TableRequest
            do throws(RequestError) {
                request = try TableRequest(method: .get, path: "/" + name, query: nil, headers: RequestHeaders())
            } catch { throw PlanError(error.code, error.message) }
            let plan = try OffstageQuery.plan(request, in: Catalogue(schema, settings: settings), as: Caller.system.role)
            do throws(SQLError) { statement = try database.statement(for: plan) } catch { throw PlanError(error) }
        } catch {
            throw SQLError(error.code, error.message, hint: error.hint)
        }
        let inputs = Inputs(caller: .system, now: EpochClock.now)
        let rows = try await database.run(statement, with: inputs, as: format == .csv ? .csv : .json(nullsStripped: false))
        if format == .ndjson { return RowPages.lines(rows.body).flatMap { $0 + [UInt8(ascii: "\n")] } }
        guard format == .csv else { return rows.body + [UInt8(ascii: "\n")] }
        var text = ExportedCSV(rows.body, isForSpreadsheet: isForSpreadsheet)
        return text.bytes() + [UInt8(ascii: "\n")]
    }
}
