import OffstageQuery
import OffstageSchema
import OffstageSyntax

/// Rows as values: `row(a, b)`, a table's name as its row, `(x).field`, comparisons of rows.
///
/// A row is carried as its printed form, made by `pg_row`; where its fields are at hand the term keeps them, so that taking one out or
/// comparing two costs nothing.
extension Translator {
    /// `row(a, t.*)`.
    mutating func row(_ elements: [Expression], in scope: Scope) throws(SQLError) -> Term {
        var fields: [Term] = []
        for element in elements {
            switch element.kind {
            case .star(let name) where !name.parts.isEmpty: fields += try wholeRow(name, in: scope).fields ?? []
            case .field(let inner, nil): fields += try self.fields(of: try translate(inner, in: scope), at: element.position).map(\.term)
            default: fields.append(try translate(element, in: scope))
            }
        }
        guard fields.count <= 1664 else { throw SQLError("54011", "ROW expressions can have at most 1664 entries") }
        return try row(fields, as: nil)
    }

    /// The row of these fields; `type` is its own, where it has a name.
    mutating func row(_ fields: [Term], as type: Composite?) throws(SQLError) -> Term {
        var values: [Term] = []
        for field in fields { values.append(try settled(field)) }
        // A literal's type stays unknown in a row: no comparison will guess.
        let type = type ?? Composite(of: zip(fields, values).map { $0.pending == nil ? $1.columnType : ColumnType(.unknown) })
        var result = Term(Self.rowText(values, type), .composite(type), from: values)
        result.fields = fields
        result.isNotNull = true
        return result
    }

    /// A function takes 127 arguments at most: a longer row is put together of several.
    private static func rowText(_ values: [Term], _ type: Composite) -> String {
        func text(_ range: Range<Int>) -> String {
            let part = Composite(type.name, Array(type.fields[range]))
            let list = [quoted(DataType.composite(part).key)] + values[range].map(\.sql)
            return "pg_row(\(list.joined(separator: ", ")))"
        }
        guard values.count > 120 else { return text(values.indices) }
        var sql = text(0..<120)
        var start = 120
        while start < values.count {
            let end = min(start + 120, values.count)
            sql = "pg_row_join(\(sql), \(text(start..<end)))"
            start = end
        }
        return sql
    }

    // MARK: A relation's row

    /// `t` or `t.*` as a value: the row of the relation that goes by the name.
    ///
    /// - Throws: 42P01; 42501 where a column of it may not be read; 42803.
    mutating func wholeRow(_ name: Name, in scope: Scope) throws(SQLError) -> Term {
        var here: Scope? = scope
        while let owner = here {
            if let relation = owner.relations.first(where: { $0.matches(name) }) { return try wholeRow(relation, of: owner) }
            here = owner.parent
        }
        throw scope.missing(name.last, at: name.position.byteOffset)
    }

    private mutating func wholeRow(_ relation: Scope.Relation, of owner: Scope) throws(SQLError) -> Term {
        if let table = relation.columns.lazy.compactMap(\.deniedTable).first { throw .denied("table", table) }
        if relation.isValue, let only = relation.columns.first { return only.term }
        let fields = relation.columns.map(\.term)
        let names = relation.row.flatMap { schema.composite($0) }.map { $0.fields.map(\.name) } ?? relation.columns.map(\.name)
        let type = Composite(
            relation.row, zip(names, fields).map { .init($0, ColumnType($1.type == .unknown ? .text : $1.type, $1.modifier)) })
        var result = try row(fields, as: type)
        result.levels |= owner.bit
        if let presence = relation.presence {
            // Where a join found no partner there is no row, not a row of nulls.
            result.sql = "(CASE WHEN \(presence) IS NOT NULL THEN \(result.sql) END)"
            result.isNotNull = false
        }
        if let grouping = owner.grouping, !insideAggregate, !grouping.keys.contains(result.sql),
            !grouping.dependent.contains(relation.alias),
            fields.contains(where: { !grouping.keys.contains($0.sql) })
        {
            throw SQLError(
                "42803", "column \"\(relation.alias).*\" must appear in the GROUP BY clause or be used in an aggregate function")
        }
        return result
    }

    // MARK: Fields

