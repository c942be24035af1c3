extension FunctionTable {
    /// Numbers: PostgreSQL 15, chapter 9.3, and series of them.
    static let numbers = """
        abs(smallint) -> smallint : pg_i2abs($1)
        mod(smallint, smallint) -> smallint : pg_i2mod($1, $2)
        abs(integer) -> integer : pg_i4abs($1)
        mod(integer, integer) -> integer : pg_i4mod($1, $2)
        abs(bigint) -> bigint : pg_i8abs($1)
        mod(bigint, bigint) -> bigint : pg_i8mod($1, $2)
        gcd(integer, integer) -> integer : pg_to_int4(pg_gcd($1, $2))
        gcd(bigint, bigint) -> bigint : pg_gcd($1, $2)
        abs(numeric) -> numeric : pg_num_abs($1)
        abs(real) -> real : pg_f8abs($1) ; safe
        abs(double) -> double : pg_f8abs($1) ; safe
        mod(numeric, numeric) -> numeric : pg_num_mod($1, $2)
        div(numeric, numeric) -> numeric : pg_num_whole($1, $2)
        round(numeric) -> numeric : pg_num_round($1, 0)
        round(numeric, integer) -> numeric : pg_num_round($1, $2)
        round(double) -> double : pg_f8round($1) ; safe
        trunc(numeric) -> numeric : pg_num_trunc($1, 0)
        trunc(numeric, integer) -> numeric : pg_num_trunc($1, $2)
        trunc(double) -> double : pg_f8trunc($1) ; safe
        ceil(numeric) -> numeric : pg_num_ceil($1)
        ceil(double) -> double : pg_f8ceil($1) ; safe
        ceiling(numeric) -> numeric : pg_num_ceil($1)
        ceiling(double) -> double : pg_f8ceil($1) ; safe
        floor(numeric) -> numeric : pg_num_floor($1)
        floor(double) -> double : pg_f8floor($1) ; safe
        sign(numeric) -> numeric : pg_num_sign($1)
        sign(double) -> double : pg_f8sign($1) ; safe
        scale(numeric) -> integer : pg_num_scale($1)
        trim_scale(numeric) -> numeric : pg_num_trim($1)
        sqrt(numeric) -> numeric : pg_num_sqrt($1)
        sqrt(double) -> double : pg_f8sqrt($1)
        power(numeric, numeric) -> numeric : pg_num_pow($1, $2) ; unbounded
        power(double, double) -> double : pg_f8pow($1, $2)
        pow(numeric, numeric) -> numeric : pg_num_pow($1, $2) ; unbounded
        pow(double, double) -> double : pg_f8pow($1, $2)
        exp(numeric) -> numeric : pg_num_exp($1) ; unbounded
        exp(double) -> double : pg_f8exp($1)
        ln(numeric) -> numeric : pg_num_ln($1) ; unbounded
        ln(double) -> double : pg_f8ln($1)
        log(numeric) -> numeric : pg_num_log($1) ; unbounded
        log(numeric, numeric) -> numeric : pg_num_log($1, $2) ; unbounded
        log10(numeric) -> numeric : pg_num_log($1) ; unbounded
        log(double) -> double : pg_f8log($1)
        log10(double) -> double : pg_f8log($1)
        pi() -> double : 3.141592653589793 ; safe
        random() -> double : pg_random() ; volatile
        generate_series(integer, integer) -> integer : pg_generate_series($1, $2, 1, 'integer') ; set
        generate_series(integer, integer, integer) -> integer : pg_generate_series($1, $2, $3, 'integer') ; set
        generate_series(bigint, bigint) -> bigint : pg_generate_series($1, $2, 1, 'bigint') ; set
        generate_series(bigint, bigint, bigint) -> bigint : pg_generate_series($1, $2, $3, 'bigint') ; set
        generate_series(numeric, numeric) -> numeric : pg_generate_series($1, $2, '1', 'numeric') ; set
        generate_series(numeric, numeric, numeric) -> numeric : pg_generate_series($1, $2, $3, 'numeric') ; set
        generate_series(timestamp, timestamp, interval) -> timestamp : pg_generate_series($1, $2, $3, 'timestamp') ; set
        generate_series(timestamptz, timestamptz, interval) -> timestamptz : pg_generate_series($1, $2, $3, 'timestamptz') ; set
        """
}
