import Foundation
import Testing

@testable import Offstage

/// The built program, run as a person would. Where it is not built, there is nothing to run.
@Suite(.enabled(if: Program.path != nil, "the program is not built"), .serialized)
struct CommandTests {
    @Test func `a new project works at once`() throws {
        let folder = try TemporaryFolder()
        let shop = folder.path + "/shop"
        #expect(try Program.run("init", shop).code == 0)
        let up = try Program.run("migrate", "up", "-C", shop)
        #expect(up.code == 0)
        #expect(up.output.contains("applied 0001_notes.sql"))
        #expect(up.output.contains("grant select, insert, update, delete on public.notes to anon, authenticated"))
        #expect(try Program.run("migrate", "up", "-C", shop).output.contains("Nothing to do"))
        #expect(try Program.run("migrate", "status", "-C", shop).output.contains("0001_notes.sql  applied"))
        #expect(try Program.run("doctor", "-C", shop).code == 0)
        #expect(try Program.run("init", shop).code == 1)
    }

    @Test func `a bad migration is shown with its place, and the exit code says so`() throws {
        let folder = try TemporaryFolder()
        try folder.write("migrations/0001.sql", "create table t (id int);\nselect nothing from t;\n")
        let up = try Program.run("migrate", "up", "-C", folder.path)
        #expect(up.code == 1)
        #expect(up.errors.contains("migrations/0001.sql:2:8: 42703: "))
        #expect(up.errors.contains("\n         ^\n"))
        let made = try Program.run("migrate", "new", "-C", folder.path, "Add x")
        #expect(made.output == "migrations/0002_add_x.sql\n")
    }

