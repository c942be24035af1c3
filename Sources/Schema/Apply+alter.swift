import OffstageSyntax

extension Application {
    mutating func alterTable(_ alter: AlterTable) throws(SQLError) {
        if alter.object == .type { return try alterComposite(alter) }
        guard let found = schema.resolve(alter.name, path: path) else {
            if alter.ifExists { return notice("relation \"\(alter.name.last)\" does not exist, skipping") }
            throw schema.missingRelation(alter.name, path: path)
        }
        let position = alter.name.position
        switch alter.object {
        case .view: try requireKind(.view, found, position)
        case .sequence: try requireKind(.sequence, found, position)
        case .index: try requireKind(.index, found, position)
        case .materializedView: try requireKind(.materializedView, found, position)
        case .table, .type: break
        }
        switch found.kind {
        case .table:
            // PostgreSQL's passes: what goes first, then types, columns, their attributes, keys, the rest.
            for pass in 0...10 {
                for action in alter.actions where action.pass == pass { try apply(action, to: found.name, position) }
            }
        case .materializedView:
            for action in alter.actions {
                switch action {
                case .owner, .setOptions, .ignored: try apply(action, to: found.name, position)
                default: throw wrongKind(action, found, position)
                }
            }
        case .view: for action in alter.actions { try apply(action, toView: found.name, position) }
        case .sequence, .index:
            for action in alter.actions {
                switch action {
                case .owner(let role): _ = try newOwner(role)
                case .setOptions, .ignored: isDefinition = false
                default: throw wrongKind(action, found, position)
                }
            }
        }
    }

    private func wrongKind(_ action: AlterTable.Action, _ relation: (name: QualifiedName, kind: RelationKind), _ position: Position)
        -> SQLError
    {
        let word =
            switch action {
            case .addColumn: "ADD COLUMN"
            case .dropColumn: "DROP COLUMN"
            case .setType: "ALTER COLUMN ... SET DATA TYPE"
            case .setDefault: "ALTER COLUMN ... SET DEFAULT"
            case .setNotNull(_, let isNotNull): "ALTER COLUMN ... \(isNotNull ? "SET" : "DROP") NOT NULL"
            case .dropExpression: "ALTER COLUMN ... DROP EXPRESSION"
            case .addIdentity: "ALTER COLUMN ... ADD IDENTITY"
            case .setIdentity: "ALTER COLUMN ... SET"
            case .dropIdentity: "ALTER COLUMN ... DROP IDENTITY"
            case .addConstraint: "ADD CONSTRAINT"
            case .dropConstraint: "DROP CONSTRAINT"
            case .validateConstraint: "VALIDATE CONSTRAINT"
            case .rowSecurity(let isOn): isOn ? "ENABLE ROW SECURITY" : "DISABLE ROW SECURITY"
            case .enableTrigger(let name, let isOn): "\(isOn ? "ENABLE" : "DISABLE") TRIGGER\(name == nil ? " ALL" : "")"
            case .forceRowSecurity(let isOn): isOn ? "FORCE ROW SECURITY" : "NO FORCE ROW SECURITY"
            case .owner, .setOptions, .ignored, .other: "of this kind"
            }
        return SQLError(
            "42809", "ALTER action \(word) cannot be performed on relation \"\(relation.name.name)\"",
            details: "This operation is not supported for \(relation.kind.plural).", position: position.known)
    }

    private mutating func apply(_ action: AlterTable.Action, toView name: QualifiedName, _ position: Position) throws(SQLError) {
        switch action {
        case .owner(let role):
            if let owner = try newOwner(role) { schema.views[name]?.owner = owner }
        case .setOptions(let options):
            for (option, value) in options {
                switch option {
                case "security_invoker":
                    let isOn = try boolean(value, option)
                    schema.views[name]?.isSecurityInvoker = isOn
                case "security_barrier":
                    let isOn = try boolean(value, option)
                    schema.views[name]?.isSecurityBarrier = isOn
                case "check_option": schema.views[name]?.checkOption = try Self.checkOption(value)
                default: throw SQLError("22023", "unrecognized parameter \"\(option)\"", position: position.known)
                }
            }
        case .ignored(let what): note("ALTER VIEW \(Self.spoken(what))")
        case .setDefault: throw unsupported("a default of a view's column", "Give the table's column the default.", position)
        default: throw wrongKind(action, (name, .view), position)
        }
    }

