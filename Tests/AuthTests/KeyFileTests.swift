import Foundation
import Testing

@testable import OffstageAuth

@Suite struct KeyFileTests {
    /// A directory of its own for one test, gone after it.
    final class Folder {
        let path: String
        var keys: String { path + "/data/keys.json" }
        var data: String { path + "/data" }

        init() throws {
            path = FileManager.default.temporaryDirectory.appendingPathComponent("keys-\(UUID().uuidString)").path
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        func mode(_ path: String) throws -> Int {
            try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
        }

        func setMode(_ mode: Int, _ path: String) throws {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        }

        var text: String {
            get throws { try String(contentsOfFile: keys, encoding: .utf8) }
        }

        func write(_ text: String) throws {
            try Data(text.utf8).write(to: URL(fileURLWithPath: keys))
            try setMode(0o600, keys)
        }
    }

    @Test func `the first start makes a closed file in a closed directory`() throws {
        let folder = try Folder()
        let ring = try KeyRing(directory: folder.data)
        #expect(try folder.mode(folder.keys) == 0o600)
        #expect(try folder.mode(folder.data) == 0o700)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.data) == ["keys.json"])
        #expect(ring.unveiled.map(\.key.kind) == [.publishable, .secret])
        #expect(try ring.caller(apikey: ring.unveiled[1].text, bearer: nil).role == "service_role")
    }

