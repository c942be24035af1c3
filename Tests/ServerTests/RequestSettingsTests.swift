import OffstageJSON
import OffstageSchema
import Testing

@testable import OffstageServer

struct RequestSettingsTests {
    private func value(_ name: String, _ fields: Fields) throws -> String? {
        let head = RequestHead(method: "GET", target: "/rest/v1/books", fields: fields)
        let call = Call(head, .anonymous, Project(Shelf.initial, RestSettings()))
        return RequestSettings.values([name], of: call)[name]
    }

    @Test func `headers are told in small letters, lines of one name together`() throws {
        let fields: Fields = [
            ("Host", "h"), ("ACCEPT", "a/b"), ("X-One", "1"), ("accept", "c/d"), ("x-one", ""), ("X-Quote", #"say "so\" "#),
            ("Accept", "e"),
        ]
        #expect(try value("request.headers", fields) == #"{"host":"h","accept":"a/b, c/d, e","x-one":"1, ","x-quote":"say \"so\\\" "}"#)
        #expect(try value("request.headers", []) == "{}")
    }

    @Test func `whatever stands in a header is JSON`() throws {
        let fields: Fields = [("X-Ünï\"\u{1}Q", "Ünï ☕️ \u{7f} \u{1f}"), ("B", "\\")]
        let text = try #require(try value("request.headers", fields))
        let parsed = try Array(text.utf8).withUnsafeBufferPointer { try JSONValue(parsing: $0) }
        guard case .object(let members) = parsed else {
            Issue.record("no object: \(text)")
            return
        }
        #expect(members.map(\.name) == ["x-Ünï\"\u{1}q", "b"])
        #expect(members.map(\.value) == [.string("Ünï ☕️ \u{7f} \u{1f}"), .string("\\")])
    }

    @Test func `cookies are taken apart, and what is none is left out`() throws {
        let fields: Fields = [("Cookie", "a=1; b = \"x=y\" ;c"), ("cookie", "d=")]
        #expect(try value("request.cookies", fields) == #"{"a":"1","b":"\"x=y\"","d":""}"#)
        #expect(try value("request.cookies", [("Host", "h")]) == "{}")
        #expect(try value("request.cookies", [("Cookie", "nothing")]) == "{}")
    }
}
