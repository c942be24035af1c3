import OffstageJSON
import OffstagePostgres
import OffstageSQL
import OffstageSchema
import OffstageSyntax

/// Rows on their way into a PostgreSQL, by which columns they give.
struct RemoteBatch {
    private struct Row {
        var line: Int
        var given: [Bool]
        var values: [RowSource.Value]
    }

    private let table: Table
    private let columns: [Column]
    private let session: PostgresSession
    /// Values are texts; else they are JSON.
    private let isText: Bool
    private var rows: [Row] = []

    init(_ table: Table, _ columns: [Column], _ session: PostgresSession, isText: Bool) {
        self.table = table
        self.columns = columns
        self.session = session
        self.isText = isText
    }

    var count: Int { rows.count }

    mutating func add(_ values: [RowSource.Value?], _ line: Int) {
        rows.append(Row(line: line, given: values.map { $0 != nil }, values: values.compactMap { $0 }))
    }

    /// Inserts what waits: all at once, and one by one where that fails, to say which do not fit.
    mutating func insert(_ report: inout ImportReport) throws {
        defer { rows.removeAll(keepingCapacity: true) }
        var rest = rows[...]
        while let first = rest.first {
            let same = rest.prefix { $0.given == first.given }
            rest = rest.dropFirst(same.count)
            let given = zip(columns, first.given).filter(\.1).map(\.0)
            // COPY does not go into a view (42809), nor past policies that are forced on the owner (0A000); an insert might.
            if let lines = lines(same, given) {
                let name = name
                let list = given.map { PostgresDialect.quoted($0.name) }.joined(separator: ", ")
                let error = try attempt(same.count, &report, besides: ["42809", "0A000"]) { () throws(SQLError) in
                    try session.copy("copy \(name) (\(list)) from stdin", lines)
                }
                if error == nil { continue }
            } else if try attempt(same.count, &report, { () throws(SQLError) in try insertJSON(same, given) }) == nil {
                continue
            }
            for row in same {
                if let error = try attempt(1, &report, { () throws(SQLError) in try insertJSON([row], given) }) {
                    report.add(BadRow(line: row.line, error))
                }
            }
        }
    }

    /// The error of rows that were not inserted; nil where they were.
    private func attempt(
        _ count: Int, _ report: inout ImportReport, besides more: [String] = [], _ insert: () throws(SQLError) -> Void
    ) throws -> SQLError? {
        _ = try session.rows("savepoint batch")
        do throws(SQLError) {
            try insert()
        } catch {
            let isOfRows = ["22", "23"].contains(error.code.prefix(2)) || error.code == "42501" || error.code == "P0001"
            guard isOfRows || more.contains(error.code) else { throw error }
            _ = try session.rows("rollback to batch")
            return error
        }
        _ = try session.rows("release batch")
        report.inserted += count
        return nil
    }

    // MARK: COPY

    /// In COPY's text format; nil where there are no columns, or a value that only JSON says: an array, a row.
    private func lines(_ some: ArraySlice<Row>, _ columns: [Column]) -> [UInt8]? {
        guard !columns.isEmpty else { return nil }
        let takesJSON = columns.map(Self.isJSON)
        let isMadeOfJSON = columns.map { Self.isMadeOfJSON($0.type.type, $0.foreignType) }
        var lines = CopyLines()
        for row in some {
            for (index, value) in row.values.enumerated() {
                switch value {
                case .null: lines.null()
                case .text(let text): lines.field(text)
                case .json where isMadeOfJSON[index]: return nil
                // As `json_to_recordset` reads it: a string is its text, unless the column's values are JSON themselves.
                case .json(.string(let text)) where !takesJSON[index]: lines.field(text)
                case .json(let json): lines.field(json.text)
                }
            }
            lines.end()
        }
        return lines.bytes
    }

    private static func isJSON(_ column: Column) -> Bool { column.type.type.base == .json || column.type.type.base == .jsonb }

    private static func isMadeOfJSON(_ type: DataType, _ name: String?) -> Bool {
        switch type.base {
        case .array, .composite, .record: true
        // What only PostgreSQL knows may be made of anything.
        case .text: !["text", nil].contains(name) && name?.hasPrefix("character") != true
        default: false
        }
    }

    // MARK: JSON

    private func insertJSON(_ some: ArraySlice<Row>, _ columns: [Column]) throws(SQLError) {
        let list = columns.map { PostgresDialect.quoted($0.name) }.joined(separator: ", ")
        // A text for a JSON column is JSON, not a string of it.
        func isParsed(_ column: Column) -> Bool { isText && Self.isJSON(column) }
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
