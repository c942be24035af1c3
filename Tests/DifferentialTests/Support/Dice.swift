import Foundation

/// Random choices that a seed repeats: SplitMix64.
struct Dice: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func roll(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
    mutating func chance(_ percent: Int) -> Bool { roll(1...100) <= percent }
    mutating func pick<Element>(_ list: [Element]) -> Element { list[roll(0...list.count - 1)] }

    /// `OFFSTAGE_SEED`, or one of its own.
    static let seed = ProcessInfo.processInfo.environment["OFFSTAGE_SEED"].flatMap { UInt64($0) } ?? 20_240_229
    static let isLong = ProcessInfo.processInfo.environment["OFFSTAGE_LONG"] == "1"
}
