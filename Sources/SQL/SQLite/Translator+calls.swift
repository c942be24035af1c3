import OffstageQuery
import OffstageSchema
import OffstageSyntax

extension Translator {
    /// A function call.
    mutating func translate(_ call: Call, in scope: Scope, at position: Position) throws(SQLError) -> Term {
        let name = call.function
        if name.qualifier == nil || name.qualifier == "pg_catalog" {
            switch name.last {
            case "coalesce", "greatest", "least", "nullif": return try choice(name.last, call, in: scope, at: position)
            case "current_setting": return try setting(call, in: scope)
            case "count" where call.isStar:
                guard !insideAggregate || call.over != nil else { throw SQLError("42803", "aggregate function calls cannot be nested") }
                return try aggregate("count(*)", DataType.bigint, [], call, in: scope)
            case "nextval", "currval", "setval", "lastval":
                if let term = try sequence(name.last, call, in: scope, at: position) { return term }
            case "grouping": throw unsupported("grouping()")
            default: break
            }
        }
        let entries = builtIns(name)
        let isAggregate = call.over == nil && entries.contains { $0.traits.contains(.aggregate) }
        if isAggregate {
            guard !insideAggregate else { throw SQLError("42803", "aggregate function calls cannot be nested") }
            insideAggregate = true
        }
        defer { if isAggregate { insideAggregate = false } }
        var terms: [Term] = []
        for argument in call.arguments { terms.append(try translate(argument.value, in: scope)) }

        if !entries.isEmpty, !call.arguments.contains(where: { $0.name != nil }), let match = resolve(entries, terms) {
            return try apply(match, to: terms, call, in: scope, at: position)
        }
        if let function = userFunction(name, call, terms) { return try inline(function, call, terms, at: position) }
        throw unknownFunction(name, call, terms)
    }

    func builtIns(_ name: Name) -> [FunctionTable.Entry] {
        switch name.qualifier {
        case nil, "pg_catalog", "extensions": functions[name.last]
        case let schema?: functions["\(schema).\(name.last)"]
        }
    }

    private func unknownFunction(_ name: Name, _ call: Call, _ terms: [Term]) -> SQLError {
        let types = zip(call.arguments, terms).map { argument, term in
            (argument.name.map { "\($0) => " } ?? "") + (term.pending == nil ? term.type : .unknown).name
        }
        let full = name.parts.filter { $0 != "pg_catalog" }.joined(separator: ".")
        return SQLError(
            "42883", "function \(full)(\(types.joined(separator: ", "))) does not exist",
            hint: "No function matches the given name and argument types. You might need to add explicit type casts.")
    }

    /// An operator, or a function by its bare name.
    mutating func apply(_ name: String, _ terms: [Term], isOperator: Bool, at position: Position) throws(SQLError) -> Term {
        if isOperator, let error = ambiguity(name, terms, at: position) { throw error }
        guard let match = resolve(functions[name], terms, isOperator: isOperator) else {
            var settledTypes: [DataType] = []
            for term in terms { settledTypes.append(term.pending == nil ? term.type : .unknown) }
            throw terms.count == 1
                ? noOperator(name, settledTypes[0], nil, at: position) : noOperator(name, settledTypes[0], settledTypes.last, at: position)
        }
        return try fill(match, with: terms, at: position).term
    }

    /// PostgreSQL does not guess which of several kinds of operand an untyped literal is meant to be, unless one of them is text.
    private func ambiguity(_ name: String, _ terms: [Term], at position: Position) -> SQLError? {
        if terms.count == 1, terms[0].pending != nil {
            return SQLError(
                "42725", "operator is not unique: \(name) unknown",
                hint: "Could not choose a best candidate operator. You might need to add explicit type casts.",
                position: position.byteOffset)
        }
        guard terms.count == 2, terms.contains(where: { $0.pending != nil }), !functions[name].isEmpty else { return nil }
        let known = terms.first { $0.pending == nil }
        if let known, resolve(functions[name], [DataType](repeating: known.type, count: 2), exactly: true) != nil { return nil }
        var categories: Set<Character> = []
        for entry in functions[name] where entry.parameters.count == 2 {
            guard case .exact(let a) = entry.parameters[0], case .exact(let b) = entry.parameters[1] else { return nil }
            if let known {
                let (own, other) = terms[0].pending == nil ? (a, b) : (b, a)
                if own == known.type { categories.insert(other.category) }
            } else {
                categories.formUnion([a.category, b.category])
            }
        }
        guard categories.count > 1, !categories.contains("S") else { return nil }
        let names = terms.map { $0.pending == nil ? $0.type.name : "unknown" }
        return SQLError(
            "42725", "operator is not unique: \(names[0]) \(name) \(names[1])",
            hint: "Could not choose a best candidate operator. You might need to add explicit type casts.", position: position.byteOffset)
    }

