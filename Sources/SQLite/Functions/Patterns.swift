import CSQLite
import OffstageSchema

/// Functions of regular expressions. Source: PostgreSQL 15, chapter 9.7.3.
extension EngineFunction {
    static let patterns: [EngineFunction] = [
        // pg_regex(text, pattern) and pg_iregex: `~` and `~*`
        EngineFunction("pg_regex", 2, pure) { strict($0, $1, $2) { $0.give(try $0.expression().matches($0.text(0))) } },
        EngineFunction("pg_iregex", 2, pure) { strict($0, $1, $2) { $0.give(try $0.expression(nil, "i").matches($0.text(0))) } },
        // pg_regex_like(text, pattern, flags)
        EngineFunction("pg_regex_like", 3, pure) {
            strict($0, $1, $2) { $0.give(try $0.expression(2, refusingGlobalFor: "regexp_like()").matches($0.text(0))) }
        },
        // pg_regex_match(text, pattern, flags)
        EngineFunction("pg_regex_match", 3, pure) {
            strict($0, $1, $2) { call in
                let expression = try call.expression(2, refusingGlobalFor: "regexp_match()", hint: true)
                let subject = expression.subject(call.text(0))
                guard let match = try expression.firstMatch(in: subject) else { return call.giveNull() }
                call.give(expression.array(of: match, subject))
            }
        },
        // pg_regex_substring(text, pattern): the first group, or the whole match
        EngineFunction("pg_regex_substring", 2, pure) { strict($0, $1, $2) { try substring($0, $0.expression()) } },
        // pg_regex_similar_substring(text, pattern, escape)
        EngineFunction("pg_regex_similar_substring", 3, pure) {
            strict($0, $1, $2) { call in
                try substring(call, try RegularExpression(SimilarPattern.expression(call.text(1), escape: call.text(2))))
            }
        },
        // pg_regex_replace(text, pattern, replacement, start, which, flags): which is null for what the flags say, 0 for all
        EngineFunction("pg_regex_replace", 6, pure) {
            run($0, $1, $2) { call in
                guard ![0, 1, 2, 3, 5].contains(where: { call.isNull($0) }) else { return call.giveNull() }
                try replace(call)
            }
        },
        // pg_regex_count(text, pattern, start, flags)
        EngineFunction("pg_regex_count", 4, pure) {
            strict($0, $1, $2) { call in
                let start = try call.start(2)
                let expression = try call.expression(3, refusingGlobalFor: "regexp_count()")
                let subject = expression.subject(call.text(0))
                call.give(try expression.matches(in: subject, from: start - 1, all: true).count)
            }
        },
        // pg_regex_instr(text, pattern, start, which, end option, flags, group)
        EngineFunction("pg_regex_instr", 7, pure) {
            strict($0, $1, $2) { call in
                guard let (match, group, _) = try found(call, "regexp_instr()", which: 3, flags: 5, group: 6, endOption: 4),
                    let range = match.groups[group]
                else { return call.give(0) }
                call.give((call.integer(4) == 1 ? range.upperBound : range.lowerBound) + 1)
            }
        },
        // pg_regex_substr(text, pattern, start, which, flags, group)
        EngineFunction("pg_regex_substr", 6, pure) {
            strict($0, $1, $2) { call in
                guard let (match, group, subject) = try found(call, "regexp_substr()", which: 3, flags: 4, group: 5),
                    let range = match.groups[group]
                else { return call.giveNull() }
                call.give(subject.text(range))
            }
        },
        // pg_regex_split(text, pattern, flags)
        EngineFunction("pg_regex_split", 3, pure) {
            strict($0, $1, $2) { call in
                let expression = try call.expression(2, refusingGlobalFor: "regexp_split_to_array()")
                call.give(ArrayText.text(of: try expression.split(call.text(0)).map { .text($0) }, element: .text))
            }
        },
        // pg_like_escape(pattern, escape) gives the pattern with backslashes, pg_similar_to(pattern, escape) a regular expression.
        EngineFunction("pg_like_escape", 2, pure) {
            strict($0, $1, $2) { $0.give(try SimilarPattern.like($0.text(0), escape: $0.text(1))) }
        },
        EngineFunction("pg_similar_to", 2, pure) {
            strict($0, $1, $2) { $0.give(try SimilarPattern.expression($0.text(0), escape: $0.text(1))) }
        },
    ]

