extension FunctionTable {
    /// Arithmetic, concatenation and what has no better home. Each integer width has its own checked functions (22003, 22012).
    static let core = """
        +(smallint, smallint) -> smallint : pg_i2add($1, $2)
        +(integer, integer) -> integer : pg_i4add($1, $2)
        +(bigint, bigint) -> bigint : pg_i8add($1, $2)
        +(numeric, numeric) -> numeric : pg_num_add($1, $2)
        +(real, real) -> real : pg_f4add($1, $2)
        +(double, double) -> double : pg_f8add($1, $2)
        -(smallint, smallint) -> smallint : pg_i2sub($1, $2)
        -(integer, integer) -> integer : pg_i4sub($1, $2)
        -(bigint, bigint) -> bigint : pg_i8sub($1, $2)
        -(numeric, numeric) -> numeric : pg_num_sub($1, $2)
        -(real, real) -> real : pg_f4sub($1, $2)
        -(double, double) -> double : pg_f8sub($1, $2)
        *(smallint, smallint) -> smallint : pg_i2mul($1, $2)
        *(integer, integer) -> integer : pg_i4mul($1, $2)
        *(bigint, bigint) -> bigint : pg_i8mul($1, $2)
        *(numeric, numeric) -> numeric : pg_num_mul($1, $2)
        *(real, real) -> real : pg_f4mul($1, $2)
        *(double, double) -> double : pg_f8mul($1, $2)
        /(smallint, smallint) -> smallint : pg_i2div($1, $2)
        /(integer, integer) -> integer : pg_i4div($1, $2)
        /(bigint, bigint) -> bigint : pg_i8div($1, $2)
        /(numeric, numeric) -> numeric : pg_num_div($1, $2)
        /(real, real) -> real : pg_f4div($1, $2)
        /(double, double) -> double : pg_f8div($1, $2)
        %(smallint, smallint) -> smallint : pg_i2mod($1, $2)
        %(integer, integer) -> integer : pg_i4mod($1, $2)
        %(bigint, bigint) -> bigint : pg_i8mod($1, $2)
        %(numeric, numeric) -> numeric : pg_num_mod($1, $2)
        +(anynumber) -> anynumber : $1
        -(smallint) -> smallint : pg_i2sub(0, $1)
        -(integer) -> integer : pg_i4sub(0, $1)
        -(bigint) -> bigint : pg_i8sub(0, $1)
        -(numeric) -> numeric : pg_num_neg($1)
        -(real) -> real : pg_f8neg($1)
        -(double) -> double : pg_f8neg($1)
        ||(text, text) -> text : ($1 || $2) ; safe
        ||(text, smallint) -> text : ($1 || pg_out($2, #2)) ; safe
        ||(smallint, text) -> text : (pg_out($1, #1) || $2) ; safe
        ||(text, integer) -> text : ($1 || pg_out($2, #2)) ; safe
        ||(integer, text) -> text : (pg_out($1, #1) || $2) ; safe
        ||(text, bigint) -> text : ($1 || pg_out($2, #2)) ; safe
        ||(bigint, text) -> text : (pg_out($1, #1) || $2) ; safe
        ||(text, numeric) -> text : ($1 || pg_out($2, #2)) ; safe
        ||(numeric, text) -> text : (pg_out($1, #1) || $2) ; safe
        ||(text, real) -> text : ($1 || pg_out($2, #2)) ; safe
        ||(real, text) -> text : (pg_out($1, #1) || $2) ; safe
        ||(text, double) -> text : ($1 || pg_out($2, #2)) ; safe
        ||(double, text) -> text : (pg_out($1, #1) || $2) ; safe
        ||(text, boolean) -> text : ($1 || pg_out($2, #2)) ; safe
        ||(boolean, text) -> text : (pg_out($1, #1) || $2) ; safe
        ||(text, date) -> text : ($1 || pg_out($2, #2)) ; safe
        ||(date, text) -> text : (pg_out($1, #1) || $2) ; safe
        ||(text, time) -> text : ($1 || pg_out($2, #2)) ; safe
        ||(time, text) -> text : (pg_out($1, #1) || $2) ; safe
        ||(text, timestamp) -> text : ($1 || pg_out($2, #2)) ; safe
        ||(timestamp, text) -> text : (pg_out($1, #1) || $2) ; safe
        ||(text, timestamptz) -> text : ($1 || pg_out($2, #2)) ; safe
        ||(timestamptz, text) -> text : (pg_out($1, #1) || $2) ; safe
        ||(text, interval) -> text : ($1 || pg_out($2, #2)) ; safe
        ||(interval, text) -> text : (pg_out($1, #1) || $2) ; safe
        ||(text, uuid) -> text : ($1 || pg_out($2, #2)) ; safe
        ||(uuid, text) -> text : (pg_out($1, #1) || $2) ; safe
        ||(text, jsonb) -> text : ($1 || pg_out($2, #2)) ; safe
        ||(jsonb, text) -> text : (pg_out($1, #1) || $2) ; safe
        ||(text, bytea) -> text : ($1 || pg_out($2, #2)) ; safe
        ||(bytea, text) -> text : (pg_out($1, #1) || $2) ; safe
        ||(text, json) -> text : ($1 || pg_out($2, #2)) ; safe
        ||(json, text) -> text : (pg_out($1, #1) || $2) ; safe
        ||(text, anyenum) -> text : ($1 || pg_out($2, #2)) ; safe
        ||(anyenum, text) -> text : (pg_out($1, #1) || $2) ; safe
        ||(text, record) -> text : ($1 || $2) ; safe
        ||(record, text) -> text : ($1 || $2) ; safe
        ||(bytea, bytea) -> bytea : CAST($1 || $2 AS BLOB) ; safe
        &(smallint, smallint) -> smallint : ($1 & $2) ; safe
        |(smallint, smallint) -> smallint : ($1 | $2) ; safe
        #(smallint, smallint) -> smallint : (($1 | $2) - ($1 & $2)) ; safe
        ~(smallint) -> smallint : (~$1) ; safe
        <<(smallint, integer) -> smallint : pg_i2shl($1, $2) ; safe
        >>(smallint, integer) -> smallint : pg_i2shr($1, $2) ; safe
        &(integer, integer) -> integer : ($1 & $2) ; safe
        |(integer, integer) -> integer : ($1 | $2) ; safe
        #(integer, integer) -> integer : (($1 | $2) - ($1 & $2)) ; safe
        ~(integer) -> integer : (~$1) ; safe
        <<(integer, integer) -> integer : pg_i4shl($1, $2) ; safe
        >>(integer, integer) -> integer : pg_i4shr($1, $2) ; safe
        &(bigint, bigint) -> bigint : ($1 & $2) ; safe
        |(bigint, bigint) -> bigint : ($1 | $2) ; safe
        #(bigint, bigint) -> bigint : (($1 | $2) - ($1 & $2)) ; safe
        ~(bigint) -> bigint : (~$1) ; safe
        <<(bigint, integer) -> bigint : pg_i8shl($1, $2) ; safe
        >>(bigint, integer) -> bigint : pg_i8shr($1, $2) ; safe
        ^(numeric, numeric) -> numeric : pg_num_pow($1, $2)
        ^(double, double) -> double : pg_f8pow($1, $2)
        |/(double) -> double : pg_f8sqrt($1)
        @(smallint) -> smallint : pg_i2abs($1)
        @(integer) -> integer : pg_i4abs($1)
        @(bigint) -> bigint : pg_i8abs($1)
        @(numeric) -> numeric : pg_num_abs($1)
        @(real) -> real : pg_f8abs($1) ; safe
        @(double) -> double : pg_f8abs($1) ; safe
        """
}
