import OffstageQuery
package import OffstageSchema
package import OffstageSyntax

/// Statements over rows as a migration or the `sql` command writes them, run as their owner.
extension SQLiteDialect {
    /// - Parameter bindsParameters: `$1`, `$2`, … are the values that it is run with, none of them null.
    /// - Throws: what PostgreSQL says on analysing the statement, or 0A000.
    package func prepare(
        _ statement: DataStatement, as caller: Caller = .system, path: [String] = Schema.searchPath, bindsParameters: Bool = false
    ) throws(SQLError) -> Prepared {
        var translator = Translator(schema, as: caller, path: path)
        translator.bindsParameters = bindsParameters
        return try prepare(statement, translator)
    }

    /// The same for a translator that knows more names: a function's variables, the rows of a trigger.
    package func prepare(_ statement: DataStatement, _ surroundings: Translator) throws(SQLError) -> Prepared {
        if let parts = try prepareParts(statement, surroundings) { return parts }
        if case .select(let select) = statement {
            var translator = surroundings.fresh()
            let query = try translator.translate(try translator.gate.rewrite(select), in: nil)
            return Prepared(
                .query(translator.text(query.sql)),
                columns: query.columns.map { View.Column($0.name, $0.term.columnType, source: $0.term.source) }, verb: "SELECT")
        }
        if let native = try prepareNative(statement, surroundings), !callsUndoing(native.texts) { return native }
        let builder = try RowWriteBuilder(surroundings, with: statement.with)
        switch statement {
        case .insert(let insert): return try builder.insert(insert)
        case .update(let update): return try builder.update(update)
        case .delete(let delete): return try builder.delete(delete)
        case .merge(let merge): return try builder.merge(merge)
        case .select: throw SQLError("XX000", "a query is no write")
        }
    }

    /// One SQLite statement, where that does all there is to do: no triggers, no policies or grants to ask, nothing that SQLite has no
    /// words for.
    private func prepareNative(_ statement: DataStatement, _ surroundings: Translator) throws(SQLError) -> Prepared? {
        guard surroundings.gate.role == Caller.system.role, statement.with == nil, let target = statement.target else { return nil }
        guard let table = schema.tables[try schema.resolveRelation(target, path: surroundings.path)],
            !table.hasDeferrableKeys, !schema.appliesRowSecurity(of: table, to: Caller.system.role)
        else { return nil }
        var translator = surroundings.fresh()
        switch statement {
        case .insert(let insert):
            guard insert.isPlain, !schema.firesTriggers(table.name, .insert) else { return nil }
            if let conflict = insert.conflict {
                if schema.firesTriggers(table.name, .update) || table.hasEqualNulls || table.hidesKey(of: conflict) { return nil }
            }
            return try translator.prepare(insert)
        case .update(let update):
            guard update.from.isEmpty, update.returning.isNative, !schema.firesTriggers(table.name, .update),
                update.assignments.allSatisfy({ $0.columns.count == 1 && $0.columns[0].parts.count == 1 })
            else { return nil }
            return try translator.prepare(update)
        case .delete(let delete):
            guard delete.using.isEmpty, delete.returning.isNative, !schema.firesTriggers(table.name, .delete) else { return nil }
            return try translator.prepare(delete)
        case .merge, .select: return nil
        }
    }
}

extension Insert {
    /// Nothing in it needs its rows one by one.
    fileprivate var isPlain: Bool {
        guard returning.isNative, overriding != .user, columns.allSatisfy({ $0.parts.count == 1 }) else { return false }
        switch conflict?.target {
        case .columns(let items, let filter)?:
            guard filter == nil, items.allSatisfy({ if case .column = $0.kind { true } else { false } }) else { return false }
        case .constraint?, nil: break
        }
        guard case .update(let assignments, let filter)? = conflict?.action else { return true }
        let values = assignments.map(\.value) + [filter].compactMap { $0 }
        return assignments.allSatisfy { $0.columns.count == 1 && $0.columns[0].parts.count == 1 } && values.allSatisfy(\.isNative)
    }
}

extension [Output] {
    /// SQLite can say it behind RETURNING: there it knows the plain names of the table's columns only.
    fileprivate var isNative: Bool { allSatisfy { $0.value.isNative } }
}

extension Expression {
    fileprivate var isNative: Bool {
        var found = true
        visit(intoSubqueries: false) { part in
            switch part.kind {
            case .star(let name): if !name.parts.isEmpty { found = false }
            case .call(let call): if call.isStar || call.over != nil { found = false }
            default: if part.subquery != nil { found = false }
            }
        }
        return found
    }
}

