import OffstageSyntax

/// `information_schema`: what the caller may access of tables, columns and constraints.
///
/// Source: PostgreSQL 15, `information_schema.sql`.
extension SystemRelation {
    static let informationSchema: [SystemRelation] = [
        SystemRelation("information_schema", "information_schema_catalog_name", "catalog_name name") { _ in [[catalog]] },
        SystemRelation(
            "information_schema", "schemata",
            """
            catalog_name name, schema_name name, schema_owner name, default_character_set_catalog name, default_character_set_schema name, \
            default_character_set_name name, sql_path varchar
            """
        ) { c in
            (c.schema.namespaces + (c.isSuperuser ? ["pg_catalog", "information_schema"] : []))
                .filter { c.isSuperuser || c.schema.allowsUsage(c.role, ofSchema: $0) }
                .map { [catalog, cell($0), cell("postgres"), .null, .null, .null, .null] }
        },
        SystemRelation(
            "information_schema", "tables",
            """
            table_catalog name, table_schema name, table_name name, table_type varchar, self_referencing_column_name name, \
            reference_generation varchar, user_defined_type_catalog name, user_defined_type_schema name, user_defined_type_name name, \
            is_insertable_into varchar, is_typed varchar, commit_action varchar
            """
        ) { c in
            func row(_ name: QualifiedName, _ type: String, _ insertable: Bool) -> [StoredValue] {
                [
                    catalog, cell(name.schema), cell(name.name), cell(type), .null, .null, .null, .null, .null, yesOrNo(insertable),
                    yesOrNo(false), .null,
                ]
            }
            return c.tables.filter { $0.materialized == nil && c.sees($0.name) }.map { row($0.name, "BASE TABLE", true) }
                + c.views.filter { c.sees($0.name) }.map { row($0.name, "VIEW", $0.isSimple) }
        },
        SystemRelation("information_schema", "columns", columnList) { c in
            var rows: [[StoredValue]] = []
            for table in c.tables where table.materialized == nil {
                for (i, column) in table.columns.enumerated() where c.sees(table.name, column: column.name) {
                    rows.append(c.describe(column, i + 1, of: table.name, in: table, isUpdatable: true))
                }
            }
            for view in c.views {
                for (i, column) in view.columns.enumerated() where c.sees(view.name, column: column.name) {
                    let shown = Column(column.name, column.type)
                    rows.append(
                        c.describe(shown, i + 1, of: view.name, in: nil, isUpdatable: view.isSimple && column.source != nil))
                }
            }
            return rows
        },
        SystemRelation(
            "information_schema", "views",
            """
            table_catalog name, table_schema name, table_name name, view_definition varchar, check_option varchar, is_updatable varchar, \
            is_insertable_into varchar, is_trigger_updatable varchar, is_trigger_deletable varchar, is_trigger_insertable_into varchar
            """
        ) { c in
            c.views.filter { c.sees($0.name) }.map { view in
                [
                    catalog, cell(view.name.schema), cell(view.name.name), c.owns(view.name) ? cell(c.definition(view.select)) : .null,
                    cell("NONE"), yesOrNo(view.isSimple), yesOrNo(view.isSimple), yesOrNo(false), yesOrNo(false), yesOrNo(false),
                ]
            }
        },
        SystemRelation(
            "information_schema", "table_constraints",
            """
            constraint_catalog name, constraint_schema name, constraint_name name, table_catalog name, table_schema name, table_name name, \
            constraint_type varchar, is_deferrable varchar, initially_deferred varchar, enforced varchar, nulls_distinct varchar
            """
        ) { c in
            c.tables.filter { c.owns($0.name) || c.writes($0.name) }.flatMap { table -> [[StoredValue]] in
                func row(_ name: String, _ type: String, _ deferrable: Bool = false, _ deferred: Bool = false, distinct: Bool? = nil)
                    -> [StoredValue]
                {
                    [
                        catalog, cell(table.name.schema), cell(name), catalog, cell(table.name.schema), cell(table.name.name), cell(type),
                        yesOrNo(deferrable), yesOrNo(deferred), yesOrNo(true), distinct.map { yesOrNo($0) } ?? .null,
                    ]
                }
                return table.keys.map { key in
                    let isPrimary = key == table.primaryKey
                    return row(
                        key.name, isPrimary ? "PRIMARY KEY" : "UNIQUE", key.isDeferrable, key.isInitiallyDeferred,
                        distinct: isPrimary ? nil : !key.nullsNotDistinct)
                } + table.foreignKeys.map { row($0.name, "FOREIGN KEY", $0.isDeferrable, $0.isInitiallyDeferred) }
                    + table.checks.map { row($0.name, "CHECK") }
                    + c.notNulls(table).map { row($0.name, "CHECK") }
            }
        },
        SystemRelation(
            "information_schema", "check_constraints",
            "constraint_catalog name, constraint_schema name, constraint_name name, check_clause varchar"
        ) { c in
            c.tables.filter { c.owns($0.name) }.flatMap { table in
                table.checks.map {
                    [catalog, cell(table.name.schema), cell($0.name), cell("(\(Deparser(table).text($0.condition)))")]
                }
                    + c.notNulls(table).map {
                        [catalog, cell(table.name.schema), cell($0.name), cell("\(quotedIdentifier($0.column)) IS NOT NULL")]
                    }
            }
        },
        SystemRelation(
            "information_schema", "key_column_usage",
            """
            constraint_catalog name, constraint_schema name, constraint_name name, table_catalog name, table_schema name, table_name name, \
            column_name name, ordinal_position int, position_in_unique_constraint int
            """
        ) { c in
            c.tables.flatMap { table -> [[StoredValue]] in
                func rows(_ name: String, _ columns: [String], _ places: [Int]? = nil) -> [[StoredValue]] {
                    columns.enumerated().filter { c.sees(table.name, column: $1) }.map { i, column in
                        [
                            catalog, cell(table.name.schema), cell(name), catalog, cell(table.name.schema), cell(table.name.name),
                            cell(column), cell(i + 1), places.map { cell($0[i]) } ?? .null,
                        ]
                    }
                }
                return table.keys.flatMap { rows($0.name, $0.columns) }
                    + table.foreignKeys.flatMap { key in
                        let unique = c.key(meantBy: key)?.columns ?? key.referenced
                        return rows(key.name, key.columns, key.referenced.map { (unique.firstIndex(of: $0) ?? 0) + 1 })
                    }
            }
        },
        SystemRelation(
            "information_schema", "referential_constraints",
            """
            constraint_catalog name, constraint_schema name, constraint_name name, unique_constraint_catalog name, \
            unique_constraint_schema name, unique_constraint_name name, match_option varchar, update_rule varchar, delete_rule varchar
            """
        ) { c in
            c.tables.filter { c.owns($0.name) || c.writes($0.name) }.flatMap { table in
                table.foreignKeys.map { key in
                    let unique = c.key(meantBy: key)
                    return [
                        catalog, cell(table.name.schema), cell(key.name), unique == nil ? .null : catalog,
                        cell(unique.map { _ in key.table.schema }), cell(unique?.name), cell(key.match == .full ? "FULL" : "NONE"),
                        cell(key.onUpdate.rule), cell(key.onDelete.rule),
                    ]
                }
            }
        },
        SystemRelation(
            "information_schema", "constraint_column_usage",
            """
            table_catalog name, table_schema name, table_name name, column_name name, constraint_catalog name, constraint_schema name, \
            constraint_name name
            """
        ) { c in
            c.tables.flatMap { table -> [[StoredValue]] in
                func rows(_ name: String, _ columns: [String], of other: QualifiedName) -> [[StoredValue]] {
                    guard c.owns(other) else { return [] }
                    return columns.map {
                        [
                            catalog, cell(other.schema), cell(other.name), cell($0), catalog, cell(table.name.schema), cell(name),
                        ]
                    }
                }
                return table.keys.flatMap { rows($0.name, $0.columns, of: table.name) }
                    + table.foreignKeys.flatMap { rows($0.name, $0.referenced, of: $0.table) }
                    + table.checks.flatMap { check in
                        let used = Set(TreeUses(check.condition).columns.map(\.last))
                        return rows(check.name, table.columns.map(\.name).filter { used.contains($0) }, of: table.name)
                    }
            }
        },
        SystemRelation(
            "information_schema", "constraint_table_usage",
            """
            table_catalog name, table_schema name, table_name name, constraint_catalog name, constraint_schema name, constraint_name name
            """
        ) { c in
            c.tables.flatMap { table -> [[StoredValue]] in
                func row(_ name: String, _ other: QualifiedName) -> [StoredValue] {
                    [catalog, cell(other.schema), cell(other.name), catalog, cell(table.name.schema), cell(name)]
                }
                return table.keys.filter { _ in c.owns(table.name) }.map { row($0.name, table.name) }
                    + table.foreignKeys.filter { c.owns($0.table) }.map { row($0.name, $0.table) }
            }
        },
    ]

