import OffstageDatabase
import OffstageSchema
import Testing

@Suite struct MigrationHistoryTests {
    private func file(_ name: String, _ checksum: String = "a") -> MigrationFile { MigrationFile(name: name, text: "", checksum: checksum) }
    private func ran(_ name: String, _ checksum: String = "a") -> AppliedMigration {
        AppliedMigration(name: name, checksum: checksum, appliedAt: 7)
    }

    @Test func `what has not run is pending, in order of name`() {
        let history = MigrationHistory(files: [file("0003_c.sql"), file("0001_a.sql"), file("0002_b.sql")], applied: [ran("0001_a.sql")])
        #expect(history.pending.map(\.name) == ["0002_b.sql", "0003_c.sql"])
        #expect(history.entries.first?.status == .applied(at: 7))
        #expect(throws: Never.self) { try history.check() }
    }

    @Test func `a file that changed after it ran stops with what to do`() throws {
        let history = MigrationHistory(files: [file("0001_a.sql", "b")], applied: [ran("0001_a.sql")])
        #expect(history.changed == ["0001_a.sql"])
        #expect(history.pending.isEmpty)
        let error = try #require(throws: SQLError.self) { try history.check() }
        #expect(error.message.contains("0001_a.sql"))
        #expect(error.hint?.contains("migrate new") == true)
    }

    @Test func `a file that is gone is missing, and stops nothing`() {
        let history = MigrationHistory(files: [file("0002_b.sql")], applied: [ran("0001_a.sql")])
        #expect(history.missing == ["0001_a.sql"])
        #expect(throws: Never.self) { try history.check() }
    }

    @Test func `a pending file older than one that ran is late`() {
        let history = MigrationHistory(files: [file("0001_a.sql"), file("0002_b.sql"), file("0003_c.sql")], applied: [ran("0002_b.sql")])
        #expect(history.late == ["0001_a.sql"])
        #expect(history.pending.map(\.name) == ["0001_a.sql", "0003_c.sql"])
    }

    @Test(arguments: [
        ("Add reviews", [], "0001_add_reviews.sql"),
        ("add reviews!", ["0001_books.sql", "0009_x.sql"], "0010_add_reviews.sql"),
        ("x", ["9_books.sql"], "10_x.sql"),
        ("x", ["20240101000000_books.sql"], "20250131120000_x.sql"),
        ("???", ["books.sql"], "20250131120000_migration.sql"),
        ("x", ["notes.txt"], "0001_x.sql"),
    ])
    func `a new migration is named after the others`(_ title: String, _ existing: [String], _ expected: String) {
        #expect(MigrationFile.name(for: title, after: existing, stamp: "20250131120000") == expected)
    }

    @Test func `only sql files are migrations`() {
        #expect(MigrationFile.isMigration("0001_a.sql"))
        for name in [".0001_a.sql", "0001_a.sql~", "readme.md", ".sql", "#0001.sql"] {
            #expect(!MigrationFile.isMigration(name), "\(name)")
        }
    }
}