extension Table {
    /// The key it names has the rowid's column among others: SQLite does not find it by them.
    func hidesKey(of conflict: Conflict) -> Bool {
        let names: [String] =
            switch conflict.target {
            case .columns(let items, _)?: items.compactMap { if case .column(let name) = $0.kind { name.last } else { nil } }
            case .constraint(let name)?: (try? key(name))?.columns ?? []
            case nil: []
            }
        return names.count > 1 && rowIDColumn.map { names.contains($0) } == true
    }

    /// Some key of it takes two nulls for the same.
    var hasEqualNulls: Bool { uniqueKeys.contains { $0.nullsNotDistinct } || indexes.contains { $0.nullsNotDistinct } }

    /// Keys that SQLite cannot check late.
    package var hasDeferrableKeys: Bool { ([primaryKey].compactMap { $0 } + uniqueKeys).contains { $0.isDeferrable } }
}

extension Translator {
    fileprivate func writtenTable(_ name: Name) throws(SQLError) -> Table {
        let full = try schema.resolveRelation(name, path: path)
        guard let table = schema.tables[full] else { throw SQLError("42P01", "relation \"\(full)\" does not exist") }
        if table.materialized != nil {
            throw SQLError("42809", "cannot change materialized view \"\(table.name.name)\"", position: name.position.byteOffset)
        }
        return table
    }

    /// The table's own columns under its alias, for `where`, `set` and `returning`.
    fileprivate func ownScope(_ table: Table, as alias: String?, sql: String) -> Scope {
        let scope = Scope()
        scope.relations = [relation(table, as: alias ?? table.name.name, sql: sql, level: scope.bit)]
        return scope
    }

    fileprivate func relation(_ table: Table, as alias: String, sql: String, level: UInt64) -> Scope.Relation {
        var relation = Scope.Relation(alias: alias, name: table.name, columns: [], sqlAlias: sql)
        relation.row = table.name
        for (name, term) in columns(of: table) {
            relation.columns.append(
                .init(
                    name: name,
                    term: term.with {
                        $0.levels = level
                        if !sql.isEmpty { $0.sql = "\(sql).\($0.sql)" }
                    }))
        }
        return relation
    }

    // MARK: insert

    fileprivate mutating func prepare(_ insert: Insert) throws(SQLError) -> Prepared {
        guard insert.with == nil else { throw unsupported("WITH before INSERT", hint: "Put the WITH into the select.") }
        let table = try writtenTable(insert.table)
        var targets: [Column] = []
        if insert.columns.isEmpty {
            targets = table.columns
        } else {
            for name in insert.columns {
                guard let column = table.column(name.last) else {
                    throw SQLError(
                        "42703", "column \"\(name.last)\" of relation \"\(table.name.name)\" does not exist",
                        position: name.position.byteOffset)
                }
                guard !targets.contains(where: { $0.name == column.name }) else {
                    throw SQLError("42701", "column \"\(name.last)\" specified more than once", position: name.position.byteOffset)
                }
                targets.append(column)
            }
        }
        var sql: String
        switch insert.source {
        case .defaultValues: sql = try insertText(into: table, [:], checks: [], single: true)
        case .select(let select):
            if case .values(let rows) = select.body, select.with == nil, select.orderBy.isEmpty, select.limit == nil {
                sql = try insertRows(rows, into: table, targets, insert)
            } else {
                sql = try insertQuery(select, into: table, targets, insert)
            }
        }
        if let conflict = insert.conflict { sql += try conflictText(conflict, table, alias: insert.alias) }
        let (returning, columns) = try self.returning(insert.returning, table, alias: insert.alias)
        return Prepared(.native(text(sql + returning), on: table.name), columns: columns, verb: "INSERT")
    }

    /// Columns that no value is given for take their defaults.
    private mutating func defaults(_ table: Table, beside targets: [Column]) throws(SQLError) -> [(Column, Term)] {
        var result: [(Column, Term)] = []
        for column in table.columns where column.generated == nil && !targets.contains(where: { $0.name == column.name }) {
            if let term = try standard(column) {
                result.append((column, isRowID(column, of: table) ? notNull(term, column, table) : term))
            } else if isRowID(column, of: table) {
                result.append((column, notNull(Term("NULL", column.type.type), column, table)))
            }
        }
        return result
    }

