extension FunctionTable {
    /// Text search: PostgreSQL 15, chapter 9.13; `pg_trgm` and `unaccent`: appendices F.35 and F.47.
    static let search = """
        get_current_ts_config() -> regconfig : pg_in(coalesce(@textsearch, 'english'), 'regconfig')
        to_tsvector(text) -> tsvector : pg_to_tsvector(coalesce(@textsearch, 'english'), $1) ; unbounded
        to_tsvector(regconfig, text) -> tsvector : pg_to_tsvector($1, $2) ; unbounded
        to_tsvector(json) -> tsvector : pg_json_to_tsvector(coalesce(@textsearch, 'english'), $1) ; unbounded
        to_tsvector(jsonb) -> tsvector : pg_json_to_tsvector(coalesce(@textsearch, 'english'), $1) ; unbounded
        to_tsvector(regconfig, json) -> tsvector : pg_json_to_tsvector($1, $2) ; unbounded
        to_tsvector(regconfig, jsonb) -> tsvector : pg_json_to_tsvector($1, $2) ; unbounded
        to_tsquery(text) -> tsquery : pg_to_tsquery(coalesce(@textsearch, 'english'), $1, 'operators')
        to_tsquery(regconfig, text) -> tsquery : pg_to_tsquery($1, $2, 'operators')
        plainto_tsquery(text) -> tsquery : pg_to_tsquery(coalesce(@textsearch, 'english'), $1, 'plain')
        plainto_tsquery(regconfig, text) -> tsquery : pg_to_tsquery($1, $2, 'plain')
        phraseto_tsquery(text) -> tsquery : pg_to_tsquery(coalesce(@textsearch, 'english'), $1, 'phrase')
        phraseto_tsquery(regconfig, text) -> tsquery : pg_to_tsquery($1, $2, 'phrase')
        websearch_to_tsquery(text) -> tsquery : pg_to_tsquery(coalesce(@textsearch, 'english'), $1, 'web')
        websearch_to_tsquery(regconfig, text) -> tsquery : pg_to_tsquery($1, $2, 'web')
        @@(tsvector, tsquery) -> boolean : pg_ts_match($1, $2) ; unbounded
        @@(tsquery, tsvector) -> boolean : pg_ts_match($2, $1) ; unbounded
        @@(text, tsquery) -> boolean : pg_ts_match_text(coalesce(@textsearch, 'english'), $1, $2) ; unbounded
        @@(text, text) -> boolean : pg_ts_match_text(coalesce(@textsearch, 'english'), $1, pg_to_tsquery(coalesce(@textsearch, 'english'), $2, 'plain')) ; unbounded
        @@@(tsvector, tsquery) -> boolean : pg_ts_match($1, $2) ; unbounded
        @@@(tsquery, tsvector) -> boolean : pg_ts_match($2, $1) ; unbounded
        ts_match_vq(tsvector, tsquery) -> boolean : pg_ts_match($1, $2) ; unbounded
        ts_match_qv(tsquery, tsvector) -> boolean : pg_ts_match($2, $1) ; unbounded
        ||(tsvector, tsvector) -> tsvector : pg_ts_concat($1, $2) ; unbounded
        tsvector_concat(tsvector, tsvector) -> tsvector : pg_ts_concat($1, $2) ; unbounded
        &&(tsquery, tsquery) -> tsquery : pg_tsq_join($1, $2, 'and')
        tsquery_and(tsquery, tsquery) -> tsquery : pg_tsq_join($1, $2, 'and')
        ||(tsquery, tsquery) -> tsquery : pg_tsq_join($1, $2, 'or')
        tsquery_or(tsquery, tsquery) -> tsquery : pg_tsq_join($1, $2, 'or')
        !!(tsquery) -> tsquery : pg_tsq_not($1)
        tsquery_not(tsquery) -> tsquery : pg_tsq_not($1)
        <->(tsquery, tsquery) -> tsquery : pg_tsq_followed($1, $2, 1)
        tsquery_phrase(tsquery, tsquery) -> tsquery : pg_tsq_followed($1, $2, 1)
        tsquery_phrase(tsquery, tsquery, integer) -> tsquery : pg_tsq_followed($1, $2, $3)
        @>(tsquery, tsquery) -> boolean : pg_tsq_contains($1, $2)
        <@(tsquery, tsquery) -> boolean : pg_tsq_contains($2, $1)
        numnode(tsquery) -> integer : pg_tsq_nodes($1)
        querytree(tsquery) -> text : pg_tsq_tree($1)
        setweight(tsvector, text) -> tsvector : pg_setweight($1, $2) ; unbounded
        setweight(tsvector, text, text[]) -> tsvector : pg_setweight($1, $2, $3) ; unbounded
        strip(tsvector) -> tsvector : pg_ts_strip($1) ; unbounded
        length(tsvector) -> integer : pg_ts_length($1) ; unbounded
        ts_delete(tsvector, text) -> tsvector : pg_ts_delete($1, $2) ; unbounded
        ts_delete(tsvector, text[]) -> tsvector : pg_ts_delete_all($1, $2) ; unbounded
        ts_filter(tsvector, text[]) -> tsvector : pg_ts_filter($1, $2) ; unbounded
        tsvector_to_array(tsvector) -> text[] : pg_ts_to_array($1) ; unbounded
        array_to_tsvector(text[]) -> tsvector : pg_array_to_ts($1) ; unbounded
        ts_rank(tsvector, tsquery) -> real : pg_ts_rank($1, $2, 0, NULL) ; unbounded
        ts_rank(tsvector, tsquery, integer) -> real : pg_ts_rank($1, $2, $3, NULL) ; unbounded
        ts_rank(real[], tsvector, tsquery) -> real : pg_ts_rank($2, $3, 0, $1) ; unbounded
        ts_rank(real[], tsvector, tsquery, integer) -> real : pg_ts_rank($2, $3, $4, $1) ; unbounded
        ts_rank_cd(tsvector, tsquery) -> real : pg_ts_rank_cd($1, $2, 0, NULL) ; unbounded
        ts_rank_cd(tsvector, tsquery, integer) -> real : pg_ts_rank_cd($1, $2, $3, NULL) ; unbounded
        ts_rank_cd(real[], tsvector, tsquery) -> real : pg_ts_rank_cd($2, $3, 0, $1) ; unbounded
        ts_rank_cd(real[], tsvector, tsquery, integer) -> real : pg_ts_rank_cd($2, $3, $4, $1) ; unbounded
        ts_headline(text, tsquery) -> text : pg_ts_headline(coalesce(@textsearch, 'english'), $1, $2, '') ; unbounded
        ts_headline(text, tsquery, text) -> text : pg_ts_headline(coalesce(@textsearch, 'english'), $1, $2, $3) ; unbounded
        ts_headline(regconfig, text, tsquery) -> text : pg_ts_headline($1, $2, $3, '') ; unbounded
        ts_headline(regconfig, text, tsquery, text) -> text : pg_ts_headline($1, $2, $3, $4) ; unbounded
        ts_headline(json, tsquery) -> json : pg_json_headline(coalesce(@textsearch, 'english'), $1, $2, '', 0) ; unbounded
        ts_headline(json, tsquery, text) -> json : pg_json_headline(coalesce(@textsearch, 'english'), $1, $2, $3, 0) ; unbounded
        ts_headline(regconfig, json, tsquery) -> json : pg_json_headline($1, $2, $3, '', 0) ; unbounded
        ts_headline(regconfig, json, tsquery, text) -> json : pg_json_headline($1, $2, $3, $4, 0) ; unbounded
        ts_headline(jsonb, tsquery) -> jsonb : pg_json_headline(coalesce(@textsearch, 'english'), $1, $2, '', 1) ; unbounded
        ts_headline(jsonb, tsquery, text) -> jsonb : pg_json_headline(coalesce(@textsearch, 'english'), $1, $2, $3, 1) ; unbounded
        ts_headline(regconfig, jsonb, tsquery) -> jsonb : pg_json_headline($1, $2, $3, '', 1) ; unbounded
        ts_headline(regconfig, jsonb, tsquery, text) -> jsonb : pg_json_headline($1, $2, $3, $4, 1) ; unbounded
        similarity(text, text) -> real : pg_similarity($1, $2) ; unbounded extension:pg_trgm
        word_similarity(text, text) -> real : pg_word_similarity($1, $2) ; unbounded extension:pg_trgm
        strict_word_similarity(text, text) -> real : pg_strict_word_similarity($1, $2) ; unbounded extension:pg_trgm
        show_trgm(text) -> text[] : pg_trigrams($1) ; unbounded extension:pg_trgm
        show_limit() -> real : pg_to_f4(pg_trigram_limit(@similarity, 0.3)) ; extension:pg_trgm
        %(text, text) -> boolean : (pg_similarity($1, $2) >= pg_trigram_limit(@similarity, 0.3)) ; unbounded extension:pg_trgm
        <%(text, text) -> boolean : (pg_word_similarity($1, $2) >= pg_trigram_limit(@wordsimilarity, 0.6)) ; unbounded extension:pg_trgm
        %>(text, text) -> boolean : (pg_word_similarity($2, $1) >= pg_trigram_limit(@wordsimilarity, 0.6)) ; unbounded extension:pg_trgm
        <<%(text, text) -> boolean : (pg_strict_word_similarity($1, $2) >= pg_trigram_limit(@strictwordsimilarity, 0.5)) ; unbounded extension:pg_trgm
        %>>(text, text) -> boolean : (pg_strict_word_similarity($2, $1) >= pg_trigram_limit(@strictwordsimilarity, 0.5)) ; unbounded extension:pg_trgm
        <->(text, text) -> real : pg_to_f4(1.0 - pg_similarity($1, $2)) ; unbounded extension:pg_trgm
        <<->(text, text) -> real : pg_to_f4(1.0 - pg_word_similarity($1, $2)) ; unbounded extension:pg_trgm
        <->>(text, text) -> real : pg_to_f4(1.0 - pg_word_similarity($2, $1)) ; unbounded extension:pg_trgm
        <<<->(text, text) -> real : pg_to_f4(1.0 - pg_strict_word_similarity($1, $2)) ; unbounded extension:pg_trgm
        <->>>(text, text) -> real : pg_to_f4(1.0 - pg_strict_word_similarity($2, $1)) ; unbounded extension:pg_trgm
        unaccent(text) -> text : pg_unaccent($1) ; extension:unaccent
        unaccent(text, text) -> text : pg_unaccent($2) ; extension:unaccent
        """
}
