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
        separator: (inout GrammarReader) throws(Stop) -> Bool, limit: Int, of what: String,
        _ rule: (inout GrammarReader) throws(Stop) -> T
    ) throws(Stop) -> [T] {
        var items = [try rule(&self)]
        while try separator(&self) {
            guard items.count < limit else { throw .limit(tooMany("more than \(limit) \(what)")) }
            items.append(try rule(&self))
            notes.clear()
        }
        return items
    }

    /// A comma with blanks around it. Blanks without a comma commit.
    mutating func foundComma() throws(Stop) -> Bool {
        let start = position
        blanks()
        if found(",") {
            blanks()
            return true
        }
        if position != start { throw .mismatch }
        return false
    }
}
