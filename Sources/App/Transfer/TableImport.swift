import OffstageDatabase
import OffstageJSON
import OffstageQuery
import OffstageSQL
package import OffstageSQLite
import OffstageSchema

/// What an import did.
package struct ImportReport: Sendable, Hashable {
    package var inserted = 0
    /// The first twenty.
    package var bad: [BadRow] = []
    package var badCount = 0
    /// Columns of the file that are worked out by the table itself and were passed over.
    package var passedOver: [String] = []
}

/// An import that was undone because rows of the file did not fit.
package struct ImportRefused: Error, Sendable, Hashable {
    package var report: ImportReport
}

/// Rows of a file into a table, by the rules of its columns, in one transaction.
///
/// ```swift
/// let report = try await database.transaction(deadline: nil) { database in
///     try TableImport(bytes, .csv, into: "books").perform(on: database)
/// }
/// ```
package struct TableImport: Sendable {
    private enum Content: Sendable {
        case bytes([UInt8])
        case file(String)
    }

    private let content: Content
    let format: RowFileFormat
    let table: String
    let skipsBad: Bool
    let progress: @Sendable (Double) -> Void

    /// - Parameter table: `books` or `shop.books`.
    package init(
        _ bytes: [UInt8], _ format: RowFileFormat, into table: String, skipsBad: Bool = false,
        progress: @escaping @Sendable (Double) -> Void = { _ in }
    ) {
        self.init(.bytes(bytes), format, table, skipsBad, progress)
    }

    /// Of a file that is read as it is needed, whatever its size.
    package init(
        path: String, _ format: RowFileFormat, into table: String, skipsBad: Bool = false,
        progress: @escaping @Sendable (Double) -> Void = { _ in }
    ) {
        self.init(.file(path), format, table, skipsBad, progress)
    }

    private init(
        _ content: Content, _ format: RowFileFormat, _ table: String, _ skipsBad: Bool, _ progress: @escaping @Sendable (Double) -> Void
    ) {
        self.content = content
        self.format = format
        self.table = table
        self.skipsBad = skipsBad
        self.progress = progress
    }

    /// The rows from the first on.
    ///
    /// - Throws: `FileError` for a file that is not there; 22P04 for one that is not of its format.
    func source() throws -> RowSource {
        switch content {
        case .bytes(let bytes): try RowSource(RowInput(bytes), format)
        case .file(let path): try RowSource(RowInput(path: path), format)
        }
    }

    /// Rows are read, checked and inserted in batches. All or nothing, unless bad ones are to be skipped.
    ///
    /// - Throws: `ImportRefused` with every bad row counted; `SQLError` for what is wrong with the whole file or the table's name.
    package func perform(on database: borrowing WriteTransaction) throws -> ImportReport {
        var source = try source()
        var schema = database.schema
        let table = try schema.importTarget(self.table)
        // Explicit ids are what a copy of a table is made of.
        for i in schema.tables[table.name]?.columns.indices ?? 0..<0 where table.columns[i].identity == .always {
            schema.tables[table.name]?.columns[i].identity = .byDefault
        }
        var report = ImportReport()
        var columns = try ImportColumns(table, header: source.header)
        let now = EpochClock.now
        let context = ValueContext(now: now)
        var statements = RowStatements(table, columns.columns, schema)
        var waiting: [(line: Int, row: Inputs.Row)] = []
        var begun = source.position
        while let (line, next) = try source.next() {
            switch next {
            case .failure(let bad): report.add(bad)
            case .success(let row):
                let values = try columns.values(row)
                do throws(SQLError) {
                    waiting.append((line, try statements.row(values, context)))
                } catch {
                    report.add(BadRow(line: line, error))
                }
            }
            if waiting.count == Self.batch || source.position - begun > Self.weight {
                begun = source.position
                try insert(&waiting, statements, now, &report, on: database)
                progress(source.share)
            }
        }
        try insert(&waiting, statements, now, &report, on: database)
        progress(1)
        report.passedOver = columns.passedOver
        guard report.badCount == 0 || skipsBad else { throw ImportRefused(report: report) }
        try moveSequences(of: table, columns.filled, on: database)
        return report
    }

    /// Rows of a batch at most, and the bytes of the file that are enough for one.
    static let batch = 2000
    static let weight = 8 << 20

    private func insert(
        _ rows: inout [(line: Int, row: Inputs.Row)], _ statements: RowStatements, _ now: Int64, _ report: inout ImportReport,
        on database: borrowing WriteTransaction
    ) throws {
        guard !rows.isEmpty else { return }
        let write = try statements.write()
        func run(_ rows: [Inputs.Row]) throws(SQLError) {
            _ = try database.run(.write(write), with: Inputs(caller: .system, rows: rows, now: now), as: .none)
        }
        do throws(SQLError) {
            try run(rows.map(\.row))
            report.inserted += rows.count
        } catch {
            // One of them, or more: each alone says which.
            for (line, row) in rows {
                do throws(SQLError) {
                    try run([row])
                    report.inserted += 1
                } catch {
                    if error.code == "25P02" { throw error }
                    report.add(BadRow(line: line, error))
                }
            }
        }
        rows.removeAll(keepingCapacity: true)
    }

    /// The next id follows the largest that came.
    private func moveSequences(of table: Table, _ columns: [Column], on database: borrowing WriteTransaction) throws(SQLError) {
        for column in columns {
            guard let sequence = column.sequence, database.schema.sequences[sequence]?.increment ?? 1 > 0 else { continue }
            let name = StoredValue.text(sequence.description)
            guard
                case .integer(let largest)? = try database.rows(
                    "SELECT max(\(StoredName.column(column.name))) FROM \(StoredName.table(table.name))"
                ).first?.first
            else { continue }
            if case .integer(let value)? = try database.rows("SELECT value FROM \"offstage.sequence\" WHERE name = ?1", [name]).first?.first,
                value >= largest
            {
                continue
            }
            guard largest >= database.schema.sequences[sequence]?.minimum ?? 1 else { continue }
            _ = try database.rows("SELECT pg_setval(?1, ?2, 1)", [name, .integer(largest)])
        }
    }
}

