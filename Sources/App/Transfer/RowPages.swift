import Crypto
import OffstageQuery
import OffstageSQL
import OffstageSchema

/// All rows of a table, page by page in order of its key, each row as the JSON that both engines write alike.
///
/// Values of `json` and `jsonb` come as their text, so that JSON's null is told from none.
struct RowPages {
    private let table: Table
    private let schema: Schema
    /// A page's worth of rows.
    static let size = 2_000

    init(_ table: Table, in schema: Schema) {
        self.table = table
        self.schema = schema
    }

    /// Gives each page's rows, one JSON object each.
    ///
    /// - Parameter run: carries a plan out.
    func each(reading run: (TablePlan, Inputs) throws -> Rows, _ body: ([ArraySlice<UInt8>]) throws -> Void) throws {
        // Without a key there are no pages: all of it at once.
        var cursor: String? = table.primaryKey == nil ? nil : ""
        repeat {
            let (rows, last) = try page(after: cursor, run)
            if !rows.isEmpty { try body(rows) }
            cursor = cursor == nil || rows.count < Self.size ? nil : last
        } while cursor != nil
    }

    /// The rows as they are now, in whatever order.
    func sum(reading run: (TablePlan, Inputs) throws -> Rows) throws -> RowSum {
        var sum = RowSum()
        try each(reading: run) { rows in for row in rows { sum.add(row) } }
        return sum
    }

    private func page(
        after cursor: String?, _ run: (TablePlan, Inputs) throws -> Rows
    ) throws -> (rows: [ArraySlice<UInt8>], cursor: String?) {
        var settings = PlanSettings()
        settings.exposedSchemas = [table.name.schema]
        settings.maxRows = nil
        var request: TableRequest
        do {
            let query = cursor.map { "limit=\(Self.size)&after=cursor:\($0)" }
            request = try TableRequest(method: .get, path: "/rows", query: query, headers: RequestHeaders())
        } catch { throw SQLError(error.code, error.message) }
        request.target = .relation(table.name.name)
        request.select = table.columns.map { column in
            let isJSON = column.type.type == .json || column.type.type == .jsonb
            return .field(SelectField(RequestField(column.name), cast: isJSON ? "text" : nil))
        }
        let plan: TablePlan
        do { plan = try OffstageQuery.plan(request, in: Catalogue(schema, settings: settings), as: Caller.system.role) } catch {
            throw SQLError(error.code, error.message)
        }
        let rows = try run(plan, Inputs(caller: .system, values: request.values, now: EpochClock.now))
        var next: String?
        if let values = rows.last, case .read(let read, _) = plan.action, let order = read.last?.order {
            next = RequestCursor.token(order: order, values: values)
            guard next != nil else { throw SQLError("54000", "a key of \(table.name) is too long to go on from") }
        }
        return (Self.lines(rows.body), next)
    }

    /// The writer puts each row on a line of its own, and no line break inside one.
    static func lines(_ array: [UInt8]) -> [ArraySlice<UInt8>] {
        array.dropFirst().dropLast().split(separator: UInt8(ascii: "\n")).map { line in
            var line = line.drop { $0 == UInt8(ascii: " ") }
            while let last = line.last, last == UInt8(ascii: " ") || last == UInt8(ascii: ",") { line = line.dropLast() }
            return line
        }
    }
}

/// How many rows, and a sum over them that does not ask for their order.
struct RowSum: Hashable {
    private(set) var count = 0
    private var sum: UInt128 = 0

    mutating func add(_ row: ArraySlice<UInt8>) {
        count += 1
        var number: UInt128 = 0
        for byte in SHA256.hash(data: row).prefix(16) { number = number << 8 | UInt128(byte) }
        sum &+= number
    }
}
