extension SQLPrinter {
    mutating func expression(_ expression: Expression) { withEnoughStack { anyExpression(expression) } }

    private mutating func anyExpression(_ expression: Expression) {
        switch expression.kind {
        case .literal(let literal): self.literal(literal)
        case .parameter(let number): write("$\(number)")
        case .column(let name): self.name(name)
        case .star(let name): star(name)
        case .call(let call): self.call(call)
        case .unary(let op, let value): unary(op, value)
        case .binary(let op, let left, let right): binary(op, left, right)
        case .and(let parts): chain(parts, "and", ifEmpty: "true")
        case .or(let parts): chain(parts, "or", ifEmpty: "false")
        case .not(let value): prefixed("not ", value)
        case .isNull(let value, let negated): suffixed(value, negated ? " is not null" : " is null")
        case .isBoolean(let value, let test, let negated): isBoolean(value, test, negated)
        case .isDistinct(let left, let right, let negated):
            pair(left, negated ? " is not distinct from " : " is distinct from ", right)
        case .between(let value, let low, let high, let symmetric, let negated): between(value, low, high, symmetric, negated)
        case .inList(let value, let list, let negated): inList(value, list, negated)
        case .inSelect(let value, let select, let negated): quantified(value, negated ? " not in " : " in ", select)
        case .anyOf(let value, let op, let array, let all): anyOf(value, op, array, all)
        case .anyOfSelect(let value, let op, let select, let all): quantified(value, " \(op) \(all ? "all" : "any") ", select)
        case .exists(let select): query("exists ", select)
        case .subselect(let select): query("", select)
        case .arraySelect(let select): query("array", select)
        case .array(let values): array(values)
        case .row(let values): list("row", values)
        case .cast(let value, let type): cast(value, type)
        case .case(let operand, let whens, let otherwise): caseExpression(operand, whens, otherwise)
        case .collate(let value, let collation): collate(value, collation)
        case .subscript(let value, let subscripts): self.subscript(value, subscripts)
        case .field(let value, let field): self.field(value, field)
        case .default: write("default")
        case .grouping(let values): list("grouping", values)
        case .injected(let injected): self.injected(injected)
        }
    }

    /// An expression where an operator stands beside it.
    mutating func operand(_ expression: Expression) {
        guard expression.needsBrackets else { return self.expression(expression) }
        write("(")
        self.expression(expression)
        write(")")
    }

    mutating func expressions(_ list: [Expression]) { write(list) { $0.expression($1) } }

    private mutating func literal(_ literal: Literal) {
        switch literal {
        case .null: write("null")
        case .boolean(let value): write(value ? "true" : "false")
        case .integer(let value): write(String(value))
        case .number(let text): write(text)
        case .string(let text): write(quotedString(text))
        case .bits(let text): write("\(text.prefix(1))'\(text.dropFirst())'")
        }
    }

    private mutating func star(_ name: Name) {
        self.name(name)
        write(name.parts.isEmpty ? "*" : ".*")
    }

    private mutating func unary(_ op: String, _ value: Expression) {
        write(op == "-" || op == "+" ? op : op + " ")
        operand(value)
    }

    private mutating func binary(_ op: String, _ left: Expression, _ right: Expression) {
        operand(left)
        let words =
            switch op {
            case "~~": " like "
            case "!~~": " not like "
            case "~~*": " ilike "
            case "!~~*": " not ilike "
            default: " \(op) "
            }
        write(words)
        operand(right)
    }

    private mutating func chain(_ parts: [Expression], _ word: String, ifEmpty: String) {
        if parts.isEmpty { write(ifEmpty) }
        write(parts, separator: " \(word) ") { $0.operand($1) }
    }

    private mutating func prefixed(_ word: String, _ value: Expression) {
        write(word)
        operand(value)
    }

    private mutating func suffixed(_ value: Expression, _ words: String) {
        operand(value)
        write(words)
    }

