package import OffstageJSON

/// How one column's cells become JSON, decided once; then a cell costs no look at its type and no allocation.
///
/// The JSON is that of PostgreSQL's `to_json`: numbers as they print, `NaN` and infinities as strings, times with a `T`, json as stored.
///
/// ```swift
/// let renderer = JSONRenderer(.timestamptz)
/// renderer.write(.integer(0), into: &writer)      // "2000-01-01T00:00:00+00:00"
/// ```
///
/// Source: PostgreSQL 15, chapter 9.16 and `row_to_json`.
package struct JSONRenderer: Sendable {
    private indirect enum Form: Sendable {
        case number, real, double, numeric, boolean, json, string, oid, date, time, timestamp, bytea
        case timestamptz(TimeZoneRules)
        case range(RangeKind, TimeZoneRules)
        case label([(position: Int64, json: [UInt8])])
        case array(Form)
        case row([(name: [UInt8], form: Form)])
    }

    private let form: Form

    package init(_ type: DataType, timeZone: TimeZoneRules = .utc) {
        form = Self.form(type, timeZone)
    }

    private static func form(_ type: DataType, _ zone: TimeZoneRules) -> Form {
        switch type {
        case .domain: form(type.base, zone)
        case .range(let kind): .range(kind, zone)
        case .oid: .oid
        case .smallint, .integer, .bigint: .number
        case .boolean: .boolean
        case .real: .real
        case .double: .double
        case .numeric: .numeric
        case .json, .jsonb, .record: .json
        case .date: .date
        case .time: .time
        case .timestamp: .timestamp
        case .timestamptz: .timestamptz(zone)
        case .bytea: .bytea
        case .enumeration(let enumeration): .label(labels(enumeration))
        case .array(let element): .array(form(element, zone))
        case .composite(let row): .row(row.fields.map { (name: name($0.name), form: form($0.type.type, zone)) })
        case .tsvector, .tsquery, .regconfig: .string
        case .text, .varchar, .char, .citext, .name, .uuid, .interval, .jsonpath, .timetz, .inet, .cidr, .macaddr, .bit, .varbit, .void,
            .trigger,
            .unknown:
            .string
        }
    }

    /// `"name":`, as it stands in an object.
    private static func name(_ text: String) -> [UInt8] {
        var writer = JSONWriter(capacity: 64)
        writer.string(text)
        writer.byte(UInt8(ascii: ":"))
        return writer.bytes
    }

    private static func labels(_ enumeration: Enumeration) -> [(position: Int64, json: [UInt8])] {
        enumeration.labels.map { label in
            var writer = JSONWriter(capacity: 64)
            writer.string(label.name)
            return (label.position, writer.bytes)
        }
    }

    /// Writes one cell. A cell of another kind than the type is stored as is written by its own kind.
    package func write(_ cell: Cell, into writer: inout JSONWriter) {
        switch cell {
        case .null: writer.null()
        case .integer(let value): integer(value, into: &writer)
        case .real(let value): real(value, into: &writer)
        case .text(let bytes): Self.text(bytes, form, into: &writer)
        case .blob(let bytes):
            writer.raw("\"\\\\x")
            writer.hexadecimal(bytes)
            writer.byte(UInt8(ascii: "\""))
        }
    }

    private func integer(_ value: Int64, into writer: inout JSONWriter) {
        switch form {
        case .boolean: return writer.boolean(value != 0)
        case .label(let labels):
            guard let label = labels.first(where: { $0.position == value }) else { return writer.integer(value) }
            return writer.raw(label.json)
        case .date, .time, .timestamp, .timestamptz, .oid: break
        // As a RETURNING of SQLite's gives a whole number of a REAL column.
        case .real, .double: return real(Double(value), into: &writer)
        default: return writer.integer(value)
        }
        writer.byte(UInt8(ascii: "\""))
        switch form {
        case .oid: writer.integer(value)
        case .date: DateTimeOutput.date(value, into: &writer)
        case .time: DateTimeOutput.time(value, into: &writer)
        case .timestamptz(let zone): DateTimeOutput.timestamptz(value, in: zone, json: true, into: &writer)
        default: DateTimeOutput.timestamp(value, json: true, into: &writer)
        }
        writer.byte(UInt8(ascii: "\""))
    }

    private func real(_ value: Double, into writer: inout JSONWriter) {
        guard value.isFinite else {
            writer.byte(UInt8(ascii: "\""))
            writer.double(value)
            return writer.byte(UInt8(ascii: "\""))
        }
        if case .real = form { writer.float(Float(value)) } else { writer.double(value) }
    }

    private static func text(_ bytes: UnsafeBufferPointer<UInt8>, _ form: Form, into writer: inout JSONWriter) {
        switch form {
        case .json: writer.raw(bytes)
        case .number, .real, .double, .numeric: number(bytes, into: &writer)
        case .array(let element): array(bytes, element, into: &writer)
        case .row(let fields): row(bytes, fields, into: &writer)
        case .range(let kind, let zone):
            var text = JSONWriter(capacity: 64)
            if let range = RangeValue(stored: bytes, kind) { range.write(into: &text, in: zone) } else { text.raw(bytes) }
            text.withBytes { writer.string($0) }
        default: writer.string(bytes)
        }
    }

    /// `NaN`, `Infinity` and `-Infinity` are no JSON numbers.
    private static func number(_ bytes: UnsafeBufferPointer<UInt8>, into writer: inout JSONWriter) {
        guard let last = bytes.last, last.isDigit else { return writer.string(bytes) }
        writer.raw(bytes)
    }

    private static func array(_ bytes: UnsafeBufferPointer<UInt8>, _ element: Form, into writer: inout JSONWriter) {
        let start = writer.count
        writer.byte(UInt8(ascii: "["))
        do throws(SQLError) {
            var reader = ArrayReader(bytes)
            var first = true
            try reader.read(into: &writer) { item, writer in
                if !first { writer.byte(UInt8(ascii: ",")) }
                first = false
                guard let item else { return writer.null() }
                Self.item(item, element, into: &writer)
            }
            writer.byte(UInt8(ascii: "]"))
        } catch {
            // Not an array's text: shown as what it is.
            writer.truncate(to: start)
            writer.string(bytes)
        }
    }

    private static func row(
        _ bytes: UnsafeBufferPointer<UInt8>, _ fields: [(name: [UInt8], form: Form)], into writer: inout JSONWriter
    ) {
        // Not a row's text: shown as what it is.
        guard let items = try? RowText.items(of: bytes) else { return writer.string(bytes) }
        writer.byte(UInt8(ascii: "{"))
        for (index, field) in fields.enumerated() {
            if index > 0 { writer.byte(UInt8(ascii: ",")) }
            writer.raw(field.name)
            guard index < items.count, var item = items[index] else {
                writer.null()
                continue
            }
            // A JSON document stands in the row as its text.
            item.withUTF8 { Self.item($0, field.form, into: &writer) }
        }
        writer.byte(UInt8(ascii: "}"))
    }

    /// An element is there as its output text.
    private static func item(_ bytes: UnsafeBufferPointer<UInt8>, _ form: Form, into writer: inout JSONWriter) {
        switch form {
        case .boolean: writer.boolean(bytes.first == UInt8(ascii: "t"))
        case .timestamp, .timestamptz: timestamp(bytes, zone: form, into: &writer)
        // In an array a range is as it prints.
        case .range(.tstzrange, let zone):
            let text = String(decoding: bytes, as: UTF8.self)
            guard let range = try? RangeValue(text, .tstzrange, in: ValueContext()) else { return writer.string(bytes) }
            var printed = JSONWriter(capacity: 64)
            range.write(into: &printed, in: zone)
            printed.withBytes { writer.string($0) }
        case .range: writer.string(bytes)
        default: text(bytes, form, into: &writer)
        }
    }

    /// `2024-01-02 03:04:05+00` becomes `2024-01-02T03:04:05+00:00`, in the session's zone.
    private static func timestamp(_ bytes: UnsafeBufferPointer<UInt8>, zone: Form, into writer: inout JSONWriter) {
        let text = String(decoding: bytes, as: UTF8.self)
        let context = ValueContext()
        writer.byte(UInt8(ascii: "\""))
        switch zone {
        case .timestamptz(let rules):
            if let moment = try? DateTimeText.timestamptz(text, nil, in: context) {
                DateTimeOutput.timestamptz(moment, in: rules, json: true, into: &writer)
            }
        default:
            if let moment = try? DateTimeText.timestamp(text, nil, in: context) {
                DateTimeOutput.timestamp(moment, json: true, into: &writer)
            }
        }
        writer.byte(UInt8(ascii: "\""))
    }
}
