import OffstageSchema

/// `encode` and `decode`: bytes as text. Source: PostgreSQL 15, chapter 9.5.
enum BinaryText {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: UnsafeBufferPointer<UInt8>, _ format: String) throws(SQLError) -> String {
        var result: [UInt8] = []
        switch format.lowercased() {
        case "hex":
            let digits = Array("0123456789abcdef".utf8)
            for byte in bytes {
                result.append(digits[Int(byte >> 4)])
                result.append(digits[Int(byte & 15)])
            }
        case "base64":
            var at = 0
            while at < bytes.count {
                let rest = bytes.count - at
                let word = UInt32(bytes[at]) << 16 | (rest > 1 ? UInt32(bytes[at + 1]) << 8 : 0) | (rest > 2 ? UInt32(bytes[at + 2]) : 0)
                for place in 0..<4 {
                    result.append(place <= rest ? alphabet[Int(word >> UInt32(18 - 6 * place) & 63)] : UInt8(ascii: "="))
                }
                at += 3
                // Lines of 76 characters, as RFC 2045 has it.
                if at % 57 == 0, at < bytes.count { result.append(0x0A) }
            }
        case "escape":
            for byte in bytes {
                if byte == UInt8(ascii: "\\") {
                    result.append(contentsOf: [byte, byte])
                } else if byte == 0 || byte >= 0x80 {
                    result.append(UInt8(ascii: "\\"))
                    for shift in [6, 3, 0] { result.append(UInt8(ascii: "0") + (byte >> UInt8(shift) & 7)) }
                } else {
                    result.append(byte)
                }
            }
        default: throw unknown(format)
        }
        return String(decoding: result, as: UTF8.self)
    }

    static func decode(_ text: UnsafeBufferPointer<UInt8>, _ format: String) throws(SQLError) -> [UInt8] {
        switch format.lowercased() {
        case "hex": return try parsed("\\x" + String(decoding: text, as: UTF8.self))
        case "escape": return try parsed(String(decoding: text, as: UTF8.self))
        case "base64": return try base64(text)
        default: throw unknown(format)
        }
    }

    private static func parsed(_ text: String) throws(SQLError) -> [UInt8] {
        guard case .blob(let bytes) = try ColumnType(.bytea).parse(text, in: ValueContext()) else { return [] }
        return bytes
    }

    private static func base64(_ text: UnsafeBufferPointer<UInt8>) throws(SQLError) -> [UInt8] {
        var result: [UInt8] = []
        var word: UInt32 = 0
        var places = 0
        var ends = 0
        for (place, byte) in text.enumerated() {
            if byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { continue }
            var value: UInt32 = 0
            if byte == UInt8(ascii: "=") {
                if ends == 0 {
                    guard places >= 2 else { throw SQLError("22023", "unexpected \"=\" while decoding base64 sequence") }
                    ends = places == 2 ? 1 : 2
                }
            } else {
                guard let index = alphabet.firstIndex(of: byte) else {
                    let symbol = String(decoding: text[place...].prefix(4), as: UTF8.self).unicodeScalars.first ?? " "
                    throw SQLError("22023", "invalid symbol \"\(symbol)\" found while decoding base64 sequence")
                }
                value = UInt32(index)
            }
            word = word << 6 | value
            places += 1
            guard places == 4 else { continue }
            result.append(UInt8(truncatingIfNeeded: word >> 16))
            if ends == 0 || ends > 1 { result.append(UInt8(truncatingIfNeeded: word >> 8)) }
            if ends == 0 { result.append(UInt8(truncatingIfNeeded: word)) }
            (word, places) = (0, 0)
        }
        guard places == 0 else {
            throw SQLError(
                "22023", "invalid base64 end sequence", hint: "Input data is missing padding, is truncated, or is otherwise corrupted.")
        }
        return result
    }

    private static func unknown(_ format: String) -> SQLError { SQLError("22023", "unrecognized encoding: \"\(format)\"") }
}

/// The digest of RFC 1321, kept for `md5()`. Never for anything secret.
enum MD5 {
    private static let shifts: [UInt32] = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]
    /// The first 32 bits of |sin(i + 1)|.
    private static let table: [UInt32] = (0..<64).map { UInt32(sine(Double($0 + 1)).magnitude * 4_294_967_296) }

    static func hexadecimal(of message: UnsafeBufferPointer<UInt8>) -> String {
        var bytes = Array(message)
        let bits = UInt64(bytes.count) &* 8
        bytes.append(0x80)
        while bytes.count % 64 != 56 { bytes.append(0) }
        for index in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: bits >> UInt64(8 * index))) }
        var state: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476]
        for block in stride(from: 0, to: bytes.count, by: 64) {
            let words = (0..<16).map { word in
                (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[block + word * 4 + $1]) << UInt32(8 * $1) }
            }
            var (a, b, c, d) = (state[0], state[1], state[2], state[3])
            for step in 0..<64 {
                var mixed: UInt32
                let word: Int
                switch step / 16 {
                case 0: (mixed, word) = ((b & c) | (~b & d), step)
                case 1: (mixed, word) = ((d & b) | (~d & c), (5 * step + 1) % 16)
                case 2: (mixed, word) = (b ^ c ^ d, (3 * step + 5) % 16)
                default: (mixed, word) = (c ^ (b | ~d), (7 * step) % 16)
                }
                mixed = mixed &+ a &+ table[step] &+ words[word]
                let shift = shifts[step / 16 * 4 + step % 4]
                (a, d, c) = (d, c, b)
                b = b &+ (mixed << shift | mixed >> (32 - shift))
            }
            state[0] = state[0] &+ a
            state[1] = state[1] &+ b
            state[2] = state[2] &+ c
            state[3] = state[3] &+ d
        }
        return state.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(8 * $0)) } }
            .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
