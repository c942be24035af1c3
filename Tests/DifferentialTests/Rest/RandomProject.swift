import Foundation

/// A project made by dice: two or three tables with rows, grants and policies, in SQL that both databases take.
struct RandomProject {
    enum Kind: CaseIterable { case int, text, bool, uuid, numeric }

    struct Column {
        var name: String
        var kind: Kind
    }

    struct Table {
        var name: String
        var columns: [Column]
        /// The table its `parent` column refers to.
        var parent: String?
    }

    private(set) var tables: [Table] = []
    private(set) var statements: [String] = []

    static let people = [
        "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222", "33333333-3333-3333-3333-333333333333",
    ]

    init(_ dice: inout Dice) {
        for index in 0..<dice.roll(2...3) {
            var table = Table(
                name: "t\(index)", columns: [Column(name: "id", kind: .int)], parent: index > 0 ? "t\(dice.roll(0...index - 1))" : nil)
            if table.parent != nil { table.columns.append(Column(name: "parent", kind: .int)) }
            table.columns.append(Column(name: "owner", kind: .uuid))
            for (name, kind) in [("a", Kind.int), ("b", .text), ("c", .bool), ("d", .numeric)] where dice.chance(75) {
                table.columns.append(Column(name: name, kind: kind))
            }
            tables.append(table)
        }
        for table in tables { define(table, &dice) }
        for (index, table) in tables.enumerated() { protect(table, seeing: Array(tables.prefix(index)), &dice) }
        let first = tables[0]
        if let number = first.columns.first(where: { $0.name == "a" }), let text = first.columns.first(where: { $0.name == "b" }) {
            // Computed columns that raise for some rows: asking about them must not tell of hidden ones.
            let columns = "id, 10 / \(number.name) as inverse, \(text.name)::int as number"
            let query = dice.pick([
                "select \(columns) from t0", "with s as (select * from t0) select \(columns) from s",
                "select \(columns) from (select * from t0) s",
                "with s as (select \(columns) from t0) select * from s",
            ])
            statements.append("create view v0 with (security_invoker = true) as \(query)")
            statements.append("grant select on v0 to anon, authenticated")
            tables.append(
                Table(
                    name: "v0",
                    columns: [Column(name: "id", kind: .int), Column(name: "inverse", kind: .int), Column(name: "number", kind: .int)],
                    parent: nil))
        }
    }

    private mutating func define(_ table: Table, _ dice: inout Dice) {
        let lines = table.columns.map { column in
            switch column.name {
            case "id": return "id int primary key"
            case "parent": return "parent int references \(table.parent ?? "")"
            default:
                let type =
                    switch column.kind {
                    case .int: "int"
                    case .text: "text"
                    case .bool: "boolean"
                    case .uuid: "uuid"
                    case .numeric: "numeric"
                    }
                let rule =
                    dice.chance(15)
                    ? (dice.chance(50) && column.kind == .int ? " check (\(column.name) < 5)" : column.name == "owner" ? "" : " not null")
                    : ""
                return "\(column.name) \(type)\(rule)"
            }
        }
        statements.append("create table \(table.name) (\(lines.joined(separator: ", ")))")
        let notNull = Set(lines.filter { $0.hasSuffix("not null") }.map { String($0.prefix { $0 != " " }) })
        let checked = Set(lines.filter { $0.contains(" check ") }.map { String($0.prefix { $0 != " " }) })
        for id in 1...dice.roll(1...7) {
            let values = table.columns.map { column -> String in
                if column.name == "id" { return "\(id)" }
                if checked.contains(column.name) { return "\(dice.roll(0...4))" }
                if column.name == "parent" { return dice.chance(25) ? "null" : "1" }
                return Self.literal(Self.value(column.kind, &dice, null: notNull.contains(column.name) ? 0 : 20))
            }
            statements.append("insert into \(table.name) values (\(values.joined(separator: ", ")))")
        }
    }

    /// Text of a value; nil is null.
    static func value(_ kind: Kind, _ dice: inout Dice, null percent: Int = 20) -> String? {
        if dice.chance(percent) { return nil }
        switch kind {
        case .int: return "\(dice.roll(-1...5))"
        case .text: return dice.pick(["", "a", "ab", "B", "x y", "12", "7", "é"])
        case .bool: return dice.chance(50) ? "true" : "false"
        case .uuid: return dice.pick(people)
        case .numeric: return dice.pick(["0", "1.5", "1.50", "-2", "10", "3"])
        }
    }

