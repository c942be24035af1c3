import OffstageSQLite
package import OffstageSchema

/// Something a statement of a file did not do, or told on the side, and the line it stands on.
package struct FileNote: Sendable, Hashable {
    package var line: Int
    package var note: Note

    package var text: String {
        switch note.kind {
        case .notice: "line \(line): \(note.text)"
        case .noEffect: "line \(line) has no effect here: \(note.text)"
        }
    }
}

extension FileNote {
    /// Remembers what had no effect, in the open transaction.
    static func save(_ notes: [FileNote], of file: String, on database: borrowing WriteTransaction) throws(SQLError) {
        for note in notes where note.note.kind == .noEffect {
            _ = try database.rows(
                "INSERT INTO \"offstage.note\" (migration, line, text) VALUES (?1, ?2, ?3)",
                [.text(file), .integer(Int64(note.line)), .text(note.note.text)])
        }
    }

    /// By file, what had no effect.
    static func all(on database: borrowing WriteTransaction) throws(SQLError) -> [String: [FileNote]] {
        var found: [String: [FileNote]] = [:]
        for row in try database.rows("SELECT migration, line, text FROM \"offstage.note\" ORDER BY rowid") {
            guard row.count == 3, case .text(let file) = row[0], case .integer(let line) = row[1], case .text(let text) = row[2] else {
                continue
            }
            found[file, default: []].append(FileNote(line: Int(line), note: Note(.noEffect, text)))
        }
        return found
    }
}