    /// `(x).field`.
    mutating func field(_ inner: Expression, _ name: String, in scope: Scope, at position: Position) throws(SQLError) -> Term {
        let term = try translate(inner, in: scope)
        do throws(SQLError) {
            return try field(name, of: term, at: position)
        } catch {
            guard error.code == "42703", case .column(let own) = inner.kind, own.parts.count == 1, scope.hasRelation(own.last) else {
                throw error
            }
            throw SQLError("42703", "column \(own.last).\(name) does not exist")
        }
    }

    /// A field of a value, or the error that there is none.
    mutating func field(_ name: String, of term: Term, at position: Position) throws(SQLError) -> Term {
        if let found = try field(name, of: term) { return found }
        // `x.f` is `f(x)` where x has no field f.
        if let call = attribute(name, of: term) { return try inline(call.0, call.1, [term], at: position) }
        switch term.type {
        case .composite(let type) where type.name != nil:
            throw SQLError("42703", "column \"\(name)\" not found in data type \(term.type.name)")
        case .composite, .record: throw SQLError("42703", "could not identify column \"\(name)\" in record data type")
        default:
            throw SQLError(
                "42809",
                "column notation .\(name) applied to type \((term.pending == nil ? term.type : .unknown).name), which is not a composite type"
            )
        }
    }

    private mutating func field(_ name: String, of row: Term) throws(SQLError) -> Term? {
        guard case .composite(let type) = row.type, let index = type.index(of: name) else { return nil }
        if let fields = row.fields, index < fields.count { return try settled(fields[index]) }
        return stored(index, type, of: row)
    }

    /// A field read out of a row's printed form.
    private func stored(_ index: Int, _ type: Composite, of row: Term) -> Term {
        let field = type.fields[index].type.type == .unknown ? ColumnType(.text) : type.fields[index].type
        let sql = "pg_row_field(\(row.sql), \(index), \(Self.quoted(field.type.key)))"
        return Term(sql, field.type, modifier: field.modifier, from: [row])
    }

    /// A function of one argument that is called as if it were a field.
    private mutating func attribute(_ name: String, of term: Term) -> ((Function, [Term?]), Call)? {
        guard term.pending == nil else { return nil }
        let call = Call(Name(name), [.init(.null)])
        return userFunction(call.function, call, [term]).map { ($0, call) }
    }

    /// What `t.f` means where t has no column f.
    mutating func attribute(_ name: Name, in scope: Scope) throws(SQLError) -> Term? {
        guard name.parts.count == 2, let qualifier = name.qualifier, !schema.resolveFunctions(Name(name.last), path: path).isEmpty,
            scope.hasRelation(qualifier)
        else { return nil }
        let row = try wholeRow(Name(qualifier), in: scope)
        guard let call = attribute(name.last, of: row) else { return nil }
        return try inline(call.0, call.1, [row], at: name.position)
    }

    /// `(x).*`: all fields of a row, by name.
    mutating func fields(of row: Term, at position: Position) throws(SQLError) -> [(name: String, term: Term)] {
        guard case .composite(let type) = row.type else {
            if row.type == .record {
                throw SQLError("42601", "record type has not been registered", position: position.byteOffset)
            }
            throw SQLError("42809", "type \(row.type.name) is not composite", position: position.byteOffset)
        }
        var result: [(name: String, term: Term)] = []
        for (index, field) in type.fields.enumerated() {
            if let fields = row.fields, index < fields.count {
                result.append((field.name, try settled(fields[index])))
            } else {
                result.append((field.name, stored(index, type, of: row)))
            }
        }
        return result
    }

    // MARK: Null tests

    /// `x is null` of a row: all its fields are; `is not null`: none of them is.
    func nullTest(_ row: Term, negated: Bool) -> Term {
        guard let fields = row.fields, !fields.isEmpty else {
            let sql = "pg_row_is_\(negated ? "not_null" : "null")(\(row.sql))"
            return Term(sql, .boolean, from: [row]).with { $0.isNotNull = true }
        }
        let tests = fields.map { field in
            // A literal that is no null is none, whatever its type.
            Term("(\(Self.nullSubject(field)) \(negated ? "IS NOT" : "IS") NULL)", .boolean, from: [field])
        }
        return (Self.all(tests) ?? Term("1", .boolean)).with { $0.isNotNull = true }
    }

