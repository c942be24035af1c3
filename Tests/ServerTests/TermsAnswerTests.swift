import OffstageQuery
import OffstageSQL
import OffstageSchema
import Synchronization
import Testing

@testable import OffstageServer

/// What a request's conditions and its key become; that the database keeps them is shown in Tests/BlackBox/retries.py.
struct TermsAnswerTests {
    static let json: (String, String) = ("Content-Type", "application/json")
    static let uuid = "8e03978e-40d5-43dd-bc93-6894a57f9324"

    @Test(
        arguments: [
            ("\"a\"", "\"a\"", true, false), ("\"a\"", "\"b\"", false, true), ("*", "\"a\"", true, false), ("*", nil, false, true),
            ("\"a\"", nil, false, true), ("W/\"a\"", "\"a\"", false, false), ("\"b\" , W/\"c\",\"a\"", "\"a\"", true, false),
            ("\"a,b\"", "\"a,b\"", true, false), (" * ", "\"a\"", true, false),
        ] as [(String, String?, Bool, Bool)])
    func `a condition on a tag`(_ header: String, _ tag: String?, _ matches: Bool, _ isNews: Bool) throws {
        let match = try TagCondition(RequestHead(method: "GET", target: "/", fields: [("If-Match", header)]))
        #expect(match?.matches(tag) == matches)
        #expect(match?.isNews(tag) == true)
        let none = try TagCondition(RequestHead(method: "GET", target: "/", fields: [("if-none-match", header)]))
        #expect(none?.isNews(tag) == isNews)
    }

    @Test(arguments: ["a", "\"a", "W/a", "\"a\" b", "\"a\", *", String(repeating: "\"a\",", count: 65)])
    func `a condition that cannot be read is no request`(_ header: String) throws {
        #expect(throws: Refusal.self) { try TagCondition(RequestHead(method: "GET", target: "/", fields: [("If-Match", header)])) }
    }

