import Foundation

/// A request made by dice, as a client sends it and, said independently, as SQL.
struct RandomRequest {
    var method = "GET"
    var path = ""
    var query: [String] = []
    var prefer: [String] = []
    var body: String?
    /// The same for PostgreSQL, to be run as the caller.
    var sql = ""
    /// It answers with rows; else only how many it touched counts.
    var gives = true
    var counts: String?

    private typealias Column = RandomProject.Column
    private typealias Table = RandomProject.Table

    init(_ project: RandomProject, _ dice: inout Dice) {
        let table = dice.pick(project.tables)
        path = "/\(table.name)"
        let isView = table.name == "v0"
        switch isView ? 0 : dice.roll(0...9) {
        case 0...4: read(table, project, &dice)
        case 5, 6: insert(table, &dice)
        case 7, 8: update(table, &dice)
        default: delete(table, &dice)
        }
    }

    var text: String {
        "\(method) \(path)?\(query.joined(separator: "&"))\(prefer.isEmpty ? "" : "  Prefer: \(prefer.joined(separator: ", "))")\(body.map { "  \($0)" } ?? "")"
    }

    // MARK: Reads

    private mutating func read(_ table: Table, _ project: RandomProject, _ dice: inout Dice) {
        var items: [String] = []
        var outputs: [String] = []
        select(table, &items, &outputs, &dice)
        let (filters, conditions) = filters(table, &dice)
        query += filters
        var all = conditions
        if dice.chance(40), table.name != "v0" { embed(table, project, &items, &outputs, &all, &dice) }
        query.append("select=\(items.joined(separator: ","))")
        var order = "\(table.name).id"
        // Rows that nobody orders come as each engine meets them, and a view has no key to order them by.
        if table.name == "v0" { query.append("order=id") }
        // Whether one row alone is sorted, and its computed key with it, is nobody's promise either.
        if table.name != "v0", dice.chance(50) {
            let column = dice.pick(table.columns)
            let descending = dice.chance(50)
            let nulls = dice.pick(["", ".nullsfirst", ".nullslast"])
            query.append("order=\(column.name)\(descending ? ".desc" : dice.chance(50) ? ".asc" : "")\(nulls)")
            order =
                "\(table.name).\(column.name)\(descending ? " desc" : "")\(nulls == "" ? "" : nulls == ".nullsfirst" ? " nulls first" : " nulls last"), \(table.name).id"
        }
        let filter = all.isEmpty ? "" : " where \(all.joined(separator: " and "))"
        if dice.chance(25) {
            prefer.append("count=exact")
            counts = "select count(*) from \(table.name)\(filter)"
        }
        var window = ""
        // Whether what a limit leaves out is computed, and may raise, is nobody's promise.
        if dice.chance(30), table.name != "v0", !outputs.contains(where: { $0.contains("::") }) {
            let limit = dice.roll(0...3)
            query.append("limit=\(limit)")
            window = " limit \(limit)"
            if counts == nil, dice.chance(50) {
                let offset = dice.roll(0...2)
                query.append("offset=\(offset)")
                window += " offset \(offset)"
            }
        }
        // The key that makes the order total is read by the engine, not by the caller: only what the caller asks for needs a grant.
        let inner = "select \(outputs.joined(separator: ", ")) from \(table.name)\(filter)"
        sql = "select coalesce(json_agg(row_to_json(s)), '[]') from (\(inner) order by \(order)\(window)) s"
    }

    private func select(_ table: Table, _ items: inout [String], _ outputs: inout [String], _ dice: inout Dice) {
        if dice.chance(40) {
            items.append("*")
            outputs += table.columns.map { "\(table.name).\($0.name)" }
            return
        }
        for column in table.columns where dice.chance(50) || column.name == "id" {
            let cast = dice.chance(10) && column.name != "id" && column.kind != .bool && column.kind != .uuid
            if cast {
                items.append("\(column.name)_as:\(column.name)::\(column.kind == .text ? "int" : "text")")
                outputs.append("\(table.name).\(column.name)::\(column.kind == .text ? "int" : "text") as \(column.name)_as")
            } else {
                items.append(column.name)
                outputs.append("\(table.name).\(column.name)")
            }
        }
    }

