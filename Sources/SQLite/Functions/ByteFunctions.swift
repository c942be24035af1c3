import CSQLite
import Crypto
import OffstageSchema

/// Functions of bytes. Source: PostgreSQL 15, chapter 9.5.
extension EngineFunction {
    static let byteFunctions: [EngineFunction] = [
        // pg_sha(bytes, bits)
        EngineFunction("pg_sha", 2, pure) {
            strict($0, $1, $2) { call in
                let bytes = UnsafeRawBufferPointer(call.blob(0))
                switch call.integer(1) {
                case 224: call.give(blob: SHA224.hash(bytes))
                case 256: call.give(blob: Array(SHA256.hash(data: bytes)))
                case 384: call.give(blob: Array(SHA384.hash(data: bytes)))
                default: call.give(blob: Array(SHA512.hash(data: bytes)))
                }
            }
        },
        EngineFunction("pg_get_byte", 2, pure) {
            strict($0, $1, $2) { call in
                let bytes = call.blob(0)
                call.give(Int64(bytes[try index(call, upTo: bytes.count)]))
            }
        },
        EngineFunction("pg_set_byte", 3, pure) {
            strict($0, $1, $2) { call in
                var bytes = Array(call.blob(0))
                bytes[try index(call, upTo: bytes.count)] = UInt8(truncatingIfNeeded: call.integer(2))
                call.give(blob: bytes)
            }
        },
        EngineFunction("pg_get_bit", 2, pure) {
            strict($0, $1, $2) { call in
                let bytes = call.blob(0)
                let bit = try index(call, upTo: bytes.count * 8)
                call.give(Int64(bytes[bit / 8] >> UInt8(bit % 8) & 1))
            }
        },
        EngineFunction("pg_set_bit", 3, pure) {
            strict($0, $1, $2) { call in
                var bytes = Array(call.blob(0))
                let bit = try index(call, upTo: bytes.count * 8)
                guard call.integer(2) == 0 || call.integer(2) == 1 else { throw SQLError("22023", "new bit must be 0 or 1") }
                let mask = UInt8(1) << UInt8(bit % 8)
                bytes[bit / 8] = call.integer(2) == 1 ? bytes[bit / 8] | mask : bytes[bit / 8] & ~mask
                call.give(blob: bytes)
            }
        },
        EngineFunction("pg_bytes_from", 2, pure) {
            strict($0, $1, $2) { call in
                let bytes = call.blob(0)
                call.give(blob: Array(bytes[min(max(call.small(1) - 1, 0), bytes.count)...]))
            }
        },
        EngineFunction("pg_bytes_position", 2, pure) {
            strict($0, $1, $2) { $0.give(($0.blob(0).find($0.blob(1), from: 0) ?? -1) + 1) }
        },
        // pg_bytes_overlay(bytes, replacement, start[, length])
        EngineFunction("pg_bytes_overlay", -1, pure) {
            strict($0, $1, $2) { call in
                let (bytes, replacement) = (call.blob(0), call.blob(1))
                let start = call.integer(2)
                let length = call.count > 3 ? call.integer(3) : Int64(replacement.count)
                guard start > 0 else { throw SQLError("22011", "negative substring length not allowed") }
                guard start + length <= Int64(Int32.max) else { throw SQLError.outOfRange(.integer) }
                call.give(blob: bytes.prefix(Int(start - 1)) + Array(replacement) + bytes.dropFirst(max(Int(start + length - 1), 0)))
            }
        },
        // pg_bytes_trim(bytes, set, sides)
        EngineFunction("pg_bytes_trim", 3, pure) {
            strict($0, $1, $2) { call in
                var bytes = call.blob(0)[...]
                let set = Set(call.blob(1))
                let sides = call.text(2)
                if sides.contains("l") { bytes = bytes.drop { set.contains($0) } }
                if sides.contains("r") { while let last = bytes.last, set.contains(last) { bytes.removeLast() } }
                call.give(blob: Array(bytes))
            }
        },
        // pg_convert_from(bytes, encoding), pg_convert_to(text, encoding)
        EngineFunction("pg_convert_from", 2, pure) {
            strict($0, $1, $2) { call in
                let bytes = Array(call.blob(0))
                switch try encoding(call.text(1), "source") {
                case .latin1:
                    guard !bytes.contains(0) else { throw SQLError("22021", "invalid byte sequence for encoding \"LATIN1\": 0x00") }
                    call.give(String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) })))
                case .utf8:
                    guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
                        throw invalidBytes(bytes)
                    }
                    call.give(text)
                }
            }
        },
        EngineFunction("pg_convert_to", 2, pure) {
            strict($0, $1, $2) { call in
                switch try encoding(call.text(1), "destination") {
                case .utf8: call.give(blob: Array(call.bytes(0)))
                case .latin1:
                    var bytes: [UInt8] = []
                    for scalar in call.text(0).unicodeScalars {
                        guard let byte = UInt8(exactly: scalar.value) else {
                            let sequence = UTF8.encode(scalar).map { Array($0) } ?? []
                            throw SQLError(
                                "22P05",
                                "character with byte sequence \(hexadecimal(sequence)) in encoding \"UTF8\" has no equivalent in encoding \"LATIN1\""
                            )
                        }
                        bytes.append(byte)
                    }
                    call.give(blob: bytes)
                }
            }
        },
    ]

    private enum Encoding { case utf8, latin1 }

    private static func encoding(_ name: String, _ role: String) throws(SQLError) -> Encoding {
        switch name.lowercased().filter({ $0.isLetter || $0.isNumber }) {
        case "utf8", "unicode": return .utf8
        case "latin1", "iso88591": return .latin1
        case "sqlascii", "latin2", "latin3", "latin4", "latin5", "latin9", "win1250", "win1251", "win1252", "win1253", "koi8r", "eucjp",
            "sjis",
            "big5", "gbk":
            throw SQLError("0A000", "encoding \"\(name)\" is not supported on the embedded engine", hint: "Use UTF8 or LATIN1.")
        default: throw SQLError("22023", "invalid \(role) encoding name \"\(name)\"")
        }
    }

    private static func invalidBytes(_ bytes: [UInt8]) -> SQLError {
        var at = 0
        while at < bytes.count {
            let byte = bytes[at]
            let width = byte < 0x80 ? 1 : byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : byte < 0xF8 ? 4 : 1
            let part = Array(bytes[at..<min(at + width, bytes.count)])
            if byte == 0 || String(validating: part, as: UTF8.self) == nil {
                return SQLError("22021", "invalid byte sequence for encoding \"UTF8\": \(hexadecimal(part))")
            }
            at += width
        }
        return SQLError("22021", "invalid byte sequence for encoding \"UTF8\"")
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { "0x" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
    }

    private static func index(_ call: FunctionCall, upTo count: Int) throws(SQLError) -> Int {
        let index = call.integer(1)
        guard index >= 0, index < count else { throw SQLError("2202E", "index \(index) out of valid range, 0..\(count - 1)") }
        return Int(index)
    }
}

