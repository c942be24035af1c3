import OffstageQuery
import OffstageSQL
import OffstageSQLite
import OffstageSchema
import Synchronization
import Testing

@Suite struct GroupCommitTests {
    /// Keeps the writing thread busy until `release`, so that everything put meanwhile meets in one batch.
    private final class Gate: Sendable {
        private let isOpen = Atomic(false)
        private let isReached = Atomic(false)
        func release() { isOpen.store(true, ordering: .releasing) }
        func reached() async { while !isReached.load(ordering: .acquiring) { await Task.yield() } }
        func wait() {
            isReached.store(true, ordering: .releasing)
            while !isOpen.load(ordering: .acquiring) {}
        }
    }

    /// Runs the jobs in one batch and gives their results in order.
    private func together(_ shop: Shop, _ jobs: [@Sendable () async throws -> Rows]) async throws -> [Result<Rows, SQLError>] {
        let gate = Gate()
        async let blocked: Void = shop.database.transaction(deadline: nil) { _ in gate.wait() }
        await gate.reached()
        let results = await withTaskGroup(of: (Int, Result<Rows, SQLError>).self) { group in
            for (index, job) in jobs.enumerated() {
                group.addTask {
                    do {
                        return (index, .success(try await job()))
                    } catch {
                        return (index, .failure(error as? SQLError ?? SQLError("XX000", "\(error)")))
                    }
                }
            }
            while shop.database.waitingWrites < jobs.count { await Task.yield() }
            gate.release()
            return await group.reduce(into: [Int: Result<Rows, SQLError>]()) { $0[$1.0] = $1.1 }
        }
        try await blocked
        return jobs.indices.compactMap { results[$0] }
    }

    private func code(_ result: Result<Rows, SQLError>) -> String? {
        if case .failure(let error) = result { error.code } else { nil }
    }

