import OffstageAuth
import OffstageDatabase
import OffstagePostgres
import OffstageSQL
import OffstageSQLite
import OffstageSchema

/// `offstage move --to sqlite:data`: a project's rows from PostgreSQL into a new file, and the proof that they are all there.
///
/// The definitions come from the project's migrations, run there as by `migrate up`: they say what the project is, and what of them the embedded
/// engine cannot do is refused at its place in the file, before any row comes. What somebody made in PostgreSQL without a migration is found by
/// comparing both catalogues, and named. Then one transaction of the file holds all the rows, read from one snapshot of PostgreSQL that is only
/// read. Until it has committed the file carries a mark, and nothing is served from it; a move that was interrupted goes on from there.
struct MoveToFile: Sendable {
    private let tell: DataCommand.Listener

    init(_ tell: @escaping DataCommand.Listener) { self.tell = tell }

    /// The folder that `sqlite:data` and `sqlite:data/app.db` name; nil for the address of a PostgreSQL.
    static func folder(_ address: String) throws -> String? {
        guard address.hasPrefix("sqlite:") else { return nil }
        var path = String(address.dropFirst("sqlite:".count))
        if path.hasPrefix("//") { path.removeFirst(2) }
        if path.hasSuffix("/app.db") { path.removeLast("/app.db".count) } else if path == "app.db" { path = "." }
        guard !path.isEmpty, !path.hasSuffix(".db") else {
            throw Stop("sqlite: wants the data folder that the file is made in, such as sqlite:data; the file's name is always app.db.")
        }
        return path
    }

    /// - Throws: 55000 where the file is not empty, OFS403 where the two sides are not the same in the end.
    func perform(_ project: Project, to folder: String, isDry: Bool) async throws {
        guard case .postgres = project.database, let url = project.settings.database.url else {
            throw Stop("This project lives in a file already; copy its data folder while nothing serves it.")
        }
        let definitions = try await MovedDefinitions(of: project)
        let target = try EmbeddedDatabase(folder: folder, options: Project.embeddedOptions(project.settings))
        defer { target.close() }
        try await demandEmpty(target)
        try await definitions.make(in: .embedded(target), tell)
        let exposed = project.settings.api.schemas
        do {
            try await target.transaction(deadline: nil) { [tell] target in
                let session = try PostgresSession.connect(url)
                _ = try session.rows("begin isolation level repeatable read read only")
                try FileMoveRun(target.schema, session, exposed, tell).perform(on: target)
                _ = try session.rows("commit")
                if isDry { throw DryMove() }
                _ = try target.rows("delete from \"offstage.meta\" where key = 'moving'")
                _ = try target.rows(
                    "insert into \"offstage.meta\" values ('seeded', ?1) on conflict do nothing", [.text("\(EpochClock.now)")])
            }
        } catch is DryMove {
            return tell(.line(DryMove.story))
        }
        if project.sharesKeys { try project.keys.save(to: KeyRing.file(in: folder)) }
        let keys = project.sharesKeys ? "Its keys are in keys.json beside it" : "Take keys.json from the data folder along"
        tell(.line("The project is in \(folder)/app.db. \(keys); serve it without a database's address."))
    }

    /// Where a move has begun and not ended, it may begin again.
    private func demandEmpty(_ target: EmbeddedDatabase) async throws {
        try await target.transaction { target in
            if try Self.isMoving(target) { return }
            let own = target.schema.tables.keys.filter { !["auth", "storage"].contains($0.schema) }
            guard own.isEmpty, try target.rows("select 1 from \"offstage.migration\" limit 1").isEmpty else {
                throw SQLError(
                    "55000", "the file is not empty", details: "A project is moved into a file of its own.",
                    hint: "Name a data folder without an app.db.")
            }
            _ = try target.rows("insert into \"offstage.meta\" values ('moving', ?1)", [.text("\(EpochClock.now)")])
        }
    }

    static func isMoving(_ target: borrowing WriteTransaction) throws(SQLError) -> Bool {
        try !target.rows("select 1 from \"offstage.meta\" where key = 'moving'").isEmpty
    }
}

/// The rows, in two open transactions.
struct FileMoveRun {
    private let source: PostgresSession
    private let tell: DataCommand.Listener
    private let exposed: [String]
    private let schema: Schema
    private let there: Schema

    /// - Parameter schema: what the migrations made in the file.
    init(_ schema: Schema, _ source: PostgresSession, _ exposed: [String], _ tell: @escaping DataCommand.Listener) throws {
        self.source = source
        self.tell = tell
        self.exposed = exposed
        self.schema = schema
        there = try source.catalogue(inTransaction: true)
    }

    func perform(on target: borrowing WriteTransaction) throws {
        // Both sides print alike.
        try source.pinTexts()
        _ = try source.rows("set local row_security = off")
        let tables = try self.tables()
        try run("truncate \(tables.map { MoveRun.sql($0.name) }.joined(separator: ", "))", on: target, unless: tables.isEmpty)
        // Keys are checked when all rows are there. Emptying a table ends with checking them at once again, so this comes behind it.
        try target.execute("pragma defer_foreign_keys = on")
        var progress = RowProgress(tell)
        for table in tables {
            let count = try source.rows("select count(*) from \(MoveRun.sql(table.name))").first?.first
            progress.expect(2 * (count.flatMap { $0 }.flatMap { Int($0) } ?? 0))
        }
        var sums: [QualifiedName: RowSum] = [:]
        for table in tables { sums[table.name] = try copy(table, to: target, &progress) }
        guard try target.rows("pragma foreign_key_check").isEmpty else {
            throw SQLError("OFS403", "a foreign key does not hold in the file", hint: "Nothing was kept.")
        }
        try moveSequences(to: target)
        for table in schema.tables.values where table.materialized?.isPopulated == true {
            try run("refresh materialized view \(MoveRun.sql(table.name))", on: target)
        }
        for table in tables { try compare(table, with: sums[table.name] ?? RowSum(), target, &progress) }
        progress.end()
        tell(
            .line(
                "\(tables.map(\.foreignKeys.count).reduce(0, +)) foreign keys hold, \(schema.sequences.count) sequences go on where they were"
            ))
        _ = try source.rows("set local row_security = on")
        tell(.line("\(try SampleReads(schema, there, exposing: exposed).compare(target, source)) sample requests are answered alike"))
    }

