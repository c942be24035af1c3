import OffstageSQL
import OffstageSchema

/// A statement, and how its answer is compared.
struct GeneratedStatement: Sendable {
    var sql: Fragment
    /// Its rows come in an order that is total.
    var isOrdered = false
    /// Some expression in it may raise.
    var mayRaise = false

    var isWrite: Bool { ["insert", "update", "delete", "merge"].contains { sql.text.hasPrefix($0) } }
}

/// Makes queries over a world.
struct QueryMaker {
    var world: GeneratedWorld

    func statement(_ dice: inout Dice) -> GeneratedStatement {
        switch dice.roll(0...19) {
        case 0...4: constant(&dice)
        case 5...8: columns(&dice)
        case 9...11: filtered(&dice)
        case 12, 13: grouped(&dice)
        case 14: combined(&dice)
        case 15: windowed(&dice)
        case 16: named(&dice)
        case 17: nested(&dice)
        case 18: functional(&dice)
        default: special(&dice)
        }
    }

    private func maker(_ table: GeneratedTable, _ alias: String, isSafe: Bool) -> ExpressionMaker {
        ExpressionMaker(columns: table.visible(as: alias), isSafe: isSafe, tables: world.tables)
    }

    // MARK: Expressions alone, and over the rows of one table

    private func constant(_ dice: inout Dice) -> GeneratedStatement {
        let maker = ExpressionMaker(columns: [])
        let item = maker.expression(dice.pick(Samples.types), depth: 3, &dice)
        return GeneratedStatement(sql: "select \(item)", mayRaise: true)
    }

    private func columns(_ dice: inout Dice) -> GeneratedStatement {
        let table = dice.pick(world.tables)
        let maker = maker(table, "t", isSafe: false)
        let items = (0..<dice.roll(1...2)).map { _ in maker.expression(dice.pick(Samples.types), depth: 3, &dice) }
        return GeneratedStatement(sql: "select t.id, \(list: items) from \(table.name) t order by t.id", isOrdered: true, mayRaise: true)
    }

    /// JSON of whole rows and of values.
    private func special(_ dice: inout Dice) -> GeneratedStatement {
        let table = dice.pick(world.tables + world.views)
        switch dice.roll(0...5) {
        case 0: return GeneratedStatement(sql: "select to_jsonb(t) from \(table.name) t order by t.id", isOrdered: true)
        case 1: return GeneratedStatement(sql: "select row_to_json(t) from \(table.name) t order by t.id", isOrdered: true)
        case 2:
            let column = dice.pick(table.columns)
            return GeneratedStatement(
                sql:
                    "select t.id, to_jsonb(t.\(column.name)), to_json(t.\(column.name)), t.\(column.name)::text from \(table.name) t order by t.id",
                isOrdered: true)
        case 3:
            let column = dice.pick(table.columns)
            return GeneratedStatement(
                sql: "select json_agg(t.\(column.name) order by t.id), jsonb_agg(t.\(column.name) order by t.id) from \(table.name) t")
        case 4:
            let column = dice.pick(table.columns.filter { Samples.isPlain($0.type) })
            return GeneratedStatement(
                sql:
                    "select distinct on (t.\(column.name)) t.\(column.name), t.id from \(table.name) t order by t.\(column.name)\(dice.pick([" desc", ""])), t.id",
                isOrdered: true)
        default:
            let column = dice.pick(table.columns)
            return GeneratedStatement(sql: "select array_agg(t.\(column.name) order by t.id desc) from \(table.name) t")
        }
    }

    /// Functions in `from`.
    private func functional(_ dice: inout Dice) -> GeneratedStatement {
        let table = dice.pick(world.tables)
        switch dice.roll(0...5) {
        case 0:
            return GeneratedStatement(
                sql:
                    "select g from generate_series(\(dice.roll(-2...3)), \(dice.roll(0...6))\(optional: dice.chance(40) ? Fragment(", \(dice.roll(1...3))") : nil)) g"
            )
        case 1:
            return GeneratedStatement(
                sql:
                    "select * from unnest(\(Samples.literal(dice.pick([.array(.integer), .array(.text), .array(.numeric)]), &dice))) with ordinality as u(x, n) order by n",
                isOrdered: true)
        case 2:
            guard let column = table.columns.first(where: { if case .array = $0.type { true } else { false } }) else {
                return columns(&dice)
            }
            return GeneratedStatement(sql: "select t.id, u.x from \(table.name) t cross join unnest(t.\(column.name)) u(x)")
        case 3:
            guard let column = table.columns.first(where: { $0.type == .jsonb }) else { return columns(&dice) }
            return GeneratedStatement(
                sql:
                    "select t.id, e.key, e.value from \(table.name) t, jsonb_each(case jsonb_typeof(t.\(column.name)) when 'object' then t.\(column.name) end) e"
            )
        case 4:
            return GeneratedStatement(
                sql:
                    "select d::date from generate_series(timestamp '2024-01-31', timestamp '2024-0\(dice.roll(2...6))-15', interval '\(dice.pick(["1 month", "10 days", "2 weeks"]))') d"
            )
        default:
            return GeneratedStatement(
                sql:
                    "select unnest(\(Samples.literal(dice.pick([.array(.integer), .array(.text)]), &dice))), generate_series(1, \(dice.roll(0...3)))"
            )
        }
    }

