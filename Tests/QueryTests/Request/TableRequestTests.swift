import OffstageQuery
import Testing

/// What the parts of a query mean.
@Suite struct TableRequestTests {
    private func filters(_ query: String) throws -> [AtPath<Condition>] { try TableRequest.books(query).filters }

    private func filter(_ query: String) throws -> Filter {
        guard case .filter(let filter)? = try filters(query).first?.value else { throw NoFilter() }
        return filter
    }
    private struct NoFilter: Error {}

    private func select(_ select: String) throws -> [SelectItem] { try TableRequest.books("select=" + select).select }
    private func order(_ order: String) throws -> [OrderTerm] { try #require(TableRequest.books("order=" + order).order.first).value }

    @Test func `nothing asked for is every column of every row`() throws {
        for query in [nil, "", "&", "a&b&", "select=", "select"] as [String?] {
            let request = try TableRequest(method: .get, path: "/books", query: query, headers: RequestHeaders())
            #expect(request.target == .relation("books"))
            #expect(request.select == [.all])
            #expect(request.filters.isEmpty && request.order.isEmpty && request.windows.isEmpty && request.values.isEmpty)
            #expect(request.columns == nil && request.onConflict == nil && request.arguments.isEmpty)
            #expect(request.accept == [.any] && request.contentType == .json && request.profile == nil)
        }
    }

    // MARK: Filters

    @Test func `a filter's value stands outside the tree`() throws {
        let request = try TableRequest.books("id=eq.5&title=like.*x*")
        #expect(
            request.filters == [
                AtPath([], .filter(Filter(RequestField("id"), operator: .eq, value: ValueIndex(0)))),
                AtPath([], .filter(Filter(RequestField("title"), operator: .like, value: ValueIndex(1)))),
            ])
        #expect(request.values == [.text("5"), .text("*x*")])
        #expect(request[ValueIndex(1)] == .text("*x*"))
        #expect(request[ValueIndex(2)] == nil)
    }