    private static func substring(_ call: FunctionCall, _ expression: RegularExpression) throws(SQLError) {
        let subject = expression.subject(call.text(0))
        guard let match = try expression.firstMatch(in: subject),
            let range = match.groups[expression.groupCount > 0 ? 1 : 0]
        else { return call.giveNull() }
        call.give(subject.text(range))
    }

    private static func replace(_ call: FunctionCall) throws(SQLError) {
        let start = try call.start(3)
        if !call.isNull(4), call.integer(4) < 0 { throw .invalidParameter("n", call.small(4)) }
        let flags = call.text(5)
        if let first = flags.unicodeScalars.first, CharacterClass.digit.contains(first), call.isNull(4) {
            throw SQLError(
                "22023", "invalid regular expression option: \"\(first)\"",
                hint:
                    "If you meant to use regexp_replace() with a start parameter, cast the fourth argument to integer explicitly.")
        }
        let isGlobal = flags.contains("g")
        let which = call.isNull(4) ? (isGlobal ? 0 : 1) : call.small(4)
        let expression = try call.expression(5)
        let subject = expression.subject(call.text(0))
        let replacement = Replacement(call.text(2))
        var result = String.UnicodeScalarView()
        var copied = 0
        var from = start - 1
        var number = 0
        var size = 0
        while from <= subject.count, let match = try expression.firstMatch(in: subject, from: from) {
            number += 1
            from = match.whole.isEmpty ? match.whole.upperBound + 1 : match.whole.upperBound
            if which > 0, number != which { continue }
            result.append(contentsOf: subject.scalars[copied..<match.whole.lowerBound])
            size += match.whole.lowerBound - copied + replacement.write(match, subject, into: &result)
            copied = match.whole.upperBound
            try checkLength(size, times: 1)
            if which > 0 { break }
        }
        guard copied > 0 || number > 0 else { return call.give(call.bytes(0)) }
        result.append(contentsOf: subject.scalars[copied...])
        call.give(String(result))
    }

    /// The match that `regexp_instr` and `regexp_substr` ask for, and the group's number.
    private static func found(
        _ call: FunctionCall, _ name: String, which: Int, flags: Int, group: Int, endOption: Int? = nil
    ) throws(SQLError) -> (RegularExpression.Match, Int, RegularExpression.Subject)? {
        let start = try call.start(2)
        guard call.integer(which) > 0 else { throw .invalidParameter("n", call.small(which)) }
        if let endOption, call.integer(endOption) != 0, call.integer(endOption) != 1 {
            throw .invalidParameter("endoption", call.small(endOption))
        }
        guard call.integer(group) >= 0 else { throw .invalidParameter("subexpr", call.small(group)) }
        let expression = try call.expression(flags, refusingGlobalFor: name)
        let subject = expression.subject(call.text(0))
        let matches = try expression.matches(in: subject, from: start - 1, all: true, upTo: call.small(which))
        // Where a pattern has no groups, the match is its first.
        let place = expression.groupCount == 0 && call.integer(group) == 1 ? 0 : call.small(group)
        guard call.small(which) <= matches.count, place <= expression.groupCount else { return nil }
        return (matches[call.small(which) - 1], place, subject)
    }
}

/// The third argument of `regexp_replace`: `\1` to `\9` are groups, `\&` the match.
private struct Replacement {
    private enum Piece {
        case text(String.UnicodeScalarView)
        case group(Int)
    }

    private var pieces: [Piece] = []

    init(_ text: String) {
        var plain = String.UnicodeScalarView()
        var rest = text.unicodeScalars.makeIterator()
        while let scalar = rest.next() {
            guard scalar == "\\" else {
                plain.append(scalar)
                continue
            }
            guard let next = rest.next() else {
                plain.append("\\")
                break
            }
            switch next {
            case "1"..."9", "&":
                pieces.append(.text(plain))
                plain = String.UnicodeScalarView()
                pieces.append(.group(next == "&" ? 0 : Int(next.value - 0x30)))
            case "\\": plain.append("\\")
            default: plain.append(contentsOf: ["\\", next])
            }
        }
        pieces.append(.text(plain))
    }

