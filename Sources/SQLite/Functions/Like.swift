import CSQLite
import OffstageSchema

/// `like` and `ilike`. On a mismatch the search goes back to the last `%` only, so the time is bounded by text times pattern.
///
/// Source: PostgreSQL 15, chapter 9.7.1.
extension EngineFunction {
    static let likes: [EngineFunction] = [
        EngineFunction("pg_like", 2, pure) { strict($0, $1, $2) { $0.give(try LikeMatch.matches($0.bytes(0), $0.bytes(1))) } },
        EngineFunction("pg_ilike", 2, pure) {
            strict($0, $1, $2) { call in
                let text = LetterCase.lower(call.bytes(0))
                let pattern = LetterCase.lower(call.bytes(1))
                call.give(
                    try text.withUnsafeBufferPointer { text in try pattern.withUnsafeBufferPointer { try LikeMatch.matches(text, $0) } })
            }
        },
    ]
}

enum LikeMatch {
    private static let any = UInt8(ascii: "%")
    private static let one = UInt8(ascii: "_")
    private static let escape = UInt8(ascii: "\\")

    /// Throws 22025 where the pattern's end is reached inside an escape.
    static func matches(_ text: UnsafeBufferPointer<UInt8>, _ pattern: UnsafeBufferPointer<UInt8>) throws(SQLError) -> Bool {
        var at = 0
        var place = 0
        /// Where to go on after a mismatch: behind the last `%`, with one more character of the text given to it.
        var resume: (at: Int, place: Int)?
        while at < text.count {
            if place < pattern.count {
                let byte = pattern[place]
                if byte == any {
                    place += 1
                    resume = (at, place)
                    continue
                }
                if byte == one {
                    at = next(text, at)
                    place += 1
                    continue
                }
                let isEscaped = byte == escape
                if isEscaped, place + 1 == pattern.count {
                    throw SQLError("22025", "LIKE pattern must not end with escape character")
                }
                if pattern[place + (isEscaped ? 1 : 0)] == text[at] {
                    place += isEscaped ? 2 : 1
                    at += 1
                    continue
                }
            } else if resume == nil {
                return false
            }
            guard let last = resume else { return false }
            at = next(text, last.at)
            place = last.place
            resume = (at, place)
        }
        while place < pattern.count, pattern[place] == any { place += 1 }
        return place == pattern.count
    }

    @inline(__always)
    private static func next(_ text: UnsafeBufferPointer<UInt8>, _ at: Int) -> Int {
        var at = at + 1
        while at < text.count, text[at] & 0xC0 == 0x80 { at += 1 }
        return at
    }
}
