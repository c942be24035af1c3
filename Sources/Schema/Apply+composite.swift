import OffstageSyntax

/// `create type … as (…)` and what changes one.
extension Application {
    mutating func createComposite(_ name: QualifiedName, _ columns: [ColumnDefinition]) throws(SQLError) {
        var row = Composite(name, [])
        for column in columns { row.fields.append(try attribute(column, of: row)) }
        schema.composites[name] = row
    }

    private func attribute(_ column: ColumnDefinition, of row: Composite) throws(SQLError) -> Composite.Field {
        let name = ObjectName.truncated(column.name)
        if row.index(of: name) != nil {
            throw SQLError("42701", "column \"\(name)\" specified more than once", position: column.position.known)
        }
        let type = try schema.resolveType(column.type, path: path)
        switch type.type {
        case .record, .void, .unknown:
            throw SQLError("42P16", "column \"\(name)\" has pseudo-type \(type.type.name)", position: column.position.known)
        default: break
        }
        if let own = row.name, type.type.holds(own) {
            throw SQLError("42P16", "composite type \(own.name) cannot be made a member of itself", position: column.position.known)
        }
        return .init(name, type)
    }

    mutating func alterComposite(_ alter: AlterTable) throws(SQLError) {
        guard var row = resolveComposite(alter.name), let name = row.name else {
            if alter.ifExists { return }
            if schema.resolveEnumeration(alter.name, path: path) != nil {
                throw SQLError("42809", "\"\(alter.name.last)\" is not a composite type", position: alter.name.position.known)
            }
            throw SQLError(
                "42P01", "relation \"\(alter.name.parts.joined(separator: "."))\" does not exist", position: alter.name.position.known)
        }
        for action in alter.actions {
            switch action {
            case .addColumn(let column, _):
                let field = ObjectName.truncated(column.name)
                guard row.index(of: field) == nil else {
                    throw SQLError("42701", "column \"\(field)\" of relation \"\(name.name)\" already exists")
                }
                row.fields.append(try attribute(column, of: row))
            case .dropColumn(let field, let ifExists, _):
                guard let index = row.index(of: field) else {
                    if ifExists { continue }
                    throw missingAttribute(field, name)
                }
                row.fields.remove(at: index)
            case .setType(let field, let type, _):
                guard let index = row.index(of: field) else { throw missingAttribute(field, name) }
                let columns = schema.tables.values.sorted { $0.name < $1.name }.flatMap { table in
                    table.columns.reversed().map { (table.name.name, $0) }
                }
                if let (table, column) = columns.first(where: { $0.1.type.type.isMade(of: name) })
                    ?? columns.first(where: { $0.1.type.type.holds(name) })
                {
                    throw SQLError("0A000", "cannot alter type \"\(name.name)\" because column \"\(table).\(column.name)\" uses it")
                }
                row.fields[index].type = try schema.resolveType(type, path: path)
            case .owner(let role): _ = try newOwner(role)
            default: throw unsupported("this change of a composite type", "Create another type.", alter.name.position)
            }
        }
        schema.composites[name] = row
    }

    private func resolveComposite(_ name: Name) -> Composite? {
        if let qualifier = name.qualifier { return schema.composites[QualifiedName(qualifier, name.last)] }
        for namespace in path { if let found = schema.composites[QualifiedName(namespace, name.last)] { return found } }
        return nil
    }

    private func missingAttribute(_ field: String, _ name: QualifiedName) -> SQLError {
        SQLError("42703", "column \"\(field)\" of relation \"\(name.name)\" does not exist")
    }

    /// `alter type t rename attribute a to b`.
    mutating func renameAttribute(_ rename: Rename) throws(SQLError) {
        guard let row = resolveComposite(rename.name), let name = row.name, let part = rename.part else {
            if rename.ifExists { return }
            throw SQLError(
                "42P01", "relation \"\(rename.name.parts.joined(separator: "."))\" does not exist", position: rename.name.position.known)
        }
        guard let index = row.index(of: part) else {
            throw SQLError("42703", "column \"\(part)\" does not exist", position: rename.name.position.known)
        }
        guard row.index(of: rename.to) == nil else {
            throw SQLError("42701", "column \"\(rename.to)\" of relation \"\(name.name)\" already exists")
        }
        schema.composites[name]?.fields[index].name = ObjectName.truncated(rename.to)
    }

    /// `alter type t rename to u`; nil where no composite type has the name.
    mutating func renameComposite(_ rename: Rename) throws(SQLError) -> Bool {
        guard var row = resolveComposite(rename.name), let old = row.name else { return false }
        let new = QualifiedName(old.schema, ObjectName.truncated(rename.to))
        if schema.isTypeName(new) { throw SQLError("42710", "type \"\(new.name)\" already exists", position: rename.name.position.known) }
        schema.composites[old] = nil
        row.name = new
        schema.composites[new] = row
        schema.mapTypes { type in
            guard case .composite(var held) = type, held.name == old else { return type }
            held.name = new
            return .composite(held)
        }
        return true
    }

    /// Where a table stores rows of what has just changed, its stored rows change with it.
    mutating func refreshComposites() {
        guard isDefinition, schema.holdsComposites else { return }
        let before = schema.tables
        schema.refreshComposites()
        guard !isReadingCatalogue else { return }
        for (name, new) in schema.tables.sorted(by: { $0.key < $1.key }) {
            guard let old = before[name], old != new else { continue }
            changes.append(.alterTable(old: old, new: new))
        }
    }
}

extension Schema {
    /// Whether a type goes by this name; every table and view is one, too.
    func isTypeName(_ name: QualifiedName) -> Bool {
        enumerations[name] != nil || domains[name] != nil || composites[name] != nil || tables[name] != nil || views[name] != nil
    }
}
