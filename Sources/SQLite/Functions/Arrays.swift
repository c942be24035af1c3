import CSQLite
import OffstageSchema

/// One-dimensional arrays in their printed form. Source: PostgreSQL 15, chapter 9.19.
extension EngineFunction {
    static let arrays: [EngineFunction] = [
        // pg_array(element type, values…)
        EngineFunction("pg_array", -1, pure) {
            run($0, $1, $2) { call in
                let element = try call.type(0).type
                call.give(ArrayText.text(of: (1..<max(call.count, 1)).map { call.isNull($0) ? nil : call.value($0) }, element: element))
            }
        },
        // pg_element(array, index, element type)
        EngineFunction("pg_element", 3, pure) {
            strict($0, $1, $2) { call in
                let items = try ArrayText.items(of: call.text(0))
                guard let place = Int(exactly: call.integer(1)), items.indices.contains(place - 1), let item = items[place - 1] else {
                    return call.giveNull()
                }
                try call.give(call.type(2).parse(item, in: call.values))
            }
        },
        // pg_slice(array, first, last)
        EngineFunction("pg_slice", 3, pure) {
            strict($0, $1, $2) { call in
                let items = try ArrayText.items(of: call.text(0))
                let first = max(call.small(1), 1)
                let last = min(call.small(2), items.count)
                try join(call, first <= last ? Array(items[(first - 1)..<last]) : [], [])
            }
        },
        EngineFunction("pg_array_length", 2, pure) {
            strict($0, $1, $2) { call in
                let count = try ArrayText.items(of: call.text(0)).count
                if call.integer(1) == 1, count > 0 { call.give(count) } else { call.giveNull() }
            }
        },
        EngineFunction("pg_array_lower", 2, pure) {
            strict($0, $1, $2) { call in
                if call.integer(1) == 1, try !ArrayText.items(of: call.text(0)).isEmpty { call.give(1) } else { call.giveNull() }
            }
        },
        EngineFunction("pg_array_ndims", 1, pure) {
            strict($0, $1, $2) { call in
                if try ArrayText.items(of: call.text(0)).isEmpty { call.giveNull() } else { call.give(1) }
            }
        },
        EngineFunction("pg_cardinality", 1, pure) { strict($0, $1, $2) { $0.give(try ArrayText.items(of: $0.text(0)).count) } },
        // pg_array_append(array, value, element type) and its mirror: null arrays count as empty.
        EngineFunction("pg_array_append", 3, pure) {
            run($0, $1, $2) { call in
                try join(call, call.isNull(0) ? [] : ArrayText.items(of: call.text(0)), [item(call, 1)])
            }
        },
        EngineFunction("pg_array_prepend", 3, pure) {
            run($0, $1, $2) { call in
                try join(call, [item(call, 0)], call.isNull(1) ? [] : ArrayText.items(of: call.text(1)))
            }
        },
        EngineFunction("pg_array_cat", 2, pure) {
            run($0, $1, $2) { call in
                if call.isNull(0) { return call.isNull(1) ? call.giveNull() : call.give(call.text(1)) }
                if call.isNull(1) { return call.give(call.text(0)) }
                try join(call, ArrayText.items(of: call.text(0)), ArrayText.items(of: call.text(1)))
            }
        },
        // pg_array_contains(whole, part, element type)
        EngineFunction("pg_array_contains", 3, pure) {
            strict($0, $1, $2) { call in
                let (whole, part) = (try items(call, 0), try items(call, 1))
                let set = Set(whole.compactMap { $0 })
                call.give(part.allSatisfy { $0.map { set.contains($0) } ?? false })
            }
        },
        EngineFunction("pg_array_overlaps", 3, pure) {
            strict($0, $1, $2) { call in
                let set = Set(try items(call, 0).compactMap { $0 })
                call.give(try items(call, 1).contains { $0.map { set.contains($0) } ?? false })
            }
        },
        // pg_array_position(array, value, element type[, start])
        EngineFunction("pg_array_position", 3, pure) { run($0, $1, $2) { try position($0, from: 1) } },
        EngineFunction("pg_array_position", 4, pure) {
            run($0, $1, $2) { call in
                if call.isNull(0) || call.text(0) == "{}" { return call.giveNull() }
                guard !call.isNull(3) else { throw SQLError("22004", "initial position must not be null") }
                try position(call, from: call.small(3))
            }
        },
        EngineFunction("pg_array_positions", 3, pure) {
            run($0, $1, $2) { call in
                guard !call.isNull(0) else { return call.giveNull() }
                let wanted = try comparable(call, 1)
                let places = try items(call, 0).enumerated().filter { $0.element == wanted }.map {
                    StoredValue.integer(Int64($0.offset + 1))
                }
                call.give(ArrayText.text(of: places, element: .integer))
            }
        },
        EngineFunction("pg_array_remove", 3, pure) {
            run($0, $1, $2) { call in
                guard !call.isNull(0) else { return call.giveNull() }
                let wanted = try comparable(call, 1)
                let (texts, items) = (try ArrayText.items(of: call.text(0)), try items(call, 0))
                try join(call, zip(texts, items).filter { $0.1 != wanted }.map(\.0), [])
            }
        },
        EngineFunction("pg_array_replace", 4, pure) {
            run($0, $1, $2) { call in
                guard !call.isNull(0) else { return call.giveNull() }
                let wanted = try comparable(call, 1)
                let replacement = try item(call, 2)
                let (texts, items) = (try ArrayText.items(of: call.text(0)), try items(call, 0, key: 3))
                try join(call, zip(texts, items).map { $0.1 == wanted ? replacement : $0.0 }, [])
            }
        },
        // pg_array_to_string(array, separator[, text for nulls])
        EngineFunction("pg_array_to_string", -1, pure) {
            run($0, $1, $2) { call in
                guard !call.isNull(0), !call.isNull(1) else { return call.giveNull() }
                let filler = call.count > 2 && !call.isNull(2) ? call.text(2) : nil
                call.give(try ArrayText.items(of: call.text(0)).compactMap { $0 ?? filler }.joined(separator: call.text(1)))
            }
        },
        EngineFunction("pg_string_to_array", -1, pure) {
            run($0, $1, $2) { call in
                guard !call.isNull(0) else { return call.giveNull() }
                let null = call.count > 2 && !call.isNull(2) ? call.text(2) : nil
                let parts = call.split(call.text(0), at: call.isNull(1) ? nil : call.text(1))
                call.give(ArrayText.text(of: parts.map { $0 == null ? nil : .text($0) }, element: .text))
            }
        },
    ]