    private mutating func apply(_ action: AlterTable.Action, to name: QualifiedName, _ position: Position) throws(SQLError) {
        guard let old = schema.tables[name] else { return }
        var table = old
        switch action {
        case .addColumn(let definition, let ifNotExists):
            try addColumn(definition, ifNotExists: ifNotExists, to: &table, old)
            return
        case .dropColumn(let column, let ifExists, let cascade):
            guard table.column(column) != nil else {
                if ifExists {
                    return notice("column \"\(column)\" of relation \"\(name.name)\" does not exist, skipping")
                }
                throw schema.missingColumn(column, of: table, at: position)
            }
            try remove([.column(name, column)], cascade: cascade)
            return
        case .setDefault(let column, let value):
            let i = try index(column, table, position)
            if table.columns[i].identity != nil {
                throw SQLError(
                    "42601", "column \"\(column)\" of relation \"\(name.name)\" is an identity column",
                    hint: value == nil ? "Use ALTER TABLE ... ALTER COLUMN ... DROP IDENTITY instead." : nil)
            }
            if table.columns[i].generated != nil {
                throw SQLError(
                    "42601", "column \"\(column)\" of relation \"\(name.name)\" is a generated column",
                    hint: value == nil ? "Use ALTER TABLE ... ALTER COLUMN ... DROP EXPRESSION instead." : nil)
            }
            if let value { try validate(value, in: table, as: .defaultValue) }
            table.columns[i].defaultValue = value
        case .setNotNull(let column, let isNotNull):
            let i = try index(column, table, position)
            if !isNotNull, table.columns[i].identity != nil {
                throw SQLError("42601", "column \"\(column)\" of relation \"\(name.name)\" is an identity column")
            }
            if !isNotNull, table.primaryKey?.columns.contains(column) == true {
                throw SQLError("42P16", "column \"\(column)\" is in a primary key")
            }
            table.columns[i].isNotNull = isNotNull
        case .setType(let column, let type, let using):
            if let using { try validate(using, in: table, as: .index) }
            try setType(try index(column, table, position), type, using, &table)
            schema.tables[name] = table
            if table != old || using != nil { changes.append(.alterTable(old: old, new: table, using: using.map { [column: $0] } ?? [:])) }
            return
        case .dropExpression(let column, let ifExists):
            let i = try index(column, table, position)
            guard table.columns[i].generated != nil else {
                if ifExists {
                    return notice("column \"\(column)\" of relation \"\(name.name)\" is not a stored generated column, skipping")
                }
                throw SQLError("55000", "column \"\(column)\" of relation \"\(name.name)\" is not a stored generated column")
            }
            table.columns[i].generated = nil
        case .addIdentity(let column, let always, let options):
            let i = try index(column, table, position)
            let of = "column \"\(column)\" of relation \"\(name.name)\""
            if !table.columns[i].isNotNull { throw SQLError("55000", "\(of) must be declared NOT NULL before identity can be added") }
            if table.columns[i].identity != nil { throw SQLError("55000", "\(of) is already an identity column") }
            if table.columns[i].defaultValue != nil { throw SQLError("55000", "\(of) already has a default value") }
            table.columns[i].sequence = try makeSequence(for: table.columns[i], of: name, options)
            table.columns[i].identity = always ? .always : .byDefault
        case .setIdentity(let column, let options, let always):
            let i = try index(column, table, position)
            guard table.columns[i].identity != nil else {
                throw SQLError("55000", "column \"\(column)\" of relation \"\(name.name)\" is not an identity column")
            }
            if let always { table.columns[i].identity = always ? .always : .byDefault }
            if let sequence = table.columns[i].sequence, var held = schema.sequences[sequence] { try change(&held, options) }
        case .dropIdentity(let column, let ifExists):
            let i = try index(column, table, position)
            guard table.columns[i].identity != nil else {
                if ifExists {
                    return notice("column \"\(column)\" of relation \"\(name.name)\" is not an identity column, skipping")
                }
                throw SQLError("55000", "column \"\(column)\" of relation \"\(name.name)\" is not an identity column")
            }
            if let sequence = table.columns[i].sequence { forget(sequence: sequence) }
            table.columns[i].identity = nil
            table.columns[i].sequence = nil
        case .addConstraint(let constraint):
            if try addIndexAsKey(constraint, to: &table) { break }
            var parts = TableParts()
            try collect(constraint, column: nil, of: table, &parts)
            try add(parts, to: &table)
        case .dropConstraint(let constraint, let ifExists, let cascade):
            guard table.hasConstraint(constraint) else {
                if ifExists {
                    return notice("constraint \"\(constraint)\" of relation \"\(name.name)\" does not exist, skipping")
                }
                throw SQLError(
                    "42704", "constraint \"\(constraint)\" of relation \"\(name.name)\" does not exist",
                    hint: schema.perhaps(constraint, table.constraintNames), position: position.known)
            }
            try remove([.constraint(name, constraint)], cascade: cascade)
            return
        case .validateConstraint(let constraint):
            guard table.hasConstraint(constraint) else {
                throw SQLError("42704", "constraint \"\(constraint)\" of relation \"\(name.name)\" does not exist")
            }
            if let i = table.checks.firstIndex(where: { $0.name == constraint }) {
                table.checks[i].isNotValid = false
            } else if let i = table.foreignKeys.firstIndex(where: { $0.name == constraint }) {
                table.foreignKeys[i].isNotValid = false
            } else {
                throw SQLError(
                    "42809", "constraint \"\(constraint)\" of relation \"\(name.name)\" is not a foreign key or check constraint")
            }
        case .rowSecurity(let isOn): schema.tables[name]?.hasRowSecurity = isOn
        case .enableTrigger(let trigger, let isOn): try enableTrigger(trigger, isOn, on: name, at: position.known)
        case .forceRowSecurity(let isOn): schema.tables[name]?.forcesRowSecurity = isOn
        case .owner(let role):
            if let owner = try newOwner(role) { schema.tables[name]?.owner = owner }
        case .setOptions: return note("ALTER TABLE \(name.name) SET or RESET (…)")
        case .ignored(let what): return note("ALTER TABLE \(name.name) \(Self.spoken(what))")
        case .other(let what):
            let (words, hint) = Self.actionWords[what] ?? (what, "Docs/Reference/SQL.md lists what there is.")
            throw unsupported("ALTER TABLE … \(words)", hint, position)
        }
        switch action {
        case .rowSecurity, .forceRowSecurity, .owner: return
        default: break
        }
        schema.tables[name] = table
        if table != old { changes.append(.alterTable(old: old, new: table)) }
    }

