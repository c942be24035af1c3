import OffstageSchema
import OffstageSyntax

extension Translator {
    /// One expression in a scope.
    mutating func translate(_ expression: Expression, in scope: Scope) throws(SQLError) -> Term {
        depth += 1
        let outer = positive
        switch expression.kind {
        case .and, .or, .exists: break
        default: positive = false
        }
        defer {
            depth -= 1
            positive = outer
        }
        guard depth <= 600 else { throw SQLError("54001", "stack depth limit exceeded", hint: "Split the expression into smaller ones.") }
        return try located(expression.position) { (self) throws(SQLError) in try self.translate(kind: expression, in: scope) }.sealed
    }

    /// Errors that know no place happened here.
    mutating func located<T>(_ position: Position, _ body: (inout Translator) throws(SQLError) -> T) throws(SQLError) -> T {
        do throws(SQLError) {
            return try body(&self)
        } catch {
            guard error.position == nil else { throw error }
            var copy = error
            copy.position = position.byteOffset
            throw copy
        }
    }

    private mutating func translate(kind expression: Expression, in scope: Scope) throws(SQLError) -> Term {
        switch expression.kind {
        case .literal(let literal): return try translate(literal)
        case .parameter(let number) where bindsParameters && arguments.isEmpty && number >= 1: return bound(number - 1)
        case .parameter(let number): return try argument(number)
        case .column(let name): return try column(name, in: scope)
        case .star(let name) where !name.parts.isEmpty: return try wholeRow(name, in: scope)
        case .star: throw SQLError("42601", "\"*\" is not allowed here")
        case .call(let call): return try translate(call, in: scope, at: expression.position)
        case .unary(let name, let operand):
            return try apply(name, [try translate(operand, in: scope)], isOperator: true, at: expression.position)
        case .binary(let name, let left, let right):
            if let term = try rows(name, left, right, in: scope, at: expression.position) { return term }
            return try binary(name, try translate(left, in: scope), try translate(right, in: scope), at: expression.position)
        case .and(let parts): return try junction("AND", parts, in: scope)
        case .or(let parts): return try junction("OR", parts, in: scope)
        case .not(let inner):
            let term = try boolean(inner, in: scope, argumentOf: "NOT")
            return Term("(NOT \(term.sql))", .boolean, from: [term])
        case .isNull(let inner, let negated):
            let term = try translate(inner, in: scope)
            if term.type.isRow { return nullTest(term, negated: negated) }
            let sql = try settled(term).sql
            return Term("(\(sql) \(negated ? "IS NOT" : "IS") NULL)", .boolean, from: [term]).with { $0.isNotNull = true }
        case .isBoolean(let inner, let value, let negated):
            let word = value.map { $0 ? "TRUE" : "FALSE" } ?? "UNKNOWN"
            let term = try boolean(inner, in: scope, argumentOf: "IS \(negated ? "NOT " : "")\(word)")
            let right = value.map { $0 ? "1" : "0" } ?? "NULL"
            return Term("(\(term.sql) \(negated ? "IS NOT" : "IS") \(right))", .boolean, from: [term]).with { $0.isNotNull = true }
        case .isDistinct(let left, let right, let negated):
            if case .row(let l) = left.kind, case .row(let r) = right.kind {
                return try distinctRows(try parts(l, in: scope), try parts(r, in: scope), negated: negated, at: expression.position)
            }
            let (l, r) = try matched("=", try translate(left, in: scope), try translate(right, in: scope), at: expression.position)
            return Term("(\(l.sql) \(negated ? "IS" : "IS NOT") \(r.sql)\(collating(l.type)))", .boolean, from: [l, r])
        case .between(let value, let low, let high, let symmetric, let negated):
            return try between(value, low, high, symmetric: symmetric, negated: negated, in: scope, at: expression.position)
        case .inList(let value, let list, let negated): return try inList(value, list, negated: negated, in: scope, at: expression.position)
        case .inSelect(let value, let select, let negated):
            return try inSelect(value, select, negated: negated, in: scope, at: expression.position)
        case .anyOf(let value, let name, let array, let all):
            return try anyOf(value, name, array, all: all, in: scope, at: expression.position)
        case .anyOfSelect(let value, let name, let select, let all):
            if name == "=" && !all { return try inSelect(value, select, negated: false, in: scope, at: expression.position) }
            if name == "<>" && all { return try inSelect(value, select, negated: true, in: scope, at: expression.position) }
            return try anySelect(value, name, select, all: all, in: scope, at: expression.position)
        case .exists(let select): return try exists(select, in: scope)
        case .subselect(let select): return try scalar(select, in: scope)
        case .arraySelect(let select): return try arrayOf(select, in: scope)
        case .array(let elements): return try array(elements, in: scope, at: expression.position)
        case .row(let elements): return try row(elements, in: scope)
        case .cast(let inner, let name):
            if let term = try registered(inner, as: name, in: scope) { return term }
            let target = try schema.resolveType(name, path: path)
            if case .array(let elements) = inner.kind, elements.isEmpty, case .array = target.type { return Term("'{}'", target.type) }
            return try coerce(try translate(inner, in: scope), to: target, .explicit, at: expression.position)
        case .case(let operand, let whens, let otherwise):
            return try translateCase(operand, whens, otherwise, in: scope, at: expression.position)
        case .collate(let inner, let name):
            guard ["C", "POSIX", "C.UTF-8", "C.utf8", "default", "ucs_basic"].contains(name.last) else {
                throw unsupported("collation \"\(name.last)\"", hint: "Text sorts as in C.UTF-8; compare lower(x) to ignore case.")
            }
            return try settled(try translate(inner, in: scope))
        case .subscript(let inner, let subscripts): return try element(inner, subscripts, in: scope)
        case .field(let inner, let name?): return try field(inner, name, in: scope, at: expression.position)
        case .field(let inner, nil):
            if case .column(let name) = inner.kind { return try wholeRow(name, in: scope) }
            throw SQLError("42601", "row expansion via \"*\" is not supported here")
        case .default: throw SQLError("42601", "DEFAULT is not allowed in this context")
        case .grouping(let arguments): return try grouping(arguments, in: scope)
        case .injected(.local(let local)): return try self.local(local, in: scope)
        case .injected(let injected): return inject(injected)
        }
    }