    private mutating func pair(_ left: Expression, _ words: String, _ right: Expression) {
        operand(left)
        write(words)
        operand(right)
    }

    private mutating func isBoolean(_ value: Expression, _ test: Bool?, _ negated: Bool) {
        let word = test.map { $0 ? "true" : "false" } ?? "unknown"
        suffixed(value, negated ? " is not \(word)" : " is \(word)")
    }

    private mutating func between(_ value: Expression, _ low: Expression, _ high: Expression, _ symmetric: Bool, _ negated: Bool) {
        operand(value)
        write(negated ? " not between " : " between ")
        if symmetric { write("symmetric ") }
        pair(low, " and ", high)
    }

    /// An empty list is no SQL, but what it means is known.
    private mutating func inList(_ value: Expression, _ list: [Expression], _ negated: Bool) {
        guard !list.isEmpty else { return write(negated ? "true" : "false") }
        operand(value)
        write(negated ? " not in (" : " in (")
        expressions(list)
        write(")")
    }

    private mutating func quantified(_ value: Expression, _ words: String, _ select: Select) {
        operand(value)
        query(words, select)
    }

    private mutating func anyOf(_ value: Expression, _ op: String, _ array: Expression, _ all: Bool) {
        operand(value)
        write(" \(op) \(all ? "all" : "any") (")
        expression(array)
        write(")")
    }

    private mutating func query(_ words: String, _ select: Select) {
        write(words)
        write("(")
        self.select(select)
        write(")")
    }

    private mutating func array(_ values: [Expression]) {
        write("array[")
        expressions(values)
        write("]")
    }

    private mutating func list(_ word: String, _ values: [Expression]) {
        write(word)
        write("(")
        expressions(values)
        write(")")
    }

    private mutating func cast(_ value: Expression, _ type: TypeName) {
        operand(value)
        write("::")
        self.type(type)
    }

    private mutating func caseExpression(_ operand: Expression?, _ whens: [Expression.When], _ otherwise: Expression?) {
        write("case")
        if let operand {
            write(" ")
            self.operand(operand)
        }
        for when in whens {
            write(" when ")
            expression(when.condition)
            write(" then ")
            expression(when.result)
        }
        if let otherwise {
            write(" else ")
            expression(otherwise)
        }
        write(" end")
    }

    private mutating func collate(_ value: Expression, _ collation: Name) {
        operand(value)
        write(" collate ")
        name(collation)
    }

    private mutating func `subscript`(_ value: Expression, _ subscripts: [Expression.Subscript]) {
        if case .column = value.kind { expression(value) } else { inBrackets(value) }
        for part in subscripts {
            write("[")
            if let lower = part.lower { operand(lower) }
            if part.isSlice { write(":") }
            if let upper = part.upper { operand(upper) }
            write("]")
        }
    }

    private mutating func field(_ value: Expression, _ field: String?) {
        inBrackets(value)
        write(".")
        write(field.map(quotedIdentifier) ?? "*")
    }

    private mutating func inBrackets(_ value: Expression) {
        write("(")
        expression(value)
        write(")")
    }

    /// No SQL, but something to read in a log.
    private mutating func injected(_ injected: Injected) {
        switch injected {
        case .value(let index): write("$\(index + 1)")
        case .list(let index): write("$list\(index + 1)")
        case .parentKey(let index): write("$key\(index + 1)")
        case .payload(let index): write("$payload\(index + 1)")
        case .local(let local): name(local.name)
        }
    }

    // MARK: Calls

    mutating func call(_ call: Call) {
        if call.arguments.isEmpty, call.function.parts.count == 1, Self.withoutBrackets.contains(call.function.last) {
            return write(call.function.last)
        }
        if call.function.parts.count == 1, Self.ownSyntax.contains(call.function.last) || Self.withoutBrackets.contains(call.function.last)
        {
            write(call.function.last)
        } else {
            name(call.function)
        }
        write("(")
        if call.isDistinct { write("distinct ") }
        if call.isStar { write("*") }
        arguments(call)
        if !call.isWithinGroup { orderBy(call.orderBy) }
        write(")")
        afterArguments(call)
    }

