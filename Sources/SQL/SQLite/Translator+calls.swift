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
                let outer = insideAggregate
                insideAggregate = call.over == nil
                defer { insideAggregate = outer }
                return try aggregate("count(*)", DataType.bigint, [], call, in: scope)
            case "nextval", "currval", "setval", "lastval":
                if let term = try sequence(name.last, call, in: scope, at: position) { return term }
            case "pg_typeof" where call.arguments.count == 1:
                let term = try translate(call.arguments[0].value, in: scope)
                let name = Self.quoted(term.pending == nil ? term.type.name : "unknown")
                // The argument stays in the text, for the parameters in it, but is never worked out.
                let value = try settled(term)
                return Term("CASE WHEN 1 THEN \(name) ELSE \(value.sql) END", .text, from: [value]).with { $0.isNotNull = true }
            case "current_schema" where call.arguments.isEmpty:
                let name = path.first { $0 != "$user" }
                return Term(name.map(Self.quoted) ?? "NULL", .text)
            case "grouping": throw unsupported("grouping()")
            default: if let term = try systemCall(call, in: scope, at: position) { return term }
            }
        }
        if call.isWithinGroup { return try orderedSet(call, in: scope, at: position) }
        let entries = builtIns(name)
        if Self.orderedSets.contains(name.last), !entries.isEmpty {
            throw SQLError("42809", "WITHIN GROUP is required for ordered-set aggregate \(name.last)", position: position.byteOffset)
        }
        try require(entries, call)
        let isAggregate = call.over == nil && entries.contains { $0.traits.contains(.aggregate) }
        if isAggregate {
            guard !insideAggregate else { throw SQLError("42803", "aggregate function calls cannot be nested") }
            insideAggregate = true
        }
        defer { if isAggregate { insideAggregate = false } }
        var terms: [Term] = []
        for argument in call.arguments { terms.append(try translate(argument.value, in: scope)) }

        if call.isVariadic, let term = try spread(call, terms, at: position) { return term }
        let called = name.parts.joined(separator: ".")
        if let (entry, ordered) = named(entries, call, terms), let match = try resolve([entry], ordered, called: called) {
            return try apply(match, to: ordered, call, in: scope, at: position)
        }
        if !entries.isEmpty, !call.isVariadic, !call.arguments.contains(where: { $0.name != nil }),
            let match = try resolve(entries, terms, called: called)
        {
            return try apply(match, to: terms, call, in: scope, at: position)
        }
        if let function = userFunction(name, call, terms) { return try inline(function, call, terms, at: position) }
        throw unknownFunction(name, call, terms)
    }

    /// `f(variadic array)`: the function that takes the array itself.
    private mutating func spread(_ call: Call, _ terms: [Term], at position: Position) throws(SQLError) -> Term? {
        let entries = builtIns(call.function)
        guard !entries.isEmpty else { return nil }
        guard let match = try resolve(functions["variadic \(call.function.last)"], terms, called: call.function.last) else {
            throw unsupported("\(call.function.last)(variadic …)", hint: "List the arguments one by one.", at: position)
        }
        return try fill(match, with: terms, at: position).term
    }

    /// The overload whose parameters are named, or partly left out, in this call, and the arguments in its order.
    func named(_ entries: [FunctionTable.Entry], _ call: Call, _ terms: [Term]) -> (FunctionTable.Entry, [Term])? {
        for entry in entries where !entry.names.isEmpty && terms.count <= entry.parameters.count && !call.isVariadic {
            var ordered = [Term?](repeating: nil, count: entry.parameters.count)
            var fits = true
            for (index, (argument, term)) in zip(call.arguments, terms).enumerated() {
                let place = argument.name.map { entry.names.firstIndex(of: $0) } ?? index
                guard let place, ordered[place] == nil else {
                    fits = false
                    break
                }
                ordered[place] = term
            }
            guard fits else { continue }
            var result: [Term] = []
            for (index, term) in ordered.enumerated() {
                if let term {
                    result.append(term)
                } else if let standard = entry.defaults[index], case .exact(let type) = entry.parameters[index] {
                    result.append(Term(standard, type))
                }
            }
            if result.count == ordered.count { return (entry, result) }
        }
        return nil
    }

    /// What only aggregates and window functions take.
    private func require(_ entries: [FunctionTable.Entry], _ call: Call) throws(SQLError) {
        let name = call.function.last
        let isAggregate = entries.contains { $0.traits.contains(.aggregate) }
        let isWindow = entries.contains { $0.traits.contains(.window) }
        func refuse(_ what: String) -> SQLError {
            SQLError("42809", "\(what) specified, but \(name) is not an aggregate function")
        }
        if !isAggregate, !(entries.isEmpty && schema.resolveFunctions(call.function, path: path).isEmpty) {
            if call.isDistinct { throw refuse("DISTINCT") }
            if call.isWithinGroup { throw refuse("WITHIN GROUP") }
            if !call.orderBy.isEmpty { throw refuse("ORDER BY") }
            if call.filter != nil {
                throw isWindow ? SQLError("0A000", "FILTER is not implemented for non-aggregate window functions") : refuse("FILTER")
            }
        }
        if isWindow, !isAggregate, call.over == nil {
            throw SQLError("42809", "window function \(name) requires an OVER clause")
        }
        if isAggregate, call.arguments.isEmpty, !call.isStar, !entries.contains(where: { $0.required == 0 }) {
            throw SQLError("42809", "\(name)(*) must be used to call a parameterless aggregate function")
        }
        if call.over == nil, isAggregate, call.arguments.contains(where: { hasWindow($0.value) }) {
            throw SQLError("42803", "aggregate function calls cannot contain window function calls")
        }
        if let window = call.over {
            if call.arguments.contains(where: { hasWindow($0.value) }) {
                throw SQLError("42P20", "window function calls cannot be nested")
            }
            if (window.partitionBy + window.orderBy.map(\.value)).contains(where: { hasWindow($0) }) {
                throw SQLError("42P20", "window functions are not allowed in window definitions")
            }
        }
        if call.over != nil, isAggregate || isWindow {
            if call.isDistinct { throw SQLError("0A000", "DISTINCT is not implemented for window functions") }
            if !call.orderBy.isEmpty { throw SQLError("0A000", "aggregate ORDER BY is not implemented for window functions") }
        }
    }

    func builtIns(_ name: Name) -> [FunctionTable.Entry] {
        if let source = FunctionTable.extensionOf[name.last] {
            guard schema.extensions.contains(source), name.qualifier.map({ $0 == "public" || $0 == "extensions" }) ?? true else {
                return []
            }
            return functions[name.last]
        }
        return switch name.qualifier {
        case nil, "pg_catalog", "extensions": functions[name.last]
        case let schema?: functions["\(schema).\(name.last)"]
        }
    }

    func unknownFunction(_ name: Name, _ call: Call, _ terms: [Term]) -> SQLError {
        if let hint = FunctionTable.absent[name.last] { return unsupported("\(name.last)()", hint: hint, at: name.position) }
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
        guard let match = try resolve(functions[name], terms, called: name, isOperator: isOperator) else {
            var settledTypes: [DataType] = []
            for term in terms { settledTypes.append(term.pending == nil ? term.type : .unknown) }
            throw terms.count == 1
                ? noOperator(name, settledTypes[0], nil, at: position) : noOperator(name, settledTypes[0], settledTypes.last, at: position)
        }
        let (term, arguments) = try fill(match, with: terms, at: position)
        return arguments.count == 2 ? withLookup(term, name, arguments[0], arguments[1]) : term
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
            case "$" where rest.first == "+":
                rest.removeFirst()
                text += arguments.dropFirst().map(\.sql).joined(separator: ", ")
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
        case "user": .user
        case "textsearch": .setting("default_text_search_config")
        case "similarity": .setting("pg_trgm.similarity_threshold")
        case "wordsimilarity": .setting("pg_trgm.word_similarity_threshold")
        case "strictwordsimilarity": .setting("pg_trgm.strict_word_similarity_threshold")
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
        if call.isDistinct, !call.orderBy.isEmpty {
            for key in call.orderBy {
                let term = try settled(try translate(key.value, in: scope))
                guard arguments.contains(where: { $0.sql == term.sql }) else {
                    throw SQLError(
                        "42P10", "in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list",
                        position: key.value.position.byteOffset)
                }
            }
        }
        let isOrdered = collects || sql.hasPrefix("pg_json_object_agg(") || sql.hasPrefix("pg_jsonb_object_agg(")
        if !call.orderBy.isEmpty, !isOrdered {
            // The order changes nothing here, but must mean something.
            for key in call.orderBy { parts.append(try settled(try translate(key.value, in: scope))) }
        } else if !call.orderBy.isEmpty {
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
            try refuseAggregates(filter, in: "FILTER")
            let condition = try boolean(filter, in: scope, argumentOf: "FILTER")
            parts.append(condition)
            if call.over != nil, arguments.count == 1, sql.hasPrefix("min(") || sql.hasPrefix("max(") {
                // SQLite forgets the filter of these two in a frame that moves.
                sql = sql.prefix(4) + "CASE WHEN \(condition.sql) THEN \(sql.dropFirst(4).dropLast()) END\(collating(arguments[0].type)))"
            } else {
                sql += " FILTER (WHERE \(condition.sql))"
            }
        }
        if let window = call.over {
            // What cannot take a value back is worked out anew for each frame.
            let whole = ["pg_sum_f8(", "pg_sum_f4(", "pg_avg_f8(", "pg_var_f8(", "pg_bit_and(", "pg_bit_or(", "pg_bit_xor("]
            if whole.contains(where: { sql.hasPrefix($0) }), let open = sql.firstIndex(of: "(") {
                sql.insert(contentsOf: "_framed", at: open)
            }
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
            // The result is what the operator takes on its left: integers and times have operators for two different ones.
            let isOwn = terms[0].pending == nil && (terms[0].type.category == "D" || terms[0].type.isInteger && r.type.isInteger)
            let value = isOwn ? terms[0] : l
            return Term(
                "(CASE WHEN \(l.sql) = \(r.sql)\(collating(l.type)) THEN NULL ELSE \(value.sql) END)",
                value.type == .varchar ? .text : value.type, modifier: value.type == .varchar ? nil : value.modifier, from: [l, r])
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
            guard type.type.isComparable else {
                throw SQLError("42883", "could not identify a comparison function for type \(type.type.name)")
            }
            let collation = Self.quoted(type.type.collation ?? "")
            return Term("pg_\(name)(\(collation), \(list))", type.type, modifier: type.modifier, from: same)
        }
    }

    /// `nextval('books_id_seq')` and its kin: the sequence is found when the statement is translated.
    private mutating func sequence(_ name: String, _ call: Call, in scope: Scope, at position: Position) throws(SQLError) -> Term? {
        var arguments: [String] = []
        if name != "lastval" {
            guard var first = call.arguments.first?.value else { return nil }
            if case .cast(let inner, let type) = first.kind, type.name.last == "regclass" { first = inner }
            if case .literal(.string(let text)) = first.kind {
                guard let found = sequence(named: text) else { throw SQLError("42P01", "relation \"\(text)\" does not exist") }
                arguments.append(Self.quoted("\(found)"))
            } else {
                let text = try coerce(try translate(first, in: scope), to: ColumnType(.text), .explicit, at: position)
                arguments.append(computedSequence(text))
            }
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

    /// `current_setting(name[, missing_ok])`: what `set_config` set, what the request brings, or what is built in.
    private mutating func setting(_ call: Call, in scope: Scope) throws(SQLError) -> Term {
        guard (1...2).contains(call.arguments.count) else {
            var terms: [Term] = []
            for argument in call.arguments { terms.append(try translate(argument.value, in: scope)) }
            throw unknownFunction(call.function, call, terms)
        }
        let name = try coerce(try translate(call.arguments[0].value, in: scope), to: ColumnType(.text), .implicit)
        var mayBeMissing = Term("0", .boolean)
        if call.arguments.count > 1 {
            mayBeMissing = try coerce(try translate(call.arguments[1].value, in: scope), to: ColumnType(.boolean), .implicit)
        }
        var fallback = "NULL"
        if case .literal(.string(let text)) = call.arguments[0].value.kind {
            switch text.lowercased() {
            case "request.jwt.claims": fallback = bind(.claims)
            case "role": fallback = bind(.role)
            case let text where text.hasPrefix("request."):
                fallback = bind(.setting(text))
                // A request has them all; elsewhere they are null rather than unknown.
                mayBeMissing = Term("1", .boolean)
            default: fallback = bind(.setting(text))
            }
        }
        return Term("pg_setting(\(name.sql), \(fallback), \(mayBeMissing.sql))", .text, from: [name, mayBeMissing]).with {
            $0.isSafe = false
            $0.isVolatile = $0.levels != 0
        }
    }
}
