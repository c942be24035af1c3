x from (values (10.5), (9), (100), (-1.50), ('NaN'::numeric), (null)) as t(x) order by x
x from (values (10.5), (9), (100), (null)) as t(x) order by x desc
x from (values (interval '1 mon'), ('29 days'), ('31 days'), ('-1 day'), ('25:00')) as t(x) order by x
x from (values ('{"a": 1}'::jsonb), ('[]'), ('[1]'), ('null'), ('"b"'), ('"a"'), ('10'), ('9'), ('true'), ('false'), ('{}'), ('[1, 2]'), ('[2]'), ('{"a": 2}'), ('{"b": 1}')) as t(x) order by x
x from (values (array[1, 10]), (array[1, 9]), (array[2]), ('{}'), (array[1]), (array[1, null])) as t(x) order by x
x from (values (array['b']), (array['a', 'z']), (array['a']), (array['B'])) as t(x) order by x
x || '.' from (values ('b'::char(3)), ('a'), ('ab')) as t(x) order by x
x from (values (true), (false), (null)) as t(x) order by x
x from (values ('é'), ('z'), ('Z'), ('a'), ('')) as t(x) order by x
x from (values (date '2024-01-01'), ('0044-03-15 BC'), ('10000-01-01'), ('infinity')) as t(x) order by x
x from (values (2::float8), (1e300), (-1e300), ('Infinity')) as t(x) order by x desc
distinct x from (values (1.0), (1.00), (2.0)) as t(x) where x = 2
count(*), x > 1 from (values (1.5), (1.50), (0.5)) as t(x) group by x > 1 order by 2
count(*) from (values ('1 mon'::interval), ('30 days')) as t(x) group by x
count(*) from (values ('{"a": 1}'::jsonb), ('{"a": 1.0}')) as t(x) group by x
count(*) from (values (array[1.0]), (array[1.00])) as t(x) group by x
1.0 in (1, 2), 1.0 = any(array[1.00, 3])
array_agg(distinct x) from (values (3), (1), (3), (null)) as t(x)
array_agg(distinct x order by x desc) from (values (3), (1), (3)) as t(x)
string_agg(distinct x, '-') from (values ('b'), ('a'), ('b')) as t(x)
json_agg(distinct x) from (values (2), (1), (2)) as t(x)
array['abcd', 'e']::varchar(2)[]
array[1.005, 2]::numeric(5,2)[]
'{1.005,2}'::numeric(5,2)[]
make_interval(0, 0, 0, 0, 1, 2, 3.5)
