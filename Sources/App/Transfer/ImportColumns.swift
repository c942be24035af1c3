import OffstageJSON
import OffstageSchema

/// The columns of a table that a file's rows give, and each row's values in their order.
struct ImportColumns {
    /// Those that may be given: of a header the ones it names, else all.
    let columns: [Column]
    /// Which of them some row gave.
    private(set) var given: [Bool]
    /// Columns of the file that the table works out by itself.
    private(set) var passedOver: [String] = []
    private let table: Table
    /// For each of a header's fields its place among the columns; nil for what is passed over.
    private var fields: [Int?] = []
    private var places: [String: Int?] = [:]

    /// - Throws: 42703 for a column that is not the table's.
    init(_ table: Table, header: [String]?) throws(SQLError) {
        self.table = table
        let own = table.columns.filter { $0.generated == nil }
        if let header {
            var named: [Column] = []
            for name in header {
                let column = try Self.column(name, of: table)
                fields.append(column.generated == nil ? named.count : nil)
                if column.generated == nil { named.append(column) } else { passedOver.append(name) }
            }
            columns = named
        } else {
            columns = own
        }
        given = Array(repeating: header != nil, count: columns.count)
        for (index, column) in columns.enumerated() { places[column.name] = index }
    }

    private static func column(_ name: String, of table: Table) throws(SQLError) -> Column {
        if let column = table.column(name) { return column }
        throw SQLError(
            "42703", "column \"\(name)\" of relation \"\(table.name.name)\" does not exist",
            hint: closestName(to: name, among: table.columns.map(\.name)).map { "Perhaps you meant \"\($0)\"." })
    }

    /// A row's values, one for each of the columns; nil where the row has no such member.
    ///
    /// - Throws: 42703 for a member that is not the table's.
    mutating func values(_ row: RowSource.Row) throws(SQLError) -> [RowSource.Value?] {
        // Mostly all of them are the table's own.
        if case .fields(let cells) = row, passedOver.isEmpty { return cells }
        var values = [RowSource.Value?](repeating: nil, count: columns.count)
        switch row {
        case .fields(let cells):
            for (cell, place) in zip(cells, fields) { if let place { values[place] = cell } }
        case .members(let members):
            for member in members {
                guard let place = try place(member.name) else { continue }
                values[place] = member.value == .null ? .null : .json(member.value)
                given[place] = true
            }
        }
        return values
    }

    private mutating func place(_ name: String) throws(SQLError) -> Int? {
        if let known = places[name] { return known }
        _ = try Self.column(name, of: table)
        places[name] = .some(nil)
        passedOver.append(name)
        return nil
    }

    /// Those that some row gave.
    var filled: [Column] { zip(columns, given).filter(\.1).map(\.0) }
}