    static func literal(_ value: String?) -> String { value.map { "'\($0)'" } ?? "null" }

    // MARK: Who may do what

    private mutating func protect(_ table: Table, seeing others: [Table], _ dice: inout Dice) {
        statements.append("revoke all on \(table.name) from anon, authenticated")
        for role in ["anon", "authenticated"] {
            if dice.chance(85) {
                statements.append("grant select, insert, update, delete on \(table.name) to \(role)")
            } else if dice.chance(70) {
                let some = table.columns.filter { _ in dice.chance(60) }.map(\.name)
                if !some.isEmpty { statements.append("grant select (\(some.joined(separator: ", "))) on \(table.name) to \(role)") }
                statements.append("grant insert, delete on \(table.name) to \(role)")
                statements.append("grant update (\(table.columns[0].name), owner) on \(table.name) to \(role)")
            }
        }
        guard dice.chance(90) else { return }
        statements.append("alter table \(table.name) enable row level security")
        if dice.chance(60) {
            let using = dice.chance(60) ? test(table, &dice) : condition(table, others, &dice, depth: 1)
            statements.append(
                "create policy base on \(table.name) using (\(using) or \(dice.pick(["id < 4", "id > 2", "owner = auth.uid()"])))")
        }
        for number in 0..<dice.roll(0...3) {
            let command = dice.pick(["all", "all", "select", "select", "insert", "update", "delete"])
            let roles = dice.pick(["public", "public", "anon", "authenticated", "anon, authenticated"])
            var policy =
                "create policy p\(number) on \(table.name) as \(dice.chance(75) ? "permissive" : "restrictive") for \(command) to \(roles)"
            if command != "insert" { policy += " using (\(condition(table, others, &dice, depth: 2)))" }
            if command == "insert" || command == "all" && dice.chance(40) || command == "update" && dice.chance(50) {
                policy += " with check (\(condition(table, others, &dice, depth: 2)))"
            }
            statements.append(policy)
        }
    }

    private func condition(_ table: Table, _ others: [Table], _ dice: inout Dice, depth: Int) -> String {
        if depth > 0, dice.chance(35) {
            let a = condition(table, others, &dice, depth: depth - 1)
            let b = condition(table, others, &dice, depth: depth - 1)
            switch dice.roll(0...4) {
            case 0, 1: return "(\(a) or \(b))"
            case 2, 3: return "(\(a) and \(b))"
            default: return "not (\(a))"
            }
        }
        switch dice.roll(0...11) {
        case 0: return "owner = auth.uid()"
        case 1: return "owner = (select auth.uid())"
        case 2: return "(auth.jwt() -> 'app' ->> 'role') = '\(dice.pick(["x", "y"]))'"
        case 3: return "auth.role() = '\(dice.pick(["anon", "authenticated"]))'"
        case 4: return "true"
        case 5: return dice.chance(30) ? "false" : "auth.uid() is not null"
        case 6, 7:
            guard let other = others.isEmpty ? nil : dice.pick(others) else { return test(table, &dice) }
            let inner = dice.chance(50) ? test(other, &dice, prefix: "\(other.name).") : "\(other.name).owner = auth.uid()"
            let link = other.name == table.parent ? "\(other.name).id = \(table.name).parent" : "\(other.name).id = \(table.name).id"
            switch dice.roll(0...2) {
            case 0: return "exists (select 1 from \(other.name) where \(link) and \(inner))"
            case 1: return "id in (select \(other.name).id from \(other.name) where \(inner))"
            default: return "(select count(*) from \(other.name) where \(inner)) > \(dice.roll(0...2))"
            }
        case 8: return "a_level() > 1"
        default: return test(table, &dice)
        }
    }

    private func test(_ table: Table, _ dice: inout Dice, prefix: String = "") -> String {
        let column = dice.pick(table.columns)
        let name = prefix + column.name
        if dice.chance(15) { return "\(name) is \(dice.chance(50) ? "" : "not ")null" }
        let value = Self.literal(Self.value(column.kind, &dice, null: 3))
        return
            "\(name) \(dice.pick(column.kind == .bool || column.kind == .uuid ? ["=", "<>", "is distinct from"] : ["=", "<>", "<", ">", "<=", ">="])) \(value)"
    }

    /// What comes before the tables on both sides.
    static let prologue = [
        "create function a_level() returns int language sql stable as $$ select coalesce((auth.jwt() ->> 'level')::int, 0) $$"
    ]
}