    @Test func `a request without such headers brings nothing`() async throws {
        let desk = try Desk()
        _ = await desk.ask("PATCH", "/books?id=eq.1", [Self.json], body: #"{"title":"x"}"#)
        _ = await desk.ask("GET", "/books?id=eq.1")
        #expect(desk.shelf.asked.count == 2)
        #expect(desk.shelf.asked.allSatisfy { $0.inputs.terms == nil })
        #expect(desk.shelf.planned == 2)
    }

    @Test func `a read with a tag reads the row as well`() async throws {
        let desk = try Desk()
        let answer = await desk.ask("GET", "/books?id=eq.1&select=title", [("Prefer", "etag")])
        #expect(answer.fields["etag"] == RowTag.text(Array("[{\"id\":1}]".utf8)))
        #expect(desk.shelf.asked.map(\.format) == [.object(nullsStripped: false), .json(nullsStripped: false)])
        let known = await desk.ask("GET", "/books?id=eq.1&select=title", [("If-None-Match", answer.fields["etag"] ?? "")])
        #expect(known.status == 304)
        #expect(known.body.isEmpty)
        #expect(desk.shelf.asked.count == 3)
        var settings = RestSettings()
        settings.tagsRows = true
        #expect(try await Desk(settings).ask("GET", "/books?id=eq.1").fields["etag"] == answer.fields["etag"])
        #expect(try await Desk(settings).ask("GET", "/books?title=eq.x").fields["etag"] == nil)
    }

    @Test func `a row that is not there has no tag`() async throws {
        let desk = try Desk { $0.rows = Rows(body: Array("null".utf8), count: 0) }
        #expect(await desk.ask("GET", "/books?id=eq.1", [("Prefer", "etag")]).fields["etag"] == nil)
        #expect(await desk.ask("GET", "/books?id=eq.1", [("If-Match", "*")]).status == 412)
        #expect(await desk.ask("GET", "/books?id=eq.1", [("If-None-Match", "*")]).status == 200)
    }

    @Test func `a slow read carries its tag too`() async throws {
        let desk = try Desk { $0.isSlow = true }
        #expect(await desk.ask("GET", "/books?id=eq.1", [("Prefer", "etag")]).fields["etag"] != nil)
        #expect(await desk.ask("GET", "/books?id=eq.1", [("If-None-Match", "*")]).status == 304)
    }

    @Test(arguments: [
        ("PATCH", "/books?id=gt.1"), ("PATCH", "/books"), ("DELETE", "/books?title=eq.x"), ("POST", "/books"),
        ("PATCH", "/books?id=in.(1)"),
        ("PATCH", "/books?or=(id.eq.1)"), ("PATCH", "/books?id=not.eq.1"),
    ])
    func `a condition needs one row`(_ method: String, _ target: String) async throws {
        let desk = try Desk()
        let answer = await desk.ask(method, target, [Self.json, ("If-Match", "*")], body: #"{"title":"x"}"#)
        #expect(answer.status == 400)
        #expect(answer.errorCode == "OFS302")
        #expect(desk.shelf.asked.isEmpty)
    }

    @Test func `a write carries its condition, and the read of its row`() async throws {
        let desk = try Desk()
        _ = await desk.ask("PATCH", "/books?id=eq.1", [Self.json, ("If-Match", "\"a\"")], body: #"{"title":"x"}"#)
        let match = try #require(desk.shelf.asked.first?.inputs.terms?.match)
        #expect(match.condition == TagCondition(match: .these(["\"a\""])))
        guard case .read(let read) = match.row else { _ = Issue.record("no read"); return }
        #expect(read.root.fields.count == 3)
    }

    @Test func `a database that keeps no promises is not asked to`() async throws {
        let desk = try Desk { $0.honoursTerms = false }
        for field in [("If-Match", "*"), ("Idempotency-Key", Self.uuid)] {
            let answer = await desk.ask("PATCH", "/books?id=eq.1", [Self.json, field], body: #"{"title":"x"}"#)
            #expect(answer.errorCode == "0A000")
        }
        #expect(desk.shelf.asked.isEmpty)
        #expect(await desk.ask("GET", "/books?id=eq.1", [("Prefer", "etag")]).fields["etag"] != nil)
    }

    @Test(arguments: [
        "k", "", "8e03978e-40d5-43dd-bc93-6894a57f932", "8e03978e 40d5-43dd-bc93-6894a57f9324", "8e03978e-40d5-43dd-bc93-6894a57f932g",
    ])
    func `who has no name needs a UUID`(_ key: String) async throws {
        let desk = try Desk()
        let answer = await desk.ask("POST", "/books", [Self.json, ("Idempotency-Key", key)], body: "{}")
        #expect(answer.status == 400)
        #expect(answer.errorCode == "OFS303")
        #expect(desk.shelf.asked.isEmpty)
    }

    @Test func `two keys are none`() async throws {
        let desk = try Desk()
        let answer = await desk.ask(
            "POST", "/books", [Self.json, ("Idempotency-Key", Self.uuid), ("Idempotency-Key", Self.uuid)], body: "{}")
        #expect(answer.errorCode == "OFS303")
    }

    @Test func `a key is its caller's, its route's and its request's`() async throws {
        let desk = try Desk()
        func once(_ method: String, _ target: String, _ fields: Fields = [], body: String = "{}") async throws -> WriteTerms.Once {
            _ = await desk.ask(method, target, Fields(pairs: [Self.json, ("Idempotency-Key", Self.uuid)] + fields.pairs), body: body)
            return try #require(desk.shelf.asked.last?.inputs.terms?.once)
        }
        let first = try await once("POST", "/books")
        let same = try await once("POST", "/books")
        #expect(same.key == first.key && same.request == first.request && same.owner == first.owner)
        let other = try await once("POST", "/books", body: "{ }")
        #expect(other.key == first.key && other.request != first.request)
        let asked = try await once("POST", "/books?select=id")
        #expect(asked.key == first.key && asked.request != first.request)
        let preferred = try await once("POST", "/books", [("Prefer", "return=representation")])
        #expect(preferred.key == first.key && preferred.request != first.request)
        let patched = try await once("PATCH", "/books?id=eq.1", body: #"{"title":"x"}"#)
        #expect(patched.key != first.key)
        if case .never = first.showing {} else { Issue.record("a caller without a name is shown no body again") }
    }

    @Test func `an answer that is given again says so`() async throws {
        var kept = Rows(body: Array("[{}]".utf8), count: 1)
        kept.replay = .whole
        let whole = kept
        let desk = try Desk { $0.rows = whole }
        let fields: Fields = [Self.json, ("Idempotency-Key", Self.uuid), ("Prefer", "return=representation")]
        let answer = await desk.ask("POST", "/books", fields, body: "{}")
        #expect(answer.status == 201 && answer.text == "[{}]" && answer.fields["idempotency-replayed"] == "true")
        desk.shelf.state.withLock {
            $0.rows.replay = .withoutBody; $0.rows.body = []
        }
        let bare = await desk.ask("POST", "/books", fields, body: "{}")
        #expect(bare.status == 201 && bare.body.isEmpty && bare.fields["content-type"] == nil)
    }
}
