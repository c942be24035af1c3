extension FunctionTable {
    /// Aggregates and window functions: PostgreSQL 15, chapters 9.21 and 9.22. Booleans are 0 and 1, so `bool_and` is the least of them.
    static let aggregates = """
        count(any) -> bigint : count($1) ; aggregate
        sum(smallint) -> bigint : pg_sum_int($1) ; aggregate
        sum(integer) -> bigint : pg_sum_int($1) ; aggregate
        sum(bigint) -> numeric : pg_sum_big($1) ; aggregate
        sum(numeric) -> numeric : pg_sum_num($1) ; aggregate
        sum(real) -> real : pg_sum_f4($1) ; aggregate
        sum(double) -> double : pg_sum_f8($1) ; aggregate
        sum(interval) -> interval : pg_sum_interval($1) ; aggregate
        avg(smallint) -> numeric : pg_avg_int($1) ; aggregate
        avg(integer) -> numeric : pg_avg_int($1) ; aggregate
        avg(bigint) -> numeric : pg_avg_int($1) ; aggregate
        avg(numeric) -> numeric : pg_avg_num($1) ; aggregate
        avg(real) -> double : pg_avg_f8($1) ; aggregate
        avg(double) -> double : pg_avg_f8($1) ; aggregate
        avg(interval) -> interval : pg_avg_interval($1) ; aggregate
        bool_and(boolean) -> boolean : min($1) ; aggregate
        bool_or(boolean) -> boolean : max($1) ; aggregate
        every(boolean) -> boolean : min($1) ; aggregate
        min(smallint) -> smallint : min($1) ; aggregate
        min(integer) -> integer : min($1) ; aggregate
        min(bigint) -> bigint : min($1) ; aggregate
        min(real) -> real : min($1) ; aggregate
        min(double) -> double : min($1) ; aggregate
        min(text) -> text : min($1) ; aggregate
        min(date) -> date : min($1) ; aggregate
        min(time) -> time : min($1) ; aggregate
        min(timestamp) -> timestamp : min($1) ; aggregate
        min(timestamptz) -> timestamptz : min($1) ; aggregate
        min(anyenum) -> anyenum : min($1) ; aggregate
        min(numeric) -> numeric : min($1 COLLATE pg_numeric) ; aggregate
        min(char) -> char : min($1 COLLATE pg_bpchar) ; aggregate
        min(interval) -> interval : min($1 COLLATE pg_interval) ; aggregate
        max(smallint) -> smallint : max($1) ; aggregate
        max(integer) -> integer : max($1) ; aggregate
        max(bigint) -> bigint : max($1) ; aggregate
        max(real) -> real : max($1) ; aggregate
        max(double) -> double : max($1) ; aggregate
        max(text) -> text : max($1) ; aggregate
        max(date) -> date : max($1) ; aggregate
        max(time) -> time : max($1) ; aggregate
        max(timestamp) -> timestamp : max($1) ; aggregate
        max(timestamptz) -> timestamptz : max($1) ; aggregate
        max(anyenum) -> anyenum : max($1) ; aggregate
        max(numeric) -> numeric : max($1 COLLATE pg_numeric) ; aggregate
        max(char) -> char : max($1 COLLATE pg_bpchar) ; aggregate
        max(interval) -> interval : max($1 COLLATE pg_interval) ; aggregate
        min(smallint[]) -> smallint[] : min($1 COLLATE pg_array_number) ; aggregate
        min(integer[]) -> integer[] : min($1 COLLATE pg_array_number) ; aggregate
        min(bigint[]) -> bigint[] : min($1 COLLATE pg_array_number) ; aggregate
        min(numeric[]) -> numeric[] : min($1 COLLATE pg_array_number) ; aggregate
        min(real[]) -> real[] : min($1 COLLATE pg_array_number) ; aggregate
        min(double[]) -> double[] : min($1 COLLATE pg_array_number) ; aggregate
        min(text[]) -> text[] : min($1 COLLATE pg_array_text) ; aggregate
        min(varchar[]) -> varchar[] : min($1 COLLATE pg_array_text) ; aggregate
        min(uuid[]) -> uuid[] : min($1 COLLATE pg_array_text) ; aggregate
        min(date[]) -> date[] : min($1 COLLATE pg_array_text) ; aggregate
        min(timestamp[]) -> timestamp[] : min($1 COLLATE pg_array_text) ; aggregate
        min(timestamptz[]) -> timestamptz[] : min($1 COLLATE pg_array_text) ; aggregate
        max(smallint[]) -> smallint[] : max($1 COLLATE pg_array_number) ; aggregate
        max(integer[]) -> integer[] : max($1 COLLATE pg_array_number) ; aggregate
        max(bigint[]) -> bigint[] : max($1 COLLATE pg_array_number) ; aggregate
        max(numeric[]) -> numeric[] : max($1 COLLATE pg_array_number) ; aggregate
        max(real[]) -> real[] : max($1 COLLATE pg_array_number) ; aggregate
        max(double[]) -> double[] : max($1 COLLATE pg_array_number) ; aggregate
        max(text[]) -> text[] : max($1 COLLATE pg_array_text) ; aggregate
        max(varchar[]) -> varchar[] : max($1 COLLATE pg_array_text) ; aggregate
        max(uuid[]) -> uuid[] : max($1 COLLATE pg_array_text) ; aggregate
        max(date[]) -> date[] : max($1 COLLATE pg_array_text) ; aggregate
        max(timestamp[]) -> timestamp[] : max($1 COLLATE pg_array_text) ; aggregate
        max(timestamptz[]) -> timestamptz[] : max($1 COLLATE pg_array_text) ; aggregate
        bit_and(smallint) -> smallint : pg_bit_and($1) ; aggregate
        bit_and(integer) -> integer : pg_bit_and($1) ; aggregate
        bit_and(bigint) -> bigint : pg_bit_and($1) ; aggregate
        bit_or(smallint) -> smallint : pg_bit_or($1) ; aggregate
        bit_or(integer) -> integer : pg_bit_or($1) ; aggregate
        bit_or(bigint) -> bigint : pg_bit_or($1) ; aggregate
        bit_xor(smallint) -> smallint : pg_bit_xor($1) ; aggregate
        bit_xor(integer) -> integer : pg_bit_xor($1) ; aggregate
        bit_xor(bigint) -> bigint : pg_bit_xor($1) ; aggregate
        variance(smallint) -> numeric : pg_var_num($1, 'var_samp') ; aggregate
        variance(integer) -> numeric : pg_var_num($1, 'var_samp') ; aggregate
        variance(bigint) -> numeric : pg_var_num($1, 'var_samp') ; aggregate
        variance(numeric) -> numeric : pg_var_num($1, 'var_samp') ; aggregate
        variance(real) -> double : pg_var_f8($1, 'var_samp') ; aggregate
        variance(double) -> double : pg_var_f8($1, 'var_samp') ; aggregate
        var_samp(smallint) -> numeric : pg_var_num($1, 'var_samp') ; aggregate
        var_samp(integer) -> numeric : pg_var_num($1, 'var_samp') ; aggregate
        var_samp(bigint) -> numeric : pg_var_num($1, 'var_samp') ; aggregate
        var_samp(numeric) -> numeric : pg_var_num($1, 'var_samp') ; aggregate
        var_samp(real) -> double : pg_var_f8($1, 'var_samp') ; aggregate
        var_samp(double) -> double : pg_var_f8($1, 'var_samp') ; aggregate
        var_pop(smallint) -> numeric : pg_var_num($1, 'var_pop') ; aggregate
        var_pop(integer) -> numeric : pg_var_num($1, 'var_pop') ; aggregate
        var_pop(bigint) -> numeric : pg_var_num($1, 'var_pop') ; aggregate
        var_pop(numeric) -> numeric : pg_var_num($1, 'var_pop') ; aggregate
        var_pop(real) -> double : pg_var_f8($1, 'var_pop') ; aggregate
        var_pop(double) -> double : pg_var_f8($1, 'var_pop') ; aggregate
        stddev(smallint) -> numeric : pg_var_num($1, 'stddev_samp') ; aggregate
        stddev(integer) -> numeric : pg_var_num($1, 'stddev_samp') ; aggregate
        stddev(bigint) -> numeric : pg_var_num($1, 'stddev_samp') ; aggregate
        stddev(numeric) -> numeric : pg_var_num($1, 'stddev_samp') ; aggregate
        stddev(real) -> double : pg_var_f8($1, 'stddev_samp') ; aggregate
        stddev(double) -> double : pg_var_f8($1, 'stddev_samp') ; aggregate
        stddev_samp(smallint) -> numeric : pg_var_num($1, 'stddev_samp') ; aggregate
        stddev_samp(integer) -> numeric : pg_var_num($1, 'stddev_samp') ; aggregate
        stddev_samp(bigint) -> numeric : pg_var_num($1, 'stddev_samp') ; aggregate
        stddev_samp(numeric) -> numeric : pg_var_num($1, 'stddev_samp') ; aggregate
        stddev_samp(real) -> double : pg_var_f8($1, 'stddev_samp') ; aggregate
        stddev_samp(double) -> double : pg_var_f8($1, 'stddev_samp') ; aggregate
        stddev_pop(smallint) -> numeric : pg_var_num($1, 'stddev_pop') ; aggregate
        stddev_pop(integer) -> numeric : pg_var_num($1, 'stddev_pop') ; aggregate
        stddev_pop(bigint) -> numeric : pg_var_num($1, 'stddev_pop') ; aggregate
        stddev_pop(numeric) -> numeric : pg_var_num($1, 'stddev_pop') ; aggregate
        stddev_pop(real) -> double : pg_var_f8($1, 'stddev_pop') ; aggregate
        stddev_pop(double) -> double : pg_var_f8($1, 'stddev_pop') ; aggregate
        corr(double, double) -> double : pg_regression('corr', $1, $2) ; aggregate
        covar_pop(double, double) -> double : pg_regression('covar_pop', $1, $2) ; aggregate
        covar_samp(double, double) -> double : pg_regression('covar_samp', $1, $2) ; aggregate
        regr_avgx(double, double) -> double : pg_regression('regr_avgx', $1, $2) ; aggregate
        regr_avgy(double, double) -> double : pg_regression('regr_avgy', $1, $2) ; aggregate
        regr_intercept(double, double) -> double : pg_regression('regr_intercept', $1, $2) ; aggregate
        regr_r2(double, double) -> double : pg_regression('regr_r2', $1, $2) ; aggregate
        regr_slope(double, double) -> double : pg_regression('regr_slope', $1, $2) ; aggregate
        regr_sxx(double, double) -> double : pg_regression('regr_sxx', $1, $2) ; aggregate
        regr_sxy(double, double) -> double : pg_regression('regr_sxy', $1, $2) ; aggregate
        regr_syy(double, double) -> double : pg_regression('regr_syy', $1, $2) ; aggregate
        regr_count(double, double) -> bigint : count($1 + $2) ; aggregate
        percentile_cont(double) -> double : pg_ordered_set('percentile_cont', 'double', $1, 'double asc last', NULL) ; aggregate
        percentile_disc(double) -> double : pg_ordered_set('percentile_disc', 'double', $1, 'double asc last', NULL) ; aggregate
        mode() -> double : pg_ordered_set('mode', 'double', NULL, 'double asc last', NULL) ; aggregate
        string_agg(text, text) -> text : pg_string_agg($1, $2) ; aggregate
        string_agg(bytea, bytea) -> bytea : pg_bytea_agg($1, $2) ; aggregate
        array_agg(anyelement) -> anyarray : pg_array_agg($1, #1) ; aggregate
        json_agg(anyelement) -> json : pg_json_agg($1, #1) ; aggregate
        jsonb_agg(anyelement) -> jsonb : pg_jsonb_agg($1, #1) ; aggregate
        json_object_agg(any, any) -> json : pg_json_object_agg(#*) ; aggregate
        jsonb_object_agg(any, any) -> jsonb : pg_jsonb_object_agg(#*) ; aggregate
        row_number() -> bigint : row_number() ; window
        rank() -> bigint : rank() ; window
        dense_rank() -> bigint : dense_rank() ; window
        percent_rank() -> double : percent_rank() ; window
        cume_dist() -> double : cume_dist() ; window
        ntile(integer) -> integer : ntile(pg_positive($1, 'ntile')) ; window
        lag(anyelement) -> anyelement : lag($1) ; window
        lag(anyelement, integer) -> anyelement : lag($1, $2) ; window
        lag(anyelement, integer, anyelement) -> anyelement : lag($1, $2, $3) ; window
        lead(anyelement) -> anyelement : lead($1) ; window
        lead(anyelement, integer) -> anyelement : lead($1, $2) ; window
        lead(anyelement, integer, anyelement) -> anyelement : lead($1, $2, $3) ; window
        first_value(anyelement) -> anyelement : first_value($1) ; window
        last_value(anyelement) -> anyelement : last_value($1) ; window
        nth_value(anyelement, integer) -> anyelement : nth_value($1, pg_positive($2, 'nth_value')) ; window
        """
}
