import OffstageSchema

/// Values of each type that find mistakes: extremes, empty ones, ones that look alike, ones outside ASCII.
enum Samples {
    static let mood = DataType.enumeration(
        Enumeration(
            schema: "public", name: "mood",
            labels: ["sad", "ok", "happy"].enumerated().map { .init(name: $1, position: Int64($0 + 1) * 1024) }))

    /// Types of columns and expressions, those that are met most often several times.
    static let types: [DataType] = [
        .boolean, .boolean, .smallint, .integer, .integer, .integer, .bigint, .numeric, .numeric, .real, .double, .text, .text, .text,
        .varchar, .char, .uuid, .bytea, .date, .date, .time, .timestamp, .timestamptz, .interval, .json, .jsonb, .jsonb, mood,
        .array(.integer), .array(.text), .array(.numeric),
    ]

    /// Types whose equal values look the same, so that grouping and `distinct` give the same text whichever row comes first.
    static func isPlain(_ type: DataType) -> Bool {
        switch type {
        case .boolean, .smallint, .integer, .bigint, .text, .varchar, .uuid, .bytea, .date, .time, .timestamp, .timestamptz: true
        case .enumeration: true
        case .array(let element): element != .numeric && isPlain(element)
        default: false
        }
    }

    static func isComparable(_ type: DataType) -> Bool { type != .json && type != .array(.json) && type != .record }
    static func isArray(_ type: DataType) -> Bool { if case .array = type { true } else { false } }
    static func isNumber(_ type: DataType) -> Bool { numbers.contains(type) }
    static let numbers: [DataType] = [.smallint, .integer, .bigint, .numeric, .real, .double]

    static func values(of type: DataType) -> [String] {
        switch type {
        case .boolean: ["true", "false"]
        case .smallint: ["0", "1", "-1", "2", "7", "32767", "-32768", "100"]
        case .integer: ["0", "1", "2", "3", "-1", "5", "10", "7", "2147483647", "-2147483648", "65536"]
        case .bigint: ["0", "1", "-1", "4", "9223372036854775807", "-9223372036854775808", "4294967296", "12345678901"]
        case .numeric:
            [
                "0", "1", "-1", "1.5", "0.1", "2.50", "-0.00", "100", "3.14159", "1e10", "-7.25", "12345678901234567890.123456789",
                "0.000000001", "99999", "1e-3",
            ]
        case .real: ["0", "1", "-1", "1.5", "0.1", "3.4e38", "1e-40", "16777216", "-2.25"]
        case .double: ["0", "1", "-1", "0.5", "0.1", "2.5", "-2.5", "1e308", "1e-300", "9007199254740993", "123456.789", "1e15"]
        case .text:
            [
                "", "a", "abc", "ABC", "ab c", "É", "straße", "x_y%z", "\\", "12", " 7 ", "日本語", "👍🏽", "a,b;c", "true", "null", "O''Brien",
                "\u{7F}", "aab", "Zoë",
            ]
        case .varchar: ["", "a", "Ab", "ß", "hello", "b%"]
        case .char: ["", "a", "ab", "abcd", "é "]
        case .uuid:
            [
                "11111111-1111-1111-1111-111111111111", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "00000000-0000-0000-0000-000000000000",
                "ffffffff-ffff-ffff-ffff-ffffffffffff",
            ]
        case .bytea: ["", "\\x00", "\\x616263", "\\xff00", "\\xdeadbeef"]
        case .date:
            [
                "2024-01-31", "2024-02-29", "2000-01-01", "1999-12-31", "0001-01-01", "0044-03-15 BC", "9999-12-31", "infinity",
                "-infinity", "10000-01-01", "1970-01-01",
            ]
        case .time: ["00:00:00", "12:34:56.789", "23:59:59.999999", "24:00:00", "08:05:00"]
        case .timestamp:
            [
                "2024-01-31 10:20:30", "2024-02-29 23:59:59.999999", "2000-01-01 00:00:00", "1969-12-31 23:59:59.5", "0001-01-01 00:00:00",
                "infinity", "-infinity", "0044-03-15 12:00:00 BC", "2021-03-28 02:30:00",
            ]
        case .timestamptz:
            [
                "2024-01-31 10:20:30+00", "2024-03-31 01:30:00+02", "2000-01-01 00:00:00+00", "infinity", "1900-01-01 00:00:00-05",
                "2024-10-27 02:30:00.123456+00", "-infinity",
            ]
        case .interval:
            [
                "1 day", "1 mon", "30 days", "-1 year 2 mons", "00:00:00", "1 day -02:03:04.5", "100 years", "720:00:00", "P1Y2M3DT4H",
                "0.000001 s", "-3 days", "1.5 months",
            ]
        case .json:
            [
                "{}", "[]", "null", "1", "\"a\"", "{\"a\": 1, \"b\": [1, 2, {\"c\": null}]}", "[1, \"x\", true]", "{\"a\":1,\"a\":2}",
                " [1 , 2] ",
            ]
        case .jsonb:
            [
                "{}", "[]", "null", "1", "1.10", "\"a\"", "true", "{\"a\": 1, \"b\": [1, 2, {\"c\": null}]}", "[1, \"x\", true]",
                "{\"b\": \"é\", \"aa\": {\"x\": -0.5}}",
                "[]", "[[1], {}]", "\"\"", "{\"a\": \"12\", \"k\": \"2024-01-01\"}", "1e5",
            ]
        case .enumeration: ["sad", "ok", "happy"]
        case .array(.integer): ["{}", "{1}", "{1,2,3}", "{null}", "{3,2,1,2}", "{2147483647}", "{1,null,2}"]
        case .array(.text): ["{}", "{a}", "{a,b,c}", "{\"\"}", "{null,\"null\"}", "{\"a b\",\"c,d\",\"\\\"\",\"\\\\\"}", "{É}"]
        case .array(.numeric): ["{}", "{1.5}", "{1,2.0,3}", "{null,0.1}"]
        case .array(.boolean): ["{}", "{t,f}"]
        case .array(.uuid): ["{}", "{11111111-1111-1111-1111-111111111111}"]
        case .array(.date): ["{}", "{2024-01-01,2024-02-29}"]
        default: []
        }
    }

