/// Base64 for URLs without padding (RFC 4648 section 5), read strictly: one text for each byte sequence.
enum Base64URL {
    static func encode(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        var bits: UInt32 = 0
        var count: UInt32 = 0
        for byte in bytes {
            bits = (bits << 8) | UInt32(byte)
            count += 8
            while count >= 6 {
                count -= 6
                text.append(alphabet[Int((bits >> count) & 63)])
            }
            bits &= (1 << count) - 1
        }
        if count > 0 { text.append(alphabet[Int((bits << (6 - count)) & 63)]) }
        return String(decoding: text, as: UTF8.self)
    }

    /// Nil for padding, white space, letters of the other alphabet, impossible lengths and unused bits that are not zero.
    static func decode(_ text: Slice<UnsafeRawBufferPointer>) -> [UInt8]? {
        guard text.count % 4 != 1 else { return nil }
        let values = Self.values
        var isGood = true
        let bytes = [UInt8](unsafeUninitializedCapacity: text.count / 4 * 3 + 2) { bytes, written in
            var bits: UInt32 = 0
            var count: UInt32 = 0
            for letter in UnsafeRawBufferPointer(rebasing: text) {
                let value = values[Int(letter)]
                isGood = isGood && value < 64
                bits = (bits << 6) | UInt32(value & 63)
                count += 6
                if count >= 8 {
                    count -= 8
                    bytes[written] = UInt8(truncatingIfNeeded: bits >> count)
                    written += 1
                    bits &= (1 << count) - 1
                }
            }
            isGood = isGood && bits == 0
        }
        return isGood ? bytes : nil
    }

    static func decode(_ text: String) -> [UInt8]? {
        Array(text.utf8).withUnsafeBytes { decode($0[...]) }
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, letter) in alphabet.enumerated() { values[Int(letter)] = UInt8(value) }
        return values
    }()
}