    /// Gives the number of characters written.
    func write(_ match: RegularExpression.Match, _ subject: RegularExpression.Subject, into result: inout String.UnicodeScalarView) -> Int {
        var size = 0
        for piece in pieces {
            switch piece {
            case .text(let text):
                result.append(contentsOf: text)
                size += text.count
            case .group(let number):
                guard match.groups.indices.contains(number), let range = match.groups[number] else { continue }
                result.append(contentsOf: subject.scalars[range])
                size += range.count
            }
        }
        return size
    }
}

extension FunctionCall {
    /// The expression of the second argument, with the flags of another one; kept with the statement where the pattern is a constant.
    func expression(
        _ flags: Int? = nil, _ constant: String = "", refusingGlobalFor function: String? = nil, hint: Bool = false
    ) throws(SQLError) -> RegularExpression {
        let options = flags.map { text($0) } ?? constant
        if let function, options.contains("g") {
            throw SQLError(
                "22023", "\(function) does not support the \"global\" option",
                hint: hint ? "Use the regexp_matches function instead." : nil)
        }
        return try remembered(1) { (pattern) throws(SQLError) in ExpressionCache(pattern) }.expression(options)
    }

    func start(_ index: Int) throws(SQLError) -> Int {
        guard integer(index) > 0 else { throw .invalidParameter("start", small(index)) }
        return small(index)
    }
}

extension SQLError {
    static func invalidParameter(_ name: String, _ value: Int) -> SQLError {
        SQLError("22023", "invalid value for parameter \"\(name)\": \(value)")
    }
}

/// A pattern with the flags it was last used with.
private final class ExpressionCache {
    private let pattern: String
    private var flags = ""
    private var known: RegularExpression?

    init(_ pattern: String) { self.pattern = pattern }

    func expression(_ flags: String) throws(SQLError) -> RegularExpression {
        if let known, self.flags == flags { return known }
        let made = try RegularExpression(pattern, .init(flags: flags))
        (known, self.flags) = (made, flags)
        return made
    }
}

extension RegularExpression.Options {
    /// The flags of a call: options, and `g` for all matches.
    init(flags: String) throws(SQLError) {
        for letter in flags.unicodeScalars where letter != "g" {
            guard letter != "w", try take(letter) else {
                throw SQLError("22023", "invalid regular expression option: \"\(letter)\"")
            }
        }
    }
}

extension RegularExpression.Subject {
    func text(_ range: Range<Int>) -> String { String(String.UnicodeScalarView(scalars[range])) }
}

extension RegularExpression {
    /// Every match, one behind the other, or the first ones. Without `keepingEmpty` those of no length are left out at the edges of the
    /// text and behind another match.
    func matches(
        in subject: Subject, from start: Int = 0, all: Bool, upTo limit: Int = .max, keepingEmpty: Bool = true
    ) throws(SQLError) -> [Match] {
        var result: [Match] = []
        var from = start
        var end = 0
        while from <= subject.count, result.count < limit, let match = try firstMatch(in: subject, from: from) {
            let whole = match.whole
            if keepingEmpty || (whole.lowerBound < subject.count && whole.upperBound > end) { result.append(match) }
            end = whole.upperBound
            guard all else { break }
            guard result.count <= 1_000_000 else { throw SQLError("54000", "too many regular expression matches") }
            from = whole.isEmpty ? end + 1 : end
        }
        return result
    }

    /// The parts of a text between matches.
    func split(_ text: String) throws(SQLError) -> [String] {
        let subject = subject(text)
        var parts: [String] = []
        var start = 0
        for match in try matches(in: subject, all: true, keepingEmpty: false) {
            parts.append(subject.text(start..<match.whole.lowerBound))
            start = match.whole.upperBound
        }
        parts.append(subject.text(start..<subject.count))
        return parts
    }

    /// A match as an array of its groups, or of the whole where there are none.
    func array(of match: Match, _ subject: Subject) -> String {
        let ranges = groupCount == 0 ? [match.groups[0]] : Array(match.groups.dropFirst())
        return ArrayText.text(of: ranges.map { $0.map { .text(subject.text($0)) } }, element: .text)
    }
}