    private mutating func addColumn(_ definition: ColumnDefinition, ifNotExists: Bool, to table: inout Table, _ old: Table) throws(SQLError)
    {
        if table.column(ObjectName.truncated(definition.name)) != nil {
            if ifNotExists {
                return notice("column \"\(definition.name)\" of relation \"\(table.name.name)\" already exists, skipping")
            }
            throw SQLError(
                "42701", "column \"\(definition.name)\" of relation \"\(table.name.name)\" already exists",
                position: definition.position.known)
        }
        var parts = TableParts()
        let column = try column(definition, of: table.name, &parts)
        table.columns.append(column)
        if table.columns.count > 1600 { throw SQLError("54011", "tables can have at most 1600 columns") }
        try validateExpressions(of: column, in: table)
        schema.tables[table.name] = table
        let added = table
        try add(parts, to: &table)
        changes.append(.addColumn(table.name, column: column.name))
        // The column as it is in the end goes in first; what its constraints add to the table comes after.
        if table.primaryKey != added.primaryKey || table.uniqueKeys != added.uniqueKeys || table.checks != added.checks
            || table.foreignKeys != added.foreignKeys
        {
            changes.append(.alterTable(old: added, new: table))
        }
    }

    private func index(_ column: String, _ table: Table, _ position: Position) throws(SQLError) -> Int {
        guard let i = table.columns.firstIndex(where: { $0.name == column }) else {
            throw schema.missingColumn(column, of: table, at: position)
        }
        return i
    }

    // MARK: Types

