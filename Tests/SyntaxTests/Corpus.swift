/// Statements that use every node of the tree, one a line.
enum Corpus {
    static let expressions = lines(
        """
        1
        -1
        - 1
        -2147483648
        2147483647
        2147483648
        -9223372036854775808
        1.50
        -1.5
        1e10
        .5
        'it''s'
        ''
        E'a\\nb\\\\c'
        U&'d\\0061t'
        $$dollar 'quoted'$$
        $tag$a $$ b$tag$
        true
        false
        null
        $1
        $12 + $3
        a
        a.b
        a.b.c
        "Weird Name"."select"."a""b"
        "user"
        user
        é
        "É"."😀"
        *
        a.*
        a.b.*
        count(*)
        count(distinct a)
        f()
        f(a, b => 1, c := 2)
        f(variadic a)
        f(a, variadic array[1, 2])
        public.f(1)
        "Select"(1)
        "left"(a, 1)
        left(a, 1)
        right(a, 1)
        "position"('a', 'b')
        string_agg(a, ',' order by b desc nulls last, c)
        array_agg(distinct a order by a)
        percentile_cont(0.5) within group (order by a desc)
        mode() within group (order by a) filter (where b > 1)
        sum(a) filter (where b is not null)
        row_number() over ()
        sum(a) over w
        sum(a) over (w order by b)
        sum(a) over (partition by b, c order by d desc nulls first rows between 1 preceding and current row)
        sum(a) over (order by d range between unbounded preceding and unbounded following exclude ties)
        sum(a) over (order by d groups between current row and 2 following exclude group)
        sum(a) over (order by d rows unbounded preceding exclude current row)
        sum(a) over (rows a + 1 preceding)
        lag(a, 1, 0) over (order by b)
        coalesce(a, b, 1)
        nullif(a, 0)
        greatest(a, b)
        least(1, 2, 3)
        current_date
        current_time
        current_time(2)
        current_timestamp
        current_timestamp(3)
        localtime
        localtime(1)
        localtimestamp
        localtimestamp(0)
        current_user
        current_role
        session_user
        current_catalog
        current_schema
        current_schema()
        extract(year from a)
        extract(epoch from now() - a)
        a at time zone 'UTC'
        substring(a from 2 for 3)
        substring(a from 'x')
        substring(a similar 'x' escape '#')
        position('a' in b)
        overlay(a placing 'b' from 1 for 2)
        trim(a)
        trim(both 'x' from a)
        trim(leading from a)
        trim(trailing 'x' from a)
        (a, b) overlaps (c, d)
        normalize(a, nfc)
        a is nfc normalized
        a is not normalized
        collation for (a)
        -a
        - (- a)
        + a
        ~ a
        @ a
        a + b * c - d / e % f ^ g
        (a + b) * (c - d)
        a - (b - c)
        -(1)::int
        (-1)::int
        -1::int
        - a ^ 2
        a || b || c || 'x'
        a -> 'b' ->> 'c'
        a #> '{b,c}' #>> '{d}'
        a @> b and c <@ d or e ? 'x'
        a ?| array['x'] or a ?& array['y']
        a << 1 >> 2 & 3 | 4 # 5
        a <-> b
        a = b
        a <> b
        a != b
        a <= b and b >= c
        a like 'x%'
        a not like 'x%' escape '!'
        a ilike 'x%'
        a not ilike '%x'
        a like any (array['x', 'y'])
        a ilike all (b)
        a similar to 'x|y'
        a not similar to 'x' escape '#'
        a ~ 'x' and a !~ 'y' and a ~* 'z' and a !~* 'w'
        a operator(pg_catalog.+) b
        not a
        not not a
        not (a and b)
        a and b and c
        a and (b and c)
        a or b and c or d
        (a or b) and (c or d)
        not a or not b
        a is null
        a is not null
        a isnull
        a notnull
        (a is null) is not null
        a + b is null
        a is true
        a is not true
        a is false
        a is not false
        a is unknown
        a is not unknown
        a is distinct from b
        a is not distinct from b + 1
        a between 1 and 2
        a not between b + 1 and c
        a between symmetric 2 and 1
        a not between symmetric 2 and 1
        (a between 1 and 2) = (b between 3 and 4)
        a in (1, 2, 3)
        a not in ('x')
        (a, b) in ((1, 2), (3, 4))
        a in (select b from c)
        a not in (select b from c)
        not a in (select b from c)
        (a, b) in (select c, d from e)
        (a, b) = (select 1, 2)
        (a, b) > (1, 2)
        a = any (b)
        a <> all (array[1, 2])
        a = any ('{1,2}'::int[])
        a = some (b)
        a = any (select 1)
        a < all (select b from c where c.d = a)
        a like any (select 'x')
        exists (select 1 from a)
        not exists (select)
        (select 1)
        (select a from b limit 1) + 1
        array(select a from b order by c)
        array[1, 2, 3]
        array[]::int[]
        array[[1, 2], [3, 4]]
        array[array[1], b]
        row(1, 'a')
        row()
        (1, 'a')
        row(a.*)
        a::int
        a::int::text
        cast(a as numeric(10, 2))
        '1'::varchar(20)
        int '1'
        interval '1 day'
        interval '1' year to month
        interval(3) '1 day'
        timestamp with time zone '2020-01-01'
        date '2020-01-01'
        '{}'::text[][]
        a::public."My Type"
        a::time(3) with time zone
        a::timestamp(3) without time zone
        a::timestamptz
        a::double precision
        a::float(10)
        a::char
        a::"char"
        a::character varying
        a::bpchar
        a::bit(3)
        a::bit varying(5)
        a::pg_catalog.int4
        a::decimal
        a::interval day to second(3)
        case when a then 1 end
        case a when 1 then 'x' when 2 then 'y' else 'z' end
        case when a > 1 then case when b then 1 else 2 end else -1 end
        case when a then b end + 1
        a collate "C"
        a collate pg_catalog."default" < b
        a[1]
        a[1][2]
        a[1:2]
        a[:2][1:][:]
        (a[1])[2]
        (array[1, 2])[1]
        (f(a))[b + 1]
        (a).b
        (a.b).c
        (a).b.c
        (a).*
        (f(a)).b
        (a).b[1].c
        a[1].b
        (row(1, 2)).f1
        $1.a
        ($1)[1]
        grouping(a, b)
        auth.uid()
        (auth.jwt() -> 'app_metadata' ->> 'role') = 'admin'
        a = (select auth.uid())
        jsonb_build_object('a', 1, 'b', jsonb_agg(c order by d))
        to_tsvector('simple', a) @@ plainto_tsquery('simple', b)
        """)