    @Test(arguments: [
        ("eq", FilterOperator.eq), ("neq", .neq), ("gt", .gt), ("gte", .gte), ("lt", .lt), ("lte", .lte), ("like", .like),
        ("ilike", .ilike), ("match", .match), ("imatch", .imatch), ("cs", .cs), ("cd", .cd), ("ov", .ov), ("sl", .sl), ("sr", .sr),
        ("nxr", .nxr), ("nxl", .nxl), ("adj", .adj), ("isdistinct", .isDistinct), ("fts", .search(.fts, language: nil)),
        ("plfts(french)", .search(.plfts, language: "french")), ("phfts", .search(.phfts, language: nil)),
        ("wfts( simple )", .search(.wfts, language: "simple")),
    ])
    func `every operator takes the rest of the parameter as its value`(_ written: String, _ meant: FilterOperator) throws {
        for value in ["", "x", "a.b,c)(\"d\".{e}", "é 𝄞"] {
            let request = try TableRequest.books("c=\(written).\(value)&d=not.\(written).\(value)")
            #expect(
                request.filters.map(\.value) == [
                    .filter(Filter(RequestField("c"), operator: meant, value: ValueIndex(0))),
                    .filter(Filter(RequestField("d"), isNegated: true, operator: meant, value: ValueIndex(1))),
                ])
            #expect(request.values == [.text(value), .text(value)])
        }
    }

    @Test(arguments: ["eq", "gt", "gte", "lt", "lte", "like", "ilike", "match", "imatch"])
    func `comparisons and patterns take a quantifier`(_ name: String) throws {
        #expect(try filter("c=\(name)(any).{a,b}").quantifier == .any)
        #expect(try filter("c=not.\(name)(all).{a,b}").quantifier == .all)
    }

    @Test(arguments: ["neq", "cs", "in", "is", "isdistinct", "adj"])
    func `other operators take no quantifier`(_ name: String) {
        #expect(throws: RequestError.self) { try filter("c=\(name)(any).{a,b}") }
    }

    @Test(arguments: [
        ("null", FilterOperator.Truth.null), ("NULL", .null), ("Not_Null", .notNull), ("true", .true), ("FALSE", .false),
        ("uNkNoWn", .unknown),
    ])
    func `is takes a truth in any case and no value`(_ written: String, _ meant: FilterOperator.Truth) throws {
        #expect(try filter("c=is.\(written)") == Filter(RequestField("c"), operator: .is(meant), value: nil))
        #expect(try TableRequest.books("c=not.is.\(written)").values.isEmpty)
    }

    @Test(arguments: [
        ("(1,2,3)", ["1", "2", "3"]), ("()", []), ("(\"\")", [""]), ("(,)", ["", ""]), ("( 1, 2 )", ["1", " 2 "]),
        (#"("a,b","c)d",plain)"#, ["a,b", "c)d", "plain"]), (#"("quo\"te","back\\slash","\n")"#, [#"quo"te"#, #"back\slash"#, "n"]),
        (#"("a"b,c)"#, [#""a"b"#, "c"]), ("(é,𝄞)", ["é", "𝄞"]), ("(1)ignored", ["1"]),
    ])
    func `a list is one value`(_ written: String, _ elements: [String]) throws {
        let request = try TableRequest.books("c=in.\(written)")
        #expect(request.filters.map(\.value) == [.filter(Filter(RequestField("c"), operator: .in, value: ValueIndex(0)))])
        #expect(request.values == [.list(elements)])
    }

    @Test func `names may be quoted, dashed, spaced and of any script`() throws {
        #expect(try filter(#"%22we:ird%5C%22%22=eq.1"#).field == RequestField(#"we:ird""#))
        #expect(try filter("some-column_1$=eq.1").field == RequestField("some-column_1$"))
        #expect(try filter("+two+words+=eq.1").field == RequestField("two words"))
        #expect(try filter("größe=eq.1").field == RequestField("größe"))
        #expect(try filter("名前=eq.1").field == RequestField("名前"))
        #expect(try filter(#""order"=eq.1"#).field == RequestField("order"))
    }

    @Test func `a name leads through embeds to a field and into its json`() throws {
        let request = try TableRequest.books(#"a.b.data->k->>-2->"x.y"->>!@%23=eq.1"#)
        #expect(request.filters.map(\.path) == [["a", "b"]])
        let path: [JSONStep] = [
            JSONStep(.key("k"), asText: false), JSONStep(.index(-2), asText: true), JSONStep(.key("x.y"), asText: false),
            JSONStep(.key("!@#"), asText: true),
        ]
        #expect(
            request.filters.map(\.value) == [.filter(Filter(RequestField("data", jsonPath: path), operator: .eq, value: ValueIndex(0)))])
    }

    @Test func `a json index beyond PostgreSQL's integer is its error`() {
        #expect(throws: RequestError(code: "22003", message: #"value "2147483648" is out of range for type integer"#)) {
            try filter("data->2147483648=eq.1")
        }
    }

    // MARK: Logic

    @Test func `logic nests, is negated, and belongs to a path`() throws {
        let request = try TableRequest.books("a.not.or=(x.eq.1,not.and(y.not.in.(1,2),z.is.null),w.cs.{a,b})&and=(q.eq.2))")
        let x = Condition.filter(Filter(RequestField("x"), operator: .eq, value: ValueIndex(0)))
        let y = Condition.filter(Filter(RequestField("y"), isNegated: true, operator: .in, value: ValueIndex(1)))
        let z = Condition.filter(Filter(RequestField("z"), operator: .is(.null), value: nil))
        let w = Condition.filter(Filter(RequestField("w"), operator: .cs, value: ValueIndex(2)))
        let q = Condition.filter(Filter(RequestField("q"), operator: .eq, value: ValueIndex(3)))
        #expect(
            request.filters == [
                AtPath(["a"], .logic(.or, isNegated: true, [x, .logic(.and, isNegated: true, [y, z]), w])),
                AtPath([], .logic(.and, isNegated: false, [q])),
            ])
        #expect(request.values == [.text("1"), .list(["1", "2"]), .text("{a,b}"), .text("2")])
    }

    @Test func `values inside logic may be quoted, and end at a comma or parenthesis`() throws {
        let request = try TableRequest.books(#"or=(a.eq."(x,\"y\")",b.like."p"q,c.eq.{1,d->>k.eq. s ,e.eq.)"#)
        #expect(request.values == [.text(#"(x,"y")"#), .text(#""p"q"#), .text("{1"), .text(" s "), .text("")])
    }

    @Test func `blanks are allowed around the parts of logic`() throws {
        let tight = try TableRequest.books("and=(and(id.in.(1, 2, 3),id.eq.3 ),or(id.eq.2 ,id.eq.3 ))")
        let loose = try TableRequest.books("and=( and ( id.in.( 1, 2, 3) , id.eq.3 ) , or ( id.eq.2 , id.eq.3 ) )")
        #expect(tight.filters == loose.filters)
        #expect(tight.values == loose.values)
    }

    // MARK: Select

    @Test func `select has fields, aliases, casts, aggregates and json`() throws {
        #expect(
            try select(" id , t:title::text,data->a->>b,n:count()::int,p:price::numeric.sum()::text,x.max(),y.min(),*") == [
                .field(SelectField(RequestField("id"))),
                .field(SelectField(RequestField("title"), alias: "t", cast: "text")),
                .field(
                    SelectField(RequestField("data", jsonPath: [JSONStep(.key("a"), asText: false), JSONStep(.key("b"), asText: true)]))),
                .count(alias: "n", cast: "int"),
                .field(SelectField(RequestField("price"), alias: "p", cast: "numeric", aggregate: .sum, aggregateCast: "text")),
                .field(SelectField(RequestField("x"), aggregate: .max)),
                .field(SelectField(RequestField("y"), aggregate: .min)),
                .all,
            ])
    }

    @Test func `embeds have aliases, hints, joins and selects of their own`() throws {
        #expect(
            try select("a:authors!fk!inner(name,born:year),tags!inner!via(),...publisher!left(*),count,r(count)") == [
                .embed(
                    SelectEmbed(
                        "authors", alias: "a", hint: "fk", join: .inner,
                        select: [.field(SelectField(RequestField("name"))), .field(SelectField(RequestField("year"), alias: "born"))])),
                .embed(SelectEmbed("tags", hint: "via", join: .inner, select: [])),
                .embed(SelectEmbed("publisher", join: .left, isSpread: true, select: [.all])),
                .field(SelectField(RequestField("count"))),
                .embed(SelectEmbed("r", select: [.field(SelectField(RequestField("count")))])),
            ])
    }

    @Test func `count is never an embed`() {
        #expect(throws: RequestError.self) { try select("count(id)") }
    }

    @Test func `of several selects the first counts`() throws {
        #expect(try TableRequest.books("select=a&select=b").select == [.field(SelectField(RequestField("a")))])
    }

    // MARK: Order and windows

    @Test func `order has directions, nulls, json and related columns`() throws {
        #expect(
            try order("a,b.desc,c.nullsfirst,d->>k.asc.nullslast,author(name->x).desc.nullsfirst") == [
                OrderTerm(RequestField("a")),
                OrderTerm(RequestField("b"), isDescending: true),
                OrderTerm(RequestField("c"), nulls: .first),
                OrderTerm(RequestField("d", jsonPath: [JSONStep(.key("k"), asText: true)]), nulls: .last),
                OrderTerm(
                    RequestField("name", jsonPath: [JSONStep(.key("x"), asText: false)]), relation: "author", isDescending: true,
                    nulls: .first),
            ])
    }

    @Test func `order belongs to a path and its first counts`() throws {
        let request = try TableRequest.books("order=a&r.order=b&order=c")
        #expect(request.order == [AtPath([], [OrderTerm(RequestField("a"))]), AtPath(["r"], [OrderTerm(RequestField("b"))])])
    }

    @Test func `limits and offsets are values, the root's last`() throws {
        let request = try TableRequest.books("limit=20&r.limit=3&offset=40&id=eq.1&r.s.offset=007")
        #expect(
            request.windows == [
                AtPath(["r"], RowWindow(limit: ValueIndex(0))), AtPath(["r", "s"], RowWindow(offset: ValueIndex(2))),
                AtPath([], RowWindow(limit: ValueIndex(3), offset: ValueIndex(4))),
            ])
        #expect(request.window == RowWindow(limit: ValueIndex(3), offset: ValueIndex(4)))
        #expect(request.values == [.text("3"), .text("1"), .text("7"), .text("20"), .text("40")])
        #expect(request.values.map(\.integer) == [3, 1, 7, 20, 40])
    }

    @Test func `a limit that is no number is ignored, a negative one refused`() throws {
        #expect(try TableRequest.books("limit=x&offset=-3&r.limit=1.5").values.isEmpty)
        #expect(try TableRequest.books("limit=99999999999999999999").values == [.text(String(Int.max))])
        let error = RequestError(
            code: "PGRST103", message: "Requested range not satisfiable", details: "Limit should be greater than or equal to zero.")
        #expect(throws: error) { try TableRequest.books("limit=-1") }
        #expect(throws: error) { try TableRequest.books("r.limit=-1") }
        #expect(throws: RequestError(code: "PGRST114", message: "limit/offset querystring parameters are not allowed for PUT")) {
            try TableRequest(method: .put, path: "/books", query: "limit=1", headers: RequestHeaders())
        }
    }

    @Test(
        arguments: [
            ("0-9", "", 10, 0), ("5-", "", nil, 5), ("5-9", "offset=7", 3, 7), ("0-9", "limit=3", 3, 0), ("2-9", "limit=3&offset=1", 2, 2),
            ("0-0", "limit=0", 0, nil), ("x", "limit=4", 4, nil), ("1-99999999999999999999", "", Int.max - 1, 1),
        ] as [(String, String, Int?, Int?)])
    func `a Range header narrows the root's window`(_ range: String, _ query: String, _ limit: Int?, _ offset: Int?) throws {
        let request = try TableRequest.books(query, RequestHeaders(range: range))
        #expect(request.window.limit.flatMap { request[$0]?.integer } == limit)
        #expect(request.window.offset.flatMap { request[$0]?.integer } == offset)
        #expect(try TableRequest(method: .head, path: "/books", query: nil, headers: RequestHeaders(range: range)).windows.isEmpty)
    }

    @Test(arguments: [("9-0", ""), ("0-4", "offset=5"), ("5-", "limit=5")])
    func `a window of no rows is out of range`(_ range: String, _ query: String) throws {
        let error = try #require(throws: RequestError.self) { try TableRequest.books(query, RequestHeaders(range: range)) }
        #expect(error.code == "PGRST103")
    }

    // MARK: Writes and functions

    @Test func `columns and on_conflict are names, each once`() throws {
        let request = try TableRequest(
            method: .post, path: "/books", query: #"columns="a","b%20c",a&on_conflict=a,+b"#, headers: RequestHeaders())
        #expect(request.columns == ["a", "b c"])
        #expect(request.onConflict == ["a", "b"])
    }

    @Test func `a function read by GET takes what is no filter as arguments`() throws {
        let request = try TableRequest(
            method: .get, path: "/rpc/add", query: "a=1&b=eq.2&c=is.there&%22d+e%22=not.&limit=2&a={1,2}", headers: RequestHeaders())
        #expect(request.target == .function("add"))
        #expect(
            request.arguments == [
                RequestArgument("a", ValueIndex(0)), RequestArgument("c", ValueIndex(2)), RequestArgument("d e", ValueIndex(3)),
                RequestArgument("a", ValueIndex(4)),
            ])
        #expect(request.filters.map(\.value) == [.filter(Filter(RequestField("b"), operator: .eq, value: ValueIndex(1)))])
        #expect(request.values == [.text("1"), .text("2"), .text("is.there"), .text("not."), .text("{1,2}"), .text("2")])
    }

    @Test func `a function called by POST has only filters in its URL`() {
        #expect(throws: RequestError.self) {
            try TableRequest(method: .post, path: "/rpc/add", query: "a=1", headers: RequestHeaders())
        }
    }

    // MARK: Targets

    @Test(arguments: [
        ("", TableRequest.Target.root), ("/", .root), ("/books", .relation("books")), ("/a%20b+c", .relation("a b+c")),
        ("/rpc", .relation("rpc")), ("/rpc/f%C3%A9", .function("fé")),
    ])
    func `the path names the target`(_ path: String, _ target: TableRequest.Target) throws {
        #expect(try TableRequest(method: .get, path: path, query: nil, headers: RequestHeaders()).target == target)
    }

    @Test(arguments: ["/books/", "/a/b", "//", "/rpc/", "/rpc/a/b", "/rpc/a/"])
    func `any other depth is an unknown path`(_ path: String) {
        #expect(throws: RequestError(code: "PGRST125", message: "Invalid path specified in request URL")) {
            try TableRequest(method: .get, path: path, query: nil, headers: RequestHeaders())
        }
    }

    @Test(arguments: ["/a%zz", "/%ff", "/%00", "/a%2"])
    func `a path that is no text is refused`(_ path: String) throws {
        let error = try #require(throws: RequestError.self) {
            try TableRequest(method: .get, path: path, query: nil, headers: RequestHeaders())
        }
        #expect(error.code == "PGRST100")
    }

    @Test func `methods a target does not have are refused`() {
        #expect(throws: RequestError(code: "PGRST101", message: "Cannot use the PATCH method on RPC")) {
            try TableRequest(method: .patch, path: "/rpc/f", query: nil, headers: RequestHeaders())
        }
        #expect(throws: RequestError(code: "PGRST117", message: "Unsupported HTTP method: DELETE")) {
            try TableRequest(method: .delete, path: "/", query: nil, headers: RequestHeaders())
        }
    }

    @Test func `the schema comes from the header of the method`() throws {
        let headers = RequestHeaders(acceptProfile: "shown", contentProfile: "written")
        for (method, profile) in [
            (TableRequest.Method.get, "shown"), (.head, "shown"), (.options, "shown"), (.post, "written"), (.patch, "written"),
            (.put, "written"), (.delete, "written"),
        ] {
            #expect(try TableRequest(method: method, path: "/books", query: nil, headers: headers).profile == profile)
        }
    }

    // MARK: Text

    @Test func `escapes and plus signs are decoded once`() throws {
        #expect(try TableRequest.books("a=eq.1%2B1+%3D%252&b=eq.%C3%A9").values == [.text("1+1 =%2"), .text("é")])
    }

    @Test(arguments: [
        ("a=eq.%", "a % that is not followed by two hexadecimal digits", 6),
        ("a=eq.%4", "a % that is not followed by two hexadecimal digits", 6),
        ("x=eq.1&%g0=eq.1", "a % that is not followed by two hexadecimal digits", 8), ("a=eq.%FF", "the text is not UTF-8", 3),
        ("a=eq.%C3", "the text is not UTF-8", 3), ("a=eq.%ED%A0%80", "the text is not UTF-8", 3),
        ("a=eq.%C0%80", "the text is not UTF-8", 3),
        ("a=eq.%00", "text cannot hold the NUL character", 3), ("a%00=eq.1", "text cannot hold the NUL character", 1),
        ("a=eq.\u{0}", "text cannot hold the NUL character", 3),
    ])
    func `what is no text is refused with its place`(_ query: String, _ details: String, _ column: Int) throws {
        let error = try #require(throws: RequestError.self) { try TableRequest.books(query) }
        #expect(error.code == "PGRST100")
        #expect(error.message == "\"failed to parse query string\" (line 1, column \(column))")
        #expect(error.details == details)
        #expect(RequestShape.scan(method: .get, path: "/books", query: query, headers: RequestHeaders()) == nil)
    }

    // MARK: Limits

    private static func times(_ count: Int, _ text: String, _ separator: String = "") -> String {
        Array(repeating: text, count: count).joined(separator: separator)
    }

    static let excesses: [String] = {
        var queries = ["a.b.c.d.e.f.g=eq.1", "a.b.c.d.e.f.or=(g.eq.1)"]
        queries.append("or=\(times(40, "(and"))(a.eq.1)\(times(40, ")"))")
        queries.append("or=\(times(100_000, "(or"))")
        queries.append("select=\(times(6, "a("))b\(times(6, ")"))")
        queries.append("select=\(times(100_000, "a("))")
        queries.append("select=\(times(101, "a", ","))")
        queries.append(times(201, "a=eq.1", "&"))
        queries.append("or=(\(times(201, "a.eq.1", ",")))")
        queries.append("a=in.(\(times(10_001, "1", ",")))")
        queries.append("order=\(times(33, "a", ","))")
        queries.append("a\(times(33, "->b"))=eq.1")
        queries.append("columns=\(times(1_601, "a", ","))")
        return queries
    }()

    @Test(arguments: excesses)
    func `more than the limits allow is refused with a reason`(_ query: String) throws {
        let error = try #require(throws: RequestError.self) { try TableRequest.books(query) }
        #expect(error.code == "PGRST100")
        #expect(error.message.contains("failed to parse"))
        #expect(error.details?.contains("more than") == true)
        #expect(error.hint != nil || error.details?.contains("embedded") == true)
    }

    @Test func `as much as the limits allow is read`() throws {
        #expect(try TableRequest.books("select=a(b(c(d(e(f)))))").select.count == 1)
        #expect(try TableRequest.books(Self.times(200, "a=eq.1", "&")).filters.count == 200)
        let nested = "\(Self.times(31, "(and"))(a.eq.1)\(Self.times(31, ")"))"
        #expect(try TableRequest.books("or=" + nested).values == [.text("1")])
        let list = Array(repeating: "1", count: 10_000)
        #expect(try TableRequest.books("a=in.(\(list.joined(separator: ",")))").values == [.list(list)])
    }
}
