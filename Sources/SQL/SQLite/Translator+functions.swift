import OffstageQuery
import OffstageSchema
import OffstageSyntax

/// SQL functions of the project's own: taken into the statement that calls them.
extension Translator {
    /// The overload a call means, with its arguments in the function's order.
    mutating func userFunction(_ name: Name, _ call: Call, _ terms: [Term]) -> (Function, [Term?])? {
        var best: (score: Int, function: Function, arguments: [Term?])?
        for candidate in schema.resolveFunctions(name, path: path) {
            guard let ordered = arrange(candidate, call, terms) else { continue }
            var score = 0
            for (parameter, term) in zip(candidate.parameters, ordered) {
                guard let term else { continue }
                let wanted = parameter.type.type
                score += term.pending != nil ? (wanted.category == "S" ? 2 : 0) : term.type == wanted ? 100 : wanted.isPreferred ? 1 : 0
            }
            if score > best?.score ?? Int.min { best = (score, candidate, ordered) }
        }
        return best.map { ($0.function, $0.arguments) }
    }

    private mutating func arrange(_ function: Function, _ call: Call, _ terms: [Term]) -> [Term?]? {
        guard let (call, terms) = gathered(function, call, terms) else { return nil }
        guard terms.count <= function.parameters.count else { return nil }
        var ordered = [Term?](repeating: nil, count: function.parameters.count)
        for (index, (argument, term)) in zip(call.arguments, terms).enumerated() {
            guard let place = argument.name.map({ name in function.parameters.firstIndex { $0.name == name } }) ?? index,
                ordered[place] == nil
            else {
                return nil
            }
            let wanted = function.parameters[place].type.type
            guard term.pending != nil || CastTable.isImplicit(from: term.type, to: wanted) else { return nil }
            ordered[place] = term
        }
        for (parameter, term) in zip(function.parameters, ordered) where term == nil && parameter.defaultValue == nil { return nil }
        return ordered
    }

    /// The arguments that a variadic parameter takes, as the array it is. Nil where they do not fit.
    private mutating func gathered(_ function: Function, _ call: Call, _ terms: [Term]) -> (Call, [Term])? {
        guard function.parameters.last?.isVariadic == true, !call.isVariadic else { return (call, terms) }
        // By names, only the whole list can be given: `f(n => 1, variadic list => '{2,3}')`.
        guard !call.arguments.contains(where: { $0.name != nil }) else { return nil }
        let fixed = function.parameters.count - 1
        if terms.count <= fixed, function.parameters.last?.defaultValue != nil { return (call, terms) }
        guard terms.count > fixed, case .array(let element)? = function.parameters.last?.type.type else { return nil }
        var items: [String] = []
        var parts: [Term] = []
        for term in terms[fixed...] {
            guard term.pending != nil || CastTable.isImplicit(from: term.type, to: element),
                let item = try? coerce(term, to: ColumnType(element), .implicit)
            else { return nil }
            items.append(item.sql)
            parts.append(item)
        }
        let list = Term("pg_array(\(([Self.quoted(element.key)] + items).joined(separator: ", ")))", .array(element), from: parts)
        var shortened = call
        shortened.arguments = Array(call.arguments.prefix(terms.count > fixed ? fixed + 1 : fixed))
        return (shortened, Array(terms.prefix(fixed)) + [list])
    }

    /// A scalar function's value: its body, as an expression or a subquery.
    mutating func inline(_ call: (Function, [Term?]), _ syntax: Call, _ terms: [Term], at position: Position) throws(SQLError) -> Term {
        let function = call.0
        if !function.givesSet, !isTakenInLine(function, call.1) { return try stepped(function, call.1, at: position) }
        let type: ColumnType
        switch function.result {
        case .scalar(let scalar):
            if scalar.type.isRow { return try inlineRow(call, terms, at: position) }
            type = scalar
        case .row(_, isSet: false), .table(_, isSet: false): return try inlineRow(call, terms, at: position)
        default: throw unsupported("function \(function.name.name) as a value", hint: "It returns rows: call it in FROM.", at: position)
        }
        let body = try enter(function, call.1, at: position) { (translator, select) throws(SQLError) in
            if case .query(let query) = select.body, query.from.isEmpty, query.filter == nil, query.outputs.count == 1, select.limit == nil
            {
                return try translator.translate(query.outputs[0].value, in: Scope())
            }
            return try translator.scalar(select, in: nil)
        }
        var result = try coerce(body, to: type, .assignment, at: position)
        for term in terms {
            result.isSafe = result.isSafe && term.isSafe
            result.levels |= term.levels
        }
        result.source = nil
        if function.isStrict {
            let tests = call.1.compactMap { $0?.sql }.map { "\($0) IS NULL" }
            if !tests.isEmpty { result.sql = "(CASE WHEN \(tests.joined(separator: " OR ")) THEN NULL ELSE \(result.sql) END)" }
        }
        result.isSafe = false
        return result
    }

