import OffstageSchema

/// Values of each type that are likely to go wrong: nothing, extremes, odd letters, wrong words.
enum ArgumentPool {
    static let elements: [DataType] = [.integer, .text, .numeric, .boolean, .double, .date, .timestamp, .uuid, .jsonb, .bigint]

    /// A literal with its cast; nil for a type there are no values for.
    static func literal(of type: DataType, forText function: String, _ index: Int, _ dice: inout Dice) -> String? {
        let name = type.name
        if dice.chance(6) { return "null::\(name)" }
        var pool: [String]?
        if case .array(let element) = type {
            let count = dice.roll(0...4)
            var items: [String] = []
            for _ in 0..<count {
                guard let item = literal(of: element, forText: "", 0, &dice) else { return nil }
                items.append(item)
            }
            return "array[\(items.joined(separator: ", "))]::\(name)"
        }
        if type == .text { pool = texts(function, index) }
        guard let values = pool ?? plain[type] else { return nil }
        return "'\(dice.pick(values).doubling("'"))'::\(name)"
    }

    private static let plain: [DataType: [String]] = [
        .boolean: ["t", "f"],
        .smallint: ["0", "1", "-1", "32767", "-32768", "7", "100"],
        .integer: ["0", "1", "-1", "2147483647", "-2147483648", "2", "3", "7", "10", "-5", "100", "2000"],
        .bigint: ["0", "1", "-1", "9223372036854775807", "-9223372036854775808", "42", "1000000007", "-300"],
        .numeric: [
            "0", "1", "-1", "0.5", "-0.5", "1.50", "2.5", "-2.5", "1234567.891", "1e20", "-1e-10", "0.00", "99999.995", "NaN", "3.14159",
            "100",
        ],
        .real: ["0", "1", "-1.5", "3.4e38", "1e-30", "0.1", "16777217", "2.5"],
        .double: ["0", "1", "-1", "0.5", "-0.5", "2.5", "1e308", "-1e-300", "0.1", "123456789.125", "30", "45", "720", "-90"],
        .text: texts, .varchar: texts, .char: ["", "a", "ab  ", "é"],
        .bytea: ["", "\\x00", "\\xdeadbeef", "\\x616263", "\\xff00ff", "\\x20206120"],
        .uuid: ["00000000-0000-0000-0000-000000000000", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"],
        .date: ["2024-02-29", "1999-12-31", "2000-01-01", "0044-03-15 BC", "infinity", "-infinity", "2023-07-04", "5874897-12-31"],
        .time: ["00:00", "24:00", "23:59:59.999999", "12:34:56.789", "06:00"],
        .timestamp: [
            "2024-02-29 12:34:56.789012", "1999-12-31 23:59:59", "2000-01-01", "0044-03-15 BC", "infinity", "-infinity",
            "2023-07-04 01:02:03", "294276-12-31 23:59:59.999999", "2001-09-09 01:46:40",
        ],
        .timestamptz: [
            "2024-02-29 12:34:56.789012+00", "1999-12-31 23:59:59+02", "2000-01-01Z", "0044-03-15 BC", "infinity", "-infinity",
            "2023-07-04 01:02:03-08",
        ],
        .interval: [
            "0", "1 day", "-1 mon", "1 year 2 mons 3 days 04:05:06.789", "-100:00:00", "30 days 24:00:00", "1 mon -1 day", "10 years",
            "0.000001 s",
            "-3 days 10:00",
        ],
        .json: documents, .jsonb: documents,
    ]

    private static let texts = [
        "", "a", "abc", "ABC def", "Ünïcödé ß", "日本語", "  blank  ", "a,b,,c", "it's", "back\\slash", "x%y_z", "123", "-4.5", "aaa",
        "\u{1F600}",
        "null", "{1,2}", "foo.bar", "2024-05-06",
    ]

    private static let documents = [
        "{}", "[]", "null", "1", "\"a\"", "{\"a\": 1, \"b\": [1, 2, {\"c\": null}]}", "[1, \"two\", null, true]",
        "{\"a\": {\"b\": {\"c\": \"d\"}}}",
        "[[1, 2], [3, 4]]", "true", "-1.50", "{\"a\": null, \"b\": \"x\"}", "\"日本\"", "[{\"id\": 1}, {\"id\": 2}]",
    ]

    /// Words that a function takes for something.
    private static func texts(_ function: String, _ index: Int) -> [String]? {
        switch (function, index) {
        case ("encode", 1), ("decode", 1): ["hex", "base64", "escape", "HEX", "rot13"]
        case ("date_trunc", 0), ("date_part", 0):
            [
                "year", "month", "day", "hour", "minute", "second", "milliseconds", "microseconds", "week", "quarter", "decade", "century",
                "millennium", "dow", "doy", "epoch", "isodow", "isoyear", "julian", "timezone", "YEARS", "fortnight", "",
            ]
        case ("timezone", 0), ("date_trunc", 2), ("make_timestamptz", 6):
            ["UTC", "Europe/Berlin", "America/New_York", "+02", "-05:30", "EST", "Nowhere/City"]
        case ("to_char", 1): toChar
        case ("to_date", 1), ("to_timestamp", 1): ["YYYY-MM-DD", "DD Mon YYYY", "YYYYMMDD HH24MISS", "MM/DD/YY", "YYYY-DDD", "IYYY-IW-ID"]
        case ("to_date", 0), ("to_timestamp", 0):
            ["2024-05-06", "06 May 2024", "20240506 070809", "05/06/24", "2024-127", "2024-19-1", "x", ""]
        case ("to_number", 1): ["999", "9,999.99", "S999", "L999D99", "999PR", "000.00", "RN"]
        case ("to_number", 0): ["123", "1,234.50", "-12", "<42>", "$ 5.5", "", "x"]
        case ("normalize", 1), ("is_normalized", 1): ["NFC", "NFD", "nfc", "bad"]
        case ("regexp_like", 1), ("regexp_match", 1), ("regexp_replace", 1), ("regexp_count", 1), ("regexp_substr", 1), ("regexp_instr", 1),
            ("regexp_matches", 1), ("regexp_split_to_array", 1), ("regexp_split_to_table", 1), ("~", 1), ("~*", 1), ("!~", 1), ("!~*", 1):
            ["a", "", "a*", "(a)(b)?", "[a-c]+", "^\\w+$", "\\s*", "(.)\\1", "x|y", "(?i)A", ".*?", "\\d{1,2}", "("]
        case ("regexp_like", 2), ("regexp_match", 2), ("regexp_matches", 2), ("regexp_split_to_array", 2), ("regexp_split_to_table", 2),
            ("regexp_replace", 3), ("regexp_count", 3), ("regexp_replace", 5), ("regexp_instr", 5), ("regexp_substr", 4):
            ["", "i", "g", "gi", "n", "x", "z"]
        case ("convert_from", 1), ("convert_to", 1): ["UTF8", "utf-8", "LATIN1", "nope"]
        case ("jsonb_set_lax", 4): ["use_json_null", "delete_key", "return_target", "raise_exception", "x"]
        case ("pg_size_bytes", 0): ["1", "1 kB", "1.5MB", "-2 GB", "10 xB", "", "1e3 bytes"]
        case ("unistr", 0): ["\\0061", "a\\u0062", "\\+01F600", "\\", "\\d83d\\de00", "\\d83d", "x\\\\y"]
        case ("parse_ident", 0): ["a.b", "\"A b\".c", "a..b", "", " x . y ", "1a", "a b"]
        case ("format", 0): ["%s", "%I and %L", "%2$s %1$s", "%10s|%-10s|", "%%", "%", "%x", "plain", "%*s"]
        default: nil
        }
    }

    private static let toChar = [
        "YYYY-MM-DD HH24:MI:SS", "FMDay, DDth FMMonth YYYY", "Dy Mon DD", "HH12:MI AM", "Q WW IW IYYY J", "MS US FF3", "CC Y,YYY", "TZ OF",
        "DDD D ID",
        "999", "9,999.99", "FM999.00", "S0000", "999PR", "9.99EEEE", "RN", "L99", "MI999", "999th", "V99", "99V99", "SG99", "PL9", "\"q\"9",
        "",
    ]
}
