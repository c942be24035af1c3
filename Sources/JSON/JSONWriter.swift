/// Bytes of JSON, appended in one pass. The hottest code of a read, so it owns its memory and checks room once per piece.
///
/// It writes what it is told and keeps no account of commas or nesting.
///
/// ```swift
/// var writer = JSONWriter()
/// writer.raw("{\"id\":")
/// writer.integer(7)
/// writer.byte(UInt8(ascii: "}"))
/// writer.text      // {"id":7}
/// ```
package struct JSONWriter: ~Copyable {
    private var base: UnsafeMutablePointer<UInt8>
    package private(set) var count = 0
    private var capacity: Int

    package init(capacity: Int = 1024) {
        self.capacity = max(capacity, 64)
        base = .allocate(capacity: self.capacity)
    }

    deinit { base.deallocate() }

    /// A copy of what was written.
    package var bytes: [UInt8] { Array(UnsafeBufferPointer(start: base, count: count)) }

    package var text: String { String(decoding: UnsafeBufferPointer(start: base, count: count), as: UTF8.self) }

    /// What was written, borrowed for the call.
    package func withBytes<Value, Failure: Error>(
        _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try body(UnsafeBufferPointer(start: base, count: count))
    }

    /// Forgets everything behind the first `count` bytes and keeps the room.
    package mutating func truncate(to count: Int) {
        precondition(count >= 0 && count <= self.count)
        self.count = count
    }

    /// Makes spaces of the line ends behind the first `start` bytes: of JSON, what is left means the same.
    package mutating func replaceLineEnds(from start: Int) {
        precondition(start >= 0 && start <= count)
        for index in start..<count where base[index] == 0x0A || base[index] == 0x0D { base[index] = 0x20 }
    }

    /// Makes capitals of ASCII small behind the first `start` bytes. What an escape is written with is small already.
    package mutating func lowercase(from start: Int) {
        precondition(start >= 0 && start <= count)
        for index in start..<count where base[index] >= 0x41 && base[index] <= 0x5A { base[index] |= 0x20 }
    }

    /// Takes away the blanks at both ends of what stands behind the first `start` bytes.
    package mutating func trimBlanks(from start: Int) {
        precondition(start >= 0 && start <= count)
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }
        while count > start, isBlank(base[count - 1]) { count -= 1 }
        var first = start
        while first < count, isBlank(base[first]) { first += 1 }
        guard first > start else { return }
        (base + start).update(from: base + first, count: count - first)
        count -= first - start
    }

    // MARK: Raw bytes

    @inline(__always)
    package mutating func byte(_ byte: UInt8) {
        reserve(1)
        base[count] = byte
        count += 1
    }

    package mutating func raw(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let start = bytes.baseAddress, bytes.count > 0 else { return }
        reserve(bytes.count)
        (base + count).update(from: start, count: bytes.count)
        count += bytes.count
    }

    package mutating func raw(_ text: StaticString) {
        raw(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    package mutating func raw(_ bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { raw($0) }
    }

    package mutating func raw(text: String) {
        var text = text
        text.withUTF8 { raw($0) }
    }

    /// Room for `limit` bytes, of which `body` fills and returns a number.
    @inline(__always)
    package mutating func fill(upTo limit: Int, _ body: (UnsafeMutablePointer<UInt8>) -> Int) {
        reserve(limit)
        let written = body(base + count)
        precondition(written >= 0 && written <= limit)
        count += written
    }

    @inline(__always)
    package mutating func reserve(_ more: Int) {
        if capacity - count < more { grow(more) }
    }

    @inline(never)
    private mutating func grow(_ more: Int) {
        let wanted = max(capacity * 2, count + more)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: wanted)
        larger.update(from: base, count: count)
        base.deallocate()
        base = larger
        capacity = wanted
    }

    // MARK: Values

    package mutating func null() { raw("null") }

    package mutating func boolean(_ value: Bool) {
        if value { raw("true") } else { raw("false") }
    }

    /// A JSON string of UTF-8 bytes, with its quotes. Escapes what RFC 8259 asks for and nothing else, as PostgreSQL does.
    package mutating func string(_ utf8: UnsafeBufferPointer<UInt8>) {
        byte(UInt8(ascii: "\""))
        escaped(utf8)
        byte(UInt8(ascii: "\""))
    }

    package mutating func string(_ text: String) {
        var text = text
        text.withUTF8 { string($0) }
    }

    package mutating func escaped(_ text: String) {
        var text = text
        text.withUTF8 { escaped($0) }
    }

    /// The inside of a JSON string.
    package mutating func escaped(_ utf8: UnsafeBufferPointer<UInt8>) {
        guard let source = utf8.baseAddress else { return }
        var at = 0
        while true {
            // Copies eight bytes at a time until one of them needs an escape.
            reserve(utf8.count - at + 8)
            let target = UnsafeMutableRawPointer(base + count)
            let from = UnsafeRawPointer(source + at)
            let length = utf8.count - at
            var done = 0
            while done &+ 8 <= length {
                let word = from.loadUnaligned(fromByteOffset: done, as: UInt64.self)
                target.storeBytes(of: word, toByteOffset: done, as: UInt64.self)
                if Self.needsEscape(word) { break }
                done &+= 8
            }
            let bytes = target.assumingMemoryBound(to: UInt8.self)
            while done < length, !Self.needsEscape(source[at &+ done]) {
                bytes[done] = source[at &+ done]
                done &+= 1
            }
            count += done
            at += done
            guard at < utf8.count else { return }
            escape(source[at])
            at += 1
        }
    }

    @inline(__always)
    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    /// Whether any of eight bytes needs an escape. Each line sets a byte's top bit where its condition holds; the first hit is
    /// exact, later ones may be false, which does not matter here.
    @inline(__always)
    private static func needsEscape(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quotes = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
        let slashes = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
        let found =
            ((word &- ones &* 0x20) & ~word) | ((quotes &- ones) & ~quotes) | ((slashes &- ones) & ~slashes)
        return found & (ones &* 0x80) != 0
    }

    private mutating func escape(_ character: UInt8) {
        switch character {
        case UInt8(ascii: "\""): raw("\\\"")
        case UInt8(ascii: "\\"): raw("\\\\")
        case 0x08: raw("\\b")
        case 0x09: raw("\\t")
        case 0x0A: raw("\\n")
        case 0x0C: raw("\\f")
        case 0x0D: raw("\\r")
        default:
            raw("\\u00")
            byte(UInt8(ascii: "0") + character >> 4)
            let low = character & 0x0F
            byte(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
        }
    }

    /// Compact JSON.
    package mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .boolean(let flag): boolean(flag)
        case .number(let text): raw(text: text)
        case .string(let text): string(text)
        case .array(let elements):
            byte(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { byte(UInt8(ascii: ",")) }
                self.value(element)
            }
            byte(UInt8(ascii: "]"))
        case .object(let members):
            byte(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { byte(UInt8(ascii: ",")) }
                string(member.name)
                byte(UInt8(ascii: ":"))
                self.value(member.value)
            }
            byte(UInt8(ascii: "}"))
        }
    }
}

// The memory has one owner, which moves with the value.
extension JSONWriter: @unchecked Sendable {}
