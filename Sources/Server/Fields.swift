/// Header fields in order, names as they are written. A plain list: an answer has ten, and a request's are looked through once.
package struct Fields: Sendable, ExpressibleByArrayLiteral {
    package private(set) var pairs: [(String, String)] = []

    package init() {}
    package init(arrayLiteral pairs: (String, String)...) { self.pairs = pairs }
    package init(pairs: [(String, String)]) { self.pairs = pairs }

    package mutating func reserve(_ count: Int) { pairs.reserveCapacity(count) }

    package mutating func add(_ name: String, _ value: String) { pairs.append((name, value)) }

    package mutating func add(_ name: String, _ value: String?) {
        if let value { pairs.append((name, value)) }
    }

    /// In place of all of this name, in any case.
    package mutating func set(_ name: String, _ value: String) {
        pairs.removeAll { $0.0.isSame(as: name) }
        pairs.append((name, value))
    }

    /// The first of this name, in any case.
    package subscript(name: String) -> String? {
        pairs.first { $0.0.isSame(as: name) }?.1
    }

    package func all(_ name: String) -> [String] {
        pairs.filter { $0.0.isSame(as: name) }.map(\.1)
    }
}

extension String {
    /// Equal but for the case of ASCII letters.
    func isSame(as other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        return utf8.withContiguousStorageIfAvailable { own in
            other.utf8.withContiguousStorageIfAvailable { Self.areSame(own, $0) }
        }.flatMap { $0 }
            ?? Array(utf8).withUnsafeBufferPointer { own in Array(other.utf8).withUnsafeBufferPointer { Self.areSame(own, $0) } }
    }

    /// From the end, where names of one length differ most: `X-Header-1`, `X-Header-2`.
    private static func areSame(_ one: UnsafeBufferPointer<UInt8>, _ other: UnsafeBufferPointer<UInt8>) -> Bool {
        var index = one.count < other.count ? one.count : other.count
        while index > 0 {
            index &-= 1
            let (a, b) = (one[index], other[index])
            guard a == b || (a ^ b == 0x20 && (a | 0x20) >= 0x61 && (a | 0x20) <= 0x7A) else { return false }
        }
        return true
    }

    var asciiLowercased: String {
        utf8.contains { $0 >= 0x41 && $0 <= 0x5A }
            ? String(decoding: utf8.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }, as: UTF8.self) : self
    }

    /// A field's name (RFC 9110 section 5.6.2: a token).
    var isToken: Bool {
        !isEmpty
            && utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }
}
