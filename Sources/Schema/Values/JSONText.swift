package import OffstageJSON

extension JSONError {
    /// PostgreSQL's error for a literal of type json or jsonb.
    var sqlError: SQLError {
        switch kind {
        case .zeroCharacter: SQLError("22P05", "unsupported Unicode escape sequence", details: details)
        case .tooDeep: SQLError("54001", "stack depth limit exceeded", details: details)
        case .tooLarge: SQLError("54000", "json value too large", details: details)
        case .syntax, .loneSurrogate, .invalidUTF8: SQLError("22P02", "invalid input syntax for type json", details: details)
        }
    }
}

extension JSONLimits {
    /// Documents in columns may nest deeper than a request's body.
    package static let column = JSONLimits(depth: 512, bytes: 256 << 20)
}

/// The type `json`: the text as given, checked.
enum JSONText {
    static func parse(_ text: String) throws(SQLError) -> String {
        do throws(JSONError) {
            try JSONValue.check(text, limits: .column)
            return text
        } catch {
            throw error.sqlError
        }
    }
}

/// The type `jsonb`: keys by length and then by bytes, the last of a name wins, `": "` and `", "`, numbers as numeric prints them.
///
/// Source: PostgreSQL 15, chapter 8.14.
package enum JSONBText {
    static func parse(_ text: String) throws(SQLError) -> String {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: text, limits: .column, refusingZero: true)
        } catch {
            throw error.sqlError
        }
        return try canonical(value)
    }

    /// Throws 22003 for a number beyond numeric, 22P05 for a zero character.
    package static func canonical(_ value: JSONValue) throws(SQLError) -> String {
        var writer = JSONWriter(capacity: 256)
        try write(value, into: &writer)
        return writer.text
    }

    private static func write(_ value: JSONValue, into writer: inout JSONWriter) throws(SQLError) {
        switch value {
        case .null, .boolean: writer.value(value)
        case .string(let text): try string(text, into: &writer)
        case .number(let text):
            guard let number = try DecimalDigits(text.utf8) else { throw .invalidText("numeric", text) }
            try number.checkLimits()
            writer.raw(number.bytes)
        case .array(let elements):
            writer.byte(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { writer.raw(", ") }
                try write(element, into: &writer)
            }
            writer.byte(UInt8(ascii: "]"))
        case .object(let members):
            writer.byte(UInt8(ascii: "{"))
            for (index, member) in ordered(members).enumerated() {
                if index > 0 { writer.raw(", ") }
                try string(member.name, into: &writer)
                writer.raw(": ")
                try write(member.value, into: &writer)
            }
            writer.byte(UInt8(ascii: "}"))
        }
    }

    private static func string(_ text: String, into writer: inout JSONWriter) throws(SQLError) {
        guard !text.utf8.contains(0) else {
            throw SQLError("22P05", "unsupported Unicode escape sequence", details: "\\u0000 cannot be converted to text.")
        }
        writer.string(text)
    }

    private static func ordered(_ members: [JSONValue.Member]) -> [JSONValue.Member] {
        let sorted = members.enumerated().sorted { a, b in
            let order = compare(a.element.name, b.element.name)
            return order == 0 ? a.offset < b.offset : order < 0
        }
        var result: [JSONValue.Member] = []
        for (_, member) in sorted {
            // Swift's == would join names that differ only in how their accents are composed.
            if let last = result.last, compare(last.name, member.name) == 0 { result.removeLast() }
            result.append(member)
        }
        return result
    }

    private static func compare(_ a: String, _ b: String) -> Int {
        let lengths = (a.utf8.count, b.utf8.count)
        guard lengths.0 == lengths.1 else { return lengths.0 - lengths.1 }
        for (left, right) in zip(a.utf8, b.utf8) where left != right { return Int(left) - Int(right) }
        return 0
    }
}
