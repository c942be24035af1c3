import OffstageSQLite
import OffstageSchema
import Synchronization
import Testing

@testable import Offstage

@Suite struct ControlTests {
    @Test(arguments: [
        DataCommand.migrateUp, .migrateStatus, .doctor, .applyGrants(isDry: true), .applyGrants(isDry: false),
        .sql(SQLScript("select '\"x\"\n'")),
        .sql(SQLScript("select 1", as: .json, role: "anon", claims: "{}")), .describe(nil), .describe("books"),
        .importFile(path: "/a \"b\".csv", format: .ndjson, table: "t", skipsBad: true),
        .export(table: "s.t", format: .json, isForSpreadsheet: false), .export(table: "t", format: .csv, isForSpreadsheet: true),
        .keys(.list(showsSecrets: true)), .keys(.create(kind: "secret", name: "n", role: nil)),
        .keys(.create(kind: "publishable", name: "n", role: "r")), .keys(.revoke("x")), .keys(.rotate("api")),
        .keys(.token(role: "authenticated", claims: "{\"a\":1}", seconds: 60)), .types(.typescript), .types(.python),
        .openapi(role: "anon", isSwagger: true),
        .openapi(role: "r", isSwagger: false), .move(to: "postgres://h/d", isDry: true), .move(to: "x", isDry: false),
    ])
    func `a command crosses the socket as it is`(_ command: DataCommand) {
        #expect(!command.json.contains("\n"))
        #expect(DataCommand(json: command.json) == command)
    }

