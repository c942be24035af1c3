import OffstageSchema

/// A statement made by dice, to be run as a role over tables that policies protect.
///
/// Many ask about hidden rows by failing where one has a certain value: `1 / (a - 3)`, a cast, a pattern. Only rows that the role may see
/// may make them fail.
struct PolicyStatement: Sendable {
    var sql: String
    /// Whatever raises in it may raise for any row of the one table it asks.
    var mayRaise = false

    private typealias Table = RandomProject.Table

    init(_ project: RandomProject, withWrites: Bool, _ dice: inout Dice) {
        let tables = project.tables.filter { $0.name != "v0" }
        let table = dice.pick(tables)
        switch dice.roll(0...(withWrites ? 13 : 10)) {
        case 0, 1: self.init(sql: "select * from \(table.name) t where \(Self.safe(table, &dice)) order by t.id")
        case 2...4:
            let source = dice.pick([
                "\(table.name) t", "(select * from \(table.name)) t", "(select * from \(table.name) order by id) t",
            ])
            self.init(sql: "select t.id from \(source) where \(Self.oracle(table, &dice))", mayRaise: true)
        case 5:
            self.init(
                sql: "with t as (select * from \(table.name)) select count(*) from t where \(Self.oracle(table, &dice))", mayRaise: true)
        case 6: self.init(sql: "select t.id, \(Self.oracle(table, &dice)) from \(table.name) t", mayRaise: true)
        case 7: self.init(sql: Self.join(tables, &dice))
        case 8:
            self.init(
                sql:
                    "select count(*), max(t.id), count(distinct t.owner) from \(table.name) t\(dice.chance(50) ? " where \(Self.safe(table, &dice))" : "")"
            )
        case 9:
            let other = dice.pick(tables)
            self.init(
                sql:
                    "select t.id from \(table.name) t where \(dice.chance(30) ? "not " : "")exists (select 1 from \(other.name) o where o.id = t.id and o.owner \(dice.pick(["=", "is distinct from"])) t.owner) order by t.id"
            )
        case 10:
            self.init(
                sql: "select (select count(*) from \(table.name)), (select max(t.id) from \(table.name) t where \(Self.safe(table, &dice)))"
            )
        case 11: self.init(sql: Self.update(table, &dice))
        case 12:
            self.init(
                sql:
                    "delete from \(table.name) t where t.id = \(dice.roll(1...7)) and \(Self.safe(table, &dice))\(dice.chance(50) ? " returning t.id" : "")"
            )
        default: self.init(sql: Self.insert(table, &dice))
        }
    }

    private init(sql: String, mayRaise: Bool = false) {
        self.sql = sql
        self.mayRaise = mayRaise
    }

    // MARK: Conditions

    private static func safe(_ table: Table, _ dice: inout Dice) -> String {
        let column = dice.pick(table.columns)
        let value = RandomProject.value(column.kind, &dice, null: 0).map { "'\($0)'" } ?? "null"
        let signs = column.kind == .bool || column.kind == .uuid ? ["=", "<>"] : ["=", "<>", "<", ">="]
        return dice.pick([
            "t.\(column.name) \(dice.pick(signs)) \(value)", "t.\(column.name) is \(dice.chance(50) ? "not " : "")null",
            "t.id in (1, 3, 5)",
            "t.\(column.name) is distinct from \(value)", "t.id between 2 and 5",
        ])
    }

    /// Fails for some values, and is boolean.
    private static func oracle(_ table: Table, _ dice: inout Dice) -> String {
        var tests = [
            "1 / (t.id - \(dice.roll(1...6))) > 0", "10 % (t.id - \(dice.roll(1...6))) = 0", "(t.id * 715827883) > 0",
            "sqrt(t.id - \(dice.roll(1...5))) > 0", "ln(t.id - \(dice.roll(1...5))) > 0",
        ]
        for column in table.columns {
            switch (column.name, column.kind) {
            case ("a", _):
                tests += [
                    "1 / (t.a - \(dice.roll(-1...5))) >= 0", "substr('abc', 1, t.a) = 'a'",
                    "(case when t.a = \(dice.roll(0...5)) then 1 / (t.a - t.a) else 1 end) = 1",
                ]
            case ("b", _):
                tests += [
                    "t.b::int > 0", "t.b::numeric = 7", "t.b::json is not null", "t.b::boolean", "('[' || t.b)::jsonb is not null",
                    "cast(t.b as date) is null",
                ]
            case ("d", _): tests += ["1 / (t.d - 1.5) > 0", "1 / t.d > 0", "power(t.d, 0.5) > 1"]
            default: break
            }
        }
        return dice.pick(tests)
    }

    private static func join(_ tables: [Table], _ dice: inout Dice) -> String {
        let (a, b) = (dice.pick(tables), dice.pick(tables))
        let kind = dice.pick(["join", "left join", "right join", "full join"])
        let filter = dice.chance(50) ? " where \(safe(a, &dice))" : ""
        return "select t.id, o.id, o.owner from \(a.name) t \(kind) \(b.name) o on o.id = t.id\(filter) order by t.id, o.id"
    }

    // MARK: Writes

    private static func update(_ table: Table, _ dice: inout Dice) -> String {
        let column = dice.pick(table.columns.filter { $0.name != "id" && $0.name != "parent" })
        let value = RandomProject.literal(RandomProject.value(column.kind, &dice))
        let filter = dice.chance(70) ? " where \(dice.chance(50) ? "t.id = \(dice.roll(1...6))" : safe(table, &dice))" : ""
        return "update \(table.name) t set \(column.name) = \(value)\(filter)\(dice.chance(40) ? " returning t.id" : "")"
    }

    private static func insert(_ table: Table, _ dice: inout Dice) -> String {
        let columns = table.columns.filter { $0.name == "id" || dice.chance(70) }
        let values = columns.map { column in
            column.name == "id"
                ? "\(dice.roll(1...9))" : column.name == "parent" ? "null" : RandomProject.literal(RandomProject.value(column.kind, &dice))
        }
        let names = columns.map(\.name).joined(separator: ", ")
        var sql = "insert into \(table.name) (\(names)) values (\(values.joined(separator: ", ")))"
        if dice.chance(50) {
            let sets = columns.filter { $0.name != "id" }.map { "\($0.name) = excluded.\($0.name)" }
            sql +=
                sets.isEmpty || dice.chance(30)
                ? " on conflict (id) do nothing" : " on conflict (id) do update set \(sets.joined(separator: ", "))"
        }
        return sql + (dice.chance(40) ? " returning id" : "")
    }
}
