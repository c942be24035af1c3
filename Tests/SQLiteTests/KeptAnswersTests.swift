import OffstageDatabase
import OffstageQuery
import OffstageSQL
import OffstageSQLite
import OffstageSchema
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Writes with terms, straight at the engine: what a request over HTTP cannot reach.
@Suite struct KeptAnswersTests {
    private static let day = WriteTerms.Once.life
    /// Of the wall clock, by which old answers go.
    private static let start = (Int64(time(nil)) - 946_684_800) * 1_000_000

    private static func once(
        _ key: UInt8, owner: UInt8 = 1, request: UInt8 = 1, showing: WriteTerms.Once.Showing = .always, limit: Int = 100
    ) -> WriteTerms {
        WriteTerms(
            once: WriteTerms.Once(
                key: [key, owner], owner: [owner], request: [request], showing: showing, keyLimit: limit))
    }

    private static func insert(
        _ title: String, _ terms: WriteTerms, at moment: Int64 = 0, in shop: Shop, author: Int64? = nil, rollsBack: Bool = false
    ) async throws -> Rows {
        var inputs = Inputs(
            caller: Caller(role: "service_role"),
            rows: [Inputs.Row(values: [.text(title), .null, author.map { .integer($0) } ?? .null])],
            now: start + moment)
        inputs.terms = terms
        inputs.rollsBack = rollsBack
        return try await shop.database.run(.write(Shop.insertBook(returning: true)), with: inputs, as: .json(nullsStripped: false))
    }

    private func code(_ body: () async throws -> Rows) async -> String? {
        do {
            _ = try await body()
            return nil
        } catch {
            return (error as? SQLError)?.code
        }
    }

    private func titles(_ shop: Shop) async throws -> Int {
        try await shop.database.run(.read(Shop.allBooks), with: Shop.inputs(), as: .none).count
    }

    @Test func `the same key is done once, until a day has passed`() async throws {
        let shop = try await Shop()
        let first = try await Self.insert("Gora", Self.once(1), in: shop)
        let again = try await Self.insert("Gora", Self.once(1), at: Self.day - 1, in: shop)
        #expect(first.replay == nil && again.replay == .whole && again.body == first.body && again.count == first.count)
        #expect(again.location == first.location)
        #expect(await code { try await Self.insert("Gora", Self.once(1), at: Self.day, in: shop) } == "23505")
        #expect(try await Self.insert("Emma", Self.once(1), at: Self.day, in: shop).replay == nil)
        #expect(try await Self.insert("Emma", Self.once(1), at: Self.day + 1, in: shop).replay == .whole)
        #expect(try await titles(shop) == 2)
    }

    @Test func `another request under the key is refused and does nothing`() async throws {
        let shop = try await Shop()
        _ = try await Self.insert("Gora", Self.once(1), in: shop)
        #expect(await code { try await Self.insert("Emma", Self.once(1, request: 2), in: shop) } == "OFS304")
        #expect(try await Self.insert("Emma", Self.once(1, owner: 2), in: shop).replay == nil)
        #expect(try await titles(shop) == 2)
    }

    @Test func `what failed or was rolled back is not kept`() async throws {
        let shop = try await Shop()
        #expect(await code { try await Self.insert("Gora", Self.once(1), in: shop, author: 7) } == "23503")
        #expect(try await Self.insert("Gora", Self.once(1), in: shop, rollsBack: true).replay == nil)
        #expect(try await titles(shop) == 0)
        #expect(try await Self.insert("Gora", Self.once(1), in: shop).replay == nil)
        #expect(try await titles(shop) == 1)
    }