    private mutating func embed(
        _ table: Table, _ project: RandomProject, _ items: inout [String], _ outputs: inout [String], _ conditions: inout [String],
        _ dice: inout Dice
    ) {
        guard let other = project.tables.filter({ $0.parent == table.name || $0.name == table.parent }).randomElement(using: &dice) else {
            return
        }
        var innerItems: [String] = []
        var innerOutputs: [String] = []
        select(other, &innerItems, &innerOutputs, &dice)
        let isToOne = other.name == table.parent
        let link = isToOne ? "\(other.name).id = \(table.name).parent" : "\(other.name).parent = \(table.name).id"
        var own: [String] = []
        if dice.chance(40) {
            let (written, said) = filter(other, &dice)
            query.append("\(other.name).\(written)")
            own = [said]
        }
        let isInner = dice.chance(30)
        items.append("\(other.name)\(isInner ? "!inner" : "")(\(innerItems.joined(separator: ",")))")
        let filter = ([link] + own).joined(separator: " and ")
        if isToOne {
            outputs.append(
                "(select row_to_json(e) from (select \(innerOutputs.joined(separator: ", ")) from \(other.name) where \(filter)) e) as \(other.name)"
            )
        } else {
            outputs.append(
                "(select coalesce(json_agg(row_to_json(e)), '[]') from (select \(innerOutputs.joined(separator: ", ")) from \(other.name) where \(filter) order by \(other.name).id) e) as \(other.name)"
            )
        }
        if isInner { conditions.append("exists (select 1 from \(other.name) where \(filter))") }
    }

    // MARK: Filters

    private mutating func filters(_ table: Table, _ dice: inout Dice) -> ([String], [String]) {
        var query: [String] = []
        var conditions: [String] = []
        for _ in 0..<(table.name == "v0" ? 1 : dice.pick([0, 0, 1, 1, 2])) {
            if table.name != "v0", dice.chance(15) {
                let (a, x) = filter(table, &dice, logic: true)
                let (b, y) = filter(table, &dice, logic: true)
                let word = dice.pick(["or", "and"])
                query.append("\(word)=(\(a),\(b))")
                conditions.append("(\(x) \(word) \(y))")
            } else {
                let (a, x) = filter(table, &dice)
                query.append(a)
                conditions.append(x)
            }
        }
        return (query, conditions)
    }

    private func filter(_ table: Table, _ dice: inout Dice, logic: Bool = false) -> (String, String) {
        let column = dice.pick(table.columns)
        let name = "\(table.name).\(column.name)"
        let isNegated = dice.chance(15)
        var written: String
        var said: String
        let value = RandomProject.value(column.kind, &dice, null: 0) ?? ""
        let quoted = logic ? "\"\(value)\"" : value
        switch dice.roll(0...9) {
        case 0:
            written = "is.null"
            said = "\(name) is null"
        case 1 where column.kind == .bool:
            written = "is.true"
            said = "\(name) is true"
        case 2, 3:
            let more = RandomProject.value(column.kind, &dice, null: 0) ?? ""
            written = "in.(\"\(value)\",\"\(more)\")"
            said = "\(name) in ('\(value)', '\(more)')"
        case 4 where column.kind == .text:
            written = "\(dice.chance(50) ? "like" : "ilike").a*"
            said = "\(name) \(written.hasPrefix("like") ? "like" : "ilike") 'a%'"
        case 5 where column.kind != .bool && column.kind != .uuid, 6 where column.kind != .bool && column.kind != .uuid:
            let (word, sign) = dice.pick([("gt", ">"), ("gte", ">="), ("lt", "<"), ("lte", "<=")])
            written = "\(word).\(quoted)"
            said = "\(name) \(sign) '\(value)'"
        default:
            let (word, sign) = dice.pick([("eq", "="), ("neq", "<>")])
            written = "\(word).\(quoted)"
            said = "\(name) \(sign) '\(value)'"
        }
        if isNegated {
            written = "not." + written
            said = "not (\(said))"
        }
        return (column.name + (logic ? "." : "=") + written, said)
    }

