import OffstageQuery
import Testing

/// The texts are those PostgREST gives for the same query.
@Suite struct RequestGrammarErrorTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var query: String
        var message: String
        var details: String
        init(_ query: String, _ message: String, _ details: String) {
            self.query = query
            self.message = message
            self.details = details
        }
        var testDescription: String { query }
    }

    static let filters: [Case] = [
        Case(
            "a.b=noop.0", #""failed to parse filter (noop.0)" (line 1, column 1)"#,
            #"unexpected "o" expecting "not" or operator (eq, gt, ...)"#),
        Case("id=val", #""failed to parse filter (val)" (line 1, column 1)"#, #"unexpected "v" expecting "not" or operator (eq, gt, ...)"#),
        Case("id=0", #""failed to parse filter (0)" (line 1, column 1)"#, #"unexpected "0" expecting "not" or operator (eq, gt, ...)"#),
        Case(
            "id=", #""failed to parse filter ()" (line 1, column 1)"#, #"unexpected end of input expecting "not" or operator (eq, gt, ...)"#
        ),
        Case(
            "id=foo.1", #""failed to parse filter (foo.1)" (line 1, column 1)"#,
            #"unexpected "f" expecting "not" or operator (eq, gt, ...)"#),
        Case(
            "id=fts().value", #""failed to parse filter (fts().value)" (line 1, column 5)"#,
            #"unexpected ")" expecting operator (eq, gt, ...)"#),
        Case(
            "id=eq().value", #""failed to parse filter (eq().value)" (line 1, column 4)"#,
            #"unexpected ")" expecting operator (eq, gt, ...)"#),
        Case(
            "id=is().value", #""failed to parse filter (is().value)" (line 1, column 3)"#,
            #"unexpected "(" expecting operator (eq, gt, ...)"#),
        Case(
            "id=in().value", #""failed to parse filter (in().value)" (line 1, column 3)"#,
            #"unexpected "(" expecting operator (eq, gt, ...)"#),
        Case(
            "id=is.nil", #""failed to parse filter (is.nil)" (line 1, column 5)"#,
            #"unexpected "i" expecting isVal: (null, not_null, true, false, unknown)"#),
        Case(
            "id=is.22", #""failed to parse filter (is.22)" (line 1, column 4)"#,
            #"unexpected "2" expecting isVal: (null, not_null, true, false, unknown)"#),
        Case("id=in.1,2", #""failed to parse filter (in.1,2)" (line 1, column 4)"#, #"unexpected "1" expecting "(""#),
        Case("id=in.(1,2", #""failed to parse filter (in.(1,2)" (line 1, column 8)"#, #"unexpected end of input expecting "," or ")""#),
        Case(":=eq.1", #""failed to parse tree path (:)" (line 1, column 1)"#, #"unexpected ":" expecting field name (* or [a..z0..9_$])"#),
        Case(
            "=eq.1", #""failed to parse tree path ()" (line 1, column 1)"#,
            #"unexpected end of input expecting field name (* or [a..z0..9_$])"#),
        Case("n=é", #""failed to parse filter (é)" (line 1, column 1)"#, #"unexpected "\233" expecting "not" or operator (eq, gt, ...)"#),
        Case("n=in.%09é", "\"failed to parse filter (in.\u{9}é)\" (line 1, column 9)", #"unexpected "\233" expecting "(""#),
    ]

    static let paths: [Case] = [
        Case(
            "a!b.limit=3", #""failed to parse tree path (a!b.limit)" (line 1, column 2)"#,
            #"unexpected '!' expecting letter, digit, "-", delimiter (.), "->>", "->" or end of input"#),
        Case(
            "a->b.order=c", #""failed to parse tree path (a->b.order)" (line 1, column 5)"#,
            #"unexpected '.' expecting "-", "->>", "->" or end of input"#),
    ]

    static let selects: [Case] = [
        Case(
            "select=id,clients(name[])", #""failed to parse select parameter (id,clients(name[]))" (line 1, column 16)"#,
            #"unexpected '[' expecting letter, digit, "-", "->>", "->", "::", ".", ")", "," or end of input"#),
        Case(
            "select=data->>-78xy", #""failed to parse select parameter (data->>-78xy)" (line 1, column 11)"#,
            #"unexpected 'x' expecting digit, "->", "::", ".", "," or end of input"#),
        Case(
            "select=data->>--34", #""failed to parse select parameter (data->>--34)" (line 1, column 9)"#,
            #"unexpected "-" expecting digit"#),
        Case(
            "select=data->(!@%23$%25^%26*_d->>!@%23$%25^%26*_e::integer",
            #""failed to parse select parameter (data->(!@#$%^&*_d->>!@#$%^&*_e::integer)" (line 1, column 7)"#,
            #"unexpected "(" expecting "-", digit or any non reserved character different from: .,>()"#),
        Case(
            "select=name!hint", #""failed to parse select parameter (name!hint)" (line 1, column 5)"#,
            #"unexpected '!' expecting letter, digit, "-", "->>", "->", "::", ".", ")", "," or end of input"#),
        Case(
            "select=name::", #""failed to parse select parameter (name::)" (line 1, column 7)"#,
            "unexpected end of input expecting letter or digit"),
        Case(
            "select=id,rel!left(*),", #""failed to parse select parameter (id,rel!left(*),)" (line 1, column 16)"#,
            #"unexpected end of input expecting "...", field name (* or [a..z0..9_$]), "*" or "count()""#),
        Case(
            "select=rel(a,b", #""failed to parse select parameter (rel(a,b)" (line 1, column 8)"#,
            #"unexpected end of input expecting "," or ")""#),
    ]

    static let orders: [Case] = [
        Case(
            "order=clients(name,id)", #""failed to parse order (clients(name,id))" (line 1, column 8)"#,
            #"unexpected '(' expecting letter, digit, "-", "->>", "->", delimiter (.), "," or end of input"#),
        Case(
            "order=id.ac", #""failed to parse order (id.ac)" (line 1, column 4)"#,
            #"unexpected "c" expecting "asc", "desc", "nullsfirst" or "nullslast""#),
        Case(
            "order=id.descc", #""failed to parse order (id.descc)" (line 1, column 8)"#,
            #"unexpected 'c' expecting delimiter (.), "," or end of input"#),
        Case(
            "order=id.nulsfist", #""failed to parse order (id.nulsfist)" (line 1, column 4)"#,
            #"unexpected "n" expecting "asc", "desc", "nullsfirst" or "nullslast""#),
        Case(
            "order=id.nullslasttt", #""failed to parse order (id.nullslasttt)" (line 1, column 13)"#,
            #"unexpected 't' expecting "," or end of input"#),
        Case(
            "order=id.smth34", #""failed to parse order (id.smth34)" (line 1, column 4)"#,
            #"unexpected "s" expecting "asc", "desc", "nullsfirst" or "nullslast""#),
        Case(
            "order=id.asc.nlsfst", #""failed to parse order (id.asc.nlsfst)" (line 1, column 8)"#,
            #"unexpected "l" expecting "nullsfirst" or "nullslast""#),
        Case(
            "order=id.asc.nullslasttt", #""failed to parse order (id.asc.nullslasttt)" (line 1, column 17)"#,
            #"unexpected 't' expecting "," or end of input"#),
        Case(
            "order=id.asc.smth34", #""failed to parse order (id.asc.smth34)" (line 1, column 8)"#,
            #"unexpected "s" expecting "nullsfirst" or "nullslast""#),
    ]

    static let trees: [Case] = [
        Case(
            "or=()", #""failed to parse logic tree (())" (line 1, column 4)"#,
            #"unexpected ")" expecting field name (* or [a..z0..9_$]), negation operator (not) or logic operator (and, or)"#),
        Case(
            "or=(id.in.1,2,id.eq.3)", #""failed to parse logic tree ((id.in.1,2,id.eq.3))" (line 1, column 10)"#,
            #"unexpected "1" expecting "(""#),
        Case("or=)(", #""failed to parse logic tree ()()" (line 1, column 3)"#, #"unexpected ")" expecting "(""#),
        Case(
            "and=(ord(id.eq.1,id.eq.1),id.eq.2)", #""failed to parse logic tree ((ord(id.eq.1,id.eq.1),id.eq.2))" (line 1, column 7)"#,
            #"unexpected "d" expecting "(""#),
        Case(
            "or=(id.eq.1,not.xor(id.eq.2,id.eq.3))",
            #""failed to parse logic tree ((id.eq.1,not.xor(id.eq.2,id.eq.3)))" (line 1, column 16)"#,
            #"unexpected "x" expecting logic operator (and, or)"#),
        Case(
            "or=(tags%20@>1)", #""failed to parse logic tree ((tags @>1))" (line 1, column 9)"#,
            #"unexpected "@" expecting letter, digit, "-", "->>", "->" or delimiter (.)"#),
    ]

    static let names: [Case] = [
        Case(
            "columns=", #""failed to parse columns parameter ()" (line 1, column 1)"#,
            "unexpected end of input expecting field name (* or [a..z0..9_$])"),
        Case(
            "on_conflict=", #""failed to parse on_conflict parameter ()" (line 1, column 1)"#,
            "unexpected end of input expecting field name (* or [a..z0..9_$])"),
        Case(
            "columns=a,", #""failed to parse columns parameter (a,)" (line 1, column 3)"#,
            "unexpected end of input expecting field name (* or [a..z0..9_$])"),
    ]

    @Test(arguments: filters + paths + selects + orders + trees + names)
    func `a query that cannot be read is refused with place and expectation`(_ wanted: Case) throws {
        let error = try #require(throws: RequestError.self) { try TableRequest.books(wanted.query) }
        #expect(error.code == "PGRST100")
        #expect(error.message == wanted.message)
        #expect(error.details == wanted.details)
        #expect(error.hint == nil)
    }
}

extension TableRequest {
    /// A GET of `/books`.
    static func books(_ query: String, _ headers: RequestHeaders = RequestHeaders()) throws(RequestError) -> TableRequest {
        try TableRequest(method: .get, path: "/books", query: query, headers: headers)
    }
}
