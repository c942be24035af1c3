-- === windows
select ntile(0) over () from (values (1)) v(x);
select nth_value(x, 0) over () from (values (1)) v(x);
select lag(x, null) over (order by x), lag(x, -1) over (order by x), lead(x, 0) over (order by x), lag(x, 1, 99) over (order by x) from (values (1),(2)) v(x) order by x;
select lag(x, 1, 2.5) over (order by x) from (values (1),(2)) v(x);
select sum(x) over (order by x rows between 1 preceding and current row), avg(x) over (order by x rows between 1 preceding and 1 following), stddev(x) over (order by x rows 2 preceding), count(*) over (order by x rows between unbounded preceding and 1 preceding) from (values (1.5::float8),(2.5),(null),(4)) v(x) order by x;
select variance(x) over (order by x rows 1 preceding), sum(x) over (order by x rows 1 preceding), bit_or(x) over (order by x rows 1 preceding) from (values (1),(2),(4),(8)) v(x) order by x;
select sum(i) over (order by i rows 1 preceding), avg(i) over () from (values (interval '1 day'),(interval '2 hours')) v(i) order by i;
select string_agg(x, ',') over (order by x rows 1 preceding), array_agg(x) over (order by x rows 1 preceding), jsonb_agg(x) over (order by x) from (values ('a'),('b'),('c')) v(x) order by x;
select percent_rank() over (order by x), cume_dist() over (order by x desc), first_value(x) over (order by x desc) from (values ('a'),('b'),('b')) v(x) order by x;
select corr(y,x) over (order by x), regr_count(y,x) over () from (values (1,2),(2,4),(3,7)) v(y,x) order by x;
select max(x) over (order by x rows between 1 following and 2 following), min(x) over () from (values (date '2024-01-01'),(date '2024-02-01')) v(x) order by x;
select bool_and(x) over (order by x), every(x) over () from (values (true),(false),(null)) v(x) order by x;
