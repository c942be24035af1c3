import Foundation
import OffstageSQLite
import Testing

/// The fuzzer's entry on whole and damaged statements of the comparisons: nothing traps.
@Suite struct TranslationFuzzTests {
    static let statements: [[UInt8]] = {
        let lines = CaseFile.all.flatMap { $0.groups.flatMap { group in group.statements.map { Array($0.utf8) } } }
        // Cases name tables of their own; these meet the fuzzer's.
        return lines
            + [
                "select a + 1, b || c, d / 2, e -> 'x', f + l, g - 1, h, i[1], j || 'x'::text, k, m * 2, n, o, p from t",
                "select t.*, u.* from t left join u on u.t_id = t.id where t.b ~ 'a' and u.x in (select b from v)",
                "insert into t (id, a, h) values (1, 2, 'ok') on conflict (id) do update set a = excluded.a + t.a returning *",
                "update t set a = 1, e = e || '{}' where id = any (array[1, 2])",
            ].map { Array($0.utf8) }
    }()

    @Test(arguments: [1, 2] as [UInt64])
    func `damaged statements are translated or refused`(_ seed: UInt64) {
        var random = Dice(seed)
        for _ in 0..<400 {
            var bytes = Self.statements.randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let place = Int.random(in: 0...bytes.count, using: &random)
                let other = Self.statements.randomElement(using: &random) ?? []
                let cut = Int.random(in: 0...other.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes.removeSubrange(place..<min(bytes.count, place + 5))
                case 1: bytes.insert(contentsOf: other[cut..<min(other.count, cut + 12)], at: place)
                default: bytes.replaceSubrange(place..., with: other[cut...])
                }
            }
            bytes.withUnsafeBytes { fuzzTranslation($0) }
        }
    }
}
