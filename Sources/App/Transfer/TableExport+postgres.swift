import OffstagePostgres
import OffstageQuery
import OffstageSQL
import OffstageSchema
import OffstageSyntax

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The same from PostgreSQL, by COPY: whatever the table's size, a piece of it is held.
extension TableExport {
    /// - Parameter tell: takes the text, piece by piece.
    /// - Throws: 42P01 for a name that is no relation's.
    func perform(from database: PostgresDatabase, _ tell: @escaping @Sendable (String) -> Void) async throws {
        let schema = database.schema
        do { _ = try plan(in: schema) } catch { throw SQLError(error.code, error.message, hint: error.hint) }
        try await database.session { session in
            try session.transaction { session in
                _ = try session.rows("set transaction isolation level repeatable read, read only")
                try session.pinTexts()
                try copy(from: session, schema, tell)
            }
        }
    }

    private func copy(from session: PostgresSession, _ schema: Schema, _ tell: (String) -> Void) throws {
        let columns = columns(in: schema)
        func list(_ names: [String]) -> String { names.map(PostgresDialect.quoted).joined(separator: ", ") }
        let key = schema.tables[target]?.primaryKey.map { " order by " + list($0.columns) } ?? ""
        let rows = "select \(list(columns)) from \(Name(target.schema, target.name).sql)\(key)"
        var piece: [UInt8] = []
        func flush(over size: Int) {
            guard piece.count > size else { return }
            piece.withUnsafeBytes { Self.tell($0, tell) }
            piece.removeAll(keepingCapacity: true)
        }
        switch format {
        case .csv where isForSpreadsheet:
            var csv = ExportedCSV(isForSpreadsheet: true)
            csv.row(columns)
            try session.copyOut("copy (\(rows)) to stdout") { row throws(SQLError) in
                csv.row(CopyRows.fields(of: Array(row.dropLast())[...]))
                piece += csv.written()
                flush(over: Self.piece)
            }
            piece += csv.written()
        case .csv:
            try session.copyOut("copy (\(rows)) to stdout (format csv, header)") { row throws(SQLError) in
                piece += row
                flush(over: Self.piece)
            }
        case .json, .ndjson:
            let isArray = format == .json
            // A column of the name would be meant instead of the row.
            var alias = "_row"
            while columns.contains(alias) { alias += "_" }
            var count = 0
            if isArray { piece += "[".utf8 }
            try session.copyOut("copy (select row_to_json(\(alias)) from (\(rows)) \(alias)) to stdout") { row throws(SQLError) in
                if isArray, count > 0 { piece += ", \n ".utf8 }
                count += 1
                CopyRows.unescape(UnsafeRawBufferPointer(rebasing: row.dropLast()), into: &piece, breakingLines: isArray)
                if !isArray { piece.append(UInt8(ascii: "\n")) }
                flush(over: Self.piece)
            }
            if isArray { piece += "]\n".utf8 }
        }
        flush(over: 0)
    }
}

extension CopyRows {
    /// The text of a line's only field, as COPY wrote it.
    ///
    /// - Parameter breakingLines: line breaks stay; else they are blanks, as they may be between the parts of a JSON value.
    static func unescape(_ line: UnsafeRawBufferPointer, into bytes: inout [UInt8], breakingLines: Bool) {
        guard let base = line.baseAddress else { return }
        var start = 0
        // Mostly there is none.
        while let found = memchr(base + start, Int32(UInt8(ascii: "\\")), line.count - start) {
            let at = base.distance(to: UnsafeRawPointer(found))
            guard at + 1 < line.count else { break }
            bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: line[start..<at]))
            switch line[at + 1] {
            case UInt8(ascii: "n"): bytes.append(breakingLines ? UInt8(ascii: "\n") : UInt8(ascii: " "))
            case UInt8(ascii: "r"): bytes.append(breakingLines ? UInt8(ascii: "\r") : UInt8(ascii: " "))
            case UInt8(ascii: "t"): bytes.append(UInt8(ascii: "\t"))
            case UInt8(ascii: "b"): bytes.append(0x08)
            case UInt8(ascii: "f"): bytes.append(0x0C)
            case UInt8(ascii: "v"): bytes.append(0x0B)
            case let byte: bytes.append(byte)
            }
            start = at + 2
        }
        bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: line[start...]))
    }
}

extension PostgresSession {
    /// Texts of this transaction are alike, whatever the database's or the role's own settings say, and may take their time.
    func pinTexts() throws {
        for setting in [
            "time zone 'UTC'", "statement_timeout = 0", "datestyle = 'ISO'", "intervalstyle = 'postgres'", "extra_float_digits = 1",
            "bytea_output = 'hex'",
        ] { _ = try rows("set local \(setting)") }
    }
}