    private mutating func insertRows(
        _ rows: [[Expression]], into table: Table, _ targets: [Column], _ insert: Insert
    ) throws(SQLError) -> String {
        var lines: [String] = []
        var given = targets
        let scope = Scope()
        guard let width = rows.first?.count, rows.allSatisfy({ $0.count == width }) else {
            throw SQLError("42601", "VALUES lists must all be the same length")
        }
        guard width <= given.count else { throw SQLError("42601", "INSERT has more expressions than target columns") }
        if insert.columns.isEmpty { given = Array(given.prefix(width)) }
        guard width == given.count else { throw SQLError("42601", "INSERT has more target columns than expressions") }
        let others = try defaults(table, beside: given)
        // A generated column may only be given DEFAULT, and then is not given at all.
        let kept = given.indices.filter { given[$0].generated == nil }
        for row in rows {
            var values: [String] = []
            for index in given.indices {
                let column = given[index]
                if case .default = row[index].kind {
                    if column.generated == nil { values.append(try standard(column)?.sql ?? "NULL") }
                    continue
                }
                try refuse(column, insert)
                var term = try assign(try translate(try gate.rewrite(row[index]), in: scope), to: column, at: row[index].position)
                if isRowID(column, of: table) { term = notNull(term, column, table) }
                values.append(term.sql)
            }
            lines.append("(" + (values + others.map(\.1.sql)).joined(separator: ", ") + ")")
        }
        let names = kept.map { StoredName.column(given[$0].name) } + others.map { StoredName.column($0.0.name) }
        return insertText(table, names, "VALUES \(lines.joined(separator: ", "))", once: rows.count > 1 ? insert.conflict : nil)
    }

    private func refuse(_ column: Column, _ insert: Insert) throws(SQLError) {
        if column.generated != nil || (column.identity == .always && insert.overriding != .system) {
            throw column.onlyDefault(updating: false)
        }
    }

    private mutating func insertQuery(
        _ select: Select, into table: Table, _ targets: [Column], _ insert: Insert
    ) throws(SQLError) -> String {
        let query = try translate(try gate.rewrite(select), in: nil, targets: targets.map(\.type))
        guard query.columns.count <= targets.count else { throw SQLError("42601", "INSERT has more expressions than target columns") }
        let given = Array(targets.prefix(query.columns.count))
        guard insert.columns.isEmpty || given.count == targets.count else {
            throw SQLError("42601", "INSERT has more target columns than expressions")
        }
        var values: [String] = []
        for (column, output) in zip(given, query.columns) {
            try refuse(column, insert)
            var term = try assign(output.term, to: column)
            if isRowID(column, of: table) { term = notNull(term, column, table) }
            values.append(term.sql)
        }
        let others = try defaults(table, beside: given)
        let names = given.map { StoredName.column($0.name) } + others.map { StoredName.column($0.0.name) }
        let list = (values + others.map(\.1.sql)).joined(separator: ", ")
        return insertText(table, names, "SELECT \(list) FROM (\(query.sql)) WHERE true", once: insert.conflict)
    }

    /// `INSERT INTO …` of a source of rows. Where rows in conflict are updated, two of the source may not have the same key: PostgreSQL
    /// refuses to touch a row twice (21000), SQLite would let the later one win.
    private func insertText(_ table: Table, _ names: [String], _ source: String, once conflict: Conflict?) -> String {
        let head = "INSERT INTO \(StoredName.table(table.name)) (\(names.joined(separator: ", "))) "
        guard let conflict, case .update = conflict.action else { return head + source }
        var keys: [String] = []
        switch conflict.target {
        case .columns(let items, _)?: keys = items.compactMap { if case .column(let name) = $0.kind { name.last } else { nil } }
        case .constraint(let name)?:
            keys = ([table.primaryKey].compactMap { $0 } + table.uniqueKeys).first { $0.name == name }?.columns ?? []
        case nil: break
        }
        let given = keys.filter { names.contains(StoredName.column($0)) }
        guard !keys.isEmpty, given.count == keys.count else { return head + source }
        let parts = given.map { StoredName.column($0) + collating(table.column($0)?.type.type ?? .text) }.joined(separator: ", ")
        let isKey = given.map { "\(StoredName.column($0)) IS NOT NULL" }.joined(separator: " AND ")
        let list = names.joined(separator: ", ")
        return head + "WITH s(\(list)) AS MATERIALIZED (\(source)) SELECT \(list) FROM "
            + "(SELECT *, count(*) OVER (PARTITION BY \(parts)) AS \"~n\" FROM s) WHERE CASE WHEN \"~n\" > 1 AND \(isKey) THEN pg_twice() ELSE 1 END"
    }

