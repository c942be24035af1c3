/// An address of `inet` or a network of `cidr`.
///
/// Stored as PostgreSQL prints it. Source: PostgreSQL 15, chapters 8.9 and 9.12.
package struct NetworkAddress: Hashable, Sendable {
    /// Four bytes or sixteen.
    package var bytes: [UInt8]
    /// How many bits are the network's.
    package var bits: Int

    package var isIPv4: Bool { bytes.count == 4 }
    package var maxBits: Int { bytes.count * 8 }

    package init(bytes: [UInt8], bits: Int) {
        self.bytes = bytes
        self.bits = bits
    }

    /// - Parameter isNetwork: of `cidr`, where nothing may stand right of the mask and trailing octets may be left out.
    package init(_ text: String, isNetwork: Bool) throws(SQLError) {
        let invalid = SQLError("22P02", "invalid input syntax for type \(isNetwork ? "cidr" : "inet"): \"\(text)\"")
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = parts.first.map({ Array($0) }), !address.isEmpty else { throw invalid }
        var width: Int?
        if parts.count > 1 {
            guard let number = Self.width(parts[1]) else { throw invalid }
            width = number
        }
        if text.utf8.contains(UInt8(ascii: ":")) {
            guard let bytes = Self.ipv6(address), width ?? 128 <= 128 else { throw invalid }
            self.init(bytes: bytes, bits: width ?? 128)
        } else {
            guard var octets = Self.ipv4(address), width ?? 32 <= 32 else { throw invalid }
            let given = octets.count
            octets += [UInt8](repeating: 0, count: 4 - given)
            if isNetwork {
                self.init(bytes: octets, bits: try Self.networkBits(octets, given: given, width))
            } else {
                guard given == 4 || (width != nil && (width ?? 0) <= given * 8) else { throw invalid }
                self.init(bytes: octets, bits: width ?? 32)
            }
        }
        if isNetwork, self != network {
            throw SQLError(
                "22P02", "invalid cidr value: \"\(text)\"", details: "Value has bits set to right of mask.")
        }
    }

    /// Without a width, the old classes of networks give one, and at least the octets that were written.
    private static func networkBits(_ octets: [UInt8], given: Int, _ width: Int?) throws(SQLError) -> Int {
        if let width { return width }
        let classes = octets[0] >= 240 ? 32 : octets[0] >= 224 ? 8 : octets[0] >= 192 ? 24 : octets[0] >= 128 ? 16 : 8
        let bits = max(classes, given * 8)
        // A multicast address of one octet is the whole of them.
        return bits == 8 && octets[0] == 224 ? 4 : bits
    }

    private static func width(_ text: some Collection<UInt8>) -> Int? {
        guard !text.isEmpty, text.count <= 3, text.allSatisfy(\.isDigit) else { return nil }
        return text.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }

    /// One to four octets in decimal.
    private static func ipv4(_ text: [UInt8]) -> [UInt8]? {
        var octets: [UInt8] = []
        for part in text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
            guard !part.isEmpty, part.count <= 10, part.allSatisfy(\.isDigit) else { return nil }
            let value = part.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
            guard value <= 255, octets.count < 4 else { return nil }
            octets.append(UInt8(value))
        }
        return octets
    }

    private static func ipv6(_ text: [UInt8]) -> [UInt8]? {
        var groups: [UInt8] = []
        var gap: Int?
        var rest = text[...]
        if rest.first == UInt8(ascii: ":") {
            guard rest.dropFirst().first == UInt8(ascii: ":") else { return nil }
            rest.removeFirst(2)
            gap = 0
        }
        while !rest.isEmpty {
            let part = rest.prefix { $0 != UInt8(ascii: ":") }
            if part.contains(UInt8(ascii: ".")) {
                guard part.endIndex == rest.endIndex, let octets = ipv4(Array(part)), octets.count == 4 else { return nil }
                groups += octets
                rest = rest[part.endIndex...]
                break
            }
            guard !part.isEmpty, part.count <= 4 else { return nil }
            var value = 0
            for byte in part {
                guard let digit = byte.hexDigit else { return nil }
                value = value << 4 | Int(digit)
            }
            groups += [UInt8(value >> 8), UInt8(value & 255)]
            guard groups.count <= 16 else { return nil }
            rest = rest[part.endIndex...]
            guard rest.popFirst() != nil else { break }
            if rest.first == UInt8(ascii: ":") {
                guard gap == nil else { return nil }
                gap = groups.count
                rest.removeFirst()
            } else if rest.isEmpty {
                return nil
            }
        }
        guard let gap else { return groups.count == 16 ? groups : nil }
        guard groups.count <= 14 else { return groups.count == 16 ? nil : nil }
        return Array(groups[..<gap]) + [UInt8](repeating: 0, count: 16 - groups.count) + Array(groups[gap...])
    }

    // MARK: Output

    /// As the type prints it: an address without a width that is all of it.
    package func text(isNetwork: Bool) -> String { isNetwork || bits != maxBits ? "\(host)/\(bits)" : host }

    /// The address alone.
    package var host: String {
        if isIPv4 { return bytes.map(String.init).joined(separator: ".") }
        let words = stride(from: 0, to: 16, by: 2).map { Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]) }
        var best = (start: -1, length: 1)
        var at = 0
        while at < 8 {
            let start = at
            while at < 8, words[at] == 0 { at += 1 }
            if at - start > best.length { best = (start, at - start) }
            at += 1
        }
        var text = ""
        at = 0
        while at < 8 {
            if at == best.start {
                text += at == 0 ? "::" : ":"
                at += best.length
                continue
            }
            // An IPv4 address within.
            if at == 6, best.start == 0, best.length == 6 || (best.length == 5 && words[5] == 0xFFFF) {
                return text + bytes[12...].map(String.init).joined(separator: ".")
            }
            text += String(words[at], radix: 16)
            at += 1
            if at < 8 { text += ":" }
        }
        // A gap at the end has its second colon still to come.
        if best.start > 0, best.start + best.length == 8 { text += text.hasSuffix("::") ? "" : ":" }
        return text
    }

    // MARK: Parts

    /// The address with nothing right of the mask.
    package var network: NetworkAddress { NetworkAddress(bytes: zip(bytes, mask).map { $0 & $1 }, bits: bits) }
    package var broadcast: NetworkAddress { NetworkAddress(bytes: zip(bytes, mask).map { $0 | ~$1 }, bits: bits) }
    package var netmask: NetworkAddress { NetworkAddress(bytes: mask, bits: maxBits) }
    package var hostmask: NetworkAddress { NetworkAddress(bytes: mask.map { ~$0 }, bits: maxBits) }

    private var mask: [UInt8] {
        (0..<bytes.count).map { index in
            let left = bits - index * 8
            return left >= 8 ? 255 : left <= 0 ? 0 : UInt8(truncatingIfNeeded: 0xFF00 >> left)
        }
    }

    /// -1, 0 or 1: IPv4 first, then by the network's bits, its width, and the rest.
    package static func compare(_ a: NetworkAddress, _ b: NetworkAddress) -> Int {
        if a.bytes.count != b.bytes.count { return a.bytes.count < b.bytes.count ? -1 : 1 }
        let common = min(a.bits, b.bits)
        let order = compare(a.bytes, b.bytes, bits: common)
        if order != 0 { return order }
        if a.bits != b.bits { return a.bits < b.bits ? -1 : 1 }
        return compare(a.bytes, b.bytes, bits: a.maxBits)
    }

    static func compare(_ a: [UInt8], _ b: [UInt8], bits: Int) -> Int {
        for (index, (x, y)) in zip(a, b).enumerated() {
            let left = bits - index * 8
            if left <= 0 { return 0 }
            let mask: UInt8 = left >= 8 ? 255 : UInt8(truncatingIfNeeded: 0xFF00 >> left)
            if x & mask != y & mask { return x & mask < y & mask ? -1 : 1 }
        }
        return 0
    }

    /// Whether `other` lies in this network, which is at most as narrow.
    package func contains(_ other: NetworkAddress, orEquals: Bool) -> Bool {
        guard bytes.count == other.bytes.count, orEquals ? bits <= other.bits : bits < other.bits else { return false }
        return Self.compare(bytes, other.bytes, bits: bits) == 0
    }

    package func overlaps(_ other: NetworkAddress) -> Bool {
        bytes.count == other.bytes.count && Self.compare(bytes, other.bytes, bits: min(bits, other.bits)) == 0
    }
}
