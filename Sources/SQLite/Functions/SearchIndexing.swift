import CSQLite
import OffstageSchema

/// What search indexes are made of. A document's words are written as tokens of ASCII letters, digits, `_` and bytes beyond ASCII; other
/// characters become `_`, which at worst finds a row too many: every row found is looked at again. Each document has the token `_`, so
/// that a query no index can help with finds them all.
extension EngineFunction {
    static let searchIndexing: [EngineFunction] = [
        // pg_search_words(vector): the document of a vector
        EngineFunction("pg_search_words", 1, pure) {
            strict($0, $1, $2) { call in
                let vector = try call.vector(0)
                var text: [UInt8] = [SearchToken.any]
                text.reserveCapacity(vector.bytes.count + vector.entries.count + 1)
                for entry in vector.entries {
                    text.append(UInt8(ascii: " "))
                    SearchToken.append(vector.word(entry), to: &text)
                }
                text.withUnsafeBufferPointer { call.give($0) }
            }
        },
        // pg_search_match(query): what finds at least the documents that match; all of them where the query is null
        EngineFunction("pg_search_match", 1, pure) {
            run($0, $1, $2) { call in call.give(call.isNull(0) ? SearchToken.everything : SearchToken.match(try call.query(0))) }
        },
        // pg_trigram_words(text)
        EngineFunction("pg_trigram_words", 1, pure) {
            strict($0, $1, $2) { call in
                var text: [UInt8] = [SearchToken.any]
                for trigram in Trigrams.set(call.bytes(0)) {
                    text.append(UInt8(ascii: " "))
                    text.append(contentsOf: SearchToken.name(trigram).utf8)
                }
                text.withUnsafeBufferPointer { call.give($0) }
            }
        },
        // pg_trigram_match(text or pattern, 'like' or 'similar', how alike it must be): a limit of 0 lets texts match that share nothing
        EngineFunction("pg_trigram_match", 3, pure) {
            run($0, $1, $2) { call in
                if call.isNull(0) || call.double(2) <= 0 { return call.give(SearchToken.everything) }
                let isPattern = call.text(1) == "like"
                let trigrams = isPattern ? Trigrams.required(byPattern: call.bytes(0)) : Trigrams.set(call.bytes(0))
                call.give(SearchToken.match(trigrams, all: isPattern))
            }
        },
    ]
}

enum SearchToken {
    static let any = UInt8(ascii: "_")
    static let everything = "\"_\""
    /// FTS5 refuses expressions deeper than 256 and reads long ones slowly: what is left out only finds more.
    static let most = 64

    static func append(_ word: ArraySlice<UInt8>, to text: inout [UInt8]) {
        for byte in word {
            let isPlain = byte >= 0x80 || (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
            text.append(isPlain ? byte : any)
        }
    }

    static func name(_ trigram: UInt32) -> String { String(trigram, radix: 36) }

    static func match(_ trigrams: [UInt32], all: Bool) -> String {
        if trigrams.isEmpty || (!all && trigrams.count > most) { return everything }
        return trigrams.prefix(most).map { "\"\(name($0))\"" }.joined(separator: all ? " AND " : " OR ")
    }

    static func match(_ query: SearchQuery) -> String {
        guard let query = query.indexable, query.items.count <= most else { return everything }
        var parts: [String] = []
        for item in query.items {
            switch item {
            case .word(let word, _, let isPrefix):
                var token: [UInt8] = []
                append(word[...], to: &token)
                parts.append("\"\(String(decoding: token, as: UTF8.self))\"\(isPrefix ? " *" : "")")
            case .and, .followed, .or:
                guard let right = parts.popLast(), let left = parts.popLast() else { return everything }
                parts.append("(\(left) \(item == .or ? "OR" : "AND") \(right))")
            case .not, .stop: return everything
            }
        }
        return parts.count == 1 ? parts[0] : everything
    }
}
