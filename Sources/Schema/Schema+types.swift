package import OffstageSyntax

extension Schema {
    /// The type a name means, with its modifier: `varchar(20)`, `numeric(8,2)[]`, `mood`.
    ///
    /// Throws 42704 for an unknown type, 22023 or 42601 for a wrong modifier, 0A000 for a type of PostgreSQL's that is not supported yet.
    /// `serial` is a column's matter, not a type.
    package func resolveType(_ name: TypeName, path: [String] = searchPath) throws(SQLError) -> ColumnType {
        let element = try resolveElement(name, path: path)
        if name.arrayDimensions > 1 {
            throw SQLError(
                "0A000", "arrays of more than one dimension are not supported", hint: "Use jsonb, or a table of its own.",
                position: name.name.position.known)
        }
        guard name.arrayDimensions == 1 else { return element }
        switch element.type {
        case .void, .trigger, .unknown:
            throw SQLError("42704", "type \"\(name.name.last)[]\" does not exist", position: name.name.position.known)
        case .domain(let domain):
            throw SQLError(
                "0A000", "arrays of the domain \(domain.name) are not supported",
                hint: "Make a domain over an array, or use an array of \(domain.below.type.base.name).", position: name.name.position.known)
        default: return ColumnType(.array(element.type), element.modifier)
        }
    }

    private func resolveElement(_ name: TypeName, path: [String]) throws(SQLError) -> ColumnType {
        let position = name.name.position
        let parts = name.name.parts
        let isSystem = parts.count == 1 || (parts.count == 2 && parts[0] == "pg_catalog")
        if isSystem, let type = Self.systemTypes[name.name.last] {
            return ColumnType(type, try modifier(of: type, name))
        }
        if isSystem, name.name.last.hasPrefix("_"), let type = Self.systemTypes[String(name.name.last.dropFirst())] {
            return ColumnType(.array(type))
        }
        // A type of the extension's, in whatever schema that is.
        if name.name.last == "citext", extensions.contains("citext"), parts.count == 1 || namespaces.contains(parts[0]) {
            if !name.modifiers.isEmpty { throw noModifier(name, for: "citext") }
            return ColumnType(.citext)
        }
        if let found = resolveDomain(name.name, path: path) {
            if !name.modifiers.isEmpty { throw noModifier(name, for: found.name.name) }
            return ColumnType(.domain(found.type))
        }
        if let found = resolveEnumeration(name.name, path: path) {
            if !name.modifiers.isEmpty { throw noModifier(name, for: found.name) }
            return ColumnType(.enumeration(found))
        }
        if let found = resolveComposite(name.name, path: path) {
            if !name.modifiers.isEmpty { throw noModifier(name, for: found.name?.name ?? name.name.last) }
            return ColumnType(.composite(found))
        }
        if isSystem, let hint = Self.otherTypes[name.name.last] {
            throw SQLError("0A000", "type \(name.name.last) is not supported yet", hint: hint, position: position.known)
        }
        if let schema = name.name.qualifier, schema != "pg_catalog", !namespaces.contains(schema) {
            throw SQLError("3F000", "schema \"\(schema)\" does not exist", position: position.known)
        }
        let enums = (Array(enumerations.keys) + Array(domains.keys)).filter { path.contains($0.schema) }.map(\.name)
        throw SQLError(
            "42704", "type \"\(parts.joined(separator: "."))\" does not exist",
            hint: perhaps(name.name.last, Array(Self.systemTypes.keys) + Array(Self.spokenTypes.keys) + enums), position: position.known)
    }

