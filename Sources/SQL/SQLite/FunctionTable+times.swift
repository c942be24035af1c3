extension FunctionTable {
    /// Dates and times: PostgreSQL 15, chapter 9.9.
    static let times = """
        +(date, integer) -> date : pg_date_add($1, $2)
        +(integer, date) -> date : pg_date_add($2, $1)
        -(date, integer) -> date : pg_date_sub($1, $2)
        -(date, date) -> integer : pg_date_diff($1, $2)
        +(date, interval) -> timestamp : pg_date_plus($1, $2)
        +(interval, date) -> timestamp : pg_date_plus($2, $1)
        -(date, interval) -> timestamp : pg_date_minus($1, $2)
        +(date, time) -> timestamp : pg_date_time($1, $2)
        +(time, date) -> timestamp : pg_date_time($2, $1)
        +(timestamp, interval) -> timestamp : pg_ts_add($1, $2)
        +(interval, timestamp) -> timestamp : pg_ts_add($2, $1)
        -(timestamp, interval) -> timestamp : pg_ts_sub($1, $2)
        +(timestamptz, interval) -> timestamptz : pg_tz_add($1, $2)
        +(interval, timestamptz) -> timestamptz : pg_tz_add($2, $1)
        -(timestamptz, interval) -> timestamptz : pg_tz_sub($1, $2)
        -(timestamp, timestamp) -> interval : pg_ts_diff($1, $2)
        -(timestamptz, timestamptz) -> interval : pg_ts_diff($1, $2)
        +(time, interval) -> time : pg_time_add($1, $2)
        +(interval, time) -> time : pg_time_add($2, $1)
        -(time, interval) -> time : pg_time_sub($1, $2)
        -(time, time) -> interval : pg_time_diff($1, $2) ; safe
        +(interval, interval) -> interval : pg_interval_add($1, $2)
        -(interval, interval) -> interval : pg_interval_sub($1, $2)
        -(interval) -> interval : pg_interval_neg($1)
        *(interval, double) -> interval : pg_interval_mul($1, $2)
        *(double, interval) -> interval : pg_interval_mul($2, $1)
        /(interval, double) -> interval : pg_interval_div($1, $2)
        age(timestamp, timestamp) -> interval : pg_age($1, $2)
        age(timestamptz, timestamptz) -> interval : pg_age($1, $2)
        age(timestamp) -> interval : pg_age(pg_date_to_timestamp(pg_timestamp_to_date(@now)), $1)
        age(timestamptz) -> interval : pg_age(pg_date_to_timestamp(pg_timestamp_to_date(@now)), $1)
        date(timestamp) -> date : pg_timestamp_to_date($1) ; safe
        date(timestamptz) -> date : pg_timestamp_to_date($1) ; safe
        current_date() -> date : pg_timestamp_to_date(@now) ; safe
        current_time() -> time : pg_timestamp_to_time(@now) ; safe
        localtime() -> time : pg_timestamp_to_time(@now) ; safe
        clock_timestamp() -> timestamptz : pg_clock() ; volatile
        make_date(integer, integer, integer) -> date : pg_make_date($1, $2, $3)
        make_time(integer, integer, double) -> time : pg_make_time($1, $2, $3)
        make_timestamp(integer, integer, integer, integer, integer, double) -> timestamp : pg_make_timestamp($1, $2, $3, $4, $5, $6)
        make_timestamptz(integer, integer, integer, integer, integer, double) -> timestamptz : pg_make_timestamp($1, $2, $3, $4, $5, $6)
        justify_hours(interval) -> interval : pg_justify_hours($1)
        justify_days(interval) -> interval : pg_justify_days($1)
        to_timestamp(double) -> timestamptz : pg_to_timestamp($1)
        timezone(text, timestamptz) -> timestamp : pg_at_zone($1, $2)
        timezone(text, timestamp) -> timestamptz : pg_from_zone($1, $2)
        date_trunc(text, timestamp) -> timestamp : pg_date_trunc($1, $2, 'timestamp')
        date_trunc(text, timestamptz) -> timestamptz : pg_date_trunc($1, $2, 'timestamptz')
        date_trunc(text, timestamptz, text) -> timestamptz : pg_date_trunc_zone($1, $2, $3)
        date_trunc(text, interval) -> interval : pg_date_trunc($1, $2, 'interval')
        isfinite(date) -> boolean : pg_is_finite($1, 'date') ; safe
        isfinite(timestamp) -> boolean : pg_is_finite($1, 'timestamp') ; safe
        isfinite(timestamptz) -> boolean : pg_is_finite($1, 'timestamptz') ; safe
        isfinite(interval) -> boolean : ($1 IS NOT NULL OR NULL) ; safe
        to_char(timestamp, text) -> text : pg_to_char($1, $2, 'timestamp')
        to_char(timestamptz, text) -> text : pg_to_char($1, $2, 'timestamptz')
        to_char(interval, text) -> text : pg_to_char($1, $2, 'interval')
        to_char(integer, text) -> text : pg_to_char($1, $2, 'integer')
        to_char(bigint, text) -> text : pg_to_char($1, $2, 'bigint')
        to_char(numeric, text) -> text : pg_to_char($1, $2, 'numeric')
        to_char(real, text) -> text : pg_to_char($1, $2, 'real')
        to_char(double, text) -> text : pg_to_char($1, $2, 'double')
        extract(text, date) -> numeric : pg_extract($1, $2, 'date')
        date_part(text, date) -> double : pg_num_to_f8(pg_extract($1, pg_date_to_timestamp($2), 'timestamp'))
        extract(text, time) -> numeric : pg_extract($1, $2, 'time')
        date_part(text, time) -> double : pg_num_to_f8(pg_extract($1, $2, 'time'))
        extract(text, timestamp) -> numeric : pg_extract($1, $2, 'timestamp')
        date_part(text, timestamp) -> double : pg_num_to_f8(pg_extract($1, $2, 'timestamp'))
        extract(text, timestamptz) -> numeric : pg_extract($1, $2, 'timestamptz')
        date_part(text, timestamptz) -> double : pg_num_to_f8(pg_extract($1, $2, 'timestamptz'))
        extract(text, interval) -> numeric : pg_extract($1, $2, 'interval')
        date_part(text, interval) -> double : pg_num_to_f8(pg_extract($1, $2, 'interval'))
        """
}
