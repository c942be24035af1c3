import CSQLite
import OffstageJSON
import OffstageSchema

/// Domains, bit strings, the ends of enums, `oid`, and the functions of citext.
extension EngineFunction {
    static let smallTypes: [EngineFunction] = [
        // pg_fail(code, message): the error of a rule that is broken. Not deterministic, so that it is not worked out ahead of time.
        EngineFunction("pg_fail", 2, .innocuous) { run($0, $1, $2) { call in throw SQLError(call.text(0), call.text(1)) } },
        EngineFunction("pg_to_oid", 1, pure) {
            strict($0, $1, $2) { call in
                guard (0...Int64(UInt32.max)).contains(call.integer(0)) else { throw SQLError("22003", "OID out of range") }
                call.give(call.integer(0))
            }
        },
        EngineFunction("pg_oid_to_int4", 1, pure) {
            strict($0, $1, $2) { $0.give(Int64(Int32(truncatingIfNeeded: $0.integer(0)))) }
        },
        // pg_enum_end(type, 0 for the first label and 1 for the last)
        EngineFunction("pg_enum_end", 2, pure) {
            strict($0, $1, $2) { call in
                guard case .enumeration(let type) = try call.type(0).type,
                    let label = call.boolean(1) ? type.labels.last : type.labels.first
                else { return call.giveNull() }
                call.give(label.position)
            }
        },
        // pg_enum_range(type[, from, to]): a null end is open.
        EngineFunction("pg_enum_range", -1, pure) {
            run($0, $1, $2) { call in
                guard case .enumeration(let type) = try call.type(0).type else { return call.giveNull() }
                let low = call.isNull(1) ? Int64.min : call.integer(1)
                let high = call.isNull(2) ? Int64.max : call.integer(2)
                let labels = type.labels.filter { $0.position >= low && $0.position <= high }
                call.give(ArrayText.text(of: labels.map { .integer($0.position) }, element: .enumeration(type)))
            }
        },

        // pg_relabel(array, old type, new type): labels that were renamed, in an array of them.
        EngineFunction("pg_relabel", 3, pure) {
            strict($0, $1, $2) { call in
                guard case .enumeration(let old) = try call.type(1).type, case .enumeration(let new) = try call.type(2).type else {
                    return call.giveNull()
                }
                let items = try ArrayText.items(of: call.text(0)).map { label in
                    label.map { StoredValue.text(old.renamed($0, in: new)) }
                }
                call.give(ArrayText.text(of: items, element: .text))
            }
        },

        // MARK: Bits

        EngineFunction("pg_bit_op", 3, pure) {
            strict($0, $1, $2) { call in
                let (a, b, name) = (call.bytes(0), call.bytes(1), call.text(2))
                guard a.count == b.count else { throw SQLError("22026", "cannot \(name) bit strings of different sizes") }
                let result = zip(a, b).map { x, y in
                    switch name {
                    case "AND": x & y
                    case "OR": x | y
                    default: (x ^ y) | UInt8(ascii: "0")
                    }
                }
                call.give(String(decoding: result, as: UTF8.self))
            }
        },
        // pg_bit_shift(bits, places to the left)
        EngineFunction("pg_bit_shift", 2, pure) {
            strict($0, $1, $2) { call in
                let bits = Array(call.bytes(0))
                let places = min(Int(call.small(1).magnitude), bits.count)
                let zeros = [UInt8](repeating: UInt8(ascii: "0"), count: places)
                let result = call.integer(1) >= 0 ? Array(bits[places...]) + zeros : zeros + Array(bits[..<(bits.count - places)])
                call.give(String(decoding: result, as: UTF8.self))
            }
        },
        EngineFunction("pg_bit_get", 2, pure) {
            strict($0, $1, $2) { call in
                let bits = call.bytes(0)
                let place = try bit(call, in: bits.count)
                call.give(bits[place] == UInt8(ascii: "1"))
            }
        },
        EngineFunction("pg_bit_set", 3, pure) {
            strict($0, $1, $2) { call in
                var bits = Array(call.bytes(0))
                let place = try bit(call, in: bits.count)
                guard call.integer(2) == 0 || call.integer(2) == 1 else { throw SQLError("22023", "new bit must be 0 or 1") }
                bits[place] = UInt8(ascii: "0") + (call.integer(2) == 1 ? 1 : 0)
                call.give(String(decoding: bits, as: UTF8.self))
            }
        },
        EngineFunction("pg_int_to_bit", 2, pure) {
            strict($0, $1, $2) { call in
                let value = call.integer(0)
                try checkLength(call.small(1), times: 1)
                call.give((0..<call.small(1)).reversed().map { value >> Int64(min($0, 63)) & 1 == 1 ? "1" : "0" }.joined())
            }
        },
        EngineFunction("pg_bit_to_int", 2, pure) {
            strict($0, $1, $2) { call in
                let (bits, width) = (call.bytes(0), call.small(1))
                guard bits.count <= width else { throw SQLError.outOfRange(width == 32 ? .integer : .bigint) }
                let value = bits.reduce(Int64(0)) { $0 << 1 | Int64($1 & 1) }
                call.give(width == 32 ? Int64(Int32(truncatingIfNeeded: value)) : value)
            }
        },

        // MARK: citext

        EngineFunction("pg_ci_replace", 3, pure) {
            strict($0, $1, $2) { call in
                let parts = call.splitIgnoringCase(call.text(0), at: call.text(1))
                call.give(parts.joined(separator: call.text(2)))
            }
        },
        EngineFunction("pg_ci_split_part", 3, pure) {
            strict($0, $1, $2) { call in
                let wanted = call.small(2)
                guard wanted != 0 else { throw SQLError("22023", "field position must not be zero") }
                let parts = call.splitIgnoringCase(call.text(0), at: call.text(1))
                let index = wanted > 0 ? wanted - 1 : parts.count + wanted
                call.give(parts.indices.contains(index) ? parts[index] : "")
            }
        },
        EngineFunction("pg_ci_translate", 3, pure) {
            strict($0, $1, $2) { call in
                let (from, to) = (Array(call.text(1).unicodeScalars), Array(call.text(2).unicodeScalars))
                // Lower case first, then what is left by upper case, as the extension's own function does.
                func mapped(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
                    for (index, mark) in from.enumerated() where LetterCase.same(mark, scalar) { return index < to.count ? to[index] : nil }
                    return scalar
                }
                var result = String.UnicodeScalarView()
                for scalar in call.text(0).unicodeScalars { if let scalar = mapped(scalar) { result.append(scalar) } }
                call.give(String(result))
            }
        },
    ]

