extension TreeReader {
    /// From a wrapped statement that reads or writes rows; anything else is an error.
    func dataStatement(_ wrapped: Node) throws(SyntaxError) -> DataStatement {
        switch wrapped.wrapped {
        case ("SelectStmt", let node)?: .select(try select(node))
        case ("InsertStmt", let node)?: .insert(try insert(node))
        case ("UpdateStmt", let node)?: .update(try update(node))
        case ("DeleteStmt", let node)?: .delete(try delete(node))
        case ("MergeStmt", let node)?: .merge(try merge(node))
        default: throw unsupported("this kind of statement here", at: wrapped)
        }
    }

    func insert(_ node: Node) throws(SyntaxError) -> Insert {
        try deeper(node) { () throws(SyntaxError) in
            let relation = node["relation"]
            var columns: [Name] = []
            for target in node.list("cols") { columns.append(try targetName(target)) }
            return Insert(
                with: try with(node), into: try member(node, "relation", name(table:)),
                as: relation?["alias"]?.string("aliasname"), columns: columns,
                try node["selectStmt"].map { (query) throws(SyntaxError) in .select(try select(wrapped: query)) } ?? .defaultValues,
                overriding: overriding(node), conflict: try conflict(node["onConflictClause"]),
                returning: try outputs(node.list("returningList"))
            )
        }
    }

    func overriding(_ node: Node) -> Insert.Overriding? {
        switch node.string("override") {
        case "OVERRIDING_SYSTEM_VALUE": .system
        case "OVERRIDING_USER_VALUE": .user
        default: nil
        }
    }

    private func conflict(_ clause: Node?) throws(SyntaxError) -> Conflict? {
        guard let clause else { return nil }
        var target: Conflict.Target?
        if let infer = clause["infer"] {
            if let constraint = infer.string("conname") {
                target = .constraint(constraint)
            } else {
                var columns: [Expression] = []
                for element in infer.list("indexElems") {
                    guard let element = element["IndexElem"] else { continue }
                    if element["opclass"] != nil { throw unsupported("an operator class in \"on conflict\"", at: infer) }
                    var column = try indexed(element)
                    let collation = name(element.list("collation"))
                    if !collation.parts.isEmpty { column = Expression(.collate(column, collation)) }
                    columns.append(column)
                }
                target = .columns(columns, where: try expression(optional: infer["whereClause"]))
            }
        }
        guard clause["action"]?.equals("ONCONFLICT_UPDATE") ?? false else { return Conflict(target, do: .nothing) }
        return Conflict(
            target, do: .update(try assignments(clause.list("targetList")), where: try expression(optional: clause["whereClause"])))
    }

    /// The column or expression of an `IndexElem`.
    func indexed(_ element: Node) throws(SyntaxError) -> Expression {
        if let column = element.string("name") { return Expression(.column(Name(column))) }
        return try expression(element, "expr")
    }

    /// `(a, b) = …` is one entry per column to the parser, each with the whole right side.
    func assignments(_ nodes: [Node]) throws(SyntaxError) -> [Assignment] {
        var assignments: [Assignment] = []
        for wrapped in nodes {
            guard let target = wrapped["ResTarget"] else { continue }
            let column = try targetName(wrapped)
            guard let part = target["val"]?["MultiAssignRef"] else {
                assignments.append(Assignment([column], try expression(target, "val")))
                continue
            }
            if part.integer("colno") <= 1 || assignments.isEmpty {
                var value = try expression(part, "source")
                // `(a) = row(1)` sets a to 1, not to a row.
                if part.integer("ncolumns") == 1, case .row(let values) = value.kind, values.count == 1 { value = values[0] }
                assignments.append(Assignment([column], value))
            } else {
                assignments[assignments.count - 1].columns.append(column)
            }
        }
        return assignments
    }

    /// The column a `ResTarget` writes: `a`, or `a.field`.
    func targetName(_ wrapped: Node) throws(SyntaxError) -> Name {
        guard let target = wrapped["ResTarget"] else { throw error("XX000", "the parser left out a column", at: wrapped) }
        var parts = [target.string("name") ?? ""]
        for step in target.list("indirection") {
            guard let field = step.name else { throw unsupported("writing to an element of an array", at: target) }
            parts.append(field)
        }
        return Name(parts, at: position(target))
    }

    func update(_ node: Node) throws(SyntaxError) -> Update {
        try deeper(node) { () throws(SyntaxError) in
            Update(
                with: try with(node), try member(node, "relation", name(table:)), as: node["relation"]?["alias"]?.string("aliasname"),
                set: try assignments(node.list("targetList")), from: try fromItems(node.list("fromClause")),
                where: try expression(optional: node["whereClause"]), returning: try outputs(node.list("returningList")))
        }
    }

    func delete(_ node: Node) throws(SyntaxError) -> Delete {
        try deeper(node) { () throws(SyntaxError) in
            Delete(
                with: try with(node), from: try member(node, "relation", name(table:)), as: node["relation"]?["alias"]?.string("aliasname"),
                using: try fromItems(node.list("usingClause")), where: try expression(optional: node["whereClause"]),
                returning: try outputs(node.list("returningList")))
        }
    }
}
