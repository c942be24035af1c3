/// Base64 with padding; blanks and line ends are passed over. Source: RFC 4648, section 4.
enum Base64 {
    /// Nil for what is none, also for bits left over.
    static func bytes(_ text: [UInt8]) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        var (bits, held, letters, ends) = (UInt32(0), UInt32(0), 0, 0)
        for letter in text where letter != 0x20 && letter != 0x09 && letter != 0x0A && letter != 0x0D {
            letters += 1
            if letter == UInt8(ascii: "=") {
                ends += 1
                continue
            }
            guard ends == 0, let value = value(letter) else { return nil }
            bits = (bits << 6 | value) & 0xFFFF
            held += 6
            if held >= 8 {
                held -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> held))
            }
        }
        guard letters % 4 == 0, ends <= 2, bits & ((1 << held) - 1) == 0 else { return nil }
        return bytes
    }

    private static func value(_ letter: UInt8) -> UInt32? {
        switch letter {
        case 0x41...0x5A: UInt32(letter) - 0x41
        case 0x61...0x7A: UInt32(letter) - 0x61 + 26
        case 0x30...0x39: UInt32(letter) - 0x30 + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
