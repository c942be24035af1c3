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
/// comparing both catalogues, and named. Then rows come by COPY from one snapshot of PostgreSQL, which is only read, each table in a transaction of
/// the file, so that a move that was interrupted goes on behind the last whole table. In the last transaction keys are checked, sequences set,
/// every table is read again and compared, and the mark is taken away that keeps servers from the file.
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
        var options = Project.embeddedOptions(project.settings)
        try await define(definitions, in: folder, options)
        options.enforcesForeignKeys = false
        let target = try EmbeddedDatabase(folder: folder, options: options)
        defer { target.close() }
        let exposed = project.settings.api.schemas
        do {
            try await target.alone { [tell] target in
                var run = try FileMoveRun(target.transaction { $0.schema }, from: url, exposed, tell)
                try isDry ? run.rehearse(on: target) : run.perform(on: target)
            }
        } catch is DryMove {
            return tell(.line(DryMove.story))
        }
        if project.sharesKeys { try project.keys.save(to: KeyRing.file(in: folder)) }
        let keys = project.sharesKeys ? "Its keys are in keys.json beside it" : "Take keys.json from the data folder along"
        tell(.line("The project is in \(folder)/app.db. \(keys); serve it without a database's address."))
    }

    /// The project's tables in the file. What the migrations do with rows, they do under its keys.
    private func define(_ definitions: MovedDefinitions, in folder: String, _ options: EmbeddedDatabase.Options) async throws {
        let target = try EmbeddedDatabase(folder: folder, options: options)
        defer { target.close() }
        try await demandEmpty(target)
        let hasBegun = try await target.transaction { try MoveRecord.hasBegun(on: $0) }
        if hasBegun, try await definitions.arePending(in: .embedded(target)) {
            throw SQLError(
                "55000", "there are migrations that the interrupted move did not know", hint: "Remove \(folder)/app.db, and move again.")
        }
        try await definitions.make(in: .embedded(target), tell)
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

/// The rows: from one open transaction of PostgreSQL, into those of the file that its parts are given.
struct FileMoveRun {
    private let source: PostgresSession
    private let tell: DataCommand.Listener
    private let exposed: [String]
    private let schema: Schema
    private let there: Schema
    /// Of both sides.
    private let tables: [Table]
    private var progress: RowProgress
    private var sums: [QualifiedName: RowSum] = [:]

    /// - Parameter schema: what the migrations made in the file.
    /// - Throws: OFS403 that names what is in PostgreSQL and not in the migrations.
    init(_ schema: Schema, from url: String, _ exposed: [String], _ tell: @escaping DataCommand.Listener) throws {
        source = try PostgresSession.connect(url)
        self.tell = tell
        self.exposed = exposed
        self.schema = schema
        _ = try source.rows("begin isolation level repeatable read read only")
        there = try source.catalogue(inTransaction: true)
        tables = try Self.tables(schema, there)
        // Both sides print alike.
        try source.pinTexts()
        _ = try source.rows("set local row_security = off")
        progress = RowProgress(tell)
        for table in tables {
            let count = try source.rows("select count(*) from \(MoveRun.sql(table.name))").first?.first
            progress.expect(2 * (count.flatMap { $0 }.flatMap { Int($0) } ?? 0))
        }
    }

    mutating func perform(on target: borrowing LoneWriter) throws {
        try target.transaction { try prepare($0) }
        for table in tables { try target.transaction { try bring(table, into: $0) } }
        do {
            try target.transaction { try finish($0) }
        } catch let error as SQLError where error.code == "OFS403" {
            // What is not right is not gone on from.
            try target.transaction { try MoveRecord.forgetSums(on: $0) }
            throw error
        }
    }

    /// All of it in one transaction, and then undone.
    mutating func rehearse(on target: borrowing LoneWriter) throws {
        try target.transaction { target in
            try prepare(target)
            for table in tables { try bring(table, into: target) }
            try finish(target)
            throw DryMove()
        }
    }

    /// Rows that the migrations made are among those that come.
    private func prepare(_ target: borrowing WriteTransaction) throws {
        guard try !MoveRecord.hasBegun(on: target) else { return }
        for table in tables { try target.execute("delete from \(StoredName.table(table.name))") }
        try MoveRecord.begin(on: target)
    }

    /// A table that an earlier move has copied stays, where PostgreSQL has the same rows still.
    private mutating func bring(_ table: Table, into target: borrowing WriteTransaction) throws {
        if let recorded = try MoveRecord.sum(of: table.name, on: target), try sum(of: table) == recorded {
            tell(.line("\(table.name): \(recorded.count) rows are there already"))
            progress.step(recorded.count)
            return sums[table.name] = recorded
        }
        // There are some where they have changed, and where what came was found not to be right.
        try target.execute("delete from \(StoredName.table(table.name))")
        let sum = try copy(table, to: target)
        try MoveRecord.save(sum, of: table.name, on: target)
        sums[table.name] = sum
    }

    /// Makes everything what it was, and proves that it is.
    private mutating func finish(_ target: borrowing WriteTransaction) throws {
        guard try target.rows("pragma foreign_key_check").isEmpty else {
            throw SQLError("OFS403", "a foreign key does not hold in the file", hint: Self.marked)
        }
        try moveSequences(to: target)
        for table in schema.tables.values where table.materialized?.isPopulated == true {
            try run("refresh materialized view \(MoveRun.sql(table.name))", on: target)
        }
        for table in tables { try compare(table, with: sums[table.name] ?? RowSum(), target) }
        progress.end()
        tell(
            .line(
                "\(tables.map(\.foreignKeys.count).reduce(0, +)) foreign keys hold, \(schema.sequences.count) sequences go on where they were"
            ))
        _ = try source.rows("set local row_security = on")
        tell(.line("\(try SampleReads(schema, there, exposing: exposed).compare(target, source)) sample requests are answered alike"))
        _ = try source.rows("commit")
        try MoveRecord.end(on: target)
    }

    private static let marked = "The file is marked, and nothing is served from it. Move again, or delete it."

    private func run(_ text: String, on target: borrowing WriteTransaction) throws {
        var run = FileRun("offstage move", text: text, in: target.schema, now: EpochClock.now)
        _ = try run.perform(on: target)
    }

    /// The tables of both sides, which must be the same, with the same columns of the same types.
    ///
    /// - Throws: OFS403 that names what is in PostgreSQL and not in the migrations.
    private static func tables(_ schema: Schema, _ there: Schema) throws -> [Table] {
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
    private mutating func copy(_ table: Table, to target: borrowing WriteTransaction) throws -> RowSum {
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
        try eachLine(of: table) { line throws(SQLError) in
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

    /// The lines in PostgreSQL, without their line feeds.
    private func eachLine(of table: Table, _ body: (UnsafeRawBufferPointer) throws(SQLError) -> Void) throws {
        let list = table.columns.map { PostgresDialect.quoted($0.name) }.joined(separator: ", ")
        try source.copyOut("copy (select \(list) from \(MoveRun.sql(table.name))) to stdout") { line throws(SQLError) in
            try body(UnsafeRawBufferPointer(rebasing: line.dropLast()))
        }
    }

    private func sum(of table: Table) throws -> RowSum {
        var sum = RowSum()
        try eachLine(of: table) { line throws(SQLError) in sum.add(line) }
        return sum
    }

    private mutating func compare(_ table: Table, with wanted: RowSum, _ target: borrowing WriteTransaction) throws {
        var sum = RowSum()
        try StoredLines(table).each(in: target) { _, line in
            sum.add(line)
            progress.step()
        }
        guard sum == wanted else {
            throw SQLError(
                "OFS403", "\(table.name) is not the same on both sides", details: "There are \(wanted.count) rows, and \(sum.count) came.",
                hint: Self.marked)
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