    @Test func `a caller keeps no more than its share, and old ones make room`() async throws {
        let shop = try await Shop()
        for n in 1...3 { _ = try await Self.insert("t\(n)", Self.once(UInt8(n), limit: 3), in: shop) }
        #expect(await code { try await Self.insert("t4", Self.once(4, limit: 3), in: shop) } == "OFS305")
        #expect(try await titles(shop) == 3)
        // Another caller's, and one that is there already.
        #expect(try await Self.insert("t4", Self.once(4, owner: 2, limit: 3), in: shop).replay == nil)
        #expect(try await Self.insert("t1", Self.once(1, limit: 3), in: shop).replay == .whole)
        #expect(try await Self.insert("t5", Self.once(5, limit: 3), at: Self.day, in: shop).replay == nil)
    }

    @Test func `a body is shown while its rows can be read, and never where it shall not be`() async throws {
        let shop = try await Shop()
        let readable = Self.once(1, showing: .whileReadable(.read(Shop.bookByID)))
        let first = try await Self.insert("Gora", readable, in: shop)
        #expect(first.keys == [["1"]])
        #expect(try await Self.insert("Gora", readable, in: shop).body == first.body)
        try await shop.execute("delete from \"public.books\"")
        let again = try await Self.insert("Gora", readable, in: shop)
        #expect(again.replay == .withoutBody && again.body.isEmpty && again.count == 1)
        _ = try await Self.insert("Emma", Self.once(2, showing: .never), in: shop)
        #expect(try await Self.insert("Emma", Self.once(2, showing: .never), in: shop).replay == .withoutBody)
    }

    @Test func `long bodies are not kept, nor many`() async throws {
        let shop = try await Shop()
        let long = String(repeating: "x", count: WriteTerms.Once.bodyBytes)
        _ = try await Self.insert(long, Self.once(1), in: shop)
        #expect(try await Self.insert(long, Self.once(1), in: shop).replay == .withoutBody)
        let some = String(repeating: "y", count: WriteTerms.Once.bodyBytes - 200)
        var shown = 0
        for n in 0..<270 {
            let terms = WriteTerms(
                once: WriteTerms.Once(
                    key: [9, UInt8(n / 256), UInt8(n % 256)], owner: [9], request: [1], showing: .always, keyLimit: 1_000))
            _ = try await Self.insert("\(n)\(some)", terms, in: shop)
            if try await Self.insert("\(n)\(some)", terms, in: shop).replay == .whole { shown += 1 }
        }
        #expect((200..<270).contains(shown))
    }

