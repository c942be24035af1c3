import CSQLite
import OffstageJSON
import OffstageSchema

/// Functions of text. Lengths and places count code points.
///
/// Source: PostgreSQL 15, chapter 9.4.
extension EngineFunction {
    static let texts: [EngineFunction] = [
        EngineFunction("pg_lower", 1, pure) {
            strict($0, $1, $2) { call in LetterCase.lower(call.bytes(0)).withUnsafeBufferPointer { call.give($0) } }
        },
        EngineFunction("pg_upper", 1, pure) {
            strict($0, $1, $2) { call in LetterCase.upper(call.bytes(0)).withUnsafeBufferPointer { call.give($0) } }
        },
        EngineFunction("pg_initcap", 1, pure) { strict($0, $1, $2) { $0.give(LetterCase.initial($0.text(0))) } },
        EngineFunction("pg_length", 1, pure) { strict($0, $1, $2) { $0.give($0.bytes(0).characterCount) } },
        EngineFunction("pg_bytes", 1, pure) { strict($0, $1, $2) { $0.give($0.blob(0).count) } },
        EngineFunction("pg_substr", 2, pure) { strict($0, $1, $2) { $0.give(part($0.bytes(0), from: $0.small(1) - 1, upTo: .max)) } },
        EngineFunction("pg_substr", 3, pure) {
            strict($0, $1, $2) { call in
                guard call.integer(2) >= 0 else { throw SQLError("22011", "negative substring length not allowed") }
                call.give(part(call.bytes(0), from: call.small(1) - 1, upTo: call.small(1) - 1 + call.small(2)))
            }
        },
        EngineFunction("pg_bytes_part", 3, pure) {
            strict($0, $1, $2) { call in
                guard call.integer(2) >= 0 else { throw SQLError("22011", "negative substring length not allowed") }
                let bytes = call.blob(0)
                let start = min(max(call.small(1) - 1, 0), bytes.count)
                let end = min(max(call.small(1) - 1 + call.small(2), start), bytes.count)
                call.give(blob: Array(bytes[start..<end]))
            }
        },
        EngineFunction("pg_position", 2, pure) {
            strict($0, $1, $2) { call in
                let text = call.bytes(0)
                guard let found = text.find(call.bytes(1), from: 0) else { return call.give(0) }
                call.give(UnsafeBufferPointer(rebasing: text[..<found]).characterCount + 1)
            }
        },
        EngineFunction("pg_trim", 3, pure) { strict($0, $1, $2) { call in trim(call, sides: call.bytes(2)) } },
        EngineFunction("pg_replace", 3, pure) { strict($0, $1, $2) { try replace($0) } },
        EngineFunction("pg_repeat", 2, pure) {
            strict($0, $1, $2) { call in
                let text = call.bytes(0)
                let count = max(call.small(1), 0)
                try checkLength(text.count, times: count)
                var result: [UInt8] = []
                result.reserveCapacity(text.count * count)
                for _ in 0..<count { result.append(contentsOf: text) }
                result.withUnsafeBufferPointer { call.give($0) }
            }
        },
        EngineFunction("pg_left", 2, pure) {
            strict($0, $1, $2) { call in
                let text = call.bytes(0)
                let count = call.small(1)
                call.give(part(text, from: 0, upTo: count >= 0 ? count : max(text.characterCount + count, 0)))
            }
        },
        EngineFunction("pg_right", 2, pure) {
            strict($0, $1, $2) { call in
                let text = call.bytes(0)
                let count = call.small(1)
                // PostgreSQL negates the least integer into itself, and so takes the whole.
                if count == Int(Int32.min) { return call.give(text) }
                call.give(part(text, from: count >= 0 ? max(text.characterCount - count, 0) : -count, upTo: .max))
            }
        },
        EngineFunction("pg_lpad", 3, pure) { strict($0, $1, $2) { try pad($0, left: true) } },
        EngineFunction("pg_rpad", 3, pure) { strict($0, $1, $2) { try pad($0, left: false) } },
        EngineFunction("pg_split_part", 3, pure) { strict($0, $1, $2) { try splitPart($0) } },
        EngineFunction("pg_reverse", 1, pure) {
            strict($0, $1, $2) { call in
                call.give(String(String.UnicodeScalarView(call.text(0).unicodeScalars.reversed())))
            }
        },
        EngineFunction("pg_starts_with", 2, pure) { strict($0, $1, $2) { $0.give($0.bytes(0).starts(with: $0.bytes(1))) } },
        EngineFunction("pg_chr", 1, pure) {
            strict($0, $1, $2) { call in
                let code = call.integer(0)
                if code == 0 { throw SQLError("54000", "null character not permitted") }
                guard code > 0 else { throw SQLError("22023", "character number must be positive") }
                guard let value = UInt32(exactly: code), value <= 0x1F_FFFF else {
                    throw SQLError("54000", "requested character too large for encoding: \(code)")
                }
                guard let scalar = Unicode.Scalar(value) else {
                    throw SQLError("54000", "requested character not valid for encoding: \(code)")
                }
                call.give(String(scalar))
            }
        },
        EngineFunction("pg_ascii", 1, pure) { strict($0, $1, $2) { $0.give(Int64($0.text(0).unicodeScalars.first?.value ?? 0)) } },
        EngineFunction("pg_md5", 1, pure) { strict($0, $1, $2) { call in call.give(MD5.hexadecimal(of: call.blob(0))) } },
        EngineFunction("pg_translate", 3, pure) {
            strict($0, $1, $2) { call in
                let from = Array(call.text(1).unicodeScalars)
                let to = Array(call.text(2).unicodeScalars)
                var table: [Unicode.Scalar: Unicode.Scalar?] = [:]
                for (index, scalar) in from.enumerated() where table[scalar] == nil {
                    table.updateValue(index < to.count ? to[index] : nil, forKey: scalar)
                }
                var result = String.UnicodeScalarView()
                for scalar in call.text(0).unicodeScalars {
                    guard let replacement = table[scalar] else {
                        result.append(scalar)
                        continue
                    }
                    if let replacement { result.append(replacement) }
                }
                call.give(String(result))
            }
        },
        EngineFunction("pg_quote_literal", 1, pure) { strict($0, $1, $2) { $0.give(SQLQuoting.literal($0.text(0))) } },
        EngineFunction("pg_quote_nullable", 1, pure) {
            run($0, $1, $2) { $0.give($0.isNull(0) ? "NULL" : SQLQuoting.literal($0.text(0))) }
        },
        EngineFunction("pg_quote_ident", 1, pure) { strict($0, $1, $2) { $0.give(SQLQuoting.identifier($0.text(0))) } },
        EngineFunction("pg_format", -1, pure) { run($0, $1, $2) { try format($0) } },
        EngineFunction("pg_format_array", 2, pure) {
            run($0, $1, $2) { call in
                guard !call.isNull(0) else { return call.giveNull() }
                let items = call.isNull(1) ? [] : try ArrayText.items(of: call.text(1))
                try format(call, items.count) { items.indices.contains($0 - 1) ? items[$0 - 1] : nil }
            }
        },
        // These take pairs: a value and the key of its type.
        EngineFunction("pg_concat", -1, pure) {
            run($0, $1, $2) { call in
                var result = JSONWriter(capacity: 128)
                for pair in 0..<(call.count / 2) where !call.isNull(pair * 2) { try call.output(pair, into: &result) }
                try checkLength(result.count, times: 1)
                call.give(result)
            }
        },
        EngineFunction("pg_concat_ws", -1, pure) {
            run($0, $1, $2) { call in
                guard !call.isNull(0) else { return call.giveNull() }
                var result = JSONWriter(capacity: 128)
                var isFirst = true
                for pair in 1..<max(call.count / 2, 1) where !call.isNull(pair * 2) {
                    if !isFirst { result.raw(call.bytes(0)) }
                    isFirst = false
                    try call.output(pair, into: &result)
                }
                try checkLength(result.count, times: 1)
                call.give(result)
            }
        },
        EngineFunction("pg_encode", 2, pure) { strict($0, $1, $2) { $0.give(try BinaryText.encode($0.blob(0), $0.text(1))) } },
        EngineFunction("pg_decode", 2, pure) { strict($0, $1, $2) { $0.give(blob: try BinaryText.decode($0.bytes(0), $0.text(1))) } },
    ]

