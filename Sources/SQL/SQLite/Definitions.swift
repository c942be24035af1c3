import OffstageQuery
package import OffstageSchema
package import OffstageSyntax

/// What SQLite is told for a change of definition.
package struct Definitions {
    let schema: Schema

    /// - Parameter schema: as it is *after* the change.
    package init(_ schema: Schema) { self.schema = schema }

    /// `CREATE TABLE`, as `sqlite_schema` keeps it.
    ///
    /// Checks are sorted by name, the order in which PostgreSQL complains; every constraint carries PostgreSQL's name for it.
    package func table(_ name: QualifiedName) throws(SQLError) -> String {
        guard let table = schema.tables[name] else { throw SQLError("42P01", "relation \"\(name)\" does not exist") }
        var lines: [String] = []
        for column in table.columns { lines.append(try self.column(column, of: table)) }
        if table.columns.isEmpty { lines.append("\"~none\" INTEGER") }
        if table.rowIDColumn == nil, let key = table.primaryKey, !key.isDeferrable { lines.append(unique("PRIMARY KEY", key, table)) }
        for key in table.uniqueKeys where !key.nullsNotDistinct && !key.isDeferrable { lines.append(unique("UNIQUE", key, table)) }
        for reference in table.foreignKeys.sorted(by: { $0.name < $1.name }) {
            lines.append(self.reference(reference))
            guard reference.match == .full, reference.columns.count > 1 else { continue }
            let nulls = reference.columns.map { "(\(StoredName.column($0)) IS NULL)" }
            let same = nulls.dropFirst().map { "\(nulls[0]) = \($0)" }.joined(separator: " AND ")
            lines.append("CONSTRAINT \(StoredName.quoted(Self.fullMatch + reference.name)) CHECK (\(same))")
        }
        for check in table.checks.sorted(by: { $0.name < $1.name }) {
            lines.append(
                "CONSTRAINT \(StoredName.quoted(check.name)) CHECK (\(try self.expression(check.condition, of: table, as: .boolean, else: Self.changingCheck)))"
            )
        }
        return "CREATE TABLE \(StoredName.table(name)) (\n  \(lines.joined(separator: ",\n  "))\n) STRICT"
    }

    private func column(_ column: Column, of table: Table) throws(SQLError) -> String {
        var text = "\(StoredName.column(column.name)) \(column.type.type.storageClass)"
        if table.rowIDColumn == column.name {
            _ = try standard(column, of: table)
            return text + " PRIMARY KEY"
        }
        if let collation = column.type.type.collation { text += " COLLATE \(collation)" }
        if column.isNotNull { text += " NOT NULL" }
        if let range = column.type.type.rangeCheck {
            text +=
                " CONSTRAINT \(StoredName.quoted("~\(column.name)")) CHECK (\(StoredName.column(column.name)) BETWEEN \(range.lowerBound) AND \(range.upperBound))"
        }
        // Other defaults are put into the statements: SQLite's cannot be what PostgreSQL's can.
        let isSet = table.foreignKeys.contains {
            ($0.onDelete == .setDefault || $0.onUpdate == .setDefault) && $0.columns.contains(column.name)
        }
        if let value = try standard(column, of: table), isSet { text += " DEFAULT (\(value))" }
        if let generated = column.generated {
            text +=
                " GENERATED ALWAYS AS (\(try expression(generated, of: table, as: column.type, else: SQLError("42P17", "generation expression is not immutable")))) STORED"
        }
        return text
    }

    /// The column's default, held to what PostgreSQL accepts there.
    private func standard(_ column: Column, of table: Table) throws(SQLError) -> String? {
        guard let value = column.defaultValue ?? schema.standard(of: column.type.type) else { return nil }
        var refusal: SQLError?
        value.visit(intoSubqueries: false) { part in
            switch part.kind {
            case .subselect, .exists, .inSelect, .anyOfSelect, .arraySelect:
                refusal = SQLError("0A000", "cannot use subquery in DEFAULT expression")
            case .column: refusal = refusal ?? SQLError("0A000", "cannot use column reference in DEFAULT expression")
            default: break
            }
        }
        if let refusal { throw refusal }
        var translator = Translator(schema, as: .system)
        guard let term = try translator.standard(column) else { return nil }
        return try? stored(term, translator)
    }

    private static let changingCheck = unsupported(
        "a check that depends on the time or on who asks", hint: "Check it in a policy, which is asked about every new row.")

    /// The check behind a key's `match full` goes by the key's name with this before it.
    package static let fullMatch = "~full "

    private func unique(_ kind: String, _ key: Key, _ table: Table) -> String {
        "CONSTRAINT \(StoredName.quoted(key.name)) \(kind) (\(key.columns.map { StoredName.column($0) }.joined(separator: ", ")))"
    }

    /// RESTRICT is written as NO ACTION: PostgreSQL tests both at the statement's end, SQLite would test RESTRICT at once.
    private func reference(_ reference: Reference) -> String {
        func list(_ names: [String]) -> String { names.map { StoredName.column($0) }.joined(separator: ", ") }
        func action(_ action: ForeignKey.Action) -> String {
            switch action {
            case .noAction, .restrict: "NO ACTION"
            case .cascade: "CASCADE"
            case .setNull: "SET NULL"
            case .setDefault: "SET DEFAULT"
            }
        }
        var text = "CONSTRAINT \(StoredName.quoted(reference.name)) FOREIGN KEY (\(list(reference.columns)))"
        text += " REFERENCES \(StoredName.table(reference.table)) (\(list(reference.referenced)))"
        if reference.onDelete != .noAction, !reference.setsPart { text += " ON DELETE \(action(reference.onDelete))" }
        if reference.onUpdate != .noAction { text += " ON UPDATE \(action(reference.onUpdate))" }
        // Whether one that may wait does is the engine's to say.
        if reference.isDeferrable { text += " DEFERRABLE INITIALLY DEFERRED" }
        return text
    }

    /// True for the rows whose column breaks a domain's check; without one, where it is null.
    package func domainViolation(_ check: Check?, _ column: Column, of table: Table) throws(SQLError) -> String {
        guard let check else { return "\(StoredName.column(column.name)) IS NULL" }
        var translator = Translator(schema, as: .system)
        let value = Term(StoredName.column(column.name), column.type.type)
        let condition = try translator.holds(check, value)
        return "NOT \(try stored(condition, translator))"
    }

    /// `CREATE INDEX`.
    package func index(_ name: String, on tableName: QualifiedName) throws(SQLError) -> String {
        guard let table = schema.tables[tableName], let index = (table.indexes + table.keyIndexes).first(where: { $0.name == name })
        else {
            throw SQLError("42704", "index \"\(name)\" does not exist")
        }
        var elements: [String] = []
        for element in index.elements {
            let term = try self.term(element.value, of: table)
            var text = term.sql
            if term.source == nil, let collation = term.type.collation { text += " COLLATE \(collation)" }
            if index.nullsNotDistinct {
                // SQLite lets nulls differ: what is unique here is whether there is a value, and which.
                let none = term.type.storageClass == "TEXT" ? "''" : term.type.storageClass == "BLOB" ? "x''" : "0"
                elements.append("(\(term.sql) IS NULL)")
                text = "coalesce(\(term.sql), \(none))" + (term.type.collation.map { " COLLATE \($0)" } ?? "")
            }
            elements.append(text + (element.descending ? " DESC" : ""))
        }
        var text =
            "CREATE \(index.isUnique ? "UNIQUE " : "")INDEX \(StoredName.index(name, in: tableName.schema)) ON \(StoredName.table(tableName))"
        text += " (\(elements.joined(separator: ", ")))"
        if let filter = index.filter { text += " WHERE \(try expression(filter, of: table, as: .boolean))" }
        return text
    }

    /// What an index is over, as texts over the table's columns.
    package func elements(of index: Index, _ table: Table) throws(SQLError) -> [(sql: String, type: DataType)] {
        var result: [(sql: String, type: DataType)] = []
        for element in index.elements {
            let term = try self.term(element.value, of: table)
            result.append((term.sql, term.type))
        }
        return result
    }

    /// What PostgreSQL looks at when a policy or a function is made, though nothing is stored for it: its expressions must mean something.
    ///
    /// - Throws: 42703, 42804, 42883, 42P13, …
    package func check(_ statement: OffstageSyntax.Statement, path: [String] = Schema.searchPath) throws(SQLError) {
        switch statement.kind {
        case .createPolicy(let policy):
            for expression in [policy.using, policy.check] { try check(expression, on: policy.table, path: path) }
        case .alterPolicy(let policy):
            for expression in [policy.using, policy.check] { try check(expression, on: policy.table, path: path) }
        case .createFunction(let function): try check(function, path: path)
        case .createTrigger(let trigger):
            guard let when = trigger.when else { return }
            let name = try schema.resolveRelation(trigger.table, path: path)
            let columns = schema.tables[name]?.viewColumns ?? schema.views[name]?.columns ?? []
            _ = try SQLiteDialect(schema).condition(when, overRowsOf: columns, as: .system)
        case .createType(let create):
            guard let domain = schema.resolveDomain(create.name, path: path) else { return }
            try check(domain, domain.checks, path: path)
        case .alterDomain(let alter):
            guard let domain = schema.resolveDomain(alter.name, path: path) else { return }
            try check(domain, domain.checks, path: path)
        default: break
        }
    }

    private func check(_ condition: Expression?, on name: Name, path: [String]) throws(SQLError) {
        guard let condition, let table = schema.tables[try schema.resolveRelation(name, path: path)] else { return }
        var translator = Translator(schema, as: .system, path: path)
        _ = try translator.boolean(try translator.gate.with(path: path).rewrite(condition), in: scope(table), argumentOf: "POLICY")
    }

    private func check(_ domain: DomainDefinition, _ checks: [Check], path: [String]) throws(SQLError) {
        var translator = Translator(schema, as: .system, path: path)
        for check in checks { _ = try translator.holds(check, Term("NULL", domain.below.type), at: .none) }
        guard let value = domain.defaultValue else { return }
        _ = try translator.coerce(try translator.translate(value, in: Scope()), to: domain.below, .assignment, at: value.position)
    }

    private func check(_ create: CreateFunction, path: [String]) throws(SQLError) {
        let wanted = create.parameters.filter { $0.mode != .out && $0.mode != .table }.count
        guard create.language.lowercased() == "sql",
            let function = schema.resolveFunctions(create.name, path: path).first(where: {
                ($0.body == create.body || !create.standardBody.isEmpty) && $0.parameters.count == wanted
            })
        else { return }
        try FunctionCheck(schema, function, path: path).perform(at: create.name.position)
    }

    /// An expression over a table's own columns, without an alias before them: for checks, generated columns and indexes.
    ///
    /// - Parameter notImmutable: the error for what depends on who asks or when.
    package func expression(
        _ expression: Expression, of table: Table, as type: ColumnType,
        else notImmutable: SQLError = SQLError("42P17", "functions in index predicate must be marked IMMUTABLE")
    ) throws(SQLError) -> String {
        var translator = Translator(schema, as: .system)
        let scope = self.scope(table)
        let term =
            type.type == .boolean
            ? try translator.boolean(expression, in: scope, argumentOf: "CHECK")
            : try translator.coerce(try translator.translate(expression, in: scope), to: type, .assignment, at: expression.position)
        return try stored(term, translator, else: notImmutable)
    }

    private func term(_ expression: Expression, of table: Table) throws(SQLError) -> Term {
        var translator = Translator(schema, as: .system)
        var term = try translator.settled(try translator.translate(expression, in: scope(table)))
        term.sql = try stored(term, translator)
        return term
    }

    func stored(
        _ term: Term, _ translator: Translator,
        else notImmutable: SQLError = SQLError("42P17", "functions in index expression must be marked IMMUTABLE")
    ) throws(SQLError) -> String {
        if term.sql.contains("pg_call(") {
            throw unsupported(
                "this function in a check, an index or a generated column", hint: "Use a function of one select in SQL, or a trigger.")
        }
        // Constants are written out: a definition has no parameters.
        var sql = term.sql
        for (index, binding) in translator.bindings.enumerated().reversed() {
            guard case .constant(let value) = binding, let text = value.sql else {
                throw notImmutable
            }
            sql = sql.replacing("?\(index + 1)", with: text)
        }
        guard !sql.contains("(SELECT ") else { return sql.replacing("(SELECT ", with: "(") }
        return sql
    }

    private func scope(_ table: Table) -> Scope {
        let scope = Scope()
        let translator = Translator(schema, as: .system)
        var relation = Scope.Relation(alias: table.name.name, name: table.name, columns: [])
        relation.row = table.name
        for (name, term) in translator.columns(of: table) {
            relation.columns.append(.init(name: name, term: term.with { $0.levels = scope.bit }))
        }
        scope.relations = [relation]
        return scope
    }

    /// A view's columns, types and sources: what the schema records when it is made.
    package static func describe(_ select: Select, in schema: Schema, path: [String] = Schema.searchPath) throws(SQLError) -> [View.Column]
    {
        var translator = Translator(schema, as: .system, path: path)
        let query = try translator.translate(try translator.gate.with(path: path).rewrite(select), in: nil)
        return query.columns.map { View.Column($0.name, $0.term.columnType, source: $0.term.source) }
    }
}

