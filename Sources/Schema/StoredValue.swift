/// A value in the form the embedded engine stores it, owned.
///
/// `true` is `.integer(1)`, `2024-01-01` is `.integer(8766)` (days since 2000-01-01), numeric `1.10` is `.text("1.10")`.
package enum StoredValue: Hashable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
}

extension StoredValue {
    /// A number as the types `real` and `double precision` store it: SQLite would make null of NaN, so that is the text `NaN`, which
    /// SQLite sorts behind every number, as PostgreSQL sorts NaN.
    package init(_ number: Double) { self = number.isNaN ? .text("NaN") : .real(number) }
}

/// A value as a statement's row holds it: borrowed from the database for as long as the row is current.
///
/// Text is UTF-8 without a terminating zero.
package enum Cell {
    case null
    case integer(Int64)
    case real(Double)
    case text(UnsafeBufferPointer<UInt8>)
    case blob(UnsafeBufferPointer<UInt8>)
}
