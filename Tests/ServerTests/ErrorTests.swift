import OffstageSchema
import Testing

@testable import OffstageServer

struct ErrorTests {
    @Test(arguments: [
        ("23505", 409), ("23503", 409), ("23502", 400), ("23514", 400), ("22P02", 400), ("42703", 400), ("42601", 400), ("42P01", 404),
        ("42883", 404), ("42P17", 500), ("25006", 405), ("25001", 500), ("08006", 503), ("53300", 503), ("53100", 507), ("53400", 500),
        ("57P01", 503), ("57014", 500), ("28000", 403), ("0LP01", 403), ("0P000", 403), ("40001", 500), ("54001", 500), ("55006", 500),
        ("XX000", 500),
        ("P0001", 400), ("P0002", 500), ("21000", 500), ("PT402", 402), ("PT999", 500), ("PT40A", 500), ("HV000", 500), ("PGRST116", 406),
        ("PGRST124", 400),
        ("PGRST003", 504), ("PGRST999", 500), ("OFS003", 413), ("OFS999", 500),
    ])
    func `each code has its status`(_ code: String, _ status: Int) {
        #expect(StatusTable.status(code) == status)
    }

    @Test func `a body has four members whatever is known`() {
        #expect(Refusal(400, "X", "a \"b\"").response.text == #"{"code":"X","details":null,"hint":null,"message":"a \"b\""}"#)
        var refusal = Refusal(300, "PGRST201", "m", hint: "h")
        refusal.details = .json("[1]")
        #expect(refusal.response.text == #"{"code":"PGRST201","details":[1],"hint":"h","message":"m"}"#)
    }

    @Test func `a full server says when to come back`() {
        let answer = Refusal(SQLError("53300", "too many"), isAnonymous: true).response
        #expect(answer.status == 503)
        #expect(answer.fields["retry-after"] == "1")
    }

    @Test func `a raised status takes its words from the message, if they fit on a line`() {
        #expect(Refusal(SQLError("PT402", "Payment Required"), isAnonymous: true).response.reason == "Payment Required")
        #expect(Refusal(SQLError("PT402", "a\r\nb"), isAnonymous: true).response.reason == nil)
    }

    @Test func `what went wrong inside is for the log alone`() {
        let answer = Refusal(SQLError("XX000", "no such table: secret", details: "/data/app.db"), isAnonymous: false).response
        #expect(answer.status == 500)
        #expect(!answer.text.contains("secret") && !answer.text.contains("/data"))
        #expect(answer.fault == "no such table: secret; /data/app.db")
    }

    @Test func `our own codes are numbered once and each has words`() {
        #expect(Set(OffstageCode.all.map(\.rawValue)).count == OffstageCode.all.count)
        for code in OffstageCode.all {
            #expect(code.rawValue.count == 6)
            #expect(!code.explanation.isEmpty)
        }
    }

    @Test func `keys do not reach the log`() {
        #expect(AccessEntry.redacted("id=eq.1&apikey=secret&x=y") == "id=eq.1&apikey=***&x=y")
        #expect(AccessEntry.redacted("API%6bEY=secret") == "API%6bEY=***")
        #expect(AccessEntry.redacted("select=id") == "select=id")
    }

    @Test func `a line of the log is one line of JSON`() {
        let entry = AccessEntry(
            seconds: 1_787_315_401, nanoseconds: 250_000_000, method: "GET", path: "/a\"\n", query: "token=x", status: 200, bytes: 12,
            microseconds: 345, requestID: "r1", peer: "::1", errorCode: nil)
        var stamp = Timestamp()
        stamp.set(entry.seconds, entry.nanoseconds)
        var line: [UInt8] = []
        entry.json(stamp, into: &line)
        #expect(
            String(decoding: line, as: UTF8.self)
                == #"{"time":"2026-08-21T12:30:01.250Z","level":"info","method":"GET","path":"/a\"\u000a","query":"token=***","status":200,"bytes":12,"us":345,"id":"r1","peer":"::1"}"#
                + "\n")
    }

    @Test(
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"), (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
        ] as [(Int64, String)])
    func `dates of headers`(_ seconds: Int64, _ text: String) {
        #expect(HeaderDate.format(seconds) == text)
    }
}
