import OffstageJSON
package import OffstagePostgres
import OffstageSQL
package import OffstageSchema
import OffstageSyntax

/// The same on PostgreSQL: batches of rows as JSON, read by the server by the rules of the columns' types.
extension TableImport {
    package func perform(on session: PostgresSession, _ schema: Schema) throws -> ImportReport {
        try bytes.withUnsafeBufferPointer { bytes in
            var source = try RowSource(bytes, format)
            let table = try schema.importTarget(self.table)
            var report = ImportReport()
            let kept = try columns(of: source, in: table, &report)
            var batch = RemoteBatch(table, kept, session)
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
    private let table: Table
    private let kept: [(index: Int, column: Column)]
    private let session: PostgresSession
    private var rows: [(line: Int, given: [Bool], json: String)] = []

    init(_ table: Table, _ kept: [(index: Int, column: Column)], _ session: PostgresSession) {
        self.table = table
        self.kept = kept
        self.session = session
    }

    var count: Int { rows.count }

    mutating func add(_ row: RowSource.Row) {
        var writer = JSONWriter()
        var given: [Bool] = []
        writer.raw("{")
        for (index, column) in kept {
            given.append(row.values[index] != nil)
            guard let value = row.values[index] else { continue }
            if given.dropLast().contains(true) { writer.raw(",") }
            writer.string(column.name)
            writer.raw(":")
            switch value {
            case .null: writer.null()
            case .text(let text): writer.string(text)
            case .json(let json): writer.raw(text: json.text)
            }
        }
        writer.raw("}")
        rows.append((row.line, given, writer.text))
    }

    /// Inserts what waits: all at once, and one by one where that fails, to say which do not fit.
    mutating func insert(_ report: inout ImportReport) throws {
        defer { rows.removeAll(keepingCapacity: true) }
        var rest = rows[...]
        while let first = rest.first {
            let same = rest.prefix { $0.given == first.given }
            rest = rest.dropFirst(same.count)
            if try attempt(same, &report) == nil { continue }
            for row in same {
                if let error = try attempt([row], &report) { report.add(BadRow(line: row.line, error)) }
            }
        }
    }

    /// The error of rows that were not inserted; nil where they were.
    private func attempt(_ some: ArraySlice<(line: Int, given: [Bool], json: String)>, _ report: inout ImportReport) throws -> SQLError? {
        guard let first = some.first else { return nil }
        let columns = zip(kept, first.given).filter { $1 }.map(\.0.column)
        let list = columns.map { PostgresDialect.quoted($0.name) }.joined(separator: ", ")
        let definitions = columns.map { "\(PostgresDialect.quoted($0.name)) \($0.foreignType ?? "text")" }.joined(separator: ", ")
        let name = Name(table.name.schema, table.name.name).sql
        let text =
            columns.isEmpty
            ? "insert into \(name) select from json_array_elements($1::json)"
            // Explicit ids are what a copy of a table is made of.
            : "insert into \(name) (\(list)) overriding system value select \(list) from json_to_recordset($1::json) as _(\(definitions))"
        _ = try session.rows("savepoint batch")
        do throws(SQLError) {
            _ = try session.rows(text, ["[" + some.map(\.json).joined(separator: ",") + "]"])
        } catch {
            guard error.code.hasPrefix("22") || error.code.hasPrefix("23") || error.code == "42501" || error.code == "P0001" else {
                throw error
            }
            _ = try session.rows("rollback to batch")
            return error
        }
        _ = try session.rows("release batch")
        report.inserted += some.count
        return nil
    }
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
