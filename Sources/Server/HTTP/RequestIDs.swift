import Synchronization

/// Names for requests: the client's own where it is safe to repeat, else sixteen hexadecimal digits that no other request has.
final class RequestIDs: Sendable {
    private let next = Atomic<UInt64>(UInt64.random(in: 0 ... .max))

    func id(for offered: String?) -> String {
        if let offered, Self.isSafe(offered) { return offered }
        // Mixed, so that an id says nothing of how many requests there were (the finaliser of SplitMix64).
        var z = next.wrappingAdd(0x9E37_79B9_7F4A_7C15, ordering: .relaxed).newValue
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        z ^= z >> 31
        return String(unsafeUninitializedCapacity: 16) { buffer in
            for place in 0..<16 {
                let digit = UInt8(truncatingIfNeeded: z >> UInt64(60 - 4 * place)) & 15
                buffer[place] = digit < 10 ? 0x30 + digit : 0x57 + digit
            }
            return 16
        }
    }

    /// At most 64 letters, digits, `-`, `_` and `.`.
    static func isSafe(_ id: String) -> Bool {
        !id.isEmpty && id.utf8.count <= 64
            && id.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
                default: false
                }
            }
    }
}
