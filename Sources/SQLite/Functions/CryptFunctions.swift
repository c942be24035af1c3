import CCrypt
import CSQLite
import Crypto
import CryptoExtras
import OffstageSchema

/// The extension pgcrypto, as far as it is built in: digests, passwords, random bytes and AES. Source: PostgreSQL 15, appendix F.28.
extension EngineFunction {
    static let cryptography: [EngineFunction] = [
        // pg_digest(data, algorithm), pg_hmac(data, key, algorithm)
        EngineFunction("pg_digest", 2, pure) {
            strict($0, $1, $2) { $0.give(blob: try Digests.digest(Array($0.blob(0)), $0.text(1))) }
        },
        EngineFunction("pg_hmac", 3, pure) {
            strict($0, $1, $2) { $0.give(blob: try Digests.authentication(Array($0.blob(0)), key: Array($0.blob(1)), $0.text(2))) }
        },
        EngineFunction("pg_crypt", 2, pure) { strict($0, $1, $2) { $0.give(try PasswordHash.crypt($0.text(0), salt: $0.text(1))) } },
        EngineFunction("pg_gen_salt", 1) { strict($0, $1, $2) { $0.give(try PasswordHash.salt($0.text(0), rounds: nil)) } },
        EngineFunction("pg_gen_salt", 2) {
            strict($0, $1, $2) { $0.give(try PasswordHash.salt($0.text(0), rounds: $0.small(1))) }
        },
        EngineFunction("pg_random_bytes", 1) {
            strict($0, $1, $2) { call in
                guard (1...1024).contains(call.integer(0)) else { throw SQLError("39000", "Length not in range") }
                call.give(blob: PasswordHash.random(call.small(0)))
            }
        },
        // pg_cipher(data, key, initial vector, kind, encrypting)
        EngineFunction("pg_cipher", 5, pure) { strict($0, $1, $2) { try cipher($0) } },
    ]

    private static func cipher(_ call: FunctionCall) throws(SQLError) {
        let isEncrypting = call.boolean(4)
        let name = call.text(3)
        let words = name.lowercased().split(separator: "/").map(String.init)
        let algorithm = words.first ?? ""
        guard ["aes", "aes-cbc", "rijndael", "rijndael-cbc"].contains(algorithm) else {
            if ["bf", "bf-cbc", "bf-ecb", "aes-ecb", "des", "3des", "cast5", "blowfish"].contains(algorithm) {
                throw SQLError(
                    "0A000", "cipher \"\(name)\" is not supported on the embedded engine", hint: "Use \"aes\", which is AES in CBC mode.")
            }
            throw SQLError("22023", "Cannot use \"\(name.loweredASCII)\": No such cipher algorithm")
        }
        let isPadded: Bool
        switch words.dropFirst().first {
        case nil, "pad:pkcs": isPadded = true
        case "pad:none": isPadded = false
        default: throw SQLError("22023", "Cannot use \"\(name)\": Unknown option")
        }
        var key = Array(call.blob(1))
        guard key.count <= 32 else {
            throw SQLError("39000", "\(isEncrypting ? "encrypt" : "decrypt") error: Key was too big")
        }
        key += [UInt8](repeating: 0, count: (key.count <= 16 ? 16 : key.count <= 24 ? 24 : 32) - key.count)
        var vector = Array(call.blob(2).prefix(16))
        vector += [UInt8](repeating: 0, count: 16 - vector.count)
        let data = Array(call.blob(0))
        let failed = SQLError("39000", isEncrypting ? "encrypt error: Encryption failed" : "decrypt error: Decryption failed")
        if !isPadded || !isEncrypting, data.count % 16 != 0 {
            throw isEncrypting ? SQLError("39000", "encrypt error: Data not a multiple of block size") : failed
        }
        do {
            let initial = try AES._CBC.IV(ivBytes: vector)
            let secret = SymmetricKey(data: key)
            let result =
                isEncrypting
                ? try AES._CBC.encrypt(data, using: secret, iv: initial, noPadding: !isPadded)
                : try AES._CBC.decrypt(data, using: secret, iv: initial, noPadding: !isPadded)
            call.give(blob: Array(result))
        } catch {
            throw failed
        }
    }
}

