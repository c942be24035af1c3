import OffstageXML
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What `body` costs this thread, in CPU: a machine that does other things meanwhile makes nothing slow.
private func cost(_ body: () -> Void) -> Duration {
    func now() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
    let start = now()
    body()
    return now() - start
}

/// Bodies in XML: what is read, and that everything else is refused by name.
@Suite struct XMLRowsTests {
    private func read(_ text: String, columns: [String]? = nil, limits: XMLLimits = XMLLimits()) throws -> XMLRows {
        try read(Array(text.utf8), columns: columns, limits: limits)
    }

    private func read(_ bytes: [UInt8], columns: [String]? = nil, limits: XMLLimits = XMLLimits()) throws -> XMLRows {
        let result: Result<XMLRows, XMLError> = bytes.withUnsafeBufferPointer { document in
            do throws(XMLError) { return .success(try XMLRows(reading: document, columns: columns, limits: limits)) } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// The description of the refusal; empty where it is accepted.
    private func refusal(_ bytes: [UInt8], limits: XMLLimits = XMLLimits()) -> String {
        do { _ = try read(bytes, limits: limits) } catch { return "\(error)" }
        return ""
    }

    private func refusal(_ text: String) -> String { refusal(Array(text.utf8)) }

    /// One row of one column.
    private func value(_ element: String) throws -> XMLRows.Value? {
        try read("<t xmlns:xsi=\"\(XMLName.schemaInstance)\"><row>\(element)</row></t>").rows.first?.first ?? nil
    }

    // MARK: What is read

    @Test func `an answer is read back`() throws {
        let rows = try read(
            """
            <books xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><row><id>1</id><odd_x0020_name>a &amp; &lt;b&gt;&#13;\n</odd_x0020_name>\
            <n xsi:nil="true"/></row><row><id>2</id><odd_x0020_name></odd_x0020_name><n encoding="base64">ATzvv78=</n></row></books>
            """)
        #expect(rows.columns == ["id", "odd name", "n"])
        #expect(rows.rows == [[.text("1"), .text("a & <b>\r\n"), .null], [.text("2"), .text(""), .text("\u{1}<\u{FFFF}")]])
    }

    @Test func `no row is no row`() throws {
        for text in ["<t/>", "<t></t>", "<t>\n</t>", "<?xml version=\"1.0\"?><t/>"] { #expect(try read(text).rows.isEmpty) }
        #expect(try read("<t><row/><row></row></t>").rows == [[], []])
    }

    @Test func `a document may be written by hand`() throws {
        let text = """
            \u{FEFF}<?xml version='1.0' encoding='utf-8' standalone='yes'?>
            <!-- <!DOCTYPE in a comment is none> <?nor this?> -->
            <anything>
              <row>
                <a>x<!-- within -->y</a><b><![CDATA[<&]]>]<![CDATA[]]]]></b>
              </row>
              <row><b/><a>  kept\r\n</a></row>
            </anything>
            <!-- end -->
            """
        let rows = try read(text)
        #expect(rows.columns == ["a", "b"])
        #expect(rows.rows == [[.text("xy"), .text("<&]]]")], [.text("  kept\n"), .text("")]])
    }

    @Test(arguments: [
        ("<a>&#x1F600;&#169;é😀</a>", "😀©é😀"), ("<a>&apos;&quot;&gt;</a>", "'\">"), ("<a xsi:nil='false'>x</a>", "x"),
        ("<a encoding=\"base64\"> AT\nzv v78= </a>", "\u{1}<\u{FFFF}"), ("<a encoding=\"base64\"/>", ""),
        ("<a>\t\u{85}\u{2028}</a>", "\t\u{85}\u{2028}"),
    ])
    func text(_ element: String, _ text: String) throws { #expect(try value(element) == .text(text)) }

    @Test func `of the columns asked for a row may leave some out, and others are passed over`() throws {
        let rows = try read(
            "<t><row><a>1</a><x><row><y>2</y></row></x></row><row><x>3</x></row></t>", columns: ["b", "a"])
        #expect(rows.columns == ["b", "a"])
        #expect(rows.rows == [[nil, .text("1")], [nil, nil]])
    }

    @Test func `long documents are read whole`() throws {
        let long = String(repeating: "ä&amp;", count: 1_500_000)
        #expect(try value("<a>\(long)</a>") == .text(String(repeating: "ä&", count: 1_500_000)))
        let many = String(repeating: "<row><a>1</a><b/></row>", count: 10_000)
        #expect(try read("<t>\(many)</t>").rows.count == 10_000)
        #expect(try read("<!--\(String(repeating: "-x", count: 1_000_000))--><t/>").rows.isEmpty)
    }

    // MARK: What is refused

    @Test(arguments: [
        ("", "line 1, column 1: The document is empty."),
        ("{}", "line 1, column 1: Start tag expected, '<' not found"),
        ("<t>", "line 1, column 4: Premature end of data in tag t line 1"),
        ("<t><row><a>1</b></row></t>", "line 1, column 17: Opening and ending tag mismatch: a line 1 and b"),
        ("<t/><t/>", "line 1, column 5: Extra content at the end of the document"),
        ("<!DOCTYPE t><t/>", "line 1, column 1: A DOCTYPE is refused."),
        ("<t/>\n <!DOCTYPE t>", "line 2, column 2: A DOCTYPE is refused."),
        ("<t><!ENTITY a 'b'></t>", "line 1, column 4: Declarations are refused."),
        ("<?php x?><t/>", "line 1, column 1: Processing instructions are refused."),
        ("<t>é<?xml version='1.0'?></t>", "line 1, column 5: Processing instructions are refused."),
        ("<?xml version='1.0' encoding='ISO-8859-1'?><t/>", "line 1, column 1: The encoding \"ISO-8859-1\" is refused."),
        ("<t>\u{0}</t>", "line 1, column 4: The text has a zero byte."),
        ("<t><row><a>\u{1}</a></row></t>", "line 1, column 12: PCDATA invalid Char value 1"),
        ("<t>x</t>", "line 1, column 4: There is text beside the rows."),
        ("<t><row>x<a/></row></t>", "line 1, column 9: There is text beside the columns of a row."),
        ("<t><a/></t>", "line 1, column 6: The element \"a\" stands where a \"row\" should."),
        ("<t><row><a><b/></a></row></t>", "line 1, column 14: The column \"a\" has the element \"b\" in it."),
        ("<t><row><a/><a/></row></t>", "line 1, column 15: Row 1 has the element \"a\" twice."),
        ("<t><row><a/></row><row><b/></row></t>", "line 1, column 26: Row 2 has the element \"b\", which the first has not."),
        ("<t><row><a/><b/></row><row><a/></row></t>", "line 1, column 38: Row 2 lacks the element \"b\"."),
        ("<t a='1'/>", "line 1, column 9: The element \"t\" has the attribute a=\"1\"."),
        ("<t><row><a type='x'/></row></t>", "line 1, column 20: The element \"a\" has the attribute type=\"x\"."),
        ("<t><row><a nil='true'/></row></t>", "line 1, column 22: The element \"a\" has the attribute nil=\"true\"."),
        ("<t xmlns='urn:x'/>", "line 1, column 17: The element \"t\" is of the namespace \"urn:x\"; columns are of none."),
        ("<t><row><a encoding='base64'>A</a></row></t>", "line 1, column 35: The element \"a\" is not the base64 of a text in UTF-8."),
        ("<t><row><a encoding='base64'>/w==</a></row></t>", "line 1, column 38: The element \"a\" is not the base64 of a text in UTF-8."),
        ("<t><row><a encoding='base64'>AA==</a></row></t>", "line 1, column 38: The element \"a\" is not the base64 of a text in UTF-8."),
        ("<t><row><a>&b;</a></row></t>", "line 1, column 15: Entity 'b' not defined"),
        ("<t><row><a>&#0;</a></row></t>", "line 1, column 16: xmlParseCharRef: invalid xmlChar value 0"),
        ("<t><row><a>&#xD83D;&#xDE00;</a></row></t>", "line 1, column 20: xmlParseCharRef: invalid xmlChar value 55357"),
    ])
    func refused(_ text: String, _ expected: String) { #expect(refusal(text) == expected) }

    @Test func `nil has no text, and no other schema attribute is known`() {
        let start = "<t xmlns:xsi=\"\(XMLName.schemaInstance)\"><row>"
        #expect(refusal("\(start)<a xsi:nil='true'>x</a></row></t>").hasSuffix("The element \"a\" is null and has text."))
        #expect(refusal("\(start)<a xsi:nil='yes'/></row></t>").hasSuffix("The element \"a\" has the attribute nil=\"yes\"."))
        #expect(refusal("\(start)<a xsi:nil='true' encoding='base64'/></row></t>").hasSuffix("has the attribute encoding=\"base64\"."))
        #expect(refusal("\(start)<a xsi:type='x'/></row></t>").hasSuffix("The element \"a\" has the attribute type=\"x\"."))
        #expect(
            refusal("<t xmlns:xsi=\"\(XMLName.schemaInstance)\"><row xsi:nil='true'/></t>").hasSuffix("has the attribute nil=\"true\"."))
        #expect(refusal("<t><row><a xsi:nil='true'/></row></t>").contains("prefix xsi"))
    }

    @Test func `other encodings are refused whatever they say of themselves`() {
        for bytes: [UInt8] in [
            [0xFE, 0xFF, 0, 0x3C], [0xFF, 0xFE, 0x3C, 0], [0x4C, 0x6F, 0xA7, 0x94], Array("<t>".utf8) + [0xC0, 0xBC], [0xED, 0xA0, 0x80],
        ] {
            let refusal = refusal(bytes)
            #expect(refusal.hasSuffix("zero byte.") || refusal.hasSuffix("not valid UTF-8."), "\(bytes): \(refusal)")
        }
        #expect(refusal(Array("<t>é\n".utf8) + [0xFF]) == "line 2, column 1: The text is not valid UTF-8.")
        #expect(refusal("<?xml version='1.0' encoding='UTF-16'?><t/>").hasSuffix("The encoding \"UTF-16\" is refused."))
    }

    @Test func `a billion laughs and files of others are not even read`() {
        let laughs = """
            <?xml version="1.0"?>
            <!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol1 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]>
            <t><row><a>&lol1;</a></row></t>
            """
        #expect(refusal(laughs) == "line 2, column 1: A DOCTYPE is refused.")
        #expect(refusal("<!DOCTYPE t SYSTEM \"file:///etc/passwd\"><t/>").hasSuffix("A DOCTYPE is refused."))
        #expect(refusal("<!doctype t><t/>").hasSuffix("Declarations are refused."))
        #expect(
            refusal("<t xmlns:xi='http://www.w3.org/2001/XInclude'><row><xi:include href='/etc/passwd'/></row></t>").contains("namespace"))
    }

    @Test func `nesting is limited where it is passed over, and refused where not`() throws {
        func nested(_ depth: Int) -> String {
            "<t><row><x>" + String(repeating: "<y>", count: depth - 3) + String(repeating: "</y>", count: depth - 3) + "</x></row></t>"
        }
        #expect(try read(nested(32), columns: ["a"]).rows == [[nil]])
        #expect(throws: XMLError.self) { try read(nested(33), columns: ["a"]) }
        #expect(refusal(String(repeating: "<row>", count: 1_000_000)).contains("has the element"))
        do { _ = try read(String(repeating: "<row>", count: 1_000_000), columns: ["a"]) } catch {
            #expect("\(error)".hasSuffix("32 deep."))
        }
    }

    @Test func `what could take long is refused at once`() {
        let attributes = (0..<400_000).map { " a\($0)=\"\"" }.joined()
        let quotes = String(repeating: "<a b=\">", count: 500_000)
        let namespaces = (0..<400_000).map { " xmlns:a\($0)=\"u\"" }.joined()
        for text in [
            "<t\(attributes)/>", "<t\(namespaces)/>", "<t><row>\(quotes)", "<t>" + String(repeating: "<!--", count: 200_000),
            "<t>" + String(repeating: "<![CDATA[", count: 100_000), "<?xml " + String(repeating: "?", count: 500_000),
            "<\(String(repeating: "x", count: 4_000_000))/>", "<t><row>" + (0..<100_000).map { "<a\($0)/>" }.joined(),
            "<t>" + String(repeating: "&amp;", count: 1_000_000), "<t><row><a>" + String(repeating: "]]", count: 2_000_000),
        ] {
            var said = ""
            let time = cost { said = refusal(text) }
            #expect(!said.isEmpty && said.utf8.count < 400)
            #expect(time < .seconds(5), "\(text.prefix(20)) took \(time)")
        }
        #expect(refusal("<t\(attributes)/>") == "line 1, column 1: A tag has more than 4096 bytes.")
    }

    @Test func `the limits hold`() {
        var limits = XMLLimits()
        limits.rows = 2
        #expect(throws: XMLError.self) { try read("<t><row/><row/><row/></t>", limits: limits) }
        #expect((try? read("<t><row/><row/></t>", limits: limits)) != nil)
        limits.elements = 8
        #expect((try? read("<t><row/><row/></t>", columns: ["a", "b", "c", "d", "e", "f", "g", "h"], limits: limits)) != nil)
        #expect(throws: XMLError.self) { try read("<t><row/><row/></t>", columns: (0..<9).map { "a\($0)" }, limits: limits) }
        limits.elements = 100
        limits.columns = 2
        #expect((try? read("<t><row><a/><b/><b/><c/></row></t>", columns: ["a"], limits: limits)) != nil)
        #expect(throws: XMLError.self) { try read("<t><row><a/><b/><c/><d/></row></t>", columns: ["a"], limits: limits) }
        #expect(throws: XMLError.self) { try read("<t><row><b><c/><d/></b></row></t>", columns: ["a"], limits: limits) }
        #expect(throws: XMLError.self) { try read("<t><row xmlns:a='u'/></t>", limits: limits) }
        #expect(refusal(Array("<t><row><a/><b/><c/></row></t>".utf8), limits: limits).hasSuffix("A row has more than 2 columns."))
        limits.elements = 3
        #expect(refusal(Array("<t><row><a/><b/></row></t>".utf8), limits: limits).hasSuffix("There are more than 3 elements."))
    }

    // MARK: Made-up documents

    @Test func `made-up documents do no harm`() {
        let pieces = [
            "<t>", "</t>", "<row>", "</row>", "<a>", "</a>", "<a/>", "<b encoding=\"base64\">", "AAA=", "</b>", "<!--", "-->", "<![CDATA[",
            "]]>", "&amp;",
            "&#x", ";", "&lol;", "<!DOCTYPE t [", "]>", "<?x", "?>", "<?xml version=\"1.0\" encoding=\"", "\"?>", "'", "\"", ">", "<",
            "\u{0}", "é",
            "<t xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">", "<a xsi:nil=\"true\"/>", "b_x0020_c", "\r\n", "&#13;",
        ]
        var random = SystemRandomNumberGenerator()
        for number in 0..<20_000 {
            var bytes = number % 2 == 0 ? Array("<t><row><a>".utf8) : []
            for _ in 0..<Int.random(in: 1...14, using: &random) { bytes += Array((pieces.randomElement(using: &random) ?? "").utf8) }
            if number % 3 == 0 { bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random) }
            bytes.withUnsafeBytes { fuzzXML($0) }
        }
    }
}
