import CSQLite
import OffstageJSON
import OffstageSchema

/// Text search: PostgreSQL 15, chapters 9.13 and 12. Vectors and queries come and go as PostgreSQL prints them.
extension EngineFunction {
    static let searching: [EngineFunction] = [
        // pg_to_tsvector(configuration, text)
        EngineFunction("pg_to_tsvector", 2, pure) {
            strict($0, $1, $2) { call in
                let lexemes = Lexemes(try call.configuration(0))
                call.give(try lexemes.vector(of: Array(call.bytes(1))).text)
            }
        },
        EngineFunction("pg_json_to_tsvector", 2, pure) {
            strict($0, $1, $2) { call in
                let lexemes = Lexemes(try call.configuration(0))
                var builder = VectorBuilder()
                var place = 0
                try call.json(1).eachString { (text) throws(SQLError) in
                    var found = false
                    try lexemes.words(of: Array(text.utf8), place: &place) {
                        builder.add($0)
                        found = true
                    }
                    // Words of two values do not stand in a row.
                    if found { place += 1 }
                }
                call.give(try builder.vector().text)
            }
        },
        // pg_to_tsquery(configuration, text, form), pg_try_to_tsquery(…): null instead of an error
        EngineFunction("pg_to_tsquery", 3, pure) {
            strict($0, $1, $2) { call in call.give(try call.query(of: call.text(1), form: call.text(2)).text) }
        },
        EngineFunction("pg_try_to_tsquery", 3, pure) {
            strict($0, $1, $2) { call in
                guard let query = try? call.query(of: call.text(1), form: call.text(2)) else { return call.giveNull() }
                call.give(query.text)
            }
        },
        EngineFunction("pg_ts_match", 2, pure) {
            strict($0, $1, $2) { call in call.give(try call.vector(0).matches(call.query(1))) }
        },
        // pg_ts_match_text(configuration, text, query)
        EngineFunction("pg_ts_match_text", 3, pure) {
            strict($0, $1, $2) { call in
                let lexemes = Lexemes(try call.configuration(0))
                call.give(try lexemes.vector(of: Array(call.bytes(1))).matches(call.query(2)))
            }
        },
        EngineFunction("pg_ts_concat", 2, pure) {
            strict($0, $1, $2) { call in
                let vector = try call.vector(0).followed(by: call.vector(1))
                try vector.requireSize()
                call.give(vector.text)
            }
        },
        EngineFunction("pg_setweight", 2, pure) {
            strict($0, $1, $2) { call in call.give(try call.vector(0).weighted(weight(call.text(1)), only: nil).text) }
        },
        EngineFunction("pg_setweight", 3, pure) {
            strict($0, $1, $2) { call in
                let words = try ArrayText.items(of: call.text(2)).compactMap { $0.map { Array($0.utf8) } }
                call.give(try call.vector(0).weighted(weight(call.text(1)), only: Set(words)).text)
            }
        },
        EngineFunction("pg_ts_strip", 1, pure) { strict($0, $1, $2) { call in call.give(try call.vector(0).stripped.text) } },
        EngineFunction("pg_ts_length", 1, pure) { strict($0, $1, $2) { call in call.give(try call.vector(0).entries.count) } },
        EngineFunction("pg_ts_delete", 2, pure) {
            strict($0, $1, $2) { call in
                let word = Array(call.bytes(1))
                call.give(try call.vector(0).keeping { vector, entry in !vector.word(entry).elementsEqual(word) }.text)
            }
        },
        EngineFunction("pg_ts_delete_all", 2, pure) {
            strict($0, $1, $2) { call in
                let words = Set(try ArrayText.items(of: call.text(1)).compactMap { $0.map { Array($0.utf8) } })
                call.give(try call.vector(0).keeping { vector, entry in !words.contains(Array(vector.word(entry))) }.text)
            }
        },
        EngineFunction("pg_ts_filter", 2, pure) {
            strict($0, $1, $2) { call in
                var weights: UInt8 = 0
                for item in try ArrayText.items(of: call.text(1)) {
                    guard let item else { throw SQLError("22004", "weight array may not contain nulls") }
                    guard let found = letter(item) else { throw SQLError("22023", "unrecognized weight: \"\(item.prefix(1))\"") }
                    weights |= 1 << UInt8(found)
                }
                call.give(try call.vector(0).filtered(weights).text)
            }
        },
        EngineFunction("pg_ts_to_array", 1, pure) {
            strict($0, $1, $2) { call in
                let vector = try call.vector(0)
                call.give(ArrayText.text(of: vector.entries.map { .text(vector.string($0)) }, element: .text))
            }
        },
        EngineFunction("pg_array_to_ts", 1, pure) {
            strict($0, $1, $2) { call in
                var vector = SearchVector()
                for item in try ArrayText.items(of: call.text(0)) {
                    guard let item else { throw SQLError("22004", "lexeme array may not contain nulls") }
                    if item.isEmpty { throw SQLError("2200F", "lexeme array may not contain empty strings") }
                    vector.append(item.utf8, [UInt16]())
                }
                call.give(vector.merged().text)
            }
        },
        // pg_tsq_join(query, query, 'and' or 'or')
        EngineFunction("pg_tsq_join", 3, pure) {
            strict($0, $1, $2) { call in
                call.give(try SearchQuery.joined(call.query(0), call.query(1), call.text(2) == "and" ? .and : .or).text)
            }
        },
        EngineFunction("pg_tsq_followed", 3, pure) {
            strict($0, $1, $2) { call in
                guard (0...SearchQuery.farthest).contains(call.small(2)) else { throw SQLError.phraseDistance }
                call.give(try SearchQuery.joined(call.query(0), call.query(1), .followed(by: call.small(2))).text)
            }
        },
        EngineFunction("pg_tsq_not", 1, pure) { strict($0, $1, $2) { call in call.give(try call.query(0).negated.text) } },
        EngineFunction("pg_tsq_contains", 2, pure) {
            strict($0, $1, $2) { call in call.give(try call.query(1).words.isSubset(of: call.query(0).words)) }
        },
        EngineFunction("pg_tsq_nodes", 1, pure) { strict($0, $1, $2) { call in call.give(try call.query(0).items.count) } },
        EngineFunction("pg_tsq_tree", 1, pure) {
            strict($0, $1, $2) { call in
                let query = try call.query(0)
                call.give(query.isEmpty ? "" : query.indexable?.text ?? "T")
            }
        },
        // pg_ts_rank(vector, query, method, weights or null), pg_ts_rank_cd(…)
        EngineFunction("pg_ts_rank", 4, pure) { run($0, $1, $2) { try rank($0) { $0.rank($1, $2) } } },
        EngineFunction("pg_ts_rank_cd", 4, pure) { run($0, $1, $2) { try rank($0) { $0.coverDensity($1, $2) } } },
        // pg_ts_headline(configuration, text, query, options)
        EngineFunction("pg_ts_headline", 4, pure) {
            strict($0, $1, $2) { call in
                let lexemes = Lexemes(try call.configuration(0))
                let shown = Headline.of(Array(call.bytes(1)), try call.query(2), lexemes, try HeadlineOptions(call.text(3)))
                call.give(String(decoding: shown, as: UTF8.self))
            }
        },
        // pg_json_headline(configuration, document, query, options, is it jsonb?)
        EngineFunction("pg_json_headline", 5, pure) {
            strict($0, $1, $2) { call in
                let lexemes = Lexemes(try call.configuration(0))
                let (query, options) = (try call.query(2), try HeadlineOptions(call.text(3)))
                let shown = try call.json(1).mappingStrings { text in
                    String(decoding: Headline.of(Array(text.utf8), query, lexemes, options), as: UTF8.self)
                }
                call.give(call.boolean(4) ? try JSONBText.canonical(shown) : shown.text)
            }
        },
    ]

