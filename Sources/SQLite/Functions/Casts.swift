import CSQLite
import OffstageJSON
import OffstageSchema

/// Values of one type as values of another; the types are named by their keys.
extension EngineFunction {
    static let casts: [EngineFunction] = [
        EngineFunction("pg_to_int2", 1, pure) { strict($0, $1, $2) { try narrow($0, Int64(Int16.min)...Int64(Int16.max), .smallint) } },
        EngineFunction("pg_to_int4", 1, pure) { strict($0, $1, $2) { try narrow($0, Int64(Int32.min)...Int64(Int32.max), .integer) } },
        EngineFunction("pg_num_to_f8", 1, pure) { strict($0, $1, $2) { try $0.give($0.numeric(0).double()) } },
        EngineFunction("pg_num_to_f4", 1, pure) {
            strict($0, $1, $2) { try $0.give(ColumnType(.real).parse($0.text(0), in: ValueContext())) }
        },
        EngineFunction("pg_num_to_int", 2, pure) { strict($0, $1, $2) { $0.give(try $0.numeric(0).integer(as: $0.type(1).type)) } },
        EngineFunction("pg_float_to_num", 2, pure) {
            strict($0, $1, $2) { call in
                call.give(try Numeric(call.double(0), significantDigits: call.type(1).type == .real ? 6 : 15))
            }
        },
        EngineFunction("pg_float_to_int", 2, pure) {
            strict($0, $1, $2) { call in
                let type = try call.type(1).type
                let rounded = call.double(0).rounded(.toNearestOrEven)
                guard let value = Int64(exactly: rounded) else { throw SQLError.outOfRange(type) }
                switch type {
                case .smallint where Int16(exactly: value) == nil, .integer where Int32(exactly: value) == nil:
                    throw SQLError.outOfRange(type)
                default: call.give(value)
                }
            }
        },
        EngineFunction("pg_to_f4", 1, pure) {
            strict($0, $1, $2) { call in
                let value = call.double(0)
                let result = Float(value)
                if result.isInfinite, value.isFinite { throw SQLError.overflow }
                if result == 0, value != 0 { throw SQLError.underflow }
                call.give(Double(result))
            }
        },
        // pg_in(text, type): PostgreSQL's input function.
        EngineFunction("pg_in", 2, pure) { strict($0, $1, $2) { try $0.give($0.type(1).parse($0.text(0), in: $0.values)) } },
        // pg_out(value, type): a cast to text.
        EngineFunction("pg_out", 2, pure) {
            strict($0, $1, $2) { call in
                var writer = JSONWriter(capacity: 64)
                try call.type(1).type.write(call.cell(0), into: &writer, in: call.values.timeZone)
                call.give(writer)
            }
        },
        // pg_size(value, type, explicit): applies a length, scale or precision.
        EngineFunction("pg_size", 3, pure) { strict($0, $1, $2) { try size($0) } },
        EngineFunction("pg_notnull", 3, .innocuous) {
            run($0, $1, $2) { call in
                guard call.isNull(0), EngineFunction.session(of: call.context)?.letsNullKeys != true else {
                    return sqlite3_result_value(call.context, call.argument(0))
                }
                throw SQLError(
                    "23502", "null value in column \"\(call.text(1))\" of relation \"\(call.text(2))\" violates not-null constraint")
            }
        },
        // pg_not_negative(count, what): the argument of LIMIT or OFFSET.
        EngineFunction("pg_not_negative", 2, pure) {
            run($0, $1, $2) { call in
                if !call.isNull(0), call.integer(0) < 0 {
                    let isLimit = call.text(1).uppercased() == "LIMIT"
                    throw SQLError(isLimit ? "2201W" : "2201X", "\(isLimit ? "LIMIT" : "OFFSET") must not be negative")
                }
                sqlite3_result_value(call.context, call.argument(0))
            }
        },
        // pg_positive(count, window function)
        EngineFunction("pg_positive", 2, pure) {
            run($0, $1, $2) { call in
                let name = call.text(1)
                guard call.isNull(0) || call.integer(0) > 0 else {
                    throw SQLError(name == "ntile" ? "22014" : "22016", "argument of \(name) must be greater than zero")
                }
                sqlite3_result_value(call.context, call.argument(0))
            }
        },
        EngineFunction("pg_unhex", 1, pure) {
            strict($0, $1, $2) { call in
                let text = call.text(0)
                try call.give(ColumnType(.bytea).parse(text.hasPrefix("\\x") ? text : "\\x" + text, in: ValueContext()))
            }
        },
    ]

    private static func narrow(_ call: FunctionCall, _ range: ClosedRange<Int64>, _ type: DataType) throws(SQLError) {
        guard range.contains(call.integer(0)) else { throw .outOfRange(type) }
        call.give(call.integer(0))
    }

    private static func size(_ call: FunctionCall) throws(SQLError) {
        let type = try call.type(1)
        switch (type.type, type.modifier) {
        case (.varchar, .length(let limit)) where call.boolean(2): call.give(call.bytes(0).prefix(characters: limit))
        case (.char, .length(let limit)) where call.boolean(2):
            try call.give(type.parse(String(decoding: call.bytes(0).prefix(characters: limit), as: UTF8.self), in: ValueContext()))
        case (.varchar, _), (.char, _), (.numeric, _), (.interval, _): try call.give(type.parse(call.text(0), in: ValueContext()))
        case (.bit, .length(let limit)) where call.boolean(2):
            let bits = String(decoding: call.bytes(0).prefix(limit), as: UTF8.self)
            call.give(bits + String(repeating: "0", count: max(limit - bits.utf8.count, 0)))
        case (.varbit, .length(let limit)) where call.boolean(2):
            call.give(String(decoding: call.bytes(0).prefix(limit), as: UTF8.self))
        case (.bit, _), (.varbit, _), (.timetz, _): try call.give(type.parse(call.text(0), in: ValueContext()))
        case (.time, _), (.timestamp, _), (.timestamptz, _):
            guard call.integer(0) != .max, call.integer(0) != .min else { return call.give(call.integer(0)) }
            call.give(DateTimeText.rounded(call.integer(0), type.modifier))
        case (.array(let element), let modifier):
            guard call.boolean(2), case .length(let limit) = modifier else {
                return try call.give(type.parse(call.text(0), in: ValueContext()))
            }
            var items: [StoredValue?] = []
            for item in try ArrayText.items(of: call.text(0)) {
                items.append(item.map { .text(String(String.UnicodeScalarView($0.unicodeScalars.prefix(limit)))) })
            }
            let cut = ArrayText.text(of: items, element: element)
            // Blanks make up what is missing.
            try call.give(element == .char ? type.parse(cut, in: ValueContext()) : .text(cut))
        default: sqlite3_result_value(call.context, call.argument(0))
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The first so many characters of UTF-8 text, where a character is a code point.
    func prefix(characters limit: Int) -> UnsafeBufferPointer<UInt8> {
        guard count > limit else { return self }
        return UnsafeBufferPointer(rebasing: self[..<offset(ofCharacter: limit)])
    }

    /// Where the character with this number (from 0) begins; the end where there are not so many.
    func offset(ofCharacter number: Int) -> Int {
        var seen = 0
        var at = 0
        while at < count {
            if self[at] & 0xC0 != 0x80 {
                if seen == number { return at }
                seen += 1
            }
            at += 1
        }
        return count
    }

    /// How many code points.
    var characterCount: Int {
        var result = 0
        for byte in self where byte & 0xC0 != 0x80 { result &+= 1 }
        return result
    }
}
