-- === input of timestamptz
select '2024-01-02 03:04:05+02'::timestamptz, '2024-01-02 03:04:05-0330'::timestamptz, '2024-01-02T03:04:05Z'::timestamptz, '2024-01-02 03:04 Europe/Berlin'::timestamptz, '2024-07-02 03:04 America/New_York'::timestamptz, '2024-01-02 03:04 EST'::timestamptz;
select 'Jan 2 2024 3:04 PM'::timestamptz, '20240102T030405Z'::timestamptz, '2024-01-02'::timestamptz, 'infinity'::timestamptz, '-infinity'::timestamptz, 'epoch'::timestamptz, 'January 8, 1999'::timestamptz, '1999.008'::timestamptz, 'J2451187'::timestamptz;
select '2024-01-02 24:00:00'::timestamptz, '2024-01-02 03:04:60'::timestamptz, '2024-01-02 03:04:05.1234567'::timestamptz, '2024-01-02 03:04:05.5'::timestamptz(0), '0044-03-15 12:00 BC'::timestamptz, '294276-12-31 23:59:59+00'::timestamptz;
select '2024-02-30'::timestamptz;
select '2024-01-02 25:00'::timestamptz;
select '2024-01-02 03:04 Nowhere/Land'::timestamptz;
select 'x'::timestamptz;
select '294277-01-01'::timestamptz;
-- === casts by the session's zone
set time zone 'America/New_York';
select '2024-01-02 03:04:05'::timestamptz, '2024-07-02 03:04:05+00'::timestamptz, timestamptz '2024-01-02 03:04:05+00';
select '2024-01-02 03:04:05+00'::timestamptz::timestamp, '2024-01-02 03:04:05+00'::timestamptz::date, '2024-01-02 03:04:05+00'::timestamptz::time, '2024-01-02 03:04:05'::timestamp::timestamptz, '2024-07-02'::date::timestamptz, '2024-01-02 03:04:05+00'::timestamptz::text, '2024-01-02 03:04:05+00'::timestamptz::timetz;
select timestamp '2024-01-02 12:00' = timestamptz '2024-01-02 17:00+00', date '2024-01-02' = timestamptz '2024-01-02 05:00+00', date '2024-01-02' < timestamptz '2024-01-02 05:00:01+00';
select timestamptz '2024-03-09 12:00' + interval '1 day', timestamptz '2024-03-09 12:00' + interval '24 hours', timestamptz '2024-11-03 05:30+00' + interval '1 hour', timestamptz '2024-03-10 02:30';
select date_trunc('day', timestamptz '2024-01-02 03:04:05+00'), extract(hour from timestamptz '2024-01-02 03:04:05+00'), extract(timezone from timestamptz '2024-01-02 03:04:05+00'), extract(epoch from timestamptz '2024-01-02 03:04:05+00'), to_char(timestamptz '2024-01-02 03:04:05+00', 'YYYY-MM-DD HH24:MI:SS OF');
select to_json(timestamptz '2024-01-02 03:04:05+00'), array[timestamptz '2024-01-02 03:04:05+00'], to_json(array[timestamptz '2024-01-02 03:04:05+00']), tstzrange('2024-01-02 03:04:05+00', null);
select make_timestamptz(2024, 1, 2, 3, 4, 5), make_timestamptz(2024, 1, 2, 3, 4, 5, 'Europe/Berlin'), timestamptz '2024-01-02 03:04:05+00' at time zone 'Asia/Tokyo', timestamp '2024-01-02 03:04:05' at time zone 'Asia/Tokyo';
create table t (id int, at timestamptz default '2024-01-02 00:00', l timestamp);
insert into t values (1, '2024-01-02 03:04:05', '2024-01-02 03:04:05+05');
insert into t (id) values (2);
insert into t (id, at) select 3, timestamp '2024-07-01 00:00';
insert into t (id, l) select 4, timestamptz '2024-07-01 00:00+00';
select * from t order by id;
select id from t where at = '2024-01-02 00:00' order by id;
select id from t where at::date = '2024-01-02' order by id;
set time zone 'UTC';
select * from t order by id;
set timezone to 'Asia/Kolkata';
select * from t order by id;
set time zone -5;
select timestamptz '2024-01-02 00:00+00';
set time zone interval '+02:30' hour to minute;
select timestamptz '2024-01-02 00:00+00';
set time zone default;
select timestamptz '2024-01-02 00:00+00';
set time zone local;
set time zone 'Nowhere/Land';
set timezone = 'Europe/Berlin';
select timestamptz '2024-07-02 00:00+00';
reset timezone;
select timestamptz '2024-07-02 00:00+00';
-- === at time zone
select timestamptz '2024-01-02 03:04:05+00' at time zone interval '5 hours', timestamp '2024-01-02 03:04:05' at time zone interval '-3:30', timestamptz '2024-01-02 03:04:05+00' at time zone '+03', timestamptz '2024-01-02 03:04:05+00' at time zone 'UTC+3', timestamptz '2024-07-02 03:04:05+00' at time zone 'CET', timestamptz '2024-07-02 03:04:05+00' at time zone 'CEST';
select timestamptz '2024-01-02 03:04:05+00' at time zone 'nowhere';
select timestamptz '2024-01-02 03:04:05+00' at time zone interval '1 month';
select timestamptz 'infinity' at time zone 'Asia/Tokyo', timestamp '-infinity' at time zone 'Asia/Tokyo';
-- === timetz
select '03:04:05+02'::timetz, '03:04:05'::timetz, '03:04:05.678-03:30'::timetz, '3:04 PM +01'::timetz, '24:00:00+00'::timetz, '03:04:05.678'::timetz(1);
select '03:04:05+02'::timetz = '01:04:05+00'::timetz, '03:04:05+02'::timetz < '03:04:05+00'::timetz, '04:00+02'::timetz > '03:00+01'::timetz, time '03:04' = timetz '03:04+00';
select '03:04:05+02'::timetz::time, time '03:04:05'::timetz, '03:04:05+02'::timetz + interval '1 day 2 hours', '03:04:05+02'::timetz - interval '4 hours', '03:04:05+02'::timetz at time zone 'UTC', '03:04:05+02'::timetz at time zone interval '-5 hours', date '2024-01-02' + timetz '03:04:05+02', '03:04:05+02'::timetz::text;
select extract(hour from timetz '03:04:05+02'), extract(timezone from timetz '03:04:05+02'), extract(epoch from timetz '03:04:05+02'), extract(second from timetz '03:04:05.5+02'), extract(timezone_hour from timetz '03:04:05-03:30'), extract(timezone_minute from timetz '03:04:05-03:30');
select '25:00+00'::timetz;
select 'x'::timetz;
create table z (id int, t timetz);
insert into z values (1, '12:00+00'), (2, '12:00+01'), (3, '11:00+00'), (4, null), (5, '10:00-02');
select * from z order by t, id;
select id from z where t = '12:00+00' order by id;
select min(t), max(t) from z;
select to_json(t) from z order by id;
-- === overlaps
select (date '2024-01-01', date '2024-02-01') overlaps (date '2024-01-31', date '2024-03-01'), (date '2024-01-01', date '2024-02-01') overlaps (date '2024-02-01', date '2024-03-01'), (date '2024-02-01', date '2024-01-01') overlaps (date '2024-01-15', date '2024-01-16');
select (timestamp '2024-01-01', interval '10 days') overlaps (timestamp '2024-01-05', interval '1 day'), (time '10:00', time '11:00') overlaps (time '10:30', time '12:00'), (timestamptz '2024-01-01', timestamptz '2024-01-02') overlaps (timestamptz '2024-01-02', timestamptz '2024-01-03');
select (date '2024-01-01', null::date) overlaps (date '2024-01-01', date '2024-02-01'), (date '2024-01-05', null::date) overlaps (date '2024-01-01', date '2024-02-01'), (null::date, null::date) overlaps (date '2024-01-01', date '2024-02-01'), (date '2024-01-01', date '2024-01-01') overlaps (date '2024-01-01', date '2024-01-01');
select (time '10:00', interval '1 hour') overlaps (time '10:30', interval '1 hour'), (timestamp '2024-01-01', timestamp '2024-01-03') overlaps (timestamp '2024-01-02', interval '1 day');
-- === the clock
select now() = transaction_timestamp(), now() = current_timestamp, localtimestamp = now()::timestamp, current_date = now()::date, localtime = now()::time, current_time = now()::timetz;
select current_time(0) is not null, localtime(3) is not null, current_timestamp(0) = now()::timestamptz(0), localtimestamp(2) = now()::timestamp(2);