    private static func nullSubject(_ field: Term) -> String {
        switch field.pending {
        case .null?: "NULL"
        case .string?, .bound?: "1"
        default: field.sql
        }
    }

    // MARK: Comparison

    /// The fields of `row(…)`.
    mutating func parts(_ elements: [Expression], in scope: Scope) throws(SQLError) -> [Term] {
        try row(elements, in: scope).fields ?? []
    }

    /// `left op right` where both are written as rows, or the right side is a subquery; nil for other operands.
    mutating func rows(
        _ name: String, _ left: Expression, _ right: Expression, in scope: Scope, at position: Position
    ) throws(SQLError) -> Term? {
        guard case .row(let values) = left.kind else { return nil }
        switch right.kind {
        case .row(let others):
            return try compareRows(name, try parts(values, in: scope), try parts(others, in: scope), at: position)
        case .subselect(let select):
            return try compareRow(name, try parts(values, in: scope), with: select, in: scope, at: position)
        default: return nil
        }
    }

    /// `(a, b) < (c, d)`: pair by pair.
    mutating func compareRows(
        _ name: String, _ left: [Term], _ right: [Term], at position: Position
    ) throws(SQLError) -> Term {
        guard left.count == right.count else { throw SQLError("42601", "unequal number of entries in row expressions") }
        guard !left.isEmpty else { throw SQLError("0A000", "cannot compare rows of zero length") }
        guard let sign = Self.comparisons[name] else {
            let result = try binary(name, left[0], right[0], at: position)
            guard result.type == .boolean else {
                throw SQLError("42804", "row comparison operator must yield type boolean, not type \(result.type.name)")
            }
            throw SQLError(
                "0A000", "could not determine interpretation of row comparison operator \(name)",
                hint: "Row comparison operators must be associated with btree operator families.")
        }
        var pairs: [(Term, Term)] = []
        for (l, r) in zip(left, right) { pairs.append(try matched(name, l, r, at: position)) }
        let parts = pairs.flatMap { [$0.0, $0.1] }
        if pairs.count == 1 {
            return Term("(\(pairs[0].0.sql) \(sign) \(pairs[0].1.sql)\(collating(pairs[0].0.type)))", .boolean, from: parts)
        }
        let l = pairs.map { $0.0.sql + collating($0.0.type) }.joined(separator: ", ")
        let r = pairs.map(\.1.sql).joined(separator: ", ")
        return Term("((\(l)) \(sign) (\(r)))", .boolean, from: parts)
    }

    /// `(a, b) is distinct from (c, d)`: some pair is.
    mutating func distinctRows(_ left: [Term], _ right: [Term], negated: Bool, at position: Position) throws(SQLError) -> Term {
        guard left.count == right.count else { throw SQLError("42601", "unequal number of entries in row expressions") }
        var tests: [Term] = []
        for (l, r) in zip(left, right) {
            let (l, r) = try matched("=", l, r, at: position)
            tests.append(Term("(\(l.sql) IS \(r.sql)\(collating(l.type)))", .boolean, from: [l, r]))
        }
        let same = Self.all(tests) ?? Term("1", .boolean)
        return Term(negated ? same.sql : "(NOT \(same.sql))", .boolean, from: [same]).with { $0.isNotNull = true }
    }

    /// `(a, b) = (select x, y …)`: null without a row, 21000 with two.
    mutating func compareRow(
        _ name: String, _ left: [Term], with select: Select, in scope: Scope, at position: Position
    ) throws(SQLError) -> Term {
        let query = try enclosed(select, in: scope, targets: left.map { ColumnType($0.pending == nil ? $0.type : .text) })
        guard query.columns.count == left.count else {
            throw SQLError("42601", "subquery has too \(query.columns.count > left.count ? "many" : "few") columns")
        }
        let test = try compareRows(name, left, query.columns.map(\.term), at: position)
        let sql =
            query.isSingle
            ? "(SELECT \(test.sql) FROM (\(query.sql)))" : "(SELECT pg_one(v) FROM (SELECT \(test.sql) AS v FROM (\(query.sql)) LIMIT 2))"
        return Term(sql, .boolean, from: left).with {
            $0.isSafe = $0.isSafe && query.isSafe && query.isSingle
            $0.levels |= query.outerLevels
        }
    }

