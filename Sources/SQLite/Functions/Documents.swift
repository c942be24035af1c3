import CSQLite
import OffstageJSON
import OffstageSchema

/// json and jsonb. A `binary` argument of 1 says jsonb. Source: PostgreSQL 15, chapter 9.16.
extension EngineFunction {
    static let documents: [EngineFunction] = [
        // pg_json_get(document, name), pg_json_text(document, name): `->` and `->>`
        EngineFunction("pg_json_get", 2, pure) {
            strict($0, $1, $2) { call in part(call, JSONScan(call.bytes(0)).member(call.bytes(1)), asText: false) }
        },
        EngineFunction("pg_jsonb_text", 2, pure) {
            strict($0, $1, $2) { call in part(call, JSONScan(call.bytes(0)).member(call.bytes(1)), asText: true) }
        },
        EngineFunction("pg_json_at", 2, pure) {
            strict($0, $1, $2) { call in part(call, JSONScan(call.bytes(0)).element(call.small(1)), asText: false) }
        },
        EngineFunction("pg_json_text_at", 2, pure) {
            strict($0, $1, $2) { call in part(call, JSONScan(call.bytes(0)).element(call.small(1)), asText: true) }
        },
        // A jsonb scalar is, to these two, an array of itself.
        EngineFunction("pg_jsonb_at", 2, pure) {
            strict($0, $1, $2) { call in part(call, JSONScan(call.bytes(0)).elementOrSelf(call.small(1)), asText: false) }
        },
        EngineFunction("pg_jsonb_text_at", 2, pure) {
            strict($0, $1, $2) { call in part(call, JSONScan(call.bytes(0)).elementOrSelf(call.small(1)), asText: true) }
        },
        // pg_json_path(document, text[])
        EngineFunction("pg_json_path", 2, pure) {
            strict($0, $1, $2) { call in
                part(call, JSONScan(call.bytes(0)).at(try ArrayText.items(of: call.text(1))), asText: false)
            }
        },
        EngineFunction("pg_json_path_text", 2, pure) {
            strict($0, $1, $2) { call in
                part(call, JSONScan(call.bytes(0)).at(try ArrayText.items(of: call.text(1))), asText: true)
            }
        },
        EngineFunction("pg_json_typeof", 1, pure) { strict($0, $1, $2) { $0.give(JSONScan($0.bytes(0)).typeName) } },
        EngineFunction("pg_json_length", 1, pure) {
            strict($0, $1, $2) { call in
                let scan = JSONScan(call.bytes(0))
                guard let elements = scan.elements() else {
                    throw SQLError(
                        "22023", scan.isObject ? "cannot get array length of a non-array" : "cannot get array length of a scalar")
                }
                call.give(elements.count)
            }
        },
        EngineFunction("pg_jsonb_contains", 2, pure) { strict($0, $1, $2) { $0.give(try $0.json(0).contains($0.json(1), isTop: true)) } },
        EngineFunction("pg_jsonb_has", 2, pure) { strict($0, $1, $2) { $0.give(try $0.json(0).has($0.text(1))) } },
        EngineFunction("pg_jsonb_has_any", 2, pure) {
            strict($0, $1, $2) { call in
                let document = try call.json(0)
                call.give(try ArrayText.items(of: call.text(1)).contains { $0.map { document.has($0) } ?? false })
            }
        },
        EngineFunction("pg_jsonb_has_all", 2, pure) {
            strict($0, $1, $2) { call in
                let document = try call.json(0)
                call.give(try ArrayText.items(of: call.text(1)).allSatisfy { $0.map { document.has($0) } ?? true })
            }
        },
        EngineFunction("pg_jsonb_concat", 2, pure) {
            strict($0, $1, $2) { call in call.give(try JSONBText.canonical(call.json(0).joined(with: call.json(1)))) }
        },
        EngineFunction("pg_jsonb_delete", 2, pure) {
            strict($0, $1, $2) { call in call.give(try JSONBText.canonical(call.json(0).without([call.text(1)]))) }
        },
        EngineFunction("pg_jsonb_delete_all", 2, pure) {
            strict($0, $1, $2) { call in
                call.give(try JSONBText.canonical(call.json(0).without(ArrayText.items(of: call.text(1)).compactMap { $0 })))
            }
        },
        EngineFunction("pg_jsonb_delete_at", 2, pure) {
            strict($0, $1, $2) { call in
                switch try call.json(0) {
                case .array(var elements):
                    let index = call.small(1) < 0 ? elements.count + call.small(1) : call.small(1)
                    if elements.indices.contains(index) { elements.remove(at: index) }
                    call.give(try JSONBText.canonical(.array(elements)))
                case .object: throw SQLError("22023", "cannot delete from object using integer index")
                default: throw SQLError("22023", "cannot delete from scalar")
                }
            }
        },
        EngineFunction("pg_jsonb_delete_path", 2, pure) {
            strict($0, $1, $2) { call in
                let document = try call.json(0)
                guard document.isContainer else { throw SQLError("22023", "cannot delete path in scalar") }
                if document.isEmpty { return call.give(call.bytes(0)) }
                call.give(try JSONBText.canonical(document.changing(try path(call), to: nil, .delete)))
            }
        },
        EngineFunction("pg_jsonb_set", 4, pure) {
            strict($0, $1, $2) { call in
                let document = try call.json(0)
                guard document.isContainer else { throw SQLError("22023", "cannot set path in scalar") }
                if document.isEmpty, !call.boolean(3) { return call.give(call.bytes(0)) }
                call.give(
                    try JSONBText.canonical(document.changing(try path(call), to: call.json(2), call.boolean(3) ? .create : .replace)))
            }
        },
        EngineFunction("pg_jsonb_insert", 4, pure) {
            strict($0, $1, $2) { call in
                let document = try call.json(0)
                guard document.isContainer else { throw SQLError("22023", "cannot set path in scalar") }
                call.give(
                    try JSONBText.canonical(document.changing(try path(call), to: call.json(2), call.boolean(3) ? .insertAfter : .insert)))
            }
        },
        EngineFunction("pg_jsonb_pretty", 1, pure) {
            strict($0, $1, $2) { call in
                var text = ""
                try call.json(0).pretty(into: &text, depth: 0)
                call.give(text)
            }
        },
        EngineFunction("pg_json_strip_nulls", 2, pure) {
            strict($0, $1, $2) { call in
                let document = try call.json(0).strippedOfNulls
                call.give(call.boolean(1) ? try JSONBText.canonical(document) : document.text)
            }
        },
        // pg_jsonb_to(document, type): a scalar document as a boolean or a number
        EngineFunction("pg_jsonb_to", 2, pure) { strict($0, $1, $2) { try scalar($0) } },
        // pg_to_json(value, type), pg_to_jsonb(value, type)
        EngineFunction("pg_to_json", 2, pure) {
            strict($0, $1, $2) { call in
                var writer = JSONWriter(capacity: 64)
                try write(call, 0, into: &writer)
                call.give(writer)
            }
        },
        EngineFunction("pg_to_jsonb", 2, pure) {
            strict($0, $1, $2) { call in
                var writer = JSONWriter(capacity: 64)
                try write(call, 0, into: &writer)
                try giveBinary(writer, call)
            }
        },
        // These take pairs: a value and the key of its type.
        EngineFunction("pg_json_build_array", -1, pure) {
            run($0, $1, $2) { call in
                var writer = JSONWriter(capacity: 128)
                try array(call, into: &writer)
                call.give(writer)
            }
        },
        EngineFunction("pg_jsonb_build_array", -1, pure) {
            run($0, $1, $2) { call in
                var writer = JSONWriter(capacity: 128)
                try array(call, into: &writer)
                try giveBinary(writer, call)
            }
        },
        EngineFunction("pg_json_build_object", -1, pure) {
            run($0, $1, $2) { call in
                var writer = JSONWriter(capacity: 128)
                try object(call, into: &writer, isBinary: false)
                call.give(writer)
            }
        },
        EngineFunction("pg_jsonb_build_object", -1, pure) {
            run($0, $1, $2) { call in
                var writer = JSONWriter(capacity: 128)
                try object(call, into: &writer, isBinary: true)
                try giveBinary(writer, call)
            }
        },
    ]

