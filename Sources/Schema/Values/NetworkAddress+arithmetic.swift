/// Arithmetic of addresses. Source: PostgreSQL 15, table 9.39.
extension NetworkAddress {
    package func combined(_ other: NetworkAddress, _ what: String, _ operation: (UInt8, UInt8) -> UInt8) throws(SQLError) -> NetworkAddress
    {
        guard bytes.count == other.bytes.count else {
            throw SQLError("22023", "cannot \(what) inet values of different sizes")
        }
        return NetworkAddress(bytes: zip(bytes, other.bytes).map(operation), bits: max(bits, other.bits))
    }

    package var inverted: NetworkAddress { NetworkAddress(bytes: bytes.map { ~$0 }, bits: bits) }

    /// Throws 22003 beyond the addresses there are.
    package func adding(_ number: Int64) throws(SQLError) -> NetworkAddress {
        var result = bytes
        var rest = number
        var carry = 0
        for index in result.indices.reversed() {
            carry += Int(result[index]) + Int(rest & 255)
            result[index] = UInt8(carry & 255)
            carry >>= 8
            // Keeps the sign, so that a negative number has ones all the way up.
            rest >>= 8
        }
        let fits = rest == 0 ? carry == 0 : rest == -1 && carry == 1
        guard fits else { throw SQLError("22003", "result is out of range") }
        return NetworkAddress(bytes: result, bits: bits)
    }

    /// Throws 22023 for two families, 22003 beyond 64 bits.
    package func difference(_ other: NetworkAddress) throws(SQLError) -> Int64 {
        guard bytes.count == other.bytes.count else {
            throw SQLError("22023", "cannot subtract inet values of different sizes")
        }
        var words: [UInt8] = []
        var borrow = 0
        for (x, y) in zip(bytes, other.bytes).reversed() {
            let value = Int(x) - Int(y) - borrow
            borrow = value < 0 ? 1 : 0
            words.append(UInt8(truncatingIfNeeded: value))
        }
        let sign: UInt8 = borrow == 1 ? 255 : 0
        while words.count < 9 { words.append(sign) }
        var result: Int64 = 0
        for byte in words[..<8].reversed() { result = result << 8 | Int64(byte) }
        guard words[8...].allSatisfy({ $0 == sign }), (result < 0) == (borrow == 1) else {
            throw SQLError("22003", "result is out of range")
        }
        return result
    }

    /// The smallest network that holds both. Throws 22023 for two families.
    package func merged(with other: NetworkAddress) throws(SQLError) -> NetworkAddress {
        guard bytes.count == other.bytes.count else { throw SQLError("22023", "cannot merge addresses from different families") }
        var common = 0
        let limit = min(bits, other.bits)
        while common < limit, Self.compare(bytes, other.bytes, bits: common + 1) == 0 { common += 1 }
        return NetworkAddress(bytes: bytes, bits: common).network
    }

    /// `abbrev`: a network without the octets that are zero anyway.
    package func abbreviated(isNetwork: Bool) -> String {
        guard isNetwork else { return text(isNetwork: false) }
        if isIPv4 {
            let shown = max((bits + 7) / 8, 1)
            return bytes[..<min(shown, 4)].map(String.init).joined(separator: ".") + "/\(bits)"
        }
        return text(isNetwork: true)
    }
}