    @Test(arguments: [
        ControlAnswer.output(.line("ä\n")), .output(.text("\"")), .output(.note("")), .output(.progress(0.5)), .done(false), .failed("x"),
    ])
    func `so does what it tells`(_ answer: ControlAnswer) { #expect(ControlAnswer(json: answer.json) == answer) }

    @Test(arguments: ["", "{", "[]", "{}", "{\"command\":\"drop everything\"}", "{\"command\":\"import\"}", "{\"command\":7}"])
    func `what is no command is none`(_ text: String) { #expect(DataCommand(json: text) == nil) }

    @Test func `the owner answers through its socket, however long the path, and only its own user`() throws {
        let folder = try TemporaryFolder()
        var path = ""
        for _ in 0..<12 { path += "/a-folder-with-a-long-name" }
        try folder.write(String(path.dropFirst()) + "/migrations/1.sql", "create table t (id int)")
        let project = try Project(ProjectFolder(folder.path + path), Settings())
        defer { project.close() }
        let socket = try ControlSocket(project)
        socket.start()
        defer { socket.stop() }
        let address = ControlSocket.path(project.folder.dataPath(project.settings))
        #expect(TextFile.mode(address) == 0o600)
        let stream = try #require(ControlStream.connect(to: address))
        defer { stream.close() }
        stream.write(DataCommand.migrateStatus.json)
        #expect(stream.readLine().flatMap(ControlAnswer.init(json:)) == .output(.line("1.sql  pending")))
        #expect(stream.readLine().flatMap(ControlAnswer.init(json:)) == .done(true))
        let rude = try #require(ControlStream.connect(to: address))
        defer { rude.close() }
        rude.write("GET / HTTP/1.1")
        guard case .failed? = rude.readLine().flatMap(ControlAnswer.init(json:)) else {
            Issue.record("rubbish was answered")
            return
        }
    }
}

@Suite struct PublicAccessTests {
    private func lines(_ sql: String) async throws -> [String] {
        var database = try MigratedDatabase()
        try await database.migrate(sql)
        return PublicAccess(database.database.schema, exposing: ["public"]).lines
    }

    @Test func `who may do what is told in plain words`() async throws {
        let found = try await lines(
            """
            create table shelf (id int primary key); alter table shelf enable row level security;
            create policy everyone on shelf for select using (true);
            create policy own on shelf for insert to authenticated with check (id > 3);
            create table bare (id int); grant select on bare to anon, authenticated;
            create table secret (id int);
            create table waiting (id int); alter table waiting enable row level security;
            create view v as select id from bare; grant select, insert on v to authenticated;
            create function twice(a int) returns int language sql immutable as $$ select a * 2 $$;
            create function mine() returns int language sql stable as $$ select 1 $$;
            grant execute on function twice(int) to anon; grant execute on function mine() to authenticated;
            """)
        #expect(
            found == [
                "bare     read by everyone (no row level security)",
                "shelf    read by everyone; added to by signed-in users where a policy allows",
                "v        read and added to by signed-in users",
                "closed to all but the service key: secret, waiting",
                "functions called by everyone: twice(integer)",
                "functions called by signed-in users: mine()",
            ])
    }

    @Test func `views that pass by policies are found, through other views too`() async throws {
        var database = try MigratedDatabase()
        try await database.migrate(
            """
            create table t (id int primary key); alter table t enable row level security; create policy p on t for select using (id > 1);
            create view a as select id from t; create view b as select id from a; grant select on b to anon;
            create view c with (security_invoker = true) as select id from t; grant select on c to anon;
            """)
        let found = PublicAccess(database.database.schema, exposing: ["public"]).viewsPastPolicies
        #expect(found.map(\.view.name) == ["b"])
        #expect(found.first?.tables.map(\.name) == ["t"])
    }

    @Test func `the doctor names what is wrong and what to do`() async throws {
        let folder = try TemporaryFolder()
        try folder.write(
            "migrations/1.sql",
            """
            create table a (id int primary key); create table b (id int primary key, a_id int references a (id));
            grant select on a to anon;
            alter table b enable row level security;
            create view v as select id from b; grant select on v to anon;
            """)
        let project = try Project(ProjectFolder(folder.path), Settings())
        defer { project.close() }
        _ = try await project.migrations().up()
        let told = Mutex<[String]>([])
        let isWell = try await DataCommand.doctor.perform(in: project) { output in
            if case .line(let line) = output { told.withLock { $0.append(line) } }
        }
        let lines = told.withLock { $0 }
        #expect(!isWell)
        #expect(lines.contains { $0.hasPrefix("problem: a has grants and no row level security") })
        #expect(lines.contains { $0.hasPrefix("problem: the view v shows rows of b past their policies") })
        #expect(lines.contains { $0.hasPrefix("note: b has row level security and no policy") })
        #expect(lines.contains { $0.hasPrefix("note: no index begins with b (a_id)") })
    }

    @Test func `the doctor sees a file that is not what the catalogue says`() async throws {
        let folder = try TemporaryFolder()
        try folder.write("migrations/1.sql", "create table a (id int primary key)")
        let project = try Project(ProjectFolder(folder.path), Settings())
        defer { project.close() }
        _ = try await project.migrations().up()
        try await project.database.embedded(for: "a test").transaction { database in
            try database.execute("create table stray (x integer) strict; alter table \"public.a\" add column y integer")
        }
        let told = Mutex<[String]>([])
        _ = try await DataCommand.doctor.perform(in: project) { output in
            if case .line(let line) = output { told.withLock { $0.append(line) } }
        }
        let lines = told.withLock { $0 }
        #expect(lines.contains("problem: stray is in the file and not in the catalogue"))
        #expect(lines.contains("problem: the table public.a is stored otherwise than the catalogue says"))
    }

    @Test(
        arguments: [
            (100, 90, 110, nil), (89, 90, 110, nil), (1_000_090, 90, 100, nil), (1_000_100, 90, 100, false), (-1_000_000, 90, 100, false),
            (30_000_100, 0, 100, true), (-40_000_000, 0, 100, true),
        ] as [(Int64, Int64, Int64, Bool?)])
    func `clocks that differ by more than a question takes are told`(_ there: Int64, _ before: Int64, _ after: Int64, _ isProblem: Bool?) {
        #expect(PostgresCheck.skew(there: there, between: before, and: after)?.isProblem == isProblem)
    }

    @Test func `open tables are open only where the setting says so`() async throws {
        for isOpen in [false, true] {
            let folder = try TemporaryFolder()
            try folder.write("migrations/1.sql", "create table a (id serial primary key)")
            var settings = Settings()
            settings.api.openTables = isOpen
            let project = try Project(ProjectFolder(folder.path), settings)
            defer { project.close() }
            _ = try await project.migrations().up()
            #expect(project.database.schema.allows("anon", .insert, on: QualifiedName("public", "a")) == isOpen)
            #expect(project.database.schema.allows("anon", .usage, on: QualifiedName("public", "a_id_seq")) == isOpen)
        }
    }
}
