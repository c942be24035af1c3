-- === ordered sets, regressions and statistics
select percentile_cont(0.5) within group (order by x), percentile_disc(0.5) within group (order by x), percentile_cont(array[0.25,0.5,null]) within group (order by x), percentile_disc(array[0.25,0.75]) within group (order by x), mode() within group (order by x) from (values (1),(2),(2),(3),(10)) v(x);
select percentile_cont(0.3) within group (order by x desc), mode() within group (order by x desc) from (values (1.5),(2.5),(null),(4)) v(x);
select percentile_cont(0.5) within group (order by x) from (values (interval '1 day'),(interval '3 days')) v(x);
select percentile_disc(0.5) within group (order by x), mode() within group (order by x) from (values ('a'),('b'),('b'),('c')) v(x);
select percentile_cont(0.5) within group (order by x) from (select 1 as x where false) v;
select percentile_cont(1.5) within group (order by x) from (values (1),(2)) v(x);
select rank(3) within group (order by x), dense_rank(3) within group (order by x), percent_rank(3) within group (order by x), cume_dist(3) within group (order by x) from (values (1),(2),(2),(3),(10)) v(x);
select rank('b', 2) within group (order by a, x desc) from (values ('a',1),('b',3),('b',1)) v(a,x);
select g, percentile_disc(0.5) within group (order by x) filter (where x > 1) from (values (1,1),(1,2),(2,5),(2,7)) v(g,x) group by g order by g;
select corr(y,x), covar_pop(y,x), covar_samp(y,x), regr_count(y,x), regr_avgx(y,x), regr_avgy(y,x), regr_sxx(y,x), regr_syy(y,x), regr_sxy(y,x), regr_slope(y,x), regr_intercept(y,x), regr_r2(y,x) from (values (1,2),(2,4.5),(3,5),(null,7),(4,null)) v(y,x);
select corr(y,x), covar_samp(y,x), regr_slope(y,x), regr_r2(y,x) from (values (1,2)) v(y,x);
select corr(y,x), covar_pop(y,x), regr_count(y,x) from (select 1 as y, 2 as x where false) v;
select stddev(x), variance(x), stddev_pop(x), var_pop(x), avg(x), sum(x) from (values (1),(2),(4)) v(x);
select stddev(x), variance(x), stddev_pop(x::float8), var_samp(x::real), stddev(x::smallint) from (values (1.5),(2.25),(4)) v(x);
select stddev(x), var_pop(x), stddev_pop(x) from (values (1)) v(x);
select min(x), max(x) from (values (array[1,2]),(array[1,3])) v(x);
select sum(x), avg(x) from (values (time '10:00' - time '09:00'),(interval '1 mon')) v(x);
select bit_and(x), bit_or(x), bit_xor(x), bool_and(x>1), bool_or(x>3), every(x>0), count(*), count(distinct x) from (values (5),(7),(12)) v(x);
select string_agg(x, ',' order by x desc), string_agg(distinct x, '-'), array_agg(x order by x), json_agg(x), jsonb_agg(x order by x), json_object_agg(x, 1), jsonb_object_agg(x, x) from (values ('b'),('a'),('c')) v(x);
select string_agg(x::bytea, '\x00'::bytea) from (values ('a'),('b')) v(x);
select x, row_number() over (order by x), rank() over (order by x), dense_rank() over (order by x), percent_rank() over (order by x), cume_dist() over (order by x), ntile(2) over (order by x), lag(x) over (order by x), lead(x, 2, -1) over (order by x), first_value(x) over (order by x), last_value(x) over (order by x), nth_value(x, 2) over (order by x) from (values (1),(2),(2),(4)) v(x) order by 1, 2;

-- === the digits of deviations of exact numbers are those of their variance
select stddev(x), variance(x), stddev_pop(x), var_pop(x) from (values (100000000.5), (200000000.25), (3.1)) v(x);
select stddev(x), variance(x) from (values (12345678901234567890.123::numeric), (2.5), (99999999999999999999)) v(x);
select stddev(x), stddev_samp(x), stddev_pop(x) from (values (1e-20::numeric), (2e-20), (3e-15)) v(x);
select stddev(x), stddev_pop(x) from (values (1.0), (1.00), (1.000)) v(x);
select stddev(x) from (values (1000000::bigint), (3), (70000000000)) v(x);
select parse_ident('É.ÀB."Ü"'), parse_ident('ABC.Def');
