import OffstageSchema
import OffstageSyntax

/// A translated query: its text, and its columns, named `c1`, `c2`, … in the text.
struct TranslatedSelect {
    struct Column {
        var name: String
        /// Type and kin; its text is for use where the query is a subquery: `c1`.
        var term: Term
        /// A literal that became text because nothing around it said otherwise.
        var isUntyped = false
    }

    var sql: String
    var columns: [Column]
    var isSafe: Bool
    /// Levels of scopes around it that it reads.
    var outerLevels: UInt64
    /// At most one row, provably.
    var isSingle: Bool
    /// Some table in it has rows hidden by a policy.
    var hidesRows: Bool
    /// It has a column more, `g`: whether the policies in it are true. The query around it keeps its unsafe terms behind that.
    var hasGuard = false
}

extension Translator {
    /// A whole query. `targets` are the types that untyped literals in its select list take.
    ///
    /// - Parameter guarded: it stands in a `from`, and may tell by a column of its own where its policies are true.
    mutating func translate(
        _ select: Select, in parent: Scope?, targets: [ColumnType]? = nil, guarded: Bool = false
    ) throws(SQLError) -> TranslatedSelect {
        depth += 1
        defer { depth -= 1 }
        guard depth <= 600 else { throw SQLError("54001", "stack depth limit exceeded") }
        let scope = Scope(parent: parent)
        let with = try select.with.map { (with) throws(SQLError) in try translate(with, in: scope) } ?? ""
        var result: TranslatedSelect
        switch select.body {
        case .query(let query):
            // A limit lets nothing through to the rows before it.
            let mayMix = guarded && select.limit == nil && select.offset == nil
            result = try translate(query, ordered: select.orderBy, in: scope, targets: targets, guarded: mayMix)
        case .values(let rows): result = try values(rows, in: scope, targets: targets)
        case .setOperation(let operation, let all, let left, let right):
            result = try combine(operation, all: all, left, right, in: scope, targets: targets)
        }
        if case .query = select.body {
        } else if !select.orderBy.isEmpty {
            var keys: [String] = []
            for key in select.orderBy {
                guard let index = try outputIndex(key.value, result.columns.map(\.name)) else {
                    throw SQLError(
                        "0A000", "invalid UNION/INTERSECT/EXCEPT ORDER BY clause",
                        details: "Only result column names can be used, not expressions or functions.",
                        hint: "Add the expression/function to every SELECT, or move the UNION into a FROM clause.")
                }
                keys.append(try ordering(result.columns[index].term, key))
            }
            result.sql = "SELECT * FROM (\(result.sql)) ORDER BY \(keys.joined(separator: ", "))"
        }
        if select.withTies { throw unsupported("with ties") }

        if select.limit != nil || select.offset != nil || (maxRows != nil && parent == nil && depth == 1) {
            result.sql += try limits(select.limit, select.offset, in: scope)
            if case .literal(.integer(1))? = select.limit?.kind { result.isSingle = true }
        }
        if !with.isEmpty { result.sql = with + result.sql }
        return result
    }

    private mutating func limits(_ limit: Expression?, _ offset: Expression?, in scope: Scope) throws(SQLError) -> String {
        func number(_ self: inout Translator, _ value: Expression?, _ what: String) throws(SQLError) -> String? {
            guard let value else { return nil }
            if case .injected(.value(let index)) = value.kind {
                let slot = self.bind(.count(index))
                return what == "LIMIT" ? self.maxRows.map { "min(\(slot), \($0))" } ?? slot : slot
            }
            let term = try self.coerce(
                try self.translate(value, in: scope.parent ?? Scope()), to: ColumnType(.bigint), .assignment, at: value.position)
            if term.pending == nil, term.sql == "NULL" { return nil }
            if let constant = Int64(term.sql) { return "\(constant)" }
            return "pg_not_negative(\(term.sql), '\(what)')"
        }
        let count = try number(&self, limit, "LIMIT")
        let skip = try number(&self, offset, "OFFSET")
        return " LIMIT \(count ?? maxRows.map { "\($0)" } ?? "-1")" + (skip.map { " OFFSET \($0)" } ?? "")
    }

    // MARK: with

