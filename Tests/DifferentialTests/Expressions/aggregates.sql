sum(x) from (values (1), (2), (null)) as t(x)
sum(x) from (values (9223372036854775807), (1)) as t(x)
sum(x) from (values (1.10), (2.2)) as t(x)
sum(x) from (values (0.1::float8), (0.2)) as t(x)
sum(x) from (values (1::real), (2.5)) as t(x)
sum(x) from (values (interval '1 day'), (interval '2 hours')) as t(x)
avg(x) from (values (1), (2)) as t(x)
avg(x) from (values (1.1), (2.20)) as t(x)
avg(x) from (values (1::smallint)) as t(x)
avg(x) from (values (1::float8), (2)) as t(x)
count(x), count(*) from (values (1), (null)) as t(x)
min(x), max(x) from (values (10.5), (9), (100)) as t(x)
min(x), max(x) from (values ('b'), ('a')) as t(x)
min(x), max(x) from (values (date '2024-01-02'), ('2023-01-01')) as t(x)
max(x) from (values (interval '1 mon'), (interval '29 days')) as t(x)
min(x), max(x) from (values (1), (null)) as t(x)
sum(x) from (values (1)) as t(x) where false
bool_and(x), bool_or(x), every(x) from (values (true), (false), (null)) as t(x)
bool_and(x) from (values (true)) as t(x) where false
bit_and(x), bit_or(x) from (values (6), (3)) as t(x)
string_agg(x, ',') from (values ('a'), (null), ('b')) as t(x)
string_agg(x, ',' order by x desc) from (values ('a'), ('c'), ('b')) as t(x)
string_agg(x::text, '-' order by x) from (values (10), (9), (100)) as t(x)
string_agg(x, ',') from (values ('a')) as t(x) where false
array_agg(x) from (values (1), (null), (3)) as t(x)
array_agg(x order by x) from (values (3), (null), (1)) as t(x)
array_agg(x order by x desc) from (values (3), (null), (1)) as t(x)
array_agg(x order by x desc nulls last) from (values (3), (null), (1)) as t(x)
array_agg(x order by x) from (values (10.0), (9.5)) as t(x)
array_agg(x) from (values (1)) as t(x) where false
json_agg(x) from (values (1), (2)) as t(x)
json_agg(x order by x desc) from (values ('a'), ('b')) as t(x)
jsonb_agg(x) from (values (1.50), (null)) as t(x)
json_agg(x) from (values (1)) as t(x) where false
json_object_agg(k, v) from (values ('a', 1), ('b', 2)) as t(k, v)
jsonb_object_agg(k, v) from (values ('b', 1), ('a', 2)) as t(k, v)
count(distinct x), sum(distinct x) from (values (1), (1), (2)) as t(x)
count(distinct x) from (values (1.0), (1.00), (2)) as t(x)
string_agg(distinct x, ',') from (values ('a'), ('a')) as t(x)
sum(x) filter (where x > 1) from (values (1), (2), (3)) as t(x)
stddev(x), variance(x) from (values (1), (2), (4)) as t(x)
stddev_pop(x), var_pop(x) from (values (1.5), (2.5)) as t(x)
stddev(x) from (values (1::float8), (2), (4)) as t(x)
stddev(x) from (values (1)) as t(x)
x, sum(x) over (order by x) from (values (1), (2), (3)) as t(x)
x, row_number() over (order by x desc) from (values (1), (2)) as t(x) order by x
x, rank() over (order by x), dense_rank() over (order by x) from (values (1), (1), (2)) as t(x)
x, lag(x) over (order by x), lead(x) over (order by x) from (values (1), (2)) as t(x)
x, lag(x, 1, 0) over (order by x) from (values (1), (2)) as t(x)
x, first_value(x) over (order by x), ntile(2) over (order by x) from (values (1), (2), (3)) as t(x)
x, avg(x) over (partition by x % 2 order by x) from (values (1), (2), (3)) as t(x) order by x
(select x from (values (1), (2)) as t(x))
(select x from (values (1)) as t(x))
x from generate_series(1, 4) as x
x from generate_series(1, 10, 4) as x
x from generate_series(3, 1, -1) as x
x from generate_series(1, 3, 0) as x
x from generate_series(1.0, 2.0, 0.5) as x
x from generate_series(timestamp '2024-01-31', timestamp '2024-04-30', interval '1 month') as x
x from unnest(array[1, 2, null]) as x
x from unnest(array['a', 'b']) with ordinality as t(x, n)
x, n from unnest(array['a', 'b']) with ordinality as t(x, n)
value from jsonb_array_elements('[1, "a", {"b": null}]')
value from jsonb_array_elements_text('[1, "a", null, {"b": null}]')
value from json_array_elements('[1,  {"a":  2}]')
value from jsonb_array_elements('{"a": 1}')
key, value from jsonb_each('{"a": 1, "b": "x"}')
key, value from jsonb_each_text('{"a": 1, "b": "x", "c": null}')
key, value from json_each('{"b": 1,  "a": [1,  2]}')
x from jsonb_object_keys('{"b": 1, "a": 2}') as x
x from jsonb_object_keys('[1]') as x
