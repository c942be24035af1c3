import OffstageQuery
import Testing

@Suite struct PreferencesTests {
    @Test func `tokens come from all header lines, blanks dropped`() throws {
        let preferences = try Preferences(headers: [
            "return=representation,count=exact , missing=default", "\tresolution=merge-duplicates", "tx=rollback, timezone=Europe/Oslo",
            "handling=lenient,max-affected=7",
        ])
        #expect(preferences.return == .representation)
        #expect(preferences.count == .exact)
        #expect(preferences.missing == .default)
        #expect(preferences.resolution == .mergeDuplicates)
        #expect(preferences.transaction == .rollback)
        #expect(preferences.timezone == "Europe/Oslo")
        #expect(preferences.handling == .lenient)
        #expect(preferences.maxAffected == 7)
        #expect(preferences.invalid.isEmpty)
    }

    @Test func `the first valid token of a kind wins`() throws {
        let preferences = try Preferences(headers: ["count=all, count=planned", "count=exact,return=headers-only,return=minimal"])
        #expect(preferences.count == .planned)
        #expect(preferences.return == .headersOnly)
        #expect(preferences.invalid == ["count=all"])
    }

    @Test func `unknown tokens are named only when handling is strict`() throws {
        #expect(try Preferences(headers: ["foo, count=exact,,bar=1"]).invalid == ["foo", "bar=1"])
        #expect(
            throws: RequestError(
                code: "PGRST122", message: "Invalid preferences given with handling=strict", details: "Invalid preferences: foo, bar=1")
        ) {
            try Preferences(headers: ["foo", "handling=strict, bar=1"])
        }
        #expect(throws: RequestError.self) {
            try TableRequest.books("", RequestHeaders(prefer: ["handling=strict,return=everything"]))
        }
        #expect(try Preferences(headers: ["handling=strict, tx=commit"]).handling == .strict)
        #expect(try Preferences(headers: ["handling=strict, read=replica"]).reading == .replica)
        #expect(try Preferences(headers: ["read=anywhere, read=primary"]).reading == .primary)
        #expect(throws: RequestError.self) { try Preferences(headers: ["handling=strict, read=anywhere"]) }
    }

    @Test func `the applied ones are listed in the contract's order`() throws {
        let all = try Preferences(headers: [
            "max-affected=3,timezone=UTC,handling=strict,tx=commit,count=estimated,return=minimal,missing=null,resolution=ignore-duplicates"
        ])
        #expect(
            all.applied(isMutation: true, resolves: true, setsMissing: true, mayChooseTransaction: true)
                == "resolution=ignore-duplicates, missing=null, return=minimal, count=estimated, tx=commit, handling=strict, timezone=UTC, max-affected=3"
        )
        #expect(
            all.applied(isMutation: false, resolves: false, setsMissing: false, mayChooseTransaction: false)
                == "count=estimated, handling=strict, timezone=UTC, max-affected=3")
        let reading = try Preferences(headers: ["read=replica, handling=strict, read=primary, count=exact"])
        #expect(
            reading.applied(isMutation: false, resolves: false, setsMissing: false, mayChooseTransaction: false, isRead: true)
                == "count=exact, handling=strict, read=replica")
        #expect(
            reading.applied(isMutation: true, resolves: false, setsMissing: false, mayChooseTransaction: false)
                == "count=exact, handling=strict")
        let lenient = try Preferences(headers: ["max-affected=3,return=minimal"])
        #expect(lenient.applied(isMutation: false, resolves: true, setsMissing: true, mayChooseTransaction: true) == nil)
    }
}

@Suite struct MediaTypeTests {
    @Test(
        arguments: [
            (nil, [MediaType.any]), ("", [.any]), ("*/*", [.any]), ("application/json", [.json]),
            ("Application/JSON; charset=utf-8", [.json]),
            ("text/csv, application/json", [.csv, .json]), ("application/x-ndjson, */*;q=0.1", [.lines, .any]),
            ("text/csv;q=0.5, application/json", [.json, .csv]),
            ("text/html,application/xml;q=0.9,*/*;q=0.8", [.other("text/html"), .xml, .any]), ("text/xml", [.textXML]),
            ("text/csv;q=0, application/geo+json", [.geojson]), ("text/csv;q=0", []), ("a/b;q=x", [.other("a/b")]),
            ("application/vnd.pgrst.object", [.object(nullsStripped: false)]),
            ("application/vnd.pgrst.object+json;nulls=stripped", [.object(nullsStripped: true)]),
            ("application/vnd.pgrst.array+json; nulls=stripped;q=0.1", [.jsonArray(nullsStripped: true)]),
            ("application/vnd.pgrst.array", [.jsonArray(nullsStripped: false)]), ("application/openapi+json", [.openapi]),
            ("application/vnd.pgrst.plan", [.plan(of: .json, format: .text, options: [])]),
            (
                #"application/vnd.pgrst.plan+json; for="application/vnd.pgrst.object+json;nulls=stripped"; options=wal|analyze;"#,
                [.plan(of: .object(nullsStripped: true), format: .json, options: [.analyze, .wal])]
            ),
            (
                #"application/vnd.pgrst.plan+text; for="application/vnd.pgrst.plan+text"; options=x"#,
                [.plan(of: .other("application/vnd.pgrst.plan+text"), format: .text, options: [])]
            ),
            (
                "a/1;q=0.001,b/2;q=0.01,c/3;q=0.1,d/4,e/5;q=0.1",
                [.other("d/4"), .other("c/3"), .other("e/5"), .other("b/2"), .other("a/1")]
            ),
        ] as [(String?, [MediaType])])
    func `accept is ordered by quality, then by position`(_ header: String?, _ types: [MediaType]) throws {
        #expect(MediaType.preferred(header) == types)
        #expect(try TableRequest.books("", RequestHeaders(accept: header)).accept == types)
    }

    @Test(
        arguments: [
            (nil, PayloadType.json), ("application/json;charset=UTF-8", .json), ("text/csv", .csv),
            ("Application/X-WWW-form-urlencoded", .form),
            ("text/plain", .text), ("text/xml", .xml), ("application/octet-stream", .binary), ("image/png", .other("image/png")),
        ] as [(String?, PayloadType)])
    func `the payload's type is told without its parameters`(_ header: String?, _ type: PayloadType) {
        #expect(PayloadType(header) == type)
    }
}
