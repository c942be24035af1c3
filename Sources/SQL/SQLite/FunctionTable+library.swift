extension FunctionTable {
    /// The less common functions, by chapter of PostgreSQL 15's manual.
    static let library = [moreNumbers, moreText, moreBytes, moreTimes, moreJSON, jsonPaths, moreSession]

    /// Chapter 9.3.
    static let moreNumbers = """
        sin(double) -> double : pg_sin($1)
        cos(double) -> double : pg_cos($1)
        tan(double) -> double : pg_tan($1)
        cot(double) -> double : pg_cot($1)
        asin(double) -> double : pg_asin($1)
        acos(double) -> double : pg_acos($1)
        atan(double) -> double : pg_atan($1) ; safe
        atan2(double, double) -> double : pg_atan2($1, $2) ; safe
        sind(double) -> double : pg_sind($1)
        cosd(double) -> double : pg_cosd($1)
        tand(double) -> double : pg_tand($1)
        cotd(double) -> double : pg_cotd($1)
        asind(double) -> double : pg_asind($1)
        acosd(double) -> double : pg_acosd($1)
        atand(double) -> double : pg_atand($1) ; safe
        atan2d(double, double) -> double : pg_atan2d($1, $2) ; safe
        sinh(double) -> double : pg_sinh($1) ; safe
        cosh(double) -> double : pg_cosh($1) ; safe
        tanh(double) -> double : pg_tanh($1) ; safe
        asinh(double) -> double : pg_asinh($1) ; safe
        acosh(double) -> double : pg_acosh($1)
        atanh(double) -> double : pg_atanh($1)
        cbrt(double) -> double : pg_cbrt($1) ; safe
        ||/(double) -> double : pg_cbrt($1) ; safe
        degrees(double) -> double : pg_degrees($1)
        radians(double) -> double : pg_radians($1)
        gcd(numeric, numeric) -> numeric : pg_num_gcd($1, $2)
        lcm(integer, integer) -> integer : pg_lcm($1, $2, 'integer')
        lcm(bigint, bigint) -> bigint : pg_lcm($1, $2, 'bigint')
        lcm(numeric, numeric) -> numeric : pg_num_lcm($1, $2)
        factorial(bigint) -> numeric : pg_factorial($1) ; unbounded
        min_scale(numeric) -> integer : pg_num_min_scale($1) ; safe
        width_bucket(double, double, double, integer) -> integer : pg_width_bucket_f8($1, $2, $3, $4)
        width_bucket(numeric, numeric, numeric, integer) -> integer : pg_width_bucket_num($1, $2, $3, $4)
        width_bucket(anyelement, anyarray) -> integer : pg_width_bucket_array($1, $2, #1) ; unbounded
        setseed(double) -> void : pg_set_seed($1) ; volatile
        to_hex(integer) -> text : pg_to_hex($1, 32) ; safe
        to_hex(bigint) -> text : pg_to_hex($1, 64) ; safe
        pg_size_pretty(bigint) -> text : pg_size_text($1)
        pg_size_pretty(numeric) -> text : pg_size_text($1)
        pg_size_bytes(text) -> bigint : pg_size_number($1)
        """

    /// Chapter 9.4.
    static let moreText = """
        overlay(text, text, integer) -> text : pg_overlay($1, $2, $3)
        overlay(text, text, integer, integer) -> text : pg_overlay($1, $2, $3, $4)
        quote_literal(any) -> text : pg_quote_literal(pg_out($1, #1))
        quote_nullable(any) -> text : pg_quote_nullable(pg_out($1, #1))
        unistr(text) -> text : pg_unistr($1)
        parse_ident(text) -> text[] : pg_parse_ident($1, 1)
        parse_ident(text, boolean) -> text[] : pg_parse_ident($1, $2)
        normalize(text) -> text : pg_normalize($1, 'NFC')
        normalize(text, text) -> text : pg_normalize($1, $2)
        is_normalized(text) -> boolean : pg_is_normalized($1, 'NFC')
        is_normalized(text, text) -> boolean : pg_is_normalized($1, $2)
        string_to_table(text, text) -> text : pg_string_to_table($1, coalesce($2, X''), X'') ; set
        string_to_table(text, text, text) -> text : pg_string_to_table($1, coalesce($2, X''), coalesce($3, X'')) ; set
        num_nulls(variadic any) -> integer : pg_count_nulls(1, $*) ; safe
        num_nonnulls(variadic any) -> integer : pg_count_nulls(0, $*) ; safe
        variadic num_nulls(anyarray) -> integer : pg_count_array_nulls(1, $1) ; unbounded
        variadic num_nonnulls(anyarray) -> integer : pg_count_array_nulls(0, $1) ; unbounded
        variadic concat(anyarray) -> text : pg_array_to_string($1, '') ; unbounded
        variadic concat_ws(text, anyarray) -> text : pg_array_to_string($2, $1) ; unbounded
        variadic format(text, anyarray) -> text : pg_format_array($1, $2) ; unbounded
        variadic jsonb_extract_path(jsonb, text[]) -> jsonb : pg_json_path($1, $2) ; unbounded
        variadic json_extract_path(json, text[]) -> json : pg_json_path($1, $2) ; unbounded
        variadic jsonb_extract_path_text(jsonb, text[]) -> text : pg_json_path_text($1, $2) ; unbounded
        variadic json_extract_path_text(json, text[]) -> text : pg_json_path_text($1, $2) ; unbounded
        """

    /// Chapter 9.5.
    static let moreBytes = """
        sha224(bytea) -> bytea : pg_sha($1, 224) ; unbounded
        sha256(bytea) -> bytea : pg_sha($1, 256) ; unbounded
        sha384(bytea) -> bytea : pg_sha($1, 384) ; unbounded
        sha512(bytea) -> bytea : pg_sha($1, 512) ; unbounded
        get_byte(bytea, integer) -> integer : pg_get_byte($1, $2)
        set_byte(bytea, integer, integer) -> bytea : pg_set_byte($1, $2, $3)
        get_bit(bytea, bigint) -> integer : pg_get_bit($1, $2)
        set_bit(bytea, bigint, integer) -> bytea : pg_set_bit($1, $2, $3)
        bit_count(bytea) -> bigint : pg_bit_count($1) ; unbounded
        bit_length(bytea) -> integer : (length($1) * 8) ; safe
        substr(bytea, integer) -> bytea : pg_bytes_from($1, $2) ; safe
        substring(bytea, integer) -> bytea : pg_bytes_from($1, $2) ; safe
        position(bytea, bytea) -> integer : pg_bytes_position($1, $2) ; unbounded
        overlay(bytea, bytea, integer) -> bytea : pg_bytes_overlay($1, $2, $3)
        overlay(bytea, bytea, integer, integer) -> bytea : pg_bytes_overlay($1, $2, $3, $4)
        btrim(bytea, bytea) -> bytea : pg_bytes_trim($1, $2, 'lr') ; unbounded
        ltrim(bytea, bytea) -> bytea : pg_bytes_trim($1, $2, 'l') ; unbounded
        rtrim(bytea, bytea) -> bytea : pg_bytes_trim($1, $2, 'r') ; unbounded
        convert_from(bytea, text) -> text : pg_convert_from($1, $2) ; unbounded
        convert_to(text, text) -> bytea : pg_convert_to($1, $2) ; unbounded
        """

    /// Chapter 9.9.
    static let moreTimes = """
        make_interval(years:integer=0, months:integer=0, weeks:integer=0, days:integer=0, hours:integer=0, mins:integer=0, secs:double=0) -> interval : pg_make_interval($*)
        make_timestamptz(integer, integer, integer, integer, integer, double, text) -> timestamptz : (CASE WHEN $7 IS NOT NULL THEN pg_from_zone(CASE substr($7, 1, 1) WHEN '+' THEN '-' || substr($7, 2) WHEN '-' THEN '+' || substr($7, 2) ELSE $7 END, pg_make_timestamp($1, $2, $3, $4, $5, $6)) END)
        date_bin(interval, timestamp, timestamp) -> timestamp : pg_date_bin($1, $2, $3)
        date_bin(interval, timestamptz, timestamptz) -> timestamptz : pg_date_bin($1, $2, $3)
        to_timestamp(text, text) -> timestamptz : pg_to_timestamp_by($1, $2)
        to_date(text, text) -> date : pg_to_date_by($1, $2)
        to_number(text, text) -> numeric : pg_to_number($1, $2)
        justify_interval(interval) -> interval : pg_justify_interval($1)
        timeofday() -> text : pg_time_of_day() ; volatile
        """

    /// Chapters 9.16 and 9.19.
    static let moreJSON = """
        jsonb_set(jsonb_in:jsonb, path:text[], replacement:jsonb, create_if_missing:boolean=1) -> jsonb : pg_jsonb_set($1, $2, $3, $4) ; unbounded
        jsonb_insert(jsonb_in:jsonb, path:text[], replacement:jsonb, insert_after:boolean=0) -> jsonb : pg_jsonb_insert($1, $2, $3, $4) ; unbounded
        jsonb_set_lax(jsonb_in:jsonb, path:text[], replacement:jsonb, create_if_missing:boolean=1, null_value_treatment:text='use_json_null') -> jsonb : pg_jsonb_set_lax($1, $2, $3, $4, $5) ; unbounded
        jsonb_extract_path(jsonb, variadic text) -> jsonb : pg_json_path($1, pg_array('text', $+)) ; unbounded
        json_extract_path(json, variadic text) -> json : pg_json_path($1, pg_array('text', $+)) ; unbounded
        jsonb_extract_path_text(jsonb, variadic text) -> text : pg_json_path_text($1, pg_array('text', $+)) ; unbounded
        json_extract_path_text(json, variadic text) -> text : pg_json_path_text($1, pg_array('text', $+)) ; unbounded
        json_object(text[]) -> json : pg_json_object($1, NULL, 0) ; unbounded
        json_object(text[], text[]) -> json : pg_json_object($1, coalesce($2, X''), 0) ; unbounded
        jsonb_object(text[]) -> jsonb : pg_json_object($1, NULL, 1) ; unbounded
        jsonb_object(text[], text[]) -> jsonb : pg_json_object($1, coalesce($2, X''), 1) ; unbounded
        array_to_json(anyarray, boolean) -> json : pg_array_to_json($1, #1, $2) ; unbounded
        jsonb_array_element(jsonb, integer) -> jsonb : pg_jsonb_at($1, $2) ; unbounded
        jsonb_array_element_text(jsonb, integer) -> text : pg_jsonb_text_at($1, $2) ; unbounded
        jsonb_object_field(jsonb, text) -> jsonb : pg_json_get($1, $2) ; unbounded
        jsonb_object_field_text(jsonb, text) -> text : pg_jsonb_text($1, $2) ; unbounded
        jsonb_exists(jsonb, text) -> boolean : pg_jsonb_has($1, $2) ; unbounded
        jsonb_exists_any(jsonb, text[]) -> boolean : pg_jsonb_has_any($1, $2) ; unbounded
        jsonb_exists_all(jsonb, text[]) -> boolean : pg_jsonb_has_all($1, $2) ; unbounded
        jsonb_contains(jsonb, jsonb) -> boolean : pg_jsonb_contains($1, $2) ; unbounded
        jsonb_contained(jsonb, jsonb) -> boolean : pg_jsonb_contains($2, $1) ; unbounded
        jsonb_concat(jsonb, jsonb) -> jsonb : pg_jsonb_concat($1, $2) ; unbounded
        array_dims(anyarray) -> text : pg_array_dims($1) ; unbounded
        array_fill(anyelement, integer[]) -> anyarray : pg_array_fill($1, $2, NULL, #1) ; unbounded
        array_fill(anyelement, integer[], integer[]) -> anyarray : pg_array_fill($1, $2, coalesce($3, X''), #1) ; unbounded
        trim_array(anyarray, integer) -> anyarray : pg_trim_array($1, $2) ; unbounded
        """

    /// Chapter 9.16.2.
    static let jsonPaths = """
        @?(jsonb, jsonpath) -> boolean : pg_jsonb_path_exists($1, $2, X'', 1) ; unbounded
        @@(jsonb, jsonpath) -> boolean : pg_jsonb_path_match($1, $2, X'', 1) ; unbounded
        jsonb_path_exists(target:jsonb, path:jsonpath, vars:jsonb='{}', silent:boolean=0) -> boolean : pg_jsonb_path_exists($1, $2, $3, $4) ; unbounded
        jsonb_path_exists_tz(target:jsonb, path:jsonpath, vars:jsonb='{}', silent:boolean=0) -> boolean : pg_jsonb_path_exists($1, $2, $3, $4) ; unbounded
        jsonb_path_match(target:jsonb, path:jsonpath, vars:jsonb='{}', silent:boolean=0) -> boolean : pg_jsonb_path_match($1, $2, $3, $4) ; unbounded
        jsonb_path_match_tz(target:jsonb, path:jsonpath, vars:jsonb='{}', silent:boolean=0) -> boolean : pg_jsonb_path_match($1, $2, $3, $4) ; unbounded
        jsonb_path_query(target:jsonb, path:jsonpath, vars:jsonb='{}', silent:boolean=0) -> jsonb : pg_jsonb_path_query($1, $2, $3, $4) ; set
        jsonb_path_query_tz(target:jsonb, path:jsonpath, vars:jsonb='{}', silent:boolean=0) -> jsonb : pg_jsonb_path_query($1, $2, $3, $4) ; set
        jsonb_path_query_array(target:jsonb, path:jsonpath, vars:jsonb='{}', silent:boolean=0) -> jsonb : pg_jsonb_path_array($1, $2, $3, $4) ; unbounded
        jsonb_path_query_array_tz(target:jsonb, path:jsonpath, vars:jsonb='{}', silent:boolean=0) -> jsonb : pg_jsonb_path_array($1, $2, $3, $4) ; unbounded
        jsonb_path_query_first(target:jsonb, path:jsonpath, vars:jsonb='{}', silent:boolean=0) -> jsonb : pg_jsonb_path_first($1, $2, $3, $4) ; unbounded
        jsonb_path_query_first_tz(target:jsonb, path:jsonpath, vars:jsonb='{}', silent:boolean=0) -> jsonb : pg_jsonb_path_first($1, $2, $3, $4) ; unbounded
        """

    /// Chapter 9.26 and 9.27.
    static let moreSession = """
        set_config(text, text, boolean) -> text : pg_set_setting($1, $2, $3) ; volatile
        version() -> text : 'PostgreSQL 15.18 (Offstage, embedded engine)' ; safe
        current_database() -> text : 'postgres' ; safe
        current_catalog() -> text : 'postgres' ; safe
        pg_client_encoding() -> text : 'UTF8' ; safe
        getdatabaseencoding() -> text : 'UTF8' ; safe
        inet_client_port() -> integer : NULL ; safe
        inet_server_port() -> integer : NULL ; safe
        """
}