    // MARK: Writes

    private mutating func insert(_ table: Table, _ dice: inout Dice) {
        method = "POST"
        let columns = table.columns.filter { $0.name == "id" || dice.chance(75) }
        let rows = (0..<dice.pick([1, 1, 1, 2, 3])).map { _ in columns.map { self.written($0, &dice) } }
        body = Self.json(columns, rows)
        let names = columns.map(\.name).joined(separator: ", ")
        let values = rows.map { "(" + $0.map(RandomProject.literal).joined(separator: ", ") + ")" }.joined(separator: ", ")
        var statement = "insert into \(table.name) (\(names)) values \(values)"
        if dice.chance(40) {
            if dice.chance(70) {
                prefer.append("resolution=merge-duplicates")
                statement += " on conflict (id) do update set \(columns.map { "\($0.name) = excluded.\($0.name)" }.joined(separator: ", "))"
            } else {
                prefer.append("resolution=ignore-duplicates")
                statement += " on conflict (id) do nothing"
            }
        }
        finish(statement, table, &dice)
    }

    private mutating func update(_ table: Table, _ dice: inout Dice) {
        method = "PATCH"
        var columns = table.columns.filter { $0.name != "id" && dice.chance(40) }
        if columns.isEmpty { columns = [table.columns[table.columns.count - 1]] }
        let row = columns.map { written($0, &dice) }
        body = Self.json(columns, [row]).dropFirst().dropLast().description
        let (filters, conditions) = filters(table, &dice)
        query += filters
        let set = zip(columns, row).map { "\($0.name) = \(RandomProject.literal($1))" }.joined(separator: ", ")
        finish(
            "update \(table.name) set \(set)" + (conditions.isEmpty ? "" : " where \(conditions.joined(separator: " and "))"), table, &dice)
    }

    private mutating func delete(_ table: Table, _ dice: inout Dice) {
        method = "DELETE"
        let (filters, conditions) = filters(table, &dice)
        query += filters
        finish("delete from \(table.name)" + (conditions.isEmpty ? "" : " where \(conditions.joined(separator: " and "))"), table, &dice)
    }

    private func written(_ column: Column, _ dice: inout Dice) -> String? {
        switch column.name {
        case "id": "\(dice.roll(1...9))"
        case "parent": dice.chance(20) ? nil : "\(dice.roll(1...3))"
        default: RandomProject.value(column.kind, &dice)
        }
    }

    private mutating func finish(_ statement: String, _ table: Table, _ dice: inout Dice) {
        guard dice.chance(60) else {
            gives = false
            sql = statement
            prefer.append("return=minimal")
            return
        }
        prefer.append("return=representation")
        var items: [String] = []
        var outputs: [String] = []
        select(table, &items, &outputs, &dice)
        query.append("select=\(items.joined(separator: ","))")
        let order = method == "POST" ? "" : " order by id"
        sql =
            "with w as (\(statement) returning \(outputs.joined(separator: ", "))) select coalesce(json_agg(row_to_json(s)), '[]') from (select * from w\(order)) s"
    }

    private static func json(_ columns: [Column], _ rows: [[String?]]) -> String {
        let objects = rows.map { row in
            "{"
                + zip(columns, row).map { column, value in
                    let text: String =
                        switch (value, column.kind) {
                        case (nil, _): "null"
                        case (let value?, .int), (let value?, .numeric), (let value?, .bool): value
                        case (let value?, _): "\"\(value)\""
                        }
                    return "\"\(column.name)\":\(text)"
                }.joined(separator: ",") + "}"
        }
        return "[" + objects.joined(separator: ",") + "]"
    }
}
