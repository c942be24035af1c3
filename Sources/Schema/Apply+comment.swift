import OffstageSyntax

extension Application {
    mutating func comment(_ comment: Comment) throws(SQLError) {
        // An empty comment is none, as in PostgreSQL.
        let text = comment.text.flatMap { $0.isEmpty ? nil : $0 }
        let name = comment.name
        switch comment.kind {
        case .table:
            schema.tables[try relation(name, .table, "table")]?.comment = text
        case .view: schema.views[try relation(name, .view, "view")]?.comment = text
        case .sequence:
            let found = try relation(name, .sequence, "sequence")
            schema.comments[Commented(.sequence, [found.schema, found.name])] = text
        case .index:
            guard let found = schema.resolve(name, path: path) else { throw schema.missingRelation(name, path: path) }
            guard case .index = found.kind else {
                throw SQLError("42809", "\"\(name.last)\" is not an index", position: name.position.known)
            }
            schema.comments[Commented(.index, [found.name.schema, found.name.name])] = text
        case .column:
            let owner = Name(Array(name.parts.dropLast()), at: name.position)
            guard let found = schema.resolve(owner, path: path) else { throw schema.missingRelation(owner, path: path) }
            if let i = schema.tables[found.name]?.columns.firstIndex(where: { $0.name == name.last }) {
                schema.tables[found.name]?.columns[i].comment = text
            } else if schema.views[found.name]?.columns.contains(where: { $0.name == name.last }) == true {
                schema.comments[Commented(.column, [found.name.schema, found.name.name, name.last])] = text
            } else {
                let names = schema.tables[found.name]?.columns.map(\.name) ?? schema.views[found.name]?.columns.map(\.name) ?? []
                throw SQLError(
                    "42703", "column \"\(name.last)\" of relation \"\(found.name.name)\" does not exist",
                    hint: schema.perhaps(name.last, names),
                    position: name.position.known)
            }
        case .constraint:
            let table = try schema.resolveTable(Name(Array(name.parts.dropLast()), at: name.position), path: path)
            guard schema.tables[table]?.hasConstraint(name.last) == true else {
                throw SQLError(
                    "42704", "constraint \"\(name.last)\" for table \"\(table.name)\" does not exist", position: name.position.known)
            }
            schema.comments[Commented(.constraint, [table.schema, table.name, name.last])] = text
        case .policy:
            let table = try schema.resolveTable(Name(Array(name.parts.dropLast()), at: name.position), path: path)
            guard schema.tables[table]?.policies.contains(where: { $0.name == name.last }) == true else {
                throw missingPolicy(name.last, table)
            }
            schema.comments[Commented(.policy, [table.schema, table.name, name.last])] = text
        case .type, .domain:
            if let domain = schema.resolveDomain(name, path: path) {
                schema.comments[Commented(.type, [domain.name.schema, domain.name.name])] = text
                return
            }
            guard let type = schema.resolveEnumeration(name, path: path) else {
                throw SQLError("42704", "type \"\(name.parts.joined(separator: "."))\" does not exist", position: name.position.known)
            }
            schema.comments[Commented(.type, [type.schema, type.name])] = text
        case .schema:
            try schema.requireNamespace(name.last, at: name.position)
            schema.comments[Commented(.schema, [name.last])] = text
        case .function, .procedure:
            let found = try function(name, comment.arguments)
            guard let i = schema.functions[found.name]?.firstIndex(where: { $0.signature == found.signature }) else { return }
            schema.functions[found.name]?[i].comment = text
        case .role:
            try schema.requireRole(name.last)
            schema.comments[Commented(.role, [name.last])] = text
        case .extension:
            guard schema.extensions.contains(name.last) else { throw SQLError("42704", "extension \"\(name.last)\" does not exist") }
            schema.comments[Commented(.extension, [name.last])] = text
        case .materializedView: schema.tables[try relation(name, .materializedView, "materialized view")]?.comment = text
        case .publication:
            try requirePublication(name.last)
            schema.comments[Commented(.publication, [name.last])] = text
        case .trigger:
            let owner = Name(Array(name.parts.dropLast()), at: name.position)
            guard let found = schema.resolve(owner, path: path) else { throw schema.missingRelation(owner, path: path) }
            guard schema.triggers[found.name]?.contains(where: { $0.name == name.last }) == true else {
                throw missingTrigger(name.last, found.name.name, at: name.position.known)
            }
            schema.comments[Commented(.trigger, [found.name.schema, found.name.name, name.last])] = text
        }
    }

    private func relation(_ name: Name, _ kind: RelationKind, _ word: String) throws(SQLError) -> QualifiedName {
        guard let found = schema.resolve(name, path: path) else { throw schema.missingRelation(name, path: path) }
        guard found.kind == kind else { throw SQLError("42809", "\"\(name.last)\" is not a \(word)", position: name.position.known) }
        return found.name
    }
}
