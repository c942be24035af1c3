import OffstageSyntax

/// What a statement's columns and constraints ask of a table, before it is known what they will be called.
struct TableParts {
    struct PendingKey {
        var name: String?
        var columns: [String]
        var isPrimary: Bool
        var constraint: Constraint
        var nullsNotDistinct = false
    }
    struct PendingCheck {
        var name: String?
        var condition: Expression
        var position: Position
        var isNotValid = false
    }
    struct PendingReference {
        var constraint: Constraint
        var key: ForeignKey
    }

    var keys: [PendingKey] = []
    var checks: [PendingCheck] = []
    var references: [PendingReference] = []
}

extension Application {
    mutating func createTable(_ create: CreateTable) throws(SQLError) {
        let name = try schema.placement(of: create.name, path: path)
        if schema.relation(name) != nil {
            if create.ifNotExists { return notice("relation \"\(name.name)\" already exists, skipping") }
            throw SQLError("42P07", "relation \"\(name.name)\" already exists", position: create.name.position.known)
        }
        try requireNoType(name, at: create.name.position)
        if create.isTemporary {
            throw unsupported("CREATE TEMPORARY TABLE", "Use a common table expression, or a table of its own.", create.name.position)
        }
        if create.isUnlogged { note("UNLOGGED") }
        if create.hasStorageOptions { note("how table \(name.name) is to be stored: WITH (…), USING or TABLESPACE") }
        if let beyond = create.beyond {
            throw unsupported(beyond.uppercased(), "Use one table, with an index on the column it would be split by.", create.name.position)
        }
        var table = Table(name)
        var parts = TableParts()
        for (place, definition) in create.columns.enumerated() {
            for like in create.likes where like.place == place { try self.like(like, &table, &parts) }
            if table.column(ObjectName.truncated(definition.name)) != nil {
                throw SQLError("42701", "column \"\(definition.name)\" specified more than once", position: definition.position.known)
            }
            table.columns.append(try column(definition, of: name, &parts))
        }
        for like in create.likes where like.place >= create.columns.count { try self.like(like, &table, &parts) }
        for constraint in create.constraints { try collect(constraint, column: nil, of: table, &parts) }
        if table.columns.count > 1600 { throw SQLError("54011", "tables can have at most 1600 columns") }
        for column in table.columns { try validateExpressions(of: column, in: table) }
        try add(parts, to: &table)
        for like in create.likes { try likeIndexes(like, &table) }
        grantDefaults(to: name, .table)
        changes.append(.createTable(name))
        for index in table.indexes { changes.append(.createIndex(name, index: index.name)) }
    }

    /// Names what the parts ask for and puts it into the table, and the table into the schema: checks first, then keys with the primary key
    /// ahead, then foreign keys, which is the order PostgreSQL chooses names in.
    mutating func add(_ parts: TableParts, to table: inout Table) throws(SQLError) {
        try addChecks(parts.checks, to: &table)
        schema.tables[table.name] = table
        try addKeys(parts.keys, to: &table)
        schema.tables[table.name] = table
        for reference in parts.references {
            try addReference(reference, to: &table)
            schema.tables[table.name] = table
        }
    }

    // MARK: Columns