extension Table {
    /// Keys that SQLite has no constraint for, as indexes: those checked late are not unique to it, and those whose nulls are equal compare
    /// by expressions.
    package var keyIndexes: [Index] {
        ([primaryKey].compactMap { $0 } + uniqueKeys).filter { $0.isDeferrable || $0.nullsNotDistinct }.map { key in
            var index = Index(key.name, key.columns.map { .init(.column($0)) })
            index.isUnique = !key.isDeferrable
            index.nullsNotDistinct = key.nullsNotDistinct && !key.isDeferrable
            return index
        }
    }
}

extension ColumnType {
    static let boolean = ColumnType(.boolean)
}

extension DataType {
    /// The net under narrow integers; values are checked before they come here.
    var rangeCheck: ClosedRange<Int64>? {
        switch base {
        case .boolean: 0...1
        case .smallint: Int64(Int16.min)...Int64(Int16.max)
        case .integer: Int64(Int32.min)...Int64(Int32.max)
        default: nil
        }
    }
}

extension StoredValue {
    /// As SQLite text that gives exactly it.
    var sql: String? {
        switch self {
        case .null: "NULL"
        case .integer(let number): number == .min ? "(-9223372036854775807 - 1)" : "\(number)"
        case .real(let number): number.isFinite ? "\(number)" : number == .infinity ? "9e999" : number == -.infinity ? "-9e999" : nil
        case .text(let text): Translator.quoted(text)
        case .blob(let bytes):
            "x'" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "'"
        }
    }
}
