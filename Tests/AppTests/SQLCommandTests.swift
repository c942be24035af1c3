import OffstageSchema
import Synchronization
import Testing

@testable import Offstage

@Suite struct SQLCommandTests {
    private final class Told: Sendable {
        let lines = Mutex<[DataCommand.Output]>([])
        var text: String {
            lines.withLock { lines in
                lines.map { output in
                    switch output {
                    case .line(let text): text + "\n"
                    case .text(let text): text
                    case .note(let text): "-- \(text)\n"
                    case .progress: ""
                    }
                }.joined()
            }
        }
    }

    private static let migration = """
        create table notes (id int primary key, owner uuid, body text, score numeric(4,2), done boolean);
        alter table notes enable row level security;
        create policy own on notes to authenticated using (owner = auth.uid());
        insert into notes values (1, '11111111-1111-1111-1111-111111111111', E'two\nlines', 1.50, true), (2, null, '', null, false);
        """

    private func told(_ commands: DataCommand...) async throws -> String {
        let folder = try TemporaryFolder()
        try folder.write("migrations/1.sql", Self.migration)
        let project = try Project(ProjectFolder(folder.path), Settings())
        defer { project.close() }
        _ = try await DataCommand.migrateUp.perform(in: project) { _ in }
        let told = Told()
        for command in commands { _ = try await command.perform(in: project) { output in told.lines.withLock { $0.append(output) } } }
        return told.text
    }

    @Test func `rows are shown as a table, CSV and JSON`() async throws {
        let query = "select id, body, score, done from notes order by id"
        #expect(
            try await told(.sql(SQLScript(query))) == """
                 id | body      | score | done
                ----+-----------+-------+------
                  1 | two↵lines |  1.50 | t
                  2 |           |       | f
                (2 rows)

                """)
        #expect(try await told(.sql(SQLScript(query, as: .csv))) == "id,body,score,done\n1,\"two\nlines\",1.50,t\n2,\"\",,f\n")
        #expect(
            try await told(.sql(SQLScript(query, as: .json))) == """
                [{"id": 1, "body": "two\\nlines", "score": 1.50, "done": true},
                 {"id": 2, "body": "", "score": null, "done": false}]

                """)
    }

    @Test func `a role sees and writes what its policies let it, and defines nothing`() async throws {
        let claims = #"{"sub":"11111111-1111-1111-1111-111111111111"}"#
        let count = "select count(*) from notes"
        #expect(try await told(.sql(SQLScript(count, as: .csv, role: "authenticated", claims: claims))) == "count\n1\n")
        #expect(try await told(.sql(SQLScript(count, as: .csv, role: "anon"))) == "count\n0\n")
        #expect(try await told(.sql(SQLScript(count, as: .csv))) == "count\n2\n")
        #expect(try await told(.sql(SQLScript("delete from notes", role: "anon"))) == "-- DELETE 0\n")
        #expect(try await told(.sql(SQLScript(count, as: .csv))) == "count\n2\n")
        for statement in ["drop table notes", "create table x (id int)", "grant all on notes to anon"] {
            let error = await #expect(throws: MigrationError.self) {
                try await told(.sql(SQLScript(statement, role: "authenticated", claims: claims)))
            }
            #expect(error?.error.code == "0A000", "\(statement)")
        }
        await #expect(throws: SQLError.self) { try await told(.sql(SQLScript(count, role: "nobody"))) }
        await #expect(throws: SQLError.self) { try await told(.sql(SQLScript(count, role: "anon", claims: "7"))) }
    }

    @Test func `writes tell what they did, and one mistake undoes all`() async throws {
        #expect(
            try await told(.sql(SQLScript("update notes set done = true; delete from notes where id = 2 returning id", as: .csv)))
                == "-- UPDATE 2\nid\n2\n")
        let folder = try TemporaryFolder()
        try folder.write("migrations/1.sql", Self.migration)
        let project = try Project(ProjectFolder(folder.path), Settings())
        defer { project.close() }
        _ = try await DataCommand.migrateUp.perform(in: project) { _ in }
        let error = await #expect(throws: MigrationError.self) {
            try await DataCommand.sql(SQLScript("delete from notes; select 1 / 0")).perform(in: project) { _ in }
        }
        #expect(error?.error.code == "22012")
        let told = Told()
        _ = try await DataCommand.sql(SQLScript("select count(*) from notes", as: .csv)).perform(in: project) { output in
            told.lines.withLock { $0.append(output) }
        }
        #expect(told.text == "count\n2\n")
    }

    @Test func `what there is is listed and defined`() async throws {
        #expect(try await told(.describe(nil)).contains("public.notes  table, row level security"))
        let definition = try await told(.describe("notes"))
        #expect(definition.contains("score numeric(4, 2)") || definition.contains("score numeric(4,2)"))
        #expect(definition.contains("own"))
        await #expect(throws: SQLError.self) { try await told(.describe("nothing")) }
    }

    @Test(arguments: [
        ("select 1;\n", true), ("select 1\n", false), ("select ';", false), ("select ';\n", false), ("select $$ ;\n", false),
        ("select /* ; */\n", false), ("nonsense;\n", true), (";\n", true), ("\n", false),
    ])
    func `a statement at the prompt ends with its semicolon`(_ text: String, _ isWhole: Bool) {
        #expect(SQLPrompt.isWhole(text) == isWhole)
    }

    @Test func `the prompt hands on statement by statement`() async throws {
        var lines = ["select 1\n", ", 2;\n", "\\d notes\n", "select 3;\n", "\\q\n", "select 4;\n"][...]
        let seen = Mutex<[DataCommand]>([])
        var prompt = SQLPrompt(SQLScript("", as: .csv), isTerminal: false)
        try await prompt.run(reading: { lines.popFirst() }) { command in seen.withLock { $0.append(command) } }
        #expect(
            seen.withLock { $0 } == [
                .sql(SQLScript("select 1\n, 2;\n", as: .csv)), .describe("notes"), .sql(SQLScript("select 3;\n", as: .csv)),
            ])
    }
}
