import OffstageDatabase
import OffstageSQL
import OffstageSQLite
import OffstageSchema
import Testing

@testable import Offstage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A folder of its own, removed with the value.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/offstage-test-XXXXXX".utf8CString)
        path = try #require(mkdtemp(&template).map { String(cString: $0) })
    }

    deinit { Self.remove(path) }

    func write(_ name: String, _ text: String) throws {
        var folder = path
        for part in name.split(separator: "/").dropLast() {
            folder += "/\(part)"
            try TextFile.makeFolder(folder)
        }
        unlink("\(path)/\(name)")
        try TextFile.create("\(path)/\(name)", text)
    }

    static func remove(_ path: String) {
        for name in (try? TextFile.names(in: path)) ?? [] { remove("\(path)/\(name)") }
        if rmdir(path) != 0 { unlink(path) }
    }
}

/// A database with migrations given as texts.
struct MigratedDatabase {
    let folder: TemporaryFolder
    let database: EmbeddedDatabase
    private var files: [MigrationFile] = []

    init() throws {
        folder = try TemporaryFolder()
        database = try EmbeddedDatabase(folder: folder.path + "/data")
    }

    /// Applies one more file.
    @discardableResult
    mutating func migrate(_ sql: String) async throws -> [Migrations.Applied] {
        let number = String(files.count + 1)
        let file = MigrationFile(
            name: "\(String(repeating: "0", count: 4 - number.count))\(number).sql", text: sql,
            checksum: Migrations.checksum(of: Array(sql.utf8)))
        let applied = try await Migrations(files + [file], in: database).up()
        files.append(file)
        return applied
    }

    /// The error of a file that must not apply, which leaves everything as it was.
    mutating func refusal(_ sql: String) async throws -> SQLError {
        let before = try await state()
        let schema = database.schema
        var found: SQLError?
        do {
            try await migrate(sql)
        } catch let error as MigrationError {
            found = error.error
        }
        #expect(try await state() == before, "the file left something behind")
        #expect(database.schema == schema)
        return try #require(found, "the file was applied")
    }

    /// Everything SQLite holds of definitions, and the counts of rows.
    private func state() async throws -> [[StoredValue]] {
        try await rows("select type, name, tbl_name, sql from sqlite_schema order by 1, 2")
    }

    func rows(_ sql: String) async throws -> [[StoredValue]] {
        try await database.transaction { database in try database.rows(sql) }
    }

    /// One column of all rows, as text.
    func values(_ sql: String) async throws -> [String] {
        try await rows(sql).compactMap(\.first).map { value in
            switch value {
            case .null: "null"
            case .integer(let number): "\(number)"
            case .real(let number): "\(number)"
            case .text(let text): text
            case .blob: "blob"
            }
        }
    }

    /// The definitions in the file are those of the schema, and the data is whole.
    func expectWhole(_ location: SourceLocation = #_sourceLocation) async throws {
        let schema = database.schema
        let problems = try await database.transaction { database in
            var problems: [String] = []
            for table in schema.tables.values {
                let stored = try database.rows(
                    "select sql from sqlite_schema where type = 'table' and name = ?1", [.text(StoredName.bare(table.name))])
                let text = try Definitions(schema).table(table.name)
                if stored != [[.text(text)]] { problems.append("\(table.name) is stored as \(stored) instead of \(text)") }
                let columns = try database.rows("select name from pragma_table_xinfo(?1)", [.text(StoredName.bare(table.name))])
                if columns != table.columns.map({ [.text(StoredName.bare(column: $0.name))] }) {
                    problems.append("\(table.name) has columns \(columns)")
                }
                for index in table.indexes where index.isStored {
                    let name = StoredName.bare(QualifiedName(table.name.schema, index.name))
                    let stored = try database.rows("select sql from sqlite_schema where type = 'index' and name = ?1", [.text(name)])
                    let text = try Definitions(schema).index(index.name, on: table.name)
                    if stored != [[.text(text)]] { problems.append("\(index.name) is stored as \(stored) instead of \(text)") }
                }
            }
            for row in try database.rows("pragma integrity_check") where row != [.text("ok")] { problems.append("\(row)") }
            for row in try database.rows("pragma foreign_key_check") { problems.append("a key is broken: \(row)") }
            for row in try database.rows("select name from sqlite_schema where name like '%~~%'") { problems.append("left over: \(row)") }
            return problems
        }
        for problem in problems { Issue.record("\(problem)", sourceLocation: location) }
    }

    /// Opens the file anew: the catalogue says the same.
    func reopened() throws -> Schema {
        database.close()
        let again = try EmbeddedDatabase(folder: folder.path + "/data")
        defer { again.close() }
        return again.schema
    }
}
