import OffstageSchema
import OffstageSyntax

/// A translated expression: SQLite text that can stand anywhere an operand can, and what is known of its value.
struct Term: Sendable {
    var sql: String
    var type: DataType
    var modifier: TypeModifier?
    /// What an untyped literal is until its surroundings give it a type.
    var pending: Pending?
    /// Cannot raise, cannot be observed, takes bounded time: PostgreSQL's *leakproof*. Only such terms may be evaluated on rows a policy
    /// hides.
    var isSafe = true
    var isVolatile = false
    var isNotNull = false
    /// Which levels of scope its columns come from, one bit each: 0 is a constant.
    var levels: UInt64 = 0
    var containsAggregate = false
    /// The stored column it is, unchanged.
    var source: ColumnSource?
    /// A row's fields, where it was just made of them.
    var fields: [Term]?
    /// A condition beside this one: true wherever this one is, safe, and with an index. Worth asking first in a `where`.
    var lookup: String?

    enum Pending: Sendable, Hashable {
        case null
        case string(String)
        case value(Int)
        /// The same, of a statement's `$n`: a text like any other, which is no null.
        case bound(Int)
        case parentKey(Int)
        case payload(Int)
    }

    init(_ sql: String, _ type: DataType, modifier: TypeModifier? = nil) {
        self.sql = sql
        // A domain's value is one of the type below it: PostgreSQL's operators and functions look at that alone.
        self.type = type.base
        if case .domain = type { self.modifier = ColumnType(type, modifier).base.modifier } else { self.modifier = modifier }
    }

    /// A term made of others: it is what they are, unless told otherwise.
    init(_ sql: String, _ type: DataType, modifier: TypeModifier? = nil, from parts: [Term]) {
        self.init(sql, type, modifier: modifier)
        for part in parts {
            isSafe = isSafe && part.isSafe
            isVolatile = isVolatile || part.isVolatile
            levels |= part.levels
            containsAggregate = containsAggregate || part.containsAggregate
        }
    }

    var columnType: ColumnType { ColumnType(type, modifier) }
    var isConstant: Bool { levels == 0 && !isVolatile }

    /// The term under its type's own collation where something inside it is compared under another: SQLite takes the first COLLATE it finds
    /// anywhere in an expression for that of the whole, so `case when price > 1 then name end` would compare names as numbers.
    var sealed: Term {
        guard pending == nil, type.storageClass == "TEXT" || type.storageClass == "BLOB", sql.contains(" COLLATE ") else { return self }
        let seal = " COLLATE \(type.collation ?? "BINARY"))"
        return with { $0.sql = "(\($0.sql)\(seal)" }
    }

    func with(_ change: (inout Term) -> Void) -> Term {
        var copy = self
        change(&copy)
        return copy
    }
}

extension DataType {
    /// The collation under which stored values of this type compare as PostgreSQL's do; nil where SQLite's own order is right.
    package var collation: String? {
        switch self {
        case .numeric: "pg_numeric"
        case .char: "pg_bpchar"
        case .interval: "pg_interval"
        case .jsonb: "pg_jsonb"
        case .tsvector: "pg_tsvector"
        case .tsquery: "pg_tsquery"
        case .citext: "pg_citext"
        case .inet, .cidr: "pg_inet"
        case .timetz: "pg_timetz"
        case .range(.numrange): "pg_range_number"
        case .range: "pg_range"
        case .array(let element): element.arrayCollation ?? byKey
        case .composite: byKey
        case .domain: base.collation
        default: nil
        }
    }

    /// The name of a collation that compares by the type's own order, whatever it is made of. The connection makes it when SQLite asks.
    /// SQLite takes two names for one that differ in case only, and nothing in a name may need quoting.
    private var byKey: String {
        var text = "\"pg_by "
        for byte in key.utf8 {
            if (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                text += "%" + String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
            } else {
                text.append(Character(UnicodeScalar(byte)))
            }
        }
        return text + "\""
    }

    /// Arrays of these compare by their elements' texts, or as numbers; nil where the type's own order is needed.
    private var arrayCollation: String? {
        if numberRank != nil { return "pg_array_number" }
        switch self {
        case .boolean, .text, .varchar, .name, .uuid, .bytea, .json, .macaddr, .bit, .varbit, .time: return "pg_array_text"
        // By their labels' names: a collation that knows their order would be another one with every new label.
        case .enumeration: return "pg_array_text"
        default: return nil
        }
    }

    /// The column type SQLite's STRICT tables know.
    var storageClass: String {
        switch self {
        case .boolean, .smallint, .integer, .bigint, .oid, .date, .time, .timestamp, .timestamptz, .enumeration: "INTEGER"
        // A number, or the text `NaN`, which SQLite cannot keep in a REAL column and sorts behind every number.
        case .real, .double: "ANY"
        case .bytea: "BLOB"
        case .domain: base.storageClass
        default: "TEXT"
        }
    }

    /// PostgreSQL's number tower, narrowest first; nil for what is no number.
    var numberRank: Int? {
        switch base {
        case .smallint: 0
        case .integer: 1
        case .bigint: 2
        case .numeric: 3
        case .real: 4
        case .double: 5
        default: nil
        }
    }

    var isInteger: Bool { (numberRank ?? 9) <= 2 }
    var isText: Bool { self == .text || self == .varchar || self == .char }

    /// PostgreSQL's type categories, as far as choosing among overloads needs them (chapter 10).
    var category: Character {
        switch base {
        case .boolean: "B"
        case .smallint, .integer, .bigint, .numeric, .real, .double, .oid: "N"
        case .text, .varchar, .char, .citext, .name: "S"
        case .date, .time, .timetz, .timestamp, .timestamptz: "D"
        case .inet, .cidr: "I"
        case .bit, .varbit: "V"
        case .range: "R"
        case .interval: "T"
        case .array: "A"
        case .enumeration: "E"
        case .composite, .record: "C"
        case .unknown: "X"
        default: "U"
        }
    }

    /// The preferred type of its category.
    var isPreferred: Bool {
        switch base {
        case .boolean, .double, .oid, .text, .timestamptz, .interval, .inet, .varbit: true
        default: false
        }
    }
}
