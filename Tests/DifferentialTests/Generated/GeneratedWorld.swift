import OffstageSchema

/// A table that dice made, as far as statements over it need to know.
struct GeneratedTable: Sendable {
    struct Column: Sendable {
        var name: String
        var type: DataType
        /// As declared: `varchar(5)`, `numeric(6,2)`.
        var declared: String
        var isGenerated = false
    }

    var name: String
    var columns: [Column]
    /// Columns of a unique constraint beside the key.
    var unique: [String] = []
    var isView = false

    func visible(as alias: String) -> [VisibleColumn] {
        columns.map { VisibleColumn(reference: "\(alias).\($0.name)", type: $0.type) }
    }
}

/// Two or three tables with rows, an enum, a view: what a run of statements works on.
struct GeneratedWorld: Sendable {
    private(set) var tables: [GeneratedTable] = []
    private(set) var views: [GeneratedTable] = []
    private(set) var setUp: [Fragment] = []

    init(_ dice: inout Dice) {
        setUp.append(Fragment("create type mood as enum ('sad', 'ok', 'happy')"))
        for index in 0..<dice.roll(2...3) { define("t\(index)", &dice) }
        for table in tables { fill(table, &dice) }
        for table in tables where dice.chance(50) { index(table, &dice) }
        if dice.chance(70) { view(&dice) }
    }

    // MARK: Tables

    private mutating func define(_ name: String, _ dice: inout Dice) {
        var table = GeneratedTable(name: name, columns: [.init(name: "id", type: .integer, declared: "integer")])
        var lines: [Fragment] = ["id integer primary key"]
        if let parent = tables.last, dice.chance(60) {
            table.columns.append(.init(name: "parent", type: .integer, declared: "integer"))
            let action = dice.pick(["", " on delete cascade", " on delete set null", " on delete restrict"])
            lines.append(Fragment("parent integer\(optional: Fragment(word: " references \(parent.name)\(action)"))"))
        }
        for number in 0..<dice.roll(3...7) {
            let type = dice.pick(Samples.types)
            let column = GeneratedTable.Column(name: "c\(number)", type: type, declared: Self.declaration(type, &dice))
            table.columns.append(column)
            lines.append(self.column(column, of: &table, &dice))
        }
        if let line = generated(&table, &dice) { lines.append(line) }
        if let line = check(table, &dice) { lines.append(line) }
        setUp.append(Fragment("create table \(name) (\(list: lines))"))
        tables.append(table)
    }

    private static func declaration(_ type: DataType, _ dice: inout Dice) -> String {
        switch type {
        case .varchar: dice.chance(60) ? "varchar(5)" : "varchar"
        case .char: "char(4)"
        case .numeric: dice.pick(["numeric", "numeric", "numeric(6,2)", "numeric(30,4)"])
        case .timestamp: dice.pick(["timestamp", "timestamp", "timestamp(0)"])
        case .timestamptz: "timestamptz"
        default: type.name
        }
    }

    private func column(_ column: GeneratedTable.Column, of table: inout GeneratedTable, _ dice: inout Dice) -> Fragment {
        var extras = ""
        if dice.chance(15) { extras += " not null" }
        if dice.chance(25), let value = Samples.values(of: column.type).first {
            extras += " default \(Samples.literal(value, column.type).text)"
        }
        if Samples.isPlain(column.type), dice.chance(12) {
            extras += " unique"
            table.unique.append(column.name)
        }
        return Fragment("\(column.name) \(column.declared)\(optional: extras.isEmpty ? nil : Fragment(word: extras))")
    }

    private func generated(_ table: inout GeneratedTable, _ dice: inout Dice) -> Fragment? {
        guard dice.chance(30) else { return nil }
        let type = dice.pick([DataType.integer, .text, .boolean, .numeric, .bigint])
        let own = table.columns.map { VisibleColumn(reference: $0.name, type: $0.type) }
        let value = ExpressionMaker(columns: own.filter { Self.isImmutable($0.type) }, isSafe: true).expression(type, depth: 2, &dice)
        table.columns.append(.init(name: "made", type: type, declared: type.name, isGenerated: true))
        return Fragment("made \(type.name) generated always as (\(value)) stored")
    }

    private func check(_ table: GeneratedTable, _ dice: inout Dice) -> Fragment? {
        guard dice.chance(30) else { return nil }
        let own = table.columns.filter { !$0.isGenerated }.map { VisibleColumn(reference: $0.name, type: $0.type) }
        let test = ExpressionMaker(columns: own.filter { Self.isImmutable($0.type) }, isSafe: true).condition(2, &dice)
        return Fragment("constraint rule check (\(test) or id < 5)")
    }

    /// Texts of times with zones depend on the session: PostgreSQL keeps them out of what is stored.
    private static func isImmutable(_ type: DataType) -> Bool {
        switch type {
        case .smallint, .integer, .bigint, .boolean, .text, .numeric: true
        default: false
        }
    }

    private mutating func index(_ table: GeneratedTable, _ dice: inout Dice) {
        let fitting = table.columns.filter { Samples.isComparable($0.type) }
        let column = dice.pick(fitting)
        let filter: Fragment = " where \(column.name) is not null"
        setUp.append(
            Fragment(
                "create index on \(table.name) (\(column.name)\(dice.pick(["", " desc", " nulls first"])))\(optional: dice.chance(25) ? filter : nil)"
            ))
    }

    private mutating func fill(_ table: GeneratedTable, _ dice: inout Dice) {
        let columns = table.columns.filter { !$0.isGenerated }
        for id in 1...dice.roll(1...9) {
            let values = columns.map { column -> Fragment in
                switch column.name {
                case "id": Fragment(word: "\(id)")
                case "parent": Fragment(word: dice.chance(30) ? "null" : "\(dice.roll(1...4))")
                default: Self.stored(column.type, &dice)
                }
            }
            setUp.append(
                Fragment(
                    "insert into \(table.name) (\(columns.map(\.name).joined(separator: ", "))) values (\(list: values, ", ", least: values.count))"
                ))
        }
    }

    /// A value as a client writes it: quoted, without a type.
    static func stored(_ type: DataType, _ dice: inout Dice) -> Fragment {
        if dice.chance(15) { return "null" }
        let values = Samples.values(of: type)
        guard !values.isEmpty else { return "null" }
        return Fragment(word: "'\(dice.pick(values))'")
    }

    // MARK: Views

    private mutating func view(_ dice: inout Dice) {
        let table = dice.pick(tables)
        let maker = ExpressionMaker(columns: table.visible(as: "x"), isSafe: true)
        var columns: [GeneratedTable.Column] = [.init(name: "id", type: .integer, declared: "integer")]
        var items: [Fragment] = ["x.id"]
        for number in 0..<dice.roll(1...3) {
            let type = dice.pick(Samples.types)
            columns.append(.init(name: "v\(number)", type: type, declared: ""))
            items.append(Fragment("\(maker.expression(type, depth: 2, &dice)) as v\(number)"))
        }
        let filter: Fragment = " where \(maker.condition(2, &dice))"
        setUp.append(Fragment("create view v0 as select \(list: items) from \(table.name) x\(optional: dice.chance(50) ? filter : nil)"))
        views.append(GeneratedTable(name: "v0", columns: columns, isView: true))
    }
}
