/// PostgreSQL 15's words that cannot stand as just any name.
///
/// Source: PostgreSQL 15, appendix C; `src/include/parser/kwlist.h` (reserved, column name and type or function name keywords).
enum Keywords {
    static func isQuoted(_ word: String) -> Bool { special.contains(word) }

    private static let special: Set<String> = Set(
        """
        all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create current_catalog current_date \
        current_role current_time current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign from \
        grant group having in initially intersect into lateral leading limit localtime localtimestamp not null offset on only or order placing \
        primary references returning select session_user some symmetric table then to trailing true union unique user using variadic when where \
        window with \
        authorization binary collation concurrently cross current_schema freeze full ilike inner is isnull join left like natural notnull outer \
        overlaps right similar tablesample verbose \
        between bigint bit boolean char character coalesce dec decimal exists extract float greatest grouping inout int integer interval least \
        national nchar none normalize nullif numeric out overlay position precision real row setof smallint substring time timestamp treat trim \
        values varchar xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable
        """.split(separator: " ").map(String.init))
}

/// A name as SQL: in double quotes where it must be.
package func quotedIdentifier(_ name: String) -> String {
    var isPlain = true
    var isFirst = true
    for byte in name.utf8 {
        let isLetter = (byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")) || byte == UInt8(ascii: "_")
        isPlain = isPlain && (isLetter || (!isFirst && byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")))
        isFirst = false
    }
    if isPlain, !isFirst, !Keywords.isQuoted(name) { return name }
    var quoted = "\""
    for scalar in name.unicodeScalars {
        if scalar == "\"" { quoted.unicodeScalars.append(scalar) }
        quoted.unicodeScalars.append(scalar)
    }
    return quoted + "\""
}

/// A string literal: `'it''s'`, with E only where a backslash is in it.
package func quotedString(_ text: String) -> String {
    var quoted = text.utf8.contains(UInt8(ascii: "\\")) ? "E'" : "'"
    for scalar in text.unicodeScalars {
        if scalar == "'" || scalar == "\\" { quoted.unicodeScalars.append(scalar) }
        quoted.unicodeScalars.append(scalar)
    }
    return quoted + "'"
}
