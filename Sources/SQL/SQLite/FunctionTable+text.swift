extension FunctionTable {
    /// Text: PostgreSQL 15, chapter 9.4. Text of C.UTF-8: one code point is one character.
    static let text = """
        lower(text) -> text : pg_lower($1) ; safe
        upper(text) -> text : pg_upper($1) ; safe
        initcap(text) -> text : pg_initcap($1) ; safe
        length(text) -> integer : pg_length($1) ; safe
        length(bytea) -> integer : length($1) ; safe
        char_length(text) -> integer : pg_length($1) ; safe
        character_length(text) -> integer : pg_length($1) ; safe
        octet_length(text) -> integer : pg_bytes($1) ; safe
        octet_length(char) -> integer : pg_bytes($1) ; safe
        octet_length(bytea) -> integer : length($1) ; safe
        bit_length(text) -> integer : (pg_bytes($1) * 8) ; safe
        substr(text, integer) -> text : pg_substr($1, $2) ; safe
        substr(text, integer, integer) -> text : pg_substr($1, $2, $3)
        substring(text, integer) -> text : pg_substr($1, $2) ; safe
        substring(text, integer, integer) -> text : pg_substr($1, $2, $3)
        substr(bytea, integer, integer) -> bytea : pg_bytes_part($1, $2, $3)
        substring(bytea, integer, integer) -> bytea : pg_bytes_part($1, $2, $3)
        position(text, text) -> integer : pg_position($1, $2) ; safe
        strpos(text, text) -> integer : pg_position($1, $2) ; safe
        trim(text) -> text : pg_trim($1, ' ', 'lr') ; safe
        btrim(text) -> text : pg_trim($1, ' ', 'lr') ; safe
        btrim(text, text) -> text : pg_trim($1, $2, 'lr') ; safe
        ltrim(text) -> text : pg_trim($1, ' ', 'l') ; safe
        ltrim(text, text) -> text : pg_trim($1, $2, 'l') ; safe
        rtrim(text) -> text : pg_trim($1, ' ', 'r') ; safe
        rtrim(text, text) -> text : pg_trim($1, $2, 'r') ; safe
        replace(text, text, text) -> text : pg_replace($1, $2, $3)
        translate(text, text, text) -> text : pg_translate($1, $2, $3) ; safe
        repeat(text, integer) -> text : pg_repeat($1, $2)
        left(text, integer) -> text : pg_left($1, $2) ; safe
        right(text, integer) -> text : pg_right($1, $2) ; safe
        lpad(text, integer) -> text : pg_lpad($1, $2, ' ')
        lpad(text, integer, text) -> text : pg_lpad($1, $2, $3)
        rpad(text, integer) -> text : pg_rpad($1, $2, ' ')
        rpad(text, integer, text) -> text : pg_rpad($1, $2, $3)
        split_part(text, text, integer) -> text : pg_split_part($1, $2, $3)
        reverse(text) -> text : pg_reverse($1) ; safe
        starts_with(text, text) -> boolean : pg_starts_with($1, $2) ; safe
        ^@(text, text) -> boolean : pg_starts_with($1, $2) ; safe
        chr(integer) -> text : pg_chr($1)
        ascii(text) -> integer : pg_ascii($1) ; safe
        md5(text) -> text : pg_md5($1) ; safe
        md5(bytea) -> text : pg_md5($1) ; safe
        quote_literal(text) -> text : pg_quote_literal($1) ; safe
        quote_nullable(text) -> text : pg_quote_nullable($1) ; safe
        quote_ident(text) -> text : pg_quote_ident($1) ; safe
        concat(variadic any) -> text : pg_concat(#*)
        concat_ws(text, variadic any) -> text : pg_concat_ws(#*)
        format(text) -> text : pg_format(#*)
        format(text, variadic any) -> text : pg_format(#*)
        encode(bytea, text) -> text : pg_encode($1, $2)
        decode(text, text) -> bytea : pg_decode($1, $2)
        text(text) -> text : $1 ; safe
        gen_random_uuid() -> uuid : pg_uuid() ; volatile
        """
}
