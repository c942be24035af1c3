import OffstageSyntax

/// `pg_catalog`: relations, columns, keys and indexes.
extension SystemRelation {
    static let classes: [SystemRelation] = [
        SystemRelation("pg_catalog", "pg_namespace", "oid oid, nspname name, nspowner oid, nspacl texts") { c in
            (["pg_catalog", "information_schema"] + c.schema.namespaces).map { name in
                [cell(c.number(.namespace(name))), cell(name), cell(c.number(.role("postgres"))), .null]
            }
        },
        SystemRelation(
            "pg_catalog", "pg_class",
            """
            oid oid, relname name, relnamespace oid, reltype oid, reloftype oid, relowner oid, relam oid, relfilenode oid, reltablespace oid, \
            relpages int, reltuples real, relallvisible int, reltoastrelid oid, relhasindex bool, relisshared bool, relpersistence text, \
            relkind text, relnatts smallint, relchecks smallint, relhasrules bool, relhastriggers bool, relhassubclass bool, \
            relrowsecurity bool, relforcerowsecurity bool, relispopulated bool, relreplident text, relispartition bool, relrewrite oid, \
            relacl texts, reloptions texts
            """
        ) { c in
            func row(
                _ name: QualifiedName, _ kind: String, columns: Int, checks: Int = 0, owner: String = "postgres", hasIndex: Bool = false,
                hasRules: Bool = false, security: Bool = false, forced: Bool = false, populated: Bool = true, hasType: Bool = true,
                options: StoredValue = .null, method: Int = 0
            ) -> [StoredValue] {
                [
                    cell(c.number(.relation(name))), cell(name.name), cell(c.number(.namespace(name.schema))),
                    cell(hasType ? c.number(.type(name)) : 0), cell(0), cell(c.number(.role(owner))), cell(method),
                    cell(c.number(.relation(name))), cell(0), cell(0), .real(-1), cell(0), cell(0), cell(hasIndex), cell(false), cell("p"),
                    cell(kind), cell(columns), cell(checks), cell(hasRules), cell(false), cell(false), cell(security), cell(forced),
                    cell(populated), cell(kind == "r" ? "d" : "n"), cell(false), cell(0), c.acl(of: name), options,
                ]
            }
            var rows: [[StoredValue]] = []
            for table in c.tables {
                rows.append(
                    row(
                        table.name, table.materialized == nil ? "r" : "m", columns: table.columns.count, checks: table.checks.count,
                        owner: table.owner, hasIndex: !table.indexNames.isEmpty, hasRules: table.materialized != nil,
                        security: table.hasRowSecurity, forced: table.forcesRowSecurity,
                        populated: table.materialized?.isPopulated ?? true, method: 2))
                for key in table.keys {
                    let name = QualifiedName(table.name.schema, key.name)
                    rows.append(row(name, "i", columns: key.columns.count, hasType: false, method: 403))
                }
                for index in table.indexes {
                    let name = QualifiedName(table.name.schema, index.name)
                    rows.append(
                        row(
                            name, "i", columns: index.elements.count + index.including.count, hasType: false,
                            method: Self.methods[index.method] ?? 403))
                }
            }
            for view in c.views {
                var options: [String] = []
                if view.isSecurityInvoker { options.append("security_invoker=true") }
                if view.isSecurityBarrier { options.append("security_barrier=true") }
                rows.append(
                    row(
                        view.name, "v", columns: view.columns.count, owner: view.owner, hasRules: true,
                        options: options.isEmpty ? .null : cells(options)))
            }
            for sequence in c.sequences { rows.append(row(sequence.name, "S", columns: 3, hasType: false)) }
            return rows
        },
        SystemRelation(
            "pg_catalog", "pg_attribute",
            """
            attrelid oid, attname name, atttypid oid, attstattarget int, attlen smallint, attnum smallint, attndims int, attcacheoff int, \
            atttypmod int, attbyval bool, attalign text, attstorage text, attcompression text, attnotnull bool, atthasdef bool, \
            atthasmissing bool, attidentity text, attgenerated text, attisdropped bool, attislocal bool, attinhcount int, attcollation oid, \
            attacl texts, attoptions texts, attfdwoptions texts, attmissingval text
            """
        ) { c in
            func row(
                _ relation: Int64, _ name: String, _ type: ColumnType, _ number: Int, notNull: Bool = false, hasDefault: Bool = false,
                identity: String = "", generated: String = ""
            ) -> [StoredValue] {
                let isArray = if case .array = type.type { true } else { false }
                return [
                    cell(relation), cell(name), cell(c.number(of: type.type)), cell(-1), cell(type.type.byteLength), cell(number),
                    cell(isArray ? 1 : 0), cell(-1), cell(c.modifier(type)), cell([1, 2, 4, 8].contains(type.type.byteLength)), cell("i"),
                    cell(type.type.byteLength > 0 ? "p" : "x"), cell(""), cell(notNull), cell(hasDefault), cell(false), cell(identity),
                    cell(generated), cell(false), cell(true), cell(0), cell(type.type.isCollatable ? 100 : 0), .null, .null, .null, .null,
                ]
            }
            var rows: [[StoredValue]] = []
            for table in c.tables {
                let relation = c.number(.relation(table.name))
                for (i, column) in table.columns.enumerated() {
                    rows.append(
                        row(
                            relation, column.name, column.type, i + 1, notNull: column.isNotNull,
                            hasDefault: column.defaultValue != nil || column.generated != nil,
                            identity: column.identity.map { $0 == .always ? "a" : "d" } ?? "", generated: column.generated == nil ? "" : "s"
                        ))
                }
            }
            for view in c.views {
                for (i, column) in view.columns.enumerated() {
                    rows.append(row(c.number(.relation(view.name)), column.name, column.type, i + 1))
                }
            }
            return rows
        },
        SystemRelation("pg_catalog", "pg_attrdef", "oid oid, adrelid oid, adnum smallint, adbin text") { c in
            c.tables.flatMap { table in
                table.columns.enumerated().compactMap { i, column in
                    c.standard(column, of: table).map { text in
                        [
                            cell(c.number(.standard(table.name, column.name))), cell(c.number(.relation(table.name))), cell(i + 1),
                            cell(text),
                        ]
                    }
                }
            }
        },
        SystemRelation(
            "pg_catalog", "pg_index",
            """
            indexrelid oid, indrelid oid, indnatts smallint, indnkeyatts smallint, indisunique bool, indnullsnotdistinct bool, \
            indisprimary bool, indisexclusion bool, indimmediate bool, indisclustered bool, indisvalid bool, indcheckxmin bool, \
            indisready bool, indislive bool, indisreplident bool, indkey ints, indcollation oids, indclass oids, indoption ints, \
            indexprs text, indpred text
            """
        ) { c in
            c.tables.flatMap { table -> [[StoredValue]] in
                func place(_ name: String) -> Int { (table.columns.firstIndex { $0.name == name } ?? -1) + 1 }
                func row(
                    _ name: String, _ columns: [Int], keys: Int, unique: Bool, primary: Bool, notDistinct: Bool, immediate: Bool,
                    options: [Int], expressions: String?, filter: String?
                ) -> [StoredValue] {
                    [
                        cell(c.number(.relation(QualifiedName(table.name.schema, name)))), cell(c.number(.relation(table.name))),
                        cell(columns.count), cell(keys), cell(unique), cell(notDistinct), cell(primary), cell(false), cell(immediate),
                        cell(false), cell(true), cell(false), cell(true), cell(true), cell(false), cells(columns),
                        cells(columns.map { _ in 0 }), cells(columns.map { _ in 0 }), cells(options), cell(expressions), cell(filter),
                    ]
                }
                var rows: [[StoredValue]] = table.keys.map { key in
                    row(
                        key.name, key.columns.map(place), keys: key.columns.count, unique: true, primary: key == table.primaryKey,
                        notDistinct: key.nullsNotDistinct, immediate: !key.isDeferrable, options: key.columns.map { _ in 0 },
                        expressions: nil, filter: nil)
                }
                for index in table.indexes {
                    let columns = index.elements.map { element -> Int in
                        if case .column(let name) = element.value.kind { place(name.last) } else { 0 }
                    }
                    let expressions = index.elements.filter { if case .column = $0.value.kind { false } else { true } }
                    rows.append(
                        row(
                            index.name, columns + index.including.map(place), keys: columns.count, unique: index.isUnique, primary: false,
                            notDistinct: index.nullsNotDistinct, immediate: true,
                            options: index.elements.map { ($0.descending ? 1 : 0) | ($0.nullsFirst ?? $0.descending ? 2 : 0) },
                            expressions: expressions.isEmpty
                                ? nil : expressions.map { Deparser(table).text($0.value) }.joined(separator: ", "),
                            filter: index.filter.map { Deparser(table).text($0) }))
                }
                return rows
            }
        },
        SystemRelation(
            "pg_catalog", "pg_constraint",
            """
            oid oid, conname name, connamespace oid, contype text, condeferrable bool, condeferred bool, convalidated bool, conrelid oid, \
            contypid oid, conindid oid, conparentid oid, confrelid oid, confupdtype text, confdeltype text, confmatchtype text, \
            conislocal bool, coninhcount int, connoinherit bool, conkey ints, confkey ints, conpfeqop oids, conppeqop oids, conffeqop oids, \
            confdelsetcols ints, conexclop oids, conbin text
            """
        ) { c in
            c.tables.flatMap { table -> [[StoredValue]] in
                func places(_ names: [String], _ table: Table?) -> StoredValue {
                    cells(names.map { name in (table?.columns.firstIndex { $0.name == name } ?? -1) + 1 })
                }
                func row(
                    _ name: String, _ kind: String, _ columns: StoredValue, deferrable: Bool = false, deferred: Bool = false,
                    valid: Bool = true, index: Int64 = 0, reference: Reference? = nil, condition: String? = nil
                ) -> [StoredValue] {
                    [
                        cell(c.number(.constraint(table.name, name))), cell(name), cell(c.number(.namespace(table.name.schema))),
                        cell(kind),
                        cell(deferrable), cell(deferred), cell(valid), cell(c.number(.relation(table.name))), cell(0), cell(index), cell(0),
                        cell(reference.map { c.number(.relation($0.table)) } ?? 0),
                        cell(reference.map { Self.letter($0.onUpdate) } ?? " "), cell(reference.map { Self.letter($0.onDelete) } ?? " "),
                        cell(reference.map { $0.match == .full ? "f" : "s" } ?? " "), cell(true), cell(0), cell(kind != "c"), columns,
                        reference.map { places($0.referenced, c.schema.tables[$0.table]) } ?? .null, .null, .null, .null, .null, .null,
                        cell(condition),
                    ]
                }
                var rows = table.keys.map { key in
                    row(
                        key.name, key == table.primaryKey ? "p" : "u", places(key.columns, table), deferrable: key.isDeferrable,
                        deferred: key.isInitiallyDeferred, index: c.number(.relation(QualifiedName(table.name.schema, key.name))))
                }
                for key in table.foreignKeys {
                    let other = c.schema.tables[key.table]
                    let index = other?.keys.first { Set($0.columns) == Set(key.referenced) }
                    rows.append(
                        row(
                            key.name, "f", places(key.columns, table), deferrable: key.isDeferrable, deferred: key.isInitiallyDeferred,
                            valid: !key.isNotValid,
                            index: index.map { c.number(.relation(QualifiedName(key.table.schema, $0.name))) } ?? 0, reference: key))
                }
                for check in table.checks {
                    let columns = table.columns.map(\.name).filter { name in
                        TreeUses(check.condition).columns.contains { $0.last == name }
                    }
                    rows.append(
                        row(
                            check.name, "c", places(columns, table), valid: !check.isNotValid,
                            condition: Deparser(table).text(check.condition)))
                }
                return rows
            }
        },
        SystemRelation("pg_catalog", "pg_inherits", "inhrelid oid, inhparent oid, inhseqno int, inhdetachpending bool") { _ in [] },
        SystemRelation(
            "pg_catalog", "pg_tables",
            """
            schemaname name, tablename name, tableowner name, tablespace name, hasindexes bool, hasrules bool, hastriggers bool, \
            rowsecurity bool
            """
        ) { c in
            c.tables.filter { $0.materialized == nil }.map { table in
                [
                    cell(table.name.schema), cell(table.name.name), cell(table.owner), .null, cell(!table.indexNames.isEmpty), cell(false),
                    cell(!table.foreignKeys.isEmpty || c.isReferenced(table.name)), cell(table.hasRowSecurity),
                ]
            }
        },
        SystemRelation("pg_catalog", "pg_views", "schemaname name, viewname name, viewowner name, definition text") { c in
            c.views.map { [cell($0.name.schema), cell($0.name.name), cell($0.owner), cell(c.definition($0.select))] }
        },
        SystemRelation(
            "pg_catalog", "pg_matviews",
            "schemaname name, matviewname name, matviewowner name, tablespace name, hasindexes bool, ispopulated bool, definition text"
        ) { c in
            c.tables.compactMap { table in
                table.materialized.map { view in
                    [
                        cell(table.name.schema), cell(table.name.name), cell(table.owner), .null, cell(!table.indexNames.isEmpty),
                        cell(view.isPopulated), cell(c.definition(view.select)),
                    ]
                }
            }
        },
        SystemRelation("pg_catalog", "pg_indexes", "schemaname name, tablename name, indexname name, tablespace name, indexdef text") { c in
            c.tables.flatMap { table in
                table.keys.map { key in
                    [cell(table.name.schema), cell(table.name.name), cell(key.name), .null, cell(c.indexDefinition(key, of: table))]
                }
                    + table.indexes.map { index in
                        [
                            cell(table.name.schema), cell(table.name.name), cell(index.name), .null,
                            cell(c.indexDefinition(index, of: table)),
                        ]
                    }
            }
        },
    ]