    mutating func translate(_ with: With, in scope: Scope) throws(SQLError) -> String {
        var parts: [String] = []
        for table in with.tables {
            guard case .select(let select) = table.statement else {
                throw SQLError(
                    "0A000", "WITH clause containing a data-modifying statement must be at the top level")
            }
            let alias = freshAlias()
            if with.isRecursive, case .setOperation(.union, let all, let left, let right) = select.body, select.mentions(table.name) {
                // The first arm gives the types; the second may then name the table.
                isBounded = false
                let first = try translate(left, in: scope)
                let names = named(first.columns, table.columns)
                scope.commonTables[table.name] = source(alias, names)
                // SQLite wants the table named in the second arm's own FROM.
                guard case .query = right.body, right.orderBy.isEmpty, right.limit == nil, right.offset == nil, right.with == nil else {
                    throw unsupported("this recursive query", hint: "Its second part must be one plain select.")
                }
                let second = try translate(right, in: scope, targets: first.columns.map(\.term.columnType))
                guard first.columns.count == second.columns.count else {
                    throw SQLError("42601", "each UNION query must have the same number of columns")
                }
                for (a, b) in zip(first.columns, second.columns) where a.term.type != b.term.type {
                    throw SQLError(
                        "42804",
                        "recursive query \"\(table.name)\" column has type \(a.term.type.name) in non-recursive term but type \(b.term.type.name) overall",
                        hint: "Cast the output of the non-recursive term to the correct type.")
                }
                let columns = (1...max(1, first.columns.count)).map { "c\($0)" }.joined(separator: ", ")
                parts.append("\(alias)(\(columns)) AS (SELECT * FROM (\(first.sql)) \(all ? "UNION ALL" : "UNION") \(second.sql))")
            } else {
                let query = try translate(select, in: scope, guarded: true)
                var made = source(alias, named(query.columns, table.columns))
                made.hasGuard = query.hasGuard
                made.hidesRows = query.hidesRows
                scope.commonTables[table.name] = made
                // Taken into the query around it, it would let that query's terms at the rows its policies hide.
                let isVolatile = query.columns.contains { $0.term.isVolatile }
                let hint = table.materialized == true || isVolatile || (query.hidesRows && !query.hasGuard) ? "MATERIALIZED " : ""
                parts.append("\(alias) AS \(hint)(\(query.sql.replacing(Self.barrier, with: " LIMIT -1")))")
            }
        }
        return "WITH \(with.isRecursive ? "RECURSIVE " : "")\(parts.joined(separator: ", ")) "
    }

    private func source(_ alias: String, _ columns: [TranslatedSelect.Column]) -> Scope.CommonTableSource {
        .init(sql: alias, columns: columns.map { ($0.name, $0.term) })
    }

    private func named(_ columns: [TranslatedSelect.Column], _ names: [String]) -> [TranslatedSelect.Column] {
        columns.enumerated().map { index, column in
            var column = column
            if index < names.count { column.name = names[index] }
            return column
        }
    }

    // MARK: values and set operations

    private mutating func values(_ rows: [[Expression]], in scope: Scope, targets: [ColumnType]?) throws(SQLError) -> TranslatedSelect {
        guard let width = rows.first?.count, rows.allSatisfy({ $0.count == width }) else {
            throw SQLError("42601", "VALUES lists must all be the same length")
        }
        var columns: [[Term]] = []
        var result = TranslatedSelect(sql: "", columns: [], isSafe: true, outerLevels: 0, isSingle: rows.count == 1, hidesRows: false)
        for index in 0..<width {
            var terms: [Term] = []
            for row in rows {
                var term = try translate(row[index], in: scope)
                if term.pending != nil, let targets, index < targets.count {
                    term = try coerce(term, to: targets[index], .assignment, at: row[index].position)
                }
                terms.append(term)
            }
            let (same, type) = try unify(terms, "VALUES")
            columns.append(same)
            result.columns.append(
                .init(name: "column\(index + 1)", term: Term("c\(index + 1)", type.type, modifier: type.modifier, from: same)))
        }
        let names = (1...max(1, width)).map { "column\($0) AS c\($0)" }.joined(separator: ", ")
        let lines = rows.indices.map { row in "(" + columns.map { $0[row].sql }.joined(separator: ", ") + ")" }
        result.sql = "SELECT \(names) FROM (VALUES \(lines.joined(separator: ", ")))"
        return result
    }

