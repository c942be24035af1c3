-- === probe 1: integer overflow is an error
select 2147483647 + 1;
select 32767::smallint + 1::smallint, 2147483647::bigint + 1;
-- === probe 2: a sum of bigint goes past 2^63
create table t (a bigint);
insert into t values (9223372036854775807), (9223372036854775807);
select sum(a), avg(a) from t;
-- === probe 3: division by zero
select 1 / 0;
select 1.5 / 0, 5 % 0;
-- === probe 4: decimal fractions are exact
select 0.1 + 0.2 = 0.3, 0.1 + 0.2;
-- === probe 5: numeric keeps its scale
create table t (a numeric);
insert into t values (1.10), ('1.100');
select a, a::text as b from t order by a, b;
-- === probe 6: rounding of double precision and of numeric
select round(2.5::float8), round(2.5::numeric), 2.5::float8::int, 2.5::numeric::int, round(3.5::float8);
-- === probe 7: a number is read to its end
select '12abc'::int;
-- === probe 8: a root of a negative number
select sqrt(-1);
-- === probe 9: overflow of double precision
select 1e308 * 10::float8;
select 1e308::float8 * 10::float8;
-- === probe 10: a remainder of fractions
select 5.5 % 2, -5.5 % 2, 5 % -3;
-- === probe 11: shifts keep their width
select 1 << 33, 1::bigint << 64, 1 << -1, -8 >> 1;
-- === probe 12: the least bigint by minus one
select (-9223372036854775808)::bigint / -1;
-- === probe 13: text is not compared with a number
create table t (x text);
insert into t values ('5');
select * from t where x = 5;
select * from t where x = '5';
-- === probe 14: an integer is no condition
create table t (n int);
insert into t values (1);
select * from t where n;
-- === probe 15: like minds the case
select 'a' like 'A', 'a' ilike 'A', 'É' ilike 'é';
-- === probe 16: a backslash escapes in like
select 'a_c' like 'a\_c', 'abc' like 'a\_c';
select 'a' like 'a\';
-- === probe 17: substr counts from before the beginning
select substr('hello', -1, 3), substr('hello', 0, 2), substring('hello' from -2 for 5);
select substr('hello', 1, -1);
-- === probe 18: upper and lower beyond ASCII
select upper('é'), lower('É'), upper('straße'), lower('ΑΣ');
-- === probe 19: greatest ignores null
select greatest(1, null), least(null, 2, 1), greatest(null::int);
-- === probe 20: nulls sort last
create table t (a int);
insert into t values (null), (2), (1);
select a from t order by a;
select a from t order by a desc;
-- === probe 21: a quoted name that is no column
create table t (a int);
select "nosuch" from t;
-- === probe 22: a column that is not grouped
create table t (a int, b int);
select a, b from t group by a;
-- === probe 23: distinct ordered by something else
create table t (a int, b int);
select distinct a from t order by b;
-- === probe 24: a scalar subquery of two rows
create table t (a int);
insert into t values (1), (2);
select (select a from t);
-- === probe 25: intersect binds tighter than union
select 1 as x union select 2 intersect select 3;
select 1 as x union all select 2 except select 2 order by 1;
-- === probe 26: a negative limit
create table t (a int);
insert into t values (1);
select * from t limit -1;
-- === probe 27: char(n) compares without its blanks
create table t (c char(4));
insert into t values ('ab');
select c = 'ab  ', c = 'ab', length(c), c || '|', octet_length(c) from t;
-- === probe 28: varchar(n) is held to its length
create table t (v varchar(3));
insert into t values ('abcd');
insert into t values ('abc   ');
select v, 'abcd'::varchar(3) from t;
-- === probe 29: a fraction stored in an integer is rounded
create table t (a int);
insert into t values (1.5), (2.5), (-1.5);
select a from t order by a;
insert into t values ('1.5');
-- === probe 30: a day that is not in the calendar
select date '2024-02-30';
-- === probe 31: months of different lengths
select date '2024-01-31' + interval '1 month', timestamp '2024-03-31' - interval '1 month', date '2024-02-29' + interval '1 year';
-- === probe 32: forms of a date
create table t (d date);
insert into t values ('2024-01-01');
select count(*) from t where d = '20240101';
select count(*) from t where d = 'Jan 1 2024';
-- === probe 33: a date less a number
select date '2024-01-01' - 1, date '2024-03-01' - date '2024-02-01';
-- === probe 34: years before Christ and after 9999 sort
create table t (d date);
insert into t values ('10000-01-01'), ('2024-01-01'), ('0044-03-15 BC'), ('9999-12-31'), ('infinity'), ('-infinity');
select d from t order by d;
-- === probe 35: a boolean as text
select true::text, false || '', concat(true, false), array[true, false];
-- === probe 36: a whole double precision as text
select 100::float8::text, 1e15::float8::text, 1e14::float8::text, 0.0001::float8::text, 0.00001::float8::text, '-0'::float8::text;
-- === probe 37: aggregates of nothing
create table t (a int);
select array_agg(a), json_agg(a), string_agg(a::text, ','), sum(a), count(a), max(a), bool_and(a > 0) from t;
-- === probe 38: a boolean out of a document
select '{"b": true, "n": null, "f": 1.10, "s": "x"}'::jsonb ->> 'b', '{"n": null}'::jsonb ->> 'n', '{"f": 1.10}'::jsonb ->> 'f';
-- === probe 39: jsonb is spaced, ordered and free of doubles
select '{"b":1,"aa":2,"a":3,"a":4}'::jsonb, '{"b":1,"a":2,"a":3}'::json, ' [1,2 , {"x":{}}]'::jsonb;
-- === probe 40: numbers in jsonb keep their scale
select '[1.10, 1e2, -0, 12345678901234567890, 1.0]'::jsonb, '1.0'::jsonb = '1.00'::jsonb;
-- === probe 41: an upsert that meets one row twice
create table t (id int primary key, a int);
insert into t values (1, 1), (1, 2) on conflict (id) do update set a = excluded.a;
select * from t;
-- === probe 42: do nothing is no licence for null or a broken check
create table t (id int primary key, a int not null check (a > 0));
insert into t values (1, null) on conflict do nothing;
insert into t values (1, -1) on conflict do nothing;
insert into t values (1, 1), (1, 2) on conflict do nothing;
select * from t;
-- === probe 43: ids are not used again, and a failure leaves a gap
create table t (id int generated by default as identity primary key, a int unique);
insert into t (a) values (1), (2);
delete from t where id = 2;
insert into t (a) values (3) returning id;
insert into t (a) values (1);
insert into t (a) values (4) returning id;
-- === probe 44: a text key is not null
create table t (id text primary key);
insert into t values (null);
-- === probe 45: restrict on a table that refers to itself
create table t (id int primary key, parent int references t on delete restrict);
insert into t values (1, null), (2, 1), (3, 2);
delete from t where id = 1;
delete from t;
select count(*) from t;
-- === probe 46: a trigger after each row sees the whole statement
create table t (a int);
create table log (n bigint);
create function seen() returns trigger language plpgsql as $$ begin insert into log select count(*) from t; return null; end $$;
create trigger seen after insert on t for each row execute function seen();
insert into t values (1), (2), (3);
select n from log order by n;
-- === probe 47: returning gives what a trigger made of the row
create table t (a int, b text);
create function change() returns trigger language plpgsql as $$ begin new.b := 'changed ' || new.a; return new; end $$;
create trigger change before insert or update on t for each row execute function change();
insert into t (a) values (1), (2) returning a, b;
update t set a = a + 10 where a = 1 returning *;
-- === probe 48: triggers fire in the order of their names
create table t (a text);
create function mark() returns trigger language plpgsql as $$ begin new.a := new.a || tg_name || ' '; return new; end $$;
create trigger zebra before insert on t for each row execute function mark();
create trigger ant before insert on t for each row execute function mark();
create trigger "Mole" before insert on t for each row execute function mark();
insert into t values ('') returning a;
-- === probe 49: dropping a parent leaves the children's rows
create table p (id int primary key);
create table c (id int primary key, p int references p on delete cascade);
insert into p values (1);
insert into c values (1, 1), (2, 1);
drop table p;
drop table p cascade;
select * from c order by id;
insert into c values (3, 99);
-- === probe 50: an update may not move a row out of what its writer sees
create table t (id int primary key, owner text, v int);
insert into t values (1, 'ann', 5), (2, 'bob', 6);
alter table t enable row level security;
grant select, update on t to authenticated;
create policy s on t for select to authenticated using (owner = 'ann');
create policy u on t for update to authenticated using (true) with check (true);
set role authenticated;
update t set owner = 'bob' where v > 0;
update t set v = 9;
update t set v = v + 1;
select * from t order by id;
reset role;
select * from t order by id;
-- === probe 51: a caller's condition does not meet hidden rows
create table t (id int primary key, secret int, team int);
create table m (team int, person text);
insert into t values (1, 41, 1), (2, 7, 2);
insert into m values (2, 'me');
alter table t enable row level security;
grant select on t, m to authenticated;
create policy s on t for select to authenticated using (exists (select 1 from m where m.team = t.team and m.person = 'me'));
set role authenticated;
select id from t where 1 / (secret - 41) is not null order by id;
select id from t where 1 / (secret - 7) is not null order by id;
select count(*) from (select * from t) x where 1 / (secret - 41) > -1;
select id from t where ('x' || secret)::text::int > 0;
reset role;
select count(*) from t where 1 / (secret - 41) > 0;
-- === probe 52: a volatile column is worked out once
create table t (a int);
insert into t select g from generate_series(1, 10) g;
create sequence s;
select count(*) from (select nextval('s') as n from t) q where n = n + 0;
select nextval('s');
select bool_and(x = y) from (select r as x, r as y from (select random() as r from t) q) w;
-- === probe 53: concatenation binds as every other operator
select 2 + 3 || '4', '1' || 2 + 3;
select 2 + 3 || '4', 10 % 7 || '';
-- === probe 54: names that differ by case only
create table "T" ("a" int, "A" text);
create table t (a int);
insert into "T" values (1, 'x');
insert into t values (2);
select "a", "A" from "T";
select a from t;
-- === probe 55: having without group by
select 1 where false having true;
select count(*) from (select 1 where false) q having count(*) = 0;
-- === probe 56: a month is thirty days to a comparison
select interval '1 mon' = interval '30 days', interval '1 day' = interval '24 hours', interval '1 year' > interval '360 days';
create table t (i interval);
insert into t values ('1 mon'), ('30 days'), ('720:00:00');
select count(distinct i) from t;
-- === probe 57: an enum sorts as it was declared
create type mood as enum ('sad', 'ok', 'happy');
create table t (m mood);
insert into t values ('happy'), ('sad'), ('ok');
select m from t order by m;
select max(m), min(m) from t;
alter type mood add value 'fine' before 'happy';
insert into t values ('fine');
select m from t where m > 'ok' order by m;
-- === probe 58: not a number equals itself
select 'NaN'::numeric = 'NaN'::numeric, 'NaN'::numeric > 1e100;
select 'NaN'::float8 = 'NaN'::float8, 'NaN'::float8 > 1e308;
-- === probe 59: a sum of fractions is not corrected
create table t (a float8);
insert into t values (0.1), (0.2), (0.3), (1e16), (-1e16);
select sum(a) from t;
-- === probe 60: no zero byte in text
select 'a' || chr(0);
select E'a\000b';
