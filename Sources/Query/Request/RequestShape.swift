/// A request with its values taken out: the key under which what was planned for it is kept.
///
/// Equal shapes mean equal requests but for their values. (Equal requests may still have different shapes, when they were written
/// differently; then they are planned twice and that is all.) The hash is seeded per process, so callers cannot choose collisions.
package struct RequestShape: Hashable, Sendable {
    /// Method, path, headers and parameters, each with its length, values replaced by marks.
    let bytes: [UInt8]
    package let hash: Int

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var hasher = Hasher()
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
        hash = hasher.finalize()
    }

    init(verbatim texts: [String]) {
        var key = ShapeWriter()
        key.mark(.verbatim)
        for text in texts { key.text(text) }
        self.init(key.bytes)
    }

    /// What keeping this key costs.
    package var byteCount: Int { bytes.count }

    package static func == (a: RequestShape, b: RequestShape) -> Bool {
        a.hash == b.hash && a.bytes == b.bytes
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(hash)
    }
}

/// A shape and the values that were in it, read without building the tree.
package struct ScannedRequest: Sendable {
    package let shape: RequestShape
    package let values: [RequestValue]
}

/// Writes shape bytes. Every piece has a mark or a length before it, so that different pieces never give the same bytes.
struct ShapeWriter {
    enum Mark: UInt8 {
        case verbatim = 1
        case accept, profile, prefer, contentType
        /// A parameter with no values in it.
        case parameter
        /// A filter `name=op.` with its value cut out.
        case filter
        /// A parameter with values cut out of its middle.
        case pieces
        case value, list, end
        case argument
        case window
        case rootWindow
        case cursor
    }

    var bytes: [UInt8] = []

    mutating func mark(_ mark: Mark) {
        bytes.append(mark.rawValue)
    }

    mutating func text(_ text: String) {
        var text = text
        text.withUTF8 { piece($0) }
    }

    mutating func piece(_ piece: some Collection<UInt8>) {
        var count = UInt64(piece.count)
        while count >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: count) | 0x80)
            count >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: count))
        bytes.append(contentsOf: piece)
    }

    /// The text a grammar rule read, without the values it met.
    mutating func pieces(_ reader: GrammarReader) {
        var start = 0
        for (range, value) in zip(reader.valueRanges, reader.values) {
            piece(reader.bytes[start..<range.lowerBound])
            if case .list = value { mark(.list) } else { mark(.value) }
            start = range.upperBound
        }
        piece(reader.bytes[start...])
        mark(.end)
    }
}
