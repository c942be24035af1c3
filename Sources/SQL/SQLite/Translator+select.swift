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
    /// Some column is a subquery that SQLite works out once for all rows.
    var hasOnce = false
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
        for lock in select.locking { try require(lock, select) }
        let isLimited = select.limit != nil || select.offset != nil || (maxRows != nil && parent == nil && depth == 1)
        let limits = isLimited ? try self.limits(select.limit, select.offset, in: scope) : (count: nil, skip: nil)
        let ties = select.withTies ? limits.count.map { Ties(count: $0, skip: limits.skip) } : nil
        var result: TranslatedSelect
        switch select.body {
        case .query(let query):
            // A limit lets nothing through to the rows before it.
            let mayMix = guarded && select.limit == nil && select.offset == nil
            result = try translate(query, ordered: select.orderBy, in: scope, targets: targets, guarded: mayMix, ties: ties)
        case .values(let rows):
            result = try values(rows, in: scope, targets: targets)
            try order(&result, by: select.orderBy, ties, isSet: false, in: scope)
        case .setOperation(let operation, let all, let left, let right):
            result = try combine(operation, all: all, left, right, in: scope, targets: targets)
            try order(&result, by: select.orderBy, ties, isSet: true, in: scope)
        }
        if isLimited, ties == nil {
            result.sql += " LIMIT \(limits.count ?? "-1")" + (limits.skip.map { " OFFSET \($0)" } ?? "")
            if case .literal(.integer(1))? = select.limit?.kind { result.isSingle = true }
        }
        if !with.isEmpty {
            result.sql = with + result.sql
            result.outerLevels |= scope.commonLevels
        }
        return result
    }

    /// The order of a whole set operation, by its outputs; of `values`, by expressions of its columns, too.
    private mutating func order(
        _ result: inout TranslatedSelect, by keys: [SortKey], _ ties: Ties?, isSet: Bool, in scope: Scope
    ) throws(SQLError) {
        guard !keys.isEmpty || ties != nil else { return }
        let inner = Scope(parent: scope)
        inner.relations = [
            Scope.Relation(
                alias: "*VALUES*",
                columns: result.columns.map { column in .init(name: column.name, term: column.term.with { $0.levels = inner.bit }) })
        ]
        var order: [OrderItem] = []
        for key in keys {
            if let index = try outputIndex(key.value, result.columns.map(\.name)) {
                order.append(OrderItem(term: result.columns[index].term, key: key, output: index))
            } else if !isSet {
                let term = try settled(try translate(key.value, in: inner))
                order.append(OrderItem(term: term, key: key, output: nil))
            } else if case .column(let name) = key.value.kind, name.parts.count == 1 {
                throw SQLError("42703", "column \"\(name.last)\" does not exist", position: key.value.position.byteOffset)
            } else {
                throw SQLError(
                    "0A000", "invalid UNION/INTERSECT/EXCEPT ORDER BY clause",
                    details: "Only result column names can be used, not expressions or functions.",
                    hint: "Add the expression/function to every SELECT, or move the UNION into a FROM clause.",
                    position: key.value.position.byteOffset)
            }
        }
        for item in order { try requireOrder(item) }
        if let ties {
            let source = "SELECT \((["*"] + hidden(order)).joined(separator: ", ")) FROM (\(result.sql))"
            result.sql = try ranked(source, ties, order, width: result.columns.count)
        } else {
            let items = order.map { ordering($0.term, $0.key) }.joined(separator: ", ")
            result.sql = "SELECT * FROM (\(result.sql)) ORDER BY \(items)"
        }
    }

    /// `for update` and its kin: one writer at a time works here, so nothing is to be locked.
    private func require(_ lock: Locking, _ select: Select) throws(SQLError) {
        let words =
            switch lock.strength {
            case .update: "FOR UPDATE"
            case .noKeyUpdate: "FOR NO KEY UPDATE"
            case .share: "FOR SHARE"
            case .keyShare: "FOR KEY SHARE"
            }
        if lock.wait == .skipLocked {
            throw unsupported(
                "SKIP LOCKED", hint: "One writer at a time works here: take rows with update … returning, or use the job queue.")
        }
        func refuse(_ what: String) -> SQLError { SQLError("0A000", "\(words) is not allowed with \(what)") }
        guard case .query(let query) = select.body else {
            if case .values = select.body { throw SQLError("0A000", "\(words) cannot be applied to VALUES") }
            throw refuse("UNION/INTERSECT/EXCEPT")
        }
        if query.distinct != nil { throw refuse("DISTINCT clause") }
        if !query.groupBy.isEmpty { throw refuse("GROUP BY clause") }
        if query.having != nil { throw refuse("HAVING clause") }
        if query.outputs.contains(where: { hasAggregate($0.value) }) { throw refuse("aggregate functions") }
        if query.outputs.contains(where: { hasWindow($0.value) }) { throw refuse("window functions") }
        if query.outputs.contains(where: { hasSet($0.value) }) { throw refuse("set-returning functions in the target list") }
        for table in lock.tables {
            guard table.parts.count == 1 else {
                throw SQLError("42601", "\(words) must specify unqualified relation names", position: table.position.byteOffset)
            }
            var isThere = false
            for item in query.from { item.visit { if $0.alias == table.last { isThere = true } } }
            guard isThere else {
                throw SQLError(
                    "42P01", "relation \"\(table.last)\" in \(words) clause not found in FROM clause", position: table.position.byteOffset)
            }
        }
    }

    private mutating func limits(
        _ limit: Expression?, _ offset: Expression?, in scope: Scope
    ) throws(SQLError) -> (count: String?, skip: String?) {
        func number(_ self: inout Translator, _ value: Expression?, _ what: String) throws(SQLError) -> String? {
            guard let value else { return nil }
            if case .injected(.value(let index)) = value.kind {
                let slot = self.bind(.count(index))
                return what == "LIMIT" ? self.maxRows.map { "min(\(slot), \($0))" } ?? slot : slot
            }
            var term = try self.translate(value, in: scope.parent ?? Scope())
            if term.containsAggregate {
                throw SQLError("42803", "aggregate functions are not allowed in \(what)", position: value.position.byteOffset)
            }
            if term.pending == nil, CastTable.rule(from: term.type, to: .bigint)?.context.rawValue ?? 9 > Coercion.assignment.rawValue,
                term.type != .bigint
            {
                throw SQLError(
                    "42804", "argument of \(what) must be type bigint, not type \(term.type.name)", position: value.position.byteOffset)
            }
            term = try self.coerce(term, to: ColumnType(.bigint), .assignment, at: value.position)
            if term.pending == nil, term.sql == "NULL" { return nil }
            if let constant = Int64(term.sql) { return "\(constant)" }
            return "coalesce(pg_not_negative(\(term.sql), '\(what)'), \(what == "LIMIT" ? "-1" : "0"))"
        }
        let count = try number(&self, limit, "LIMIT")
        return (count ?? maxRows.map { "\($0)" }, try number(&self, offset, "OFFSET"))
    }

    // MARK: with

    mutating func translate(_ with: With, in scope: Scope) throws(SQLError) -> String {
        var parts: [String] = []
        for table in try inOrder(with) {
            guard case .select(let select) = table.statement else {
                throw SQLError(
                    "0A000", "WITH clause containing a data-modifying statement must be at the top level")
            }
            let alias = freshAlias()
            if with.isRecursive, select.mentions(table.name) {
                let (left, right, all) = try recursive(table.name, select)
                // The first arm gives the types; the second may then name the table.
                isBounded = false
                let first = try translate(left, in: scope)
                let names = try named(first.columns, table)
                scope.commonTables[table.name] = source(alias, names)
                let second = try translate(right, in: scope, targets: first.columns.map(\.term.columnType))
                scope.commonLevels |= (first.outerLevels | second.outerLevels) & (scope.bit - 1)
                guard first.columns.count == second.columns.count else {
                    throw SQLError("42601", "each UNION query must have the same number of columns")
                }
                for (index, (a, b)) in zip(first.columns, second.columns).enumerated() where a.term.type != b.term.type {
                    if CastTable.isImplicit(from: b.term.type, to: a.term.type), a.term.type.numberRank ?? 0 > b.term.type.numberRank ?? 0 {
                        continue
                    }
                    throw SQLError(
                        "42804",
                        "recursive query \"\(table.name)\" column \(index + 1) has type \(a.term.type.name) in non-recursive term but type \(b.term.type.name) overall",
                        hint: "Cast the output of the non-recursive term to the correct type.")
                }
                let columns = (1...max(1, first.columns.count)).map { "c\($0)" }.joined(separator: ", ")
                parts.append("\(alias)(\(columns)) AS (SELECT * FROM (\(first.sql)) \(all ? "UNION ALL" : "UNION") \(second.sql))")
            } else {
                let query = try translate(select, in: scope, guarded: true)
                scope.commonLevels |= query.outerLevels & (scope.bit - 1)
                var made = source(alias, try named(query.columns, table))
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

    private func named(_ columns: [TranslatedSelect.Column], _ table: CommonTable) throws(SQLError) -> [TranslatedSelect.Column] {
        guard table.columns.count <= columns.count else {
            throw SQLError(
                "42P10", "WITH query \"\(table.name)\" has \(columns.count) columns available but \(table.columns.count) columns specified")
        }
        return columns.enumerated().map { index, column in
            var column = column
            if index < table.columns.count { column.name = table.columns[index] }
            return column
        }
    }

    /// The two arms of a recursive query.
    ///
    /// - Throws: 42P19 and 0A000 for what PostgreSQL refuses, 0A000 for what SQLite cannot: it wants the table in the second arm's own FROM.
    private func recursive(_ name: String, _ select: Select) throws(SQLError) -> (left: Select, right: Select, all: Bool) {
        guard case .setOperation(.union, let all, let left, let right) = select.body else {
            throw SQLError("42P19", "recursive query \"\(name)\" does not have the form non-recursive-term UNION [ALL] recursive-term")
        }
        if !select.orderBy.isEmpty { throw SQLError("0A000", "ORDER BY in a recursive query is not implemented") }
        if select.offset != nil { throw SQLError("0A000", "OFFSET in a recursive query is not implemented") }
        if select.limit != nil { throw SQLError("0A000", "LIMIT in a recursive query is not implemented") }
        if !select.locking.isEmpty { throw SQLError("0A000", "FOR UPDATE/SHARE in a recursive query is not implemented") }
        func wrong(_ what: String) -> SQLError { SQLError("42P19", "recursive reference to query \"\(name)\" must not appear \(what)") }
        if left.mentions(name) { throw wrong("within its non-recursive term") }
        guard case .query(let query) = right.body, right.orderBy.isEmpty, right.limit == nil, right.offset == nil, right.with == nil else {
            throw unsupported("this recursive query", hint: "Its second part must be one plain select.")
        }
        var own = 0
        func look(_ item: FromItem, isOuter: Bool) throws(SQLError) {
            switch item {
            case .table(let table, _) where table.parts == [name]:
                own += 1
                if isOuter { throw wrong("within an outer join") }
            case .join(let kind, let left, let right, let condition, _):
                try look(left, isOuter: isOuter || kind == .right || kind == .full)
                try look(right, isOuter: isOuter || kind == .left || kind == .full)
                if case .on(let expression)? = condition { try refuse(expression) }
            case .select(let inner, _, _) where inner.mentions(name):
                throw unsupported("a recursive reference inside a subquery", hint: "Join the table itself.")
            default: break
            }
        }
        func refuse(_ expression: Expression) throws(SQLError) {
            var isInside = false
            expression.visit(intoSubqueries: false) { inner in if inner.subquery?.mentions(name) == true { isInside = true } }
            if isInside { throw wrong("within a subquery") }
            if hasAggregate(expression) {
                throw SQLError("42P19", "aggregate functions are not allowed in a recursive query's recursive term")
            }
        }
        for item in query.from { try look(item, isOuter: false) }
        for expression in query.outputs.map(\.value) + [query.filter, query.having].compactMap({ $0 }) { try refuse(expression) }
        guard own <= 1 else { throw wrong("more than once") }
        if query.outputs.contains(where: { hasWindow($0.value) }) || !query.groupBy.isEmpty || query.distinct != nil {
            throw unsupported("grouping, windows or distinct in a recursive query's second part", hint: "Do it in the query that reads it.")
        }
        return (left, right, all)
    }

    /// The tables of a recursive WITH in an order in which each stands behind those it reads.
    private func inOrder(_ with: With) throws(SQLError) -> [CommonTable] {
        var seen: Set<String> = []
        for table in with.tables where !seen.insert(table.name).inserted {
            throw SQLError("42712", "WITH query name \"\(table.name)\" specified more than once")
        }
        guard with.isRecursive else { return with.tables }
        func reads(_ table: CommonTable, _ other: CommonTable) -> Bool {
            guard table.name != other.name, case .select(let select) = table.statement else { return false }
            return select.mentions(other.name)
        }
        var rest = with.tables
        var result: [CommonTable] = []
        while !rest.isEmpty {
            guard let index = rest.firstIndex(where: { table in !rest.contains { reads(table, $0) } }) else {
                throw SQLError("0A000", "mutual recursion between WITH items is not implemented")
            }
            result.append(rest.remove(at: index))
        }
        return result
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
        result.outerLevels = columns.joined().reduce(0) { $0 | $1.levels } & (scope.bit - 1)
        result.isSafe = columns.joined().allSatisfy(\.isSafe)
        let names = (1...max(1, width)).map { "column\($0) AS c\($0)" }.joined(separator: ", ")
        let lines = rows.indices.map { row in "(" + columns.map { $0[row].sql }.joined(separator: ", ") + ")" }
        if result.outerLevels != 0 {
            // SQLite gives the columns of VALUES their names only where nothing in it belongs to a query around.
            let rows = rows.indices.map { row in
                "SELECT " + columns.enumerated().map { "\($1[row].sql) AS c\($0 + 1)" }.joined(separator: ", ")
            }
            guard rows.count <= 500 else {
                throw unsupported("VALUES of more than 500 rows that read the query around", hint: "Unnest arrays.")
            }
            result.sql = rows.joined(separator: " UNION ALL ")
            if rows.count > 1 { result.sql = "SELECT * FROM (\(result.sql))" }
            return result
        }
        result.sql = "SELECT \(names) FROM (VALUES \(lines.joined(separator: ", ")))"
        return result
    }

    private mutating func combine(
        _ operation: SetOperator, all: Bool, _ left: Select, _ right: Select, in scope: Scope, targets: [ColumnType]?
    ) throws(SQLError) -> TranslatedSelect {
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
            if operation != .union || !all {
                if type.type.isRow, let inner = type.type.incomparable { throw .noOrder(inner) }
                guard type.type.isComparable else {
                    throw SQLError("42883", "could not identify an equality operator for type \(type.type.name)")
                }
            }
            // Set operations compare under the left arm's collation.
            lists.0.append("\(same[0].sql)\(collating(type.type)) AS c\(index + 1)")
            lists.1.append("\(same[1].sql) AS c\(index + 1)")
            var term = Term("c\(index + 1)", type.type, modifier: type.modifier)
            term.isNotNull = same[0].isNotNull && same[1].isNotNull
            result.columns.append(
                .init(name: a.columns[index].name, term: term))
        }
        a.sql = "SELECT \(lists.0.joined(separator: ", ")) FROM (\(a.sql))"
        b.sql = "SELECT \(lists.1.joined(separator: ", ")) FROM (\(b.sql))"
        if all, operation != .union {
            // Of equal rows each has a number: the first of one side meets the first of the other.
            let columns = result.columns.map { $0.term.sql + collating($0.term.type) }.joined(separator: ", ")
            let number = "row_number() OVER (PARTITION BY \(columns.isEmpty ? "1" : columns)) AS \"~same\""
            let (left, right) = ("SELECT *, \(number) FROM (\(a.sql))", "SELECT *, \(number) FROM (\(b.sql))")
            let names = Self.names(result.columns.count)
            result.sql = "SELECT \(names) FROM (SELECT * FROM (\(left)) \(word) SELECT * FROM (\(right)))"
            return result
        }
        // SQLite has one precedence for all set operations: nest each arm.
        result.sql = "SELECT * FROM (\(a.sql)) \(word)\(all ? " ALL" : "") SELECT * FROM (\(b.sql))"
        return result
    }

    // MARK: order

    /// `x desc nulls last` as SQLite needs it said: its nulls are small, PostgreSQL's are large.
    func ordering(_ term: Term, _ key: SortKey) -> String {
        let nullsFirst = key.nullsFirst ?? key.descending
        var sql = term.sql + collating(term.type)
        if key.descending { sql += " DESC" }
        if !term.isNotNull, nullsFirst == key.descending { sql += nullsFirst ? " NULLS FIRST" : " NULLS LAST" }
        return sql
    }

    /// The select-list item that an `order by` or `group by` item names or counts.
    func outputIndex(_ expression: Expression, _ names: [String], _ clause: String = "ORDER BY") throws(SQLError) -> Int? {
        switch expression.kind {
        case .literal(.integer(let number)):
            guard number >= 1, Int(number) <= names.count else {
                throw SQLError("42P10", "\(clause) position \(number) is not in select list", position: expression.position.byteOffset)
            }
            return Int(number) - 1
        case .injected(.local(let local)) where local.name.parts.count == 1:
            return names.firstIndex(of: local.name.last)
        case .literal: throw SQLError("42601", "non-integer constant in \(clause)", position: expression.position.byteOffset)
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
