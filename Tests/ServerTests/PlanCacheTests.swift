import Testing

@testable import OffstageServer

struct PlanCacheTests {
    @Test func `no more plans are kept than settings allow`() async throws {
        var settings = RestSettings()
        settings.planCacheEntries = 8
        let desk = try Desk(settings)
        for limit in 1...40 {
            for _ in 1...2 { _ = await desk.ask("GET", "/books?select=" + Array(repeating: "id", count: limit).joined(separator: ",")) }
        }
        #expect(desk.service.project().plans.count <= 8)
        #expect(desk.service.project().plans.count >= 4)
    }

    @Test func `plans take no more memory than settings allow`() async throws {
        var settings = RestSettings()
        settings.planCacheBytes = 64 << 10
        let desk = try Desk(settings)
        for limit in 1...40 {
            for _ in 1...2 { _ = await desk.ask("GET", "/books?select=" + Array(repeating: "id", count: limit).joined(separator: ",")) }
        }
        #expect((1...20).contains(desk.service.project().plans.count))
    }

    @Test func `a shape seen once is not kept`() async throws {
        let desk = try Desk()
        for limit in 1...20 { _ = await desk.ask("GET", "/books?select=" + Array(repeating: "id", count: limit).joined(separator: ",")) }
        #expect(desk.service.project().plans.count == 0)
    }

    @Test func `what is asked for all the time outlives what is not`() async throws {
        var settings = RestSettings()
        settings.planCacheEntries = 8
        let desk = try Desk(settings)
        for _ in 1...2 { _ = await desk.ask("GET", "/books?id=eq.1") }
        for limit in 1...40 {
            for _ in 1...2 { _ = await desk.ask("GET", "/books?select=" + Array(repeating: "id", count: limit).joined(separator: ",")) }
            _ = await desk.ask("GET", "/books?id=eq.1")
        }
        #expect(desk.shelf.planned == 2 + 80)
    }
}