    // MARK: From, where, order

    struct Source {
        var text: Fragment
        var columns: [VisibleColumn]
        /// What tells one row from another.
        var keys: [String]
    }

    private func source(_ dice: inout Dice) -> Source {
        let relations = world.tables + world.views
        let first = dice.pick(relations)
        var source = Source(text: "\(first.name) a", columns: first.visible(as: "a"), keys: ["a.id"])
        if dice.chance(55) {
            let second = dice.pick(relations)
            let kind = dice.pick(["join", "join", "left join", "left join", "right join", "full join", "cross join"])
            let columns = second.visible(as: "b")
            let link = dice.chance(60) && second.columns.contains { $0.name == "parent" } ? "b.parent = a.id" : "b.id = a.id"
            if kind != "cross join", dice.chance(20) {
                source.text = "\(source.text) \(kind) \(second.name) b using (id)"
            } else if kind == "cross join" {
                source.text = "\(source.text) cross join \(second.name) b"
            } else {
                let extra: Fragment = " and \(ExpressionMaker(columns: source.columns + columns, isSafe: true).condition(1, &dice))"
                source.text =
                    "\(source.text) \(kind) \(second.name) b on \(link)\(optional: dice.chance(25) && kind != "full join" ? extra : nil)"
            }
            source.columns += columns
            source.keys.append("b.id")
        }
        if dice.chance(12) {
            let type = dice.pick([DataType.integer, .text, .numeric, .date])
            let rows = (0..<dice.roll(1...3)).map { Fragment("(\($0), \(Samples.literal(type, &dice)))") }
            source.text = "\(source.text) cross join (values \(list: rows)) as v(id, x)"
            source.columns += [VisibleColumn(reference: "v.x", type: type), VisibleColumn(reference: "v.id", type: .integer)]
            source.keys.append("v.id")
        }
        return source
    }

    private func order(_ keys: [String], after extra: [Fragment] = [], _ dice: inout Dice) -> Fragment {
        " order by \(list: extra, ", ", least: 0)\(extra.isEmpty ? "" : ", ")\(keys.joined(separator: ", "))"
    }

    private func filtered(_ dice: inout Dice) -> GeneratedStatement {
        let source = source(&dice)
        let maker = ExpressionMaker(columns: source.columns, isSafe: true, tables: world.tables)
        let types = (0..<dice.roll(1...3)).map { _ in dice.pick(Samples.types) }
        let items = types.enumerated().map { number, type -> Fragment in
            let name: Fragment = " as x\(number)"
            return "\(maker.expression(type, depth: 2, &dice))\(optional: dice.chance(60) ? name : nil)"
        }
        let filter: Fragment = " where \(maker.condition(3, &dice))"
        var sql: Fragment = "select \(list: items) from \(source.text)\(optional: dice.chance(85) ? filter : nil)"
        if types.allSatisfy(Samples.isPlain), dice.chance(25) {
            let all: Fragment = "select distinct \(list: items) from \(source.text)\(optional: filter)"
            return GeneratedStatement(sql: all)
        }
        guard dice.chance(60) else { return GeneratedStatement(sql: sql) }
        var extra: [Fragment] = []
        if dice.chance(70), let column = source.columns.filter({ Samples.isComparable($0.type) }).randomElement(using: &dice) {
            extra.append(
                Fragment(
                    word: "\(column.reference)\(dice.pick(["", " asc", " desc"]))\(dice.pick(["", "", " nulls first", " nulls last"]))"))
        }
        let limit: Fragment = " limit \(dice.roll(0...4))\(optional: dice.chance(40) ? Fragment(" offset \(dice.roll(0...2))") : nil)"
        sql = "\(sql)\(order(source.keys, after: extra, &dice))\(optional: dice.chance(40) ? limit : nil)"
        return GeneratedStatement(sql: sql, isOrdered: true)
    }

