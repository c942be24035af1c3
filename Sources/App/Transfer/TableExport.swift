package import OffstageDatabase
import OffstageQuery
import OffstageSQL
package import OffstageSchema

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

    package func bytes(from database: any Driver) async throws(SQLError) -> [UInt8] {
        let statement: Statement
        do throws(PlanError) {
            let plan = try plan(in: database.schema)
            do throws(SQLError) { statement = try database.statement(for: plan) } catch { throw PlanError(error) }
        } catch {
            throw SQLError(error.code, error.message, hint: error.hint)
        }
        let inputs = Inputs(caller: .system, now: EpochClock.now)
        let rows = try await database.run(statement, with: inputs, as: format == .csv ? .csv : .json(nullsStripped: false))
        if format == .ndjson { return Self.lines(of: rows.body).flatMap { $0 + [UInt8(ascii: "\n")] } }
        guard format == .csv else { return rows.body + [UInt8(ascii: "\n")] }
        var text = ExportedCSV(rows.body, isForSpreadsheet: isForSpreadsheet)
        return text.bytes() + [UInt8(ascii: "\n")]
    }

    /// The writer puts each row on a line of its own, and no line break inside one.
    private static func lines(of array: [UInt8]) -> [ArraySlice<UInt8>] {
        array.dropFirst().dropLast().split(separator: UInt8(ascii: "\n")).map { line in
            var line = line.drop { $0 == UInt8(ascii: " ") }
            while let last = line.last, last == UInt8(ascii: " ") || last == UInt8(ascii: ",") { line = line.dropLast() }
            return line
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

    /// `books` is of `public`.
    var target: QualifiedName {
        let parts = relation.split(separator: ".", maxSplits: 1).map(String.init)
        return QualifiedName(parts.count == 2 ? parts[0] : "public", parts.last ?? "")
    }
}
