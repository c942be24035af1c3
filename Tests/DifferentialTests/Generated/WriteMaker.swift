import OffstageSchema

/// Makes writes over a world. What a write left behind is asked for after it.
struct WriteMaker {
    var world: GeneratedWorld

    func statements(_ dice: inout Dice) -> [GeneratedStatement] {
        let table = dice.pick(world.tables)
        let write =
            switch dice.roll(0...9) {
            case 0...3: insert(table, &dice)
            case 4...6: update(table, &dice)
            case 7, 8: delete(table, &dice)
            default: merge(table, &dice)
            }
        let look = world.tables.map { GeneratedStatement(sql: "select * from \($0.name) order by id", isOrdered: true) }
        return [write] + (dice.chance(50) ? look : look.filter { $0.sql.text.contains(" \(table.name) ") })
    }

    private func writable(_ table: GeneratedTable) -> [GeneratedTable.Column] { table.columns.filter { !$0.isGenerated } }

    /// Known rows come out in an order that nobody promises: they are compared as a set.
    private func returning(_ table: GeneratedTable, _ dice: inout Dice) -> Fragment? {
        guard dice.chance(45) else { return nil }
        if dice.chance(30) { return " returning *" }
        let maker = ExpressionMaker(
            columns: table.columns.map { VisibleColumn(reference: "\(table.name).\($0.name)", type: $0.type) }, isSafe: true)
        let items = (0..<dice.roll(1...2)).map { _ in maker.expression(dice.pick(Samples.types), depth: 1, &dice) }
        return " returning \(table.name).id, \(list: items)"
    }

    // MARK: Insert

    private func insert(_ table: GeneratedTable, _ dice: inout Dice) -> GeneratedStatement {
        let columns = writable(table).filter { $0.name == "id" || dice.chance(75) }
        let names = columns.map(\.name).joined(separator: ", ")
        var body: Fragment
        if dice.chance(20) {
            let other = dice.pick(world.tables)
            let maker = ExpressionMaker(columns: other.visible(as: "o"), isSafe: true)
            let items = columns.map {
                $0.name == "id" ? "o.id + 20" : $0.name == "parent" ? "null" : maker.expression($0.type, depth: 1, &dice)
            }
            body = "select \(list: items, ", ", least: items.count) from \(other.name) o order by o.id"
        } else {
            let rows = (0..<dice.pick([1, 1, 1, 2, 3])).map { _ -> Fragment in
                let values = columns.map { column in value(column, &dice) }
                return "(\(list: values, ", ", least: values.count))"
            }
            body = "values \(list: rows)"
        }
        let sql: Fragment =
            "insert into \(table.name) (\(names)) \(body)\(optional: conflict(table, columns, &dice))\(optional: returning(table, &dice))"
        return GeneratedStatement(sql: sql, mayRaise: true)
    }

    private func value(_ column: GeneratedTable.Column, _ dice: inout Dice) -> Fragment {
        switch column.name {
        case "id": return Fragment(word: "\(dice.roll(1...14))")
        case "parent": return Fragment(word: dice.chance(25) ? "null" : "\(dice.roll(1...8))")
        default: break
        }
        switch dice.roll(0...9) {
        case 0: return "default"
        case 1...3: return ExpressionMaker(columns: []).expression(column.type, depth: 1, &dice)
        default: return GeneratedWorld.stored(column.type, &dice)
        }
    }

    private func conflict(_ table: GeneratedTable, _ columns: [GeneratedTable.Column], _ dice: inout Dice) -> Fragment? {
        guard dice.chance(40) else { return nil }
        let target = dice.chance(75) ? "(id)" : table.unique.first.map { "(\($0))" } ?? "(id)"
        if dice.chance(35) { return Fragment(word: dice.chance(50) ? " on conflict do nothing" : " on conflict \(target) do nothing") }
        let own = table.columns.map { VisibleColumn(reference: "\(table.name).\($0.name)", type: $0.type) }
        let new = columns.map { VisibleColumn(reference: "excluded.\($0.name)", type: $0.type) }
        let maker = ExpressionMaker(columns: own + new, isSafe: true)
        let changed = columns.filter { $0.name != "id" && dice.chance(60) }
        let sets = changed.map { column -> Fragment in
            column.name == "parent" || dice.chance(60)
                ? Fragment(word: "\(column.name) = excluded.\(column.name)")
                : "\(column.name) = \(maker.expression(column.type, depth: 1, &dice))"
        }
        guard !sets.isEmpty else { return " on conflict (id) do nothing" }
        let filter: Fragment = " where \(maker.condition(1, &dice))"
        return " on conflict \(target) do update set \(list: sets)\(optional: dice.chance(25) ? filter : nil)"
    }