    // MARK: Groups, windows, sets

    private func grouped(_ dice: inout Dice) -> GeneratedStatement {
        let source = source(&dice)
        let maker = ExpressionMaker(columns: source.columns, isSafe: true)
        let plain = source.columns.filter { Samples.isPlain($0.type) }
        let keys = (0..<dice.roll(0...2)).map { _ in dice.pick(plain).reference }
        var items: [Fragment] = keys.map { Fragment(word: $0) }
        for _ in 0..<dice.roll(1...3) { items.append(aggregate(maker, source, &dice)) }
        let filter: Fragment = " where \(maker.condition(2, &dice))"
        let having: Fragment = " having \(dice.pick(["count(*) > 1", "count(*) >= 1", "min(a.id) < 3", "count(distinct a.id) = 1"]))"
        let form = dice.roll(0...9)
        let list = Fragment("\(list: keys.map { Fragment(word: $0) })")
        let groups: Fragment =
            keys.isEmpty
            ? ""
            : form == 0
                ? " group by rollup (\(list))"
                : form == 1 ? " group by cube (\(list))" : form == 2 ? " group by grouping sets ((\(list)), ())" : " group by \(list)"
        return GeneratedStatement(
            sql:
                "select \(list: items) from \(source.text)\(optional: dice.chance(40) ? filter : nil)\(groups)\(optional: dice.chance(30) ? having : nil)",
            mayRaise: true)
    }

    private func aggregate(_ maker: ExpressionMaker, _ source: Source, _ dice: inout Dice) -> Fragment {
        let order = source.keys.joined(separator: ", ")
        let condition: Fragment = " filter (where \(maker.condition(1, &dice)))"
        let filter: Fragment? = dice.chance(20) ? condition : nil
        switch dice.roll(0...7) {
        case 0: return "count(*)\(optional: filter)"
        case 1:
            let column = dice.pick(source.columns.filter { Samples.isComparable($0.type) })
            return "count(\(dice.chance(40) ? "distinct " : "")\(column.reference))\(optional: filter)"
        case 2:
            let type = dice.pick([DataType.integer, .text, .numeric, .jsonb, .date])
            return
                "\(dice.pick(["array_agg", "json_agg", "jsonb_agg"]))(\(maker.expression(type, depth: 2, &dice)) order by \(order))\(optional: filter)"
        case 3:
            return
                "string_agg(\(maker.expression(.text, depth: 2, &dice)), \(dice.pick(["','", "''", "null"])) order by \(order))\(optional: filter)"
        default:
            let type = dice.pick([DataType.integer, .bigint, .numeric, .boolean, .text, .date, .interval, .timestamp, Samples.mood])
            // Sums of floats, and texts without an order, depend on which row comes first.
            let entries = FunctionPool.shared.aggregates(giving: type).filter { entry in
                entry.parameters.count == 1 && entry.parameters.allSatisfy { $0 != .exact(.real) && $0 != .exact(.double) }
                    && !["json_agg", "jsonb_agg", "array_agg"].contains(entry.name)
            }
            guard !entries.isEmpty else { return "count(a.id)" }
            let entry = dice.pick(entries)
            guard case .exact(let parameter) = entry.parameters[0] else { return "max(a.id)" }
            if !Samples.isPlain(parameter), ["min", "max"].contains(entry.name) { return "min(a.id)" }
            return "\(entry.name)(\(maker.expression(parameter, depth: 2, &dice)))\(optional: filter)"
        }
    }

    private func windowed(_ dice: inout Dice) -> GeneratedStatement {
        let source = source(&dice)
        let plain = source.columns.filter { Samples.isPlain($0.type) }
        let partition = dice.pick(plain).reference
        let keys = source.keys.joined(separator: ", ")
        let frame = dice.pick([
            "", "", " rows between 1 preceding and current row", " rows between unbounded preceding and 1 following",
            " groups between 1 preceding and 1 following",
            " rows between current row and unbounded following exclude current row",
        ])
        let over: Fragment =
            "(\(optional: dice.chance(60) ? Fragment("partition by \(partition) ") : nil)order by \(keys)\(dice.chance(30) ? " desc" : "")\(optional: frame.isEmpty ? nil : Fragment(word: frame)))"
        let column = dice.pick(source.columns).reference
        let function = Fragment(
            word: dice.pick([
                "row_number()", "rank()", "dense_rank()", "ntile(2)", "percent_rank()", "cume_dist()", "lag(\(column))",
                "lead(\(column), 2)",
                "first_value(\(column))", "last_value(\(column))", "nth_value(\(column), 2)", "count(*)", "sum(a.id)", "max(a.id)",
                "count(\(column))",
                "array_agg(\(column))", "avg(a.id)", "min(a.id) filter (where a.id > 1)",
            ]))
        return GeneratedStatement(sql: "select \(keys), \(function) over \(over) from \(source.text)")
    }

