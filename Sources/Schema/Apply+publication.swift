import OffstageSyntax

extension Application {
    mutating func createPublication(_ create: Publication) throws(SQLError) {
        let name = ObjectName.truncated(create.name)
        if schema.publications[name] != nil { throw SQLError("42710", "publication \"\(name)\" already exists") }
        var publication = PublishedTables()
        publication.isForAllTables = create.isForAllTables
        try apply(create.options, to: &publication)
        try add(create.members, create.schemas, to: &publication, name)
        schema.publications[name] = publication
    }

    mutating func alterPublication(_ name: String, _ change: PublicationChange) throws(SQLError) {
        // Every project of Supabase has this one from the start.
        var publication = schema.publications[name] ?? PublishedTables()
        if name != Self.realtime { try requirePublication(name) }
        switch change {
        case .options(let options): try apply(options, to: &publication)
        case .add(let members, let schemas):
            try refuseAllTables(publication, name, members, schemas)
            try add(members, schemas, to: &publication, name)
        case .set(let members, let schemas):
            try refuseAllTables(publication, name, members, schemas)
            publication.tables = [:]
            publication.schemas = []
            try add(members, schemas, to: &publication, name)
        case .drop(let members, let schemas):
            try refuseAllTables(publication, name, members, schemas)
            for member in members {
                let table = try schema.resolveRelation(member.table, path: path)
                guard publication.tables.removeValue(forKey: table) != nil else {
                    throw SQLError(
                        "42704", "relation \"\(table.name)\" is not part of the publication", position: member.table.position.known)
                }
            }
            for namespace in schemas {
                try schema.requireNamespace(namespace)
                guard publication.schemas.remove(namespace) != nil else {
                    throw SQLError("42704", "tables from schema \"\(namespace)\" are not part of the publication")
                }
            }
        }
        schema.publications[name] = publication
    }

    static let realtime = "supabase_realtime"

    func requirePublication(_ name: String) throws(SQLError) {
        guard schema.publications[name] != nil || name == Self.realtime else {
            throw SQLError("42704", "publication \"\(name)\" does not exist", hint: schema.perhaps(name, schema.publications.keys))
        }
    }

    private func refuseAllTables(
        _ publication: PublishedTables, _ name: String, _ members: [Publication.Member], _ schemas: [String]
    ) throws(SQLError) {
        guard publication.isForAllTables else { return }
        throw SQLError(
            "55000", "publication \"\(name)\" is defined as FOR ALL TABLES",
            details: members.isEmpty
                ? "Schemas cannot be added to or dropped from FOR ALL TABLES publications."
                : "Tables cannot be added to or dropped from FOR ALL TABLES publications.")
    }

    private func add(
        _ members: [Publication.Member], _ schemas: [String], to publication: inout PublishedTables, _ name: String
    ) throws(SQLError) {
        for member in members {
            guard let found = schema.resolve(member.table, path: path) else { throw schema.missingRelation(member.table, path: path) }
            guard case .table = found.kind, let table = schema.tables[found.name] else {
                throw SQLError(
                    "22023", "cannot add relation \"\(found.name.name)\" to publication",
                    details: "This operation is not supported for \(found.kind.plural).", position: member.table.position.known)
            }
            if publication.tables[found.name] != nil {
                throw SQLError(
                    "42710", "relation \"\(found.name.name)\" is already member of publication \"\(name)\"",
                    position: member.table.position.known)
            }
            for column in member.columns where table.column(column) == nil {
                throw SQLError(
                    "42703", "column \"\(column)\" of relation \"\(table.name.name)\" does not exist",
                    position: member.table.position.known)
            }
            if let filter = member.filter { try validate(filter, in: table, as: .predicate) }
            publication.tables[found.name] = .init(columns: member.columns, filter: member.filter)
        }
        for namespace in schemas {
            let namespace = namespace == "current_schema" ? path.first { schema.namespaces.contains($0) } ?? namespace : namespace
            try schema.requireNamespace(namespace)
            if !publication.schemas.insert(namespace).inserted {
                throw SQLError("42710", "schema \"\(namespace)\" is already member of publication \"\(name)\"")
            }
        }
    }

    private func apply(_ options: [String: String], to publication: inout PublishedTables) throws(SQLError) {
        for (option, value) in options.sorted(by: { $0.key < $1.key }) {
            switch option {
            case "publish":
                publication.operations = []
                for word in value.split(whereSeparator: { $0 == "," || $0 == " " }).map(String.init) {
                    guard ["insert", "update", "delete", "truncate"].contains(word) else {
                        throw SQLError("42601", "unrecognized value for publication option \"publish\": \"\(word)\"")
                    }
                    publication.operations.insert(word)
                }
            // There are no partitions.
            case "publish_via_partition_root": _ = try boolean(value, option)
            default: throw SQLError("42601", "unrecognized publication parameter: \"\(option)\"")
            }
        }
    }

    /// A table is gone, or has another name.
    mutating func publish(_ old: QualifiedName, as new: QualifiedName?) {
        for name in schema.publications.keys {
            guard let member = schema.publications[name]?.tables.removeValue(forKey: old) else { continue }
            if let new { schema.publications[name]?.tables[new] = member }
        }
    }
}
