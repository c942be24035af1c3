import OffstageQuery
import OffstageSQL
import OffstageSchema
import OffstageSyntax
import Testing

@testable import OffstageServer

/// Calls of functions as a client sees them, over a driver that answers what it is told to.
struct CallAnswerTests {
    /// The shelf's schema with functions.
    private static let schema: Schema = {
        let script = """
            create function add(a integer, b integer default 1) returns integer language sql immutable as $$ select a + b $$;
            create function titles(variadic parts text[] default '{}') returns setof text language sql stable as $$ select title from books $$;
            create function cheap(most numeric) returns setof books language sql stable as $$ select * from books where price <= most $$;
            create function first_book() returns books language sql stable as $$ select * from books limit 1 $$;
            create function sell(book bigint) returns void language sql as $$ delete from books where id = book $$;
            create function buy(book bigint) returns setof books language sql as $$ select * from books where id = book $$;
            create function whole(json) returns json language sql immutable as $$ select $1 $$;
            create function twice(a integer) returns integer language sql immutable as $$ select a $$;
            create function twice(a text) returns text language sql immutable as $$ select a $$;
            create function hidden(a integer) returns integer language sql immutable as $$ select a $$;
            grant execute on function add(integer, integer), titles(text[]), cheap(numeric), first_book(), sell(bigint), buy(bigint),
                whole(json), twice(integer), twice(text) to anon;
            """
        var schema = Shelf.initial
        do {
            for statement in try parse(script) { _ = try schema.apply(statement) { (_) throws(SQLError) in [] } }
        } catch {
            Issue.record("\(error)")
        }
        return schema
    }()

    private func desk(_ rows: Rows = Rows(body: Array("1".utf8), count: 1)) throws -> Desk {
        try Desk { state in
            state.schema = Self.schema
            state.rows = rows
        }
    }

    @Test(
        arguments: [
            ("GET", "/rpc/add?a=2", "", RowFormat.value), ("POST", "/rpc/add", #"{"a":2,"b":3}"#, .value),
            ("GET", "/rpc/titles", "", .values), ("GET", "/rpc/cheap?most=5&select=title&order=title", "", .json(nullsStripped: false)),
            ("GET", "/rpc/first_book", "", .object(nullsStripped: false)),
            ("POST", "/rpc/buy", #"{"book":1}"#, .json(nullsStripped: false)),
            ("POST", "/rpc/whole", #"[1,{"a":2}]"#, .value), ("HEAD", "/rpc/titles", "", .none),
        ] as [(String, String, String, RowFormat)])
    func `the form of an answer follows from what the function returns`(
        _ method: String, _ target: String, _ body: String, _ form: RowFormat
    )
        async throws
    {
        let desk = try desk()
        let answer = await desk.ask(method, target, body: body)
        #expect(answer.status == 200, "\(answer.text)")
        #expect(answer.fields["content-range"] == "0-0/*")
        #expect(desk.shelf.asked.first?.format == form)
    }

    @Test func `nothing returned is 204 and no body`() async throws {
        let desk = try desk()
        let answer = await desk.ask("POST", "/rpc/sell", body: #"{"book":7}"#)
        #expect(answer.status == 204)
        #expect(answer.body.isEmpty)
        #expect(answer.fields["content-type"] == nil)
        #expect(desk.shelf.asked.first?.inputs.rows.first?.values == [.integer(7)])
    }

    @Test(
        arguments: [
            (#"{"a":"x"}"#, 400, "22P02"), (#"{"a":3000000000}"#, 400, "22003"), (#"{"c":1}"#, 404, "PGRST202"), ("{}", 404, "PGRST202"),
            ("{", 400, "PGRST102"), ("[1]", 404, "PGRST202"),
        ])
    func `arguments that do not fit are refused`(_ body: String, _ status: Int, _ code: String) async throws {
        let desk = try desk()
        let answer = await desk.ask("POST", "/rpc/add", body: body)
        #expect(answer.status == status)
        #expect(answer.text.contains("\"code\":\"\(code)\""), "\(answer.text)")
        #expect(desk.shelf.asked.isEmpty)
    }

    @Test func `an unknown function names its nearest, and only what the caller may call`() async throws {
        let desk = try desk()
        let wrong = await desk.ask("POST", "/rpc/add", body: #"{"b":1}"#)
        #expect(wrong.text.contains("Perhaps you meant to call the function public.add(a, b)"))
        let near = await desk.ask("GET", "/rpc/titless")
        #expect(near.text.contains("Perhaps you meant to call the function public.titles"))
        let secret = await desk.ask("GET", "/rpc/hiden")
        #expect(secret.status == 404)
        #expect(secret.text.contains("\"hint\":null"))
    }

    @Test func `two overloads of the same names are 300`() async throws {
        let desk = try desk()
        let answer = await desk.ask("GET", "/rpc/twice?a=1")
        #expect(answer.status == 300)
        #expect(
            answer.text.contains(
                "Could not choose the best candidate function between: public.twice(a => integer), public.twice(a => text)"))
    }

    @Test func `a function without a grant is refused`() async throws {
        let desk = try desk()
        let answer = await desk.ask("GET", "/rpc/hidden?a=1")
        #expect(answer.status == 401)
        #expect(answer.text.contains("permission denied for function hidden"))
    }

    @Test func `other methods are refused, and OPTIONS says which are not`() async throws {
        let desk = try desk()
        #expect(await desk.ask("PATCH", "/rpc/add").status == 405)
        #expect(await desk.ask("OPTIONS", "/rpc/add").fields["allow"] == "OPTIONS,GET,HEAD,POST")
        #expect(await desk.ask("OPTIONS", "/rpc/sell").fields["allow"] == "OPTIONS,POST")
    }

    @Test func `rows of a function can be counted and must be one where one is wanted`() async throws {
        let desk = try desk(Rows(body: Array("[]".utf8), count: 2, total: 5))
        let counted = await desk.ask("GET", "/rpc/cheap?most=5&limit=2", [("Prefer", "count=exact")])
        #expect(counted.status == 206)
        #expect(counted.fields["content-range"] == "0-1/5")
        let single = await desk.ask("GET", "/rpc/cheap?most=5", [("Accept", "application/vnd.pgrst.object+json")])
        #expect(single.status == 406)
        let limited = await desk.ask("GET", "/rpc/add?a=1", [("Prefer", "handling=strict, max-affected=1")])
        #expect(limited.text.contains("PGRST128"))
    }

    @Test func `a second call of the same shape is not planned again`() async throws {
        let desk = try desk()
        for number in 1...3 { _ = await desk.ask("POST", "/rpc/add", body: #"{"a":\#(number)}"#) }
        #expect(desk.shelf.planned <= 2)
        #expect(desk.shelf.asked.map(\.inputs.rows.first?.values) == [[.integer(1)], [.integer(2)], [.integer(3)]])
    }
}
