import OffstageAuth
import OffstageDatabase
import OffstagePostgres
import OffstageSQL
import OffstageSQLite
import OffstageSchema
import OffstageSyntax

/// `offstage move --to postgres://…`: an embedded project's rows into an empty PostgreSQL, and the proof that they are all there.
///
/// The definitions come from the migrations, run there as by `migrate up`. Everything after that is one transaction: rows copied page by page,
/// keys checked, sequences set, every table read again on both sides and compared. What does not agree undoes all of it. The source is only
/// read, and its writes wait meanwhile, so that what is compared is one state.
struct Move: Sendable {
    private let tell: DataCommand.Listener

    init(_ tell: @escaping DataCommand.Listener) { self.tell = tell }

    /// - Parameter isDry: all of it, and then undone.
    /// - Throws: 55000 where the target is not empty, OFS403 where the two sides are not the same in the end.
    func perform(_ project: Project, to url: String, isDry: Bool) async throws {
        if let folder = try MoveToFile.folder(url) { return try await MoveToFile(tell).perform(project, to: folder, isDry: isDry) }
        guard case .embedded(let source) = project.database else {
            throw Stop(
                """
                This project lives in PostgreSQL already.
                hint: pg_dump and pg_restore move it to another; --to sqlite:data moves it into a file.
                """)
        }
        let definitions = try await MovedDefinitions(of: project)
        var settings = project.settings
        settings.database.url = url
        settings.database.connections = 1
        let target = try PostgresDatabase(url, options: Project.options(settings, answers: project.folder.dataPath(settings)))
        defer { target.close() }
        let exposed = settings.api.schemas
        try await target.session { session in
            try PostgresSetup.run(on: session, exposing: exposed)
            try Self.demandEmpty(session)
        }
        try await target.start()
        try await definitions.make(in: .postgres(target), tell)
        do {
            try await source.transaction(deadline: nil) { [tell] source in
                let session = try PostgresSession.connect(url)
                try session.transaction { session in
                    try MoveRun(source.schema, session, exposed, tell).perform(source)
                    if isDry { throw DryMove() }
                    _ = try session.rows("delete from offstage.meta where key = 'moving'")
                    _ = try session.rows("insert into offstage.meta values ('seeded', now()) on conflict do nothing")
                }
            }
        } catch is DryMove {
            return tell(.line(DryMove.story))
        }
        if let shared = try SharedKeys(settings) { try project.keys.save(to: shared) }
        tell(.line("The project is in PostgreSQL. Serve it from there:  OFFSTAGE_DATABASE_URL=… offstage serve"))
    }

    /// Where a move has begun and not ended, it may begin again.
    private static func demandEmpty(_ session: PostgresSession) throws {
        if try !session.rows("select 1 from offstage.meta where key = 'moving'").isEmpty { return }
        let tables = try session.rows(
            """
            select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p', 'v', 'm', 'f') \
            and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'offstage', 'auth', 'storage', 'extensions')
            """)
        let ran = try session.rows("select count(*) from offstage.migration")
        guard tables.first?.first == "0", ran.first?.first == "0" else {
            throw SQLError(
                "55000", "the database is not empty", details: "A project is moved into a database of its own.",
                hint: "Make one: create database shop.")
        }
        _ = try session.rows("insert into offstage.meta values ('moving', now())")
    }
}

/// The rows, in two open transactions.
struct MoveRun {
    private let target: PostgresSession
    private let tell: DataCommand.Listener
    private let exposed: [String]
    private let schema: Schema
    private let there: Schema

    init(_ schema: Schema, _ target: PostgresSession, _ exposed: [String], _ tell: @escaping DataCommand.Listener) throws {
        self.target = target
        self.tell = tell
        self.exposed = exposed
        self.schema = schema
        there = try target.catalogue(inTransaction: true)
    }

    func perform(_ source: borrowing WriteTransaction) throws {
        // Both sides print moments alike.
        _ = try target.rows("set local time zone 'UTC'")
        _ = try target.rows("set local statement_timeout = 0")
        let tables = try self.tables()
        // Rows that the migrations made are among those that come.
        if !tables.isEmpty { _ = try target.rows("truncate \(tables.map { Self.sql($0.name) }.joined(separator: ", "))") }
        let keys = try dropKeys(of: tables)
        for table in tables { _ = try target.rows("alter table \(Self.sql(table.name)) disable trigger user") }
        var sums: [QualifiedName: RowSum] = [:]
        for (number, table) in tables.enumerated() {
            sums[table.name] = try copy(table, source)
            tell(.progress(Double(number + 1) / Double(tables.count * 2)))
        }
        // Each is checked against every row as it is made again.
        for key in keys { _ = try target.rows(key) }
        for table in tables { _ = try target.rows("alter table \(Self.sql(table.name)) enable trigger user") }
        try moveSequences(source)
        for view in there.views.values where try isMaterialized(view.name) {
            _ = try target.rows("refresh materialized view \(Self.sql(view.name))")
        }
        for (number, table) in tables.enumerated() {
            let sum = try self.sum(of: table)
            guard let wanted = sums[table.name], sum == wanted else {
                throw SQLError(
                    "OFS403", "\(table.name) is not the same on both sides",
                    details: "There were \(sums[table.name]?.count ?? 0) rows, and there are \(sum.count).", hint: "Nothing was kept.")
            }
            tell(.line("\(table.name): \(sum.count) rows, alike on both sides"))
            tell(.progress(Double(tables.count + number + 1) / Double(tables.count * 2)))
        }
        tell(.line("\(keys.count) foreign keys hold, \(schema.sequences.count) sequences go on where they were"))
        tell(.line("\(try SampleReads(schema, there, exposing: exposed).compare(source, target)) sample requests are answered alike"))
    }