    private mutating func combine(
        _ operation: SetOperator, all: Bool, _ left: Select, _ right: Select, in scope: Scope, targets: [ColumnType]?
    ) throws(SQLError) -> TranslatedSelect {
        guard operation == .union || !all else { throw unsupported("\(operation == .except ? "EXCEPT" : "INTERSECT") ALL") }
        var a = try translate(left, in: scope, targets: targets)
        var b = try translate(right, in: scope, targets: targets)
        // An untyped literal takes the type that the other side has in its place.
        if targets == nil, a.columns.count == b.columns.count {
            let wanted = zip(a.columns, b.columns).map {
                $0.isUntyped && !$1.isUntyped ? $1.term.columnType : !$0.isUntyped && $1.isUntyped ? $0.term.columnType : nil
            }
            if zip(a.columns, wanted).contains(where: { $0.isUntyped && $1 != nil }) {
                a = try translate(
                    left, in: scope, targets: zip(a.columns, wanted).map { $0.isUntyped ? $1 ?? ColumnType(.text) : $0.term.columnType })
            }
            if zip(b.columns, wanted).contains(where: { $0.isUntyped && $1 != nil }) {
                b = try translate(
                    right, in: scope, targets: zip(b.columns, wanted).map { $0.isUntyped ? $1 ?? ColumnType(.text) : $0.term.columnType })
            }
        }
        let word = operation == .union ? "UNION" : operation == .except ? "EXCEPT" : "INTERSECT"
        guard a.columns.count == b.columns.count else {
            throw SQLError("42601", "each \(word) query must have the same number of columns")
        }
        var result = TranslatedSelect(
            sql: "", columns: [], isSafe: a.isSafe && b.isSafe, outerLevels: a.outerLevels | b.outerLevels, isSingle: false,
            hidesRows: a.hidesRows || b.hidesRows)
        var lists: ([String], [String]) = ([], [])
        for index in a.columns.indices {
            let (same, type) = try unify([a.columns[index].term, b.columns[index].term], word)
            // Set operations compare under the left arm's collation.
            lists.0.append("\(same[0].sql)\(collating(type.type)) AS c\(index + 1)")
            lists.1.append("\(same[1].sql) AS c\(index + 1)")
            var term = Term("c\(index + 1)", type.type, modifier: type.modifier)
            term.isNotNull = same[0].isNotNull && same[1].isNotNull
            result.columns.append(
                .init(name: a.columns[index].name, term: term, isUntyped: a.columns[index].isUntyped && b.columns[index].isUntyped))
        }
        a.sql = "SELECT \(lists.0.joined(separator: ", ")) FROM (\(a.sql))"
        b.sql = "SELECT \(lists.1.joined(separator: ", ")) FROM (\(b.sql))"
        // SQLite has one precedence for all set operations: nest each arm.
        result.sql = "SELECT * FROM (\(a.sql)) \(word)\(all ? " ALL" : "") SELECT * FROM (\(b.sql))"
        return result
    }

    // MARK: order

    /// `x desc nulls last` as SQLite needs it said: its nulls are small, PostgreSQL's are large.
    func ordering(_ term: Term, _ key: SortKey) throws(SQLError) -> String {
        if term.type == .json {
            throw SQLError(
                "42883", "could not identify an ordering operator for type json",
                hint: "Use an explicit ordering operator or modify the query.", position: key.value.position.byteOffset)
        }
        let nullsFirst = key.nullsFirst ?? key.descending
        var sql = term.sql + collating(term.type)
        if key.descending { sql += " DESC" }
        if !term.isNotNull, nullsFirst == key.descending { sql += nullsFirst ? " NULLS FIRST" : " NULLS LAST" }
        return sql
    }

    /// The select-list item that an `order by` or `group by` item names or counts.
    func outputIndex(_ expression: Expression, _ names: [String]) throws(SQLError) -> Int? {
        switch expression.kind {
        case .literal(.integer(let number)):
            guard number >= 1, Int(number) <= names.count else {
                throw SQLError("42P10", "ORDER BY position \(number) is not in select list", position: expression.position.byteOffset)
            }
            return Int(number) - 1
        case .injected(.local(let local)) where local.name.parts.count == 1:
            return names.firstIndex(of: local.name.last)
        case .column(let name) where name.parts.count == 1:
            let found = names.indices.filter { names[$0] == name.last }
            return found.first
        default: return nil
        }
    }
}

extension Select {
    /// Whether a table of this name is read anywhere in it.
    func mentions(_ name: String) -> Bool {
        var found = false
        visitFromItems { item in
            if case .table(let table, _) = item, table.parts == [name] { found = true }
        }
        return found
    }
}
