import OffstageQuery
import OffstageSQL
import OffstageSchema
import Testing

@testable import OffstageServer

struct WriteAnswerTests {
    static let json: (String, String) = ("Content-Type", "application/json")

    @Test(arguments: [
        // preference, rows: status, body, range
        ("return=minimal", Rows(count: 1), 201, "", "*/*"),
        ("return=representation", Rows(body: Array("[{}]".utf8), count: 1), 201, "[{}]", "*/*"),
        ("return=representation,count=exact", Rows(body: Array("[{}]".utf8), count: 1), 201, "[{}]", "*/1"),
        ("resolution=merge-duplicates", Rows(count: 1, inserted: 0), 200, "", "*/*"),
        ("resolution=merge-duplicates", Rows(count: 2, inserted: 1), 201, "", "*/*"),
        ("resolution=ignore-duplicates", Rows(count: 0, inserted: 0), 201, "", "*/*"),
    ])
    func `an insert`(_ prefer: String, _ rows: Rows, _ status: Int, _ body: String, _ range: String) async throws {
        let desk = try Desk { $0.rows = rows }
        let answer = await desk.ask("POST", "/books", [Self.json, ("Prefer", prefer)], body: #"{"title":"Emma","price":9.50}"#)
        #expect(answer.status == status)
        #expect(answer.text == body)
        #expect(answer.fields["content-range"] == range)
        #expect(answer.fields["content-type"] == (body.isEmpty ? nil : "application/json; charset=utf-8"))
        #expect(answer.fields["preference-applied"] == prefer.split(separator: ",").joined(separator: ", "))
        #expect(desk.shelf.asked.first?.inputs.rows.map(\.values) == [[.text("Emma"), .text("9.50")]])
    }

    @Test func `headers-only tells where the row is`() async throws {
        let desk = try Desk { $0.rows = Rows(count: 1, location: ["a b/é"]) }
        let answer = await desk.ask("POST", "/books", [Self.json, ("Prefer", "return=headers-only")], body: "{}")
        #expect(answer.fields["location"] == "/books?id=eq.a%20b%2F%C3%A9")
        #expect(answer.status == 201)
        let null = try Desk { $0.rows = Rows(count: 1, location: [nil]) }
        #expect(
            await null.ask("POST", "/books", [Self.json, ("Prefer", "return=headers-only")], body: "{}").fields["location"]
                == "/books?id=is.null")
    }

    @Test func `an empty array inserts nothing and asks nobody`() async throws {
        let desk = try Desk()
        let answer = await desk.ask("POST", "/books", [Self.json, ("Prefer", "return=representation")], body: "[]")
        #expect(answer.status == 201)
        #expect(answer.text == "[]")
        #expect(desk.shelf.asked.isEmpty)
        #expect(await desk.ask("POST", "/vault", [Self.json], body: "[]").status == 401)
    }

    @Test func `an empty object inserts a row of defaults`() async throws {
        let desk = try Desk()
        #expect(await desk.ask("POST", "/books", [Self.json], body: "{}").status == 201)
        #expect(desk.shelf.asked.first?.inputs.rows.map(\.values) == [[]])
    }