    /// What the grammar has words of its own for; in quotes they would be ordinary functions.
    private static let ownSyntax: Set<String> = ["coalesce", "nullif", "greatest", "least", "left", "right"]
    private static let withoutBrackets: Set<String> = [
        "current_date", "current_time", "current_timestamp", "localtime", "localtimestamp", "current_role", "current_user", "user",
        "session_user",
        "current_catalog", "current_schema",
    ]

    private mutating func arguments(_ call: Call) {
        for (index, argument) in call.arguments.enumerated() {
            if index > 0 { write(", ") }
            if call.isVariadic, index == call.arguments.count - 1 { write("variadic ") }
            if let name = argument.name { write("\(quotedIdentifier(name)) => ") }
            expression(argument.value)
        }
    }

    private mutating func afterArguments(_ call: Call) {
        if call.isWithinGroup {
            write(" within group (")
            sortKeys(call.orderBy)
            write(")")
        }
        if let filter = call.filter {
            write(" filter (where ")
            expression(filter)
            write(")")
        }
        if let over = call.over {
            write(" over ")
            if let name = over.name { self.name(name) } else { window(over) }
        }
    }

    mutating func orderBy(_ keys: [SortKey]) {
        guard !keys.isEmpty else { return }
        write(" ")
        sortKeys(keys)
    }

    private mutating func sortKeys(_ keys: [SortKey]) {
        write("order by ")
        write(keys) { printer, key in
            printer.expression(key.value)
            if key.descending { printer.write(" desc") }
            if let first = key.nullsFirst { printer.write(first ? " nulls first" : " nulls last") }
        }
    }

    /// `(w partition by a order by b rows between …)`.
    mutating func window(_ window: Window) {
        var parts: [String] = []
        if let base = window.base { parts.append(quotedIdentifier(base)) }
        if !window.partitionBy.isEmpty { parts.append("partition by " + Self.print { $0.expressions(window.partitionBy) }) }
        if !window.orderBy.isEmpty { parts.append(Self.print { $0.sortKeys(window.orderBy) }) }
        if let frame = window.frame { parts.append(Self.print { $0.frame(frame) }) }
        write("(\(parts.joined(separator: " ")))")
    }

    private mutating func frame(_ frame: Window.Frame) {
        let words =
            switch frame.mode {
            case .rows: "rows between "
            case .range: "range between "
            case .groups: "groups between "
            }
        write(words)
        bound(frame.start)
        write(" and ")
        bound(frame.end)
        switch frame.exclude {
        case .currentRow: write(" exclude current row")
        case .group: write(" exclude group")
        case .ties: write(" exclude ties")
        case nil: break
        }
    }

    private mutating func bound(_ bound: Window.Frame.Bound) {
        switch bound {
        case .unboundedPreceding: write("unbounded preceding")
        case .unboundedFollowing: write("unbounded following")
        case .currentRow: write("current row")
        case .preceding(let value): suffixed(value, " preceding")
        case .following(let value): suffixed(value, " following")
        }
    }
}

extension Expression {
    /// What holds together beside any operator without brackets.
    fileprivate var needsBrackets: Bool {
        switch kind {
        case .literal(.integer(let value)): value < 0
        case .literal(.number(let text)): text.utf8.first == UInt8(ascii: "-")
        case .literal, .parameter, .column, .star, .call, .exists, .subselect, .arraySelect, .array, .row, .cast, .case, .subscript, .field,
            .default,
            .grouping, .injected:
            false
        case .unary, .binary, .and, .or, .not, .isNull, .isBoolean, .isDistinct, .between, .inList, .inSelect, .anyOf, .anyOfSelect,
            .collate:
            true
        }
    }
}