    // MARK: Overloads

    struct Match {
        var entry: FunctionTable.Entry
        /// What each argument must become.
        var types: [DataType]
        var result: DataType
    }

    /// PostgreSQL's choice among overloads: chapters 10.2 and 10.3.
    func resolve(_ entries: [FunctionTable.Entry], _ terms: [Term], isOperator: Bool = false) -> Match? {
        var types = terms.map { $0.pending == nil ? $0.type : DataType.unknown }
        // Of real and another kind of number PostgreSQL prefers double precision.
        if isOperator, types.count == 2, types.contains(.real), types.contains(where: { $0 != .real && $0.numberRank != nil }) {
            types = types.map { $0 == .real ? .double : $0 }
        }
        // An operator's untyped side is first taken to be like the other.
        if isOperator, terms.count == 2, types[0] == .unknown || types[1] == .unknown, types[0] != types[1] {
            let same = types[0] == .unknown ? types[1] : types[0]
            if let match = resolve(entries, [DataType](repeating: same, count: 2), exactly: true) { return match }
        }
        if let match = resolve(entries, types, exactly: true) { return match }
        if let match = resolve(entries, types, exactly: false) { return match }
        // varchar and its like count as text.
        types = types.map { $0.isText ? .text : $0 }
        return resolve(entries, types, exactly: false)
    }

    private func resolve(_ entries: [FunctionTable.Entry], _ types: [DataType], exactly: Bool) -> Match? {
        var best: (score: Int, match: Match)?
        for entry in entries {
            guard types.count >= entry.required, types.count <= entry.parameters.count || entry.isVariadic else { continue }
            guard let (match, score) = fit(entry, types, exactly: exactly) else { continue }
            if score > best?.score ?? Int.min { best = (score, match) }
        }
        return best?.match
    }

    /// How well an overload fits: exact matches count most, then preferred types; nil where an argument cannot become what is asked.
    private func fit(_ entry: FunctionTable.Entry, _ types: [DataType], exactly: Bool) -> (Match, Int)? {
        var score = 0
        var element: DataType?
        var number: DataType?
        var result: [DataType] = []
        for (index, type) in types.enumerated() {
            let parameter = entry.parameters[min(index, entry.parameters.count - 1)]
            switch parameter {
            case .exact(let wanted):
                if wanted == type {
                    score += 100
                } else if wanted == .record, type.isRow {
                    score += 50
                    result.append(type)
                    continue
                } else if type == .unknown {
                    if exactly { return nil }
                    score += wanted == .text ? 12 : wanted.isPreferred ? 6 : 3
                } else if type.isText, wanted.isText {
                    score += 90
                } else if !exactly, CastTable.isImplicit(from: type, to: wanted) {
                    score += wanted.isPreferred ? 12 : 10 - (wanted.numberRank ?? 0)
                } else {
                    return nil
                }
                result.append(wanted)
            case .any:
                score += 20
                result.append(type == .unknown ? .text : type)
            case .element:
                let actual = type == .unknown ? (element ?? .text) : type
                if let known = element, known != actual {
                    guard CastTable.isImplicit(from: actual, to: known) || CastTable.isImplicit(from: known, to: actual) else { return nil }
                    if CastTable.isImplicit(from: known, to: actual) { element = actual }
                } else {
                    element = actual
                }
                score += 15
                result.append(element ?? actual)
            case .array:
                if case .array(let inner) = type {
                    if let known = element, known != inner, !(known.isText && inner.isText), !CastTable.isImplicit(from: known, to: inner) {
                        return nil
                    }
                    element = inner
                    score += 50
                    result.append(type)
                } else if type == .unknown, !exactly {
                    result.append(.array(element ?? .text))
                } else {
                    return nil
                }
            case .enumeration:
                guard case .enumeration = type else { return nil }
                element = type
                score += 50
                result.append(type)
            case .number:
                if type == .unknown {
                    if exactly { return nil }
                    number = .double
                } else {
                    guard type.numberRank != nil else { return nil }
                    number = type
                    score += 50
                }
                result.append(number ?? .double)
            }
        }
        // Elements found before a wider one was: all become the widest.
        if let element {
            for (index, _) in types.enumerated() {
                switch entry.parameters[min(index, entry.parameters.count - 1)] {
                case .element: result[index] = element
                case .array: result[index] = .array(element)
                default: break
                }
            }
        }
        let type: DataType
        switch entry.result {
        case .exact(let exact): type = exact
        case .any, .element, .enumeration: type = element ?? .text
        case .array: type = .array(element ?? .text)
        case .number: type = number ?? .double
        }
        return (Match(entry: entry, types: result, result: type), score)
    }

    // MARK: Templates

