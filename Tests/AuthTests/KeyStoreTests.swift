import Synchronization
import Testing

@testable import OffstageAuth

/// Rings of several servers on one store, and the seal that keys are kept under in a database.
struct KeyStoreTests {
    @Test func `what is sealed is opened by the same secret alone`() throws {
        let (one, other) = (String(repeating: "a", count: 32), String(repeating: "b", count: 32))
        let seal = try KeySeal(master: one)
        let text = try seal.sealed([1, 2, 3])
        #expect(seal.opened(text)?.bytes == [1, 2, 3] && seal.opened(text)?.isCurrent == true)
        #expect(try seal.sealed([1, 2, 3]) != text)
        #expect(try KeySeal(master: other).opened(text) == nil)
        let turned = try KeySeal(master: other, previous: one)
        #expect(turned.opened(text)?.bytes == [1, 2, 3] && turned.opened(text)?.isCurrent == false)
        #expect(throws: KeyRingError.weakSecret(bytes: 31)) { try KeySeal(master: String(repeating: "a", count: 31)) }
    }

    @Test func `a seal that was changed anywhere is broken`() throws {
        let seal = try KeySeal(master: String(repeating: "a", count: 32))
        let text = try seal.sealed(Array("keys".utf8))
        for index in text.indices {
            var changed = text
            changed.replaceSubrange(index...index, with: text[index] == "A" ? "B" : "A")
            #expect(seal.opened(changed) == nil, "\(changed)")
        }
        for damaged in ["", ".", "....", text + ".", String(text.dropLast()), "x" + text] {
            #expect(seal.opened(damaged) == nil, "\(damaged)")
        }
    }

    @Test func `two servers that start at once have the same keys`() throws {
        let store = Shelf()
        let (first, second) = (KeyRing(in: store), KeyRing(in: store))
        #expect(throws: KeyError.self) { try first.verified("x.y.z", now: Forge.now) }
        try first.open(now: Forge.now)
        try second.open(now: Forge.now)
        #expect(first.anonKey == second.anonKey && !first.anonKey.isEmpty)
        #expect(first.unveiled.count == 2 && second.unveiled.isEmpty)
        #expect(try second.verified(first.anonKey, now: Forge.now).role == "anon")
    }

    @Test func `a change on one holds on the other once it reads again, and undoes none of the other's`() throws {
        let store = Shelf()
        let (first, second) = (KeyRing(in: store), KeyRing(in: store))
        try first.open(now: Forge.now)
        try second.open(now: Forge.now)
        let key = try first.change { (keys) throws(KeyRingError) in try keys.create(.secret, name: "billing", now: Forge.now) }
        #expect(throws: KeyError.self) { try second.verified(key.text, now: Forge.now) }
        // Not read again yet, and still on top of what the first did.
        try second.change { (keys) throws(KeyRingError) in keys.revokeToken(jti: "x") }
        #expect(try second.verified(key.text, now: Forge.now).role == "service_role")
        #expect(first.generation == 2 && second.generation == 3)
        try first.reload()
        #expect(first.generation == 3 && first.set.revokedTokens.contains("x"))
        try first.change { (keys) throws(KeyRingError) in try keys.revoke("billing", now: Forge.now) }
        #expect(try second.verified(key.text, now: Forge.now).role == "service_role")
        try second.reload()
        #expect(throws: KeyError.self) { try second.verified(key.text, now: Forge.now) }
    }

    @Test func `uses of two servers come together, the later of each`() throws {
        let store = Shelf()
        let first = KeyRing(in: store)
        try first.open(now: Forge.now)
        let key = try first.change { (keys) throws(KeyRingError) in try keys.create(.secret, name: "billing", now: Forge.now) }
        let second = KeyRing(in: store)
        try second.open(now: Forge.now)
        _ = try first.verified(key.text, now: Forge.now + 100)
        _ = try second.verified(key.text, now: Forge.now + 700)
        try second.saveUses()
        try first.saveUses()
        let third = KeyRing(in: store)
        try third.open(now: Forge.now)
        #expect(third.set.opaque.first { $0.name == "billing" }?.lastUsed == Forge.now + 700)
        #expect(third.generation == 2)
    }

    @Test func `keys of another store come along, once`() throws {
        let folder = Shelf()
        let old = KeyRing(in: folder)
        try old.open(now: Forge.now)
        let shared = Shelf()
        let ring = KeyRing(in: shared)
        try ring.open(adopting: folder, now: Forge.now)
        #expect(ring.anonKey == old.anonKey && ring.unveiled.isEmpty)
        try ring.change { (keys) throws(KeyRingError) in try keys.revoke("anon", now: Forge.now) }
        let again = KeyRing(in: shared)
        try again.open(adopting: folder, now: Forge.now)
        #expect(again.anonKey == ring.anonKey && again.anonKey != old.anonKey)
    }

    @Test func `a store that fails or is emptied changes nothing`() throws {
        let store = Shelf()
        let ring = KeyRing(in: store)
        try ring.open(now: Forge.now)
        let anon = ring.anonKey
        store.state.withLock { $0.fails = true }
        #expect(throws: KeyRingError.databaseFailed(reason: "test")) {
            try ring.change { (keys) throws(KeyRingError) in try keys.revoke("anon", now: Forge.now) }
        }
        #expect(throws: KeyRingError.databaseFailed(reason: "test")) { try ring.reload() }
        store.state.withLock { $0 = Shelf.State() }
        #expect(throws: KeyRingError.self) { try ring.reload() }
        #expect(try ring.anonKey == anon && ring.verified(anon, now: Forge.now).role == "anon")
    }
}

/// A store in memory.
private final class Shelf: KeyStore {
    struct State {
        var text: [UInt8]?
        var fails = false
    }

    let path = "shelf"
    let state = Mutex(State())

    func update(_ body: ([UInt8]?) throws(KeyRingError) -> [UInt8]?) throws(KeyRingError) {
        let (text, fails) = state.withLock { ($0.text, $0.fails) }
        if fails { throw .databaseFailed(reason: "test") }
        if let text = try body(text) { state.withLock { $0.text = text } }
    }
}