    private mutating func setType(_ i: Int, _ name: TypeName, _ using: Expression?, _ table: inout Table) throws(SQLError) {
        let column = table.columns[i]
        let type = try schema.resolveType(name, path: path)
        let spoken = type.type.name
        if using == nil, column.type.type != type.type, !Self.assignable(column.type.type, type.type) {
            throw SQLError(
                "42804", "column \"\(column.name)\" cannot be cast automatically to type \(spoken)",
                hint: column.generated == nil
                    ? "You might need to specify \"USING \(quotedIdentifier(column.name))::\(spoken)\"." : nil,
                position: name.name.position.known)
        }
        if let using {
            if column.generated != nil {
                throw SQLError(
                    "42611", "cannot specify USING when altering type of generated column",
                    details: "Column \"\(column.name)\" is a generated column.")
            }
            try validate(using, in: table, as: .index)
        }
        if column.defaultValue != nil, !Self.assignable(column.type.type, type.type) {
            throw SQLError("42804", "default for column \"\(column.name)\" cannot be cast automatically to type \(spoken)")
        }
        if let other = table.columns.first(where: { $0.generated.map { TreeUses($0).columns.contains { $0.last == column.name } } == true })
        {
            throw SQLError(
                "0A000", "cannot alter type of a column used by a generated column",
                details: "Column \"\(column.name)\" is used by generated column \"\(other.name)\".")
        }
        if let view = queries.first(where: { $0.name != table.name && uses($0.select, table.name, column.name) }) {
            throw SQLError(
                "0A000", "cannot alter type of a column used by a view or rule",
                details:
                    "rule _RETURN on \(schema.tables[view.name] == nil ? "view" : "materialized view") \(view.name.name) depends on column \"\(column.name)\"",
                hint: "Drop the view, change the type, and create the view again.")
        }
        for other in schema.tables.values.sorted(by: { $0.name < $1.name }) {
            for policy in other.policies where uses(policy, of: other.name, table.name, column.name) {
                throw SQLError(
                    "0A000", "cannot alter type of a column used in a policy definition",
                    details: "policy \(policy.name) on table \(other.name.name) depends on column \"\(column.name)\"")
            }
        }
        table.columns[i].type = type
        if column.identity != nil {
            guard [.smallint, .integer, .bigint].contains(type.type) else {
                throw SQLError("22023", "identity column type must be smallint, integer, or bigint")
            }
            if let sequence = column.sequence, let held = schema.sequences[sequence] {
                var fitted = try self.sequence(
                    sequence, type: type.type, [.increment(held.increment), .start(held.start), .minimum(held.minimum)])
                fitted.ownedBy = held.ownedBy
                fitted.isCycling = held.isCycling
                schema.sequences[sequence] = fitted
            }
        }
        for key in [table.primaryKey].compactMap({ $0 }) + table.uniqueKeys where key.columns.contains(column.name) {
            try requireOrder(type.type)
        }
        schema.tables[table.name] = table
        // Its own keys are looked at first.
        for other in schema.tables.values.sorted(by: { ($0.name != table.name ? 1 : 0, $0.name) < ($1.name != table.name ? 1 : 0, $1.name) }
        ) {
            for reference in other.foreignKeys where reference.table == table.name || other.name == table.name {
                for (mine, theirs) in zip(reference.columns, reference.referenced) {
                    guard let a = other.column(mine)?.type.type, let b = schema.tables[reference.table]?.column(theirs)?.type.type,
                        !Self.comparable(a, b)
                    else { continue }
                    throw SQLError(
                        "42804", "foreign key constraint \"\(reference.name)\" cannot be implemented",
                        details: "Key columns \"\(mine)\" and \"\(theirs)\" are of incompatible types: \(a.name) and \(b.name).")
                }
            }
        }
    }

    /// Does a value of type `a` go into a column of type `b` by itself?
    static func assignable(_ a: DataType, _ b: DataType) -> Bool {
        let (a, b) = (a.base, b.base)
        let numbers: [DataType] = [.smallint, .integer, .bigint, .numeric, .real, .double]
        let texts: [DataType] = [.text, .varchar, .char, .citext, .name]
        if a == b || texts.contains(b) || (numbers.contains(a) && numbers.contains(b)) { return true }
        switch (a, b) {
        case (.date, .timestamp), (.date, .timestamptz), (.timestamp, .date), (.timestamptz, .date), (.timestamp, .timestamptz),
            (.timestamptz, .timestamp), (.timestamp, .time), (.timestamptz, .time), (.time, .interval), (.interval, .time), (.json, .jsonb),
            (.jsonb, .json), (.inet, .cidr), (.cidr, .inet), (.bit, .varbit), (.varbit, .bit), (.time, .timetz), (.timetz, .time),
            (.timestamptz, .timetz), (.smallint, .oid), (.integer, .oid), (.bigint, .oid), (.oid, .integer), (.oid, .bigint):
            return true
        case (.array(let a), .array(let b)): return assignable(a, b)
        default: return false
        }
    }

