import OffstageSyntax

/// `information_schema`: sequences, routines and privileges.
extension SystemRelation {
    static let informationSchemaMore: [SystemRelation] = [
        SystemRelation(
            "information_schema", "sequences",
            """
            sequence_catalog name, sequence_schema name, sequence_name name, data_type varchar, numeric_precision int, \
            numeric_precision_radix int, numeric_scale int, start_value varchar, minimum_value varchar, maximum_value varchar, \
            increment varchar, cycle_option varchar
            """
        ) { c in
            c.sequences.filter { s in
                let isIdentity = s.ownedBy.flatMap { c.schema.tables[$0.table]?.column($0.column)?.identity } != nil
                return !isIdentity && (c.isSuperuser || [.usage, .select, .update].contains { c.may($0, s.name) })
            }.map { s in
                [
                    catalog, cell(s.name.schema), cell(s.name.name), cell(s.type.name),
                    cell(s.type == .bigint ? 64 : s.type == .integer ? 32 : 16),
                    cell(2), cell(0), cell(String(s.start)), cell(String(s.minimum)), cell(String(s.maximum)), cell(String(s.increment)),
                    yesOrNo(s.isCycling),
                ]
            }
        },
        SystemRelation(
            "information_schema", "routines",
            """
            specific_catalog name, specific_schema name, specific_name name, routine_catalog name, routine_schema name, routine_name name, \
            routine_type varchar, data_type varchar, type_udt_catalog name, type_udt_schema name, type_udt_name name, routine_body varchar, \
            routine_definition varchar, external_language varchar, parameter_style varchar, is_deterministic varchar, \
            sql_data_access varchar, is_null_call varchar, security_type varchar
            """
        ) { c in
            c.functions.filter { c.isSuperuser || c.may(.execute, $0.signature) }.map { function in
                let type = function.resultType
                let traits = type.map { TypeTraits(ColumnType($0), c).dataType }
                return [
                    catalog, cell(function.name.schema), cell(c.specificName(function)), catalog, cell(function.name.schema),
                    cell(function.name.name), cell("FUNCTION"), cell(function.isTable ? "USER-DEFINED" : traits ?? "record"), catalog,
                    cell(type.map { c.typeSchema($0) } ?? "pg_catalog"), cell(type.map { c.typeName($0) } ?? "record"),
                    cell(function.language == "sql" ? "SQL" : "EXTERNAL"), c.isSuperuser ? cell(function.body) : .null,
                    cell(function.language.uppercased()), cell("GENERAL"), yesOrNo(function.volatility == .immutable), cell("MODIFIES"),
                    yesOrNo(function.isStrict), cell(function.isSecurityDefiner ? "DEFINER" : "INVOKER"),
                ]
            }
        },
        SystemRelation(
            "information_schema", "parameters",
            """
            specific_catalog name, specific_schema name, specific_name name, ordinal_position int, parameter_mode varchar, is_result varchar, \
            as_locator varchar, parameter_name name, data_type varchar, udt_catalog name, udt_schema name, udt_name name, \
            parameter_default varchar
            """
        ) { c in
            c.functions.filter { c.isSuperuser || c.may(.execute, $0.signature) }.flatMap { function in
                function.parameters.enumerated().map { i, parameter in
                    [
                        catalog, cell(function.name.schema), cell(c.specificName(function)), cell(i + 1), cell("IN"), yesOrNo(false),
                        yesOrNo(false), cell(parameter.name), cell(TypeTraits(parameter.type, c).dataType), catalog,
                        cell(c.typeSchema(parameter.type.type)), cell(c.typeName(parameter.type.type)),
                        cell(parameter.defaultValue.map { Deparser().text($0, as: parameter.type) }),
                    ]
                }
            }
        },
        privileges("table_privileges", ofTables: true), privileges("role_table_grants", ofTables: true),
        columnPrivileges("column_privileges"), columnPrivileges("role_column_grants"),
        SystemRelation("information_schema", "enabled_roles", "role_name name") { c in
            c.held.filter { $0 != "public" }.sorted().map { [cell($0)] }
        },
        SystemRelation("information_schema", "applicable_roles", "grantee name, role_name name, is_grantable varchar") { c in
            c.roles.filter { c.held.contains($0.name) }.flatMap { role in
                role.memberOf.sorted().map { [cell(role.name), cell($0), yesOrNo(false)] }
            }
        },
        SystemRelation(
            "information_schema", "element_types",
            """
            object_catalog name, object_schema name, object_name name, object_type varchar, collection_type_identifier name, \
            data_type varchar, udt_catalog name, udt_schema name, udt_name name
            """
        ) { c in
            c.tables.filter { $0.materialized == nil }.flatMap { table in
                table.columns.enumerated().compactMap { i, column -> [StoredValue]? in
                    guard case .array(let element) = column.type.type, c.sees(table.name, column: column.name) else { return nil }
                    return [
                        catalog, cell(table.name.schema), cell(table.name.name), cell("TABLE"), cell(String(i + 1)),
                        cell(TypeTraits(ColumnType(element), c).dataType), catalog, cell(c.typeSchema(element)), cell(c.typeName(element)),
                    ]
                }
            }
        },
        SystemRelation(
            "information_schema", "view_table_usage",
            "view_catalog name, view_schema name, view_name name, table_catalog name, table_schema name, table_name name"
        ) { c in
            c.views.flatMap { view in
                Set(TreeUses(view.select).tables.map { QualifiedName($0) }).sorted().filter { c.schema.relation($0) != nil && c.owns($0) }
                    .map {
                        [catalog, cell(view.name.schema), cell(view.name.name), catalog, cell($0.schema), cell($0.name)]
                    }
            }
        },
        SystemRelation(
            "information_schema", "triggers",
            """
            trigger_catalog name, trigger_schema name, trigger_name name, event_manipulation varchar, event_object_catalog name, \
            event_object_schema name, event_object_table name, action_order int, action_condition varchar, action_statement varchar, \
            action_orientation varchar, action_timing varchar, action_reference_old_table name, action_reference_new_table name, \
            action_reference_old_row name, action_reference_new_row name, created timestamptz
            """
        ) { _ in [] },
    ]

