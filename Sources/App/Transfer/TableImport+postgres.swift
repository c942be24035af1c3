package import OffstagePostgres
import OffstageSQL
package import OffstageSchema
import OffstageSyntax

/// The same on PostgreSQL: batches of rows by COPY, read by the server by the rules of the columns' types.
extension TableImport {
    package func perform(on session: PostgresSession, _ schema: Schema) throws -> ImportReport {
        var source = try source()
        let table = try schema.importTarget(self.table)
        var report = ImportReport()
        var columns = try ImportColumns(table, header: source.header)
        var batch = RemoteBatch(table, columns.columns, session, isText: format == .csv)
        var begun = source.position
        while let (line, next) = try source.next() {
            switch next {
            case .failure(let bad): report.add(bad)
            case .success(let row): batch.add(try columns.values(row), line)
            }
            if batch.count == Self.batch || source.position - begun > Self.weight {
                try batch.insert(&report)
                begun = source.position
                progress(source.share)
            }
        }
        try batch.insert(&report)
        progress(1)
        report.passedOver = columns.passedOver
        guard report.badCount == 0 || skipsBad else { throw ImportRefused(report: report) }
        try moveSequences(of: table, columns.filled, on: session)
        return report
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
