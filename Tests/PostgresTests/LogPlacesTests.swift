import Testing

@testable import OffstagePostgres

struct LogPlacesTests {
    private static let second: Int64 = 1_000_000_000

    private func places(_ noted: [(place: UInt64, second: Int64)]) -> LogPlaces {
        var places = LogPlaces()
        for (place, second) in noted { places.note(place, at: second * Self.second) }
        return places
    }

    @Test func `a replica is as far behind as the first thing that it has not`() {
        let places = places([(100, 0), (200, 1), (300, 2), (400, 3)])
        #expect(places.lag(of: 400, at: 9 * Self.second) == 0)
        #expect(places.lag(of: 500, at: 9 * Self.second) == 0)
        #expect(places.lag(of: 399, at: 9 * Self.second) == 6 * Self.second)
        #expect(places.lag(of: 200, at: 9 * Self.second) == 7 * Self.second)
        #expect(places.lag(of: 0, at: 9 * Self.second) == 9 * Self.second)
    }

    @Test func `a primary that writes nothing leaves nobody behind`() {
        let places = places([(100, 0), (100, 1000), (100, 2000)])
        #expect(places.lag(of: 100, at: 3000 * Self.second) == 0)
        #expect(places.lag(of: 99, at: 3000 * Self.second) == 3000 * Self.second)
    }

    @Test func `a primary that was never heard of says nothing`() {
        #expect(LogPlaces().lag(of: 100, at: 0) == nil)
    }

    @Test func `a primary that went back is another one`() {
        let places = places([(1000, 0), (2000, 1), (50, 2), (60, 3)])
        #expect(places.lag(of: 60, at: 5 * Self.second) == 0)
        #expect(places.lag(of: 50, at: 5 * Self.second) == 2 * Self.second)
    }

    @Test func `what is noted stays little, and the oldest is forgotten first`() {
        let places = places((0..<100_000).map { (UInt64($0), Int64($0)) })
        #expect(places.lag(of: 99_998, at: 100_000 * Self.second) == Self.second)
        let most = places.lag(of: 0, at: 100_000 * Self.second) ?? 0
        #expect(most > 1000 * Self.second && most < 100_000 * Self.second)
    }
}