    /// A function of one row, as a value: its body as a subquery that makes the row.
    private mutating func inlineRow(_ call: (Function, [Term?]), _ terms: [Term], at position: Position) throws(SQLError) -> Term {
        let function = call.0
        var wanted = columns(of: function)
        if wanted.count == 1, case .composite(let row) = wanted[0].type { wanted = row.fields.map(\.type) }
        var type: Composite
        switch function.result {
        case .row(let columns, _): type = Composite(nil, columns.map { .init($0.name, $0.type) })
        case .table(let name, _): type = schema.composite(name) ?? Composite(name, [])
        case .scalar(let scalar):
            if case .composite(let row) = scalar.type { type = row } else { type = Composite(nil, []) }
        default: type = Composite(nil, [])
        }
        // Of a record the body alone knows the fields.
        let isOpen = wanted.map(\.type) == [.record]
        let query = try enter(function, call.1, at: position) { (translator, select) throws(SQLError) in
            try translator.translate(select, in: nil, targets: isOpen ? nil : wanted)
        }
        if isOpen {
            if query.columns.count == 1, case .composite(let row) = query.columns[0].term.type {
                type = row
            } else {
                wanted = query.columns.map(\.term.columnType)
                type = Composite(nil, query.columns.map { .init($0.name, $0.term.columnType) })
            }
        }
        var result: Term
        if query.columns.count == 1, let only = query.columns.first?.term, only.type.isRow {
            let value = try coerce(only, to: ColumnType(.composite(type)), .assignment, at: position)
            result = Term("(SELECT \(value.sql) FROM (\(query.sql)) LIMIT 1)", .composite(type))
        } else {
            guard query.columns.count == wanted.count else {
                throw SQLError("42P13", "return type mismatch in function declared to return \(wanted.count) columns")
            }
            var fields: [Term] = []
            for (column, type) in zip(query.columns, wanted) { fields.append(try coerce(column.term, to: type, .assignment)) }
            result = Term("(SELECT \(try row(fields, as: type).sql) FROM (\(query.sql)) LIMIT 1)", .composite(type))
        }
        result.levels = query.outerLevels
        for term in terms { result.levels |= term.levels }
        result.isSafe = false
        return result
    }

    /// Runs `translate` on the function's one query with its arguments, its search path and its rights.
    mutating func enter<T>(
        _ function: Function, _ given: [Term?], at position: Position, _ translate: (inout Translator, Select) throws(SQLError) -> T
    ) throws(SQLError) -> T {
        guard function.statements.count == 1, case .data(.select(let select)) = function.statements[0].kind else {
            throw unsupported(
                "function \(function.name.name) inside a query", hint: "Only functions of one select are taken into a query.", at: position)
        }
        guard arguments.count < 32 else { throw SQLError("54001", "stack depth limit exceeded", hint: "A function calls itself.") }
        var frame = FunctionArguments(function: function.name, byName: [:], byNumber: [])
        for (parameter, term) in zip(function.parameters, given) {
            var value: Term
            if let term {
                value = try coerce(term, to: ColumnType(parameter.type.type), .implicit, at: position)
            } else if let standard = parameter.defaultValue {
                value = try coerce(
                    try self.translate(standard, in: Scope()), to: ColumnType(parameter.type.type), .assignment, at: position)
            } else {
                value = Term("NULL", parameter.type.type)
            }
            value.source = nil
            frame.byNumber.append(value)
            if let name = parameter.name { frame.byName[name] = value }
        }
        let outer = (path, insideAggregate, locals)
        locals = nil
        if let own = function.settings["search_path"] { path = Schema.searchPath(from: own) }
        insideAggregate = false
        arguments.append(frame)
        defer {
            arguments.removeLast()
            (path, insideAggregate, locals) = outer
        }
        let rights = function.isSecurityDefiner ? Gate(schema, role: "postgres", path: path) : gate.with(path: path)
        return try translate(&self, try rights.rewrite(select))
    }

    /// `$1` in a function's body.
    func argument(_ number: Int) throws(SQLError) -> Term {
        guard let frame = arguments.last, number >= 1, number <= frame.byNumber.count else {
            throw SQLError("42P02", "there is no parameter $\(number)")
        }
        return frame.byNumber[number - 1]
    }

    /// A parameter by its name, `f.x` or `x`: columns of the same name win.
    func namedArgument(_ name: Name) -> Term? {
        guard let frame = arguments.last else { return nil }
        if let qualifier = name.qualifier, qualifier != frame.function.name { return nil }
        return frame.byName[name.last]
    }
}