    private static func item(_ call: FunctionCall, _ index: Int) throws(SQLError) -> String? {
        guard !call.isNull(index) else { return nil }
        let element = try call.type(call.count - 1).type
        if element == .boolean { return call.boolean(index) ? "t" : "f" }
        return element.text(of: call.cell(index), in: call.values.timeZone)
    }

    private static func join(_ call: FunctionCall, _ first: [String?], _ second: [String?]) throws(SQLError) {
        try checkLength(first.count + second.count, times: 4)
        call.give(ArrayText.text(of: (first + second).map { $0.map { .text($0) } }, element: .text))
    }

    /// Elements so that equal ones have equal texts: `1.0` and `1.00` are the same number.
    private static func items(_ call: FunctionCall, _ index: Int, key: Int = 2) throws(SQLError) -> [String?] {
        var type = try call.type(key).type
        if case .array(let element) = type { type = element }
        return try ArrayText.items(of: call.text(index)).map { (item) throws(SQLError) in
            try item.map { (text) throws(SQLError) in try canonical(text, type) }
        }
    }

    private static func comparable(_ call: FunctionCall, _ index: Int) throws(SQLError) -> String? {
        try item(call, index).map { (text) throws(SQLError) in try canonical(text, call.type(call.count - 1).type) }
    }

    private static func canonical(_ text: String, _ type: DataType) throws(SQLError) -> String {
        switch type {
        case .numeric:
            guard text.utf8.contains(UInt8(ascii: ".")) else { return text }
            var rest = text[...]
            while rest.last == "0" { rest.removeLast() }
            if rest.last == "." { rest.removeLast() }
            return String(rest)
        case .citext: return LetterCase.lowered(text)
        case .interval: return try "\(Interval(text).span)"
        case .char: return String(text.trimmingBlanks)
        default: return text
        }
    }

    private static func position(_ call: FunctionCall, from start: Int) throws(SQLError) {
        guard !call.isNull(0) else { return call.giveNull() }
        let element = try call.type(2).type
        let wanted =
            try call.isNull(1)
            ? nil
            : (element == .boolean
                ? (call.boolean(1) ? "t" : "f") : canonical(element.text(of: call.cell(1), in: call.values.timeZone), element))
        let items = try items(call, 0)
        for (index, item) in items.enumerated() where index + 1 >= start && item == wanted { return call.give(index + 1) }
        call.giveNull()
    }
}

extension FunctionCall {
    /// `string_to_array`: no separator gives characters, an empty one the whole.
    func split(_ text: String, at separator: String?) -> [String] {
        if text.isEmpty { return [] }
        guard let separator else { return text.unicodeScalars.map { String($0) } }
        if separator.isEmpty { return [text] }
        let bytes = Array(text.utf8)
        let mark = Array(separator.utf8)
        var parts: [String] = []
        bytes.withUnsafeBufferPointer { bytes in
            mark.withUnsafeBufferPointer { mark in
                var start = 0
                while let found = bytes.find(mark, from: start) {
                    parts.append(String(decoding: bytes[start..<found], as: UTF8.self))
                    start = found + mark.count
                }
                parts.append(String(decoding: bytes[start...], as: UTF8.self))
            }
        }
        return parts
    }
}
