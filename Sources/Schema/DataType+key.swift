/// Types as short texts, for the engine's own functions: `pg_in(text, 'numeric(5,2)')` says with its second argument what to read.
extension ColumnType {
    /// `integer`, `numeric(5,2)`, `text[]`, `enum(public.mood:sad=1024,ok=2048)`.
    package var key: String {
        if case .domain = type { return base.key }
        return switch modifier {
        case nil: type.key
        case .length(let length): "\(type.key)(\(length))"
        case .numeric(let precision, let scale): "\(type.key)(\(precision),\(scale))"
        case .precision(let digits): "\(type.key)(\(digits))"
        case .fields(let fields, let digits): "\(type.key)(\(fields.rawValue)\(digits.map { ",\($0)" } ?? ""))"
        }
    }

    /// Nil for what `key` never makes.
    package init?(key: some StringProtocol) {
        if let type = DataType(key: key) {
            self.init(type)
            return
        }
        guard let open = key.lastIndex(of: "("), key.last == ")", let type = DataType(key: key[..<open]) else { return nil }
        let words = key[key.index(after: open)...].dropLast().split(separator: ",")
        if let first = words.first, let fields = IntervalFields(rawValue: String(first)) {
            self.init(type, .fields(fields, precision: words.count > 1 ? Int(words[1]) : nil))
            return
        }
        let numbers = key[key.index(after: open)...].dropLast().split(separator: ",").map { Int($0) }
        // An array carries its elements' modifier.
        let measured = if case .array(let element) = type { element } else { type }
        switch (measured, numbers.count, numbers.first ?? nil, numbers.last ?? nil) {
        case (.numeric, 2, let precision?, let scale?): self.init(type, .numeric(precision: precision, scale: scale))
        case (.varchar, 1, let length?, _), (.char, 1, let length?, _), (.bit, 1, let length?, _), (.varbit, 1, let length?, _):
            self.init(type, .length(length))
        case (_, 1, let digits?, _): self.init(type, .precision(digits))
        default: return nil
        }
    }
}

extension DataType {
    package var key: String {
        switch self {
        case .boolean: "boolean"
        case .smallint: "smallint"
        case .integer: "integer"
        case .bigint: "bigint"
        case .real: "real"
        case .double: "double"
        case .numeric: "numeric"
        case .text: "text"
        case .varchar: "varchar"
        case .char: "char"
        case .citext: "citext"
        case .name: "name"
        case .oid: "oid"
        case .timetz: "timetz"
        case .inet: "inet"
        case .cidr: "cidr"
        case .macaddr: "macaddr"
        case .bit: "bit"
        case .varbit: "varbit"
        case .range(let kind): kind.rawValue
        // The engine's functions see what is stored.
        case .domain: base.key
        case .uuid: "uuid"
        case .bytea: "bytea"
        case .date: "date"
        case .time: "time"
        case .timestamp: "timestamp"
        case .timestamptz: "timestamptz"
        case .interval: "interval"
        case .json: "json"
        case .jsonb: "jsonb"
        case .jsonpath: "jsonpath"
        case .tsvector: "tsvector"
        case .tsquery: "tsquery"
        case .regconfig: "regconfig"
        case .record: "record"
        case .void: "void"
        case .trigger: "trigger"
        case .unknown: "unknown"
        case .array(let element): element.key + "[]"
        case .composite(let row):
            "row(\(row.name.map { "\(Self.escaped($0.schema)).\(Self.escaped($0.name))" } ?? ""):"
                + row.fields.map { "\(Self.escaped($0.name))=\(Self.escaped($0.type.key))" }.joined(separator: ",") + ")"
        case .enumeration(let enumeration):
            "enum(\(Self.escaped(enumeration.schema)).\(Self.escaped(enumeration.name)):"
                + enumeration.labels.map { "\(Self.escaped($0.name))=\($0.position)" }.joined(separator: ",") + ")"
        }
    }

    package init?(key: some StringProtocol) {
        if let plain = Self.plain[String(key)] {
            self = plain
        } else if key.hasSuffix("[]"), let element = DataType(key: key.dropLast(2)) {
            self = .array(element)
        } else if key.hasPrefix("enum("), key.hasSuffix(")"), let colon = key.firstIndex(of: ":") {
            let name = key[..<colon].dropFirst(5).split(separator: ".").map { Self.unescaped($0) }
            var labels: [Enumeration.Label] = []
            for part in key[key.index(after: colon)...].dropLast().split(separator: ",") {
                guard let equals = part.lastIndex(of: "="), let position = Int64(part[part.index(after: equals)...]) else { return nil }
                labels.append(.init(name: Self.unescaped(part[..<equals]), position: position))
            }
            guard name.count == 2 else { return nil }
            self = .enumeration(Enumeration(schema: name[0], name: name[1], labels: labels))
        } else if key.hasPrefix("row("), key.hasSuffix(")"), let colon = key.firstIndex(of: ":") {
            let name = key[..<colon].dropFirst(4).split(separator: ".").map { Self.unescaped($0) }
            var fields: [Composite.Field] = []
            for part in key[key.index(after: colon)...].dropLast().split(separator: ",") {
                guard let equals = part.firstIndex(of: "="),
                    let type = ColumnType(key: Self.unescaped(part[part.index(after: equals)...]))
                else { return nil }
                fields.append(.init(Self.unescaped(part[..<equals]), type))
            }
            guard name.isEmpty || name.count == 2 else { return nil }
            self = .composite(Composite(name.isEmpty ? nil : QualifiedName(name[0], name[1]), fields))
        } else {
            return nil
        }
    }

    private static let plain: [String: DataType] = {
        let all: [DataType] =
            [
                .boolean, .smallint, .integer, .bigint, .real, .double, .numeric, .text, .varchar, .char, .uuid, .bytea, .date, .time,
                .timestamp,
                .timestamptz, .interval, .json, .jsonb, .jsonpath, .record, .void, .trigger, .unknown, .citext, .name, .oid, .timetz, .inet,
                .cidr,
                .macaddr, .bit,
                .varbit, .tsvector, .tsquery, .regconfig,
            ] + RangeKind.allCases.map { .range($0) }
        return Dictionary(uniqueKeysWithValues: all.map { ($0.key, $0) })
    }()

    /// Keeps `. : , = ( ) %` out of names.
    private static func escaped(_ name: String) -> String {
        var text = ""
        for byte in name.utf8 {
            if ".:,=()%".utf8.contains(byte) || byte >= 0x80 || byte < 0x20 {
                text += "%" + String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
            } else {
                text.append(Character(UnicodeScalar(byte)))
            }
        }
        return text
    }

    private static func unescaped(_ text: some StringProtocol) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let high = rest.popFirst(), let low = rest.popFirst(),
                let value = UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16)
            {
                bytes.append(value)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
