import OffstageSQLite
import OffstageSchema

/// Changes to the texts in `sqlite_schema` itself, made together: the way to every change of a definition that leaves the rows as they are.
///
/// Inside the transaction, with keys on; other connections notice by the schema's version.
/// Source: https://sqlite.org/lang_altertable.html, "Making Other Kinds Of Table Schema Changes".
struct SchemaEdit {
    private struct Step {
        var sql: String
        var values: [StoredValue]
    }

    private var steps: [Step] = []
    private var checked: [String] = []

    /// The table's definition is this text from now on. Names are as stored, without quotes.
    mutating func text(ofTable name: String, _ text: String) {
        steps.append(Step(sql: "UPDATE sqlite_schema SET sql = ?1 WHERE type = 'table' AND name = ?2", values: [.text(text), .text(name)]))
        checked.append(name)
    }

    mutating func text(ofIndex name: String, newName: String, _ text: String) {
        steps.append(
            Step(
                sql: "UPDATE sqlite_schema SET name = ?1, sql = ?2 WHERE type = 'index' AND name = ?3",
                values: [.text(newName), .text(text), .text(name)]))
    }

    /// The table, and what SQLite made for its keys, has another name. Its text must be given by `text(ofTable:)` under the new one.
    mutating func rename(table old: String, to new: String) {
        guard old != new else { return }
        let prefix = "sqlite_autoindex_"
        steps.append(
            Step(
                sql: """
                    UPDATE sqlite_schema SET name = CASE WHEN type = 'table' THEN ?1 \
                    WHEN sql IS NULL AND substr(name, 1, length(?4)) = ?4 THEN ?3 || substr(name, length(?4) + 1) ELSE name END, tbl_name = ?1 \
                    WHERE tbl_name = ?2
                    """, values: [.text(new), .text(old), .text("\(prefix)\(new)_"), .text("\(prefix)\(old)_")]))
        checked.removeAll { $0 == old }
    }

    func perform(on database: borrowing WriteTransaction) throws(SQLError) {
        guard !steps.isEmpty else { return }
        guard case .integer(let version)? = try database.rows("pragma schema_version").first?.first else { return }
        try database.execute("pragma writable_schema = on")
        do throws(SQLError) {
            for step in steps { _ = try database.rows(step.sql, step.values) }
            try database.execute("pragma schema_version = \(version &+ 1); pragma writable_schema = reset")
        } catch {
            try? database.execute("pragma writable_schema = reset")
            throw error
        }
        // Reading a definition back is the test that SQLite understands all of them.
        for name in checked {
            guard try !database.rows("select name from pragma_table_xinfo(?1)", [.text(name)]).isEmpty else {
                throw SQLError("XX000", "the definition of \"\(name)\" could not be read back")
            }
        }
    }
}
