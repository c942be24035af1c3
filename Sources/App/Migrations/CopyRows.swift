import OffstageSchema
import OffstageSyntax

/// The rows of `copy t from stdin` as statements that insert them.
///
/// Source: PostgreSQL 15, COPY, "File Formats".
struct CopyRows {
    private let copy: CopyFrom
    private let table: QualifiedName
    private let columns: [String]
    private let isCSV: Bool
    private let delimiter: UInt8
    private let null: String
    private let quote: UInt8
    private let skipsFirst: Bool

    /// Rows that one statement inserts.
    private static let batch = 200

    init(_ copy: CopyFrom, into table: Table) throws(SQLError) {
        self.copy = copy
        self.table = table.name
        for column in copy.columns {
            guard let found = table.column(column) else {
                throw SQLError(
                    "42703", "column \"\(column)\" of relation \"\(table.name.name)\" does not exist",
                    position: Int(copy.table.position.offset))
            }
            if found.generated != nil {
                throw SQLError(
                    "42P10", "column \"\(column)\" is a generated column", details: "Generated columns cannot be used in COPY.",
                    position: Int(copy.table.position.offset))
            }
        }
        columns = copy.columns.isEmpty ? table.columns.filter { $0.generated == nil }.map(\.name) : copy.columns
        for option in copy.options.keys.sorted()
        where !["format", "delimiter", "null", "header", "quote", "escape", "encoding", "freeze"].contains(option) {
            throw SQLError("0A000", "COPY's option \"\(option)\" is not supported", hint: "Use offstage import.")
        }
        let format = copy.options["format"] ?? "text"
        guard format == "text" || format == "csv" else {
            throw SQLError("0A000", "COPY in the format \"\(format)\" is not supported", hint: "Write text or csv.")
        }
        isCSV = format == "csv"
        delimiter = try Self.byte(copy.options["delimiter"] ?? (isCSV ? "," : "\t"), "delimiter")
        quote = try Self.byte(copy.options["quote"] ?? "\"", "quote")
        null = copy.options["null"] ?? (isCSV ? "" : "\\N")
        skipsFirst = copy.options["header"] != nil && copy.options["header"] != "false"
    }

    private static func byte(_ text: String, _ option: String) throws(SQLError) -> UInt8 {
        guard text.utf8.count == 1, let byte = text.utf8.first else {
            throw SQLError("0A000", "COPY \(option) must be a single one-byte character")
        }
        return byte
    }

    func statements(_ bytes: [UInt8]) throws(SQLError) -> [DataStatement] {
        var rows = isCSV ? try csvRows(bytes) : try textRows(bytes)
        if skipsFirst, !rows.isEmpty { rows.removeFirst() }
        var statements: [DataStatement] = []
        for start in stride(from: 0, to: rows.count, by: Self.batch) {
            let values = rows[start..<min(start + Self.batch, rows.count)].map { row in
                row.map { Expression(.literal($0.map { .string($0) } ?? .null)) }
            }
            // What is copied in is what was there: identity columns take it.
            statements.append(
                .insert(
                    Insert(
                        into: Name(table.schema, table.name), columns: columns.map { Name($0) }, .select(Select(.values(Array(values)))),
                        overriding: .system)))
        }
        return statements
    }

    private func checked(_ row: [String?], _ line: Int) throws(SQLError) -> [String?] {
        if row.count > columns.count {
            throw SQLError("22P04", "extra data after last expected column", position: Int(copy.table.position.offset))
        }
        if row.count < columns.count {
            throw SQLError("22P04", "missing data for column \"\(columns[row.count])\"", position: Int(copy.table.position.offset))
        }
        return row
    }

    // MARK: Text

    private func textRows(_ bytes: [UInt8]) throws(SQLError) -> [[String?]] {
        var rows: [[String?]] = []
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)[...]
        if lines.last?.isEmpty == true { lines.removeLast() }
        for line in lines {
            let row = Self.fields(of: line, delimiter: delimiter, null: null)
            rows.append(try checked(columns.isEmpty && line.isEmpty ? [] : row, rows.count + 1))
        }
        return rows
    }

    /// The fields of one line in COPY's text format, without its line feed.
    static func fields(of line: ArraySlice<UInt8>, delimiter: UInt8 = UInt8(ascii: "\t"), null: String = "\\N") -> [String?] {
        var line = line
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        var row: [String?] = []
        var field: [UInt8] = []
        var raw: [UInt8] = []
        func end() {
            let text = String(decoding: raw, as: UTF8.self)
            row.append(text == null ? nil : String(decoding: field, as: UTF8.self))
            field.removeAll(keepingCapacity: true)
            raw.removeAll(keepingCapacity: true)
        }
        var at = line.startIndex
        while at < line.endIndex {
            let byte = line[at]
            at += 1
            if byte == delimiter {
                end()
            } else if byte == UInt8(ascii: "\\"), at < line.endIndex {
                raw += [byte, line[at]]
                field += Self.escaped(line, &at)
            } else {
                raw.append(byte)
                field.append(byte)
            }
        }
        end()
        return row
    }

    /// What stands behind a backslash; `at` is moved behind it.
    private static func escaped(_ line: ArraySlice<UInt8>, _ at: inout Int) -> [UInt8] {
        let byte = line[at]
        at += 1
        switch byte {
        case UInt8(ascii: "b"): return [8]
        case UInt8(ascii: "f"): return [12]
        case UInt8(ascii: "n"): return [10]
        case UInt8(ascii: "r"): return [13]
        case UInt8(ascii: "t"): return [9]
        case UInt8(ascii: "v"): return [11]
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
            var value = Int(byte - 48)
            for _ in 0..<2 where at < line.endIndex && (48...55).contains(line[at]) {
                value = value * 8 + Int(line[at] - 48)
                at += 1
            }
            return [UInt8(truncatingIfNeeded: value)]
        case UInt8(ascii: "x") where at < line.endIndex && Self.hex(line[at]) != nil:
            var value = 0
            for _ in 0..<2 {
                guard at < line.endIndex, let digit = hex(line[at]) else { break }
                value = value * 16 + digit
                at += 1
            }
            return [UInt8(truncatingIfNeeded: value)]
        default: return [byte]
        }
    }

    private static func hex(_ byte: UInt8) -> Int? { Character(UnicodeScalar(byte)).hexDigitValue }

    // MARK: CSV

    private func csvRows(_ bytes: [UInt8]) throws(SQLError) -> [[String?]] {
        var rows: [[String?]] = []
        var row: [String?] = []
        var field: [UInt8] = []
        var wasQuoted = false
        var at = 0
        func end() {
            let text = String(decoding: field, as: UTF8.self)
            row.append(!wasQuoted && text == null ? nil : text)
            (field, wasQuoted) = ([], false)
        }
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            if byte == quote {
                wasQuoted = true
                while at < bytes.count {
                    if bytes[at] == quote {
                        at += 1
                        guard at < bytes.count, bytes[at] == quote else { break }
                    }
                    field.append(bytes[at])
                    at += 1
                }
            } else if byte == delimiter {
                end()
            } else if byte == UInt8(ascii: "\n") {
                if field.last == UInt8(ascii: "\r"), !wasQuoted { field.removeLast() }
                end()
                rows.append(try checked(row, rows.count + 1))
                row = []
            } else {
                field.append(byte)
            }
        }
        if !field.isEmpty || !row.isEmpty || wasQuoted {
            end()
            rows.append(try checked(row, rows.count + 1))
        }
        return rows
    }
}