    /// The chosen overload's text, its arguments coerced.
    mutating func fill(_ match: Match, with terms: [Term], at position: Position) throws(SQLError) -> (term: Term, arguments: [Term]) {
        var arguments: [Term] = []
        for (term, type) in zip(terms, match.types) {
            let same = term.pending == nil && term.type.isText && type.isText && term.type != .char
            arguments.append(same ? term : try coerce(term, to: ColumnType(type), .implicit, at: position))
        }
        let sql = substitute(match.entry.template, arguments, result: match.result)
        var term = Term(sql, match.result, from: arguments)
        let traits = match.entry.traits
        term.isSafe = term.isSafe && traits.contains(.safe)
        term.isVolatile = term.isVolatile || traits.contains(.volatile)
        if traits.contains(.unbounded), term.levels != 0 { isBounded = false }
        // Constant for the whole statement, but not for SQLite, which would work it out for every row.
        if term.isConstant, !arguments.isEmpty || sql.contains("("), !traits.contains(.aggregate), !traits.contains(.window),
            !traits.contains(.set)
        {
            term.sql = sql.hasPrefix("(SELECT ") ? sql : "(SELECT \(sql))"
        }
        return (term, arguments)
    }

    private mutating func substitute(_ template: String, _ arguments: [Term], result: DataType) -> String {
        var text = ""
        var rest = template[...]
        while let character = rest.popFirst() {
            switch character {
            case "$" where rest.first == "*":
                rest.removeFirst()
                text += arguments.map(\.sql).joined(separator: ", ")
            case "$":
                let index = Self.digit(&rest)
                text += index > 0 && index <= arguments.count ? arguments[index - 1].sql : "NULL"
            case "#" where rest.first == "*":
                rest.removeFirst()
                text += arguments.map { "\($0.sql), \(Self.quoted($0.type.key))" }.joined(separator: ", ")
            case "#":
                let index = Self.digit(&rest)
                let type = index == 0 ? result : index <= arguments.count ? arguments[index - 1].type : .unknown
                text += Self.quoted(type.key)
            case "@":
                let word = rest.prefix { $0.isLetter }
                rest.removeFirst(word.count)
                text += bind(Self.session(word))
            default: text.append(character)
            }
        }
        return text
    }

    private static func digit(_ rest: inout Substring) -> Int {
        guard let digit = rest.first?.wholeNumberValue else { return 0 }
        rest.removeFirst()
        return digit
    }

    private static func session(_ word: Substring) -> Binding {
        switch word {
        case "now": .now
        case "claims": .claims
        case "subject": .subject
        default: .role
        }
    }

    // MARK: Aggregates and windows

    private mutating func apply(
        _ match: Match, to terms: [Term], _ call: Call, in scope: Scope, at position: Position
    ) throws(SQLError) -> Term {
        let traits = match.entry.traits
        let filled = try fill(match, with: terms, at: position)
        if traits.contains(.aggregate) || traits.contains(.window) || call.over != nil {
            guard traits.contains(.aggregate) || traits.contains(.window) else {
                throw SQLError("42809", "OVER specified, but \(match.entry.name) is not a window function nor an aggregate function")
            }
            return try aggregate(filled.term.sql, match.result, filled.arguments, call, in: scope)
        }
        if traits.contains(.set) { throw unsupported("a set-returning function here", hint: "Call it in FROM.", at: position) }
        return filled.term
    }

    private mutating func aggregate(
        _ text: String, _ type: DataType, _ arguments: [Term], _ call: Call, in scope: Scope
    ) throws(SQLError) -> Term {
        var sql = text
        let collects = ["pg_string_agg", "pg_bytea_agg", "pg_array_agg", "pg_json_agg", "pg_jsonb_agg"].contains { sql.hasPrefix($0 + "(") }
        if call.isDistinct, collects, let open = sql.firstIndex(of: "(") {
            // SQLite allows DISTINCT with one argument only: these find doubles themselves.
            sql.insert(contentsOf: "_distinct", at: open)
        } else if call.isDistinct {
            guard arguments.count == 1, let open = sql.firstIndex(of: "(") else {
                throw unsupported("distinct in an aggregate of several arguments")
            }
            sql.replaceSubrange(open...open, with: "(DISTINCT ")
            if let collation = arguments[0].type.collation, sql.last == ")" {
                sql.insert(contentsOf: " COLLATE \(collation)", at: sql.index(before: sql.endIndex))
            }
        }
        var parts = arguments
        if call.isWithinGroup { throw unsupported("within group") }
        if !call.orderBy.isEmpty {
            guard let open = sql.firstIndex(of: "("), sql.last == ")" else { throw unsupported("order by in this aggregate") }
            var directions: [String] = []
            var keys: [String] = []
            for key in call.orderBy {
                let term = try settled(try translate(key.value, in: scope))
                parts.append(term)
                keys.append(term.sql)
                let nullsFirst = key.nullsFirst ?? key.descending
                directions.append("\(term.type.key) \(key.descending ? "desc" : "asc") \(nullsFirst ? "first" : "last")")
            }
            sql.insert(
                contentsOf: ", \(Self.quoted(directions.joined(separator: ";"))), \(keys.joined(separator: ", "))",
                at: sql.index(before: sql.endIndex))
            sql.insert(contentsOf: "_sorted", at: open)
        }
        if let filter = call.filter {
            let condition = try boolean(filter, in: scope, argumentOf: "FILTER")
            parts.append(condition)
            sql += " FILTER (WHERE \(condition.sql))"
        }
        if let window = call.over {
            sql += " OVER \(try translate(window, in: scope))"
            isBounded = false
        }
        var term = Term(sql, type, from: parts)
        term.isSafe = false
        term.containsAggregate = call.over == nil
        // An aggregate belongs to the query it stands in, even with constant arguments.
        term.levels |= scope.bit
        return term
    }