    private mutating func translate(_ value: Literal) throws(SQLError) -> Term {
        switch value {
        case .null: return Term("NULL", .unknown).with { $0.pending = .null }
        case .boolean(let flag): return Term(flag ? "1" : "0", .boolean).with { $0.isNotNull = true }
        case .integer(let number): return Term(literal(.integer(Int64(number))), .integer).with { $0.isNotNull = true }
        case .number(let text):
            if let number = Int32(text) { return Term(literal(.integer(Int64(number))), .integer).with { $0.isNotNull = true } }
            if let number = Int64(text) { return Term(literal(.integer(number)), .bigint).with { $0.isNotNull = true } }
            let stored = try ColumnType(.numeric).parse(text, in: ValueContext())
            return Term(literal(stored), .numeric).with { $0.isNotNull = true }
        case .bits(let text):
            return Term(literal(try ColumnType(.varbit).parse(text, in: ValueContext())), .bit).with { $0.isNotNull = true }
        case .string(let text):
            return Term(Self.quoted(text), .unknown).with {
                $0.pending = .string(text)
                $0.isNotNull = true
            }
        }
    }

    private mutating func inject(_ injected: Injected) -> Term {
        switch injected {
        case .value(let index): return Term("", .unknown).with { $0.pending = .value(index) }
        case .list, .local: return Term("NULL", .unknown).with { $0.pending = .null }
        case .parentKey(let index): return Term("", .unknown).with { $0.pending = .parentKey(index) }
        case .payload(let index): return Term("", .unknown).with { $0.pending = .payload(index) }
        }
    }

    /// A value that stands for an untyped literal which is no null.
    private mutating func bound(_ index: Int) -> Term {
        Term(bind(.value(index, ColumnType(.text))), .unknown).with {
            $0.pending = .bound(index)
            $0.isNotNull = true
        }
    }

