extension SQLPrinter {
    mutating func select(_ select: Select) { withEnoughStack { anySelect(select) } }

    private mutating func anySelect(_ select: Select) {
        if let with = select.with { self.with(with) }
        body(select.body)
        orderBy(select.orderBy)
        limits(select)
        for locking in select.locking { self.locking(locking) }
    }

    private mutating func body(_ body: SelectBody) {
        switch body {
        case .query(let query): self.query(query)
        case .values(let rows): values(rows)
        case .setOperation(let operation, let all, let left, let right):
            side(left)
            let words =
                switch operation {
                case .union: " union "
                case .intersect: " intersect "
                case .except: " except "
                }
            write(words)
            if all { write("all ") }
            side(right)
        }
    }

    private mutating func side(_ select: Select) {
        write("(")
        self.select(select)
        write(")")
    }

    private mutating func values(_ rows: [[Expression]]) {
        write("values ")
        write(rows) { printer, row in printer.bracketed(row) { $0.expression($1) } }
    }

    private mutating func query(_ query: Query) {
        write("select")
        distinct(query.distinct)
        if !query.outputs.isEmpty { write(" ") }
        outputs(query.outputs)
        from(" from ", query.from)
        filter(query.filter)
        if !query.groupBy.isEmpty {
            write(query.groupsDistinct ? " group by distinct " : " group by ")
            write(query.groupBy) { $0.groupingItem($1) }
        }
        if let having = query.having {
            write(" having ")
            expression(having)
        }
        if !query.windows.isEmpty {
            write(" window ")
            write(query.windows) { printer, window in
                printer.name(window.name ?? "")
                printer.write(" as ")
                printer.window(window)
            }
        }
    }

    private mutating func distinct(_ distinct: Query.Distinct?) {
        switch distinct {
        case .all: write(" distinct")
        case .on(let keys):
            write(" distinct on ")
            bracketed(keys) { $0.expression($1) }
        case nil: break
        }
    }

    mutating func outputs(_ outputs: [Output]) {
        write(outputs) { printer, output in
            printer.expression(output.value)
            if let alias = output.alias { printer.write(" as \(quotedIdentifier(alias))") }
        }
    }

    mutating func from(_ word: String, _ items: [FromItem]) {
        guard !items.isEmpty else { return }
        write(word)
        write(items) { $0.fromItem($1) }
    }

    mutating func filter(_ filter: Expression?) {
        guard let filter else { return }
        write(" where ")
        expression(filter)
    }

    private mutating func groupingItem(_ item: GroupingItem) { withEnoughStack { anyGroupingItem(item) } }

    private mutating func anyGroupingItem(_ item: GroupingItem) {
        switch item {
        case .expression(let value): expression(value)
        case .empty: write("()")
        case .rollup(let items): groupingItems("rollup ", items)
        case .cube(let items): groupingItems("cube ", items)
        case .sets(let items): groupingItems("grouping sets ", items)
        case .list(let values): bracketed(values) { $0.expression($1) }
        }
    }

    private mutating func groupingItems(_ word: String, _ items: [GroupingItem]) {
        write(word)
        bracketed(items) { $0.groupingItem($1) }
    }

    private mutating func limits(_ select: Select) {
        if let limit = select.limit, !select.withTies {
            write(" limit ")
            expression(limit)
        }
        if let offset = select.offset {
            write(" offset ")
            expression(offset)
        }
        if let limit = select.limit, select.withTies {
            write(" fetch first (")
            expression(limit)
            write(") rows with ties")
        }
    }

    private mutating func locking(_ locking: Locking) {
        let words =
            switch locking.strength {
            case .update: " for update"
            case .noKeyUpdate: " for no key update"
            case .share: " for share"
            case .keyShare: " for key share"
            }
        write(words)
        if !locking.tables.isEmpty {
            write(" of ")
            write(locking.tables) { $0.name($1) }
        }
        switch locking.wait {
        case .block: break
        case .skipLocked: write(" skip locked")
        case .noWait: write(" nowait")
        }
    }

    // MARK: From

    private mutating func fromItem(_ item: FromItem) { withEnoughStack { anyFromItem(item) } }

    private mutating func anyFromItem(_ item: FromItem) {
        switch item {
        case .table(let name, let alias):
            self.name(name)
            self.alias(alias)
        case .select(let select, let alias, let lateral):
            if lateral { write("lateral ") }
            side(select)
            self.alias(alias)
        case .call(let source): functionSource(source)
        case .join(let kind, let left, let right, let condition, let alias): join(kind, left, right, condition, alias)
        case .secured(let table): secured(table)
        }
    }

    private mutating func alias(_ alias: Alias?) {
        guard let alias else { return }
        write(" as ")
        name(alias.name)
        if !alias.columns.isEmpty { bracketed(alias.columns) { $0.name($1) } }
    }

    private mutating func functionSource(_ source: FunctionSource) {
        if source.lateral { write("lateral ") }
        if source.calls.count == 1 {
            write(source.calls) { $0.expression($1) }
        } else {
            write("rows from ")
            bracketed(source.calls) { $0.expression($1) }
        }
        if source.withOrdinality { write(" with ordinality") }
        guard !source.columns.isEmpty else { return alias(source.alias) }
        write(" as ")
        if let alias = source.alias { name(alias.name) }
        bracketed(source.columns) { printer, column in
            printer.name(column.name)
            printer.write(" ")
            printer.type(column.type)
        }
    }

    private mutating func join(_ kind: JoinKind, _ left: FromItem, _ right: FromItem, _ condition: JoinCondition?, _ alias: Alias?) {
        if alias != nil { write("(") }
        fromItem(left)
        if case .natural? = condition { write(" natural") }
        let words =
            switch kind {
            case .inner: condition == nil ? " cross join " : " join "
            case .left: " left join "
            case .right: " right join "
            case .full: " full join "
            case .cross: " cross join "
            }
        write(words)
        rightSide(right)
        self.condition(condition)
        if alias != nil {
            write(")")
            self.alias(alias)
        }
    }

    private mutating func rightSide(_ item: FromItem) {
        guard case .join(_, _, _, _, nil) = item else { return fromItem(item) }
        write("(")
        fromItem(item)
        write(")")
    }

    private mutating func condition(_ condition: JoinCondition?) {
        switch condition {
        case .on(let expression):
            write(" on ")
            operand(expression)
        case .using(let columns, let alias):
            write(" using ")
            bracketed(columns) { $0.name($1) }
            if let alias { write(" as \(quotedIdentifier(alias))") }
        case .natural, nil: break
        }
    }

    /// The rows the policy lets through, under the table's own name.
    private mutating func secured(_ table: SecuredTable) {
        write("(select * from ")
        name(table.name)
        filter(table.policy)
        write(")")
        alias(table.alias ?? Alias(table.name.last))
    }

    // MARK: With

    mutating func with(_ with: With) {
        write(with.isRecursive ? "with recursive " : "with ")
        write(with.tables) { printer, table in
            printer.name(table.name)
            if !table.columns.isEmpty { printer.bracketed(table.columns) { $0.name($1) } }
            let words =
                switch table.materialized {
                case true?: " as materialized ("
                case false?: " as not materialized ("
                case nil: " as ("
                }
            printer.write(words)
            printer.dataStatement(table.statement)
            printer.write(")")
        }
        write(" ")
    }
}