    @Test func `neighbours of one transaction do not see each other's terms fail`() async throws {
        let shop = try await Shop()
        let answers = await withTaskGroup(of: (Int, Rows.Replay?, Bool).self) { group in
            for n in 0..<120 {
                group.addTask {
                    // Every third refers to nobody and fails; each key comes twice.
                    let author: Int64? = n / 2 % 3 == 0 ? 99 : nil
                    let rows = try? await Self.insert("t\(n / 2)", Self.once(UInt8(n / 2)), in: shop, author: author)
                    return (n / 2, rows?.replay, rows != nil)
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        for key in 0..<60 {
            let mine = answers.filter { $0.0 == key }
            if key % 3 == 0 {
                #expect(mine.allSatisfy { !$0.2 })
            } else {
                #expect(mine.allSatisfy(\.2) && mine.count { $0.1 == .whole } == 1)
            }
        }
        #expect(try await titles(shop) == 40)
    }

    @Test func `a condition is judged in the write's transaction`() async throws {
        let shop = try await Shop()
        _ = try await shop.insert("Gora", price: "1")
        func update(_ condition: TagCondition) async throws -> Rows {
            var inputs = Inputs(
                caller: Caller(role: "service_role"), values: [.text("1")], rows: [Inputs.Row(values: [.text("2")])], now: 0)
            inputs.terms = WriteTerms(
                match: WriteTerms.Match(row: .read(Shop.bookByID), condition: condition) { String(decoding: $0, as: UTF8.self) })
            let text = SQLText(
                #"update "public.books" set price = ?1 where id = ?2"#, bindings: [.payload(0), .value(0, ColumnType(.bigint))])
            return try await shop.database.run(
                .write(Write(.update(text), table: Shop.books, needsRows: false)), with: inputs, as: .none)
        }
        let old = #"{"id":1,"title":"Gora","price":1,"sold":false}"#
        #expect(await code { try await update(TagCondition(match: .these(["x"]))) } == "OFS301")
        #expect(try await update(TagCondition(match: .these([old]))).tag == #"{"id":1,"title":"Gora","price":2,"sold":false}"#)
        #expect(await code { try await update(TagCondition(match: .these([old]))) } == "OFS301")
        #expect(await code { try await update(TagCondition(noneMatch: .any)) } == "OFS301")
        #expect(try await update(TagCondition(match: .any)).count == 1)
    }

    // MARK: Scripts

    /// Inserts titles one after another; what failed is told by `next`, which may go on or stop.
    private struct Titles: StatementScript {
        var titles: [String]
        var stopsAtFailure = true
        var done: [String] = []

        struct Stopped: Error {}

        mutating func next(after last: Result<Rows, SQLError>?) throws -> ScriptStep? {
            switch last {
            case .success(let rows)?: done.append(String(decoding: rows.body, as: UTF8.self))
            case .failure(let error)?:
                if stopsAtFailure { throw Stopped() }
                done.append(error.code)
            case nil: break
            }
            guard done.count < titles.count else { return nil }
            let inputs = Shop.inputs(rows: [[.text(titles[done.count]), .null, .null]])
            return ScriptStep(.write(Shop.insertBook(returning: true)), with: inputs, as: .json(nullsStripped: false))
        }

        var answer: Rows { Rows(body: Array(done.joined().utf8), count: done.count) }
        var kept: Rows { Rows(body: Array("kept".utf8), count: done.count) }
    }

    @Test func `a script is done as a whole or not at all`() async throws {
        let shop = try await Shop()
        #expect(try await shop.database.run(Titles(titles: ["a", "b"]), with: Shop.inputs()).count == 2)
        await #expect(throws: Titles.Stopped.self) { try await shop.database.run(Titles(titles: ["c", "a"]), with: Shop.inputs()) }
        #expect(try await titles(shop) == 2)
        // A failed step is undone by itself, and the script may go on.
        let rows = try await shop.database.run(Titles(titles: ["c", "a", "d"], stopsAtFailure: false), with: Shop.inputs())
        #expect(String(decoding: rows.body, as: UTF8.self).contains("23505"))
        #expect(try await titles(shop) == 4)
    }

    @Test func `a script is done once`() async throws {
        let shop = try await Shop()
        let inputs = Shop.inputs {
            $0.terms = Self.once(1); $0.now = Self.start
        }
        #expect(try await shop.database.run(Titles(titles: ["a"]), with: inputs).replay == nil)
        let again = try await shop.database.run(Titles(titles: ["a"]), with: inputs)
        #expect(again.replay == .whole && again.body == Array("kept".utf8))
        await #expect(throws: SQLError.self) {
            try await shop.database.run(
                Titles(titles: ["b"]),
                with: Shop.inputs {
                    $0.terms = Self.once(1, request: 2); $0.now = Self.start
                })
        }
        #expect(try await titles(shop) == 1)
    }

    @Test func `a script past its time is undone`() async throws {
        // Everyone else's time is enough on the busiest machine.
        let shop = try await Shop { $0.timeLimits = ["hurried": .milliseconds(50)] }
        struct Slow: StatementScript {
            var steps = 0
            var answer: Rows { Rows() }
            var kept: Rows { Rows() }
            mutating func next(after last: Result<Rows, SQLError>?) throws -> ScriptStep? {
                if case .failure(let error)? = last { throw error }
                steps += 1
                let inputs = Shop.inputs(rows: [[.text("\(steps)"), .null, .null]])
                return ScriptStep(.write(Shop.insertBook(returning: true)), with: inputs, as: .none)
            }
        }
        await #expect(throws: SQLError.self) { try await shop.database.run(Slow(), with: Shop.inputs(role: "hurried")) }
        #expect(try await titles(shop) == 0)
        _ = try await shop.insert("after")
    }
}
