/// A JSON value as it was written: members keep their order and their duplicates, numbers keep their text.
///
/// ```swift
/// let value = try JSONValue(parsing: #"{"a": 1.10, "a": [true]}"#)
/// value["a"]                // .array([.boolean(true)]): the last member of a name counts
/// ```
///
/// Source: RFC 8259.
package enum JSONValue: Hashable, Sendable {
    case null
    case boolean(Bool)
    /// A number exactly as given: `1.10`, `1e400`. Always a valid JSON number when it came from the parser.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([Member])

    package struct Member: Hashable, Sendable {
        package var name: String
        package var value: JSONValue

        package init(name: String, value: JSONValue) {
            self.name = name
            self.value = value
        }
    }
}

extension JSONValue {
    /// The last member called `name`; nil where there is none or this is no object.
    package subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.name == name }?.value
    }

    package var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    package var boolean: Bool? {
        if case .boolean(let value) = self { value } else { nil }
    }

    package var array: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    package var object: [Member]? {
        if case .object(let members) = self { members } else { nil }
    }

    /// The number as an integer where it is written as one and fits.
    package var integer: Int64? {
        if case .number(let text) = self { Int64(text) } else { nil }
    }

    /// Compact JSON text: no blanks, members in order, duplicates kept.
    package var text: String {
        var writer = JSONWriter(capacity: 128)
        writer.value(self)
        return writer.text
    }
}