    private func run(_ text: String, on target: borrowing WriteTransaction, unless isNothing: Bool = false) throws {
        guard !isNothing else { return }
        var run = FileRun("offstage move", text: text, in: target.schema, now: EpochClock.now)
        _ = try run.perform(on: target)
    }

    /// The tables of both sides, which must be the same, with the same columns of the same types.
    ///
    /// - Throws: OFS403 that names what is in PostgreSQL and not in the migrations.
    private func tables() throws -> [Table] {
        func refusal(_ what: String, _ details: String) -> SQLError {
            SQLError(
                "OFS403", what, details: details,
                hint: "It was changed without a migration. Write one that says what is there, or take it away.")
        }
        let own = schema.tables.values.filter { $0.materialized == nil }.sorted { $0.name < $1.name }
        for name in there.tables.keys.sorted() where schema.tables[name] == nil && schema.views[name] == nil && name.schema != "offstage" {
            throw refusal("\(name) is in PostgreSQL and not in the migrations", "The file would not have its rows.")
        }
        for table in own {
            guard let other = there.tables[table.name] else {
                throw refusal("\(table.name) is in the migrations and not in PostgreSQL", "The migrations make it in the file.")
            }
            for column in other.columns where table.column(column.name) == nil {
                throw refusal(
                    "column \(column.name) of \(table.name) is in PostgreSQL and not in the migrations",
                    "The file would not have its values.")
            }
            for column in table.columns {
                guard let theirs = other.column(column.name) else {
                    throw refusal(
                        "column \(column.name) of \(table.name) is in the migrations and not in PostgreSQL", "The migrations make it.")
                }
                guard theirs.type.name == column.type.name else {
                    throw refusal(
                        "column \(column.name) of \(table.name) has another type in PostgreSQL",
                        "It is \(theirs.type.name) there and \(column.type.name) in the migrations.")
                }
            }
        }
        return own
    }

    /// By COPY, row by row. Triggers do not fire: what they did is among the rows.
    private func copy(_ table: Table, to target: borrowing WriteTransaction, _ progress: inout RowProgress) throws -> RowSum {
        let list = table.columns.map { PostgresDialect.quoted($0.name) }.joined(separator: ", ")
        let given = table.columns.filter { $0.generated == nil }
        let insert =
            given.isEmpty
            ? "insert into \(StoredName.table(table.name)) default values"
            : """
            insert into \(StoredName.table(table.name)) (\(given.map { StoredName.column($0.name) }.joined(separator: ", "))) \
            values (\(given.indices.map { "?\($0 + 1)" }.joined(separator: ", ")))
            """
        let context = ValueContext(now: EpochClock.now)
        var sum = RowSum()
        try source.copyOut("copy (select \(list) from \(MoveRun.sql(table.name))) to stdout") { line throws(SQLError) in
            let line = UnsafeRawBufferPointer(rebasing: line.dropLast())
            sum.add(line)
            progress.step()
            let fields = table.columns.isEmpty ? [] : CopyRows.fields(of: Array(line)[...])
            guard fields.count == table.columns.count else {
                throw SQLError("22P04", "row \(sum.count) of \(table.name) has other columns than it had")
            }
            var values: [StoredValue] = []
            values.reserveCapacity(given.count)
            for (column, field) in zip(table.columns, fields) where column.generated == nil {
                do throws(SQLError) {
                    values.append(try field.map { text throws(SQLError) in try column.type.parse(text, in: context) } ?? .null)
                } catch {
                    var named = error
                    named.message = "column \(column.name) of \(table.name), row \(sum.count): \(error.message)"
                    throw named
                }
            }
            _ = try target.rows(insert, values)
        }
        return sum
    }

    private func compare(
        _ table: Table, with wanted: RowSum, _ target: borrowing WriteTransaction, _ progress: inout RowProgress
    ) throws {
        var sum = RowSum()
        try StoredLines(table).each(in: target) { _, line in
            sum.add(line)
            progress.step()
        }
        guard sum == wanted else {
            throw SQLError(
                "OFS403", "\(table.name) is not the same on both sides", details: "There are \(wanted.count) rows, and \(sum.count) came.",
                hint: "Nothing was kept.")
        }
        tell(.line("\(table.name): \(sum.count) rows, alike on both sides"))
    }

    private func moveSequences(to target: borrowing WriteTransaction) throws {
        for name in schema.sequences.keys.sorted() where there.sequences[name] != nil {
            let row = try source.rows("select last_value, is_called from \(MoveRun.sql(name))").first
            guard let row, row.count == 2, let value = row[0].flatMap({ Int64($0) }) else { continue }
            _ = try target.rows(
                "select pg_setval(?1, ?2, ?3)", [.text(name.description), .integer(value), .integer(row[1] == "t" ? 1 : 0)])
        }
    }
}
