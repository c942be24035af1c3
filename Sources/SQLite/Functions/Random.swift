import CSQLite

/// What is new each time it is asked for.
extension EngineFunction {
    static let random: [EngineFunction] = [
        EngineFunction("pg_uuid", 0) {
            run($0, $1, $2) { call in
                var bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max) }
                // Version 4, variant 10: RFC 4122.
                bytes[6] = bytes[6] & 0x0F | 0x40
                bytes[8] = bytes[8] & 0x3F | 0x80
                var text: [UInt8] = []
                text.reserveCapacity(36)
                let digits = Array("0123456789abcdef".utf8)
                for (index, byte) in bytes.enumerated() {
                    if index == 4 || index == 6 || index == 8 || index == 10 { text.append(UInt8(ascii: "-")) }
                    text.append(digits[Int(byte >> 4)])
                    text.append(digits[Int(byte & 15)])
                }
                text.withUnsafeBufferPointer { call.give($0) }
            }
        },
        // The time now, which moves on while a statement runs.
        EngineFunction("pg_clock", 0) { run($0, $1, $2) { $0.give(currentMicroseconds()) } },
        EngineFunction("pg_random", 0) {
            run($0, $1, $2) { $0.give(session(of: $0.context)?.random?.next() ?? Double.random(in: 0..<1)) }
        },
    ]
}