    @Test func `a restart has the same keys, and secrets that are not shown twice`() throws {
        let folder = try Folder()
        let first = try KeyRing(directory: folder.data)
        let token = try first.set.sign(claims: [("role", #""authenticated""#)], expiresIn: 3600)
        let second = try KeyRing(directory: folder.data)
        #expect(second.anonKey == first.anonKey)
        #expect(second.serviceRoleKey == first.serviceRoleKey)
        #expect(second.generation == first.generation)
        #expect(second.unveiled.isEmpty)
        #expect(try second.verified(token).role == "authenticated")
        #expect(try second.verified(first.unveiled[0].text).role == "anon")
        for key in first.unveiled { #expect(try !folder.text.contains(key.text)) }
    }

    @Test func `changes survive a restart`() throws {
        let folder = try Folder()
        let first = try KeyRing(directory: folder.data)
        let secret = first.unveiled[1]
        let token = try first.set.sign(claims: [], expiresIn: 3600)
        try first.change { (keys) throws(KeyRingError) in
            try keys.rotate(.session, algorithm: .es256)
            try keys.revoke(secret.key.id)
            keys.revokeToken(jti: "gone")
        }
        let second = try KeyRing(directory: folder.data)
        #expect(second.generation == first.generation && second.generation == 2)
        #expect(second.set.current(.session)?.algorithm == .es256)
        #expect(try second.verified(token).role == "anon")
        #expect(throws: KeyError.invalidKey) { try second.verified(secret.text) }
        #expect(second.set.revokedTokens == ["gone"])
        let signed = try first.set.sign(claims: [], expiresIn: 3600)
        #expect(try second.verified(signed).role == "anon")
    }

    @Test func `the time of last use is written when asked, and is no change of the keys`() throws {
        let folder = try Folder()
        let first = try KeyRing(directory: folder.data)
        let untouched = try folder.text
        try first.saveUses()
        #expect(try folder.text == untouched)
        _ = try first.verified(first.unveiled[0].text, now: 2_000_000_000)
        try first.saveUses()
        let second = try KeyRing(directory: folder.data)
        #expect(second.set.opaque.map(\.lastUsed) == [2_000_000_000, nil])
        #expect(second.generation == first.generation)
        #expect(first.set.opaque.map(\.lastUsed) == [2_000_000_000, nil])
    }

    @Test func `imported keys are not written`() throws {
        let folder = try Folder()
        let secret = "a shared secret from somebody's settings"
        let ring = try KeyRing(directory: folder.data, imported: [.imported(secret: secret, kid: "theirs")])
        try ring.change { (keys) throws(KeyRingError) in keys.revokeToken(jti: "x") }
        #expect(try !folder.text.contains("theirs"))
        #expect(try KeyRing(directory: folder.data).set.signing.count == 2)
    }

    @Test(arguments: [0o640, 0o604, 0o620, 0o644, 0o666, 0o601]) func `a file open to others refuses to load`(mode: Int) throws {
        let folder = try Folder()
        _ = try KeyRing(directory: folder.data)
        try folder.setMode(mode, folder.keys)
        let error = KeyRingError.exposed(path: folder.keys, mode: UInt32(mode), wanted: 0o600)
        #expect(throws: error) { try KeyRing(directory: folder.data) }
        #expect(error.message.contains(String(mode, radix: 8)))
        #expect(error.hint.hasPrefix("chmod 600 \(folder.keys)"))
        try folder.setMode(0o400, folder.keys)
        #expect(throws: Never.self) { try KeyRing(directory: folder.data) }
    }

    @Test(arguments: [0o750, 0o705, 0o755, 0o777, 0o710]) func `a directory open to others refuses to load, and to begin`(mode: Int) throws
    {
        let folder = try Folder()
        _ = try KeyRing(directory: folder.data)
        try folder.setMode(mode, folder.data)
        let error = KeyRingError.exposed(path: folder.data, mode: UInt32(mode), wanted: 0o700)
        #expect(throws: error) { try KeyRing(directory: folder.data) }
        try FileManager.default.removeItem(atPath: folder.keys)
        #expect(throws: error) { try KeyRing(directory: folder.data) }
        #expect(!FileManager.default.fileExists(atPath: folder.keys))
    }

    @Test func `a link in the file's place is refused`() throws {
        let folder = try Folder()
        _ = try KeyRing(directory: folder.data)
        try FileManager.default.moveItem(atPath: folder.keys, toPath: folder.path + "/elsewhere.json")
        try FileManager.default.createSymbolicLink(atPath: folder.keys, withDestinationPath: folder.path + "/elsewhere.json")
        #expect(throws: KeyRingError.self) { try KeyRing(directory: folder.data) }
    }

    @Test func `a file cut short anywhere is refused and left as it is`() throws {
        let folder = try Folder()
        _ = try KeyRing(directory: folder.data)
        let whole = Array(try folder.text.utf8)
        let end = try #require(whole.lastIndex(of: UInt8(ascii: "}")))
        for length in stride(from: 0, through: end, by: 37) {
            let cut = String(decoding: whole[..<length], as: UTF8.self)
            try folder.write(cut)
            #expect {
                try KeyRing(directory: folder.data)
            } throws: { error in
                guard case KeyRingError.corrupt = error else { return false }
                return true
            }
            #expect(try folder.text == cut)
        }
    }

    @Test func `a newer format is refused by name`() throws {
        let folder = try Folder()
        _ = try KeyRing(directory: folder.data)
        try folder.write(#"{"format":2,"future":true}"#)
        #expect(throws: KeyRingError.newerFormat(path: folder.keys, format: 2)) { try KeyRing(directory: folder.data) }
        try folder.write(#"{"format":0}"#)
        #expect(throws: KeyRingError.corrupt(path: folder.keys, reason: "unknown format 0")) { try KeyRing(directory: folder.data) }
    }

    /// Files that are JSON and not a key ring.
    static let damage: [(String, @Sendable (inout KeyFile) -> Void)] = [
        ("a short secret", { $0.signing[0].secret = "c2hvcnQ" }),
        ("a secret that is not base64url", { $0.signing[0].secret = "===" }),
        (
            "a P-256 key of zeros",
            {
                $0.signing[1].alg = .es256; $0.signing[1].secret = String(repeating: "A", count: 43)
            }
        ),
        ("an RS256 key", { $0.signing[1].alg = .rs256 }),
        ("two keys of one kid", { $0.signing[1].kid = $0.signing[0].kid }),
        ("no current key", { $0.signing[1].state = .verifyOnly }),
        (
            "two current keys",
            { $0.signing.append(.init(kid: "k", alg: .hs256, purpose: .api, state: .current, created: 0, secret: $0.signing[0].secret)) }
        ),
        ("no anon key", { $0.anonKey = "" }),
        ("a negative generation", { $0.generation = -1 }),
    ]

    @Test(arguments: damage.indices) func `a file that makes no sense is refused`(index: Int) throws {
        let folder = try Folder()
        _ = try KeyRing(directory: folder.data)
        var file = try KeyFile(KeyFile.keys(Array(folder.text.utf8), path: folder.keys))
        Self.damage[index].1(&file)
        try folder.write(String(decoding: file.text(), as: UTF8.self))
        #expect(throws: KeyRingError.self, "\(Self.damage[index].0)") { try KeyRing(directory: folder.data) }
    }

    @Test func `a change that cannot be written does not hold`() throws {
        let folder = try Folder()
        let ring = try KeyRing(directory: folder.data)
        let anon = ring.anonKey
        // The temporary file's name is taken by a directory: even root cannot write there.
        try FileManager.default.createDirectory(atPath: folder.keys + ".new", withIntermediateDirectories: false)
        #expect(throws: KeyRingError.self) { try ring.change { (keys) throws(KeyRingError) in try keys.revoke("anon") } }
        #expect(ring.anonKey == anon && ring.generation == 1)
        #expect(try ring.verified(anon).role == "anon")
        try FileManager.default.removeItem(atPath: folder.keys + ".new")
        try ring.change { (keys) throws(KeyRingError) in try keys.revoke("anon") }
        #expect(throws: KeyError.self) { try ring.verified(anon) }
    }

    @Test func `a leftover of a crash is written over`() throws {
        let folder = try Folder()
        let ring = try KeyRing(directory: folder.data)
        try Data("half".utf8).write(to: URL(fileURLWithPath: folder.keys + ".new"))
        try ring.change { (keys) throws(KeyRingError) in keys.revokeToken(jti: "x") }
        #expect(try KeyRing(directory: folder.data).generation == 2)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.data) == ["keys.json"])
    }

    @Test func `eight threads verifying and one changing never see a half-made ring`() async throws {
        let ring = KeyRing(try KeySet.new(now: Forge.now))
        let token = try ring.set.sign(claims: [("role", #""authenticated""#)], expiresIn: 3600, now: Forge.now)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<300 {
                        let who = try ring.verified(token, now: Forge.now)
                        #expect(who.role == "authenticated")
                    }
                }
            }
            group.addTask {
                for _ in 0..<50 { try ring.change { (keys) throws(KeyRingError) in try keys.rotate(.session, now: Forge.now) } }
            }
            try await group.waitForAll()
        }
        #expect(ring.generation == 51)
    }
}