    @Test(arguments: [
        ("return=minimal", 3, 204, "0-2/*"), ("return=representation", 3, 200, "0-2/*"), ("", 0, 204, "*/*"),
        ("count=exact", 2, 204, "0-1/2"),
    ])
    func `an update`(_ prefer: String, _ count: Int, _ status: Int, _ range: String) async throws {
        let desk = try Desk { $0.rows = Rows(body: Array("[]".utf8), count: count) }
        let answer = await desk.ask("PATCH", "/books?id=gt.4", [Self.json, ("Prefer", prefer)], body: #"{"title":"x"}"#)
        #expect(answer.status == status)
        #expect(answer.fields["content-range"] == range)
        #expect(desk.shelf.asked.first?.inputs.values == [.text("4")])
    }

    @Test func `an update of nothing touches nothing`() async throws {
        let desk = try Desk()
        for body in ["{}", "[]"] {
            let answer = await desk.ask("PATCH", "/books", [Self.json, ("Prefer", "return=representation")], body: body)
            #expect(answer.status == 200)
            #expect(answer.text == "[]")
        }
        let one = await desk.ask("PATCH", "/books", [Self.json, ("Accept", "application/vnd.pgrst.object+json")], body: "{}")
        #expect(one.status == 406)
        #expect(desk.shelf.asked.isEmpty)
    }

    @Test func `a delete`() async throws {
        let desk = try Desk { $0.rows = Rows(count: 4) }
        let answer = await desk.ask("DELETE", "/books?id=eq.1", [("Prefer", "count=exact")])
        #expect(answer.status == 204)
        #expect(answer.fields["content-range"] == "*/4")
        #expect(answer.fields["content-type"] == nil)
    }

    @Test func `PUT replaces the row that the URL names`() async throws {
        let desk = try Desk { $0.rows = Rows(body: Array("[{}]".utf8), count: 1, inserted: 1) }
        let body = #"{"id":7,"title":"x"}"#
        #expect(await desk.ask("PUT", "/books?id=eq.7", [Self.json], body: body).status == 204)
        #expect(await desk.ask("PUT", "/books?id=eq.7", [Self.json, ("Prefer", "return=representation")], body: body).status == 201)
        #expect(await desk.ask("PUT", "/books?id=eq.007", [Self.json], body: body).status == 204)
        let other = await desk.ask("PUT", "/books?id=eq.8", [Self.json], body: body)
        #expect(other.status == 400)
        #expect(other.errorCode == "PGRST115")
        #expect(await desk.ask("PUT", "/books?title=eq.x", [Self.json], body: body).errorCode == "PGRST105")
        #expect(await desk.ask("PUT", "/books?id=eq.7&limit=1", [Self.json], body: body).errorCode == "PGRST114")
    }

    @Test(arguments: [
        ("application/json", "", "PGRST102"), ("application/json", "nonsense", "PGRST102"),
        ("application/json", #"[{"id":1},{"title":"x"}]"#, "PGRST102"),
        ("application/pdf", "x", "PGRST102"), ("text/csv", "id,title\n1", "PGRST102"), ("application/json", #"{"nope":1}"#, "PGRST204"),
        ("application/json", #"{"id":"x"}"#, "22P02"),
    ])
    func `a payload that cannot be read is 400`(_ type: String, _ body: String, _ code: String) async throws {
        let desk = try Desk()
        let answer = await desk.ask("POST", "/books", [("Content-Type", type)], body: body)
        #expect(answer.status == 400)
        #expect(answer.errorCode == code)
        #expect(desk.shelf.asked.isEmpty)
    }

    @Test func `preferences reach the database`() async throws {
        var settings = RestSettings()
        settings.allowsRollback = true
        let desk = try Desk(settings) { $0.rows = Rows(count: 1) }
        let answer = await desk.ask(
            "DELETE", "/books",
            [("Prefer", "handling=strict, tx=rollback, max-affected=3"), ("Accept", "application/vnd.pgrst.object+json")])
        let inputs = try #require(desk.shelf.asked.first?.inputs)
        #expect(inputs.rollsBack)
        #expect(inputs.wantsSingle)
        #expect(inputs.maxAffected == 3)
        #expect(answer.fields["preference-applied"] == "tx=rollback, handling=strict, max-affected=3")
        let plain = try Desk { $0.rows = Rows(count: 1) }
        _ = await plain.ask("DELETE", "/books", [("Prefer", "tx=rollback, max-affected=3")])
        #expect(plain.shelf.asked.first?.inputs.rollsBack == false)
        #expect(plain.shelf.asked.first?.inputs.maxAffected == nil)
        #expect(await plain.ask("DELETE", "/books", [("Prefer", "handling=strict, nonsense=1")]).errorCode == "PGRST122")
    }

    @Test func `rows that leave columns out go to their own text`() async throws {
        let desk = try Desk { $0.rows = Rows(count: 3) }
        let body = #"[{"id":1,"title":"a"},{"id":2},{"id":3,"title":"c"}]"#
        _ = await desk.ask("POST", "/books?columns=id,title", [Self.json, ("Prefer", "missing=default")], body: body)
        #expect(desk.shelf.asked.first?.inputs.rows.map(\.variant) == [0, 1, 0])
    }

    @Test func `statements are kept by what payloads give`() async throws {
        let desk = try Desk { $0.rows = Rows(count: 1) }
        for title in 1...6 { _ = await desk.ask("POST", "/books", [Self.json], body: #"{"title":"\#(title)"}"#) }
        #expect(desk.shelf.planned == 2)
        _ = await desk.ask("POST", "/books", [Self.json], body: #"{"id":1}"#)
        #expect(desk.shelf.planned == 3)
    }
}
