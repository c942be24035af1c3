-- === char and varchar
select 'abc'::char(5), 'abc'::char(5) || 'x', length('abc'::char(5)), 'abc  '::char(5) = 'abc', 'abcdef'::char(3), 'abcdef'::varchar(3), 'a'::char = 'a ', ''::char(3) = ' ';
create table t (c char(3), v varchar(3));
insert into t values ('ab', 'ab '), ('abc   ', 'abc   '), (null, null);
insert into t values ('abcd', 'a');
insert into t values ('a', 'abcd');
insert into t values ('äöü', 'äöü');
select c, v, length(c), length(v), c || '|', v || '|', octet_length(c), c = v, c::text = 'ab' from t;
select to_json(c), row_to_json(t) from t;
insert into t select 'abcd'::text, 'x';
insert into t select 'x', 'abcd'::varchar;
select c from t where c = 'ab' or c = 'abc     ';
select c from t order by c;
-- === name and oid
select 'abc'::name, 'abc'::name = 'abc', 'abc'::name || 'x', length('abc'::name), upper('abc'::name), 'abc'::name::text, repeat('x', 70)::name, 'abc'::text::name, 'abc'::name < 'abd'::name, 'abc'::name like 'a%';
select '5'::oid, 5::oid, 5::oid = 5, 5::oid::int, 5::oid::bigint, 5::oid < 6::oid, '-1'::oid, 4294967295::oid, 5::oid::text;
select 'x'::oid;
select 4294967296::oid;
select '4294967296'::oid;
select to_json(5::oid), to_json('a'::name);
-- === bit strings
select b'101', '101'::bit(3), '1011'::varbit, '10'::bit(4)::text, b'101' = '101', b'1' < b'10', b'0111' < b'1';
select x'1F';
select '101'::bit(3) & '110'::bit(3), '101'::bit(3) | '110', '101'::bit(3) # '110', ~ '101'::bit(3), '101'::bit(3) << 1, '101'::bit(3) >> 1, '101'::varbit || '11'::varbit, length('101'::varbit), octet_length('101'::varbit), bit_length('101'::varbit), get_bit('101'::bit(3), 1), set_bit('101'::bit(3), 1, 1);
select 5::bit(4), 5::bit(8), (-1)::bit(4), '101'::bit(3)::int, 5::bigint::bit(70), '1111'::bit(2), '10'::bit(4), '10110'::varbit(3);
select '102'::bit(3);
select '10'::bit(3) & '110'::bit(3), '1'::bit(1) & '110'::bit(3);
create table b (a bit(3), v varbit(5));
insert into b values ('101', '1');
insert into b values ('10', '1');
insert into b values ('101', '101010');
select * from b;
select get_bit('101'::bit(3), 3);
-- === refused
create table m (a money);
create table m (a xml);
