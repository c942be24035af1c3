/// Reads one parameter of the URL dialect, byte by byte, and remembers what would have been accepted where.
///
/// Error texts are part of the contract, and those clients know come from a parser-combinator library (Parsec). Its bookkeeping is
/// therefore kept here, in four rules:
///
/// 1. A primitive that succeeds and moves forward forgets all notes; one that fails adds a note (``Notes/merge(_:)``).
/// 2. Of notes at two places the farther are kept; notes at one place are joined.
/// 3. A rule that fails without having moved may be followed by an alternative; one that moved has committed
///    (unless run in ``attempt(_:)``, which moves back).
/// 4. ``label(_:_:)`` replaces what a rule expects at its start by one phrase.
struct GrammarReader {
    enum Stop: Error {
        case mismatch
        case limit(RequestError)
    }

    let bytes: [UInt8]
    let limits: RequestLimits
    var position = 0
    var notes = Notes()
    /// Values met, in order, with where they stood: a shape is the text without them.
    var values: [RequestValue] = []
    var valueRanges: [Range<Int>] = []
    /// The index of the first of `values` in the whole request.
    let firstValue: Int
    var filterCount = 0

    init(_ bytes: [UInt8], limits: RequestLimits, firstValue: Int = 0) {
        self.bytes = bytes
        self.limits = limits
        self.firstValue = firstValue
    }
}

/// What was met and what was wanted, at the farthest place reached.
struct Notes {
    enum Note: Equatable {
        /// What the input holds at this offset (its end, if it is the end).
        case met(Int)
        /// A character that was recognised and must not be here.
        case refused(Int)
        case expected(String)
    }

    /// Notes cost more than the reading itself, so they are taken only in a second reading of what could not be read.
    var areKept = false
    var position = 0
    var items: [Note] = []

    mutating func clear() {
        if areKept { items.removeAll(keepingCapacity: true) }
    }

    mutating func merge(_ later: Notes) {
        if !areKept || later.items.isEmpty { return }
        if items.isEmpty || later.position > position {
            self = later
        } else if later.position == position {
            items += later.items
        }
    }

    mutating func add(_ note: @autoclosure () -> Note, at place: Int) {
        guard areKept else { return }
        if items.isEmpty || place > position {
            position = place
            items.removeAll(keepingCapacity: true)
            items.append(note())
        } else if place == position {
            items.append(note())
        }
    }

    mutating func relabel(_ phrase: String) {
        guard areKept else { return }
        items.removeAll { if case .expected = $0 { true } else { false } }
        items.insert(.expected(phrase), at: 0)
    }
}

// MARK: Primitives

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
        let count = wanted.utf8CodeUnitCount
        let start = position
        var matched = 0
        wanted.withUTF8Buffer { letters in
            while matched < count, start + matched < bytes.count, bytes[start + matched] == letters[matched] { matched += 1 }
        }
        if matched > 0 { moved(to: start + matched) }
        if matched == count { return }
        notes.add(.met(start + matched), at: start)
        notes.add(.expected("\"\(wanted)\""), at: start)
        throw .mismatch
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

// MARK: Combinators

extension GrammarReader {
    /// Runs a rule; if it fails, moves back to where it began, keeping the notes of how far it came.
    mutating func attempt<T>(_ rule: (inout GrammarReader) throws(Stop) -> T) throws(Stop) -> T {
        let (start, before, valuesBefore, filtersBefore) = (position, notes, values.count, filterCount)
        do {
            return try rule(&self)
        } catch .mismatch {
            if position != start {
                // Having moved, the rule forgot the notes from before it.
                let farther = notes
                notes = before
                notes.merge(farther)
            }
            position = start
            if values.count > valuesBefore {
                values.removeSubrange(valuesBefore...)
                valueRanges.removeSubrange(valuesBefore...)
            }
            filterCount = filtersBefore
            throw .mismatch
        }
    }

    /// What the rule gives, or `nil` if it does not start here. Fails if the rule committed and failed.
    mutating func optional<T>(_ rule: (inout GrammarReader) throws(Stop) -> T) throws(Stop) -> T? {
        let start = position
        do {
            return try rule(&self)
        } catch .mismatch {
            if position != start { throw .mismatch }
            return nil
        }
    }

    /// Succeeds if the rule would; moves nowhere.
    mutating func lookAhead(_ rule: (inout GrammarReader) throws(Stop) -> Void) throws(Stop) {
        let (start, before) = (position, notes)
        try attempt(rule)
        position = start
        notes = before
    }

    mutating func label<T>(_ phrase: String, _ rule: (inout GrammarReader) throws(Stop) -> T) throws(Stop) -> T {
        let start = position
        var before = notes
        notes.clear()
        do {
            let result = try rule(&self)
            if position == start {
                if !notes.items.isEmpty { notes.relabel(phrase) }
                before.merge(notes)
                notes = before
            }
            return result
        } catch .mismatch {
            if position == start {
                notes.relabel(phrase)
                before.merge(notes)
                notes = before
            }
            throw .mismatch
        }
    }

    /// The rule with blanks allowed on both sides.
    mutating func spaced<T>(_ rule: (inout GrammarReader) throws(Stop) -> T) throws(Stop) -> T {
        blanks()
        let result = try rule(&self)
        blanks()
        return result
    }

    /// One or more, with a separator between them.
    mutating func list<T>(
        separator: (inout GrammarReader) throws(Stop) -> Void, limit: Int, of what: String,
        _ rule: (inout GrammarReader) throws(Stop) -> T
    ) throws(Stop) -> [T] {
        var items = [try rule(&self)]
        while try optional(separator) != nil {
            guard items.count < limit else { throw .limit(tooMany("more than \(limit) \(what)")) }
            items.append(try rule(&self))
            notes.clear()
        }
        return items
    }
}
