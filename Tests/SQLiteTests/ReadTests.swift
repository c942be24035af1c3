import Dispatch
import Foundation
import OffstageQuery
import OffstageSQL
import OffstageSQLite
import OffstageSchema
import Testing

@Suite struct ReadTests {
    @Test func `rows become JSON as PostgreSQL writes them`() async throws {
        let shop = try await Shop()
        _ = try await shop.insert("Gitanjali \"1910\"", price: "10.50")
        _ = try await shop.insert("Chokher Bali")
        #expect(
            try await shop.body() == """
                [{"id":1,"title":"Gitanjali \\"1910\\"","price":10.50,"sold":false}, \n {"id":2,"title":"Chokher Bali","price":null,"sold":false}]
                """)
    }

    @Test func `a bounded read is answered on the thread that asks`() async throws {
        let shop = try await Shop()
        _ = try await shop.insert("Gora", price: "1")
        let rows = try shop.database.readInline(.read(Shop.bookByID), with: Shop.inputs([.text("1")]), as: .json(nullsStripped: false))
        #expect(rows.map { String(decoding: $0.body, as: UTF8.self) } == #"[{"id":1,"title":"Gora","price":1,"sold":false}]"#)
        #expect(rows?.count == 1)
    }
}

@Suite struct FormatTests {
    private func shop() async throws -> Shop {
        let shop = try await Shop()
        try await shop.execute(#"insert into "public.authors" values (1, 'Tagore'), (2, 'Bose & "Co"')"#)
        _ = try await shop.insert("Gora", price: "9.90", author: 1)
        _ = try await shop.insert("Letters, from (Russia)", author: 1)
        return shop
    }

    /// Authors with their books, and a book with its author.
    private static let nested = Read(
        root: ReadNode(
            SQLText(#"select id, name from "public.authors" where id >= ?1 order by id"#, bindings: [.value(0, ColumnType(.bigint))]),
            fields: [
                .cell("name", 1, ColumnType(.text)),
                .list(
                    "books",
                    ReadNode(
                        SQLText(
                            #"""
                            select b.id, b.title, a.id, a.name from "public.books" as b left join "public.authors" as a on a.id = b.author_id
                            where b.author_id = ?1 and b.id >= ?2 order by b.id
                            """#, bindings: [.parentKey(0), .value(0, ColumnType(.bigint))]),
                        fields: [
                            .cell("title", 1, ColumnType(.text)),
                            .object("author", presence: 2, [.cell("name", 3, ColumnType(.text))]),
                        ]), keys: [0]),
                .one(
                    "first",
                    ReadNode(
                        SQLText(#"select id from "public.books" where author_id = ?1 order by id"#, bindings: [.parentKey(0)]),
                        fields: [.cell("id", 0, ColumnType(.bigint))]), keys: [0]),
                .arrays(
                    ReadNode(
                        SQLText(#"select id, price from "public.books" where author_id = ?1 order by id"#, bindings: [.parentKey(0)]),
                        fields: [.cell("ids", 0, ColumnType(.bigint)), .cell("prices", 1, ColumnType(.numeric))]), keys: [0]),
            ]), isBounded: true)

    @Test func `embeds nest`() async throws {
        #expect(
            try await shop().body(Self.nested, [.text("1")]) == """
                [{"name":"Tagore","books":[{"title":"Gora","author":{"name":"Tagore"}}, \n \
                {"title":"Letters, from (Russia)","author":{"name":"Tagore"}}],"first":{"id":1},"ids":[1, 2],"prices":[9.90, null]}, \n \
                {"name":"Bose & \\"Co\\"","books":[],"first":null,"ids":[],"prices":[]}]
                """)
    }

    @Test func `nulls are stripped as json_strip_nulls does`() async throws {
        #expect(
            try await shop().body(Self.nested, [.text("2")], as: .json(nullsStripped: true))
                == #"[{"name":"Bose & \"Co\"","books":[],"ids":[],"prices":[]}]"#)
    }

    @Test func `the first row alone is an object and all are counted`() async throws {
        let shop = try await shop()
        let rows = try await shop.database.run(.read(Shop.allBooks), with: Shop.inputs(), as: .object(nullsStripped: false))
        #expect(String(decoding: rows.body, as: UTF8.self) == #"{"id":1,"title":"Gora","price":9.90,"sold":false}"#)
        #expect(rows.count == 2)
        #expect(rows.total == 2)
    }

    @Test func `CSV quotes what a row's text quotes`() async throws {
        let shop = try await shop()
        #expect(
            try await shop.body(as: .csv) == """
                id,title,price,sold
                1,Gora,9.90,f
                2,"Letters, from (Russia)",,f
                """)
        let nothing = Read(root: ReadNode(SQLText("select 1 where 0"), fields: [.cell("a", 0, ColumnType(.integer))]), isBounded: true)
        #expect(try await shop.body(nothing, as: .csv) == "\n")
        #expect(try await shop.body(Self.nested, [.text("2")], as: .csv) == #"name,books,first,ids,prices\#n"Bose & ""Co""",[],,[],[]"#)
    }

    @Test func `XML tells nulls, escapes markup and loses nothing`() async throws {
        let shop = try await shop()
        #expect(
            try await shop.body(Self.nested, [.text("2")], as: .xml(root: "my authors"))
                == #"<my_x0020_authors xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><row><name>Bose &amp; "Co"</name><books></books><first xsi:nil="true"/><ids>[]</ids><prices>[]</prices></row></my_x0020_authors>"#
        )
        let odd = Read(
            root: ReadNode(SQLText("select char(1) || '<' || char(65535)"), fields: [.cell("1a", 0, ColumnType(.text))]), isBounded: true)
        #expect(
            try await shop.body(odd, as: .xml(root: "x"))
                == #"<x xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><row><_x0031_a encoding="base64">ATzvv78=</_x0031_a></row></x>"#
        )
    }
}

@Suite struct BudgetTests {
    private static let counting = Read(
        root: ReadNode(
            SQLText(
                "with recursive n(i) as (select 1 union all select i + 1 from n where i < ?1) select count(*) from n", bindings: [.count(0)]
            ),
            fields: [.cell("n", 0, ColumnType(.bigint))]), isBounded: true)
    private static let wide = Read(
        root: ReadNode(SQLText("select hex(zeroblob(?1))", bindings: [.count(0)]), fields: [.cell("text", 0, ColumnType(.text))]),
        isBounded: true)

    private func inline(_ shop: Shop, _ read: Read, _ count: String) throws -> String? {
        try shop.database.readInline(.read(read), with: Shop.inputs([.text(count)]), as: .json(nullsStripped: false)).map {
            String(decoding: $0.body, as: UTF8.self)
        }
    }

    @Test func `a read over its budget of steps goes to the pool`() async throws {
        let shop = try await Shop()
        #expect(try inline(shop, Self.counting, "100") == #"[{"n":100}]"#)
        #expect(try inline(shop, Self.counting, "100000") == nil)
        // And the connection is good for the next.
        #expect(try inline(shop, Self.counting, "200") == #"[{"n":200}]"#)
        #expect(try await shop.body(Self.counting, [.text("100000")]) == #"[{"n":100000}]"#)
    }

    @Test func `a read over its budget of bytes goes to the pool`() async throws {
        let shop = try await Shop()
        #expect(try inline(shop, Self.wide, "1000")?.utf8.count == 2013)
        #expect(try inline(shop, Self.wide, "200000") == nil)
        #expect(try await shop.body(Self.wide, [.text("200000")]).utf8.count == 400_013)
    }

    @Test func `a slow read is stopped by its role's time limit`() async throws {
        let shop = try await Shop { $0.timeLimits["anon"] = .milliseconds(50) }
        await #expect(throws: SQLError("57014", "canceling statement due to statement timeout")) {
            _ = try await shop.database.run(
                .read(Self.counting), with: Shop.inputs([.text("100000000000")], role: "anon"), as: .json(nullsStripped: false))
        }
        #expect(try await shop.body(Self.counting, [.text("10")]) == #"[{"n":10}]"#)
    }

    @Test func `a slow read is stopped by the limit that its role has of its own`() async throws {
        let shop = try await Shop()
        try await shop.database.transaction { transaction in
            var schema = transaction.schema
            schema.roles["authenticated"]?.statementTimeout = 50
            try transaction.define(schema)
        }
        await #expect(throws: SQLError("57014", "canceling statement due to statement timeout")) {
            _ = try await shop.database.run(
                .read(Self.counting), with: Shop.inputs([.text("100000000000")], role: "authenticated"), as: .json(nullsStripped: false))
        }
    }

    @Test func `an unbounded read is never tried inline`() async throws {
        let shop = try await Shop()
        var read = Self.counting
        read.isBounded = false
        #expect(try inline(shop, read, "1") == nil)
    }

    @Test func `reads of one turn see one state`() async throws {
        let shop = try await Shop()
        let (isOpen, open) = AsyncStream.makeStream(of: Void.self)
        let written = DispatchSemaphore(value: 0)
        async let write: Void = {
            defer { written.signal() }
            for await _ in isOpen { break }
            _ = try await shop.insert("Gora")
        }()
        // A turn belongs to one thread, as an event loop's does, and that thread waits here for a write that others make.
        let seen: [Int?] = try await withCheckedThrowingContinuation { continuation in
            Thread {
                func titles() throws -> Int? {
                    try shop.database.readInline(.read(Shop.allBooks), with: Shop.inputs(), as: .json(nullsStripped: false))?.count
                }
                continuation.resume(
                    with: Result {
                        shop.database.beginTurn()
                        let before = Result { try titles() }
                        open.yield()
                        open.finish()
                        written.wait()
                        let during = Result { try titles() }
                        shop.database.endTurn()
                        return [try before.get(), try during.get(), try titles()]
                    })
            }.start()
        }
        try await write
        #expect(seen == [0, 0, 1])
    }
}

@Suite struct BindingTests {
    private func answer(_ sql: String, _ bindings: [Binding], _ values: [RequestValue], _ type: DataType = .text) async throws -> String {
        let shop = try await Shop()
        let read = Read(root: ReadNode(SQLText(sql, bindings: bindings), fields: [.cell("x", 0, ColumnType(type))]), isBounded: true)
        return try await shop.body(read, values)
    }

    @Test func `values are read by their type's own rules`() async throws {
        #expect(try await answer("select ?1 || typeof(?1)", [.value(0, ColumnType(.integer))], [.text("-12")]) == #"[{"x":"-12integer"}]"#)
        #expect(try await answer("select ?1 || typeof(?1)", [.value(0, ColumnType(.integer))], [.text(" 7 ")]) == #"[{"x":"7integer"}]"#)
        await #expect(throws: SQLError("22P02", "invalid input syntax for type integer: \"abc\"")) {
            _ = try await answer("select ?1", [.value(0, ColumnType(.integer))], [.text("abc")])
        }
        await #expect(throws: SQLError("22003", "value \"99999999999\" is out of range for type integer")) {
            _ = try await answer("select ?1", [.value(0, ColumnType(.integer))], [.text("99999999999")])
        }
    }

    @Test func `a list is one binding`() async throws {
        #expect(try await answer("select ?1", [.list(0, ColumnType(.integer))], [.list(["1", "-2", "3"])]) == #"[{"x":"[1,-2,3]"}]"#)
        #expect(try await answer("select ?1", [.list(0, ColumnType(.text))], [.list(["a\"b", ""])]) == #"[{"x":"[\"a\\\"b\",\"\"]"}]"#)
        #expect(try await answer("select ?1", [.list(0, ColumnType(.bytea))], [.list(["\\xBEEF"])]) == #"[{"x":"[\"beef\"]"}]"#)
    }

    @Test(arguments: [
        ("ab*", "ab%|ab|ac"), ("a\\%b_c", "a\\%b_c|a%b|a%c"), ("*x", "%x||~"), ("z\u{10FFFF}*", "z\u{10FFFF}%|z\u{10FFFF}|{"),
        ("\u{D7FF}%", "\u{D7FF}%|\u{D7FF}|\u{E000}"), ("", "||~"),
    ]) func `a pattern's beginning bounds an index`(_ pattern: String, _ expected: String) async throws {
        let sql = "select ?1 || '|' || ?2 || '|' || case when typeof(?3) = 'blob' then '~' else ?3 end"
        #expect(
            try await answer(sql, [.pattern(0), .patternLow(0), .patternHigh(0)], [.text(pattern)])
                == #"[{"x":"\#(expected.replacing("\\", with: "\\\\"))"}]"#)
    }

    @Test func `the caller is bound`() async throws {
        let shop = try await Shop()
        let read = Read(
            root: ReadNode(
                SQLText("select ?1 || ?2 || ?3 || ?4 || ?5", bindings: [.claims, .subject, .role, .now, .setting("request.method")]),
                fields: [.cell("x", 0, ColumnType(.text))]), isBounded: true)
        let inputs = Inputs(
            caller: Caller(role: "anon", claims: "{}", subject: "me"), now: 5, settings: ["request.method": "GET"])
        let rows = try await shop.database.run(.read(read), with: inputs, as: .json(nullsStripped: false))
        #expect(String(decoding: rows.body, as: UTF8.self) == #"[{"x":"{}meanon5GET"}]"#)
    }
}
