-- === input
select interval '1 day', interval '1 day 02:03:04.5', interval '-1 year 2 mons', interval '1 year 2 months 3 days 4 hours 5 minutes 6 seconds', interval '2 weeks ago', interval 'P1Y2M3DT4H5M6S', interval 'P0001-02-03T04:05:06', interval 'PT1.5H', interval 'P1W', interval '1-2', interval '1-2 3 4:05:06', interval '@ 1 minute', interval '1.5 days', interval '0.5 months', interval '1 mon -1 day +01:00';
select interval '1 century', interval '3 decades', interval '1 millennium', interval '100 milliseconds', interval '5 us', interval '1h 2m 3s', interval '90 min', interval '1 d', interval '3 y';
select interval '';
select interval 'x';
select interval '1 foo';
select interval '1 day 1 day';
select interval '99999999999 years';
select '1 day'::interval::text, interval '0', interval '1', interval '90', interval '-00:00:01', interval '1:30', interval '100:00:00';
-- === fields
select interval '1' year, interval '1' month, interval '1' day, interval '1' hour, interval '1' minute, interval '1' second;
select interval '1-2' year to month, interval '3 4:05' day to minute, interval '3 4' day to hour, interval '3 4:05:06.789' day to second, interval '4:05' hour to minute, interval '4:05:06' hour to second, interval '5:06' minute to second;
select interval '1 year 2 months 3 days 04:05:06.789' year, interval '1 year 2 months 3 days 04:05:06.789' month, interval '1 year 2 months 3 days 04:05:06.789' day, interval '1 year 2 months 3 days 04:05:06.789' hour, interval '1 year 2 months 3 days 04:05:06.789' minute, interval '1 year 2 months 3 days 04:05:06.789' second, interval '1 year 2 months 3 days 04:05:06.789' second(1), interval '1 day 04:05:06.789' day to second(2);
select '1 year 2 months 3 days 04:05:06.789'::interval year to month, '1 day 04:05:06.789'::interval(1), '1 day 04:05:06.789'::interval day to hour;
create table t (a interval day to second(3), b interval year to month, c interval(0), d interval hour);
insert into t values ('1 day 00:00:01.23456', '14 months 3 days', '1.6 seconds', '90 minutes');
insert into t select interval '1 mon 1.23456 s', interval '1 day', interval '0.5 s', interval '1:59:59';
select * from t;
select interval '1 day 25 hours' hour to minute, interval '1' hour to minute, interval '7' day to minute, interval '8' day to second;
-- === arithmetic
select interval '1 day' * 1.5, interval '1 mon' / 2, 2 * interval '1:30', interval '1 day' - interval '25 hours', -interval '1 mon', interval '1 day' + time '03:00', date '2024-01-31' + interval '1 month', timestamp '2024-01-31' - interval '1 month', time '23:00' + interval '2 hours', interval '1 hour' / 3;
select interval '1 day' / 0;
select interval '1 mon' = interval '30 days', interval '1 day' < interval '25 hours', interval '1 year' > interval '12 months', interval '24:00' = interval '1 day';
select sum(i), avg(i), min(i), max(i) from (values (interval '1 day'), ('2 hours'), (null)) t(i);
select justify_days(interval '35 days'), justify_hours(interval '27 hours'), extract(epoch from interval '1 mon 2 days'), date_part('hour', interval '27:00'), interval '1 day'::time, time '10:00'::interval;
select time '10:00' - time '08:30', date '2024-03-01' - date '2024-02-01', timestamp '2024-03-01' - timestamp '2024-02-01 12:00', timestamptz '2024-03-01' - timestamptz '2024-02-01', date '2024-01-01' + 5, 5 + date '2024-01-01', date '2024-01-01' - 5, date '2024-01-01' + time '10:00', time '10:00' + date '2024-01-01', interval '1 day' + date '2024-01-01', date '2024-01-01' - interval '1 day';
select date 'infinity' - 1, timestamp 'infinity' + interval '1 day', date 'infinity' > date '9999-12-31', timestamp '-infinity' < timestamp '0001-01-01';
select date 'infinity' - date '2024-01-01';
select array[interval '1 mon', '30 days', '1 day'] = array[interval '30 days', '1 mon', '24 hours'], array[interval '1 mon'] < array[interval '2 days'];
