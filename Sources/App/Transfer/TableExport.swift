package import OffstageDatabase
import OffstageQuery
import OffstageSQL
package import OffstageSchema

/// All rows of a table or view as a file's text, in order of the key.
package struct TableExport: Sendable {
    private let relation: String
    private let format: RowFileFormat

    package init(_ relation: String, as format: RowFileFormat) {
        self.relation = relation
        self.format = format
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
        return format == .ndjson ? Self.lines(rows.body) : rows.body + [UInt8(ascii: "\n")]
    }

    /// The writer puts each row on a line of its own, and no line break inside one.
    private static func lines(_ array: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(array.count)
        for line in array.dropFirst().dropLast().split(separator: UInt8(ascii: "\n")) {
            var line = line.drop { $0 == UInt8(ascii: " ") }
            while let last = line.last, last == UInt8(ascii: " ") || last == UInt8(ascii: ",") { line = line.dropLast() }
            result += line
            result.append(UInt8(ascii: "\n"))
        }
        return result
    }
}
