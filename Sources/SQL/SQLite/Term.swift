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

    enum Pending: Sendable, Hashable {
        case null
        case string(String)
        case value(Int)
        case parentKey(Int)
        case payload(Int)
    }

    init(_ sql: String, _ type: DataType, modifier: TypeModifier? = nil) {
        self.sql = sql
        self.type = type
        self.modifier = modifier
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

    func with(_ change: (inout Term) -> Void) -> Term {
        var copy = self
        change(&copy)
        return copy
    }
}

extension DataType {
    /// The collation under which stored values of this type compare as PostgreSQL's do; nil where SQLite's own order is right.
    var collation: String? {
        switch self {
        case .numeric: "pg_numeric"
        case .char: "pg_bpchar"
        case .interval: "pg_interval"
        case .jsonb: "pg_jsonb"
        case .array(let element):
            if case .composite = element { byKey } else { element.numberRank == nil ? "pg_array_text" : "pg_array_number" }
        case .composite: byKey
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

    /// The column type SQLite's STRICT tables know.
    var storageClass: String {
        switch self {
        case .boolean, .smallint, .integer, .bigint, .date, .time, .timestamp, .timestamptz, .enumeration: "INTEGER"
        case .real, .double: "REAL"
        case .bytea: "BLOB"
        default: "TEXT"
        }
    }

    /// PostgreSQL's number tower, narrowest first; nil for what is no number.
    var numberRank: Int? {
        switch self {
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
        switch self {
        case .boolean: "B"
        case .smallint, .integer, .bigint, .numeric, .real, .double: "N"
        case .text, .varchar, .char: "S"
        case .date, .time, .timestamp, .timestamptz: "D"
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
        switch self {
        case .boolean, .double, .text, .timestamptz, .interval: true
        default: false
        }
    }
}