    /// As a cast names it: `character` alone would be one character.
    static func name(of type: DataType) -> String { type == .char ? "bpchar" : type.name }

    static func literal(_ value: String, _ type: DataType) -> Fragment {
        switch type {
        case .boolean: Fragment(word: value, as: type)
        case .integer where !value.hasPrefix("-"): Fragment(word: value, as: type)
        default: Fragment(word: "'\(value)'::\(name(of: type))", as: type)
        }
    }

    static func literal(_ type: DataType, _ dice: inout Dice) -> Fragment {
        let values = values(of: type)
        if values.isEmpty || dice.chance(6) { return Fragment(word: "null::\(name(of: type))", as: type) }
        return literal(dice.pick(values), type)
    }

    /// Arguments that mean something: a random text would be refused by both sides and prove nothing.
    static let arguments: [String: [String]] = [
        "date_trunc/1": fields, "extract/1": fields, "date_part/1": fields, "timezone/1": zones, "date_trunc/3": zones,
        "to_char(timestamp)/2": timeForms, "to_char(timestamptz)/2": timeForms,
        "to_char(interval)/2": ["'HH24:MI:SS'", "'DD HH24'", "'MI:SS.MS'", "'YYYY MM'"],
        "to_char(integer)/2": numberForms, "to_char(bigint)/2": numberForms, "to_char(numeric)/2": numberForms,
        "to_char(real)/2": numberForms, "to_char(double)/2": numberForms, "to_number/2": numberForms,
        "to_date/2": ["'YYYY-MM-DD'", "'DD.MM.YYYY'", "'YYYYMMDD'", "'Mon DD, YYYY'"], "to_timestamp(text)/2": timeForms,
        "to_date/1": ["'2024-02-29'", "'31.12.1999'", "'20240101'", "'Feb 03, 2021'"],
        "to_timestamp(text)/1": ["'2024-02-29 10:20:30'", "'2024-02-29'", "'12:30 2024'"],
        "to_number/1": ["'1,234.50'", "'-12'", "'12.3'", "'$1'"],
        "encode/2": ["'hex'", "'base64'", "'escape'"], "decode/2": ["'hex'", "'base64'", "'escape'"],
        "decode/1": ["'6162'", "'YWJj'", "'a\\000b'", "''"],
        "repeat/2": ["0", "1", "3", "-1"], "lpad/2": ["0", "2", "5", "-1"], "rpad/2": ["0", "2", "5", "-1"],
        "chr/1": ["65", "233", "128077", "0"], "round/2": small, "trunc/2": small,
        "array_length/2": ["1", "2", "0"], "array_upper/2": ["1", "2"], "array_lower/2": ["1", "0"], "generate_subscripts/2": ["1"],
        "~/2": patterns, "~*/2": patterns, "!~/2": patterns, "!~*/2": patterns, "regexp_like/2": patterns, "regexp_replace/2": patterns,
        "regexp_match/2": patterns, "regexp_matches/2": patterns, "regexp_count/2": patterns, "regexp_instr/2": patterns,
        "regexp_substr/2": patterns, "regexp_split_to_array/2": patterns, "regexp_split_to_table/2": patterns, "substring/2": small,
        "regexp_replace/4": ["'g'", "'i'", "'gi'", "''"], "regexp_match/3": ["'i'", "''"], "regexp_matches/3": ["'g'", "'i'"],
        "<</2": ["0", "1", "3", "33", "-1"], ">>/2": ["0", "1", "3", "33", "-1"], "regexp_instr/3": small, "regexp_instr/4": small,
        "regexp_instr/5": small, "regexp_count/3": small, "regexp_substr/3": small,
        "regexp_substr/4": small, "overlay/3": small, "overlay/4": small, "right/2": small, "left/2": small,
        "split_part/2": ["','", "' '", "''", "'b'"],
        "split_part/3": ["1", "2", "-1", "0"], "->/2": ["'a'", "'b'", "0", "-1", "'é'"], "->>/2": ["'a'", "'b'", "0", "-1"],
        "#>/2": paths, "#>>/2": paths, "#-/2": paths, "jsonb_set/2": paths, "jsonb_insert/2": paths,
        "json_extract_path/2": ["'a'", "'b'"], "jsonb_extract_path/2": ["'a'", "'b'"],
        "json_extract_path_text/2": ["'a'", "'b'"], "jsonb_extract_path_text/2": ["'a'", "'b'"],
        "format/1": ["'%s'", "'%s %s'", "'%I %L'", "'%%'", "'[%-5s]'", "'%2$s %1$s'", "'plain'"],
        "make_interval/1": small, "make_interval/2": small, "make_interval/3": small, "make_interval/4": small, "make_interval/5": small,
        "make_interval/6": small, "make_interval/7": ["0", "1.5", "-59.25"], "make_date/1": ["2024", "1999"],
        "make_date/2": ["2", "12", "13"], "make_date/3": ["1", "29", "30"],
        "make_time/1": ["0", "23"], "make_time/2": ["0", "59"], "make_time/3": ["0", "59.9"],
        "make_timestamp/1": ["2024"], "make_timestamp/2": ["1", "12"], "make_timestamp/3": ["1", "31"], "make_timestamp/4": ["0", "23"],
        "make_timestamp/5": ["0", "59"], "make_timestamp/6": ["0", "30.5"], "make_timestamptz/1": ["2024"],
        "make_timestamptz/2": ["1", "12"],
        "make_timestamptz/3": ["1", "31"], "make_timestamptz/4": ["0", "23"], "make_timestamptz/5": ["0", "59"],
        "make_timestamptz/6": ["0", "30.5"], "make_timestamptz/7": zones,
        "jsonb_path_query_first/2": jsonPaths, "jsonb_path_exists/2": jsonPaths, "jsonb_path_query_array/2": jsonPaths,
        "jsonb_path_match/2": ["'$.a == 1'", "'exists($.b)'"], "@?/2": jsonPaths, "@@(jsonb)/2": ["'$.a == 1'", "'$.b[0] > 0'"],
        "normalize/2": ["NFC", "NFD"], "digest/2": ["'sha256'", "'md5'"], "hmac/3": ["'sha256'", "'sha1'"],
        "to_tsvector/1": configurations, "to_tsquery/1": configurations, "plainto_tsquery/1": configurations,
        "phraseto_tsquery/1": configurations, "websearch_to_tsquery/1": configurations,
        "convert_from/2": ["'utf8'", "'UTF8'"], "convert_to/2": ["'utf8'"],
        "date_bin/1": ["interval '15 minutes'", "interval '1 day'", "interval '1 month'"],
    ]

