import CSQLite
import OffstageJSON
import OffstageQuery
import OffstageSQL
import OffstageSchema

/// Why a run ended without its rows.
enum RunStop: Error {
    /// SQLite refused; what it means depends on the table.
    case fault(Fault)
    /// A value could not be read, or a rule of the request is broken.
    case refused(SQLError)
    /// The event loop's budget of bytes is spent.
    case overBudget
}

/// Fills a statement's parameters from a request.
struct Binder {
    let inputs: Inputs
    let values: ValueContext
    /// The rows a write touched, as JSON.
    var affected = "[]"

    func bind(_ bindings: [Binding], to statement: PreparedStatement, row: [StoredValue] = []) throws(RunStop) {
        var index: Int32 = 0
        // A text may not use the last of its parameters: SQLite then knows of none.
        let known = sqlite3_bind_parameter_count(statement.handle)
        for binding in bindings {
            index += 1
            guard index <= known else { return }
            try bind(binding, to: statement, at: index, row)
        }
    }

    private func bind(_ binding: Binding, to statement: PreparedStatement, at index: Int32, _ row: [StoredValue]) throws(RunStop) {
        switch binding {
        case .constant(let value): try put(value, statement, index)
        case .value(let position, let type): try put(try text(position), as: type, statement, index)
        case .pattern(let position):
            let pattern = LikePattern.pattern(try text(position))
            // Raised for the rows it meets, this would tell of rows that a policy hides.
            guard !LikePattern.endsInEscape(pattern) else {
                throw .refused(SQLError("22025", "LIKE pattern must not end with escape character"))
            }
            try put(.text(pattern), statement, index)
        case .patternLow(let position): try put(.text(LikePattern.prefix(of: try text(position))), statement, index)
        case .patternHigh(let position):
            // An empty blob is greater than every text.
            let high = LikePattern.successor(of: LikePattern.prefix(of: try text(position)))
            try put(high.map { .text($0) } ?? .blob([]), statement, index)
        case .list(let position, let type): try put(.text(try list(position, type)), statement, index)
        case .count(let position): try put(try text(position), as: ColumnType(.bigint), statement, index)
        // The first is filled from the parent's row; the second is for databases that take a payload whole.
        case .parentKey, .body: break
        case .payload(let column):
            // The arguments of a call stand in the payload's one row, whatever text asks for them.
            let row = row.isEmpty ? inputs.rows.first?.values ?? [] : row
            try put(row.indices.contains(column) ? row[column] : .null, statement, index)
        case .affected: try put(.text(affected), statement, index)
        case .claims: try put(inputs.caller.claims, statement, index)
        case .subject: try put(inputs.caller.subject, statement, index)
        case .role: try put(.text(inputs.caller.role), statement, index)
        case .user: try put(.text(inputs.user ?? inputs.caller.role), statement, index)
        case .now: try put(.integer(inputs.now), statement, index)
        case .setting(let name): try put(inputs.settings[name], statement, index)
        case .local(let number): try put(inputs.locals.indices.contains(number) ? inputs.locals[number] : .null, statement, index)
        case .rowSet(let number): try put(inputs.rowSets[number].map { .integer($0) } ?? .null, statement, index)
        }
    }

    @inline(__always)
    private func put(_ text: String, as type: ColumnType, _ statement: PreparedStatement, _ index: Int32) throws(RunStop) {
        if let number = Self.plainInteger(text, type.type) { return try put(.integer(number), statement, index) }
        try put(try parse(text, as: type), statement, index)
    }

    private func put(_ text: String?, _ statement: PreparedStatement, _ index: Int32) throws(RunStop) {
        try put(text.map { .text($0) } ?? .null, statement, index)
    }

    private func put(_ value: StoredValue, _ statement: PreparedStatement, _ index: Int32) throws(RunStop) {
        do throws(Fault) { try statement.bind(value, at: index) } catch { throw .fault(error) }
    }

    private func parse(_ text: String, as type: ColumnType) throws(RunStop) -> StoredValue {
        do throws(SQLError) { return try type.parse(text, in: values) } catch { throw .refused(error) }
    }

