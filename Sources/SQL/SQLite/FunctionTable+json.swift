extension FunctionTable {
    /// json, jsonb and arrays: PostgreSQL 15, chapters 9.16 and 9.19.
    static let json = """
        ->(json, text) -> json : pg_json_get($1, $2) ; unbounded
        ->(json, integer) -> json : pg_json_at($1, $2) ; unbounded
        ->>(json, text) -> text : pg_jsonb_text($1, $2) ; unbounded
        ->>(json, integer) -> text : pg_json_text_at($1, $2) ; unbounded
        #>(json, text[]) -> json : pg_json_path($1, $2) ; unbounded
        #>>(json, text[]) -> text : pg_json_path_text($1, $2) ; unbounded
        json_typeof(json) -> text : pg_json_typeof($1) ; unbounded
        json_array_length(json) -> integer : pg_json_length($1) ; unbounded
        to_json(anyelement) -> json : pg_to_json($1, #1) ; unbounded
        json_populate_record(anyelement, json) -> anyelement : pg_json_populate($1, $2, #0, 'json_populate_record') ; unbounded
        jsonb_populate_record(anyelement, jsonb) -> anyelement : pg_json_populate($1, $2, #0, 'jsonb_populate_record') ; unbounded
        json_populate_recordset(anyelement, json) -> anyelement : pg_json_recordset($2, 'json_populate_recordset', #0, coalesce($1, '')) ; set
        jsonb_populate_recordset(anyelement, jsonb) -> anyelement : pg_json_recordset($2, 'jsonb_populate_recordset', #0, coalesce($1, '')) ; set
        json_to_record(json) -> record : pg_json_record(coalesce($1, '{}'), 'json_to_record') ; set
        jsonb_to_record(jsonb) -> record : pg_json_record(coalesce($1, '{}'), 'jsonb_to_record') ; set
        json_to_recordset(json) -> record : pg_json_recordset($1, 'json_to_recordset') ; set
        jsonb_to_recordset(jsonb) -> record : pg_json_recordset($1, 'jsonb_to_recordset') ; set
        row_to_json(record) -> json : pg_to_json($1, #1) ; unbounded
        json_build_object() -> json : '{}' ; safe
        json_build_object(variadic any) -> json : pg_json_build_object(#*) ; unbounded
        json_build_array() -> json : '[]' ; safe
        json_build_array(variadic any) -> json : pg_json_build_array(#*) ; unbounded
        json_strip_nulls(json) -> json : pg_json_strip_nulls($1, 0) ; unbounded
        json_array_elements(json) -> json : pg_json_elements($1, 'json') ; set
        json_array_elements_text(json) -> text : pg_json_elements($1, 'json_text') ; set
        json_each(json) -> json : pg_json_each($1, 'json') ; set
        json_each_text(json) -> text : pg_json_each($1, 'json_text') ; set
        json_object_keys(json) -> text : pg_json_keys($1, 'json') ; set
        ->(jsonb, text) -> jsonb : pg_json_get($1, $2) ; unbounded
        ->(jsonb, integer) -> jsonb : pg_jsonb_at($1, $2) ; unbounded
        ->>(jsonb, text) -> text : pg_jsonb_text($1, $2) ; unbounded
        ->>(jsonb, integer) -> text : pg_jsonb_text_at($1, $2) ; unbounded
        #>(jsonb, text[]) -> jsonb : pg_json_path($1, $2) ; unbounded
        #>>(jsonb, text[]) -> text : pg_json_path_text($1, $2) ; unbounded
        jsonb_typeof(jsonb) -> text : pg_json_typeof($1) ; unbounded
        jsonb_array_length(jsonb) -> integer : pg_json_length($1) ; unbounded
        to_jsonb(anyelement) -> jsonb : pg_to_jsonb($1, #1) ; unbounded
        jsonb_build_object() -> jsonb : '{}' ; safe
        jsonb_build_object(variadic any) -> jsonb : pg_jsonb_build_object(#*) ; unbounded
        jsonb_build_array() -> jsonb : '[]' ; safe
        jsonb_build_array(variadic any) -> jsonb : pg_jsonb_build_array(#*) ; unbounded
        jsonb_strip_nulls(jsonb) -> jsonb : pg_json_strip_nulls($1, 1) ; unbounded
        jsonb_array_elements(jsonb) -> jsonb : pg_json_elements($1, 'jsonb') ; set
        jsonb_array_elements_text(jsonb) -> text : pg_json_elements($1, 'jsonb_text') ; set
        jsonb_each(jsonb) -> jsonb : pg_json_each($1, 'jsonb') ; set
        jsonb_each_text(jsonb) -> text : pg_json_each($1, 'jsonb_text') ; set
        jsonb_object_keys(jsonb) -> text : pg_json_keys($1, 'jsonb') ; set
        @>(jsonb, jsonb) -> boolean : pg_jsonb_contains($1, $2) ; unbounded
        <@(jsonb, jsonb) -> boolean : pg_jsonb_contains($2, $1) ; unbounded
        ?(jsonb, text) -> boolean : pg_jsonb_has($1, $2) ; unbounded
        ?|(jsonb, text[]) -> boolean : pg_jsonb_has_any($1, $2) ; unbounded
        ?&(jsonb, text[]) -> boolean : pg_jsonb_has_all($1, $2) ; unbounded
        ||(jsonb, jsonb) -> jsonb : pg_jsonb_concat($1, $2) ; unbounded
        -(jsonb, text) -> jsonb : pg_jsonb_delete($1, $2) ; unbounded
        -(jsonb, text[]) -> jsonb : pg_jsonb_delete_all($1, $2) ; unbounded
        -(jsonb, integer) -> jsonb : pg_jsonb_delete_at($1, $2) ; unbounded
        #-(jsonb, text[]) -> jsonb : pg_jsonb_delete_path($1, $2) ; unbounded
        jsonb_pretty(jsonb) -> text : pg_jsonb_pretty($1) ; unbounded
        array_to_json(anyarray) -> json : pg_to_json($1, #1) ; unbounded
        array_length(anyarray, integer) -> integer : pg_array_length($1, $2) ; unbounded
        array_upper(anyarray, integer) -> integer : pg_array_length($1, $2) ; unbounded
        array_lower(anyarray, integer) -> integer : pg_array_lower($1, $2) ; unbounded
        array_ndims(anyarray) -> integer : pg_array_ndims($1) ; unbounded
        cardinality(anyarray) -> integer : pg_cardinality($1) ; unbounded
        array_append(anyarray, anyelement) -> anyarray : pg_array_append($1, $2, #2) ; unbounded
        array_prepend(anyelement, anyarray) -> anyarray : pg_array_prepend($1, $2, #1) ; unbounded
        array_cat(anyarray, anyarray) -> anyarray : pg_array_cat($1, $2) ; unbounded
        ||(anyarray, anyarray) -> anyarray : pg_array_cat($1, $2) ; unbounded
        ||(anyarray, anyelement) -> anyarray : pg_array_append($1, $2, #2) ; unbounded
        ||(anyelement, anyarray) -> anyarray : pg_array_prepend($1, $2, #1) ; unbounded
        array_position(anyarray, anyelement) -> integer : pg_array_position($1, $2, #2) ; unbounded
        array_position(anyarray, anyelement, integer) -> integer : pg_array_position($1, $2, #2, $3) ; unbounded
        array_positions(anyarray, anyelement) -> integer[] : pg_array_positions($1, $2, #2) ; unbounded
        array_remove(anyarray, anyelement) -> anyarray : pg_array_remove($1, $2, #2) ; unbounded
        array_replace(anyarray, anyelement, anyelement) -> anyarray : pg_array_replace($1, $2, $3, #2) ; unbounded
        array_to_string(anyarray, text) -> text : pg_array_to_string($1, $2) ; unbounded
        array_to_string(anyarray, text, text) -> text : pg_array_to_string($1, $2, $3) ; unbounded
        string_to_array(text, text) -> text[] : pg_string_to_array($1, $2) ; unbounded
        string_to_array(text, text, text) -> text[] : pg_string_to_array($1, $2, $3) ; unbounded
        unnest(anyarray) -> anyelement : pg_unnest($1, #0) ; set
        generate_subscripts(anyarray, integer) -> integer : pg_generate_subscripts($1, $2) ; set
        @>(anyarray, anyarray) -> boolean : pg_array_contains($1, $2, #1) ; unbounded
        <@(anyarray, anyarray) -> boolean : pg_array_contains($2, $1, #1) ; unbounded
        &&(anyarray, anyarray) -> boolean : pg_array_overlaps($1, $2, #1) ; unbounded
        """
}