    static let types = lines(
        """
        int
        integer
        bigint
        smallint
        real
        float
        double precision
        boolean
        bool
        text
        varchar
        varchar(20)
        char
        char(3)
        character varying(5)[]
        numeric
        numeric(10)
        numeric(10, 2)
        decimal(5)
        uuid
        json
        jsonb
        bytea
        date
        time
        time(3)
        time with time zone
        time(3) with time zone
        timetz
        timestamp
        timestamp(0)
        timestamp with time zone
        timestamp(6) with time zone
        timestamptz
        timestamptz(3)
        interval
        interval year
        interval day to second(2)
        interval(3)
        bit
        bit(4)
        bit varying
        bit varying(4)
        int[]
        int[][]
        int[3]
        int array
        int array[4]
        public.mood
        "Mood"
        "public"."my mood"[]
        serial
        bigserial
        setof int
        setof public.books
        "int"
        "time"
        "char"
        pg_catalog.int4
        pg_catalog."char"
        vector(3)
        geometry(Point, 4326)
        trigger
        void
        citext
        """)

    static let statements = lines(
        #"""
        select
        select 1
        select 1 as a, 2 b, 3 as "select"
        select * from t
        select a.*, b.c from a, b
        select distinct a from t
        select distinct on (a, b) a, b, c from t order by a, b, c desc
        select all a from t
        select a from public.t as x
        select a from only t
        select a from db.public.t x (b, c)
        select a from t where b = 1 group by a having count(*) > 1 order by a limit 10 offset 5
        select a from t order by a asc nulls first, b desc nulls last, 1
        select a from t limit all
        select a from t limit null offset 1 + 1
        select a from t offset 3 rows fetch next 2 rows only
        select a from t order by a fetch first row only
        select a from t order by a fetch first 5 rows with ties
        select a from t for update
        select a from t for no key update of t nowait
        select a from t for share skip locked
        select a from t for key share of t, u for update of v
        select a, count(*) from t group by ()
        select a, b from t group by a, (b, c), rollup (a, (b, c)), cube (a, b), grouping sets ((a), (b, c), (), rollup (d))
        select sum(a) over w, avg(b) over (w2 rows 1 preceding) from t window w as (partition by c), w2 as (w order by d)
        select 1 union select 2
        select 1 union all select 2 union all select 3
        select 1 union all (select 2 intersect select 3) except all select 4
        (select 1 order by 1 limit 1) union (select 2) order by 1
        select 1 union (values (2), (3))
        with a as (select 1) (with b as (select 2) select * from a, b) union select 3
        values (1, 'a'), (2, default)
        values (1) order by 1 limit 1
        table t
        select * from (select 1) as x
        select * from (select 1) x (a)
        select * from (values (1, 2)) as x (a, b)
        select * from a, lateral (select a.b) as c
        select * from a join b on a.c = b.c
        select * from a join b using (c, d)
        select * from a join b using (c) as j
        select * from a natural join b
        select * from a natural left join b
        select * from a cross join b
        select * from a left join b on true
        select * from a right outer join b on a.x = b.x and a.y > 1
        select * from a full join b on a.x = b.x
        select * from a join b on a.x = b.x left join c on b.y = c.y cross join d
        select * from a join (b join c on b.x = c.x) on a.x = b.x
        select * from (a join b on a.x = b.x) as j
        select * from (a join b using (x)) as j (k, l) join c on true
        select * from a left join lateral (select * from b where b.x = a.x limit 3) as c on true
        select * from generate_series(1, 3)
        select * from generate_series(1, 3) as g
        select * from generate_series(1, 3) with ordinality as g (n, i)
        select * from a, lateral unnest(a.b) as u (v)
        select * from rows from (f(1), g(2)) with ordinality as x (a, b, c)
        select * from json_to_recordset('[]') as x (a int, b text)
        select * from f() as (a int, b numeric(3, 1))
        select * from current_date as d
        select * from coalesce(1, 2) as c
        with a as (select 1 as x) select * from a
        with a (x, y) as materialized (select 1, 2), b as not materialized (select 3) select * from a, b
        with recursive t (n) as (values (1) union all select n + 1 from t where n < 5) select n from t
        with a as (insert into t (b) values (1) returning c) select * from a
        with a as (update t set b = 1 returning *), c as (delete from d returning *) select 1
        insert into t values (1, 'x', default)
        insert into t default values
        insert into public.t as x (a, "B") values (1, 2), (3, 4) returning x.a, "B" as c
        insert into t (a) select b from c where d
        insert into t (a.b) values (1)
        insert into t (a) overriding system value values (1)
        insert into t (a) overriding user value values (1)
        insert into t (a) values (1) on conflict do nothing
        insert into t (a) values (1) on conflict (a) do nothing
        insert into t (a) values (1) on conflict (a, lower(b), (c + 1)) where d do update set a = excluded.a, b = t.b + 1 where t.c > excluded.c returning *
        insert into t (a) values (1) on conflict (a collate "C") do nothing
        insert into t (a) values (1) on conflict on constraint t_pkey do update set (a, b) = (select 1, 2)
        with x as (select 1) insert into t select * from x
        insert into t with x as (select 1) select * from x
        update t set a = 1
        update public.t as x set a = default, b = x.b + 1 where c returning *
        update t set (a, b) = (1, default), c = 2
        update t set (a, b) = (select x, y from u where u.id = t.id)
        update t set (a) = row(1)
        update t set (a, b, c) = row(1, 2, 3)
        update t set a.b = 1
        update t set a = u.a from u join v using (id), w where u.id = t.id
        with x as (select 1) update t set a = 1 where b in (select * from x)
        delete from t
        delete from only public.t x using u, v as w where x.a = u.a returning x.*
        with x as (select 1) delete from t where a = (select * from x)
        select pg_catalog.set_config('search_path', '', false)
        create table t ()
        create table if not exists public.t (a int)
        create temp table t (a int)
        create unlogged table t (a int)
        create table t (id bigint generated always as identity primary key, a text not null default 'x', b int null unique check (b > 0))
        create table t (id int generated by default as identity (start with 10 increment by 5 minvalue 1 maxvalue 100 cycle cache 3))
        create table t (a serial, b bigserial not null)
        create table t (a int, b int generated always as (a * 2) stored)
        create table t (a text collate "C" constraint a_not_null not null constraint a_check check (a <> '') no inherit)
        create table t (a int default 1 + 2, b int default -1, c timestamptz default now(), d text default 'x'::text, e uuid default gen_random_uuid())
        create table t (a int default (b and c))
        create table t (a int references u)
        create table t (a int constraint fk references public.u (b) on delete cascade on update set null deferrable initially deferred)
        create table t (a int references u match full on delete restrict on update set default not deferrable)
        create table t (a int references u deferrable initially immediate)
        create table t (a int unique deferrable, b int)
        create table t (a int unique nulls not distinct)
        create table t (a int, b int, primary key (a, b), unique (b), constraint u unique nulls not distinct (a), check (a < b), foreign key (a, b) references u (c, d) on delete set null)
        create table t (a int, constraint c check (a > 0) no inherit, foreign key (a) references u deferrable initially deferred)
        create table t (like u)
        create table t (a int, like public.u including all, like v including defaults including indexes, check (a > 1))
        create table t (like u including all excluding indexes)
        create table t (a int, primary key (a) include (b)) with (fillfactor = 70)
        create table "My Table" ("A B" "My Type"[], "select" int)
        create table t as select 1 as a
        create table if not exists t (a, b) as select 1, 2 with no data
        create table t as values (1), (2)
        create table t (a int) partition by range (a)
        create table t partition of u for values from (1) to (2)
        create table t (a int) inherits (u)
        create table t (exclude using gist (a with =))
        alter table t add a int
        alter table if exists only public.t add column if not exists a int not null default 0, drop column b, drop if exists c cascade
        alter table t alter a type bigint, alter column b set data type text using b::text
        alter table t alter a set default 1 + 1, alter b drop default, alter c set not null, alter d drop not null
        alter table t alter a drop expression if exists, alter b drop expression
        alter table t alter a add generated always as identity (start 5), alter b drop identity if exists
        alter table t alter a set generated by default set start 5 set increment by 2 restart with 7
        alter table t alter a set generated always
        alter table t alter a restart
        alter table t add constraint c check (a > 0) not valid
        alter table t add primary key (a), add unique (b, c) deferrable
        alter table t add constraint p primary key using index i
        alter table t add constraint p unique using index i
        alter table t add foreign key (a) references u (b) on delete cascade not valid
        alter table t drop constraint c, drop constraint if exists d cascade
        alter table t validate constraint c
        alter table t enable row level security, force row level security
        alter table t disable row level security, no force row level security
        alter table t owner to postgres
        alter table t owner to current_user
        alter table t set (fillfactor = 70, autovacuum_enabled)
        alter table t alter a set statistics 100
        alter table t replica identity full
        alter table t enable trigger all
        alter table t inherit u
        alter view v alter column a set default 1
        alter view v set (security_invoker = true)
        alter index i set (fillfactor = 50)
        alter materialized view v owner to x
        alter sequence s owner to x
        create index on t (a)
        create index i on public.t (a, lower(b), (c + d))
        create unique index if not exists i on t using btree (a desc nulls last, b asc nulls first, c collate "C" text_pattern_ops desc)
        create index i on t using gin (a jsonb_path_ops)
        create index i on t (a) include (b, c) where d is null
        create unique index i on t (a) nulls not distinct
        create index i on t ((a collate "C"))
        create index i on t ((a ->> 'x'))
        create index concurrently i on t (a)
        create view v as select 1 as a
        create or replace view public.v (a, b) as select 1, 2
        create view v with (security_invoker = on) as select * from t
        create view v with (security_barrier, security_invoker = true) as select * from t with check option
        create view v as select * from t with local check option
        create recursive view v (n) as values (1) union all select n + 1 from v where n < 3
        create materialized view v as select 1
        create materialized view if not exists v (a) as select 1 with no data
        create temp view v as select 1
        create type mood as enum ('sad', 'it''s ok', 'happy')
        create type public.e as enum ()
        create type pair as (a int, b text collate "C")
        create type r as range (subtype = int)
        create domain d as int
        create domain public.d as text not null default 'x' constraint c check (value <> '') check (length(value) < 10)
        alter type mood add value 'x'
        alter type mood add value if not exists 'x' before 'y'
        alter type mood add value 'x' after 'y'
        alter type mood rename value 'x' to 'y'
        create function f() returns int language sql as 'select 1'
        create function latest(a authors) returns setof books language sql stable rows 1 as 'select 1'
        create or replace function public.f(a int, b text default 'x', inout c int default 1 + 1, variadic d int[] default '{}') language plpgsql as $$ begin c := 1; end $$
        create function f(out a int, out b text) language sql immutable strict as $x$ select 1, 'a$$b' $x$
        create function f() returns setof t language sql stable security definer set search_path = '' as $$select * from t$$
        create function f() returns trigger language plpgsql volatile set search_path = public, "My Schema" set statement_timeout = 5 as $$ begin return new; end $$
        create function f(int, text) returns table (a int, b text) language sql as $$select 1, 'x'$$
        create function f() returns table (a int) language sql return 1
        create function f(a int) returns int return a + 1
        create function f(a int) returns int language sql immutable begin atomic select 1; insert into t values (a); select a + 1; end
        create function f(a int) returns int language sql leakproof parallel safe cost 10 called on null input as 'select E''\\n'''
        create function f() returns setof record language sql returns null on null input external security invoker as ''
        create procedure p(a int) language sql as $$ delete from t where b = a $$
        create procedure p() language sql begin atomic delete from t; update t set a = 1; end
        create policy p on t using (true)
        create policy "everyone reads" on public.t as permissive for select to public using (a = 1)
        create policy p on t as restrictive for update to anon, "My Role", current_user using (a) with check (b)
        create policy p on t for insert to authenticated with check ((select auth.uid()) = user_id)
        create policy p on t for delete to session_user using (false)
        create policy p on t for all to current_role using (true) with check (false)
        alter policy p on t to public, x using (a) with check (b)
        alter policy p on t using (a)
        create schema s
        create schema if not exists "S"
        create schema authorization joe
        create schema s create table t (a int)
        create extension pgcrypto
        create extension if not exists "uuid-ossp" with schema extensions version '1.1' cascade
        create sequence s
        create sequence if not exists public.s as smallint increment 2 minvalue -5 no maxvalue start 3 cache 10 no cycle owned by t.c
        create sequence s no minvalue maxvalue 9223372036854775807 cycle owned by none
        create temp sequence s
        alter sequence s restart
        alter sequence if exists s restart with 5 increment by -1 owned by public.t.c
        alter sequence s as bigint owned by none
        create role r
        create role r connection limit -1
        create sequence s increment by -2 minvalue -50 maxvalue -1 start with -1
        create table t (a numeric(5, -2) default -3 check (a > -100)) with (x = -1)
        alter table t set (x = -1)
        set seed = -1
        create role r login bypassrls noinherit superuser createdb nocreaterole replication connection limit 5
        create role r with nologin nobypassrls inherit nosuperuser password 'it''s' valid until '2030-01-01' in role a, "B" role c admin d
        create user u password null
        create group g
        grant a, b to c
        grant a to c, "D" with admin option
        revoke a from b, c
        grant select on t to public
        grant select (a, b), insert, update (c) on table public.t, u to anon, "My Role" with grant option
        grant all on t to x
        grant all privileges (a) on t to x
        grant usage, select on sequence s to x
        grant execute on function f(int, text), g, public.h() to x
        grant execute on procedure p(int) to x
        grant execute on routine r to x
        grant usage on schema s, t to x
        grant create, usage on schema s to x
        grant usage on type t to x
        grant usage on domain d to x
        grant select on all tables in schema a, b to x
        grant usage on all sequences in schema a to x
        grant execute on all functions in schema a to x
        grant connect on database d to x
        grant references, trigger, truncate on t to x
        revoke all on t from public
        revoke select (a) on t from x, y cascade
        revoke grant option for insert on t from x
        revoke all on function f() from public
        alter default privileges grant select on tables to x
        alter default privileges for role postgres in schema public, s grant all on tables to anon, authenticated
        alter default privileges in schema public revoke execute on functions from public
        alter default privileges in schema public grant usage on sequences to x with grant option
        alter default privileges grant usage on types to x
        alter default privileges grant usage on schemas to x
        drop table t
        drop table if exists public.t, u cascade
        drop view v
        drop materialized view if exists v
        drop index i
        drop index concurrently i
        drop sequence s restrict
        drop type t
        drop domain d cascade
        drop function f
        drop function if exists public.f(int, text[]), g() cascade
        drop function f(in a int, out b int)
        drop procedure p(int)
        drop schema a, b cascade
        drop policy p on t
        drop policy if exists "my policy" on public.t
        drop trigger g on public.t cascade
        drop extension if exists pgcrypto cascade
        drop role r
        drop role if exists r, "S"
        drop user u
        drop aggregate a(int)
        drop owned by x
        alter table t rename to u
        alter table if exists public.t rename to u
        alter table t rename column a to b
        alter table t rename a to "B"
        alter table t rename constraint a to b
        alter view v rename to w
        alter view v rename column a to b
        alter materialized view v rename to w
        alter index i rename to j
        alter sequence s rename to r
        alter type t rename to u
        alter domain d rename to e
        alter function f rename to g
        alter function public.f(int) rename to g
        alter procedure p(int) rename to q
        alter schema a rename to b
        alter policy p on public.t rename to q
        alter trigger g on t rename to h
        alter role r rename to s
        alter type t rename attribute a to b
        alter type t add attribute b int, drop attribute if exists a cascade, alter attribute c type text
        comment on table public.t is 'it''s'
        comment on table t is null
        comment on column public.t.c is 'x'
        comment on column t.c is E'a\nb'
        comment on view v is 'x'
        comment on materialized view v is 'x'
        comment on index i is 'x'
        comment on sequence s is 'x'
        comment on type public.t is 'x'
        comment on domain d is 'x'
        comment on function f(int) is 'x'
        comment on function f is 'x'
        comment on procedure p() is 'x'
        comment on schema s is 'x'
        comment on policy p on public.t is 'x'
        comment on trigger g on t is 'x'
        comment on constraint c on public.t is 'x'
        comment on extension e is 'x'
        comment on role r is 'x'
        comment on database d is 'x'
        set search_path = public, "$user", 'My Schema', ''
        set search_path to ''
        set search_path to default
        set local statement_timeout = 5000
        set local x.y to 'a b'
        set time zone 'UTC'
        set client_min_messages to warning
        set check_function_bodies = false
        set xmloption = content
        set seed = 0.5
        set datestyle = iso, mdy
        set local role anon
        set names 'utf8'
        reset search_path
        reset all
        set transaction isolation level serializable
        begin
        begin transaction isolation level serializable
        start transaction
        commit
        end
        rollback
        abort
        savepoint a
        do $$ begin perform 1; end $$
        do language plpgsql 'begin end'
        truncate t
        truncate table public.t, u restart identity cascade
        create trigger g before insert on t for each row execute function f()
        explain select 1
        call p(1)
        copy t from stdin
        listen a
        vacuum
        select 1 into t
        merge into t using u on t.a = u.a when matched then delete
        alter function f(int) owner to x
        alter table t set schema s
        """#)

    /// Lines, with the two characters `\n` in them as they stand.
    private static func lines(_ text: String) -> [String] { text.split(separator: "\n").map(String.init) }
}
