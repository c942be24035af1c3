import OffstageQuery
import OffstageSQL
import OffstageSchema

/// The parameters of one command, as texts that end in zero, one behind the other.
struct Parameters {
    private var bytes: [UInt8] = []
    /// Where each begins; nil is null.
    private var starts: [Int?] = []

    init() {}

    init(_ values: [String?]) throws(SQLError) {
        starts.reserveCapacity(values.count)
        bytes.reserveCapacity(values.reduce(0) { $0 + ($1?.utf8.count ?? 0) + 1 })
        for value in values { if let value { try add(value) } else { addNull() } }
    }

    /// The values that a statement's bindings ask for.
    ///
    /// - Throws: 22021 for a zero byte, which no text of PostgreSQL can hold, 22023 for a value that is not there.
    init(_ bindings: [Binding], _ inputs: Inputs) throws(SQLError) {
        for binding in bindings {
            switch binding {
            case .value(let index, _): try add(try Self.text(index, inputs))
            case .count(let index): try add(try Self.text(index, inputs))
            case .pattern(let index):
                let pattern = Array(try Self.text(index, inputs).utf8).map { $0 == UInt8(ascii: "*") ? UInt8(ascii: "%") : $0 }
                try append(pattern)
            case .list(let index, _): try add(try Self.list(index, inputs))
            case .body: if let body = inputs.body { try append(body) } else { addNull() }
            case .constant(.text(let text)): try add(text)
            case .setting(let name): if let value = inputs.settings[name] { try add(value) } else { addNull() }
            case .constant, .patternLow, .patternHigh, .parentKey, .payload, .affected, .claims, .subject, .role, .user, .now, .local,
                .rowSet:
                throw SQLError("XX000", "this statement is not for PostgreSQL")
            }
        }
    }

    mutating func add(_ text: String) throws(SQLError) {
        try append(text.utf8)
    }

    private mutating func append(_ utf8: some Collection<UInt8>) throws(SQLError) {
        guard !utf8.contains(0) else { throw SQLError("22021", "invalid byte sequence for encoding \"UTF8\": 0x00") }
        starts.append(bytes.count)
        bytes.append(contentsOf: utf8)
        bytes.append(0)
    }

    mutating func addNull() { starts.append(nil) }

    private static func text(_ index: Int, _ inputs: Inputs) throws(SQLError) -> String {
        guard inputs.values.indices.contains(index) else { throw SQLError("22023", "a value of the request is missing") }
        switch inputs.values[index] {
        case .text(let text): return text
        case .list: throw SQLError("22023", "a list stands where one value is wanted")
        }
    }

    /// `{"a","b"}`, every element quoted.
    private static func list(_ index: Int, _ inputs: Inputs) throws(SQLError) -> String {
        guard inputs.values.indices.contains(index), case .list(let items) = inputs.values[index] else {
            throw SQLError("22023", "a list of the request is missing")
        }
        var text = "{"
        for (index, item) in items.enumerated() {
            if index > 0 { text += "," }
            text += "\""
            for character in item.unicodeScalars {
                if character == "\"" || character == "\\" { text += "\\" }
                text.unicodeScalars.append(character)
            }
            text += "\""
        }
        return text + "}"
    }

    /// Gives the values as libpq takes them.
    func with<R>(_ body: (Int32, UnsafePointer<UnsafePointer<CChar>?>?) -> R) -> R {
        guard !starts.isEmpty else { return body(0, nil) }
        return bytes.withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                let pointers = starts.map { start in start.flatMap { start in characters.baseAddress.map { $0 + start } } }
                return pointers.withUnsafeBufferPointer { body(Int32(clamping: pointers.count), $0.baseAddress) }
            }
        }
    }
}
