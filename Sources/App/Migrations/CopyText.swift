import OffstageSchema

/// A script as psql reads it: SQL, and between its statements the rows of `copy … from stdin` and psql's own commands.
///
/// What is not SQL is blanked, so that places in the rest stay what they are.
struct CopyText {
    /// The rows behind a statement that ends here, without the closing `\.`.
    struct Block {
        var end: Int
        var lines: Range<Int>
    }

    static let none = CopyText()

    private(set) var sql: String
    private var blocks: [Block] = []
    private let bytes: [UInt8]

    private init() { (sql, bytes) = ("", []) }

    /// - Throws: 0A000 for a command of psql that cannot be left out.
    init(_ text: String) throws(SQLError) {
        bytes = Array(text.utf8)
        sql = text
        // Nothing to look for in most files.
        guard bytes.contains(UInt8(ascii: "\\")) else { return }
        var plain = bytes
        var at = 0
        var words = ""
        while at < bytes.count {
            if isMetaCommand(at), words.allSatisfy(\.isWhitespace) {
                let end = self.endOfLine(at)
                let word = String(decoding: bytes[at..<end], as: UTF8.self).split(whereSeparator: \.isWhitespace).first ?? "\\"
                guard word == "\\restrict" || word == "\\unrestrict" else {
                    throw SQLError(
                        "0A000", "\(word) is a command of psql, not SQL", hint: "Leave the line out: the file is applied to this project.",
                        position: at)
                }
                for i in at..<end { plain[i] = UInt8(ascii: " ") }
                at = end
                continue
            }
            let next = skipped(at)
            if next > at {
                words += " "
                at = next
                continue
            }
            let byte = bytes[at]
            at += 1
            guard byte == UInt8(ascii: ";") else {
                if words.utf8.count < 4096 { words.append(Character(UnicodeScalar(byte))) }
                continue
            }
            if Self.isCopy(words) {
                let start = min(endOfLine(at) + 1, bytes.count)
                var line = start
                while line < bytes.count, !isEnd(line) { line = min(endOfLine(line) + 1, bytes.count) }
                blocks.append(Block(end: at - 1, lines: start..<line))
                let after = min(endOfLine(line), bytes.count)
                for i in start..<after where plain[i] != UInt8(ascii: "\n") { plain[i] = UInt8(ascii: " ") }
                at = after
            }
            words = ""
        }
        if plain != bytes { sql = String(decoding: plain, as: UTF8.self) }
    }

    /// The rows that follow the statement which begins here.
    func rows(after offset: Int) -> [UInt8] {
        guard let block = blocks.first(where: { $0.end >= offset }) else { return [] }
        return Array(bytes[block.lines])
    }

    private static func isCopy(_ words: String) -> Bool {
        let parts = words.lowercased().split(whereSeparator: { $0.isWhitespace || $0 == "(" || $0 == ")" })
        guard parts.first == "copy" else { return false }
        return zip(parts, parts.dropFirst()).contains { $0 == "from" && $1 == "stdin" }
    }

    private func isMetaCommand(_ at: Int) -> Bool {
        bytes[at] == UInt8(ascii: "\\") && (at == 0 || bytes[at - 1] == UInt8(ascii: "\n"))
    }

    private func isEnd(_ at: Int) -> Bool {
        guard at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: ".") else { return false }
        return at + 2 == bytes.count || bytes[at + 2] == UInt8(ascii: "\n") || bytes[at + 2] == UInt8(ascii: "\r")
    }

    private func endOfLine(_ start: Int) -> Int {
        var at = start
        while at < bytes.count, bytes[at] != UInt8(ascii: "\n") { at += 1 }
        return at
    }

    /// Behind the quoted text or comment that begins here; the same place where none does.
    private func skipped(_ start: Int) -> Int {
        switch bytes[start] {
        case UInt8(ascii: "'"):
            let isEscaped = start > 0 && (bytes[start - 1] | 0x20) == UInt8(ascii: "e")
            return closing(UInt8(ascii: "'"), from: start + 1, escapes: isEscaped)
        case UInt8(ascii: "\""): return closing(UInt8(ascii: "\""), from: start + 1, escapes: false)
        case UInt8(ascii: "-") where start + 1 < bytes.count && bytes[start + 1] == UInt8(ascii: "-"): return endOfLine(start)
        case UInt8(ascii: "/") where start + 1 < bytes.count && bytes[start + 1] == UInt8(ascii: "*"):
            var depth = 1
            var at = start + 2
            while at < bytes.count, depth > 0 {
                if at + 1 < bytes.count, bytes[at] == UInt8(ascii: "/"), bytes[at + 1] == UInt8(ascii: "*") {
                    depth += 1
                    at += 2
                } else if at + 1 < bytes.count, bytes[at] == UInt8(ascii: "*"), bytes[at + 1] == UInt8(ascii: "/") {
                    depth -= 1
                    at += 2
                } else {
                    at += 1
                }
            }
            return at
        case UInt8(ascii: "$"):
            var at = start + 1
            while at < bytes.count, isWord(bytes[at]) { at += 1 }
            guard at < bytes.count, bytes[at] == UInt8(ascii: "$") else { return start }
            let tag = bytes[start...at]
            at += 1
            while at + tag.count <= bytes.count {
                if bytes[at] == UInt8(ascii: "$"), bytes[at..<at + tag.count].elementsEqual(tag) { return at + tag.count }
                at += 1
            }
            return bytes.count
        default: return start
        }
    }

    private func isWord(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || byte >= 0x80 || (48...57).contains(byte) || (97...122).contains(byte | 0x20)
    }

    private func closing(_ quote: UInt8, from start: Int, escapes: Bool) -> Int {
        var at = start
        while at < bytes.count {
            if escapes, bytes[at] == UInt8(ascii: "\\") {
                at += 2
                continue
            }
            if bytes[at] == quote { return at + 1 }
            at += 1
        }
        return bytes.count
    }
}