    static let catalog = StoredValue.text("postgres")

    private static let columnList = """
        table_catalog name, table_schema name, table_name name, column_name name, ordinal_position int, column_default varchar, \
        is_nullable varchar, data_type varchar, character_maximum_length int, character_octet_length int, numeric_precision int, \
        numeric_precision_radix int, numeric_scale int, datetime_precision int, interval_type varchar, interval_precision int, \
        character_set_catalog name, character_set_schema name, character_set_name name, collation_catalog name, collation_schema name, \
        collation_name name, domain_catalog name, domain_schema name, domain_name name, udt_catalog name, udt_schema name, udt_name name, \
        scope_catalog name, scope_schema name, scope_name name, maximum_cardinality int, dtd_identifier name, is_self_referencing varchar, \
        is_identity varchar, identity_generation varchar, identity_start varchar, identity_increment varchar, identity_maximum varchar, \
        identity_minimum varchar, identity_cycle varchar, is_generated varchar, generation_expression varchar, is_updatable varchar
        """
}

extension SystemCatalogue {
    /// `not null` is a check, too, under a name made of numbers.
    func notNulls(_ table: Table) -> [(name: String, column: String)] {
        table.columns.enumerated().filter { $1.isNotNull }.map { i, column in
            ("\(number(.namespace(table.name.schema)))_\(number(.relation(table.name)))_\(i + 1)_not_null", column.name)
        }
    }

