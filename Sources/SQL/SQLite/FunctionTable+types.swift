extension FunctionTable {
    /// Ranges: PostgreSQL 15, chapter 9.20.
    static let ranges = """
        int4range(integer, integer) -> int4range : pg_range($1, $2, '[)', #0)
        int4range(integer, integer, text) -> int4range : pg_range($1, $2, $3, #0)
        int8range(bigint, bigint) -> int8range : pg_range($1, $2, '[)', #0)
        int8range(bigint, bigint, text) -> int8range : pg_range($1, $2, $3, #0)
        numrange(numeric, numeric) -> numrange : pg_range($1, $2, '[)', #0)
        numrange(numeric, numeric, text) -> numrange : pg_range($1, $2, $3, #0)
        daterange(date, date) -> daterange : pg_range($1, $2, '[)', #0)
        daterange(date, date, text) -> daterange : pg_range($1, $2, $3, #0)
        tsrange(timestamp, timestamp) -> tsrange : pg_range($1, $2, '[)', #0)
        tsrange(timestamp, timestamp, text) -> tsrange : pg_range($1, $2, $3, #0)
        tstzrange(timestamptz, timestamptz) -> tstzrange : pg_range($1, $2, '[)', #0)
        tstzrange(timestamptz, timestamptz, text) -> tstzrange : pg_range($1, $2, $3, #0)
        @>(anyrange, anyrange) -> boolean : pg_range_contains($1, $2, #1) ; safe
        @>(anyrange, anyelement) -> boolean : pg_range_has($1, $2, #1) ; safe
        <@(anyrange, anyrange) -> boolean : pg_range_contains($2, $1, #1) ; safe
        <@(anyelement, anyrange) -> boolean : pg_range_has($2, $1, #2) ; safe
        &&(anyrange, anyrange) -> boolean : pg_range_overlaps($1, $2, #1) ; safe
        <<(anyrange, anyrange) -> boolean : pg_range_before($1, $2, #1) ; safe
        >>(anyrange, anyrange) -> boolean : pg_range_before($2, $1, #1) ; safe
        &<(anyrange, anyrange) -> boolean : pg_range_ends($1, $2, #1) ; safe
        &>(anyrange, anyrange) -> boolean : pg_range_begins($1, $2, #1) ; safe
        -|-(anyrange, anyrange) -> boolean : pg_range_adjacent($1, $2, #1) ; safe
        +(anyrange, anyrange) -> anyrange : pg_range_union($1, $2, #1)
        *(anyrange, anyrange) -> anyrange : pg_range_intersection($1, $2, #1)
        -(anyrange, anyrange) -> anyrange : pg_range_difference($1, $2, #1)
        range_merge(anyrange, anyrange) -> anyrange : pg_range_merge($1, $2, #1)
        lower(anyrange) -> anyelement : pg_range_bound($1, 0, #1) ; safe
        upper(anyrange) -> anyelement : pg_range_bound($1, 1, #1) ; safe
        isempty(anyrange) -> boolean : ($1 = 'empty') ; safe
        lower_inc(anyrange) -> boolean : (substr($1, 1, 1) = '[') ; safe
        upper_inc(anyrange) -> boolean : (substr($1, -1) = ']') ; safe
        lower_inf(anyrange) -> boolean : (substr($1, 1, 2) = '(,') ; safe
        upper_inf(anyrange) -> boolean : (substr($1, -2) = ',)') ; safe
        """

    /// Addresses: PostgreSQL 15, chapter 9.12.
    static let networks = """
        <<(inet, inet) -> boolean : pg_net_within($1, $2, 0) ; safe
        <<=(inet, inet) -> boolean : pg_net_within($1, $2, 1) ; safe
        >>(inet, inet) -> boolean : pg_net_within($2, $1, 0) ; safe
        >>=(inet, inet) -> boolean : pg_net_within($2, $1, 1) ; safe
        &&(inet, inet) -> boolean : pg_net_overlaps($1, $2) ; safe
        ~(inet) -> inet : pg_net_part($1, 'not') ; safe
        &(inet, inet) -> inet : pg_net_and($1, $2)
        |(inet, inet) -> inet : pg_net_or($1, $2)
        +(inet, bigint) -> inet : pg_net_add($1, $2)
        +(bigint, inet) -> inet : pg_net_add($2, $1)
        -(inet, bigint) -> inet : pg_net_sub($1, $2)
        -(inet, inet) -> bigint : pg_net_diff($1, $2)
        abbrev(inet) -> text : $1 ; safe
        abbrev(cidr) -> text : pg_net_part($1, 'abbrev') ; safe
        broadcast(inet) -> inet : pg_net_part($1, 'broadcast') ; safe
        family(inet) -> integer : pg_net_number($1, 'family') ; safe
        host(inet) -> text : pg_net_part($1, 'host') ; safe
        hostmask(inet) -> inet : pg_net_part($1, 'hostmask') ; safe
        inet_merge(inet, inet) -> cidr : pg_net_merge($1, $2)
        inet_same_family(inet, inet) -> boolean : (pg_net_number($1, 'family') = pg_net_number($2, 'family')) ; safe
        masklen(inet) -> integer : pg_net_number($1, 'masklen') ; safe
        netmask(inet) -> inet : pg_net_part($1, 'netmask') ; safe
        network(inet) -> cidr : pg_net_part($1, 'network') ; safe
        set_masklen(inet, integer) -> inet : pg_net_width($1, $2, 'inet')
        set_masklen(cidr, integer) -> cidr : pg_net_width($1, $2, 'cidr')
        text(inet) -> text : pg_net_part($1, 'text') ; safe
        trunc(macaddr) -> macaddr : (substr($1, 1, 9) || '00:00:00') ; safe
        """

    /// The extension citext: its functions disregard case where the ones of text would not. Source: PostgreSQL 15, F.10.
    static let citext = """
        ~(citext, text) -> boolean : pg_iregex($1, $2) ; unbounded
        ~(citext, citext) -> boolean : pg_iregex($1, $2) ; unbounded
        ~*(citext, text) -> boolean : pg_iregex($1, $2) ; unbounded
        ~*(citext, citext) -> boolean : pg_iregex($1, $2) ; unbounded
        !~(citext, text) -> boolean : (NOT pg_iregex($1, $2)) ; unbounded
        !~(citext, citext) -> boolean : (NOT pg_iregex($1, $2)) ; unbounded
        !~*(citext, text) -> boolean : (NOT pg_iregex($1, $2)) ; unbounded
        !~*(citext, citext) -> boolean : (NOT pg_iregex($1, $2)) ; unbounded
        strpos(citext, citext) -> integer : pg_position(pg_lower($1), pg_lower($2)) ; safe
        replace(citext, citext, citext) -> text : pg_ci_replace($1, $2, $3)
        split_part(citext, citext, integer) -> text : pg_ci_split_part($1, $2, $3)
        translate(citext, citext, text) -> text : pg_ci_translate($1, $2, $3) ; safe
        min(citext) -> citext : min($1 COLLATE pg_citext) ; aggregate
        max(citext) -> citext : max($1 COLLATE pg_citext) ; aggregate
        """

    /// Bit strings: PostgreSQL 15, chapter 9.6.
    static let bits = """
        &(bit, bit) -> bit : pg_bit_op($1, $2, 'AND')
        |(bit, bit) -> bit : pg_bit_op($1, $2, 'OR')
        #(bit, bit) -> bit : pg_bit_op($1, $2, 'XOR')
        ~(bit) -> bit : replace(replace(replace($1, '0', '-'), '1', '0'), '-', '1') ; safe
        <<(bit, integer) -> bit : pg_bit_shift($1, $2) ; safe
        >>(bit, integer) -> bit : pg_bit_shift($1, -$2) ; safe
        ||(varbit, varbit) -> varbit : ($1 || $2) ; safe
        length(bit) -> integer : length($1) ; safe
        bit_length(bit) -> integer : length($1) ; safe
        octet_length(bit) -> integer : ((length($1) + 7) / 8) ; safe
        get_bit(bit, integer) -> integer : pg_bit_get($1, $2)
        set_bit(bit, integer, integer) -> bit : pg_bit_set($1, $2, $3)
        bit_count(bit) -> bigint : length(replace($1, '0', '')) ; safe
        min(inet) -> inet : min($1 COLLATE pg_inet) ; aggregate
        max(inet) -> inet : max($1 COLLATE pg_inet) ; aggregate
        min(timetz) -> timetz : min($1 COLLATE pg_timetz) ; aggregate
        max(timetz) -> timetz : max($1 COLLATE pg_timetz) ; aggregate
        min(oid) -> oid : min($1) ; aggregate
        max(oid) -> oid : max($1) ; aggregate
        enum_first(anyenum) -> anyenum : pg_enum_end(#1, 0) ; safe
        enum_range(anyenum) -> anyarray : pg_enum_range(#1) ; safe
        enum_range(anyenum, anyenum) -> anyarray : pg_enum_range(#1, $1, $2) ; safe
        enum_last(anyenum) -> anyenum : pg_enum_end(#1, 1) ; safe
        """
}