    // MARK: Keys from indexes

    /// `add constraint c unique using index i`: the index becomes the key. False for every other constraint.
    private mutating func addIndexAsKey(_ constraint: Constraint, to table: inout Table) throws(SQLError) -> Bool {
        let indexName: String
        let isPrimary: Bool
        switch constraint.kind {
        case .primaryKey(_, let index?): (indexName, isPrimary) = (index, true)
        case .unique(_, _, let index?): (indexName, isPrimary) = (index, false)
        default: return false
        }
        guard let i = table.indexes.firstIndex(where: { $0.name == indexName }) else {
            throw SQLError("42704", "index \"\(indexName)\" does not exist", position: constraint.position.known)
        }
        let index = table.indexes[i]
        guard index.isUnique else {
            throw SQLError(
                "42809", "\"\(indexName)\" is not a unique index",
                details: "Cannot create a primary key or unique constraint using such an index.",
                position: constraint.position.known)
        }
        if index.filter != nil {
            throw SQLError(
                "42809", "\"\(indexName)\" is a partial index",
                details: "Cannot create a primary key or unique constraint using such an index.",
                position: constraint.position.known)
        }
        var columns: [String] = []
        for element in index.elements {
            guard case .column(let name) = element.value.kind else {
                throw SQLError(
                    "42809", "index \"\(indexName)\" contains expressions",
                    details: "Cannot create a primary key or unique constraint using such an index.", position: constraint.position.known)
            }
            columns.append(name.last)
        }
        if isPrimary, table.primaryKey != nil {
            throw SQLError(
                "42P16", "multiple primary keys for table \"\(table.name.name)\" are not allowed", position: constraint.position.known)
        }
        let name = constraint.name.map { ObjectName.truncated($0) } ?? indexName
        if name != indexName, schema.relation(QualifiedName(table.name.schema, name)) != nil { throw taken(name) }
        table.indexes.remove(at: i)
        var key = Key(name, columns)
        key.nullsNotDistinct = index.nullsNotDistinct
        key.isDeferrable = constraint.isDeferrable || constraint.isInitiallyDeferred
        key.isInitiallyDeferred = constraint.isInitiallyDeferred
        if isPrimary {
            for c in table.columns.indices where columns.contains(table.columns[c].name) { table.columns[c].isNotNull = true }
            table.primaryKey = key
        } else {
            table.uniqueKeys.append(key)
        }
        changes.append(.dropIndex(table.name, index: indexName))
        return true
    }
}

extension Application {
    /// `AT_SetStatistics` as people write it.
    fileprivate static func spoken(_ action: String) -> String {
        var words = ""
        for character in action.dropFirst(3) {
            if character.isUppercase, !words.isEmpty { words.append(" ") }
            words += character.uppercased()
        }
        return words
    }
}

extension AlterTable.Action {
    /// PostgreSQL's order of the actions of one statement (`AT_PASS_…` in `tablecmds.c`).
    fileprivate var pass: Int {
        switch self {
        case .dropColumn, .dropConstraint, .setNotNull(_, false), .setDefault(_, nil), .dropIdentity, .dropExpression: 0
        case .setType: 1
        case .addColumn: 4
        case .setNotNull(_, true), .setIdentity: 6
        case .addConstraint(let constraint):
            switch constraint.kind {
            case .primaryKey(_, let index?), .unique(_, _, let index?): index.isEmpty ? 8 : 7
            case .primaryKey, .unique: 8
            default: 9
            }
        case .setDefault, .addIdentity: 9
        case .validateConstraint, .rowSecurity, .forceRowSecurity, .enableTrigger, .owner, .setOptions, .ignored, .other: 10
        }
    }
}

extension Table {
    /// Keys, foreign keys and checks.
    package var constraintNames: [String] {
        [primaryKey].compactMap { $0?.name } + uniqueKeys.map(\.name) + foreignKeys.map(\.name) + checks.map(\.name)
    }
}