    // MARK: coalesce and its kin

    private mutating func choice(_ name: String, _ call: Call, in scope: Scope, at position: Position) throws(SQLError) -> Term {
        var terms: [Term] = []
        for argument in call.arguments { terms.append(try translate(argument.value, in: scope)) }
        if name == "nullif" {
            guard terms.count == 2 else { throw SQLError("42601", "NULLIF requires two arguments") }
            let (l, r) = try matched("=", terms[0], terms[1], at: position)
            let value = try settled(terms[0])
            return Term(
                "(CASE WHEN \(l.sql) = \(r.sql)\(collating(l.type)) THEN NULL ELSE \(value.sql) END)", value.type, modifier: value.modifier,
                from: [l, r])
        }
        let (same, type) = try unify(terms, name.uppercased(), at: position)
        if same.count == 1 { return same[0] }
        let list = same.map(\.sql).joined(separator: ", ")
        switch name {
        case "coalesce":
            return Term("coalesce(\(list))", type.type, modifier: type.modifier, from: same).with { term in
                term.isNotNull = same.contains { $0.isNotNull }
            }
        default:
            // SQLite's max(1, null) is null; PostgreSQL ignores nulls.
            let order = name == "greatest" ? "DESC" : "ASC"
            let rows = same.map { "SELECT \($0.sql) AS v" }.joined(separator: " UNION ALL ")
            return Term(
                "(SELECT v FROM (\(rows)) WHERE v IS NOT NULL ORDER BY v\(collating(type.type)) \(order) LIMIT 1)", type.type, from: same)
        }
    }

    /// `nextval('books_id_seq')` and its kin: the sequence is found when the statement is translated.
    private mutating func sequence(_ name: String, _ call: Call, in scope: Scope, at position: Position) throws(SQLError) -> Term? {
        var arguments: [String] = []
        if name != "lastval" {
            guard var first = call.arguments.first?.value else { return nil }
            if case .cast(let inner, let type) = first.kind, type.name.last == "regclass" { first = inner }
            guard case .literal(.string(let text)) = first.kind else {
                throw unsupported("\(name)() of a computed name", hint: "Write the sequence's name as a literal.", at: position)
            }
            guard let found = sequence(named: text) else { throw SQLError("42P01", "relation \"\(text)\" does not exist") }
            arguments.append(Self.quoted("\(found)"))
        }
        for (index, argument) in call.arguments.enumerated() where index > 0 {
            let type = ColumnType(index == 1 ? .bigint : .boolean)
            arguments.append(try coerce(try translate(argument.value, in: scope), to: type, .implicit, at: argument.value.position).sql)
        }
        return Term("pg_\(name)(\(arguments.joined(separator: ", ")))", .bigint).with {
            $0.isVolatile = true
            $0.isSafe = false
        }
    }

    /// The sequence that a text names, as `regclass` reads it: folded to lower case unless quoted.
    private func sequence(named text: String) -> QualifiedName? {
        var parts = [""]
        var isQuoted = false
        for character in text {
            switch character {
            case "\"": isQuoted.toggle()
            case "." where !isQuoted: parts.append("")
            default: parts[parts.count - 1] += isQuoted ? String(character) : character.lowercased()
            }
        }
        guard let found = schema.resolve(Name(parts), path: path), case .sequence = found.kind else { return nil }
        return found.name
    }

    private mutating func setting(_ call: Call, in scope: Scope) throws(SQLError) -> Term {
        guard let first = call.arguments.first, case .literal(.string(let name)) = first.value.kind else {
            throw unsupported("current_setting() of a computed name")
        }
        switch name {
        case "request.jwt.claims": return Term(bind(.claims), .text)
        case "role": return Term(bind(.role), .text)
        default: return Term(bind(.setting(name)), .text)
        }
    }
}