    /// A query of columns of given types, for set operations and subqueries.
    private func arm(_ types: [DataType], _ dice: inout Dice) -> Fragment {
        let table = dice.pick(world.tables)
        let maker = ExpressionMaker(columns: table.visible(as: "u"), isSafe: true)
        let items = types.map { maker.expression($0, depth: 1, &dice) }
        let filter: Fragment = " where \(maker.condition(1, &dice))"
        return "select \(list: items, ", ", least: items.count) from \(table.name) u\(optional: dice.chance(40) ? filter : nil)"
    }

    private func combined(_ dice: inout Dice) -> GeneratedStatement {
        let plain: [DataType] = [.integer, .text, .boolean, .date, .bigint, Samples.mood, .uuid]
        let types = (0..<dice.roll(1...2)).map { _ in dice.pick(plain) }
        let words = ["union", "union all", "intersect", "except", "union", "intersect all", "except all"]
        let a = arm(types, &dice)
        let b = arm(types, &dice)
        if dice.chance(25) {
            let c = arm(types, &dice)
            return GeneratedStatement(
                sql: dice.chance(50)
                    ? "\(a) \(dice.pick(words)) \(b) \(dice.pick(words)) \(c)" : "\(a) \(dice.pick(words)) (\(b) \(dice.pick(words)) \(c))")
        }
        let order: Fragment = " order by \((1...types.count).map(String.init).joined(separator: " desc, "))"
        let isOrdered = dice.chance(50)
        return GeneratedStatement(sql: "\(a) \(dice.pick(words)) \(b)\(optional: isOrdered ? order : nil)")
    }

    // MARK: With, and subqueries in from

    private func named(_ dice: inout Dice) -> GeneratedStatement {
        if dice.chance(20) {
            return GeneratedStatement(
                sql:
                    "with recursive r(n, x) as (select 1, \(Samples.literal(.text, &dice)) union all select n + 1, x || n from r where n < \(dice.roll(1...5))) select * from r"
            )
        }
        let types = [DataType.integer, dice.pick(Samples.types)]
        let query = arm(types, &dice)
        let columns = [VisibleColumn(reference: "w.p", type: types[0]), VisibleColumn(reference: "w.q", type: types[1])]
        let table = dice.pick(world.tables)
        let maker = ExpressionMaker(columns: columns + table.visible(as: "t"), isSafe: true)
        let filter: Fragment = " where \(maker.condition(2, &dice))"
        let item = maker.expression(dice.pick(Samples.types), depth: 2, &dice)
        return GeneratedStatement(
            sql:
                "with w(p, q) as \(dice.pick(["", "", "materialized ", "not materialized "]))(\(query)) select w.p, \(item) from w \(dice.pick(["join", "left join"])) \(table.name) t on t.id = w.p\(optional: dice.chance(60) ? filter : nil)"
        )
    }

    private func nested(_ dice: inout Dice) -> GeneratedStatement {
        let types = [DataType.integer, dice.pick(Samples.types)]
        let table = dice.pick(world.tables)
        if dice.chance(40) {
            let inner = ExpressionMaker(columns: table.visible(as: "i") + [VisibleColumn(reference: "t.id", type: .integer)], isSafe: true)
            let item = inner.expression(types[1], depth: 2, &dice)
            let isLeft = dice.chance(50)
            return GeneratedStatement(
                sql:
                    "select t.id, l.q from \(dice.pick(world.tables).name) t \(isLeft ? "left" : "cross") join lateral (select \(item) as q from \(table.name) i where i.id <= t.id order by i.id desc limit \(dice.roll(1...2))) l\(isLeft ? " on true" : "")"
            )
        }
        let columns = [VisibleColumn(reference: "w.p", type: types[0]), VisibleColumn(reference: "w.q", type: types[1])]
        let maker = ExpressionMaker(columns: columns, isSafe: true, tables: world.tables)
        let filter: Fragment = " where \(maker.condition(2, &dice))"
        return GeneratedStatement(
            sql:
                "select w.p, \(maker.expression(dice.pick(Samples.types), depth: 2, &dice)) from (\(arm(types, &dice))) w(p, q)\(optional: dice.chance(70) ? filter : nil)"
        )
    }
}