    private static func part(_ call: FunctionCall, _ range: Range<Int>?, asText: Bool) {
        guard let range else { return call.giveNull() }
        let scan = JSONScan(call.bytes(0), range)
        guard asText else { return call.give(scan.text(scan.whole)) }
        if scan.isNull { return call.giveNull() }
        guard scan.isString else { return call.give(scan.text(scan.whole)) }
        let inside = (scan.whole.lowerBound + 1)..<(scan.whole.upperBound - 1)
        let raw = scan.text(inside)
        if raw.contains(UInt8(ascii: "\\")) { call.give(scan.string(inside)) } else { call.give(raw) }
    }

    private static func path(_ call: FunctionCall) throws(SQLError) -> [String?] { try ArrayText.items(of: call.text(1)) }

    private static func scalar(_ call: FunctionCall) throws(SQLError) {
        let type = try call.type(1).type
        let scan = JSONScan(call.bytes(0))
        let text = scan.text(scan.whole)
        switch (scan.typeName, type) {
        case ("boolean", .boolean): call.give(scan.first == UInt8(ascii: "t"))
        case ("number", .boolean): throw SQLError("22023", "cannot cast jsonb numeric to type boolean")
        case ("number", .numeric): call.give(text)
        case ("number", .real), ("number", .double):
            try call.give(ColumnType(type).parse(String(decoding: text, as: UTF8.self), in: ValueContext()))
        case ("number", _): call.give(try Numeric(text).integer(as: type))
        default:
            let kind = scan.isObject ? "object" : scan.isArray ? "array" : scan.typeName
            throw SQLError("22023", "cannot cast jsonb \(kind) to type \(type.name)")
        }
    }

