import CSQLite
import OffstageSchema

/// Rows that are kept in memory while a statement runs, where its texts can read them: what was written, for RETURNING; what a part of a
/// WITH returned; a trigger's transition tables.
struct RowSets {
    private var sets: [Int64: [[StoredValue]]] = [:]
    private var last: Int64 = 0
    private var cells = 0
    /// More than this is no work for memory.
    static let mostCells = 20_000_000

    mutating func keep(_ rows: [[StoredValue]]) throws(RunStop) -> Int64 {
        cells += Self.size(rows)
        guard cells <= Self.mostCells else { throw .refused(.tooManyRows) }
        last &+= 1
        sets[last] = rows
        return last
    }

    mutating func release(_ number: Int64) {
        if let rows = sets.removeValue(forKey: number) { cells -= Self.size(rows) }
    }

    func rows(_ number: Int64) -> [[StoredValue]] { sets[number] ?? [] }

    func cell(_ number: Int64, _ row: Int64, _ column: Int64) -> StoredValue {
        guard let rows = sets[number], let row = Int(exactly: row), let column = Int(exactly: column), rows.indices.contains(row),
            rows[row].indices.contains(column)
        else { return .null }
        return rows[row][column]
    }

    private static func size(_ rows: [[StoredValue]]) -> Int { rows.count * ((rows.first?.count ?? 0) + 1) }
}

extension SQLError {
    static let tooManyRows = SQLError(
        "54000", "a statement writes too many rows at once", hint: "Write them in several statements, some thousands at a time.")
}

extension EngineFunction {
    /// `pg_row_count(set)` and `pg_cell(set, row, column)` read sets of rows kept in memory.
    static let rowSets: [EngineFunction] = [
        EngineFunction("pg_row_count", 1) { context, _, arguments in
            let rows = session(of: context)?.rowSets.rows(sqlite3_value_int64(arguments?[0])) ?? []
            sqlite3_result_int64(context, Int64(rows.count))
        },
        EngineFunction("pg_cell", 3) { context, _, arguments in
            guard let sets = session(of: context)?.rowSets else { return }
            let cell = sets.cell(
                sqlite3_value_int64(arguments?[0]), sqlite3_value_int64(arguments?[1]), sqlite3_value_int64(arguments?[2]))
            give(cell, in: context)
        },
    ]

    static func give(_ value: StoredValue, in context: OpaquePointer?) {
        switch value {
        case .null: sqlite3_result_null(context)
        case .integer(let number): sqlite3_result_int64(context, number)
        case .real(let number): sqlite3_result_double(context, number)
        case .text, .blob:
            do throws(SQLError) { try FunctionCall(context, 0, nil).give(value) } catch { raise(error, in: context) }
        }
    }
}