    // MARK: Update, delete, merge

    private func update(_ table: GeneratedTable, _ dice: inout Dice) -> GeneratedStatement {
        let own = table.columns.map { VisibleColumn(reference: "\(table.name).\($0.name)", type: $0.type) }
        let other = dice.pick(world.tables)
        let isJoined = dice.chance(25)
        let columns = own + (isJoined ? other.visible(as: "o") : [])
        let free = ExpressionMaker(columns: columns, isSafe: dice.chance(60), tables: world.tables)
        let safe = ExpressionMaker(columns: columns, isSafe: true, tables: world.tables)
        var changed = writable(table).filter { $0.name != "id" && dice.chance(35) }
        if changed.isEmpty, let last = writable(table).last { changed = [last] }
        let sets = changed.map { column -> Fragment in
            if column.name == "parent" { return Fragment(word: "parent = \(dice.pick(["null", "1", "2", "9"]))") }
            if table.unique.contains(column.name) { return "\(column.name) = \(GeneratedWorld.stored(column.type, &dice))" }
            switch dice.roll(0...4) {
            case 0: return Fragment(word: "\(column.name) = default")
            case 1: return "\(column.name) = \(GeneratedWorld.stored(column.type, &dice))"
            default: return "\(column.name) = \(free.expression(column.type, depth: 2, &dice))"
            }
        }
        let filter: Fragment =
            isJoined
            ? " from \(other.name) o where o.id = \(table.name).id and \(safe.condition(2, &dice))" : " where \(safe.condition(2, &dice))"
        return GeneratedStatement(
            sql:
                "update \(table.name) set \(list: sets)\(optional: isJoined || dice.chance(80) ? filter : nil)\(optional: returning(table, &dice))",
            mayRaise: true)
    }

    private func delete(_ table: GeneratedTable, _ dice: inout Dice) -> GeneratedStatement {
        let own = table.columns.map { VisibleColumn(reference: "\(table.name).\($0.name)", type: $0.type) }
        let other = dice.pick(world.tables)
        let isJoined = dice.chance(25)
        let maker = ExpressionMaker(columns: own + (isJoined ? other.visible(as: "o") : []), isSafe: true, tables: world.tables)
        let narrow = Fragment(word: "\(table.name).id > \(dice.roll(1...5))")
        let test = maker.condition(2, &dice)
        let using = Fragment(word: isJoined ? " using \(other.name) o" : "")
        let link = Fragment(word: isJoined ? "o.id = \(table.name).id and " : "")
        return GeneratedStatement(
            sql: "delete from \(table.name)\(using) where \(link)\(narrow)\(optional: " and \(test)")\(optional: returning(table, &dice))")
    }

    private func merge(_ table: GeneratedTable, _ dice: inout Dice) -> GeneratedStatement {
        let other = dice.pick(world.tables)
        let columns = table.columns.map { VisibleColumn(reference: "m.\($0.name)", type: $0.type) } + other.visible(as: "o")
        let maker = ExpressionMaker(columns: columns, isSafe: true)
        let changed = writable(table).filter { $0.name != "id" && $0.name != "parent" && !table.unique.contains($0.name) }
        let sets = changed.prefix(2).map { column -> Fragment in "\(column.name) = \(maker.expression(column.type, depth: 1, &dice))" }
        let test: Fragment = " and \(maker.condition(1, &dice))"
        let matched: Fragment = dice.chance(30) || sets.isEmpty ? "delete" : "update set \(list: sets)"
        let insert: Fragment = " when not matched then insert (id) values (o.id + 30)"
        return GeneratedStatement(
            sql:
                "merge into \(table.name) m using \(other.name) o on m.id = o.id when matched\(optional: dice.chance(40) ? test : nil) then \(matched)\(optional: dice.chance(60) ? insert : nil)",
            mayRaise: true)
    }
}