    private func modifier(of type: DataType, _ name: TypeName) throws(SQLError) -> TypeModifier? {
        if name.modifiers.isEmpty { return nil }
        let position = name.name.position.known
        var numbers: [Int] = []
        for modifier in name.modifiers {
            switch modifier.kind {
            case .literal(.integer(let value)): numbers.append(Int(value))
            case .unary("-", let inner):
                guard case .literal(.integer(let value)) = inner.kind else {
                    throw SQLError("42601", "type modifiers must be simple constants or identifiers", position: position)
                }
                numbers.append(-Int(value))
            default: throw SQLError("42601", "type modifiers must be simple constants or identifiers", position: position)
            }
        }
        switch type {
        case .varchar, .char:
            let word = type == .char ? "char" : "varchar"
            guard numbers.count == 1 else { throw SQLError("22023", "invalid type modifier", position: position) }
            if numbers[0] < 1 { throw SQLError("22023", "length for type \(word) must be at least 1", position: position) }
            if numbers[0] > 10_485_760 { throw SQLError("22023", "length for type \(word) cannot exceed 10485760", position: position) }
            return .length(numbers[0])
        case .numeric:
            guard numbers.count <= 2 else { throw SQLError("22023", "invalid NUMERIC type modifier", position: position) }
            let scale = numbers.count == 2 ? numbers[1] : 0
            guard (1...1000).contains(numbers[0]) else {
                throw SQLError("22023", "NUMERIC precision \(numbers[0]) must be between 1 and 1000", position: position)
            }
            guard (-1000...1000).contains(scale) else {
                throw SQLError("22023", "NUMERIC scale \(scale) must be between -1000 and 1000", position: position)
            }
            return .numeric(precision: numbers[0], scale: scale)
        case .bit, .varbit:
            let word = type == .bit ? "bit" : "varbit"
            guard numbers.count == 1 else { throw SQLError("22023", "invalid type modifier", position: position) }
            if numbers[0] < 1 { throw SQLError("22023", "length for type \(word) must be at least 1", position: position) }
            if numbers[0] > 83_886_080 { throw SQLError("22023", "length for type \(word) cannot exceed 83886080", position: position) }
            return .length(numbers[0])
        case .time, .timetz, .timestamp, .timestamptz:
            guard numbers.count == 1 else { throw SQLError("22023", "invalid type modifier", position: position) }
            // More than six digits is a warning in PostgreSQL, and six.
            guard numbers[0] >= 0 else {
                throw SQLError(
                    "22023",
                    "\(type == .time || type == .timetz ? "TIME" : "TIMESTAMP")(\(numbers[0]))\(type == .timetz || type == .timestamptz ? " WITH TIME ZONE" : "") precision must not be negative",
                    position: position)
            }
            return .precision(min(numbers[0], 6))
        case .interval:
            // First the fields asked for, 0x7FFF being all of them.
            guard numbers[0] == 0x7FFF else {
                guard let fields = Self.intervalFields[numbers[0]] else {
                    throw SQLError("22023", "invalid INTERVAL type modifier", position: position)
                }
                return .fields(fields, precision: numbers.count > 1 && numbers[1] != 0xFFFF ? min(max(numbers[1], 0), 6) : nil)
            }
            return numbers.count > 1 ? .precision(min(max(numbers[1], 0), 6)) : nil
        default: throw noModifier(name, for: type.name)
        }
    }

    private func noModifier(_ name: TypeName, for type: String) -> SQLError {
        SQLError("42601", "type modifier is not allowed for type \"\(type)\"", position: name.name.position.known)
    }

    /// How the parser writes what stands behind `interval`: a bit for each field.
    static let intervalFields: [Int: IntervalFields] = [
        4: .year, 2: .month, 8: .day, 1024: .hour, 2048: .minute, 4096: .second, 6: .yearToMonth, 1032: .dayToHour, 3080: .dayToMinute,
        7176: .dayToSecond, 3072: .hourToMinute, 7168: .hourToSecond, 6144: .minuteToSecond,
    ]

    static let systemTypes: [String: DataType] = [
        "bool": .boolean, "int2": .smallint, "int4": .integer, "int8": .bigint, "float4": .real, "float8": .double, "numeric": .numeric,
        "text": .text, "varchar": .varchar, "bpchar": .char, "uuid": .uuid, "bytea": .bytea, "date": .date, "time": .time,
        "timestamp": .timestamp, "timestamptz": .timestamptz, "interval": .interval, "json": .json, "jsonb": .jsonb, "jsonpath": .jsonpath,
        "record": .record,
        "void": .void, "trigger": .trigger, "unknown": .unknown, "name": .name, "oid": .oid, "timetz": .timetz, "inet": .inet,
        "cidr": .cidr,
        "macaddr": .macaddr, "bit": .bit, "varbit": .varbit, "int4range": .range(.int4range), "int8range": .range(.int8range),
        "numrange": .range(.numrange), "daterange": .range(.daterange), "tsrange": .range(.tsrange), "tstzrange": .range(.tstzrange),
        "tsvector": .tsvector, "tsquery": .tsquery, "regconfig": .regconfig,
    ]

    /// As people write them, which the parser has turned into the system's names by the time we look: for hints only.
    private static let spokenTypes: [String: DataType] = [
        "integer": .integer, "bigint": .bigint, "smallint": .smallint, "boolean": .boolean,
    ]

    private static let otherTypes: [String: String] = {
        var types = [
            "money": "Use numeric(12,2).", "char": "Use \"text\" with a check on its length.", "xml": "Use text.",
            "hstore": "Use jsonb.", "vector": "Use real[].",
        ]
        for type in ["point", "line", "lseg", "box", "path", "polygon", "circle", "geometry", "geography"] {
            types[type] = "Use two columns of type double precision, or jsonb."
        }
        types["macaddr8"] = "Use macaddr, or text."
        for type in ["int4multirange", "int8multirange", "nummultirange", "tsmultirange", "tstzmultirange", "datemultirange"] {
            types[type] = "Use a table of ranges."
        }
        for type in ["regclass", "regtype", "regproc", "regprocedure", "regrole", "regnamespace"] { types[type] = "Use text." }
        types["event_trigger"] = "Use migrations."
        for type in ["anyelement", "anyarray", "anynonarray", "anyenum", "anycompatible"] { types[type] = "Name the type." }
        return types
    }()
}
