import OffstageQuery
import OffstageSchema
import Testing

@testable import OffstageServer

@Suite struct DocsPageTests {
    private let page = DocsPage()

    private func head(_ method: String = "GET", _ path: String = "/rest/v1/", _ fields: [(String, String)] = []) -> RequestHead {
        RequestHead(method: method, target: path, fields: Fields(pairs: fields))
    }

    @Test(arguments: [
        "/docs", "/docs/docs.css", "/docs/docs.js", "/docs/pages.js", "/docs/requests.js", "/docs/diagram.js", "/docs/icon.svg",
    ])
    func `each file has bytes and the policy`(_ path: String) {
        let response = page.answer(head("GET", path))
        #expect(response.status == 200)
        #expect(!response.body.isEmpty)
        #expect(String(validating: response.body, as: UTF8.self) != nil)
        #expect(
            response.fields["content-security-policy"] == "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
    }

    @Test func `only its own files are there, and only to be read`() {
        #expect(page.answer(head("GET", "/docs/secret")).status == 404)
        #expect(page.answer(head("GET", "/docs/")).fields["location"] == "../docs")
        #expect(page.answer(head("POST", "/docs")).status == 405)
        #expect(page.answer(head("POST", "/docs")).fields["allow"] == "GET, HEAD")
        #expect(!DocsPage.owns("/docsx"))
        #expect(!DocsPage.owns("/doc"))
    }

    @Test(arguments: ["localhost", "LOCALHOST:8080", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:8080", "localhost:"])
    func `definitions are shown to this machine's own names`(_ host: String) {
        #expect(DescribedAPI.Detail.definitions.shown(to: head("GET", "/rest/v1/", [("Host", host)])) == .definitions)
    }

    @Test(arguments: [
        "example.org", "localhost.example.org", "127.0.0.1.example.org:8080", "example.org:127", "localhost:8080@example.org", "", ":80",
        "::1",
        "localhost:80a", "2130706433", "0.0.0.0",
    ])
    func `and to no other`(_ host: String) {
        #expect(DescribedAPI.Detail.definitions.shown(to: head("GET", "/rest/v1/", [("Host", host)])) == .keys)
    }

    @Test func `nor to another origin, nor through a proxy, nor without a name, nor with two`() {
        let local = ("Host", "localhost:8080")
        for fields in [
            [local, ("Origin", "https://example.org")], [local, ("origin", "null")], [], [local, local],
            [local, ("X-Forwarded-For", "203.0.113.5")], [local, ("Via", "1.1 proxy")],
        ] {
            #expect(DescribedAPI.Detail.definitions.shown(to: head("GET", "/rest/v1/", fields)) == .keys)
        }
        #expect(DescribedAPI.Detail.keys.shown(to: head("GET", "/rest/v1/", [local])) == .keys)
        #expect(DescribedAPI.Detail.none.shown(to: head("GET", "/rest/v1/", [local])) == .none)
    }

    @Test func `keys with a hidden column, and to a hidden table, are left out`() async throws {
        var settings = RestSettings()
        settings.reference = .definitions
        let desk = try Desk(settings) { state in
            let (books, vault) = (QualifiedName("public", "books"), QualifiedName("public", "vault"))
            state.schema.tables[books]?.uniqueKeys = [Key("hidden", ["title", "price"]), Key("shown", ["title"])]
            state.schema.tables[books]?.foreignKeys = [
                Reference("to_hidden", ["id"], references: vault, ["id"]), Reference("to_shown", ["id"], references: books, ["id"]),
                Reference("of_hidden", ["price"], references: books, ["id"]), Reference("to_column", ["id"], references: books, ["price"]),
            ]
            state.schema.tables[books]?.policies = [Policy("the policy")]
            state.schema.privileges[books]?.whole["anon"] = nil
            state.schema.privileges[books]?.columns["anon"] = ["id": [.select], "title": [.select]]
        }
        let modern = ("Accept", "application/openapi+json"), local = ("Host", "localhost:8080")
        let text = await desk.ask("GET", "/", Fields(pairs: [modern, local])).text
        #expect(text.contains(#""unique":[["title"]]"#))
        #expect(text.contains(#""foreignKeys":[{"columns":["id"],"table":"books","referenced":["id"],"onDelete":"no action"}]"#))
        #expect(text.contains("the policy"))
        #expect(!text.contains("vault") && !text.contains("price"))
        let elsewhere = await desk.ask("GET", "/", Fields(pairs: [modern, local, ("Origin", "https://example.org")])).text
        #expect(elsewhere.contains(#""unique":[["title"]]"#) && !elsewhere.contains("the policy"))
        // What the first was told is not kept for the second, nor the other way round.
        #expect(await desk.ask("GET", "/", Fields(pairs: [modern, local])).text == text)
        #expect(await !desk.ask("GET", "/", [("Host", "localhost")]).text.contains("x-offstage"))
    }
}
