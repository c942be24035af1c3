import OffstageSyntax
import Testing

/// Damaged SQL: whatever comes, the answer is a tree or an error, and a tree can be printed and read again.
@Suite struct MutationTests {
    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `damaged statements give a tree or an error`(_ seed: UInt64) {
        var random = SplitMix(state: seed)
        let pieces = (Corpus.statements + Corpus.expressions.map { "select \($0)" }).map { Array($0.utf8) }
        for _ in 0..<2_000 {
            var bytes = pieces.randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 1...3, using: &random) { damage(&bytes, with: pieces, &random) }
            check(bytes)
        }
    }

    @Test func `bytes that are no text are passed over`() {
        check([0x73, 0xFF, 0xC0, 0x80])
        check([])
        check(Array(repeating: 0x27, count: 1001))
    }

    private func check(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { fuzzSQL($0) }
        guard let text = String(validating: bytes, as: UTF8.self) else { return }
        do throws(SyntaxError) {
            for statement in try parse(text) {
                let printed = statement.sql
                let again = try parse(printed)
                #expect(again.map(\.kind) == [statement.kind], "\(text)\n\(printed)")
            }
        } catch {
            #expect(["42601", "0A000", "54001", "22021"].contains(error.code), "\(text): \(error)")
            #expect(error.offset <= text.utf8.count)
            #expect(!error.description.isEmpty)
        }
    }

    private func damage(_ bytes: inout [UInt8], with pieces: [[UInt8]], _ random: inout SplitMix) {
        let place = Int.random(in: 0...bytes.count, using: &random)
        let length = Int.random(in: 0...min(8, bytes.count - place), using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes.removeSubrange(place..<(place + length))
        case 1: bytes.insert(contentsOf: bytes[place..<(place + length)], at: place)
        case 2: bytes.insert(Array(" ()[],;:'\"$\\-/*.=<>e1axé\n".utf8).randomElement(using: &random) ?? 0, at: place)
        case 3:
            let words = [
                "not", "(", ")", "case", "end", "between", "and", "select", "union", "as", "null", "is", "::int", "[1]", "null", "'x'",
                "= any",
            ]
            bytes.insert(contentsOf: Array(" \(words.randomElement(using: &random) ?? "") ".utf8), at: place)
        default:
            let other = pieces.randomElement(using: &random) ?? []
            let cut = Int.random(in: 0...other.count, using: &random)
            bytes.replaceSubrange(place..., with: other[cut...])
        }
    }
}

/// SplitMix64: the same numbers for the same seed, everywhere.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
