import OffstageSyntax

extension Application {
    mutating func createIndex(_ create: CreateIndex) throws(SQLError) {
        guard let found = schema.resolve(create.table, path: path) else { throw schema.missingRelation(create.table, path: path) }
        guard found.kind == .table || found.kind == .materializedView, var table = schema.tables[found.name] else {
            throw SQLError(
                "42809", "cannot create index on relation \"\(found.name.name)\"",
                details: "This operation is not supported for \(found.kind.plural).",
                position: create.table.position.known)
        }
        if let name = create.name, schema.relation(QualifiedName(table.name.schema, ObjectName.truncated(name))) != nil {
            if create.ifNotExists { return notice("relation \"\(ObjectName.truncated(name))\" already exists, skipping") }
            throw taken(ObjectName.truncated(name))
        }
        try requireMethod(create)
        for element in create.elements {
            let isColumn = if case .column = element.value.kind { true } else { false }
            try validate(element.value, in: table, as: .index)
            if let collation = element.collation, !["C", "POSIX", "C.UTF-8", "C.utf8", "default", "ucs_basic"].contains(collation.last) {
                try requireByteOrder(collation, on: .text)
            }
            if let kind = element.operatorClass { try requireOperatorClass(kind, create) }
            if isColumn, create.method == "btree" || create.method.isEmpty, case .column(let name) = element.value.kind,
                let column = table.column(name.last)
            {
                try requireOrder(column.type.type)
            }
        }
        for column in create.including where table.column(column) == nil {
            throw SQLError("42703", "column \"\(column)\" does not exist", position: create.table.position.known)
        }
        if let filter = create.filter { try validate(filter, in: table, as: .predicate) }
        let name =
            create.name.map { ObjectName.truncated($0) }
            ?? ObjectName.choose(table.name.name, ObjectName.middle(Self.indexColumns(create)), "idx") {
                schema.relation(QualifiedName(table.name.schema, $0)) != nil
            }
        var index = Index(name, create.elements)
        index.isUnique = create.isUnique
        index.nullsNotDistinct = create.nullsNotDistinct
        index.method = create.method.isEmpty ? "btree" : create.method
        index.including = create.including
        index.filter = create.filter
        table.indexes.append(index)
        schema.tables[table.name] = table
        changes.append(.createIndex(table.name, index: name))
        if create.hasStorageOptions { note("how index \(name) is to be stored: WITH (…) or TABLESPACE") }
        if create.isConcurrent { note("CONCURRENTLY of index \(name): it is made with the rest of the file") }
        switch index.method {
        case "hash", "brin": note("USING \(index.method) of index \(name): it is a btree index")
        case "gin", "gist", "spgist":
            if index.filter == nil, index.elements.allSatisfy({ isSearched($0, of: table) }) { break }
            note("index \(name) USING \(index.method): it is kept in the schema, and searches read the table")
        default: break
        }
    }

    private static let plainOperatorClasses: Set<String> = [
        "text_ops", "varchar_ops", "bpchar_ops", "text_pattern_ops", "varchar_pattern_ops", "bpchar_pattern_ops", "int2_ops", "int4_ops",
        "int8_ops",
        "uuid_ops", "date_ops", "timestamp_ops", "timestamptz_ops", "numeric_ops", "bool_ops", "jsonb_ops", "jsonb_path_ops", "array_ops",
        "gin_trgm_ops", "gist_trgm_ops", "tsvector_ops", "tsquery_ops", "range_ops", "inet_ops", "cidr_ops", "citext_ops",
        "citext_pattern_ops", "enum_ops", "float4_ops", "float8_ops", "time_ops", "timetz_ops", "interval_ops", "bytea_ops", "char_ops",
        "name_ops", "oid_ops", "bit_ops", "varbit_ops", "macaddr_ops",
    ]

    private func requireOperatorClass(_ kind: Name, _ create: CreateIndex) throws(SQLError) {
        if kind.last.hasSuffix("_trgm_ops"), !schema.extensions.contains("pg_trgm") || !kind.last.hasPrefix(create.method) {
            throw SQLError(
                "42704", "operator class \"\(kind.last)\" does not exist for access method \"\(create.method)\"",
                hint: schema.extensions.contains("pg_trgm") ? nil : "create extension pg_trgm;", position: kind.position.known)
        }
        if Self.plainOperatorClasses.contains(kind.last) { return }
        throw unsupported("operator class \"\(kind.last)\"", "Use the type's own.", kind.position)
    }

    /// Text that is searched for its words or its trigrams: such an index has a table of them.
    private func isSearched(_ element: CreateIndex.Element, of table: Table) -> Bool {
        if element.operatorClass?.last.hasSuffix("_trgm_ops") == true { return true }
        if case .column(let name) = element.value.kind { return table.column(name.last)?.type.type == .tsvector }
        var found = false
        element.value.visit(intoSubqueries: false) { part in
            if case .call(let call) = part.kind, call.function.last == "to_tsvector" { found = true }
        }
        return found
    }

    private func requireMethod(_ create: CreateIndex) throws(SQLError) {
        switch create.method {
        case "btree", "": return
        case "hash", "brin", "gin", "gist", "spgist":
            if create.isUnique {
                throw SQLError(
                    "0A000", "access method \"\(create.method)\" does not support unique indexes", position: create.table.position.known)
            }
        default: throw SQLError("42704", "access method \"\(create.method)\" does not exist", position: create.table.position.known)
        }
    }

    /// What each element puts into a made index name: the column, the function's name, or `expr`; repeats are numbered.
    static func indexColumns(_ create: CreateIndex) -> [String] {
        var names: [String] = []
        for element in create.elements {
            let name = figuredName(element.value)?.name ?? "expr"
            var candidate = name
            var number = 0
            while names.contains(candidate) {
                number += 1
                candidate = ObjectName.make(name, nil, nil) + "\(number)"
            }
            names.append(candidate)
        }
        return names + create.including
    }

    /// PostgreSQL's `FigureColname`: what an expression would be called as a column, and how sure that is (2: its own name, 1: its type's).
    static func figuredName(_ e: Expression) -> (name: String, strength: Int)? {
        switch e.kind {
        case .column(let name): return (name.last, 2)
        case .call(let call): return (call.function.last, 2)
        case .field(let inner, let name): return name.map { ($0, 2) } ?? figuredName(inner)
        case .subscript(let inner, _), .collate(let inner, _): return figuredName(inner)
        case .cast(let inner, let type):
            if let found = figuredName(inner), found.strength > 1 { return found }
            return (type.name.last, 1)
        case .case(_, _, let otherwise):
            if let otherwise, let found = figuredName(otherwise), found.strength > 1 { return found }
            return ("case", 1)
        case .array: return ("array", 2)
        case .row: return ("row", 2)
        case .exists: return ("exists", 2)
        case .grouping: return ("grouping", 2)
        default: return nil
        }
    }
}

extension Index {
    /// Is there an index in the file, too? What those of other methods look up has no order.
    package var isStored: Bool { !["gin", "gist", "spgist"].contains(method) }
}

extension RelationKind {
    var plural: String {
        switch self {
        case .table: "tables"
        case .view: "views"
        case .materializedView: "materialized views"
        case .sequence: "sequences"
        case .index: "indexes"
        }
    }
}
