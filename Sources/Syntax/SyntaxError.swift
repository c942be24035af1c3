/// SQL that could not be read, and where.
///
/// ```
/// migrations/0001_books.sql:12:8: syntax error at or near "tabel"
///   create tabel books (
///          ^
/// ```
package struct SyntaxError: Error, Hashable, Sendable {
    /// An SQLSTATE: 42601 (syntax), 0A000 (PostgreSQL has it, the tree has not), 54000 and 54001 (too large, too deep), 22021 (not text).
    package var code: String
    package var message: String
    package var hint: String?
    /// Where in the text, as a byte offset.
    package var offset: Int
    package var location: SourceLocation
    /// The line it is on, shortened where it is long, and the characters before the caret in it.
    package var sourceLine: SourceLine

    package init(_ code: String = "42601", _ message: String, hint: String? = nil, at offset: Int, in source: String, file: String = "") {
        self.code = code
        self.message = message
        self.hint = hint
        self.offset = offset
        self.location = SourceLocation(file: file, offset: offset, in: source)
        self.sourceLine = SourceLine(at: offset, in: source)
    }
}

extension SyntaxError: CustomStringConvertible {
    package var description: String { caretMessage(message, at: location, sourceLine, hint: hint) }
}

/// A place in a file of SQL, counted from 1. Columns count characters (Unicode scalars, as PostgreSQL counts), not bytes.
package struct SourceLocation: Hashable, Sendable {
    /// As the user named it; empty where there is none.
    package var file: String
    package var line: Int
    package var column: Int

    package init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// The place of a byte offset; one beyond the end is the end.
    package init(file: String = "", offset: Int, in source: String) {
        var line = 1
        var column = 1
        for byte in source.utf8.prefix(max(0, offset)) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        self.init(file: file, line: line, column: column)
    }
}

extension SourceLocation: CustomStringConvertible {
    package var description: String { file.isEmpty ? "\(line):\(column)" : "\(file):\(line):\(column)" }
}

/// One line of a source for an error message: tabs as blanks, and at most 120 characters around the place.
package struct SourceLine: Hashable, Sendable {
    package var text: String
    package var caret: Int

    package init(at offset: Int, in source: String) {
        let bytes = Array(source.utf8)
        let place = min(max(0, offset), bytes.count)
        let start = bytes[..<place].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let end = bytes[place...].firstIndex { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") } ?? bytes.count
        var before = String(decoding: bytes[start..<place], as: UTF8.self).unicodeScalars.map(Self.shown)
        var after = String(decoding: bytes[place..<end], as: UTF8.self).unicodeScalars.map(Self.shown)
        if before.count > 80 { before = ["…"] + before.suffix(79) }
        if after.count > 40, before.count + after.count > 120 { after = after.prefix(max(40, 119 - before.count)) + ["…"] }
        caret = before.count
        text = String(String.UnicodeScalarView(before + after))
    }

    private static func shown(_ scalar: Unicode.Scalar) -> Unicode.Scalar { scalar.value < 0x20 || scalar.value == 0x7F ? " " : scalar }
}

/// An error's message with its place, its line and a caret under the place: how every stage shows an error in SQL.
package func caretMessage(_ message: String, at offset: Int, in source: String, file: String = "", hint: String? = nil) -> String {
    caretMessage(message, at: SourceLocation(file: file, offset: offset, in: source), SourceLine(at: offset, in: source), hint: hint)
}

func caretMessage(_ message: String, at location: SourceLocation, _ line: SourceLine, hint: String?) -> String {
    var text = "\(location): \(message)\n  \(line.text)\n  \(String(repeating: " ", count: line.caret))^"
    if let hint { text += "\nhint: \(hint)" }
    return text
}