    static let methods = ["btree": 403, "hash": 405, "gist": 783, "gin": 2742, "spgist": 4000, "brin": 3580]

    private static func letter(_ action: ForeignKey.Action) -> String {
        switch action {
        case .noAction: "a"
        case .restrict: "r"
        case .cascade: "c"
        case .setNull: "n"
        case .setDefault: "d"
        }
    }
}

extension Table {
    /// The primary key and the unique ones.
    var keys: [Key] { [primaryKey].compactMap { $0 } + uniqueKeys }
}

extension SystemCatalogue {
    /// A column's default, or what it is generated from, as `pg_get_expr` prints it.
    func standard(_ column: Column, of table: Table) -> String? {
        if let generated = column.generated { return Deparser(table).text(generated, as: column.type) }
        if let sequence = column.defaultValue?.nextSequence { return "nextval('\(shown(sequence))'::regclass)" }
        return column.defaultValue.map { Deparser(table).text($0, as: column.type) }
    }

    func isReferenced(_ name: QualifiedName) -> Bool { schema.tables.values.contains { $0.foreignKeys.contains { $0.table == name } } }

    /// `{postgres=arwdDxt/postgres,anon=r/postgres}`.
    func acl(of name: QualifiedName) -> StoredValue {
        guard let held = schema.privileges[name]?.whole, !held.isEmpty else { return .null }
        let letters: [(Privilege, String)] = [
            (.insert, "a"), (.select, "r"), (.update, "w"), (.delete, "d"), (.truncate, "D"), (.references, "x"), (.trigger, "t"),
            (.usage, "U"), (.execute, "X"),
        ]
        let isSequence = schema.sequences[name] != nil
        let owner = owner(name)
        var items = ["\(owner)=\(isSequence ? "rwU" : "arwdDxt")/\(owner)"]
        for (role, list) in held.sorted(by: { $0.key < $1.key }) {
            let text = letters.filter { list.contains($0.0) }.map(\.1).joined()
            items.append("\(role == "public" ? "" : role)=\(text)/\(owner)")
        }
        return cells(items)
    }
}

extension DataType {
    /// `pg_type.typlen`: bytes, or -1 where they differ from value to value.
    var byteLength: Int {
        switch self {
        case .boolean: 1
        case .smallint: 2
        case .integer, .real, .date, .enumeration: 4
        case .bigint, .double, .time, .timestamp, .timestamptz: 8
        case .uuid, .interval: 16

        default: -1
        }
    }

    var isCollatable: Bool {
        switch self {
        case .text, .varchar, .char: true
        case .array(let element): element.isCollatable
        default: false
        }
    }
}
