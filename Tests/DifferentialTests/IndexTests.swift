import Foundation
import OffstageSQL
import OffstageSQLite
import OffstageSchema
import OffstageSyntax
import Testing

/// Equality, ranges and order on a column of each scalar type are answered from its index.
@Suite(.inTurns) struct IndexTests {
    struct Column: Sendable, CustomTestStringConvertible {
        var type: String
        var value: String
        var testDescription: String { type }
    }

    static let columns = [
        Column(type: "smallint", value: "7"), Column(type: "integer", value: "7"), Column(type: "bigint", value: "7"),
        Column(type: "numeric", value: "1.5"), Column(type: "numeric(8,2)", value: "1.50"), Column(type: "real", value: "'1.5'"),
        Column(type: "double precision", value: "1.5"), Column(type: "boolean", value: "true"), Column(type: "text", value: "'a'"),
        Column(type: "varchar(9)", value: "'a'"), Column(type: "char(4)", value: "'a'"),
        Column(type: "uuid", value: "'11111111-1111-1111-1111-111111111111'"), Column(type: "bytea", value: "'\\x00'"),
        Column(type: "date", value: "'2024-01-01'"), Column(type: "time", value: "'10:00'"),
        Column(type: "timestamp", value: "'2024-01-01 10:00'"), Column(type: "timestamptz", value: "'2024-01-01 10:00+02'"),
        Column(type: "interval", value: "'1 day'"), Column(type: "jsonb", value: "'[1]'"), Column(type: "mood", value: "'ok'"),
        Column(type: "int[]", value: "'{1}'"), Column(type: "text[]", value: "'{a}'"),
    ]

    @Test(arguments: columns)
    func `comparisons and order use the index`(_ column: Column) async throws {
        let embedded = try await Embedded()
        try await embedded.apply(
            "create type mood as enum ('sad', 'ok'); create table t (id int primary key, c \(column.type), d text); create index i on t (c)"
        )
        for query in [
            "select d from t where c = \(column.value)", "select d from t where c > \(column.value)",
            "select d from t where c >= \(column.value) and c < \(column.value)",
            "select d from t where c in (\(column.value), \(column.value))",
            "select d from t order by c limit 3", "select d from t order by c desc limit 3",
            "select max(c) from t where c < \(column.value)",
        ] where column.type != "boolean" || !query.contains("max(") {
            // PostgreSQL has no max() of some, and ours none of arrays.
            if query.contains("max("), ["jsonb", "uuid", "bytea", "int[]", "text[]"].contains(column.type) { continue }
            let plan = try await embedded.plan(of: query)
            #expect(plan.contains("INDEX"), "\(column.type): \(query)\n\(plan)")
            #expect(!plan.contains("TEMP B-TREE"), "\(column.type): \(query)\n\(plan)")
        }
    }
}

extension Embedded {
    /// SQLite's plan for a query.
    fileprivate func plan(of query: String) async throws -> String {
        guard case .data(let data)? = try parse(query).first?.kind else { return "" }
        return try await database.transaction { transaction in
            guard case .query(let text) = try SQLiteDialect(transaction.schema).prepare(data).program else { return "" }
            let rows = try transaction.rows("EXPLAIN QUERY PLAN " + text.text)
            return rows.compactMap { row in if case .text(let line)? = row.last { line } else { nil } }.joined(separator: "\n")
        }
    }
}
