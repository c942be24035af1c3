import Testing

@testable import Offstage

@Suite struct SettingsTests {
    private func read(_ files: [String: String] = [:], variables: [String: String] = [:], flags: [String: String] = [:]) throws -> Settings
    {
        let folder = try TemporaryFolder()
        for (name, text) in files { try folder.write(name, text) }
        return try Settings(folder: folder.path, variables: variables, flags: flags)
    }

    private func problems(_ files: [String: String] = [:], variables: [String: String] = [:], flags: [String: String] = [:]) throws
        -> [String]
    {
        do {
            _ = try read(files, variables: variables, flags: flags)
        } catch let error as SettingsError {
            return error.problems
        }
        Issue.record("the settings were taken")
        return []
    }

    @Test func `without anything every setting has its default`() throws {
        let settings = try read()
        #expect(settings == Settings())
        #expect(settings.server.host == "127.0.0.1")
    }

    @Test func `the page of the API is off in production, unless set`() throws {
        #expect(try read().hasDocs)
        #expect(try read(flags: ["environment": "test"]).hasDocs)
        #expect(try !read(flags: ["environment": "production"]).hasDocs)
        #expect(try read(flags: ["environment": "production", "api.docs": "true"]).hasDocs)
        #expect(try !read(flags: ["api.docs": "false"]).hasDocs)
        #expect(try !read(flags: ["api.docs": "true", "api.openapi": "false"]).hasDocs)
        #expect(try problems(flags: ["api.docs": "yes"]).first?.contains("must be true or false") == true)
    }

    @Test func `flags win over variables, those over the environment's file, that over the general one`() throws {
        let files = [
            "offstage.yaml": "environment: test\nserver:\n  port: 1\napi:\n  max_rows: 1\ndatabase:\n  readers: 1\nlog:\n  level: debug\n",
            "offstage.test.yaml": "server:\n  port: 2\napi:\n  max_rows: 2\ndatabase:\n  readers: 2\n",
            "offstage.production.yaml": "server:\n  port: 9\n",
        ]
        let settings = try read(
            files, variables: ["OFFSTAGE_SERVER__PORT": "3", "OFFSTAGE_API__MAX_ROWS": "3"], flags: ["server.port": "4"])
        #expect(settings.environment == .test)
        #expect(settings.isEnvironmentChosen)
        #expect(settings.server.port == 4)
        #expect(settings.api.maxRows == 3)
        #expect(settings.database.readers == 2)
        #expect(settings.log.level == .debug)
    }

    @Test func `an unknown key is an error with its place and the nearest key`() throws {
        #expect(
            try problems(["offstage.yaml": "server:\n  prot: 1\n"]) == [
                "offstage.yaml:2:3: there is no setting server.prot; did you mean server.port?"
            ])
        #expect(try problems(["offstage.yaml": "port: 1\n"]) == ["offstage.yaml:1:1: there is no setting port; did you mean server.port?"])
        #expect(try problems(flags: ["server.hots": "x"]) == ["--server.hots: there is no setting server.hots; did you mean server.host?"])
    }

    @Test func `an unknown variable is an error, and the tests' own are none`() throws {
        let found = try problems(variables: ["OFFSTAGE_SERVER__PROT": "1"])
        #expect(found == ["OFFSTAGE_SERVER__PROT: there is no setting server.prot; did you mean OFFSTAGE_SERVER__PORT?"])
        _ = try read(variables: ["OFFSTAGE_TEST_POSTGRES": "x", "OFFSTAGE_SEED": "1", "OFFSTAGE_LONG": "1", "PATH": "/bin"])
    }

    @Test func `all that is wrong is told at once`() throws {
        #expect(try problems(["offstage.yaml": "a: 1\nserver:\n  port: high\nlog:\n  format: pritty\n"]).count == 3)
    }

    @Test(arguments: [
        ("server.port", "70000"), ("server.port", "x"), ("api.aggregates", "yes"), ("log.format", "xml"), ("server.timeout", "soon"),
        ("server.body_limit", "ten"), ("environment", "staging"), ("data", ""), ("api.schemas", ""), ("server.timeout", "0s"),
    ])
    func `a value of another type is refused`(_ key: String, _ value: String) throws {
        let found = try problems(flags: [key: value])
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("--\(key): \(key) must") == true)
    }

    @Test func `durations, sizes and lists are read`() throws {
        let settings = try read(
            ["offstage.yaml": "api:\n  schemas: [public, shop]\n"],
            variables: [
                "OFFSTAGE_SERVER__TIMEOUT": "1500ms", "OFFSTAGE_SERVER__BODY_LIMIT": "2MB",
                "OFFSTAGE_SERVER__ALLOWED_ORIGINS": "https://a.example, https://b.example",
            ])
        #expect(settings.api.schemas == ["public", "shop"])
        #expect(settings.server.timeout == .milliseconds(1500))
        #expect(settings.server.bodyLimit == 2 << 20)
        #expect(settings.server.allowedOrigins == ["https://a.example", "https://b.example"])
    }

    @Test func `a secret may stand in a file, other settings may not`() throws {
        let folder = try TemporaryFolder()
        try folder.write("secret", "0123456789abcdef0123456789abcdef\n")
        let settings = try Settings(folder: folder.path, variables: ["OFFSTAGE_AUTH__JWT_SECRET_FILE": "\(folder.path)/secret"])
        #expect(settings.auth.jwtSecret == "0123456789abcdef0123456789abcdef")
        #expect(try problems(variables: ["OFFSTAGE_SERVER__PORT_FILE": "/x"]).count == 1)
        #expect(try problems(variables: ["OFFSTAGE_AUTH__JWT_SECRET_FILE": "/nowhere"]).first?.contains("no such file") == true)
    }

    @Test func `others can reach the server only when somebody said what it is for`() throws {
        for host in ["0.0.0.0", "192.168.1.5", "::", "shop.example"] {
            #expect(try problems(flags: ["server.host": host]).first?.contains("OFFSTAGE_ENVIRONMENT") == true, "\(host)")
            _ = try read(variables: ["OFFSTAGE_ENVIRONMENT": "production"], flags: ["server.host": host])
        }
        for host in ["127.0.0.1", "localhost", "::1", "127.0.0.53"] { _ = try read(flags: ["server.host": host]) }
    }

    @Test func `what is not YAML is told with its line`() throws {
        let found = try problems(["offstage.yaml": "server:\n  port: [1\n"])
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("offstage.yaml: line ") == true)
    }

    @Test func `the reference page is the table of settings`() throws {
        var path = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        path.removeLast(3)
        // Run `offstage settings > Docs/Reference/Settings.md` after a change.
        let page = try #require(try TextFile.readIfPresent(path.joined(separator: "/") + "/Docs/Reference/Settings.md"))
        #expect(page == Setting.reference)
    }
}
