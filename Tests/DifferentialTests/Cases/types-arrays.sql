-- === text form
select '{1,2,3}'::int[], '{}'::int[], '{ 1 , 2 }'::int[], '{1,NULL,null}'::int[], '{"a b","c\"d","e\\f",NULL,"NULL",""}'::text[], '{a b, c}'::text[], '{t,f,true}'::bool[], '{1.50,2}'::numeric[], '{"2024-01-01 00:00:00"}'::timestamp[], '{abc}'::char(5)[], '{abcdef}'::varchar(3)[];
select '{1,2'::int[];
select '1,2}'::int[];
select '{1,,2}'::int[];
select '{1,2}x'::int[];
select '{a}'::int[];
select '{"a}'::text[];
select ''::int[];
select array[1, 2, null], array['a', 'b c', 'd"e', 'NULL', ''], array[true, false], array[1.5, 2], array['2024-01-01'::date], array[]::text[], array['\x01'::bytea], array['{"a":1}'::jsonb], array['a'::"text"];
-- === comparison and operators
select array[1, 2] = array[1, 2], array[1, 2] < array[1, 3], array[1, 2] < array[1, 2, 0], array[1, null] = array[1, null], array[1, null] > array[1, 5], array[1.0] = array[1.00], array['b'] > array['a', 'z'], '{}'::int[] < array[1];
select array[1, 2, 3] @> array[2], array[2] <@ array[1, 2], array[1, 2] && array[2, 3], array[1, 2] @> '{}', array[1, null] @> array[null]::int[], array[1.0, 2] @> array[1.00], array['a', 'b'] && '{b}', array[date '2024-01-01'] @> array[date '2024-01-01'];
select array[timestamp '2024-01-01'] && array[timestamp '2024-01-01 00:00'], array['a'::varchar] @> array['a'::varchar], array[1::bigint] && '{1}', array['10.0.0.1'::inet] @> array['10.0.0.1'::inet], array[interval '1 mon'] @> array[interval '30 days'];
select array[1] @> array['a'];
select array[1] || array[2], array[1] || 2, 0 || array[1], array[1] || null::int, null::int[] || array[1], array['a'] || 'b'::text, array[1] || '{2,3}';
select array[date '0044-01-01 BC', '2024-01-01'] < array[date '2024-01-01'], array[timestamp '10000-01-01'] > array[timestamp '2024-01-01'];
-- === subscripts
select (array[1, 2, 3])[2], (array[1, 2, 3])[0], (array[1, 2, 3])[4], ('{a,b}'::text[])[1], (null::int[])[1], (array[1, 2])[null];
select (array[1, 2, 3])['a'];
select (5)[1];
-- === columns of arrays
create table t (id int primary key, a int[], s text[] default '{x}', n numeric(5, 2)[], v varchar(3)[], ts timestamptz[], u uuid[], b boolean[], d date[], j jsonb[]);
insert into t (id, a) values (1, '{1,2}'), (2, array[3, null]), (3, '{}'), (4, null);
insert into t (id, n) values (5, '{1.005,2}');
insert into t (id, n) values (6, '{12345}');
insert into t (id, v) values (7, '{abcd}');
insert into t (id, v) values (7, '{"ab  ",abc}');
insert into t (id, ts, u, b, d, j) values (8, '{2024-01-01 00:00+02}', '{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}', '{yes,off}', '{2024-01-01,infinity}', array['{"b":1,"a":2}'::jsonb, '1.0']);
insert into t (id, a) values (9, '{x}');
insert into t (id, a) values (9, array['x']);
select * from t order by id;
select id from t where a @> '{1}' order by id;
select id from t where 2 = any (a) order by id;
select id from t where 5 <> all (a) order by id;
select id, a from t order by a, id;
select row_to_json(t) from t where id in (1, 8) order by id;
update t set a = a || 9 where id = 1 returning a;
select array_agg(id order by id) from t;
select a, count(*) from t group by a order by a;
select 3 = any ('{1,2,3}'), 3 = any (null::int[]), 3 <> all ('{1,2}'), 3 > all (array[1, 2]), null = any (array[1]), 3 = any (array[1, null]);