    /// One column as declared; its keys, checks and references go to `parts`.
    mutating func column(_ definition: ColumnDefinition, of table: QualifiedName, _ parts: inout TableParts) throws(SQLError) -> Column {
        let name = ObjectName.truncated(definition.name)
        if Self.systemColumns.contains(name) {
            throw SQLError("42701", "column name \"\(name)\" conflicts with a system column name", position: definition.position.known)
        }
        let serial = try serialType(definition.type)
        let type: ColumnType = if let serial { ColumnType(serial) } else { try schema.resolveType(definition.type, path: path) }
        var column = Column(name, type)
        switch column.type.type {
        case .record, .void, .trigger, .unknown:
            throw SQLError("42P16", "column \"\(name)\" has pseudo-type \(column.type.type.name)", position: definition.position.known)
        default: break
        }
        if let collation = definition.collation { try requireByteOrder(collation, on: column.type.type) }
        var declaredNull = false
        for constraint in definition.constraints {
            let position = constraint.position
            switch constraint.kind {
            case .notNull:
                if declaredNull { throw nullConflict(name, table, position) }
                column.isNotNull = true
            case .null:
                if column.isNotNull { throw nullConflict(name, table, position) }
                declaredNull = true
            case .default(let value):
                if column.defaultValue != nil || serial != nil {
                    throw SQLError(
                        "42601", "multiple default values specified for column \"\(name)\" of table \"\(table.name)\"",
                        position: position.known)
                }
                column.defaultValue = value
            case .identity(let always, let options):
                if column.identity != nil {
                    throw SQLError(
                        "42601", "multiple identity specifications for column \"\(name)\" of table \"\(table.name)\"",
                        position: position.known)
                }
                if declaredNull { throw nullConflict(name, table, position) }
                column.identity = always ? .always : .byDefault
                column.isNotNull = true
                column.sequence = try makeSequence(for: column, of: table, options)
            case .generated(let value):
                if column.generated != nil {
                    throw SQLError(
                        "42601", "multiple generation clauses specified for column \"\(name)\" of table \"\(table.name)\"",
                        position: position.known)
                }
                column.generated = value
            default: try collect(constraint, column: name, of: Table(table), &parts)
            }
        }
        let clash: String? =
            if column.identity != nil, column.defaultValue != nil || serial != nil {
                "both default and identity"
            } else if column.generated != nil, column.defaultValue != nil || serial != nil {
                "both default and generation expression"
            } else if column.generated != nil, column.identity != nil { "both identity and generation expression" } else { nil }
        if let clash {
            throw SQLError(
                "42601", "\(clash) specified for column \"\(name)\" of table \"\(table.name)\"", position: definition.position.known)
        }
        if serial != nil {
            if declaredNull { throw nullConflict(name, table, definition.position) }
            column.sequence = try makeSequence(for: column, of: table, [])
            column.isNotNull = true
            column.defaultValue = column.sequence.map { .nextValue(of: $0) }
        }
        return column
    }

    static let systemColumns: Set<String> = ["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"]

    private func nullConflict(_ column: String, _ table: QualifiedName, _ position: Position) -> SQLError {
        SQLError(
            "42601", "conflicting NULL/NOT NULL declarations for column \"\(column)\" of table \"\(table.name)\"", position: position.known)
    }

    private func serialType(_ type: TypeName) throws(SQLError) -> DataType? {
        guard type.name.parts.count == 1 else { return nil }
        let serial: DataType? =
            switch type.name.last {
            case "serial", "serial4": .integer
            case "bigserial", "serial8": .bigint
            case "smallserial", "serial2": .smallint
            default: nil
            }
        if serial != nil, type.arrayDimensions > 0 {
            throw SQLError("0A000", "array of serial is not implemented", position: type.name.position.known)
        }
        return serial
    }

    func requireByteOrder(_ collation: Name, on type: DataType) throws(SQLError) {
        switch type.base {
        case .text, .varchar, .char, .citext, .name, .array(.text), .array(.varchar), .array(.char): break
        default: throw SQLError("42804", "collations are not supported by type \(type.name)", position: collation.position.known)
        }
        guard ["C", "POSIX", "C.UTF-8", "C.utf8", "default", "ucs_basic"].contains(collation.last) else {
            throw SQLError(
                "0A000", "collation \"\(collation.last)\" is not supported",
                hint: "Text sorts as in \"C\". Sort by lower(column) to disregard case.",
                position: collation.position.known)
        }
    }

    // MARK: Constraints

