import OffstageAuth
import OffstageDatabase
import OffstageSchema
import OffstageServer
import Testing

@testable import Offstage

/// The contract of `Driver`: what every engine does alike, asked of each through the service that stands on it.
///
/// That the answers are alike, byte for byte, is asked from the outside, of many more requests.
struct DriverContractTests {
    @Test(arguments: Engine.all) func `a caller sees its rows, and claims stay with their request`(_ engine: Engine) async throws {
        let kept = try await Kept(engine)
        try await withThrowingTaskGroup { group in
            for number in 0..<40 {
                group.addTask {
                    let user = Kept.user(number % 8)
                    says(try await kept.ask("GET", "rpc/who", as: user), "200 \"\(user)\"")
                    if number % 2 == 0 { says(try await kept.ask("GET", "rpc/who"), "200 null") }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await kept.ask("POST", "notes", #"{"body":"a"}"#, as: Kept.user(1)).status == 201)
        says(try await kept.ask("GET", "notes?select=body", as: Kept.user(1)), #"200 [{"body":"a"}]"#)
        says(try await kept.ask("GET", "notes?select=body", as: Kept.user(2)), "200 []")
        #expect(try await kept.ask("PATCH", "notes?body=eq.a", #"{"body":"b"}"#, as: Kept.user(2), ["Prefer": "count=exact"]).status == 204)
        says(try await kept.ask("GET", "notes?select=body", as: Kept.user(1)), #"200 [{"body":"a"}]"#)
    }

    @Test(arguments: Engine.all) func `a write that fails leaves nothing`(_ engine: Engine) async throws {
        let kept = try await Kept(engine)
        let two = try await kept.ask("POST", "shelves", #"[{"id":10,"label":"x"},{"id":1,"label":"y"}]"#)
        #expect(two.status == 409 && two.body.contains(#""code":"23505""#) && two.body.contains("Key (id)=(1) already exists."))
        says(try await kept.ask("GET", "shelves?select=id"), #"200 [{"id":1},{"id":2}]"#)
        #expect(try await kept.ask("PATCH", "shelves?id=gt.0", #"{"label":null}"#).body.contains("23502"))
        says(try await kept.ask("GET", "shelves?label=is.null&select=id"), "200 []")
        // A function's earlier statements, too.
        #expect(try await kept.ask("POST", "rpc/half", "{}").body.contains("22012"))
        says(try await kept.ask("GET", "shelves?select=id"), #"200 [{"id":1},{"id":2}]"#)
    }

    @Test(arguments: Engine.all) func `what the answer forbids is undone`(_ engine: Engine) async throws {
        let kept = try await Kept(engine)
        let single = ["Accept": "application/vnd.pgrst.object+json", "Prefer": "return=representation"]
        #expect(try await kept.ask("PATCH", "shelves?id=gt.0", #"{"label":"z"}"#, single).body.contains("PGRST116"))
        #expect(
            try await kept.ask("DELETE", "shelves?id=gt.0", ["Prefer": "handling=strict, max-affected=1"]).body.contains("PGRST124"))
        let rehearsed = try await kept.ask(
            "DELETE", "shelves?id=eq.2&select=id", ["Prefer": "tx=rollback, return=representation"])
        says(rehearsed, #"200 [{"id":2}]"#)
        says(try await kept.ask("GET", "shelves?select=label"), #"200 [{"label":"top"},{"label":"low"}]"#)
    }

    @Test(arguments: Engine.all) func `a read writes nothing`(_ engine: Engine) async throws {
        let kept = try await Kept(engine)
        #expect(try await kept.ask("GET", "rpc/add").body.contains("25006"))
        says(try await kept.ask("POST", "rpc/add", "{}"), "200 3")
        says(try await kept.ask("GET", "shelves?select=id"), #"200 [{"id":1},{"id":2},{"id":3}]"#)
    }

    @Test(arguments: Engine.all) func `one row that many change at once loses no change`(_ engine: Engine) async throws {
        let kept = try await Kept(engine)
        try await withThrowingTaskGroup { group in
            for _ in 0..<50 { group.addTask { () async throws -> Int in try await kept.ask("POST", "rpc/step", "{}").status } }
            for try await status in group { #expect(status == 200) }
        }
        says(try await kept.ask("GET", "counter?select=n"), #"200 [{"n":50}]"#)
    }

    @Test(arguments: Engine.all) func `a statement ends at its limit, and others go on`(_ engine: Engine) async throws {
        let kept = try await Kept(engine) { $0.database.roleTimeouts["authenticated"] = .seconds(3) }
        let endless = try await kept.ask("POST", "rpc/endless", "{}", as: Kept.user(1))
        #expect(endless.status == 500 && endless.body.contains("57014"))
        for _ in 0..<4 { says(try await kept.ask("GET", "counter?select=n"), #"200 [{"n":0}]"#) }
    }

    @Test(arguments: Engine.all) func `what nobody waits for any more ends, and others go on`(_ engine: Engine) async throws {
        let kept = try await Kept(engine) { settings in
            settings.database.statementTimeout = .seconds(3600)
            settings.database.roleTimeouts = [:]
        }
        let batch = """
            [{"method":"POST","path":"/shelves","body":{"id":20,"label":"new"}},{"method":"POST","path":"/rpc/endless","body":{}}]
            """
        // Before it is begun, or while it is under way.
        for (path, body, pause) in [("rpc/endless", "{}", 0), ("rpc/endless", "{}", 300), ("/batch/v1", batch, 300)] {
            let asked = Task { try await kept.ask("POST", path, body) }
            try await Task.sleep(for: .milliseconds(pause))
            asked.cancel()
            #expect(try await asked.value.body.contains("canceling statement due to user request"))
            says(try await kept.ask("GET", "shelves?select=id"), #"200 [{"id":1},{"id":2}]"#)
            for _ in 0..<4 { says(try await kept.ask("GET", "counter?select=n"), #"200 [{"n":0}]"#) }
        }
    }

    @Test(arguments: Engine.all) func `what a migration changes is known at once, to plans that are kept, too`(_ engine: Engine)
        async throws
    {
        let kept = try await Kept(engine)
        let driver = kept.project.project.database.driver
        for _ in 0..<3 { says(try await kept.ask("GET", "counter"), #"200 [{"id":1,"n":0}]"#) }
        let before = driver.generation
        try await kept.project.migrate(
            "0002", "alter table counter add note text default 'new'; create table more (id int primary key); grant select on more to anon;"
        )
        #expect(driver.generation > before && driver.generation == driver.schema.generation)
        says(try await kept.ask("GET", "counter"), #"200 [{"id":1,"n":0,"note":"new"}]"#)
        says(try await kept.ask("GET", "more"), "200 []")
    }

    @Test(arguments: Engine.all) func `a batch is whole or not at all`(_ engine: Engine) async throws {
        let kept = try await Kept(engine)
        #expect(kept.project.project.database.driver.honoursTerms)
        func batch(_ id: Int) async throws -> Int {
            try await kept.ask(
                "POST", "/batch/v1",
                """
                [{"method":"POST","path":"/shelves","body":{"id":20,"label":"new"}},{"method":"PATCH","path":"/counter?id=eq.1","body":{"n":7}},
                {"method":"POST","path":"/shelves","body":{"id":\(id),"label":"last"}}]
                """
            ).status
        }
        #expect(try await batch(1) == 409)
        says(try await kept.ask("GET", "shelves?select=id"), #"200 [{"id":1},{"id":2}]"#)
        says(try await kept.ask("GET", "counter?select=n"), #"200 [{"n":0}]"#)
        #expect(try await batch(21) == 200)
        says(try await kept.ask("GET", "shelves?select=id&order=id"), #"200 [{"id":1},{"id":2},{"id":20},{"id":21}]"#)
    }

    @Test(arguments: Engine.all) func `a write under a key is done once, whoever asks first`(_ engine: Engine) async throws {
        let kept = try await Kept(engine)
        let statuses = try await withThrowingTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    try await kept.ask(
                        "POST", "rpc/step", "{}", ["Idempotency-Key": "2b0bd5d0-0000-4000-8000-000000000001"]
                    ).status
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        // One that meets the first still under way may be told to come again.
        #expect(statuses.contains(200) && statuses.allSatisfy { $0 == 200 || $0 == 409 }, "\(statuses)")
        says(try await kept.ask("GET", "counter?select=n"), #"200 [{"n":1}]"#)
    }

    @Test(arguments: Engine.all) func `conditions are judged in the write's own transaction`(_ engine: Engine) async throws {
        let kept = try await Kept(engine)
        let tag = try #require(try await kept.answer("GET", "counter?id=eq.1", nil, nil, ["Prefer": "etag"]).fields["ETag"])
        let statuses = try await withThrowingTaskGroup { group in
            for number in 1...6 {
                group.addTask { try await kept.ask("PATCH", "counter?id=eq.1", "{\"n\":\(number)}", ["If-Match": tag]).status }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.count { $0 == 204 } == 1 && statuses.count { $0 == 412 } == 5, "\(statuses)")
    }

    @Test(arguments: Engine.all) func `how a statement runs is told, and nothing of it is kept`(_ engine: Engine) async throws {
        let kept = try await Kept(engine, explains: true)
        let plan = try await kept.ask("DELETE", "shelves?id=gt.0", ["Accept": "application/vnd.pgrst.plan+text; options=analyze"])
        #expect(plan.status == 200 && !plan.body.isEmpty, "\(plan)")
        says(try await kept.ask("GET", "shelves?select=id"), #"200 [{"id":1},{"id":2}]"#)
    }

    @Test(arguments: Engine.all) func `after the end nothing is answered, and nobody waits`(_ engine: Engine) async throws {
        let kept = try await Kept(engine)
        kept.project.project.database.close()
        for (method, path, body) in [("GET", "shelves?order=label", nil), ("POST", "shelves", #"{"id":9,"label":"x"}"#)] {
            let answer = try await kept.ask(method, path, body)
            #expect(answer.status == 503 && answer.body.contains("57P01"), "\(answer)")
        }
    }
}

private struct Answered {
    var status: Int
    var body: String
}

/// In an expectation of its own, a value that was waited for is shown.
private func says(_ answer: Answered, _ wanted: String, _ location: SourceLocation = #_sourceLocation) {
    #expect("\(answer.status) \(answer.body)" == wanted, sourceLocation: location)
}

/// A project on an engine, and the service on it.
private struct Kept: Sendable {
    let project: EngineProject
    private let service: RestService

    init(_ engine: Engine, explains: Bool = false, _ change: (inout Settings) -> Void = { _ in }) async throws {
        project = try await EngineProject(engine, Self.migration, change)
        var settings = RestSettings()
        settings.explains = explains
        settings.allowsRollback = true
        service = RestService(driver: project.project.database.driver, keys: project.project.keys, settings: settings)
    }

    static func user(_ number: Int) -> String { "7b0f5a9e-3c1f-4a57-9a3c-1d5c5b0d3f0\(number)" }

    func ask(_ method: String, _ path: String, _ body: String? = nil, as user: String? = nil, _ fields: [String: String] = [:]) async throws
        -> Answered
    {
        let response = try await answer(method, path, body, user, fields)
        // Rows stand on lines of their own.
        return Answered(status: response.status, body: String(decoding: response.body, as: UTF8.self).replacing(", \n ", with: ","))
    }

    func ask(_ method: String, _ path: String, _ fields: [String: String]) async throws -> Answered {
        try await ask(method, path, nil, as: nil, fields)
    }

    func ask(_ method: String, _ path: String, _ body: String, _ fields: [String: String]) async throws -> Answered {
        try await ask(method, path, body, as: nil, fields)
    }

    func answer(_ method: String, _ path: String, _ body: String?, _ user: String?, _ fields: [String: String]) async throws
        -> ServerResponse
    {
        var pairs = fields.map { ($0.key, $0.value) }
        if let user {
            let token = try project.project.keys.set.sign(
                claims: [("role", "\"authenticated\""), ("sub", "\"\(user)\"")], expiresIn: 3600)
            pairs.append(("Authorization", "Bearer " + token))
        }
        if body != nil { pairs.append(("Content-Type", "application/json")) }
        let target = path.hasPrefix("/") ? path : "/rest/v1/" + path
        return await service.answer(
            RequestHead(method: method, target: target, fields: Fields(pairs: pairs)), body: Array((body ?? "").utf8)
        ).value()
    }

    private static let migration = """
        create table shelves (id int primary key, label text not null);
        insert into shelves values (1, 'top'), (2, 'low');
        grant select, insert, update, delete on shelves to anon;
        create table counter (id int primary key, n int not null);
        insert into counter values (1, 0);
        grant select, update on counter to anon;
        create table notes (id int generated always as identity primary key, owner uuid default auth.uid(), body text);
        alter table notes enable row level security;
        create policy own on notes for all to authenticated using (owner = auth.uid()) with check (owner = auth.uid());
        create function who() returns uuid language sql stable as 'select auth.uid()';
        create function add() returns int language sql as 'insert into shelves values (3, ''new'') returning id';
        create function step() returns int language sql as 'update counter set n = n + 1 returning n';
        create function half() returns int language plpgsql as $$ begin insert into shelves values (30, 'half'); return 1 / 0; end $$;
        create function endless() returns int language plpgsql as $$ begin loop perform 1; end loop; return 1; end $$;
        grant execute on function who, add, step, half, endless to anon, authenticated;
        """
}