    private mutating func conflictText(_ conflict: Conflict, _ table: Table, alias: String?) throws(SQLError) -> String {
        var target = ""
        switch conflict.target {
        case .columns(let items, let filter)?:
            var names: [String] = []
            let scope = ownScope(table, as: nil, sql: "")
            for item in items { names.append(try translate(item, in: scope).sql) }
            target = " (\(names.joined(separator: ", ")))"
            try requireUnique(items, filter, table)
            if let filter { target += " WHERE \(try boolean(filter, in: scope, argumentOf: "WHERE").sql)" }
        case .constraint(let name)?:
            let key = try table.key(name)
            target = " (\(key.columns.map { StoredName.column($0) }.joined(separator: ", ")))"
        case nil: break
        }
        switch conflict.action {
        case .nothing: return " ON CONFLICT\(target) DO NOTHING"
        case .update(let assignments, let filter):
            guard !target.isEmpty else {
                throw SQLError(
                    "42601", "ON CONFLICT DO UPDATE requires inference specification or constraint name",
                    hint: "For example, ON CONFLICT (column_name).")
            }
            let scope = ownScope(table, as: alias, sql: StoredName.table(table.name))
            scope.relations.append(relation(table, as: "excluded", sql: "excluded", level: scope.bit))
            for index in scope.relations[1].columns.indices { scope.relations[1].columns[index].isHidden = true }
            let set = try self.set(assignments, table, in: scope).map { "\(StoredName.column($0.0)) = \($0.1.sql)" }
            var sql = " ON CONFLICT\(target) DO UPDATE SET \(set.joined(separator: ", "))"
            if let filter { sql += " WHERE \(try boolean(try gate.rewrite(filter), in: scope, argumentOf: "WHERE").sql)" }
            return sql
        }
    }

    func requireUnique(_ items: [Expression], _ filter: Expression?, _ table: Table) throws(SQLError) {
        let names = Set(items.compactMap { if case .column(let name) = $0.kind { name.last } else { nil } })
        let keys = ([table.primaryKey].compactMap { $0 } + table.uniqueKeys).filter { Set($0.columns) == names }
        if !keys.isEmpty, keys.allSatisfy({ $0.isDeferrable }) { throw Table.deferrableArbiter }
        guard isUnique(items, filter, table) else {
            throw SQLError("42P10", "there is no unique or exclusion constraint matching the ON CONFLICT specification")
        }
    }

    private func isUnique(_ items: [Expression], _ filter: Expression?, _ table: Table) -> Bool {
        let columns = items.compactMap { if case .column(let name) = $0.kind { name.last } else { nil } }
        if columns.count == items.count,
            ([table.primaryKey].compactMap { $0 } + table.uniqueKeys).contains(where: { Set($0.columns) == Set(columns) })
        {
            return true
        }
        return table.indexes.contains { index in
            index.isUnique && (index.filter == nil || index.filter == filter) && index.elements.count == items.count
                && index.elements.allSatisfy { element in items.contains { Self.same($0, element.value) } }
        }
    }

    private static func same(_ a: Expression, _ b: Expression) -> Bool {
        if case .column(let x) = a.kind, case .column(let y) = b.kind { return x.last == y.last }
        return a == b
    }

    // MARK: update and delete

    private mutating func set(_ assignments: [Assignment], _ table: Table, in scope: Scope) throws(SQLError) -> [(String, Term)] {
        var result: [(String, Term)] = []
        for assignment in assignments {
            var values = [assignment.value]
            if assignment.columns.count > 1 {
                guard case .row(let parts) = assignment.value.kind, parts.count == assignment.columns.count else {
                    throw unsupported("this assignment of several columns", hint: "Write one assignment per column.")
                }
                values = parts
            }
            for (name, value) in zip(assignment.columns, values) {
                guard let column = table.column(name.last) else {
                    throw SQLError(
                        "42703", "column \"\(name.last)\" of relation \"\(table.name.name)\" does not exist",
                        position: name.position.byteOffset)
                }
                guard !result.contains(where: { $0.0 == column.name }) else {
                    throw SQLError(
                        "42601", "multiple assignments to same column \"\(column.name)\"", position: name.position.byteOffset)
                }
                if case .default = value.kind {
                    if column.generated == nil { result.append((column.name, try standard(column) ?? Term("NULL", column.type.type))) }
                    continue
                }
                guard column.generated == nil, column.identity != .always else { throw column.onlyDefault(updating: true) }
                let term = try assign(try translate(try gate.rewrite(value), in: scope), to: column, at: value.position)
                result.append((column.name, isRowID(column, of: table) ? notNull(term, column, table) : term))
            }
        }
        return result
    }

