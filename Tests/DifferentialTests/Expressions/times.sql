date '2024-02-30'
date '2024-01-31' + 1
1 + date '2024-02-28'
date '2024-01-01' - 1
date '2024-03-01' - date '2024-02-01'
date '2024-01-31' + interval '1 month'
date '2024-03-31' - interval '1 month'
date '2024-01-01' + time '12:30'
timestamp '2024-01-31 10:00' + interval '1 month'
timestamp '2024-01-31 10:00' - interval '1 day 2 hours'
timestamp '2024-03-01' - timestamp '2024-01-01 12:00'
timestamptz '2024-03-01 00:00+02' - timestamptz '2024-03-01 00:00+00'
timestamptz '2024-03-01 00:00+02'
timestamptz '2024-03-01 00:00+02' + interval '1 day'
interval '1 day' + interval '2 hours'
interval '1 month' - interval '10 days'
interval '1 day' * 2.5
2 * interval '1 hour'
interval '1 month' / 2
interval '1 day' / 0
- interval '1 day 2:00'
interval '1 mon' = interval '30 days'
interval '1 year' > interval '360 days'
time '10:00' + interval '3 hours'
time '23:00' + interval '3 hours'
time '10:00' - time '08:30'
time '10:00' - interval '11 hours'
extract(year from date '2024-05-06')
extract(month from timestamp '2024-05-06 07:08:09.5')
extract(second from timestamp '2024-05-06 07:08:09.5')
extract(epoch from timestamptz '2024-01-01 00:00:00.5+00')
extract(dow from date '2024-05-06')
extract(isodow from date '2024-05-05')
extract(doy from date '2024-05-06')
extract(week from date '2024-01-01')
extract(quarter from date '2024-05-06')
extract(hour from time '10:20:30')
extract(days from interval '3 days 4 hours')
extract(epoch from interval '1 month 1 day')
extract(century from date '2001-01-01')
extract(hour from date '2024-01-01')
extract(nope from timestamp '2024-01-01')
date_part('year', timestamp '2024-05-06')
date_part('epoch', interval '1 hour')
date_trunc('month', timestamp '2024-05-06 07:08:09')
date_trunc('week', timestamp '2024-05-09 07:08:09')
date_trunc('hour', timestamptz '2024-05-06 07:08:09+02')
date_trunc('day', timestamptz '2024-05-06 23:08:09+00', 'Europe/Berlin')
date_trunc('day', date '2024-05-06')
date_trunc('hour', interval '3 days 04:05:06')
date_trunc('nope', timestamp '2024-05-06')
age(timestamp '2024-03-01', timestamp '2023-01-15')
age(timestamp '2024-02-29', timestamp '2023-02-28 12:00')
make_date(2024, 2, 29)
make_date(2023, 2, 29)
make_time(10, 20, 30.5)
make_timestamp(2024, 1, 2, 3, 4, 5.5)
make_interval(1, 2)
justify_hours(interval '50 hours')
justify_days(interval '65 days')
to_timestamp(1704067200.5)
timestamptz '2024-07-01 12:00+00' at time zone 'Europe/Berlin'
timestamp '2024-07-01 12:00' at time zone 'Europe/Berlin'
timestamp '2024-07-01 12:00' at time zone 'Nowhere/Else'
timestamptz '2024-01-01 12:00+00' at time zone 'America/New_York'
isfinite(date 'infinity')
isfinite(timestamp '2024-01-01')
timestamp 'infinity' > timestamp '9999-01-01'
date '2024-01-02'::timestamp
timestamp '2024-01-02 23:59:59.9'::date
timestamp '2024-01-02 23:59:59.9'::time
timestamp '2024-01-02 03:04:05.678'::timestamp(0)
'2024-01-02 03:04:05.678'::timestamp(1)
time '10:20'::interval
interval '26:30'::time
date '2024-01-02'::text
timestamptz '2024-01-02 03:04:05.6+00'::text
date '2024-01-02' < timestamp '2024-01-02 00:00:01'
date '2024-01-02' = '2024-01-02'
'Jan 1 2024'::date
'20240101'::date
date '0044-03-15 BC'
date '12024-01-01'
to_char(timestamp '2024-05-06 17:08:09.123456', 'YYYY-MM-DD HH24:MI:SS.MS')
to_char(timestamp '2024-05-06 17:08:09.123456', 'FMDay, DD FMMonth YYYY')
to_char(timestamp '2024-05-06 07:08:09', 'Dy Mon DD HH12:MI am')
to_char(timestamp '2024-05-06 07:08:09', 'DDD WW IW Q CC J D ID')
to_char(timestamp '2024-05-01', 'FMDDth "of" Month')
to_char(timestamptz '2024-05-06 17:08:09+00', 'YYYY TZ OF')
to_char(date '2024-05-06', 'MM/DD/YY')
to_char(interval '3 days 14:05', 'DD HH24:MI')
to_char(1234.5, '9999.99')
to_char(1234.5, 'FM9999.99')
to_char(1234567.891, 'FM9,999,999.00')
to_char(-12.3, '999.9')
to_char(0.5, '0.99')
to_char(0.5, 'FM0.00')
to_char(12, '00000')
to_char(12345, '999')
to_char(1234, '9,999')
to_char(5, '9,999')
to_char(-5, 'FM999')
to_char(0, 'FM999')
to_char(0, '999')