    mutating func column(_ name: Name, in scope: Scope) throws(SQLError) -> Term {
        if name.parts.count <= 2, let argument = namedArgument(name), (try? scope.resolve(name)) == nil { return argument }
        // A field of an argument that is a row.
        if name.parts.count == 2, let qualifier = name.qualifier, !scope.hasRelation(qualifier),
            let argument = namedArgument(Name(qualifier)),
            argument.type.isRow
        {
            return try field(name.last, of: argument, at: name.position)
        }
        do throws(SQLError) {
            let (found, owner, relation) = try scope.resolve(name)
            if let grouping = owner.grouping, !insideAggregate, !grouping.keys.contains(found.sql), !grouping.dependent.contains(relation) {
                throw SQLError(
                    "42803",
                    "column \"\(relation.isEmpty ? name.last : relation + "." + name.last)\" must appear in the GROUP BY clause or be used in an aggregate function"
                )
            }
            return found
        } catch {
            guard error.code == "42703" else { throw error }
            if Self.systemColumns.contains(name.last), scope.readsTable(name.qualifier) {
                throw unsupported("the system column \(name.last)", hint: "Use a key of the table's own.", at: name.position)
            }
            // `t` is the row itself.
            if name.parts.count == 1, scope.hasRelation(name.last) { return try wholeRow(name, in: scope) }
            if let value = try attribute(name, in: scope) { return value }
            throw error
        }
    }

    private mutating func junction(_ word: String, _ parts: [Expression], in scope: Scope) throws(SQLError) -> Term {
        var terms: [Term] = []
        for part in parts { terms.append(try boolean(part, in: scope, argumentOf: word)) }
        // SQLite nests a chain leftwards and stops at depth 1000: build a balanced tree.
        func balanced(_ range: Range<Int>) -> String {
            if range.count == 1 { return terms[range.lowerBound].sql }
            let middle = range.lowerBound + range.count / 2
            return range.count <= 8
                ? "(" + terms[range].map(\.sql).joined(separator: " \(word) ") + ")"
                : "(\(balanced(range.lowerBound..<middle)) \(word) \(balanced(middle..<range.upperBound)))"
        }
        var term = Term(balanced(terms.indices), .boolean, from: terms)
        // One of several is found by looking each of them up.
        let lookups = terms.compactMap(\.lookup)
        if word == "OR", lookups.count == terms.count { term.lookup = "(\(lookups.joined(separator: " OR ")))" }
        return term
    }

    /// A condition: boolean, or the error PostgreSQL gives.
    mutating func boolean(_ expression: Expression, in scope: Scope, argumentOf what: String) throws(SQLError) -> Term {
        let term = try translate(expression, in: scope)
        if term.pending != nil { return try coerce(term, to: ColumnType(.boolean), .implicit, at: expression.position) }
        guard term.type == .boolean else {
            throw SQLError(
                "42804", "argument of \(what) must be type boolean, not type \(term.type.name)", position: expression.position.byteOffset)
        }
        return term
    }

    private mutating func between(
        _ value: Expression, _ low: Expression, _ high: Expression, symmetric: Bool, negated: Bool, in scope: Scope, at position: Position
    ) throws(SQLError) -> Term {
        let x = try translate(value, in: scope)
        let a = try translate(low, in: scope)
        let b = try translate(high, in: scope)
        func range(_ self: inout Translator, _ a: Term, _ b: Term) throws(SQLError) -> Term {
            let lower = try self.binary(">=", x, a, at: position)
            let upper = try self.binary("<=", x, b, at: position)
            return Term("(\(lower.sql) AND \(upper.sql))", .boolean, from: [lower, upper])
        }
        var result = try range(&self, a, b)
        if symmetric {
            let other = try range(&self, b, a)
            result = Term("(\(result.sql) OR \(other.sql))", .boolean, from: [result, other])
        }
        return negated ? Term("(NOT \(result.sql))", .boolean, from: [result]) : result
    }

    private mutating func inList(
        _ value: Expression, _ list: [Expression], negated: Bool, in scope: Scope, at position: Position
    ) throws(SQLError) -> Term {
        if case .row = value.kind { return try rowInList(value, list, negated: negated, in: scope, at: position) }
        var terms = [try translate(value, in: scope)]
        for item in list { terms.append(try translate(item, in: scope)) }
        // PostgreSQL unifies all when they have one common type, else compares one by one.
        let (same, type): ([Term], ColumnType)
        do throws(SQLError) {
            (same, type) = try unify(terms, "IN", at: position)
        } catch {
            guard ["42804", "42846"].contains(error.code) else { throw error }
            var tests: [Term] = []
            for item in terms.dropFirst() { tests.append(try binary(negated ? "<>" : "=", terms[0], item, at: position)) }
            return Term("(" + tests.map(\.sql).joined(separator: negated ? " AND " : " OR ") + ")", .boolean, from: tests)
        }
        guard type.type.isComparable else { throw noOperator("=", type.type, type.type) }
        let items = same.dropFirst().map(\.sql).joined(separator: ", ")
        let left = same[0].sql + collating(type.type)
        return Term("(\(left) \(negated ? "NOT IN" : "IN") (\(items)))", .boolean, from: same)
    }

