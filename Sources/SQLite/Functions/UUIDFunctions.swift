import CSQLite
import Crypto
import OffstageSchema

/// The extension uuid-ossp: names in a space, by MD5 or SHA-1. Source: RFC 4122, PostgreSQL 15, appendix F.49.
extension EngineFunction {
    static let uuids: [EngineFunction] = [
        // pg_uuid_named(namespace, name, version)
        EngineFunction("pg_uuid_named", 3, pure) {
            strict($0, $1, $2) { call in
                let digits = Array(call.text(0).utf8.filter { $0 != UInt8(ascii: "-") })
                var data: [UInt8] = stride(from: 0, to: digits.count - 1, by: 2).map { index in
                    UInt8(String(decoding: digits[index...(index + 1)], as: UTF8.self), radix: 16) ?? 0
                }
                data += Array(call.bytes(1))
                let version = UInt8(call.integer(2) == 3 ? 3 : 5)
                var bytes = version == 3 ? Array(Insecure.MD5.hash(data: data)) : Array(Insecure.SHA1.hash(data: data).prefix(16))
                bytes[6] = bytes[6] & 0x0F | version << 4
                bytes[8] = bytes[8] & 0x3F | 0x80
                var text = ""
                for (index, byte) in bytes.enumerated() {
                    if [4, 6, 8, 10].contains(index) { text += "-" }
                    text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
                }
                call.give(text)
            }
        }
    ]
}