    private static let fields = [
        "'year'", "'month'", "'day'", "'hour'", "'minute'", "'second'", "'week'", "'quarter'", "'dow'", "'doy'", "'epoch'", "'decade'",
        "'century'", "'milliseconds'", "'isodow'", "'isoyear'", "'millennium'", "'nosuch'",
    ]
    private static let zones = ["'UTC'", "'Europe/Berlin'", "'America/New_York'", "'+02'", "'Asia/Kolkata'", "'nowhere'"]
    private static let timeForms = [
        "'YYYY-MM-DD'", "'YYYY-MM-DD HH24:MI:SS.US'", "'Dy DD Mon YYYY'", "'FMDay, FMMonth FMDD'", "'HH12:MI AM'", "'IW IYYY Q J'",
        "'DDD WW W'",
        "'\"year\" YY'", "'DDth'",
    ]
    private static let numberForms = ["'999'", "'9,999.99'", "'FM999990.00'", "'S99'", "'000'", "'99.9EEEE'", "'L9'", "'999D9MI'", "'RN'"]
    private static let small = ["0", "1", "2", "-1", "3"]
    private static let patterns = [
        "'a'", "'^a.*'", "'[a-c]+'", "'(a|b)c?'", "'\\d+'", "'\\mab'", "'^$'", "'é'", "'('", "'[[:alpha:]]{2}'", "'(.)\\1'", "'x*?'",
    ]
    private static let paths = ["'{a}'", "'{b,2,c}'", "'{b,-1}'", "'{}'", "'{0}'", "'{k}'"]
    private static let jsonPaths = [
        "'$'", "'$.a'", "'$.b[*]'", "'$.b[*] ? (@ > 1)'", "'$.**'", "'strict $.nosuch'", "'$.b.size()'", "'$.*'",
    ]
    private static let configurations = ["'english'", "'simple'"]
}
