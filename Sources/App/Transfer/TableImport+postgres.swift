import OffstageJSON
package import OffstagePostgres
import OffstageSQL
package import OffstageSchema
import OffstageSyntax

/// The same on PostgreSQL: batches of rows by COPY, or as JSON where the file is that, read by the server by the rules of the columns' types.
extension TableImport {
    package func perform(on session: PostgresSession, _ schema: Schema) throws -> ImportReport {
        try bytes.withUnsafeBufferPointer { bytes in
            var source = try RowSource(bytes, format)
            let table = try schema.importTarget(self.table)
            var report = ImportReport()
            let kept = try columns(of: source, in: table, &report)
            var batch = RemoteBatch(table, kept, session, isText: format == .csv)
            while let next = try source.next() {
                switch next {
                case .failure(let bad): report.add(bad)
                case .success(let row): batch.add(row)
                }
                if batch.count == Self.batch {
                    try batch.insert(&report)
                    progress(source.share)
                }
            }
            try batch.insert(&report)
            progress(1)
            guard report.badCount == 0 || skipsBad else { throw ImportRefused(report: report) }
            try moveSequences(of: table, kept.map(\.column), on: session)
            return report
        }
    }

    /// The next id follows the largest that came.
    private func moveSequences(of table: Table, _ columns: [Column], on session: PostgresSession) throws {
        for column in columns {
            guard let sequence = column.sequence else { continue }
            let (name, relation) = (Name(sequence.schema, sequence.name).sql, Name(table.name.schema, table.name.name).sql)
            _ = try session.rows(
                """
                select setval($1::regclass, m) from (select max(\(Name(column.name).sql)) m from \(relation)) s \
                where m > (select last_value from \(name))
                """, [name])
        }
    }
}

/// Rows on their way, by which columns they give.
private struct RemoteBatch {
    private struct Row {
        var line: Int
        var given: [Bool]
        var values: [RowSource.Value]
    }

    private let table: Table
    private let kept: [(index: Int, column: Column)]
    private let session: PostgresSession
    /// Values are texts, as COPY reads them; else they are JSON.
    private let isText: Bool
    private var rows: [Row] = []

    init(_ table: Table, _ kept: [(index: Int, column: Column)], _ session: PostgresSession, isText: Bool) {
        self.table = table
        self.kept = kept
        self.session = session
        self.isText = isText
    }

    var count: Int { rows.count }

    mutating func add(_ row: RowSource.Row) {
        let values = kept.map { row.values[$0.index] }
        rows.append(Row(line: row.line, given: values.map { $0 != nil }, values: values.compactMap { $0 }))
    }

    /// Inserts what waits: all at once, and one by one where that fails, to say which do not fit.
    mutating func insert(_ report: inout ImportReport) throws {
        defer { rows.removeAll(keepingCapacity: true) }
        var rest = rows[...]
        while let first = rest.first {
            let same = rest.prefix { $0.given == first.given }
            rest = rest.dropFirst(same.count)
            // COPY does not go into a view (42809), nor past policies that are forced on the owner (0A000); an insert might.
            if try isText && !kept.isEmpty
                ? attempt(same, &report, besides: ["42809", "0A000"], copy) == nil : attempt(same, &report, insertJSON) == nil
            {
                continue
            }
            for row in same {
                if let error = try attempt([row], &report, insertJSON) { report.add(BadRow(line: row.line, error)) }
            }
        }
    }

    /// The error of rows that were not inserted; nil where they were.
    private func attempt(
        _ some: ArraySlice<Row>, _ report: inout ImportReport, besides more: [String] = [],
        _ insert: (ArraySlice<Row>, [Column]) throws(SQLError) -> Void
    ) throws -> SQLError? {
        guard let first = some.first else { return nil }
        _ = try session.rows("savepoint batch")
        do throws(SQLError) {
            try insert(some, zip(kept, first.given).filter { $1 }.map(\.0.column))
        } catch {
            let isOfRows = ["22", "23"].contains(error.code.prefix(2)) || error.code == "42501" || error.code == "P0001"
            guard isOfRows || more.contains(error.code) else { throw error }
            _ = try session.rows("rollback to batch")
            return error
        }
        _ = try session.rows("release batch")
        report.inserted += some.count
        return nil
    }

    /// By COPY in its text format.
    private func copy(_ some: ArraySlice<Row>, _ columns: [Column]) throws(SQLError) {
        var bytes: [UInt8] = []
        for row in some {
            for (index, value) in row.values.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: "\t")) }
                guard case .text(let text) = value else {
                    bytes += "\\N".utf8
                    continue
                }
                Self.escape(text, into: &bytes)
            }
            bytes.append(UInt8(ascii: "\n"))
        }
        let list = columns.map { PostgresDialect.quoted($0.name) }.joined(separator: ", ")
        try session.copy("copy \(name) (\(list)) from stdin", bytes)
    }

    /// Source: PostgreSQL 15, COPY, "Text Format".
    private static func escape(_ text: String, into bytes: inout [UInt8]) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): bytes += [byte, byte]
            case UInt8(ascii: "\t"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "t")]
            case UInt8(ascii: "\n"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            case UInt8(ascii: "\r"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "r")]
            default: bytes.append(byte)
            }
        }
    }

    private func insertJSON(_ some: ArraySlice<Row>, _ columns: [Column]) throws(SQLError) {
        let list = columns.map { PostgresDialect.quoted($0.name) }.joined(separator: ", ")
        // A text for a JSON column is JSON, not a string of it.
        func isParsed(_ column: Column) -> Bool { isText && (column.type.type == .json || column.type.type == .jsonb) }
        let values = columns.map { PostgresDialect.quoted($0.name) + (isParsed($0) ? "::\($0.foreignType ?? "jsonb")" : "") }
        let definitions = columns.map { "\(PostgresDialect.quoted($0.name)) \(isParsed($0) ? "text" : $0.foreignType ?? "text")" }
        let text =
            columns.isEmpty
            ? "insert into \(name) select from json_array_elements($1::json)"
            // Explicit ids are what a copy of a table is made of.
            : """
            insert into \(name) (\(list)) overriding system value select \(values.joined(separator: ", ")) \
            from json_to_recordset($1::json) as _(\(definitions.joined(separator: ", ")))
            """
        _ = try session.rows(text, ["[" + some.map { Self.json($0, columns) }.joined(separator: ",") + "]"])
    }

    private static func json(_ row: Row, _ columns: [Column]) -> String {
        var writer = JSONWriter()
        writer.raw("{")
        for (index, (column, value)) in zip(columns, row.values).enumerated() {
            if index > 0 { writer.raw(",") }
            writer.string(column.name)
            writer.raw(":")
            switch value {
            case .null: writer.null()
            case .text(let text): writer.string(text)
            case .json(let json): writer.raw(text: json.text)
            }
        }
        writer.raw("}")
        return writer.text
    }

    private var name: String { Name(table.name.schema, table.name.name).sql }
}

extension PostgresDatabase {
    /// Loads a file's rows in one transaction.
    func load(_ rows: TableImport) async throws -> ImportReport {
        let schema = schema
        return try await session { session in
            try session.transaction { session in
                let report = try rows.perform(on: session, schema)
                if report.inserted > 1000, let name = try? schema.importTarget(rows.table).name {
                    _ = try session.rows("analyze \(Name(name.schema, name.name).sql)")
                }
                return report
            }
        }
    }
}
