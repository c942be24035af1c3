extension GrammarReader {
    var isAtEnd: Bool { position >= bytes.count }

    /// The byte here, 0 at the end. (A NUL never gets this far.)
    var byte: UInt8 { position < bytes.count ? bytes[position] : 0 }

    func byte(ahead distance: Int) -> UInt8 {
        position + distance < bytes.count ? bytes[position + distance] : 0
    }

    /// How many bytes the character at `offset` has. The text is known to be UTF-8.
    func width(at offset: Int) -> Int {
        guard offset < bytes.count else { return 0 }
        let width =
            switch bytes[offset] {
            case ..<0xC0: 1
            case ..<0xE0: 2
            case ..<0xF0: 3
            default: 4
            }
        return min(width, bytes.count - offset)
    }

    func scalar(at offset: Int) -> Unicode.Scalar? {
        guard offset < bytes.count else { return nil }
        if bytes[offset] < 0x80 { return Unicode.Scalar(bytes[offset]) }
        return String(decoding: bytes[offset..<offset + width(at: offset)], as: UTF8.self).unicodeScalars.first
    }

    func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }

    mutating func moved(to place: Int) {
        position = place
        notes.clear()
    }

    mutating func char(_ wanted: UInt8) throws(Stop) {
        guard !isAtEnd, byte == wanted else {
            notes.add(.met(position), at: position)
            notes.add(.expected(Self.quoted(Unicode.Scalar(wanted))), at: position)
            throw .mismatch
        }
        moved(to: position + 1)
    }

    /// A word. What went wrong is noted at its start, even when its first letters matched; then the rule has committed.
    mutating func word(_ wanted: StaticString) throws(Stop) {
        let start = position
        let matched = matchLength(wanted)
        if found(wanted) { return }
        if matched > 0 {
            moved(to: start + matched)
            note(wanted, at: start, matched: matched)
        }
        throw .mismatch
    }

    /// Moves past the word if it is here. Never commits.
    mutating func found(_ wanted: StaticString) -> Bool {
        let matched = matchLength(wanted)
        if matched == wanted.utf8CodeUnitCount {
            moved(to: position + matched)
            return true
        }
        note(wanted, at: position, matched: matched)
        return false
    }

    /// Moves past the word and a dot if both are here. Never commits.
    mutating func foundDotted(_ wanted: StaticString) -> Bool {
        let matched = matchLength(wanted)
        guard matched == wanted.utf8CodeUnitCount else {
            note(wanted, at: position, matched: matched)
            return false
        }
        let dot = position + matched
        if dot < bytes.count, bytes[dot] == 0x2E {
            moved(to: dot + 1)
            return true
        }
        notes.add(.met(dot), at: dot)
        notes.add(.expected("delimiter (.)"), at: dot)
        return false
    }

    /// Moves past a dot and the word if both are here. Never commits.
    mutating func foundSuffix(_ wanted: StaticString) -> Bool {
        guard byte == 0x2E else { return foundDotted("") }
        let matched = matchLength(wanted, ahead: 1)
        if matched == wanted.utf8CodeUnitCount {
            moved(to: position + 1 + matched)
            return true
        }
        note(wanted, at: position + 1, matched: matched)
        return false
    }

    /// Whether the word is here; moves nowhere.
    mutating func isNext(_ wanted: StaticString) -> Bool {
        let matched = matchLength(wanted)
        if matched == wanted.utf8CodeUnitCount { return true }
        note(wanted, at: position, matched: matched)
        return false
    }

    private func matchLength(_ wanted: StaticString, ahead: Int = 0) -> Int {
        let start = position + ahead
        return wanted.withUTF8Buffer { letters in
            var matched = 0
            while matched < letters.count, start + matched < bytes.count, bytes[start + matched] == letters[matched] { matched += 1 }
            return matched
        }
    }

    private mutating func note(_ wanted: StaticString, at start: Int, matched: Int) {
        notes.add(.met(start + matched), at: start)
        notes.add(.expected("\"\(wanted)\""), at: start)
    }

    /// One of a set of ASCII letters in either case, as `is.NULL` is written.
    mutating func anyCase(_ wanted: StaticString) throws(Stop) {
        for index in 0..<wanted.utf8CodeUnitCount {
            let letter = wanted.withUTF8Buffer { $0[index] }
            guard !isAtEnd, byte == letter || (letter >= 0x61 && letter <= 0x7A && byte == letter & 0xDF) else {
                notes.add(.met(position), at: position)
                throw .mismatch
            }
            moved(to: position + 1)
        }
    }

    mutating func blanks() {
        var end = position
        while end < bytes.count, bytes[end] == 0x20 || bytes[end] == 0x09 { end += 1 }
        if end > position { moved(to: end) }
        notes.add(.met(position), at: position)
    }

    mutating func end() throws(Stop) {
        guard isAtEnd else {
            notes.add(.refused(position), at: position)
            notes.add(.expected("end of input"), at: position)
            throw .mismatch
        }
        notes.add(.met(position), at: position)
        notes.add(.expected("end of input"), at: position)
    }

    /// Everything up to one of two bytes, or the end.
    mutating func run(until first: UInt8, _ second: UInt8) -> Range<Int> {
        let start = position
        var place = position
        while place < bytes.count, bytes[place] != first, bytes[place] != second { place += 1 }
        if place > start { moved(to: place) }
        notes.add(.met(place), at: place)
        return start..<place
    }
}
