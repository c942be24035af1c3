/// Names PostgreSQL makes where a statement gives none.
///
/// Source: PostgreSQL 15, `makeObjectName` and `ChooseRelationName` in `indexcmds.c`.
package enum ObjectName {
    /// The longest identifier, in bytes of UTF-8.
    package static let limit = 63

    /// `objectName("books", "title", "key")` is `books_title_key`; too long, the longer of the first two is cut byte by byte.
    package static func make(_ first: String, _ second: String?, _ label: String?) -> String {
        let room = limit - (label.map { $0.utf8.count + 1 } ?? 0) - (second == nil ? 0 : 1)
        var firstCount = first.utf8.count
        var secondCount = second?.utf8.count ?? 0
        while firstCount + secondCount > room, firstCount > 0 || secondCount > 0 {
            if firstCount > secondCount { firstCount -= 1 } else { secondCount -= 1 }
        }
        return [clipped(first, firstCount), second.map { clipped($0, secondCount) }, label].compactMap { $0 }.joined(separator: "_")
    }

    /// An identifier as PostgreSQL keeps it: at most 63 bytes, never half a character.
    package static func truncated(_ name: String) -> String { clipped(name, limit) }

    /// `make`, with 1, 2, 3 … after the label until `isTaken` says no.
    package static func choose(_ first: String, _ second: String?, _ label: String, isTaken: (String) -> Bool) -> String {
        var number = 0
        while true {
            let name = make(first, second, number == 0 ? label : "\(label)\(number)")
            if !isTaken(name) { return name }
            number += 1
        }
    }

    /// What an index or constraint over several columns puts in the middle of its name.
    static func middle(_ columns: [String]) -> String {
        var joined = ""
        for column in columns {
            if joined.utf8.count > 0 { joined += "_" }
            joined += clipped(column, limit)
            if joined.utf8.count > limit { break }
        }
        return joined
    }

    private static func clipped(_ name: String, _ bytes: Int) -> String {
        guard name.utf8.count > bytes else { return name }
        var end = name.utf8.index(name.startIndex, offsetBy: max(bytes, 0))
        // Back to the start of the character that the limit falls into.
        while end > name.startIndex, end < name.endIndex, name.utf8[end] & 0xC0 == 0x80 { end = name.utf8.index(before: end) }
        return String(name.utf8[..<end]) ?? ""
    }
}