    /// `(a, b) in ((1, 2), (3, 4))`.
    private mutating func rowInList(
        _ value: Expression, _ list: [Expression], negated: Bool, in scope: Scope, at position: Position
    ) throws(SQLError) -> Term {
        let items = list.map { Expression(.binary("=", value, $0), at: position) }
        let found = items.count == 1 ? try translate(items[0], in: scope) : try junction("OR", items, in: scope)
        return negated ? Term("(NOT \(found.sql))", .boolean, from: [found]) : found
    }

    private mutating func anyOf(
        _ value: Expression, _ name: String, _ array: Expression, all: Bool, in scope: Scope, at position: Position
    ) throws(SQLError) -> Term {
        let x = try translate(value, in: scope)
        if case .injected(.list(let index)) = array.kind {
            let left = x.pending == nil ? x : try settled(x)
            guard left.type.isComparable else { throw noOperator("=", left.type, left.type) }
            let element = left.type == .varchar ? DataType.text : left.type
            let list = bind(.list(index, ColumnType(element)))
            let cell = element == .bytea ? "pg_unhex(value)" : "value"
            return Term(
                "(\(left.sql)\(collating(left.type)) \(all ? "NOT IN" : "IN") (SELECT \(cell) FROM json_each(\(list))))", .boolean,
                from: [left])
        }
        if case .array(let elements) = array.kind, (name == "=" && !all) || (name == "<>" && all) {
            return try inList(value, elements, negated: all, in: scope, at: position)
        }
        // An array that is written out is compared member by member: no subquery, so that it may stand in a check.
        if !x.isVolatile, let members = try members(of: array, in: scope, at: position) {
            var tests: [Term] = []
            for member in members { tests.append(try binary(name, x, member, at: position)) }
            return Term("(\(tests.map(\.sql).joined(separator: all ? " AND " : " OR ")))", .boolean, from: tests)
        }
        var list = try translate(array, in: scope)
        if list.pending != nil {
            let element = x.pending == nil ? x.type : .text
            list = try coerce(list, to: ColumnType(.array(element == .varchar ? .text : element)), .implicit, at: position)
        }
        guard case .array(let element) = list.type else {
            throw SQLError("42809", "op ANY/ALL (array) requires array on right side", position: position.byteOffset)
        }
        let left = x.pending == nil ? x : try coerce(x, to: ColumnType(element), .implicit, at: position)
        isBounded = isBounded && list.levels == 0
        let row = freshAlias()
        let item = Term("\(row).value", element)
        let test = try binary(name, left, item, at: position)
        // any: true if one is true, null if none is but one is null; all: the reverse. count(*) tells an empty array from nulls.
        let source = "pg_unnest(\(list.sql), \(Self.quoted(element.key))) AS \(row)"
        let sql =
            all
            ? "(SELECT CASE WHEN \(list.sql) IS NULL THEN NULL WHEN count(*) FILTER (WHERE NOT \(test.sql)) > 0 THEN 0 WHEN count(\(test.sql)) < count(*) THEN NULL ELSE 1 END FROM \(source))"
            : "(SELECT CASE WHEN \(list.sql) IS NULL THEN NULL WHEN count(*) FILTER (WHERE \(test.sql)) > 0 THEN 1 WHEN count(\(test.sql)) < count(*) THEN NULL ELSE 0 END FROM \(source))"
        return Term(sql, .boolean, from: [left, list]).with { $0.isSafe = false }
    }

    /// The members of `array[…]`, or of such an array under a cast, as pg_dump writes it; nil for any other array, and for a long one.
    private mutating func members(of array: Expression, in scope: Scope, at position: Position) throws(SQLError) -> [Term]? {
        switch array.kind {
        case .array(let elements) where (1...32).contains(elements.count):
            var terms: [Term] = []
            for element in elements { terms.append(try translate(element, in: scope)) }
            let (same, type) = try unify(terms, "ARRAY", at: position)
            if case .array = type.type { return nil }
            return same
        case .cast(let inner, let name):
            guard let terms = try members(of: inner, in: scope, at: position),
                case .array(let element) = try schema.resolveType(name, path: path).type
            else { return nil }
            var members: [Term] = []
            for term in terms { members.append(try coerce(term, to: ColumnType(element), .explicit, at: position)) }
            return members
        default: return nil
        }
    }

