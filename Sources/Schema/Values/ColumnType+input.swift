import OffstageJSON

extension ColumnType {
    /// What the text of a literal or of a request's value is stored as: PostgreSQL's input function, then the type's modifier.
    ///
    /// ```swift
    /// try ColumnType(.numeric, .numeric(precision: 5, scale: 2)).parse("1.005", in: context)   // .text("1.01")
    /// try ColumnType(.integer).parse("abc", in: context)   // 22P02: invalid input syntax for type integer: "abc"
    /// ```
    ///
    /// Throws PostgreSQL's error; 0A000 for what the embedded engine cannot hold (arrays of arrays).
    /// Source: PostgreSQL 15, chapter 8; `Docs/Internals/Storage.md` for the stored forms.
    package func parse(_ text: String, in context: ValueContext) throws(SQLError) -> StoredValue {
        guard !text.utf8.contains(0) else {
            throw SQLError("22021", "invalid byte sequence for encoding \"UTF8\": 0x00")
        }
        switch type {
        case .boolean: return .integer(try BooleanText.parse(text) ? 1 : 0)
        case .smallint: return .integer(try IntegerText.parse(text, as: "smallint", minimum: Int64(Int16.min)))
        case .integer: return .integer(try IntegerText.parse(text, as: "integer", minimum: Int64(Int32.min)))
        case .bigint: return .integer(try IntegerText.parse(text, as: "bigint", minimum: Int64.min))
        case .real: return StoredValue(Double(try FloatText.real(text)))
        case .double: return StoredValue(try FloatText.double(text))
        case .numeric: return .text(try NumericText.parse(text, modifier))
        case .text, .unknown: return .text(text)
        case .varchar: return .text(try CharacterText.limited(text, modifier))
        case .char: return .text(try CharacterText.padded(text, modifier))
        case .citext: return .text(text)
        case .name: return .text(CharacterText.name(text))
        case .oid: return .integer(try IntegerText.oid(text))
        case .timetz: return .text(try ZonedTime(text, modifier, in: context).text)
        case .inet: return .text(try NetworkAddress(text, isNetwork: false).text(isNetwork: false))
        case .cidr: return .text(try NetworkAddress(text, isNetwork: true).text(isNetwork: true))
        case .macaddr: return .text(try MACText.parse(text))
        case .bit, .varbit: return .text(try BitText.parse(text, type, modifier))
        case .range(let kind): return .text(try RangeValue(text, kind, in: context).stored)
        case .domain: return try base.parse(text, in: context)
        case .uuid: return .text(try UUIDText.parse(text))
        case .bytea: return .blob(try ByteaText.parse(text))
        case .date: return .integer(try DateTimeText.date(text, in: context))
        case .time: return .integer(try DateTimeText.time(text, modifier, in: context))
        case .timestamp: return .integer(try DateTimeText.timestamp(text, modifier, in: context))
        case .timestamptz: return .integer(try DateTimeText.timestamptz(text, modifier, in: context))
        case .interval: return .text(try Interval(text, modifier).text)
        case .json: return .text(try JSONText.parse(text))
        case .jsonb: return .text(try JSONBText.parse(text))
        case .jsonpath: return .text(try JSONPath(text).text)
        case .tsvector: return .text(try SearchVector(text).text)
        case .tsquery: return .text(try SearchQuery(text).text)
        case .regconfig: return .text(try SearchConfiguration(named: text).rawValue)
        case .enumeration(let enumeration): return .integer(try enumeration.position(of: text))
        case .array(let element): return .text(try ArrayText.parse(text, of: ColumnType(element, modifier), in: context))
        case .composite(let row): return .text(try RowText.parse(text, of: row, in: context))
        case .record: throw SQLError("0A000", "input of anonymous composite types is not implemented")
        case .void, .trigger: return .null
        }
    }
}

extension Enumeration {
    /// Throws 22P02 for a label the type does not have.
    package func position(of label: String) throws(SQLError) -> Int64 {
        guard let found = labels.first(where: { $0.name == label }) else {
            throw SQLError("22P02", "invalid input value for enum \(name): \"\(label)\"")
        }
        return found.position
    }
}
