#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A setting whose value is a span of milliseconds, such as `statement_timeout`.
///
/// ```swift
/// try TimeParameter("statement_timeout").milliseconds(in: "1.5s")    // 1500
/// ```
///
/// Source: PostgreSQL 15, chapter 20.1.1, "Parameter Names and Values", and its `parse_int`.
struct TimeParameter {
    private let name: String

    init(_ name: String) { self.name = name }

    /// From the longest to the shortest, in milliseconds.
    private static let units: [(name: String, length: Double)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1000), ("ms", 1), ("us", 0.001),
    ]

    /// - Parameter text: a number with or without a unit; without, it is milliseconds.
    /// - Returns: from 0, which is no limit, to 2147483647.
    /// - Throws: 22023 in PostgreSQL's words.
    func milliseconds(in text: String) throws(SQLError) -> Int {
        guard let (number, rest) = Self.number(at: text) else { throw invalid(text) }
        var value = number
        if !rest.isEmpty {
            guard let place = Self.units.firstIndex(where: { $0.name == rest }) else {
                throw invalid(text, hint: "Valid units for this parameter are \"us\", \"ms\", \"s\", \"min\", \"h\", and \"d\".")
            }
            value *= Self.units[place].length
            // A part of a unit is told in whole units of the next.
            if place + 1 < Self.units.count {
                let next = Self.units[place + 1].length
                value = (value / next).rounded(.toNearestOrEven) * next
            }
        }
        value = value.rounded(.toNearestOrEven)
        guard abs(value) <= Double(Int32.max) else { throw invalid(text, hint: "Value exceeds integer range.") }
        guard value >= 0 else {
            throw SQLError("22023", "\(Int(value)) ms is outside the valid range for parameter \"\(name)\" (0 .. \(Int32.max))")
        }
        return Int(value)
    }

    private func invalid(_ text: String, hint: String? = nil) -> SQLError {
        SQLError("22023", "invalid value for parameter \"\(name)\": \"\(text)\"", hint: hint)
    }

    /// The number that a text begins with, as C reads it, and what follows without blanks around it.
    private static func number(at text: String) -> (Double, rest: String)? {
        let bytes = Array(text.utf8CString)
        return bytes.withUnsafeBufferPointer { buffer -> (Double, rest: String)? in
            guard let start = buffer.baseAddress else { return nil }
            var end: UnsafeMutablePointer<CChar>?
            errno = 0
            var value = Double(strtol(start, &end, 0))
            let mark = end.map { UInt8(bitPattern: $0.pointee) } ?? 0
            if errno == ERANGE || mark == UInt8(ascii: ".") || mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") {
                errno = 0
                value = strtod(start, &end)
            }
            guard errno != ERANGE, let end, UnsafePointer(end) != start, !value.isNaN else { return nil }
            let rest = String(cString: end)
            let isBlank: (Character) -> Bool = { $0.isASCII && $0.isWhitespace }
            return (value, String(rest.drop(while: isBlank).reversed().drop(while: isBlank).reversed()))
        }
    }
}