    @Test func `files go in and come out`() throws {
        let folder = try TemporaryFolder()
        try folder.write("migrations/0001.sql", "create table t (id int primary key, a text)")
        try folder.write("good.csv", "id,a\n1,x\n2,\"y, z\"\n")
        try folder.write("bad.csv", "id,a\n3,x\nfour,y\n")
        #expect(try Program.run("migrate", "up", "-C", folder.path).code == 0)
        #expect(try Program.run("import", folder.path + "/good.csv", "--table", "t", "-C", folder.path).output == "2 rows into t\n")
        let bad = try Program.run("import", folder.path + "/bad.csv", "--table", "t", "-C", folder.path)
        #expect(bad.code == 1)
        #expect(bad.errors.contains("line 3: 22P02: column \"id\": invalid input syntax for type integer: \"four\""))
        #expect(
            try Program.run("import", folder.path + "/bad.csv", "--table", "t", "--skip-bad", "-C", folder.path).output
                == "1 rows into t, 1 left out\n")
        #expect(
            try Program.run("export", "--table", "t", "-C", folder.path, "--format", "ndjson").output
                == "{\"id\":1,\"a\":\"x\"}\n{\"id\":2,\"a\":\"y, z\"}\n{\"id\":3,\"a\":\"x\"}\n")
        #expect(try Program.run("sql", "select count(*) from t", "--format", "csv", "-C", folder.path).output == "count\n3\n")
    }

    @Test func `keys are listed without secrets, made, and revoked`() throws {
        let folder = try TemporaryFolder()
        try folder.write("migrations/0001.sql", "create table t (id int)")
        let made = try Program.run("keys", "create", "secret", "--name", "billing", "-C", folder.path)
        #expect(made.output.hasPrefix("sb_secret_"))
        let list = try Program.run("keys", "-C", folder.path)
        #expect(list.output.contains("billing"))
        #expect(!list.output.contains(made.output.dropLast()))
        #expect(list.output.split(separator: "\n").contains { $0.hasPrefix("service_role") && !$0.contains("eyJ") })
        #expect(try Program.run("keys", "revoke", "billing", "-C", folder.path).code == 0)
        let token = try Program.run(
            "keys", "token", "--claims", #"{"app_metadata":{"role":"admin"}}"#, "--expires", "5m", "-C", folder.path)
        #expect(token.output.split(separator: ".").count == 3)
        #expect(try Program.run("keys", "token", "--claims", "[]", "-C", folder.path).code == 1)
    }

    @Test func `a running server serves, and runs commands for others`() async throws {
        let folder = try TemporaryFolder()
        try folder.write(
            "migrations/0001.sql",
            "create table t (id int primary key, a text); alter table t enable row level security; create policy p on t for select using (true)"
        )
        try folder.write("seed/t.csv", "id,a\n1,x\n")
        let server = try Program.start("serve", "-C", folder.path, "--port", "0")
        defer { server.process.terminate() }
        let address = try #require(server.errorLine(where: { $0.contains("API") })?.split(separator: " ").last.map(String.init))
        #expect(Program.get(address + "/t") == "[{\"id\":1,\"a\":\"x\"}]")
        try folder.write("more.ndjson", "{\"id\":2}\n{\"id\":3}\n")
        #expect(try Program.run("import", folder.path + "/more.ndjson", "--table", "t", "-C", folder.path).output == "2 rows into t\n")
        #expect(Program.get(address + "/t?select=id&order=id") == "[{\"id\":1}, \n {\"id\":2}, \n {\"id\":3}]")
        try folder.write("migrations/0002.sql", "alter table t add column n int default 5")
        #expect(try Program.run("migrate", "up", "-C", folder.path).output.contains("applied 0002.sql"))
        #expect(Program.get(address + "/t?select=n&id=eq.1") == "[{\"n\":5}]")
        let failed = try Program.run("sql", "select 1/0", "-C", folder.path)
        #expect((failed.code, failed.errors.contains("22012")) == (1, true))
        #expect(try Program.run("serve", "-C", folder.path).errors.contains("55006"))
        server.process.interrupt()
        server.process.waitUntilExit()
        #expect(server.process.terminationStatus == 0)
        // Its data is whole, and nobody's.
        #expect(try Program.run("export", "--table", "t", "-C", folder.path).output == "id,a,n\n1,x,5\n2,,5\n3,,5\n")
    }

    @Test func `production does not migrate by itself`() throws {
        let folder = try TemporaryFolder()
        try folder.write("migrations/0001.sql", "create table t (id int)")
        let refused = try Program.run("serve", "-C", folder.path, "--environment", "production", "--port", "0")
        #expect(refused.code == 1)
        #expect(refused.errors.contains("0001.sql"))
        #expect(refused.errors.contains("--migrate"))
    }

    @Test func `a folder for the Supabase CLI is served as it is`() throws {
        let folder = try TemporaryFolder()
        try folder.write("supabase/migrations/20240101000000_t.sql", "create table t (id int primary key)")
        try folder.write("supabase/seed.sql", "insert into t values (7);")
        let server = try Program.start("serve", "-C", folder.path, "--port", "0")
        _ = server.errorLine { $0.contains("Open to the public") }
        server.process.terminate()
        server.process.waitUntilExit()
        #expect(try Program.run("export", "--table", "t", "-C", folder.path).output == "id\n7\n")
        #expect(try Program.run("migrate", "new", "x", "-C", folder.path).output.hasPrefix("supabase/migrations/20"))
    }

    @Test func `the version is the first line's last word`() throws {
        let lines = try Program.run("--version").output.split(separator: "\n")
        #expect(lines.first?.split(separator: " ").last == "0.1.0")
        #expect(lines.count == 3)
    }

    @Test func `shells can complete`() throws {
        for shell in ["bash", "zsh", "fish"] { #expect(try Program.run("completions", shell).output.contains("offstage"), "\(shell)") }
        #expect(try Program.run("completions", "csh").code == 1)
    }
}

private enum Program {
    static let path: String? = {
        if let path = ProcessInfo.processInfo.environment["OFFSTAGE_TEST_PROGRAM"] { return path }
        // Beside the tests' own binary.
        let folders = CommandLine.arguments.compactMap { argument in
            argument.contains(".xctest") ? URL(fileURLWithPath: argument).deletingLastPathComponent().path : nil
        }
        return folders.map { $0 + "/offstage" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    struct Result {
        var code: Int32
        var output: String
        var errors: String
    }

    struct Running {
        let process: Process
        let errors: FileHandle

        /// The first line on standard error that fits; nil at the end of all.
        func errorLine(where fits: (String) -> Bool) -> String? {
            var text = ""
            while true {
                let data = errors.availableData
                if data.isEmpty { return nil }
                text += String(decoding: data, as: UTF8.self)
                let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
                if let line = lines.dropLast().first(where: { fits(String($0)) }) { return String(line) }
            }
        }
    }

    static func run(_ arguments: String...) throws -> Result {
        let process = make(arguments)
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        // Nothing here fills a pipe.
        let out = output.fileHandleForReading.readDataToEndOfFile()
        let err = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Result(
            code: process.terminationStatus, output: String(decoding: out, as: UTF8.self), errors: String(decoding: err, as: UTF8.self))
    }

    static func start(_ arguments: String...) throws -> Running {
        let process = make(arguments)
        let errors = Pipe()
        process.standardOutput = FileHandle.nullDevice
        process.standardError = errors
        try process.run()
        return Running(process: process, errors: errors.fileHandleForReading)
    }

    private static func make(_ arguments: [String]) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path ?? "")
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("OFFSTAGE_") }
        return process
    }

    /// The body of an answer.
    static func get(_ address: String) -> String? {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["curl", "-s", "-g", address]
        let output = Pipe()
        process.standardOutput = output
        guard (try? process.run()) != nil else { return nil }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }
}
