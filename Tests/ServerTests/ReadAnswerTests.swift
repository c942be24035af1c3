import OffstageQuery
import OffstageSQL
import OffstageSchema
import Synchronization
import Testing

@testable import OffstageServer

struct ReadAnswerTests {
    @Test func `a read is 200 with its rows and the fields that describe them`() async throws {
        let desk = try Desk()
        let answer = await desk.ask("GET", "/books?select=id&id=eq.1")
        #expect(answer.status == 200)
        #expect(answer.text == "[{\"id\":1}]")
        #expect(answer.fields["content-type"] == "application/json; charset=utf-8")
        #expect(answer.fields["content-range"] == "0-0/*")
        #expect(answer.fields["content-location"] == "/books?id=eq.1&select=id")
        #expect(answer.fields["vary"] == "Accept, Prefer, Range")
        #expect(answer.fields["preference-applied"] == nil)
        #expect(answer.fields["content-profile"] == nil)
        #expect(desk.shelf.asked.first?.inputs.values == [.text("1")])
        #expect(desk.shelf.asked.first?.inputs.caller.role == "anon")
    }

    @Test(
        arguments: [
            // offset, rows, total: status, range
            (0, 3, nil, 200, "0-2/*"), (0, 0, nil, 200, "*/*"), (0, 0, 0, 200, "*/0"), (0, 3, 3, 200, "0-2/3"), (0, 3, 9, 206, "0-2/9"),
            (6, 3, 9, 206, "6-8/9"), (9, 0, 9, 206, "*/9"), (10, 0, 9, 416, "*/9"), (10, 0, nil, 200, "*/*"),
        ] as [(Int, Int, Int?, Int, String)])
    func `status and range follow from offset, rows and total`(_ offset: Int, _ rows: Int, _ total: Int?, _ status: Int, _ range: String)
        async throws
    {
        let desk = try Desk { $0.rows = Rows(body: Array("[]".utf8), count: rows, total: total) }
        let answer = await desk.ask("GET", "/books?offset=\(offset)", total == nil ? [] : [("Prefer", "count=exact")])
        #expect(answer.status == status)
        #expect(answer.fields["content-range"] == range)
        if status == 416 {
            #expect(
                answer.text
                    == #"{"code":"PGRST103","details":"An offset of 10 was requested, but there are only 9 rows.","hint":null,"message":"Requested range not satisfiable"}"#
            )
        } else {
            #expect(answer.fields["preference-applied"] == (total == nil ? nil : "count=exact"))
        }
    }

    @Test func `the Range header is an offset too`() async throws {
        let desk = try Desk { $0.rows = Rows(body: [], count: 5) }
        let answer = await desk.ask("GET", "/books", [("Range", "10-14")])
        #expect(answer.fields["content-range"] == "10-14/*")
    }

    @Test(arguments: [
        ("application/json", "application/json; charset=utf-8", RowFormat.json(nullsStripped: false)),
        ("text/html, */*;q=0.1", "application/json; charset=utf-8", .json(nullsStripped: false)),
        (
            "application/vnd.pgrst.array+json;nulls=stripped", "application/vnd.pgrst.array+json;nulls=stripped; charset=utf-8",
            .json(nullsStripped: true)
        ),
        ("application/vnd.pgrst.object+json", "application/vnd.pgrst.object+json; charset=utf-8", .object(nullsStripped: false)),
        (
            "application/vnd.pgrst.object+json;nulls=stripped", "application/vnd.pgrst.object+json;nulls=stripped; charset=utf-8",
            .object(nullsStripped: true)
        ),
        ("text/csv", "text/csv; charset=utf-8", .csv), ("application/x-ndjson", "application/x-ndjson; charset=utf-8", .lines),
        ("text/xml", "text/xml; charset=utf-8", .xml(root: "books")),
        ("application/xml", "application/xml; charset=utf-8", .xml(root: "books")),
    ])
    func `Accept chooses the form`(_ accept: String, _ type: String, _ format: RowFormat) async throws {
        let desk = try Desk()
        let answer = await desk.ask("GET", "/books", [("Accept", accept)])
        #expect(answer.status == 200)
        #expect(answer.fields["content-type"] == type)
        #expect(desk.shelf.asked.first?.format == format)
    }

    @Test func `a form nobody can make is 406`() async throws {
        let answer = try await Desk().ask("GET", "/books", [("Accept", "image/png;q=0.5, application/pdf")])
        #expect(answer.status == 406)
        #expect(
            answer.text
                == #"{"code":"PGRST107","details":null,"hint":null,"message":"None of these media types are available: image/png, application/pdf"}"#
        )
        #expect(answer.fields["proxy-status"] == "PostgREST; error=PGRST107")
    }

    @Test(arguments: [0, 2]) func `an object wants exactly one row`(_ count: Int) async throws {
        let desk = try Desk { $0.rows = Rows(body: Array("{}".utf8), count: count) }
        let answer = await desk.ask("GET", "/books", [("Accept", "application/vnd.pgrst.object+json")])
        #expect(answer.status == 406)
        #expect(
            answer.text
                == #"{"code":"PGRST116","details":"The result contains \#(count) rows","hint":null,"message":"Cannot coerce the result to a single JSON object"}"#
        )
    }

    @Test func `HEAD asks for no rows to be written down`() async throws {
        let desk = try Desk { $0.rows.total = 7 }
        let answer = await desk.ask("HEAD", "/books", [("Prefer", "count=exact")])
        #expect(answer.status == 206)
        #expect(answer.fields["content-range"] == "0-0/7")
        #expect(desk.shelf.asked.first?.format == RowFormat.none)
    }

    @Test func `a read that may not run where it arrives is waited for`() async throws {
        let desk = try Desk { $0.isSlow = true }
        let answer = await desk.ask("GET", "/books")
        #expect(answer.status == 200)
        #expect(desk.shelf.asked.map(\.isInline) == [false])
    }

    @Test func `a shape is planned twice and then no more`() async throws {
        let desk = try Desk()
        for id in 1...5 { _ = await desk.ask("GET", "/books?id=eq.\(id)") }
        #expect(desk.shelf.planned == 2)
        #expect(desk.shelf.asked.map(\.inputs.values) == (1...5).map { [.text("\($0)")] })
    }

    @Test func `a changed schema drops the plans`() async throws {
        let desk = try Desk()
        for _ in 1...3 { _ = await desk.ask("GET", "/books") }
        desk.shelf.state.withLock {
            $0.schema.tables = [:]
            $0.schema.generation += 1
        }
        let answer = await desk.ask("GET", "/books")
        #expect(answer.status == 404)
        #expect(answer.errorCode == "PGRST205")
    }

    @Test(arguments: [
        ("/books?a+b=eq.1&%C3%A9=eq.%0D%0AX-Evil:%201", "/books?a b=eq.1&%C3%A9=eq.%0D%0AX-Evil: 1"),
        ("/books?select=id&limit=2", "/books?limit=2&select=id"), ("/books", "/books"), ("/books?order=id.asc", "/books?order=id.asc"),
    ])
    func `Content-Location is decoded, sorted and one line`(_ target: String, _ location: String) async throws {
        let head = RequestHead(method: "GET", target: target)
        #expect(ContentLocation.text("books", query: head.query) == location)
    }

    @Test func `with several schemas the answer says which`() async throws {
        var settings = RestSettings()
        settings.plan.exposedSchemas = ["public", "extensions"]
        let answer = try await Desk(settings).ask("GET", "/books")
        #expect(answer.fields["content-profile"] == "public")
        let refused = try await Desk(settings).ask("GET", "/books", [("Accept-Profile", "auth")])
        #expect(refused.status == 406)
        #expect(refused.errorCode == "PGRST106")
    }

    @Test func `a time zone must exist`() async throws {
        let answer = try await Desk().ask("GET", "/books", [("Prefer", "timezone=Europe/Nowhere")])
        #expect(answer.status == 400)
        #expect(answer.errorCode == "22023")
        let desk = try Desk()
        let good = await desk.ask("GET", "/books", [("Prefer", "timezone=UTC")])
        #expect(good.fields["preference-applied"] == "timezone=UTC")
        #expect(desk.shelf.asked.first?.inputs.timeZone == "UTC")
    }

    @Test(arguments: [
        ("GET", "/a/b/c", 404, "PGRST125"),
        ("GET", "/nothing", 404, "PGRST205"),
        ("GET", "/rpc/f", 404, "PGRST202"), ("PATCH", "/rpc/f", 405, "PGRST101"), ("TRACE", "/books", 405, "PGRST117"),
        ("GET", "/books?id=foo.1", 400, "PGRST100"), ("GET", "/vault", 401, "42501"), ("GET", "/books?nope=eq.1", 400, "42703"),
    ])
    func `what cannot be answered says why`(_ method: String, _ target: String, _ status: Int, _ code: String) async throws {
        let answer = try await Desk().ask(method, target)
        #expect(answer.status == status)
        #expect(answer.errorCode == code)
        #expect(answer.fields["proxy-status"] == "PostgREST; error=\(code)")
        #expect(answer.fields["content-type"] == "application/json; charset=utf-8")
    }

    @Test func `an unknown function names its arguments`() async throws {
        let answer = try await Desk().ask("POST", "/rpc/add", [("Content-Type", "application/json")], body: #"{"b":1,"a":2}"#)
        #expect(
            answer.text
                == #"{"code":"PGRST202","details":"Searched for the function public.add with parameters a, b or with a single unnamed json/jsonb parameter, but no matches were found in the schema cache.","hint":null,"message":"Could not find the function public.add(a, b) in the schema cache"}"#
        )
    }

    @Test func `OPTIONS lists what a relation takes`() async throws {
        let answer = try await Desk().ask("OPTIONS", "/books")
        #expect(answer.status == 200)
        #expect(answer.fields["allow"] == "OPTIONS,GET,HEAD,POST,PUT,PATCH,DELETE")
        let keyless = try await Desk().ask("OPTIONS", "/vault")
        #expect(keyless.fields["allow"] == "OPTIONS,GET,HEAD,POST,PATCH,DELETE")
        let nothing = try await Desk().ask("OPTIONS", "/nothing")
        #expect(nothing.status == 404)
    }
}