    /// From one character to another, as far as they exist.
    private static func part(_ text: UnsafeBufferPointer<UInt8>, from: Int, upTo end: Int) -> UnsafeBufferPointer<UInt8> {
        let first = text.offset(ofCharacter: max(from, 0))
        guard end > max(from, 0) else { return UnsafeBufferPointer(rebasing: text[first..<first]) }
        let rest = UnsafeBufferPointer(rebasing: text[first...])
        return end == .max ? rest : rest.prefix(characters: end - max(from, 0))
    }

    static func checkLength(_ bytes: Int, times count: Int) throws(SQLError) {
        let (product, overflow) = bytes.multipliedReportingOverflow(by: count)
        guard !overflow, product <= 64 << 20 else { throw SQLError("54000", "requested length too large") }
    }

    /// `sides` is `l`, `r` or `lr`; the second argument holds the characters to cut.
    private static func trim(_ call: FunctionCall, sides: UnsafeBufferPointer<UInt8>) {
        var text = call.bytes(0)
        let set = Set(call.text(1).unicodeScalars)
        if sides.contains(UInt8(ascii: "l")) {
            while let (scalar, width) = text.firstScalar, set.contains(scalar) { text = UnsafeBufferPointer(rebasing: text[width...]) }
        }
        if sides.contains(UInt8(ascii: "r")) {
            while let (scalar, width) = text.lastScalar, set.contains(scalar) {
                text = UnsafeBufferPointer(rebasing: text[..<(text.count - width)])
            }
        }
        call.give(text)
    }