    private static func bit(_ call: FunctionCall, in count: Int) throws(SQLError) -> Int {
        let place = call.small(1)
        guard place >= 0, place < count else { throw SQLError("2202E", "bit index \(place) out of valid range (0..\(count - 1))") }
        return place
    }
}

extension Enumeration {
    fileprivate func renamed(_ label: String, in new: Enumeration) -> String {
        guard let position = labels.first(where: { $0.name == label })?.position else { return label }
        return new.label(at: position) ?? label
    }
}

extension LetterCase {
    static func same(_ a: Unicode.Scalar, _ b: Unicode.Scalar) -> Bool {
        a == b || lowered(String(Character(a))) == lowered(String(Character(b)))
    }

    static func lowered(_ text: String) -> String {
        var text = text
        return text.withUTF8 { String(decoding: lower($0), as: UTF8.self) }
    }
}

extension FunctionCall {
    /// The parts of a text between separators that may be written in any case; no separator gives the whole.
    func splitIgnoringCase(_ text: String, at separator: String) -> [String] {
        let (scalars, mark) = (Array(text.unicodeScalars), Array(separator.unicodeScalars))
        guard !mark.isEmpty else { return [text] }
        var parts: [String] = []
        var current = String.UnicodeScalarView()
        var at = 0
        while at < scalars.count {
            if at + mark.count <= scalars.count, zip(mark, scalars[at...]).allSatisfy({ LetterCase.same($0, $1) }) {
                parts.append(String(current))
                current = String.UnicodeScalarView()
                at += mark.count
            } else {
                current.append(scalars[at])
                at += 1
            }
        }
        return parts + [String(current)]
    }
}