    private static func rank(_ call: FunctionCall, _ rank: (SearchRank, SearchVector, SearchQuery) -> Float) throws {
        if call.isNull(0) || call.isNull(1) || call.isNull(2) { return call.giveNull() }
        let weights = call.isNull(3) ? SearchRank.standardWeights : try SearchRank.weights(ArrayText.items(of: call.text(3)))
        try call.give(Double(rank(SearchRank(weights: weights, method: call.small(2)), call.vector(0), call.query(1))))
    }

    /// D, C, B, A as 0 to 3.
    private static func letter(_ text: String) -> UInt16? {
        switch text.utf8.first.map({ $0 | 0x20 }) {
        case UInt8(ascii: "a"): 3
        case UInt8(ascii: "b"): 2
        case UInt8(ascii: "c"): 1
        case UInt8(ascii: "d"): 0
        default: nil
        }
    }

    private static func weight(_ text: String) throws(SQLError) -> UInt16 {
        guard let found = letter(text) else { throw SQLError("XX000", "unrecognized weight: \(text.utf8.first ?? 0)") }
        return found
    }
}

extension FunctionCall {
    func configuration(_ index: Int) throws(SQLError) -> SearchConfiguration {
        try remembered(index) { (name) throws(SQLError) in try SearchConfiguration(named: name) }
    }