    private static func replace(_ call: FunctionCall) throws(SQLError) {
        let (text, from, to) = (call.bytes(0), call.bytes(1), call.bytes(2))
        guard !from.isEmpty, var found = text.find(from, from: 0) else { return call.give(text) }
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var start = 0
        while true {
            result.append(contentsOf: text[start..<found])
            result.append(contentsOf: to)
            start = found + from.count
            guard result.count <= 64 << 20 else { throw SQLError("54000", "requested length too large") }
            guard let next = text.find(from, from: start) else { break }
            found = next
        }
        result.append(contentsOf: text[start...])
        result.withUnsafeBufferPointer { call.give($0) }
    }

    private static func pad(_ call: FunctionCall, left: Bool) throws(SQLError) {
        let (text, fill) = (call.bytes(0), Array(call.text(2).unicodeScalars))
        let wanted = max(call.small(1), 0)
        try checkLength(4, times: wanted)
        let length = text.characterCount
        guard length < wanted, !fill.isEmpty else { return call.give(text.prefix(characters: wanted)) }
        var padding = String.UnicodeScalarView()
        for index in 0..<(wanted - length) { padding.append(fill[index % fill.count]) }
        let own = String(decoding: text, as: UTF8.self)
        call.give(left ? String(padding) + own : own + String(padding))
    }

    private static func splitPart(_ call: FunctionCall) throws(SQLError) {
        let (text, separator) = (call.bytes(0), call.bytes(1))
        var field = call.small(2)
        guard field != 0 else { throw SQLError("22023", "field position must not be zero") }
        guard !separator.isEmpty, !text.isEmpty else {
            return call.give(field == 1 || field == -1 ? text : UnsafeBufferPointer(rebasing: text[..<0]))
        }
        var parts: [Range<Int>] = []
        var start = 0
        while let found = text.find(separator, from: start) {
            parts.append(start..<found)
            start = found + separator.count
        }
        parts.append(start..<text.count)
        if field < 0 { field += parts.count + 1 }
        call.give(
            parts.indices.contains(field - 1)
                ? UnsafeBufferPointer(rebasing: text[parts[field - 1]]) : UnsafeBufferPointer(rebasing: text[..<0]))
    }

    /// `format('%s %I %L', …)` with positions and widths.
    private static func format(_ call: FunctionCall) throws(SQLError) {
        guard !call.isNull(0) else { return call.giveNull() }
        try format(call, call.count / 2 - 1) { (index) throws(SQLError) in
            guard !call.isNull(index * 2) else { return nil }
            var writer = JSONWriter(capacity: 64)
            try call.output(index, into: &writer)
            return writer.text
        }
    }

    /// `argument` gives the text of one, counted from 1; nil for null.
    private static func format(_ call: FunctionCall, _ count: Int, _ argument: (Int) throws(SQLError) -> String?) throws(SQLError) {
        let pattern = Array(call.text(0).unicodeScalars)
        var result = String.UnicodeScalarView()
        var next = 1
        var at = 0
        var size = pattern.count
        func digits() -> Int? {
            var value: Int?
            while at < pattern.count, let digit = pattern[at].properties.numericType == .decimal ? Int(String(pattern[at])) : nil {
                value = min((value ?? 0) * 10 + digit, 1_000_000)
                at += 1
            }
            return value
        }
        while at < pattern.count {
            guard pattern[at] == "%" else {
                result.append(pattern[at])
                at += 1
                continue
            }
            at += 1
            let unfinished = SQLError("22023", "unterminated format() type specifier", hint: "For a single \"%\" use \"%%\".")
            guard at < pattern.count else { throw unfinished }
            if pattern[at] == "%" {
                result.append("%")
                at += 1
                continue
            }
            var index: Int?
            var width: Int?
            var alignsLeft = false
            let start = at
            if let number = digits() {
                if at < pattern.count, pattern[at] == "$" {
                    guard number > 0 else { throw SQLError("22023", "format specifies argument 0, but arguments are numbered from 1") }
                    index = number
                    at += 1
                } else {
                    at = start
                }
            }
            while at < pattern.count, pattern[at] == "-" {
                alignsLeft = true
                at += 1
            }
            width = digits()
            if width == nil, at < pattern.count, pattern[at] == "*" {
                // The width is an argument, too.
                at += 1
                var place = next
                if let number = digits() {
                    guard at < pattern.count, pattern[at] == "$" else {
                        throw SQLError("22023", "width argument position must be ended by \"$\"")
                    }
                    guard number > 0 else {
                        throw SQLError("22023", "format specifies argument 0, but arguments are numbered from 1")
                    }
                    at += 1
                    place = number
                }
                next = place + 1
                guard place <= count else { throw SQLError("22023", "too few arguments for format()") }
                if let value = try argument(place) {
                    let number = try ColumnType(.integer).parse(value, in: ValueContext())
                    if case .integer(let amount) = number {
                        if amount < 0 { alignsLeft = true }
                        width = min(Int(amount.magnitude), 1_000_000_000)
                    }
                }
            }
            guard at < pattern.count else { throw unfinished }
            let kind = pattern[at]
            at += 1
            guard kind == "s" || kind == "I" || kind == "L" else {
                throw SQLError("22023", "unrecognized format() type specifier \"\(kind)\"", hint: "For a single \"%\" use \"%%\".")
            }
            let place = index ?? next
            next = place + 1
            guard place <= count else { throw SQLError("22023", "too few arguments for format()") }
            let value = try argument(place)
            var text = value ?? ""
            if kind == "I" {
                guard value != nil else { throw SQLError("22004", "null values cannot be formatted as an SQL identifier") }
                text = SQLQuoting.identifier(text)
            } else if kind == "L" {
                text = value == nil ? "NULL" : SQLQuoting.literal(text)
            }
            let missing = max((width ?? 0) - text.unicodeScalars.count, 0)
            size += text.utf8.count + missing
            try checkLength(size, times: 1)
            let blanks = String(repeating: " ", count: missing).unicodeScalars
            if !alignsLeft { result.append(contentsOf: blanks) }
            result.append(contentsOf: text.unicodeScalars)
            if alignsLeft { result.append(contentsOf: blanks) }
        }
        call.give(String(result))
    }
}