    /// Two whole rows as PostgreSQL's `record` operators compare them: field by field, null being equal to null and larger than all else.
    func matchedRows(_ name: String, _ left: Term, _ right: Term) throws(SQLError) -> (Term, Term) {
        guard case .composite(let a) = left.type, case .composite(let b) = right.type else { return (left, right) }
        for (index, (l, r)) in zip(a.fields, b.fields).enumerated() where l.type.type != r.type.type {
            throw SQLError(
                "42804",
                "cannot compare dissimilar column types \(l.type.type.name) and \(r.type.type.name) at record column \(index + 1)")
        }
        guard a.fields.count == b.fields.count else {
            throw SQLError("42804", "cannot compare record types with different numbers of columns")
        }
        if let type = left.type.incomparable {
            throw name == "=" || name == "<>"
                ? SQLError("42883", "could not identify an equality operator for type \(type.name)") : .noOrder(type)
        }
        return (left, right)
    }

    // MARK: Casts

    /// A row as one of a named type.
    mutating func coerceRow(_ term: Term, to target: Composite, _ context: Coercion, at position: Position) throws(SQLError) -> Term {
        let name = DataType.composite(target).name
        guard case .composite(let own) = term.type else {
            throw SQLError("42846", "cannot cast type \(term.type.name) to \(name)", position: position.byteOffset)
        }
        if own.name != nil {
            guard own.name == target.name else {
                throw SQLError("42846", "cannot cast type \(term.type.name) to \(name)", position: position.byteOffset)
            }
            // The type has changed since: only while a migration rewrites rows.
            let (old, new) = (Self.quoted(term.type.key), Self.quoted(DataType.composite(target).key))
            return Term("pg_reshape(\(term.sql), \(old), \(new))", .composite(target), from: [term])
        }
        func failure(_ details: String) -> SQLError {
            SQLError("42846", "cannot cast type record to \(name)", details: details, position: position.byteOffset)
        }
        var given: [Term] = []
        if let fields = term.fields { given = fields } else { given = try fields(of: term, at: position).map(\.term) }
        guard given.count >= target.fields.count else { throw failure("Input has too few columns.") }
        guard given.count <= target.fields.count else { throw failure("Input has too many columns.") }
        var fields: [Term] = []
        for (index, (field, wanted)) in zip(given, target.fields).enumerated() {
            if field.pending == nil, field.type != wanted.type.type, !field.type.isRow {
                let rule = CastTable.rule(from: field.type, to: wanted.type.type)
                guard let rule, rule.context.rawValue <= context.rawValue else {
                    throw failure("Cannot cast type \(field.type.name) to \(wanted.type.type.name) in column \(index + 1).")
                }
            }
            fields.append(try coerce(field, to: wanted.type, context, at: position))
        }
        var result = try row(fields, as: target)
        if !term.isNotNull, term.fields == nil {
            result.sql = "(CASE WHEN \(term.sql) IS NOT NULL THEN \(result.sql) END)"
            result.isNotNull = false
        }
        return result
    }
}

extension DataType {
    /// The first type in a row that cannot be compared.
    var incomparable: DataType? {
        switch self {
        case .composite(let row): row.fields.lazy.compactMap(\.type.type.incomparable).first
        case .array(let element): element.incomparable
        case .json, .unknown: self
        default: nil
        }
    }

    /// A row of any shape.
    var isRow: Bool {
        switch self {
        case .composite, .record: true
        default: false
        }
    }

    /// A row whose fields no type names.
    var isAnonymousRow: Bool { if case .composite(let row) = self { row.name == nil } else { self == .record } }
}

extension SQLError {
    static func noOrder(_ type: DataType) -> SQLError {
        SQLError("42883", "could not identify a comparison function for type \(type.name)")
    }
}

extension Scope.Relation {
    /// Whether `name` refers to it: by its alias, or by schema and table.
    func matches(_ name: Name) -> Bool {
        switch name.parts.count {
        case 1: alias == name.last
        case 2: self.name == QualifiedName(name.parts[0], name.parts[1])
        default: false
        }
    }
}
