import CSQLite
import OffstageSchema

/// `pg_trgm` and `unaccent`: PostgreSQL 15, appendices F.35 and F.47.
extension EngineFunction {
    static let alike: [EngineFunction] = [
        EngineFunction("pg_similarity", 2, pure) {
            strict($0, $1, $2) { call in call.give(Double(Trigrams.similarity(call.bytes(0), call.bytes(1)))) }
        },
        EngineFunction("pg_word_similarity", 2, pure) {
            strict($0, $1, $2) { call in
                call.give(Double(Trigrams.wordSimilarity(call.bytes(0), in: call.bytes(1), isStrict: false)))
            }
        },
        EngineFunction("pg_strict_word_similarity", 2, pure) {
            strict($0, $1, $2) { call in
                call.give(Double(Trigrams.wordSimilarity(call.bytes(0), in: call.bytes(1), isStrict: true)))
            }
        },
        EngineFunction("pg_trigrams", 1, pure) {
            strict($0, $1, $2) { call in
                call.give(ArrayText.text(of: Trigrams.set(call.bytes(0)).map { .text(Trigrams.text($0)) }, element: .text))
            }
        },
        // pg_trigram_limit(setting, standard)
        EngineFunction("pg_trigram_limit", 2, pure) {
            run($0, $1, $2) { call in
                call.give(call.isNull(0) ? call.double(1) : Double(call.text(0)) ?? call.double(1))
            }
        },
        EngineFunction("pg_unaccent", 1, pure) {
            strict($0, $1, $2) { call in
                var text: [UInt8] = []
                for scalar in call.text(0).unicodeScalars {
                    if let replaced = UnaccentRules.replacements[scalar.value] {
                        text.append(contentsOf: replaced)
                    } else {
                        text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
                    }
                }
                text.withUnsafeBufferPointer { call.give($0) }
            }
        },
    ]
}
