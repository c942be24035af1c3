-- === json is kept as written
select '{"b": 1,  "a":2, "b":3}'::json, ' [1, 2 ] '::json, '"x"'::json, '1.50'::json, 'null'::json, '{"b": 1,  "a":2, "b":3}'::jsonb, ' [1, 2 ] '::jsonb, '1.50'::jsonb, '1e2'::jsonb, '-0'::jsonb, '"\u00e4"'::json, '"\u00e4"'::jsonb;
create table t (id int, j json, b jsonb);
insert into t values (1, '{"b": 1,  "a":2}', '{"b": 1,  "a":2}'), (2, 'x', null);
insert into t values (1, '{"b": 1,  "a":2}', '{"b": 1,  "a":2}'), (2, null, 'null');
select * from t order by id;
select j::text, b::text, j::jsonb, b::json from t order by id;
select j = j from t;
select id from t order by j;
select distinct j from t;
-- === errors
select '{'::json;
select '{"a":}'::jsonb;
select '[1,]'::jsonb;
select '{"a" 1}'::json;
select '01'::json;
select '"\u0000"'::jsonb, '"\u0000"'::json;
select '"\ud800"'::jsonb;
select ''::json;
select 'nul'::jsonb;
select '"a'::json;
select '1 2'::jsonb;
select '{"a":1} x'::json;
select '[1, "\x"]'::json;
-- === order and equality of jsonb
select '1'::jsonb = '1.0'::jsonb, '{"a":1,"b":2}'::jsonb = '{"b":2,"a":1}'::jsonb, '[1,2]'::jsonb < '[1,3]'::jsonb, '[]'::jsonb < 'null'::jsonb, '{}'::jsonb > '[1]'::jsonb, '"a"'::jsonb < '"b"'::jsonb, 'true'::jsonb > 'false'::jsonb, '"a"'::jsonb < '1'::jsonb, '[1,2,3]'::jsonb > '[9]'::jsonb, '{"a":1}'::jsonb < '{"a":1,"b":1}'::jsonb, '{"a":2}'::jsonb < '{"b":1}'::jsonb, '{"aa":1}'::jsonb < '{"b":1}'::jsonb;
create table o (b jsonb unique);
insert into o values ('1'), ('"a"'), ('null'), ('[]'), ('{}'), ('true'), ('[1]'), ('{"a":1}'), ('1.5'), ('[[]]'), ('{"a":{"b":null}}');
select b from o order by b;
insert into o values ('1.0');
insert into o values (' {"a" : 1} ');
select count(*) from o where b > '1';
select b from o where b in ('1', '[1]') order by b;
select b, count(*) from (select '1'::jsonb as b union all select '1.00') x group by b;