    private mutating func translateCase(
        _ operand: Expression?, _ whens: [Expression.When], _ otherwise: Expression?, in scope: Scope, at position: Position
    ) throws(SQLError) -> Term {
        var conditions: [Term] = []
        var results: [Term] = []
        let subject = try operand.map { (value) throws(SQLError) in try translate(value, in: scope) }
        for when in whens {
            if let subject {
                conditions.append(try binary("=", subject, try translate(when.condition, in: scope), at: when.condition.position))
            } else {
                conditions.append(try boolean(when.condition, in: scope, argumentOf: "CASE/WHEN"))
            }
            results.append(try translate(when.result, in: scope))
        }
        if let otherwise { results.append(try translate(otherwise, in: scope)) } else { results.append(try translate(.null)) }
        // PostgreSQL looks at what ELSE gives first.
        let (unified, type) = try unify([results[results.count - 1]] + results.dropLast(), "CASE", at: position)
        let same = Array(unified.dropFirst()) + [unified[0]]
        var sql = "CASE"
        for (condition, result) in zip(conditions, same) { sql += " WHEN \(condition.sql) THEN \(result.sql)" }
        sql += " ELSE \(same[same.count - 1].sql) END"
        return Term("(\(sql))", type.type, modifier: type.modifier, from: conditions + same)
    }

    private mutating func array(_ elements: [Expression], in scope: Scope, at position: Position) throws(SQLError) -> Term {
        guard !elements.isEmpty else {
            throw SQLError(
                "42P18", "cannot determine type of empty array",
                hint: "Explicitly cast to the desired type, for example ARRAY[]::integer[].",
                position: position.byteOffset)
        }
        var terms: [Term] = []
        for element in elements { terms.append(try translate(element, in: scope)) }
        let (same, type) = try unify(terms, "ARRAY", at: position)
        if case .array = type.type { throw unsupported("an array of arrays", hint: "Use jsonb.", at: position) }
        let key = Self.quoted(type.type.key)
        return Term("pg_array(\(([key] + same.map(\.sql)).joined(separator: ", ")))", .array(type.type), from: same).with {
            $0.isNotNull = true
        }
    }

    private mutating func element(_ inner: Expression, _ subscripts: [Expression.Subscript], in scope: Scope) throws(SQLError) -> Term {
        let base = try translate(inner, in: scope)
        if base.type == .jsonb {
            var value = base
            for step in subscripts {
                guard let index = step.upper, !step.isSlice else {
                    throw SQLError("42804", "jsonb subscript does not support slices", position: inner.position.byteOffset)
                }
                value = try binary("->", value, try translate(index, in: scope), at: inner.position)
            }
            return value
        }
        if case .array = base.type, subscripts.count == 1, subscripts[0].isSlice {
            func bound(_ self: inout Translator, _ value: Expression?) throws(SQLError) -> Term? {
                guard let value else { return nil }
                return try self.coerce(
                    try self.translate(value, in: scope), to: ColumnType(.integer), .assignment, at: value.position)
            }
            let (low, high) = (try bound(&self, subscripts[0].lower), try bound(&self, subscripts[0].upper))
            let sql = "pg_slice(\(base.sql), \(low?.sql ?? "1"), \(high?.sql ?? "2147483647"))"
            return Term(sql, base.type, from: [base] + [low, high].compactMap { $0 }).with { $0.isSafe = false }
        }
        guard subscripts.count == 1, let index = subscripts[0].upper, !subscripts[0].isSlice else {
            throw unsupported("this subscript", hint: "Arrays have one dimension here; use one index.")
        }
        guard case .array(let element) = base.type else {
            throw SQLError("42804", "cannot subscript type \(base.type.name) because it does not support subscripting")
        }
        let position = try coerce(try translate(index, in: scope), to: ColumnType(.integer), .assignment, at: index.position)
        return Term("pg_element(\(base.sql), \(position.sql), \(Self.quoted(element.key)))", element, from: [base, position]).with {
            $0.isSafe = false
        }
    }
}

extension Translator {
    static let systemColumns: Set<String> = ["ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"]
}