    /// An update that runs until it is interrupted.
    private static let endless = Write(
        .update(
            SQLText(
                #"""
                insert into "public.authors" (name) with recursive n(i) as (select 1 union all select i + 1 from n where i < 1000000000)
                select 'endless' from n where i < 5 or i = 1000000000
                """#)), table: Shop.authors, needsRows: false)

    @Test func `one writer's mistake is nobody else's`() async throws {
        // The endless job is stopped by the deadline of a role of its own.
        let shop = try await Shop { $0.timeLimits["hasty"] = .milliseconds(300) }
        _ = try await shop.insert("taken")
        let database = shop.database
        var jobs: [@Sendable () async throws -> Rows] = (0..<20).map { index in { try await shop.insert("book \(index)") } }
        jobs.insert({ try await shop.insert("taken") }, at: 3)
        let orphan = Write(
            .update(SQLText(#"insert into "public.parts" values (1, 99)"#)), table: QualifiedName("public", "parts"), needsRows: false)
        jobs.insert({ try await database.run(.write(orphan), with: Shop.inputs(), as: .none) }, at: 9)
        jobs.insert({ try await database.run(.write(Self.endless), with: Shop.inputs(role: "hasty"), as: .none) }, at: 15)
        let results = try await together(shop, jobs)
        #expect(results.map(code).enumerated().filter { $1 != nil }.map(\.offset) == [3, 9, 15])
        #expect(code(results[3]) == "23505")
        #expect(code(results[9]) == "23503")
        #expect(code(results[15]) == "57014")
        #expect(try await shop.count("public.books") == 21)
        #expect(try await shop.count("public.authors") == 0)
        #expect(try await shop.count("public.parts") == 0)
        if case .failure(let error) = results[9] {
            #expect(error.message == "insert or update on table \"parts\" violates foreign key constraint \"parts_whole_fkey\"")
        }
    }

    @Test func `one job's orphan is not adopted by the next`() async throws {
        let shop = try await Shop()
        let database = shop.database
        let child = Write(
            .update(SQLText(#"insert into "public.parts" values (1, 2)"#)), table: QualifiedName("public", "parts"), needsRows: false)
        let parent = Write(
            .update(SQLText(#"insert into "public.parts" values (2, null)"#)), table: QualifiedName("public", "parts"), needsRows: false)
        let results = try await together(
            shop,
            [
                { try await database.run(.write(child), with: Shop.inputs(), as: .none) }
            ])
        #expect(results.map(code) == ["23503"])
        let both = try await together(
            shop,
            [
                { try await database.run(.write(child), with: Shop.inputs(), as: .none) },
                { try await database.run(.write(parent), with: Shop.inputs(), as: .none) },
            ])
        // In whatever order they came, the child failed or found its parent there.
        #expect(code(both[1]) == nil)
        #expect(try await shop.count("public.parts") == (code(both[0]) == nil ? 2 : 1))
    }

    @Test func `an immediate constraint speaks before a late one`() async throws {
        let shop = try await Shop()
        let parts = Write(
            .insert([SQLText(#"insert into "public.parts" values (?1, ?2)"#, bindings: [.payload(0), .payload(1)])]),
            table: QualifiedName("public", "parts"), needsRows: false)
        let database = shop.database
        let results = try await together(
            shop,
            [
                {
                    try await database.run(
                        .write(parts), with: Shop.inputs(rows: [[.integer(1), .integer(99)], [.integer(1), .null]]), as: .none)
                }
            ])
        #expect(results.map(code) == ["23505"])
        #expect(try await shop.count("public.parts") == 0)
    }

    @Test func `many endless writers cost their neighbours nothing`() async throws {
        let shop = try await Shop { $0.timeLimits["hasty"] = .milliseconds(150) }
        let database = shop.database
        var jobs: [@Sendable () async throws -> Rows] = (0..<5).map { index in { try await shop.insert("book \(index)") } }
        for _ in 0..<4 { jobs.append { try await database.run(.write(Self.endless), with: Shop.inputs(role: "hasty"), as: .none) } }
        let results = try await together(shop, jobs)
        #expect(results.map(code) == Array(repeating: nil, count: 5) + Array(repeating: "57014", count: 4))
        #expect(try await shop.count("public.books") == 5)
        #expect(try await shop.count("public.authors") == 0)
    }

    @Test func `sixty-four writers are all answered and all there`() async throws {
        let shop = try await Shop()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<64 {
                group.addTask { for number in 0..<10 { _ = try await shop.insert("\(writer)/\(number)") } }
            }
            try await group.waitForAll()
        }
        #expect(try await shop.count("public.books") == 640)
    }

    @Test func `a slow write can be stopped without its neighbours`() async throws {
        let shop = try await Shop { $0.timeLimits["hasty"] = .milliseconds(100) }
        let ticking = Write(
            .update(
                SQLText(
                    #"""
                    insert into "public.authors" (name) with recursive n(i) as (select 1 union all select i + 1 from n)
                    select 'endless' from n where pg_tick(i) < 0
                    """#)), table: Shop.authors, needsRows: false)
        let database = shop.database
        let results = try await together(
            shop,
            [
                { try await shop.insert("before") },
                { try await database.run(.write(ticking), with: Shop.inputs(role: "hasty"), as: .none) },
                { try await shop.insert("after") },
            ])
        #expect(results.map(code) == [nil, "57014", nil])
        #expect(try await shop.count("public.books") == 2)
    }

    @Test func `a full queue says so`() async throws {
        let shop = try await Shop { $0.queue = 2 }
        let gate = Gate()
        let database = shop.database
        async let blocked: Void = database.transaction(deadline: nil) { _ in gate.wait() }
        await gate.reached()
        // One is taken by the thread, two wait.
        async let first = shop.insert("a")
        async let second = shop.insert("b")
        while database.waitingWrites < 2 { await Task.yield() }
        await #expect(throws: SQLError("53300", "too many requests are waiting for the database", hint: "Try again in a moment.")) {
            _ = try await shop.insert("c")
        }
        gate.release()
        try await blocked
        _ = try await (first, second)
        #expect(try await shop.count("public.books") == 2)
    }
}
