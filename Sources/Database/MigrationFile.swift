/// One file of `migrations/`, as it is on disk.
package struct MigrationFile: Sendable, Hashable {
    /// The file's name: `0001_books.sql`. Files are applied in order of their names' bytes.
    package var name: String
    package var text: String
    /// SHA-256 of the file's bytes as they are, as 64 lower-case hexadecimal digits.
    package var checksum: String

    package init(name: String, text: String, checksum: String) {
        self.name = name
        self.text = text
        self.checksum = checksum
    }

    /// Is a file of this name a migration? Names end in `.sql`; hidden files and editors' copies are none.
    package static func isMigration(_ name: String) -> Bool {
        name.hasSuffix(".sql") && !name.hasPrefix(".") && !name.hasPrefix("#") && name.utf8.count > 4
    }

    /// The name for a new migration: numbered where the others are numbered, else by the time, which two branches do not share.
    ///
    /// ```swift
    /// MigrationFile.name(for: "Add reviews", after: ["0001_books.sql"], stamp: "20250131120000")   // "0002_add_reviews.sql"
    /// MigrationFile.name(for: "Add reviews", after: ["20240101000000_books.sql"], stamp: "20250131120000")   //
    /// "20250131120000_add_reviews.sql"
    /// ```
    package static func name(for title: String, after existing: [String], stamp: String) -> String {
        let last = existing.filter(isMigration).max { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
        let digits = last.map { String($0.prefix { $0.isASCII && $0.isNumber }) } ?? "0000"
        var prefix = stamp
        if (1...6).contains(digits.utf8.count), let number = Int(digits) {
            let next = String(number + 1)
            prefix = String(repeating: "0", count: max(0, digits.utf8.count - next.utf8.count)) + next
        }
        return "\(prefix)_\(slug(title)).sql"
    }

    /// `Add reviews!` is `add_reviews`.
    private static func slug(_ title: String) -> String {
        var words = ""
        for scalar in title.lowercased().unicodeScalars {
            switch scalar {
            case "a"..."z", "0"..."9": words.unicodeScalars.append(scalar)
            default: if !words.isEmpty, !words.hasSuffix("_") { words += "_" }
            }
        }
        while words.hasSuffix("_") { words.removeLast() }
        return words.isEmpty ? "migration" : String(words.prefix(60))
    }
}

/// A migration that ran, as the database remembers it.
package struct AppliedMigration: Sendable, Hashable {
    package var name: String
    package var checksum: String
    /// Microseconds since 2000-01-01 UTC.
    package var appliedAt: Int64

    package init(name: String, checksum: String, appliedAt: Int64) {
        self.name = name
        self.checksum = checksum
        self.appliedAt = appliedAt
    }
}