extension FunctionCall {
    /// Appends what the type's output function prints for a pair of value and type key. A boolean is `t` or `f`, as in `concat`.
    func output(_ pair: Int, into writer: inout JSONWriter) throws(SQLError) {
        let type = try type(pair * 2 + 1).type
        if type == .boolean { return writer.raw(boolean(pair * 2) ? "t" : "f") }
        type.write(cell(pair * 2), into: &writer, in: values.timeZone)
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Where `needle` stands first at or behind `start`.
    func find(_ needle: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        guard let first = needle.first else { return start <= count ? start : nil }
        guard needle.count <= count else { return nil }
        var at = start
        while at <= count - needle.count {
            if self[at] == first {
                var same = 1
                while same < needle.count, self[at + same] == needle[same] { same += 1 }
                if same == needle.count { return at }
            }
            at += 1
        }
        return nil
    }

    var firstScalar: (Unicode.Scalar, Int)? {
        guard let first else { return nil }
        let width = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        return Self.scalar(self[..<Swift.min(width, count)]).map { ($0, Swift.min(width, count)) }
    }

    var lastScalar: (Unicode.Scalar, Int)? {
        guard !isEmpty else { return nil }
        var start = count - 1
        while start > 0, self[start] & 0xC0 == 0x80 { start -= 1 }
        return Self.scalar(self[start...]).map { ($0, count - start) }
    }

    private static func scalar(_ bytes: SubSequence) -> Unicode.Scalar? { String(decoding: bytes, as: UTF8.self).unicodeScalars.first }
}

enum SQLQuoting {
    static func literal(_ text: String) -> String {
        let body = text.doubling("'")
        return text.contains("\\") ? "E'\(body.doubling("\\"))'" : "'\(body)'"
    }

    static func identifier(_ text: String) -> String {
        let isPlain =
            text.utf8.first.map { $0 == UInt8(ascii: "_") || ($0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z")) } == true
            && text.utf8.allSatisfy {
                $0 == UInt8(ascii: "_") || ($0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z"))
                    || ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9"))
            }
        return isPlain && !reserved.contains(text) ? text : "\"\(text.doubling("\""))\""
    }

    /// Every word PostgreSQL 15 lists as a keyword that is not unreserved: appendix C.
    private static let reserved: Set<String> = Set(
        """
        all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast char character check coalesce \
        collate collation column concurrently constraint create cross current_catalog current_date current_role current_schema current_time \
        current_timestamp current_user dec decimal default deferrable desc distinct do else end except exists extract false fetch float for foreign \
        freeze from full grant greatest group grouping having ilike in initially inner inout int integer intersect interval into is isnull join lateral \
        leading least left like limit localtime localtimestamp national natural nchar none normalize not notnull null nullif numeric offset on only or \
        order out outer overlaps overlay placing position precision primary real references returning right row select session_user setof similar \
        smallint some substring symmetric table tablesample then time timestamp to trailing treat trim true union unique user using values varchar \
        variadic verbose when where window with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize \
        xmltable
        """.split(separator: " ").map(String.init))
}
