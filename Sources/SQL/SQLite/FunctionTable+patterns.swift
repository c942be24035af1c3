extension FunctionTable {
    /// Pattern matching: PostgreSQL 15, chapters 9.4 and 9.7.
    static let patterns = """
        ~(text, text) -> boolean : pg_regex($1, $2) ; unbounded
        ~*(text, text) -> boolean : pg_iregex($1, $2) ; unbounded
        !~(text, text) -> boolean : (NOT pg_regex($1, $2)) ; unbounded
        !~*(text, text) -> boolean : (NOT pg_iregex($1, $2)) ; unbounded
        like_escape(text, text) -> text : pg_like_escape($1, $2) ; unbounded
        similar_to_escape(text) -> text : pg_similar_to($1, '\\') ; unbounded
        similar_to_escape(text, text) -> text : pg_similar_to($1, $2) ; unbounded
        regexp_like(text, text) -> boolean : pg_regex($1, $2) ; unbounded
        regexp_like(text, text, text) -> boolean : pg_regex_like($1, $2, $3) ; unbounded
        regexp_match(text, text) -> text[] : pg_regex_match($1, $2, '') ; unbounded
        regexp_match(text, text, text) -> text[] : pg_regex_match($1, $2, $3) ; unbounded
        regexp_matches(text, text) -> text[] : pg_regex_matches($1, $2, '') ; set
        regexp_matches(text, text, text) -> text[] : pg_regex_matches($1, $2, $3) ; set
        regexp_replace(text, text, text) -> text : pg_regex_replace($1, $2, $3, 1, NULL, '') ; unbounded
        regexp_replace(text, text, text, text) -> text : pg_regex_replace($1, $2, $3, 1, NULL, $4) ; unbounded
        regexp_replace(text, text, text, integer) -> text : pg_regex_replace($1, $2, $3, $4, 1, '') ; unbounded
        regexp_replace(text, text, text, integer, integer) -> text : (CASE WHEN $5 IS NOT NULL THEN pg_regex_replace($1, $2, $3, $4, $5, '') END) ; unbounded
        regexp_replace(text, text, text, integer, integer, text) -> text : (CASE WHEN $5 IS NOT NULL THEN pg_regex_replace($1, $2, $3, $4, $5, $6) END) ; unbounded
        regexp_count(text, text) -> integer : pg_regex_count($1, $2, 1, '') ; unbounded
        regexp_count(text, text, integer) -> integer : pg_regex_count($1, $2, $3, '') ; unbounded
        regexp_count(text, text, integer, text) -> integer : pg_regex_count($1, $2, $3, $4) ; unbounded
        regexp_instr(text, text) -> integer : pg_regex_instr($1, $2, 1, 1, 0, '', 0) ; unbounded
        regexp_instr(text, text, integer) -> integer : pg_regex_instr($1, $2, $3, 1, 0, '', 0) ; unbounded
        regexp_instr(text, text, integer, integer) -> integer : pg_regex_instr($1, $2, $3, $4, 0, '', 0) ; unbounded
        regexp_instr(text, text, integer, integer, integer) -> integer : pg_regex_instr($1, $2, $3, $4, $5, '', 0) ; unbounded
        regexp_instr(text, text, integer, integer, integer, text) -> integer : pg_regex_instr($1, $2, $3, $4, $5, $6, 0) ; unbounded
        regexp_instr(text, text, integer, integer, integer, text, integer) -> integer : pg_regex_instr($1, $2, $3, $4, $5, $6, $7) ; unbounded
        regexp_substr(text, text) -> text : pg_regex_substr($1, $2, 1, 1, '', 0) ; unbounded
        regexp_substr(text, text, integer) -> text : pg_regex_substr($1, $2, $3, 1, '', 0) ; unbounded
        regexp_substr(text, text, integer, integer) -> text : pg_regex_substr($1, $2, $3, $4, '', 0) ; unbounded
        regexp_substr(text, text, integer, integer, text) -> text : pg_regex_substr($1, $2, $3, $4, $5, 0) ; unbounded
        regexp_substr(text, text, integer, integer, text, integer) -> text : pg_regex_substr($1, $2, $3, $4, $5, $6) ; unbounded
        regexp_split_to_array(text, text) -> text[] : pg_regex_split($1, $2, '') ; unbounded
        regexp_split_to_array(text, text, text) -> text[] : pg_regex_split($1, $2, $3) ; unbounded
        regexp_split_to_table(text, text) -> text : pg_regex_split_to_table($1, $2, '') ; set
        regexp_split_to_table(text, text, text) -> text : pg_regex_split_to_table($1, $2, $3) ; set
        substring(text, text) -> text : pg_regex_substring($1, $2) ; unbounded
        substring(text, text, text) -> text : pg_regex_similar_substring($1, $2, $3) ; unbounded
        """
}