    private func text(_ position: Int) throws(RunStop) -> String {
        guard inputs.values.indices.contains(position), case .text(let text) = inputs.values[position] else {
            throw .refused(SQLError("XX000", "the request lacks value \(position)"))
        }
        return text
    }

    /// A JSON array for `json_each`: numbers bare, all else as strings, blobs in hexadecimal.
    private func list(_ position: Int, _ type: ColumnType) throws(RunStop) -> String {
        guard inputs.values.indices.contains(position), case .list(let elements) = inputs.values[position] else {
            throw .refused(SQLError("XX000", "the request lacks list \(position)"))
        }
        var writer = JSONWriter(capacity: 16 * elements.count + 16)
        writer.byte(UInt8(ascii: "["))
        for (index, element) in elements.enumerated() {
            if index > 0 { writer.byte(UInt8(ascii: ",")) }
            if let number = Self.plainInteger(element, type.type) {
                writer.integer(number)
                continue
            }
            switch try parse(element, as: type) {
            case .null: writer.null()
            case .integer(let number): writer.integer(number)
            // Infinity is no JSON; SQLite reads this as infinite.
            case .real(let number) where number.isInfinite: writer.raw(number < 0 ? "-9e999" : "9e999")
            case .real(let number): writer.double(number)
            case .text(let text): writer.string(text)
            case .blob(let bytes): writer.string(Hexadecimal.text(bytes))
            }
        }
        writer.byte(UInt8(ascii: "]"))
        return writer.text
    }

    /// The number, where it is written plainly and certainly fits its type; everything else is for the type's own reader.
    @inline(__always)
    static func plainInteger(_ text: String, _ type: DataType) -> Int64? {
        let digits: Int
        switch type {
        case .smallint: digits = 4
        case .integer: digits = 9
        case .bigint: digits = 18
        default: return nil
        }
        var value: Int64 = 0
        var count = 0
        var isNegative = false
        for byte in text.utf8 {
            if byte >= 0x30, byte <= 0x39 {
                count += 1
                if count > digits { return nil }
                value = value &* 10 &+ Int64(byte &- 0x30)
            } else if byte == UInt8(ascii: "-"), count == 0, !isNegative {
                isNegative = true
            } else {
                return nil
            }
        }
        guard count > 0 else { return nil }
        return isNegative ? -value : value
    }
}

enum Hexadecimal {
    static func text(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count * 2)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}

/// Patterns of `like`, as a request writes them and as an index can use them.
enum LikePattern {
    /// `*` is `%`, so that a pattern needs no escape in a URL.
    static func pattern(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "*")) else { return text }
        return String(decoding: text.utf8.map { $0 == UInt8(ascii: "*") ? UInt8(ascii: "%") : $0 }, as: UTF8.self)
    }

    static func endsInEscape(_ pattern: String) -> Bool {
        pattern.utf8.reversed().prefix { $0 == UInt8(ascii: "\\") }.count % 2 == 1
    }

    /// The text every match begins with: `ab` for `ab*c`.
    static func prefix(of text: String) -> String {
        var prefix: [UInt8] = []
        var escaped = false
        for byte in pattern(text).utf8 {
            if escaped {
                prefix.append(byte)
                escaped = false
            } else if byte == UInt8(ascii: "\\") {
                escaped = true
            } else if byte == UInt8(ascii: "%") || byte == UInt8(ascii: "_") {
                break
            } else {
                prefix.append(byte)
            }
        }
        return String(decoding: prefix, as: UTF8.self)
    }

    /// The first text behind all that begin with `prefix`, in the order of code points; nil if there is none.
    static func successor(of prefix: String) -> String? {
        var scalars = Array(prefix.unicodeScalars)
        while let last = scalars.popLast() {
            let next = last.value == 0xD7FF ? 0xE000 : last.value + 1
            if let scalar = Unicode.Scalar(next) {
                scalars.append(scalar)
                var text = String.UnicodeScalarView()
                text.append(contentsOf: scalars)
                return String(text)
            }
        }
        return nil
    }
}
