import OffstageSyntax

/// `pg_catalog`: types, functions, roles, policies, sequences, comments and the rest.
extension SystemRelation {
    static let objects: [SystemRelation] = [
        SystemRelation(
            "pg_catalog", "pg_type",
            """
            oid oid, typname name, typnamespace oid, typowner oid, typlen smallint, typbyval bool, typtype text, typcategory text, \
            typispreferred bool, typisdefined bool, typdelim text, typrelid oid, typelem oid, typarray oid, typnotnull bool, \
            typbasetype oid, typtypmod int, typndims int, typcollation oid, typdefault text
            """
        ) { c in
            func row(
                _ number: Int64, _ name: String, _ namespace: String, length: Int, kind: String, category: String, relation: Int64 = 0,
                element: Int64 = 0, array: Int64 = 0
            ) -> [StoredValue] {
                [
                    cell(number), cell(name), cell(c.number(.namespace(namespace))), cell(c.number(.role("postgres"))), cell(length),
                    cell([1, 2, 4, 8].contains(length)), cell(kind), cell(category),
                    cell(["bool", "text", "float8", "timestamptz", "oid"].contains(name)),
                    cell(true), cell(","), cell(relation), cell(element), cell(array), cell(false), cell(0), cell(-1), cell(0),
                    cell(["text", "varchar", "bpchar", "name"].contains(name) ? 100 : 0), .null,
                ]
            }
            var rows: [[StoredValue]] = SystemCatalogue.typeNumbers.sorted { $0.value < $1.value }.map { name, number in
                let isArray = name.hasPrefix("_")
                let element = isArray ? SystemCatalogue.typeNumbers[String(name.dropFirst())] ?? 0 : 0
                let type = Schema.systemTypes[name]
                return row(
                    number, name, "pg_catalog", length: isArray ? -1 : type?.byteLength ?? -1,
                    kind: ["record", "void", "unknown", "trigger"].contains(name) ? "p" : name.hasSuffix("range") ? "r" : "b",
                    category: isArray ? "A" : Self.categories[name] ?? "U", element: element,
                    array: SystemCatalogue.typeNumbers["_" + name] ?? 0)
            }
            for (name, type) in c.schema.enumerations.sorted(by: { $0.key < $1.key }) {
                let number = c.number(.type(name))
                rows.append(row(number, type.name, type.schema, length: 4, kind: "e", category: "E", array: number + 1_000_000))
                rows.append(row(number + 1_000_000, "_" + type.name, type.schema, length: -1, kind: "b", category: "A", element: number))
            }
            for name in (Array(c.schema.tables.keys) + Array(c.schema.views.keys)).sorted() {
                rows.append(
                    row(
                        c.number(.type(name)), name.name, name.schema, length: -1, kind: "c", category: "C",
                        relation: c.number(.relation(name))))
            }
            return rows
        },
        SystemRelation("pg_catalog", "pg_enum", "oid oid, enumtypid oid, enumsortorder real, enumlabel name") { c in
            c.schema.enumerations.sorted { $0.key < $1.key }.flatMap { name, type in
                type.labels.enumerated().map { i, label in
                    [cell(c.number(.label(name, label.name))), cell(c.number(.type(name))), .real(Double(i + 1)), cell(label.name)]
                }
            }
        },
        SystemRelation(
            "pg_catalog", "pg_proc",
            """
            oid oid, proname name, pronamespace oid, proowner oid, prolang oid, procost real, prorows real, provariadic oid, prokind text, \
            prosecdef bool, proleakproof bool, proisstrict bool, proretset bool, provolatile text, proparallel text, pronargs smallint, \
            pronargdefaults smallint, prorettype oid, proargtypes oids, proallargtypes oids, proargmodes texts, proargnames texts, \
            prosrc text, proconfig texts, proacl texts
            """
        ) { c in
            c.functions.map { function in
                let result = function.resultType
                let names = function.parameters.map { $0.name ?? "" }
                return [
                    cell(c.number(.function(function.signature))), cell(function.name.name),
                    cell(c.number(.namespace(function.name.schema))),
                    cell(c.number(.role("postgres"))), cell(function.language == "sql" ? 14 : 13000), .real(100),
                    .real(function.givesSet ? 1000 : 0), cell(0), cell("f"), cell(function.isSecurityDefiner), cell(false),
                    cell(function.isStrict), cell(function.givesSet),
                    cell(function.volatility == .immutable ? "i" : function.volatility == .stable ? "s" : "v"), cell("u"),
                    cell(function.parameters.count), cell(function.parameters.filter { $0.defaultValue != nil }.count),
                    cell(result.map { c.number(of: $0) } ?? 2249),
                    .text("{" + function.parameters.map { String(c.number(of: $0.type.type)) }.joined(separator: ",") + "}"), .null, .null,
                    names.contains { !$0.isEmpty } ? cells(names) : .null, cell(function.body),
                    function.settings.isEmpty
                        ? .null : cells(function.settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }), .null,
                ]
            }
        },
        SystemRelation(
            "pg_catalog", "pg_roles",
            """
            rolname name, rolsuper bool, rolinherit bool, rolcreaterole bool, rolcreatedb bool, rolcanlogin bool, rolreplication bool, \
            rolconnlimit int, rolpassword text, rolvaliduntil timestamptz, rolbypassrls bool, rolconfig texts, oid oid
            """
        ) { c in
            c.roles.map { role in
                [
                    cell(role.name), cell(role.isSuperuser), cell(role.inherits), cell(role.isSuperuser), cell(role.isSuperuser),
                    cell(role.canLogin), cell(role.isSuperuser), cell(-1), cell("********"), .null, cell(role.bypassesRowSecurity), .null,
                    cell(c.number(.role(role.name))),
                ]
            }
        },
        SystemRelation("pg_catalog", "pg_auth_members", "roleid oid, member oid, grantor oid, admin_option bool") { c in
            c.roles.flatMap { role in
                role.memberOf.sorted().map {
                    [cell(c.number(.role($0))), cell(c.number(.role(role.name))), cell(c.number(.role("postgres"))), cell(false)]
                }
            }
        },
        SystemRelation(
            "pg_catalog", "pg_policy",
            "oid oid, polname name, polrelid oid, polcmd text, polpermissive bool, polroles oids, polqual text, polwithcheck text"
        ) { c in
            c.tables.flatMap { table in
                table.policies.map { policy in
                    let roles = policy.roles.map { $0 == "public" ? "0" : String(c.number(.role($0))) }
                    return [
                        cell(c.number(.policy(table.name, policy.name))), cell(policy.name), cell(c.number(.relation(table.name))),
                        cell(policy.command.letter), cell(policy.isPermissive), .text("{" + roles.joined(separator: ",") + "}"),
                        cell(policy.using.map { Deparser(table).text($0) }), cell(policy.check.map { Deparser(table).text($0) }),
                    ]
                }
            }
        },
        SystemRelation(
            "pg_catalog", "pg_policies",
            "schemaname name, tablename name, policyname name, permissive text, roles names, cmd text, qual text, with_check text"
        ) { c in
            c.tables.flatMap { table in
                table.policies.map { policy in
                    [
                        cell(table.name.schema), cell(table.name.name), cell(policy.name),
                        cell(policy.isPermissive ? "PERMISSIVE" : "RESTRICTIVE"), cells(policy.roles), cell(policy.command.word),
                        cell(policy.using.map { Deparser(table).text($0) }), cell(policy.check.map { Deparser(table).text($0) }),
                    ]
                }
            }
        },
        SystemRelation(
            "pg_catalog", "pg_sequence",
            """
            seqrelid oid, seqtypid oid, seqstart bigint, seqincrement bigint, seqmax bigint, seqmin bigint, seqcache bigint, seqcycle bool
            """
        ) { c in
            c.sequences.map { s in
                [
                    cell(c.number(.relation(s.name))), cell(c.number(of: s.type)), cell(s.start), cell(s.increment), cell(s.maximum),
                    cell(s.minimum), cell(s.cache), cell(s.isCycling),
                ]
            }
        },
        SystemRelation("pg_catalog", "pg_description", "objoid oid, classoid oid, objsubid int, description text") { c in
            c.comments.map { [cell($0.object), cell($0.catalogue), cell($0.column), cell($0.text)] }
        },
        SystemRelation(
            "pg_catalog", "pg_extension",
            "oid oid, extname name, extowner oid, extnamespace oid, extrelocatable bool, extversion text, extconfig oids, extcondition texts"
        ) { c in
            (c.schema.extensions.union(["plpgsql"])).sorted().map { name in
                [
                    cell(c.number(.extension(name))), cell(name), cell(c.number(.role("postgres"))),
                    cell(c.number(.namespace(c.schema.extensionSchemas[name] ?? (name == "plpgsql" ? "pg_catalog" : "extensions")))),
                    cell(name != "plpgsql"), cell(Self.versions[name] ?? "1.0"), .null, .null,
                ]
            }
        },
        SystemRelation(
            "pg_catalog", "pg_publication",
            """
            oid oid, pubname name, pubowner oid, puballtables bool, pubinsert bool, pubupdate bool, pubdelete bool, pubtruncate bool, \
            pubviaroot bool
            """
        ) { c in
            c.schema.publications.sorted { $0.key < $1.key }.map { name, publication in
                [cell(c.number(.publication(name))), cell(name), cell(c.number(.role("postgres"))), cell(publication.isForAllTables)]
                    + ["insert", "update", "delete", "truncate"].map { cell(publication.operations.contains($0)) } + [cell(false)]
            }
        },
        SystemRelation(
            "pg_catalog", "pg_publication_tables", "pubname name, schemaname name, tablename name, attnames names, rowfilter text"
        ) { c in
            c.schema.publications.sorted { $0.key < $1.key }.flatMap { name, publication in
                c.tables.filter { table in
                    table.materialized == nil
                        && (publication.isForAllTables || publication.tables[table.name] != nil
                            || publication.schemas.contains(table.name.schema))
                }.map { table in
                    let member = publication.tables[table.name]
                    let columns = table.columns.filter { $0.generated == nil }.map(\.name)
                    return [
                        cell(name), cell(table.name.schema), cell(table.name.name),
                        cells(member?.columns.isEmpty == false ? columns.filter { member?.columns.contains($0) == true } : columns),
                        cell(member?.filter.map { Deparser(table).text($0) }),
                    ]
                }
            }
        },
        SystemRelation(
            "pg_catalog", "pg_database",
            "oid oid, datname name, datdba oid, encoding int, datcollate text, datctype text, datallowconn bool"
        ) { c in
            [[cell(5), cell("postgres"), cell(c.number(.role("postgres"))), cell(6), cell("C.UTF-8"), cell("C.UTF-8"), cell(true)]]
        },
        SystemRelation("pg_catalog", "pg_language", "oid oid, lanname name, lanowner oid, lanispl bool, lanpltrusted bool") { c in
            [("internal", 12, false, false), ("c", 13, false, false), ("sql", 14, false, true), ("plpgsql", 13000, true, true)].map {
                [cell($0.1), cell($0.0), cell(c.number(.role("postgres"))), cell($0.2), cell($0.3)]
            }
        },
        SystemRelation("pg_catalog", "pg_am", "oid oid, amname name, amtype text") { _ in
            [[cell(2), cell("heap"), cell("t")]]
                + methods.sorted { $0.value < $1.value }.map { [cell($0.value), cell($0.key), cell("i")] }
        },
        SystemRelation(
            "pg_catalog", "pg_settings", "name text, setting text, unit text, category text, short_desc text, context text, vartype text"
        ) { _ in
            settings.sorted { $0.key < $1.key }.map {
                [cell($0.key), cell($0.value), .null, cell(""), cell(""), cell("user"), cell("string")]
            }
        },
        SystemRelation(
            "pg_catalog", "pg_trigger",
            "oid oid, tgrelid oid, tgparentid oid, tgname name, tgfoid oid, tgtype smallint, tgenabled text, tgisinternal bool"
        ) { _ in [] },
    ]

    private static let categories: [String: String] = [
        "bool": "B", "int2": "N", "int4": "N", "int8": "N", "float4": "N", "float8": "N", "numeric": "N", "oid": "N", "text": "S",
        "varchar": "S", "bpchar": "S", "name": "S", "date": "D", "time": "D", "timetz": "D", "timestamp": "D", "timestamptz": "D",
        "interval": "T", "inet": "I", "cidr": "I", "bit": "V", "varbit": "V", "record": "P", "void": "P", "unknown": "X", "char": "Z",
        "int4range": "R", "int8range": "R", "numrange": "R", "daterange": "R", "tsrange": "R", "tstzrange": "R",
    ]

    private static let versions = [
        "pgcrypto": "1.3", "uuid-ossp": "1.1", "citext": "1.6", "pg_trgm": "1.6", "unaccent": "1.1", "plpgsql": "1.0",
    ]

    private static let settings = [
        "server_version": "15.18", "server_version_num": "150018", "server_encoding": "UTF8", "client_encoding": "UTF8", "TimeZone": "UTC",
        "DateStyle": "ISO, MDY", "IntervalStyle": "postgres", "standard_conforming_strings": "on", "integer_datetimes": "on",
        "lc_collate": "C.UTF-8", "lc_ctype": "C.UTF-8", "max_identifier_length": "63", "block_size": "8192",
        "default_transaction_isolation": "serializable", "transaction_isolation": "serializable",
        "search_path": "\"$user\", public, extensions",
    ]
}