    /// Nil where a value is read from tables: SQLite works values out row after row, and would meet those it has changed.
    fileprivate mutating func prepare(_ update: Update) throws(SQLError) -> Prepared? {
        guard update.with == nil else { throw unsupported("WITH before UPDATE", hint: "Use a subquery.") }
        let table = try writtenTable(update.table)
        let alias = freshAlias()
        let scope = ownScope(table, as: update.alias, sql: alias)
        var sources = Sources()
        var from: [String] = []
        for item in update.from { from.append(try translate(try gate.rewrite(item), in: scope, into: &sources)) }
        let condition = try self.condition(
            try update.filter.map { (filter) throws(SQLError) in try gate.rewrite(filter) }, sources: &sources, in: scope)
        let assigned = try self.set(update.assignments, table, in: scope)
        var set = assigned.map { "\(StoredName.column($0.0)) = \($0.1.sql)" }
        set += table.openRules(besides: assigned.map(\.0))
        if set.contains(where: { $0.contains("SELECT ") || $0.contains("pg_call") }) { return nil }
        if set.isEmpty { set = ["rowid = rowid"] }
        var sql = "UPDATE \(StoredName.table(table.name)) AS \(alias) SET \(set.joined(separator: ", "))"
        if !from.isEmpty { sql += " FROM \(from.joined(separator: ", ").replacing(Self.barrier, with: ""))" }
        if let condition { sql += " WHERE \(condition.sql)" }
        let (returning, columns) = try self.returning(update.returning, table, alias: update.alias)
        return Prepared(.native(text(sql + returning), on: table.name), columns: columns, verb: "UPDATE")
    }

    fileprivate mutating func prepare(_ delete: Delete) throws(SQLError) -> Prepared {
        guard delete.with == nil else { throw unsupported("WITH before DELETE", hint: "Use a subquery.") }
        let table = try writtenTable(delete.table)
        let alias = freshAlias()
        let scope = ownScope(table, as: delete.alias, sql: alias)
        var sql = "DELETE FROM \(StoredName.table(table.name)) AS \(alias)"
        var sources = Sources()
        if delete.using.isEmpty {
            let filter = try delete.filter.map { (filter) throws(SQLError) in try gate.rewrite(filter) }
            if let condition = try self.condition(filter, sources: &sources, in: scope) { sql += " WHERE \(condition.sql)" }
        } else {
            let inner = Scope(parent: scope)
            var from: [String] = []
            for item in delete.using { from.append(try translate(try gate.rewrite(item), in: inner, into: &sources)) }
            let filter = try delete.filter.map { (filter) throws(SQLError) in try gate.rewrite(filter) }
            let condition = try self.condition(filter, sources: &sources, in: inner)
            sql += " WHERE EXISTS (SELECT 1 FROM \(from.joined(separator: ", ").replacing(Self.barrier, with: ""))"
            sql += (condition.map { " WHERE \($0.sql)" } ?? "") + ")"
        }
        let (returning, columns) = try self.returning(delete.returning, table, alias: delete.alias)
        return Prepared(.native(text(sql + returning), on: table.name), columns: columns, verb: "DELETE")
    }

    /// `RETURNING`: SQLite knows only the plain names of the table's columns there.
    private mutating func returning(_ outputs: [Output], _ table: Table, alias: String?) throws(SQLError) -> (String, [View.Column]) {
        guard !outputs.isEmpty else { return ("", []) }
        let scope = ownScope(table, as: alias, sql: "")
        var list: [String] = []
        var columns: [View.Column] = []
        for output in outputs {
            if case .star = output.value.kind {
                for column in table.columns {
                    list.append(StoredName.column(column.name))
                    columns.append(View.Column(column.name, column.type.base))
                }
                continue
            }
            let term = try settled(try translate(try gate.rewrite(output.value), in: scope))
            list.append(term.sql)
            columns.append(View.Column(output.alias ?? output.value.outputName, term.columnType))
        }
        return (" RETURNING \(list.joined(separator: ", "))", columns)
    }
}