    /// Sorts a constraint into `parts`. `column` is the one it stands at, nil at the table.
    func collect(_ constraint: Constraint, column: String?, of table: Table, _ parts: inout TableParts) throws(SQLError) {
        let name = constraint.name.map { ObjectName.truncated($0) }
        switch constraint.kind {
        case .check(let condition, _):
            parts.checks.append(.init(name: name, condition: condition, position: constraint.position, isNotValid: constraint.isNotValid))
        case .primaryKey(let columns, _):
            if parts.keys.contains(where: \.isPrimary) {
                throw SQLError(
                    "42P16", "multiple primary keys for table \"\(table.name.name)\" are not allowed", position: constraint.position.known)
            }
            parts.keys.append(
                .init(name: name, columns: columns.isEmpty ? column.map { [$0] } ?? [] : columns, isPrimary: true, constraint: constraint))
        case .unique(let columns, let nullsNotDistinct, _):
            parts.keys.append(
                .init(
                    name: name, columns: columns.isEmpty ? column.map { [$0] } ?? [] : columns, isPrimary: false, constraint: constraint,
                    nullsNotDistinct: nullsNotDistinct))
        case .foreignKey(var key):
            if key.columns.isEmpty, let column { key.columns = [column] }
            parts.references.append(.init(constraint: constraint, key: key))
        case .exclusion:
            throw unsupported("EXCLUDE", "Use a unique constraint on the parts.", constraint.position)
        case .notNull, .null, .default, .identity, .generated:
            throw SQLError("42601", "this constraint belongs to a column", position: constraint.position.known)
        }
    }

    private mutating func addChecks(_ checks: [TableParts.PendingCheck], to table: inout Table) throws(SQLError) {
        var chosen: Set<String> = []
        for check in checks {
            try validate(check.condition, in: table, as: .check)
            let name: String
            if let given = check.name {
                if chosen.contains(given) { throw SQLError("42710", "check constraint \"\(given)\" already exists") }
                if table.hasConstraint(given) { throw constraintExists(given, table) }
                name = given
            } else {
                let columns = Set(TreeUses(check.condition).columns.map(\.last))
                name = ObjectName.choose(table.name.name, columns.count == 1 ? columns.first : nil, "check") {
                    chosen.contains($0) || table.hasConstraint($0) || hasConstraint($0, in: table.name.schema)
                }
            }
            chosen.insert(name)
            var made = Check(name, check.condition)
            made.isNotValid = check.isNotValid
            table.checks.append(made)
        }
    }

    func constraintExists(_ name: String, _ table: Table) -> SQLError {
        SQLError("42710", "constraint \"\(name)\" for relation \"\(table.name.name)\" already exists")
    }

    private mutating func addKeys(_ pending: [TableParts.PendingKey], to table: inout Table) throws(SQLError) {
        // The primary key first; a unique constraint that says the same as an earlier key is that key.
        var keys: [TableParts.PendingKey] = []
        for key in pending.filter(\.isPrimary) + pending.filter({ !$0.isPrimary }) {
            let twin = keys.firstIndex {
                $0.columns == key.columns && $0.nullsNotDistinct == key.nullsNotDistinct
                    && $0.constraint.isDeferrable == key.constraint.isDeferrable
                    && $0.constraint.isInitiallyDeferred == key.constraint.isInitiallyDeferred
            }
            if let twin { keys[twin].name = keys[twin].name ?? key.name } else { keys.append(key) }
        }
        for pending in keys {
            let constraint = pending.constraint
            if pending.isPrimary, table.primaryKey != nil {
                throw SQLError(
                    "42P16", "multiple primary keys for table \"\(table.name.name)\" are not allowed", position: constraint.position.known)
            }
            var seen: Set<String> = []
            for column in pending.columns {
                guard let found = table.columns.firstIndex(where: { $0.name == column }) else {
                    throw SQLError("42703", "column \"\(column)\" named in key does not exist", position: constraint.position.known)
                }
                if !seen.insert(column).inserted {
                    let kind = pending.isPrimary ? "primary key" : "unique"
                    throw SQLError("42701", "column \"\(column)\" appears twice in \(kind) constraint", position: constraint.position.known)
                }
                try requireOrder(table.columns[found].type.type)
                if pending.isPrimary { table.columns[found].isNotNull = true }
            }
            let name: String
            if let given = pending.name {
                if table.hasConstraint(given), schema.relation(QualifiedName(table.name.schema, given)) == nil {
                    throw constraintExists(given, table)
                }
                if schema.relation(QualifiedName(table.name.schema, given)) != nil { throw taken(given) }
                name = given
            } else {
                let middle = pending.isPrimary ? nil : ObjectName.middle(pending.columns)
                name = ObjectName.choose(table.name.name, middle, pending.isPrimary ? "pkey" : "key") {
                    schema.relation(QualifiedName(table.name.schema, $0)) != nil || hasConstraint($0, in: table.name.schema)
                }
            }
            var key = Key(name, pending.columns)
            key.nullsNotDistinct = pending.nullsNotDistinct
            key.isDeferrable = constraint.isDeferrable || constraint.isInitiallyDeferred
            key.isInitiallyDeferred = constraint.isInitiallyDeferred
            if pending.isPrimary { table.primaryKey = key } else { table.uniqueKeys.append(key) }
            schema.tables[table.name] = table
        }
    }

