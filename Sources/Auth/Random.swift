#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

enum Random {
    /// `count` random bytes of the system's generator.
    static func bytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    /// 96 random bits to name a key or token by. Hexadecimal, so that it never looks like an option on a command line.
    static func name() -> String {
        bytes(12).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}

/// Seconds since 1970 by the system's clock.
package func unixTime() -> Int64 { Int64(time(nil)) }