    /// The value at this argument as JSON; the next argument is its type.
    private static func write(_ call: FunctionCall, _ index: Int, into writer: inout JSONWriter) throws(SQLError) {
        let zone = call.values.timeZone
        let renderer = try call.remembered(index + 1) { (key) throws(SQLError) in
            JSONRenderer(try ColumnType(named: key).type, timeZone: zone)
        }
        renderer.write(call.cell(index), into: &writer)
    }

    private static func array(_ call: FunctionCall, into writer: inout JSONWriter) throws(SQLError) {
        writer.byte(UInt8(ascii: "["))
        for pair in 0..<(call.count / 2) {
            if pair > 0 { writer.raw(", ") }
            try write(call, pair * 2, into: &writer)
        }
        writer.byte(UInt8(ascii: "]"))
    }

    private static func object(_ call: FunctionCall, into writer: inout JSONWriter, isBinary: Bool) throws(SQLError) {
        guard call.count % 4 == 0 else {
            throw SQLError(
                "22023", "argument list must have even number of elements",
                hint: "The arguments of \(isBinary ? "jsonb" : "json")_build_object() must consist of alternating keys and values.")
        }
        writer.byte(UInt8(ascii: "{"))
        for member in 0..<(call.count / 4) {
            if member > 0 { writer.raw(", ") }
            guard !call.isNull(member * 4) else {
                throw isBinary
                    ? SQLError("22023", "argument \(member * 2 + 1): key must not be null")
                    : SQLError("22023", "argument \(member * 2 + 1) cannot be null", hint: "Object keys should be text.")
            }
            // A name is a remembered type, a value a remembered renderer: they never share an argument.
            var name = JSONWriter(capacity: 64)
            let type = try ColumnType(named: call.text(member * 4 + 1)).type
            guard type.isScalar else { throw SQLError("22023", "key value must be scalar, not array, composite, or json") }
            guard !type.isDateAndTime else {
                JSONRenderer(type, timeZone: call.values.timeZone).write(call.cell(member * 4), into: &writer)
                writer.raw(" : ")
                try write(call, member * 4 + 2, into: &writer)
                continue
            }
            if type == .boolean {
                name.boolean(call.boolean(member * 4))
            } else {
                type.write(call.cell(member * 4), into: &name, in: call.values.timeZone)
            }
            name.withBytes { writer.string($0) }
            writer.raw(" : ")
            try write(call, member * 4 + 2, into: &writer)
        }
        writer.byte(UInt8(ascii: "}"))
    }

    private static func giveBinary(_ writer: borrowing JSONWriter, _ call: FunctionCall) throws(SQLError) {
        call.give(try JSONBText.canonical(JSONValue(stored: writer.text)))
    }
}

extension DataType {
    /// JSON writes these as ISO 8601 has them, as a member's name too.
    var isDateAndTime: Bool { self == .timestamp || self == .timestamptz }

    /// May be the name of a member.
    var isScalar: Bool {
        switch self {
        case .array, .composite, .record, .json, .jsonb: false
        default: true
        }
    }
}