    func requireOrder(_ type: DataType, method: String = "btree") throws(SQLError) {
        var element = type
        while case .array(let inner) = element.base { element = inner }
        guard element.base == .json else { return }
        throw SQLError(
            "42704", "data type json has no default operator class for access method \"\(method)\"",
            hint: "You must specify an operator class for the index or define a default operator class for the data type.")
    }

    // MARK: Expressions of a table

    /// Where an expression over one row stands: what may not be in it depends on it.
    enum Place {
        case check, generated, defaultValue, index, predicate, policy

        var subquery: String {
            switch self {
            case .check: "cannot use subquery in check constraint"
            case .generated: "cannot use subquery in column generation expression"
            case .defaultValue: "cannot use subquery in DEFAULT expression"
            case .index: "cannot use subquery in index expression"
            case .predicate: "cannot use subquery in index predicate"
            case .policy: ""
            }
        }
    }

    func validateExpressions(of column: Column, in table: Table) throws(SQLError) {
        if let value = column.defaultValue { try validate(value, in: table, as: .defaultValue) }
        if let value = column.generated { try validate(value, in: table, as: .generated) }
    }

    /// Throws for a subquery or a column where none may be, and for columns that are not the table's.
    func validate(_ expression: Expression, in table: Table, as place: Place) throws(SQLError) {
        let uses = TreeUses(expression)
        if place != .policy, let select = uses.firstSelect { throw SQLError("0A000", place.subquery, position: select.known) }
        for name in uses.columns {
            if place == .defaultValue {
                throw SQLError("0A000", "cannot use column reference in DEFAULT expression", position: name.position.known)
            }
            if let qualifier = name.qualifier, qualifier != table.name.name {
                throw SQLError(
                    "42P01",
                    table.column(qualifier) == nil
                        ? "missing FROM-clause entry for table \"\(qualifier)\""
                        : "column notation .\(name.last) applied to type \((table.column(qualifier)?.type.type ?? .unknown).name), which is not a composite type",
                    position: name.position.known)
            }
            guard let column = table.column(name.last) else {
                if Self.systemColumns.contains(name.last) {
                    throw unsupported("system column \"\(name.last)\"", "Use a column of your own.", name.position)
                }
                throw SQLError(
                    "42703", name.qualifier.map { "column \($0).\(name.last) does not exist" } ?? "column \"\(name.last)\" does not exist",
                    hint: schema.perhaps(name.last, table.columns.map(\.name)),
                    position: name.position.known)
            }
            if place == .generated, column.generated != nil {
                throw SQLError(
                    "42P17", "cannot use generated column \"\(column.name)\" in column generation expression",
                    details: "A generated column cannot reference another generated column.", position: name.position.known)
            }
        }
    }
}

extension Expression {
    /// `nextval('public.books_id_seq'::regclass)`: the default behind `serial`.
    static func nextValue(of sequence: QualifiedName) -> Expression {
        let text = "\(quotedIdentifier(sequence.schema)).\(quotedIdentifier(sequence.name))"
        return .call("nextval", arguments: [Expression(.cast(.string(text), TypeName(Name("regclass"))))])
    }
}
