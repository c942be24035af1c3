import OffstageSchema

/// Rows in COPY's text format: fields between tabs, `\N` for null, a line feed behind each row.
///
/// Source: PostgreSQL 15, COPY, "Text Format".
struct CopyLines {
    private(set) var bytes: [UInt8] = []
    private var isFirst = true

    mutating func null() {
        separate()
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(UInt8(ascii: "N"))
    }

    mutating func field(_ text: String) {
        var text = text
        text.withUTF8 { field($0) }
    }

    mutating func field(_ text: UnsafeBufferPointer<UInt8>) {
        separate()
        var start = 0
        for index in 0..<text.count {
            guard let escape = Self.escape(text[index]) else { continue }
            bytes.append(contentsOf: text[start..<index])
            bytes.append(UInt8(ascii: "\\"))
            bytes.append(escape)
            start = index + 1
        }
        bytes.append(contentsOf: text[start..<text.count])
    }

    /// A stored value as PostgreSQL's own output functions write it in COPY.
    mutating func field(_ value: StoredValue, of type: DataType) {
        if value == .null { return null() }
        // `true::text` is `true`, but the output function gives `t`.
        if case .boolean = type.base { return field(value == .integer(0) ? "f" : "t") }
        var text: [UInt8] = []
        value.withCell { type.appendText(of: $0, to: &text) }
        text.withUnsafeBufferPointer { field($0) }
    }

    /// A row that is in the format already, without its line feed.
    mutating func add(line: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: line)
        end()
    }

    mutating func end() {
        bytes.append(UInt8(ascii: "\n"))
        isFirst = true
    }

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        isFirst = true
    }

    private mutating func separate() {
        if !isFirst { bytes.append(UInt8(ascii: "\t")) }
        isFirst = false
    }

    private static func escape(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "\\"): byte
        case UInt8(ascii: "\t"): UInt8(ascii: "t")
        case UInt8(ascii: "\n"): UInt8(ascii: "n")
        case UInt8(ascii: "\r"): UInt8(ascii: "r")
        default: nil
        }
    }
}
