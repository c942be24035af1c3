import OffstageSyntax

/// The schema as PostgreSQL's own catalogues tell it: what `information_schema` and `pg_catalog` are made of.
///
/// Numbers of objects are made up, the same for the same schema, and differ from PostgreSQL's; everything else is equal.
package struct SystemCatalogue: Sendable {
    package let schema: Schema
    package let role: String
    /// The role and those whose privileges it has.
    let held: Set<String>
    private let numbers: [Object: Int64]

    /// What has a number.
    enum Object: Hashable {
        case namespace(String), relation(QualifiedName), type(QualifiedName), function(QualifiedName), role(String)
        case constraint(QualifiedName, String), policy(QualifiedName, String), standard(QualifiedName, String), label(QualifiedName, String)
        case `extension`(String), publication(String), other(String)
    }

    package init(_ schema: Schema, role: String) {
        self.schema = schema
        self.role = role
        held = schema.memberships(of: role).union(["public"])
        var numbers: [Object: Int64] = [
            .namespace("pg_catalog"): 11, .namespace("public"): 2200, .namespace("information_schema"): 13000, .role("postgres"): 10,
        ]
        var next: Int64 = 16384
        func number(_ object: Object) {
            guard numbers[object] == nil else { return }
            numbers[object] = next
            next += 1
        }
        for name in schema.namespaces { number(.namespace(name)) }
        for name in schema.roles.keys.sorted() { number(.role(name)) }
        for name in schema.enumerations.keys.sorted() {
            number(.type(name))
            for label in schema.enumerations[name]?.labels ?? [] { number(.label(name, label.name)) }
        }
        for name in schema.sequences.keys.sorted() { number(.relation(name)) }
        for table in schema.tables.values.sorted(by: { $0.name < $1.name }) {
            number(.relation(table.name))
            number(.type(table.name))
            for column in table.columns { number(.standard(table.name, column.name)) }
            for name in table.indexNames { number(.relation(QualifiedName(table.name.schema, name))) }
            for name in table.constraintNames { number(.constraint(table.name, name)) }
            for policy in table.policies { number(.policy(table.name, policy.name)) }
        }
        for name in schema.views.keys.sorted() {
            number(.relation(name))
            number(.type(name))
        }
        for function in schema.functions.values.flatMap({ $0 }).sorted(by: { $0.signature < $1.signature }) {
            number(.function(function.signature))
        }
        for name in schema.extensions.sorted() { number(.extension(name)) }
        for name in schema.publications.keys.sorted() { number(.publication(name)) }
        self.numbers = numbers
    }

    func number(_ object: Object) -> Int64 { numbers[object] ?? 0 }

    /// A relation's number, for `to_regclass` and its like.
    package func number(ofRelation name: QualifiedName) -> Int64 { number(.relation(name)) }

    // MARK: What there is, in order

    var tables: [Table] { schema.tables.values.sorted { $0.name < $1.name } }
    var views: [View] { schema.views.values.sorted { $0.name < $1.name } }
    var sequences: [Sequence] { schema.sequences.values.sorted { $0.name < $1.name } }
    var functions: [Function] { schema.functions.values.flatMap { $0 }.sorted { $0.signature < $1.signature } }
    var roles: [Role] { schema.roles.values.sorted { $0.name < $1.name } }

    // MARK: Types

    /// `pg_type`'s name of a type: `int4`, `_text`.
    func typeName(_ type: DataType) -> String {
        switch type {
        case .array(let element): "_" + typeName(element)
        case .enumeration(let type): type.name
        default: TypeName(ColumnType(type)).name.last
        }
    }

    func typeSchema(_ type: DataType) -> String {
        switch type {
        case .array(let element): typeSchema(element)
        case .enumeration(let type): type.schema
        default: "pg_catalog"
        }
    }

    func number(of type: DataType) -> Int64 {
        switch type {
        case .enumeration(let type): number(.type(QualifiedName(type.schema, type.name)))
        case .array(.enumeration(let type)): number(.type(QualifiedName(type.schema, type.name))) + 1_000_000
        default: Self.typeNumbers[typeName(type)] ?? 0
        }
    }

    static let typeNumbers: [String: Int64] = [
        "bool": 16, "bytea": 17, "char": 18, "name": 19, "int8": 20, "int2": 21, "int4": 23, "text": 25, "oid": 26, "json": 114,
        "float4": 700, "float8": 701, "bpchar": 1042, "varchar": 1043, "date": 1082, "time": 1083, "timestamp": 1114,
        "timestamptz": 1184, "interval": 1186, "timetz": 1266, "bit": 1560, "varbit": 1562, "numeric": 1700, "uuid": 2950, "jsonb": 3802,
        "inet": 869, "cidr": 650, "macaddr": 829, "tsvector": 3614, "tsquery": 3615, "record": 2249, "void": 2278, "unknown": 705,
        "int4range": 3904, "numrange": 3906, "tsrange": 3908, "tstzrange": 3910, "daterange": 3912, "int8range": 3926, "trigger": 2279,
        "_bool": 1000, "_bytea": 1001, "_char": 1002, "_name": 1003, "_int2": 1005, "_int4": 1007, "_text": 1009, "_bpchar": 1014,
        "_varchar": 1015, "_int8": 1016, "_float4": 1021, "_float8": 1022, "_oid": 1028, "_json": 199, "_timestamp": 1115, "_date": 1182,
        "_time": 1183, "_timestamptz": 1185, "_interval": 1187, "_numeric": 1231, "_uuid": 2951, "_jsonb": 3807, "_inet": 1041,
        "_cidr": 651, "_timetz": 1270,
    ]

    /// `pg_attribute.atttypmod`.
    func modifier(_ type: ColumnType) -> Int64 {
        switch type.modifier {
        case .length(let length)?: Int64(length) + 4
        case .numeric(let precision, let scale)?: (Int64(precision) << 16 | Int64(scale & 0x7FF)) + 4
        case .precision(let digits)?: type.type == .interval ? 0x7FFF << 16 | Int64(digits) : Int64(digits)
        default: -1
        }
    }

    // MARK: Who may see what

    func owner(_ name: QualifiedName) -> String { schema.tables[name]?.owner ?? schema.views[name]?.owner ?? "postgres" }

    func owns(_ name: QualifiedName) -> Bool { isSuperuser || held.contains(owner(name)) }

    var isSuperuser: Bool { held.contains { schema.roles[$0]?.isSuperuser == true } }

    func may(_ privilege: Privilege, _ name: QualifiedName) -> Bool { schema.allows(role, privilege, on: name) }

    /// Any privilege on a relation or one of its columns.
    func sees(_ name: QualifiedName) -> Bool {
        owns(name) || Self.tablePrivileges.contains { may($0, name) }
            || held.contains { schema.privileges[name]?.columns[$0]?.isEmpty == false }
    }

    func sees(_ name: QualifiedName, column: String) -> Bool {
        if owns(name) || [.select, .insert, .update, .references].contains(where: { may($0, name) }) { return true }
        return held.contains { schema.privileges[name]?.columns[$0]?[column]?.isEmpty == false }
    }

    static let tablePrivileges: [Privilege] = [.select, .insert, .update, .delete, .truncate, .references, .trigger]
}
