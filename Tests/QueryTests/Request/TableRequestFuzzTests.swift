import OffstageQuery
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

@Suite struct TableRequestFuzzTests {
    private static let seeds = [
        "id=eq.5", "select=id,author:authors!inner(name,books(count)),...p(*)&order=title.desc.nullslast&limit=20&offset=5",
        #"or=(a.eq."x\"y",and(b.in.(1,2,"c,d"),not.or(e.is.null,f.fts(en).g)))&r.s.not.and=(a.cs.{1,2})"#,
        "data->a->>-3=not.like(any).{a,b}&select=data->>k::text,x.sum()::int,n:count()", "columns=\"a\",b&on_conflict=id,%22q%5C%22%22",
        "name=in.(%C3%A9,%22%F0%9D%84%9E%22)&r.order=a->0.asc,b(c).desc&r.limit=3", "a=1&b={1,2}&c=eq.x&d=in.(", "a%00=%FF&%=+",
    ]
    private static let scraps = Array(#"().,:!"\{}&=%+-> *'<"#.utf8) + [0, 0x80, 0xC3, 0xFF, 0x09, 0x0A, 0x30, 0x61]
    private static let words = [
        "eq.", "in.(", "and(", "or(", "not.", "->", "->>", "::", "...", "count()", "%2", "select=", "or=(", "limit=9", "(any)",
    ]

    /// A query with some bytes changed, dropped, doubled or spliced in.
    private static func mutated(_ generator: inout RequestGenerator) -> [UInt8] {
        var bytes = Array(generator.pick(seeds).utf8)
        for _ in 0..<Int.random(in: 0...8, using: &generator.random) {
            let place = bytes.isEmpty ? 0 : Int.random(in: 0..<bytes.count, using: &generator.random)
            switch Int.random(in: 0..<6, using: &generator.random) {
            case 0 where !bytes.isEmpty: bytes[place] = generator.pick(scraps)
            case 1 where !bytes.isEmpty: bytes.remove(at: place)
            case 2: bytes.insert(generator.pick(scraps), at: place)
            case 3: bytes.insert(contentsOf: Array(generator.pick(words).utf8), at: place)
            case 4: bytes.insert(contentsOf: bytes[place...].prefix(40), at: place)
            default: bytes = Array(bytes.prefix(place + 1)) + Array(generator.pick(seeds).utf8).suffix(20)
            }
        }
        return bytes
    }

    @Test(.timeLimit(.minutes(120))) func `no mutated query traps, and every one is quick`() {
        var slowest = Duration.zero
        for seed in 1...20_000 {
            var generator = RequestGenerator(seed: UInt64(seed))
            let bytes = [UInt8(truncatingIfNeeded: generator.random.next())] + Self.mutated(&generator)
            let elapsed = cost { bytes.withUnsafeBytes { fuzzTableRequest($0) } }
            slowest = max(slowest, elapsed)
        }
        #expect(slowest < .seconds(1))
    }

    @Test(arguments: ["(", "and(", "a(", "\"", "\\\"", "not.", "->", "a,", "a:", "{", "in.(", "%61", "a.", "-", "a-", " "])
    func `long repetitions are quick`(_ scrap: String) {
        let many = String(repeating: scrap, count: 8_192 / scrap.utf8.count)
        let elapsed = cost {
            for prefix in ["select=", "or=", "order=", "a=in.(", "a=eq.", "columns=", "or=(a.eq.", ""] {
                fuzz("\u{0}" + prefix + many)
                fuzz("\u{80}" + prefix + many)
            }
        }
        #expect(elapsed < .seconds(5))
    }

    private func fuzz(_ text: String) {
        var text = text
        text.withUTF8 { fuzzTableRequest(UnsafeRawBufferPointer($0)) }
    }
}