    /// The tables of both sides, which must have the same columns.
    private func tables() throws -> [Table] {
        let own = schema.tables.values.filter { $0.materialized == nil }.sorted { $0.name < $1.name }
        for table in own {
            let other = there.tables[table.name]?.columns.map(\.name)
            guard other.map(Set.init) == Set(table.columns.map(\.name)) else {
                throw SQLError(
                    "OFS403", "\(table.name) does not have the same columns on both sides",
                    details: "The migrations make another table there than they made here.")
            }
        }
        return own
    }

    static func sql(_ name: QualifiedName) -> String { Name(name.schema, name.name).sql }

    /// Foreign keys go while rows come in any order.
    ///
    /// - Returns: the statements that make them again.
    private func dropKeys(of tables: [Table]) throws -> [String] {
        let rows = try target.rows(
            """
            select format('alter table %I.%I drop constraint %I', n.nspname, c.relname, o.conname), \
            format('alter table %I.%I add constraint %I %s', n.nspname, c.relname, o.conname, pg_get_constraintdef(o.oid)) \
            from pg_constraint o join pg_class c on c.oid = o.conrelid join pg_namespace n on n.oid = c.relnamespace \
            where o.contype = 'f' and o.conparentid = 0 and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'offstage') order by o.oid
            """)
        for row in rows { if let drop = row.first ?? nil { _ = try target.rows(drop) } }
        return rows.compactMap { $0.last ?? nil }
    }

    private func copy(_ table: Table, _ source: borrowing WriteTransaction) throws -> RowSum {
        guard let other = there.tables[table.name] else { return RowSum() }
        var sum = RowSum()
        let columns = other.columns.filter { $0.generated == nil }
        let list = columns.map { PostgresDialect.quoted($0.name) }.joined(separator: ", ")
        // The text of a JSON column is read as JSON behind the brackets, where JSON's null stays one.
        let values = columns.map { column in
            PostgresDialect.quoted(column.name) + (Self.isJSON(column) ? "::\(column.foreignType ?? "jsonb")" : "")
        }.joined(separator: ", ")
        let definitions = columns.map { column in
            "\(PostgresDialect.quoted(column.name)) \(Self.isJSON(column) ? "text" : column.foreignType ?? "text")"
        }.joined(separator: ", ")
        let insert = """
            insert into \(Self.sql(table.name)) (\(list)) overriding system value select \(values) \
            from json_to_recordset($1::json) as _(\(definitions))
            """
        try RowPages(table, in: schema).each { plan, inputs in
            try source.run(try SQLiteDialect(schema).statement(for: plan), with: inputs, as: .json(nullsStripped: false))
        } _: { rows in
            for row in rows { sum.add(row) }
            guard !columns.isEmpty else { return }
            let body = "[" + rows.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ",") + "]"
            _ = try target.rows(insert, [body])
        }
        return sum
    }

    private static func isJSON(_ column: Column) -> Bool { column.type.type == .json || column.type.type == .jsonb }

    /// The rows as they are there now.
    private func sum(of table: Table) throws -> RowSum {
        guard var other = there.tables[table.name] else { return RowSum() }
        // In the source's order of columns, so that equal rows are equal texts.
        other.columns = table.columns.compactMap { other.column($0.name) }
        return try RowPages(other, in: there).sum { plan, inputs in
            try target.run(PostgresDialect(there).statement(for: plan), with: inputs, as: .json(nullsStripped: false))
        }
    }

    private func moveSequences(_ source: borrowing WriteTransaction) throws {
        for name in schema.sequences.keys.sorted() {
            let stored = try source.rows("select value, is_called from \"offstage.sequence\" where name = ?1", [.text(name.description)])
            guard let row = stored.first, row.count == 2, case .integer(let value) = row[0], case .integer(let called) = row[1] else {
                continue
            }
            _ = try target.rows("select setval($1::regclass, $2, $3)", [Self.sql(name), "\(value)", called != 0 ? "true" : "false"])
        }
    }

    private func isMaterialized(_ name: QualifiedName) throws -> Bool {
        try !target.rows("select 1 from pg_matviews where schemaname = $1 and matviewname = $2 and ispopulated", [name.schema, name.name])
            .isEmpty
    }
}
