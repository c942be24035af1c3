import OffstageDatabase
import OffstageSchema
import Testing

struct TimeLimitsTests {
    private func schema(_ timeouts: [String: Int]) -> Schema {
        var schema = Schema()
        for (name, milliseconds) in timeouts {
            schema.roles[name] = Role(name)
            schema.roles[name]?.statementTimeout = milliseconds
        }
        return schema
    }

    @Test func `the shortest of what the settings and the role say counts`() {
        var limits = TimeLimits(roles: ["anon": .seconds(3), "patient": .seconds(60)], others: .seconds(8))
        #expect(limits.limit(of: "anon") == .seconds(3))
        #expect(limits.limit(of: "patient") == .seconds(8))
        #expect(limits.limit(of: "authenticated") == .seconds(8))
        limits.heed(schema(["anon": 5000, "authenticated": 2000, "patient": 20_000]))
        #expect(limits.limit(of: "anon") == .seconds(3))
        #expect(limits.limit(of: "authenticated") == .seconds(2))
        #expect(limits.limit(of: "patient") == .seconds(8))
    }

    @Test func `no limit of a role's own lifts no limit of the settings`() {
        var limits = TimeLimits(roles: ["anon": .seconds(3)], others: .seconds(8))
        limits.heed(schema(["anon": 0, "authenticated": 0]))
        #expect(limits.limit(of: "anon") == .seconds(3))
        #expect(limits.limit(of: "authenticated") == .seconds(8))
    }

    @Test func `what a role no longer says is forgotten`() {
        var limits = TimeLimits(roles: [:], others: .seconds(8))
        limits.heed(schema(["authenticated": 100]))
        limits.heed(schema([:]))
        #expect(limits.limit(of: "authenticated") == .seconds(8))
    }

    @Test func `what the program asks by itself has no limit`() {
        var limits = TimeLimits(roles: [:], others: .seconds(8))
        limits.heed(schema(["postgres": 100]))
        #expect(limits.limit(of: Caller.system.role) == nil)
    }
}
