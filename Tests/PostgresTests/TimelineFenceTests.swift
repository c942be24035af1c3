import Testing

@testable import OffstagePostgres

struct TimelineFenceTests {
    /// A fence that expectations may ask.
    private final class Fence {
        private var fence = TimelineFence()
        var newest: UInt32 { fence.newest }
        func admits(_ timeline: UInt32?, at now: Int64) -> Bool { fence.admits(timeline, at: now) }
        func hear(_ timeline: UInt32?, at now: Int64) { fence.hear(timeline, at: now) }
    }

    @Test func `a server that was taken over from is refused, and the one that took over is not`() {
        let fence = Fence()
        #expect(fence.admits(1, at: 0))
        #expect(fence.admits(2, at: 1))
        #expect(!fence.admits(1, at: 2))
        #expect(fence.admits(2, at: 3))
        #expect(fence.newest == 2)
    }

    @Test func `a refused server changes nothing, however often it comes`() {
        let fence = Fence()
        #expect(fence.admits(5, at: 0))
        for second in Int64(1)...60 { #expect(!fence.admits(4, at: second * 1_000_000_000)) }
        #expect(fence.newest == 5)
        // Nothing of the newest was heard since the beginning: being refused is no sign of it.
        #expect(fence.admits(4, at: TimelineFence.memory + 1))
    }

    @Test func `an earlier timeline is let in once the newest was silent for its time, and is the newest then`() {
        let fence = Fence()
        #expect(fence.admits(3, at: 0))
        #expect(!fence.admits(2, at: TimelineFence.memory))
        #expect(fence.admits(2, at: TimelineFence.memory + 1))
        #expect(fence.newest == 2)
        #expect(!fence.admits(1, at: TimelineFence.memory + 2))
    }

    @Test func `answers of the newest keep the fence up, those of a server behind it do not`() {
        let fence = Fence()
        #expect(fence.admits(3, at: 0))
        fence.hear(3, at: 1_000)
        #expect(!fence.admits(2, at: TimelineFence.memory + 1_000))
        fence.hear(2, at: TimelineFence.memory)
        #expect(fence.admits(2, at: TimelineFence.memory + 1_001))
    }

    @Test func `a server that does not tell its timeline is let in, and leaves the newest as it is`() {
        let fence = Fence()
        #expect(fence.admits(nil, at: 0))
        #expect(fence.newest == 0)
        #expect(fence.admits(7, at: 1))
        #expect(fence.admits(nil, at: 2))
        #expect(fence.newest == 7)
        #expect(!fence.admits(6, at: 3))
    }
}