    func vector(_ index: Int) throws(SQLError) -> SearchVector { try SearchVector(reading: bytes(index)) }

    /// Kept with the statement where it is a constant.
    func query(_ index: Int) throws(SQLError) -> SearchQuery {
        try remembered(index) { (text) throws(SQLError) in try SearchQuery(text) }
    }

    /// The query that a text means to a configuration, its first argument's.
    fileprivate func query(of text: String, form: String) throws(SQLError) -> SearchQuery {
        let lexemes = Lexemes(try configuration(0))
        let grammar: SearchQuery.Grammar = form == "operators" ? .operators : form == "web" ? .web : .plain
        let sign: SearchQuery.Item = form == "plain" ? .and : .followed(by: 1)
        return try SearchQuery(text, grammar) { (word, weights, isPrefix, items) throws(SQLError) in
            try lexemes.push(word, weights, isPrefix, joinedBy: sign, to: &items)
        }
    }
}

extension SearchVector {
    /// `||`: the second one's places come behind the first one's last.
    func followed(by other: SearchVector) -> SearchVector {
        let last = positions.reduce(0 as UInt16) { max($0, $1 & 0x3FFF) }
        var result = SearchVector()
        var (i, j) = (0, 0)
        while i < entries.count || j < other.entries.count {
            let order =
                i == entries.count
                ? 1 : j == other.entries.count ? -1 : SearchVector.order(word(entries[i]), other.word(other.entries[j]))
            var places: [UInt16] = order <= 0 ? Array(self.places(entries[i])) : []
            let word = order <= 0 ? self.word(entries[i]) : other.word(other.entries[j])
            if order >= 0 {
                for place in other.places(other.entries[j]) {
                    guard places.count < 256, places.last.map({ $0 & 0x3FFF != Self.lastPosition }) ?? true else { break }
                    places.append(min((place & 0x3FFF) + last, Self.lastPosition) | (place & 0xC000))
                }
            }
            result.append(word, places)
            if order <= 0 { i += 1 }
            if order >= 0 { j += 1 }
        }
        return result
    }

    func weighted(_ weight: UInt16, only words: Set<[UInt8]>?) -> SearchVector {
        var result = SearchVector()
        for entry in entries {
            let isMeant = words.map { $0.contains(Array(word(entry))) } ?? true
            result.append(word(entry), places(entry).map { isMeant ? $0 & 0x3FFF | weight << 14 : $0 })
        }
        return result
    }

    var stripped: SearchVector {
        var result = SearchVector()
        for entry in entries { result.append(word(entry), [UInt16]()) }
        return result
    }

    func keeping(_ isKept: (SearchVector, Entry) -> Bool) -> SearchVector {
        var result = SearchVector()
        for entry in entries where isKept(self, entry) { result.append(word(entry), places(entry)) }
        return result
    }

    /// Only places of these weights, and only words that have one.
    func filtered(_ weights: UInt8) -> SearchVector {
        var result = SearchVector()
        for entry in entries {
            let places = places(entry).filter { weights & (1 << UInt8($0 >> 14)) != 0 }
            if !places.isEmpty { result.append(word(entry), places) }
        }
        return result
    }
}

extension JSONValue {
    /// Every string value in it, in order.
    fileprivate func eachString(_ body: (String) throws(SQLError) -> Void) throws(SQLError) {
        switch self {
        case .string(let text): try body(text)
        case .array(let elements): for element in elements { try element.eachString(body) }
        case .object(let members): for member in members { try member.value.eachString(body) }
        case .null, .boolean, .number: break
        }
    }

    fileprivate func mappingStrings(_ change: (String) -> String) -> JSONValue {
        switch self {
        case .string(let text): .string(change(text))
        case .array(let elements): .array(elements.map { $0.mappingStrings(change) })
        case .object(let members): .object(members.map { Member(name: $0.name, value: $0.value.mappingStrings(change)) })
        case .null, .boolean, .number: self
        }
    }
}
