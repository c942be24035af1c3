package import OffstageSyntax

/// What a name of the relations' namespace stands for.
package enum RelationKind: Hashable, Sendable {
    case table, view, materializedView, sequence
    /// With the table it is on. A key's index counts.
    case index(on: QualifiedName)

    /// It can be read from.
    package var hasRows: Bool { self == .table || self == .view || self == .materializedView }

    var word: String {
        switch self {
        case .table: "table"
        case .view: "view"
        case .materializedView: "materialized view"
        case .sequence: "sequence"
        case .index: "index"
        }
    }
}

extension Schema {
    /// What is called so, if anything: tables, views, sequences and indexes share one namespace per schema.
    package func relation(_ name: QualifiedName) -> RelationKind? {
        if let table = tables[name] { return table.materialized == nil ? .table : .materializedView }
        if views[name] != nil { return .view }
        if sequences[name] != nil { return .sequence }
        for table in tables.values where table.name.schema == name.schema {
            if table.primaryKey?.name == name.name || table.uniqueKeys.contains(where: { $0.name == name.name })
                || table.indexes.contains(where: { $0.name == name.name })
            {
                return .index(on: table.name)
            }
        }
        return nil
    }

    /// The relation a name means, looked for along the path; nil where there is none.
    package func resolve(_ name: Name, path: [String] = searchPath) -> (name: QualifiedName, kind: RelationKind)? {
        if let schema = name.qualifier {
            let full = QualifiedName(schema, name.last)
            return relation(full).map { (full, $0) }
        }
        for schema in path {
            let full = QualifiedName(schema, name.last)
            if let kind = relation(full) { return (full, kind) }
        }
        return nil
    }

    /// A table or view to read from, along the path.
    ///
    /// Throws 42P01 `relation "boks" does not exist`, with a hint where a name is close.
    package func resolveRelation(_ name: Name, path: [String] = searchPath) throws(SQLError) -> QualifiedName {
        guard let found = resolve(name, path: path) else { throw missingRelation(name, path: path) }
        return found.name
    }

    /// A table to change. Throws 42P01, or 42809 for what is no table.
    package func resolveTable(_ name: Name, path: [String] = searchPath) throws(SQLError) -> QualifiedName {
        guard let found = resolve(name, path: path) else { throw missingRelation(name, path: path) }
        guard case .table = found.kind else { throw SQLError("42809", "\"\(name.last)\" is not a table", position: name.position.known) }
        return found.name
    }

    /// An enum type along the path.
    package func resolveEnumeration(_ name: Name, path: [String] = searchPath) -> Enumeration? {
        if let schema = name.qualifier { return enumerations[QualifiedName(schema, name.last)] }
        for schema in path { if let found = enumerations[QualifiedName(schema, name.last)] { return found } }
        return nil
    }

    /// A domain along the path.
    package func resolveDomain(_ name: Name, path: [String] = searchPath) -> DomainDefinition? {
        if let schema = name.qualifier { return domains[QualifiedName(schema, name.last)] }
        for schema in path { if let found = domains[QualifiedName(schema, name.last)] { return found } }
        return nil
    }

    /// The functions of a name, in the order of the path; overloads of one schema together.
    package func resolveFunctions(_ name: Name, path: [String] = searchPath) -> [Function] {
        if let schema = name.qualifier { return functions[QualifiedName(schema, name.last)] ?? [] }
        return path.flatMap { functions[QualifiedName($0, name.last)] ?? [] }
    }

    /// Where something new of this name goes.
    ///
    /// Throws 3F000 where the schema does not exist, 42501 for the system's own, 0A000 for another database's.
    package func placement(of name: Name, path: [String] = searchPath) throws(SQLError) -> QualifiedName {
        if name.parts.count > 2 {
            throw SQLError(
                "0A000", "cross-database references are not implemented: \"\(name.parts.joined(separator: "."))\"",
                position: name.position.known)
        }
        let last = ObjectName.truncated(name.last)
        guard let schema = name.qualifier else {
            guard let schema = path.first(where: { namespaces.contains($0) }) else {
                throw SQLError("3F000", "no schema has been selected to create in", position: name.position.known)
            }
            return QualifiedName(schema, last)
        }
        if schema.hasPrefix("pg_") || schema == "information_schema" {
            throw SQLError("42501", "permission denied for schema \(schema)", position: name.position.known)
        }
        try requireNamespace(schema, at: name.position)
        return QualifiedName(schema, last)
    }

    func requireNamespace(_ name: String, at position: Position = .none) throws(SQLError) {
        guard namespaces.contains(name) else {
            throw SQLError("3F000", "schema \"\(name)\" does not exist", hint: perhaps(name, namespaces), position: position.known)
        }
    }

    func requireRole(_ name: String) throws(SQLError) {
        guard name == "public" || roles[name] != nil else {
            throw SQLError("42704", "role \"\(name)\" does not exist", hint: perhaps(name, roles.keys))
        }
    }

    func missingRelation(_ name: Name, path: [String]) -> SQLError {
        let schemas = name.qualifier.map { [$0] } ?? path
        let names = (Array(tables.keys) + Array(views.keys)).filter { schemas.contains($0.schema) }.map(\.name)
        return SQLError(
            "42P01", "relation \"\(name.parts.joined(separator: "."))\" does not exist", hint: perhaps(name.last, names),
            position: name.position.known)
    }

    func missingColumn(_ column: String, of table: Table, at position: Position = .none) -> SQLError {
        SQLError(
            "42703", "column \"\(column)\" of relation \"\(table.name.name)\" does not exist",
            hint: perhaps(column, table.columns.map(\.name)),
            position: position.known)
    }

    func perhaps(_ name: String, _ names: some Swift.Sequence<String>) -> String? {
        closestName(to: name, among: names).map { "Perhaps you meant \"\($0)\"." }
    }
}

extension Position {
    /// As an error carries it.
    var known: Int? { offset < 0 ? nil : Int(offset) }
}
