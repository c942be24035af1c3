import OffstageSchema

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// One SQL statement whose values are bound, never pasted into its text.
///
/// ```swift
/// let title = "Robert'); drop table books;--"
/// try await call.database.query("select id from books where title = \(title)", as: Found.self)   // select … where title = $1
/// ```
///
/// A value has no type of its own, as a quoted literal in SQL: it takes the one its place asks for, or the one that is written:
/// `\(days)::int`. It stands by itself, not inside of quotes.
public struct SQLQuery: ExpressibleByStringInterpolation, Sendable, Hashable {
    /// `$1`, `$2`, … where the values belong.
    var text: String
    /// As PostgreSQL writes values of their types; nil is null.
    var values: [String?]

    /// A statement without values.
    public init(stringLiteral text: String) {
        self.text = text
        values = []
    }

    /// A statement with its values.
    public init(stringInterpolation parts: StringInterpolation) {
        text = parts.text
        values = parts.values
    }

    /// Gathers the text and the values that stand in it.
    public struct StringInterpolation: StringInterpolationProtocol, Sendable {
        fileprivate var text = ""
        fileprivate var values: [String?] = []

        /// An empty statement.
        public init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity + interpolationCount * 3) }

        /// Text, as it is.
        public mutating func appendLiteral(_ literal: String) { text += literal }

        /// A value: `\(id)`.
        public mutating func appendInterpolation(_ value: some SQLValue) { append(value.sqlText) }

        /// A value, or null.
        public mutating func appendInterpolation<Value: SQLValue>(_ value: Value?) { append(value?.sqlText) }

        /// A value as JSON, for a column of `json` or `jsonb`: `\(json: settings)`.
        public mutating func appendInterpolation(json value: some Encodable) throws {
            append(String(decoding: try FunctionJSON.bytes(of: value), as: UTF8.self))
        }

        private mutating func append(_ value: String?) {
            values.append(value)
            text += "$\(values.count)"
        }
    }
}

/// A Swift value that SQL has a type for.
public protocol SQLValue: Sendable {
    /// As PostgreSQL reads it.
    var sqlText: String { get }
}

extension String: SQLValue {
    /// Itself.
    public var sqlText: String { self }
}

extension Bool: SQLValue {
    /// `true` or `false`.
    public var sqlText: String { self ? "true" : "false" }
}

extension Int: SQLValue {
    /// Its digits.
    public var sqlText: String { description }
}

extension Int16: SQLValue {
    /// Its digits.
    public var sqlText: String { description }
}

extension Int32: SQLValue {
    /// Its digits.
    public var sqlText: String { description }
}

extension Int64: SQLValue {
    /// Its digits.
    public var sqlText: String { description }
}

extension UInt32: SQLValue {
    /// Its digits.
    public var sqlText: String { description }
}

extension Float: SQLValue {
    /// The shortest digits that mean it, `NaN`, `Infinity`.
    public var sqlText: String { Double(self).sqlText }
}

extension Decimal: SQLValue {
    /// All of its digits.
    public var sqlText: String { description }
}

extension UUID: SQLValue {
    /// In lower case.
    public var sqlText: String { uuidString.lowercased() }
}

extension Double: SQLValue {
    /// The shortest digits that mean it, `NaN`, `Infinity`.
    public var sqlText: String { isNaN ? "NaN" : isInfinite ? (self < 0 ? "-Infinity" : "Infinity") : description }
}

/// A moment: `timestamptz`, to the microsecond.
extension Date: SQLValue {
    /// `2024-05-01T12:00:00.000000Z`, `infinity`. What lies beyond `timestamptz` is refused by the database (22008).
    public var sqlText: String { FunctionJSON.text(of: self) }
}

extension Data: SQLValue {
    /// `\x00ff`, as `bytea` is written.
    public var sqlText: String { StoredValue.blob(Array(self)).withCell { DataType.bytea.text(of: $0) } }
}

/// A list: `where id = any(\(ids))`.
extension Array: SQLValue where Element: SQLValue {
    /// `{a,"b c"}`.
    public var sqlText: String { ArrayText.text(of: map { .text($0.sqlText) }, element: .text) }
}
