import OffstageSyntax

extension Application {
    /// A foreign key: the columns on both sides exist, the other side's are unique, and the types can be compared.
    mutating func addReference(_ pending: TableParts.PendingReference, to table: inout Table) throws(SQLError) {
        let key = pending.key
        let position = pending.constraint.position
        guard let found = schema.resolve(key.table, path: path) else { throw schema.missingRelation(key.table, path: path) }
        guard case .table = found.kind, let other = schema.tables[found.name] else {
            throw SQLError("42809", "referenced relation \"\(found.name.name)\" is not a table", position: key.table.position.known)
        }
        for column in key.columns where table.column(column) == nil {
            throw SQLError("42703", "column \"\(column)\" referenced in foreign key constraint does not exist", position: position.known)
        }
        var referenced = key.referenced
        if referenced.isEmpty {
            guard let primary = other.primaryKey else {
                throw SQLError("42704", "there is no primary key for referenced table \"\(other.name.name)\"", position: position.known)
            }
            referenced = primary.columns
        }
        for column in referenced where other.column(column) == nil {
            throw SQLError("42703", "column \"\(column)\" referenced in foreign key constraint does not exist", position: position.known)
        }
        try requireUnique(referenced, of: other, position)
        if referenced.count != key.columns.count {
            throw SQLError("42830", "number of referencing and referenced columns for foreign key disagree", position: position.known)
        }
        let name = try referenceName(pending, table)
        for (mine, theirs) in zip(key.columns, referenced) {
            guard let a = table.column(mine)?.type.type, let b = other.column(theirs)?.type.type, !Self.comparable(a, b) else { continue }
            throw SQLError(
                "42804", "foreign key constraint \"\(name)\" cannot be implemented",
                details: "Key columns \"\(mine)\" and \"\(theirs)\" are of incompatible types: \(a.name) and \(b.name).",
                position: position.known)
        }
        for column in key.columns where table.column(column)?.generated != nil {
            let action: String? =
                switch (key.onUpdate, key.onDelete) {
                case (.setNull, _), (.setDefault, _), (.cascade, _): "ON UPDATE"
                case (_, .setNull), (_, .setDefault): "ON DELETE"
                default: nil
                }
            if let action {
                throw SQLError(
                    "42601", "invalid \(action) action for foreign key constraint containing generated column", position: position.known)
            }
        }
        var reference = Reference(name, key.columns, references: other.name, referenced)
        reference.onDelete = key.onDelete
        reference.onUpdate = key.onUpdate
        reference.match = key.match
        for column in key.setsOnDelete where !key.columns.contains(column) {
            throw SQLError(
                table.column(column) == nil ? "42703" : "42P10",
                table.column(column) == nil
                    ? "column \"\(column)\" referenced in foreign key constraint does not exist"
                    : "column \"\(column)\" referenced in ON DELETE SET action must be part of foreign key", position: position.known)
        }
        reference.setsOnDelete = key.setsOnDelete
        reference.isDeferrable = pending.constraint.isDeferrable || pending.constraint.isInitiallyDeferred
        reference.isNotValid = pending.constraint.isNotValid
        reference.isInitiallyDeferred = pending.constraint.isInitiallyDeferred
        table.foreignKeys.append(reference)
    }

    private func referenceName(_ pending: TableParts.PendingReference, _ table: Table) throws(SQLError) -> String {
        if let given = pending.constraint.name.map({ ObjectName.truncated($0) }) {
            if table.hasConstraint(given) { throw constraintExists(given, table) }
            return given
        }
        return ObjectName.choose(table.name.name, ObjectName.middle(pending.key.columns), "fkey") {
            table.hasConstraint($0) || hasConstraint($0, in: table.name.schema)
        }
    }

    private func requireUnique(_ columns: [String], of table: Table, _ position: Position) throws(SQLError) {
        if Set(columns).count != columns.count {
            throw SQLError("42830", "foreign key referenced-columns list must not contain duplicates", position: position.known)
        }
        let wanted = Set(columns)
        var isDeferrable = false
        for key in [table.primaryKey].compactMap({ $0 }) + table.uniqueKeys where Set(key.columns) == wanted {
            if !key.isDeferrable { return }
            isDeferrable = true
        }
        for index in table.indexes where index.isUnique && index.filter == nil {
            let names = index.elements.map { element -> String? in if case .column(let name) = element.value.kind { name.last } else { nil }
            }
            if names.allSatisfy({ $0 != nil }), Set(names.compactMap { $0 }) == wanted, names.count == wanted.count { return }
        }
        if isDeferrable {
            throw SQLError(
                "55000", "cannot use a deferrable unique constraint for referenced table \"\(table.name.name)\"", position: position.known)
        }
        throw SQLError(
            "42830", "there is no unique constraint matching given keys for referenced table \"\(table.name.name)\"",
            position: position.known)
    }

    /// Can a key of type `a` refer to one of type `b`? Within a family of types, or where `a` becomes `b` by itself.
    static func comparable(_ a: DataType, _ b: DataType) -> Bool {
        if a == b { return true }
        switch (a, b) {
        case (.smallint, .integer), (.smallint, .bigint), (.integer, .smallint), (.integer, .bigint), (.bigint, .smallint),
            (.bigint, .integer):
            return true
        case (.smallint, .numeric), (.integer, .numeric), (.bigint, .numeric): return true
        case (.smallint, .real), (.integer, .real), (.bigint, .real), (.smallint, .double), (.integer, .double), (.bigint, .double):
            return true
        case (.numeric, .real), (.numeric, .double), (.real, .double), (.double, .real): return true
        case (.text, .varchar), (.varchar, .text), (.text, .char), (.varchar, .char), (.char, .text), (.char, .varchar): return true
        case (.date, .timestamp), (.date, .timestamptz), (.timestamp, .date), (.timestamp, .timestamptz), (.timestamptz, .date),
            (.timestamptz, .timestamp):
            return true
        case (.time, .interval): return true
        case (.array(.text), .array(.varchar)), (.array(.varchar), .array(.text)): return true
        default: return false
        }
    }
}