extension CreatePolicy.Command {
    var letter: String {
        switch self {
        case .all: "*"
        case .select: "r"
        case .insert: "a"
        case .update: "w"
        case .delete: "d"
        }
    }

    var word: String {
        switch self {
        case .all: "ALL"
        case .select: "SELECT"
        case .insert: "INSERT"
        case .update: "UPDATE"
        case .delete: "DELETE"
        }
    }
}

extension Function {
    /// Nil for a row.
    var resultType: DataType? {
        switch result {
        case .scalar(let type), .set(let type): type.type
        default: nil
        }
    }
}

extension SystemCatalogue {
    /// A comment and what it is on: the object, the catalogue the object is in, a column's number or 0.
    struct Remark {
        var object: Int64
        var catalogue: Int
        var column: Int
        var text: String
    }

    var comments: [Remark] {
        var found: [Remark] = []
        for table in tables {
            let number = number(.relation(table.name))
            if let text = table.comment { found.append(.init(object: number, catalogue: 1259, column: 0, text: text)) }
            for (i, column) in table.columns.enumerated() {
                if let text = column.comment { found.append(.init(object: number, catalogue: 1259, column: i + 1, text: text)) }
            }
        }
        for view in views {
            if let text = view.comment { found.append(.init(object: number(.relation(view.name)), catalogue: 1259, column: 0, text: text)) }
        }
        for function in functions {
            guard let text = function.comment else { continue }
            found.append(.init(object: number(.function(function.signature)), catalogue: 1255, column: 0, text: text))
        }
        for (key, text) in schema.comments.sorted(by: { "\($0.key)" < "\($1.key)" }) {
            let path = key.path
            let name = path.count > 1 ? QualifiedName(path[0], path[1]) : QualifiedName("", path.first ?? "")
            switch key.kind {
            case .schema: found.append(.init(object: number(.namespace(name.name)), catalogue: 2615, column: 0, text: text))
            case .index, .sequence: found.append(.init(object: number(.relation(name)), catalogue: 1259, column: 0, text: text))
            case .type, .domain: found.append(.init(object: number(.type(name)), catalogue: 1247, column: 0, text: text))
            case .constraint where path.count == 3:
                found.append(.init(object: number(.constraint(name, path[2])), catalogue: 2606, column: 0, text: text))
            case .policy where path.count == 3:
                found.append(.init(object: number(.policy(name, path[2])), catalogue: 3256, column: 0, text: text))
            case .column where path.count == 3:
                let place = schema.views[name]?.columns.firstIndex { $0.name == path[2] }
                if let place { found.append(.init(object: number(.relation(name)), catalogue: 1259, column: place + 1, text: text)) }
            default: break
            }
        }
        return found
    }
}
