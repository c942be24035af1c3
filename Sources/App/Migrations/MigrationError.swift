package import OffstageSchema
package import OffstageSyntax

/// A migration that could not be applied, with the place in its file.
///
/// ```
/// migrations/0002_reviews.sql:4:31: 42P01: relation "boks" does not exist
///   book_id bigint references boks (id)
///                             ^
/// hint: Perhaps you meant the table "books".
/// ```
package struct MigrationError: Error, Sendable, Hashable {
    /// As the user would name it: `migrations/0002_reviews.sql`.
    package var file: String
    package var location: SourceLocation
    package var error: SQLError
    private var text: String
    /// What the file did before stays, since it runs outside a transaction.
    private var survives = false

    package init(_ error: SQLError, file: String, text: String, statement: Position? = nil, survives: Bool = false) {
        self.survives = survives
        let bytes = Array(text.utf8)
        var offset = error.position ?? statement.map { Int($0.offset) } ?? 0
        // A statement's place may be the blanks and comments before it.
        if error.position == nil { offset = Self.firstWord(in: bytes, from: offset) }
        location = SourceLocation(file: file, offset: offset, in: text)
        self.file = file
        self.error = error
        self.text = caretMessage("\(error.code): \(error.message)", at: offset, in: text, file: file)
    }

    package init(_ error: SyntaxError, file: String) {
        self.file = file
        location = error.location
        self.error = SQLError(error.code, error.message, hint: error.hint, position: error.offset)
        var plain = error
        plain.hint = nil
        plain.message = "\(error.code): \(error.message)"
        text = plain.description
    }

    static func firstWord(in bytes: [UInt8], from start: Int) -> Int {
        var place = min(max(0, start), bytes.count)
        while place < bytes.count {
            if bytes[place] == UInt8(ascii: "-"), place + 1 < bytes.count, bytes[place + 1] == UInt8(ascii: "-") {
                while place < bytes.count, bytes[place] != UInt8(ascii: "\n") { place += 1 }
            } else if bytes[place] > UInt8(ascii: " ") {
                return place
            } else {
                place += 1
            }
        }
        return min(max(0, start), bytes.count)
    }
}

extension MigrationError: CustomStringConvertible {
    package var description: String {
        var lines = [text]
        if let details = error.details { lines.append("details: \(details)") }
        if let hint = error.hint { lines.append("hint: \(hint)") }
        lines.append(
            survives
                ? "This file runs outside a transaction: what stands before this place in it has been applied, and would run again."
                : "Nothing of this file was applied.")
        return lines.joined(separator: "\n")
    }
}
