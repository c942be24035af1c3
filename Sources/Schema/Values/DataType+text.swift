package import OffstageJSON

extension DataType {
    /// What PostgreSQL's output function prints for a stored value. NULL gives nothing.
    ///
    /// A boolean gives `true` or `false`, as a cast to text does; arrays hold `t` and `f`.
    package func text(of cell: Cell, in zone: TimeZoneRules = .utc) -> String {
        var writer = JSONWriter(capacity: 64)
        write(cell, into: &writer, in: zone)
        return writer.text
    }

    package func appendText(of cell: Cell, to bytes: inout [UInt8], in zone: TimeZoneRules = .utc) {
        var writer = JSONWriter(capacity: 64)
        write(cell, into: &writer, in: zone)
        writer.withBytes { bytes.append(contentsOf: $0) }
    }

    /// Appends the plain text, without quotes or escapes.
    package func write(_ cell: Cell, into writer: inout JSONWriter, in zone: TimeZoneRules = .utc) {
        switch (self, cell) {
        case (_, .null): return
        case (.boolean, .integer(let value)): writer.boolean(value != 0)
        case (.date, .integer(let days)): DateTimeOutput.date(days, into: &writer)
        case (.time, .integer(let microseconds)): DateTimeOutput.time(microseconds, into: &writer)
        case (.timestamp, .integer(let microseconds)): DateTimeOutput.timestamp(microseconds, json: false, into: &writer)
        case (.timestamptz, .integer(let microseconds)): DateTimeOutput.timestamptz(microseconds, in: zone, json: false, into: &writer)
        case (.enumeration(let enumeration), .integer(let position)):
            if let label = enumeration.label(at: position) { writer.raw(text: label) } else { writer.integer(position) }
        case (.domain, _): base.write(cell, into: &writer, in: zone)
        case (.range(let kind), .text(let bytes)):
            guard let range = RangeValue(stored: bytes, kind) else { return writer.raw(bytes) }
            range.write(into: &writer, in: zone)
        case (.array(.timestamptz), .text(let bytes)) where !zone.isUTC, (.array(.range(.tstzrange)), .text(let bytes)) where !zone.isUTC:
            ArrayText.write(bytes, of: self, into: &writer, in: zone)
        case (.real, .real(let value)): writer.float(Float(value))
        // A RETURNING of SQLite's gives a whole number of a REAL column as the integer it is stored as.
        case (.real, .integer(let value)): writer.float(Float(value))
        case (.double, .integer(let value)): writer.double(Double(value))
        case (_, .integer(let value)): writer.integer(value)
        case (_, .real(let value)): writer.double(value)
        case (_, .text(let bytes)): writer.raw(bytes)
        case (_, .blob(let bytes)):
            writer.raw("\\x")
            writer.hexadecimal(bytes)
        }
    }
}

extension Enumeration {
    /// The label stored as `position`.
    package func label(at position: Int64) -> String? { labels.first { $0.position == position }?.name }
}

extension StoredValue {
    /// As the type's output function prints it (a boolean is `t` or `f`); nil for null.
    package func text(as type: DataType) -> String? {
        switch (self, type) {
        case (.null, _): nil
        case (.integer(let flag), .boolean): flag != 0 ? "t" : "f"
        default: withCell { type.text(of: $0) }
        }
    }

    /// The value as a borrowed cell, for the call.
    package func withCell<Value>(_ body: (Cell) -> Value) -> Value {
        switch self {
        case .null: return body(.null)
        case .integer(let value): return body(.integer(value))
        case .real(let value): return body(.real(value))
        case .text(var text): return text.withUTF8 { body(.text($0)) }
        case .blob(let bytes): return bytes.withUnsafeBufferPointer { body(.blob($0)) }
        }
    }
}

extension JSONWriter {
    mutating func hexadecimal(_ bytes: UnsafeBufferPointer<UInt8>) {
        fill(upTo: bytes.count * 2) { target in
            func digit(_ value: UInt8) -> UInt8 { value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10 }
            for (index, byte) in bytes.enumerated() {
                target[index * 2] = digit(byte >> 4)
                target[index * 2 + 1] = digit(byte & 15)
            }
            return bytes.count * 2
        }
    }
}
