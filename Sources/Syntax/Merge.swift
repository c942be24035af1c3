/// `merge into t using s on … when matched …`.
package struct Merge: Hashable, Sendable {
    package struct When: Hashable, Sendable {
        package var isMatched: Bool
        package var condition: Expression?
        package var action: Action

        package init(matched isMatched: Bool, _ condition: Expression?, _ action: Action) {
            self.isMatched = isMatched
            self.condition = condition
            self.action = action
        }
    }

    package enum Action: Hashable, Sendable {
        case nothing
        case delete
        case update([Assignment])
        /// No values: `default values`.
        case insert([Name], values: [Expression]?, overriding: Insert.Overriding?)
    }

    package var with: With?
    package var table: Name
    package var alias: String?
    package var source: FromItem
    package var condition: Expression
    package var whens: [When]

    package init(
        with: With? = nil, into table: Name, as alias: String? = nil, using source: FromItem, on condition: Expression, _ whens: [When]
    ) {
        self.with = with
        self.table = table
        self.alias = alias
        self.source = source
        self.condition = condition
        self.whens = whens
    }
}

extension TreeReader {
    func merge(_ node: Node) throws(SyntaxError) -> Merge {
        try deeper(node) { () throws(SyntaxError) in
            var whens: [Merge.When] = []
            for wrapped in node.list("mergeWhenClauses") {
                guard let clause = wrapped["MergeWhenClause"] else { continue }
                whens.append(
                    .init(
                        matched: clause.flag("matched"), try expression(optional: clause["condition"]),
                        try action(clause)))
            }
            return Merge(
                with: try with(node), into: try member(node, "relation", name(table:)),
                as: node["relation"]?["alias"]?.string("aliasname"),
                using: try member(node, "sourceRelation", fromItem), on: try expression(node, "joinCondition"), whens)
        }
    }

    private func action(_ clause: Node) throws(SyntaxError) -> Merge.Action {
        switch clause.string("commandType") {
        case "CMD_UPDATE": return .update(try assignments(clause.list("targetList")))
        case "CMD_DELETE": return .delete
        case "CMD_INSERT":
            var columns: [Name] = []
            for target in clause.list("targetList") { columns.append(try targetName(target)) }
            let values = try clause["values"].map { (list) throws(SyntaxError) in try expressions(list.elements) }
            return .insert(columns, values: values, overriding: overriding(clause))
        default: return .nothing
        }
    }
}

extension SQLPrinter {
    mutating func merge(_ merge: Merge) {
        if let with = merge.with { self.with(with) }
        write("merge into ")
        table(merge.table, merge.alias)
        from(" using ", [merge.source])
        write(" on ")
        expression(merge.condition)
        for when in merge.whens {
            write(when.isMatched ? " when matched" : " when not matched")
            if let condition = when.condition {
                write(" and ")
                expression(condition)
            }
            write(" then ")
            switch when.action {
            case .nothing: write("do nothing")
            case .delete: write("delete")
            case .update(let assignments):
                write("update set ")
                self.assignments(assignments)
            case .insert(let columns, let values, let overriding):
                write("insert")
                if !columns.isEmpty {
                    write(" ")
                    bracketed(columns) { $0.name($1) }
                }
                self.overriding(overriding)
                if let values {
                    write(" values ")
                    bracketed(values) { $0.expression($1) }
                } else {
                    write(" default values")
                }
            }
        }
    }
}