    /// Any privilege but select.
    func writes(_ name: QualifiedName) -> Bool {
        Self.tablePrivileges.contains { $0 != .select && may($0, name) }
            || held.contains { role in
                schema.privileges[name]?.columns[role]?.values.contains { !$0.isDisjoint(with: [.insert, .update, .references]) } == true
            }
    }

    /// The key that a foreign key refers to.
    func key(meantBy reference: Reference) -> Key? {
        schema.tables[reference.table]?.keys.first { Set($0.columns) == Set(reference.referenced) }
    }

    /// A row of `information_schema.columns`.
    func describe(_ column: Column, _ place: Int, of name: QualifiedName, in table: Table?, isUpdatable: Bool) -> [StoredValue] {
        let type = column.type
        let traits = TypeTraits(type, self)
        let sequence = column.identity == nil ? nil : column.sequence.flatMap { schema.sequences[$0] }
        let standard =
            column.generated == nil && owns(name)
            ? table.flatMap { table in column.identity == nil ? self.standard(column, of: table) : nil }
            : nil
        return [
            SystemRelation.catalog, cell(name.schema), cell(name.name), cell(column.name), cell(place), cell(standard),
            yesOrNo(!column.isNotNull), cell(traits.dataType), cell(traits.length), cell(traits.octets), cell(traits.precision),
            cell(traits.radix), cell(traits.scale), cell(traits.fraction), .null, .null, .null, .null, .null, .null, .null, .null, .null,
            .null, .null, SystemRelation.catalog, cell(typeSchema(type.type)), cell(typeName(type.type)), .null, .null, .null, .null,
            cell(String(place)), yesOrNo(false), yesOrNo(column.identity != nil),
            cell(column.identity.map { $0 == .always ? "ALWAYS" : "BY DEFAULT" }), cell(sequence.map { String($0.start) }),
            cell(sequence.map { String($0.increment) }), cell(sequence.map { String($0.maximum) }),
            cell(sequence.map { String($0.minimum) }), yesOrNo(sequence?.isCycling ?? false),
            cell(column.generated == nil ? "NEVER" : "ALWAYS"),
            cell(column.generated.flatMap { _ in table.flatMap { self.standard(column, of: $0) } }), yesOrNo(isUpdatable),
        ]
    }
}

/// What `information_schema` says of a type.
struct TypeTraits {
    var dataType: String
    var length: Int64?
    var octets: Int64?
    var precision: Int64?
    var radix: Int64?
    var scale: Int64?
    var fraction: Int64?

    init(_ type: ColumnType, _ catalogue: SystemCatalogue) {
        let type = type.base
        switch type.type {
        case .array: dataType = "ARRAY"
        case .enumeration, .citext: dataType = "USER-DEFINED"
        default: dataType = type.type.name
        }
        switch type.type {
        case .varchar, .char:
            if case .length(let length)? = type.modifier { self.length = Int64(length) }
            octets = length.map { $0 * 4 } ?? 1_073_741_824
        case .text: octets = 1_073_741_824
        case .smallint: (precision, radix, scale) = (16, 2, 0)
        case .integer: (precision, radix, scale) = (32, 2, 0)
        case .bigint: (precision, radix, scale) = (64, 2, 0)
        case .real: (precision, radix) = (24, 2)
        case .double: (precision, radix) = (53, 2)
        case .numeric:
            radix = 10
            if case .numeric(let digits, let places)? = type.modifier { (precision, scale) = (Int64(digits), Int64(places)) }
        case .date: fraction = 0
        case .time, .timestamp, .timestamptz, .interval:
            fraction = 6
            if case .precision(let digits)? = type.modifier { fraction = Int64(digits) }
        default: break
        }
    }
}

extension ForeignKey.Action {
    var rule: String {
        switch self {
        case .noAction: "NO ACTION"
        case .restrict: "RESTRICT"
        case .cascade: "CASCADE"
        case .setNull: "SET NULL"
        case .setDefault: "SET DEFAULT"
        }
    }
}

extension View {
    /// One table, nothing worked out over several rows: PostgreSQL writes through it.
    var isSimple: Bool {
        guard select.with == nil, select.limit == nil, select.offset == nil, case .query(let query) = select.body, query.from.count == 1,
            query.groupBy.isEmpty, query.having == nil, query.distinct == nil, case .table = query.from[0]
        else { return false }
        return !columns.allSatisfy { $0.source == nil }
    }
}