    /// Grants on relations, those the owner has from the start first.
    private static func privileges(_ name: String, ofTables: Bool) -> SystemRelation {
        SystemRelation(
            "information_schema", name,
            """
            grantor name, grantee name, table_catalog name, table_schema name, table_name name, privilege_type varchar, is_grantable varchar, \
            with_hierarchy varchar
            """
        ) { c in
            let names = c.tables.filter { $0.materialized == nil }.map(\.name) + c.views.map(\.name)
            return names.flatMap { relation -> [[StoredValue]] in
                let owner = c.owner(relation)
                var held = c.schema.privileges[relation]?.whole ?? [:]
                held[owner, default: []].formUnion(SystemCatalogue.tablePrivileges)
                return held.sorted { $0.key < $1.key }.filter {
                    c.isSuperuser && name == "role_table_grants" || c.held.contains($0.key) || c.held.contains(owner) || $0.key == "public"
                }
                .flatMap { role, list in
                    SystemCatalogue.tablePrivileges.filter { list.contains($0) }.map { privilege in
                        [
                            cell(owner), cell(role == "public" ? "PUBLIC" : role), catalog, cell(relation.schema), cell(relation.name),
                            cell(privilege.rawValue.uppercased()), yesOrNo(role == owner), yesOrNo(privilege == .select),
                        ]
                    }
                }
            }
        }
    }

    private static func columnPrivileges(_ name: String) -> SystemRelation {
        SystemRelation(
            "information_schema", name,
            """
            grantor name, grantee name, table_catalog name, table_schema name, table_name name, column_name name, privilege_type varchar, \
            is_grantable varchar
            """
        ) { c in
            func rows(_ relation: QualifiedName, _ columns: [String]) -> [[StoredValue]] {
                let owner = c.owner(relation)
                var whole = c.schema.privileges[relation]?.whole ?? [:]
                whole[owner, default: []].formUnion(SystemCatalogue.tablePrivileges)
                let single = c.schema.privileges[relation]?.columns ?? [:]
                let roles = Set(whole.keys).union(single.keys).sorted().filter {
                    c.held.contains($0) || c.held.contains(owner) || c.isSuperuser
                }
                return roles.flatMap { role in
                    columns.flatMap { column in
                        [Privilege.select, .insert, .update, .references].filter {
                            whole[role]?.contains($0) == true || single[role]?[column]?.contains($0) == true
                        }.map { privilege in
                            [
                                cell(owner), cell(role == "public" ? "PUBLIC" : role), catalog, cell(relation.schema), cell(relation.name),
                                cell(column), cell(privilege.rawValue.uppercased()), yesOrNo(role == owner),
                            ]
                        }
                    }
                }
            }
            return c.tables.filter { $0.materialized == nil }.flatMap { rows($0.name, $0.columns.map(\.name)) }
                + c.views.flatMap { rows($0.name, $0.columns.map(\.name)) }
        }
    }
}

extension SystemCatalogue {
    func specificName(_ function: Function) -> String { "\(function.name.name)_\(number(.function(function.signature)))" }
}

extension Function {
    var isTable: Bool { if case .table = result { true } else { false } }
}
