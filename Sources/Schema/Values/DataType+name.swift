extension DataType {
    /// The name PostgreSQL prints: `integer`, `character varying`, `timestamp with time zone`, `integer[]`.
    ///
    /// An enum outside `public` carries its schema. Source: PostgreSQL 15, `format_type`.
    package var name: String {
        switch self {
        case .boolean: "boolean"
        case .smallint: "smallint"
        case .integer: "integer"
        case .bigint: "bigint"
        case .real: "real"
        case .double: "double precision"
        case .numeric: "numeric"
        case .text: "text"
        case .varchar: "character varying"
        case .char: "character"
        case .citext: "citext"
        case .name: "name"
        case .oid: "oid"
        case .timetz: "time with time zone"
        case .inet: "inet"
        case .cidr: "cidr"
        case .macaddr: "macaddr"
        case .bit: "bit"
        case .varbit: "bit varying"
        case .range(let kind): kind.rawValue
        case .domain(let domain): domain.schema == "public" ? domain.name : "\(domain.schema).\(domain.name)"
        case .uuid: "uuid"
        case .bytea: "bytea"
        case .date: "date"
        case .time: "time without time zone"
        case .timestamp: "timestamp without time zone"
        case .timestamptz: "timestamp with time zone"
        case .interval: "interval"
        case .json: "json"
        case .jsonb: "jsonb"
        case .jsonpath: "jsonpath"
        case .tsvector: "tsvector"
        case .tsquery: "tsquery"
        case .regconfig: "regconfig"
        case .enumeration(let enumeration): enumeration.schema == "public" ? enumeration.name : "\(enumeration.schema).\(enumeration.name)"
        case .array(let element): element.name + "[]"
        case .composite(let row): row.name.map { $0.schema == "public" ? $0.name : $0.description } ?? "record"
        case .record: "record"
        case .void: "void"
        case .trigger: "trigger"
        case .unknown: "unknown"
        }
    }

    /// The type of a name or of one of its aliases, in any case: `int4`, `Decimal`, `timestamptz`, `double precision`, `_text`, `uuid[]`.
    ///
    /// Nil for names of other types, enums among them. `serial` is no type. Source: PostgreSQL 15, table 8.1.
    package init?(name: String) {
        let name = name.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
        if let type = Self.names[name] {
            self = type
        } else if name.hasSuffix("[]"), let element = Self.names[String(name.dropLast(2))], element.isElement {
            self = .array(element)
        } else if name.hasPrefix("_"), let element = Self.names[String(name.dropFirst())], element.isElement {
            self = .array(element)
        } else {
            return nil
        }
    }

    private var isElement: Bool {
        switch self {
        case .array, .composite, .record, .void, .trigger, .unknown: false
        default: true
        }
    }

    private static let names: [String: DataType] = [
        "boolean": .boolean, "bool": .boolean,
        "smallint": .smallint, "int2": .smallint,
        "integer": .integer, "int": .integer, "int4": .integer,
        "bigint": .bigint, "int8": .bigint,
        "real": .real, "float4": .real,
        "double precision": .double, "float8": .double, "float": .double,
        "numeric": .numeric, "decimal": .numeric, "dec": .numeric,
        "text": .text,
        "character varying": .varchar, "varchar": .varchar, "char varying": .varchar,
        "character": .char, "char": .char, "bpchar": .char,
        "uuid": .uuid, "bytea": .bytea,
        "date": .date,
        "time": .time, "time without time zone": .time,
        "timestamp": .timestamp, "timestamp without time zone": .timestamp,
        "timestamptz": .timestamptz, "timestamp with time zone": .timestamptz,
        "interval": .interval,
        "json": .json, "jsonb": .jsonb, "jsonpath": .jsonpath,
        "citext": .citext, "name": .name, "oid": .oid,
        "timetz": .timetz, "time with time zone": .timetz,
        "inet": .inet, "cidr": .cidr, "macaddr": .macaddr,
        "bit": .bit, "varbit": .varbit, "bit varying": .varbit,
        "int4range": .range(.int4range), "int8range": .range(.int8range), "numrange": .range(.numrange),
        "daterange": .range(.daterange), "tsrange": .range(.tsrange), "tstzrange": .range(.tstzrange),
        "tsvector": .tsvector, "tsquery": .tsquery, "regconfig": .regconfig,
        "record": .record, "void": .void, "trigger": .trigger, "unknown": .unknown,
    ]
}

extension ColumnType {
    /// The type with its modifier as PostgreSQL prints it: `numeric(5,2)`, `character varying(20)`, `timestamp(3) with time zone`.
    package var name: String {
        guard case .array(let element) = type else { return Self.name(of: type, modifier) }
        return Self.name(of: element, modifier) + "[]"
    }

    private static func name(of type: DataType, _ modifier: TypeModifier?) -> String {
        switch (type, modifier) {
        case (_, nil): type.name
        case (.bit, .length(let length)): "bit(\(length))"
        case (_, .length(let length)): "\(type.name)(\(length))"
        case (_, .numeric(let precision, let scale)): "\(type.name)(\(precision),\(scale))"
        case (.timestamptz, .precision(let digits)): "timestamp(\(digits)) with time zone"
        case (.timestamp, .precision(let digits)): "timestamp(\(digits)) without time zone"
        case (.time, .precision(let digits)): "time(\(digits)) without time zone"
        case (.timetz, .precision(let digits)): "time(\(digits)) with time zone"
        case (_, .fields(let fields, let digits)): "\(type.name) \(fields.rawValue)\(digits.map { "(\($0))" } ?? "")"
        case (_, .precision(let digits)): "\(type.name)(\(digits))"
        }
    }
}