extension ImportReport {
    mutating func add(_ row: BadRow) {
        badCount += 1
        if bad.count < 20 { bad.append(row) }
    }
}

extension BadRow {
    init(line: Int, _ error: SQLError) {
        self.init(line: line, reason: "\(error.code): \(error.message)" + (error.details.map { " (\($0))" } ?? ""))
    }
}

extension Schema {
    /// The table a file is for: `books`, `shop.books`.
    func importTarget(_ name: String) throws(SQLError) -> Table {
        let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
        let full = parts.count == 2 ? QualifiedName(parts[0], parts[1]) : QualifiedName("public", name)
        if let table = tables[full] { return table }
        let near = closestName(to: full.name, among: tables.keys.filter { $0.schema == full.schema }.map(\.name))
        throw SQLError("42P01", "table \"\(name)\" does not exist", hint: near.map { "Perhaps you meant \"\($0)\"." })
    }
}

/// The insert's texts, one for each set of columns that rows give; made when the first such row comes.
private struct RowStatements {
    private let table: Table
    private let columns: [Column]
    private let schema: Schema
    private var patterns: [[Bool]] = []

    init(_ table: Table, _ columns: [Column], _ schema: Schema) {
        self.table = table
        self.columns = columns
        self.schema = schema
    }

    mutating func row(_ row: [RowSource.Value?], _ context: ValueContext) throws(SQLError) -> Inputs.Row {
        var values: [StoredValue] = []
        values.reserveCapacity(columns.count)
        var given: [Bool] = []
        given.reserveCapacity(columns.count)
        for (value, column) in zip(row, columns) {
            given.append(value != nil)
            do throws(SQLError) {
                switch value {
                case nil, .null?: values.append(.null)
                case .text(let text)?: values.append(try column.type.parse(text, in: context))
                case .json(let value)?: values.append(try column.type.parse(json: value, in: context))
                }
            } catch {
                var named = error
                named.message = "column \"\(column.name)\": \(error.message)"
                throw named
            }
        }
        if let variant = patterns.firstIndex(of: given) { return Inputs.Row(variant: variant, values: values) }
        patterns.append(given)
        return Inputs.Row(variant: patterns.count - 1, values: values)
    }

    func write() throws(SQLError) -> Write {
        var settings = PlanSettings()
        settings.exposedSchemas = [table.name.schema]
        do throws(PlanError) {
            let request: TableRequest
            do throws(RequestError) {
                request = try TableRequest(
                    method: .post, path: "/" + Self.percentEncoded(table.name.name), query: nil,
                    headers: RequestHeaders(prefer: ["missing=default"]))
            } catch { throw PlanError(error.code, error.message) }
            let shape = PayloadShape(columns: columns.map(\.name), patterns: patterns, rowCount: 1)
            let plan = try OffstageQuery.plan(request, payload: shape, in: Catalogue(schema, settings: settings), as: Caller.system.role)
            if case .write(let write) = try Self.statement(plan, schema) { return write }
        } catch {
            throw SQLError(error.code, error.message, hint: error.hint)
        }
        throw SQLError("XX000", "an insert became no write")
    }

    private static func statement(_ plan: TablePlan, _ schema: Schema) throws(PlanError) -> Statement {
        do throws(SQLError) { return try SQLiteDialect(schema).statement(for: plan) } catch { throw PlanError(error) }
    }

    private static func percentEncoded(_ name: String) -> String {
        name.utf8.reduce(into: "") { text, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "_"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default: text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }
    }
}