extension String {
    /// As PostgreSQL folds the names of algorithms.
    fileprivate var loweredASCII: String {
        String(decoding: utf8.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
}

/// Digests by name, as `digest` and `hmac` know them.
private enum Digests {
    static func digest(_ data: [UInt8], _ name: String) throws(SQLError) -> [UInt8] {
        switch name.lowercased() {
        case "md5": Array(Insecure.MD5.hash(data: data))
        case "sha1": Array(Insecure.SHA1.hash(data: data))
        case "sha224": data.withUnsafeBytes { SHA224.hash($0) }
        case "sha256": Array(SHA256.hash(data: data))
        case "sha384": Array(SHA384.hash(data: data))
        case "sha512": Array(SHA512.hash(data: data))
        default: throw SQLError("22023", "Cannot use \"\(name.loweredASCII)\": No such hash algorithm")
        }
    }

    /// HMAC: RFC 2104.
    static func authentication(_ data: [UInt8], key: [UInt8], _ name: String) throws(SQLError) -> [UInt8] {
        let block = ["sha384", "sha512"].contains(name.lowercased()) ? 128 : 64
        var key = key.count > block ? try digest(key, name) : key
        key += [UInt8](repeating: 0, count: block - key.count)
        let inner = try digest(key.map { $0 ^ 0x36 } + data, name)
        return try digest(key.map { $0 ^ 0x5C } + inner, name)
    }
}

/// `crypt` and `gen_salt`.
private enum PasswordHash {
    /// Higher costs would keep a connection busy for a minute and more.
    private static let highestCost = 14
    private static let highestRounds = 1_000_000

    static func crypt(_ password: String, salt: String) throws(SQLError) -> String {
        let invalid = SQLError("22023", "invalid salt")
        let letters = Array(salt.utf8)
        guard letters.count >= 2 else { throw invalid }
        if salt.hasPrefix("$2a$") || salt.hasPrefix("$2x$") {
            let cost = salt.dropFirst(4).prefix(2)
            guard let cost = Int(cost), cost >= 4, cost <= 31 else { throw invalid }
            guard cost <= highestCost else {
                throw SQLError(
                    "54000", "a bcrypt cost above \(highestCost) is not supported on the embedded engine", hint: "Use a lower cost.")
            }
        } else if letters[0] == UInt8(ascii: "_") {
            let rounds = letters.dropFirst().prefix(4).reversed().reduce(0) { $0 << 6 | (place(of: $1) ?? 0) }
            guard letters.count >= 9 else { throw invalid }
            guard rounds <= highestRounds else {
                throw SQLError(
                    "54000", "more than \(highestRounds) rounds are not supported on the embedded engine", hint: "Use fewer rounds.")
            }
        }
        var result = [CChar](repeating: 0, count: 512)
        // C's strings end at a zero, which no text here holds.
        guard offstage_crypt(password, salt, &result, 512) == 1 else { throw invalid }
        return String(decoding: result.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    static func salt(_ kind: String, rounds: Int?) throws(SQLError) -> String {
        let wrongRounds = SQLError("22023", "gen_salt: Incorrect number of rounds")
        switch kind.lowercased() {
        case "bf":
            let cost = rounds == 0 ? 6 : rounds ?? 6
            guard (4...31).contains(cost) else { throw wrongRounds }
            guard cost <= highestCost else {
                throw SQLError(
                    "54000", "a bcrypt cost above \(highestCost) is not supported on the embedded engine", hint: "Use a lower cost.")
            }
            return "$2a$" + (cost < 10 ? "0" : "") + "\(cost)$" + blowfish(random(16))
        case "md5":
            guard rounds == nil || rounds == 0 || rounds == 1000 else { throw wrongRounds }
            return "$1$" + traditional(random(6), bits: 48)
        case "xdes":
            let count = rounds == nil || rounds == 0 ? 29 * 25 : rounds ?? 0
            guard count >= 1, count <= 0xFF_FFFF, count % 2 == 1 else { throw wrongRounds }
            guard count <= highestRounds else {
                throw SQLError(
                    "54000", "more than \(highestRounds) rounds are not supported on the embedded engine", hint: "Use fewer rounds.")
            }
            return "_" + letters(count, 4) + traditional(random(3), bits: 24)
        case "des":
            guard rounds == nil || rounds == 0 || rounds == 25 else { throw wrongRounds }
            return String(traditional(random(3), bits: 24).prefix(2))
        default: throw SQLError("22023", "gen_salt: Unknown salt algorithm")
        }
    }

    static func random(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    private static let alphabet = Array("./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    private static func place(of letter: UInt8) -> Int? { alphabet.firstIndex(of: letter) }

    private static func letters(_ value: Int, _ count: Int) -> String {
        String(decoding: (0..<count).map { alphabet[value >> ($0 * 6) & 63] }, as: UTF8.self)
    }

    private static func traditional(_ bytes: [UInt8], bits: Int) -> String {
        let value = bytes.enumerated().reduce(0) { $0 | Int($1.element) << ($1.offset * 8) }
        return letters(value, bits / 6)
    }

    /// Bcrypt's own base 64: 16 bytes become 22 letters.
    private static func blowfish(_ bytes: [UInt8]) -> String {
        let alphabet = Array("./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
        var result: [UInt8] = []
        var buffer = 0
        var bits = 0
        for byte in bytes {
            buffer = buffer << 8 | Int(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                result.append(alphabet[buffer >> bits & 63])
            }
            buffer &= 63
        }
        if bits > 0 { result.append(alphabet[buffer << (6 - bits) & 63]) }
        return String(decoding: result, as: UTF8.self)
    }
}
