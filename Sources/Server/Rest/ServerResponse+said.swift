import OffstageJSON
import OffstageSQL

extension ServerResponse {
    /// Takes over what a function said about the answer: `set_config('response.status', '201', true)`, and `response.headers` as a JSON array
    /// of objects with one member each. A header that is there already is replaced, as by PostgREST.
    ///
    /// - Throws: PGRST111, PGRST112 where it makes no sense.
    mutating func take(_ rows: Rows) throws(Refusal) {
        if rows.status == nil, rows.headers == nil { return }
        if let text = rows.headers {
            for (name, value) in try Self.headers(text) { fields.set(name, value) }
        }
        if let text = rows.status {
            guard text.utf8.count == 3, let status = Int(text), (200..<600).contains(status) else {
                throw Refusal(500, "PGRST112", "response.status guc must be a valid status code")
            }
            self.status = status
        }
    }

    private static func headers(_ text: String) throws(Refusal) -> [(String, String)] {
        let refusal = Refusal(
            500, "PGRST111", "response.headers guc must be a JSON array composed of objects with a single key and a string value")
        var fields: [(String, String)] = []
        guard case .array(let items)? = JSONValue(reading: text), items.count <= 100 else { throw refusal }
        for item in items {
            guard case .object(let members) = item, members.count == 1, case .string(let value) = members[0].value,
                members[0].name.isToken, value.isFieldValue, !members[0].name.isFraming
            else { throw refusal }
            fields.append((members[0].name, value))
        }
        return fields
    }
}

extension JSONValue {
    /// A text as JSON; nil where it is none.
    init?(reading text: String) {
        let bytes = Array(text.utf8)
        guard let value = try? bytes.withUnsafeBufferPointer({ try JSONValue(parsing: $0) }) else { return nil }
        self = value
    }
}

extension String {
    /// A field's value (RFC 9110 section 5.5): no control characters, so that no second header can hide in it.
    var isFieldValue: Bool { utf8.count <= 8_192 && utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 } }

    /// Those by which the end of an answer is found are the server's alone.
    var isFraming: Bool { ["content-length", "transfer-encoding", "connection"].contains(asciiLowercased) }
}
