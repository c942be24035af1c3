import OffstageSchema
import Testing

@testable import Offstage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The queries of functions in Swift: a text is read and translated once, and its values mean what literals in their places do.
struct ProgramQueryTests {
    @Test(arguments: Engine.all) func `a value takes the type that its place asks for`(_ engine: Engine) async throws {
        let served = try await QueriedProject(engine)
        let (none, text): (String?, String?) = (nil, "x")
        for round in 1...2 {
            try await served.says("select \("a*b") like \("a*%") as a, 'aXb' like \("a*b") as b", #"[{"a":true,"b":false}]"#)
            try await served.says(
                "select \(none)::text is null as a, \(text)::text is null as b, (\(text)::text, \(none)::text) is null as c",
                #"[{"a":true,"b":false,"c":false}]"#)
            try await served.says("select \("abcdef")::varchar(3) as a, \("5")::int + \(round) as b", #"[{"a":"abc","b":\#(5 + round)}]"#)
            try await served.says(
                "select count(\("x")::text) as a, coalesce(\(none), \("y")) as b, concat(\("p")::text, \(2)::int, null) as c",
                #"[{"a":1,"b":"y","c":"p2"}]"#)
            try await served.says("select n from notes where n in (\(1), \(3)) order by n", #"[{"n":1},{"n":3}]"#)
            try await served.says("select n from notes where n = any(\([2, 3])) order by n desc limit \(1) offset \(1)", #"[{"n":2}]"#)
            try await served.says(
                "select n from notes where made > \("2024-01-01")::date and (\(none)::text is null or body = \(none)) order by n",
                #"[{"n":2},{"n":3}]"#)
            try await served.says(
                "select n from notes where made between \("2024-01-01") and \("2024-01-02") order by n", #"[{"n":1},{"n":2}]"#)
            try await served.says("select n from notes where (n, body) = (\(2), \("two"))", #"[{"n":2}]"#)
            try await served.says(
                "select meta ->> \("k") as a, meta @> \(#"{"k":1}"#) as b from notes where n = \(1)", #"[{"a":"1","b":true}]"#)
            try await served.says(
                "select array[\("a"), \("b")] as a, \([1, 2])::int[] || \(3)::int as b", #"[{"a":["a","b"],"b":[1,2,3]}]"#)
            try await served.says(
                "select case when n > \(1) then \("big") else \("small") end as a from notes where n < 3 order by n",
                #"[{"a":"small"},{"a":"big"}]"#)
            try await served.says(
                "select date_trunc(\("month"), \("2024-05-06")::timestamp) as a, to_char(\(7)::int, \("FM00")) as b",
                #"[{"a":"2024-05-01T00:00:00","b":"07"}]"#)
            try await served.says(
                "with few as (select n from notes where n < \(3)) select sum(n) + \(round) as a from few", #"[{"a":\#(3 + round)}]"#)
            try await served.says("select twice(\(4)) as a, twice(n) as b from notes where n = \(round)", #"[{"a":8,"b":\#(2 * round)}]"#)
            try await served.says(
                "values (\(1)::int, \("a")), (2, \(none))", #"[{"column1":1,"column2":"a"},{"column1":2,"column2":null}]"#)
            try await served.says("select \(1) as a union all select \("x")", #"[{"a":"1"},{"a":"x"}]"#)
        }
    }

    @Test(arguments: Engine.all) func `writes are as of literals`(_ engine: Engine) async throws {
        let served = try await QueriedProject(engine)
        for number in [10, 11] {
            let (none, made) = (String?.none, "2024-03-0\(number - 9)")
            try await served.says(
                "insert into notes (n, body, made, meta) values (\(number), \("b*"), \(made), \(none)) returning n, body, made, meta",
                #"[{"n":\#(number),"body":"b*","made":"\#(made)","meta":null}]"#)
            try await served.says(
                "insert into notes (n, body) values (\(number), \("again")) on conflict (n) do update set body = excluded.body || \("!") returning body",
                #"[{"body":"again!"}]"#)
            try await served.says(
                "update notes set body = \("new"), meta = \(#"{"a":1}"#) where n = \(number) returning body, meta",
                #"[{"body":"new","meta":{"a":1}}]"#)
            try await served.says(
                "with gone as (delete from notes where n = \(number) returning n) select n, \("x") as x from gone",
                #"[{"n":\#(number),"x":"x"}]"#)
        }
        #expect(try await served.database.execute("update notes set body = \("z") where n > \(1)") == 2)
        await #expect(throws: OffstageError.self) { try await served.database.execute("insert into notes (n, body) values (\("x"), 'y')") }
        await #expect(throws: OffstageError.self) {
            try await served.database.execute("insert into notes (n, short) values (\(50), \("toolong"))")
        }
        do {
            try await served.database.execute("select n from notes limit \(-1)")
            Issue.record("a limit below zero is refused")
        } catch let error as OffstageError { #expect(error.code == "2201W") }
    }

    @Test(arguments: Engine.all) func `statements that differ in their values only are read once`(_ engine: Engine) async throws {
        let served = try await QueriedProject(engine)
        for n in 1...50 { _ = try await served.database.query("select n from notes where n = \(n)", as: Nothing.self) }
        #expect(served.queries.count == 1)
        for n in 1...3 {
            _ = try await served.database.query("select n from notes where n = \(n) and body = \(String?.none)", as: Nothing.self)
        }
        #expect(served.queries.count == 2)
        await #expect(throws: OffstageError.self) {
            _ = try await served.database.query("select n from notes where n = \(1) and body = \("a\u{0}")", as: Nothing.self)
        }
        for n in 1...2_000 {
            _ = try await served.database.query(SQLQuery(stringLiteral: "select n from notes where n = \(n)"), as: Nothing.self)
        }
        #expect(served.queries.count <= 512)
    }

    @Test func `a changed schema is seen, and so is who asks`() async throws {
        let served = try await QueriedProject(.embedded)
        let anyone = FunctionDatabase(served.project.database, served.queries, Caller(role: "anon"), isOwner: false, isReadOnly: false)
        let query: SQLQuery = "select * from notes where n = \(1)"
        await #expect(throws: OffstageError.self) { _ = try await anyone.query(query, as: Nothing.self) }
        try await served.says(query, #"[{"n":1,"body":"one","made":"2024-01-01","meta":{"k":1},"short":null}]"#)
        await #expect(throws: OffstageError.self) { _ = try await anyone.query(query, as: Nothing.self) }
        try await served.engine.migrate("0002", "alter table notes drop column meta, drop column made, drop column short;")
        try await served.says(query, #"[{"n":1,"body":"one"}]"#)
    }
}

private struct Nothing: Decodable {}

/// A project with a table of three rows, and its owner's database.
private struct QueriedProject {
    let engine: EngineProject
    let queries = KnownQueries()
    let database: FunctionDatabase

    var project: Project { engine.project }

    init(_ engine: Engine) async throws {
        self.engine = try await EngineProject(
            engine,
            """
            create table notes (n int primary key, body text not null, made date, meta jsonb, short varchar(3));
            insert into notes values (1, 'one', '2024-01-01', '{"k": 1}'), (2, 'two', '2024-01-02', null), (3, 'three', '2024-01-03', null);
            create function twice(n int) returns int language sql immutable as $$ select $1 * 2 $$;
            """)
        database = FunctionDatabase(
            self.engine.project.database, queries, Caller(role: "service_role"), isOwner: true, isReadOnly: false)
    }

    /// What a statement gives, as JSON.
    func says(_ query: SQLQuery, _ wanted: String, _ location: SourceLocation = #_sourceLocation) async throws {
        let rows = try await database.query(query, as: [String: Cell].self)
        #expect(try rows == JSONDecoder().decode([[String: Cell]].self, from: Data(wanted.utf8)), sourceLocation: location)
    }
}

/// Any value of JSON.
private enum Cell: Decodable, Equatable, Sendable {
    case null
    case boolean(Bool)
    case number(Double)
    case text(String)
    case list([Cell])
    case object([String: Cell])

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let flag = try? value.decode(Bool.self) {
            self = .boolean(flag)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let list = try? value.decode([Cell].self) {
            self = .list(list)
        } else {
            self = .object(try value.decode([String: Cell].self))
        }
    }
}
