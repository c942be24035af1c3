import OffstageAuth
import OffstageDatabase
import OffstagePostgres
import OffstageSQL
import OffstageSQLite
import OffstageSchema
import OffstageSyntax

/// `offstage move --to postgres://…`: an embedded project's rows into an empty PostgreSQL, and the proof that they are all there.
///
/// The definitions come from the migrations, run there as by `migrate up`. Then rows go over by COPY, each table in a transaction of its own, so
/// that a move that was interrupted goes on behind the last whole table. In the last transaction keys are checked, sequences set, every table is
/// read again and compared, and the mark is taken away that keeps servers from the database. The source is only read, and its writes wait
/// meanwhile, so that what is compared is one state.
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
        let isNew = try await definitions.arePending(in: .postgres(target))
        try await target.session { session in
            let hasBegun = try MoveRecord.keys(on: session) != nil
            guard !isNew || !hasBegun else {
                throw SQLError(
                    "55000", "there are migrations that the interrupted move did not know",
                    hint: "Drop the database, make it again, and move again.")
            }
        }
        try await definitions.make(in: .postgres(target), tell)
        do {
            try await source.transaction(deadline: nil) { [tell] source in
                let session = try PostgresSession.connect(url)
                guard isDry else { return try MoveRun(source.schema, session, exposed, tell).perform(source) }
                try session.transaction { session in
                    try MoveRun(source.schema, session, exposed, tell, isOneTransaction: true).perform(source)
                    throw DryMove()
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
