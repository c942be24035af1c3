import OffstageJSON
import OffstageSchema
import OffstageSyntax

/// What the page at `/docs` needs beyond OpenAPI, as members `x-offstage` of the document and of the schema of each relation.
///
/// Nothing in it names a table, a column or a key that the document itself does not: a key with a hidden column is left out whole, and so is a
/// foreign key to what the role may not read. Expressions (defaults, checks, policies) may name anything, and are for developers alone.
extension DescribedAPI {
    /// How much of it.
    package enum Detail: Sendable, Hashable {
        case none
        /// Types, keys, foreign keys.
        case keys
        /// Defaults, checks and policies, too, with other roles' names.
        case definitions
    }

    func overview(_ detail: Detail, _ namespaces: [String]) -> [(String, JSONValue)] {
        guard detail != .none else { return [] }
        return [
            (
                "x-offstage",
                Self.object([
                    ("role", .string(role)), ("schema", .string(namespace)), ("schemas", .array(namespaces.map { .string($0) })),
                    ("definitions", .boolean(detail == .definitions)),
                    // The page takes no key of such a role.
                    ("bypassesPolicies", .boolean(schema.bypassesRowSecurity(role))),
                ])
            )
        ]
    }

    func reference(_ relation: Relation, _ detail: Detail) -> [(String, JSONValue)] {
        guard detail != .none else { return [] }
        let table = schema.tables[relation.name]
        let shown = Set(relation.columns.map(\.column.name))
        func texts(_ items: [String]) -> JSONValue { .array(items.map { .string($0) }) }
        let kind = table.map { $0.materialized == nil ? "table" : "materialized view" } ?? "view"
        var members: [(String, JSONValue)] = [
            ("kind", .string(kind)), ("name", .string(relation.name.name)),
            ("columns", .array(relation.columns.map { self.column($0, detail) })),
        ]
        if !relation.primaryKey.isEmpty, shown.isSuperset(of: relation.primaryKey) {
            members.append(("primaryKey", texts(relation.primaryKey)))
        }
        let unique = (table?.uniqueKeys ?? []).filter { shown.isSuperset(of: $0.columns) }
        if !unique.isEmpty { members.append(("unique", .array(unique.map { texts($0.columns) }))) }
        let foreign = (table?.foreignKeys ?? []).filter { isShown($0, from: shown) }
        if !foreign.isEmpty {
            members.append(
                (
                    "foreignKeys",
                    .array(
                        foreign.map { key in
                            Self.object([
                                ("columns", texts(key.columns)), ("table", .string(key.table.name)), ("referenced", texts(key.referenced)),
                                ("onDelete", .string(key.onDelete.words)),
                            ])
                        })
                ))
        }
        if detail == .definitions, let table { members += definitions(table) }
        return [("x-offstage", Self.object(members))]
    }

    /// A foreign key of shown columns, to columns that the role may read.
    func isShown(_ key: Reference, from shown: Set<String>) -> Bool {
        shown.isSuperset(of: key.columns) && relations.areReadable(key.referenced, of: key.table)
    }

    private func column(_ property: Property, _ detail: Detail) -> JSONValue {
        let column = property.column
        var members: [(String, JSONValue)] = [
            ("name", .string(column.name)), ("type", .string(column.foreignType ?? column.type.name)),
            ("notNull", .boolean(column.isNotNull)),
        ]
        if let comment = property.comment { members.append(("comment", .string(comment))) }
        if !property.mayRead { members.append(("writeOnly", .boolean(true))) }
        if column.generated != nil { members.append(("isGenerated", .boolean(true))) }
        if let identity = column.identity { members.append(("identity", .string(identity == .always ? "always" : "by default"))) }
        if detail == .definitions {
            if let value = column.defaultValue { members.append(("default", .string(value.sql))) }
            if let value = column.generated { members.append(("generated", .string(value.sql))) }
        }
        return Self.object(members)
    }

    private func definitions(_ table: Table) -> [(String, JSONValue)] {
        var members: [(String, JSONValue)] = []
        if !table.checks.isEmpty {
            members.append(
                (
                    "checks",
                    .array(table.checks.map { Self.object([("name", .string($0.name)), ("condition", .string($0.condition.sql))]) })
                ))
        }
        members.append(("rowSecurity", .boolean(table.hasRowSecurity)))
        if !table.policies.isEmpty {
            members.append(
                (
                    "policies",
                    .array(
                        table.policies.map { policy in
                            Self.object(
                                [
                                    ("name", .string(policy.name)), ("command", .string("\(policy.command)")),
                                    ("permissive", .boolean(policy.isPermissive)), ("roles", .array(policy.roles.map { .string($0) })),
                                ] + (policy.using.map { [("using", .string($0.sql))] } ?? [])
                                    + (policy.check.map { [("check", .string($0.sql))] } ?? []))
                        })
                ))
        }
        return members
    }
}

extension ForeignKey.Action {
    fileprivate var words: String {
        switch self {
        case .noAction: "no action"
        case .restrict: "restrict"
        case .cascade: "cascade"
        case .setNull: "set null"
        case .setDefault: "set default"
        }
    }
}
