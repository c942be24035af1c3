import OffstageAuth
import OffstageServer
import Testing

@testable import Offstage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Functions in Swift, called over REST on both engines.
struct ProgramFunctionTests {
    @Test(arguments: Engine.all) func `arguments are read by their types, and what is left out has its default`(_ engine: Engine)
        async throws
    {
        let served = try await Served(engine)
        says(
            try await served.post("echo", #"{"n":"5","t":"x","m":"2024-05-01 12:00:00+02","xs":[1,2]}"#),
            #"{"d":7,"m":"2024-05-01T10:00:00.000000Z","n":5,"t":"x","xs":[1,2]}"#)
        says(
            try await served.get("echo?n=5&t=a%20b&m=2024-05-01T10:00:00Z&xs=%7B1,2%7D&d=8"),
            #"{"d":8,"m":"2024-05-01T10:00:00.000000Z","n":5,"t":"a b","xs":[1,2]}"#)
        #expect(
            try await served.post("echo", #"{"n":"five","t":"x","m":"now","xs":null}"#).contains("invalid input syntax for type integer"))
        #expect(try await served.post("echo", #"{"n":5}"#).contains("PGRST202"))
        says(try await served.post("whole", #"{"any": [1, "two"]}"#), #"{"any":[1,"two"]}"#)
    }

    @Test(arguments: Engine.all) func `what is given takes the declared form`(_ engine: Engine) async throws {
        let served = try await Served(engine)
        says(try await served.get("shelf?select=title,price&price=gt.1&order=price.desc&limit=1"), #"[{"title":"Emma","price":3.50}]"#)
        says(
            try await served.get("shelf?select=title,lent:loans(to_whom)&title=eq.Emma"), #"[{"title":"Emma","lent":[{"to_whom":"Ada"}]}]"#)
        says(try await served.get("numbers"), "[1,2,3]")
        says(try await served.post("nothing", #"{"what":"x"}"#), "204 ")
        says(try await served.post("strict", #"{"n":null}"#), "null")
        says(try await served.post("strict", #"{"n":2}"#), "3")
        says(try await served.post("strict_whole", "null"), #""null""#)
        let deep = String(repeating: "[", count: 80) + String(repeating: "]", count: 80)
        says(try await served.post("deep", "{}"), "[\(deep),null]")
        #expect(try await served.post("wrong", "{}").contains("OFS310"))
    }

    @Test(arguments: Engine.all) func `grants, rights and policies hold inside`(_ engine: Engine) async throws {
        let served = try await Served(engine)
        #expect(try await served.post("secret", "{}").contains("42501"))
        says(try await served.post("count_hidden", "{}"), "0")
        says(try await served.post("count_hidden_as_owner", "{}"), "2")
        says(try await served.post("who", "{}"), #"{"role":"anon","uid":null}"#)
        #expect(try await served.post("add_hidden", "{}").contains("42501"))
    }

    @Test(arguments: Engine.all) func `a read writes nothing, and a transaction is whole or not at all`(_ engine: Engine) async throws {
        let served = try await Served(engine)
        #expect(try await served.get("sneaky").contains("25006"))
        #expect(try await served.get("transfer?amount=1").contains("25006"))
        says(try await served.post("transfer", #"{"amount":5}"#), "5")
        #expect(try await served.post("transfer", #"{"amount":500}"#).contains(#""code":"too_much""#))
        says(try await served.post("balance", "{}"), "[95,5]")
    }

    @Test(arguments: Engine.all) func `errors are told as they were meant`(_ engine: Engine) async throws {
        let served = try await Served(engine)
        let declined = try await served.answer("declined", "{}")
        #expect(declined.status == 402 && String(decoding: declined.body, as: UTF8.self).contains(#""hint":"another""#))
        let faulty = try await served.answer("faulty", "{}")
        #expect(faulty.status == 500 && faulty.fault?.contains("internal secret") == true)
        #expect(!String(decoding: faulty.body, as: UTF8.self).contains("secret"))
        #expect(try await served.post("quoted", "{}").contains("42P18"))
        #expect(try await served.post("two_statements", "{}").contains("0A000"))
        #expect(try await served.post("zero", "{}").contains("22021"))
        #expect(try await served.post("missing", "{}").contains("OFS309"))
        #expect(try await served.post("duplicate", "{}").contains("23505"))
    }

    @Test(arguments: Engine.all) func `a value is never SQL`(_ engine: Engine) async throws {
        let served = try await Served(engine)
        for text in ["'); drop table books;--", "$1", "\\", "a\"b", "a\u{600}\"b\u{301}'", "é", "{}", "null", ""] {
            let given = String(decoding: try FunctionJSON.bytes(of: ["t": text, "u": text]), as: UTF8.self)
            says(try await served.post("found", given), String(decoding: try FunctionJSON.bytes(of: [text, text, text]), as: UTF8.self))
        }
    }

    @Test(arguments: Engine.all) func `SQL does not call them`(_ engine: Engine) async throws {
        let served = try await Served(engine)
        #expect(try await served.post("calls_swift", "{}").contains("is written in Swift and cannot be called inside a statement"))
    }

    @Test(arguments: Engine.all) func `a call that does not end is answered, and a query that writes is no read`(_ engine: Engine)
        async throws
    {
        let hurried = try await Served(engine, within: .milliseconds(300))
        says(
            try await hurried.post("forever", "{}"),
            #"504 {"code":"57014","details":"The function forever had 0.3 seconds and had not ended.","hint":"What it had done by then stays done. api.function_timeout gives it longer.","message":"canceling function due to timeout"}"#
        )
        let served = try await Served(engine)
        says(try await served.post("next_id", "{}"), "1")
        says(try await served.post("next_id", "{}"), "2")
        #expect(try await served.get("peek_id").contains("25006"))
    }

    @Test(arguments: Engine.all) func `a moment comes back from the database as it was given, or is refused`(_ engine: Engine) async throws
    {
        let served = try await Served(engine)
        for (seconds, text) in [
            ("0.5", "1970-01-01T00:00:00.5+00:00"), ("-14831769600", "1500-01-01T00:00:00+00:00"),
            ("-63517824000", "0044-03-15T00:00:00+00:00 BC"), ("253402300800", "10000-01-01T00:00:00+00:00"),
        ] {
            says(try await served.post("moment", #"{"n":\#(seconds)}"#), "\"\(text)\"")
        }
        for seconds in ["1e13", "-1e13", "1e300", "-1e300"] {
            #expect(try await served.post("moment", #"{"n":\#(seconds)}"#).contains("22008"), "\(seconds)")
        }
    }

    @Test func `moments are those of the database`() throws {
        for (text, seconds) in [
            ("2024-05-01T10:00:00+00:00", 1_714_557_600.0), ("2024-05-01T12:00:00.5+02:00", 1_714_557_600.5), ("2024-05-01", 1_714_521_600),
            ("2024-05-01T10:00:00", 1_714_557_600), ("1500-01-01T00:00:00Z", -14_831_769_600),
            ("0044-03-15T00:00:00+00:00 BC", -63_517_824_000),
        ] {
            #expect(FunctionJSON.date(text)?.timeIntervalSince1970 == seconds, "\(text)")
        }
        #expect(FunctionJSON.text(of: Date(timeIntervalSince1970: 1_714_557_600.25)) == "2024-05-01T10:00:00.250000Z")
        #expect(FunctionJSON.text(of: Date(timeIntervalSince1970: -0.5)) == "1969-12-31T23:59:59.500000Z")
        #expect(FunctionJSON.text(of: Date(timeIntervalSince1970: -63_517_824_000)) == "0044-03-15T00:00:00.000000Z BC")
        #expect(FunctionJSON.text(of: Date(timeIntervalSince1970: .infinity)) == "infinity")
        #expect(FunctionJSON.text(of: Date(timeIntervalSince1970: -.infinity)) == "-infinity")
        #expect(FunctionJSON.text(of: Date(timeIntervalSince1970: .nan)) == "NaN")
        for seconds in [1e18, .greatestFiniteMagnitude] {
            #expect(FunctionJSON.text(of: Date(timeIntervalSince1970: seconds)) == "294277-01-01T00:00:00.000000Z")
            #expect(FunctionJSON.text(of: Date(timeIntervalSince1970: -seconds)) == "4714-11-23T23:59:59.999999Z BC")
        }
        for text in ["", "x", "now", "infinity", "2024-13-01", "2024-05-01T", "2024-05-01T10:00:00.x"] {
            #expect(FunctionJSON.date(text) == nil, "\(text)")
        }
    }
}

/// In an expectation of its own, a value that was waited for is shown.
private func says(_ answer: String, _ wanted: String, _ location: SourceLocation = #_sourceLocation) {
    #expect(answer == wanted, sourceLocation: location)
}

/// A project of functions, and a service on it.
private struct Served {
    private let project: EngineProject
    private let service: RestService

    init(_ engine: Engine, within limit: Duration = .seconds(30)) async throws {
        project = try await EngineProject(engine, Self.migration)
        let database = project.project.database
        service = project.service(ProgramFunctions(Self.app.functions, on: database, within: limit))
    }

    func answer(_ name: String, _ body: String) async throws -> ServerResponse {
        let head = RequestHead(
            method: "POST", target: "/rest/v1/rpc/\(name)", fields: Fields(pairs: [("Content-Type", "application/json")]))
        return await service.answer(head, body: Array(body.utf8)).value()
    }

    func post(_ name: String, _ body: String) async throws -> String { Self.text(try await answer(name, body)) }

    func get(_ path: String) async throws -> String {
        Self.text(await service.answer(RequestHead(method: "GET", target: "/rest/v1/rpc/\(path)")).value())
    }

    private static func text(_ response: ServerResponse) -> String {
        // Rows stand on lines of their own.
        (response.status == 200 ? "" : "\(response.status) ")
            + String(decoding: response.body, as: UTF8.self).replacing(", \n ", with: ",").replacing(", ", with: ",")
    }
}

extension Served {
    fileprivate static let migration = """
        create table books (id int primary key, title text not null, price numeric(8,2) not null);
        alter table books enable row level security;
        create policy readers on books for select using (true);
        create table loans (id int primary key, book int references books (id), to_whom text);
        alter table loans enable row level security;
        create policy readers on loans for select using (true);
        create table hidden (id int primary key);
        alter table hidden enable row level security;
        create policy nobody on hidden for select using (false);
        create table accounts (id int primary key, cents int not null check (cents >= 0));
        insert into books values (1, 'Emma', 3.50), (2, 'Walden', 1.00);
        insert into loans values (1, 1, 'Ada');
        insert into hidden values (1), (2);
        insert into accounts values (1, 100), (2, 0);
        create type mood as enum ('calm', 'wild');
        create function echo(n int, t text, m timestamptz, xs int[], d int default 3 + 4) returns json stable language swift as 'echo';
        create function whole(json) returns json language swift as 'echo';
        create function shelf() returns setof books stable language swift as 'shelf';
        create function numbers() returns setof int stable language swift as 'numbers';
        create function nothing(what text) returns void language swift as 'nothing';
        create function strict(n int) returns int strict language swift as 'strict';
        create function strict_whole(json) returns json strict language swift as 'known';
        create function deep() returns setof json language swift as 'deep';
        create function wrong() returns setof books language swift as 'numbers_as_text';
        create function secret() returns int language swift as 'strict';
        create function count_hidden() returns int language swift as 'count_hidden';
        create function count_hidden_as_owner() returns int security definer language swift as 'count_hidden';
        create function who() returns json language swift as 'who';
        create function add_hidden() returns void language swift as 'add_hidden';
        create function sneaky() returns void stable language swift as 'add_hidden';
        create function transfer(amount int) returns int security definer language swift as 'transfer';
        create function balance() returns setof int security definer stable language swift as 'balance';
        create function declined() returns void language swift as 'declined';
        create function faulty() returns void language swift as 'faulty';
        create function quoted() returns void language swift as 'quoted';
        create function two_statements() returns void language swift as 'two_statements';
        create function zero() returns void language swift as 'zero';
        create function missing() returns void language swift as 'not.there';
        create function duplicate() returns void security definer language swift as 'duplicate';
        create function found(t text, u text) returns setof text language swift as 'found';
        create function calls_swift() returns int language plpgsql as 'begin return strict(1); end';
        create sequence ids;
        create function moment(n float8) returns timestamptz language swift as 'moment';
        create function forever() returns void language swift as 'forever';
        create function next_id() returns int security definer language swift as 'next_id';
        create function peek_id() returns int stable security definer language swift as 'next_id';
        grant execute on function moment, forever, next_id, peek_id to anon;
        grant execute on function echo, whole, shelf, numbers, nothing, strict, strict_whole, deep, wrong, count_hidden, count_hidden_as_owner, who, add_hidden,
          sneaky, transfer, balance, declined, faulty, quoted, two_statements, zero, missing, duplicate, found, calls_swift to anon;
        """

    private struct Whole: Codable {
        var n: Int?
        var t: String?
        var m: Date?
        var xs: [Int]?
        var d: Int?
        var any: [Piece]?
    }
    private enum Piece: Codable {
        case number(Int)
        case text(String)

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let number = try? value.decode(Int.self) { self = .number(number) } else { self = .text(try value.decode(String.self)) }
        }

        func encode(to encoder: any Encoder) throws {
            var value = encoder.singleValueContainer()
            switch self {
            case .number(let number): try value.encode(number)
            case .text(let text): try value.encode(text)
            }
        }
    }
    private enum Nested: Encodable {
        indirect case list([Nested])

        func encode(to encoder: any Encoder) throws {
            var values = encoder.unkeyedContainer()
            if case .list(let items) = self { for item in items { try values.encode(item) } }
        }
    }
    private struct Book: Codable {
        var id: Int
        var title: String
        var price: Decimal
    }
    private struct Number: Codable { var n: Int }
    private struct Text: Codable { var t: String? }
    private struct Seconds: Codable { var n: Double }
    private struct Moment: Codable { var m: Date }
    private struct Two: Codable {
        var t: String
        var u: String
    }
    private struct Amount: Codable { var amount: Int }
    private struct Who: Codable {
        var role: String
        var uid: String?

        func encode(to encoder: any Encoder) throws {
            var values = encoder.container(keyedBy: CodingKeys.self)
            try values.encode(role, forKey: .role)
            try values.encode(uid, forKey: .uid)
        }
    }
    fileprivate static let app: OffstageApp = {
        var app = OffstageApp()
        app.function("echo") { (input: Whole, _) in input }
        app.function("shelf") { call in try await call.database.query("select * from books order by id", as: Book.self) }
        app.function("numbers") { _ in [1, 2, 3] }
        app.function("numbers_as_text") { _ in "1, 2, 3" }
        app.function("known") { (input: Whole?, _) in input == nil ? "null" : "some" }
        app.function("deep") { _ in
            [(0..<79).reduce(Nested.list([])) { inner, _ in .list([inner]) }, nil]
        }
        app.function("nothing") { (_: [String: String], _) in }
        app.function("strict") { (input: Number, _) in input.n + 1 }
        app.function("count_hidden") { call in
            try await call.database.query("select count(*)::int as n from hidden", as: Number.self).first?.n
        }
        app.function("who") { call in
            try await call.database.query("select \(call.role) as role, auth.uid() as uid", as: Who.self).first
        }
        app.function("add_hidden") { (_: [String: String], call) in try await call.database.execute("insert into hidden values (3)") }
        app.function("transfer") { (input: Amount, call) in
            try await call.database.transaction { bank in
                try bank.execute("update accounts set cents = cents + \(input.amount) where id = 2")
                do {
                    try bank.execute("update accounts set cents = cents - \(input.amount) where id = 1")
                } catch let error as OffstageError where error.code == "23514" {
                    throw OffstageError(status: 422, code: "too_much", message: "There is less on the account")
                }
                return input.amount
            }
        }
        app.function("balance") { call in
            try await call.database.query("select cents as n from accounts order by id", as: Number.self).map(\.n)
        }
        app.function("declined") { (_: [String: String], _) in
            throw OffstageError(status: 402, code: "declined", message: "The card was declined", hint: "another")
        }
        app.function("faulty") { (_: [String: String], _) in throw OffstageFault(text: "internal secret") }
        app.function("quoted") { (_: [String: String], call) in
            _ = try await call.database.execute("select '\(call.role)'")
        }
        app.function("two_statements") { (_: [String: String], call) in
            _ = try await call.database.execute("select 1; select 2")
        }
        app.function("zero") { (_: [String: String], call) in
            _ = try await call.database.execute("select \("a\0b")::text")
        }
        app.function("duplicate") { (_: [String: String], call) in
            _ = try await call.database.execute("insert into accounts values (\(1), \(5))")
        }
        app.function("forever") { (_: [String: String], _) in
            // Deaf to its cancellation, for a while.
            for _ in 0..<20 { try? await Task.sleep(for: .milliseconds(200)) }
        }
        app.function("next_id") { call in
            try await call.database.query("select nextval('ids')::int as n", as: Number.self).first?.n
        }
        app.function("moment") { (input: Seconds, call) in
            let date = Date(timeIntervalSince1970: input.n)
            return try await call.database.query("select \(date)::timestamptz as m", as: Moment.self).first?.m
        }
        app.function("found") { (input: Two, call) in
            let found = try await call.database.query(
                "select v.t from (values (1, \(input.t)::text), (2, \(input.u)::text), (3, (\([input.t])::text[])[1])) v(n, t) where v.t = \(input.t) order by v.n",
                as: Text.self)
            return found.map(\.t)
        }
        return app
    }()
}

private struct OffstageFault: Error, CustomStringConvertible {
    var text: String
    var description: String { text }
}
