/// What is refused before the parser sees any of it: everything but elements, text, comments and a declaration of UTF-8.
///
/// It keeps to the same rules as the parser up to the first fault, where the parser stops: so that no markup it has not seen gets there.
///
/// Source: Extensible Markup Language 1.0 (Fifth Edition), sections 2.4 to 2.8.
struct XMLGuard {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let limits: XMLLimits
    private var place = 0

    /// - Throws: other encodings, zero bytes, a DOCTYPE or another declaration, instructions, tags that are too long.
    static func check(_ bytes: UnsafeBufferPointer<UInt8>, _ limits: XMLLimits) throws(XMLError) {
        var guarding = Self(bytes: bytes, limits: limits)
        do throws(XMLProblem) {
            try guarding.document()
        } catch {
            throw XMLError(error, at: guarding.place, of: bytes)
        }
    }

    private init(bytes: UnsafeBufferPointer<UInt8>, limits: XMLLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    private mutating func document() throws(XMLProblem) {
        guard !bytes.isEmpty else { throw XMLProblem("The document is empty.") }
        try encoding()
        if has("\u{FEFF}") { place += 3 }
        try declaration()
        while let open = find("<") {
            place = open
            if has("<!--") {
                place += 4
                guard let end = find("-->") else { return }
                place = end + 3
            } else if has("<![CDATA[") {
                guard let end = find("]]>") else { return }
                place = end + 3
            } else if has("<!DOCTYPE") {
                throw XMLProblem("A DOCTYPE is refused.", hint: "Send the document without it; entities are not read.")
            } else if has("<!") {
                throw XMLProblem("Declarations are refused.", hint: "Send the document without them; entities are not read.")
            } else if has("<?") {
                throw XMLProblem("Processing instructions are refused.")
            } else {
                try tag()
            }
        }
    }

    private mutating func encoding() throws(XMLProblem) {
        if let zero = bytes.firstIndex(of: 0) {
            place = zero
            throw XMLProblem("The text has a zero byte.", hint: "Send it in UTF-8.")
        }
        guard String(validating: bytes, as: UTF8.self) == nil else { return }
        // Once more, now for the place.
        var decoder = UTF8()
        var rest = bytes.makeIterator()
        while case .scalarValue(let scalar) = decoder.decode(&rest) { place += UTF8.width(scalar) }
        throw XMLProblem("The text is not valid UTF-8.", hint: "Send it in UTF-8.")
    }

    /// `<?xml version="1.0" encoding="UTF-8"?>`; its form is the parser's to judge.
    private mutating func declaration() throws(XMLProblem) {
        guard has("<?xml"), place + 5 < bytes.count, Self.isBlank(bytes[place + 5]), let end = find("?>") else { return }
        guard end - place <= limits.tag else { throw XMLProblem("The declaration has more than \(limits.tag) bytes.") }
        if let name = encodingName(before: end), name.lowercased() != "utf-8" {
            throw XMLProblem("The encoding \"\(name)\" is refused.", hint: "Send the document in UTF-8.")
        }
        place = end + 2
    }

    /// What stands between the quotes after the word `encoding`, if it is there.
    private func encodingName(before end: Int) -> String? {
        guard let word = (place..<end).first(where: { has("encoding", at: $0) }),
            let open = (word..<end).first(where: { bytes[$0] == UInt8(ascii: "\"") || bytes[$0] == UInt8(ascii: "'") }),
            let close = (open + 1..<end).first(where: { bytes[$0] == bytes[open] })
        else { return nil }
        return String(decoding: bytes[open + 1..<min(close, open + 41)], as: UTF8.self)
    }

    private mutating func tag() throws(XMLProblem) {
        var quote: UInt8?
        for at in place..<min(bytes.count, place + limits.tag) {
            let byte = bytes[at]
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: ">") {
                place = at + 1
                return
            }
        }
        if bytes.count - place > limits.tag { throw XMLProblem("A tag has more than \(limits.tag) bytes.") }
        // It is never closed, as the parser will say.
        place = bytes.count
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

    private func has(_ text: StaticString) -> Bool { has(text, at: place) }

    private func has(_ text: StaticString, at place: Int) -> Bool {
        text.withUTF8Buffer { text in
            bytes.count - place >= text.count && text.indices.allSatisfy { bytes[place + $0] == text[$0] }
        }
    }

    /// Where `text` begins, from here on.
    private func find(_ text: StaticString) -> Int? {
        guard let first = text.withUTF8Buffer({ $0.first }) else { return nil }
        var at = place
        while at < bytes.count, let next = bytes[at...].firstIndex(of: first) {
            if has(text, at: next) { return next }
            at = next + 1
        }
        return nil
    }
}