/// SHA-224: FIPS 180-4. It is SHA-256 from another start, cut short.
enum SHA224 {
    static func hash(_ data: UnsafeRawBufferPointer) -> [UInt8] {
        var state: [UInt32] = [
            0xc105_9ed8, 0x367c_d507, 0x3070_dd17, 0xf70e_5939, 0xffc0_0b31, 0x6858_1511, 0x64f9_8fa7, 0xbefa_4fa4,
        ]
        var message = Array(data)
        let bits = UInt64(message.count) * 8
        message.append(0x80)
        while message.count % 64 != 56 { message.append(0) }
        for shift in stride(from: 56, through: 0, by: -8) { message.append(UInt8(truncatingIfNeeded: bits >> UInt64(shift))) }
        for block in stride(from: 0, to: message.count, by: 64) { mix(&state, message[block..<(block + 64)]) }
        return state.prefix(7).flatMap { word in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> UInt32($0)) } }
    }

    private static func mix(_ state: inout [UInt32], _ block: ArraySlice<UInt8>) {
        var words = [UInt32](repeating: 0, count: 64)
        for (index, byte) in block.enumerated() { words[index / 4] = words[index / 4] << 8 | UInt32(byte) }
        func turned(_ word: UInt32, _ bits: UInt32) -> UInt32 { word >> bits | word << (32 - bits) }
        for index in 16..<64 {
            let a = turned(words[index - 15], 7) ^ turned(words[index - 15], 18) ^ words[index - 15] >> 3
            let b = turned(words[index - 2], 17) ^ turned(words[index - 2], 19) ^ words[index - 2] >> 10
            words[index] = words[index - 16] &+ a &+ words[index - 7] &+ b
        }
        var s = state
        for index in 0..<64 {
            let e = turned(s[4], 6) ^ turned(s[4], 11) ^ turned(s[4], 25)
            let choice = (s[4] & s[5]) ^ (~s[4] & s[6])
            let first = s[7] &+ e &+ choice &+ constants[index] &+ words[index]
            let a = turned(s[0], 2) ^ turned(s[0], 13) ^ turned(s[0], 22)
            let majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2])
            s = [first &+ a &+ majority, s[0], s[1], s[2], s[3] &+ first, s[4], s[5], s[6]]
        }
        for index in 0..<8 { state[index] &+= s[index] }
    }

    /// The first 32 bits of the fractions of the cube roots of the first 64 primes.
    private static let constants: [UInt32] = {
        var primes: [Int] = []
        var candidate = 2
        while primes.count < 64 {
            if primes.allSatisfy({ candidate % $0 != 0 }) { primes.append(candidate) }
            candidate += 1
        }
        return primes.map { prime in
            // The cube root times 2^32, as a whole number: exact, where a double is not.
            let target = UInt128(prime) << 96
            var (low, high): (UInt128, UInt128) = (0, 1 << 36)
            while high - low > 1 {
                let middle = (low + high) / 2
                if middle * middle * middle <= target { low = middle } else { high = middle }
            }
            return UInt32(truncatingIfNeeded: low)
        }
    }()
}
